//! `deprecated-api-key-auth`: a login with an app id and an API key.
//!
//! The decision to know: the key's slot decides. Empty, it is the migrated form that the vendor itself recommends.

use super::{Draft, Judged, credentials, definitions, installed, is_sample};
use crate::facts::Carrier;
use crate::finding::{Confidence, Label, Level};
use crate::link::Origin;
use crate::link::project::Project;
use crate::link::route;
use crate::matcher::{Binding, Use, snake};
use crate::pack::schema::{Kind, Role};

/// Finds them in code, and in documents that teach them. Of others that are written down only the secrets matter, which
/// other rules find.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned.matched.uses.iter().filter(|found| found.construct.kind == Kind::KeyAuth) {
            match found.carrier {
                Carrier::Code => judge(project, judged, file, found),
                Carrier::Prose => taught(project, judged, file, found),
                Carrier::Comment | Carrier::String => (),
            }
        }
    }
}

/// An example that reads its key from somewhere: whoever follows it writes the login anew. One with a placeholder only
/// shows how it was, and one with a key is found by the key.
fn taught(project: &Project<'_, '_>, judged: &mut Judged, file: usize, found: &Use<'_>) {
    let Some(key) = found.slot(Role::ApiKey).filter(|_| found.binding <= Binding::Host) else { return };
    let read = |origin: &Origin| matches!(origin, Origin::Env { .. } | Origin::Name { .. } | Origin::Param { .. });
    if key.origins.is_empty() || !key.origins.iter().all(read) || !is_document(project, file) {
        return;
    }
    let (route, evidence) = route::of_use(project, file, found);
    let draft = Draft {
        rule: "deprecated-api-key-auth",
        file,
        span: found.span,
        what: &format!("{}, as documented here,", found.construct.title),
        confidence: Confidence::Low,
        route: Some(route),
        evidence,
        secret: None,
        proven: false,
    };
    if let Some(finding) = judged.add(project, draft) {
        finding.level = Level::Note;
    }
}

/// Whether people read the file to learn how something is done. What tells of a change shows how things were.
fn is_document(project: &Project<'_, '_>, file: usize) -> bool {
    const EXTENSIONS: [&str; 9] = ["md", "markdown", "mdx", "rst", "adoc", "asciidoc", "org", "rdoc", "textile"];
    const CHANGES: [&str; 6] = ["migrat", "upgrad", "change", "history", "release", "deprecat"];
    let name = project.files[file].source.path.to_str_lossy().to_ascii_lowercase();
    let stem = name.rsplit('/').next().unwrap_or(&name);
    let extension = stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    let document = EXTENSIONS.contains(&extension) || stem.starts_with("readme");
    document && !CHANGES.iter().any(|word| stem.contains(word))
}

fn judge(project: &Project<'_, '_>, judged: &mut Judged, file: usize, found: &Use<'_>) {
    let Some(key) = found.slot(Role::ApiKey) else { return };
    let keys = project.sources(file, &key.origins);
    if keys.iter().all(|key| matches!(key.origin, Origin::Blank { .. })) {
        return judged.spare(file, found.span, "the password is empty: this is the form for access tokens");
    }
    // What may be empty beside a token is the migrated form in two minds.
    let ids = found.slot(Role::AppId).map_or(&[][..], |slot| &slot.origins);
    let token = |origin: &Origin| origin.name().is_some_and(|name| snake(name).ends_with("token"));
    if ids.iter().any(token) && keys.iter().any(|key| matches!(key.origin, Origin::Blank { .. })) {
        return judged.spare(file, found.span, "a token stands in the app id's place, and the password may be empty");
    }
    let value =
        |origin| credentials(project, Role::ApiKey, std::slice::from_ref(origin)).first().map(|(text, _)| *text);
    let secret = keys.iter().find_map(|key| value(key.origin)).map(str::as_bytes);
    let proven = secret.is_some();
    let confidence = match (found.binding, proven) {
        (Binding::Import | Binding::Host, true) => Confidence::High,
        // Only the name looks like it, but the key's own name says whose it is.
        (Binding::Name, false) if !named(project, &key.origins) => Confidence::Low,
        _ => Confidence::Medium,
    };
    let (route, evidence) = route::of_use(project, file, found);
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
    // What replaces it depends on the version.
    let construct = found.construct;
    let package = construct.package.as_ref().filter(|_| construct.fixes.iter().any(|fix| fix.versions.is_some()));
    let version = package.and_then(|package| project.version(package, file));
    finding.related.extend(version.as_ref().map(installed));
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
