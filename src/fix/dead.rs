//! What a fix leaves without a reader.
//!
//! Owns the definitions that only the old login used. The decision to know: a definition goes only when its name stands
//! nowhere else, in any file that was read, and its value does nothing but hold the credential. Some languages refuse
//! to compile what is unused, so leaving it is no safe choice there.

use std::collections::BTreeSet;

use super::edits::whole_line;
use super::files::{Files, words};
use crate::facts::{Facts, Value, ValueKind};
use crate::finding::Edit;
use crate::link::Index;
use crate::span::Span;

/// The edits that remove what nothing reads any more, once `edits` are made.
pub(super) fn definitions(files: &Files<'_, '_, '_>, edits: &[Edit]) -> Vec<Edit> {
    let mut removed = Vec::new();
    let edited: BTreeSet<usize> = edits.iter().map(|edit| edit.file).collect();
    for file in edited {
        let here: Vec<&Edit> = edits.iter().filter(|edit| edit.file == file).collect();
        let names: BTreeSet<&str> = here.iter().flat_map(|edit| identifiers(files.str(file, edit.span))).collect();
        files.code(file, |_, facts| {
            let index = Index::new(facts);
            for name in &names {
                removed.extend(definition(files, file, &index, name, &here));
            }
        });
    }
    removed.sort_by_key(|edit: &Edit| (edit.file, edit.span));
    removed.dedup();
    removed
}

/// The one definition of `name`, where nothing else says the name.
fn definition(files: &Files<'_, '_, '_>, file: usize, index: &Index<'_>, name: &str, edits: &[&Edit]) -> Option<Edit> {
    let text = files.text(file);
    let mut assigns = index.facts.assigns.iter().filter(|assign| assign.target.last() == name);
    let assign = assigns.next().filter(|_| assigns.next().is_none())?;
    let target = assign.target.0.last()?.span;
    let replaced = |at: usize| edits.iter().any(|edit| edit.span.start <= at && at < edit.span.end);
    let kept = edits.iter().any(|edit| words(edit.text.as_bytes(), name).next().is_some());
    if kept || !holds_only(index.facts, &assign.value) || replaced(target.start) {
        return None;
    }
    let bare = name.trim_start_matches(['$', '@']);
    let elsewhere = |at: usize| !target.contains(Span::new(at, at + bare.len())) && !replaced(at);
    // The variable of the same name that the value is read from is no use of it.
    let in_value = |at: usize| assign.value.span.contains(Span::new(at, at + bare.len()));
    if words(text, bare).any(|at| elsewhere(at) && !in_value(at)) {
        return None;
    }
    let local = index.function_at(assign.span.start).is_some();
    let others = || (0..files.project.files.len()).filter(|other| *other != file);
    let vendors = name.to_lowercase().contains(&files.project.pack.word);
    let unseen = vendors && others().all(|other| words(files.text(other), bare).next().is_none());
    if !local && !unseen {
        return None;
    }
    // Nothing else may stand on its lines.
    let span = whole_line(text, assign.span);
    (span != assign.span).then(|| Edit { file, span, text: String::new() })
}

/// Whether a value is a text, a look-up or a choice of those: computing it has no effect.
fn holds_only(facts: &Facts, value: &Value) -> bool {
    match &value.kind {
        ValueKind::Str(_) | ValueKind::Env(_) | ValueKind::Ref(_) | ValueKind::Null => true,
        ValueKind::Either(values) | ValueKind::Concat(values) => values.iter().all(|value| holds_only(facts, value)),
        ValueKind::Base64(inner) => holds_only(facts, inner),
        _ => false,
    }
}

/// The names in a piece of code.
fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '@'))
        .filter(|word| word.trim_start_matches(['$', '@']).starts_with(|c: char| c.is_alphabetic() || c == '_'))
}
