//! What is said of each of several repositories.
//!
//! Owns a line for each, and what is only seen of all together. The decision to know: beyond a screen of them they are
//! counted, but for those that could not be examined, which the list of what was skipped names.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::escape::Escaped;
use super::{count, open, paint};
use crate::finding::{Finding, Level, Report, Repository};

/// Repositories that are listed.
const LISTED: usize = 20;

/// Whether the report is one of repositories that were named, rather than of the files around.
pub(super) fn named(report: &Report) -> bool {
    report.repositories.iter().any(|repository| repository.name.is_some())
}

/// Writes what was found in each; nothing where there is one only.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.repositories.len() < 2 {
        return Ok(());
    }
    let mut found: Vec<Vec<&Finding>> = vec![Vec::new(); report.repositories.len()];
    for finding in open(report) {
        if let Some(of) = finding.repository.and_then(|at| found.get_mut(at)) {
            of.push(finding);
        }
    }
    let all = || report.repositories.iter().zip(&found);
    if report.repositories.len() <= LISTED {
        let name = |repository: &Repository| Escaped::new(repository.name.as_deref().unwrap_or_default()).to_string();
        let width = all().map(|(repository, _)| name(repository).chars().count()).max().unwrap_or_default();
        for (repository, found) in all() {
            writeln!(out, "  {:width$}  {}", name(repository), told(repository, found))?;
        }
    } else {
        let failed = all().filter(|(repository, _)| repository.failure.is_some()).count();
        let partly = all().filter(|(repository, _)| repository.failure.is_none() && !repository.complete).count();
        let with = all().filter(|(_, found)| !found.is_empty()).count();
        let mut text = format!("{} repositories: findings in {with}", report.repositories.len());
        for (n, words) in [(partly, "examined in part"), (failed, "not examined")] {
            if n > 0 {
                text.push_str(&format!(", {n} {words}"));
            }
        }
        writeln!(out, "{text}.")?;
    }
    match shared(report) {
        0 => Ok(()),
        1 => writeln!(out, "1 secret stands in several repositories."),
        n => writeln!(out, "{n} secrets stand in several repositories."),
    }
}

fn told(repository: &Repository, found: &[&Finding]) -> String {
    if let Some(why) = &repository.failure {
        return format!("not examined: {}", Escaped::new(why));
    }
    let levels = [Level::Error, Level::Warning, Level::Note]
        .map(|level| (level, found.iter().filter(|finding| finding.level == level).count() as u64))
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(level, n)| count(n, paint::name(level)))
        .collect::<Vec<_>>()
        .join(", ");
    let levels = if levels.is_empty() { "nothing found".to_owned() } else { levels };
    if repository.complete { levels } else { format!("{levels}; not everything could be examined") }
}

/// How many secrets stand in more than one repository, whatever is said of them there.
fn shared(report: &Report) -> usize {
    let mut places: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
    for finding in &report.findings {
        if let (Some(secret), Some(repository)) = (finding.secret, finding.repository) {
            places.entry(secret).or_default().insert(repository);
        }
    }
    places.values().filter(|repositories| repositories.len() > 1).count()
}
