//! Tokens inside programs that others hold.
//!
//! Owns the bearer tokens that code of an app sends: whoever has the app can read them, wherever the app itself reads
//! them from. The decision to know: a token that the app is given at run time, as a parameter is, may be its user's own,
//! so only one that is built into the app, or named as the vendor's, counts.

use std::sync::LazyLock;

use regex::Regex;

use super::flat::Flat;
use super::visit::{self, Owner};
use super::{Context, ExposureUse, Matched, binding, snake};
use crate::facts::{Value, ValueKind};
use crate::link::Origin;
use crate::pack::Exposure;
use crate::pack::schema::Role;
use crate::span::Span;

static BEARER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:authorization\s*:\s*)?bearer\s+").expect("the expression is a constant, compiled in a test")
});

/// Finds them in a layer of such a language.
pub(super) fn find<'p>(context: &Context<'_, 'p>, out: &mut Matched<'p>) {
    let facts = context.index.facts;
    let elsewhere = |row: &Exposure| {
        let imports = facts.imports.iter();
        row.unless.as_ref().is_some_and(|names| imports.clone().any(|import| names.is_match(&import.module.text)))
    };
    let rows = context.pack.exposures.iter().filter(|row| row.languages.contains(&context.family) && !elsewhere(row));
    for exposure in rows.filter(|_| binding::names_vendor(context)) {
        let mut found: Vec<(Span, String)> = Vec::new();
        let mut whole = Span::default();
        visit::values(facts, |owner, value| match &value.kind {
            // The parts of a text were seen with it.
            ValueKind::Str(_) | ValueKind::Concat(_) if !whole.contains(value.span) => {
                whole = value.span;
                found.extend(bearer(context, owner, value));
            }
            _ => (),
        });
        for (id, call) in facts.calls.iter().enumerate() {
            let carries = |name: &str| exposure.arguments.iter().any(|known| known == name);
            for arg in call.args.iter().filter(|arg| arg.name.as_ref().is_some_and(|name| carries(&name.text))) {
                let name = built_in(context, &context.index.origins(&arg.value));
                let bound = name.filter(|_| binding::of(context, Owner::Call(id), arg.value.span).is_some());
                found.extend(bound.map(|name| (arg.value.span, name)));
            }
        }
        let carrier = context.carrier();
        out.exposures.extend(found.into_iter().map(|(span, name)| ExposureUse {
            exposure,
            span,
            name,
            origins: Vec::new(),
            carrier,
        }));
    }
}

/// `Bearer ` and a token, in a request to the vendor.
fn bearer(context: &Context<'_, '_>, owner: Owner<'_>, value: &Value) -> Option<(Span, String)> {
    if !value.has_text(|text| BEARER.is_match(text)) {
        return None;
    }
    let flat = Flat::of(context.index, value);
    let start = BEARER.find(&flat.text)?.end();
    let end = start + flat.text[start..].trim_end().len();
    let name = built_in(context, &flat.origins(context.index, start, end, value.span))?;
    binding::of(context, owner, value.span).map(|_| (value.span, name))
}

/// What to call a token that is part of the program.
fn built_in(context: &Context<'_, '_>, origins: &[Origin]) -> Option<String> {
    origins.iter().find_map(|origin| match origin {
        Origin::Literal { text, .. } if !context.pack.is_placeholder(text) => Some("of this request".to_owned()),
        Origin::Env { name, .. } => Some(name.clone()),
        Origin::Name { dotted, .. } if context.pack.role_of_name(&snake(dotted)) == Some(Role::Token) => {
            Some(dotted.clone())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_bearer_is_a_header_or_its_value() {
        for text in ["Bearer x", "bearer  x", "Authorization: Bearer x", "authorization:Bearer x"] {
            assert!(super::BEARER.is_match(text), "{text}");
        }
        assert!(!super::BEARER.is_match("the bearer of x"));
    }
}
