//! Findings that are accepted for now.
//!
//! Owns what a baseline holds, and how findings are held against it. It touches no file and knows no format of a
//! report. The decision to know: an accepted finding is a rule, a path and a digest that is salted for this file alone.
//! No secret, no position and no time is in it, so that it gives nothing away, survives what moves, and merges.
//!
//! - [`pairing::pair`] tells which findings were there before; it serves any set of findings, of a file or of a commit.
//! - [`Baseline::settle`] marks the accepted ones and says how the two differ.
//! - [`mod@file`] reads and writes `dekey-baseline.toml`.

pub mod file;
pub mod pairing;
pub mod paths;

use crate::finding::{Finding, Report, State};
use crate::source::RelPath;

/// The file's name.
pub const FILE_NAME: &str = "dekey-baseline.toml";

/// Accepted findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// What makes the digests worthless elsewhere.
    salt: [u8; 16],
    /// How many findings were accepted at first, or the most that were at any time.
    pub started: usize,
    /// The findings, sorted.
    entries: Vec<Entry>,
}

/// An accepted finding. The order is that of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Where it was, relative to the baseline's directory, as [`paths`] writes it.
    pub path: String,
    /// The rule's id.
    pub rule: String,
    /// Twenty hexadecimal digits.
    pub digest: String,
}

/// A baseline against what is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The entries that are found still, with the path where that is now.
    pub held: Vec<Entry>,
    /// Those that are not.
    pub missing: Vec<Entry>,
    /// Open findings that it does not accept.
    pub new: Vec<Entry>,
}

/// How findings are seen by a baseline.
pub struct View<'v> {
    /// A path of the report as it is written in the baseline.
    pub path: &'v dyn Fn(&RelPath) -> String,
    /// Whether a finding is shown. Of findings that are alike, those that are shown are accepted first.
    pub shown: &'v dyn Fn(&Finding, &RelPath) -> bool,
}

impl Baseline {
    /// One without findings. The salt is drawn at random, once.
    #[must_use]
    pub fn new(salt: [u8; 16]) -> Self {
        Self { salt, started: 0, entries: Vec::new() }
    }

    /// Its findings, sorted.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same with other findings; it starts anew from a larger number.
    #[must_use]
    pub fn with(&self, mut entries: Vec<Entry>) -> Self {
        entries.sort();
        Self { salt: self.salt, started: self.started.max(entries.len()), entries }
    }

    /// Marks the open findings of `report` that are accepted, as [`State::Baselined`] by the file `name`, and tells
    /// how the two differ. Marking again changes nothing.
    pub fn settle(&self, report: &mut Report, name: &str, view: &View<'_>) -> Compared {
        let paths: Vec<String> = report.files.iter().map(|file| (view.path)(&file.path)).collect();
        let files = &report.files;
        let shows =
            |finding: &Finding| files.get(finding.primary.file).is_some_and(|file| (view.shown)(finding, &file.path));
        let counts = |finding: &&mut Finding| matches!(finding.state, State::Open | State::Baselined);
        let (mut findings, hidden): (Vec<_>, Vec<_>) =
            report.findings.iter_mut().filter(counts).partition(|finding| shows(finding));
        let shown = findings.len();
        findings.extend(hidden);
        let found: Vec<Entry> = findings
            .iter()
            .map(|finding| Entry {
                path: paths.get(finding.primary.file).cloned().unwrap_or_default(),
                rule: finding.rule.clone(),
                digest: finding.identity.salted(&self.salt, &finding.rule),
            })
            .collect();
        let keys = |entries: &[Entry]| -> Vec<(String, (String, String))> {
            let key = |entry: &Entry| (entry.path.clone(), (entry.rule.clone(), entry.digest.clone()));
            entries.iter().map(key).collect()
        };
        let pairs = pairing::pair(&keys(&self.entries), &keys(&found));

        let mut compared = Compared::default();
        let mut missing = vec![true; self.entries.len()];
        for (at, ((finding, entry), pair)) in findings.into_iter().zip(found).zip(pairs).enumerate() {
            let accepted = pair.is_some();
            finding.state = if accepted { State::Baselined } else { State::Open };
            finding.accepted = accepted.then(|| format!("the baseline {name}"));
            if let Some(known) = pair {
                missing[known] = false;
                compared.held.push(entry);
            } else if at < shown {
                compared.new.push(entry);
            }
        }
        let gone = self.entries.iter().zip(missing).filter(|(_, missing)| *missing);
        compared.missing.extend(gone.map(|(entry, _)| entry.clone()));
        compared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Level};
    use crate::fingerprint::Identity;
    use crate::redact::Masked;
    use crate::source::Source;
    use crate::span::Span;

    /// Findings of one rule, by file and what stands there.
    fn report(findings: &[(&str, &str)]) -> Report {
        let mut report = Report::default();
        for (path, text) in findings {
            let source = Source::from_bytes((*path).into(), text.as_bytes().to_vec(), false);
            let mut finding = Finding::bare("v/a", Level::Error, Confidence::High);
            finding.identity = Identity::new("v/a", &source, Span::new(0, 0), &[], None);
            finding.primary.file = report.files.len();
            report.files.push(Masked::new(source, &[]));
            report.findings.push(finding);
        }
        report
    }

    fn settle(baseline: &Baseline, report: &mut Report) -> Compared {
        let path = |path: &RelPath| path.to_str_lossy().into_owned();
        baseline.settle(report, "b.toml", &View { path: &path, shown: &|_, _| true })
    }

    fn states(report: &Report) -> Vec<State> {
        report.findings.iter().map(|finding| finding.state).collect()
    }

    fn baseline(findings: &[(&str, &str)]) -> Baseline {
        let empty = Baseline::new([7; 16]);
        let new = settle(&empty, &mut report(findings)).new;
        empty.with(new)
    }

    #[test]
    fn what_is_accepted_is_marked_and_what_differs_is_told() {
        let baseline = baseline(&[("a", "one"), ("a", "two"), ("b", "three")]);
        assert_eq!(baseline.started, 3);
        let mut now = report(&[("a", "one"), ("c", "three"), ("c", "four")]);
        let compared = settle(&baseline, &mut now);
        assert_eq!(states(&now), [State::Baselined, State::Baselined, State::Open]);
        assert_eq!(now.findings[0].accepted.as_deref(), Some("the baseline b.toml"));
        let places = |entries: &[Entry]| -> Vec<String> { entries.iter().map(|entry| entry.path.clone()).collect() };
        assert_eq!(places(&compared.held), ["a", "c"]);
        assert_eq!(places(&compared.missing), ["a"]);
        assert_eq!(places(&compared.new), ["c"]);
        assert_eq!(settle(&baseline, &mut now), compared, "settling again changes nothing");
        assert_eq!(baseline.with(compared.held).started, 3);
    }

    #[test]
    fn suppressed_findings_are_not_accepted_twice() {
        let baseline = baseline(&[("a", "one")]);
        let mut now = report(&[("a", "one")]);
        now.findings[0].state = State::Suppressed;
        let compared = settle(&baseline, &mut now);
        assert_eq!((states(&now), compared.missing.len()), (vec![State::Suppressed], 1));
    }

    #[test]
    fn of_findings_that_are_alike_the_shown_one_is_accepted() {
        let baseline = baseline(&[("a", "one")]);
        let mut now = report(&[("a", "one"), ("a", "one")]);
        now.findings[0].confidence = Confidence::Low;
        let path = |path: &RelPath| path.to_str_lossy().into_owned();
        let shown = |finding: &Finding, _: &RelPath| finding.confidence > Confidence::Low;
        let compared = baseline.settle(&mut now, "b.toml", &View { path: &path, shown: &shown });
        assert_eq!(states(&now), [State::Open, State::Baselined]);
        assert!(compared.new.is_empty() && compared.missing.is_empty());
    }
}
