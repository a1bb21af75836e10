//! `dekey: ignore[rule, other-rule] reason until=2027-01-31`, as comments have it.
//!
//! Owns the grammar. It knows no rule, no date of today and no language: it is given a comment, and reads what it says.
//! The decision to know: a directive stands at the start of its comment or of a line of it, or after a comment sign of
//! its own. So a comment that only speaks of directives is none, and what starts like one and cannot be read is said
//! to be wrong ([`Fault`]).

use jiff::civil::Date;

use crate::span::Span;

/// What a file must contain to hold a directive.
pub const NEEDLE: &str = "dekey:";

/// The word that makes it a directive.
const VERB: &[u8] = b"ignore";
/// More rules than this in one directive are not looked at.
const MAX_RULES: usize = 32;
/// Characters that are kept of a rule's name that is too long to be one, and of a reason.
const MAX_NAME: usize = 80;
/// See [`MAX_NAME`].
const MAX_REASON: usize = 300;
/// Signs that start a comment, and so a directive inside of another comment.
const SIGNS: &[&[u8]] = &[b"//", b"--", b"#", b";", b"%"];
/// What ends a comment, or a tag around it.
const CLOSINGS: &[&[u8]] = &[b"--%>", b"--}}", b"-->", b"*/", b"#}", b"%>", b"}}", b"*@", b"#>", b"*)", b"-}"];

/// A directive as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// From its first word to its last.
    pub(super) span: Span,
    /// Where what makes it a comment of its own starts: the sign before it, or else the same as `span`.
    pub(super) sign: usize,
    /// Whether nothing but signs stands before it on its line of the comment.
    pub(super) first: bool,
    /// Whether it runs to the end of its line of the comment.
    pub(super) last: bool,
    pub(super) rules: Vec<Named>,
    /// One line, blanks joined; may be empty.
    pub(super) reason: String,
    /// The last day on which it counts.
    pub(super) until: Option<Date>,
    /// What is wrong with it.
    pub(super) fault: Option<Fault>,
}

/// A rule's name as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) text: String,
    pub(super) span: Span,
}

/// Why a directive suppresses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `ignore-file` and the like.
    Verb,
    /// No rule between brackets, or no brackets.
    NoRule,
    /// A bracket without its counterpart.
    Open,
    /// More rules than anybody means.
    TooMany,
    NoReason,
    /// What stands after `until=`.
    Date(String),
    /// More than one `until=`.
    Dates,
}

/// The directives of the comment at `comment` of `text`, signs included, in order.
pub(super) fn all(text: &[u8], comment: Span) -> Vec<Written> {
    let comment = closed(text, comment);
    let mut found = Vec::new();
    let mut at = comment.start;
    while at < comment.end {
        let end = memchr::memchr(b'\n', &text[at..comment.end]).map_or(comment.end, |len| at + len);
        line(text, Span::new(at, end), &mut found);
        at = end + 1;
    }
    found
}

/// The comment without what ends it.
fn closed(text: &[u8], comment: Span) -> Span {
    let body = comment.of(text).trim_ascii_end();
    let closing = CLOSINGS.iter().find(|closing| body.len() > closing.len() && body.ends_with(closing));
    let len = body.len() - closing.map_or(0, |closing| closing.len());
    Span::new(comment.start, comment.start + len)
}

/// Reads one line of a comment.
fn line(text: &[u8], line: Span, found: &mut Vec<Written>) {
    let bytes = line.of(text);
    let margin = bytes.iter().take_while(|byte| is_margin(**byte)).count();
    let heads: Vec<(usize, usize)> = memchr::memmem::find_iter(bytes, NEEDLE)
        .filter_map(|at| {
            let sign = if at == margin { Some(at) } else { sign(bytes, at) };
            sign.filter(|_| is_directive(&bytes[at + NEEDLE.len()..])).map(|sign| (sign, at))
        })
        .collect();
    for (index, &(sign, at)) in heads.iter().enumerate() {
        let next = heads.get(index + 1);
        let end = next.map_or(bytes.len(), |(sign, _)| *sign);
        let end = at + bytes[at..end].trim_ascii_end().len();
        let mut written = read(text, Span::new(line.start + at, line.start + end));
        written.sign = line.start + sign;
        written.first = at == margin;
        written.last = next.is_none();
        found.push(written);
    }
}

/// What may stand between the start of a line and a directive: signs, but nothing that quotes it.
fn is_margin(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_punctuation() && !b"\"'`[]()>".contains(&byte)
}

/// Where the comment sign starts that stands directly before `at`.
fn sign(line: &[u8], at: usize) -> Option<usize> {
    const BLANKS: usize = 4;
    let near = &line[at.saturating_sub(BLANKS)..at];
    let blanks = near.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let before = &line[..at - blanks];
    let sign = SIGNS.iter().find(|sign| before.ends_with(sign))?;
    let start = before.len() - sign.len();
    (start == 0 || matches!(before[start - 1], b' ' | b'\t')).then_some(start)
}

/// Whether what follows the first word is meant as a directive.
fn is_directive(rest: &[u8]) -> bool {
    let after = rest.trim_ascii_start().strip_prefix(VERB);
    after.is_some_and(|after| !after.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'))
}

/// Reads the directive that fills `span`.
fn read(text: &[u8], span: Span) -> Written {
    let mut written = Written {
        span,
        sign: span.start,
        first: true,
        last: true,
        rules: Vec::new(),
        reason: String::new(),
        until: None,
        fault: None,
    };
    let bytes = span.of(text);
    let blanks = |at: usize| at + bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let verb = blanks(NEEDLE.len()) + VERB.len();
    let open = blanks(verb);
    written.fault = match bytes.get(open) {
        Some(b'[') => None,
        Some(b'-') if open == verb => Some(Fault::Verb),
        _ => Some(Fault::NoRule),
    };
    if written.fault.is_some() {
        return written;
    }
    let Some(close) = memchr::memchr(b']', &bytes[open..]).map(|len| open + len) else {
        written.fault = Some(Fault::Open);
        return written;
    };
    let mut at = open + 1;
    for part in bytes[open + 1..close].split(|byte| *byte == b',') {
        let name = part.trim_ascii();
        if written.rules.len() == MAX_RULES && !name.is_empty() {
            written.fault = Some(Fault::TooMany);
            break;
        }
        if !name.is_empty() {
            let from = span.start + at + part.len() - part.trim_ascii_start().len();
            let text = cut(String::from_utf8_lossy(name).chars(), MAX_NAME);
            written.rules.push(Named { text, span: Span::new(from, from + name.len()) });
        }
        at += part.len() + 1;
    }
    let (reason, until) = words(&bytes[close + 1..]);
    written.reason = reason;
    let said = written.reason.chars().any(char::is_alphanumeric);
    written.fault = written.fault.or_else(|| match until {
        _ if written.rules.is_empty() => Some(Fault::NoRule),
        Err(fault) => Some(fault),
        Ok(until) => {
            written.until = until;
            (!said).then_some(Fault::NoReason)
        }
    });
    written
}

/// The reason, without the date.
fn words(rest: &[u8]) -> (String, Result<Option<Date>, Fault>) {
    let rest = String::from_utf8_lossy(rest);
    let mut until = Ok(None);
    let mut reason = String::new();
    let separators = [' ', '\t', ':', '-', '–', '—', ','];
    for word in rest.trim_start_matches(separators).split_whitespace() {
        match (word.strip_prefix("until="), &until) {
            (Some(_), Ok(Some(_))) => until = Err(Fault::Dates),
            (Some(day), Ok(None)) => {
                until = date(day).map(Some).ok_or_else(|| Fault::Date(cut(day.chars(), MAX_NAME)));
            }
            (Some(_), Err(_)) => (),
            (None, _) => {
                if !reason.is_empty() {
                    reason.push(' ');
                }
                reason.push_str(word);
            }
        }
    }
    // After a date that comes first.
    let reason = cut(reason.trim_start_matches(separators).chars(), MAX_REASON);
    (reason, until)
}

/// A day of the calendar, `2027-01-31`.
fn date(text: &str) -> Option<Date> {
    let shape = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    (text.len() == 10 && text.bytes().enumerate().all(shape)).then(|| text.parse().ok())?
}

/// At most so many characters, and a sign that there were more.
fn cut(mut chars: impl Iterator<Item = char>, most: usize) -> String {
    let mut kept: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests;
