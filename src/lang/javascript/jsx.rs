//! JSX: elements as islands of the lexer, and as calls.
//!
//! Owns tags, attributes and children. The decision to know: an element is a call of its tag's name with named
//! arguments, because that is what it compiles to.

use crate::facts::{Arg, Call, Name, Path, Str, Value, ValueKind};
use crate::lang::lexer::{Context, Lexer};
use crate::lang::profile::{Escape, Interp, StringForm};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;
use crate::span::Span;

/// `<Tag attribute="…">children</Tag>`, `<>…</>`
pub(super) fn literal(lexer: &mut Lexer<'_>) -> bool {
    if lexer.peek(0) != b'<' || lexer.after_value() && !super::after_block(lexer) {
        return false;
    }
    let next = lexer.peek(1);
    if !(lexer.word_start(next) || next == b'>') || generic_arrow(lexer) {
        return false;
    }
    open_tag(lexer);
    true
}

fn open_tag(lexer: &mut Lexer<'_>) {
    let open = lexer.push(Kind::Open, lexer.pos + 1);
    enter(lexer, open, 0);
}

fn enter(lexer: &mut Lexer<'_>, open: u32, state: u32) {
    lexer.enter_island(Context::Island { open, step: tag, state });
}

/// How far a closing tag is looked for to tell `<b>(…)</b>` from `<T>(…) => …`.
const TAG_DISTANCE: usize = 2000;

/// `<T,>(x) => …`, `<T extends X>(x) => …`, `<T = X>(x) => …` and, where no `</T` follows, `<T>(x) => …`.
fn generic_arrow(lexer: &Lexer<'_>) -> bool {
    let end = lexer.word_end(lexer.pos + 1);
    let (name, rest) = (&lexer.text[lexer.pos + 1..end], &lexer.text[end..lexer.end]);
    let after = rest.get(rest.iter().take(8).take_while(|byte| **byte == b' ').count()..).unwrap_or_default();
    if name == b"const" && after.first().is_some_and(|byte| lexer.word_start(*byte)) {
        return true;
    }
    if after.starts_with(b",") || after.starts_with(b"extends ") || after.starts_with(b"= ") {
        return true;
    }
    rest.starts_with(b">(")
        && !memchr::memmem::find_iter(&rest[..rest.len().min(TAG_DISTANCE)], b"</")
            .any(|at| rest[at + 2..].starts_with(name))
}

/// State of a closing tag. Above this bit the state counts the open `<` of type arguments.
const CLOSING: u32 = 1;

/// Inside a tag: names, attributes, `{…}`, type arguments.
fn tag(lexer: &mut Lexer<'_>) {
    let Some(&Context::Island { open, state, .. }) = lexer.stack.last() else { return };
    let in_types = state > CLOSING;
    match lexer.peek(0) {
        b'/' if lexer.peek(1) == b'>' => end_tag(lexer, open, 2),
        b'/' if lexer.comment() => (),
        b'<' if !in_types && lexer.last_text() == b"=" => open_tag(lexer),
        b'<' => count(lexer, state + 2),
        b'>' if in_types => {
            let arrow = lexer.last_text() == b"=";
            count(lexer, if arrow { state } else { state - 2 });
        }
        b'>' if state == CLOSING => end_tag(lexer, open, 1),
        b'>' => {
            lexer.push(Kind::Op, lexer.pos + 1);
            if let Some(Context::Island { step, .. }) = lexer.stack.last_mut() {
                *step = children;
            }
        }
        b'{' => code_group(lexer),
        b'"' | b'\'' => {
            let form = if lexer.peek(0) == b'"' { ATTRIBUTE_DOUBLE } else { ATTRIBUTE_SINGLE };
            lexer.open_string(form, 1, None);
        }
        b'\n' => lexer.line_break(),
        byte if byte.is_ascii_whitespace() => lexer.pos += 1,
        byte if lexer.word_start(byte) => {
            let mut end = lexer.word_end(lexer.pos + 1);
            while end < lexer.end && (lexer.text[end] == b'-' || lexer.word_part(lexer.text[end])) {
                end += 1;
            }
            lexer.push(Kind::Word, end);
        }
        _ => {
            lexer.push(Kind::Op, lexer.pos + 1);
        }
    }
}

/// Passes one angle of type arguments.
fn count(lexer: &mut Lexer<'_>, new: u32) {
    lexer.push(Kind::Op, lexer.pos + 1);
    if let Some(Context::Island { state, .. }) = lexer.stack.last_mut() {
        *state = new;
    }
}

const ATTRIBUTE_DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::None, interp: Interp::None, lines: true };
const ATTRIBUTE_SINGLE: StringForm =
    StringForm { open: "'", close: "'", escape: Escape::None, interp: Interp::None, lines: true };

/// Ends an element with the last `len` bytes of its last tag.
fn end_tag(lexer: &mut Lexer<'_>, open: u32, len: usize) {
    lexer.stack.pop();
    let close = lexer.push(Kind::Close, lexer.pos + len);
    lexer.tokens[open as usize].mate = close;
    lexer.tokens[close as usize].mate = open;
}

fn code_group(lexer: &mut Lexer<'_>) {
    let open = lexer.push(Kind::InterpOpen, lexer.pos + 1);
    lexer.enter_code(open, b'}');
}

/// Between an opening and a closing tag: text, `{…}`, tags.
fn children(lexer: &mut Lexer<'_>) {
    let Some(&Context::Island { open, .. }) = lexer.stack.last() else { return };
    match lexer.peek(0) {
        b'{' => code_group(lexer),
        b'<' if lexer.peek(1) == b'/' => {
            lexer.stack.pop();
            lexer.push(Kind::Op, lexer.pos + 2);
            enter(lexer, open, CLOSING);
        }
        b'<' => open_tag(lexer),
        _ => {
            let rest = &lexer.text[lexer.pos + 1..lexer.end];
            let len = memchr::memchr2(b'<', b'{', rest).unwrap_or(rest.len());
            lexer.push(Kind::Raw, lexer.pos + 1 + len);
        }
    }
}

/// Reads the element that the `<` at `at` opens: a call, or nothing known for a fragment. Its children are read later.
pub(super) fn element(reader: &mut Reader<'_>, at: usize, end: usize) -> (Value, usize) {
    let close = reader.mate(at, end).min(end);
    let next = (close + 1).min(end);
    let span = reader.span_of(at, next);
    let mut i = at + 1;
    let mut path = Path::default();
    while i < close && reader.kind(i) == Some(Kind::Word) {
        path.0.push(reader.name(i));
        i += 1;
        if !reader.op_in(i, &[".", ":"]) {
            break;
        }
        i += 1;
    }
    let first = i;
    let defs = reader.facts.defs.len();
    let mut args = Vec::new();
    while i < close && !reader.is_op(i, ">") {
        i = match reader.kind(i) {
            Some(Kind::Word) => attribute(reader, i, close, &mut args),
            Some(Kind::InterpOpen) => {
                let inner = reader.mate(i, close);
                let spread = reader.is_op(i + 1, "...");
                let value = reader.nested(i + 1 + usize::from(spread), inner);
                args.push(Arg { name: None, value, spread });
                inner + 1
            }
            _ => reader.type_arguments(i, close).unwrap_or(i + 1),
        };
    }
    let args_span = if first < i { reader.span_of(first, i.min(close)) } else { Span::new(span.start, span.start) };
    reader.queue(i + 1, close);
    args.extend(texts(reader, i + 1, close));
    if path.0.is_empty() {
        return (Value::opaque(span), next);
    }
    let id = reader.facts.calls.len();
    reader.facts.calls.push(Call { path, new: false, receiver: None, args, args_span, span });
    for def in reader.facts.defs[defs..].iter_mut().filter(|def| def.name.is_none() && def.of.is_none()) {
        def.of = Some(id);
    }
    (Value { kind: ValueKind::Call(id), span }, next)
}

/// Texts directly inside an element: its argument `children`.
fn texts(reader: &Reader<'_>, start: usize, close: usize) -> Vec<Arg> {
    let mut texts = Vec::new();
    let mut at = start;
    while at < close {
        if reader.kind(at) == Some(Kind::Raw) {
            texts.extend(text(reader.str(at), reader.span(at)));
        }
        at = match reader.kind(at) {
            Some(Kind::Open | Kind::InterpOpen | Kind::StrOpen) => reader.mate(at, close) + 1,
            _ => at + 1,
        };
    }
    texts
}

/// Longer text is no label.
const LONGEST_TEXT: usize = 2048;

fn text(raw: &str, span: Span) -> Option<Arg> {
    let words = raw.trim();
    if words.is_empty() || words.len() > LONGEST_TEXT {
        return None;
    }
    let start = span.start + raw.len() - raw.trim_start().len();
    let content = Span::new(start, start + words.len());
    let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = Name { text: "children".to_owned(), span: content };
    let value = Value { kind: ValueKind::Str(Str { text, content }), span: content };
    Some(Arg { name: Some(name), value, spread: false })
}

/// `name`, `name="…"`, `name={…}`, `name=<b/>`
fn attribute(reader: &mut Reader<'_>, at: usize, end: usize, args: &mut Vec<Arg>) -> usize {
    let mut name = reader.name(at);
    let mut i = at + 1;
    if reader.is_op(i, ":") && reader.kind(i + 1) == Some(Kind::Word) {
        name = Name { text: format!("{}:{}", name.text, reader.str(i + 1)), span: name.span.to(reader.span(i + 1)) };
        i += 2;
    }
    let mut value = Value::opaque(name.span);
    if reader.is_op(i, "=") && i + 1 < end {
        i += 1;
        match reader.kind(i) {
            Some(Kind::StrOpen) => (value, i) = reader.one_string(i, end),
            Some(Kind::InterpOpen) => {
                let inner = reader.mate(i, end);
                value = reader.nested(i + 1, inner);
                i = inner + 1;
            }
            _ => {
                if let Some((element, next)) = reader.expression(i, end) {
                    (value, i) = (element, next);
                }
            }
        }
    }
    args.push(Arg { name: Some(name), value, spread: false });
    i.max(at + 1)
}
