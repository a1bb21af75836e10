//! Calls that make what a person fills in: labels, translations, form fields.
//!
//! Owns requests that are made in code. Those under keys are [`super::keyed`]'s, and what is one field is
//! [`super::asked`]'s to say. The decision to know: one call asks once, by its text where it has one, else by the
//! field's name.

use super::{Context, snake};
use crate::facts::{Call, CallId, Value, ValueKind};
use crate::pack::Request;
use crate::pack::expression::Expressions;
use crate::span::Span;

/// A call that asks.
pub(super) struct Made<'p> {
    pub(super) request: &'p Request,
    pub(super) call: CallId,
    /// The text, or the field's name.
    pub(super) span: Span,
    /// Whether it asks by a text.
    pub(super) said: bool,
}

/// Finds them in a layer.
pub(super) fn find<'p>(context: &Context<'_, 'p>) -> Vec<Made<'p>> {
    let calls = context.index.facts.calls.iter().enumerate();
    let asking = calls.filter_map(|(id, call)| {
        let dotted = call.path.dotted();
        context.pack.requests.iter().find_map(|row| asks(context, row, id, call, &dotted))
    });
    asking.collect()
}

fn asks<'p>(context: &Context<'_, '_>, row: &'p Request, id: CallId, call: &Call, dotted: &str) -> Option<Made<'p>> {
    let is = |calls: &Option<Expressions>| calls.as_ref().is_some_and(|calls| calls.is_match(dotted));
    let asking = |value: &Value| {
        let text = value.as_str().map(|text| &text.text);
        text.zip(row.texts.as_ref()).is_some_and(|(text, texts)| texts.is_match(text))
    };
    let made = |span: Span, said: bool| Some(Made { request: row, call: id, span, said });
    let says = call.args.iter().any(|arg| arg.value.as_str().is_some());
    if says
        && is(&row.calls)
        && let Some(arg) = call.args.iter().find(|arg| asking(&arg.value))
    {
        return made(arg.value.span, true);
    }
    let fields = row.fields.as_ref().filter(|_| is(&row.inputs))?;
    let field = |name: &str| fields.is_match(&snake(name));
    // A field's own text is its name; one that asks for something else is about something else.
    let first = call.args.first().filter(|arg| arg.name.is_none()).map(|arg| &arg.value);
    let named = first.filter(|value| value.as_str().is_some_and(|text| field(&text.text))).map(|value| value.span);
    let stored = || context.index.stored_as(id).iter().find(|path| field(path.last())).map(|path| path.span());
    let labelled = first.is_some_and(|value| matches!(value.kind, ValueKind::Call(_)));
    made(named.or_else(|| stored().filter(|_| !labelled))?, false)
}
