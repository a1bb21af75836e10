//! Java properties: `a.b.c = value`, with continued lines and escapes.
//!
//! Owns the rules of `java.util.Properties`. It knows no vendor. The decision to know: the dots of a name separate the
//! keys of a path, as in the YAML that means the same.

use super::{Front, Language, Layer, settings, text as lines, utf8};
use crate::facts::{Entry, Facts, Name, Path};
use crate::span::Span;

/// Properties.
pub static LANGUAGE: Language = Language {
    name: "properties",
    extensions: &["properties"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

/// A longer name is not one.
const LONGEST_NAME: usize = 256;

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let (mut facts, mut comments) = (Facts::default(), Vec::new());
    let mut at = 0;
    while at < decoded.len() {
        let first = line_end(&decoded, at);
        let from = at + blanks(&decoded[at..first]);
        if decoded[from..first].starts_with(['#', '!']) {
            comments.push(Span::new(start + from, start + first));
            at = first + 1;
            continue;
        }
        let end = logical_end(&decoded, first);
        facts.entries.extend(property(&decoded[from..end], start + from));
        at = end + 1;
    }
    lines::layers(LANGUAGE.name, &decoded, start, facts, &comments)
}

/// Where the line that breaks at `end` really ends: one with a backslash before its break goes on.
fn logical_end(text: &str, end: usize) -> usize {
    let mut end = end;
    loop {
        let line = text[..end].strip_suffix('\r').unwrap_or(&text[..end]);
        let slashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if slashes % 2 == 0 || end >= text.len() {
            return end;
        }
        end = line_end(text, end + 1);
    }
}

/// `name = value`, `name: value`, `name value`, where `line` stands at `at` in the file.
fn property(line: &str, at: usize) -> Option<Entry> {
    let bytes = line.as_bytes();
    let mut name = 0;
    while name < bytes.len() && !matches!(bytes[name], b'=' | b':' | b' ' | b'\t' | b'\n' | b'\r') {
        name += if bytes[name] == b'\\' { 2 } else { 1 };
    }
    let name = name.min(bytes.len());
    if name == 0 || name > LONGEST_NAME || !line.is_char_boundary(name) {
        return None;
    }
    let after = name + blanks(&line[name..]);
    let separator = usize::from(matches!(bytes.get(after), Some(b'=' | b':')));
    let from = after + separator + blanks(&line[after + separator..]);
    let raw = line[from..].trim_end_matches('\r');
    let content = Span::new(at + from, at + from + raw.len());
    let value = if raw.contains('\\') {
        settings::value(&unescape(raw), content, content)
    } else {
        settings::value(raw, content, content)
    };
    let mut path = Vec::new();
    let mut start = 0;
    for part in line[..name].split('.') {
        if !part.is_empty() {
            path.push(Name { text: unescape(part), span: Span::new(at + start, at + start + part.len()) });
        }
        start += part.len() + 1;
    }
    (!path.is_empty()).then_some(Entry { path: Path(path), value, span: Span::new(at, content.end) })
}

/// The text without continuations and escapes.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let Some(escaped) = after.chars().next() else {
            rest = after;
            continue;
        };
        rest = &after[escaped.len_utf8()..];
        match escaped {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'f' => out.push('\u{c}'),
            'u' => {
                let digits = rest.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match digits.and_then(char::from_u32) {
                    Some(c) => {
                        out.push(c);
                        rest = &rest[4..];
                    }
                    None => out.push('u'),
                }
            }
            '\r' | '\n' => rest = rest.trim_start_matches([' ', '\t', '\r', '\n']),
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

fn blanks(text: &str) -> usize {
    text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count()
}

fn line_end(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |len| at + len)
}
