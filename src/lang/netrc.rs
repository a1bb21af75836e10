//! `.netrc`: the logins that curl, Git, Python and others take for a host.
//!
//! Owns the list of words that GNU's manual of `ftp` describes. It knows no host. The decision to know: a machine's
//! entry is a call (`machine host login … password …`), so that a pack can say which login is a dead one, and its
//! words are entries under the host's name.

use super::{Front, Language, Layer, text as lines, utf8};
use crate::facts::{Arg, Call, Entry, Facts, Name, Path, Value, ValueKind};
use crate::lang::settings::literal;
use crate::span::Span;

/// Logins by host.
pub static LANGUAGE: Language = Language {
    name: "netrc",
    extensions: &["netrc"],
    filenames: &[".netrc", "_netrc", "netrc"],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let (mut facts, mut comments) = (Facts::default(), Vec::new());
    let mut machine: Option<Machine> = None;
    let mut words = Words { text: &decoded, at: 0 };
    while let Some(word) = words.next() {
        let shift = |span: Span| Span::new(start + span.start, start + span.end);
        let written = &decoded[word.start..word.end];
        match written {
            _ if written.starts_with('#') => {
                let end = words.line_end();
                comments.push(shift(Span::new(word.start, end)));
                words.at = end;
            }
            "machine" | "default" => {
                facts_of(machine.take(), &mut facts);
                let host = if written == "machine" { words.next() } else { None };
                machine = Some(Machine {
                    word: Name { text: written.to_owned(), span: shift(word) },
                    host: host.map(|host| value(&decoded, host, start)),
                    words: Vec::new(),
                });
            }
            "login" | "password" | "account" => {
                // The password may be missing.
                let next = words.peek().filter(|next| !KEYWORDS.contains(&&decoded[next.start..next.end]));
                if next.is_some() {
                    words.next();
                }
                let name = Name { text: written.to_owned(), span: shift(word) };
                let value = next.map_or_else(
                    || literal("", shift(Span::new(word.end, word.end)), shift(Span::new(word.end, word.end))),
                    |next| value(&decoded, next, start),
                );
                if let Some(machine) = &mut machine {
                    machine.words.push((name, value));
                }
            }
            // A macro runs up to an empty line.
            "macdef" => words.at = decoded[words.at..].find("\n\n").map_or(decoded.len(), |len| words.at + len),
            _ => (),
        }
    }
    facts_of(machine, &mut facts);
    lines::layers(LANGUAGE.name, &decoded, start, facts, &comments)
}

const KEYWORDS: &[&str] = &["machine", "default", "login", "password", "account", "macdef"];

struct Machine {
    word: Name,
    host: Option<Value>,
    words: Vec<(Name, Value)>,
}

fn facts_of(machine: Option<Machine>, facts: &mut Facts) {
    let Some(Machine { word, host, words }) = machine else { return };
    let last = words.last().map(|(_, value)| value.span).or(host.as_ref().map(|host| host.span));
    let Some(last) = last else { return };
    let first = host.as_ref().or(words.first().map(|(_, value)| value)).map_or(last, |value| value.span);
    if let Some(text) = host.as_ref().and_then(Value::as_str) {
        let host = Name { text: text.text.clone(), span: text.content };
        facts.entries.extend(words.iter().map(|(name, value)| Entry {
            path: Path(vec![host.clone(), name.clone()]),
            value: value.clone(),
            span: name.span.to(value.span),
        }));
    }
    // Slashes say that it is a host, as they do in a URL without a scheme.
    let host = host.map(|mut value| {
        if let ValueKind::Str(text) = &mut value.kind
            && text.text.contains('.')
        {
            text.text.insert_str(0, "//");
        }
        Arg { name: None, value, spread: false }
    });
    let words = words.into_iter().map(|(name, value)| Arg { name: Some(name), value, spread: false });
    let span = word.span.to(last);
    facts.calls.push(Call {
        path: Path::single(word),
        new: false,
        receiver: None,
        args: host.into_iter().chain(words).collect(),
        args_span: first.to(last),
        span,
    });
}

/// A word, without the quotes some readers allow.
fn value(text: &str, span: Span, start: usize) -> Value {
    let word = &text[span.start..span.end];
    let quoted = word.len() >= 2 && word.starts_with('"') && word.ends_with('"');
    let inside = if quoted { Span::new(span.start + 1, span.end - 1) } else { span };
    let shift = |span: Span| Span::new(start + span.start, start + span.end);
    literal(&text[inside.start..inside.end], shift(inside), shift(span))
}

struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Option<Span> {
        let word = self.peek()?;
        self.at = word.end;
        Some(word)
    }

    fn peek(&self) -> Option<Span> {
        let bytes = self.text.as_bytes();
        let start = self.at + bytes[self.at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let len = bytes[start..].iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len() - start);
        Some(Span::new(start, start + len))
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.text.as_bytes()[self.at..]).map_or(self.text.len(), |len| self.at + len)
    }
}
