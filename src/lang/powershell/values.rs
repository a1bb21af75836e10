//! Expressions of PowerShell: variables, types, tables, subexpressions, and the operators that put texts together.
//!
//! Owns what stands where a value does. The decision to know: what is in parentheses may be a command as well as an
//! expression, so both are read by [`pipeline`](super::commands::pipeline).

use super::commands::pipeline;
use crate::facts::{Arg, Item, Name, Path, Str, Value, ValueKind};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;
use crate::span::Span;

/// Reads an expression with its operators. A list of values is a map without keys.
pub(super) fn expression(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    reader.guarded(|reader| binary(reader, at, end))
}

/// One value, or several with commas between them, which bind closer than any operator.
fn unit(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let (first, mut next) = reader.operand(at, end)?;
    if !reader.is_op(next, ",") || next >= end {
        return Some((first, next));
    }
    let mut items = vec![item(first)];
    while next < end && reader.is_op(next, ",") {
        let Some((value, after)) = reader.operand(next + 1, end) else { break };
        items.push(item(value));
        next = after;
    }
    Some((Value { kind: ValueKind::Map(items), span: reader.span_of(at, next) }, next))
}

fn item(value: Value) -> Item {
    Item { key: None, value, spread: false }
}

fn binary(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let (mut value, mut next) = unit(reader, at, end)?;
    while next < end && !reader.ends(next, end) {
        let op = reader.str(next).to_ascii_lowercase();
        let whole = |reader: &Reader<'_>, after: usize| reader.span_of(at, after);
        match (reader.kind(next)?, op.as_str()) {
            (Kind::Word, "-f") => {
                let (args, after) = list(reader, next + 1, end);
                value = reader.filled(&value, &args, whole(reader, after));
                next = after;
            }
            (Kind::Word, "-join") => {
                let (separator, after) = reader.operand(next + 1, end)?;
                value = join(value, separator.as_str(), whole(reader, after));
                next = after;
            }
            (Kind::Op, "+") => {
                let (more, after) = unit(reader, next + 1, end)?;
                value = concat([value, more], whole(reader, after));
                next = after;
            }
            (Kind::Op, "??") => {
                let (more, after) = unit(reader, next + 1, end)?;
                value = Value { kind: ValueKind::Either(vec![value, more]), span: whole(reader, after) };
                next = after;
            }
            (Kind::Word, "-replace" | "-split" | "-as") => {
                let (args, after) = list(reader, next + 1, end);
                // What is taken away from a text leaves the rest of it.
                value = if args.len() == 1 && op == "-replace" { value } else { Value::opaque(whole(reader, after)) };
                next = after;
            }
            (Kind::Word, op) if op.starts_with('-') => {
                let Some((_, after)) = reader.operand(next + 1, end) else { return Some((value, next)) };
                value = Value::opaque(whole(reader, after));
                next = after;
            }
            (Kind::Op, "*" | "/" | "%" | "-" | "..") => {
                let Some((_, after)) = reader.operand(next + 1, end) else { return Some((value, next)) };
                value = Value::opaque(whole(reader, after));
                next = after;
            }
            _ => break,
        }
    }
    Some((value, next))
}

/// `a, b` after an operator.
fn list(reader: &mut Reader<'_>, at: usize, end: usize) -> (Vec<Arg>, usize) {
    let (mut args, mut next) = (Vec::new(), at);
    while let Some((value, after)) = reader.operand(next, end) {
        args.push(Arg { name: None, value, spread: false });
        next = after;
        if next >= end || !reader.is_op(next, ",") {
            break;
        }
        next += 1;
    }
    (args, next)
}

fn concat(values: impl IntoIterator<Item = Value>, span: Span) -> Value {
    let mut parts = Vec::new();
    for value in values {
        match value.kind {
            ValueKind::Concat(inner) => parts.extend(inner),
            _ => parts.push(value),
        }
    }
    Value { kind: ValueKind::Concat(parts), span }
}

fn join(value: Value, separator: Option<&Str>, span: Span) -> Value {
    let (ValueKind::Map(items), Some(separator)) = (value.kind, separator) else { return Value::opaque(span) };
    let mut parts = Vec::new();
    for item in items {
        if !parts.is_empty() && !separator.text.is_empty() {
            parts.push(Value { kind: ValueKind::Str(separator.clone()), span: separator.content });
        }
        parts.push(item.value);
    }
    concat(parts, span)
}

/// A variable by its token: `$env:NAME` is of the environment, other scopes are left out.
pub(super) fn variable(text: &str, span: Span) -> Value {
    let name = text.trim_start_matches(['$', '@']).trim_start_matches('{').trim_end_matches('}');
    let (scope, bare) = name.split_once(':').map_or(("", name), |(scope, bare)| (scope, bare));
    let kind = match (scope.to_ascii_lowercase().as_str(), bare.to_ascii_lowercase().as_str()) {
        ("env", _) => ValueKind::Env(Name { text: bare.to_owned(), span }),
        (_, "null") => ValueKind::Null,
        (_, "true" | "false") => ValueKind::Opaque,
        (_, "this") => ValueKind::Ref(Path::single(Name { text: "self".to_owned(), span })),
        _ => ValueKind::Ref(Path::single(Name { text: bare.to_owned(), span })),
    };
    Value { kind, span }
}

/// The operands that only PowerShell has.
pub(super) fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let group = |open: usize| (open < end).then(|| reader.mate(open, end));
    match reader.kind(at)? {
        Kind::Op if reader.is_op(at, "$") && reader.is_open(at + 1, "(") => {
            let close = group(at + 1)?;
            Some((inside(reader, at + 2, close), (close + 1).min(end)))
        }
        Kind::Open => {
            let close = group(at)?;
            let next = (close + 1).min(end);
            // The mark of a table or a list was passed over as what stands before an operand.
            let marked = at > 0 && reader.is_op(at - 1, "@") && !reader.tokens[at].sp;
            match reader.str(at) {
                "{" if marked => {
                    let span = reader.span_of(at - 1, next);
                    Some((table(reader, at, close, span), next))
                }
                "(" => match inside(reader, at + 1, close) {
                    value if !marked || matches!(value.kind, ValueKind::Map(_)) => Some((value, next)),
                    value => {
                        let span = value.span;
                        Some((Value { kind: ValueKind::Map(vec![item(value)]), span }, next))
                    }
                },
                "[" => typed(reader, at, close, next, end),
                _ => {
                    reader.queue(at + 1, close);
                    Some((Value::opaque(reader.span_of(at, next)), next))
                }
            }
        }
        // `-not $x`
        Kind::Word if reader.str(at).starts_with('-') => reader.operand(at + 1, end),
        Kind::Word if reader.str(at).starts_with('$') => Some((variable(reader.str(at), reader.span(at)), at + 1)),
        Kind::Word if at > 0 && reader.kind(at - 1) == Some(Kind::InterpOpen) && reader.str(at - 1) == "${" => {
            let span = reader.span_of(at, end);
            let name = String::from_utf8_lossy(span.of(reader.text)).into_owned();
            Some((variable(&name, span), end))
        }
        Kind::Word if at > 0 && reader.kind(at - 1) == Some(Kind::InterpOpen) && reader.str(at - 1) == "$(" => {
            Some((inside(reader, at, end), end))
        }
        _ => None,
    }
}

/// The value of what is in parentheses; what is left over is read as statements.
fn inside(reader: &mut Reader<'_>, start: usize, end: usize) -> Value {
    let span = reader.span_of(start, end);
    let read = reader.guarded(|reader| pipeline(reader, start, end));
    let (value, next) = read.unwrap_or_else(|| (Value::opaque(span), start));
    reader.queue(next, end);
    value
}

/// `[A.B]::member`, or a cast, which changes nothing.
fn typed(reader: &mut Reader<'_>, at: usize, close: usize, next: usize, end: usize) -> Option<(Value, usize)> {
    if next < end && reader.is_op(next, "::") {
        let segments = (at + 1..close).filter(|&i| reader.kind(i) == Some(Kind::Word)).map(|i| reader.name(i));
        let path = Path(segments.take(16).collect());
        return Some((Value { kind: ValueKind::Ref(path), span: reader.span_of(at, next) }, next));
    }
    if next >= end || reader.ends(next, end) {
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    reader.operand(next, end)
}

/// `@{ key = value; other = value }`
fn table(reader: &mut Reader<'_>, open: usize, close: usize, span: Span) -> Value {
    let mut items = Vec::new();
    let mut at = open + 1;
    while at < close {
        let (key, next) = match reader.kind(at) {
            Some(Kind::Word | Kind::Number) => (Some(reader.name(at)), at + 1),
            Some(Kind::StrOpen) => (reader.string_name(at), reader.mate(at, close) + 1),
            _ => (None, at + 1),
        };
        if next >= close || !reader.is_op(next, "=") {
            at = next;
            continue;
        }
        match reader.guarded(|reader| pipeline(reader, next + 1, close)) {
            Some((value, after)) => {
                items.push(Item { key, value, spread: false });
                at = after.max(next + 1);
            }
            None => at = next + 1,
        }
    }
    Value { kind: ValueKind::Map(items), span }
}
