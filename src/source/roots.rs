//! What was named on the command line.
//!
//! Owns the way from a name to a real path. It opens nothing. The decision to know: a link that was named is followed,
//! once, here; behind this module no path has one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::open::OpenError;
use super::skip::Notices;
use super::{RelPath, Skipped, Walk};

/// Something that was named.
pub(crate) struct Root {
    /// As it was named, relative to the base where it lies beneath.
    pub(crate) shown: PathBuf,
    /// Absolute and free of links.
    pub(crate) real: PathBuf,
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
                    if let Some(kind) = special(&real) {
                        OpenError::NotRegular(kind)
                    } else {
                        if seen.insert(real.clone()) {
                            roots.push(Self { shown: shown.to_owned(), real });
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

fn special(real: &Path) -> Option<&'static str> {
    let kind = real.symlink_metadata().ok()?.file_type();
    (!kind.is_file() && !kind.is_dir()).then_some("a pipe, socket or device")
}
