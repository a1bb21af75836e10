//! Patterns of paths.
//!
//! Owns what a list of patterns means for a path of a report. It knows no key. The decision to know: patterns are
//! relative to the directory of the file that has them, and what lies outside of it is none of their business.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::source::RelPath;

/// Patterns as in `.gitignore`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    /// What they are relative to: a directory, itself relative to the root of the repository.
    pub dir: PathBuf,
    /// One pattern each.
    pub lines: Vec<String>,
}

/// Patterns, compiled.
#[derive(Clone, Debug)]
pub struct Matcher {
    here: PathBuf,
    base: PathBuf,
    patterns: Gitignore,
}

impl Patterns {
    /// Compiles them. `root` is that of the repository, `here` what the paths of reports are relative to; both are real.
    ///
    /// # Errors
    ///
    /// When they are too large together.
    pub fn matcher(&self, root: &Path, here: &Path) -> Result<Matcher, ignore::Error> {
        let base = root.join(&self.dir);
        let base = base.canonicalize().unwrap_or(base);
        let mut builder = GitignoreBuilder::new(&base);
        for line in &self.lines {
            builder.add_line(None, line)?;
        }
        Ok(Matcher { here: here.to_owned(), base, patterns: builder.build()? })
    }
}

impl Matcher {
    /// Whether a file of a report is meant, itself or with a directory above it.
    #[must_use]
    pub fn matches(&self, path: &RelPath) -> bool {
        let path = self.here.join(path.as_path());
        // A path may be named through a link; what comes through standard input may not exist.
        let path = match path.canonicalize() {
            Ok(real) => real,
            Err(_) if path.components().any(|part| part == Component::ParentDir) => return false,
            Err(_) => path,
        };
        path.starts_with(&self.base) && self.patterns.matched_path_or_any_parents(&path, false).is_ignore()
    }
}
