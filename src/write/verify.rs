//! What must hold before a change is written.
//!
//! Owns the comparison of a report with the one before. It knows no text. The decision to know: findings are counted by
//! rule and file, because a change moves what it leaves.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Report;
use crate::source::RelPath;

/// A setting that only the old code read is left over by the change of that code, and to be found from then on.
const FOLLOWS: &str = "/leftover-api-key";

/// A report in numbers.
pub(super) struct Census {
    findings: BTreeMap<(String, RelPath), usize>,
    notes: BTreeSet<(RelPath, u8)>,
    skipped: usize,
}

impl Census {
    pub(super) fn of(report: &Report) -> Self {
        Self {
            findings: counted(report, 0..report.findings.len()),
            notes: report.notes.iter().map(|(path, note)| (path.clone(), *note as u8)).collect(),
            skipped: report.skipped.len(),
        }
    }

    /// Why this is not what `before` would be with the findings `fixed` of `report`, its own one, mended.
    pub(super) fn refutes(&self, before: &Self, report: &Report, fixed: impl Iterator<Item = usize>) -> Option<String> {
        let fixed = counted(report, fixed);
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
        let new = self.findings.iter().find(|(key, n)| **n > had(key) && !key.0.ends_with(FOLLOWS));
        new.map(|((rule, path), _)| format!("it makes a finding of {rule} in {}", path.to_str_lossy()))
    }
}

/// Whether a file was read only in part.
pub(super) fn read_in_part(report: &Report, path: &RelPath) -> bool {
    report.notes.iter().any(|(noted, _)| noted == path)
}

fn counted(report: &Report, findings: impl Iterator<Item = usize>) -> BTreeMap<(String, RelPath), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.filter_map(|at| report.findings.get(at)) {
        if let Some(file) = report.files.get(finding.primary.file) {
            *counts.entry((finding.rule.clone(), file.path.clone())).or_default() += 1;
        }
    }
    counts
}
