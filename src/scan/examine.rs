//! One file: lowered, and matched with each pack.
//!
//! Owns what of a file is read with which care. It knows no other file.

use std::sync::Arc;

use crate::facts::{Carrier, Note};
use crate::lang;
use crate::matcher::{self, Matched};
use crate::pack::Vendor;
use crate::redact::{Masked, merged};
use crate::source::Source;
use crate::span::Span;
use crate::suppress::{self, Directive};

/// Files larger than this are searched for shapes only; of lock files what is around a needle is read.
const MAX_LOWERED: usize = 2 << 20;

/// A file and what it means to each pack.
pub(super) struct Examined<'p> {
    pub(super) source: Arc<Source>,
    /// What it is written in; empty where that is not known.
    language: &'static str,
    pub(super) matched: Vec<Matched<'p>>,
    /// What any pack masks in it, in order and apart.
    pub(super) hidden: Vec<Span>,
    pub(super) notes: Vec<Note>,
    pub(super) directives: Vec<Directive>,
}

impl Examined<'_> {
    pub(super) fn secrets(&self) -> impl Iterator<Item = Span> {
        self.matched.iter().flat_map(|matched| matched.secrets.iter().copied())
    }

    pub(super) fn masked(&self) -> Masked {
        let mut masked = Masked::new(Arc::clone(&self.source), &self.secrets().collect::<Vec<_>>());
        masked.language = self.language;
        masked
    }
}

/// Lowers and matches one file. `None` when it means nothing to any pack.
pub(super) fn examine<'p>(vendors: &'p [Vendor], source: Source) -> Option<Examined<'p>> {
    let readable = source.whole && !source.binary;
    let lowered = readable && source.text.len() <= MAX_LOWERED;
    let (language, layers) = match lang::of_pieces(source.path.as_path()) {
        _ if lowered => lang::lower_any(source.path.as_path(), &source.text),
        Some(language) if !source.binary => {
            (language.name, lang::lower(language, &source.text, Span::new(0, source.text.len())))
        }
        _ => ("", Vec::new()),
    };
    let matched = vendors.iter().map(|vendor| matcher::matched(vendor.pack(), &source, &layers));
    let matched: Vec<Matched<'_>> = matched.collect();
    // A block of a document may be an excerpt; nobody expects it to be whole.
    let excerpt = |layer: &lang::Layer, note: Note| layer.carrier == Carrier::Prose && note == Note::Malformed;
    let noted = |layer: &lang::Layer| -> Vec<Note> {
        layer.facts.notes.iter().copied().filter(|note| !excerpt(layer, *note)).collect()
    };
    let mut notes: Vec<Note> = layers.iter().flat_map(noted).collect();
    if !lowered && !source.binary {
        notes.push(Note::TooLarge);
    }
    notes.sort_unstable_by_key(|note| *note as u8);
    notes.dedup();
    let secrets: Vec<Span> = matched.iter().flat_map(|matched| matched.secrets.iter().copied()).collect();
    let directives = suppress::directives(&source, language, &layers, &secrets);
    let means = !notes.is_empty() || !directives.is_empty() || matched.iter().any(|matched| !matched.is_empty());
    means.then(|| Examined { source: Arc::new(source), language, matched, hidden: merged(secrets), notes, directives })
}
