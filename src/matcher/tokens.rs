//! Which values of a layer are access tokens.
//!
//! Owns what makes a value one: a name that says so, its structure, a login of the file that takes its token from the
//! same place, an answer to an exchange. What happens to it is [`super::exposures`]'s. The decision to know: a condition
//! on a token is none, and what a call makes of one is none unless it gives it back as text.

use std::collections::{BTreeSet, HashSet};

use super::keyed::Keyed;
use super::visit;
use super::{Context, Matched, binding, snake};
use crate::facts::{Call, CallId, Value, ValueKind};
use crate::link::Origin;
use crate::pack::Exposure;
use crate::pack::schema::{Kind, Role};
use crate::span::Span;

/// How deep a token is looked for inside a value.
pub(super) const MAX_DEPTH: usize = 6;

/// How many places that logins take tokens from are compared with.
const MAX_ORIGINS: usize = 64;

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

/// Names of the token in an answer to an exchange.
const ANSWERS: [&str; 3] = ["access_token", "accessToken", "token"];

/// A token inside a value: where it is written, its name, where it comes from.
pub(super) struct Held {
    pub(super) span: Span,
    pub(super) name: String,
    pub(super) origins: Vec<Origin>,
}

/// Where the logins of a layer take their tokens from, and where OAuth's answers are.
pub(super) struct Tokens<'c> {
    pub(super) context: &'c Context<'c, 'c>,
    origins: Vec<(Origin, Option<Span>)>,
    /// Names of answers to an exchange.
    answers: HashSet<String>,
    /// Functions that are given the token.
    given: Vec<Span>,
}

impl<'c> Tokens<'c> {
    pub(super) fn of<'p>(context: &'c Context<'c, 'p>, all: &[Keyed<'c>], out: &Matched<'_>) -> Self {
        let logins = out.uses.iter().filter(|found| found.construct.kind == Kind::TokenAuth);
        let here = logins.filter(|found| found.carrier == context.carrier());
        let slots = here.flat_map(|found| &found.slots).filter(|slot| slot.role == Role::Token);
        let origins = slots.flat_map(|slot| {
            let function = context.index.function_at(slot.span.start).map(|def| def.body);
            slot.origins.iter().map(move |origin| (origin.clone(), function))
        });
        let (answers, given) = answers(context, all, out);
        Self { context, origins: origins.take(MAX_ORIGINS).collect(), answers, given }
    }

    /// The tokens that a row shows of a value: those inside, or those it names.
    pub(super) fn shown(&self, row: &Exposure, value: &Value) -> Vec<Held> {
        if row.by_name { self.named(value) } else { self.held(value) }
    }

    /// Tokens inside a value, each where it is written.
    pub(super) fn held(&self, value: &Value) -> Vec<Held> {
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
    pub(super) fn any(&self, value: &Value) -> Option<Held> {
        self.held(value).into_iter().next()
    }

    fn token(&self, value: &Value) -> Option<Held> {
        let written = match &value.kind {
            ValueKind::Ref(path) => Some(path.dotted().into_owned()),
            ValueKind::Env(name) => Some(name.text.clone()),
            _ => None,
        };
        let origins = self.context.index.origins(value);
        let named = written.iter().map(String::as_str).chain(origins.iter().filter_map(Origin::name));
        // A call's texts are part of its name, and may be whole sentences.
        let named = named.filter(|name| !name.contains(char::is_whitespace));
        let name = named.map(str::to_owned).find(|name| self.is_token(name)).or_else(|| {
            let function = self.context.index.function_at(value.span.start).map(|def| def.body);
            let says = |origin| self.fills(origin, function) || self.proves(origin) || self.answers(origin);
            let filled = origins.iter().any(says);
            filled.then(|| written.unwrap_or_default())
        })?;
        Some(Held { span: value.span, name, origins })
    }

    fn is_token(&self, name: &str) -> bool {
        let name = snake(name);
        self.context.pack.role_of_name(&name) == Some(Role::Token) && self.context.spared_name(&name).is_none()
    }

    /// Whether it is the token in an answer to an exchange.
    fn answers(&self, origin: &Origin) -> bool {
        match origin {
            Origin::Name { dotted, .. } => {
                let mut names = dotted.split('.');
                let root = names.next().is_some_and(|root| self.answers.contains(root));
                root && names.next_back().is_some_and(|last| ANSWERS.contains(&last))
            }
            Origin::Param { name, span, .. } => {
                ANSWERS.contains(&name.as_str()) && self.given.iter().any(|body| body.contains(*span))
            }
            _ => false,
        }
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

/// The names that hold an answer to an exchange of a code, and the functions that a strategy hands the token to.
fn answers(context: &Context<'_, '_>, all: &[Keyed<'_>], out: &Matched<'_>) -> (HashSet<String>, Vec<Span>) {
    let index = context.index;
    let secret =
        |name: &str| context.pack.parameters.iter().any(|row| row.name == name && row.role == Some(Role::ClientSecret));
    let mut calls: Vec<CallId> = Vec::new();
    for item in all.iter().filter(|item| item.names.last().is_some_and(|last| secret(last))) {
        if binding::of(context, item.owner, item.value.span).is_none() {
            continue;
        }
        match item.owner {
            visit::Owner::Call(id) => calls.push(id),
            visit::Owner::Stored(path) => calls.extend(index.users(&path.dotted()).iter().take(8)),
            visit::Owner::Nothing => (),
        }
    }
    let mut chain: BTreeSet<CallId> = BTreeSet::new();
    for id in calls {
        let around = std::iter::successors(Some(id), |id| index.parent(*id)).take(MAX_DEPTH);
        chain.extend(around);
    }
    let exchanges = out.uses.iter().filter(|found| found.construct.kind == Kind::OauthExchange);
    let strategies: HashSet<Span> = exchanges.map(|found| found.span).collect();
    let of = |id: CallId| strategies.contains(&index.facts.calls[id].span);
    let given = index.facts.defs.iter().filter(|def| def.of.is_some_and(of)).map(|def| def.body).collect();
    let mut names: HashSet<String> = HashSet::new();
    for _ in 0..3 {
        names.extend(chain.iter().flat_map(|id| index.stored_as(*id)).map(|path| path.last().to_owned()));
        let blocks = index.facts.defs.iter().filter(|def| def.of.is_some_and(|id| chain.contains(&id)));
        names.extend(blocks.flat_map(|def| &def.params).map(|param| param.name.text.clone()));
        if names.is_empty() {
            break;
        }
        let made = |(_, call): &(CallId, &Call)| call.path.0.len() > 1 && names.contains(call.path.root());
        chain.extend(index.facts.calls.iter().enumerate().filter(made).map(|(id, _)| id));
    }
    (names, given)
}
