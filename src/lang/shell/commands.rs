//! Commands: from shell words to calls, assignments and values.
//!
//! Owns the reading of simple commands, assignments, functions and expansions. The decision to know: a name is a read
//! of the environment unless the file gives it a value somewhere, which is found out before anything is read.

use super::options;
use crate::facts::{Assign, Call, CallId, Def, DefKind, Facts, Item, Name, Path, Value, ValueKind};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;
use crate::span::Span;

/// Words before a command that are not part of it.
const KEYWORDS: &[&str] =
    &["if", "then", "elif", "else", "fi", "while", "until", "do", "done", "esac", "time", "!", "coproc"];
/// Commands that run the command after them.
const PREFIXES: &[&str] = &["sudo", "exec", "command", "builtin", "nohup", "env", "doas"];
/// Commands whose arguments are assignments.
const DECLARATIONS: &[&str] = &["export", "local", "readonly", "declare", "typeset"];
/// Operators that end a command.
const ENDS: &[&str] = &[";", "&", "|", "&&", "||", "|&", ";;", ";&", ";;&"];

/// Operators that name a file or another stream.
const REDIRECTIONS: &[&str] = &["<", ">", ">>", "<<<", "<&", ">&", "&>", "&>>", "<>", ">|"];

/// Finds the names the file gives a value.
pub(super) fn assigned(reader: &mut Reader<'_>) {
    // Whether a word here would be a command, and whether every word up to the end of the command is a name.
    let (mut first, mut names) = (true, false);
    for at in 0..reader.tokens.len() {
        let token = &reader.tokens[at];
        if token.nl || matches!(token.kind, Kind::Op | Kind::Open | Kind::InterpOpen | Kind::Close) {
            (first, names) = (true, false);
        }
        if token.kind != Kind::Word || !(token.sp || token.nl || first) {
            continue;
        }
        let text = reader.str(at);
        if names && is_name(text) {
            reader.known.insert(text);
        } else if let (true, Some((name, _))) = (first, assignment(text)) {
            reader.known.insert(name);
        } else if first {
            names = matches!(text, "for" | "read" | "select" | "mapfile" | "readarray");
            let opens = [KEYWORDS, PREFIXES, DECLARATIONS].iter().any(|list| list.contains(&text));
            first = opens || text.starts_with('-');
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name in `NAME=…`, `NAME+=…`, `NAME[key]=…`, and where the value starts.
fn assignment(text: &str) -> Option<(&str, usize)> {
    let (left, _) = text.split_once('=')?;
    let name = left.strip_suffix('+').unwrap_or(left);
    let name = name.strip_suffix(']').and_then(|name| name.split('[').next()).unwrap_or(name);
    is_name(name).then_some((name, left.len() + 1))
}

/// Reads one command, group or function.
pub(super) fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    Some(match reader.kind(at)? {
        Kind::Open if reader.is_open(at, "(") && reader.is_open(at + 1, "(") && !reader.tokens[at + 1].sp => {
            let close = reader.mate(at, end);
            substitutions(reader, at + 2, close);
            close + 1
        }
        Kind::Open => {
            let close = reader.mate(at, end);
            // A group without a bracket is a case pattern.
            if !reader.str(at).is_empty() {
                reader.queue(at + 1, close);
            }
            close + 1
        }
        Kind::Word | Kind::StrOpen | Kind::InterpOpen => command(reader, at, end).1,
        Kind::Op if reader.op_in(at, REDIRECTIONS) => command(reader, at, end).1.max(at + 1),
        _ => at + 1,
    })
}

fn ends(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    at >= end
        || reader.tokens[at].nl
        || reader.op_in(at, ENDS)
        || matches!(reader.kind(at), Some(Kind::Close | Kind::InterpClose | Kind::StrClose))
}

/// Reads a simple command. Gives its call, if it is one, and the index after it.
fn command(reader: &mut Reader<'_>, start: usize, end: usize) -> (Option<CallId>, usize) {
    // What the call's span starts with: its prefixes, but no keyword.
    let (mut at, mut first) = (start, start);
    loop {
        let text = if reader.kind(at) == Some(Kind::Word) { reader.str(at) } else { "" };
        let whole = at + 1 >= end || reader.tokens[at + 1].sp || reader.kind(at + 1) == Some(Kind::Op);
        if whole && KEYWORDS.contains(&text) {
            at += 1;
            first = at;
        } else if whole && PREFIXES.contains(&text) {
            at += 1;
        } else if reader.op_in(at, REDIRECTIONS) {
            at = word(reader, at + 1, end).1.max(at + 1);
        } else if whole && DECLARATIONS.contains(&text) {
            return (None, declared(reader, at + 1, end));
        } else if assignment(text).is_some() {
            at = assign(reader, at, end);
        } else {
            break;
        }
        if ends(reader, at, end) {
            return (None, at);
        }
    }
    match reader.str(at) {
        "for" | "select" => return (None, loop_head(reader, at, end)),
        "case" => {
            let (_, next) = word(reader, at + 1, end);
            return (None, if reader.is_word(next, "in") { next + 1 } else { next });
        }
        "[[" => return (None, condition(reader, at + 1, end)),
        "function" if !ends(reader, at + 1, end) => {
            let open = at + 2;
            let body = if reader.is_open(open, "(") { reader.mate(open, end) + 1 } else { open };
            return (None, function(reader, at, at + 1, body, end));
        }
        _ if reader.is_open(at + 1, "(") && reader.mate(at + 1, end) == at + 2 && at + 2 < end => {
            return (None, function(reader, at, at, at + 3, end));
        }
        _ => (),
    }
    simple(reader, first, at, end)
}

/// A command's name, its words and its redirections.
fn simple(reader: &mut Reader<'_>, first: usize, start: usize, end: usize) -> (Option<CallId>, usize) {
    let (name, mut at) = word(reader, start, end);
    let (mut words, mut input) = (Vec::new(), Vec::new());
    let mut last = start;
    while !ends(reader, at, end) {
        let text = reader.str(at);
        if reader.kind(at) == Some(Kind::Op) {
            let (target, next) = word(reader, at + 1, end);
            if text == "<<<" {
                input.push(target);
            }
            at = next.max(at + 1);
        } else if reader.kind(at) == Some(Kind::StrOpen) && text.starts_with("<<") {
            let (body, next) = reader.one_string(at, end);
            input.push(body);
            at = next;
        } else if is_descriptor(reader, at, end) {
            at += 1;
        } else {
            let spread = spreads(reader, at);
            let (value, next) = word(reader, at, end);
            words.push((value, spread));
            last = at;
            at = next.max(at + 1);
        }
    }
    let (path, plain) = named(&name);
    match (plain.as_str(), words.as_slice()) {
        ("[" | "test", _) => return (None, at),
        ("", []) if path.last().is_empty() => return (None, at),
        ("source" | ".", [(file, _), ..]) => {
            if let Some(file) = file.as_str() {
                let module = Name { text: file.text.clone(), span: file.content };
                reader.import(module, None, None, name.span.to(file.content));
                return (None, at);
            }
        }
        _ => (),
    }
    let args_span = match (words.first(), words.last()) {
        (Some((first, _)), Some((end, _))) => first.span.to(end.span),
        _ => Span::new(name.span.end, name.span.end),
    };
    let mut args = options::arguments(&plain, words);
    for value in input {
        let name = Some(Name { text: "<<".to_owned(), span: Span::new(value.span.start, value.span.start) });
        args.push(crate::facts::Arg { name, value, spread: false });
    }
    let span = reader.span_of(first, last + 1).to(args_span);
    reader.facts.calls.push(Call { path, new: false, receiver: None, args, args_span, span });
    (Some(reader.facts.calls.len() - 1), at)
}

/// The call that a list of words is, as programs are started without a shell.
pub(super) fn called(name: &Value, words: Vec<Value>, facts: &mut Facts) {
    let (path, plain) = named(name);
    let last = words.last().map_or(name.span, |word| word.span);
    let args_span = words.first().map_or(Span::new(name.span.end, name.span.end), |first| first.span.to(last));
    let args = options::arguments(&plain, words.into_iter().map(|word| (word, false)).collect());
    facts.calls.push(Call { path, new: false, receiver: None, args, args_span, span: name.span.to(last) });
}

/// The path of a command and its plain name: `/usr/bin/curl` and `"$BIN"/curl` are `curl`, `$CURL` has none.
fn named(name: &Value) -> (Path, String) {
    let last = match &name.kind {
        ValueKind::Concat(parts) => {
            parts.last().filter(|part| part.as_str().is_some_and(|text| text.text.contains('/')))
        }
        _ => Some(name),
    };
    match last.map(|value| &value.kind) {
        Some(ValueKind::Str(text)) => {
            let base = text.text.rsplit('/').next().unwrap_or_default().to_owned();
            (Path::single(Name { text: base.clone(), span: text.content }), base)
        }
        Some(ValueKind::Ref(path)) => (path.clone(), String::new()),
        Some(ValueKind::Env(name)) => (Path::single(name.clone()), String::new()),
        _ => (Path::default(), String::new()),
    }
}

/// `"$@"`, `"${name[@]}"`: all the words of a list.
fn spreads(reader: &Reader<'_>, at: usize) -> bool {
    let name = at + if reader.kind(at) == Some(Kind::StrOpen) { 2 } else { 0 };
    let name = name + usize::from(reader.kind(name) == Some(Kind::InterpOpen));
    reader.str(name) == "$@" || reader.is_op(name + 1, "[") && reader.str(name + 2).starts_with('@')
}

/// `2>`: a number that belongs to the redirection after it.
fn is_descriptor(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    at + 1 < end
        && !reader.tokens[at + 1].sp
        && reader.kind(at + 1) == Some(Kind::Op)
        && !reader.op_in(at + 1, ENDS)
        && reader.kind(at) == Some(Kind::Word)
        && reader.str(at).bytes().all(|byte| byte.is_ascii_digit())
}

/// One shell word: text, strings and expansions with no blank between them.
fn word(reader: &mut Reader<'_>, at: usize, end: usize) -> (Value, usize) {
    let mut parts = Vec::new();
    let mut i = at;
    while i < end && (i == at || !reader.tokens[i].sp) {
        match reader.tokens[i].kind {
            Kind::Word => {
                parts.push(plain(reader, i));
                i += 1;
            }
            Kind::StrOpen if i > at && reader.str(i).starts_with("<<") => break,
            Kind::StrOpen => {
                let (value, next) = reader.one_string(i, end);
                parts.push(value);
                i = next;
            }
            Kind::InterpOpen => {
                let close = reader.mate(i, end);
                let span = reader.span_of(i, (close + 1).min(end));
                let value = reader.nested(i + 1, close);
                parts.push(Value { span, ..value });
                i = close + 1;
            }
            Kind::Open if i > at => {
                let close = reader.mate(i, end);
                reader.queue(i + 1, close);
                parts.push(Value::opaque(reader.span_of(i, (close + 1).min(end))));
                i = close + 1;
            }
            _ => break,
        }
    }
    (join(parts, reader.span_of(at, i.max(at)), false), i.max(at))
}

/// Parts put together, with a blank between them where `apart`.
fn join(parts: Vec<Value>, span: Span, apart: bool) -> Value {
    let mut flat: Vec<Value> = Vec::new();
    for part in parts {
        if apart && !flat.is_empty() {
            let blank =
                crate::facts::Str { text: " ".to_owned(), content: Span::new(part.span.start, part.span.start) };
            flat.push(Value { kind: ValueKind::Str(blank), span: Span::new(part.span.start, part.span.start) });
        }
        match part.kind {
            ValueKind::Concat(inner) => flat.extend(inner),
            _ => flat.push(part),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        0 => Value { kind: ValueKind::Str(crate::facts::Str { text: String::new(), content: span }), span },
        _ if flat.iter().all(|part| part.as_str().is_some()) => {
            let text = flat.iter().filter_map(Value::as_str).map(|part| part.text.as_str()).collect();
            Value { kind: ValueKind::Str(crate::facts::Str { text, content: span }), span }
        }
        _ => Value { kind: ValueKind::Concat(flat), span },
    }
}

/// A run of plain text, or a `$name`.
fn plain(reader: &Reader<'_>, at: usize) -> Value {
    let (text, span) = (reader.str(at), reader.span(at));
    if let Some(name) = text.strip_prefix('$').filter(|name| !name.is_empty()) {
        return variable(reader, Name { text: name.to_owned(), span });
    }
    let text = if text.contains('\\') { unescape(text) } else { text.to_owned() };
    reader.text_value(text, span, span)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

/// A variable: of the file when it sets it, of the environment when not.
fn variable(reader: &Reader<'_>, name: Name) -> Value {
    let span = name.span;
    let own = reader.known.contains(name.text.as_str()) || !is_name(&name.text);
    Value { kind: if own { ValueKind::Ref(Path::single(name)) } else { ValueKind::Env(name) }, span }
}

/// `NAME=value`. Gives the index after it.
fn assign(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let text = reader.str(at);
    let Some((name, value_at)) = assignment(text) else { return at + 1 };
    let span = reader.span(at);
    let target = Name { text: name.to_owned(), span: Span::new(span.start, span.start + name.len()) };
    // `A=${A:-x}` reads the environment.
    let known = reader.known.remove(name);
    let (value, next) = if value_at == text.len() && reader.is_open(at + 1, "(") && !reader.tokens[at + 1].sp {
        array(reader, at + 1, end)
    } else {
        let (whole, next) = word(reader, at, end);
        (options::without(&whole, value_at), next)
    };
    if known {
        reader.known.insert(name);
    }
    let span = reader.span_of(at, next);
    reader.facts.assigns.push(Assign { target: Path::single(target), value, span });
    next
}

/// `(a b "$c")`, `([key]=value)`
fn array(reader: &mut Reader<'_>, open: usize, end: usize) -> (Value, usize) {
    let close = reader.mate(open, end);
    let mut items = Vec::new();
    let mut at = open + 1;
    while at < close {
        let (value, next) = word(reader, at, close);
        if next > at {
            let key = reader.str(at).strip_prefix('[').and_then(|text| text.split_once("]="));
            items.push(match key {
                Some((key, _)) => {
                    let start = reader.span(at).start + 1;
                    let name = Name { text: key.to_owned(), span: Span::new(start, start + key.len()) };
                    Item { key: Some(name), value: options::without(&value, key.len() + 3), spread: false }
                }
                None => Item { key: None, value, spread: false },
            });
        }
        at = next.max(at + 1);
    }
    let next = (close + 1).min(end);
    (Value { kind: ValueKind::Map(items), span: reader.span_of(open, next) }, next)
}

/// What follows `export` and its kin.
fn declared(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let mut at = at;
    while !ends(reader, at, end) {
        let is_assignment = reader.kind(at) == Some(Kind::Word) && assignment(reader.str(at)).is_some();
        let next = if is_assignment { assign(reader, at, end) } else { word(reader, at, end).1 };
        at = next.max(at + 1);
    }
    at
}

/// `for name in a b`: one of the words.
fn loop_head(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    if reader.kind(at + 1) != Some(Kind::Word) || !reader.is_word(at + 2, "in") || at + 3 > end {
        return at + 1;
    }
    let target = Path::single(reader.name(at + 1));
    let mut choices = Vec::new();
    let mut i = at + 3;
    while !ends(reader, i, end) {
        let (value, next) = word(reader, i, end);
        choices.push(value);
        i = next.max(i + 1);
    }
    let span = reader.span_of(at, i);
    let value = if choices.len() == 1 { choices.remove(0) } else { Value { kind: ValueKind::Either(choices), span } };
    reader.facts.assigns.push(Assign { target, value, span });
    i
}

/// `[[ … ]]`: only what its words run is of interest.
fn condition(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let mut close = at;
    while close < end && !reader.is_word(close, "]]") && !reader.is_op(close, ";") {
        close += 1;
    }
    substitutions(reader, at, close);
    close + 1
}

/// Has the commands that stand in expansions and strings read later.
fn substitutions(reader: &mut Reader<'_>, start: usize, end: usize) {
    let mut at = start;
    while at < end {
        let next = match reader.kind(at) {
            Some(Kind::StrOpen | Kind::InterpOpen) => {
                let close = reader.mate(at, end);
                reader.queue(at, (close + 1).min(end));
                close + 1
            }
            _ => at + 1,
        };
        at = next;
    }
}

fn function(reader: &mut Reader<'_>, at: usize, name: usize, body: usize, end: usize) -> usize {
    let name = Some(reader.name(name));
    if reader.kind(body) != Some(Kind::Open) {
        return body;
    }
    let close = reader.mate(body, end);
    let span = reader.span_of(at, (close + 1).min(end));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params: Vec::new(), body: span, of: None });
    reader.queue(body + 1, close);
    close + 1
}

/// What an expansion stands for: the opening before it says which.
pub(super) fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let opening = reader.str(at.checked_sub(1)?);
    let value = match opening {
        "" => plain(reader, at),
        "${" => parameter(reader, at, end),
        _ if reader.is_open(at, "(") && !reader.tokens[at].sp => {
            substitutions(reader, at + 1, reader.mate(at, end));
            Value::opaque(reader.span_of(at, end))
        }
        _ => substitution(reader, at, end),
    };
    Some((value, end))
}

/// `${NAME}`, `${NAME:-default}`, `${NAME%suffix}`
fn parameter(reader: &mut Reader<'_>, at: usize, end: usize) -> Value {
    let name = reader.name(at);
    let whole = reader.span_of(at, end);
    if name.text.starts_with(['!', '#']) {
        return Value::opaque(whole);
    }
    let value = variable(reader, name);
    if at + 1 >= end {
        return value;
    }
    let rest = |reader: &mut Reader<'_>| {
        let (word, next) = joined(reader, at + 2, end);
        reader.queue(next, end);
        word
    };
    match reader.str(at + 1) {
        ":-" | "-" | ":=" | "=" => {
            let default = rest(reader);
            Value { kind: ValueKind::Either(vec![value, default]), span: whole }
        }
        ":+" | "+" => rest(reader),
        ":?" | "?" | "%" | "%%" | "#" | "##" | "[" | "^" | "^^" | "," | ",," => value,
        _ => Value::opaque(whole),
    }
}

/// The word an operator of an expansion takes; blanks belong to it.
fn joined(reader: &mut Reader<'_>, at: usize, end: usize) -> (Value, usize) {
    let mut parts = Vec::new();
    let mut i = at;
    while i < end {
        let (value, next) = word(reader, i, end);
        if next == i {
            break;
        }
        parts.push(value);
        i = next;
    }
    (join(parts, reader.span_of(at, i), false), i)
}

/// `$(command)`: the call, or the text or base64 it prints where that is plain to see.
fn substitution(reader: &mut Reader<'_>, at: usize, end: usize) -> Value {
    let span = reader.span_of(at, end);
    let (call, mut next) = command(reader, at, end);
    let mut value = match call {
        Some(id) => printed(reader, id, span).unwrap_or(Value { kind: ValueKind::Call(id), span }),
        None => Value::opaque(span),
    };
    while next < end && reader.is_op(next, "|") {
        let (call, after) = command(reader, next + 1, end);
        value = match call.map(|id| &reader.facts.calls[id]) {
            Some(call) if encodes(call) => Value { kind: ValueKind::Base64(Box::new(value)), span },
            Some(call) if call.path.last() == "tr" => value,
            _ => Value::opaque(span),
        };
        next = after.max(next + 1);
    }
    if next < end {
        reader.queue(next, end);
        return Value::opaque(span);
    }
    value
}

/// What `echo` and `printf` print, and what `base64` makes of its input.
fn printed(reader: &Reader<'_>, id: CallId, span: Span) -> Option<Value> {
    let call = &reader.facts.calls[id];
    let plain: Vec<_> = call.args.iter().filter(|arg| arg.name.is_none()).cloned().collect();
    match call.path.last() {
        "echo" => Some(join(plain.into_iter().map(|arg| arg.value).collect(), span, true)),
        "printf" => {
            let (format, rest) = plain.split_first()?;
            Some(if rest.is_empty() { format.value.clone() } else { reader.filled(&format.value, rest, span) })
        }
        _ if encodes(call) => {
            let input = call.args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == "<<"))?;
            Some(Value { kind: ValueKind::Base64(Box::new(input.value.clone())), span })
        }
        _ => None,
    }
}

/// `base64`, `openssl base64`, `openssl enc -base64`
fn encodes(call: &Call) -> bool {
    let decodes = |name: &Name| matches!(name.text.as_str(), "d" | "D" | "decode");
    let options = || call.args.iter().filter_map(|arg| arg.name.as_ref());
    let positional = || call.args.iter().filter(|arg| arg.name.is_none()).filter_map(|arg| arg.value.as_str());
    let encoder = match call.path.last() {
        "base64" => true,
        "openssl" => {
            positional().any(|word| word.text == "base64")
                || call.args.iter().any(|arg| {
                    arg.name.as_ref().is_some_and(|name| name.text == "b")
                        && arg.value.as_str().is_some_and(|v| v.text == "ase64")
                })
        }
        _ => false,
    };
    encoder && !options().any(decodes)
}
