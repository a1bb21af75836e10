//! Calls that make what a person fills in: labels, translations, form fields.
//!
//! Owns requests that are made in code. Those under keys are [`super::keyed`]'s. The decision to know: one call asks
//! once, by its text where it has one, else by the field's name.

use std::collections::BTreeMap;

use super::{Context, Matched, RequestUse, snake};
use crate::facts::{Call, CallId, Value, ValueKind};
use crate::pack::Request;
use crate::span::Span;

/// Finds them in a layer.
pub(super) fn find<'p>(context: &Context<'_, 'p>, out: &mut Matched<'p>) {
    let carrier = context.carrier();
    let mut seen: BTreeMap<usize, usize> =
        out.requests.iter().map(|found| (found.span.start, found.span.end)).collect();
    for (id, call) in context.index.facts.calls.iter().enumerate() {
        let dotted = call.path.dotted();
        let asked = context.pack.requests.iter().find_map(|row| Some((row, asks(context, row, id, call, &dotted)?)));
        let Some((request, span)) = asked else { continue };
        // A label inside a field, or a field around a label, asks for the same.
        let around = seen.range(..=span.start).next_back().is_some_and(|(_, end)| *end >= span.end);
        let inside = seen.range(call.span.start..call.span.end.max(call.span.start)).next().is_some();
        if !around && !inside {
            seen.insert(span.start, span.end);
            let own = request.own.as_ref().is_some_and(|own| own.is_match(context.path));
            out.requests.push(RequestUse { request, span, own, carrier });
        }
    }
}

fn asks(context: &Context<'_, '_>, row: &Request, id: CallId, call: &Call, dotted: &str) -> Option<Span> {
    let is = |calls: &Option<crate::pack::expression::Expressions>| {
        calls.as_ref().is_some_and(|calls| calls.is_match(dotted))
    };
    let asking = |value: &Value| {
        let text = value.as_str().map(|text| &text.text);
        text.zip(row.texts.as_ref()).is_some_and(|(text, texts)| texts.is_match(text))
    };
    if is(&row.calls)
        && let Some(arg) = call.args.iter().find(|arg| asking(&arg.value))
    {
        return Some(arg.value.span);
    }
    let fields = row.fields.as_ref().filter(|_| is(&row.inputs))?;
    let field = |name: &str| fields.is_match(&snake(name));
    // A field's own text is its name; one that asks for something else is about something else.
    let first = call.args.first().filter(|arg| arg.name.is_none()).map(|arg| &arg.value);
    let named = first.filter(|value| value.as_str().is_some_and(|text| field(&text.text))).map(|value| value.span);
    let stored = || context.index.stored_as(id).iter().find(|path| field(path.last())).map(|path| path.span());
    let labelled = first.is_some_and(|value| matches!(value.kind, ValueKind::Call(_)));
    named.or_else(|| stored().filter(|_| !labelled))
}
