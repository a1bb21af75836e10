//! The matcher: facts × packs → uses.
//!
//! Owns the step that gives neutral facts a vendor's meaning: which call is a login, which value has which role. It
//! makes no judgement; whether a use is wrong is for the checks. The decision to know: bind first. A construct counts
//! when an import, its full name or the request's host ties it to the vendor, and the tie is recorded on the use.

mod asked;
mod binding;
mod delivered;
mod exposures;
mod flat;
mod forms;
mod identifiers;
mod keyed;
mod mentions;
mod oauth;
mod reads;
mod requests;
mod settings;
mod shipped;
mod sightings;
mod sites;
mod steps;
mod tokens;
mod uses;
pub(crate) mod visit;

pub use settings::is_variable;
pub use uses::*;

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::facts::{Carrier, Facts, Name, ValueKind};
use crate::lang::{self, Layer};
use crate::link::{Index, Origin};
use crate::pack::Pack;
use crate::pack::schema::Role;
use crate::source::Source;
use crate::span::Span;

/// Matches one file.
#[must_use]
pub fn matched<'p>(pack: &'p Pack, source: &Source, layers: &[Layer]) -> Matched<'p> {
    let mut out = Matched::default();
    sightings::find(pack, source, layers, &mut out);
    identifiers::find(pack, source, layers, &mut out);
    out.delivered = delivered::is(source, layers);
    let stem = std::path::Path::new(source.path.name()).file_stem().and_then(|stem| stem.to_str()).map(snake);
    let file = stem.clone().filter(|stem| stem.contains(&pack.word));
    let path = source.path.to_str_lossy();
    let mut requests = Vec::new();
    for layer in layers {
        let index = Index::new(&layer.facts);
        let family = lang::family(layer.language);
        let (file, stem, text) = (file.as_deref(), stem.as_deref(), source.text.as_slice());
        let hosts = OnceCell::new();
        let context =
            Context { family, pack, index: &index, layer, file, stem, path: &path, text, hosts, ours: OnceCell::new() };
        steps::find(&context, &mut out);
        forms::find(&context, &mut out);
        keyed::find(&context, &mut out, &mut requests);
        settings::find(&context, &mut out);
        sites::find(&context, &mut out);
        oauth::find(&context, &mut out);
        reads::find(&context, &mut out);
        shipped::find(&context, &mut out);
        misnamed(pack, &layer.facts, &mut out);
        if layer.carrier == Carrier::Code {
            out.dependencies.extend(layer.facts.dependencies.iter().cloned());
        }
    }
    asked::settle(requests, &mut out);
    // What is handed to a construct that only looks like a login is of another kind, whatever its name says.
    let other = std::mem::take(&mut out.other);
    out.named.retain(|named| !literals(&named.origins).any(|span| other.contains(&span)));
    let slots = out.uses.iter().flat_map(|found| &found.slots).map(|slot| (Some(slot.role), &slot.origins));
    let named = out.named.iter().map(|named| (Some(named.role), &named.origins));
    let parameters = out.parameters.iter().map(|found| (found.parameter.role, &found.origins));
    let roles = slots.chain(named).chain(parameters);
    let secret = |role: &Option<Role>| role.is_some_and(Role::is_secret);
    let spans: Vec<Span> = roles.filter(|(role, _)| secret(role)).flat_map(|(_, origins)| literals(origins)).collect();
    out.secrets.extend(spans);
    out.mentions = out.is_empty() && mentions::any(pack, &source.text);
    out
}

/// A credential that stands where the name of a variable belongs is a literal.
fn misnamed(pack: &Pack, facts: &Facts, out: &mut Matched<'_>) {
    let mut names: HashMap<(&str, Span), &Name> = HashMap::new();
    visit::values(facts, |_, value| match &value.kind {
        ValueKind::Env(name) if pack.credentials.iter().any(|shape| shape.proves(&name.text)) => {
            names.insert((&name.text, value.span), name);
        }
        _ => (),
    });
    if names.is_empty() {
        return;
    }
    let slots = out.uses.iter_mut().flat_map(|found| &mut found.slots).map(|slot| &mut slot.origins);
    let named = out.named.iter_mut().map(|named| &mut named.origins);
    let parameters = out.parameters.iter_mut().map(|found| &mut found.origins);
    for origin in slots.chain(named).chain(parameters).flatten() {
        let Origin::Env { name, span } = origin else { continue };
        if let Some(found) = names.get(&(name.as_str(), *span)) {
            *origin = Origin::Literal { text: found.text.clone(), span: found.span };
        }
    }
}

fn literals(origins: &[Origin]) -> impl Iterator<Item = Span> + '_ {
    origins.iter().filter_map(|origin| match origin {
        Origin::Literal { span, .. } => Some(*span),
        _ => None,
    })
}

/// What every part of the matcher needs.
struct Context<'c, 'p> {
    pack: &'p Pack,
    index: &'c Index<'c>,
    layer: &'c Layer,
    /// The language whose constructs the layer shares.
    family: &'static str,
    /// The file's stem in snake case, where it names the vendor: the keys inside need not repeat it.
    file: Option<&'c str>,
    /// The file's stem in snake case.
    stem: Option<&'c str>,
    /// The file's path, as a text.
    path: &'c str,
    /// The file's bytes, for what stands around a value.
    text: &'c [u8],
    /// Texts that name hosts, collected when first asked for.
    hosts: OnceCell<Vec<(Span, binding::Hosts)>>,
    /// Scopes whose name names the vendor, collected when first asked for.
    ours: OnceCell<Vec<Span>>,
}

impl<'p> Context<'_, 'p> {
    /// Why a name is spared, if it is.
    fn spared_name(&self, name: &str) -> Option<&'p str> {
        let spares = |row: &&crate::pack::Exemption| row.names.as_ref().is_some_and(|names| names.is_match(name));
        self.pack.exemptions.iter().find(spares).map(|row| row.reason.as_str())
    }

    fn carrier(&self) -> Carrier {
        self.layer.carrier
    }
}

/// A name in snake case: `intercom.apiKey`, `INTERCOM-API-KEY` and `Intercom::APIKey` are all `intercom_api_key`.
#[must_use]
pub fn snake(name: &str) -> String {
    if is_snake(name.as_bytes()) {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len() + 4);
    let mut chars = name.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
        } else if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else {
            let after = chars.peek().is_some_and(|c| c.is_lowercase());
            let starts = c.is_uppercase()
                && before.is_some_and(|c| c.is_lowercase() || c.is_numeric() || c.is_uppercase() && after);
            if starts && !out.ends_with('_') {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        }
        before = Some(c);
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// Whether a name is in snake case as it is written, which most are.
fn is_snake(name: &[u8]) -> bool {
    let mut before = b'_';
    let goes_on = |&byte: &u8| {
        let fits = byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' && before != b'_';
        before = byte;
        fits
    };
    name.iter().all(goes_on) && name.last() != Some(&b'_')
}

/// Whether a name in snake case can hold `word`, told without making it.
fn may_say(name: &str, word: &str) -> bool {
    !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) || sites::contains(name, word)
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn names_of_every_style_become_one() {
        for (name, expected) in [
            ("intercom.apiKey", "intercom_api_key"),
            ("INTERCOM_API_KEY", "intercom_api_key"),
            ("Intercom::APIKey", "intercom_api_key"),
            ("intercom-api-key", "intercom_api_key"),
            ("appID", "app_id"),
            ("__x__", "x"),
            ("app__id", "app_id"),
            ("app_id", "app_id"),
            ("app_id_", "app_id"),
            ("_", ""),
            ("", ""),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
    }
}
