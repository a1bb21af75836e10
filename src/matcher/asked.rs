//! Labels, placeholders and fields that ask somebody for a credential.
//!
//! Owns what a user interface says, in whatever language or format it is written. The decision to know: a field is
//! asked for once. Its tag, its label and the texts on both are one request, and its words say it best.

use std::collections::HashMap;

use super::keyed::Keyed;
use super::{Context, Matched, RequestUse, requests, sites, snake};
use crate::facts::{CallId, Carrier};
use crate::pack::Request;
use crate::span::Span;

/// How plainly a request asks, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Plainness {
    /// A text of the field itself.
    Own,
    /// The text of an element, such as a label.
    Label,
    /// Only the field's name.
    Name,
}

/// A request, and the field it is of.
#[derive(Clone)]
pub(super) struct Asked<'p> {
    request: &'p Request,
    span: Span,
    plainness: Plainness,
    field: Option<Field>,
    /// Whether whoever is asked runs the program for themselves.
    own: bool,
    carrier: Carrier,
}

/// What tells one field from another.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Field {
    /// The id that ties a label to its field.
    Id(String),
    /// The tag or call.
    Call(CallId),
}

/// A field is the one of the label this close before it.
const BESIDE: usize = 400;

/// Finds the requests of a layer; one for each field that is told apart by a tag, a call or an id.
pub(super) fn find<'p>(context: &Context<'_, 'p>, items: &[Keyed<'_>], all: &mut Vec<Asked<'p>>) {
    let mut found: Vec<Asked<'p>> = items.iter().filter_map(|item| asked(context, item)).collect();
    found.extend(requests::find(context).into_iter().map(|made| {
        let plainness = if made.said { Plainness::Own } else { Plainness::Name };
        self::made(context, made.request, made.span, plainness, Some(made.call))
    }));
    let mut best: HashMap<&Field, &Asked<'p>> = HashMap::new();
    for asked in &found {
        let Some(field) = &asked.field else { continue };
        let known = best.entry(field).or_insert(asked);
        if (asked.plainness, asked.span) < (known.plainness, known.span) {
            *known = asked;
        }
    }
    let kept = |asked: &&Asked<'p>| asked.field.as_ref().is_none_or(|field| best[field].span == asked.span);
    all.extend(found.iter().filter(kept).cloned());
}

/// Hands out the requests of all layers: a label and the field close behind it may be of two languages.
pub(super) fn settle<'p>(mut all: Vec<Asked<'p>>, out: &mut Matched<'p>) {
    all.sort_by_key(|asked| asked.span);
    let (mut label, mut named): (Option<&Asked<'p>>, Option<&Asked<'p>>) = (None, None);
    let mut last = Span::default();
    for asked in &all {
        let beside = |label: &&Asked<'_>| {
            std::ptr::eq(label.request, asked.request) && asked.span.start.saturating_sub(label.span.end) < BESIDE
        };
        // Code in an attribute is read twice: as the attribute, and as code.
        if last.overlaps(asked.span) {
            continue;
        }
        last = asked.span;
        let said_again = named.filter(beside).is_some() && asked.plainness == Plainness::Name;
        if label.filter(beside).is_some() || said_again {
            continue;
        }
        label = (asked.plainness == Plainness::Label).then_some(asked);
        named = (asked.plainness == Plainness::Name).then_some(asked);
        let Asked { request, span, own, carrier, .. } = *asked;
        out.requests.push(RequestUse { request, span, own, carrier });
    }
}

fn asked<'p>(context: &Context<'_, 'p>, item: &Keyed<'_>) -> Option<Asked<'p>> {
    let text = item.value.as_str()?;
    let call = item.call.map(|id| &context.index.facts.calls[id]);
    if call.is_some_and(|call| is_option(context.layer.language, call.path.last())) {
        return None;
    }
    let called = call.map(|call| snake(call.path.last()));
    let input = called.as_deref().is_some_and(is_input) && !call.is_some_and(hidden);
    let (mut key, mut plainness) = (item.names.last().copied(), Plainness::Own);
    let mut path = item.name();
    match (key, &called) {
        (Some("children"), Some(called)) => {
            plainness = Plainness::Label;
            // Beside a field, any text of the page may say what it is for.
            let said = matches!(called.as_str(), "small" | "p" | "span" | "li" | "h1" | "h2" | "h3" | "h4" | "strong");
            path = if said && has_fields(context) { "help" } else { called };
        }
        (None, Some(called)) if is_said(context, item.call, called) => {
            plainness = Plainness::Label;
            path = "text";
        }
        (None, Some(_)) if input => key = Some("name"),
        _ => (),
    }
    let named = matches!(key, Some("name" | "id" | "htmlFor" | "key" | "data-field")) || key.is_some_and(is_model);
    let found = context.pack.requests.iter().find_map(|request| {
        let shown = request.keys.as_ref().is_some_and(|keys| keys.is_match(path));
        let here = || request.here.as_ref().is_some_and(|texts| texts.is_match(&text.text)) && names_vendor(context);
        if shown && (request.texts.as_ref().is_some_and(|texts| texts.is_match(&text.text)) || here()) {
            return Some((request, plainness));
        }
        let field = named && request.fields.as_ref().is_some_and(|fields| fields.is_match(&snake(&text.text)));
        (field && (input || is_settings(path))).then_some((request, Plainness::Name))
    });
    let (request, plainness) = found?;
    Some(made(context, request, item.value.span, plainness, item.call))
}

fn made<'p>(
    context: &Context<'_, 'p>,
    request: &'p Request,
    span: Span,
    plainness: Plainness,
    call: Option<CallId>,
) -> Asked<'p> {
    let own = request.own.as_ref().is_some_and(|own| own.is_match(context.path));
    let field = call.map(|id| field(context, id));
    Asked { request, span, plainness, field, own, carrier: context.carrier() }
}

/// Whether the file's path has the vendor's name, and its text too.
fn names_vendor(context: &Context<'_, '_>) -> bool {
    snake(context.path).contains(&context.pack.word) && sites::contains(context.text, &context.pack.word)
}

/// Whether something in the layer takes what a person types.
fn has_fields(context: &Context<'_, '_>) -> bool {
    context.index.facts.calls.iter().any(|call| is_input(&snake(call.path.last())) && !hidden(call))
}

/// The field that a tag or call is of: by the id that ties a label to it, else itself. A call that only translates a
/// text is of the call around it.
fn field(context: &Context<'_, '_>, id: CallId) -> Field {
    let calls = &context.index.facts.calls;
    let of = context.index.parent(id).filter(|_| translates(calls[id].path.last())).unwrap_or(id);
    let tie = calls[of]
        .args
        .iter()
        .find(|arg| arg.name.as_ref().is_some_and(|name| matches!(name.text.as_str(), "id" | "for" | "htmlFor")));
    match tie.and_then(|arg| arg.value.as_str()) {
        Some(tie) => Field::Id(tie.text.clone()),
        None => Field::Call(of),
    }
}

/// Whether a call of this name declares an option of a command or a setting: whoever runs the program fills it in.
fn is_option(language: &str, name: &str) -> bool {
    language == "python"
        && matches!(
            name,
            "option"
                | "argument"
                | "add_argument"
                | "add_option"
                | "Option"
                | "Argument"
                | "Field"
                | "input"
                | "prompt"
        )
}

/// Whether a text passed to this call is shown to a person.
fn is_said(context: &Context<'_, '_>, id: Option<CallId>, called: &str) -> bool {
    let name = id.map_or("", |id| context.index.facts.calls[id].path.last());
    let called = called.strip_suffix("_tag").unwrap_or(called);
    translates(name) || called.ends_with("label") || called.ends_with("field") || called == "legend"
}

/// Whether a function of this name gives its text back in the reader's language.
fn translates(name: &str) -> bool {
    const FUNCTIONS: [&str; 17] = [
        "__",
        "_e",
        "_x",
        "_",
        "esc_html__",
        "esc_html_e",
        "esc_attr__",
        "esc_attr_e",
        "t",
        "$t",
        "tr",
        "trans",
        "translate",
        "gettext",
        "gettext_lazy",
        "ugettext",
        "i18n",
    ];
    FUNCTIONS.contains(&name)
}

/// Whether a tag or function of this name takes something from a person.
fn is_input(name: &str) -> bool {
    let name = name.strip_suffix("_tag").unwrap_or(name);
    ["input", "text_field", "textfield", "field", "form_control", "password_field", "textarea", "text_area"]
        .iter()
        .any(|known| name.ends_with(known))
}

/// Whether nobody sees the field.
fn hidden(call: &crate::facts::Call) -> bool {
    let kind = call.args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == "type"));
    kind.and_then(|arg| arg.value.as_str()).is_some_and(|kind| kind.text == "hidden")
}

/// Whether an attribute of this name says where the field's value is kept.
fn is_model(name: &str) -> bool {
    const MODELS: [&str; 7] =
        ["v-model", "ng-model", "ngModel", "x-model", "formControlName", "wire:model", "bind:value"];
    MODELS
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':'])))
}

/// Whether these keys lead to the settings that a manifest asks of whoever installs it.
fn is_settings(path: &str) -> bool {
    [
        "parameters_name",
        "parameters_key",
        "settings_name",
        "fields_name",
        "fields_key",
        "config_name",
        "config_key",
        "inputs_name",
        "properties_name",
    ]
    .iter()
    .any(|keys| path.ends_with(keys))
}
