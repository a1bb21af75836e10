//! Operands of Objective-C: message sends, boxed lists, blocks and casts.
//!
//! Owns what stands where a value may. It knows no vendor. The decision to know: `[` opens a message wherever a value may
//! stand, and a list only behind `@`.

use super::super::reader::Reader;
use super::super::token::Kind;
use crate::facts::{Arg, Call, Name, Path, Value, ValueKind};

/// Message sends, `@[…]`, `@(…)`, blocks and casts. `@` and `^` before them were passed over as prefixes.
pub(super) fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let before = |op: &str| at > 0 && reader.is_op(at - 1, op);
    if reader.is_open(at, "[") {
        if before("@") {
            let close = reader.mate(at, end);
            let items = reader.list(at + 1, close, &[]);
            let next = (close + 1).min(end);
            return Some((Value { kind: ValueKind::Map(items), span: reader.span_of(at, next) }, next));
        }
        return reader.guarded(|reader| message(reader, at, end));
    }
    if before("^") {
        return block(reader, at, end);
    }
    cast(reader, at, end)
}

/// Messages that put a text behind the one they are sent to.
const JOINS: &[&str] = &["stringByAppendingString", "stringByAppendingPathComponent"];

/// `[receiver name:value label:value, more]`
fn message(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let close = reader.mate(at, end);
    let next = (close + 1).min(end);
    let defs = reader.facts.defs.len();
    let (receiver, mut i) = reader.operand(at + 1, close)?;
    let first = i;
    if reader.kind(first) != Some(Kind::Word) || first >= close {
        reader.queue(i, close);
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    let mut args = Vec::new();
    while i < close {
        let mut label: Option<Name> = None;
        if reader.kind(i) == Some(Kind::Word) && reader.is_op(i + 1, ":") && i + 1 < close {
            label = (i != first).then(|| reader.name(i));
            i += 2;
        } else if reader.op_in(i, &[",", ":"]) {
            i += 1;
        } else {
            i += usize::from(i == first);
            if i < close && !reader.is_op(i, ",") {
                reader.queue(i, close);
            }
            break;
        }
        let Some((value, after)) = reader.expression(i, close) else { continue };
        args.push(Arg { name: label, value, spread: false });
        i = after;
    }
    let span = reader.span_of(at, next);
    let args_span = reader.span_of((first + 1).min(close), close);
    if JOINS.contains(&reader.str(first)) && !args.is_empty() {
        let parts = args.into_iter().take(1).map(|arg| arg.value);
        return Some((Value { kind: ValueKind::Concat([receiver].into_iter().chain(parts).collect()), span }, next));
    }
    let mut path = Path::single(reader.name(first));
    let receiver = match receiver.kind {
        ValueKind::Ref(mut root) => {
            if args.is_empty() {
                // `[a b]` is `a.b`; a text of another kind is the same text.
                if !reader.profile.same.contains(&path.last()) {
                    root.0.append(&mut path.0);
                }
                return Some((reader.reference(root, span), next));
            }
            root.0.append(&mut path.0);
            path = root;
            None
        }
        _ => Some(Box::new(receiver)),
    };
    let value = reader.finish_call(Call { path, new: false, receiver, args, args_span, span });
    if let ValueKind::Call(id) = value.kind {
        for def in reader.facts.defs[defs..].iter_mut().filter(|def| def.name.is_none() && def.of.is_none()) {
            def.of = Some(id);
        }
    }
    Some((value, next))
}

/// `^{ … }`, `^(params) { … }`, `^Type(params) { … }`
fn block(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_open(at, "{") {
        return Some(reader.closure(at, at, at - 1, end));
    }
    let mut open = at;
    while open < end.min(at + 8) && (reader.kind(open) == Some(Kind::Word) || reader.is_op(open, "*")) {
        open += 1;
    }
    let close = reader.is_open(open, "(").then(|| reader.mate(open, end))?;
    (reader.is_open(close + 1, "{") && close + 1 < end).then(|| reader.closure(open + 1, close, close, end))
}

/// `(Type *)value` is the value.
fn cast(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if !reader.is_open(at, "(") || reader.kind(at + 1) != Some(Kind::Word) {
        return None;
    }
    let close = reader.mate(at, end);
    let next = close + 1;
    let mut i = at + 1;
    while i < close {
        if reader.kind(i) == Some(Kind::Word) || reader.is_op(i, "*") {
            i += 1;
        } else if let Some(after) = reader.generics_end(i, close) {
            i = after;
        } else {
            return None;
        }
    }
    let follows = matches!(reader.kind(next), Some(Kind::Word | Kind::StrOpen | Kind::Number))
        || reader.is_open(next, "[")
        || reader.is_open(next, "(")
        || reader.is_op(next, "@");
    let starred = reader.is_op(close - 1, "*") || reader.is_op(close - 1, ">");
    let plain =
        close == at + 2 || starred || reader.word_in(at + 1, &["__bridge", "__bridge_transfer", "const", "unsigned"]);
    if !follows || !plain || next >= end || reader.word_in(next, reader.profile.stop) {
        return None;
    }
    reader.guarded(|reader| reader.operand(next, end))
}
