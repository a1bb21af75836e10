//! `hardcoded-access-token`: a value that decodes to the structure of an access token, anywhere.

use super::{Draft, Judged, carried};
use crate::finding::Confidence;
use crate::fingerprint::Secret;
use crate::fix::literal::Literal;
use crate::link::project::Project;
use crate::link::route;
use crate::pack::schema::Role;

/// Finds them in whatever carries them.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for sighting in scanned.matched.sightings.iter().filter(|sighting| sighting.credential.role == Role::Token) {
            let (route, evidence) = route::of_origins(project, std::iter::empty());
            let draft = Draft {
                rule: "hardcoded-access-token",
                file,
                span: sighting.span,
                what: carried(sighting.carrier),
                confidence: Confidence::High,
                route: Some(route),
                evidence,
                secret: Some(sighting.value.expose()),
                proven: true,
            };
            if let Some(finding) = judged.add(project, draft) {
                // One token is one secret, however it is wrapped here.
                finding.secret = Secret::of(&sighting.bare());
                let (span, plain, value) = (sighting.span, sighting.plain, sighting.value.expose());
                let literal = Literal { role: Role::Token, file, span, plain, value };
                finding.fix = Some(crate::fix::literal::of(project, &literal));
            }
        }
    }
}
