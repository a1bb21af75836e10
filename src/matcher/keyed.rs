//! Values under names: settings, constants, options, parameters, labels.
//!
//! Owns what a name or key says about its value, whatever the language or format. The decision to know: a name gives a
//! role only when it, or the file or class around it, names the vendor; the value's shape is judged later.

use std::cell::OnceCell;

use super::asked::{self, Asked};
use super::flat::Flat;
use super::visit::{self, Owner};
use super::{Context, Matched, Named, ParameterUse, binding, exposures, may_say, snake};
use crate::facts::{CallId, Name, Value, ValueKind};
use crate::link::Origin;
use crate::span::Span;

/// A value, the names that lead to it, and the call it is passed to.
pub(super) struct Keyed<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) key: Span,
    pub(super) value: &'a Value,
    pub(super) owner: Owner<'a>,
    pub(super) call: Option<CallId>,
    written: OnceCell<String>,
}

impl Keyed<'_> {
    /// The names as one, in snake case.
    pub(super) fn name(&self) -> &str {
        self.written.get_or_init(|| match self.names.as_slice() {
            [name] => snake(name),
            names => snake(&names.join("_")),
        })
    }
}

/// Finds everything that names say in a layer.
pub(super) fn find<'p>(context: &Context<'_, 'p>, out: &mut Matched<'p>, asked: &mut Vec<Asked<'p>>) {
    let facts = context.index.facts;
    let mut all = Vec::new();
    for entry in &facts.entries {
        let names = entry.path.0.iter().map(|name| name.text.as_str()).collect();
        keyed(
            names,
            entry.path.0.last().map_or(entry.span, |name| name.span),
            &entry.value,
            Owner::Nothing,
            None,
            &mut all,
        );
    }
    let entries = all.len();
    for assign in &facts.assigns {
        let names = assign.target.0.iter().map(|name| name.text.as_str()).filter(|name| *name != "self").collect();
        let at = Owner::Stored(&assign.target);
        keyed(names, assign.target.0.last().map_or(assign.span, |name| name.span), &assign.value, at, None, &mut all);
    }
    for (id, call) in facts.calls.iter().enumerate() {
        for arg in &call.args {
            let names = arg.name.iter().map(|name| name.text.as_str()).collect();
            let key = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
            keyed(names, key, &arg.value, Owner::Call(id), Some(id), &mut all);
        }
    }
    for param in facts.defs.iter().flat_map(|def| &def.params) {
        if let Some(default) = &param.default {
            keyed(vec![&param.name.text], param.name.span, default, Owner::Nothing, None, &mut all);
        }
    }
    for result in facts.returns.iter().chain(&facts.results) {
        keyed(Vec::new(), result.span, result, Owner::Nothing, None, &mut all);
    }
    for (at, item) in all.iter().enumerate() {
        named(context, item, at < entries, out);
        parameter(context, item, out);
    }
    asked::find(context, &all, asked);
    exposures::find(context, &all, out);
    let mut whole = Span::default();
    visit::values(facts, |owner, value| match &value.kind {
        // The parts of a text were seen with it.
        ValueKind::Str(_) | ValueKind::Concat(_) if !whole.contains(value.span) => {
            whole = value.span;
            encoded(context, owner, value, out);
        }
        _ => (),
    });
}

/// The value and, for a map, what is inside under longer names.
fn keyed<'a>(
    names: Vec<&'a str>,
    key: Span,
    value: &'a Value,
    owner: Owner<'a>,
    call: Option<CallId>,
    all: &mut Vec<Keyed<'a>>,
) {
    if let ValueKind::Map(items) = &value.kind {
        for item in items {
            let mut inner = names.clone();
            inner.extend(item.key.as_ref().map(|name| name.text.as_str()));
            keyed(inner, item.key.as_ref().map_or(item.value.span, |name| name.span), &item.value, owner, call, all);
        }
    }
    all.push(Keyed { names, key, value, owner, call, written: OnceCell::new() });
}

/// The full name in snake case: file and class names count where they name the vendor and the keys do not.
fn full_name(context: &Context<'_, '_>, item: &Keyed<'_>) -> String {
    let own = item.name();
    if own.contains(&context.pack.word) || own.is_empty() {
        return own.to_owned();
    }
    let word = &context.pack.word;
    let says = |name: &String| name.contains(word);
    let call = item.call.map(|id| &context.index.facts.calls[id].path);
    let call = call.filter(|path| path.0.iter().any(|name| may_say(&name.text, word)));
    let class = || {
        let at = item.value.span;
        let names = context.index.scopes_at(at.start).filter_map(|def| def.name.as_ref());
        if binding::in_ours(context, at) { names.map(|name| snake(&name.text)).find(says) } else { None }
    };
    let around = call.map(|path| snake(&path.dotted())).filter(says).or_else(class);
    let around = around.or_else(|| context.file.map(str::to_owned).filter(says));
    around.map_or_else(|| own.to_owned(), |around| format!("{around}_{own}"))
}

fn named(context: &Context<'_, '_>, item: &Keyed<'_>, is_entry: bool, out: &mut Matched<'_>) {
    if item.names.is_empty() || matches!(item.value.kind, ValueKind::Map(_)) {
        return;
    }
    let name = full_name(context, item);
    let Some(role) = context.pack.role_of_name(&name).filter(|role| role.is_secret()) else { return };
    // What an exempt call is given by name belongs to that call.
    if item.call.is_some() && out.spared.iter().any(|(span, _)| span.contains(item.value.span)) {
        return;
    }
    if let Some(reason) = context.spared_name(&name) {
        out.spared.push((item.key.to(item.value.span), reason.to_owned()));
        return;
    }
    let origins = context.index.origins(item.value);
    let key = || item.names.last().map(|name| Name { text: (*name).to_owned(), span: item.key });
    let configures = context.layer.language == "shell" && item.call.is_none() || is_entry;
    let entry = if configures { key() } else { None };
    out.named.push(Named { role, name, span: item.value.span, origins, carrier: context.carrier(), entry });
}

fn parameter<'p>(context: &Context<'_, 'p>, item: &Keyed<'_>, out: &mut Matched<'p>) {
    let Some(last) = item.names.last() else { return };
    for parameter in context.pack.parameters.iter().filter(|parameter| parameter.name == *last) {
        let origins = context.index.origins(item.value);
        let fits = |origin: &Origin| matches!((&parameter.values, origin), (Some(values), Origin::Literal { text, .. }) if values.is_match(text));
        if parameter.values.is_some() && !origins.iter().any(fits) {
            continue;
        }
        let Some(binding) = binding::of(context, item.owner, item.value.span) else { continue };
        out.parameters.push(ParameterUse {
            parameter,
            span: item.value.span,
            origins,
            binding,
            in_query: is_query(&item.names),
            carrier: context.carrier(),
        });
    }
}

/// Whether the keys before the last lead to a URL's query, as HTTP clients name it.
pub(super) fn is_query(names: &[&str]) -> bool {
    let parents = names.split_last().map_or(&[][..], |(_, parents)| parents);
    parents.iter().any(|name| matches!(snake(name).as_str(), "params" | "query" | "qs" | "search_params"))
}

/// Parameters inside a text: the query of a URL, the body of a form.
fn encoded<'c, 'p>(context: &Context<'c, 'p>, owner: Owner<'c>, value: &'c Value, out: &mut Matched<'p>) {
    if !value.has_text(|text| text.contains('=')) || !binding::names_vendor(context) {
        return;
    }
    let flat = Flat::of(context.index, value);
    for parameter in &context.pack.parameters {
        let Some((start, end)) = query(&flat.text, &parameter.name) else { continue };
        let fits = parameter.values.as_ref().is_none_or(|values| values.is_match(&flat.text[start..end]));
        let binding = if fits { binding::of(context, owner, value.span) } else { None };
        let Some(binding) = binding else { continue };
        let origins = flat.origins(context.index, start, end, value.span);
        let span = flat.file_span(start - parameter.name.len() - 1, end).unwrap_or(value.span);
        let in_query = flat.text[..start].contains('?');
        out.parameters.push(ParameterUse { parameter, span, origins, binding, in_query, carrier: context.carrier() });
    }
}

/// Where the value of `name=` stands in a query or a form body.
pub(super) fn query(text: &str, name: &str) -> Option<(usize, usize)> {
    let marked = |at: &usize| *at == 0 || matches!(text.as_bytes()[at - 1], b'?' | b'&' | b' ' | b'"' | b'\'');
    let found = text.match_indices(name).map(|(at, _)| at).filter(marked).map(|at| at + name.len());
    let start = found.into_iter().find(|&end| text[end..].starts_with('='))? + 1;
    let len = text[start..].find(['&', '"', '\'', ' ', '#']).unwrap_or(text.len() - start);
    Some((start, start + len))
}
