//! Functions, accessors, constructors and classes.
//!
//! Owns the scopes a Kotlin file opens. The decision to know: a header may go on over lines, and may have no body.

use super::super::reader::Reader;
use super::super::token::Kind;
use super::type_end;
use crate::facts::{Def, DefKind};

/// `fun <T> Receiver.name(params): Type = value`, `fun name(params) { … }`, `constructor(params) : this(…) { … }`
pub(super) fn function(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = at;
    let mut name = None;
    if reader.is_word(at, "fun") {
        let limit = end.min(at + 64);
        i = reader.generics_end(at + 1, end).unwrap_or(at + 1);
        while i < limit && !reader.is_open(i, "(") {
            if reader.kind(i) == Some(Kind::Word) {
                name = Some(reader.name(i));
            } else if !reader.op_in(i, &[".", "?", "?.", "@"]) {
                return Some(at + 1);
            }
            i = reader.generics_end(i + 1, end).unwrap_or(i + 1);
        }
    } else {
        i += 1;
    }
    if !reader.is_open(i, "(") || i >= end {
        return Some(i.max(at + 1));
    }
    let close = reader.mate(i, end);
    if close >= end {
        // What an unclosed parenthesis would swallow is read as statements.
        return Some(i + 1);
    }
    let params = reader.params(i + 1, close);
    i = close + 1;
    if reader.is_op(i, ":") && i < end {
        let delegates = reader.word_in(i + 1, &["this", "super"]) && reader.is_open(i + 2, "(");
        let after = if delegates { reader.mate(i + 2, end) + 1 } else { type_end(reader, i + 1, end) };
        if delegates {
            reader.queue(i + 1, after);
        }
        i = after.min(end);
    }
    let id = reader.facts.defs.len();
    let body = reader.span_of(at, i);
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    if reader.is_op(i, "=") && i < end {
        i = reader.returned(i + 1, end).unwrap_or(i + 1);
    } else if reader.is_open(i, "{") && i < end {
        let close = reader.mate(i, end);
        reader.queue(i + 1, close);
        i = (close + 1).min(end);
    }
    reader.facts.defs[id].body = reader.span_of(at, i);
    Some(i)
}

/// `get() = value`, `set(value) { … }` of a property.
pub(super) fn accessor(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let after = reader.mate(at + 1, end) + 1;
    if after >= end || !(reader.is_open(after, "{") || reader.is_op(after, "=")) {
        return None;
    }
    let params = reader.params(at + 2, after - 1);
    let (name, body) = (Some(reader.name(at)), reader.span_of(at, after));
    let id = reader.facts.defs.len();
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    let next = if reader.is_op(after, "=") {
        reader.returned(after + 1, end).unwrap_or(after + 1)
    } else {
        let close = reader.mate(after, end);
        reader.queue(after + 1, close);
        (close + 1).min(end)
    };
    reader.facts.defs[id].body = reader.span_of(at, next);
    Some(next)
}

/// `class Name<T>(params) : Base(…), Other by other { … }`, `object { … }`
pub(super) fn class(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let named = reader.kind(at + 1) == Some(Kind::Word) && !reader.ends(at + 1, end);
    let name = named.then(|| reader.name(at + 1));
    let mut i = at + 1 + usize::from(named);
    i = reader.generics_end(i, end).unwrap_or(i);
    let (mut params, mut bases, mut open) = (Vec::new(), None, None);
    // No header has more parts than this.
    let limit = end.min(i + 200);
    while i < limit {
        let goes_on = reader.op_in(i, &[":", ","]) || i > 0 && reader.op_in(i - 1, &[":", ","]);
        if reader.is_open(i, "{") {
            open = Some(i);
            break;
        } else if reader.ends(i, end) && !goes_on && !reader.is_word(i, "where") {
            break;
        } else if reader.is_open(i, "(") && bases.is_none() {
            let close = reader.mate(i, end);
            params = reader.params(i + 1, close);
            i = close + 1;
            continue;
        } else if reader.is_op(i, ":") && bases.is_none() {
            bases = Some(i + 1);
        } else if matches!(reader.kind(i), Some(Kind::Close | Kind::StrOpen)) {
            break;
        }
        i = if reader.kind(i) == Some(Kind::Open) { reader.mate(i, end) + 1 } else { i + 1 };
    }
    i = i.min(end);
    if let Some(bases) = bases {
        reader.queue(bases, i);
    }
    let next = match open {
        Some(open) => {
            let close = reader.mate(open, end);
            reader.queue(open + 1, close);
            (close + 1).min(end)
        }
        None => i,
    };
    let body = reader.span_of(at, next.max(at + 1));
    reader.facts.defs.push(Def { name, kind: DefKind::Container, params, body, of: None });
    next.max(at + 1)
}
