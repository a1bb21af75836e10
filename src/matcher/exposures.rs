//! Tokens that reach somebody who is not their owner.
//!
//! Owns which values hold a token and which of them are shown: to a log, a browser, a URL, another host. What shows a
//! value is the pack's. The decision to know: a value is a token by a name that says so, or because it comes from the
//! very place that fills a login's token in this file; a condition on a token is none.

use super::flat::Flat;
use super::keyed::{Keyed, is_query, query};
use super::visit;
use super::{Context, ExposureUse, Handed, Matched, binding, snake};
use crate::facts::{Call, Value, ValueKind};
use crate::link::Origin;
use crate::pack::Exposure;
use crate::pack::schema::{Kind, Role};
use crate::span::Span;

/// How deep a token is looked for inside a value.
const MAX_DEPTH: usize = 6;

/// Calls that give their arguments back as text, by the last name.
const TEXTS: [&str; 16] = [
    "stringify",
    "to_json",
    "dumps",
    "json_encode",
    "dump",
    "String",
    "str",
    "format",
    "sprintf",
    "Sprintf",
    "encodeURIComponent",
    "inspect",
    "repr",
    "to_s",
    "toString",
    "escape",
];

/// A token inside a value: where it is written, its name, where it comes from.
struct Held {
    span: Span,
    name: String,
    origins: Vec<Origin>,
}

/// Where the logins of a layer take their tokens from.
struct Tokens<'c> {
    context: &'c Context<'c, 'c>,
    origins: Vec<(Origin, Option<Span>)>,
}

/// Finds everything that shows a token in a layer whose logins are known.
pub(super) fn find<'c, 'p>(context: &Context<'c, 'p>, all: &[Keyed<'c>], out: &mut Matched<'p>) {
    let carrier = context.carrier();
    let tokens = Tokens::of(context, out);
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
        for row in rows.iter().filter(|row| row.calls.as_ref().is_some_and(|calls| calls.is_match(&dotted))) {
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
    for item in all {
        for row in &rows {
            found.extend(keyed(&tokens, row, item).into_iter().map(|held| (*row, held)));
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
fn called(context: &Context<'_, '_>, call: &Call) -> String {
    let mut dotted = call.path.dotted();
    let mut receiver = call.receiver.as_deref();
    for _ in 0..MAX_DEPTH {
        let Some(ValueKind::Call(id)) = receiver.map(|value| &value.kind) else { break };
        let on: &Call = &context.index.facts.calls[*id];
        dotted = format!("{}.{dotted}", on.path.dotted());
        receiver = on.receiver.as_deref();
    }
    dotted
}

/// Tokens under a key whose value others read, or in the query of a URL of the vendor.
fn keyed(tokens: &Tokens<'_>, row: &Exposure, item: &Keyed<'_>) -> Vec<Held> {
    let context = tokens.context;
    let key = || snake(&item.names.join("_"));
    if row.keys.as_ref().is_some_and(|keys| !item.names.is_empty() && keys.is_match(&key())) {
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
    let text = Flat::of(context.index, value).text;
    text.starts_with("http").then(|| binding::foreign(context.pack, &text)).flatten()
}

impl<'c> Tokens<'c> {
    fn of<'p>(context: &'c Context<'c, 'p>, out: &Matched<'_>) -> Self {
        let logins = out.uses.iter().filter(|found| found.construct.kind == Kind::TokenAuth);
        let here = logins.filter(|found| found.carrier == context.carrier());
        let slots = here.flat_map(|found| &found.slots).filter(|slot| slot.role == Role::Token);
        let origins = slots.flat_map(|slot| {
            let function = context.index.function_at(slot.span.start).map(|def| def.body);
            slot.origins.iter().map(move |origin| (origin.clone(), function))
        });
        Self { context, origins: origins.collect() }
    }

    /// The tokens that a row shows of a value: those inside, or those it names.
    fn shown(&self, row: &Exposure, value: &Value) -> Vec<Held> {
        if row.by_name { self.named(value) } else { self.held(value) }
    }

    /// Tokens inside a value, each where it is written.
    fn held(&self, value: &Value) -> Vec<Held> {
        let mut found = Vec::new();
        self.held_into(value, value.span, 0, &mut found);
        found
    }

    fn held_into(&self, value: &Value, written: Span, depth: usize, found: &mut Vec<Held>) {
        if depth > MAX_DEPTH || found.len() > MAX_DEPTH || self.is_condition(value) {
            return;
        }
        let index = self.context.index;
        // What a name stands for is shown where the name is written.
        let at = |inner: &Value| if written.contains(inner.span) { inner.span } else { written };
        match &value.kind {
            ValueKind::Ref(_) | ValueKind::Env(_) | ValueKind::Str(_) => {
                if let Some(held) = self.token(value) {
                    return found.push(Held { span: at(value), ..held });
                }
                for next in index.resolve(value).into_iter().filter(|next| !std::ptr::eq(*next, value)) {
                    if matches!(next.kind, ValueKind::Map(_) | ValueKind::Concat(_) | ValueKind::Call(_)) {
                        self.held_into(next, at(value), depth + 1, found);
                    }
                }
            }
            ValueKind::Call(id) if is_text(&index.facts.calls[*id]) => {
                let call = &index.facts.calls[*id];
                let values = call.receiver.as_deref().into_iter().chain(call.args.iter().map(|arg| &arg.value));
                values.for_each(|inner| self.held_into(inner, at(inner), depth + 1, found));
            }
            _ => value.children().for_each(|inner| self.held_into(inner, at(inner), depth + 1, found)),
        }
    }

    /// Tokens that texts inside a value name, such as a list of variables.
    fn named(&self, value: &Value) -> Vec<Held> {
        let mut found = Vec::new();
        let mut name = |text: &str, span: Span| {
            if self.is_token(text) {
                let origins = vec![Origin::Env { name: text.to_owned(), span }];
                found.push(Held { span, name: text.to_owned(), origins });
            }
        };
        if let ValueKind::Map(items) = &value.kind {
            items.iter().filter_map(|item| item.key.as_ref()).for_each(|key| name(&key.text, key.span));
        }
        let texts = std::iter::once(value).chain(value.children()).filter_map(Value::as_str);
        texts.for_each(|text| name(&text.text, text.content));
        found
    }

    /// The token a value is, if it is one.
    fn any(&self, value: &Value) -> Option<Held> {
        self.held(value).into_iter().next()
    }

    fn token(&self, value: &Value) -> Option<Held> {
        let written = match &value.kind {
            ValueKind::Ref(path) => Some(path.dotted()),
            ValueKind::Env(name) => Some(name.text.clone()),
            _ => None,
        };
        let origins = self.context.index.origins(value);
        let named = written.iter().map(String::as_str).chain(origins.iter().filter_map(Origin::name));
        let name = named.map(str::to_owned).find(|name| self.is_token(name)).or_else(|| {
            let function = self.context.index.function_at(value.span.start).map(|def| def.body);
            let filled = origins.iter().any(|origin| self.fills(origin, function) || self.proves(origin));
            filled.then(|| written.unwrap_or_default())
        })?;
        Some(Held { span: value.span, name, origins })
    }

    fn is_token(&self, name: &str) -> bool {
        let name = snake(name);
        self.context.pack.role_of_name(&name) == Some(Role::Token) && self.context.spared_name(&name).is_none()
    }

    /// Whether it is a token by its structure.
    fn proves(&self, origin: &Origin) -> bool {
        let Origin::Literal { text, .. } = origin else { return false };
        let mut shapes = self.context.pack.credentials.iter().filter(|shape| shape.role == Role::Token);
        shapes.any(|shape| shape.proves(text))
    }

    /// Whether a login takes its token from there.
    fn fills(&self, origin: &Origin, function: Option<Span>) -> bool {
        self.origins.iter().any(|(token, here)| match (token, origin) {
            (Origin::Env { name: a, .. }, Origin::Env { name: b, .. }) => a == b,
            (Origin::Literal { text, span: a }, Origin::Literal { span: b, .. }) => a == b && !text.is_empty(),
            (Origin::Unknown { span: a }, Origin::Unknown { span: b }) => a == b,
            (Origin::Name { dotted: a, span }, Origin::Name { dotted: b, span: other }) => {
                span == other || a == b && *here == function
            }
            (Origin::Param { name: a, .. }, Origin::Param { name: b, .. }) => a == b && *here == function,
            _ => false,
        })
    }

    /// Whether only the presence of the value counts: `!token`, `typeof token`.
    fn is_condition(&self, value: &Value) -> bool {
        let text = self.context.text;
        let own = value.span.of(text);
        let before = Span::new(value.span.start.saturating_sub(12), value.span.start).of(text).trim_ascii_end();
        let asks = |bytes: &[u8]| [&b"!"[..], b"typeof", b"not", b"defined?"].iter().any(|word| bytes.ends_with(word));
        asks(before) || own.starts_with(b"!") || own.starts_with(b"typeof ") || own.starts_with(b"not ")
    }
}

/// Whether a call gives back what its arguments hold: as text, or as a literal of a type with named fields.
fn is_text(call: &Call) -> bool {
    let fields = call.new && !call.args.is_empty() && call.args.iter().all(|arg| arg.name.is_some());
    fields || TEXTS.contains(&call.path.last())
}
