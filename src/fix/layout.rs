//! Lists as people lay them out: one line or many, commas or blanks, one kind of quote or the other.
//!
//! Owns how an entry leaves a list and how one comes in. It knows bytes and spans, no language. The decision to know: what
//! comes in looks like the entry before it.

use std::cmp::Ordering;

use crate::lang::{self, Language};
use crate::source::line_at;
use crate::span::Span;

/// What is to be cut so that `gone` leave a list of `entries`, with the separators that would be left over.
pub(super) fn without(text: &[u8], entries: &[Span], gone: &[Span]) -> Vec<Span> {
    let leaves = |entry: &Span| gone.iter().any(|span| span.contains(*entry));
    let mut cuts: Vec<Span> = Vec::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| leaves(entry)) {
        let next = entries.get(at + 1);
        let stays_before = entries[..at].iter().rev().find(|other| !leaves(other));
        let cut = match (next, stays_before) {
            _ if own_lines(text, *entry).is_some() => own_lines(text, *entry).unwrap_or(*entry),
            (Some(next), _) => Span::new(entry.start, until(text, *entry, *next)),
            (None, Some(before)) => Span::new(before.end, entry.end),
            (None, None) => *entry,
        };
        match cuts.last_mut() {
            Some(last) if last.overlaps(cut) || last.end == cut.start => *last = last.to(cut),
            _ => cuts.push(cut),
        }
    }
    cuts
}

/// Where what goes with an entry ends: at the next one, or at a comment that stands between them.
fn until(text: &[u8], entry: Span, next: Span) -> usize {
    let between = Span::new(entry.end.min(next.start), next.start).of(text);
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b',');
    let len = between.iter().take_while(|byte| blank(byte)).count();
    if between[len..].trim_ascii().is_empty() { next.start } else { entry.end + len }
}

/// The lines of an entry and its comma, when nothing else stands on them.
fn own_lines(text: &[u8], entry: Span) -> Option<Span> {
    let (first, last) = (line_at(text, entry.start), line_at(text, entry.end.saturating_sub(1).max(entry.start)));
    let before = Span::new(first.start, entry.start).of(text);
    let after = Span::new(entry.end, last.end.max(entry.end)).of(text).trim_ascii();
    // The last entry without a comma would leave one behind it to whoever comes before: legal in some languages only.
    let alone = before.trim_ascii().is_empty() && matches!(after, b"," | b"\\");
    let end = if text.get(last.end) == Some(&b'\n') { last.end + 1 } else { last.end };
    (alone && first.start > 0).then_some(Span::new(first.start, end))
}

/// Entries in the place of a run of others, on lines of their own where those were.
pub(super) fn run(text: &[u8], added: &[String], replaced: &[Span]) -> String {
    let lines = replaced.windows(2).all(|pair| {
        let between = pair[0].end.min(pair[1].start)..pair[1].start.max(pair[0].end);
        memchr::memchr(b'\n', Span::from(between).of(text)).is_some()
    });
    let spread = lines && replaced.len() > 1;
    match replaced.first().filter(|_| spread && added.len() > 1) {
        Some(first) => added.join(&format!(",\n{}", indentation(text, first.start))),
        None => added.join(", "),
    }
}

/// An entry that comes into a list at its end: where, and with what around it. `list` has its brackets; `airy` says
/// whether braces have blanks inside, where the list itself is empty.
pub(super) fn inserted(text: &[u8], list: Span, entries: &[Span], added: &str, airy: bool) -> Option<(Span, String)> {
    let Some(last) = entries.iter().max_by_key(|entry| entry.end) else {
        // Between the brackets, with the blanks that are there.
        let inside = list.of(text);
        let open = inside.iter().position(|byte| matches!(byte, b'{' | b'[' | b'('))? + 1;
        let close = inside.iter().rposition(|byte| matches!(byte, b'}' | b']' | b')'))?;
        let blank = inside.get(open..close)?;
        return blank.trim_ascii().is_empty().then(|| {
            let around = if inside.get(open - 1) == Some(&b'{') && airy { " " } else { "" };
            (Span::new(list.start + open, list.start + close), format!("{around}{added}{around}"))
        });
    };
    let rest = Span::new(last.end, list.end.max(last.end)).of(text);
    let comma = rest.iter().position(|byte| !byte.is_ascii_whitespace()).filter(|&at| rest[at] == b',');
    let line = line_at(text, last.start);
    let own_line = Span::new(line.start, last.start).of(text).trim_ascii().is_empty() && line.start > list.start;
    let breaks = if own_line { format!("\n{}", indentation(text, last.start)) } else { " ".to_owned() };
    let separated = entries.len() < 2
        || entries.windows(2).all(|pair| {
            let between = Span::new(pair[0].end.min(pair[1].start), pair[1].start.max(pair[0].end));
            between.of(text).contains(&b',')
        });
    Some(match comma {
        Some(at) if own_line => (Span::new(last.end + at + 1, last.end + at + 1), format!("{breaks}{added},")),
        _ if separated => (Span::new(last.end, last.end), format!(",{breaks}{added}")),
        _ => (Span::new(last.end, last.end), format!("{breaks}{added}")),
    })
}

/// The quote that a stretch of code prefers, in languages with two that mean the same around plain words.
pub(super) fn quote(language: &Language, around: &[u8]) -> Option<char> {
    let same = ["javascript", "python", "php", "ruby", "perl", "groovy", "r"].contains(&lang::family(language.name));
    let count = |quote: u8| memchr::memchr_iter(quote, around).count();
    match count(b'\'').cmp(&count(b'"')) {
        Ordering::Greater if same => Some('\''),
        Ordering::Less if same => Some('"'),
        _ => None,
    }
}

/// Code with `to` around those of its texts that hold nothing but plain words.
pub(super) fn quoted(code: &str, to: Option<char>) -> String {
    let Some(to) = to else { return code.to_owned() };
    let from = if to == '"' { '\'' } else { '"' };
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(open) = rest.find(['"', '\'', '`']) {
        let mark = rest[open..].chars().next().unwrap_or(from);
        let inside = &rest[open + 1..];
        let Some(close) = inside.find(mark) else { break };
        let text = &inside[..close];
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || " :-_".contains(c));
        let quote = if plain && mark == from { to } else { mark };
        out.push_str(&rest[..open]);
        out.extend([quote]);
        out.push_str(text);
        out.extend([quote]);
        rest = &inside[close + 1..];
    }
    out.push_str(rest);
    out
}

/// The blanks that the line at `at` starts with.
fn indentation(text: &[u8], at: usize) -> String {
    let line = line_at(text, at);
    let blanks = Span::new(line.start, at.max(line.start)).of(text);
    let len = blanks.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    String::from_utf8_lossy(&blanks[..len]).into_owned()
}
