//! Commands in the middle of a text.
//!
//! Owns where an HTTP client's command line starts and ends in prose, a comment or a log. The decision to know: only
//! clients that carry credentials on their command line are looked for, so that prose stays prose.

use crate::facts::Carrier;
use crate::lang::Layer;
use crate::lang::islands::{self, Island};
use crate::span::Span;

/// Clients whose name is a word of nothing else.
const NAMES: [&[u8]; 2] = [b"curl ", b"wget "];
/// Clients that are told from prose by starting a line with an option or a method.
const STARTS: [&[u8]; 5] = [b"http -", b"https -", b"xh -", b"http GET ", b"http POST "];

/// A longer command is cut, so that openings without an end cost a bounded stretch each.
const LONGEST: usize = 4096;

/// Command lines in `range` of `text`, in order.
#[must_use]
pub(in crate::lang) fn find(text: &[u8], range: Span) -> Vec<Span> {
    let bytes = &text[..range.end.min(text.len())];
    let mut found: Vec<Span> = Vec::new();
    let mut line = range.start;
    while line < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[line..]).map_or(bytes.len(), |len| line + len);
        for at in clients(&bytes[..end], line) {
            if found.last().is_none_or(|last| last.end <= at) {
                found.push(Span::new(at, command_end(bytes, at, line)));
            }
        }
        line = end + 1;
    }
    found
}

/// Where a line, the last of `bytes`, names a client.
fn clients(bytes: &[u8], line: usize) -> Vec<usize> {
    let start = line + bytes[line..].iter().take_while(|byte| b" \t>$#%*`-".contains(byte)).count();
    let first = STARTS.iter().any(|client| bytes[start..].starts_with(client)).then_some(start);
    let mut found: Vec<usize> = first.into_iter().collect();
    for name in NAMES {
        let places = memchr::memmem::find_iter(&bytes[line..], name).map(|at| line + at);
        found.extend(places.filter(|at| *at == line || !is_word(bytes[at - 1])));
    }
    found.sort_unstable();
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.')
}

/// Where the command at `at` ends: with its line, if that goes on with a backslash with the next, or at the quote or
/// backquote that stands before it.
fn command_end(bytes: &[u8], at: usize, line: usize) -> usize {
    let limit = bytes.len().min(at + LONGEST);
    let quote = bytes[line.min(at)..at].last().filter(|byte| matches!(byte, b'`' | b'"' | b'\''));
    let mut end = at;
    loop {
        let next = memchr::memchr(b'\n', &bytes[end..limit]).map_or(limit, |len| end + len);
        if let Some(len) = quote.and_then(|quote| memchr::memchr(*quote, &bytes[end..next])) {
            return end + len;
        }
        if next == limit || !bytes[end..next].trim_ascii_end().ends_with(b"\\") {
            return next;
        }
        end = next + 1;
    }
}

/// Lowers commands of a text that starts at `start` of the file.
#[must_use]
pub(in crate::lang) fn lower(text: &[u8], start: usize, commands: &[Span]) -> Vec<Layer> {
    let island = |span: &Span| Island { language: "shell", span: Span::new(start + span.start, start + span.end) };
    islands::lower(text, &commands.iter().map(island).collect::<Vec<_>>())
}

/// Commands in comments: facts that comments carry.
#[must_use]
pub(in crate::lang) fn commented(text: &[u8], comments: &[Span]) -> Vec<Layer> {
    let commands: Vec<Span> = comments.iter().flat_map(|comment| find(text, *comment)).collect();
    let mut layers = lower(text, 0, &commands);
    layers.iter_mut().for_each(|layer| layer.carrier = Carrier::Comment);
    layers
}
