//! TOML: entries with their full path, and the settings its comments hold.
//!
//! Owns the walk over the parser's events. It knows no schema. The decision to know: events drive `Entries` directly,
//! there is no tree, and the parser goes on after an error, so that broken lines cost only themselves.

use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Source};

use super::entries::Entries;
use super::shell::carried;
use super::{Front, Language, Layer, settings, text as lines, utf8};
use crate::facts::{Name, Note};
use crate::span::Span;

/// TOML, but for the manifests that have a reader of their own.
pub static LANGUAGE: Language = Language {
    name: "toml",
    extensions: &["toml"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

/// Arrays and inline tables nest at most this deep; the parser recurses over them.
const MAX_DEPTH: u32 = 64;

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let source = Source::new(&decoded);
    let tokens = source.lex().into_vec();
    let mut entries = Entries::new(decoded.len());
    entries.open(true, start);
    let mut reader = Reader { source, start, entries, comments: Vec::new(), names: Vec::new(), open: Vec::new() };
    let mut error: Option<ParseError> = None;
    parse_document(&tokens, &mut RecursionGuard::new(&mut reader, MAX_DEPTH), &mut error);
    reader.entries.close_to(0, start + decoded.len());
    let commands = std::mem::take(&mut reader.entries.commands);
    let mut facts = reader.entries.finish();
    if error.is_some() && facts.notes.is_empty() {
        facts.notes.push(Note::Malformed);
    }
    let mut layers = lines::layers(LANGUAGE.name, &decoded, start, facts, &reader.comments);
    layers.extend(carried::listed(text, commands));
    layers
}

struct Reader<'a> {
    source: Source<'a>,
    /// What to add to an offset into the text for one into the file.
    start: usize,
    entries: Entries,
    comments: Vec<Span>,
    /// The parts of the dotted key at hand.
    names: Vec<Name>,
    /// Arrays and inline tables, and keys whose value is to come.
    open: Vec<Open>,
}

/// What is open, and how deep the entries were before it.
struct Open {
    kind: Kind,
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Table,
    Key,
}

impl Reader<'_> {
    fn span(&self, span: toml_parser::Span) -> Span {
        Span::new(self.start + span.start(), self.start + span.end())
    }

    /// Opens the parts of a dotted key but the last, which takes a value.
    fn key(&mut self) {
        self.open.push(Open { kind: Kind::Key, depth: self.entries.depth() });
        let mut names = std::mem::take(&mut self.names).into_iter().peekable();
        while let Some(name) = names.next() {
            let start = name.span.start;
            self.entries.key(name);
            if names.peek().is_some() {
                self.entries.open(true, start);
            }
        }
    }

    /// The value at hand is over, and with it the key it belongs to.
    fn done(&mut self, end: usize) {
        if let Some(open) = self.open.pop_if(|open| open.kind == Kind::Key) {
            self.entries.close_to(open.depth, end);
        }
    }

    fn opens(&mut self, kind: Kind, start: usize) {
        self.open.push(Open { kind, depth: self.entries.depth() });
        self.entries.open(kind == Kind::Table, start);
    }

    fn closes(&mut self, kind: Kind, end: usize) {
        // A key without a value may still be open inside.
        while let Some(open) = self.open.pop() {
            self.entries.close_to(open.depth, end);
            if open.kind == kind {
                break;
            }
        }
        self.done(end);
    }

    /// A table's header starts: whatever was open ends.
    fn header(&mut self, start: usize) {
        self.open.clear();
        self.names.clear();
        self.entries.close_to(1, start);
    }

    /// A table's header ends. Each of several tables is an item of a list.
    fn table(&mut self, listed: bool) {
        let mut names = std::mem::take(&mut self.names).into_iter().peekable();
        while let Some(name) = names.next() {
            let start = name.span.start;
            self.entries.key(name);
            if listed && names.peek().is_none() {
                self.entries.open(false, start);
            }
            self.entries.open(true, start);
        }
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.header(self.span(span).start);
    }

    fn std_table_close(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.table(false);
    }

    fn array_table_open(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.header(self.span(span).start);
    }

    fn array_table_close(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.table(true);
    }

    fn inline_table_open(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) -> bool {
        self.opens(Kind::Table, self.span(span).start);
        true
    }

    fn inline_table_close(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.closes(Kind::Table, self.span(span).end);
    }

    fn array_open(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) -> bool {
        self.opens(Kind::Array, self.span(span).start);
        true
    }

    fn array_close(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.closes(Kind::Array, self.span(span).end);
    }

    fn simple_key(&mut self, span: toml_parser::Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let Some(raw) = self.source.get(span) else { return };
        let mut text = String::new();
        toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span).decode_key(&mut text, &mut ());
        self.names.push(Name { text, span: content(raw.as_str(), self.span(span), encoding) });
    }

    fn key_val_sep(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.key();
    }

    fn scalar(&mut self, span: toml_parser::Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let Some(raw) = self.source.get(span) else { return };
        let place = self.span(span);
        let content = content(raw.as_str(), place, encoding);
        let mut text = String::new();
        if encoding.is_some() {
            let raw = toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span);
            let _kind = raw.decode_scalar(&mut text, &mut ());
        } else {
            raw.as_str().clone_into(&mut text);
        }
        self.entries.leaf(settings::value(&text, content, place));
        self.done(place.end);
    }

    fn comment(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.comments.push(self.span(span));
    }

    fn newline(&mut self, span: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.names.clear();
        if self.open.last().is_some_and(|open| open.kind == Kind::Key) {
            self.done(self.span(span).start);
        }
    }
}

/// Between the quotes, and after the line break that may follow the opening.
fn content(raw: &str, span: Span, encoding: Option<Encoding>) -> Span {
    let quotes = match encoding {
        Some(Encoding::MlBasicString | Encoding::MlLiteralString) => 3,
        Some(Encoding::BasicString | Encoding::LiteralString) => 1,
        None => return span,
    };
    let Some(inside) = raw.len().checked_sub(2 * quotes).and_then(|_| raw.get(quotes..raw.len() - quotes)) else {
        return span;
    };
    let line = if quotes == 3 { inside.len() - inside.trim_start_matches(['\r', '\n']).len() } else { 0 };
    let line = line.min(if inside.starts_with('\r') { 2 } else { 1 });
    Span::new(span.start + quotes + line, span.end - quotes)
}
