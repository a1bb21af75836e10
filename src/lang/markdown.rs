//! Markdown: fenced code in its own language, front matter, and the prose between.
//!
//! Owns the finding of fences and front matter. It knows no language: a block goes to the one its fence names. The
//! decision to know: blocks are ranges of the file and nothing is copied, so spans stay true and the margin of a block
//! inside a list is left to its language, which ignores it.

use super::{Front, Language, Layer, by_name, text as lines, utf8};
use crate::facts::{Carrier, Facts, Note, Text};
use crate::span::Span;

/// Markdown and its kin.
pub static LANGUAGE: Language = Language {
    name: "markdown",
    extensions: &["md", "markdown", "mdx", "mdc", "mdown", "qmd", "rmd"],
    filenames: &[".cursorrules", ".windsurfrules"],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

/// More blocks than this in one file are read as prose: each may cost time in proportion to the file.
const MAX_BLOCKS: usize = 1000;

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut facts = Facts::default();
    let mut layers = Vec::new();
    let mut prose = front_matter(&decoded).map_or(0, |matter| {
        layers.extend(block("yaml", text, Span::new(start + matter.start, start + matter.end)));
        matter.end
    });
    let mut at = prose;
    while at < decoded.len() {
        let next = line_end(&decoded, at);
        let Some(fence) = fence(&decoded[at..next]) else {
            at = next;
            continue;
        };
        let end = block_end(&decoded, next, &fence);
        if layers.len() < MAX_BLOCKS {
            lines::read(&decoded, start, Span::new(prose, at), &mut facts);
            push_prose(&mut facts, start + prose, start + at);
            layers.extend(block(fence.language, text, Span::new(start + next, start + end)));
            prose = end;
        } else if facts.notes.is_empty() {
            facts.notes.push(Note::TooLarge);
        }
        at = line_end(&decoded, end);
    }
    lines::read(&decoded, start, Span::new(prose, decoded.len()), &mut facts);
    push_prose(&mut facts, start + prose, start + decoded.len());
    layers.insert(0, Layer { carrier: Carrier::Prose, language: LANGUAGE.name, facts });
    layers
}

fn push_prose(facts: &mut Facts, start: usize, end: usize) {
    if start < end {
        facts.texts.push(Text { carrier: Carrier::Prose, span: Span::new(start, end) });
    }
}

/// The layers of one block; nothing in a document is in force.
fn block(language: &str, text: &[u8], range: Span) -> Vec<Layer> {
    // A document inside a document is text: it would otherwise nest as deep as its author likes.
    let language = by_name(language).filter(|language| language.name != LANGUAGE.name).unwrap_or(&lines::LANGUAGE);
    let mut layers = super::lower(language, text, range);
    for layer in layers.iter_mut().filter(|layer| layer.carrier == Carrier::Code) {
        layer.carrier = Carrier::Prose;
    }
    layers
}

/// The opening of a block.
struct Fence<'a> {
    mark: u8,
    len: usize,
    language: &'a str,
}

/// Reads ```` ```js {1,3} title="x" ````, `~~~ {.ruby}`, inside lists and quotes too.
fn fence(line: &str) -> Option<Fence<'_>> {
    let line = line.trim_start_matches([' ', '\t', '>', '-', '*']);
    let mark = *line.as_bytes().first().filter(|mark| matches!(mark, b'`' | b'~'))?;
    let len = line.bytes().take_while(|byte| *byte == mark).count();
    let info = line[len..].trim();
    if len < 3 || mark == b'`' && info.contains('`') {
        return None;
    }
    let info = info.trim_start_matches(['{', '.', ' ']);
    let end = info.find(|c: char| !(c.is_ascii_alphanumeric() || "+#_-.".contains(c))).unwrap_or(info.len());
    Some(Fence { mark, len, language: &info[..end] })
}

/// Where the line that closes the block starts, or the end of the text.
fn block_end(text: &str, from: usize, fence: &Fence<'_>) -> usize {
    let mut at = from;
    while at < text.len() {
        let next = line_end(text, at);
        let line = text[at..next].trim_start_matches([' ', '\t', '>']).trim_end();
        if line.len() >= fence.len && line.bytes().all(|byte| byte == fence.mark) {
            return at;
        }
        at = next;
    }
    text.len()
}

/// The settings between two lines of dashes at the start of a document.
fn front_matter(text: &str) -> Option<Span> {
    let start = line_end(text, 0);
    (text[..start].trim_end() == "---").then_some(())?;
    let mut at = start;
    while at < text.len() {
        let next = line_end(text, at);
        if matches!(text[at..next].trim_end(), "---" | "...") {
            return Some(Span::new(start, at));
        }
        at = next;
    }
    None
}

/// Offset after the line at `at`, its break included.
fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |len| at + len + 1)
}
