//! A text with holes: strings and concatenations laid flat.
//!
//! Owns the one view of `a + ":" + b`, `"#{a}:#{b}"` and `"id:key"` that lets them be searched alike. The decision to
//! know: a part whose text is unknown is one character of a private range, so an expression can match across it and
//! still give the part back.

use crate::facts::{Value, ValueKind};
use crate::link::{Index, Origin};
use crate::span::Span;

/// First character that stands for an unknown part.
const HOLE: u32 = 0xE000;
/// Parts beyond this many are left out; the private range has room for them.
const MAX_HOLES: usize = 512;

/// A run of known text.
struct Run {
    /// Where it starts and ends in the flat text.
    start: usize,
    end: usize,
    /// Where it stands in the file.
    content: Span,
}

/// A text with holes.
pub(super) struct Flat<'a> {
    /// The text, holes as private characters.
    pub(super) text: String,
    holes: Vec<&'a Value>,
    runs: Vec<Run>,
}

impl<'a> Flat<'a> {
    /// Lays a value flat, following names to strings.
    pub(super) fn of(index: &Index<'a>, value: &'a Value) -> Self {
        let mut flat = Self { text: String::new(), holes: Vec::new(), runs: Vec::new() };
        flat.push(index, value, 0);
        flat
    }

    fn push(&mut self, index: &Index<'a>, value: &'a Value, depth: usize) {
        match &value.kind {
            ValueKind::Str(text) => {
                let start = self.text.len();
                self.text.push_str(&text.text);
                self.runs.push(Run { start, end: self.text.len(), content: text.content });
            }
            ValueKind::Concat(parts) if depth < 4 => parts.iter().for_each(|part| self.push(index, part, depth + 1)),
            ValueKind::Ref(_) if depth < 4 => match index.resolve(value).as_slice() {
                [next] if matches!(next.kind, ValueKind::Str(_) | ValueKind::Concat(_)) => {
                    self.push(index, next, depth + 1)
                }
                _ => self.hole(value),
            },
            _ => self.hole(value),
        }
    }

    fn hole(&mut self, value: &'a Value) {
        if self.holes.len() < MAX_HOLES {
            self.text.extend(char::from_u32(HOLE + self.holes.len() as u32));
            self.holes.push(value);
        }
    }

    /// The value behind a text that is one hole.
    pub(super) fn hole_value(&self, text: &str) -> Option<&'a Value> {
        let mut chars = text.chars();
        let at = (chars.next()? as u32).checked_sub(HOLE)? as usize;
        if chars.next().is_none() { self.holes.get(at).copied() } else { None }
    }

    /// Where the part `start..end` of the text comes from; `around` is the span to name when it has none of its own.
    pub(super) fn origins(&self, index: &Index<'a>, start: usize, end: usize, around: Span) -> Vec<Origin> {
        let part = &self.text[start..end];
        if part.trim().is_empty() {
            return vec![Origin::Blank { span: around }];
        }
        if let Some(value) = self.hole_value(part) {
            return index.origins(value);
        }
        if part.chars().any(is_hole) {
            return vec![Origin::Unknown { span: around }];
        }
        let span = self.file_span(start, end).unwrap_or(around);
        vec![match template(part) {
            Some(name) => Origin::Name { dotted: name.to_owned(), span },
            None => Origin::Literal { text: part.to_owned(), span },
        }]
    }

    /// The code or text that is the part, where it is one piece.
    pub(super) fn span(&self, start: usize, end: usize) -> Option<Span> {
        let hole = self.hole_value(&self.text[start..end]).map(|value| value.span);
        hole.or_else(|| self.file_span(start, end))
    }

    /// Where the part `start..end` of the text is written inside of `around`, which is given where it is not.
    pub(super) fn span_in(&self, start: usize, end: usize, around: Span) -> Span {
        self.span(start, end).filter(|span| around.contains(*span)).unwrap_or(around)
    }

    /// The file's bytes behind a part of the text; all of its run where escapes make them differ.
    pub(super) fn file_span(&self, start: usize, end: usize) -> Option<Span> {
        let run = self.runs.iter().find(|run| run.start <= start && end <= run.end)?;
        let exact = run.end - run.start == run.content.len();
        let shifted = |at: usize| run.content.start + at - run.start;
        Some(if exact { Span::new(shifted(start), shifted(end)) } else { run.content })
    }
}

/// Whether the character stands for an unknown part.
pub(super) fn is_hole(c: char) -> bool {
    (HOLE..HOLE + MAX_HOLES as u32).contains(&(c as u32))
}

/// The name inside `{{name}}`, `${name}`, `%{name}`, `<name>`, `%s`.
pub(super) fn template(text: &str) -> Option<&str> {
    const MARKS: [(&str, &str); 7] =
        [("{{", "}}"), ("${", "}"), ("%{", "}"), ("#{", "}"), ("<%=", "%>"), ("<", ">"), ("{", "}")];
    let inside = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close).map(str::trim);
    let shell =
        || text.strip_prefix('$').filter(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    MARKS.iter().find_map(inside).or_else(|| matches!(text, "%s" | "%v" | "%@").then_some(text)).or_else(shell)
}
