//! The fallback: lines that look like settings, in any text.
//!
//! Owns what can be said about a file nobody lowers: `KEY=value`, `key: value`, `"key": "value"`. It knows no format;
//! settings and logs have this much in common. The decision to know: these facts are carried by prose,
//! they say that a name stands beside a value and nothing more.

use super::documents::commands;
use super::{Front, Language, Layer, settings, utf8};
use crate::facts::{Carrier, Entry, Facts, Name, Path, Text, Value};
use crate::span::Span;

/// Plain text, and every file without a reader of its own.
pub static LANGUAGE: Language = Language {
    name: "text",
    extensions: &["txt"],
    filenames: &[],
    interpreters: &[],
    fences: &["plain", "plaintext"],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut layers = plain(text, range);
    let found = commands::find(decoded.as_bytes(), Span::new(0, decoded.len()));
    layers.extend(commands::lower(text, start, &found));
    layers[1..].iter_mut().for_each(|layer| layer.carrier = Carrier::Prose);
    layers
}

/// Text whose commands somebody else reads.
pub(super) fn plain(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut facts = Facts::default();
    read(&decoded, start, Span::new(0, decoded.len()), &mut facts);
    if !decoded.is_empty() {
        facts.texts.push(Text { carrier: Carrier::Prose, span: Span::new(start, start + decoded.len()) });
    }
    vec![Layer { carrier: Carrier::Prose, language: LANGUAGE.name, facts }]
}

/// The layers of a configuration file: `facts` are in force, and what its comments would set is not. Spans of comments
/// are offsets into the file, of which `text` starts at `start`.
pub(super) fn layers(
    language: &'static str,
    text: &str,
    start: usize,
    mut facts: Facts,
    comments: &[Span],
) -> Vec<Layer> {
    let mut commented = Facts::default();
    for &span in comments {
        let inside = Span::new(span.start - start, span.end - start);
        let closing = if inside.of(text.as_bytes()).ends_with(b"*/") { 2 } else { 0 };
        read(text, start, Span::new(inside.start, inside.end - closing), &mut commented);
        facts.texts.push(Text { carrier: Carrier::Comment, span });
    }
    let mut layers = vec![Layer { carrier: Carrier::Code, language, facts }];
    if !commented.entries.is_empty() {
        layers.push(Layer { carrier: Carrier::Comment, language, facts: commented });
    }
    layers
}

/// A longer name is not one.
const LONGEST_NAME: usize = 128;
/// A longer value is not a setting.
const LONGEST_VALUE: usize = 2048;

/// Adds the settings in `range` of `text` to `facts`; `start` is the offset of `text` in the file.
pub(super) fn read(text: &str, start: usize, range: Span, facts: &mut Facts) {
    let mut lines = Lines { text, start, facts, section: None };
    let mut at = range.start;
    while at < range.end {
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..range.end]).map_or(range.end, |len| at + len);
        lines.line(at, end);
        at = end + 1;
    }
}

struct Lines<'a> {
    text: &'a str,
    start: usize,
    facts: &'a mut Facts,
    /// The `[section]` at hand.
    section: Option<Name>,
}

impl Lines<'_> {
    fn line(&mut self, at: usize, end: usize) {
        if self.pairs(at, end) {
            return;
        }
        let bytes = self.text.as_bytes();
        let mut at = at + count(&bytes[at..end], |byte| b" \t\r#/;*>-!".contains(&byte));
        for word in ["export ", "set ", "const ", "let ", "var "] {
            if self.text[at..end].starts_with(word) {
                at += word.len();
            }
        }
        let line = &bytes[at..end];
        if line.first() == Some(&b'[') {
            let opening = count(line, |byte| byte == b'[');
            let name = self.text[at + opening..end].trim_end().strip_suffix(']').map(|name| name.trim_end_matches(']'));
            let name = name.filter(|name| !name.is_empty() && name.len() < LONGEST_NAME);
            self.section = name.map(|name| self.name(name, at + opening));
            return;
        }
        let len = count(line, |byte| byte.is_ascii_alphanumeric() || b"_.-$".contains(&byte));
        let after = at + len + count(&line[len..], |byte| byte == b' ' || byte == b'\t');
        if len == 0 || len > LONGEST_NAME || !bytes[at].is_ascii_alphabetic() && !b"_$".contains(&bytes[at]) {
            return;
        }
        let Some((separator, apart)) = separator(&bytes[after..end]) else { return };
        let value_at = after + separator;
        if apart && !matches!(bytes.get(value_at), Some(b' ' | b'\t' | b'"' | b'\'')) {
            return;
        }
        let value_at = value_at + count(&bytes[value_at..end], |byte| byte == b' ' || byte == b'\t');
        let name = self.name(&self.text[at..at + len], at);
        if let Some(value) = self.value(value_at, end) {
            self.push(name, value);
        }
    }

    /// Every `"key": "value"` of the line. Returns whether there was one.
    fn pairs(&mut self, start: usize, end: usize) -> bool {
        let bytes = self.text.as_bytes();
        let mut found = false;
        let mut at = start;
        while let Some(open) = memchr::memchr2(b'"', b'\'', &bytes[at..end]).map(|len| at + len) {
            let quote = bytes[open];
            let Some(close) = memchr::memchr(quote, &bytes[open + 1..end]).map(|len| open + 1 + len) else {
                at = open + 1;
                continue;
            };
            at = close + 1;
            let after = at + count(&bytes[at..end], |byte| byte == b' ');
            let Some((separator, _)) = separator(&bytes[after..end]) else { continue };
            let value_at = after + separator + count(&bytes[after + separator..end], |byte| byte == b' ');
            let Some((content, span)) = self.string(value_at, end) else { continue };
            if close > open + 1 && close - open <= LONGEST_NAME {
                found = true;
                let name = self.name(&self.text[open + 1..close], open + 1);
                let value = self.literal(content, span);
                self.push(name, value);
            }
            at = span.end;
        }
        found
    }

    /// The quoted text at `at`: what is inside, and all of it.
    fn string(&self, at: usize, end: usize) -> Option<(Span, Span)> {
        let bytes = self.text.as_bytes();
        let quote = *bytes.get(at).filter(|byte| at < end && matches!(byte, b'"' | b'\''))?;
        // Bounded, so that openings without an end cost no more than a fixed stretch each.
        let end = end.min(at + LONGEST_VALUE + 2);
        let mut close = at + 1;
        loop {
            close += memchr::memchr2(quote, b'\\', bytes.get(close..end)?)?;
            if bytes[close] == quote {
                return Some((Span::new(at + 1, close), Span::new(at, close + 1)));
            }
            close += 2;
        }
    }

    /// The value from `at` to the end of the line, without quotes and without a closing comma or semicolon.
    fn value(&self, at: usize, end: usize) -> Option<Value> {
        if let Some((content, span)) = self.string(at, end) {
            return Some(self.literal(content, span));
        }
        let text = self.text[at..end].trim_end().trim_end_matches([',', ';']).trim_end();
        let span = Span::new(at, at + text.len());
        (!text.is_empty() && text.len() <= LONGEST_VALUE).then(|| self.literal(span, span))
    }

    fn literal(&self, content: Span, span: Span) -> Value {
        let shift = |span: Span| Span::new(self.start + span.start, self.start + span.end);
        settings::value(&self.text[content.start..content.end], shift(content), shift(span))
    }

    fn name(&self, text: &str, at: usize) -> Name {
        Name { text: text.to_owned(), span: Span::new(self.start + at, self.start + at + text.len()) }
    }

    fn push(&mut self, name: Name, value: Value) {
        let span = name.span.to(value.span);
        let path = Path(self.section.iter().cloned().chain([name]).collect());
        self.facts.entries.push(Entry { path, value, span });
    }
}

/// Length of the sign between a name and its value, and whether the value must be set apart from it.
fn separator(bytes: &[u8]) -> Option<(usize, bool)> {
    match bytes {
        [b'=', b'=' | b'~', ..] => None,
        [b'=', b'>', ..] | [b':', b'=', ..] => Some((2, false)),
        [b'=', ..] => Some((1, false)),
        [b':', ..] => Some((1, true)),
        _ => None,
    }
}

fn count(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| fits(**byte)).count()
}
