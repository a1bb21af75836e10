//! Inline directives: `dekey: ignore[rule] reason` in a comment accepts what is found there.
//!
//! Owns what a directive is, which findings it accepts, and dekey's own findings about directives. Judgements are made
//! elsewhere; this runs on what they say. The decisions to know: a directive is read from masked text, so that no reason
//! can show a secret; every rule runs whatever is asked for, so that a directive is used or unused whatever is shown;
//! and one that cannot be read accepts nothing.
//!
//! - [`directives`] reads those of a file when it is examined.
//! - [`apply`] marks the findings of a project and says which directives are wrong or unused.
//! - [`Before`] tells what a change adds, and listens to none of its directives.
//! - [`rules`] are dekey's own rules.

mod added;
mod cover;
mod directive;
mod place;
mod said;
mod words;

use crate::facts::Carrier;
use crate::lang::{self, Layer};
use crate::redact::Masked;
use crate::source::Source;
use crate::span::Span;
use directive::Written;
use place::{Layout, Place};

pub use added::Before;
pub use cover::{Held, apply};
pub use directive::NEEDLE;
pub use words::{ADDED, FILES, IDS, UNUSED, rules};

/// A directive of a file.
#[derive(Clone, Debug)]
pub struct Directive {
    written: Written,
    place: Place,
    /// Whether dekey says when it is wrong or unused. One in a block of a document may be an example.
    told: bool,
}

/// The directives of a file that was lowered to `layers` as `language`. `secrets` are masked.
#[must_use]
pub fn directives(source: &Source, language: &str, layers: &[Layer], secrets: &[Span]) -> Vec<Directive> {
    if memchr::memmem::find(&source.text, NEEDLE.as_bytes()).is_none() {
        return Vec::new();
    }
    let masked = Masked::new(source.clone(), secrets);
    let text = masked.text();
    let mut comments = comments(text, layers);
    if language == lang::text::LANGUAGE.name {
        comments.extend(signed(text));
    }
    let comments = apart(comments);
    let mut written: Vec<Written> = Vec::new();
    for comment in &comments {
        let near = memchr::memmem::find(comment.of(text), NEEDLE.as_bytes());
        written.extend(near.into_iter().flat_map(|_| directive::all(text, *comment)));
    }
    let examples = examples(language, layers);
    let document = lang::documents::DOCUMENTS.contains(&language);
    let places = Layout::new(text, &comments, language == lang::notebook::LANGUAGE.name, document).places(&written);
    let told = |written: &Written| {
        let before = examples.partition_point(|comment| comment.start <= written.span.start);
        let example = examples[..before].last().is_some_and(|comment| written.span.start < comment.end);
        !example && language != lang::text::LANGUAGE.name
    };
    written.into_iter().zip(places).map(|(written, place)| Directive { told: told(&written), written, place }).collect()
}

/// The comments of all layers, their signs included.
fn comments(text: &[u8], layers: &[Layer]) -> Vec<Span> {
    let texts = layers.iter().flat_map(|layer| &layer.facts.texts);
    let comments = texts.filter(|found| found.carrier == Carrier::Comment && found.span.end <= text.len());
    comments.map(|found| signs(text, found.span)).filter(|span| !is_string(span.of(text))).collect()
}

/// Some readers hand out the inside of `<!-- … -->` only.
fn signs(text: &[u8], inside: Span) -> Span {
    let (before, after) = (&text[..inside.start], &text[inside.end..]);
    let start = if before.ends_with(b"<!--") { inside.start - 4 } else { inside.start };
    let end = if after.starts_with(b"-->") { inside.end + 3 } else { inside.end };
    Span::new(start, end)
}

/// A string that stands for itself documents what it is in, and is a string all the same.
fn is_string(comment: &[u8]) -> bool {
    let prefix = comment.iter().take(2).take_while(|byte| byte.is_ascii_alphabetic()).count();
    matches!(comment.get(prefix), Some(b'"' | b'\'' | b'`'))
}

/// In text of no known format: what follows a comment sign at the start of a line or after a blank.
fn signed(text: &[u8]) -> Vec<Span> {
    const SIGNS: &[&[u8]] = &[b"<!--", b"//", b"--", b"/*", b"::", b"#", b";", b"%", b"'"];
    let mut comments: Vec<Span> = Vec::new();
    for at in memchr::memmem::find_iter(text, NEEDLE) {
        if comments.last().is_some_and(|comment| at < comment.end) {
            continue;
        }
        let near = &text[at.saturating_sub(8)..at];
        let blanks = near.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let before = &text[..at - blanks];
        let Some(sign) = SIGNS.iter().find(|sign| before.ends_with(sign)) else { continue };
        let start = before.len() - sign.len();
        if start == 0 || text[start - 1].is_ascii_whitespace() {
            let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |len| at + len);
            comments.push(Span::new(start, end));
        }
    }
    comments
}

/// The comments of blocks in a document, in order and apart.
fn examples(language: &str, layers: &[Layer]) -> Vec<Span> {
    let blocks = layers.iter().filter(|layer| layer.carrier == Carrier::Prose && layer.language != language);
    let texts = blocks.flat_map(|layer| &layer.facts.texts).filter(|text| text.carrier == Carrier::Comment);
    apart(texts.map(|text| text.span).collect())
}

/// In order, those that overlap as one.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => *last = last.to(span),
            _ => apart.push(span),
        }
    }
    apart
}
