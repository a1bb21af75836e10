//! Regular expressions of a pack, compiled when first asked for.
//!
//! Owns the delay: a scan that meets none of the vendor's files compiles none of them. The decision to know:
//! expressions are about names, values and short texts, and all that is asked is whether one matches. So they see bytes
//! and ASCII classes, which makes them small, and become one automaton that is made as it is walked: a search for
//! literals, or from the end, would cost more to prepare than all that they are asked in most runs.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;

use regex::bytes;
use regex_automata::Input;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::util::syntax;

/// Expressions may not compile to more than this many bytes.
const MAX_BYTES: usize = 1 << 20;

/// Expressions of which any may match.
#[derive(Debug)]
pub struct Expressions {
    texts: Vec<String>,
    ignore_case: bool,
    /// Nothing, of expressions that do not compile.
    built: OnceLock<Option<Automaton>>,
}

impl Expressions {
    /// Takes the expressions as they are.
    #[must_use]
    pub fn new(texts: Vec<String>, ignore_case: bool) -> Self {
        Self { texts, ignore_case, built: OnceLock::new() }
    }

    /// The expressions as they are written.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether any of them matches somewhere in the text. Expressions that do not compile match nothing.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.built().is_some_and(|built| built.is_match(text))
    }

    /// Whether any of them may match somewhere in the text: those that do not compile, for being too many, may.
    #[must_use]
    pub fn may_match(&self, text: &str) -> bool {
        self.built().is_none_or(|built| built.is_match(text))
    }

    fn built(&self) -> Option<&Automaton> {
        self.built.get_or_init(|| self.build().ok()).as_ref()
    }

    /// Compiles them.
    ///
    /// # Errors
    /// What is wrong with the first that does not compile.
    pub(super) fn build(&self) -> Result<Automaton, String> {
        let config = syntax::Config::new().case_insensitive(self.ignore_case).unicode(false).utf8(false);
        let parsed = syntax::parse_many_with(&self.texts, &config).map_err(|error| error.to_string())?;
        let least = parsed.iter().map(|one| one.properties().minimum_len().unwrap_or(0)).min().unwrap_or(0);
        let config = thompson::Config::new().utf8(false).nfa_size_limit(Some(MAX_BYTES));
        let nfa = NFA::compiler()
            .configure(config.which_captures(WhichCaptures::None))
            .build_many_from_hir(&parsed)
            .map_err(|error| match error.size_limit() {
                Some(_) => format!("it would take more than {MAX_BYTES} bytes"),
                None => error.to_string(),
            })?;
        let config = DFA::config().skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).map_err(|error| error.to_string())?;
        let made = dfa.clone();
        Ok(Automaton { least, dfa, caches: Pool::new(Box::new(move || made.create_cache())) })
    }
}

/// What expressions compile to.
#[derive(Debug)]
pub(super) struct Automaton {
    /// How many bytes a text must have for any of them to match.
    least: usize,
    dfa: DFA,
    /// What of it was walked so far, for each thread that asks.
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>>,
}

impl Automaton {
    fn is_match(&self, text: &str) -> bool {
        if text.len() < self.least {
            return false;
        }
        // It has nothing to give up at: bytes end no search, and what was walked is forgotten when it grows too large.
        let found = self.dfa.try_search_fwd(&mut self.caches.get(), &Input::new(text).earliest(true));
        found.is_ok_and(|found| found.is_some())
    }
}

/// An expression that finds what it is about in a file's bytes.
#[derive(Debug)]
pub struct Shape {
    text: String,
    built: OnceLock<bytes::Regex>,
}

impl Shape {
    /// Takes the expression as it is.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { text, built: OnceLock::new() }
    }

    /// The expression, to search with. One that does not compile finds nothing.
    #[must_use]
    pub fn regex(&self) -> &bytes::Regex {
        self.built.get_or_init(|| {
            let nothing = || bytes::Regex::new("[a&&b]").expect("an empty class compiles");
            bytes::RegexBuilder::new(&self.text).unicode(false).build().unwrap_or_else(|_| nothing())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Expressions;

    #[test]
    fn what_is_too_large_matches_nothing_and_may_match() {
        let large = Expressions::new(vec!["(?:a{1000}){1000}".to_owned()], false);
        assert!(!large.is_match("b") && large.may_match("b"));
        let small = Expressions::new(vec!["^a$".to_owned()], true);
        assert!(small.is_match("A") && !small.may_match("b"));
        assert!(!Expressions::new(Vec::new(), true).may_match("a"));
    }
}
