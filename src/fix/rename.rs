//! A name that held a key, and holds a token from now on.
//!
//! Owns the edits that give it a name which says so. The decision to know: it is renamed wherever it stands or not at all;
//! one place that is not understood keeps the old name everywhere.

use std::collections::BTreeSet;

use super::files::{Files, words};
use super::names;
use super::spans::Places;
use crate::facts::ValueKind;
use crate::finding::Edit;
use crate::link::Index;
use crate::matcher::visit;
use crate::span::Span;

/// A name with its new one.
pub(super) struct Renaming {
    pub(super) to: String,
    /// The definition, and uses that are not part of `edits` anyway.
    pub(super) edits: Vec<Edit>,
}

/// How `name`, which the code of `edits` uses for the token, can be renamed in its file.
pub(super) fn of(
    files: &Files<'_, '_, '_>,
    file: usize,
    name: &str,
    edits: &[Edit],
    keys: &BTreeSet<String>,
) -> Option<Renaming> {
    let to = names::for_token(files, name)?;
    let (bare, new) = (name.trim_start_matches('$'), to.trim_start_matches('$'));
    let definition = names::definition(files, file, name, keys).filter(|found| found.file == file)?;
    if words(files.text(file), new).next().is_some() {
        return None;
    }
    let mut places: Vec<Span> = definition.assign.target.0.iter().map(|name| name.span).collect();
    let mut functions = Vec::new();
    files.code(file, |_, facts| {
        let index = Index::new(facts);
        let mut place = |span: Span| {
            functions.push((span, index.function_at(span.start).map(|def| def.body)));
            places.push(span);
        };
        visit::values(facts, |_, value| {
            if let ValueKind::Ref(path) = &value.kind
                && let Some(first) = path.0.first().filter(|first| first.text.trim_start_matches('$') == bare)
            {
                place(first.span);
            }
        });
    });
    let planned = Places::new(edits);
    let mut renamed = Vec::new();
    for (at, word) in definition.mentions(files) {
        if planned.hold(at, word) {
            continue;
        }
        let here = |(span, function): &(Span, Option<Span>)| {
            !span.contains(word) || definition.function.is_none() || *function == definition.function
        };
        if at != file || !places.iter().any(|place| place.contains(word)) || !functions.iter().all(here) {
            return None;
        }
        renamed.push(Edit { file, span: word, text: new.to_owned() });
    }
    Some(Renaming { to, edits: renamed })
}
