//! A name that held a key, and holds a token from now on.
//!
//! Owns the edits that give it a name which says so. The decision to know: it is renamed wherever it stands or not at all;
//! one place that is not understood keeps the old name everywhere.

use super::files::{Files, words};
use super::names;
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
pub(super) fn of(files: &Files<'_, '_, '_>, file: usize, name: &str, edits: &[Edit]) -> Option<Renaming> {
    let to = names::for_token(files, name)?;
    let text = files.text(file);
    let (bare, new) = (name.trim_start_matches('$'), to.trim_start_matches('$'));
    if words(text, new).next().is_some() {
        return None;
    }
    let mut found = None;
    files.code(file, |language, facts| {
        let index = Index::new(facts);
        let Some(assign) = names::owned(files, file, language, &index, name) else { return };
        let function = |at: usize| index.function_at(at).map(|def| def.body);
        let home = function(assign.span.start);
        let mut places: Vec<Span> = assign.target.0.iter().map(|name| name.span).collect();
        visit::values(facts, |_, value| {
            if let ValueKind::Ref(path) = &value.kind
                && let Some(first) = path.0.first().filter(|first| first.text == name)
            {
                places.push(first.span);
            }
        });
        let replaced =
            |at: usize| edits.iter().any(|edit| edit.file == file && edit.span.contains(Span::new(at, at + 1)));
        let mut renamed = Vec::new();
        for at in words(text, bare).filter(|at| !replaced(*at)) {
            let word = Span::new(at, at + bare.len());
            let known = places.iter().any(|place| place.contains(word));
            let same = home.is_none() || function(at) == home;
            if !known || !same {
                return;
            }
            renamed.push(Edit { file, span: word, text: new.to_owned() });
        }
        found = Some(renamed);
    });
    found.map(|edits| Renaming { to, edits })
}
