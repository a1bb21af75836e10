//! Commands in the middle of a text.
//!
//! Owns where an HTTP client's command line starts and ends in prose, a comment or a log. The decision to know: only
//! clients that carry credentials on their command line are looked for, so that prose stays prose.

use crate::lang::Layer;
use crate::lang::islands::{self, Island};
use crate::span::Span;

const CLIENTS: &[&str] = &["curl", "wget", "http", "https", "xh"];

/// A longer command is cut, so that openings without an end cost a bounded stretch each.
const LONGEST: usize = 4096;

/// Command lines in `range` of `text`, in order.
#[must_use]
pub(in crate::lang) fn find(text: &str, range: Span) -> Vec<Span> {
    let bytes = &text.as_bytes()[..range.end];
    let mut found: Vec<Span> = Vec::new();
    let mut line = range.start;
    while line < range.end {
        let end = memchr::memchr(b'\n', &bytes[line..]).map_or(range.end, |len| line + len);
        let mut from = line.max(found.last().map_or(0, |span| span.end));
        // Options are what makes a word a command.
        while let Some(option) = bytes.get(from..end).and_then(|rest| memchr::memmem::find(rest, b" -")) {
            let option = from + option;
            let word = bytes[from..option].iter().rposition(|byte| !is_word(*byte)).map_or(from, |at| from + at + 1);
            if CLIENTS.iter().any(|client| client.as_bytes() == &bytes[word..option])
                || is_client(&bytes[line..end], word - line)
            {
                found.push(Span::new(word, command_end(bytes, word, from.max(line))));
                from = found.last().map_or(end, |span| span.end);
            } else {
                from = option + 2;
            }
        }
        line = end + 1;
    }
    found
}

/// Whether the line starts with a client whose address comes first: `curl https://… -u id:key`.
fn is_client(line: &[u8], word: usize) -> bool {
    let start = line.iter().take_while(|byte| b" \t>$#%*-".contains(byte)).count();
    word == start && CLIENTS.iter().any(|client| line[start..].starts_with(client.as_bytes()))
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
