//! What was named on the command line.
//!
//! Owns the way from a name to a real path. It opens nothing. The decision to know: a link that was named is followed,
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
    pub(crate) is_folder: bool,
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
}
