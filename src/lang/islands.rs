//! Islands: code of one language inside a file of another.
//!
//! Owns the one way such code is read: all islands of a language are lowered together, over a copy of the file in
//! which everything else is blank. So spans stay true, and what one island declares the next one knows. It knows no
//! format; a format says where its islands are.

use super::{Layer, by_name, family};
use crate::span::Span;

/// A run of code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Island {
    /// The language's name; one that nobody reads is passed over.
    pub(super) language: &'static str,
    /// Where it stands. Islands are given in order and do not overlap.
    pub(super) span: Span,
}

/// The dialects of a family, the one that reads the others' code last.
const DIALECTS: &[&str] = &["javascript", "typescript", "tsx"];

/// Lowers islands of `text`: one set of layers for each family of languages, in the order they first occur.
#[must_use]
pub(super) fn lower(text: &[u8], islands: &[Island]) -> Vec<Layer> {
    let mut families: Vec<(&'static str, Vec<Island>)> = Vec::new();
    for island in islands.iter().filter(|island| island.span.end <= text.len() && !island.span.is_empty()) {
        let family = family(island.language);
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, islands)) => islands.push(*island),
            None => families.push((family, vec![*island])),
        }
    }
    families.into_iter().flat_map(|(family, islands)| together(text, family, &islands)).collect()
}

/// Lowers islands of one family.
fn together(text: &[u8], family: &'static str, islands: &[Island]) -> Vec<Layer> {
    let rank = |name: &str| DIALECTS.iter().position(|known| *known == name);
    let dialect = islands.iter().map(|island| island.language).max_by_key(|name| rank(name));
    let Some(language) = dialect.and_then(by_name) else { return Vec::new() };
    let [first, .., last] = islands else {
        return islands.iter().flat_map(|island| super::lower(language, text, island.span)).collect();
    };
    let range = Span::new(first.span.start, last.span.end);
    let mut copy = blank(text, range);
    for island in islands {
        copy[island.span.start..island.span.end].copy_from_slice(island.span.of(text));
        // Two expressions on one line are not one.
        if let Some(after) = copy.get_mut(island.span.end).filter(|byte| **byte == b' ') {
            *after = if matches!(family, "python" | "yaml" | "json" | "text") { b'\n' } else { b';' };
        }
    }
    super::lower(language, &copy, range)
}

/// A copy in which everything is blank but the line breaks of `range`.
#[must_use]
pub(super) fn blank(text: &[u8], range: Span) -> Vec<u8> {
    let mut copy = vec![b' '; text.len()];
    for at in memchr::memchr_iter(b'\n', range.of(text)) {
        copy[range.start + at] = b'\n';
    }
    copy
}
