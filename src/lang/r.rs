//! R: profile, raw strings, `c()` and `list()`, text put together by `paste`.
//!
//! Owns what only R has. It knows no vendor.

use super::lexer::Lexer;
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Def, DefKind, Item, Name, Str, Value, ValueKind};
use crate::span::Span;

/// R.
pub static LANGUAGE: Language = Language {
    name: "r",
    extensions: &["r", "rprofile", "rhistory"],
    filenames: &[".rprofile"],
    interpreters: &["rscript", "Rscript", "r", "R", "littler"],
    fences: &["rlang"],
    front: Front::Profile(&PROFILE),
    environment: "Sys.getenv(\"{}\")",
};

const fn quoted(mark: &'static str) -> StringForm {
    StringForm { open: mark, close: mark, escape: Escape::Backslash, interp: Interp::None, lines: true }
}

static PROFILE: Profile = Profile {
    line_comments: &["#"],
    block_comments: &[],
    strings: &[quoted("\""), quoted("'")],
    word_start: b".",
    word_part: b".",
    operators: &["<<-", "->>", ":::", "%%", "<-", "->", "|>", "::", "<=", ">=", "==", "!=", "&&", "||", ":="],
    literal,
    newline_ends: true,
    path: &["$", "::", ":::", "@"],
    concat: &[],
    either: words(&["%||%"]),
    pipes: &["|>", "%>%", "%<>%", "%T>%"],
    assign: &["<-", "=", "<<-"],
    map_key: &["="],
    arg_key: &["="],
    spread: &[],
    new: None,
    null: words(&["NULL", "NA", "NA_character_"]),
    this: &[],
    skip: words(&["return", "else", "repeat", "invisible"]),
    stop: words(&["if", "for", "while", "in"]),
    containers: words(&[]),
    functions: words(&[]),
    param_first: true,
    parallel: false,
    base64: &["base64encode", "base64_enc", "base64_encode", "base64Encode", "base64"],
    same: &["charToRaw", "trimws", "toString", "enc2utf8", "invisible", "I", "unname"],
    formats: &["sprintf", "glue", "str_glue", "gettextf"],
    shells: &["system", "system2", "shell", "processx.run", "sys.exec_wait", "exec_wait", "run"],
    statement,
    operand,
    ..BASE
};

// Lexing.

fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'%' => infix(lexer),
        b'r' | b'R' if matches!(lexer.peek(1), b'"' | b'\'') => raw(lexer),
        b'`' => backquoted(lexer),
        _ => false,
    }
}

/// `%in%`, `%>%`
fn infix(lexer: &mut Lexer<'_>) -> bool {
    let line = &lexer.text[lexer.pos + 1..lexer.line_end(lexer.pos)];
    let Some(len) = memchr::memchr(b'%', line).filter(|&len| len < 32) else { return false };
    lexer.push(Kind::Op, lexer.pos + len + 2);
    true
}

/// `r"(…)"`, `R"---[…]---"`
fn raw(lexer: &mut Lexer<'_>) -> bool {
    const CLOSINGS: &[[&str; 3]] = &[
        [")\"", "]\"", "}\""],
        [")'", "]'", "}'"],
        [")-\"", "]-\"", "}-\""],
        [")-'", "]-'", "}-'"],
        [")--\"", "]--\"", "}--\""],
        [")--'", "]--'", "}--'"],
        [")---\"", "]---\"", "}---\""],
        [")---'", "]---'", "}---'"],
    ];
    let mut dashes = 0;
    while lexer.peek(2 + dashes) == b'-' {
        dashes += 1;
    }
    let bracket = match lexer.peek(2 + dashes) {
        b'(' => 0,
        b'[' => 1,
        b'{' => 2,
        _ => return false,
    };
    let row = 2 * dashes + usize::from(lexer.peek(1) == b'\'');
    let Some(closings) = CLOSINGS.get(row) else { return false };
    let form =
        StringForm { open: "r", close: closings[bracket], escape: Escape::None, interp: Interp::None, lines: true };
    lexer.open_string(form, 3 + dashes, None);
    true
}

/// A name in backquotes.
fn backquoted(lexer: &mut Lexer<'_>) -> bool {
    let line = &lexer.text[lexer.pos + 1..lexer.line_end(lexer.pos)];
    let Some(len) = memchr::memchr(b'`', line) else { return false };
    lexer.pos += 1;
    lexer.push(Kind::Word, lexer.pos + len);
    lexer.pos += 1;
    true
}

// Reading.

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "library" | "require" | "requireNamespace" | "loadNamespace"
            if reader.kind(at) == Some(Kind::Word) && reader.is_open(at + 1, "(") =>
        {
            let module = match reader.kind(at + 2)? {
                Kind::Word => reader.name(at + 2),
                _ => reader.string_name(at + 2)?,
            };
            let next = (reader.mate(at + 1, end) + 1).min(end);
            let span = reader.span_of(at, next);
            let all = Name { text: "*".to_owned(), span: module.span };
            reader.import(module, Some(all), None, span);
            Some(next)
        }
        // `value -> name`
        _ => {
            let arrow = (at..end.min(at + 64)).take_while(|&i| i == at || !reader.ends(i, end)).last()?;
            if arrow < at + 2 || !reader.op_in(arrow - 1, &["->", "->>"]) || reader.kind(arrow) != Some(Kind::Word) {
                return None;
            }
            let (value, _) = reader.expression(at, arrow - 1)?;
            let target = crate::facts::Path::single(reader.name(arrow));
            let span = reader.span_of(at, arrow + 1);
            reader.facts.assigns.push(crate::facts::Assign { target, value, span });
            Some(arrow + 1)
        }
    }
}

/// `function(x) …`, `\(x) …`, `if (…) a else b`, `c(…)`, `list(…)`, `paste0(…)`
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_op(at, "\\") || reader.is_word(at, "function") {
        return function(reader, at, end);
    }
    if reader.is_open(at, "{") {
        let close = reader.mate(at, end);
        reader.queue(at + 1, close);
        let next = (close + 1).min(end);
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    if reader.is_word(at, "if") && reader.is_open(at + 1, "(") {
        return conditional(reader, at, end);
    }
    if reader.kind(at) != Some(Kind::Word) || !reader.is_open(at + 1, "(") || at + 1 >= end {
        return None;
    }
    let name = reader.str(at);
    // A dot is part of a name, so the tables of names with dots cannot say these.
    const KNOWN: &[&str] = &["c", "list", "paste", "paste0", "str_c", "Sys.getenv", "as.character"];
    if !KNOWN.contains(&name) {
        return None;
    }
    let close = reader.mate(at + 1, end);
    let mut items = reader.list(at + 2, close, &["="]);
    let next = (close + 1).min(end);
    let span = reader.span_of(at, next);
    let value = match name {
        "c" | "list" => Value { kind: ValueKind::Map(items), span },
        "as.character" if items.len() == 1 => items.remove(0).value,
        "as.character" => Value::opaque(span),
        "Sys.getenv" => environment(items, span),
        _ => pasted(items, if name == "paste" { " " } else { "" }, span),
    };
    Some((value, next))
}

/// `Sys.getenv("A")`, `Sys.getenv("A", unset = "b")`
fn environment(items: Vec<Item>, span: Span) -> Value {
    let mut items = items.into_iter();
    let Some(Value { kind: ValueKind::Str(name), .. }) = items.next().map(|item| item.value) else {
        return Value::opaque(span);
    };
    let read = Value { kind: ValueKind::Env(Name { text: name.text, span: name.content }), span };
    let default = items.find(|item| item.key.as_ref().is_none_or(|key| key.text == "unset"));
    match default {
        Some(default) => Value { kind: ValueKind::Either(vec![read, default.value]), span },
        None => read,
    }
}

/// The texts that `paste` and its kin put together.
fn pasted(items: Vec<Item>, separator: &str, span: Span) -> Value {
    let mut separator = separator.to_owned();
    let mut parts: Vec<Value> = Vec::new();
    for item in items {
        match item.key.as_ref().map(|key| key.text.as_str()) {
            Some("sep") => {
                separator = item.value.as_str().map(|text| text.text.clone()).unwrap_or_default();
            }
            Some(_) => (),
            None => parts.push(item.value),
        }
    }
    let mut joined: Vec<Value> = Vec::new();
    for part in parts {
        if !joined.is_empty() && !separator.is_empty() {
            let place = Span::new(part.span.start, part.span.start);
            let text = Str { text: separator.clone(), content: place };
            joined.push(Value { kind: ValueKind::Str(text), span: place });
        }
        match part.kind {
            ValueKind::Concat(inner) => joined.extend(inner),
            _ => joined.push(part),
        }
    }
    match joined.len() {
        1 => joined.remove(0),
        _ => Value { kind: ValueKind::Concat(joined), span },
    }
}

/// `function(a, b = 1) body`
fn function(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if !reader.is_open(at + 1, "(") || at + 1 >= end {
        return None;
    }
    let close = reader.mate(at + 1, end);
    let params = reader.params(at + 2, close);
    let start = (close + 1).min(end);
    let id = reader.facts.defs.len();
    let body = reader.span_of(at, start);
    // `name <- function(…)`
    let name = (at > 1 && reader.op_in(at - 1, &["<-", "=", "<<-"]) && reader.kind(at - 2) == Some(Kind::Word))
        .then(|| reader.name(at - 2));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    let next = if reader.is_open(start, "{") {
        let stop = reader.mate(start, end);
        reader.queue(start + 1, stop);
        (stop + 1).min(end)
    } else {
        let (value, next) = reader.expression(start, end).unwrap_or_else(|| (Value::opaque(body), start));
        if matches!(value.kind, ValueKind::Str(_) | ValueKind::Concat(_) | ValueKind::Map(_) | ValueKind::Base64(_)) {
            reader.facts.results.push(value);
        }
        next
    };
    reader.facts.defs[id].body = reader.span_of(at, next);
    Some((Value::opaque(reader.span_of(at, next)), next))
}

/// `if (condition) a else b`
fn conditional(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let close = reader.mate(at + 1, end);
    reader.queue(at + 2, close);
    // The condition is queued once: what cannot be read is not read again.
    let Some((yes, next)) = reader.expression(close + 1, end) else {
        let next = (close + 1).min(end);
        return Some((Value::opaque(reader.span_of(at, next)), next));
    };
    if !reader.is_word(next, "else") || next >= end {
        return Some((yes, next));
    }
    let Some((no, next)) = reader.expression(next + 1, end) else { return Some((yes, next)) };
    let span = yes.span.to(no.span);
    Some((Value { kind: ValueKind::Either(vec![yes, no]), span }, next))
}
