//! `shared-access-token`: one token in several files, or in a request to somebody else.
//!
//! The decision to know: every place of a token is a finding of its own that can be mended; that they are one token is
//! one more, at its first place, because it is regenerated once and then every place breaks.

use std::collections::BTreeMap;

use super::{Draft, Judged};
use crate::facts::Carrier;
use crate::finding::{Confidence, Label};
use crate::link::Origin;
use crate::link::project::Project;
use crate::link::route;
use crate::pack::schema::Role;
use crate::span::Span;

const RULE: &str = "shared-access-token";

/// Finds both.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    let mut places: BTreeMap<Vec<u8>, Vec<(usize, Span)>> = BTreeMap::new();
    for (file, scanned) in project.files.iter().enumerate() {
        let tokens = scanned.matched.sightings.iter().filter(|sighting| sighting.credential.role == Role::Token);
        let mut tokens = tokens.peekable();
        if tokens.peek().is_none() || judged.spared(project, file, true).is_some() {
            continue;
        }
        for sighting in tokens {
            places.entry(sighting.bare()).or_default().push((file, sighting.span));
        }
    }
    for (secret, places) in places {
        let mut files: Vec<usize> = places.iter().map(|(file, _)| *file).collect();
        files.dedup();
        let ([_, _, ..], Some((file, span))) = (files.as_slice(), places.first()) else { continue };
        let (route, evidence) = route::of_origins(project, std::iter::empty());
        let draft = Draft {
            rule: RULE,
            file: *file,
            span: *span,
            what: &format!("the same access token stands in {} files", files.len()),
            confidence: Confidence::High,
            route: Some(route),
            evidence,
            secret: Some(&secret),
            proven: true,
        };
        let Some(finding) = judged.add(project, draft) else { continue };
        let label = |(file, span): &(usize, Span)| Label { file: *file, span: *span, text: "and here".to_owned() };
        finding.related.extend(places.iter().skip(1).map(label));
    }
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned.matched.handed.iter().filter(|found| found.carrier == Carrier::Code) {
            // What a person typed in goes to the program's own server as a rule.
            let own = |origin: &Origin| matches!(origin, Origin::Env { .. } | Origin::Literal { .. });
            let confidence = if found.origins.iter().any(own) { Confidence::Medium } else { Confidence::Low };
            let (route, evidence) = route::of_origins(project, found.origins.iter());
            let draft = Draft {
                rule: RULE,
                file,
                span: found.span,
                what: &format!("the access token is sent to {}", found.host),
                confidence,
                route: Some(route),
                evidence,
                secret: None,
                proven: false,
            };
            judged.add(project, draft);
        }
    }
}
