//! The files that fixes are planned in, lowered again.
//!
//! Owns the way from a file of the project to its facts, once for each file. The decision to know: facts are gone once a
//! file is matched; only files with findings are fixed, so lowering those few again costs less than keeping all.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::idiom;
use super::reads::Reads;
use crate::facts::{Assign, Carrier, Facts};
use crate::lang::{self, Language, Layer};
use crate::link::project::Project;
use crate::span::Span;

/// The project, with the facts of the files that are asked about.
pub(super) struct Files<'f, 's, 'p> {
    pub(super) project: &'f Project<'s, 'p>,
    lowered: RefCell<HashMap<usize, Rc<Vec<Layer>>>>,
    reads: RefCell<HashMap<usize, Rc<Reads>>>,
    /// What the code of a family in a file usually reads a variable with.
    idioms: RefCell<HashMap<(usize, &'static str), Option<String>>>,
    assigned: RefCell<HashMap<usize, Rc<Assigned>>>,
    /// The files that say each word in capitals, gathered when first asked for.
    capitals: OnceCell<HashMap<&'s [u8], Vec<usize>>>,
    all: Vec<usize>,
}

impl<'f, 's, 'p> Files<'f, 's, 'p> {
    pub(super) fn new(project: &'f Project<'s, 'p>) -> Self {
        let all = (0..project.files.len()).collect();
        Self {
            project,
            lowered: RefCell::default(),
            reads: RefCell::default(),
            idioms: RefCell::default(),
            assigned: RefCell::default(),
            capitals: OnceCell::new(),
            all,
        }
    }

    /// The files that may say a variable's name, in order.
    pub(super) fn saying(&self, name: &str) -> &[usize] {
        // Nearly every variable's name has an underscore, and few other words have one.
        if !name.contains('_') || !name.bytes().all(is_capital) {
            return &self.all;
        }
        let capitals = self.capitals.get_or_init(|| {
            let mut capitals: HashMap<&[u8], Vec<usize>> = HashMap::new();
            for (file, scanned) in self.project.files.iter().enumerate() {
                for word in capitals_in(&scanned.source.text) {
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

    /// The reads of the environment in a file.
    pub(super) fn reads(&self, file: usize) -> Rc<Reads> {
        let known = self.reads.borrow().get(&file).cloned();
        known.unwrap_or_else(|| {
            let reads = Rc::new(Reads::of(self, file));
            self.reads.borrow_mut().insert(file, Rc::clone(&reads));
            reads
        })
    }

    /// See [`idiom::usual`].
    pub(super) fn idiom(&self, file: usize, family: &'static str) -> Option<String> {
        let known = self.idioms.borrow().get(&(file, family)).cloned();
        known.unwrap_or_else(|| {
            let usual = idiom::usual(self, file, family);
            self.idioms.borrow_mut().insert((file, family), usual.clone());
            usual
        })
    }

    /// The assignments of a file to a name of one segment, without the marks before it: the layer's language, its facts,
    /// and the assignment.
    pub(super) fn assigned(&self, file: usize, name: &str, mut see: impl FnMut(&'static str, &Facts, &Assign)) {
        let layers = self.layers(file);
        let index = Rc::clone(self.assigned.borrow_mut().entry(file).or_insert_with(|| Rc::new(assigned(&layers))));
        for &(layer, assign) in index.get(name).into_iter().flatten() {
            let Layer { language, facts, .. } = &layers[layer];
            see(language, facts, &facts.assigns[assign]);
        }
    }

    /// Calls `see` for the facts of each layer of code in the file.
    pub(super) fn code(&self, file: usize, mut see: impl FnMut(&'static str, &Facts)) {
        for layer in self.layers(file).iter().filter(|layer| layer.carrier == Carrier::Code) {
            see(layer.language, &layer.facts);
        }
    }
}

/// The places of assignments by what they name: the layer's and the assignment's own.
type Assigned = HashMap<String, Vec<(usize, usize)>>;

fn assigned(layers: &[Layer]) -> Assigned {
    let mut index = Assigned::new();
    for (layer, code) in layers.iter().enumerate().filter(|(_, layer)| layer.carrier == Carrier::Code) {
        for (at, assign) in code.facts.assigns.iter().enumerate().filter(|(_, assign)| assign.target.0.len() == 1) {
            let name = assign.target.last().trim_start_matches('$');
            index.entry(name.to_owned()).or_default().push((layer, at));
        }
    }
    index
}

/// Longer names are none of a variable.
const MAX_NAME: usize = 128;

/// The words of a text in capitals that have an underscore and may be a name.
fn capitals_in(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut read = 0;
    memchr::memchr_iter(b'_', text).filter_map(move |at| {
        if at < read {
            return None;
        }
        let part = |byte: &&u8| is_capital(**byte);
        let start = at - text[read..at].iter().rev().take_while(part).count();
        read = at + text[at..].iter().take_while(part).count();
        Some(&text[start..read]).filter(|word| (2..=MAX_NAME).contains(&word.len()))
    })
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

/// Whether a byte is one of a word.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where `word` stands in `text` as a whole word, in bytes.
pub(super) fn words<'t>(text: &'t [u8], word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
    memchr::memmem::find_iter(text, word)
        .filter(move |&at| !part(at.checked_sub(1).and_then(|at| text.get(at))) && !part(text.get(at + word.len())))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_word_in_capitals_is_taken_whole_and_once() {
        let words = |text: &str| -> Vec<String> {
            super::capitals_in(text.as_bytes()).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
        };
        assert_eq!(words("x=A_B__C9;_; ACME_KEYS acme_KEY_, JSON _"), ["A_B__C9", "ACME_KEYS", "_KEY_"]);
    }
}
