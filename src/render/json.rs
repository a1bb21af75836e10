//! The report as one JSON document.
//!
//! Owns the serialised shapes, version [`SCHEMA_VERSION`]; they change only by addition under the same version. The
//! decision to know: places are given in every unit, lines and characters from 1, bytes of the file from 0, so that no
//! reader has to guess. A path that is not UTF-8 has `path_percent` beside it, its bytes percent-encoded.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::plain::{self, percent};
use super::{Places, open, skipped_by_reason};
use crate::finding::{Applicability, Confidence, Edit, Finding, Fix, Label, Level, Report, Route, State};
use crate::fix::unit::{self, Unit};
use crate::source::Position;
use crate::span::Span;

/// Version of the document's shape.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes the whole report, suppressed and baselined findings included.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    let units =
        unit::all(&report.findings).into_iter().map(|unit| (unit.findings[0], unit)).collect::<BTreeMap<_, _>>();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        summary: summary(report),
        findings: report
            .findings
            .iter()
            .enumerate()
            .map(|(at, finding)| finding_of(&places, finding, units.get(&at)))
            .collect(),
        skipped: report.skipped.iter().map(skipped_of).collect(),
    };
    plain::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    summary: Summary<'a>,
    findings: Vec<JsonFinding<'a>>,
    skipped: Vec<JsonSkipped<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary<'a> {
    files_examined: u64,
    bytes_examined: u64,
    complete: bool,
    skipped: BTreeMap<&'static str, u64>,
    findings: Counts<'a>,
    suppressed: usize,
    baselined: usize,
    unchanged: usize,
    hidden: usize,
}

/// Open findings.
#[derive(Serialize)]
struct Counts<'a> {
    total: usize,
    by_level: BTreeMap<Level, usize>,
    by_rule: BTreeMap<&'a str, usize>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    level: Level,
    confidence: Confidence,
    #[serde(flatten)]
    place: Place,
    message: &'a str,
    why: &'a str,
    remedy: &'a str,
    route: Option<Route>,
    evidence: &'a [String],
    related: Vec<JsonLabel<'a>>,
    fingerprint: &'a str,
    state: State,
    accepted: Option<&'a str>,
    fix: Option<JsonFix<'a>>,
}

/// A path and a range in that file.
#[derive(Serialize)]
struct Place {
    #[serde(flatten)]
    path: JsonPath,
    start: JsonPosition,
    end: JsonPosition,
}

#[derive(Serialize)]
struct JsonPath {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_percent: Option<String>,
}

/// Line and column from 1, the column in characters; the byte from 0 in the file on disk.
#[derive(Serialize)]
struct JsonPosition {
    line: u64,
    column: u64,
    byte: u64,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: Place,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    applicability: Applicability,
    /// Fixes with the same number are applied together or not at all. The first of them has the edits of all.
    group: Option<usize>,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonSkipped<'a> {
    #[serde(flatten)]
    path: JsonPath,
    reason: &'static str,
    incomplete: bool,
    detail: &'a str,
}

fn summary(report: &Report) -> Summary<'_> {
    let skipped = skipped_by_reason(report).into_iter().map(|(reason, n)| (reason.id(), n)).collect();
    let mut by_level = BTreeMap::from([(Level::Error, 0), (Level::Warning, 0), (Level::Note, 0)]);
    let mut by_rule = BTreeMap::new();
    for finding in open(report) {
        *by_level.entry(finding.level).or_insert(0) += 1;
        *by_rule.entry(finding.rule.as_str()).or_insert(0) += 1;
    }
    let state = |state| report.findings.iter().filter(|finding| finding.state == state).count();
    Summary {
        files_examined: report.tally.examined,
        bytes_examined: report.tally.bytes,
        complete: !report.skipped.iter().any(|entry| entry.reason.incomplete()),
        skipped,
        findings: Counts { total: open(report).count(), by_level, by_rule },
        suppressed: state(State::Suppressed),
        baselined: state(State::Baselined),
        unchanged: state(State::Unchanged),
        hidden: report.hidden,
    }
}

fn finding_of<'a>(places: &Places<'_>, finding: &'a Finding, unit: Option<&Unit<'a>>) -> JsonFinding<'a> {
    JsonFinding {
        rule: &finding.rule,
        level: finding.level,
        confidence: finding.confidence,
        place: label_place(places, &finding.primary),
        message: &finding.message,
        why: &finding.why,
        remedy: &finding.remedy,
        route: finding.route,
        evidence: &finding.evidence,
        related: finding
            .related
            .iter()
            .map(|label| JsonLabel { place: label_place(places, label), message: &label.text })
            .collect(),
        fingerprint: &finding.fingerprint,
        state: finding.state,
        accepted: finding.accepted.as_deref(),
        fix: finding.fix.as_ref().map(|fix| fix_of(places, fix, unit)),
    }
}

fn fix_of<'a>(places: &Places<'_>, fix: &'a Fix, unit: Option<&Unit<'a>>) -> JsonFix<'a> {
    let edit = |edit: &&'a Edit| JsonEdit { place: place(places, edit.file, edit.span), text: &edit.text };
    JsonFix {
        title: &fix.title,
        applicability: fix.applicability,
        group: fix.group,
        edits: unit.map(|unit| unit.edits.iter().map(edit).collect()).unwrap_or_default(),
    }
}

fn skipped_of(entry: &crate::source::Skipped) -> JsonSkipped<'_> {
    JsonSkipped {
        path: path(entry.path.as_bytes()),
        reason: entry.reason.id(),
        incomplete: entry.reason.incomplete(),
        detail: &entry.detail,
    }
}

fn label_place(places: &Places<'_>, label: &Label) -> Place {
    place(places, label.file, label.span)
}

fn place(places: &Places<'_>, file: usize, span: Span) -> Place {
    let span = places.clamp(file, span);
    let position = |offset| {
        let Position { line, column, byte, .. } = places.position(file, offset);
        JsonPosition { line, column, byte }
    };
    Place { path: path(places.path(file)), start: position(span.start), end: position(span.end) }
}

fn path(bytes: &[u8]) -> JsonPath {
    let path = String::from_utf8_lossy(bytes).into_owned();
    let path_percent = std::str::from_utf8(bytes).is_err().then(|| percent(bytes));
    JsonPath { path, path_percent }
}
