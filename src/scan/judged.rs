//! From what was matched to a report.
//!
//! Owns what becomes of findings once all files are known: which of them are accepted, which files the report keeps, and
//! the order of everything. It reads nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Examined, Options};
use crate::check;
use crate::finding::{Finding, Label, Report, RuleDoc, State};
use crate::link;
use crate::link::project::{Project, Scanned};
use crate::pack::Vendor;
use crate::plan::{self, Ground};
use crate::source::{RelPath, with_ends};
use crate::span::Span;
use crate::suppress::{self, Held};

/// Links and judges `files`, which are in path order; `partial`, when they are not all of their project.
pub(super) fn judged(options: &Options<'_>, files: &[Arc<Examined<'_>>], partial: bool) -> Report {
    let mut report = Report::default();
    for (at, vendor) in options.vendors.iter().enumerate() {
        let variable = judge(options, vendor, at, files, partial, &mut report);
        let complete = |doc: &RuleDoc| RuleDoc { remedy: doc.remedy.replace("{variable}", variable), ..doc.clone() };
        report.rules.extend(vendor.rules().iter().map(|rule| complete(&rule.doc)));
        report.around.variables.insert(variable.to_owned());
    }
    report.rules.extend(suppress::rules().iter().map(|rule| rule.doc.clone()));
    let rules: Vec<&str> = report.rules.iter().map(|doc| doc.id.as_str()).collect();
    let held =
        files.iter().map(|file| Held { source: &file.source, hidden: &file.hidden, directives: &file.directives });
    report.suppressions = suppress::apply(&mut report.findings, &held.collect::<Vec<_>>(), &rules, options.today);
    let context: BTreeSet<&RelPath> = options.input.context.iter().map(|source| &source.path).collect();
    let around = |finding: &&mut Finding| context.contains(&files[finding.primary.file].source.path);
    for finding in report.findings.iter_mut().filter(around) {
        // A fix may change such a file together with others, so that it is kept.
        (finding.state, finding.accepted) = (State::Unchanged, None);
    }
    let mut used: Vec<Option<usize>> = vec![None; files.len()];
    let edited = report
        .findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .flat_map(|fix| fix.edits.iter().map(|edit| edit.file));
    let labelled = report.findings.iter().flat_map(labels).chain(report.exempted.iter().map(|(label, _)| label));
    let set = report.around.settings.iter().map(|setting| setting.file);
    let accepting = report.suppressions.iter().map(|suppression| suppression.label.file);
    let mut kept: Vec<usize> = labelled.map(|label| label.file).chain(edited).chain(set).chain(accepting).collect();
    kept.extend(report.grounds.iter_mut().flat_map(Ground::labels_mut).map(|label| label.file));
    for file in kept {
        used[file] = Some(0);
    }
    for (at, file) in files.iter().enumerate() {
        report.notes.extend(file.notes.iter().map(|note| (file.source.path.clone(), *note)));
        if used[at].is_some() {
            used[at] = Some(report.files.len());
            report.files.push(file.masked());
        }
    }
    let renumber = |label: &mut Label| label.file = used[label.file].unwrap_or_default();
    for finding in &mut report.findings {
        renumber(&mut finding.primary);
        finding.related.iter_mut().for_each(renumber);
        for edit in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.text = with_ends(&edit.text, &files[edit.file].source.text, edit.span.start);
            edit.file = used[edit.file].unwrap_or_default();
        }
    }
    report.suppressions.iter_mut().for_each(|suppression| renumber(&mut suppression.label));
    report.exempted.iter_mut().for_each(|(label, _)| renumber(label));
    report.around.settings.iter_mut().for_each(|setting| setting.file = used[setting.file].unwrap_or_default());
    report.grounds.iter_mut().flat_map(Ground::labels_mut).for_each(renumber);
    report.exempted.sort_by(|(a, x), (b, y)| (a.file, a.span, x).cmp(&(b.file, b.span, y)));
    report.exempted.dedup();
    report.findings.sort_by(|a, b| order(a).cmp(&order(b)));
    report.notes.dedup();
    report
}

/// Adds what is found of a vendor, the one at `at`, and tells the variable that its fixes read.
fn judge<'j>(
    options: &Options<'j>,
    vendor: &'j Vendor,
    at: usize,
    files: &'j [Arc<Examined<'_>>],
    partial: bool,
    report: &mut Report,
) -> &'j str {
    if files.is_empty() {
        // Where nothing was met, the pack does not have to be there.
        report.grounds.push(Ground { vendor: vendor.name.clone(), prefix: vendor.id.clone(), ..Ground::default() });
        return options.variable.unwrap_or(&vendor.variable);
    }
    let pack = vendor.pack();
    let scanned: Vec<Scanned<'_, '_>> = files
        .iter()
        .map(|file| Scanned { source: &file.source, matched: &file.matched[at], hidden: &file.hidden })
        .collect();
    let own = || link::variable::of(pack, &scanned).unwrap_or(&pack.variable);
    let variable = options.variable.unwrap_or_else(own);
    let mut project = Project::new(pack, scanned, options.audience, variable);
    project.bump_sdk = options.bump_sdk;
    project.partial = partial;
    let judged = check::judge(&project);
    report.grounds.push(plan::ground::of(&project, &judged.findings));
    report.findings.extend(judged.findings);
    report.exempted.extend(judged.spared);
    report.around.settings.extend(judged.around.settings);
    report.around.kept.extend(judged.around.kept);
    variable
}

fn labels(finding: &Finding) -> impl Iterator<Item = &Label> {
    std::iter::once(&finding.primary).chain(&finding.related)
}

fn order(finding: &Finding) -> (usize, Span, &str) {
    (finding.primary.file, finding.primary.span, &finding.rule)
}
