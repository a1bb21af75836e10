//! reStructuredText: directives and literal blocks.
//!
//! Owns `.. code-block:: language` and the paragraph that ends in two colons. It knows no language. A block is what is
//! indented deeper than what announces it.

use super::{Block, indent, indented, line_end};
use crate::lang::{Front, Language, Layer, utf8};
use crate::span::Span;

/// reStructuredText.
pub static LANGUAGE: Language = Language {
    name: "rst",
    extensions: &["rst"],
    filenames: &[],
    interpreters: &[],
    fences: &["restructuredtext"],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    super::lower(LANGUAGE.name, text, &decoded, start, &blocks(&decoded))
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    // What `.. highlight::` said last.
    let mut usual = "";
    let mut at = 0;
    while at < text.len() {
        let next = line_end(text, at);
        let line = text[at..next].trim();
        let margin = indent(&text[at..next]).unwrap_or_default();
        at = next;
        let directive = line.strip_prefix(".. ").and_then(|rest| rest.split_once("::"));
        let language = match directive {
            Some(("code-block" | "code" | "sourcecode" | "parsed-literal", language)) => language.trim(),
            Some(("highlight", language)) => {
                usual = language.trim();
                continue;
            }
            None if line.ends_with("::") && !line.starts_with("..") => usual,
            _ => continue,
        };
        let body = indented(text, options_end(text, next), margin);
        if !body.is_empty() {
            blocks.push(Block { language, span: body });
            at = body.end;
        }
    }
    blocks
}

/// After the lines of a directive's options.
fn options_end(text: &str, mut at: usize) -> usize {
    while at < text.len() {
        let next = line_end(text, at);
        if !text[at..next].trim_start().starts_with(':') {
            break;
        }
        at = next;
    }
    at
}
