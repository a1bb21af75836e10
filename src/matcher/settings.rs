//! What a file defines for others: environment variables and settings.
//!
//! Owns the names under which other files may read a value. The decision to know: a setting is kept only where its
//! value is a secret or another name, so that a file of ten thousand translations costs nothing.

use super::{Context, Definition, Matched, snake};
use crate::facts::{Carrier, Name, Value, ValueKind};
use crate::link::Origin;
use crate::pack::schema::Role;
use crate::span::Span;

/// Maps nested deeper than this are no settings.
const MAX_DEPTH: usize = 8;

/// Keys that tell one environment's settings from another's.
const GROUPS: &[&str] = &[
    "default",
    "defaults",
    "development",
    "production",
    "staging",
    "test",
    "testing",
    "shared",
    "common",
    "all",
    "local",
];

/// Finds them in a layer. What a comment or a document says defines no setting.
pub(super) fn find(context: &Context<'_, '_>, out: &mut Matched<'_>) {
    let facts = context.index.facts;
    for entry in &facts.entries {
        variable(context, entry.path.0.last(), entry.span, &entry.value, out);
        setting(context, &names(&entry.path.0), entry.span, &entry.value, 0, out);
    }
    for assign in &facts.assigns {
        if matches!(context.layer.language, "shell" | "php") {
            variable(context, assign.target.0.last(), assign.span, &assign.value, out);
        }
        let at = assign.span.start;
        if context.index.function_at(at).is_none() {
            let around = context.index.scopes_at(at).filter_map(|def| def.name.as_ref());
            let mut full: Vec<&str> = around.map(|name| name.text.as_str()).collect();
            full.reverse();
            full.extend(names(&assign.target.0));
            setting(context, &full, assign.span, &assign.value, 0, out);
        }
    }
    for value in facts.returns.iter().filter(|value| context.index.function_at(value.span.start).is_none()) {
        setting(context, &[], value.span, value, 0, out);
    }
}

fn names(path: &[Name]) -> Vec<&str> {
    path.iter().map(|name| name.text.as_str()).collect()
}

/// Names in capitals are environment variables wherever they are given a value in a configuration.
fn variable(context: &Context<'_, '_>, name: Option<&Name>, span: Span, value: &Value, out: &mut Matched<'_>) {
    let Some(name) = name.filter(|name| is_variable(&name.text)) else { return };
    let passes = matches!(value.kind, ValueKind::Env(_));
    let (name, origins, carrier) = (name.text.clone(), telling(context, value), context.carrier());
    out.definitions.push(Definition { name, span, origins, passes, carrier });
}

/// Whether a name is written like an environment variable's.
#[must_use]
pub fn is_variable(name: &str) -> bool {
    let capitals = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    capitals && name.len() > 2
}

fn setting(context: &Context<'_, '_>, path: &[&str], span: Span, value: &Value, depth: usize, out: &mut Matched<'_>) {
    if context.carrier() != Carrier::Code {
        return;
    }
    if let ValueKind::Map(items) = &value.kind {
        for item in items.iter().filter(|_| depth < MAX_DEPTH) {
            let Some(key) = &item.key else { continue };
            let full: Vec<&str> = path.iter().copied().chain([key.text.as_str()]).collect();
            setting(context, &full, key.span.to(item.value.span), &item.value, depth + 1, out);
        }
        return;
    }
    let origins = telling(context, value);
    // Few values say anything, which is cheaper to see than a full name is to make.
    if origins.is_empty() {
        return;
    }
    if let Some(name) = canonical(context, path) {
        out.settings.push(Definition { name, span, origins, passes: false, carrier: context.carrier() });
    }
}

/// A setting's full name. One short key alone says too little, unless it names the vendor: the file's name counts too.
fn canonical(context: &Context<'_, '_>, path: &[&str]) -> Option<String> {
    let mut own: Vec<String> = path.iter().map(|name| snake(name)).collect();
    own.retain(|name| !name.is_empty() && name != "self" && !GROUPS.contains(&name.as_str()));
    let alone = own.len() == 1 && !own[0].contains(&context.pack.word) && own[0].matches('_').count() < 2;
    let stem = context.stem.filter(|_| alone);
    (!own.is_empty() && (!alone || stem.is_some()))
        .then(|| stem.into_iter().chain(own.iter().map(String::as_str)).collect::<Vec<_>>().join("_"))
}

/// The origins that say something: a secret, or another name it is read from.
fn telling(context: &Context<'_, '_>, value: &Value) -> Vec<Origin> {
    let says = match &value.kind {
        ValueKind::Str(text) => secret(context, &text.text),
        ValueKind::Env(_) | ValueKind::Ref(_) | ValueKind::Either(_) | ValueKind::Call(_) => true,
        _ => false,
    };
    let origins = if says { context.index.origins(value) } else { Vec::new() };
    let tells = |origin: &Origin| match origin {
        Origin::Literal { text, .. } => secret(context, text),
        Origin::Env { .. } | Origin::Name { .. } => true,
        _ => false,
    };
    origins.into_iter().filter(tells).collect()
}

fn secret(context: &Context<'_, '_>, text: &str) -> bool {
    let secret = |role: Role| matches!(role, Role::ApiKey | Role::Token | Role::ClientSecret);
    context.pack.credentials.iter().any(|credential| secret(credential.role) && credential.proves(text))
}
