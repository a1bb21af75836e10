//! Which fixes are applied: those asked for, each whole, none against another.
//!
//! Owns the choice, for whoever shows or writes what would change. It knows edits and their places, no text and no
//! file. The decision to know: what is chosen or left is a [`Unit`], a fix or all fixes of a group; safe units choose
//! first, then the order of the findings decides.

use std::collections::BTreeMap;

use crate::finding::{Applicability, Edit, FileId, Finding, State};

/// Fixes that are applied together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    /// The findings it mends, as indexes, in their order.
    pub findings: Vec<usize>,
    /// What the least sure of its fixes may mean.
    pub applicability: Applicability,
    /// Its edits, sorted, each once.
    pub edits: Vec<&'a Edit>,
}

/// Why a finding is not mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its fix is steps for a person.
    Manual,
    /// Its fix, or one of its group, is unsafe, and only safe ones are asked for.
    Unsafe,
    /// Its fix, or one of its group, changes what a chosen one changes.
    Conflict,
    /// Its group would mend a finding that is accepted as it is.
    Accepted,
}

/// What is applied, and what is left.
#[derive(Clone, Debug, Default)]
pub struct Choice<'a> {
    /// What is applied. Different units may hold the same edit.
    pub units: Vec<Unit<'a>>,
    /// Open findings with a fix that is not applied, as indexes in their order.
    pub left: Vec<(usize, Reason)>,
}

impl<'a> Choice<'a> {
    /// All edits, by file and position, each once and none over another.
    #[must_use]
    pub fn edits(&self) -> Vec<&'a Edit> {
        sorted(self.units.iter().flat_map(|unit| unit.edits.iter().copied()).collect())
    }

    /// How many findings it mends.
    #[must_use]
    pub fn mended(&self) -> usize {
        self.units.iter().map(|unit| unit.findings.len()).sum()
    }
}

/// All units of `findings`, by their first finding: what can be applied on its own. Steps for a person are in none, and
/// hold back no group; accepted findings count here.
#[must_use]
pub fn units(findings: &[Finding]) -> Vec<Unit<'_>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    let mut groups = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else { continue };
        let new = Unit { findings: Vec::new(), applicability: fix.applicability, edits: Vec::new() };
        let place = fix.group.and_then(|group| groups.get(&group).copied()).unwrap_or(units.len());
        if place == units.len() {
            units.push(new);
            groups.extend(fix.group.map(|group| (group, place)));
        }
        let unit = &mut units[place];
        unit.findings.push(at);
        unit.applicability = unit.applicability.max(fix.applicability);
        unit.edits.extend(&fix.edits);
    }
    for unit in &mut units {
        unit.edits = sorted(std::mem::take(&mut unit.edits));
    }
    units
}

/// What a single report entry can offer: each unit of open findings, by the first of them.
#[must_use]
pub fn offered(findings: &[Finding]) -> BTreeMap<usize, Unit<'_>> {
    let open = |unit: &Unit<'_>| unit.findings.iter().all(|at| findings[*at].state == State::Open);
    units(findings).into_iter().filter(open).map(|unit| (unit.findings[0], unit)).collect()
}

/// Chooses among the fixes of `findings`: safe ones, and with `unsure` unsafe ones too.
#[must_use]
pub fn choose(findings: &[Finding], unsure: bool) -> Choice<'_> {
    let open = |at: &usize| findings[*at].state == State::Open;
    let mut choice = Choice::default();
    let mut taken = Taken::default();
    let mut units = units(findings);
    // Stable, so that among equally sure ones the first finding comes first.
    units.sort_by_key(|unit| unit.applicability);
    for unit in units {
        let reason = match unit.applicability {
            Applicability::Manual => Some(Reason::Manual),
            Applicability::Unsafe if !unsure => Some(Reason::Unsafe),
            _ if !unit.findings.iter().all(open) => Some(Reason::Accepted),
            _ => (!taken.take(&unit.edits)).then_some(Reason::Conflict),
        };
        match reason {
            Some(reason) => choice.left.extend(unit.findings.into_iter().filter(open).map(|at| (at, reason))),
            None => choice.units.push(unit),
        }
    }
    let steps = |at: &usize| findings[*at].fix.as_ref().is_some_and(|fix| fix.edits.is_empty());
    choice.left.extend((0..findings.len()).filter(open).filter(steps).map(|at| (at, Reason::Manual)));
    choice.left.sort_unstable_by_key(|(at, _)| *at);
    choice.units.sort_by_key(|unit| unit.findings[0]);
    choice
}

/// By file and position, each once.
fn sorted(mut edits: Vec<&Edit>) -> Vec<&Edit> {
    edits.sort_by_key(|edit| (place(edit), edit.text.as_str()));
    edits.dedup();
    edits
}

/// Where an edit is; what is inserted at a place comes before what is replaced from there on.
fn place(edit: &Edit) -> (FileId, usize, usize) {
    (edit.file, edit.span.start, edit.span.end)
}

/// Whether both cannot be applied: they change the same text, or put different texts into the same place.
fn conflict(a: &Edit, b: &Edit) -> bool {
    a != b && a.file == b.file && (a.span == b.span || a.span.overlaps(b.span))
}

/// The edits chosen so far, none over another.
#[derive(Default)]
struct Taken<'a>(BTreeMap<(FileId, usize, usize), &'a Edit>);

impl<'a> Taken<'a> {
    /// Takes sorted `edits`, or none of them.
    fn take(&mut self, edits: &[&'a Edit]) -> bool {
        let apart = !edits.windows(2).any(|pair| conflict(pair[0], pair[1]));
        if !apart || edits.iter().any(|edit| self.conflicts(edit)) {
            return false;
        }
        self.0.extend(edits.iter().map(|edit| (place(edit), *edit)));
        true
    }

    /// Whether `edit` conflicts with one that is taken. Those it touches are at most a few, since none overlap.
    fn conflicts(&self, edit: &Edit) -> bool {
        let up_to = (edit.file, edit.span.end, usize::MAX);
        let near = |(file, _, end): &&(FileId, usize, usize)| *file == edit.file && *end >= edit.span.start;
        self.0.range(..=up_to).rev().take_while(|(place, _)| near(place)).any(|(_, taken)| conflict(taken, edit))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::finding::{Confidence, Fix, Label, Level};
    use crate::span::Span;

    fn edit(file: FileId, start: usize, end: usize, text: &str) -> Edit {
        Edit { file, span: Span::new(start, end), text: text.to_owned() }
    }

    fn finding(applicability: Applicability, group: Option<usize>, edits: &[Edit]) -> Finding {
        Finding {
            rule: "v/r".to_owned(),
            level: Level::Error,
            confidence: Confidence::High,
            primary: Label { file: 0, span: Span::default(), text: String::new() },
            related: Vec::new(),
            message: String::new(),
            why: String::new(),
            remedy: String::new(),
            route: None,
            evidence: Vec::new(),
            fingerprint: String::new(),
            state: State::Open,
            fix: Some(Fix { title: String::new(), applicability, edits: edits.to_vec(), group }),
        }
    }

    fn safe(edits: &[Edit]) -> Finding {
        finding(Applicability::Safe, None, edits)
    }

    fn mended(choice: &Choice<'_>) -> Vec<Vec<usize>> {
        choice.units.iter().map(|unit| unit.findings.clone()).collect()
    }

    #[test]
    fn unsafe_fixes_are_asked_for() {
        let findings = [
            finding(Applicability::Unsafe, None, &[edit(0, 0, 1, "")]),
            safe(&[edit(0, 5, 6, "")]),
            finding(Applicability::Manual, None, &[]),
        ];
        let choice = choose(&findings, false);
        assert_eq!(mended(&choice), [[1]]);
        assert_eq!(choice.left, [(0, Reason::Unsafe), (2, Reason::Manual)]);
        let choice = choose(&findings, true);
        assert_eq!(mended(&choice), [[0], [1]]);
        assert_eq!(choice.left, [(2, Reason::Manual)]);
    }

    #[test]
    fn the_first_of_two_that_overlap_is_chosen_and_a_safe_one_before_an_unsafe_one() {
        let findings = [
            finding(Applicability::Unsafe, None, &[edit(0, 0, 10, "u")]),
            safe(&[edit(0, 5, 15, "a"), edit(1, 0, 0, "x")]),
            safe(&[edit(0, 14, 16, "b"), edit(2, 0, 1, "")]),
            safe(&[edit(0, 15, 15, "c")]),
        ];
        let choice = choose(&findings, true);
        assert_eq!(mended(&choice), [[1], [3]]);
        assert_eq!(choice.left, [(0, Reason::Conflict), (2, Reason::Conflict)]);
        assert_eq!(choice.edits(), [&edit(0, 5, 15, "a"), &edit(0, 15, 15, "c"), &edit(1, 0, 0, "x")]);
    }

    #[test]
    fn an_edit_that_several_hold_is_one() {
        let import = edit(0, 0, 0, "import os\n");
        let findings = [safe(&[import.clone(), edit(0, 3, 4, "a")]), safe(&[import.clone(), edit(0, 6, 7, "b")])];
        let choice = choose(&findings, false);
        assert_eq!(choice.mended(), 2);
        assert_eq!(choice.edits(), [&import, &edit(0, 3, 4, "a"), &edit(0, 6, 7, "b")]);
        // What differs cannot stand in one place.
        let findings = [safe(&[import]), safe(&[edit(0, 0, 0, "import sys\n")])];
        assert_eq!(choose(&findings, false).left, [(1, Reason::Conflict)]);
    }

    #[test]
    fn a_group_is_chosen_whole_or_left_whole() {
        let group = |applicability, at| finding(applicability, Some(7), &[edit(at, 0, 1, "g")]);
        let (sure, unsure) = (Applicability::Safe, Applicability::Unsafe);
        let both = [group(sure, 0), safe(&[edit(2, 0, 1, "")]), group(sure, 1)];
        assert_eq!(mended(&choose(&both, false)), [vec![0, 2], vec![1]]);
        let one_unsafe = [group(sure, 0), group(unsure, 1)];
        assert_eq!(choose(&one_unsafe, false).left, [(0, Reason::Unsafe), (1, Reason::Unsafe)]);
        assert_eq!(choose(&one_unsafe, true).mended(), 2);
        let one_in_the_way = [safe(&[edit(1, 0, 1, "")]), group(sure, 0), group(sure, 1)];
        assert_eq!(choose(&one_in_the_way, false).left, [(1, Reason::Conflict), (2, Reason::Conflict)]);
        let against_itself = [group(sure, 0), finding(sure, Some(7), &[edit(0, 0, 2, "h")])];
        assert_eq!(choose(&against_itself, false).left.len(), 2);
        let mut accepted = [group(sure, 0), group(sure, 1)];
        accepted[1].state = State::Suppressed;
        assert_eq!(choose(&accepted, false).left, [(0, Reason::Accepted)]);
        let with_steps = [group(sure, 0), finding(Applicability::Manual, Some(7), &[])];
        assert_eq!(choose(&with_steps, false).left, [(1, Reason::Manual)]);
        assert_eq!(mended(&choose(&with_steps, false)), [[0]]);
    }

    proptest! {
        /// Nothing that is chosen overlaps, and nothing is left for a conflict that there is not.
        #[test]
        fn what_is_chosen_fits_together(
            fixes in proptest::collection::vec(
                (proptest::collection::vec((0usize..2, 0usize..20, 0usize..4, "[ab]"), 1..3), proptest::option::of(0usize..3)),
                0..12,
            ),
        ) {
            let edits = |of: &[(usize, usize, usize, String)]| -> Vec<Edit> {
                of.iter().map(|(file, start, len, text)| edit(*file, *start, start + len, text)).collect()
            };
            let findings: Vec<Finding> = fixes.iter().map(|(of, group)| finding(Applicability::Safe, *group, &edits(of))).collect();
            let choice = choose(&findings, false);
            let chosen = choice.edits();
            for (at, a) in chosen.iter().enumerate() {
                prop_assert!(chosen[at + 1..].iter().all(|b| !conflict(a, b)));
            }
            prop_assert_eq!(choice.mended() + choice.left.len(), findings.len());
            for unit in units(&findings) {
                if choice.units.contains(&unit) {
                    continue;
                }
                let own = unit.edits.iter().flat_map(|a| unit.edits.iter().map(move |b| (a, b)));
                let others = unit.edits.iter().flat_map(|a| chosen.iter().map(move |b| (a, b)));
                prop_assert!(own.chain(others).any(|(a, b)| conflict(a, b)));
            }
        }
    }
}
