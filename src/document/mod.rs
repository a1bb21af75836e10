//! A report as it is kept: what the formats `json` and `jsonl` write, and what is read from them again.
//!
//! Owns the serialised shapes, version [`SCHEMA_VERSION`]; they change only by addition under the same version, so that
//! what was written yesterday can be read. It knows neither files nor packs; every text in it is masked already, and
//! none is escaped. The decision to know: places are given in every unit, lines and characters from 1, bytes of the
//! file from 0, so that no reader has to guess; and a finding brings its excerpt along, so that a report can be looked at
//! where the files are not.
//!
//! What is said of a type or a field here stands in the published schema.

mod groups;
mod lines;
pub mod merge;
pub mod read;
mod summary;
pub mod trend;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::finding::{Applicability, Confidence, Level, Route, State};
use crate::source::Reason;
pub use groups::{Group, Grouping};
pub use lines::Line;
use summary::by_reason;
pub use summary::{Counts, Levels, Summary, summarised};

/// Version of the shapes.
pub const SCHEMA_VERSION: u32 = 1;

/// A report of dekey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct Document {
    /// Changes when a reader has to.
    #[schemars(extend("const" = SCHEMA_VERSION))]
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// How much was examined and found.
    pub summary: Summary,
    /// What was examined: one, unless several repositories were named or reports merged.
    #[serde(default)]
    pub repositories: Vec<Repository>,
    /// The rules of the findings, by id; where reports were joined, also those of what was left out.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Secrets that stand in several repositories.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Tells by which salt fingerprints and digests of secrets were made; null where they are the same for everybody.
    /// Nothing of the salt itself is in it.
    #[serde(default)]
    pub salt: Option<String>,
    /// In the order of their repositories and places; what stands in the history only is last in its repository.
    pub findings: Vec<Finding>,
    /// In the order of their repositories and paths.
    pub skipped: Vec<Skipped>,
    /// What was examined with less care than usual, in the same order.
    #[serde(default)]
    pub reduced: Vec<Reduced>,
}

/// What made the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version, as semantic versioning has it.
    pub version: String,
}

impl Tool {
    /// This program.
    #[must_use]
    pub fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// Something that was examined as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Repository {
    /// What it is called where there are several; null where nobody said.
    pub name: Option<String>,
    /// What was checked out, where that is known.
    pub revision: Option<Revision>,
    /// Files, and versions of files in a history.
    pub files_examined: u64,
    /// Their bytes.
    #[serde(default)]
    pub bytes_examined: u64,
    /// How many files or directories were not examined, by reason.
    #[serde(default)]
    #[schemars(schema_with = "by_reason")]
    pub skipped: BTreeMap<String, u64>,
    /// Findings below the asked-for confidence. They are not listed.
    #[serde(default)]
    pub hidden: usize,
    /// Whether everything that should have been examined was.
    pub complete: bool,
    /// Why it could not be examined at all.
    pub failure: Option<String>,
    /// How far its baseline has been worked off.
    pub baseline: Option<Baseline>,
    /// What of its history was examined; null where that was not asked for.
    pub history: Option<HistoryExamined>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Revision {
    /// Its id, in hexadecimal digits.
    pub commit: String,
    /// When it was written, by its author's clock, as RFC 3339 has it.
    pub date: String,
}

/// How far a baseline has been worked off.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    /// The findings that it accepts still.
    pub left: usize,
    /// How many they were when it was made.
    pub started: usize,
}

/// How much of a history was examined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryExamined {
    /// Versions of files.
    pub blobs: u64,
    /// Commits; 0 where no version was of interest, so that nobody asked which commits have it.
    pub commits: u64,
    /// What a reader has to know of it: where a clone is shallow, or who owns it.
    pub notes: Vec<String>,
}

/// What a rule is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Its id, `vendor/name`.
    pub id: String,
    /// What it finds, a line.
    pub summary: String,
    /// The usual level.
    pub level: Level,
    /// Why it matters, a paragraph.
    pub why: String,
    /// What to do next, a paragraph.
    pub remedy: String,
    /// The vendor's statement that it comes from.
    pub statement: String,
    /// A page of the vendor's; may be empty.
    pub help: String,
    /// Whether what it finds can be used still after it was deleted from the file.
    pub lasting: bool,
}

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's id, `vendor/name`.
    pub rule: String,
    /// How much it matters.
    pub level: Level,
    /// How sure dekey is.
    pub confidence: Confidence,
    /// The name of the repository it is in, where there are several.
    #[serde(default)]
    pub repository: Option<String>,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What the file is written in; null where that is not known.
    #[serde(default)]
    pub language: Option<String>,
    /// What is wrong: one line that stands alone.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// What to do next.
    pub remedy: String,
    /// Where the code has to go, where that is known.
    pub route: Option<Route>,
    /// What the route was chosen by.
    pub evidence: Vec<String>,
    /// Places that explain it.
    pub related: Vec<Related>,
    /// Stable over moved lines, different for a different secret.
    #[schemars(regex(pattern = r"^[0-9a-f]*$"))]
    pub fingerprint: String,
    /// The same wherever the same secret stands; null where there is none that is beyond guessing.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[0-9a-f]*$"))]
    pub secret: Option<String>,
    /// Whether it counts.
    pub state: State,
    /// Why it does not count, in the words of the project.
    pub accepted: Option<String>,
    /// The lines around it, masked.
    #[serde(default)]
    pub excerpt: Option<Excerpt>,
    /// When it came and whether it still is there; null where the history was not examined.
    #[serde(default)]
    pub history: Option<History>,
    /// The change that would mend it.
    pub fix: Option<Fix>,
}

/// Lines of a file, with secrets masked. What could act on a screen is shown by its number, and long lines are cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// The number of the first line.
    pub line: u64,
    /// One string each, without line ends.
    pub lines: Vec<String>,
}

/// When a finding came into a repository, and whether it still is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// The commit that brought it; null for what no branch or tag leads to.
    pub first: Option<Revision>,
    /// The last commit that has it.
    pub last: Option<Revision>,
    /// Whether the newest commit of a branch, tag or other reference has it.
    pub in_tip: bool,
    /// The name of such a reference.
    pub tip: Option<String>,
    /// The contents it was read from, by their id in the repository.
    pub blob: String,
}

/// A path and a range in that file. The end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The file.
    #[serde(flatten)]
    pub path: Path,
    /// The first character.
    pub start: Position,
    /// The character after the last one.
    pub end: Position,
}

/// A path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Path {
    /// Relative to where dekey was started, with `/` between its parts.
    pub path: String,
    /// The bytes of a path that is not UTF-8, percent-encoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_percent: Option<String>,
}

/// A position in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// From 1.
    #[schemars(range(min = 1))]
    pub line: u64,
    /// From 1, in characters; a byte that is not UTF-8 is one.
    #[schemars(range(min = 1))]
    pub column: u64,
    /// From 0, in the file on disk.
    pub byte: u64,
}

/// A place, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// May be empty.
    pub message: String,
}

/// All of its edits are made, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// What it does, as an instruction.
    pub title: String,
    /// What applying it may mean.
    pub applicability: Applicability,
    /// Fixes with the same number are applied together or not at all. The first of them has the edits of all.
    pub group: Option<usize>,
    /// In the order of their places, without overlap; none where a person has to act.
    pub edits: Vec<Edit>,
    /// What changes, for people: lines of the old and the new text, masked, behind `-` and `+`, with line numbers and
    /// the names of other files between them.
    #[serde(default)]
    pub diff: Vec<String>,
}

/// A range, and the text to put there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// May be empty.
    pub text: String,
}

/// A file or directory that was not examined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// The name of the repository it is in, where there are several.
    #[serde(default)]
    pub repository: Option<String>,
    /// The file.
    #[serde(flatten)]
    pub path: Path,
    /// The kind of reason.
    #[schemars(schema_with = "reason")]
    pub reason: String,
    /// Whether it should have been examined.
    pub incomplete: bool,
    /// What exactly happened; may be empty.
    pub detail: String,
}

/// A file that was examined with less care than usual.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Reduced {
    /// The name of the repository it is in, where there are several.
    #[serde(default)]
    pub repository: Option<String>,
    /// The file.
    #[serde(flatten)]
    pub path: Path,
    /// The kind of reason: `too-deep`, `malformed` or `too-large`.
    pub reason: String,
    /// What was looked for all the same.
    pub detail: String,
}

fn reason(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Reason::ALL.map(Reason::id) })
}
