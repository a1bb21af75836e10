//! Reading of Elixir: imports, modules, functions, attributes, and operands of its own.
//!
//! Owns what a statement or an operand means. The decision to know: the blocks of `if` and `case` are code of the
//! function around, while a block handed to any other call is a scope.

use super::{BLOCKS, FUNCTIONS, MODULES};
use crate::facts::{Arg, Assign, Call, CallId, Def, DefKind, Name, Param, Path, Value, ValueKind};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;

pub(super) fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if reader.is_open(at, "{") || reader.is_op(at, "%") {
        return reader.expression(at, end).map(|(_, next)| next);
    }
    if reader.kind(at) != Some(Kind::Word) {
        return None;
    }
    let text = reader.str(at);
    let keyed = reader.is_op(at + 1, ":") && at + 1 < end && !reader.tokens[at + 1].sp;
    match text {
        _ if keyed => Some(at + 2),
        "alias" | "import" | "require" | "use" => import(reader, at, end),
        _ if MODULES.contains(&text) => module(reader, at, end),
        _ if FUNCTIONS.contains(&text) => function(reader, at, end),
        _ if BLOCKS.contains(&text) && !reader.is_open(at + 1, "(") => Some(head(reader, at, end)),
        _ if text.starts_with('@') => attribute(reader, at, end),
        _ => None,
    }
}

/// `A.B.C`. Gives the name and the index after it.
fn module_name(reader: &Reader<'_>, at: usize, end: usize) -> Option<(Name, usize)> {
    let upper =
        |at: usize| reader.kind(at) == Some(Kind::Word) && reader.str(at).starts_with(|c: char| c.is_uppercase());
    if !upper(at) || at >= end {
        return None;
    }
    let mut next = at + 1;
    while next + 1 < end && reader.is_op(next, ".") && upper(next + 1) {
        next += 2;
    }
    let span = reader.span_of(at, next);
    Some((Name { text: String::from_utf8_lossy(span.of(reader.text)).into_owned(), span }, next))
}

/// `alias A.B`, `alias A.B, as: C`, `alias A.{B, C}`, `import A.B`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let word = reader.str(at);
    let (module, next) = module_name(reader, at + 1, end)?;
    let span = reader.span_of(at, next);
    let last = |reader: &Reader<'_>| reader.name(next - 1);
    match word {
        "alias" if reader.is_op(next, ".") && reader.is_open(next + 1, "{") => {
            let close = reader.mate(next + 1, end);
            let mut i = next + 2;
            while i < close {
                if let Some((member, after)) = module_name(reader, i, close) {
                    let local = reader.name(after - 1);
                    let text = format!("{}.{}", module.text, member.text);
                    reader.import(Name { text, span: member.span }, None, Some(local), span);
                    i = after;
                }
                i += 1;
            }
            return Some((close + 1).min(end));
        }
        "alias" | "require" if reader.is_op(next, ",") && reader.is_word(next + 1, "as") => {
            if let Some((_, after)) = module_name(reader, next + 3, end) {
                let local = reader.name(after - 1);
                reader.import(module, None, Some(local), span);
                return Some(after);
            }
        }
        "alias" => {
            let local = last(reader);
            reader.import(module, None, Some(local), span);
        }
        "import" => {
            let all = Name { text: "*".to_owned(), span: module.span };
            reader.import(module, Some(all), None, span);
        }
        // `use A, option: value` is a call; so it is read as one.
        "use" => {
            reader.import(module, None, None, span);
            return None;
        }
        _ => reader.import(module, None, None, span),
    }
    Some(next)
}

/// `defmodule A.B do … end`
fn module(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let (name, next) = module_name(reader, at + 1, end).map_or((None, at + 1), |(name, next)| (Some(name), next));
    let after = reader.block_after(at)?.min(end);
    let body = reader.span_of(at, after);
    reader.facts.defs.push(Def { name, kind: DefKind::Container, params: Vec::new(), body, of: None });
    reader.queue(next, after.saturating_sub(1));
    Some(after.max(next))
}

/// `def name(params) do … end`, `def name(params), do: value`
fn function(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if reader.kind(at + 1) != Some(Kind::Word) {
        return None;
    }
    let name = Some(reader.name(at + 1));
    let mut next = at + 2;
    let mut params = Vec::new();
    if reader.is_open(next, "(") && next < end {
        let close = reader.mate(next, end);
        params = self::params(reader, next + 1, close);
        next = (close + 1).min(end);
    }
    let id = reader.facts.defs.len();
    let body = reader.span_of(at, next);
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    let after = match reader.block_after(at) {
        Some(after) => {
            reader.queue(next, after.min(end).saturating_sub(1));
            after.min(end)
        }
        None if reader.is_op(next, ",") && reader.is_word(next + 1, "do") && next + 3 < end => {
            let (value, after) = reader.expression(next + 3, end)?;
            if !matches!(value.kind, ValueKind::Call(_) | ValueKind::Ref(_) | ValueKind::Opaque) {
                reader.facts.results.push(value);
            }
            after
        }
        None => next,
    };
    reader.facts.defs[id].body = reader.span_of(at, after.max(next));
    Some(after.max(next))
}

/// Names, and defaults after `\\`; a pattern's first name stands for it.
fn params(reader: &mut Reader<'_>, start: usize, end: usize) -> Vec<Param> {
    let mut params = Vec::new();
    let mut at = start;
    while at < end && params.len() < 64 {
        let stop = reader.item_end(at, end);
        let head = stop.min(at + 64);
        let default_at = (at..head).find(|&i| reader.is_op(i, "\\\\"));
        let name = (at..default_at.unwrap_or(head)).find(|&i| {
            reader.kind(i) == Some(Kind::Word) && reader.str(i).starts_with(|c: char| c.is_lowercase() || c == '_')
        });
        let default = default_at.and_then(|i| reader.expression(i + 1, stop)).map(|(value, _)| value);
        params.extend(name.map(|name| Param { name: reader.name(name), default }));
        at = stop + 1;
    }
    params
}

/// `@name value`
fn attribute(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if reader.ends(at + 1, end)
        || !reader.tokens[at + 1].sp
        || reader.kind(at + 1) == Some(Kind::Op) && !reader.op_in(at + 1, &["%", "-", "&"])
    {
        return None;
    }
    let ValueKind::Ref(target) = reader.operand(at, at + 1)?.0.kind else { return None };
    let (value, next) = reader.expression(at + 1, end)?;
    let span = reader.span_of(at, next);
    reader.facts.assigns.push(Assign { target, value, span });
    Some(next)
}

/// `%{…}`, `%Name{…}`, `{:system, "X"}`, `{Module, options}`, `fn … end`, `if … end`, `Application.get_env(…)`
pub(super) fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    match reader.kind(at)? {
        Kind::Op if reader.is_op(at, "%") => {
            let mut open = at + 1;
            while open < end && !reader.is_open(open, "{") && open < at + 16 {
                open += 1;
            }
            map(reader, at, open, end)
        }
        Kind::Open if reader.is_open(at, "{") => tuple(reader, at, end),
        Kind::Word => match reader.str(at) {
            "fn" => closure(reader, at, end),
            text if BLOCKS.contains(&text) => {
                let after = reader.block_after(at)?.min(end);
                let body = head(reader, at, after);
                reader.queue(body, after);
                Some((Value::opaque(reader.span_of(at, after)), after))
            }
            "Application" => setting(reader, at, end),
            _ => None,
        },
        _ => None,
    }
}

/// Has what stands between a word and its `do` read, so that the `do` is no part of it. Gives the index after.
fn head(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let after = reader.block_after(at);
    let found = (at + 1..end.min(at + 400)).find(|&i| reader.is_word(i, "do") && reader.block_after(i) == after);
    let Some(body) = found.filter(|_| after.is_some()) else { return at + 1 };
    reader.queue(at + 1, body);
    body + 1
}

/// `%{a: b}`, `%{map | a: b}`
fn map(reader: &mut Reader<'_>, at: usize, open: usize, end: usize) -> Option<(Value, usize)> {
    if !reader.is_open(open, "{") || open >= end {
        return None;
    }
    let close = reader.mate(open, end);
    let updates = reader.is_op(open + 2, "|") && open + 2 < close;
    let items = reader.list(open + if updates { 3 } else { 1 }, close, &[":", "=>"]);
    let next = (close + 1).min(end);
    Some((Value { kind: ValueKind::Map(items), span: reader.span_of(at, next) }, next))
}

fn tuple(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let close = reader.mate(at, end);
    let span = reader.span_of(at, (close + 1).min(end));
    let mut items = reader.list(at + 1, close, &[":", "=>"]);
    let next = (close + 1).min(end);
    let first = items.first().map(|item| &item.value.kind);
    if let [system, name] = items.as_slice()
        && system.value.as_str().is_some_and(|text| text.text == "system")
        && let Some(name) = name.value.as_str()
    {
        let name = Name { text: name.text.clone(), span: name.content };
        return Some((Value { kind: ValueKind::Env(name), span }, next));
    }
    if let Some(ValueKind::Ref(path)) = first
        && path.last().starts_with(|c: char| c.is_uppercase())
        && !path.last().chars().all(|c| c.is_uppercase() || c == '_')
        && items.len() > 1
        && reader.kind(at + 1) == Some(Kind::Word)
    {
        let path = path.clone();
        let args: Vec<Arg> =
            items.drain(1..).map(|item| Arg { name: item.key, value: item.value, spread: item.spread }).collect();
        let args_span = args.iter().map(|arg| arg.value.span).reduce(crate::span::Span::to).unwrap_or(span);
        let call = Call { path, new: false, receiver: None, args, args_span, span };
        return Some((reader.finish_call(call), next));
    }
    Some((Value { kind: ValueKind::Map(items), span }, next))
}

/// `fn a, b -> … end`
fn closure(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let after = reader.block_after(at)?.min(end);
    let arrow = (at + 1..after.min(at + 64)).find(|&i| reader.is_op(i, "->")).unwrap_or(at);
    let params = params(reader, at + 1, arrow);
    let body = reader.span_of(at, after);
    reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body, of: None });
    reader.queue(arrow + 1, after.saturating_sub(1));
    Some((Value::opaque(body), after))
}

/// `Application.get_env(:app, :key)` is the setting `app.key`, or its default.
fn setting(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    const READS: &[&str] = &["get_env", "fetch_env!", "compile_env", "compile_env!", "fetch_env"];
    if !reader.is_op(at + 1, ".") || !reader.word_in(at + 2, READS) || !reader.is_open(at + 3, "(") || at + 3 >= end {
        return None;
    }
    let close = reader.mate(at + 3, end);
    let next = (close + 1).min(end);
    let span = reader.span_of(at, next);
    let mut items = reader.list(at + 4, close, &[":", "=>"]).into_iter();
    let name = |value: Option<crate::facts::Item>| {
        value.and_then(|item| Some(Name { text: item.value.as_str()?.text.clone(), span: item.value.span }))
    };
    let path: Vec<Name> = [name(items.next()), name(items.next())].into_iter().flatten().collect();
    let setting = Value { kind: ValueKind::Ref(Path(path)), span };
    Some(match items.next() {
        Some(default) => (Value { kind: ValueKind::Either(vec![setting, default.value]), span }, next),
        None => (setting, next),
    })
}

/// `do … end` after a call.
pub(super) fn trailing_block(reader: &mut Reader<'_>, call: CallId, at: usize, end: usize) -> Option<usize> {
    if !reader.is_word(at, "do") || at >= end {
        return None;
    }
    let after = reader.block_after(at)?.min(end);
    let body = reader.span_of(at, after);
    reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params: Vec::new(), body, of: Some(call) });
    reader.queue(at + 1, after.saturating_sub(1));
    Some(after)
}
