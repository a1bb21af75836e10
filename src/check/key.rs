//! `hardcoded-api-key`: the value of a key in a file.
//!
//! The decision to know: 40 hexadecimal digits are a key only in a role: the key's slot of a login, a value under a
//! name that says so, or the password of the vendor's URL.

use super::{Draft, Judged, carried, credentials};
use crate::facts::Carrier;
use crate::finding::{Confidence, Route};
use crate::fix::literal::Literal;
use crate::link::Origin;
use crate::link::project::Project;
use crate::link::route;
use crate::matcher::Binding;
use crate::pack::schema::Role;
use crate::span::Span;

const RULE: &str = "hardcoded-api-key";

/// Finds them wherever they stand, comments and documents included.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for found in &scanned.matched.uses {
            let confidence = if found.binding == Binding::Name { Confidence::Medium } else { Confidence::High };
            for slot in found.slots.iter().filter(|slot| slot.role == Role::ApiKey) {
                for source in project.sources(file, &slot.origins) {
                    let origins = std::slice::from_ref(source.origin);
                    of_origins(project, judged, source.file, origins, found.carrier, confidence);
                }
            }
        }
        for named in scanned.matched.named.iter().filter(|named| named.role == Role::ApiKey) {
            of_origins(project, judged, file, &named.origins, named.carrier, Confidence::High);
        }
        for sighting in scanned.matched.sightings.iter().filter(|sighting| sighting.credential.role == Role::ApiKey) {
            add(project, judged, file, sighting.span, sighting.value.expose(), sighting.carrier, Confidence::High);
        }
    }
}

fn of_origins(
    project: &Project<'_, '_>,
    judged: &mut Judged,
    file: usize,
    origins: &[Origin],
    carrier: Carrier,
    confidence: Confidence,
) {
    for (text, span) in credentials(project, Role::ApiKey, origins) {
        add(project, judged, file, span, text.as_bytes(), carrier, confidence);
    }
}

fn add(
    project: &Project<'_, '_>,
    judged: &mut Judged,
    file: usize,
    span: Span,
    secret: &[u8],
    carrier: Carrier,
    confidence: Confidence,
) {
    let (route, evidence) = match carrier {
        Carrier::Code | Carrier::String => route::of_origins(project, std::iter::empty()),
        Carrier::Comment | Carrier::Prose => (Route::Remove, Vec::new()),
    };
    let what = carried(carrier);
    let draft = Draft {
        rule: RULE,
        file,
        span,
        what,
        confidence,
        route: Some(route),
        evidence,
        secret: Some(secret),
        proven: false,
    };
    if let Some(finding) = judged.add(project, draft) {
        let literal = Literal { role: Role::ApiKey, file, span, plain: None, value: secret };
        finding.fix = Some(crate::fix::literal::of(project, &literal));
    }
}
