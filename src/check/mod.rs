//! The judgements: resolved uses in, findings out.
//!
//! Owns the list of checks and what they share. A check sees neither raw facts nor text, neither a spelling nor a
//! language. The decision to know: a check says what is wrong and how sure it is; the words come from the pack, the
//! replacement from [`crate::fix`].

mod app_id;
mod collected;
mod deprecated;
mod exchange;
mod exposed;
mod grant;
mod key;
mod leftover;
mod outdated;
mod public;
mod refresh;
mod secret;
mod shared;
mod token;
mod unsupported;

use std::collections::{HashMap, HashSet};

use crate::facts::Carrier;
use crate::finding::{Around, Confidence, Finding, Label, Route, State};
use crate::fingerprint::{Identity, Secret};
use crate::link::Origin;
use crate::link::packages::Version;
use crate::link::project::Project;
use crate::pack::schema::Role;
use crate::span::Span;

/// Everything the checks have to say of a project.
#[derive(Default)]
pub struct Judged {
    /// The findings, unsorted; files are indexes into [`Project::files`].
    pub findings: Vec<Finding>,
    /// What looked like a finding and was spared, with the reason.
    pub spared: Vec<(Label, String)>,
    /// What the fixes leave to people.
    pub around: Around,
    /// The rule, file and place of each finding.
    made: HashSet<(&'static str, usize, Span)>,
    /// The exemption of the pack that spares the credentials of a file, proven or not, by its path.
    paths: HashMap<(usize, bool), Option<usize>>,
}

/// A check.
type Check = fn(&Project<'_, '_>, &mut Judged);

/// Every check, by the rule it makes.
pub const CHECKS: &[(&str, Check)] = &[
    ("deprecated-api-key-auth", deprecated::check),
    ("hardcoded-api-key", key::check),
    ("hardcoded-access-token", token::check),
    ("hardcoded-client-secret", secret::check),
    ("unsupported-oauth-grant", grant::check),
    ("exposed-access-token", exposed::check),
    ("collected-access-token", collected::check),
    ("leftover-api-key", leftover::check),
    ("shared-access-token", shared::check),
    ("access-token-in-public-integration", public::check),
    ("needless-token-refresh", refresh::check),
    ("exposed-oauth-exchange", exchange::check),
    ("app-id-as-token", app_id::check),
    ("outdated-sdk", outdated::check),
    ("unsupported-credential-form", unsupported::check),
];

/// Runs every check.
#[must_use]
pub fn judge(project: &Project<'_, '_>) -> Judged {
    let mut judged = Judged::default();
    CHECKS.iter().for_each(|(_, check)| check(project, &mut judged));
    judged.around = crate::fix::complete(project, &mut judged.findings);
    for (file, scanned) in project.files.iter().enumerate() {
        let spared = scanned.matched.spared.iter();
        judged
            .spared
            .extend(spared.map(|(span, reason)| (Label { file, span: *span, text: String::new() }, reason.clone())));
    }
    judged
}

/// What a check knows of a finding before it has words.
struct Draft<'d> {
    rule: &'static str,
    file: usize,
    span: Span,
    /// What stands for `{}` in the rule's message.
    what: &'d str,
    confidence: Confidence,
    route: Option<Route>,
    evidence: Vec<String>,
    /// The secret, of its credential's structure, for telling it from others; never shown.
    secret: Option<&'d [u8]>,
    /// Whether the secret's structure alone proves it, which some exemptions do not spare.
    proven: bool,
}

impl Judged {
    /// Gives a draft its words, unless its file is spared. The same rule at the same place is one finding.
    fn add(&mut self, project: &Project<'_, '_>, draft: Draft<'_>) -> Option<&mut Finding> {
        if let Some(reason) = self.spared(project, draft.file, draft.proven) {
            self.spare(draft.file, draft.span, reason);
            return None;
        }
        let rule = project.pack.rule(draft.rule)?;
        let file = &project.files[draft.file];
        if !self.made.insert((draft.rule, draft.file, draft.span)) {
            return None;
        }
        let words = |text: &str| text.replace("{variable}", project.variable);
        let identity = Identity::new(&rule.doc.id, file.source, draft.span, file.hidden, draft.secret);
        self.findings.push(Finding {
            rule: rule.doc.id.clone(),
            level: rule.doc.level,
            confidence: draft.confidence,
            primary: Label { file: draft.file, span: draft.span, text: String::new() },
            related: Vec::new(),
            message: rule.message.replace("{}", draft.what),
            why: rule.doc.why.clone(),
            remedy: words(rule.remedy(draft.route)),
            route: draft.route,
            evidence: draft.evidence,
            identity,
            fingerprint: identity.fingerprint(&file.source.path),
            secret: draft.secret.and_then(Secret::of),
            repository: None,
            history: None,
            state: State::Open,
            accepted: None,
            fix: None,
        });
        self.findings.last_mut()
    }

    /// Why the credentials of a file, proven or not, are spared by its path.
    fn spared<'p>(&mut self, project: &Project<'_, 'p>, file: usize, proven: bool) -> Option<&'p str> {
        let path = project.files[file].source.path.as_path();
        let spares = |row: &crate::pack::Exemption| {
            (!row.unproven_only || !proven) && row.paths.as_ref().is_some_and(|paths| paths.is_match(path))
        };
        let exemptions = &project.pack.exemptions;
        let row = self.paths.entry((file, proven)).or_insert_with(|| exemptions.iter().position(spares));
        row.map(|row| exemptions[row].reason.as_str())
    }

    fn spare(&mut self, file: usize, span: Span, reason: impl Into<String>) {
        self.spared.push((Label { file, span, text: String::new() }, reason.into()));
    }
}

/// Whether a text is a credential of this role: of its structure, and nobody's placeholder.
fn is_credential(project: &Project<'_, '_>, role: Role, text: &str) -> bool {
    let shaped = project.pack.credentials.iter().any(|credential| credential.role == role && credential.proves(text));
    let spared =
        project.pack.exemptions.iter().any(|row| row.values.as_ref().is_some_and(|values| values.is_match(text)));
    shaped && !spared && !project.pack.is_placeholder(text)
}

/// The literals among origins that are credentials of this role.
fn credentials<'o>(project: &Project<'_, '_>, role: Role, origins: &'o [Origin]) -> Vec<(&'o str, Span)> {
    let literal = |origin: &'o Origin| match origin {
        Origin::Literal { text, span } => Some((text.as_str(), *span)),
        _ => None,
    };
    origins.iter().filter_map(literal).filter(|(text, _)| is_credential(project, role, text)).collect()
}

/// The words for what carries a credential.
fn carried(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Comment => "a comment",
        Carrier::Prose => "this document",
        Carrier::Code | Carrier::String => "this file",
    }
}

/// Labels for where environment variables are given their values.
fn definitions(project: &Project<'_, '_>, origins: &[Origin]) -> Vec<Label> {
    let mut labels = Vec::new();
    for origin in origins {
        let Origin::Env { name, .. } = origin else { continue };
        for (file, definition) in project.definitions(name).iter().take(8) {
            labels.push(Label { file: *file, span: definition.span, text: format!("{name} is set here") });
        }
    }
    labels
}

/// A label for what tells the version.
fn installed(version: &Version<'_>) -> Label {
    let says = if version.locked { "is locked here" } else { "is asked for here" };
    let (file, span) = version.place;
    Label { file, span, text: format!("{} {says}", version.written) }
}

/// Folders whose code is not the product's own run: a dead login there is worth a note.
pub(crate) fn is_sample(project: &Project<'_, '_>, file: usize) -> bool {
    const FOLDERS: [&str; 12] = [
        "test",
        "tests",
        "spec",
        "specs",
        "__tests__",
        "__mocks__",
        "fixtures",
        "mocks",
        "examples",
        "example",
        "samples",
        "testdata",
    ];
    let path = project.files[file].source.path.as_path();
    path.components()
        .any(|part| part.as_os_str().to_str().is_some_and(|name| FOLDERS.contains(&name.to_ascii_lowercase().as_str())))
}
