//! OAuth's authorization page.
//!
//! Owns what RFC 6749 says of its URL: which parameters it has. The decision to know: a parameter is missing only when
//! all of them can be seen, so a part that nobody follows makes the whole unknown.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::flat::{Flat, is_hole};
use super::visit;
use super::{Authorization, Context, Matched, binding};
use crate::facts::{Value, ValueKind};
use crate::pack::schema::HostRole;
use crate::span::Span;

static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)^\s*(?:location:\s*)?https?://([a-z0-9.-]+)(?:/[^?\s]*)?\?(.*)$")
        .expect("the expression is a constant, compiled in a test")
});

static STATE: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    let pattern = r"(?i-u)(?:\b|_)state(?:\b|_)|csrf|nonce";
    regex::bytes::Regex::new(pattern).expect("the expression is a constant, compiled in a test")
});

/// Finds the URLs that send a person there.
pub(super) fn find(context: &Context<'_, '_>, out: &mut Matched<'_>) {
    // What a configuration holds is put together elsewhere.
    if !context.index.facts.entries.is_empty() || !binding::names_vendor(context) {
        return;
    }
    let (mut whole, mut states) = (Span::default(), HashMap::new());
    visit::values(context.index.facts, |_, value| {
        if matches!(value.kind, ValueKind::Str(_) | ValueKind::Concat(_)) && !whole.contains(value.span) {
            whole = value.span;
            out.authorizations.extend(authorization(context, value, &mut states));
        }
    });
}

fn authorization(context: &Context<'_, '_>, value: &Value, states: &mut HashMap<Span, bool>) -> Option<Authorization> {
    if !value.has_text(|text| text.contains("//")) && !matches!(value.kind, ValueKind::Concat(_)) {
        return None;
    }
    let flat = Flat::of(context.index, value);
    let found = URL.captures(&flat.text)?;
    if context.pack.host(&found[1].to_ascii_lowercase()) != Some(HostRole::Oauth) {
        return None;
    }
    let parameters = parameters(context, &flat, &found[2]);
    // Without the client's id it is another page, or one whose parameters come later.
    if !parameters
        .as_ref()
        .map_or(found[2].contains("client_id="), |names| names.iter().any(|name| name == "client_id"))
    {
        return None;
    }
    let around = context.index.function_at(value.span.start).map_or(Span::new(0, context.text.len()), |def| def.body);
    Some(Authorization {
        span: value.span,
        parameters,
        state_near: *states.entry(around).or_insert_with(|| STATE.is_match(around.of(context.text))),
        carrier: context.carrier(),
    })
}

/// The names of a query's parameters, where all of them can be seen.
fn parameters(context: &Context<'_, '_>, flat: &Flat<'_>, query: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        match part.split_once('=') {
            Some((name, value)) => {
                if name.chars().any(is_hole) || value.chars().filter(|c| is_hole(*c)).count() > 1 {
                    return None;
                }
                names.push(name.to_owned());
            }
            None if part.chars().any(is_hole) => names.extend(keys(context, flat.hole_value(part)?)?),
            None => names.push(part.to_owned()),
        }
    }
    Some(names)
}

/// The keys of a map that a call writes as a query: `http_build_query([…])`, `{…}.to_query`.
fn keys(context: &Context<'_, '_>, value: &Value) -> Option<Vec<String>> {
    let resolved = context.index.resolve(value);
    let [only] = resolved.as_slice() else { return None };
    let mut value = *only;
    for _ in 0..3 {
        match &value.kind {
            ValueKind::Map(items) => {
                let keyed = items.iter().map(|item| item.key.as_ref().filter(|_| !item.spread));
                return keyed.map(|key| key.map(|name| name.text.clone())).collect();
            }
            ValueKind::Call(id) => {
                let call = &context.index.facts.calls[*id];
                if call.args.iter().any(|arg| arg.spread) {
                    return None;
                }
                let inner = call.args.first().map(|arg| &arg.value).or(call.receiver.as_deref())?;
                let resolved = context.index.resolve(inner);
                let [only] = resolved.as_slice() else { return None };
                value = *only;
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_spoken_of_by_its_word() {
        assert!(URL.is_match("https://app.example.com/oauth?client_id=1"));
        for text in ["&state=x", "oauth_state", "this.state", "csrfToken"] {
            assert!(STATE.is_match(text.as_bytes()), "{text}");
        }
        assert!(!STATE.is_match(b"estate statement"));
    }
}
