//! MDX: Markdown with components and modules.
//!
//! Owns what is code outside of its blocks: `import` and `export` lines, tags, and expressions in braces. They are
//! one program, so they are islands of one language.

use super::{line_end, markdown};
use crate::facts::Carrier;
use crate::lang::islands::Island;
use crate::lang::{Front, Language, Layer, markup, utf8};
use crate::span::Span;

/// MDX.
pub static LANGUAGE: Language = Language {
    name: "mdx",
    extensions: &["mdx"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let blocks = markdown::blocks(&decoded);
    let mut layers = super::lower(LANGUAGE.name, text, &decoded, start, &blocks);
    let mut page = decoded.as_bytes().to_vec();
    let mut blank =
        |span: Span| page[span.start..span.end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    blocks.iter().for_each(|block| blank(block.span));
    let modules = modules(&decoded, &blocks.iter().map(|block| block.span).collect::<Vec<_>>());
    modules.iter().for_each(|span| blank(*span));
    let islands =
        modules.iter().map(|span| Island { language: "tsx", span: Span::new(start + span.start, start + span.end) });
    layers.extend(markup::components::within(text, &decoded, &page, start, islands.collect()));
    layers.iter_mut().filter(|layer| layer.carrier == Carrier::Code).for_each(|layer| layer.carrier = Carrier::Prose);
    layers
}

/// Paragraphs that start with `import` or `export`, outside of blocks.
fn modules(text: &str, blocks: &[Span]) -> Vec<Span> {
    let mut modules = Vec::new();
    let (mut at, mut open) = (0, None);
    let mut blocks = blocks.iter().peekable();
    while at < text.len() {
        if let Some(block) = blocks.next_if(|block| block.start <= at) {
            modules.extend(open.take().map(|start| Span::new(start, at)));
            at = block.end.max(at);
            continue;
        }
        let next = line_end(text, at);
        let line = &text[at..next];
        if line.trim().is_empty() {
            modules.extend(open.take().map(|start| Span::new(start, at)));
        } else if line.starts_with("import ") || line.starts_with("export ") {
            open.get_or_insert(at);
        }
        at = next;
    }
    modules.extend(open.map(|start| Span::new(start, text.len())));
    modules
}
