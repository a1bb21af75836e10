//! The place of a fix: the statement that was found, read again, and a little of what stands before it.
//!
//! Owns what the planner has to know of a file beyond the spans of a use: the arguments beside those that matched, and
//! the maps that names stand for. The decision to know: only the statement and a bounded stretch before it are read,
//! so that a file of many logins costs what its logins cost.

use std::cell::OnceCell;

use super::arguments::{self, Part};
use super::files::words;
use crate::facts::{Assign, Call, Facts, Name, Path, Value, ValueKind};
use crate::lang::{self, Language};
use crate::matcher::Use;
use crate::source::line_at;
use crate::span::Span;

/// How far before a statement the values of its names are looked for, in bytes.
const BEFORE: usize = 8 * 1024;

/// A statement and its surroundings.
pub(super) struct Place {
    language: &'static Language,
    statement: Span,
    facts: Facts,
    at: At,
    around: OnceCell<Facts>,
}

enum At {
    Call(usize),
    Assign(usize),
}

impl Place {
    /// Reads the statement of a use again, with its line where it takes its name from what stands before it. `None` where
    /// it does not read alone as it does in its file.
    pub(super) fn of(language: &'static Language, text: &[u8], found: &Use<'_>) -> Option<Self> {
        let lines = line_at(text, found.span.start).to(line_at(text, found.span.end));
        [found.span, lines.to(found.span)].into_iter().find_map(|stretch| {
            let facts = lowered(language, text, stretch)?;
            let at = match &found.callee {
                Some(callee) => {
                    let same = |call: &Call| call.path.0.last().is_some_and(|name| name.span == callee.span);
                    At::Call(facts.calls.iter().position(same)?)
                }
                None => At::Assign(facts.assigns.iter().position(|assign| assign.span == found.span)?),
            };
            Some(Self { language, statement: found.span, facts, at, around: OnceCell::new() })
        })
    }

    /// The call that was found.
    pub(super) fn call(&self) -> Option<&Call> {
        match self.at {
            At::Call(at) => self.facts.calls.get(at),
            At::Assign(_) => None,
        }
    }

    /// The assignment that was found.
    pub(super) fn assign(&self) -> Option<&Assign> {
        match self.at {
            At::Assign(at) => self.facts.assigns.get(at),
            At::Call(_) => None,
        }
    }

    /// The name of what is called or written to.
    pub(super) fn name(&self) -> Option<&Name> {
        match self.at {
            At::Call(at) => self.facts.calls.get(at)?.path.0.last(),
            At::Assign(at) => self.facts.assigns.get(at)?.target.0.last(),
        }
    }

    /// The arguments or items that stand beside those at `span`, which is some of them.
    pub(super) fn beside(&self, text: &[u8], span: Span) -> Option<Vec<Part<'_>>> {
        let here = self.statement.contains(span);
        let facts = if here { &self.facts } else { self.around(text) };
        let mut lists: Vec<Vec<Part<'_>>> = facts.calls.iter().map(|call| arguments::arguments(text, call)).collect();
        let arguments = facts.calls.iter().flat_map(|call| &call.args).map(|arg| &arg.value);
        let mut values: Vec<&Value> = arguments.chain(facts.assigns.iter().map(|assign| &assign.value)).collect();
        while let Some(value) = values.pop() {
            lists.extend(arguments::items(text, value));
            values.extend(value.children());
        }
        let holds = |list: &Vec<Part<'_>>| {
            list.iter().any(|part| part.span.start == span.start)
                && list.iter().any(|part| part.span.end == span.end || part.span.contains(span))
        };
        let extent = |list: &Vec<Part<'_>>| list.iter().map(|part| part.span).reduce(Span::to).map_or(0, Span::len);
        lists.into_iter().filter(holds).min_by_key(extent)
    }

    /// The map that a name stands for, written out before the statement.
    pub(super) fn map_of(&self, text: &[u8], path: &Path) -> Option<&Value> {
        let same = |assign: &&Assign| {
            assign.target.dotted() == path.dotted()
                && matches!(assign.value.kind, ValueKind::Map(_))
                && assign.span.end <= self.statement.start
        };
        self.around(text).assigns.iter().filter(same).max_by_key(|assign| assign.span).map(|assign| &assign.value)
    }

    /// Whether a value outside of the statement is kept under a name that only the statement reads.
    pub(super) fn owns(&self, text: &[u8], value: Span) -> bool {
        let keeps = |assign: &&Assign| assign.value.span.contains(value) && assign.target.0.len() == 1;
        let Some(name) = self.around(text).assigns.iter().filter(keeps).map(|assign| assign.target.last()).next()
        else {
            return false;
        };
        let name = name.trim_start_matches(['$', '@']);
        let inside = words(self.statement.of(text), name).count();
        !name.is_empty() && inside > 0 && words(text, name).count() == inside + 1
    }

    /// What stands before the statement and in it.
    pub(super) fn around(&self, text: &[u8]) -> &Facts {
        self.around.get_or_init(|| {
            let start = line_at(text, self.statement.start.saturating_sub(BEFORE)).start;
            lowered(self.language, text, Span::new(start, self.statement.end)).unwrap_or_default()
        })
    }
}

/// The facts of a stretch of code.
fn lowered(language: &'static Language, text: &[u8], span: Span) -> Option<Facts> {
    lang::lower(language, text, span).into_iter().next().map(|layer| layer.facts)
}
