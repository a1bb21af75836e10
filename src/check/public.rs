//! `access-token-in-public-integration`: a login for other people's data with an access token.
//!
//! The decision to know: a token that OAuth gave is an access token too. Where the project connects accounts through
//! OAuth, a token from a customer's record is what it should be, so only the declared audience and credentials that
//! people type in speak. One sign alone, such as the name of a variable, is a doubt: a second one has to agree.

use super::{Draft, Judged, is_sample};
use crate::facts::Carrier;
use crate::finding::{Confidence, Route};
use crate::fix::oauth;
use crate::link::Origin;
use crate::link::project::Project;
use crate::link::route;
use crate::matcher::{Binding, Use};
use crate::pack::schema::{Kind, Role};

/// Finds logins with a token, in code.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    if project.declared == Some(Route::AccessToken) {
        return;
    }
    for (file, scanned) in project.files.iter().enumerate() {
        let uses = scanned.matched.uses.iter().filter(|found| found.construct.kind == Kind::TokenAuth);
        // One client of a file is like the next.
        let mut uses = uses.filter(|found| found.carrier == Carrier::Code);
        uses.find(|found| judge(project, judged, file, found));
    }
}

/// Whether it is one.
fn judge(project: &Project<'_, '_>, judged: &mut Judged, file: usize, found: &Use<'_>) -> bool {
    let Some(token) = found.slot(Role::Token) else { return false };
    let sources = project.sources(file, &token.origins);
    let (public, own) = route::of_values(project, sources.iter().map(|source| source.origin));
    let signs = route::signs(project);
    let declared = project.declared == Some(Route::Oauth);
    let evident = !public.is_empty();
    let contradicts = declared && !own.is_empty();
    if !(evident || contradicts) || is_sample(project, file) {
        return false;
    }
    if evident && let Some(oauth) = &signs.oauth {
        judged.spare(file, found.span, format!("the token may be what OAuth gave: {oauth}"));
        return false;
    }
    let agreed = signs.asked.is_some() || !signs.installed.is_empty() || public.len() > 1;
    let doubt = signs.oauth.is_some()
        || !(declared || agreed)
        || matches!(found.binding, Binding::Around | Binding::Name)
        || token.origins.iter().any(|origin| matches!(origin, Origin::Unknown { .. }));
    let (_, mut evidence) = route::of_origins(project, token.origins.iter());
    evidence.extend(
        own.iter()
            .chain(&public)
            .filter(|says| !evidence.iter().any(|said| said.ends_with(*says)))
            .cloned()
            .collect::<Vec<_>>(),
    );
    let draft = Draft {
        rule: "access-token-in-public-integration",
        file,
        span: found.span,
        what: &found.construct.title,
        confidence: if doubt { Confidence::Low } else { Confidence::Medium },
        route: Some(Route::Oauth),
        evidence,
        secret: None,
        proven: false,
    };
    let Some(finding) = judged.add(project, draft) else { return false };
    finding.fix = Some(oauth::of(project, file, oauth::Case::Given(found.language)));
    true
}
