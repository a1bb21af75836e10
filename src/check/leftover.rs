//! `leftover-api-key`: a setting of a key that nothing reads.
//!
//! The decision to know: such a name often holds an access token, so the name alone is no evidence. It takes a name
//! that holds nothing else, a key's value or the pair beside it, and code that logs in with a token from elsewhere.
//! A name that anything reads, in any way, is in use; what reads it may be in a file that was not looked at.

use std::collections::{BTreeMap, HashSet};

use super::{Draft, Judged, credentials, is_sample};
use crate::facts::Carrier;
use crate::finding::{Confidence, Label, Route};
use crate::link::Origin;
use crate::link::project::Project;
use crate::matcher::Named;
use crate::pack::schema::{Kind, Role};

/// Finds names that are set and read nowhere: one finding for each name, at its first place.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    if project.partial {
        return;
    }
    let used = used(project);
    // By what the name says, so that a variable and the entry of the same name under other keys are one.
    let mut unread: BTreeMap<&str, Vec<(usize, &Named)>> = BTreeMap::new();
    for (file, scanned) in project.files.iter().enumerate() {
        let entries = scanned.matched.named.iter().filter(|named| named.role == Role::ApiKey && named.entry.is_some());
        for named in entries.filter(|named| named.carrier == Carrier::Code && says_key(project, named)) {
            let holds_token = !credentials(project, Role::Token, &named.origins).is_empty();
            if !used.contains(tail(project, &named.name))
                && !holds_token
                && judged.spared(project, file, false).is_none()
            {
                unread.entry(tail(project, &named.name)).or_default().push((file, named));
            }
        }
    }
    let migrated = migrated(project);
    for (_, places) in unread {
        let Some((file, first)) = places.first() else { continue };
        let Some(key) = &first.entry else { continue };
        let proven = places.iter().any(|(_, named)| !credentials(project, Role::ApiKey, &named.origins).is_empty());
        let certain = places.iter().any(|(_, named)| project.pack.is_certain(Role::ApiKey, &named.name));
        let paired = places.iter().any(|(file, _)| has_app_id(project, *file));
        // What only hands a variable on may do so to a program of another project.
        let is_env = |origin: &Origin| matches!(origin, Origin::Env { .. });
        let handed_on = places.iter().all(|(_, named)| named.origins.iter().all(is_env));
        let confidence = match (&migrated, proven, certain || paired) {
            (Some(_), true, _) => Confidence::High,
            (Some(_), false, true) if !handed_on => Confidence::Medium,
            // What nothing replaces yet may be read by another project; a value is found for itself.
            (None, _, _) if !certain || proven => continue,
            _ => Confidence::Low,
        };
        let evidence = migrated.iter().map(|path| format!("the program logs in with an access token ({path})"));
        let evidence = std::iter::once(format!("no code reads {}", key.text)).chain(evidence).collect();
        let draft = Draft {
            rule: "leftover-api-key",
            file: *file,
            span: key.span,
            what: &key.text,
            confidence,
            route: Some(Route::Remove),
            evidence,
            secret: None,
            proven: false,
        };
        let Some(finding) = judged.add(project, draft) else { continue };
        finding.related.extend(places.iter().skip(1).filter_map(|(file, named)| {
            let key = named.entry.as_ref()?;
            Some(Label { file: *file, span: key.span, text: "it is set here too".to_owned() })
        }));
    }
}

/// Whether the last key says that it is a key, and of this vendor: the keys above may be about more.
fn says_key(project: &Project<'_, '_>, named: &Named) -> bool {
    const BARE: [&str; 5] = ["key", "api_key", "apikey", "app_key", "app_api_key"];
    let Some(key) = &named.entry else { return false };
    let last = crate::matcher::snake(&key.text);
    BARE.contains(&last.as_str()) || project.pack.role_of_name(&last) == Some(Role::ApiKey)
}

/// What a name says after the vendor's word, which is what a setting and the look-up of it share.
fn tail<'n>(project: &Project<'_, '_>, name: &'n str) -> &'n str {
    name.rsplit_once(&project.pack.word).map_or(name, |(_, tail)| tail)
}

/// The tails of all names that something reads. A setting filled from a variable reads it when the setting is read.
fn used<'p>(project: &'p Project<'_, '_>) -> HashSet<&'p str> {
    let reads = || project.files.iter().flat_map(|file| &file.matched.reads);
    let mut used: HashSet<&str> =
        reads().filter(|read| read.kept_as.is_none()).map(|read| tail(project, &read.name)).collect();
    let kept = |used: &HashSet<&str>| -> Vec<&'p str> {
        let through = |read: &&'p crate::matcher::Read| {
            read.kept_as.as_ref().is_some_and(|kept| used.contains(tail(project, kept)))
        };
        reads().filter(through).map(|read| tail(project, &read.name)).collect()
    };
    for _ in 0..4 {
        let more = kept(&used);
        used.extend(more);
    }
    used
}

/// The first file whose code logs in with a token.
fn migrated(project: &Project<'_, '_>) -> Option<String> {
    let logs_in = |file: usize| {
        let code = |found: &&crate::matcher::Use<'_>| found.carrier == Carrier::Code;
        // What only configures a program is no program of its own.
        let configures = project.files[file].matched.named.iter().any(|named| named.entry.is_some());
        !configures
            && !is_sample(project, file)
            && project.files[file].matched.uses.iter().filter(code).any(|found| match found.construct.kind {
                Kind::TokenAuth => true,
                Kind::KeyAuth => found
                    .slot(Role::ApiKey)
                    .is_some_and(|key| key.origins.iter().all(|origin| matches!(origin, Origin::Blank { .. }))),
                _ => false,
            })
    };
    let first = (0..project.files.len()).find(|file| logs_in(*file))?;
    Some(project.files[first].source.path.to_str_lossy().into_owned())
}

/// Whether the file sets an app id too, as the pair needed.
fn has_app_id(project: &Project<'_, '_>, file: usize) -> bool {
    let pack = project.pack;
    let is = |name: &str| name.contains(&pack.word) && pack.role_of_name(name) == Some(Role::AppId);
    project.files[file].matched.definitions.iter().any(|found| is(&crate::matcher::snake(&found.name)))
}
