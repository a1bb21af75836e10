//! Environment files: `KEY=value` by line, with quotes, comments and commented-out assignments.
//!
//! Owns the dialect that dotenv libraries, `direnv` and `docker --env-file` share. It knows no vendor. The decision to
//! know: a quote that is not closed where a value could end is an ordinary character, so that one stray apostrophe does
//! not swallow the file.

use super::{Front, Language, Layer, settings, utf8};
use crate::facts::{Carrier, Entry, Facts, Name, Path, Text, Value};
use crate::span::Span;

/// Environment files.
pub static LANGUAGE: Language = Language {
    name: "dotenv",
    extensions: &["env"],
    filenames: &[".env", ".env.*", ".env-*", ".envrc", ".flaskenv"],
    interpreters: &[],
    fences: &["dotenv"],
    front: Front::Own(lower),
    environment: "",
};

/// Reads `text[range]`: assignments in force, and those in comments as a layer of their own.
fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut reader = Reader { text: &decoded, offset: start, unclosed: [false; 3], facts: Facts::default() };
    let mut comments = Vec::new();
    let mut at = 0;
    while at < decoded.len() {
        at = reader.line(at, &mut comments);
    }
    let mut commented = Facts::default();
    for &comment in &comments {
        let bytes = decoded[comment.start..comment.end].as_bytes();
        let marks = bytes.iter().take_while(|byte| matches!(byte, b'#' | b' ' | b'\t')).count();
        let mut line = Reader { text: &decoded[..comment.end], offset: start, unclosed: [false; 3], facts: commented };
        line.line(comment.start + marks, &mut Vec::new());
        commented = line.facts;
    }
    let texts = comments
        .iter()
        .map(|comment| Text { carrier: Carrier::Comment, span: Span::new(start + comment.start, start + comment.end) });
    let mut facts = reader.facts;
    facts.texts.extend(texts);
    let mut layers = vec![Layer { carrier: Carrier::Code, language: LANGUAGE.name, facts }];
    if !commented.entries.is_empty() {
        layers.push(Layer { carrier: Carrier::Comment, language: LANGUAGE.name, facts: commented });
    }
    layers
}

struct Reader<'a> {
    text: &'a str,
    /// What to add to an offset into `text` for one into the file.
    offset: usize,
    /// For `"`, `'` and the backquote: whether none is left in the text.
    unclosed: [bool; 3],
    facts: Facts,
}

impl Reader<'_> {
    /// Reads the line at `at`, more lines when a quoted value runs on. Returns where the next one starts.
    fn line(&mut self, at: usize, comments: &mut Vec<Span>) -> usize {
        let line_end = self.line_end(at);
        let next = line_end + 1;
        let mut start = at + blanks(&self.text[at..line_end]);
        if self.text[start..line_end].starts_with('#') {
            comments.push(Span::new(start, line_end));
            return next;
        }
        for word in ["export ", "set ", "setx "] {
            if self.text[start..line_end].starts_with(word) {
                start += word.len();
                start += blanks(&self.text[start..line_end]);
            }
        }
        let line = &self.text[start..line_end];
        let len = line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte)).count();
        let after = start + len + blanks(&line[len..]);
        let separator = self.text.as_bytes().get(after).filter(|_| after < line_end);
        let assigns = match separator {
            Some(b'=') => true,
            Some(b':') => self.text[after + 1..line_end].starts_with(' '),
            _ => false,
        };
        if len == 0 || !assigns {
            return next;
        }
        let name = Name { text: line[..len].to_owned(), span: self.span(start, start + len) };
        let value_at = after + 1 + blanks(&self.text[after + 1..line_end]);
        let (value, end) = match self.quoted(value_at) {
            Some((value, end)) => {
                let rest = &self.text[end..self.line_end(end)];
                let blank = blanks(rest);
                if rest[blank..].starts_with('#') {
                    comments.push(Span::new(end + blank, end + rest.len()));
                }
                (value, end)
            }
            None => self.plain(value_at, line_end, comments),
        };
        let span = name.span.to(value.span);
        self.facts.entries.push(Entry { path: Path::single(name), value, span });
        self.line_end(end) + 1
    }

    /// A value in quotes that ends where a value can end, and the offset after it.
    fn quoted(&mut self, at: usize) -> Option<(Value, usize)> {
        let quote = *self.text.as_bytes().get(at)?;
        let slot = b"\"'`".iter().position(|known| *known == quote)?;
        if self.unclosed[slot] {
            return None;
        }
        let Some(close) = self.closing(quote, at + 1) else {
            self.unclosed[slot] = true;
            return None;
        };
        let rest = self.text[close + 1..self.line_end(close)].trim_start();
        if !(rest.is_empty() || rest.starts_with('#') || rest.starts_with(';')) {
            return None;
        }
        let raw = &self.text[at + 1..close];
        let (content, span) = (self.span(at + 1, close), self.span(at, close + 1));
        let value = match quote {
            b'"' if raw.contains("$(") || raw.contains('`') => Value::opaque(span),
            b'"' => settings::value(&super::strings::decode(raw.as_bytes(), 1), content, span),
            _ => settings::literal(raw, content, span),
        };
        Some((value, close + 1))
    }

    fn closing(&self, quote: u8, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            at += memchr::memchr2(quote, b'\\', &bytes[at..])?;
            if bytes[at] == quote {
                return Some(at);
            }
            at = (at + if quote == b'"' { 2 } else { 1 }).min(bytes.len());
        }
    }

    /// A value without quotes: up to the end of the line, or a comment set apart by a blank.
    fn plain(&self, at: usize, line_end: usize, comments: &mut Vec<Span>) -> (Value, usize) {
        let line = &self.text[at..line_end];
        let comment = line.match_indices('#').find(|(hash, _)| *hash == 0 || line[..*hash].ends_with([' ', '\t']));
        let text = line[..comment.map_or(line.len(), |(hash, _)| hash)].trim_end();
        if let Some((hash, _)) = comment {
            comments.push(Span::new(at + hash, line_end));
        }
        let span = self.span(at, at + text.len());
        let runs = text.contains("$(") || text.starts_with('`');
        (if runs { Value::opaque(span) } else { settings::value(text, span, span) }, line_end)
    }

    fn line_end(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        memchr::memchr(b'\n', &self.text.as_bytes()[at..]).map_or(self.text.len(), |len| at + len)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.offset + start, self.offset + end)
    }
}

fn blanks(text: &str) -> usize {
    text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count()
}
