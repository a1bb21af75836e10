//! The files that fixes are planned in, lowered again.
//!
//! Owns the way from a file of the project to its facts, once for each file. The decision to know: facts are gone once a
//! file is matched; only files with findings are fixed, so lowering those few again costs less than keeping all.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::facts::{Carrier, Facts};
use crate::lang::{self, Language, Layer};
use crate::link::project::Project;
use crate::span::Span;

/// The project, with the facts of the files that are asked about.
pub(super) struct Files<'f, 's, 'p> {
    pub(super) project: &'f Project<'s, 'p>,
    lowered: RefCell<HashMap<usize, Rc<Vec<Layer>>>>,
}

impl<'f, 's, 'p> Files<'f, 's, 'p> {
    pub(super) fn new(project: &'f Project<'s, 'p>) -> Self {
        Self { project, lowered: RefCell::default() }
    }

    /// The file's bytes.
    pub(super) fn text(&self, file: usize) -> &'s [u8] {
        &self.project.files[file].source.text
    }

    /// The bytes of a span as a text; empty where they are none.
    pub(super) fn str(&self, file: usize, span: Span) -> &'s str {
        std::str::from_utf8(span.of(self.text(file))).unwrap_or_default()
    }

    /// What the file is written in.
    pub(super) fn language(&self, file: usize) -> Option<&'static Language> {
        lang::of_file(self.project.files[file].source.path.as_path(), self.text(file))
    }

    /// The layers of a file.
    pub(super) fn layers(&self, file: usize) -> Rc<Vec<Layer>> {
        let source = self.project.files[file].source;
        let lower = || Rc::new(lang::lower_any(source.path.as_path(), &source.text).1);
        Rc::clone(self.lowered.borrow_mut().entry(file).or_insert_with(lower))
    }

    /// Calls `see` for the facts of each layer of code in the file.
    pub(super) fn code(&self, file: usize, mut see: impl FnMut(&'static str, &Facts)) {
        for layer in self.layers(file).iter().filter(|layer| layer.carrier == Carrier::Code) {
            see(layer.language, &layer.facts);
        }
    }
}

/// Where `word` stands in `text` as a whole word, in bytes.
pub(super) fn words<'t>(text: &'t [u8], word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    memchr::memmem::find_iter(text, word)
        .filter(move |&at| !part(at.checked_sub(1).and_then(|at| text.get(at))) && !part(text.get(at + word.len())))
}
