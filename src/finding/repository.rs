//! What a report says of repositories: which were examined, and when a finding came into one.
//!
//! Owns plain data. The decision to know: no author is named, since who leaked a credential is not what has to be mended.

use std::collections::BTreeMap;

use super::{Report, Standing};
use crate::source::Reason;

/// When a finding came into a repository, and whether it still is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The commit that brought it; none for what no reference leads to.
    pub first: Option<Commit>,
    /// The last commit that has it.
    pub last: Option<Commit>,
    /// A reference whose newest commit has it; unescaped.
    pub tip: Option<String>,
    /// The contents it was read from: hexadecimal digits.
    pub blob: String,
}

/// A commit, as a report names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// Its id: hexadecimal digits.
    pub id: String,
    /// When its author wrote it, as RFC 3339 has it.
    pub date: String,
}

/// A repository of several that were examined together, or the only one.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    /// What it is called; unescaped. Nobody may have said.
    pub name: Option<String>,
    /// What is checked out.
    pub revision: Option<Commit>,
    /// Files examined, and versions of files in the history.
    pub examined: u64,
    /// Whether everything that should have been examined was.
    pub complete: bool,
    /// Bytes examined.
    pub bytes: u64,
    /// How many files or directories were not examined, by reason.
    pub counts: BTreeMap<Reason, u64>,
    /// How many entries of [`super::Report::skipped`] are about it, where it has a name: those of the first repository
    /// stand first.
    pub skipped: usize,
    /// How many entries of the report's notes are its own.
    pub reduced: usize,
    /// Findings below the asked-for confidence, counted but not listed.
    pub hidden: usize,
    /// Why it could not be examined at all; unescaped.
    pub failure: Option<String>,
    /// Its baseline.
    pub baseline: Option<Standing>,
    /// How much of its history was examined, where that was asked for.
    pub history: Option<HistoryExamined>,
}

/// How much of a history was examined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryExamined {
    /// Versions of files.
    pub blobs: u64,
    /// Commits looked at to tell when something came.
    pub commits: u64,
    /// What a reader has to know of it, a sentence each; unescaped.
    pub notes: Vec<String>,
}

impl Report {
    /// How much was not examined, by reason: what is listed, and what is only counted.
    #[must_use]
    pub fn unexamined(&self) -> BTreeMap<Reason, u64> {
        let mut counts = BTreeMap::new();
        for entry in &self.skipped {
            *counts.entry(entry.reason).or_insert(0) += 1;
        }
        for (reason, n) in &self.tally.counts {
            counts.entry(*reason).or_insert(*n);
        }
        counts
    }
}
