//! `deprecated-api-key-auth`: a login with an app id and an API key.
//!
//! The decision to know: the key's slot decides. Empty, it is the migrated form that the vendor itself recommends.

use super::{Draft, Judged, credentials, definitions, is_sample};
use crate::facts::Carrier;
use crate::finding::{Confidence, Label, Level};
use crate::link::Origin;
use crate::link::project::Project;
use crate::link::route;
use crate::matcher::{Binding, Use, snake};
use crate::pack::schema::{Kind, Role};

/// Finds them in code; in comments and documents only their secrets matter, which other rules find.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned
            .matched
            .uses
            .iter()
            .filter(|found| found.construct.kind == Kind::KeyAuth && found.carrier == Carrier::Code)
        {
            judge(project, judged, file, found);
        }
    }
}

fn judge(project: &Project<'_, '_>, judged: &mut Judged, file: usize, found: &Use<'_>) {
    let Some(key) = found.slot(Role::ApiKey) else { return };
    let keys = project.sources(file, &key.origins);
    if keys.iter().all(|key| matches!(key.origin, Origin::Blank { .. })) {
        return judged.spare(file, found.span, "the password is empty: this is the form for access tokens");
    }
    let proven =
        keys.iter().any(|key| !credentials(project, Role::ApiKey, std::slice::from_ref(key.origin)).is_empty());
    let confidence = match (found.binding, proven) {
        (Binding::Import | Binding::Host, true) => Confidence::High,
        // Only the name looks like it, but the key's own name says whose it is.
        (Binding::Name, false) if !named(project, &key.origins) => Confidence::Low,
        _ => Confidence::Medium,
    };
    let (route, evidence) = route::of_use(project, file, found);
    let secret = keys.iter().find_map(|key| match key.origin {
        Origin::Literal { text, .. } => Some(text.as_bytes()),
        _ => None,
    });
    let draft = Draft {
        rule: "deprecated-api-key-auth",
        file,
        span: found.span,
        what: &found.construct.title,
        confidence,
        route: Some(route),
        evidence,
        secret,
        proven: false,
    };
    let Some(finding) = judged.add(project, draft) else { return };
    let placeholder = |origin: &Origin| matches!(origin, Origin::Literal { .. } | Origin::Blank { .. });
    if is_sample(project, file) && !proven && key.origins.iter().all(placeholder) {
        finding.level = Level::Note;
    }
    for slot in &found.slots {
        let what = if slot.role == Role::AppId { "the app id comes from here" } else { "the key comes from here" };
        for source in project.sources(file, &slot.origins) {
            finding.related.extend(definitions(project, std::slice::from_ref(source.origin)));
            let span = source.through.unwrap_or_else(|| source.origin.span());
            if source.file != file || !found.span.contains(span) {
                finding.related.push(Label { file: source.file, span, text: what.to_owned() });
            }
        }
    }
    finding.related.extend(found.companions.iter().map(|span| Label {
        file,
        span: *span,
        text: "belongs to it".to_owned(),
    }));
    dedup(&mut finding.related);
    finding.fix = crate::fix::of_use(project, file, found, route);
}

/// Whether the name a key is read from is one of the vendor's.
fn named(project: &Project<'_, '_>, origins: &[Origin]) -> bool {
    let role = |name: &str| project.pack.role_of_name(&snake(name));
    origins.iter().filter_map(Origin::name).any(|name| role(name) == Some(Role::ApiKey))
}

/// Drops labels whose place another label lies in or equals, in the order they were made.
fn dedup(labels: &mut Vec<Label>) {
    let all = std::mem::take(labels);
    for label in all {
        if !labels.iter().any(|kept| kept.file == label.file && kept.span.overlaps(label.span)) {
            labels.push(label);
        }
    }
}
