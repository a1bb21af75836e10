//! The text of string literals: escapes resolved, invalid bytes replaced.
//!
//! Owns decoding and the filling of formats. It knows no language beyond the escape rule of a string form.

use std::collections::HashMap;

use crate::facts::{Name, Path, Value, ValueKind};
use crate::span::Span;

/// Decodes the bytes of a run of string text by the escape rule kept in its opening token.
#[must_use]
pub fn decode(bytes: &[u8], escape: u8) -> String {
    let text = String::from_utf8_lossy(bytes);
    match escape {
        1 if text.contains('\\') => unescape(&text),
        2 if text.contains('\\') => text.replace("\\\\", "\\").replace("\\'", "'").replace("\\\"", "\""),
        5 if text.contains('\\') => undollar(&text),
        6 if text.contains(['`', '"']) => unquote(&text),
        3 if text.contains("''") => text.replace("''", "'"),
        6 if text.contains("\"\"") => text.replace("\"\"", "\""),
        _ => text.into_owned(),
    }
}

fn unquote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some('\n') | None => (),
                Some(other) => out.push(other),
            },
            '"' => {
                chars.next_if_eq(&'"');
                out.push('"');
            }
            _ => out.push(c),
        }
    }
    out
}

fn undollar(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('$' | '`' | '"' | '\\')) => out.extend(chars.next()),
            ('\\', Some('\n')) => drop(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('0') => out.push('\0'),
            Some('x') => code(&mut out, &mut chars, 2),
            Some('u') => code(&mut out, &mut chars, 4),
            Some('\n') | None => (),
            Some(other) => out.push(other),
        }
    }
    out
}

/// Reads a hexadecimal code of `len` digits, or of any length in braces.
fn code(out: &mut String, chars: &mut std::str::Chars<'_>, len: usize) {
    let rest = chars.as_str();
    let (digits, skip) = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        Some((digits, _)) => (digits, digits.len() + 2),
        None => match rest.get(..len) {
            Some(digits) => (digits, len),
            None => return,
        },
    };
    if let Some(c) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
        out.push(c);
        *chars = rest[skip..].chars();
    }
}

/// What a place in a format stands for.
#[derive(Clone, Copy)]
enum Hole<'a> {
    Next,
    Index(usize),
    Named(&'a str),
}

/// Fills `%s`, `%d`, `{}`, `{0}`, `{name}`, `%{name}` in `format` with `args`, giving the parts in order. `None` when the
/// format has no place to fill.
#[must_use]
pub fn fill(format: &str, span: Span, args: &[(Option<&str>, Value)]) -> Option<Vec<Value>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let positional: Vec<&Value> = args.iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value).collect();
    let named: HashMap<&str, &Value> = args.iter().filter_map(|(name, value)| Some(((*name)?, value))).collect();
    let mut next = 0;
    let mut rest = format;
    let text = |literal: &mut String, parts: &mut Vec<Value>| {
        if !literal.is_empty() {
            let text = std::mem::take(literal);
            parts.push(Value { kind: ValueKind::Str(crate::facts::Str { text, content: span }), span });
        }
    };
    while let Some(c) = rest.chars().next() {
        let Some((hole, len)) = hole(rest) else {
            literal.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        text(&mut literal, &mut parts);
        let value = match hole {
            Hole::Next => {
                next += 1;
                positional.get(next - 1)
            }
            Hole::Index(index) => positional.get(index),
            Hole::Named(name) => named.get(name),
        };
        let missing = || match hole {
            // `format!("{name}")` takes the variable of that name.
            Hole::Named(name) if args.is_empty() => {
                let name = Name { text: name.to_owned(), span };
                Value { kind: ValueKind::Ref(Path::single(name)), span }
            }
            _ => Value::opaque(span),
        };
        parts.push(value.map_or_else(missing, |&value| value.clone()));
        rest = &rest[len..];
    }
    let filled = !parts.is_empty();
    text(&mut literal, &mut parts);
    filled.then_some(parts)
}

fn hole(rest: &str) -> Option<(Hole<'_>, usize)> {
    if let Some(after) = rest.strip_prefix('%') {
        let after_flags =
            after.trim_start_matches(['-', '+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '$']);
        let flags = after.len() - after_flags.len();
        return match after_flags.as_bytes().first()? {
            b's' | b'd' | b'v' | b'i' | b'@' | b'q' => Some((Hole::Next, 2 + flags)),
            b'{' | b'(' | b'<' => {
                let end = near(after_flags, b"})>")?;
                let tail = usize::from(after_flags[end + 1..].starts_with('s'));
                Some((Hole::Named(&after_flags[1..end]), 2 + flags + end + tail))
            }
            _ => None,
        };
    }
    let inner = rest.strip_prefix('{')?;
    let end = near(inner, b"}")?;
    let name = inner[..end].split([':', '!']).next().unwrap_or_default();
    let hole = if name.is_empty() {
        Hole::Next
    } else if let Ok(index) = name.parse() {
        Hole::Index(index)
    } else if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Hole::Named(name)
    } else {
        return None;
    };
    Some((hole, end + 2))
}

/// Offset of the first of `ends`. A place in a format is short; looking no further keeps filling linear.
fn near(text: &str, ends: &[u8]) -> Option<usize> {
    text.bytes().take(100).position(|byte| ends.contains(&byte))
}
