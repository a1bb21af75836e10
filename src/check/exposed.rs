//! `exposed-access-token`: a token that reaches a browser, a URL or a log.

use super::{Draft, Judged, credentials};
use crate::facts::Carrier;
use crate::finding::Confidence;
use crate::link::project::Project;
use crate::link::route;
use crate::pack::schema::Role;

/// Finds what the pack calls an exposure, in code and configuration.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned.matched.exposures.iter().filter(|found| found.carrier == Carrier::Code) {
            let (route, evidence) = route::of_origins(project, found.origins.iter());
            let proven = !credentials(project, Role::Token, &found.origins).is_empty();
            let draft = Draft {
                rule: "exposed-access-token",
                file,
                span: found.span,
                what: &found.exposure.says.replace("{}", &found.name),
                confidence: if proven { Confidence::High } else { Confidence::Medium },
                route: Some(route),
                evidence,
                secret: None,
                proven: false,
            };
            judged.add(project, draft);
        }
    }
}
