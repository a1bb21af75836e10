//! AsciiDoc: delimited blocks and the attributes above them.
//!
//! Owns `[source,language]` and the lines of dashes, dots or backquotes around a block. It knows no language.

use super::{Block, line_end};
use crate::lang::{Front, Language, Layer, utf8};
use crate::span::Span;

/// AsciiDoc.
pub static LANGUAGE: Language = Language {
    name: "asciidoc",
    extensions: &["adoc", "asciidoc", "asc"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    super::lower(LANGUAGE.name, text, &decoded, start, &blocks(&decoded))
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut usual = "";
    let mut announced: Option<&str> = None;
    let mut at = 0;
    while at < text.len() {
        let next = line_end(text, at);
        let line = text[at..next].trim_end();
        if let Some(language) = line.strip_prefix(":source-language:") {
            usual = language.trim();
        } else if let Some(attributes) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            announced =
                source(attributes).map(|language| if language.is_empty() { usual } else { language }).or(announced);
        } else if is_delimiter(line) || announced.is_some() && !line.is_empty() && !line.starts_with('.') {
            let fence = line.strip_prefix("```");
            let (span, after) = body(text, at, next, line);
            let language = fence.filter(|language| !language.is_empty()).or(announced.take()).unwrap_or_default();
            blocks.push(Block { language, span });
            at = after;
            continue;
        }
        at = next;
    }
    blocks
}

/// The language of `source,language`, `source%linenums,language`, `,language`.
fn source(attributes: &str) -> Option<&str> {
    let (style, rest) = attributes.split_once(',').unwrap_or((attributes, ""));
    let style = style.split(['%', '#', '.']).next().unwrap_or_default();
    let language = rest.split(',').next().unwrap_or_default().trim().trim_matches('"');
    matches!(style, "source" | "" | "listing" | "subs").then_some(language)
}

fn is_delimiter(line: &str) -> bool {
    let mark = line.bytes().next().unwrap_or_default();
    line.starts_with("```") || line.len() >= 4 && matches!(mark, b'-' | b'.') && line.bytes().all(|byte| byte == mark)
}

/// The block that the line from `at` to `next` opens, and what comes after it.
fn body(text: &str, at: usize, next: usize, line: &str) -> (Span, usize) {
    let delimited = is_delimiter(line);
    let closing = if line.starts_with("```") { "```" } else { line };
    let start = if delimited { next } else { at };
    let mut end = start;
    while end < text.len() {
        let after = line_end(text, end);
        let line = text[end..after].trim_end();
        if delimited && line == closing {
            return (Span::new(start, end), after);
        }
        if !delimited && line.is_empty() {
            break;
        }
        end = after;
    }
    (Span::new(start, end), end.max(next))
}
