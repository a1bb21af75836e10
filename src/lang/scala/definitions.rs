//! Methods and classes.
//!
//! Owns the scopes a Scala file opens. The decision to know: a method without parameters is a name for its value.

use super::super::java;
use super::super::reader::Reader;
use super::super::token::Kind;
use super::{type_end, value};
use crate::facts::{Assign, Def, DefKind, Param, Path};

/// The parameters of every list from `at` on, and the index after the last.
fn parameter_lists(reader: &mut Reader<'_>, at: usize, end: usize) -> (Vec<Param>, usize) {
    let (mut params, mut i) = (Vec::new(), at);
    if reader.word_in(i, &["private", "protected"]) && i < end {
        i += 1;
    } else if let Some((next, _)) = java::annotation_value(reader, i, end) {
        reader.queue(i + 1, next);
        i = next;
    }
    while i < end && (reader.is_open(i, "[") || reader.is_open(i, "(")) && !reader.tokens[i].nl {
        let close = reader.mate(i, end);
        if close >= end {
            // What an unclosed parenthesis would swallow is read as statements.
            return (params, i + 1);
        }
        if reader.is_open(i, "(") {
            params.extend(reader.params(i + 1, close));
        }
        i = close + 1;
    }
    (params, i)
}

/// `def name[T](params)(implicit more: A): Type = value`, with the value in braces or by indentation.
pub(super) fn function(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let name_at = at + 1;
    if name_at >= end || matches!(reader.kind(name_at), Some(Kind::Open | Kind::Close)) {
        return Some(at + 1);
    }
    let name = (reader.kind(name_at) == Some(Kind::Word)).then(|| reader.name(name_at));
    let (params, mut i) = parameter_lists(reader, name_at + 1, end);
    let constant = i == name_at + 1;
    if reader.is_op(i, ":") && i < end {
        i = type_end(reader, i + 1, end);
    }
    let has_value = reader.is_op(i, "=") && i < end;
    if constant
        && has_value
        && reader.block_after(i + 1).is_none()
        && let Some(name) = &name
    {
        // Without parameters it is a name for its value.
        let target = Path::single(name.clone());
        let (value, next) = value(reader, i + 1, end)?;
        let span = reader.span_of(at, next);
        reader.facts.assigns.push(Assign { target, value, span });
        return Some(next);
    }
    let id = reader.facts.defs.len();
    let body = reader.span_of(at, i);
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    let first = i + usize::from(has_value);
    let next = if let Some(after) = reader.block_after(first).filter(|_| has_value) {
        reader.queue(first, after.min(end));
        after.min(end)
    } else if reader.is_open(first, "{") && first < end {
        let close = reader.mate(first, end);
        reader.queue(first + 1, close);
        (close + 1).min(end)
    } else if has_value {
        reader.returned(first, end).unwrap_or(first)
    } else {
        i
    };
    reader.facts.defs[id].body = reader.span_of(at, next);
    Some(next.max(at + 1))
}

/// `class Name[T](params)(implicit more: A) extends Base(…) with Other { … }`, or `…:` and an indented block.
pub(super) fn class(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let name = Some(reader.name(at + 1));
    let (params, header) = parameter_lists(reader, at + 2, end);
    let mut i = header;
    // No header has more parts than this.
    let limit = end.min(i + 200);
    let mut body = None;
    while i < limit {
        let goes_on = reader.word_in(i, &["extends", "with", "derives"])
            || reader.word_in(i - 1, &["extends", "with", "derives"])
            || reader.is_op(i - 1, ",");
        if reader.is_open(i, "{") {
            body = Some((i + 1, reader.mate(i, end)));
            break;
        } else if let Some(after) = reader.block_after(i) {
            body = Some((i, after.min(end)));
            break;
        } else if reader.ends(i, end) && !goes_on || reader.kind(i) == Some(Kind::Close) {
            break;
        }
        i = if reader.kind(i) == Some(Kind::Open) { reader.mate(i, end) + 1 } else { i + 1 };
    }
    i = i.min(end);
    reader.queue(header, i);
    let next = match body {
        Some((start, stop)) => {
            reader.queue(start, stop);
            if reader.is_open(i, "{") { (stop + 1).min(end) } else { stop }
        }
        None => i,
    };
    let next = next.max(at + 1);
    let body = reader.span_of(at, next);
    reader.facts.defs.push(Def { name, kind: DefKind::Container, params, body, of: None });
    next
}
