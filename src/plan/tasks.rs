//! From one finding to one task.
//!
//! Owns which rules belong together and the words of their tasks. The decision to know: what a fix says is the task; how
//! customers connect is said once, in a stage of its own, and not again with every place.

use std::collections::BTreeSet;

use super::Task;
use crate::finding::{Applicability, FileId, Finding, Label, Route};

/// A finding as a task at its place; `files` have tasks of their own.
pub(super) fn task(finding: &Finding, files: &BTreeSet<FileId>) -> Task {
    let fix = finding.fix.as_ref();
    let what = fix.map_or(&finding.remedy, |fix| &fix.title).clone();
    let beside = |label: &Label| label.file != finding.primary.file || label.span != finding.primary.span;
    // Of a login the related places explain where its key comes from; of these rules they have to be changed, too.
    let several = ["needless-token-refresh", "leftover-api-key"].contains(&name(finding));
    let related = finding.related.iter().filter(|label| several && beside(label));
    let mut places: Vec<Label> = related.cloned().map(unsaid).collect();
    // A fix of several findings is each one's; what has a task of its own needs no mention.
    for edit in fix.iter().flat_map(|fix| &fix.edits).filter(|edit| !files.contains(&edit.file)) {
        if !places.iter().any(|place| place.file == edit.file) {
            places.push(Label { file: edit.file, span: edit.span, text: "changes with it".to_owned() });
        }
    }
    let how = Some(fix.map_or(Applicability::Manual, |fix| fix.applicability));
    let connected = finding.route == Some(Route::Oauth);
    let what = match (name(finding), fix) {
        // How they connect is a stage of its own.
        ("deprecated-api-key-auth", Some(_)) if connected => {
            "pass the customer's token, which the connection stored, in place of the pair".to_owned()
        }
        ("access-token-in-public-integration", _) => {
            "pass the customer's token, which the connection stored".to_owned()
        }
        ("collected-access-token", _) => {
            format!("{}: put a link there that starts the connection", finding.message)
        }
        (_, Some(_)) => what,
        (_, None) => format!("{}: {what}", finding.message),
    };
    Task { place: Some(unsaid(finding.primary.clone())), what, how, places, ..Task::default() }
}

/// Logins that are to read something else.
pub(super) const LOGINS: &[&str] = &["deprecated-api-key-auth", "app-id-as-token"];
/// Tokens in files.
pub(super) const LITERALS: &[&str] = &["hardcoded-access-token", "shared-access-token"];
/// What belongs to the way customers connect.
pub(super) const CONNECTING: &[&str] =
    &["collected-access-token", "needless-token-refresh", "unsupported-oauth-grant", "exposed-oauth-exchange"];
/// What is mended in a manifest.
pub(super) const VERSIONS: &[&str] = &["outdated-sdk"];
/// What nothing needs any more.
pub(super) const LEFTOVERS: &[&str] = &["hardcoded-api-key", "leftover-api-key"];

/// The rule's name without the vendor.
pub(super) fn name(finding: &Finding) -> &str {
    finding.rule.rsplit('/').next().unwrap_or_default()
}

/// A name as code, which a backquote in it would end.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

/// What a file does with a variable, as the start of a sentence.
pub(super) fn says(place: &Label) -> &str {
    if place.text.is_empty() { "sets" } else { &place.text }
}

pub(super) fn unsaid(label: Label) -> Label {
    Label { text: String::new(), ..label }
}
