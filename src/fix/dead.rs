//! What a fix leaves without a reader.
//!
//! Owns the definitions that only the old login used. The decision to know: a definition goes only when its name stands
//! nowhere else and its value does nothing but hold the credential. Some languages refuse to compile what is unused, so
//! leaving it is no safe choice there.

use std::collections::{BTreeSet, HashSet};

use super::edits::whole_line;
use super::files::{Files, is_word, words};
use super::names::{self, Definition};
use super::spans::Places;
use crate::facts::{Value, ValueKind};
use crate::finding::Edit;
use crate::source::line_at;
use crate::span::Span;

/// The edits that remove what nothing reads any more, once `edits` are made. `keys` are the variables of the key.
pub(super) fn definitions(files: &Files<'_, '_, '_>, edits: &[Edit], keys: &BTreeSet<String>) -> Vec<Edit> {
    let replaced = edits.iter().flat_map(|edit| {
        identifiers(files.str(edit.file, edit.span)).map(|name| (edit.file, name)).collect::<Vec<_>>()
    });
    let names: BTreeSet<(usize, &str)> = replaced.collect();
    let planned = Planned::new(edits);
    let gone = |&(file, name): &(usize, &str)| removal(files, &names::definition(files, file, name, keys)?, &planned);
    names.iter().filter_map(gone).collect()
}

/// Edits that are made whatever goes.
struct Planned<'e> {
    edits: &'e [Edit],
    places: Places,
    /// The words they write.
    words: HashSet<&'e [u8]>,
}

impl<'e> Planned<'e> {
    fn new(edits: &'e [Edit]) -> Self {
        let words = edits.iter().flat_map(|edit| edit.text.as_bytes().split(|byte| !is_word(*byte))).collect();
        Self { edits, places: Places::new(edits), words }
    }

    /// Whether one of them writes a name.
    fn says(&self, name: &str) -> bool {
        match name.bytes().all(is_word) {
            true => self.words.contains(name.as_bytes()),
            false => self.edits.iter().any(|edit| words(edit.text.as_bytes(), name).next().is_some()),
        }
    }
}

/// The edit that removes a definition, where nothing else says its name.
fn removal(files: &Files<'_, '_, '_>, definition: &Definition, planned: &Planned<'_>) -> Option<Edit> {
    let Definition { file, assign, .. } = definition;
    let text = files.text(*file);
    let covered = |(at, word): (usize, Span)| {
        // The variable of the same name that the value is read from is no use of it.
        at == *file && assign.span.contains(word) || planned.places.hold(at, word)
    };
    let name = assign.target.last().trim_start_matches(['$', '@']);
    let kept = planned.says(name);
    // What has a new name has readers under it.
    let target = assign.target.span();
    let renamed = planned.places.within(*file, target);
    if kept || renamed || !holds_only(&assign.value) || !definition.mentions(files).all(covered) {
        return None;
    }
    // Nothing else may stand on its lines.
    let statement = declared(text, assign.span);
    let span = whole_line(text, statement);
    (span != statement).then(|| Edit { file: *file, span: with_blank(text, span), text: String::new() })
}

/// Whole lines, with the blank one after them where there is one before, too.
fn with_blank(text: &[u8], span: Span) -> Span {
    let blank = |line: Span| line.of(text).trim_ascii().is_empty();
    let before = span.start.checked_sub(1).map(|at| line_at(text, at));
    let after = line_at(text, span.end);
    let both = before.is_some_and(blank) && span.end < text.len() && blank(after);
    let end = memchr::memchr(b'\n', &text[span.end..]).map_or(text.len(), |len| span.end + len + 1);
    if both { Span::new(span.start, end) } else { span }
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
        ValueKind::Map(items) => items.iter().all(|item| holds_only(&item.value)),
        _ => false,
    }
}

/// The names in a piece of code.
fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '@'))
        .filter(|word| word.trim_start_matches(['$', '@']).starts_with(|c: char| c.is_alphabetic() || c == '_'))
}
