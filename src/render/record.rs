//! A report as it is kept, made of what was found.
//!
//! Owns the way from a [`Report`] to a [`Document`], which `json`, `jsonl` and `html` share. The decision to know:
//! texts stay what they are, since whoever writes the document keeps it from acting on a screen; only excerpts and
//! diffs are prepared here, because they are shown and never read.

use std::collections::{BTreeMap, BTreeSet};

use anstream::adapter::strip_bytes;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::closing::less_care;
use super::plain::percent;
use super::{Brief, Places, open, suggestion, view};
use crate::document::{
    Baseline, Counts, Document, Edit, Excerpt, Finding, Fix, Grouping, History, HistoryExamined, Levels, Path, Place,
    Position, Reduced, Related, Repository, Revision, Rule, SCHEMA_VERSION, Skipped, Summary, Tool,
};
use crate::finding::{self, Report, Standing, State};
use crate::fix::unit::{self, Unit};
use crate::source;
use crate::span::Span;

/// Lines shown before and after a finding.
const AROUND: usize = 2;
/// Lines shown of a finding that goes over several.
const MAX_LINES: usize = 8;

/// The whole report.
#[must_use]
pub fn document(report: &Report, brief: &Brief) -> Document {
    let places = Places::new(&report.files);
    let findings: Vec<Finding> = findings(report, brief, &places).collect();
    Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        summary: summary(report),
        repositories: repositories(report, brief),
        rules: rules(report),
        groups: findings.iter().collect::<Grouping>().groups(),
        salt: brief.salt.id(),
        findings,
        skipped: skipped(report).collect(),
        reduced: reduced(report).collect(),
    }
}

/// The schema of what is written, in which nothing is left out but what says so.
pub(super) fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().into()
}

pub(super) fn summary(report: &Report) -> Summary {
    let (mut by_level, mut by_rule) = (Levels::default(), BTreeMap::new());
    for finding in open(report) {
        *by_level.of(finding.level) += 1;
        *by_rule.entry(finding.rule.clone()).or_insert(0) += 1;
    }
    let state = |state| report.findings.iter().filter(|finding| finding.state == state).count();
    Summary {
        files_examined: report.tally.examined,
        bytes_examined: report.tally.bytes,
        complete: is_complete(report),
        skipped: by_reason(report.unexamined()),
        findings: Counts { total: open(report).count(), by_level, by_rule },
        suppressed: state(State::Suppressed),
        baselined: state(State::Baselined),
        unchanged: state(State::Unchanged),
        resolved: state(State::Resolved),
        hidden: report.hidden,
    }
}

fn by_reason(counts: BTreeMap<source::Reason, u64>) -> BTreeMap<String, u64> {
    counts.into_iter().map(|(reason, n)| (reason.id().to_owned(), n)).collect()
}

fn is_complete(report: &Report) -> bool {
    !report.skipped.iter().any(|entry| entry.reason.incomplete())
}

/// The repositories; what was examined counts as one where nobody told several apart.
pub(super) fn repositories(report: &Report, brief: &Brief) -> Vec<Repository> {
    let baseline = |standing: &Standing| Baseline { left: standing.left, started: standing.started };
    if report.repositories.is_empty() {
        return vec![Repository {
            name: brief.repository.clone(),
            revision: brief.revision.as_ref().map(revision),
            files_examined: report.tally.examined,
            bytes_examined: report.tally.bytes,
            skipped: by_reason(report.unexamined()),
            hidden: report.hidden,
            complete: is_complete(report),
            failure: None,
            baseline: report.baseline.as_ref().map(baseline),
            history: None,
        }];
    }
    // What is said of all is said of the one.
    let only = report.repositories.len() == 1;
    let of = |repository: &finding::Repository| Repository {
        name: repository.name.clone().or_else(|| brief.repository.clone()),
        revision: repository.revision.as_ref().or(brief.revision.as_ref().filter(|_| only)).map(revision),
        files_examined: repository.examined,
        bytes_examined: if only { report.tally.bytes } else { repository.bytes },
        skipped: by_reason(if only { report.unexamined() } else { repository.counts.clone() }),
        hidden: if only { report.hidden } else { repository.hidden },
        complete: repository.complete,
        failure: repository.failure.clone(),
        baseline: repository.baseline.as_ref().map(baseline),
        history: repository.history.as_ref().map(|history| HistoryExamined {
            blobs: history.blobs,
            commits: history.commits,
            notes: history.notes.clone(),
        }),
    };
    report.repositories.iter().map(of).collect()
}

fn revision(commit: &finding::Commit) -> Revision {
    Revision { commit: commit.id.clone(), date: commit.date.clone() }
}

/// The rules that found something, whatever became of it.
pub(super) fn rules(report: &Report) -> Vec<Rule> {
    let fired: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let docs: BTreeMap<&str, &finding::RuleDoc> = report.rules.iter().map(|doc| (doc.id.as_str(), doc)).collect();
    let of = |doc: &&finding::RuleDoc| Rule {
        id: doc.id.clone(),
        summary: doc.summary.clone(),
        level: doc.level,
        why: doc.why.clone(),
        remedy: doc.remedy.clone(),
        statement: doc.statement.clone(),
        help: doc.help.clone(),
        lasting: doc.lasting,
    };
    fired.into_iter().filter_map(|id| docs.get(id)).map(of).collect()
}

/// Every finding, in the report's order.
pub(super) fn findings<'a>(
    report: &'a Report,
    brief: &'a Brief,
    places: &'a Places<'a>,
) -> impl Iterator<Item = Finding> + 'a {
    let units: BTreeMap<usize, Unit<'a>> =
        unit::all(&report.findings).into_iter().map(|unit| (unit.findings[0], unit)).collect();
    let several = |at: Option<usize>| report.repositories.get(at?)?.name.clone();
    let of = move |(at, finding): (usize, &'a finding::Finding)| Finding {
        rule: finding.rule.clone(),
        level: finding.level,
        confidence: finding.confidence,
        repository: several(finding.repository),
        place: place(places, finding.primary.file, finding.primary.span),
        language: places.language(finding.primary.file).map(str::to_owned),
        message: finding.message.clone(),
        why: finding.why.clone(),
        remedy: finding.remedy.clone(),
        route: finding.route,
        evidence: finding.evidence.clone(),
        related: finding
            .related
            .iter()
            .map(|label| Related { place: place(places, label.file, label.span), message: label.text.clone() })
            .collect(),
        fingerprint: finding.fingerprint.clone(),
        secret: finding.secret.map(|secret| secret.salted(&brief.salt)),
        state: finding.state,
        accepted: finding.accepted.clone(),
        excerpt: excerpt(places, finding),
        history: finding.history.as_ref().map(|history| History {
            first: history.first.as_ref().map(revision),
            last: history.last.as_ref().map(revision),
            in_tip: history.tip.is_some(),
            tip: history.tip.clone(),
            blob: history.blob.clone(),
        }),
        fix: finding.fix.as_ref().map(|fix| change(places, finding, fix, units.get(&at))),
    };
    report.findings.iter().enumerate().map(of)
}

/// Everything that was not examined, in the report's order.
pub(super) fn skipped(report: &Report) -> impl Iterator<Item = Skipped> {
    let names = report.repositories.iter().flat_map(|one| std::iter::repeat_n(&one.name, one.skipped));
    let names = names.map(Option::as_ref).chain(std::iter::repeat(None));
    report.skipped.iter().zip(names).map(|(entry, name)| Skipped {
        repository: name.cloned(),
        path: path(entry.path.as_bytes()),
        reason: entry.reason.id().to_owned(),
        incomplete: entry.reason.incomplete(),
        detail: entry.detail.clone(),
    })
}

/// What was read with less care, with the name of its repository where there are several.
pub(super) fn reduced(report: &Report) -> impl Iterator<Item = Reduced> {
    let names = report.repositories.iter().flat_map(|one| std::iter::repeat_n(&one.name, one.reduced));
    let names = names.map(Option::as_ref).chain(std::iter::repeat(None));
    report.notes.iter().zip(names).map(|((file, note), name)| Reduced {
        repository: name.cloned(),
        path: path(file.as_bytes()),
        reason: note.id().to_owned(),
        detail: less_care(*note).to_owned(),
    })
}

fn change(places: &Places<'_>, finding: &finding::Finding, fix: &finding::Fix, unit: Option<&Unit<'_>>) -> Fix {
    let edit = |edit: &&finding::Edit| Edit { place: place(places, edit.file, edit.span), text: edit.text.clone() };
    Fix {
        title: fix.title.clone(),
        applicability: fix.applicability,
        group: fix.group,
        edits: unit.map(|unit| unit.edits.iter().map(edit).collect()).unwrap_or_default(),
        diff: diff(places, fix, finding),
    }
}

/// What a fix changes, as people see it on a terminal.
fn diff(places: &Places<'_>, fix: &finding::Fix, finding: &finding::Finding) -> Vec<String> {
    let last = places.position(finding.primary.file, finding.primary.span.end).line;
    let mut styled = Vec::new();
    // Writing to memory does not fail.
    _ = suggestion::write(places, fix, &finding.primary, last.to_string().len(), &mut styled);
    let plain = strip_bytes(&styled).into_vec();
    String::from_utf8_lossy(&plain).lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The lines that a finding stands on, and some around them.
fn excerpt(places: &Places<'_>, finding: &finding::Finding) -> Option<Excerpt> {
    let file = finding.primary.file;
    let (text, span) = (places.text(file), places.clamp(file, finding.primary.span));
    if text.is_empty() {
        return None;
    }
    let mut first = view::line_around(text, span.start);
    for _ in 0..AROUND {
        if first.start > 0 {
            first = view::line_around(text, first.start - 1);
        }
    }
    let line = places.position(file, first.start).line;
    let (mut lines, mut next, mut after) = (Vec::new(), first, 0);
    while after <= AROUND && lines.len() < MAX_LINES + 2 * AROUND {
        let here = span.start.saturating_sub(next.start)..span.end.min(next.end).saturating_sub(next.start);
        let shown = if next.start <= span.end && span.start <= next.end { here } else { 0..0 };
        let mut out = Vec::new();
        _ = suggestion::write_line(&text[next.clone()], &shown, (false, false), &mut out);
        lines.push(String::from_utf8_lossy(&out).into_owned());
        after += usize::from(next.end >= span.end);
        let start = view::next_line(text, &next);
        if start >= text.len() {
            break;
        }
        next = view::line_around(text, start);
    }
    Some(Excerpt { line, lines })
}

fn place(places: &Places<'_>, file: usize, span: Span) -> Place {
    let span = places.clamp(file, span);
    let point = |offset| {
        let source::Position { line, column, byte, .. } = places.position(file, offset);
        Position { line, column, byte }
    };
    Place { path: path(places.path(file)), start: point(span.start), end: point(span.end) }
}

fn path(bytes: &[u8]) -> Path {
    let path = String::from_utf8_lossy(bytes).into_owned();
    let path_percent = std::str::from_utf8(bytes).is_err().then(|| percent(bytes));
    Path { path, path_percent }
}
