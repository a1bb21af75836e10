//! Findings: plain data that a check makes and a renderer prints.
//!
//! Owns the shape of a finding, a fix and a whole report. It knows no language, no vendor, no terminal. The decision
//! to know: everything here is already masked. Messages never quote a secret, and source text is only reachable
//! through [`Masked`], in which every credential has been overwritten.

pub mod join;
mod repository;

use std::collections::{BTreeMap, BTreeSet};

use crate::fingerprint::{Identity, Secret};
use crate::redact::Masked;
use crate::source::{Reason, Skipped};
use crate::span::Span;
pub use repository::{Commit, History, HistoryExamined, Repository};

/// Index into [`Report::files`].
pub type FileId = usize;

/// How much a finding matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; nothing is broken.
    Note,
    /// Should be changed.
    Warning,
    /// Is broken or gives a credential away.
    Error,
}

/// How sure dekey is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Not bound to the vendor beyond doubt, or ambiguous. Hidden unless asked for.
    Low,
    /// Bound to the vendor; the credential's value is not visible.
    Medium,
    /// Bound to the vendor and structurally verified.
    High,
}

/// Where the code has to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Own data: an access token from the environment.
    AccessToken,
    /// Other people's data: OAuth.
    Oauth,
    /// Nothing replaces it.
    Remove,
}

/// A labelled place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file it is in.
    pub file: FileId,
    /// Bytes of that file's text.
    pub span: Span,
    /// What the place is, in a few words; may be empty.
    pub text: String,
}

/// Whether a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It counts.
    Open,
    /// An inline directive accepts it.
    Suppressed,
    /// The baseline accepts it.
    Baselined,
    /// It was there before the change that is looked at.
    Unchanged,
    /// It stands in the history only, and there it does no harm.
    Resolved,
}

/// One thing found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's id with the vendor's prefix, `vendor/name`.
    pub rule: String,
    /// How much it matters.
    pub level: Level,
    /// How sure dekey is.
    pub confidence: Confidence,
    /// Where it is.
    pub primary: Label,
    /// Places that explain it: definitions, bindings, companions.
    pub related: Vec<Label>,
    /// What is wrong: one line that stands alone, lower-case start, no final period.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// What to do next.
    pub remedy: String,
    /// Where the code has to go, where that is known.
    pub route: Option<Route>,
    /// What the route was chosen by, a short phrase each.
    pub evidence: Vec<String>,
    /// Tells it from others, wherever it stands.
    pub identity: Identity,
    /// Stable over moved lines, different for a different secret; hex.
    pub fingerprint: String,
    /// The secret that was found, where it is beyond guessing.
    pub secret: Option<Secret>,
    /// The repository it is in: an index into [`Report::repositories`], where there are several.
    pub repository: Option<usize>,
    /// When it came, where the history was examined.
    pub history: Option<History>,
    /// Whether it counts.
    pub state: State,
    /// Why it does not count, in words of the project, such as the reason of a directive; unescaped.
    pub accepted: Option<String>,
    /// The change that would mend it.
    pub fix: Option<Fix>,
}

/// An inline directive that accepts findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The directive.
    pub label: Label,
    /// The lines it speaks for, as bytes of the same file.
    pub covers: Span,
    /// The rules it names, by id.
    pub rules: Vec<String>,
    /// Why, in words of the project; unescaped, secrets masked.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<jiff::civil::Date>,
    /// Whether it accepts a finding.
    pub used: bool,
}

/// What applying a fix may mean for the user.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// The construct and the SDK's version are understood; the result works once the named environment variable
    /// holds a token.
    Safe,
    /// Plausible, but a person must decide: the version is unknown, or a value may be used elsewhere.
    Unsafe,
    /// Steps only; there is nothing to apply.
    Manual,
}

/// A change that would mend a finding: all of its edits or none.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What it does, as an instruction.
    pub title: String,
    /// What applying it may mean.
    pub applicability: Applicability,
    /// The edits, sorted, without overlap; empty for manual steps.
    pub edits: Vec<Edit>,
    /// Fixes of the same group are applied together or not at all; an edit that several of them hold is one edit.
    pub group: Option<usize>,
}

impl Fix {
    /// Steps for a person.
    #[must_use]
    pub fn manual(title: impl Into<String>) -> Self {
        Self { title: title.into(), applicability: Applicability::Manual, edits: Vec::new(), group: None }
    }
}

/// Replace a span by a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The file to change.
    pub file: FileId,
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

/// What the fixes of a report leave to people: where the new variable gets its value, and which old ones stay.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The variables that fixed code reads.
    pub variables: BTreeSet<String>,
    /// Where the new variable is to be set, in order.
    pub settings: Vec<Setting>,
    /// Old variables that stay, and why.
    pub kept: BTreeSet<(String, String)>,
}

/// A place outside of the code that knows a variable by its name, and where a person may have to give it its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The file it is in.
    pub file: FileId,
    /// The name as the file has it before any edit.
    pub span: Span,
    /// The name under which the new value is to be set there: a variable, a secret, the key of a secret.
    pub name: String,
    /// What kind of place it is.
    pub holder: Holder,
    /// What is to be done there.
    pub task: Task,
}

/// What holds a variable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// A file of variables that the program or a shell loads.
    EnvironmentFile,
    /// A sample of such a file, which people copy.
    Sample,
    /// Containers that are run together.
    Compose,
    /// A container's image: build arguments and variables.
    Image,
    /// A secret of the repository or its organisation, for its workflows.
    RepositorySecret,
    /// A plain variable of the repository, for its workflows.
    RepositoryVariable,
    /// The settings of a build service, or its file.
    BuildVariable,
    /// An object of a cluster: a secret, a container's environment.
    Kubernetes,
    /// The values of a chart.
    Helm,
    /// A variable of infrastructure as code.
    Terraform,
    /// The manifest or configuration of a hosting platform.
    Platform,
    /// A script that sets it.
    Script,
    /// Any other file of settings.
    SettingsFile,
}

/// What a person does at a [`Setting`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Give the variable its value there.
    Set,
    /// The file only hands the variable on: give it its value where that is run.
    Pass,
    /// The file could not be changed: rename the variable there, too.
    Rename,
}

impl Holder {
    /// What the place is called, in a sentence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::EnvironmentFile => "environment file",
            Self::Sample => "sample environment file",
            Self::Compose => "compose file",
            Self::Image => "container image",
            Self::RepositorySecret => "repository secret",
            Self::RepositoryVariable => "repository variable",
            Self::BuildVariable => "build variable",
            Self::Kubernetes => "Kubernetes object",
            Self::Helm => "Helm value",
            Self::Terraform => "Terraform variable",
            Self::Platform => "platform setting",
            Self::Script => "script",
            Self::SettingsFile => "settings file",
        }
    }
}

/// What a rule is, for people: printed by `explain`, by the rule list and beside findings.
#[derive(Clone, Debug)]
pub struct RuleDoc {
    /// The id with the vendor's prefix.
    pub id: String,
    /// One line: what it finds.
    pub summary: String,
    /// The usual level.
    pub level: Level,
    /// Why it matters, a paragraph.
    pub why: String,
    /// What to do next, a paragraph.
    pub remedy: String,
    /// The vendor's statement the rule comes from, in our words.
    pub statement: String,
    /// A live page of the vendor.
    pub help: String,
    /// Weaknesses of the CWE list that a finding is a case of; none where it is no matter of security.
    pub cwe: Vec<u16>,
    /// Whether what it finds can be used still after it was deleted: it is in every clone.
    pub lasting: bool,
    /// Code before, for `explain`; may be empty.
    pub before: String,
    /// Code after, for `explain`; may be empty.
    pub after: String,
}

/// How far a baseline has been worked off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The file, as it is shown; unescaped.
    pub name: String,
    /// The findings that it accepts still.
    pub left: usize,
    /// How many they were when it was made.
    pub started: usize,
}

/// How much was examined, and how much was not.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Files examined.
    pub examined: u64,
    /// Bytes examined.
    pub bytes: u64,
    /// What was not examined, by reason; also what is counted only and not listed as [`Skipped`].
    pub counts: BTreeMap<Reason, u64>,
    /// How long it took, where that is to be shown: a report that is kept has no times in it.
    pub elapsed: Option<std::time::Duration>,
}

/// Everything a renderer may see.
#[derive(Debug, Default)]
pub struct Report {
    /// Files that findings point into, in path order.
    pub files: Vec<Masked>,
    /// Findings, in path and position order.
    pub findings: Vec<Finding>,
    /// The inline directives that count, in path and position order.
    pub suppressions: Vec<Suppression>,
    /// What was not examined, in path order.
    pub skipped: Vec<Skipped>,
    /// Files read with less care than usual: path and reason, in path order.
    pub notes: Vec<(crate::source::RelPath, crate::facts::Note)>,
    /// Places that look like findings and were spared, with the reason; only filled when asked for.
    pub exempted: Vec<(Label, String)>,
    /// What the fixes leave to people.
    pub around: Around,
    /// Counts of the walk.
    pub tally: Tally,
    /// The rules that ran.
    pub rules: Vec<RuleDoc>,
    /// Findings below the asked-for confidence, counted but not listed.
    pub hidden: usize,
    /// The baseline that findings were held against.
    pub baseline: Option<Standing>,
    /// The repositories, where several were examined or one with its history.
    pub repositories: Vec<Repository>,
    /// What a plan needs besides the findings, vendor by vendor.
    pub grounds: Vec<crate::plan::Ground>,
}

impl Report {
    /// Whether the run was ended early.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.skipped.iter().any(|entry| entry.reason == Reason::Interrupted)
    }
}

#[cfg(test)]
impl Finding {
    /// A finding of `rule` that says nothing else, for tests that look at one field.
    pub(crate) fn bare(rule: &str, level: Level, confidence: Confidence) -> Self {
        Self {
            rule: rule.to_owned(),
            level,
            confidence,
            primary: Label { file: 0, span: Span::default(), text: String::new() },
            related: Vec::new(),
            message: String::new(),
            why: String::new(),
            remedy: String::new(),
            route: None,
            evidence: Vec::new(),
            identity: Identity::default(),
            fingerprint: String::new(),
            secret: None,
            repository: None,
            history: None,
            state: State::Open,
            accepted: None,
            fix: None,
        }
    }
}
