//! The report for reviewdog: its diagnostic format, as one JSON document.
//!
//! Owns the serialised shapes. The decision to know: columns are bytes of UTF-8, and a suggestion has no file of its own.
//! So a fix is suggested where all it changes is in the file of its finding; of a group, at the first finding.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{Brief, Places, plain, sentence};
use crate::finding::{Applicability, FileId, Finding, Fix, Label, Level, Report, RuleDoc, State};
use crate::fix::unit::{self, Unit};
use crate::span::Span;

/// Writes the findings that count.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, _: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    let rules: BTreeMap<&str, &RuleDoc> = report.rules.iter().map(|doc| (doc.id.as_str(), doc)).collect();
    let offered = unit::offered(&report.findings);
    let open = report.findings.iter().enumerate().filter(|(_, finding)| finding.state == State::Open);
    let diagnostics = open.map(|(at, finding)| Diagnostic {
        message: message(finding),
        location: location(&places, &finding.primary),
        severity: match finding.level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        },
        code: Code {
            value: &finding.rule,
            url: rules.get(finding.rule.as_str()).map(|doc| doc.help.as_str()).filter(|url| !url.is_empty()),
        },
        suggestions: suggestions(&places, offered.get(&at), finding.primary.file),
        related_locations: finding
            .related
            .iter()
            .map(|label| Related { message: &label.text, location: location(&places, label) })
            .collect(),
    });
    plain::write(&Document { source: Source { name: env!("CARGO_PKG_NAME") }, diagnostics: diagnostics.collect() }, out)
}

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

/// The end is exclusive.
#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// From 1, the column in bytes of UTF-8.
#[derive(Serialize)]
struct Position {
    line: u64,
    column: u64,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location,
}

/// All that a reviewer reads: what is wrong, why, and what to do.
fn message(finding: &Finding) -> String {
    let texts = [&finding.message, &finding.why, &finding.remedy];
    let mut texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).map(|text| sentence(text)).collect();
    if let Some(Fix { title, applicability, .. }) = &finding.fix {
        let name = match applicability {
            Applicability::Safe => "Fix",
            Applicability::Unsafe => "Unsafe fix, check before applying",
            Applicability::Manual => "By hand",
        };
        texts.push(sentence(&format!("{name}: {title}")));
    }
    texts.join("\n\n")
}

fn suggestions<'a>(places: &Places<'_>, unit: Option<&Unit<'a>>, file: FileId) -> Vec<Suggestion<'a>> {
    let Some(unit) = unit.filter(|unit| unit.edits.iter().all(|edit| edit.file == file)) else { return Vec::new() };
    unit.edits.iter().map(|edit| Suggestion { range: range(places, file, edit.span), text: &edit.text }).collect()
}

fn location(places: &Places<'_>, label: &Label) -> Location {
    let path = String::from_utf8_lossy(places.path(label.file)).into_owned();
    Location { path, range: range(places, label.file, label.span) }
}

fn range(places: &Places<'_>, file: FileId, span: Span) -> Range {
    let span = places.clamp(file, span);
    let position = |offset| {
        let position = places.position(file, offset);
        Position { line: position.line, column: position.utf8_column }
    };
    Range { start: position(span.start), end: position(span.end) }
}
