//! The reads of the environment in a file.
//!
//! Owns where a file's code reads which variable, gathered once, and which of those reads a group of logins takes along.

use std::collections::{BTreeSet, HashMap};

use super::files::{Files, words};
use super::idiom;
use crate::facts::ValueKind;
use crate::finding::Edit;
use crate::matcher::visit;
use crate::pack::schema::Kind;
use crate::span::Span;

/// A read of a variable in code.
pub(super) struct Read {
    /// The language of its layer.
    pub(super) language: &'static str,
    pub(super) name: String,
    /// The whole expression.
    pub(super) span: Span,
}

/// Every read in a file.
#[derive(Default)]
pub(super) struct Reads {
    all: Vec<Read>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Reads {
    pub(super) fn of(files: &Files<'_, '_, '_>, file: usize) -> Self {
        let mut reads = Self::default();
        files.code(file, |language, facts| {
            visit::values(facts, |_, value| {
                if let ValueKind::Env(name) = &value.kind {
                    reads.by_name.entry(name.text.clone()).or_default().push(reads.all.len());
                    reads.all.push(Read { language, name: name.text.clone(), span: value.span });
                }
            });
        });
        reads
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Read> {
        self.all.iter()
    }

    /// Those of a variable.
    fn named(&self, name: &str) -> impl Iterator<Item = &Read> {
        self.by_name.get(name).into_iter().flatten().map(|&at| &self.all[at])
    }
}

/// The reads of a key's variables in a file beside its logins, such as a question whether they are set, made ones of the
/// token's: wherever the same expression stands. What logins read is for their own fixes.
pub(super) fn others(files: &Files<'_, '_, '_>, file: usize, language: &str, keys: &BTreeSet<String>) -> Vec<Edit> {
    let reads = files.reads(file);
    let mut expressions: BTreeSet<(&str, &str)> = BTreeSet::new();
    for name in keys {
        let here = reads.named(name).filter(|read| read.language == language);
        expressions.extend(here.map(|read| (name.as_str(), files.str(file, read.span))));
    }
    let uses = files.project.files[file].matched.uses.iter();
    let logins = uses.filter(|other| other.construct.kind == Kind::KeyAuth).map(|other| other.span);
    let logins = super::spans::Spans::new(logins);
    let mut edits = Vec::new();
    for (name, expression) in expressions {
        let Some(within) = words(expression.as_bytes(), name).next() else { continue };
        for at in words(files.text(file), name) {
            let Some(start) = at.checked_sub(within) else { continue };
            let span = Span::new(start, start + expression.len());
            if files.str(file, span) == expression && !logins.hold(span) {
                let text = idiom::renamed(expression, name, files.project.variable);
                edits.extend(text.map(|text| Edit { file, span, text }));
            }
        }
    }
    edits
}
