//! Markup: HTML, what is built on it, and the templates that make it.
//!
//! Owns the order of the steps: code tags are found and overwritten, what is left is read as HTML, and all code goes to
//! its own language as islands. The decision to know: a tag is a call of its name with named arguments, as in JSX, and
//! its text is the argument `children`; so a form asks for a credential in the same words wherever it is written.

pub mod components;
mod html;
mod tags;
pub mod templates;

use super::islands;
use super::{Front, Language, Layer, text as lines, utf8};
use crate::facts::{Carrier, Facts, Text};
use crate::span::Span;
use html::Dialect;
use tags::{Delimiters, Tag};

/// HTML, with the code tags of whatever makes it.
pub static HTML: Language = Language {
    name: "html",
    extensions: &["html", "htm", "xhtml", "shtml"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(|text, range| lower(text, range, &Dialect::HTML, templates::ANY)),
    environment: "",
};

/// Reads markup with code tags.
fn lower(text: &[u8], range: Span, dialect: &Dialect, delimiters: &[Delimiters]) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let found = tags::find(&decoded, delimiters);
    let mut layers = page(text, &decoded, start, dialect, &found);
    layers.extend(islands::lower(text, &tags::islands(&found, start)));
    layers
}

/// Reads the page around PHP's code, which PHP reads itself.
#[must_use]
pub(super) fn around_php(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    page(text, &decoded, start, &Dialect::HTML, &tags::find(&decoded, templates::PHP))
}

/// Reads the page `decoded`, which starts at `start` of `text`, without its code tags.
fn page(text: &[u8], decoded: &str, start: usize, dialect: &Dialect, found: &[Tag]) -> Vec<Layer> {
    let mut page = decoded.as_bytes().to_vec();
    found.iter().for_each(|tag| tag.overwrite(&mut page));
    let mut read = html::read(decoded, &page, start, dialect, found);
    for tag in found.iter().filter(|tag| tag.language.is_none()) {
        read.comments.push(tag.whole);
    }
    let mut layers = vec![Layer { carrier: Carrier::Code, language: HTML.name, facts: Facts::default() }];
    let mut commented = Facts::default();
    for comment in &read.comments {
        lines::read(decoded, start, *comment, &mut commented);
        let span = Span::new(start + comment.start, start + comment.end);
        read.facts.texts.push(Text { carrier: Carrier::Comment, span });
    }
    layers[0].facts = read.facts;
    if !commented.entries.is_empty() {
        layers.push(Layer { carrier: Carrier::Comment, language: HTML.name, facts: commented });
    }
    // The page's own scripts see the page without its code tags, those see the file.
    let mut whole = text.to_vec();
    whole[start..start + page.len()].copy_from_slice(&page);
    layers.extend(islands::lower(&whole, &read.islands));
    layers
}
