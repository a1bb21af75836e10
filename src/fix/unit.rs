//! What is applied whole or not at all.
//!
//! Owns how fixes belong together, for whoever shows or writes them. It knows edits and their places, no text and no
//! file. The decision to know: fixes of a group are one unit, and an edit that several of them hold is one edit. Steps
//! for a person are in no unit, and hold none back.

use std::collections::BTreeMap;

use crate::finding::{Applicability, Edit, FileId, Finding, State};

/// One fix, or all fixes of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    /// The findings it mends, as indexes, in their order.
    pub findings: Vec<usize>,
    /// What the least sure of its fixes may mean.
    pub applicability: Applicability,
    /// Its edits, by file and position, each once.
    pub edits: Vec<&'a Edit>,
}

/// The units of `findings`, in the order of their first ones.
#[must_use]
pub fn all(findings: &[Finding]) -> Vec<Unit<'_>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    let mut groups = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else { continue };
        let next = units.len();
        // Each pack counts its groups from 0.
        let pack = finding.rule.split('/').next().unwrap_or_default();
        let place = fix.group.map_or(next, |group| *groups.entry((pack, group)).or_insert(next));
        if place == next {
            units.push(Unit { findings: Vec::new(), applicability: fix.applicability, edits: Vec::new() });
        }
        let unit = &mut units[place];
        unit.findings.push(at);
        unit.applicability = unit.applicability.max(fix.applicability);
        unit.edits.extend(&fix.edits);
    }
    for unit in &mut units {
        unit.edits.sort_by_key(|edit| place(edit));
        unit.edits.dedup();
    }
    units
}

/// What a report can offer: each unit of open findings, by the first of them.
#[must_use]
pub fn offered(findings: &[Finding]) -> BTreeMap<usize, Unit<'_>> {
    let open = |unit: &Unit<'_>| unit.findings.iter().all(|at| findings[*at].state == State::Open);
    all(findings).into_iter().filter(open).map(|unit| (unit.findings[0], unit)).collect()
}

/// Where an edit is, and what it puts there.
fn place(edit: &Edit) -> (FileId, usize, usize, &str) {
    (edit.file, edit.span.start, edit.span.end, &edit.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Fix, Level};
    use crate::span::Span;

    fn edit(file: FileId, start: usize, end: usize, text: &str) -> Edit {
        Edit { file, span: Span::new(start, end), text: text.to_owned() }
    }

    fn finding(applicability: Applicability, group: Option<usize>, edits: &[Edit]) -> Finding {
        let fix = Fix { title: String::new(), applicability, edits: edits.to_vec(), group };
        Finding { fix: Some(fix), ..Finding::bare("v/r", Level::Error, Confidence::High) }
    }

    #[test]
    fn a_group_is_one_unit_with_each_edit_once() {
        let import = edit(0, 0, 0, "import os\n");
        let (first, second) = (edit(0, 9, 10, "a"), edit(1, 3, 4, "b"));
        let findings = [
            finding(Applicability::Safe, Some(7), &[import.clone(), first.clone()]),
            finding(Applicability::Safe, None, &[edit(2, 0, 1, "")]),
            finding(Applicability::Manual, Some(7), &[]),
            finding(Applicability::Unsafe, Some(7), &[second.clone(), import.clone()]),
        ];
        let units = all(&findings);
        assert_eq!(units.len(), 2);
        assert_eq!(units[0].findings, [0, 3]);
        assert_eq!(units[0].applicability, Applicability::Unsafe);
        assert_eq!(units[0].edits, [&import, &first, &second]);
        assert_eq!(offered(&findings).into_keys().collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn groups_are_those_of_a_pack_and_nothing_accepted_is_offered() {
        let one = finding(Applicability::Safe, Some(0), &[edit(0, 0, 1, "")]);
        let mut other = one.clone();
        other.rule = "w/r".to_owned();
        assert_eq!(all(&[one.clone(), other]).len(), 2);
        let mut accepted = one.clone();
        accepted.state = State::Suppressed;
        assert!(offered(&[one, accepted]).is_empty());
    }
}
