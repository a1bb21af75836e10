//! The report as SARIF 2.1.0, as GitHub's code scanning reads it.
//!
//! Owns the serialised shapes and GitHub's limits. The decision to know: only findings that count are results unless
//! others are asked for, since GitHub shows suppressed ones as open; columns are code points; a fix covers all files it changes and is carried by
//! its first finding. What is left out to stay within the limits is said, in a notification and by [`bounded`].

mod limits;
mod line_hash;
mod notice;
mod place;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{Brief, Places, closing, count, plain, sentence};
use crate::finding::{Applicability, Confidence, Edit, FileId, Finding, Label, Level, Report, Route, State};
use crate::fix::unit::{self, Unit};
use crate::source::Encoding;
use notice::{Notification, notifications};
use place::{Artifact, Location, Physical, ROOT, Region, artifact, primary, region};
use rule::{Rule, Text};

/// Related places of a result that GitHub shows.
const MAX_RELATED: usize = 100;
/// What stands for each byte of a secret.
const MASK: &str = "*";

/// Writes the findings that are asked for.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    bounded(report, brief, out).map(drop)
}

/// [`report`], and what GitHub will not accept or not show of it.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn bounded(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<Option<String>> {
    let places = Places::within(&report.files, &brief.project);
    let (file, kept) = limits::fitting(report, brief, &places)?;
    out.write_all(&file)?;
    Ok(limits::told(limits::asked(report, brief).count(), kept.len()))
}

/// Writes the findings that are `kept`, by index.
fn write(report: &Report, brief: &Brief, places: &Places<'_>, kept: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let rules = rule::all(&report.rules);
    let results = Outcomes {
        report,
        places,
        kept,
        rules: &rules,
        hashes: hashes(report, places, kept),
        offered: unit::offered(&report.findings),
        compared: kept.iter().any(|at| report.findings[*at].state == State::Unchanged),
    };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: &rules,
            },
        },
        invocations: [Invocation {
            execution_successful: !report.skipped.iter().any(|entry| entry.reason.incomplete()),
            tool_execution_notifications: notifications(report, brief, kept.len()),
        }],
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            Base { description: Text::new("the directory that was examined from") },
        )]),
        column_kind: "unicodeCodePoints",
        redaction_tokens: [MASK],
        results,
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    plain::write(&Log { schema, version: "2.1.0", runs: [run] }, out)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    redaction_tokens: [&'static str; 1],
    results: Outcomes<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    information_uri: &'static str,
    rules: &'a [Rule],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

/// Without a URI, which would be that of one machine.
#[derive(Serialize)]
struct Base {
    description: Text,
}

/// The results, made as they are written: all of them at once would be as large as the file.
struct Outcomes<'a> {
    report: &'a Report,
    places: &'a Places<'a>,
    /// The findings they are of, as indexes.
    kept: &'a [usize],
    rules: &'a [Rule],
    hashes: BTreeMap<(FileId, u64), String>,
    offered: BTreeMap<usize, Unit<'a>>,
    /// Whether some of them were there before.
    compared: bool,
}

impl Serialize for Outcomes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.kept.iter().map(|at| self.outcome(*at)))
    }
}

impl<'a> Outcomes<'a> {
    fn outcome(&'a self, at: usize) -> Outcome<'a> {
        let (places, finding) = (self.places, &self.report.findings[at]);
        Outcome {
            rule_id: &finding.rule,
            rule_index: self.rules.binary_search_by(|rule| rule.id.cmp(&finding.rule)).ok(),
            level: finding.level,
            message: Text::new(message(finding)),
            locations: [Location { id: None, message: None, physical_location: primary(places, &finding.primary) }],
            related_locations: related(places, finding),
            partial_fingerprints: Fingerprints {
                line: self.hashes.get(&line(places, &finding.primary)).map_or("", String::as_str),
                own: &finding.fingerprint,
            },
            suppressions: suppression(finding).into_iter().collect(),
            baseline_state: match finding.state {
                State::Unchanged => Some("unchanged"),
                State::Resolved => Some("absent"),
                State::Open if self.compared => Some("new"),
                _ => None,
            },
            fixes: self.offered.get(&at).map(|unit| fix(places, finding, unit)).into_iter().collect(),
            properties: Properties {
                confidence: finding.confidence,
                route: finding.route,
                applicability: finding.fix.as_ref().map(|fix| fix.applicability),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: Level,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<WholeFix<'a>>,
    properties: Properties,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "primaryLocationLineHash")]
    line: &'a str,
    #[serde(rename = "dekey/v1")]
    own: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
}

#[derive(Serialize)]
struct Properties {
    confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applicability: Option<Applicability>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WholeFix<'a> {
    description: Text,
    artifact_changes: Vec<ArtifactChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Inserted<'a>>,
}

#[derive(Serialize)]
struct Inserted<'a> {
    text: &'a str,
}

fn suppression(finding: &Finding) -> Option<Suppression<'_>> {
    let kind = match finding.state {
        State::Suppressed => "inSource",
        State::Baselined => "external",
        State::Open | State::Unchanged | State::Resolved => return None,
    };
    Some(Suppression { kind, justification: finding.accepted.as_deref() })
}

fn line(places: &Places<'_>, label: &Label) -> (FileId, u64) {
    let start = places.clamp(label.file, label.span).start;
    (label.file, places.position(label.file, start).line)
}

/// The digests of the lines that results start on.
fn hashes(report: &Report, places: &Places<'_>, kept: &[usize]) -> BTreeMap<(FileId, u64), String> {
    let mut wanted: BTreeMap<FileId, BTreeSet<u64>> = BTreeMap::new();
    for at in kept {
        let (file, line) = line(places, &report.findings[*at].primary);
        wanted.entry(file).or_default().insert(line);
    }
    let mut hashes = BTreeMap::new();
    for (file, lines) in wanted {
        let Some(source) = report.files.get(file).map(crate::redact::Masked::source) else { continue };
        // Lines are counted from where the text starts.
        let lines: BTreeSet<u64> = lines.iter().map(|line| line - source.base_line).collect();
        let mark = if source.encoding == (Encoding::Utf8 { bom: true }) { "\u{feff}" } else { "" };
        let text = format!("{mark}{}", String::from_utf8_lossy(&source.text));
        let found = line_hash::of_lines(&text, &lines);
        hashes.extend(found.into_iter().map(|(line, hash)| ((file, line + source.base_line), hash)));
    }
    hashes
}

/// What is wrong, why and what to do, with links to the related places, which GitHub shows only so.
fn message(finding: &Finding) -> String {
    let texts = [&finding.message, &finding.why, &finding.remedy].into_iter().filter(|text| !text.is_empty());
    let mut message = texts.map(|text| unlinked(&sentence(text))).collect::<Vec<_>>().join(" ");
    let links = finding.related.iter().take(MAX_RELATED).enumerate();
    let links: Vec<String> =
        links.map(|(at, label)| format!("[{}]({})", unlinked(label_text(label)), at + 1)).collect();
    if !links.is_empty() {
        message.push_str(&format!(" See: {}.", links.join(", ")));
    }
    message
}

/// Text in which nothing is taken for a link.
fn unlinked(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn label_text(label: &Label) -> &str {
    if label.text.is_empty() { "a related place" } else { &label.text }
}

fn related(places: &Places<'_>, finding: &Finding) -> Vec<Location> {
    let labels = finding.related.iter().take(MAX_RELATED).enumerate();
    labels
        .map(|(at, label)| Location {
            id: Some(at + 1),
            message: Some(Text::new(label_text(label))),
            physical_location: Physical {
                artifact_location: artifact(places.path(label.file)),
                region: Some(region(places, label.file, label.span)),
                context_region: None,
            },
        })
        .collect()
}

fn fix<'a>(places: &Places<'_>, finding: &Finding, unit: &Unit<'a>) -> WholeFix<'a> {
    let title = finding.fix.as_ref().map_or("", |fix| fix.title.as_str());
    let description = match unit.applicability {
        Applicability::Unsafe => sentence(&format!("{title} (unsafe: check before applying)")),
        _ => sentence(title),
    };
    let replacement = |edit: &&'a Edit| Replacement {
        deleted_region: region(places, edit.file, edit.span),
        inserted_content: (!edit.text.is_empty()).then_some(Inserted { text: &edit.text }),
    };
    let changes = unit.edits.chunk_by(|a, b| a.file == b.file).map(|edits| ArtifactChange {
        artifact_location: artifact(places.path(edits[0].file)),
        replacements: edits.iter().map(replacement).collect(),
    });
    WholeFix { description: Text::new(unlinked(&description)), artifact_changes: changes.collect() }
}
