//! `access-token-in-public-integration`: a login for other people's data with an access token.
//!
//! The decision to know: a token that OAuth gave is an access token too. Where the project connects accounts through
//! OAuth, a token from a customer's record is what it should be, so only the declared audience and credentials that
//! people type in speak.

use super::{Draft, Judged, is_sample};
use crate::facts::Carrier;
use crate::finding::{Confidence, Route};
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
        for found in uses.filter(|found| found.carrier == Carrier::Code) {
            judge(project, judged, file, found);
        }
    }
}

fn judge(project: &Project<'_, '_>, judged: &mut Judged, file: usize, found: &Use<'_>) {
    let Some(token) = found.slot(Role::Token) else { return };
    let (public, own) = route::of_values(project, token.origins.iter());
    let signs = route::signs(project);
    let declared = project.declared == Some(Route::Oauth);
    let evident = !public.is_empty();
    let contradicts = declared && !own.is_empty();
    if !(evident || contradicts) || is_sample(project, file) {
        return;
    }
    if evident && let Some(oauth) = &signs.oauth {
        return judged.spare(file, found.span, format!("the token may be what OAuth gave: {oauth}"));
    }
    let doubt = signs.oauth.is_some()
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
    judged.add(project, draft);
}
