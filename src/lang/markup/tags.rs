//! Code tags: `<% … %>`, `{{ … }}`, `@{ … }`.
//!
//! Owns where a template's code stands. It knows neither HTML nor the languages of the code. The decision to know: an
//! opening without its end is text, and is looked for once; so any text costs linear time.

use crate::lang::islands::Island;
use crate::span::Span;

/// How a template marks code.
pub(super) struct Delimiters {
    /// What opens it.
    pub(super) open: &'static str,
    /// What closes it.
    pub(super) close: &'static str,
    /// The language inside; `None` for a comment.
    pub(super) language: Option<&'static str>,
    /// Whether its value becomes part of the page.
    pub(super) output: bool,
}

/// A code tag. Offsets are into the text it was found in.
pub(super) struct Tag {
    /// With its delimiters.
    pub(super) whole: Span,
    /// Between them.
    pub(super) code: Span,
    /// The language inside; `None` for a comment.
    pub(super) language: Option<&'static str>,
    /// Whether its value becomes part of the page.
    pub(super) output: bool,
}

impl Tag {
    /// Leaves nothing of the tag in `page`, or one word where its value stands.
    pub(super) fn overwrite(&self, page: &mut [u8]) {
        for byte in &mut page[self.whole.start..self.whole.end] {
            match byte {
                b'\n' if !self.output => (),
                _ => *byte = if self.output { b'_' } else { b' ' },
            }
        }
    }
}

/// The delimiters of one kind that open at each byte: longer ones first.
pub(super) fn find(text: &str, delimiters: &[Delimiters]) -> Vec<Tag> {
    let bytes = text.as_bytes();
    let firsts: Vec<u8> = delimiters.iter().map(|delimiter| delimiter.open.as_bytes()[0]).collect();
    let mut endless = vec![false; delimiters.len()];
    let mut tags = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !firsts.contains(&bytes[at]) {
            at += 1;
            continue;
        }
        let opens = |(index, delimiter): &(usize, &Delimiters)| {
            !endless[*index] && bytes[at..].starts_with(delimiter.open.as_bytes())
        };
        let Some((index, delimiter)) = delimiters.iter().enumerate().find(opens) else {
            at += 1;
            continue;
        };
        let from = at + delimiter.open.len();
        let Some(len) = close(&bytes[from..], delimiter.close) else {
            endless[index] = true;
            continue;
        };
        let end = (from + len + delimiter.close.len()).min(bytes.len());
        let code = trim(bytes, Span::new(from, from + len));
        tags.push(Tag { whole: Span::new(at, end), code, language: delimiter.language, output: delimiter.output });
        at = end;
    }
    tags
}

/// Where the end stands. `}` alone is that of the opening brace, `)` that of the opening parenthesis; a line break
/// ends code that nothing else does.
fn close(rest: &[u8], close: &str) -> Option<usize> {
    match close.as_bytes() {
        b"\n" => Some(memchr::memchr(b'\n', rest).unwrap_or(rest.len())),
        b"}" => balanced(rest, b'{', b'}'),
        b")" => balanced(rest, b'(', b')'),
        // PHP may leave out its last one.
        b"?>" => Some(memchr::memmem::find(rest, b"?>").unwrap_or(rest.len())),
        close => memchr::memmem::find(rest, close),
    }
}

/// Where the bracket closes that stands before `rest`; strings on one line hold none.
pub(super) fn balanced(rest: &[u8], open: u8, close: u8) -> Option<usize> {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        let byte = rest[at];
        if byte == open {
            depth += 1;
        } else if byte == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        } else if matches!(byte, b'"' | b'\'' | b'`') {
            // An apostrophe of prose has no partner on its line.
            let line = &rest[at + 1..rest.len().min(at + 1 + LONGEST_STRING)];
            let len = memchr::memchr2(byte, b'\n', line);
            at += len.filter(|len| line[*len] == byte).map_or(0, |len| len + 1);
        }
        at += 1;
    }
    None
}

/// A longer string is not looked over for brackets, so that each quote costs a bounded stretch.
const LONGEST_STRING: usize = 512;

/// Without the dashes and signs that only say how blanks around the tag are treated.
fn trim(bytes: &[u8], span: Span) -> Span {
    let code = span.of(bytes);
    let start = code.iter().take_while(|byte| matches!(byte, b'-' | b'~' | b'=' | b'+')).count();
    let end = code[start..].iter().rev().take_while(|byte| matches!(byte, b'-' | b'~')).count();
    Span::new(span.start + start, span.end - end)
}

/// The code of all tags, as islands of a file in which the text starts at `start`.
pub(super) fn islands(tags: &[Tag], start: usize) -> Vec<Island> {
    let island = |tag: &Tag| {
        let span = Span::new(start + tag.code.start, start + tag.code.end);
        tag.language.map(|language| Island { language, span })
    };
    tags.iter().filter_map(island).collect()
}
