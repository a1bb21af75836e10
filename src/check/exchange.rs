//! `exposed-oauth-exchange`: an OAuth connection that others can read or forge.
//!
//! The decision to know: the state is missing only when all parameters of the URL can be seen and nothing around speaks
//! of one.

use super::{Draft, Judged};
use crate::facts::Carrier;
use crate::finding::{Confidence, Route};
use crate::fix::oauth::{self, Case};
use crate::link::project::Project;
use crate::matcher::Binding;
use crate::pack::schema::{Kind, Role};
use crate::span::Span;

/// Finds codes that are traded in a client, secrets in a URL, and authorization without a state.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        let matched = scanned.matched;
        let secrets = matched
            .parameters
            .iter()
            .filter(|found| found.parameter.role == Some(Role::ClientSecret) && found.carrier == Carrier::Code);
        for found in secrets {
            let confidence = if found.binding == Binding::Around { Confidence::Medium } else { Confidence::High };
            if matched.delivered {
                add(project, judged, file, found.span, Case::Traded, confidence);
            }
            if found.in_query {
                add(project, judged, file, found.span, Case::InUrl, confidence);
            }
        }
        let traded = matched.uses.iter().filter(|found| found.construct.kind == Kind::OauthExchange);
        for found in traded.filter(|found| matched.delivered && found.carrier == Carrier::Code) {
            add(project, judged, file, found.span, Case::Traded, Confidence::Medium);
        }
        for found in matched.authorizations.iter().filter(|found| found.carrier == Carrier::Code) {
            let missing = found.parameters.as_ref().is_some_and(|names| !names.iter().any(|name| name == "state"));
            if missing && !found.state_near {
                add(project, judged, file, found.span, Case::Stateless, Confidence::High);
            }
        }
    }
}

fn add(
    project: &Project<'_, '_>,
    judged: &mut Judged,
    file: usize,
    span: Span,
    case: Case<'_>,
    confidence: Confidence,
) {
    let what = match case {
        Case::InUrl => "the client secret is part of a URL",
        Case::Stateless => "the authorization URL has no state",
        _ => "the code is traded where everybody sees the secret",
    };
    let draft = Draft {
        rule: "exposed-oauth-exchange",
        file,
        span,
        what,
        confidence,
        route: Some(Route::Oauth),
        evidence: vec!["it connects accounts through OAuth".to_owned()],
        secret: None,
        proven: false,
    };
    if let Some(finding) = judged.add(project, draft) {
        finding.fix = Some(oauth::of(project, file, case));
    }
}
