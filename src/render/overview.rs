//! A kept report as a few lines: how much was found, in which repositories, by which rules, what is shared between them,
//! and what could not be examined.
//!
//! Owns what is worth a line, and both layouts of it: for a terminal, and as Markdown. The decision to know: findings are
//! counted and not listed, since a person who has hundreds looks at totals first.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::escape::{Escaped, cut};
use super::markdown::{code, words};
use super::{count, paint};
use crate::document::{Document, Group, Levels, Repository, Rule};
use crate::finding::{Level, State};

/// Lines of a list before "and N more".
const LISTED: usize = 20;
/// The same on a page, which must stay below what GitHub takes.
const MAX_ROWS: usize = 200;
/// Columns of a name or a text on a page.
const MAX_CELL: usize = 200;
/// Names of repositories listed for one secret on a page.
const MAX_NAMES: usize = 20;
/// Digits of a commit's id that are shown.
const SHORT: usize = 12;

/// What is worth a line.
struct Overview<'d> {
    /// Repositories with a finding that counts, the worst first.
    repositories: Vec<(&'d str, Levels, &'d Repository)>,
    /// Repositories that were examined and have none.
    clean: usize,
    /// Rules with a finding that counts, the most frequent first.
    rules: Vec<(&'d str, usize, Option<&'d Rule>)>,
    groups: &'d [Group],
    /// What could not be examined, and why.
    missing: Vec<(Cow<'d, str>, Cow<'d, str>)>,
}

impl<'d> Overview<'d> {
    fn of(document: &'d Document) -> Self {
        let named = |name: &'d Option<String>| name.as_deref().unwrap_or_default();
        let mut levels: BTreeMap<&str, Levels> = BTreeMap::new();
        for finding in document.findings.iter().filter(|finding| finding.state == State::Open) {
            *levels.entry(named(&finding.repository)).or_default().of(finding.level) += 1;
        }
        // Findings of an only repository need not say that they are in it.
        let nameless = document.repositories.len() == 1;
        let mut of = |repository: &'d Repository| {
            let own = levels.remove(named(&repository.name));
            own.or_else(|| nameless.then(|| levels.remove("")).flatten()).unwrap_or_default()
        };
        let rows = document.repositories.iter().map(|one| (named(&one.name), of(one), one));
        let (mut repositories, others): (Vec<_>, Vec<_>) =
            rows.partition(|(_, levels, _)| *levels != Levels::default());
        let clean = others.iter().filter(|(_, _, one)| one.complete && one.failure.is_none()).count();
        repositories.sort_by_key(|(name, levels, _)| (Reverse((levels.error, levels.warning, levels.note)), *name));

        let known: BTreeMap<&str, &Rule> = document.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
        let counts = document.summary.findings.by_rule.iter();
        let mut rules: Vec<_> = counts.map(|(id, n)| (id.as_str(), *n, known.get(id.as_str()).copied())).collect();
        rules.sort_by_key(|(id, n, _)| (Reverse(*n), *id));

        let failures = document.repositories.iter().filter_map(|one| {
            let why = one.failure.as_deref();
            let why = why.or((!one.complete).then_some("not everything could be examined"))?;
            Some((named(&one.name).into(), why.into()))
        });
        let skipped = document.skipped.iter().filter(|entry| entry.incomplete).map(|entry| {
            let (repository, path, reason) =
                (named(&entry.repository), &entry.path.path, entry.reason.replace('-', " "));
            let place = if repository.is_empty() { path.into() } else { format!("{repository}: {path}").into() };
            let why = if entry.detail.is_empty() { reason } else { format!("{reason}: {}", entry.detail) };
            (place, why.into())
        });
        let missing = failures.chain(skipped).collect();
        Self { repositories, clean, rules, groups: &document.groups, missing }
    }
}

/// One sentence: what was found, in how much.
fn total(document: &Document) -> String {
    let summary = &document.summary;
    let Levels { error, warning, note } = summary.findings.by_level;
    let found: Vec<String> = [(error, "error"), (warning, "warning"), (note, "note")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| count(n as u64, noun))
        .collect();
    let found = if found.is_empty() { "Nothing found".to_owned() } else { format!("Found {}", found.join(", ")) };
    let repositories = match document.repositories.iter().filter(|one| one.failure.is_none()).count() {
        1 => "1 repository".to_owned(),
        n => format!("{n} repositories"),
    };
    let mut text = format!("{found} in {repositories} ({} examined", count(summary.files_examined, "file"));
    for (n, words) in [
        (summary.suppressed, "suppressed"),
        (summary.baselined, "in baselines"),
        (summary.unchanged, "there before the change"),
        (summary.resolved, "in the history only, and done with"),
        (summary.hidden, "below the asked-for confidence"),
    ] {
        if n > 0 {
            text.push_str(&format!(", {n} {words}"));
        }
    }
    text + ")."
}

/// What else is to be said of a repository.
fn state(repository: &Repository) -> String {
    let commit = repository.revision.as_ref().map(|revision| {
        let id: String = revision.commit.chars().take(SHORT).collect();
        let day = revision.date.split('T').next().unwrap_or_default();
        if day.is_empty() { id } else { format!("{id} of {day}") }
    });
    let baseline = repository.baseline.as_ref();
    let baseline = baseline.map(|baseline| format!("{} of {} in its baseline left", baseline.left, baseline.started));
    commit.into_iter().chain(baseline).collect::<Vec<_>>().join(", ")
}

/// What is said of a secret that several repositories hold.
fn shared(group: &Group) -> String {
    let findings = count(group.findings as u64, "finding");
    let open = if group.open == group.findings { String::new() } else { format!(", {} of them open", group.open) };
    format!("one secret in {} repositories ({findings}{open})", group.repositories.len())
}

/// Writes the lines for a terminal; lists are whole with `verbose`.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn text(document: &Document, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let overview = Overview::of(document);
    let listed = if verbose { usize::MAX } else { LISTED };
    let bold = paint::BOLD;
    let title = |text: &str, out: &mut dyn Write| writeln!(out, "\n{bold}{text}{bold:#}");
    writeln!(out, "{bold}{}{bold:#}", total(document))?;

    if !overview.repositories.is_empty() {
        title("errors warnings notes  repository", out)?;
        for (name, levels, repository) in overview.repositories.iter().take(listed) {
            let Levels { error, warning, note } = levels;
            let (name, state) = (shown(name), state(repository));
            write!(out, "{error:>6} {warning:>8} {note:>5}  {}", Escaped::new(name))?;
            writeln!(out, "{}", if state.is_empty() { state } else { format!(" ({})", Escaped::new(&state)) })?;
        }
        more(overview.repositories.len(), listed, out)?;
    }
    if overview.clean > 0 && !overview.repositories.is_empty() {
        writeln!(out, "  and {} without findings", overview.clean)?;
    }
    if !overview.rules.is_empty() {
        title("rules", out)?;
        for (id, n, rule) in overview.rules.iter().take(listed) {
            let level = rule.map_or(Level::Note, |rule| rule.level);
            let style = paint::level(level);
            writeln!(out, "{n:>6} {style}{:7}{style:#} {}", paint::name(level), Escaped::new(id))?;
        }
        more(overview.rules.len(), listed, out)?;
    }
    if !overview.groups.is_empty() {
        title("shared between repositories", out)?;
        for group in overview.groups.iter().take(listed) {
            writeln!(out, "  {}: {}", shared(group), Escaped::new(&group.rules.join(", ")))?;
            for name in group.repositories.iter().take(listed) {
                writeln!(out, "    {}", Escaped::new(shown(name)))?;
            }
            more(group.repositories.len(), listed, out)?;
        }
        more(overview.groups.len(), listed, out)?;
    }
    if overview.missing.is_empty() { Ok(()) } else { writeln!(out).and_then(|()| missing(&overview, listed, out)) }
}

/// Writes what could not be examined; nothing where everything could.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn incomplete(document: &Document, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let overview = Overview::of(document);
    let listed = if verbose { usize::MAX } else { LISTED };
    if overview.missing.is_empty() { Ok(()) } else { missing(&overview, listed, out) }
}

const INCOMPLETE: &str = "not everything could be examined, so this result is incomplete";

fn missing(overview: &Overview<'_>, listed: usize, out: &mut dyn Write) -> io::Result<()> {
    super::closing::warning(INCOMPLETE, out)?;
    for (place, why) in overview.missing.iter().take(listed) {
        writeln!(out, "  {}: {}", Escaped::new(shown(place)), Escaped::new(why.as_ref()))?;
    }
    more(overview.missing.len(), listed, out)
}

fn more(all: usize, listed: usize, out: &mut dyn Write) -> io::Result<()> {
    match all.saturating_sub(listed) {
        0 => Ok(()),
        rest => writeln!(out, "  and {rest} more (`-v` lists all)"),
    }
}

/// What a repository without a name is called.
fn shown(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}

/// Writes the lines as a page of Markdown.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn markdown(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let overview = Overview::of(document);
    writeln!(out, "## {}\n\n{}", env!("CARGO_PKG_NAME"), words(&total(document)))?;
    if !overview.missing.is_empty() {
        writeln!(out, "\n**Not everything could be examined, so this result is incomplete:**\n")?;
        for (place, why) in overview.missing.iter().take(MAX_ROWS) {
            let why = words(&cut(why.as_ref(), MAX_CELL));
            writeln!(out, "- {}: {why}", cell(shown(place)))?;
        }
        rest(overview.missing.len(), "\n- ", out)?;
    }
    if !overview.repositories.is_empty() {
        writeln!(out, "\n| repository | errors | warnings | notes | |\n| --- | ---: | ---: | ---: | --- |")?;
        for (name, levels, repository) in overview.repositories.iter().take(MAX_ROWS) {
            let Levels { error, warning, note } = levels;
            let state = state(repository);
            let state = if state.is_empty() { state } else { bars(&words(&cut(&state, MAX_CELL))) };
            writeln!(out, "| {} | {error} | {warning} | {note} | {state} |", bars(&cell(shown(name))))?;
        }
        rest(overview.repositories.len(), "\n", out)?;
        if overview.clean > 0 {
            writeln!(out, "\nand {} without findings", overview.clean)?;
        }
    }
    if !overview.rules.is_empty() {
        writeln!(out, "\n| rule | findings | level | finds |\n| --- | ---: | --- | --- |")?;
        for (id, n, rule) in overview.rules.iter().take(MAX_ROWS) {
            let (level, finds) = rule.map_or(("", String::new()), |rule| {
                (paint::name(rule.level), bars(&words(&cut(&rule.summary, MAX_CELL))))
            });
            writeln!(out, "| {} | {n} | {level} | {finds} |", bars(&cell(id)))?;
        }
        rest(overview.rules.len(), "\n", out)?;
    }
    if !overview.groups.is_empty() {
        writeln!(out, "\n### Shared between repositories\n")?;
        for group in overview.groups.iter().take(MAX_ROWS) {
            let names: Vec<String> = group.repositories.iter().take(MAX_NAMES).map(|name| cell(shown(name))).collect();
            let others = group.repositories.len().saturating_sub(MAX_NAMES);
            let others = if others > 0 { format!(" and {others} more") } else { String::new() };
            writeln!(out, "- {}: {}{others}", shared(group), names.join(", "))?;
        }
        rest(overview.groups.len(), "- ", out)?;
    }
    Ok(())
}

fn cell(text: &str) -> String {
    code(cut(text, MAX_CELL))
}

/// Markdown as a table holds it: a bar ends a cell even in code, so it is shown by its number.
fn bars(markdown: &str) -> String {
    markdown.replace("\\|", "\\\\x7c").replace('|', "\\|")
}

fn rest(all: usize, mark: &str, out: &mut dyn Write) -> io::Result<()> {
    match all.saturating_sub(MAX_ROWS) {
        0 => Ok(()),
        rest => writeln!(out, "{mark}and {rest} more"),
    }
}
