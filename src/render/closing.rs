//! What a run says besides its findings: what was not examined, how much was, and the count.
//!
//! Owns honesty: "nothing found" is only said of what was examined.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::escape::Escaped;
use super::{Places, count, missing, open, paint, repositories, sentence, skipped_by_reason};
use crate::facts::Note;
use crate::finding::{Applicability, Level, Report, Standing, State};
use crate::fix::unit;
use crate::source::{Reason, RelPath, Skipped};

/// What is said of a run that was ended early.
pub(super) const INTERRUPTED: &str = "interrupted, so this result is incomplete: it has what was found until then";

/// Entries listed by name before "and N more".
const LISTED: usize = 10;

/// Writes notes on reduced analysis, on skipped files, and the summary; with `verbose` every entry by name, the spared
/// places, the directives in use and the ignored count.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(report: &Report, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let listed = if verbose { usize::MAX } else { LISTED };
    if verbose {
        spared(report, out)?;
        suppressing(report, out)?;
    }
    reduced(report, listed, out)?;
    incomplete(report, verbose, out)?;
    passed_over(report, verbose, out)?;
    repositories::write(report, out)?;
    writeln!(out, "{}", summary(report))
}

/// Writes the files that should have been examined and were not, and that the run was ended early; nothing when
/// neither is so.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn incomplete(report: &Report, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let (histories, files): (Vec<&Skipped>, Vec<&Skipped>) =
        missing(report).partition(|entry| entry.reason.of_history());
    let could_not = format!("{} could not be examined, so this result is incomplete", paths(files.len()));
    let not_whole = "the history is not whole, so this result is incomplete".to_owned();
    let listed = if verbose { usize::MAX } else { LISTED };
    for (title, entries) in [(could_not, files), (not_whole, histories)].iter().filter(|(_, list)| !list.is_empty()) {
        list(Level::Warning, title, entries.iter().map(|entry| (&entry.path, described(entry))), listed, out)?;
    }
    if report.is_interrupted() { warning(INTERRUPTED, out) } else { Ok(()) }
}

/// Writes a warning about the report itself.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn warning(text: &str, out: &mut dyn Write) -> io::Result<()> {
    title(Level::Warning, text, out)
}

/// Writes how often each rule fired, most often first.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn statistics(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<(Level, &str), u64> = BTreeMap::new();
    for finding in open(report) {
        *counts.entry((finding.level, finding.rule.as_str())).or_insert(0) += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|((level, rule), n)| (std::cmp::Reverse(*n), std::cmp::Reverse(*level), *rule));
    let width = rows.first().map_or(0, |(_, n)| n.to_string().len());
    for ((level, rule), n) in rows {
        let style = paint::level(level);
        writeln!(out, "{n:>width$} {style}{:7}{style:#} {}", paint::name(level), Escaped::new(rule))?;
    }
    Ok(())
}

/// One paragraph: what was found, in how much.
#[must_use]
pub fn summary(report: &Report) -> String {
    let found: Vec<_> = open(report).collect();
    let missing = missing(report).filter(|entry| !entry.reason.of_history()).count();
    let interrupted = report.is_interrupted();
    let examined = report.tally.examined;
    let skipped = match report.skipped.len() - usize::from(interrupted) {
        0 => String::new(),
        n => format!(", {n} skipped"),
    };
    let took = report.tally.elapsed.map_or_else(String::new, |took| format!(" in {:.2} s", took.as_secs_f64()));
    let mut text = if !found.is_empty() {
        let levels = [Level::Error, Level::Warning, Level::Note]
            .map(|level| (level, found.iter().filter(|finding| finding.level == level).count() as u64))
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(level, n)| count(n, paint::name(level)))
            .collect::<Vec<_>>()
            .join(", ");
        let mut files: Vec<_> = found.iter().map(|finding| finding.primary.file).collect();
        files.sort_unstable();
        files.dedup();
        let files = count(files.len() as u64, "file");
        format!("Found {levels} in {files} ({examined} examined{took}{skipped}).")
    } else if missing > 0 {
        format!("Nothing found in {} examined, but {} could not be examined.", count(examined, "file"), paths(missing))
    } else if interrupted {
        format!("Nothing found in {} examined until the run was interrupted.", count(examined, "file"))
    } else if examined == 0 {
        format!("Nothing to examine (0 files examined{skipped}).")
    } else {
        format!("Nothing found in {} examined{took}{skipped}.", count(examined, "file"))
    };
    let units = unit::offered(&report.findings);
    let fixable = |sure| -> usize {
        let of = units.values().filter(|unit| (unit.applicability == Applicability::Safe) == sure);
        of.map(|unit| unit.findings.len()).sum()
    };
    // Files of several repositories are not changed in one run.
    let by = if repositories::named(report) { ", each repository by itself" } else { "" };
    text.push_str(&match (fixable(true), fixable(false)) {
        (0, 0) => String::new(),
        (safe, 0) => format!(" {safe} fixable with `--fix`{by}."),
        (0, unsure) => format!(" {unsure} fixable with `--fix --unsafe-fixes`{by}."),
        (safe, unsure) => format!(" {safe} fixable with `--fix`, {unsure} more with `--unsafe-fixes`{by}."),
    });
    text.push_str(&accepted(report));
    let histories: Vec<_> = report.repositories.iter().filter_map(|repository| repository.history.as_ref()).collect();
    if !histories.is_empty() {
        let blobs = count(histories.iter().map(|history| history.blobs).sum::<u64>(), "version");
        let commits = count(histories.iter().map(|history| history.commits).sum::<u64>(), "commit");
        text.push_str(&format!("\nHistory: {blobs} of files in {commits}."));
        let notes: BTreeSet<&String> = histories.iter().flat_map(|history| &history.notes).collect();
        notes.into_iter().for_each(|note| text.push_str(&format!(" {}", Escaped::new(&sentence(note)))));
    }
    if report.hidden > 0 {
        let n = count(report.hidden as u64, "finding");
        text.push_str(&format!("\n{n} below the asked-for confidence not shown (`--min-confidence low` shows all)."));
    }
    text
}

/// What does not count, by reason: ` 3 suppressed, 12 accepted by dekey-baseline.toml (31 of 120 left).`
fn accepted(report: &Report) -> String {
    let of = |state| report.findings.iter().filter(|finding| finding.state == state).count();
    let baseline = report.baseline.as_ref().map(|Standing { name, left, started }| {
        format!("accepted by {} ({left} of {started} left)", Escaped::new(name))
    });
    let words = [
        (State::Suppressed, "suppressed"),
        (State::Baselined, baseline.as_deref().unwrap_or("in the baseline")),
        (State::Unchanged, "there before the change"),
        (State::Resolved, "in the history only, and done with"),
    ];
    let told = |state: State, n: usize| n > 0 || state == State::Baselined && baseline.is_some();
    let counts: Vec<String> = words
        .iter()
        .map(|(state, words)| (*state, of(*state), words))
        .filter(|(state, n, _)| told(*state, *n))
        .map(|(_, n, words)| format!("{n} {words}"))
        .collect();
    if counts.is_empty() { String::new() } else { format!(" {}.", counts.join(", ")) }
}

fn spared(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.exempted.is_empty() {
        return Ok(());
    }
    let places = Places::new(&report.files);
    title(Level::Note, &format!("{} spared", count(report.exempted.len() as u64, "place")), out)?;
    for (label, reason) in &report.exempted {
        writeln!(out, "  {}: {}", places.locate(label), Escaped::new(reason))?;
    }
    Ok(())
}

/// The directives that accept something, and why.
fn suppressing(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let used: Vec<_> = report.suppressions.iter().filter(|suppression| suppression.used).collect();
    if used.is_empty() {
        return Ok(());
    }
    let places = Places::new(&report.files);
    title(Level::Note, &format!("{} in use", count(used.len() as u64, "directive")), out)?;
    for suppression in used {
        let (rules, reason) = (suppression.rules.join(", "), Escaped::new(&suppression.reason));
        let until = suppression.until.map_or_else(String::new, |until| format!(" (until {until})"));
        writeln!(out, "  {}: {}: {reason}{until}", places.locate(&suppression.label), Escaped::new(&rules))?;
    }
    Ok(())
}

fn reduced(report: &Report, listed: usize, out: &mut dyn Write) -> io::Result<()> {
    if report.notes.is_empty() {
        return Ok(());
    }
    let entries = report.notes.iter().map(|(path, note)| (path, less_care(*note).to_owned()));
    list(Level::Note, &format!("{} read with less care", paths(report.notes.len())), entries, listed, out)
}

/// How a file was read that could not be read as usual.
pub(super) fn less_care(note: Note) -> &'static str {
    match note {
        Note::TooDeep => "nested too deep; beyond the limit only values are looked for",
        Note::Malformed => "not well-formed; read up to the error, beyond it only values are looked for",
        Note::TooLarge => "too large to parse; only the surroundings of hits were read",
    }
}

/// What was left out on purpose.
fn passed_over(report: &Report, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut counts = skipped_by_reason(report);
    let ignored = counts.remove(&Reason::Ignored).unwrap_or(0);
    counts.retain(|reason, _| !reason.incomplete() && (verbose || *reason != Reason::Symlink));
    if !counts.is_empty() {
        let reasons: Vec<_> = counts.iter().map(|(reason, n)| format!("{n} {}", words(*reason))).collect();
        title(Level::Note, &format!("left out: {}", reasons.join(", ")), out)?;
    }
    if verbose {
        for entry in report.skipped.iter().filter(|entry| !entry.reason.incomplete()) {
            writeln!(out, "  {}: {}", Escaped::new(entry.path.as_bytes()), Escaped::new(&described(entry)))?;
        }
        if ignored > 0 {
            title(Level::Note, &format!("{ignored} ignored by git (`--no-ignore` examines them)"), out)?;
        }
    }
    Ok(())
}

fn words(reason: Reason) -> String {
    reason.id().replace('-', " ")
}

pub(super) fn described(entry: &Skipped) -> String {
    let reason = words(entry.reason);
    if entry.detail.is_empty() { reason } else { format!("{reason}: {}", entry.detail) }
}

fn paths(n: usize) -> String {
    count(n as u64, "file")
}

fn title(level: Level, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let (style, bold) = (paint::level(level), paint::BOLD);
    writeln!(out, "{style}{}{style:#}{bold}: {text}{bold:#}", paint::name(level))
}

fn list<'a>(
    level: Level,
    text: &str,
    entries: impl ExactSizeIterator<Item = (&'a RelPath, String)>,
    listed: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    title(level, text, out)?;
    let rest = entries.len().saturating_sub(listed);
    for (path, text) in entries.take(listed) {
        writeln!(out, "  {}: {}", Escaped::new(path.as_bytes()), Escaped::new(&text))?;
    }
    if rest > 0 {
        writeln!(out, "  and {rest} more (`-v` lists all)")?;
    }
    Ok(())
}
