//! Tokens that reach somebody who is not their owner.
//!
//! Owns which tokens are shown: to a log, a browser, a URL, another host. Which values are tokens is [`super::tokens`]'s.
//! The decision to know: what shows a value is the pack's.

use std::borrow::Cow;

use super::flat::Flat;
use super::keyed::{Keyed, is_query, query};
use super::tokens::{Held, MAX_DEPTH, Tokens};
use super::visit;
use super::{Context, ExposureUse, Handed, Matched, binding};
use crate::facts::{Call, Value, ValueKind};
use crate::link::Origin;
use crate::pack::Exposure;

/// Finds everything that shows a token in a layer whose logins are known.
pub(super) fn find<'c, 'p>(context: &Context<'c, 'p>, all: &[Keyed<'c>], out: &mut Matched<'p>) {
    let carrier = context.carrier();
    let tokens = Tokens::of(context, all, out);
    let facts = context.index.facts;
    let rows: Vec<&'p Exposure> = context
        .pack
        .exposures
        .iter()
        .filter(|row| row.files.as_ref().is_none_or(|files| files.is_match(context.path)))
        .collect();
    let mut found: Vec<(&'p Exposure, Held)> = Vec::new();
    for call in &facts.calls {
        let dotted = called(context, call);
        // Hardly any call shows something, so all rows are asked at once first.
        let any = if context.pack.shown_by_calls.may_match(&dotted) { rows.as_slice() } else { &[] };
        for row in any.iter().filter(|row| row.calls.as_ref().is_some_and(|calls| calls.is_match(&dotted))) {
            let values = call.args.iter().map(|arg| &arg.value);
            found.extend(values.flat_map(|value| tokens.shown(row, value)).map(|held| (*row, held)));
        }
        out.handed.extend(handed(&tokens, call));
    }
    for assign in &facts.assigns {
        let dotted = assign.target.dotted();
        for row in rows.iter().filter(|row| row.targets.as_ref().is_some_and(|paths| paths.is_match(&dotted))) {
            found.extend(tokens.held(&assign.value).into_iter().map(|held| (*row, held)));
        }
    }
    let by_name = |row: &&&Exposure| row.keys.is_some() || row.variables.is_some() || !row.parameters.is_empty();
    let by_name: Vec<&'p Exposure> = rows.iter().filter(by_name).copied().collect();
    for item in all {
        for row in &by_name {
            for held in keyed(&tokens, row, item) {
                found.push((row, held));
            }
        }
    }
    visit::values(facts, |_, value| {
        let ValueKind::Env(name) = &value.kind else { return };
        let shows = |row: &&&'p Exposure| row.variables.as_ref().is_some_and(|names| names.is_match(&name.text));
        let held = || Held { span: name.span, name: name.text.clone(), origins: context.index.origins(value) };
        found.extend(rows.iter().filter(shows).map(|row| (*row, held())));
    });
    out.exposures.extend(found.into_iter().map(|(exposure, held)| ExposureUse {
        exposure,
        span: held.span,
        name: held.name,
        origins: held.origins,
        carrier,
    }));
}

/// The dotted path of a call, with that of the call it is made on.
fn called<'c>(context: &Context<'_, '_>, call: &'c Call) -> Cow<'c, str> {
    let mut dotted = call.path.dotted();
    let mut receiver = call.receiver.as_deref();
    for _ in 0..MAX_DEPTH {
        let Some(ValueKind::Call(id)) = receiver.map(|value| &value.kind) else { break };
        let on: &Call = &context.index.facts.calls[*id];
        dotted = Cow::Owned(format!("{}.{dotted}", on.path.dotted()));
        receiver = on.receiver.as_deref();
    }
    dotted
}

/// Tokens under a key whose value others read, or in the query of a URL of the vendor.
fn keyed(tokens: &Tokens<'_>, row: &Exposure, item: &Keyed<'_>) -> Vec<Held> {
    let context = tokens.context;
    if row.keys.as_ref().is_some_and(|keys| !item.names.is_empty() && keys.is_match(item.name())) {
        return tokens.shown(row, item.value);
    }
    let defined = item.names.last().filter(|_| matches!(item.owner, visit::Owner::Nothing));
    if let Some(name) = defined.filter(|name| row.variables.as_ref().is_some_and(|names| names.is_match(name))) {
        let origins = vec![Origin::Env { name: (*name).to_owned(), span: item.key }];
        return vec![Held { span: item.key, name: (*name).to_owned(), origins }];
    }
    if row.parameters.is_empty() {
        return Vec::new();
    }
    if item.names.last().is_some_and(|last| row.parameters.iter().any(|name| name == last)) && is_query(&item.names) {
        let held = tokens.any(item.value);
        return held.filter(|_| binding::of(context, item.owner, item.value.span).is_some()).into_iter().collect();
    }
    if !matches!(item.value.kind, ValueKind::Concat(_)) || !item.value.has_text(|text| text.contains('=')) {
        return Vec::new();
    }
    let flat = Flat::of(context.index, item.value);
    let inside = |parameter: &String| {
        let (start, end) = query(&flat.text, parameter)?;
        let url = flat.text[..start].contains('?');
        let held = tokens.any(flat.hole_value(&flat.text[start..end])?).filter(|_| url)?;
        binding::of(context, item.owner, item.value.span)?;
        Some(Held { span: item.value.span, ..held })
    };
    row.parameters.iter().find_map(inside).into_iter().collect()
}

/// A token in a request whose URL names another host than the vendor's.
fn handed(tokens: &Tokens<'_>, call: &Call) -> Option<Handed> {
    let context = tokens.context;
    let url = call.args.iter().find_map(|arg| match (&arg.name, &arg.value.kind) {
        (None, ValueKind::Str(_) | ValueKind::Concat(_) | ValueKind::Ref(_)) => host(context, &arg.value),
        (Some(name), _) if is_url(&name.text) => host(context, &arg.value),
        (None, ValueKind::Map(items)) => {
            let items = items.iter().filter(|item| item.key.as_ref().is_some_and(|key| is_url(&key.text)));
            items.filter_map(|item| host(context, &item.value)).next()
        }
        _ => None,
    })?;
    let held = call.args.iter().flat_map(|arg| tokens.held(&arg.value)).next()?;
    Some(Handed { span: held.span, host: url, origins: held.origins, carrier: context.carrier() })
}

fn is_url(name: &str) -> bool {
    matches!(name, "url" | "uri" | "URL" | "baseURL" | "base_url" | "endpoint" | "href")
}

/// The foreign host that a URL starts with.
fn host(context: &Context<'_, '_>, value: &Value) -> Option<String> {
    let first = match &value.kind {
        ValueKind::Concat(parts) => parts.first().unwrap_or(value),
        _ => value,
    };
    if first.as_str().is_some_and(|text| !text.text.is_empty() && !text.text.starts_with("http")) {
        return None;
    }
    let text = Flat::of(context.index, value).text;
    text.starts_with("http").then(|| binding::foreign(context.pack, &text)).flatten()
}
