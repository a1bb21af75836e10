//! Making untrusted text safe to print.
//!
//! Owns the one table of bytes and code points that never reach an output as themselves, and the two ways to use it:
//! [`Escaped`] for names and messages, [`pieces`] for source lines whose spans must stay known. It knows no format.
//! The decision to know: a dangerous character is shown as its escape (`\x1b`, `\u{202e}`), not dropped and not
//! replaced by a look-alike, so that a reader sees what is in the file.

use std::fmt::{self, Write as _};
use std::ops::Range;

/// Openers that a build server executes wherever they stand in a log line: GitHub's old commands, Azure Pipelines,
/// `TeamCity`. Breaking the first `#` is enough.
const COMMAND_OPENERS: [&[u8]; 3] = [b"##[", b"##vso[", b"##teamcity["];

/// Whether `c` may not be printed as itself.
///
/// Controls but the tab, bidirectional marks, zero-width and other invisible characters (Hangul fillers and Khmer vowels
/// that are not shown, controls of shorthand and musical notation), the line and paragraph separators, tag characters. Of
/// what Unicode calls ignorable by default only variation selectors are left alone: pictures in text have them.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    match c {
        '\t' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' => true,
        '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        _ => false,
    }
}

/// A stretch of input and how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// First byte of the input it stands for.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    shown: Shown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Plain(char),
    Byte(u8),
    Code(char),
}

impl Piece {
    /// Whether it is shown as it is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.shown, Shown::Plain(_))
    }

    /// Appends it as it is shown.
    pub(super) fn add_to(&self, out: &mut String) {
        match self.shown {
            Shown::Plain(c) => out.push(c),
            // Writing to a string cannot fail.
            _ => _ = write!(out, "{self}"),
        }
    }

    /// Terminal columns it takes, at least: wide characters count as one.
    #[must_use]
    pub fn columns(&self) -> usize {
        match self.shown {
            Shown::Plain(_) => 1,
            Shown::Byte(_) => 4,
            // `\u{…}` around the digits.
            Shown::Code(c) => 4 + (u32::from(c).max(1).ilog2() as usize) / 4 + 1,
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shown {
            Shown::Plain(c) => f.write_char(c),
            Shown::Byte(byte) => write!(f, "\\x{byte:02x}"),
            Shown::Code(c) => write!(f, "\\u{{{:x}}}", u32::from(c)),
        }
    }
}

/// The pieces of `text`, in order and without gaps: one per character, one per invalid byte.
pub fn pieces(text: &[u8]) -> impl Iterator<Item = Piece> {
    let mut at = 0;
    text.utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|c| (c.len_utf8(), shown(c)));
            valid.chain(chunk.invalid().iter().map(|byte| (1, Shown::Byte(*byte))))
        })
        .map(move |(len, shown)| {
            let start = at;
            at += len;
            let shown = if opens_command(&text[start..]) { Shown::Byte(b'#') } else { shown };
            Piece { start, end: at, shown }
        })
}

fn shown(c: char) -> Shown {
    match c {
        c if !is_hostile(c) => Shown::Plain(c),
        // Single bytes in the file are shown as bytes, everything else as its code point.
        c if c.is_ascii() => Shown::Byte(c as u8),
        c => Shown::Code(c),
    }
}

/// Whether a build server would take the start of `text` for a command.
#[must_use]
pub fn opens_command(text: &[u8]) -> bool {
    text.first() == Some(&b'#')
        && COMMAND_OPENERS
            .iter()
            .any(|opener| text.get(..opener.len()).is_some_and(|start| start.eq_ignore_ascii_case(opener)))
}

/// Displays untrusted text on one line: hostile characters, line breaks and invalid bytes as escapes, and a leading
/// `::`, which would open a workflow command at the start of a line, broken.
#[derive(Clone, Copy)]
pub struct Escaped<'a>(&'a [u8]);

impl<'a> Escaped<'a> {
    /// Any bytes; usually UTF-8.
    #[must_use]
    pub fn new(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self(text.as_ref())
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(plain) = plain(self.0).filter(|text| !text.trim_start().starts_with("::")) {
            return f.write_str(plain);
        }
        let mut leading = true;
        for piece in pieces(self.0) {
            match piece.shown {
                Shown::Plain(':') if leading && self.0.get(piece.end) == Some(&b':') => f.write_str("\\x3a")?,
                _ => write!(f, "{piece}")?,
            }
            leading &= matches!(piece.shown, Shown::Plain(c) if c.is_whitespace());
        }
        Ok(())
    }
}

/// Untrusted text for the middle of a line: [`Escaped`], but with a leading `::` left as it is.
#[must_use]
pub fn inline(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    if let Some(plain) = plain(text) {
        return plain.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    pieces(text).for_each(|piece| piece.add_to(&mut out));
    out
}

/// The text, where all of it is shown as it is, told at a glance: ASCII without controls and without what may open a
/// command. Most is.
fn plain(text: &[u8]) -> Option<&str> {
    let shown = text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    std::str::from_utf8(text).ok().filter(|text| shown && !text.contains("##"))
}

/// [`Escaped`] text for an element or an attribute of XML.
#[must_use]
pub fn xml(text: impl AsRef<[u8]>) -> String {
    // All other characters that XML cannot hold are shown as escapes already.
    let text = Escaped::new(&text).to_string().replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    quick_xml::escape::escape(text.as_str()).into_owned()
}

/// [`Escaped`] text, cut after `columns` with an ellipsis.
#[must_use]
pub fn cut(text: impl AsRef<[u8]>, columns: usize) -> String {
    let text = text.as_ref();
    let end = visible_end(text, 0..text.len(), columns);
    let mut out = Escaped::new(&text[..end]).to_string();
    if end < text.len() {
        out.push('…');
    }
    out
}

/// How far one can go in `range` of `text` before `columns` are used up.
pub(super) fn visible_end(text: &[u8], range: Range<usize>, columns: usize) -> usize {
    // A column is at most four bytes of input; looking at more would make long lines slow.
    let reach = range.end.min(range.start.saturating_add(columns.saturating_mul(4)).saturating_add(4));
    // As many bytes as columns where all are plain, and two more, since a command is opened by what follows its start.
    let near = &text[range.start..range.end.min(range.start.saturating_add(columns).saturating_add(2))];
    if plain(near).is_some() {
        return range.end.min(range.start + columns);
    }
    let mut left = columns;
    for piece in pieces(&text[range.start..reach]) {
        match left.checked_sub(piece.columns()) {
            Some(rest) => left = rest,
            None => return range.start + piece.start,
        }
    }
    range.end
}

/// How far one can go back from the end of `range` of `text` before `columns` are used up.
pub(super) fn visible_start(text: &[u8], range: Range<usize>, columns: usize) -> usize {
    // A column is at most four bytes of input; a start inside a character is moved to its first byte.
    let mut from = range.end.saturating_sub(columns.saturating_mul(4)).max(range.start);
    while (range.start + 1..range.end).contains(&from)
        && range.end - from < columns * 4 + 4
        && text[from] & 0xC0 == 0x80
    {
        from -= 1;
    }
    let found: Vec<Piece> = pieces(&text[from..range.end]).collect();
    let mut left = columns;
    for piece in found.iter().rev() {
        match left.checked_sub(piece.columns()) {
            Some(rest) => left = rest,
            None => return from + piece.end,
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: impl AsRef<[u8]>) -> String {
        Escaped::new(text.as_ref()).to_string()
    }

    #[test]
    fn each_class_is_shown_as_its_escape() {
        for (text, shown) in [
            ("\u{1b}[31m", r"\x1b[31m"),
            ("a\nb\r\n", r"a\x0ab\x0d\x0a"),
            ("\u{7f}\0", r"\x7f\x00"),
            ("\u{9b}2J", r"\u{9b}2J"),
            ("a\u{202e}b\u{2066}", r"a\u{202e}b\u{2066}"),
            ("\u{61c}\u{200e}\u{200f}", r"\u{61c}\u{200e}\u{200f}"),
            ("\u{200b}\u{feff}\u{2060}", r"\u{200b}\u{feff}\u{2060}"),
            ("\u{2028}\u{2029}", r"\u{2028}\u{2029}"),
            ("\u{e0041}", r"\u{e0041}"),
            ("\u{3164}\u{1160}\u{17b4}\u{1d173}", r"\u{3164}\u{1160}\u{17b4}\u{1d173}"),
            ("\u{1f469}\u{fe0f}", "\u{1f469}\u{fe0f}"),
            ("a\tb ü 日本 🗝", "a\tb ü 日本 🗝"),
        ] {
            assert_eq!(escaped(text), shown);
        }
        assert_eq!(escaped(b"a\xffb\xe6\x97"), r"a\xffb\xe6\x97");
    }

    #[test]
    fn command_openers_are_broken() {
        assert_eq!(escaped("x ##[add-mask]a"), r"x \x23#[add-mask]a");
        assert_eq!(escaped("###[group]"), r"#\x23#[group]");
        assert_eq!(escaped("##VSO[task] ##teamcity[x]"), r"\x23#VSO[task] \x23#teamcity[x]");
        assert_eq!(escaped(" \u{3000}::error::x"), " \u{3000}\\x3a:error::x");
        assert_eq!(escaped("a::b # c ## d"), "a::b # c ## d");
    }

    #[test]
    fn a_cut_counts_columns_of_the_escapes() {
        assert_eq!(cut("\u{1b}\u{1b}ab", 8), r"\x1b\x1b…");
        assert_eq!(cut("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn nothing_hostile_is_printed(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let out = escaped(&bytes);
            prop_assert!(out.chars().all(|c| !is_hostile(c)));
            prop_assert!(out.bytes().all(|byte| byte >= 0x20 || byte == b'\t'));
        }

        #[test]
        fn any_text_too(text in any::<String>(), hostile in 0x2000u32..0x2070) {
            let text = format!("{text}{}", char::from_u32(hostile).unwrap_or(' '));
            prop_assert!(escaped(&text).chars().all(|c| !is_hostile(c)));
        }

        #[test]
        fn pieces_cover_the_input(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut at = 0;
            for piece in pieces(&bytes) {
                prop_assert_eq!(piece.start, at);
                prop_assert!(piece.columns() >= piece.to_string().chars().count().min(2) / 2);
                at = piece.end;
            }
            prop_assert_eq!(at, bytes.len());
        }

        #[test]
        fn columns_are_those_printed(c in any::<char>()) {
            for piece in pieces(c.encode_utf8(&mut [0; 4]).as_bytes()) {
                prop_assert_eq!(piece.columns(), piece.to_string().chars().count());
            }
        }

        #[test]
        fn windows_stay_on_pieces(text in any::<String>(), at in 0usize..100, columns in 0usize..40) {
            let bytes = text.as_bytes();
            let at = text.char_indices().map(|(at, _)| at).nth(at).unwrap_or(bytes.len());
            let start = visible_start(bytes, 0..at, columns);
            let end = visible_end(bytes, at..bytes.len(), columns);
            prop_assert!(start <= at && at <= end);
            prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
        }
    }
}
