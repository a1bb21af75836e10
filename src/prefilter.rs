//! The first look at every file: one automaton over bytes that says where anything of interest may be.
//!
//! Owns the needles of all packs, compiled together. It knows no vendor, no language and no files. The decision to
//! know: a file without a needle is not read any further, so a pack must list a needle for everything it can find, and
//! results must be the same with [`Prefilter::all`].
//!
//! The automaton is one `regex::bytes` alternation of literals. Its literal search uses vector instructions for case
//! insensitive needles too, which a case-insensitive Aho-Corasick automaton does not (measured: 2.2 against 0.6 GB/s).

use std::fmt;

use regex::bytes::{Regex, RegexBuilder};

use crate::span::Span;

/// A literal that must occur in a file for the file to be of interest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle {
    /// Its text.
    pub text: String,
    /// Whether ASCII letters match in either case.
    pub ignore_case: bool,
}

impl Needle {
    /// A needle that matches in exactly this case.
    #[must_use]
    pub fn exact(text: &str) -> Self {
        Self { text: text.to_owned(), ignore_case: false }
    }

    /// A needle whose ASCII letters match in either case.
    #[must_use]
    pub fn any_case(text: &str) -> Self {
        Self { text: text.to_owned(), ignore_case: true }
    }
}

/// All needles, compiled.
#[derive(Clone, Debug)]
pub struct Prefilter {
    /// `None`: everything passes.
    needles: Option<Regex>,
    shortest: usize,
    longest: usize,
}

/// Why a set of needles was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NeedleError {
    /// There is no needle, so no file would ever pass.
    None,
    /// A needle is empty, so every file would pass.
    Empty,
    /// Together they are too large to compile.
    TooLarge(String),
}

impl fmt::Display for NeedleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no needles: no file would be examined"),
            Self::Empty => f.write_str("an empty needle: every file would be examined in full"),
            Self::TooLarge(why) => write!(f, "the needles cannot be compiled: {why}"),
        }
    }
}

impl std::error::Error for NeedleError {}

impl Prefilter {
    /// Compiles the needles.
    ///
    /// # Errors
    ///
    /// When there are none, one is empty, or they exceed the automaton's size limit.
    pub fn new(needles: &[Needle]) -> Result<Self, NeedleError> {
        if needles.is_empty() {
            return Err(NeedleError::None);
        }
        if needles.iter().any(|needle| needle.text.is_empty()) {
            return Err(NeedleError::Empty);
        }
        let alternatives: Vec<String> = needles
            .iter()
            .map(|needle| {
                let text = regex::escape(&needle.text);
                // Without `u`, case folding stays within ASCII: no needle grows or shrinks by being folded.
                if needle.ignore_case { format!("(?i-u:{})", escape_non_ascii(&text)) } else { text }
            })
            .collect();
        let regex = RegexBuilder::new(&alternatives.join("|"))
            .build()
            .map_err(|error| NeedleError::TooLarge(error.to_string()))?;
        let lengths = || needles.iter().map(|needle| needle.text.len());
        let (shortest, longest) = (lengths().min().unwrap_or(0), lengths().max().unwrap_or(0));
        Ok(Self { needles: Some(regex), shortest, longest })
    }

    /// The filter that lets every byte pass: for the law that filtering never changes results.
    #[must_use]
    pub fn all() -> Self {
        Self { needles: None, shortest: 1, longest: 1 }
    }

    /// The first needle at or after the byte offset `at`.
    ///
    /// [`Prefilter::all`] answers with the rest of the haystack, so that an empty file passes nothing.
    #[must_use]
    pub fn find_at(&self, haystack: &[u8], at: usize) -> Option<Span> {
        if at >= haystack.len() {
            return None;
        }
        match &self.needles {
            Some(regex) => regex.find_at(haystack, at).map(|found| Span::new(found.start(), found.end())),
            None => Some(Span::new(at, haystack.len())),
        }
    }

    /// The length of the shortest needle in bytes.
    #[must_use]
    pub fn shortest(&self) -> usize {
        self.shortest
    }

    /// The length of the longest needle in bytes: what two chunks of one file must share, plus one.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.longest
    }
}

/// In byte mode a non-ASCII letter must be written as its bytes.
fn escape_non_ascii(text: &str) -> String {
    use fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut pattern, byte| {
        if byte.is_ascii() {
            pattern.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(pattern, "\\x{byte:02X}");
        }
        pattern
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(needles: &[Needle], haystack: &[u8]) -> Vec<(usize, usize)> {
        let prefilter = Prefilter::new(needles).unwrap();
        let mut at = 0;
        let mut spans = Vec::new();
        while let Some(span) = prefilter.find_at(haystack, at) {
            spans.push((span.start, span.end));
            at = span.end;
        }
        spans
    }

    #[test]
    fn finds_every_needle_from_the_left() {
        let needles = [Needle::any_case("vendor"), Needle::exact("dG9rO")];
        assert_eq!(found(&needles, b"VENDOR dg9ro dG9rO Vendor"), [(0, 6), (13, 18), (19, 25)]);
    }

    #[test]
    fn needles_are_literals() {
        assert_eq!(found(&[Needle::exact("a.b|c")], b"axb a.b|c"), [(4, 9)]);
        assert_eq!(found(&[Needle::any_case("(?x)é")], "(?X)é".as_bytes()), [(0, 6)]);
    }

    #[test]
    fn bytes_that_are_not_text_are_no_obstacle() {
        assert_eq!(found(&[Needle::any_case("key")], b"\xff\xfe\0KEY\xe9\0key"), [(3, 6), (8, 11)]);
    }

    #[test]
    fn case_folding_stays_within_ascii() {
        // U+212A, the Kelvin sign, folds to `k` in Unicode and is three bytes long.
        assert_eq!(found(&[Needle::any_case("key")], "\u{212a}ey".as_bytes()), []);
    }

    #[test]
    fn useless_sets_are_refused() {
        assert_eq!(Prefilter::new(&[]).unwrap_err(), NeedleError::None);
        assert_eq!(Prefilter::new(&[Needle::exact("")]).unwrap_err(), NeedleError::Empty);
    }

    #[test]
    fn all_passes_every_file_that_has_a_byte() {
        let prefilter = Prefilter::all();
        assert_eq!(prefilter.find_at(b"abc", 1), Some(Span::new(1, 3)));
        assert_eq!(prefilter.find_at(b"", 0), None);
    }
}
