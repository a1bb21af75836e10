//! Markdown: fenced and indented code in its own language, front matter, and the prose between.
//!
//! Owns the finding of fences and front matter. It knows no language: a block goes to the one its fence names. The
//! decision to know: blocks are ranges of the file and nothing is copied, so spans stay true and the margin of a block
//! inside a list is left to its language, which ignores it.

use super::{Block, guess, indent, indented, line_end};
use crate::lang::{Front, Language, Layer, utf8};
use crate::span::Span;

/// Markdown and its kin.
pub static LANGUAGE: Language = Language {
    name: "markdown",
    extensions: &["md", "markdown", "mdc", "mdown", "qmd", "rmd"],
    filenames: &[".cursorrules", ".windsurfrules"],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    super::lower(LANGUAGE.name, text, &decoded, start, &blocks(&decoded))
}

/// Front matter, fenced blocks, and indented ones that look like code.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut at = 0;
    if let Some(span) = front_matter(text) {
        blocks.push(Block { language: "yaml", span });
        at = span.end;
    }
    // Whether an indented line can start a block: after an empty line, or another block.
    let mut apart = true;
    while at < text.len() {
        let next = line_end(text, at);
        let line = &text[at..next];
        if let Some(fence) = fence(line) {
            let end = block_end(text, next, &fence);
            blocks.push(Block { language: fence.language, span: Span::new(next, end) });
            at = line_end(text, end);
            apart = true;
            continue;
        }
        let width = indent(line);
        if apart && width.is_some_and(|width| width >= INDENT) {
            let span = indented(text, at, INDENT - 1);
            // What is indented in a list may be prose.
            if guess::language(span.of(text.as_bytes())).is_some() {
                blocks.push(Block { language: "", span });
                at = span.end;
                continue;
            }
        }
        apart = width.is_none();
        at = next;
    }
    blocks
}

/// What makes a line code.
const INDENT: usize = 4;

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
