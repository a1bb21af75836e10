//! Regular expressions of a pack, compiled when first asked for.
//!
//! Owns the delay: a scan that meets none of the vendor's files compiles none of them. The decision to know:
//! expressions are about names, values and short texts, so they see bytes and ASCII classes, which makes them small.

use std::sync::OnceLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// Expressions may not compile to more than this many bytes.
const MAX_BYTES: usize = 1 << 20;

/// Expressions of which any may match.
#[derive(Debug)]
pub struct Expressions {
    texts: Vec<String>,
    ignore_case: bool,
    built: OnceLock<RegexSet>,
}

impl Expressions {
    /// Takes the expressions as they are.
    #[must_use]
    pub fn new(texts: Vec<String>, ignore_case: bool) -> Self {
        Self { texts, ignore_case, built: OnceLock::new() }
    }

    /// The expressions as they are written.
    #[must_use]
    pub fn into_texts(self) -> Vec<String> {
        self.texts
    }

    /// Whether any of them matches somewhere in the text. Expressions that do not compile match nothing.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.built.get_or_init(|| self.build().unwrap_or_else(|_| RegexSet::empty())).is_match(text.as_bytes())
    }

    /// Compiles them.
    ///
    /// # Errors
    /// What the regex crate says of the first that does not compile.
    pub fn build(&self) -> Result<RegexSet, regex::Error> {
        let mut builder = RegexSetBuilder::new(&self.texts);
        builder.case_insensitive(self.ignore_case).unicode(false).size_limit(MAX_BYTES).build()
    }
}
