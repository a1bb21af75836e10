//! The files that fixes are planned in, lowered again.
//!
//! Owns the way from a file of the project to its facts, once for each file. The decision to know: facts are gone once a
//! file is matched; only files with findings are fixed, so lowering those few again costs less than keeping all.

use std::cell::{OnceCell, RefCell};
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
    /// The files that say each word in capitals, gathered when first asked for.
    capitals: OnceCell<HashMap<&'s [u8], Vec<usize>>>,
    all: Vec<usize>,
}

impl<'f, 's, 'p> Files<'f, 's, 'p> {
    pub(super) fn new(project: &'f Project<'s, 'p>) -> Self {
        let all = (0..project.files.len()).collect();
        Self { project, lowered: RefCell::default(), capitals: OnceCell::new(), all }
    }

    /// The files that may say a variable's name, in order.
    pub(super) fn saying(&self, name: &str) -> &[usize] {
        if !name.bytes().all(is_capital) {
            return &self.all;
        }
        let capitals = self.capitals.get_or_init(|| {
            let mut capitals: HashMap<&[u8], Vec<usize>> = HashMap::new();
            for (file, scanned) in self.project.files.iter().enumerate() {
                let words = scanned.source.text.split(|byte| !is_capital(*byte));
                for word in words.filter(|word| (2..=MAX_NAME).contains(&word.len())) {
                    let files = capitals.entry(word).or_default();
                    if files.last() != Some(&file) {
                        files.push(file);
                    }
                }
            }
            capitals
        });
        capitals.get(name.as_bytes()).map_or(&[], Vec::as_slice)
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

/// Longer names are none of a variable.
const MAX_NAME: usize = 128;

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

/// Where `word` stands in `text` as a whole word, in bytes.
pub(super) fn words<'t>(text: &'t [u8], word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    memchr::memmem::find_iter(text, word)
        .filter(move |&at| !part(at.checked_sub(1).and_then(|at| text.get(at))) && !part(text.get(at + word.len())))
}
