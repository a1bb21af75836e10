//! What of a text belongs to one definition, and how it is taken out.
//!
//! Owns the shapes that definitions have on their lines. The decision to know: a definition that has its lines for itself
//! goes with them; one among others on a line goes with the comma or blank that parts it from its neighbours.

use super::definitions::Definition;
use super::lines;
use crate::source::line_at;
use crate::span::Span;

/// What belongs to a definition.
#[derive(Clone, Copy)]
pub(super) enum Extent {
    /// Whole lines, without the last line's end.
    Lines(Span),
    /// A part of a line.
    Part(Span),
}

/// What may stand before a name on its line, without blanks, quotes and marks.
const LEADS: [&str; 14] = [
    "",
    "export",
    "set",
    "setx",
    "env",
    "arg",
    "variable",
    "name:",
    "key:",
    "environment=",
    "env[",
    "setenv",
    "declare-x",
    "local",
];

/// The bytes that belong to it.
pub(super) fn extent(text: &[u8], definition: &Definition) -> Span {
    match of(text, definition) {
        Extent::Lines(span) | Extent::Part(span) => span,
    }
}

/// What belongs to it.
pub(super) fn of(text: &[u8], definition: &Definition) -> Extent {
    let part = part(text, definition);
    lines_of(text, definition, part).map_or(Extent::Part(part), Extent::Lines)
}

fn lines_of(text: &[u8], definition: &Definition, part: Span) -> Option<Span> {
    let first = line_at(text, part.start);
    let last = line_at(text, part.end);
    let before = Span::new(first.start, part.start).of(text);
    let after = Span::new(part.end, last.end.max(part.end)).of(text).trim_ascii();
    let whole = first.to(last);
    let line = whole.of(text).trim_ascii();
    let element = line.starts_with(b"<") && line.ends_with(b">");
    if element {
        let alone = memchr::memchr_iter(b'<', line).count() <= if line.ends_with(b"/>") { 1 } else { 2 };
        return alone.then_some(whole);
    }
    let row = before.trim_ascii().starts_with(b"|") && line.ends_with(b"|");
    if row {
        return Some(whole);
    }
    // A line that goes on is parted from its neighbours by backslashes.
    if first.start > 0 && line_at(text, first.start - 1).of(text).trim_ascii_end().ends_with(b"\\") {
        return None;
    }
    let mark = |byte: &u8| b" \t\"'`-#;/*|".contains(byte);
    let lead: String = before.iter().filter(|byte| !mark(byte)).map(|byte| byte.to_ascii_lowercase() as char).collect();
    let dash = before.iter().position(|byte| *byte == b'-').filter(|at| before[..*at].trim_ascii().is_empty());
    if lead == "{name:" || lead == "{key:" {
        return matches!(after, [.., b'}'] | [.., b'}', b',']).then_some(whole);
    }
    if !LEADS.contains(&lead.as_str()) {
        return None;
    }
    if lead.ends_with(':') {
        // An item of a list that names its variable.
        if let Some(dash) = dash {
            return lines::deeper(text, first, dash);
        }
        let above = line_at(text, first.start.checked_sub(1)?);
        return (above.of(text).trim_ascii() == b"{").then(|| lines::braced(text, above)).flatten();
    }
    let comment = after.starts_with(b"#") || after.starts_with(b"//");
    if comment || matches!(after, b"" | b"," | b";" | b"*/" | b"]") {
        return Some(whole);
    }
    if definition.value.is_some() && !definition.is_group(text) {
        return None;
    }
    match after {
        b":" | b"=" => {
            let column = before.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            lines::deeper(text, first, column)
        }
        _ if after.ends_with(b"{") || after.ends_with(b"}") || after.ends_with(b"},") => lines::braced(text, first),
        // An item of a list in a document, with what it says.
        _ if dash.is_some() || before.trim_ascii().starts_with(b"*") => Some(whole),
        _ => None,
    }
}

/// From the name to the end of the value, with their quotes.
fn part(text: &[u8], definition: &Definition) -> Span {
    let span = if definition.is_group(text) { definition.key } else { definition.span() };
    let quote = |at: Option<usize>| at.and_then(|at| text.get(at)).filter(|byte| b"\"'`".contains(byte));
    let before = span.start.checked_sub(1);
    let opened = quote(before);
    let closed = quote(Some(span.end));
    match (opened, closed) {
        (Some(open), Some(close)) if open == close => Span::new(span.start - 1, span.end + 1),
        // The name has quotes of its own.
        (Some(_), _) if definition.value.is_some() && !definition.is_group(text) => Span::new(span.start - 1, span.end),
        _ => span,
    }
}

/// The spans to take out, so that nothing is left of the definitions: with line ends, separators, and a comma before what
/// was the last of its kind. `braces` is set where the last of a list must have no comma after it.
pub(super) fn removals(text: &[u8], extents: &[Extent], braces: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = extents
        .iter()
        .map(|extent| match *extent {
            Extent::Lines(span) => lines::with_end(text, span),
            Extent::Part(span) => parted(text, span),
        })
        .collect();
    spans.sort_unstable();
    for at in 0..spans.len() {
        let (span, last) = (spans[at], spans.get(at + 1).is_none_or(|next| next.start > spans[at].end));
        // One empty line is enough where two would meet.
        let above = span.start == 0 || line_at(text, span.start - 1).of(text).trim_ascii().is_empty();
        let below = line_at(text, span.end);
        let whole = span.end == below.start && span.end < text.len() && below.of(text).trim_ascii().is_empty();
        if last && above && whole && (span.start == 0 || text[span.start - 1] == b'\n') {
            spans[at].end = lines::with_end(text, below).end;
        }
    }
    let mut whole: Vec<Span> = Vec::new();
    for span in spans {
        match whole.last_mut().filter(|last| last.end >= span.start) {
            Some(last) => *last = last.to(span),
            None => whole.push(span),
        }
    }
    // Where the last line has no end, the line that becomes the last one loses its own.
    if let Some(last) = whole.last_mut().filter(|last| last.end == text.len() && !text.ends_with(b"\n")) {
        let before = &text[..last.start];
        let kept = before.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        last.start = kept.map_or(last.start, <[u8]>::len);
    }
    if !braces {
        return whole;
    }
    let mut commas = Vec::new();
    for (at, span) in whole.iter().enumerate() {
        let closes = text[span.end..].iter().find(|byte| !byte.is_ascii_whitespace());
        if !matches!(closes, Some(b'}' | b']')) || at > 0 && whole[at - 1].end == span.start {
            continue;
        }
        let before = text[..span.start].iter().rposition(|byte| !byte.is_ascii_whitespace());
        commas.extend(before.filter(|at| text[*at] == b',').map(|at| Span::new(at, at + 1)));
    }
    whole.extend(commas);
    whole.sort_unstable();
    whole
}

/// A part of a line with what parts it from its neighbours.
fn parted(text: &[u8], span: Span) -> Span {
    let blanks = |from: usize| text[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut end = span.end + blanks(span.end);
    if text.get(end) == Some(&b',') {
        end += 1;
        return Span::new(span.start, end + blanks(end));
    }
    let goes_on =
        |at: usize| text.get(at) == Some(&b'\\') && matches!(text[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]);
    if goes_on(end) {
        let next = line_at(text, end).end.max(end + 1);
        let next = lines::with_end(text, Span::new(next, next)).end;
        return Span::new(span.start, next + blanks(next));
    }
    let above = text[..span.start].iter().rposition(|byte| !byte.is_ascii_whitespace());
    if matches!(text.get(end), None | Some(b'\n' | b'\r'))
        && let Some(above) = above.filter(|at| goes_on(*at))
    {
        let kept = text[..above].iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
        return Span::new(kept, end);
    }
    let before = text[..span.start].iter().rposition(|byte| !matches!(byte, b' ' | b'\t'));
    match before.filter(|at| text[*at] == b',') {
        Some(comma) => Span::new(comma, span.end),
        None if end > span.end => Span::new(span.start, end),
        None => {
            let blank = text[..span.start].ends_with(b" ");
            Span::new(span.start - usize::from(blank), span.end)
        }
    }
}
