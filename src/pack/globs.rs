//! Globs of a pack, compiled when first asked for.
//!
//! Owns the delay, as [`super::expression`] does for expressions. Globs are written as in `.gitignore`.

use std::path::Path;
use std::sync::OnceLock;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Globs of which any may match a path.
#[derive(Debug)]
pub struct Globs {
    texts: Vec<String>,
    built: OnceLock<Gitignore>,
}

impl Globs {
    /// Takes the globs as they are.
    #[must_use]
    pub fn new(texts: Vec<String>) -> Self {
        Self { texts, built: OnceLock::new() }
    }

    /// Whether any of them matches the path, or a directory it is in. Globs that do not compile match nothing.
    #[must_use]
    pub fn is_match(&self, path: &Path) -> bool {
        let globs = self.built.get_or_init(|| self.build());
        path.is_relative() && globs.matched_path_or_any_parents(path, false).is_ignore()
            || globs.matched(path, false).is_ignore()
    }

    /// Whether a text is a glob.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(text: &str) -> Result<(), ignore::Error> {
        GitignoreBuilder::new("").add_line(None, text).map(|_| ())
    }

    fn build(&self) -> Gitignore {
        let mut builder = GitignoreBuilder::new("");
        for text in &self.texts {
            // A pack that is not dekey's own has been checked, and dekey's own by a test.
            _ = builder.add_line(None, text);
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }
}
