//! Credentials that their shape alone proves, anywhere in a file's bytes.
//!
//! Owns the search that needs no language: it also covers windows of huge files, binaries and files nobody lowers.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::visit;
use super::{Matched, Secret, Sighting};
use crate::facts::{Carrier, ValueKind};
use crate::lang::Layer;
use crate::pack::{Credential, Pack};
use crate::source::Source;
use crate::span::Span;

/// Finds them. Every credential shape found is masked in output, proven or not.
pub(super) fn find<'p>(pack: &'p Pack, source: &Source, layers: &[Layer], out: &mut Matched<'p>) {
    // Most files of interest hold no credential.
    let carriers = LazyCell::new(|| Carriers::new(layers));
    let plain = LazyCell::new(|| plain(layers));
    for credential in pack.credentials.iter().filter(|credential| credential.role.is_secret()) {
        for found in credential.find.regex().captures_iter(&source.text) {
            let Some(group) = found.get(found.len() - 1) else { continue };
            let (bytes, span) = (group.as_bytes(), Span::from(group.range()));
            if !delimited(&source.text, span) {
                continue;
            }
            out.secrets.push(span);
            if !credential.anywhere {
                continue;
            }
            if credential.decodes(bytes) {
                let carrier = carriers.at(span.start);
                let plain = plain.get(&span).copied();
                out.sightings.push(Sighting {
                    credential,
                    span,
                    plain,
                    value: Secret::new(bytes.trim_ascii_end()),
                    carrier,
                });
            } else {
                out.spared
                    .push((span, format!("it has the outer shape of {} and does not decode to one", credential.id)));
            }
        }
    }
    for (span, decoded) in encoded(pack, source) {
        out.secrets.push(span);
        let seen = out.sightings.iter().any(|other| other.span.overlaps(span));
        let held = pack.credentials.iter().filter(|credential| credential.role.is_secret() && credential.anywhere);
        let proven = held.filter_map(|credential| Some((credential, proven(credential, &decoded)?)));
        out.sightings.extend(proven.take(usize::from(!seen)).map(|(credential, value)| {
            let value = Secret::new(&value);
            Sighting { credential, span, plain: None, value, carrier: carriers.at(span.start) }
        }));
    }
    out.sightings.sort_by_key(|sighting| sighting.span);
}

/// A body that was recorded may go over lines.
static BASE64: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9+/_-]{48,}(?:\r?\n *[A-Za-z0-9+/_-]{32,})*(?:\r?\n *[A-Za-z0-9+/_-]{1,31})?={0,2}")
        .expect("the expression is a constant, compiled in a test")
});

/// Runs of base64 that a credential's shape is inside of, with what they say. They are masked whether or not they mean
/// anything here.
fn encoded(pack: &Pack, source: &Source) -> Vec<(Span, Vec<u8>)> {
    let holds = |decoded: &[u8]| {
        pack.credentials
            .iter()
            .any(|credential| credential.role.is_secret() && credential.find.regex().is_match(decoded))
    };
    let runs = BASE64.find_iter(&source.text).filter_map(|run| {
        let joined: Vec<u8> = run.as_bytes().iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        // What is cut off in the middle of four is read up to there.
        let decoded = crate::pack::base64(&joined).or_else(|| crate::pack::base64(&joined[..joined.len() / 4 * 4]))?;
        holds(&decoded).then(|| (Span::from(run.range()), decoded))
    });
    runs.collect()
}

/// The first credential of this kind in a text that it alone proves.
fn proven(credential: &Credential, text: &[u8]) -> Option<Vec<u8>> {
    credential.find.regex().captures_iter(text).find_map(|found| {
        let group = found.get(found.len() - 1)?;
        let whole = delimited(text, Span::from(group.range())) && credential.decodes(group.as_bytes());
        whole.then(|| group.as_bytes().trim_ascii_end().to_vec())
    })
}

/// Strings that are a whole value in code, by their content; one that only stands in for a missing variable is none.
fn plain(layers: &[Layer]) -> HashMap<Span, Span> {
    let (mut plain, mut fallbacks) = (HashMap::new(), HashSet::new());
    for layer in layers.iter().filter(|layer| layer.carrier == Carrier::Code) {
        visit::values(&layer.facts, |_, value| match &value.kind {
            // Without quotes it is text of a page or a document.
            ValueKind::Str(text) if text.content != value.span => _ = plain.insert(text.content, value.span),
            ValueKind::Either(choices) => {
                fallbacks.extend(choices.iter().filter_map(|choice| choice.as_str()).map(|text| text.content));
            }
            _ => (),
        });
    }
    plain.retain(|content, _| !fallbacks.contains(content));
    plain
}

/// Whether no letter or digit stands directly around, which would make it the middle of something longer.
fn delimited(text: &[u8], span: Span) -> bool {
    let before = span.start.checked_sub(1).map(|at| text[at]);
    let after = text.get(span.end).copied();
    // An escape such as `\n` or a quoted-printable `=` may stand directly before.
    let escaped = span.start >= 2 && text[span.start - 2] == b'\\';
    !before.is_some_and(|byte| byte.is_ascii_alphanumeric() && !escaped)
        && !after.is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// What carries each position: comments and strings by their spans, else code or prose.
pub(super) struct Carriers {
    spans: Vec<(Span, Carrier)>,
    other: Carrier,
}

impl Carriers {
    pub(super) fn new(layers: &[Layer]) -> Self {
        let mut spans: Vec<(Span, Carrier)> = Vec::new();
        for layer in layers {
            spans.extend(
                layer.facts.texts.iter().map(|text| {
                    (text.span, if layer.carrier == Carrier::Prose { Carrier::Prose } else { text.carrier })
                }),
            );
        }
        spans.sort_unstable_by_key(|(span, _)| *span);
        let code = layers.iter().any(|layer| layer.carrier == Carrier::Code);
        Self { spans, other: if code { Carrier::Code } else { Carrier::Prose } }
    }

    pub(super) fn at(&self, position: usize) -> Carrier {
        let after = self.spans.partition_point(|(span, _)| span.start <= position);
        let around = self.spans[..after].iter().rev().take(8).find(|(span, _)| position < span.end);
        around.map_or(self.other, |(_, carrier)| *carrier)
    }
}
