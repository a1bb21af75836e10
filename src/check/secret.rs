//! `hardcoded-client-secret`: the OAuth client secret's value in a file.

use super::{Draft, Judged, carried, credentials};
use crate::facts::Carrier;
use crate::finding::{Confidence, Route};
use crate::fix::literal::{self, Literal};
use crate::link::Origin;
use crate::link::project::Project;
use crate::pack::schema::Role;

/// Finds it under a name that says so, in a construct, or as a parameter of the exchange.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        let matched = &scanned.matched;
        let slots = matched
            .uses
            .iter()
            .flat_map(|found| found.slots.iter().map(|slot| (slot.role, &slot.origins, found.carrier)));
        let named = matched.named.iter().map(|named| (named.role, &named.origins, named.carrier));
        let parameters =
            matched.parameters.iter().filter_map(|found| Some((found.parameter.role?, &found.origins, found.carrier)));
        let all: Vec<(Role, &Vec<Origin>, Carrier)> = slots.chain(named).chain(parameters).collect();
        for (_, origins, carrier) in all.into_iter().filter(|(role, _, _)| *role == Role::ClientSecret) {
            for (text, span) in credentials(project, Role::ClientSecret, origins) {
                let draft = Draft {
                    rule: "hardcoded-client-secret",
                    file,
                    span,
                    what: carried(carrier),
                    confidence: Confidence::High,
                    route: Some(Route::Oauth),
                    evidence: vec!["an OAuth client secret is there".to_owned()],
                    secret: Some(text.as_bytes()),
                    proven: false,
                };
                if let Some(finding) = judged.add(project, draft) {
                    let plain = literal::quoted(project, file, span).filter(|_| carrier == Carrier::Code);
                    let literal = Literal { role: Role::ClientSecret, file, span, plain, value: text.as_bytes() };
                    finding.fix = Some(literal::of(project, &literal));
                }
            }
        }
    }
}
