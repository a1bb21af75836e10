//! Statements of PowerShell: pipelines, commands, assignments, functions.
//!
//! Owns the reading of commands and their arguments. The decision to know: an argument that starts like a value is
//! one, and any other is the run of text up to the next blank. A program that is no command of the language is called
//! as a shell calls it.

use super::values::{expression, variable};
use crate::facts::{Arg, Assign, Call, Def, DefKind, Item, Name, Param, Path, Value, ValueKind};
use crate::lang::reader::Reader;
use crate::lang::shell::options;
use crate::lang::token::Kind;
use crate::span::Span;

/// Words that decorate what follows.
const KEYWORDS: &[&str] = &[
    "if",
    "elseif",
    "else",
    "while",
    "until",
    "do",
    "for",
    "foreach",
    "in",
    "switch",
    "try",
    "catch",
    "finally",
    "return",
    "throw",
    "begin",
    "process",
    "end",
    "trap",
    "data",
    "exit",
    "break",
    "continue",
    "dynamicparam",
];
/// Programs that take their options as a shell's commands do.
const PROGRAMS: &[&str] = &["curl", "wget", "http", "https", "xh"];
/// Other names of the web commands.
const ALIASES: &[(&str, &str)] = &[("irm", "invoke-restmethod"), ("iwr", "invoke-webrequest")];

/// Reads one statement.
pub(super) fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let text = reader.str(at).to_ascii_lowercase();
    Some(match reader.kind(at)? {
        Kind::Open if text == "{" => {
            let close = reader.mate(at, end);
            reader.queue(at + 1, close);
            close + 1
        }
        Kind::Word if matches!(text.as_str(), "function" | "filter" | "class" | "workflow") => {
            definition(reader, at, end, text == "class")
        }
        Kind::Word if text == "param" && reader.is_open(at + 1, "(") => {
            let close = reader.mate(at + 1, end);
            for param in params(reader, at + 2, close) {
                let (name, Some(value)) = (param.name, param.default) else { continue };
                let span = name.span.to(value.span);
                reader.facts.assigns.push(Assign { target: Path::single(name), value, span });
            }
            close + 1
        }
        Kind::Word if KEYWORDS.contains(&text.as_str()) => at + 1,
        Kind::Open | Kind::StrOpen | Kind::Word | Kind::Number => {
            let (calls, assigns) = (reader.facts.calls.len(), reader.facts.assigns.len());
            let (value, next) = pipeline(reader, at, end)?;
            let kept = matches!(
                value.kind,
                ValueKind::Str(_) | ValueKind::Concat(_) | ValueKind::Map(_) | ValueKind::Base64(_)
            );
            if kept && reader.facts.assigns.len() == assigns && reader.facts.calls.len() == calls {
                reader.facts.results.push(value);
            }
            next.max(at + 1)
        }
        Kind::Op if reader.op_in(at, &["&", "."]) || reader.op_in(at, &["@", "$"]) && next_opens(reader, at, end) => {
            pipeline(reader, at, end).map_or(at + 1, |(_, next)| next.max(at + 1))
        }
        _ => at + 1,
    })
}

/// Reads commands and expressions joined by `|`. Gives what the last one gives.
pub(super) fn pipeline(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let (mut value, mut next) = element(reader, at, end)?;
    while next + 1 < end && reader.op_in(next, &["|", "&&", "||"]) {
        let start = next + 1;
        let Some((last, after)) = element(reader, start, end) else { break };
        // `… | Out-String` and its kin: what goes in matters more than what is done to it.
        value = if reader.is_op(next, "|") && !matches!(last.kind, ValueKind::Call(_)) { value } else { last };
        next = after.max(start);
    }
    Some((value, next))
}

fn element(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if is_command(reader, at) {
        return command(reader, at, end);
    }
    let (value, next) = expression(reader, at, end)?;
    if !reader.op_in(next, &["=", "??=", "+="]) || next >= end {
        return Some((value, next));
    }
    let target = match value.kind {
        ValueKind::Ref(path) => path,
        ValueKind::Env(name) => Path::single(name),
        _ => return Some((value, next + 1)),
    };
    let (value, after) = reader.guarded(|reader| pipeline(reader, next + 1, end))?;
    let span = reader.span_of(at, after);
    reader.facts.assigns.push(Assign { target, value: value.clone(), span });
    Some((value, after))
}

fn next_opens(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    at + 1 < end && reader.kind(at + 1) == Some(Kind::Open)
}

fn is_command(reader: &Reader<'_>, at: usize) -> bool {
    match reader.kind(at) {
        Some(Kind::Word) => !reader.str(at).starts_with(['$', '-', '@']),
        Some(Kind::Op) => reader.op_in(at, &["&", "."]),
        _ => false,
    }
}

fn ends(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    reader.ends(at, end)
        || reader.op_in(at, &["|", "&&", "||", "&"])
        || matches!(reader.kind(at), Some(Kind::Close | Kind::InterpClose | Kind::StrClose))
}

/// A word of an argument: a value with what hangs on it, or the run of text up to the next blank.
fn argument(reader: &mut Reader<'_>, at: usize, end: usize) -> (Value, usize) {
    let (first, mut next) = one_argument(reader, at, end);
    if next >= end || !reader.is_op(next, ",") {
        return (first, next);
    }
    let mut items = vec![Item { key: None, value: first, spread: false }];
    while next + 1 < end && reader.is_op(next, ",") {
        let (value, after) = one_argument(reader, next + 1, end);
        items.push(Item { key: None, value, spread: false });
        next = after.max(next + 1);
    }
    (Value { kind: ValueKind::Map(items), span: reader.span_of(at, next) }, next)
}

fn one_argument(reader: &mut Reader<'_>, at: usize, end: usize) -> (Value, usize) {
    let mut parts: Vec<Value> = Vec::new();
    let mut next = at;
    while next < end && (next == at || !(reader.tokens[next].sp || reader.tokens[next].nl)) {
        let starts = match reader.kind(next) {
            Some(Kind::StrOpen) => true,
            Some(Kind::Open) => next == at || reader.is_open(next, "("),
            Some(Kind::Word) => reader.str(next).starts_with('$'),
            Some(Kind::Op) => {
                reader.op_in(next, &["@", "$"]) && next + 1 < end && reader.kind(next + 1) == Some(Kind::Open)
            }
            _ => false,
        };
        if starts && let Some((value, after)) = reader.operand(next, end) {
            parts.push(value);
            next = after.max(next + 1);
            continue;
        }
        if next > at
            && (reader.op_in(next, &[",", ";", "|"])
                || matches!(reader.kind(next), Some(Kind::Close | Kind::InterpClose)))
        {
            break;
        }
        let span = reader.span(next);
        let text = reader.str(next).to_owned();
        match parts.last_mut() {
            Some(Value { kind: ValueKind::Str(last), span: place }) if last.content.end == span.start => {
                last.text.push_str(&text);
                last.content.end = span.end;
                *place = last.content;
            }
            _ => parts.push(reader.text_value(text, span, span)),
        }
        next += 1;
    }
    let span = reader.span_of(at, next);
    let value = match parts.len() {
        0 => Value::opaque(span),
        1 => parts.remove(0),
        _ => Value { kind: ValueKind::Concat(parts), span },
    };
    (value, next.max(at + 1))
}

/// `Name -Option value argument`, `& $program arguments`
fn command(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let start = at + usize::from(reader.op_in(at, &["&", "."]));
    if start > at && ends(reader, start, end) {
        return Some((Value::opaque(reader.span_of(at, start)), start.max(at + 1)));
    }
    // `New-Object A.B(c)`: the parentheses are no part of a name.
    let (name, mut next) = one_argument(reader, start, end);
    let mut words: Vec<(Value, bool)> = Vec::new();
    while !ends(reader, next, end) {
        if reader.kind(next) == Some(Kind::Op) && reader.op_in(next, &[">", ">>", "<", "2>&1", "*", "="]) {
            next += 1;
            continue;
        }
        let splat = reader.kind(next) == Some(Kind::Word) && reader.str(next).starts_with('@');
        let (value, after) =
            if splat { (variable(reader.str(next), reader.span(next)), next + 1) } else { argument(reader, next, end) };
        words.push((value, splat));
        next = after.max(next + 1);
    }
    let span = reader.span_of(at, next);
    let (path, program) = match &name.kind {
        ValueKind::Str(text) => {
            let base = text.text.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
            let base = base.strip_suffix(".exe").map_or(base.clone(), str::to_owned);
            (Path::single(Name { text: base.clone(), span: text.content }), base)
        }
        ValueKind::Ref(path) => (path.clone(), String::new()),
        _ => (Path::default(), String::new()),
    };
    if program == "new-object" {
        return Some((construction(reader, words, span)?, next));
    }
    if program == "convertto-securestring" {
        // The text is what matters, not how it is kept in memory.
        let text = words.into_iter().map(|(word, _)| word).find(|word| switch(word).is_none());
        return Some((Value { span, ..text? }, next));
    }
    let args_span = match (words.first(), words.last()) {
        (Some((first, _)), Some((last, _))) => first.span.to(last.span),
        _ => Span::new(span.end, span.end),
    };
    let web = |word: &(Value, bool)| switch(&word.0).is_some_and(|name| name.text.len() > 2);
    let native = PROGRAMS.contains(&program.as_str()) && (words.iter().any(dashes) || !words.iter().any(web));
    let id = reader.facts.calls.len();
    let (path, args) = if native {
        reader.facts.commands.push(id);
        (path, options::arguments(&program, words))
    } else {
        let alias = ALIASES.iter().chain(&[("curl", "invoke-webrequest"), ("wget", "invoke-webrequest")]);
        let full = alias.into_iter().find(|(short, _)| *short == program);
        let path =
            full.map_or(path.clone(), |(_, full)| Path::single(Name { text: (*full).to_owned(), span: path.span() }));
        (path, arguments(words))
    };
    reader.facts.calls.push(Call { path, new: false, receiver: None, args, args_span, span });
    Some((Value { kind: ValueKind::Call(id), span }, next))
}

fn dashes(word: &(Value, bool)) -> bool {
    word.0.as_str().is_some_and(|text| text.text.starts_with("--") || text.text == "-u" || text.text == "-H")
}

/// The name of `-Name`.
fn switch(word: &Value) -> Option<Name> {
    let text = word.as_str().filter(|text| text.content == word.span)?;
    let name = text.text.strip_prefix('-').filter(|name| name.starts_with(|c: char| c.is_alphabetic()))?;
    let name = name.trim_end_matches(':');
    let start = text.content.start + 1;
    Some(Name { text: name.to_owned(), span: Span::new(start, start + name.len()) })
}

/// Names take the word after them, unless that is a name itself.
fn arguments(words: Vec<(Value, bool)>) -> Vec<Arg> {
    let mut args: Vec<Arg> = Vec::with_capacity(words.len());
    let mut waiting = false;
    for (word, spread) in words {
        if let Some(name) = switch(&word) {
            let value = Value { kind: ValueKind::Null, span: word.span };
            args.push(Arg { name: Some(name), value, spread });
            waiting = true;
        } else {
            match args.last_mut().filter(|_| waiting && !spread) {
                Some(last) => last.value = word,
                None => args.push(Arg { name: None, value: word, spread }),
            }
            waiting = false;
        }
    }
    args
}

/// `New-Object A.B(c, d)`, `New-Object -TypeName A.B -ArgumentList c, d`, `New-Object A.B c, d`
fn construction(reader: &mut Reader<'_>, words: Vec<(Value, bool)>, span: Span) -> Option<Value> {
    let args = arguments(words);
    let is = |arg: &Arg, name: &str| arg.name.as_ref().is_some_and(|known| known.text.eq_ignore_ascii_case(name));
    let plain = |arg: &&Arg| arg.name.is_none();
    let class = args.iter().find(|arg| is(arg, "TypeName")).or_else(|| args.iter().find(plain))?;
    // The parentheses may stand right behind the name.
    let (text, behind) = match &class.value.kind {
        ValueKind::Str(text) => (text.clone(), None),
        ValueKind::Concat(parts) => (parts.first()?.as_str()?.clone(), parts.get(1)),
        _ => return None,
    };
    let given = args.iter().find(|arg| is(arg, "ArgumentList"));
    let given = given.or_else(|| args.iter().filter(plain).find(|arg| arg.value.span != class.value.span));
    let given = behind.or(given.map(|arg| &arg.value)).cloned();
    let values = match given {
        Some(Value { kind: ValueKind::Map(items), .. }) => items.into_iter().map(|item| item.value).collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    };
    let args_span = match (values.first(), values.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::new(span.end, span.end),
    };
    let args = values.into_iter().map(|value| Arg { name: None, value, spread: false }).collect();
    let segments = text.text.split('.').map(|part| Name { text: part.to_owned(), span: text.content });
    let path = Path(segments.collect());
    reader.facts.calls.push(Call { path, new: true, receiver: None, args, args_span, span });
    Some(Value { kind: ValueKind::Call(reader.facts.calls.len() - 1), span })
}

/// `function Name($a, $b) { param(…) … }`, `class Name { … }`
fn definition(reader: &mut Reader<'_>, at: usize, end: usize, class: bool) -> usize {
    if reader.kind(at + 1) != Some(Kind::Word) || at + 1 >= end {
        return at + 1;
    }
    let name = Some(reader.name(at + 1));
    let mut next = at + 2;
    let mut list = Vec::new();
    if reader.is_open(next, "(") && next < end {
        let close = reader.mate(next, end);
        list = params(reader, next + 1, close);
        next = (close + 1).min(end);
    }
    while next < end && !reader.is_open(next, "{") && next < at + 16 {
        next += 1;
    }
    if !reader.is_open(next, "{") {
        return at + 2;
    }
    let close = reader.mate(next, end);
    let mut start = next + 1;
    // Attributes may stand before the parameters: `[CmdletBinding()]`.
    while reader.is_open(start, "[") && start < close {
        start = reader.mate(start, close) + 1;
    }
    if reader.str(start).eq_ignore_ascii_case("param") && reader.is_open(start + 1, "(") && start + 1 < close {
        let stop = reader.mate(start + 1, close);
        list = params(reader, start + 2, stop);
        start = stop + 1;
    }
    let body = reader.span_of(at, (close + 1).min(end));
    let kind = if class { DefKind::Container } else { DefKind::Function };
    reader.facts.defs.push(Def { name, kind, params: list, body, of: None });
    reader.queue(start, close);
    (close + 1).min(end)
}

/// `[Type] $Name = default, …`
fn params(reader: &mut Reader<'_>, start: usize, end: usize) -> Vec<Param> {
    let mut params = Vec::new();
    let mut at = start;
    while at < end && params.len() < 64 {
        let stop = reader.item_end(at, end);
        let named =
            |reader: &Reader<'_>, i: usize| reader.kind(i) == Some(Kind::Word) && reader.str(i).starts_with('$');
        let mut i = at;
        while i < stop && !named(reader, i) {
            i = if reader.kind(i) == Some(Kind::Open) { reader.mate(i, stop) + 1 } else { i + 1 };
        }
        if i < stop {
            let value = variable(reader.str(i), reader.span(i));
            let default = reader.is_op(i + 1, "=").then(|| expression(reader, i + 2, stop)).flatten();
            if let ValueKind::Ref(Path(names)) = value.kind
                && let Some(name) = names.into_iter().next()
            {
                params.push(Param { name, default: default.map(|(value, _)| value) });
            }
        }
        at = stop + 1;
    }
    params
}
