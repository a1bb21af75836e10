//! `exposed-access-token`: a token that reaches a browser, a URL or a log.

use super::{Draft, Judged};
use crate::facts::Carrier;
use crate::finding::Confidence;
use crate::link::Origin;
use crate::link::project::Project;
use crate::link::route;

/// Finds what the pack calls an exposure, in code and configuration.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned.matched.exposures.iter().filter(|found| found.carrier == Carrier::Code) {
            let origin = Origin::Env { name: found.name.clone(), span: found.span };
            let (route, evidence) = route::of_origins(project, std::iter::once(&origin));
            let draft = Draft {
                rule: "exposed-access-token",
                file,
                span: found.span,
                what: &found.exposure.says.replace("{}", &found.name),
                confidence: Confidence::Medium,
                route: Some(route),
                evidence,
                secret: None,
                proven: false,
            };
            judged.add(project, draft);
        }
    }
}
