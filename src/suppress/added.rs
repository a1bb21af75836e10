//! What a change adds to a project.
//!
//! Owns which findings and directives of a report were there before. It reads nothing. The decision to know: a directive
//! that a change adds, or puts somewhere else, accepts nothing that the change adds, so that nobody switches the check
//! of their own change off; it is listed instead. What a directive accepted before stays accepted.

use std::collections::BTreeMap;

use super::said;
use crate::baseline::pairing;
use crate::finding::{Finding, Report, State, Suppression};
use crate::fingerprint::Identity;
use crate::source::RelPath;

/// What was found before a change.
#[derive(Debug, Default)]
pub struct Before {
    findings: Vec<(RelPath, Key)>,
    /// Whether each of them counted.
    open: Vec<bool>,
    /// How often each directive was there.
    directives: BTreeMap<Named, usize>,
}

type Key = (String, Identity);
type Named = (RelPath, Vec<String>, String);

impl Before {
    /// What a report of the project as it was says.
    #[must_use]
    pub fn new(report: &Report) -> Self {
        let mut directives = BTreeMap::new();
        for suppression in &report.suppressions {
            *directives.entry(named(report, suppression)).or_default() += 1;
        }
        Self {
            findings: report.findings.iter().map(|finding| key(report, finding)).collect(),
            open: report.findings.iter().map(|finding| finding.state == State::Open).collect(),
            directives,
        }
    }

    /// Marks what was there as [`State::Unchanged`], and tells of directives that were not; those accept what is new
    /// only with `accepting`. Marking again changes nothing.
    pub fn mark(&self, report: &mut Report, accepting: bool) {
        let found: Vec<_> = report.findings.iter().map(|finding| key(report, finding)).collect();
        let pairs = pairing::pair(&self.findings, &found);
        for (finding, pair) in report.findings.iter_mut().zip(pairs) {
            match (finding.state, pair) {
                (State::Open, Some(before)) if self.open[before] => {
                    finding.state = State::Unchanged;
                    finding.accepted = Some("it was there before the change".to_owned());
                }
                (State::Suppressed, None) if !accepting => {
                    (finding.state, finding.accepted) = (State::Open, None);
                }
                _ => {}
            }
        }
        let told = |suppression: &Suppression| {
            report.findings.iter().any(|finding| finding.rule == super::ADDED && finding.primary == suppression.label)
        };
        let mut left = self.directives.clone();
        let mut added = Vec::new();
        for suppression in &report.suppressions {
            match left.get_mut(&named(report, suppression)) {
                Some(n) if *n > 0 => *n -= 1,
                _ if told(suppression) => {}
                _ => added.push(said::added(&report.files[suppression.label.file], suppression)),
            }
        }
        report.findings.extend(added);
        let place = |finding: &Finding| (finding.primary.file, finding.primary.span);
        report.findings.sort_by(|a, b| (place(a), &a.rule).cmp(&(place(b), &b.rule)));
    }
}

fn key(report: &Report, finding: &Finding) -> (RelPath, Key) {
    (report.files[finding.primary.file].path.clone(), (finding.rule.clone(), finding.identity))
}

fn named(report: &Report, suppression: &Suppression) -> Named {
    let path = report.files[suppression.label.file].path.clone();
    (path, suppression.rules.clone(), suppression.reason.clone())
}
