//! What was named on the command line.
//!
//! Owns the way from a name to a real path. It opens no file. The decision to know: a link that was named is followed,
//! once, here; behind this module no path has one.

use std::collections::HashSet;
use std::fs::FileType;
use std::path::PathBuf;

use super::open::OpenError;
use super::skip::Notices;
use super::{RelPath, Skipped, Walk};

/// Something that was named.
pub(crate) struct Root {
    /// As it was named, relative to the base where it lies beneath.
    pub(crate) shown: PathBuf,
    /// Absolute and free of links.
    pub(crate) real: PathBuf,
    /// Whether files may lie beneath it.
    is_folder: bool,
}

impl Root {
    /// The roots that can be examined, each once.
    pub(crate) fn all(walk: &Walk, notices: &Notices) -> Vec<Self> {
        let mut seen = HashSet::new();
        let mut roots = Vec::new();
        for named in &walk.roots {
            let shown = named.strip_prefix(&walk.base).unwrap_or(named);
            let error = match walk.base.join(named).canonicalize() {
                Ok(real) => {
                    let kind = real.symlink_metadata().map(|about| about.file_type());
                    let is_folder = kind.as_ref().is_ok_and(FileType::is_dir);
                    if kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir()) {
                        OpenError::NotRegular("a pipe, socket or device")
                    } else {
                        if seen.insert(real.clone()) {
                            roots.push(Self { shown: shown.to_owned(), real, is_folder });
                        }
                        continue;
                    }
                }
                Err(error) => OpenError::Io(error),
            };
            notices.push(Skipped::named(RelPath::new(shown), &error));
        }
        roots
    }

    /// How many files it may stand for, at most `enough`: how much lies beneath folders in it is not known.
    pub(crate) fn files(&self, enough: usize) -> usize {
        if !self.is_folder || enough == 0 {
            return enough.min(1);
        }
        // Whoever walks it meets the same error, and says so.
        let Ok(entries) = self.real.read_dir() else { return 0 };
        let mut files = 0;
        for entry in entries.take(enough) {
            match entry.and_then(|entry| entry.file_type()) {
                Ok(kind) if !kind.is_dir() => files += 1,
                _ => return enough,
            }
        }
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_threads_are_asked_for_than_there_are_files() {
        let scratch = tempfile::tempdir().unwrap();
        let write = |path: &str| std::fs::write(scratch.path().join(path), "").unwrap();
        let files = |named: &str| {
            let walk = Walk::new(scratch.path().to_owned(), vec![named.into()]);
            let roots = Root::all(&walk, &Notices::default());
            [0, 1, 9].map(|enough| roots[0].files(enough))
        };
        assert_eq!(files("."), [0, 0, 0]);
        write("a");
        write("b");
        assert_eq!((files("."), files("a")), ([0, 1, 2], [0, 1, 1]));
        std::fs::create_dir(scratch.path().join("c")).unwrap();
        assert_eq!(files(".")[2], 9);
    }
}
