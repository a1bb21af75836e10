//! Lines of a text: runs of them, and what belongs to a line by indentation or braces.

use crate::source::line_at;
use crate::span::Span;

/// What goes over more lines than these is no definition of one variable.
const MAX_LINES: usize = 64;

/// The run of lines around `at` that no empty line and no fence breaks.
pub(super) fn run(text: &[u8], at: usize) -> Span {
    let breaks = |line: Span| {
        let line = line.of(text).trim_ascii();
        line.is_empty() || line.starts_with(b"```") || line.starts_with(b"~~~")
    };
    let mut run = line_at(text, at);
    while run.start > 0 {
        let before = line_at(text, run.start - 1);
        if breaks(before) {
            break;
        }
        run = before.to(run);
    }
    while let Some(next) = following(text, run) {
        if breaks(next) {
            break;
        }
        run = run.to(next);
    }
    run
}

/// The line after the one that ends with `line`.
pub(super) fn following(text: &[u8], line: Span) -> Option<Span> {
    let feed = memchr::memchr(b'\n', &text[line.end.min(text.len())..])?;
    let start = line.end + feed + 1;
    (start < text.len()).then(|| line_at(text, start))
}

/// A span of whole lines with the line end after it.
pub(super) fn with_end(text: &[u8], span: Span) -> Span {
    let end = memchr::memchr(b'\n', &text[span.end.min(text.len())..]).map_or(text.len(), |feed| span.end + feed + 1);
    Span::new(span.start, end)
}

/// `first` and the lines after it that are indented deeper than `column`; empty ones at the end are left out.
pub(super) fn deeper(text: &[u8], first: Span, column: usize) -> Option<Span> {
    let (mut whole, mut line) = (first, first);
    for _ in 0..MAX_LINES {
        let Some(next) = following(text, line) else { return Some(whole) };
        let bytes = next.of(text);
        let indent = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let empty = bytes.trim_ascii().is_empty();
        if !empty && indent <= column {
            return Some(whole);
        }
        if !empty {
            whole = whole.to(next);
        }
        line = next;
    }
    None
}

/// From `first` to the line on which all braces are closed that it opens.
pub(super) fn braced(text: &[u8], first: Span) -> Option<Span> {
    let (mut whole, mut line, mut open) = (first, first, 0usize);
    for _ in 0..MAX_LINES {
        let mut quoted = false;
        for (at, byte) in line.of(text).iter().enumerate() {
            let escaped = at > 0 && line.of(text)[at - 1] == b'\\';
            match byte {
                b'"' if !escaped => quoted = !quoted,
                b'{' | b'[' if !quoted => open += 1,
                b'}' | b']' if !quoted => open = open.checked_sub(1)?,
                _ => (),
            }
        }
        whole = whole.to(line);
        if open == 0 {
            return Some(whole);
        }
        line = following(text, line)?;
    }
    None
}
