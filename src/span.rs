//! Byte ranges inside one file's text.
//!
//! Owns `Span` only. It knows no lines and no columns: those are made at the edge, by
//! [`crate::source::LineIndex`].

use std::ops::Range;

/// A half-open byte range in the text of one file (offsets from 0).
///
/// Offsets count bytes of the text that was analysed. For a file that was decoded from UTF-16 the line index turns
/// them back into bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies inside this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The range for slicing; empty when it does not fit into `len` bytes.
    #[must_use]
    pub fn range_in(self, len: usize) -> Range<usize> {
        if self.end <= len { self.start..self.end } else { 0..0 }
    }

    /// The bytes it covers, empty when it does not fit.
    #[must_use]
    pub fn of(self, text: &[u8]) -> &[u8] {
        &text[self.range_in(text.len())]
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}
