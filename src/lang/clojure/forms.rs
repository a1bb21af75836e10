//! Forms of Clojure: calls, bindings, threading, literals.
//!
//! Owns what a form means. The decision to know: a form that is no value of interest is queued and read later, so that
//! only values cost nesting.

use super::lookups::{environment, looked_up, variable};
use super::names::{bound, definition, function, imports};
use super::segments;
use crate::facts::{Arg, Call, Item, Name, Path, Value, ValueKind};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;
use crate::span::Span;

/// Forms whose first part binds names to values.
const BINDINGS: &[&str] = &[
    "let",
    "if-let",
    "when-let",
    "loop",
    "binding",
    "with-open",
    "when-some",
    "if-some",
    "with-redefs",
    "for",
    "doseq",
    "let*",
    "plet",
    "p/let",
    "with-local-vars",
];
/// Prefixes that leave the form after them what it is.
const PREFIXES: &[&str] = &["'", "`", "~", "~@", "@", "#'", "#?", "#?@", "##"];

/// A value passed to a form by threading.
struct Threaded {
    value: Value,
    last: bool,
}

/// Reads a form for what it does.
pub(super) fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let start = start_of(reader, at, end);
    if start > at {
        return Some(start);
    }
    let Some((value, next)) = form(reader, at, end) else { return Some(at + 1) };
    let kept =
        matches!(value.kind, ValueKind::Str(_) | ValueKind::Concat(_) | ValueKind::Map(_) | ValueKind::Base64(_));
    if kept && reader.kind(at) != Some(Kind::Symbol) {
        reader.facts.results.push(value);
    }
    Some(next.max(at + 1))
}

/// Index after the form at `at`, prefixes included.
pub(super) fn end_of(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let mut i = at;
    while i < end && reader.kind(i) == Some(Kind::Op) {
        i += 1;
    }
    match reader.kind(i) {
        Some(Kind::Open | Kind::StrOpen) => (reader.mate(i, end) + 1).min(end),
        _ => (i + 1).min(end),
    }
}

/// Index of the form at or after `at` that is not left out with `#_`.
pub(super) fn start_of(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let mut i = at;
    while i < end {
        if reader.is_op(i, "#_") {
            // `#_ #_ a b` leaves out two.
            let mut count = 0;
            while i < end && reader.is_op(i, "#_") {
                count += 1;
                i += 1;
            }
            for _ in 0..count {
                i = end_of(reader, i, end);
            }
        } else if reader.is_op(i, "^") {
            i = end_of(reader, i + 1, end);
        } else if reader.op_in(i, PREFIXES)
            || reader.kind(i) == Some(Kind::Op) && reader.str(i).len() > 1 && reader.str(i).starts_with('#')
        {
            i += 1;
        } else {
            break;
        }
    }
    i
}

/// Where each form of `start..end` starts.
pub(super) fn parts(reader: &Reader<'_>, start: usize, end: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = start_of(reader, start, end);
    while at < end {
        found.push(at);
        at = start_of(reader, end_of(reader, at, end), end);
    }
    found
}

fn form(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    reader.guarded(|reader| one(reader, at, end))
}

/// The form at `at`, or an opaque one where there is none.
pub(super) fn value(reader: &mut Reader<'_>, at: usize, end: usize) -> Value {
    match form(reader, at, end) {
        Some((value, _)) => value,
        None => {
            let next = end_of(reader, at, end);
            reader.queue(at, next);
            Value::opaque(reader.span_of(at, next))
        }
    }
}

fn one(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let at = start_of(reader, at, end);
    if at >= end {
        return None;
    }
    let span = reader.span(at);
    match reader.kind(at)? {
        Kind::StrOpen => Some(reader.one_string(at, end)),
        Kind::Number | Kind::Symbol => Some((reader.text_value(reader.str(at).to_owned(), span, span), at + 1)),
        Kind::Word => Some((symbol(reader, at), at + 1)),
        Kind::Open => {
            let close = reader.mate(at, end);
            let next = (close + 1).min(end);
            let span = reader.span_of(at, next);
            let value = match reader.str(at) {
                "(" => list(reader, at, close, span, None),
                "{" if at > 0 && reader.is_op(at - 1, "#") => vector(reader, at, close, span),
                "{" => map(reader, at, close, span),
                _ => vector(reader, at, close, span),
            };
            Some((value, next))
        }
        Kind::Literal => Some((Value::opaque(span), at + 1)),
        _ => None,
    }
}

fn symbol(reader: &Reader<'_>, at: usize) -> Value {
    let (name, span) = (reader.name(at), reader.span(at));
    let kind = match name.text.as_str() {
        "nil" => ValueKind::Null,
        "true" | "false" => ValueKind::Opaque,
        "this" => ValueKind::Ref(Path::single(Name { text: "self".to_owned(), span })),
        _ => ValueKind::Ref(Path(segments(&name))),
    };
    Value { kind, span }
}

fn vector(reader: &mut Reader<'_>, open: usize, close: usize, span: Span) -> Value {
    let starts = parts(reader, open + 1, close);
    let items =
        starts.into_iter().map(|at| Item { key: None, value: value(reader, at, close), spread: false }).collect();
    Value { kind: ValueKind::Map(items), span }
}

fn map(reader: &mut Reader<'_>, open: usize, close: usize, span: Span) -> Value {
    let starts = parts(reader, open + 1, close);
    let mut items = Vec::new();
    for pair in starts.chunks(2) {
        let &[key, at] = pair else { break };
        let name = key_name(reader, key);
        if name.is_none() {
            let next = end_of(reader, key, close);
            reader.queue(key, next);
        }
        items.push(Item { key: name, value: value(reader, at, close), spread: false });
    }
    Value { kind: ValueKind::Map(items), span }
}

pub(super) fn key_name(reader: &Reader<'_>, at: usize) -> Option<Name> {
    match reader.kind(at)? {
        Kind::Symbol | Kind::Word | Kind::Number => Some(reader.name(at)),
        _ => reader.string_name(at),
    }
}

/// `(head arguments…)`, with a value threaded in.
fn list(reader: &mut Reader<'_>, open: usize, close: usize, span: Span, threaded: Option<Threaded>) -> Value {
    let starts = parts(reader, open + 1, close);
    let Some((&head, rest)) = starts.split_first() else { return Value::opaque(span) };
    let opaque = |reader: &mut Reader<'_>| {
        reader.queue(head, close);
        Value::opaque(span)
    };
    if reader.kind(head) == Some(Kind::Symbol) {
        return keyword(reader, head, rest, close, span, threaded);
    }
    if reader.kind(head) != Some(Kind::Word) {
        return opaque(reader);
    }
    let name = reader.str(head);
    if threaded.is_none() {
        match name {
            "ns" | "require" | "use" | "import" => return imports(reader, head, rest, close, span),
            "def" | "defonce" | "goog-define" => return definition(reader, rest, close, span),
            "defn" | "defn-" | "defmacro" | "fn" | "fn*" | "defmethod" => {
                return function(reader, head, rest, close, span);
            }
            "if" | "if-not" => {
                if let Some(&condition) = rest.first() {
                    let next = end_of(reader, condition, close);
                    reader.queue(condition, next);
                }
                return either(reader, rest.get(1..).unwrap_or_default(), close, span);
            }
            "or" => return either(reader, rest, close, span),
            "do" | "when" | "when-not" | "try" => return last(reader, rest, close, span),
            "->" | "->>" | "some->" | "some->>" => {
                return thread(reader, rest, close, span, name.ends_with(">>"));
            }
            _ if BINDINGS.contains(&name) && rest.first().is_some_and(|&at| reader.is_open(at, "[")) => {
                return bound(reader, rest, close, span);
            }
            "quote" | "comment" | "case" | "cond" | "condp" | "catch" | "defrecord" | "deftype" | "reify" | "proxy"
            | "defprotocol" | "extend-protocol" | "deftest" | "testing" => {
                reader.queue(head + 1, close);
                return Value::opaque(span);
            }
            _ => (),
        }
    }
    let mut args: Vec<Value> = rest.iter().map(|&at| value(reader, at, close)).collect();
    let mut keywords: Vec<bool> = rest.iter().map(|&at| reader.kind(at) == Some(Kind::Symbol)).collect();
    if let Some(threaded) = threaded {
        let at = if threaded.last { args.len() } else { 0 };
        args.insert(at, threaded.value);
        keywords.insert(at, false);
    }
    call(reader, head, arguments(args, &keywords), span, rest, close)
}

/// Positional arguments, and pairs at the end that start with a keyword: `(f a :b c)`.
fn arguments(values: Vec<Value>, keywords: &[bool]) -> Vec<Arg> {
    let first = keywords.iter().position(|&keyword| keyword).unwrap_or(values.len());
    let even = (values.len() - first).is_multiple_of(2);
    let named = even && keywords.get(first..).unwrap_or_default().iter().step_by(2).all(|&keyword| keyword);
    let mut args = Vec::with_capacity(values.len());
    let mut name = None;
    for (at, value) in values.into_iter().enumerate() {
        if named && at >= first && name.is_none() {
            name = value.as_str().map(|text| Name { text: text.text.clone(), span: text.content });
            continue;
        }
        args.push(Arg { name: name.take(), value, spread: false });
    }
    args
}

/// What a call of a name comes to.
fn call(reader: &mut Reader<'_>, head: usize, mut args: Vec<Arg>, span: Span, rest: &[usize], close: usize) -> Value {
    let name = reader.name(head);
    let args_span = match rest.first() {
        Some(&first) => reader.span_of(first, close),
        None => Span::new(name.span.end, name.span.end),
    };
    match name.text.as_str() {
        "str" => return concat(args, span),
        "env" if args.first().is_some_and(|arg| arg.name.is_none()) => {
            if let Some(read) = environment(&args, span) {
                return read;
            }
        }
        // `(env :a "default")` was taken for a pair.
        "env" => {
            let Some(Arg { name: Some(key), value, .. }) = args.pop() else { return Value::opaque(span) };
            let read = Value { kind: ValueKind::Env(variable(&key)), span };
            return Value { kind: ValueKind::Either(vec![read, value]), span };
        }
        "get" | "get-in" => {
            if let Some(read) = looked_up(&args, span) {
                return read;
            }
        }
        _ => (),
    }
    let text = name.text.as_str();
    if let Some(class) = text.strip_suffix('.').filter(|class| !class.is_empty()) {
        let class = Name { text: class.to_owned(), span: Span::new(name.span.start, name.span.end - 1) };
        let path = Path(segments(&class));
        return reader.finish_call(Call { path, new: true, receiver: None, args, args_span, span });
    }
    if let Some(method) = text.strip_prefix('.').filter(|method| !method.is_empty() && !args.is_empty()) {
        // `(.method object arguments…)`
        let method = Name { text: method.trim_start_matches('-').to_owned(), span: name.span };
        let object = args.remove(0).value;
        let (path, receiver) = match object.kind {
            ValueKind::Ref(path) => (Path(path.0.into_iter().chain([method]).collect()), None),
            _ => (Path::single(method), Some(Box::new(object))),
        };
        return reader.finish_call(Call { path, new: false, receiver, args, args_span, span });
    }
    let path = Path(segments(&name));
    reader.finish_call(Call { path, new: false, receiver: None, args, args_span, span })
}

fn concat(args: Vec<Arg>, span: Span) -> Value {
    let mut parts = Vec::new();
    for arg in args {
        // A keyword among them was taken for a name.
        if let Some(name) = arg.name {
            let text = crate::facts::Str { text: format!(":{}", name.text), content: name.span };
            parts.push(Value { kind: ValueKind::Str(text), span: name.span });
        }
        match arg.value.kind {
            ValueKind::Concat(inner) => parts.extend(inner),
            _ => parts.push(arg.value),
        }
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => Value { kind: ValueKind::Concat(parts), span },
    }
}

/// `(:key map)`, `(:key map default)`
fn keyword(
    reader: &mut Reader<'_>,
    head: usize,
    rest: &[usize],
    close: usize,
    span: Span,
    threaded: Option<Threaded>,
) -> Value {
    let object = match (threaded, rest.first()) {
        (Some(threaded), _) => threaded.value,
        (None, Some(&at)) => value(reader, at, close),
        _ => return Value::opaque(span),
    };
    match object.kind {
        ValueKind::Ref(mut path) => {
            path.0.push(reader.name(head));
            Value { kind: ValueKind::Ref(path), span }
        }
        _ => Value::opaque(span),
    }
}

fn either(reader: &mut Reader<'_>, rest: &[usize], close: usize, span: Span) -> Value {
    let mut choices: Vec<Value> = rest.iter().map(|&at| value(reader, at, close)).collect();
    match choices.len() {
        0 => Value::opaque(span),
        1 => choices.remove(0),
        _ => Value { kind: ValueKind::Either(choices), span },
    }
}

pub(super) fn last(reader: &mut Reader<'_>, rest: &[usize], close: usize, span: Span) -> Value {
    let Some((&last, before)) = rest.split_last() else { return Value::opaque(span) };
    if let Some(&first) = before.first() {
        reader.queue(first, last);
    }
    value(reader, last, close)
}

fn thread(reader: &mut Reader<'_>, rest: &[usize], close: usize, span: Span, to_last: bool) -> Value {
    let Some((&first, steps)) = rest.split_first() else { return Value::opaque(span) };
    let mut result = value(reader, first, close);
    for &at in steps {
        let next = end_of(reader, at, close);
        let whole = result.span.to(reader.span_of(at, next));
        let threaded = Threaded { value: result, last: to_last };
        result = match reader.kind(at) {
            Some(Kind::Open) if reader.is_open(at, "(") => {
                let stop = reader.mate(at, close);
                let read = reader.guarded(|reader| Some(list(reader, at, stop, whole, Some(threaded))));
                read.unwrap_or_else(|| Value::opaque(whole))
            }
            Some(Kind::Word) => call(reader, at, arguments(vec![threaded.value], &[]), whole, &[], next),
            Some(Kind::Symbol) => keyword(reader, at, &[], close, whole, Some(threaded)),
            _ => Value::opaque(whole),
        };
    }
    result
}
