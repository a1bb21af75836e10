//! Documents: prose with blocks of code.
//!
//! Owns what all kinds of documents share; each kind says where its blocks are. The decision to know: nothing in a
//! document is in force, so whatever a block says is carried by prose. A block is read by the language it names, or by
//! the one it looks like; a command is read wherever it stands.

pub mod asciidoc;
pub(super) mod commands;
mod guess;
pub mod markdown;
pub mod mdx;
pub mod org;
pub mod rst;

use super::{Language, Layer, by_name, text as lines};
use crate::facts::{Carrier, Facts, Note, Text};
use crate::span::Span;

/// A block of code; offsets are into the document's text.
struct Block<'a> {
    /// The language it names; empty where it names none.
    language: &'a str,
    span: Span,
}

/// More blocks than this in one file are read as prose: each may cost time in proportion to the file.
const MAX_BLOCKS: usize = 1000;

/// Documents inside documents are text: they would otherwise nest as deep as their author likes.
pub const DOCUMENTS: &[&str] = &["markdown", "mdx", "rst", "asciidoc", "org", "notebook"];

/// Lowers a document whose text `decoded` starts at `start` of the file.
fn lower(name: &'static str, text: &[u8], decoded: &str, start: usize, blocks: &[Block<'_>]) -> Vec<Layer> {
    let mut facts = Facts::default();
    let mut layers = Vec::new();
    let mut commands = Vec::new();
    let mut prose = 0;
    for block in blocks.iter().take(MAX_BLOCKS) {
        said(name, decoded, start, Span::new(prose, block.span.start.max(prose)), &mut facts, &mut commands);
        let place = Span::new(start + block.span.start, start + block.span.end);
        match language(block, decoded) {
            Some(language) => layers.extend(super::lower(language, text, place)),
            None => {
                commands.extend(commands::find(decoded.as_bytes(), block.span));
                layers.extend(lines::plain(text, place));
            }
        }
        prose = block.span.end.max(prose);
    }
    if blocks.len() > MAX_BLOCKS {
        facts.notes.push(Note::TooLarge);
    }
    said(name, decoded, start, Span::new(prose, decoded.len()), &mut facts, &mut commands);
    layers.insert(0, Layer { carrier: Carrier::Prose, language: name, facts });
    layers.extend(commands::lower(text, start, &commands));
    for layer in layers.iter_mut().filter(|layer| layer.carrier == Carrier::Code) {
        layer.carrier = Carrier::Prose;
    }
    layers
}

/// The language of a block; `None` where it is text.
fn language(block: &Block<'_>, decoded: &str) -> Option<&'static Language> {
    let named = by_name(block.language).filter(|_| !block.language.is_empty());
    let code = block.span.of(decoded.as_bytes());
    let found = named.or_else(|| by_name(guess::language(code)?))?;
    (found.name != lines::LANGUAGE.name && !DOCUMENTS.contains(&found.name)).then_some(found)
}

/// What starts a comment of one line.
fn comment_sign(name: &str) -> Option<&'static str> {
    match name {
        "rst" => Some(".. "),
        "asciidoc" => Some("//"),
        "org" => Some("# "),
        _ => None,
    }
}

/// Reads a run of prose: its settings, its comments and the settings in them, its commands.
fn said(name: &str, decoded: &str, start: usize, span: Span, facts: &mut Facts, commands: &mut Vec<Span>) {
    if span.is_empty() {
        return;
    }
    lines::read(decoded, start, span, facts);
    let prose = &decoded.as_bytes()[span.start..span.end];
    let mut comment = |from: usize, to: usize| {
        let span = Span::new(start + span.start + from, start + span.start + to);
        facts.texts.push(Text { carrier: Carrier::Comment, span });
    };
    let mut inside = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memmem::find(&prose[at..], b"<!--").map(|len| at + len + 4) {
        let close = memchr::memmem::find(&prose[open..], b"-->").map_or(prose.len(), |len| open + len);
        comment(open, close);
        inside.push(Span::new(span.start + open, span.start + close));
        at = close;
    }
    if let Some(sign) = comment_sign(name) {
        let mut at = 0;
        for line in prose.split_inclusive(|byte| *byte == b'\n') {
            let blanks = line.len() - line.trim_ascii_start().len();
            if line[blanks..].starts_with(sign.as_bytes()) {
                comment(at + blanks, at + line.trim_ascii_end().len());
            }
            at += line.len();
        }
    }
    inside.iter().for_each(|comment| lines::read(decoded, start, *comment, facts));
    commands.extend(commands::find(decoded.as_bytes(), span));
    facts.texts.push(Text { carrier: Carrier::Prose, span: Span::new(start + span.start, start + span.end) });
}

/// Offset after the line at `at`, its break included.
fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |len| at + len + 1)
}

/// How far a line is indented; `None` for an empty one.
fn indent(line: &str) -> Option<usize> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let width = |byte: u8| if byte == b'\t' { 4 } else { 1 };
    let words = line.bytes().find(|byte| !blank(byte));
    words.map(|_| line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).map(width).sum())
}

/// The lines from `at` on that are indented by more than `margin`; empty ones belong to them.
fn indented(text: &str, at: usize, margin: usize) -> Span {
    let (mut end, mut next) = (at, at);
    while next < text.len() {
        let after = line_end(text, next);
        match indent(&text[next..after]) {
            Some(width) if width <= margin => break,
            Some(_) => end = after,
            None => (),
        }
        next = after;
    }
    Span::new(at, end)
}
