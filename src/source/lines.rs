//! Lines and columns, made at the edge.
//!
//! Owns the way from an offset in a [`Source`] to what a person or an editor calls a position. Lines end with a line
//! feed. The decision to know: the index holds one mark per kibibyte, not one per line, so that neither a file of empty
//! lines nor one endless line makes it large or slow.

use std::num::NonZeroUsize;

use super::{Encoding, Source};
use crate::span::Span;

/// Where something is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The character of the line, from 1; a byte that is not UTF-8 counts as one.
    pub column: u64,
    /// The byte of the line in UTF-8, from 1; a byte-order mark counts where the file is stored so.
    pub utf8_column: u64,
    /// The byte of the file, from 0, as the file is stored (before decoding).
    pub byte: u64,
}

/// The positions of one source; built when the first one is asked for.
#[derive(Clone, Debug)]
pub struct LineIndex {
    marks: Vec<Mark>,
    encoding: Encoding,
}

/// What precedes an offset, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Offset in the text.
    pub(crate) at: usize,
    /// Bytes of the file.
    pub(crate) byte: u64,
    /// Line feeds.
    pub(crate) line: u64,
    /// Characters since the last line feed.
    pub(crate) column: u64,
    /// Bytes of UTF-8 since the last line feed.
    pub(crate) width: u64,
}

const STEP: usize = 1024;

impl LineIndex {
    /// Reads a source once.
    #[must_use]
    pub fn new(source: &Source) -> Self {
        let mark_len = match source.encoding {
            Encoding::Utf8 { .. } if source.base_line == 0 => source.encoding.mark_len(),
            _ => 0,
        };
        let mut mark = Mark {
            at: 0,
            byte: source.base_byte,
            line: source.base_line,
            column: source.base_column,
            // Of the part of a line before a window only the characters are known.
            width: source.base_column + mark_len,
        };
        let mut marks = vec![mark];
        while source.text.len() - mark.at > STEP {
            let next = boundary(&source.text, mark.at + STEP);
            mark = mark.advance(&source.text[mark.at..next], source.encoding);
            marks.push(mark);
        }
        Self { marks, encoding: source.encoding }
    }

    /// The position of a byte offset of the source this index was made from; past its end, the end.
    #[must_use]
    pub fn position(&self, source: &Source, offset: usize) -> Position {
        let offset = offset.min(source.text.len());
        let next = self.marks.partition_point(|mark| mark.at <= offset);
        let mark = self.marks.get(next.saturating_sub(1)).copied().unwrap_or_default();
        let before = source.text.get(mark.at..offset).unwrap_or_default();
        let mark = mark.advance(before, self.encoding);
        Position { line: mark.line + 1, column: mark.column + 1, utf8_column: mark.width + 1, byte: mark.byte }
    }
}

impl Mark {
    /// The mark after `text`, which follows this one.
    pub(crate) fn advance(self, text: &[u8], encoding: Encoding) -> Self {
        let (line, column, width) = match memchr::memrchr(b'\n', text) {
            Some(last) => {
                let feeds = memchr::memchr_iter(b'\n', text).count() as u64;
                let rest = &text[last + 1..];
                (self.line + feeds, characters(rest), rest.len() as u64)
            }
            None => (self.line, self.column + characters(text), self.width + text.len() as u64),
        };
        Self { at: self.at + text.len(), byte: self.byte + encoding.original_len(text), line, column, width }
    }
}

/// The line that holds a byte offset, without its line end.
#[must_use]
pub fn line_at(text: &[u8], offset: usize) -> Span {
    let offset = offset.min(text.len());
    let start = memchr::memrchr(b'\n', &text[..offset]).map_or(0, |feed| feed + 1);
    let mut end = memchr::memchr(b'\n', &text[offset..]).map_or(text.len(), |feed| offset + feed);
    if end > start && text[end - 1] == b'\r' {
        end -= 1;
    }
    Span::new(start, end)
}

/// `text` with the line ends that the line at an offset of `around` has.
#[must_use]
pub fn with_ends(text: &str, around: &[u8], at: usize) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let at = at.min(around.len());
    let feed = memchr::memchr(b'\n', &around[at..]).map(|feed| at + feed);
    let feed = feed.or_else(|| memchr::memrchr(b'\n', &around[..at]));
    let plain = text.replace("\r\n", "\n");
    match feed.and_then(|feed| around[..feed].last()) {
        Some(b'\r') => plain.replace('\n', "\r\n"),
        _ => plain,
    }
}

/// The nearest offset at or before `at` that is not inside a character.
pub(crate) fn boundary(text: &[u8], at: usize) -> usize {
    for back in 1..=3.min(at) {
        let width = match text[at - back] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => 1,
        };
        return if width > back { at - back } else { at };
    }
    at
}

fn characters(text: &[u8]) -> u64 {
    let count: usize = text.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum();
    count as u64
}

/// How many lines a text has; a last line without a line end counts, an empty text has one.
#[must_use]
pub fn line_count(text: &[u8]) -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(memchr::memchr_iter(b'\n', text.strip_suffix(b"\n").unwrap_or(text)).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::RelPath;

    fn source(bytes: &[u8]) -> Source {
        Source::from_bytes(RelPath::from("f"), bytes.to_vec(), false)
    }

    fn position(source: &Source, offset: usize) -> (u64, u64, u64) {
        let position = LineIndex::new(source).position(source, offset);
        (position.line, position.column, position.byte)
    }

    #[test]
    fn lines_columns_and_bytes() {
        let source = source("ab\nc\u{e9}d\r\n\n".as_bytes());
        assert_eq!(position(&source, 0), (1, 1, 0));
        assert_eq!(position(&source, 2), (1, 3, 2));
        assert_eq!(position(&source, 3), (2, 1, 3));
        assert_eq!(position(&source, 6), (2, 3, 6));
        assert_eq!(position(&source, 9), (3, 1, 9));
        assert_eq!(position(&source, 99), (4, 1, 10));
    }

    #[test]
    fn a_mark_shifts_bytes_but_not_columns() {
        let source = source(b"\xef\xbb\xbfab\nc");
        assert_eq!(position(&source, 1), (1, 2, 4));
        let utf8 = |offset| LineIndex::new(&source).position(&source, offset).utf8_column;
        assert_eq!((utf8(1), utf8(3)), (5, 1));
    }

    #[test]
    fn columns_in_utf8_count_bytes() {
        let source = source("\u{fc}\u{1f600}b\n\u{fc}".as_bytes());
        let utf8 = |offset| LineIndex::new(&source).position(&source, offset).utf8_column;
        assert_eq!((utf8(6), utf8(7), utf8(8), utf8(10)), (7, 8, 1, 3));
    }

    #[test]
    fn bytes_of_utf16_are_those_of_the_file() {
        let raw: Vec<u8> = "\u{feff}a\n\u{1f600}b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let source = source(&raw);
        // a, line feed: 2 bytes each; the face: 4 bytes.
        assert_eq!(position(&source, 2), (2, 1, 6));
        assert_eq!(position(&source, 6), (2, 2, 10));
    }

    #[test]
    fn bytes_that_are_not_utf8_count_one_each() {
        let source = source(b"\xe9\xe8\xe2\x82x");
        assert_eq!(position(&source, 4), (1, 5, 4));
    }

    #[test]
    fn the_line_of_an_offset_has_no_line_end() {
        let text = b"ab\r\ncd\n";
        assert_eq!(line_at(text, 1), Span::new(0, 2));
        assert_eq!(line_at(text, 5), Span::new(4, 6));
        assert_eq!(line_at(text, 7), Span::new(7, 7));
    }

    #[test]
    fn lines_are_counted_as_editors_do() {
        for (text, lines) in [("", 1), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n", 2)] {
            assert_eq!(line_count(text.as_bytes()).get(), lines, "{text:?}");
        }
    }

    proptest! {
        /// The marks are an optimisation: counting from the start gives the same.
        #[test]
        fn marks_change_nothing(
            bytes in proptest::collection::vec(prop_oneof![
                Just(b"\n".to_vec()), Just("\u{20ac}".as_bytes().to_vec()), Just("\u{1f600}".as_bytes().to_vec()),
                Just(b"\xe9".to_vec()), Just(b"\x82".to_vec()), Just(b"plain".to_vec()),
            ], 0..1500),
            offset in 0usize..6000,
        ) {
            let source = source(&bytes.concat());
            let offset = boundary(&source.text, offset.min(source.text.len()));
            let naive = Mark::default().advance(&source.text[..offset], source.encoding);
            prop_assert_eq!(position(&source, offset), (naive.line + 1, naive.column + 1, naive.byte));
        }
    }
}
