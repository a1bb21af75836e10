//! Types, fields, properties and methods.
//!
//! Owns what begins with a type. The decision to know: a property that is an expression is a name for its value, and
//! `new(…)` takes the type the declaration gives.

use super::super::reader::Reader;
use super::super::token::Kind;
use crate::facts::{Assign, Call, Def, DefKind, Path, Value};
use crate::span::Span;

/// Words that begin no type.
const NO_TYPE: &[&str] =
    &["new", "this", "base", "null", "true", "false", "typeof", "nameof", "default", "sizeof", "in", "as"];

/// `Type name = value, other;`, `Type name { get; } = value;`, `Type name => value;`, `Type name(params) { … }`.
pub(super) fn declaration(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let profile = reader.profile;
    let plain = |reader: &Reader<'_>, i: usize| {
        reader.kind(i) == Some(Kind::Word)
            && i < end
            && !reader.word_in(i, profile.stop)
            && !reader.word_in(i, profile.skip)
            && !reader.word_in(i, profile.containers)
            && !reader.word_in(i, NO_TYPE)
    };
    let tuple = reader.is_open(at, "(") && plain(reader, reader.mate(at, end) + 1);
    if !plain(reader, at) && !tuple {
        return None;
    }
    let mut name = type_end(reader, at, end);
    if plain(reader, name) && name > at {
        // The interface a member is of.
        while reader.is_op(name + 1, ".") && plain(reader, name + 2) {
            name += 2;
        }
        let after = reader.generics_end(name + 1, end).unwrap_or(name + 1);
        if reader.is_open(after, "(") && after < end {
            return method(reader, at, name, after, end);
        }
        if reader.is_open(after, "{") && after < end {
            return Some(property(reader, at, name, end));
        }
        if reader.is_op(after, "=>") && after < end {
            let (value, next) = reader.expression(after + 1, end)?;
            assign(reader, at, name, value, next);
            return Some(next);
        }
        return fields(reader, at, name, end);
    }
    // A constructor has no type.
    if reader.is_open(at + 1, "(") && at + 1 < end {
        let after = reader.mate(at + 1, end) + 1;
        let chained = reader.is_op(after, ":") && reader.word_in(after + 1, &["this", "base"]);
        if after < end && (reader.is_open(after, "{") || chained) {
            return method(reader, at, at, at + 1, end);
        }
    }
    None
}

fn assign(reader: &mut Reader<'_>, from: usize, name: usize, value: Value, next: usize) {
    let (target, span) = (Path::single(reader.name(name)), reader.span_of(from, next));
    reader.facts.assigns.push(Assign { target, value, span });
}

/// Names with or without a value, up to the semicolon.
fn fields(reader: &mut Reader<'_>, from: usize, name: usize, end: usize) -> Option<usize> {
    let mut i = name;
    loop {
        let target = i;
        i += 1;
        if reader.is_op(i, "=") && i < end {
            let (value, next) = given(reader, from, name, i + 1, end)?;
            assign(reader, from, target, value, next);
            i = next;
        } else if !reader.op_in(i, &[";", ",", ")"]) && i < end {
            // `foreach (Type name in …)` is read on.
            return reader.is_word(i, "in").then_some(i + 1);
        }
        if !reader.is_op(i, ",") || reader.kind(i + 1) != Some(Kind::Word) || i + 1 >= end {
            return Some(i);
        }
        i += 1;
    }
}

/// The value after `=`, where `new(…)` is of the type in `from..name`.
fn given(reader: &mut Reader<'_>, from: usize, name: usize, at: usize, end: usize) -> Option<(Value, usize)> {
    if !reader.is_word(at, "new") || !reader.is_open(at + 1, "(") || at + 1 >= end {
        return reader.expression(at, end);
    }
    let mut path = Path::default();
    let mut i = from;
    while reader.kind(i) == Some(Kind::Word) && i < name {
        path.0.push(reader.name(i));
        i += if reader.op_in(i + 1, reader.profile.path) { 2 } else { name };
    }
    let close = reader.mate(at + 1, end);
    let mut next = (close + 1).min(end);
    let mut items = reader.list(at + 2, close, &[":"]);
    let args_span = Span::new(reader.span(at + 1).end, reader.span(close).start.max(reader.span(at + 1).end));
    if reader.is_open(next, "{") && next < end {
        let close = reader.mate(next, end);
        items.extend(reader.list(next + 1, close, &["="]));
        next = (close + 1).min(end);
    }
    let args =
        items.into_iter().map(|item| crate::facts::Arg { name: item.key, value: item.value, spread: item.spread });
    let call =
        Call { path, new: true, receiver: None, args: args.collect(), args_span, span: reader.span_of(at, next) };
    Some((reader.finish_call(call), next))
}

/// `name { get; set; } = value;`, `name { get => value; }`
fn property(reader: &mut Reader<'_>, from: usize, name: usize, end: usize) -> usize {
    let open = (name + 1..end).find(|&i| reader.is_open(i, "{")).unwrap_or(end);
    let close = reader.mate(open, end);
    let next = (close + 1).min(end);
    if reader.is_word(open + 1, "get") && reader.is_op(open + 2, "=>") && open + 2 < close {
        if let Some((value, after)) = reader.expression(open + 3, close) {
            assign(reader, from, name, value, after);
            reader.queue(after, close);
        }
        return next;
    }
    let body = reader.span_of(from, next);
    let name_of = Some(reader.name(name));
    reader.facts.defs.push(Def { name: name_of, kind: DefKind::Function, params: Vec::new(), body, of: None });
    reader.queue(open + 1, close);
    if !reader.is_op(next, "=") || next >= end {
        return next;
    }
    let Some((value, after)) = given(reader, from, name, next + 1, end) else { return next };
    assign(reader, next, name, value, after);
    after
}

fn method(reader: &mut Reader<'_>, from: usize, name: usize, open: usize, end: usize) -> Option<usize> {
    let close = reader.mate(open, end);
    if close >= end {
        return None;
    }
    let mut i = close + 1;
    let params = reader.params(open + 1, close);
    if reader.is_op(i, ":") && reader.is_open(i + 2, "(") && i + 2 < end {
        let after = (reader.mate(i + 2, end) + 1).min(end);
        reader.queue(i + 1, after);
        i = after;
    }
    // Constraints on type parameters.
    while reader.is_word(i, "where") && i < end {
        i = (i..end.min(i + 64)).find(|&i| reader.is_open(i, "{") || reader.op_in(i, &[";", "=>"]))?;
    }
    let name = Some(reader.name(name));
    let id = reader.facts.defs.len();
    let body = reader.span_of(from, i.min(end));
    let next = if reader.is_open(i, "{") && i < end {
        reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
        let stop = reader.mate(i, end);
        reader.queue(i + 1, stop);
        (stop + 1).min(end)
    } else if reader.is_op(i, "=>") && i < end {
        reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
        reader.returned(i + 1, end).unwrap_or(i + 1)
    } else {
        // A method of an interface, or nothing of the kind.
        return reader.is_op(i, ";").then_some(i + 1);
    };
    reader.facts.defs[id].body = reader.span_of(from, next);
    Some(next)
}

/// `class Name<T>(params) : Base(…), Other where T : A { … }`
pub(super) fn container(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    // `record struct Name`
    let name_at = at + 1 + usize::from(reader.word_in(at + 1, reader.profile.containers));
    let name = (reader.kind(name_at) == Some(Kind::Word)).then(|| reader.name(name_at));
    let header = reader.generics_end(name_at + 1, end).unwrap_or(name_at + 1);
    let (mut params, mut i) = (Vec::new(), header);
    if reader.is_open(i, "(") && i < end {
        let close = reader.mate(i, end);
        params = reader.params(i + 1, close);
        i = close + 1;
    }
    let bases = i;
    while i < end.min(header + 200) && !reader.is_open(i, "{") && !reader.is_op(i, ";") {
        i = if reader.kind(i) == Some(Kind::Open) { reader.mate(i, end) + 1 } else { i + 1 };
    }
    i = i.min(end);
    if reader.is_op(bases, ":") {
        reader.queue(bases + 1, i);
    }
    let mut next = (i + 1).min(end);
    if reader.is_open(i, "{") && i < end {
        let close = reader.mate(i, end);
        reader.queue(i + 1, close);
        next = (close + 1).min(end);
    }
    let next = next.max(at + 1);
    let body = reader.span_of(at, next);
    reader.facts.defs.push(Def { name, kind: DefKind::Container, params, body, of: None });
    next
}

/// Index after the type at `at`: `a.b.C<D>[]?`, `(A a, B b)`, `global::A`.
pub(super) fn type_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let mut i = if reader.is_open(at, "(") { reader.mate(at, end) + 1 } else { at + 1 };
    loop {
        i = reader.generics_end(i, end).unwrap_or(i);
        if reader.op_in(i, &[".", "::"]) && reader.kind(i + 1) == Some(Kind::Word) && i + 1 < end {
            i += 2;
        } else {
            break;
        }
    }
    loop {
        let array = reader.is_open(i, "[") && (i + 1..reader.mate(i, end)).all(|i| reader.is_op(i, ","));
        if array && reader.mate(i, end) < end {
            i = reader.mate(i, end) + 1;
        } else if reader.op_in(i, &["?", "*"]) && i < end {
            i += 1;
        } else {
            return i.min(end);
        }
    }
}
