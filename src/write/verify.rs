//! What must hold before a change is written.
//!
//! Owns the comparison of a report with the one before. It knows no text. The decision to know: findings are counted by
//! rule and file, because a change moves what it leaves.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Report, State};
use crate::source::RelPath;
use crate::suppress;

/// A setting that only the old code read is left over by the change of that code, and to be found from then on.
const FOLLOWS: &str = "/leftover-api-key";

/// Findings by rule and file.
type Counts = BTreeMap<(String, RelPath), usize>;

/// A report in numbers.
pub(super) struct Census {
    findings: Counts,
    /// Those of them that nothing accepts.
    open: Counts,
    notes: BTreeSet<(RelPath, u8)>,
    skipped: usize,
}

impl Census {
    pub(super) fn of(report: &Report) -> Self {
        Self {
            findings: counted(report, report.findings.iter()),
            open: counted(report, report.findings.iter().filter(|finding| finding.state == State::Open)),
            notes: report.notes.iter().map(|(path, note)| (path.clone(), *note as u8)).collect(),
            skipped: report.skipped.len(),
        }
    }

    /// Why this is not what `before` would be with the findings `fixed` of `report`, its own one, mended.
    pub(super) fn refutes(&self, before: &Self, report: &Report, fixed: impl Iterator<Item = usize>) -> Option<String> {
        let fixed = counted(report, fixed.filter_map(|at| report.findings.get(at)));
        if let Some((path, _)) = self.notes.iter().find(|note| !before.notes.contains(note)) {
            return Some(format!("{} could not be read to its end afterwards", path.to_str_lossy()));
        }
        if self.skipped > before.skipped {
            return Some("what it leaves could not be examined".to_owned());
        }
        let had = |key| before.findings.get(key).copied().unwrap_or_default();
        let has = |key| self.findings.get(key).copied().unwrap_or_default();
        if let Some(((rule, _), _)) = fixed.iter().find(|(key, n)| has(key) + *n > had(key)) {
            return Some(format!("{rule} is found there afterwards too"));
        }
        let more = |now: &Counts, then: &Counts| {
            let is_more = |(key, n): &(&(String, RelPath), &usize)| **n > then.get(*key).copied().unwrap_or_default();
            now.iter().filter(|(key, _)| !key.0.ends_with(FOLLOWS)).find(is_more).map(|(key, _)| key.clone())
        };
        // What moves away from the directive that accepts it is not new, but no longer accepted.
        let new = more(&self.findings, &before.findings).or_else(|| more(&self.open, &before.open));
        new.map(|(rule, path)| format!("it makes a finding of {rule} in {}", path.to_str_lossy()))
    }
}

/// Whether a file was read only in part.
pub(super) fn read_in_part(report: &Report, path: &RelPath) -> bool {
    report.notes.iter().any(|(noted, _)| noted == path)
}

/// A directive whose finding is mended is left over, and mended in the next round.
fn counted<'r>(report: &Report, findings: impl Iterator<Item = &'r Finding>) -> Counts {
    let mut counts = Counts::new();
    for finding in findings.filter(|finding| finding.rule != suppress::UNUSED) {
        if let Some(file) = report.files.get(finding.primary.file) {
            *counts.entry((finding.rule.clone(), file.path.clone())).or_default() += 1;
        }
    }
    counts
}
