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
    /// The last segment of what is called; empty for an assignment.
    pub(super) callee: String,
}

/// Prints the deciding statement of `code`, with `environment` in place of `TOKEN`. `None` where the code holds
/// anything that only the file can say.
pub(super) fn of(language: &'static Language, code: &str, environment: &str) -> Option<Replacement> {
    let layers = lang::lower(language, code.as_bytes(), Span::new(0, code.len()));
    let facts = &layers.first()?.facts;
    let print = |span: Span, slot: Span| {
        let span = marked(code.as_bytes(), span);
        let text = |start: usize, end: usize| code.get(start..end).unwrap_or_default();
        format!("{}{environment}{}", text(span.start, slot.start), text(slot.end, span.end))
    };
    let Some(call) =
        facts.calls.iter().rev().find(|call| call.args.iter().any(|arg| token(facts, &arg.value).is_some()))
    else {
        let assign = facts.assigns.iter().find(|assign| token(facts, &assign.value).is_some())?;
        let statement = print(assign.span, token(facts, &assign.value)?);
        return Some(Replacement { arguments: String::new(), items: None, statement, callee: String::new() });
    };
    let slot = call.args.iter().find_map(|arg| token(facts, &arg.value))?;
    let items = call.args.iter().filter_map(|arg| match &arg.value.kind {
        ValueKind::Map(items) if arg.name.is_none() => Some(items.iter().map(|item| (item.key.as_ref(), &item.value))),
        _ => None,
    });
    let items = kept(facts, items.flatten()).map(|run| print(run, slot));
    let arguments = print(kept(facts, call.args.iter().map(|arg| (arg.name.as_ref(), &arg.value)))?, slot);
    let open = |text: &String| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| matches!(word, "ANY" | "URL"))
    };
    if open(&arguments) || items.as_ref().is_some_and(open) {
        return None;
    }
    Some(Replacement { arguments, items, statement: print(call.span, slot), callee: call.path.last().to_owned() })
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

/// The run of arguments or items that the construct names, from the first to the last.
pub(super) fn run(found: &Use<'_>, text: &[u8]) -> Option<Span> {
    let span = found.matched.iter().copied().reduce(Span::to)?;
    found.matched.iter().all(|part| found.span.contains(*part)).then(|| marked(text, span))
}

/// The span with the mark of the key it starts with (`:key`, `'key'`).
fn marked(text: &[u8], span: Span) -> Span {
    let mark = span.start.checked_sub(1).filter(|&at| matches!(text.get(at), Some(b':' | b'"' | b'\'')));
    Span::new(mark.unwrap_or(span.start), span.end)
}
