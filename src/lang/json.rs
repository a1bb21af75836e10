//! JSON and its looser kin (comments, trailing commas, single quotes, bare keys).
//!
//! Owns the walk over the scanner's tokens. It knows no schema. The decision to know: there is no tree; tokens drive
//! `Entries` directly, so depth costs nothing and everything before a syntax error counts.

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::entries::Entries;
use super::shell::carried;
use super::{Front, Language, Layer, kubernetes, requests, settings, text as lines, utf8};
use crate::facts::{Facts, Name, Note, Value, ValueKind};
use crate::span::Span;

/// JSON, JSONC and JSON5.
pub static LANGUAGE: Language = Language {
    name: "json",
    extensions: &[
        "json",
        "jsonc",
        "json5",
        "webmanifest",
        "code-workspace",
        "geojson",
        "har",
        "jsonl",
        "ndjson",
        "avsc",
        "tfstate",
    ],
    filenames: &[".babelrc", ".eslintrc", ".prettierrc", ".firebaserc"],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

/// Keys whose text is a command.
const SCRIPTS: &[&str] = &["command", "run", "script", "postCreateCommand", "postStartCommand", "onCreateCommand"];

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    read(text, range, |_| ())
}

/// Lowers JSON; `more` sees the facts of the code layer before they are handed out.
pub(super) fn read(text: &[u8], range: Span, more: impl FnOnce(&mut Facts)) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut scanner = Scanner::new(&decoded, &ScannerOptions::default());
    let mut reader =
        Reader { start, entries: Entries::new(decoded.len()), pending: None, malformed: false, scripts: Vec::new() };
    let mut comments = Vec::new();
    let mut last = 0;
    let failed = loop {
        match scanner.scan() {
            Ok(None) => break false,
            Err(_) => break true,
            Ok(Some(token)) => {
                let place = Span::new(scanner.token_start(), scanner.token_end());
                let span = Span::new(start + place.start, start + place.end);
                if matches!(token, Token::String(_)) && runs_on(place.of(decoded.as_bytes())) {
                    break true;
                }
                last = place.end;
                match token {
                    Token::CommentLine(_) | Token::CommentBlock(_) => comments.push(span),
                    token => reader.token(token, span),
                }
            }
        }
    };
    reader.flush();
    let malformed = reader.malformed;
    let (commands, scripts) = (std::mem::take(&mut reader.entries.commands), reader.scripts);
    let mut facts = reader.entries.finish();
    kubernetes::decode(&mut facts.entries);
    if failed {
        lines::read(&decoded, start, Span::new(last, decoded.len()), &mut facts);
    }
    if failed || malformed {
        facts.notes.push(Note::Malformed);
    }
    more(&mut facts);
    let mut layers = lines::layers(LANGUAGE.name, &decoded, start, facts, &comments);
    requests::settle(&mut layers, range);
    layers.extend(carried::escaped(text, scripts));
    layers.extend(carried::listed(text, commands));
    layers
}

/// The strings of a flat list, as commands are written (`["curl", "-u", "id:key"]`).
pub(super) fn strings(text: &[u8], range: Span) -> Vec<Value> {
    let (decoded, start) = utf8(text, range);
    let mut scanner = Scanner::new(&decoded, &ScannerOptions::default());
    let mut strings = Vec::new();
    while let Ok(Some(token)) = scanner.scan() {
        let span = Span::new(start + scanner.token_start(), start + scanner.token_end());
        match token {
            Token::String(string) if span.len() >= 2 => {
                strings.push(settings::value(&string, Span::new(span.start + 1, span.end - 1), span));
            }
            Token::CloseBracket => break,
            _ => (),
        }
    }
    strings
}

/// Whether a string goes over a line break that no backslash permits: its end is missing.
fn runs_on(string: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', string).any(|at| !matches!(&string[..at], [.., b'\\'] | [.., b'\\', b'\r']))
}

struct Reader {
    start: usize,
    entries: Entries,
    /// A scalar where a key may stand: which it is, the next token tells.
    pending: Option<(Name, Span)>,
    malformed: bool,
    scripts: Vec<Span>,
}

impl Reader {
    fn token(&mut self, token: Token<'_>, span: Span) {
        debug_assert!(span.start >= self.start);
        match token {
            Token::Colon => match self.pending.take() {
                Some((name, _)) => self.entries.key(name),
                None => self.malformed = true,
            },
            Token::Comma => self.flush(),
            Token::OpenBrace | Token::OpenBracket => {
                self.flush();
                self.entries.open(token == Token::OpenBrace, span.start);
            }
            Token::CloseBrace | Token::CloseBracket => {
                self.flush();
                self.entries.close(span.end);
            }
            Token::Null if !self.entries.wants_key() => self.entries.leaf(Value { kind: ValueKind::Null, span }),
            token => {
                self.flush();
                let quoted = matches!(token, Token::String(_));
                let content = if quoted { Span::new(span.start + 1, span.end - 1) } else { span };
                if self.entries.wants_key() {
                    self.pending = Some((Name { text: token.as_str().to_owned(), span: content }, span));
                } else {
                    self.script(content);
                    self.entries.leaf(settings::value(token.as_str(), content, span));
                }
            }
        }
    }

    /// A text that is run: under a key that says so, or one of a manifest's scripts.
    fn script(&mut self, content: Span) {
        let keys = self.entries.keys();
        let outer = keys.len().checked_sub(2).is_some_and(|at| keys[at].text == "scripts");
        let named = keys.last().is_some_and(|key| SCRIPTS.contains(&key.text.as_str()));
        if (outer || named) && !self.entries.in_command() {
            self.scripts.push(content);
        }
    }

    /// A scalar that stood where a key belongs and was none.
    fn flush(&mut self) {
        self.malformed |= self.pending.take().is_some();
    }
}
