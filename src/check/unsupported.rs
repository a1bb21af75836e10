//! `unsupported-credential-form`: a token passed in a way that the installed version does not take.
//!
//! The decision to know: nothing is said while the version may be one that takes it. A version that takes no token at
//! all is `outdated-sdk`'s: there the manifest is wrong, not the code.

use super::{Draft, Judged, installed};
use crate::facts::Carrier;
use crate::finding::Confidence;
use crate::link::Origin;
use crate::link::project::Project;
use crate::matcher::{Binding, Use};
use crate::pack::schema::{Kind, Role};

/// Finds logins with a token, and with a pair whose key is empty, which is the first form that tokens were passed in.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        let uses = scanned.matched.uses.iter().filter(|found| found.carrier == Carrier::Code);
        for found in uses.filter(|found| passes_token(found)) {
            judge(project, judged, file, found);
        }
    }
}

fn passes_token(found: &Use<'_>) -> bool {
    let blank = |found: &Use<'_>| {
        let key = found.slot(Role::ApiKey);
        key.is_some_and(|key| key.origins.iter().all(|origin| matches!(origin, Origin::Blank { .. })))
    };
    match found.construct.kind {
        Kind::TokenAuth => true,
        Kind::KeyAuth => blank(found),
        _ => false,
    }
}

fn judge(project: &Project<'_, '_>, judged: &mut Judged, file: usize, found: &Use<'_>) {
    let construct = found.construct;
    let Some((package, versions)) = construct.package.as_ref().zip(construct.versions.as_ref()) else { return };
    let Some(version) = project.version(package, file) else { return };
    let library = project.pack.library(package);
    if version.range.overlaps(versions) || library.is_some_and(|library| library.takes_no_token(&version.range)) {
        return;
    }
    let draft = Draft {
        rule: "unsupported-credential-form",
        file,
        span: found.span,
        what: &format!("{} {}", package.name, version.written),
        confidence: match found.binding {
            Binding::Name => Confidence::Low,
            _ if version.is_sure() => Confidence::High,
            _ => Confidence::Medium,
        },
        route: None,
        evidence: Vec::new(),
        secret: None,
        proven: false,
    };
    let Some(finding) = judged.add(project, draft) else { return };
    finding.related.push(installed(&version));
    finding.fix = crate::fix::of_form(project, file, found);
}
