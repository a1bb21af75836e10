//! What a fix leaves without a reader.
//!
//! Owns the definitions that only the old login used. The decision to know: a definition goes only when its name stands
//! nowhere else and its value does nothing but hold the credential. Some languages refuse to compile what is unused, so
//! leaving it is no safe choice there.

use std::collections::BTreeSet;

use super::edits::whole_line;
use super::files::{Files, words};
use super::names;
use crate::facts::{Value, ValueKind};
use crate::finding::Edit;
use crate::link::Index;
use crate::source::line_at;
use crate::span::Span;

/// The edits that remove what nothing reads any more, once `edits` are made.
pub(super) fn definitions(files: &Files<'_, '_, '_>, edits: &[Edit]) -> Vec<Edit> {
    let mut removed = Vec::new();
    let edited: BTreeSet<usize> = edits.iter().map(|edit| edit.file).collect();
    for file in edited {
        let here: Vec<&Edit> = edits.iter().filter(|edit| edit.file == file).collect();
        let names: BTreeSet<&str> = here.iter().flat_map(|edit| identifiers(files.str(file, edit.span))).collect();
        files.code(file, |language, facts| {
            let index = Index::new(facts);
            let gone = |name: &&str| definition(files, file, language, &index, name, &here);
            removed.extend(names.iter().filter_map(gone));
        });
    }
    removed
}

/// The one definition of `name`, where nothing else says the name.
fn definition(
    files: &Files<'_, '_, '_>,
    file: usize,
    language: &'static str,
    index: &Index<'_>,
    name: &str,
    edits: &[&Edit],
) -> Option<Edit> {
    let text = files.text(file);
    let assign = names::owned(files, file, language, index, name)?;
    let bare = name.trim_start_matches(['$', '@']);
    let covered = |at: usize| {
        let word = Span::new(at, at + bare.len());
        // The variable of the same name that the value is read from is no use of it.
        assign.span.contains(word) || edits.iter().any(|edit| edit.span.contains(word))
    };
    let kept = edits.iter().any(|edit| words(edit.text.as_bytes(), bare).next().is_some());
    let changed = edits.iter().any(|edit| assign.span.contains(edit.span));
    if kept || changed || !holds_only(&assign.value) || !words(text, bare).all(covered) {
        return None;
    }
    // Nothing else may stand on its lines.
    let statement = declared(text, assign.span);
    let span = whole_line(text, statement);
    (span != statement).then(|| Edit { file, span, text: String::new() })
}

/// A statement with the words before it that declare what it defines: `const`, `final String`.
fn declared(text: &[u8], span: Span) -> Span {
    const OTHERS: [&[u8]; 5] = [b"else", b"then", b"do", b"return", b"case"];
    let line = line_at(text, span.start);
    let before = Span::new(line.start, span.start).of(text);
    let margin = before.len() - before.trim_ascii_start().len();
    let mut words = before.trim_ascii().split(|byte| byte.is_ascii_whitespace());
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.<>[]?".contains(byte);
    let declares = |word: &[u8]| word.iter().all(part) && !OTHERS.contains(&word);
    if words.all(declares) { Span::new(line.start + margin, span.end) } else { span }
}

/// Whether a value is a text, a look-up or a choice of those: computing it has no effect.
fn holds_only(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Str(_) | ValueKind::Env(_) | ValueKind::Ref(_) | ValueKind::Null => true,
        ValueKind::Either(values) | ValueKind::Concat(values) => values.iter().all(holds_only),
        ValueKind::Base64(inner) => holds_only(inner),
        _ => false,
    }
}

/// The names in a piece of code.
fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '@'))
        .filter(|word| word.trim_start_matches(['$', '@']).starts_with(|c: char| c.is_alphabetic() || c == '_'))
}
