//! The arguments of a replacement, and the run of arguments they replace.

use crate::facts::{Facts, Name, Value, ValueKind};
use crate::lang::{self, Language};
use crate::matcher::Use;
use crate::pack::pattern::role_of;
use crate::pack::schema::Role;
use crate::span::Span;

/// A replacement, printed for one language.
pub(super) struct Replacement {
    /// The arguments that hold the token, and the empty ones beside it.
    pub(super) arguments: String,
    /// The items of a map argument that do.
    pub(super) items: Option<String>,
    /// The whole statement.
    pub(super) statement: String,
    /// Whether the statement, not only its arguments, must change.
    pub(super) whole: bool,
}

/// Prints the deciding statement of `code`, with `environment` in place of `TOKEN`.
pub(super) fn of(language: &'static Language, code: &str, environment: &str) -> Option<Replacement> {
    let layers = lang::lower(language, code.as_bytes(), Span::new(0, code.len()));
    let facts = &layers.first()?.facts;
    if let Some(assign) = facts.assigns.iter().find(|assign| token(facts, &assign.value).is_some()) {
        let statement = printed(code, assign.span, token(facts, &assign.value)?, environment);
        return Some(Replacement { arguments: String::new(), items: None, statement, whole: true });
    }
    let call = facts.calls.iter().rev().find(|call| call.args.iter().any(|arg| token(facts, &arg.value).is_some()))?;
    let slot = call.args.iter().find_map(|arg| token(facts, &arg.value))?;
    let items = call.args.iter().filter_map(|arg| match &arg.value.kind {
        ValueKind::Map(items) if arg.name.is_none() => Some(items.iter().map(|item| (item.key.as_ref(), &item.value))),
        _ => None,
    });
    let inside = kept(facts, items.flatten());
    let arguments = kept(facts, call.args.iter().map(|arg| (arg.name.as_ref(), &arg.value)))?;
    Some(Replacement {
        items: inside.map(|run| printed(code, run, slot, environment)),
        arguments: printed(code, arguments, slot, environment),
        statement: printed(code, call.span, slot, environment),
        whole: false,
    })
}

/// The run of arguments or items that hold the token, and of the empty ones beside it.
fn kept<'a>(facts: &Facts, parts: impl Iterator<Item = (Option<&'a Name>, &'a Value)>) -> Option<Span> {
    let keeps = |value: &Value| {
        let empty = value.as_str().is_some_and(|text| text.text.is_empty());
        empty || token(facts, value).is_some() || matches!(value.kind, ValueKind::Null)
    };
    let parts = parts.filter(|(_, value)| keeps(value));
    parts.map(|(key, value)| key.map_or(value.span, |key| key.span.to(value.span))).reduce(Span::to)
}

fn printed(code: &str, span: Span, slot: Span, environment: &str) -> String {
    let text = |start: usize, end: usize| code.get(start..end).unwrap_or_default();
    format!("{}{environment}{}", text(span.start, slot.start), text(slot.end, span.end))
}

/// Where `TOKEN` stands inside a value.
fn token(facts: &Facts, value: &Value) -> Option<Span> {
    let is_token = |name: &str| role_of(name) == Some(Role::Token);
    match &value.kind {
        ValueKind::Ref(path) if is_token(path.last()) => Some(value.span),
        ValueKind::Env(name) if is_token(&name.text) => Some(value.span),
        ValueKind::Str(text) if is_token(&text.text) => Some(value.span),
        ValueKind::Call(id) => facts.calls[*id].args.iter().find_map(|arg| token(facts, &arg.value)),
        _ => value.children().find_map(|child| token(facts, child)),
    }
}

/// The run of arguments or items that the construct names, from the first to the last, with the marks of its first key
/// (`:key`, `'key'`).
pub(super) fn run(found: &Use<'_>, text: &[u8]) -> Option<Span> {
    let span = found.matched.iter().copied().reduce(Span::to)?;
    let mark = span.start.checked_sub(1).filter(|&at| matches!(text.get(at), Some(b':' | b'"' | b'\'')));
    let marked = Span::new(mark.unwrap_or(span.start), span.end);
    found.matched.iter().all(|part| found.span.contains(*part)).then_some(marked)
}
