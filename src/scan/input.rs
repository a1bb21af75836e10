//! What is scanned besides a tree.

use crate::source::{Source, Walked};

/// Files that do not come from the walk: standard input, contents of a repository.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// What is examined. Files without a needle may be left out.
    pub files: Vec<Source>,
    /// What they are linked with: manifests, lock files, settings. Findings in these do not count.
    pub context: Vec<Source>,
    /// Files without a needle that may set variables, or list packages: examined where a login reads what they hold.
    pub settings: Vec<Source>,
    /// What was read to get the files, and what could not be.
    pub read: Walked,
    /// Whether the project has files that are not looked at, so that nobody can say what is never used in it.
    pub partial: bool,
}

impl Input {
    /// One file by itself.
    #[must_use]
    pub fn one(file: Source) -> Self {
        let read = Walked { examined: 1, ..Walked::default() };
        Self { files: vec![file], read, partial: true, ..Self::default() }
    }
}
