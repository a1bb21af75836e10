//! A construct's code, made a pattern of each of its languages when first asked for.
//!
//! Owns the delay: a scan that meets no file of a language lowers no code of it.

use std::sync::{Arc, OnceLock};

use super::pattern::{self, Pattern};
use crate::lang::{self, Language};
use crate::span::Span;

/// Code of a construct.
pub struct Snippet {
    code: String,
    known: Arc<Known>,
    patterns: Vec<(&'static Language, OnceLock<Option<Pattern>>)>,
}

/// What all the code of a file of a pack is read with.
#[derive(Debug)]
pub struct Known {
    /// Other names of the module that the code imports.
    pub modules: Vec<String>,
    /// The vendor's name, as it is in the names of modules.
    pub word: String,
}

impl Snippet {
    /// Takes code that may be of any of these languages.
    #[must_use]
    pub fn new(code: String, languages: &[&'static Language], known: Arc<Known>) -> Self {
        let patterns = languages.iter().map(|language| (*language, OnceLock::new())).collect();
        Self { code, known, patterns }
    }

    /// The pattern in a language. `None` where the code is not of it, or makes none.
    #[must_use]
    pub fn pattern(&self, language: &str) -> Option<&Pattern> {
        let (language, pattern) = self.patterns.iter().find(|(known, _)| known.name == language)?;
        pattern.get_or_init(|| self.build(language).ok()).as_ref()
    }

    /// Makes the pattern of every language.
    ///
    /// # Errors
    /// Each language in which the code makes none, and what is missing.
    pub fn check(&self) -> Vec<(&'static str, String)> {
        let tried = self.patterns.iter().map(|(language, _)| (language.name, self.build(language)));
        tried.filter_map(|(name, pattern)| Some((name, pattern.err()?))).collect()
    }

    fn build(&self, language: &'static Language) -> Result<Pattern, String> {
        let layers = lang::lower(language, self.code.as_bytes(), Span::new(0, self.code.len()));
        pattern::compile(&layers, &self.known.modules, &self.known.word)
    }
}
