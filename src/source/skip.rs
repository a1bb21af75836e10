//! What was not examined, and why.
//!
//! Owns [`Skipped`] and [`Reason`]. The decision to know: a file that was not examined never looks like a clean one.
//! What a scan leaves out on purpose (links, special files, what git ignores) is counted; what it should have examined
//! and could not makes the scan incomplete.

use std::io;
use std::sync::Mutex;

use super::RelPath;
use super::open::OpenError;

/// Something that was not examined, or not as it should have been.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// What it is about.
    pub path: RelPath,
    /// The kind of reason.
    pub reason: Reason,
    /// What exactly happened, in plain words; holds no text of the scanned files.
    pub detail: String,
}

/// Why something was not examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Git ignores it and does not track it. Counted, not listed; a directory counts once.
    Ignored,
    /// The configuration leaves it out. Counted, not listed; of what a walk finds, where something in it is of interest.
    Excluded,
    /// A symbolic link met while walking. Counted, not listed: its target is examined where it really is.
    Symlink,
    /// A submodule among staged files. Counted, not listed: it is a repository of its own.
    Submodule,
    /// A file that is only announced in the index (`git add -N`). Counted, not listed: there is nothing of it yet.
    Announced,
    /// A file in the index with a conflict that is not solved.
    Unmerged,
    /// A pipe, socket or device met while walking.
    Special,
    /// It was listed, and gone when its turn came.
    Vanished,
    /// The index of a repository could not be read, so everything git ignores there was examined instead.
    IndexRefused,
    /// A path that was named does not exist.
    Missing,
    /// A path that was named is neither a file nor a directory.
    NotAFile,
    /// It could not be opened or read.
    Unreadable,
    /// It stopped being a regular file between listing and opening.
    Changed,
    /// The path is longer than the system allows.
    PathTooLong,
    /// A file with ignore patterns that is no regular file, too large or too costly; it counts as absent.
    IgnoreFileRefused,
    /// dekey itself failed on it.
    Failed,
    /// So much of a large file is of interest that the rest of it was left out.
    TooManyHits,
    /// The run was ended early, so that nobody knows what else there is.
    Interrupted,
    /// The history of a shallow clone ends before its beginning.
    Shallow,
    /// An object that a repository should hold is not there, or a reference leads nowhere.
    ObjectMissing,
}

impl Reason {
    /// Every reason, in the order of this list.
    pub const ALL: [Self; 20] = [
        Self::Ignored,
        Self::Excluded,
        Self::Symlink,
        Self::Submodule,
        Self::Announced,
        Self::Unmerged,
        Self::Special,
        Self::Vanished,
        Self::IndexRefused,
        Self::Missing,
        Self::NotAFile,
        Self::Unreadable,
        Self::Changed,
        Self::PathTooLong,
        Self::IgnoreFileRefused,
        Self::Failed,
        Self::TooManyHits,
        Self::Interrupted,
        Self::Shallow,
        Self::ObjectMissing,
    ];

    /// Whether it should have been examined, which makes the scan incomplete.
    #[must_use]
    pub fn incomplete(self) -> bool {
        !matches!(
            self,
            Self::Ignored
                | Self::Excluded
                | Self::Symlink
                | Self::Submodule
                | Self::Announced
                | Self::Special
                | Self::Vanished
                | Self::IndexRefused
        )
    }

    /// Whether it is about a history rather than a file.
    #[must_use]
    pub fn of_history(self) -> bool {
        matches!(self, Self::Shallow | Self::ObjectMissing)
    }

    /// A stable name for machines: `unreadable`, `path-too-long`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Excluded => "excluded",
            Self::Symlink => "symlink",
            Self::Submodule => "submodule",
            Self::Announced => "announced",
            Self::Unmerged => "unmerged",
            Self::Special => "special",
            Self::Vanished => "vanished",
            Self::IndexRefused => "index-refused",
            Self::Missing => "missing",
            Self::NotAFile => "not-a-file",
            Self::Unreadable => "unreadable",
            Self::Changed => "changed",
            Self::PathTooLong => "path-too-long",
            Self::IgnoreFileRefused => "ignore-file-refused",
            Self::Failed => "failed",
            Self::TooManyHits => "too-many-hits",
            Self::Interrupted => "interrupted",
            Self::Shallow => "shallow",
            Self::ObjectMissing => "object-missing",
        }
    }
}

impl Skipped {
    /// What is said of a run that was ended early.
    #[must_use]
    pub(crate) fn interrupted() -> Self {
        let detail = "the run was ended early; what was not examined by then is not in the report".to_owned();
        Self { path: RelPath::from("."), reason: Reason::Interrupted, detail }
    }

    /// What an error met while walking (not at a named path) means.
    #[must_use]
    pub(crate) fn met(path: RelPath, error: &OpenError) -> Self {
        let reason = match error {
            OpenError::NotRegular(_) => Reason::Changed,
            OpenError::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => Reason::Vanished,
                io::ErrorKind::NotADirectory => Reason::Changed,
                io::ErrorKind::InvalidFilename => Reason::PathTooLong,
                _ => Reason::Unreadable,
            },
        };
        Self { path, reason, detail: error.to_string() }
    }

    /// What an error at a path the user named means.
    #[must_use]
    pub(crate) fn named(path: RelPath, error: &OpenError) -> Self {
        let reason = match error {
            OpenError::NotRegular(_) => Reason::NotAFile,
            OpenError::Io(error) => match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Reason::Missing,
                io::ErrorKind::InvalidFilename => Reason::PathTooLong,
                _ => Reason::Unreadable,
            },
        };
        Self { path, reason, detail: error.to_string() }
    }
}

/// Collects what several threads report; order does not matter until [`Notices::sorted`].
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<Vec<Skipped>>);

impl Notices {
    pub(crate) fn push(&self, skipped: Skipped) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(skipped);
    }

    pub(crate) fn sorted(self) -> Vec<Skipped> {
        let mut all = self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_all_listed() {
        let mut ids: Vec<_> = Reason::ALL.iter().map(|reason| reason.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Reason::ALL.len());
    }

    #[test]
    fn what_should_have_been_examined_makes_the_scan_incomplete() {
        let incomplete: Vec<_> = Reason::ALL.iter().filter(|reason| reason.incomplete()).map(|r| r.id()).collect();
        assert_eq!(
            incomplete,
            [
                "unmerged",
                "missing",
                "not-a-file",
                "unreadable",
                "changed",
                "path-too-long",
                "ignore-file-refused",
                "failed",
                "too-many-hits",
                "interrupted",
                "shallow",
                "object-missing"
            ]
        );
    }
}
