//! Which fixes are applied together.
//!
//! Owns groups, shared edits and overlaps. It applies nothing and knows no file's text. The decision to know: of two
//! fixes that want to change the same place differently the later one waits; it is looked at again when the first is
//! done.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Applicability, Edit, FileId, Finding, Label, Report, State};
use crate::fix::unit;
use crate::source::RelPath;
use crate::span::Span;

/// What is applied whole or not at all: one fix, or the fixes of a group.
pub(super) struct Unit {
    /// Recognises the unit in a later scan, where its spans are others.
    pub(super) key: String,
    /// Its findings, by index in the report.
    pub(super) findings: Vec<usize>,
    /// Its edits, sorted, each once.
    pub(super) edits: Vec<Edit>,
    /// That of its most doubtful part.
    pub(super) applicability: Applicability,
    /// Whether a finding of it is shown.
    pub(super) shown: bool,
    /// Whether a finding of it is accepted as it is.
    pub(super) accepted: bool,
    /// Its first finding.
    pub(super) at: Label,
    /// What it does.
    pub(super) title: String,
}

/// The units of a report that mend something, in the order of their first findings.
pub(super) fn units(report: &Report, shown: &dyn Fn(&Finding, &RelPath) -> bool) -> Vec<Unit> {
    let shown = |finding: &Finding| shown(finding, &report.files[finding.primary.file].path);
    let unit = |whole: unit::Unit<'_>| {
        let findings: Vec<&Finding> = whole.findings.iter().map(|at| &report.findings[*at]).collect();
        let first = findings.first()?;
        let mut open = findings.iter().filter(|finding| finding.state == State::Open).peekable();
        open.peek()?;
        Some(Unit {
            key: findings.iter().map(|finding| finding.fingerprint.as_str()).collect(),
            edits: whole.edits.into_iter().cloned().collect(),
            applicability: whole.applicability,
            shown: open.any(|finding| shown(finding)),
            accepted: findings.iter().any(|finding| finding.state != State::Open),
            at: first.primary.clone(),
            title: first.fix.as_ref()?.title.clone(),
            findings: whole.findings,
        })
    };
    unit::all(&report.findings).into_iter().filter_map(unit).collect()
}

impl Unit {
    /// The files it changes.
    pub(super) fn files(&self) -> BTreeSet<FileId> {
        self.edits.iter().map(|edit| edit.file).collect()
    }
}

/// Of `units` those that can be applied together, the earlier ones first.
pub(super) fn compatible<'u>(units: impl Iterator<Item = &'u Unit>) -> Vec<&'u Unit> {
    let mut taken = Taken::default();
    units.filter(|unit| taken.take(&unit.edits)).collect()
}

/// The edits of `units` by file, sorted, each once.
pub(super) fn edits(units: &[&Unit]) -> BTreeMap<FileId, Vec<Edit>> {
    let mut files: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for edit in units.iter().flat_map(|unit| &unit.edits) {
        files.entry(edit.file).or_default().push(edit.clone());
    }
    for edits in files.values_mut() {
        edits.sort_by(|a, b| order(a).cmp(&order(b)));
        edits.dedup();
    }
    files
}

fn order(edit: &Edit) -> (FileId, Span, &str) {
    (edit.file, edit.span, &edit.text)
}

/// Edits that do not get in each other's way.
#[derive(Default)]
struct Taken(BTreeMap<(FileId, Span), String>);

impl Taken {
    /// Adds all of `edits`, or none when one of them is in the way of another.
    fn take(&mut self, edits: &[Edit]) -> bool {
        let mut added = Vec::new();
        for edit in edits {
            let place = (edit.file, edit.span);
            if self.collides(edit) {
                added.iter().for_each(|place| _ = self.0.remove(place));
                return false;
            }
            if self.0.insert(place, edit.text.clone()).is_none() {
                added.push(place);
            }
        }
        true
    }

    fn collides(&self, edit: &Edit) -> bool {
        let last = (edit.file, Span { start: edit.span.end, end: usize::MAX });
        let near = self.0.range((edit.file, Span::default())..=last).rev();
        // What is taken does not overlap, so that whatever ends before this edit has nothing behind it that does not.
        let mut near = near.take_while(|((_, span), _)| span.end >= edit.span.start);
        near.any(|((_, span), text)| if *span == edit.span { *text != edit.text } else { span.overlaps(edit.span) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(edits: &[(FileId, usize, usize, &str)]) -> Unit {
        let edit = |&(file, start, end, text): &(FileId, usize, usize, &str)| Edit {
            file,
            span: Span::new(start, end),
            text: text.to_owned(),
        };
        Unit {
            key: String::new(),
            findings: Vec::new(),
            edits: edits.iter().map(edit).collect(),
            applicability: Applicability::Safe,
            shown: true,
            accepted: false,
            at: Label { file: 0, span: Span::default(), text: String::new() },
            title: String::new(),
        }
    }

    /// How many of these can be applied together, by their index.
    fn taken(units: &[Unit]) -> Vec<usize> {
        let chosen = compatible(units.iter());
        (0..units.len()).filter(|at| chosen.iter().any(|unit| std::ptr::eq(*unit, &units[*at]))).collect()
    }

    #[test]
    fn the_later_one_of_two_that_overlap_waits() {
        let units =
            [unit(&[(0, 0, 5, "a")]), unit(&[(0, 4, 6, "b")]), unit(&[(0, 5, 6, "c")]), unit(&[(1, 0, 9, "d")])];
        assert_eq!(taken(&units), [0, 2, 3]);
        let inside = [unit(&[(0, 2, 2, "a")]), unit(&[(0, 0, 5, "b")]), unit(&[(0, 2, 5, "c")])];
        assert_eq!(taken(&inside), [0, 2]);
    }

    #[test]
    fn the_same_edit_is_one_and_another_at_its_place_is_not() {
        let import = (0, 0, 0, "import os\n");
        let units =
            [unit(&[import, (0, 9, 9, "a")]), unit(&[import, (0, 20, 22, "b")]), unit(&[(0, 0, 0, "import re\n")])];
        assert_eq!(taken(&units), [0, 1]);
        assert_eq!(edits(&compatible(units.iter()))[&0].len(), 3);
    }

    #[test]
    fn a_unit_is_taken_whole_or_not_at_all() {
        let units = [unit(&[(0, 0, 5, "a")]), unit(&[(1, 0, 5, "b"), (0, 0, 1, "b")]), unit(&[(1, 4, 6, "c")])];
        assert_eq!(taken(&units), [0, 2]);
    }
}
