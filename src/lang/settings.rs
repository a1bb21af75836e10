//! The text of a setting: which of it is read from somewhere else.
//!
//! Owns the placeholders that configuration formats share: `${NAME}`, `${NAME:-default}`, `${{ secrets.NAME }}`,
//! `<%= ENV["NAME"] %>`, `%env(NAME)%`. It knows no file format. The decision to know: only what clearly names a
//! variable becomes a look-up; every other template stays text, because a wrong guess would hide a secret.

use super::strings::decode;
use crate::facts::{Entry, Name, Path, Str, Value, ValueKind};
use crate::span::Span;

/// The value that `text` stands for. `content` is where it is written; when the text was decoded on the way (escapes,
/// folded lines) all parts have that span.
#[must_use]
pub(super) fn value(text: &str, content: Span, span: Span) -> Value {
    let exact = content.len() == text.len();
    let at = |start: usize, end: usize| {
        if exact { Span::new(content.start + start, content.start + end) } else { content }
    };
    let mut parts = Vec::new();
    let mut plain = 0;
    let mut from = 0;
    while let Some(found) = text.as_bytes()[from..].iter().position(|byte| b"$<{%".contains(byte)) {
        let start = from + found;
        let Some((kind, len)) = placeholder(text, start, &at) else {
            from = start + 1;
            continue;
        };
        if plain < start {
            parts.push(literal(&text[plain..start], at(plain, start), at(plain, start)));
        }
        from = start + len;
        plain = from;
        parts.push(Value { kind, span: at(start, from) });
    }
    if parts.is_empty() {
        return literal(text, content, span);
    }
    if plain < text.len() {
        let span = at(plain, text.len());
        parts.push(literal(&text[plain..], span, span));
    }
    match parts.len() {
        1 => Value { span, ..parts.remove(0) },
        _ => Value { kind: ValueKind::Concat(parts), span },
    }
}

/// A value that is this text and nothing else.
#[must_use]
pub(super) fn literal(text: &str, content: Span, span: Span) -> Value {
    Value { kind: ValueKind::Str(Str { text: text.to_owned(), content }), span }
}

/// The `NAME=value` that `text[range]` lists, apart by blanks or commas, each of them or its value in quotes or not:
/// `A=1 "B=two words"`, `A="1",B='2'`. `text` starts at `start` in the file.
pub(super) fn assignments(text: &str, start: usize, range: Span) -> Vec<Entry> {
    let bytes = &text.as_bytes()[..range.end];
    let name_ends = |at: usize| {
        at + bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte)).count()
    };
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let whole = matches!(bytes[at], b'"' | b'\'').then_some(bytes[at]);
        let from = at + usize::from(whole.is_some());
        let end = name_ends(from);
        if end == from || bytes.get(end) != Some(&b'=') {
            // Not an assignment: on to the next word.
            let next = bytes[end.max(from)..].iter().position(|byte| byte.is_ascii_whitespace() || *byte == b',');
            at = next.map_or(range.end, |len| end.max(from) + len + 1);
            continue;
        }
        let quote = whole.or_else(|| bytes.get(end + 1).copied().filter(|byte| matches!(byte, b'"' | b'\'')));
        let first = end + 1 + usize::from(quote.is_some() && whole.is_none());
        let last = match quote {
            Some(quote) => closing(bytes, first, quote),
            None => {
                let stops = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';');
                first + bytes[first..].iter().position(stops).unwrap_or(range.end - first)
            }
        };
        let shift = |from: usize, to: usize| Span::new(start + from, start + to);
        let name = Name { text: text[from..end].to_owned(), span: shift(from, end) };
        let raw = &text[first..last];
        let decoded =
            if quote == Some(b'"') && raw.contains('\\') { decode(raw.as_bytes(), 1) } else { raw.to_owned() };
        let value = value(&decoded, shift(first, last), shift(first, last));
        found.push(Entry { path: Path::single(name), value, span: shift(from, last) });
        at = last + 1;
    }
    found
}

/// Where the text in quotes that starts at `from` ends.
fn closing(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(len) = bytes.get(at..).and_then(|rest| memchr::memchr2(quote, b'\\', rest)) {
        at += len;
        if bytes[at] == quote {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// The longest placeholder looked at, in bytes; keeps unclosed ones from costing the rest of the text each.
const LONGEST: usize = 256;

/// The look-up that starts at `start`, and its length.
fn placeholder(text: &str, start: usize, at: &dyn Fn(usize, usize) -> Span) -> Option<(ValueKind, usize)> {
    let rest = &text[start..];
    let inside = |open: &str, close: &str| {
        let inner = rest.strip_prefix(open)?;
        let window = &inner.as_bytes()[..inner.len().min(LONGEST)];
        let len = memchr::memmem::find(window, close.as_bytes())?;
        Some((&inner[..len], start + open.len(), open.len() + len + close.len()))
    };
    if let Some((inner, offset, len)) = inside("${{", "}}") {
        let (trimmed, offset) = trim(inner, offset);
        let (_, name) = trimmed.split_once('.').filter(|(root, _)| matches!(*root, "secrets" | "env" | "vars"))?;
        return Some((env(name, offset + trimmed.len() - name.len(), at)?, len));
    }
    if let Some((inner, offset, len)) = inside("${", "}") {
        return Some((braced(inner, offset, at)?, len));
    }
    if let Some((inner, offset, len)) = inside("<%=", "%>").or_else(|| inside("{{", "}}")) {
        return Some((code(inner, offset, at)?, len));
    }
    if let Some((inner, offset, len)) = inside("%env(", ")%") {
        let name = inner.rsplit(':').next()?;
        return Some((env(name, offset + inner.len() - name.len(), at)?, len));
    }
    let name = rest.strip_prefix('$')?;
    let len =
        name.bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_').count();
    let apart = !text[..start].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '$')
        && !name[len..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '$');
    (len > 1 && apart).then(|| env(&name[..len], start + 1, at))?.map(|kind| (kind, len + 1))
}

/// `NAME`, `NAME:-default`, `NAME:default`, `env.NAME`, `a.b.c`
fn braced(inner: &str, offset: usize, at: &dyn Fn(usize, usize) -> Span) -> Option<ValueKind> {
    // HOCON's `${?name}` may be missing.
    let (inner, offset) = match inner.strip_prefix("env.").or_else(|| inner.strip_prefix("env:")) {
        Some(name) => (name, offset + 4),
        None => inner.strip_prefix('?').map_or((inner, offset), |name| (name, offset + 1)),
    };
    let len = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte)).count();
    // In `${NAME-default}` the dash ends the name; in `${a.b-c}` it is part of it.
    let len = match inner[..len].split_once('-') {
        Some((name, _)) if !name.contains('.') && variable(name) => name.len(),
        _ => len,
    };
    let (name, rest) = inner.split_at(len);
    let kind = if variable(name) { env(name, offset, at)? } else { settings_path(name, offset, at)? };
    let quotes = [' ', '"', '\''];
    let skipped = match rest.as_bytes() {
        [] | [b':', b'?', ..] | [b'?', ..] => return Some(kind),
        [b':', b'-' | b'=', ..] => 2,
        [b'-' | b'=', ..] => 1,
        // Serverless has `${env:NAME, 'default'}`.
        [b',', ..] => rest.len() - rest[1..].trim_start_matches(quotes).len(),
        // Spring's `${name:default}`; in an editor's `${input:name}` the first word is no variable.
        [b':', ..] if !rest.starts_with(":+") && !name.bytes().all(|byte| byte.is_ascii_lowercase()) => 1,
        _ => return None,
    };
    let default = if rest.starts_with(',') { rest[skipped..].trim_end_matches(quotes) } else { &rest[skipped..] };
    let from = offset + len + skipped;
    let place = at(from, from + default.len());
    let default = literal(default, place, place);
    Some(ValueKind::Either(vec![Value { kind, span: at(offset, offset + len) }, default]))
}

/// The look-up that code which starts at `span` begins with.
#[must_use]
pub(super) fn look_up(code: &str, span: Span) -> Option<Value> {
    let at = |start: usize, end: usize| Span::new(span.start + start, span.start + end);
    Some(Value { kind: self::code(code, 0, &at)?, span })
}

/// Code in a template that reads the environment: `ENV["NAME"]`, `ENV.fetch("NAME", "default")`, `env "NAME"`,
/// `lookup('env', 'NAME')`.
fn code(inner: &str, offset: usize, at: &dyn Fn(usize, usize) -> Span) -> Option<ValueKind> {
    let (inner, offset) = trim(inner, offset);
    let mut strings = Vec::new();
    let mut from = 0;
    while let Some(open) = memchr::memchr2(b'"', b'\'', &inner.as_bytes()[from..]).map(|found| from + found) {
        let quote = inner.as_bytes()[open];
        let Some(len) = memchr::memchr(quote, &inner.as_bytes()[open + 1..]) else { break };
        strings.push((&inner[open + 1..open + 1 + len], offset + open + 1));
        from = open + 2 + len;
    }
    let reads = [
        "ENV[",
        "ENV.fetch",
        "env \"",
        "env '",
        "env(",
        "getenv(",
        "os.environ",
        "os.getenv(",
        "System.getenv(",
        "System.get_env(",
        "Environment.GetEnvironmentVariable(",
        "lookup('env'",
        "lookup(\"env\"",
    ];
    if !reads.iter().any(|read| inner.starts_with(read)) {
        return None;
    }
    let mut strings = strings.into_iter().skip(usize::from(inner.starts_with("lookup")));
    let (name, start) = strings.next()?;
    let env = env(name, start, at)?;
    Some(match strings.next() {
        Some((default, place)) => {
            let place = at(place, place + default.len());
            let env = Value { kind: env, span: at(start, start + name.len()) };
            ValueKind::Either(vec![env, literal(default, place, place)])
        }
        None => env,
    })
}

fn env(name: &str, offset: usize, at: &dyn Fn(usize, usize) -> Span) -> Option<ValueKind> {
    let span = at(offset, offset + name.len());
    variable(name).then(|| ValueKind::Env(Name { text: name.to_owned(), span }))
}

/// A dotted name of another setting.
fn settings_path(name: &str, offset: usize, at: &dyn Fn(usize, usize) -> Span) -> Option<ValueKind> {
    let mut path = Vec::new();
    let mut start = offset;
    for part in name.split('.') {
        if part.is_empty() {
            return None;
        }
        path.push(Name { text: part.to_owned(), span: at(start, start + part.len()) });
        start += part.len() + 1;
    }
    Some(ValueKind::Ref(Path(path)))
}

/// Whether `name` could be that of an environment variable.
fn variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn trim(text: &str, offset: usize) -> (&str, usize) {
    let start = text.trim_start();
    (start.trim_end(), offset + text.len() - start.len())
}
