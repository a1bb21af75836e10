//! Findings as programs read them.
//!
//! Owns the serialised shapes that `json` and `jsonl` share, version [`SCHEMA_VERSION`]; they change only by addition
//! under the same version. The decision to know: places are given in every unit, lines and characters from 1, bytes of
//! the file from 0, so that no reader has to guess.
//!
//! What is said of a type or a field here stands in the published schema.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::plain::percent;
use super::{Places, open, skipped_by_reason};
use crate::finding::{Applicability, Confidence, Edit, Finding, Fix, Label, Level, Report, Route, State};
use crate::fix::unit::{self, Unit};
use crate::source::{Position, Reason};
use crate::span::Span;

/// Version of the shapes.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// What made the report.
#[derive(Serialize, JsonSchema)]
pub(super) struct Tool {
    name: &'static str,
    /// Its version, as semantic versioning has it.
    version: &'static str,
}

impl Tool {
    pub(super) const THIS: Self = Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
}

/// How much was examined, and how much was found in it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summary<'a> {
    files_examined: u64,
    bytes_examined: u64,
    /// Whether everything that should have been examined was.
    complete: bool,
    /// How many files or directories were not examined, by reason.
    #[schemars(schema_with = "by_reason")]
    skipped: BTreeMap<&'static str, u64>,
    /// The findings that count.
    findings: Counts<'a>,
    /// Findings that an inline directive accepts.
    suppressed: usize,
    /// Findings that the baseline accepts.
    baselined: usize,
    /// Findings that were there before the change that is looked at.
    unchanged: usize,
    /// Findings below the asked-for confidence. They are not listed.
    hidden: usize,
}

/// Numbers of findings that count.
#[derive(Serialize, JsonSchema)]
struct Counts<'a> {
    total: usize,
    by_level: Levels,
    /// By the rule's id; rules without a finding are left out.
    by_rule: BTreeMap<&'a str, usize>,
}

#[derive(Default, Serialize, JsonSchema)]
struct Levels {
    note: usize,
    warning: usize,
    error: usize,
}

/// One thing found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(super) struct Record<'a> {
    /// The rule's id, `vendor/name`.
    rule: &'a str,
    level: Level,
    confidence: Confidence,
    #[serde(flatten)]
    place: Place,
    /// What is wrong: one line that stands alone.
    message: &'a str,
    /// Why it matters.
    why: &'a str,
    /// What to do next.
    remedy: &'a str,
    /// Where the code has to go, where that is known.
    route: Option<Route>,
    /// What the route was chosen by.
    evidence: &'a [String],
    /// Places that explain it.
    related: Vec<Related<'a>>,
    /// Stable over moved lines, different for a different secret.
    #[schemars(regex(pattern = r"^[0-9a-f]*$"))]
    fingerprint: &'a str,
    state: State,
    /// Why it does not count, in the words of the project.
    accepted: Option<&'a str>,
    /// The change that would mend it.
    fix: Option<Change<'a>>,
}

/// A path and a range in that file. The end is exclusive.
#[derive(Serialize, JsonSchema)]
pub(super) struct Place {
    #[serde(flatten)]
    path: Path,
    start: Point,
    end: Point,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Path {
    /// Relative to where dekey was started, with `/` between its parts.
    path: String,
    /// The bytes of a path that is not UTF-8, percent-encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_percent: Option<String>,
}

/// A position in a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Position")]
struct Point {
    /// From 1.
    #[schemars(range(min = 1))]
    line: u64,
    /// From 1, in characters; a byte that is not UTF-8 is one.
    #[schemars(range(min = 1))]
    column: u64,
    /// From 0, in the file on disk.
    byte: u64,
}

/// A place, and what it is.
#[derive(Serialize, JsonSchema)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place,
    /// May be empty.
    message: &'a str,
}

/// All of its edits are made, or none.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct Change<'a> {
    /// What it does, as an instruction.
    title: &'a str,
    applicability: Applicability,
    /// Fixes with the same number are applied together or not at all. The first of them has the edits of all.
    group: Option<usize>,
    /// In the order of their places, without overlap; none where a person has to act.
    edits: Vec<Replacement<'a>>,
}

/// A range, and the text to put there.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct Replacement<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

/// A file or directory that was not examined.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Skipped")]
pub(super) struct Missed<'a> {
    #[serde(flatten)]
    path: Path,
    #[schemars(schema_with = "reason")]
    reason: &'static str,
    /// Whether it should have been examined.
    incomplete: bool,
    /// What exactly happened; may be empty.
    detail: &'a str,
}

/// The schema of what is written, in which nothing is left out but what says so.
pub(super) fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().into()
}

fn reason(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Reason::ALL.map(Reason::id) })
}

fn by_reason(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": reason(generator),
        "additionalProperties": { "type": "integer", "minimum": 0 },
    })
}

pub(super) fn summary(report: &Report) -> Summary<'_> {
    let (mut by_level, mut by_rule) = (Levels::default(), BTreeMap::new());
    for finding in open(report) {
        *match finding.level {
            Level::Note => &mut by_level.note,
            Level::Warning => &mut by_level.warning,
            Level::Error => &mut by_level.error,
        } += 1;
        *by_rule.entry(finding.rule.as_str()).or_insert(0) += 1;
    }
    let state = |state| report.findings.iter().filter(|finding| finding.state == state).count();
    Summary {
        files_examined: report.tally.examined,
        bytes_examined: report.tally.bytes,
        complete: !report.skipped.iter().any(|entry| entry.reason.incomplete()),
        skipped: skipped_by_reason(report).into_iter().map(|(reason, n)| (reason.id(), n)).collect(),
        findings: Counts { total: open(report).count(), by_level, by_rule },
        suppressed: state(State::Suppressed),
        baselined: state(State::Baselined),
        unchanged: state(State::Unchanged),
        hidden: report.hidden,
    }
}

/// Every finding, in the report's order.
pub(super) fn all<'a>(report: &'a Report, places: &Places<'a>) -> impl Iterator<Item = Record<'a>> {
    let first = |unit: Unit<'a>| (unit.findings[0], unit);
    let units: BTreeMap<usize, Unit<'a>> = unit::all(&report.findings).into_iter().map(first).collect();
    report.findings.iter().enumerate().map(move |(at, finding)| record(places, finding, units.get(&at)))
}

/// Everything that was not examined, in the report's order.
pub(super) fn missed(report: &Report) -> impl Iterator<Item = Missed<'_>> {
    report.skipped.iter().map(|entry| Missed {
        path: path(entry.path.as_bytes()),
        reason: entry.reason.id(),
        incomplete: entry.reason.incomplete(),
        detail: &entry.detail,
    })
}

fn record<'a>(places: &Places<'_>, finding: &'a Finding, unit: Option<&Unit<'a>>) -> Record<'a> {
    let related = |label: &'a Label| Related { place: place(places, label.file, label.span), message: &label.text };
    Record {
        rule: &finding.rule,
        level: finding.level,
        confidence: finding.confidence,
        place: place(places, finding.primary.file, finding.primary.span),
        message: &finding.message,
        why: &finding.why,
        remedy: &finding.remedy,
        route: finding.route,
        evidence: &finding.evidence,
        related: finding.related.iter().map(related).collect(),
        fingerprint: &finding.fingerprint,
        state: finding.state,
        accepted: finding.accepted.as_deref(),
        fix: finding.fix.as_ref().map(|fix| change(places, fix, unit)),
    }
}

fn change<'a>(places: &Places<'_>, fix: &'a Fix, unit: Option<&Unit<'a>>) -> Change<'a> {
    let edit = |edit: &&'a Edit| Replacement { place: place(places, edit.file, edit.span), text: &edit.text };
    Change {
        title: &fix.title,
        applicability: fix.applicability,
        group: fix.group,
        edits: unit.map(|unit| unit.edits.iter().map(edit).collect()).unwrap_or_default(),
    }
}

fn place(places: &Places<'_>, file: usize, span: Span) -> Place {
    let span = places.clamp(file, span);
    let point = |offset| {
        let Position { line, column, byte, .. } = places.position(file, offset);
        Point { line, column, byte }
    };
    Place { path: path(places.path(file)), start: point(span.start), end: point(span.end) }
}

fn path(bytes: &[u8]) -> Path {
    let path = String::from_utf8_lossy(bytes).into_owned();
    let path_percent = std::str::from_utf8(bytes).is_err().then(|| percent(bytes));
    Path { path, path_percent }
}
