//! `app-id-as-token`: the app id where the token belongs.
//!
//! The decision to know: in the form that the vendor recommends for old clients, the token stands in the id's slot, and
//! a setting called an app id may hold it. A keyword that asks for the id says nothing then; a variable's own name does.

use super::{Draft, Judged, credentials};
use crate::facts::Carrier;
use crate::finding::Confidence;
use crate::link::Origin;
use crate::link::project::Project;
use crate::link::route;
use crate::matcher::{Binding, Slot, Use, snake};
use crate::pack::schema::{Kind, Role};

/// Finds logins whose token is called an app id, or has the shape of one.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned.matched.uses.iter().filter(|found| found.carrier == Carrier::Code) {
            let Some((slot, sure)) = token(found) else { continue };
            judge(project, judged, file, found, slot, sure);
        }
    }
}

/// The slot that holds the token, and whether it is one for tokens only.
fn token<'u>(found: &'u Use<'_>) -> Option<(&'u Slot, bool)> {
    match found.construct.kind {
        Kind::TokenAuth => Some((found.slot(Role::Token)?, true)),
        Kind::KeyAuth => {
            let blank = |origin: &Origin| matches!(origin, Origin::Blank { .. });
            let key = found.slot(Role::ApiKey)?;
            let slot = found.slot(Role::AppId)?;
            let keyword = found.matched.iter().any(|part| part.contains(slot.span) && part.start < slot.span.start);
            key.origins.iter().all(blank).then_some((slot, !keyword))
        }
        _ => None,
    }
}

fn judge(project: &Project<'_, '_>, judged: &mut Judged, file: usize, found: &Use<'_>, slot: &Slot, sure: bool) {
    let pack = project.pack;
    let is_id = |origin: &Origin| match origin {
        Origin::Blank { .. } => true,
        Origin::Literal { text, .. } => sure && is_app_id(project, text),
        origin => origin.name().is_some_and(|name| pack.role_of_name(&snake(name)) == Some(Role::AppId)),
    };
    // Several values, one of which is a token's, are a fallback that works.
    let some = slot.origins.iter().any(|origin| !matches!(origin, Origin::Blank { .. }));
    if !some || !slot.origins.iter().all(is_id) || !credentials(project, Role::Token, &slot.origins).is_empty() {
        return;
    }
    let variable = slot.origins.iter().any(|origin| matches!(origin, Origin::Env { .. }));
    let confidence = match found.binding {
        Binding::Import | Binding::Host if sure || variable => Confidence::Medium,
        _ => Confidence::Low,
    };
    let (route, evidence) = route::of_origins(project, slot.origins.iter());
    let draft = Draft {
        rule: "app-id-as-token",
        file,
        span: slot.span,
        what: &found.construct.title,
        confidence,
        route: Some(route),
        evidence,
        secret: None,
        proven: false,
    };
    judged.add(project, draft);
}

/// Whether a text has the shape of an app id, with a digit, so that it is no word.
fn is_app_id(project: &Project<'_, '_>, text: &str) -> bool {
    let shaped = project.pack.credentials.iter().any(|shape| shape.role == Role::AppId && shape.proves(text));
    shaped && text.bytes().any(|byte| byte.is_ascii_digit()) && !project.pack.is_placeholder(text)
}
