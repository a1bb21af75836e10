//! The top of the page: the verdict, what is missing from it, and what to do first.
//!
//! Owns the sentences. The decision to know: a report that is not complete says so before it says how much it found, and
//! "nothing found" is only said of what was examined.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::matter::Matter;
use super::{Page, abbreviated, count, day, listed, number, prose, text};
use crate::document::{Finding, Repository};
use crate::finding::State;

/// Files named in the warning of an incomplete report.
const NAMED: usize = 5;

pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    missing(page, out)?;
    writeln!(out, "<section class=\"verdict\" aria-labelledby=\"verdict\">")?;
    writeln!(out, "<h1 id=\"verdict\">{}</h1>\n<p class=\"lead\">{}</p>", text(verdict(page)), text(lead(page)))?;
    levels(page, out)?;
    facts(page, out)?;
    writeln!(out, "</section>")?;
    first(page, out)
}

/// One sentence.
fn verdict(page: &Page<'_>) -> String {
    let summary = &page.document.summary;
    let open = page.open().count();
    let accepted = summary.suppressed + summary.baselined + summary.unchanged + summary.resolved;
    let complete = complete(page);
    if open > 0 {
        let files = count(Page::files(page.open()), "file");
        let repositories: BTreeSet<_> = page.open().map(|finding| &finding.repository).collect();
        let of = match page.several() {
            true => format!(" of {}", count(repositories.len(), "repository")),
            false => String::new(),
        };
        return format!("{} to mend in {files}{of}", count(open, "finding"));
    }
    match (complete, summary.files_examined, accepted) {
        (false, 0, _) => "Nothing could be examined",
        (false, ..) => "Nothing found, but not everything was examined",
        (true, 0, _) => "There was nothing to examine",
        (true, _, 0) => "Nothing found",
        (true, ..) => "Nothing is left to mend",
    }
    .to_owned()
}

/// What the sentence leaves open.
fn lead(page: &Page<'_>) -> String {
    let summary = &page.document.summary;
    let revoke: Vec<&Finding> = page.open().filter(|finding| page.matter(finding) == Matter::Revoke).collect();
    let mut said = Vec::new();
    if !revoke.is_empty() {
        let secrets = secrets(&revoke).max(1);
        let (places, them) = (count(revoke.len(), "place"), if secrets == 1 { "it" } else { "them" });
        said.push(match secrets {
            1 => format!("1 credential in {places} may still work: revoke {them} first."),
            n => format!("{} credentials in {places} may still work: revoke {them} first.", number(n)),
        });
    } else if page.open().next().is_some() {
        said.push("None of them is a token or a client secret that is written into a file.".to_owned());
    } else if complete(page) && summary.files_examined > 0 {
        said.push("No credential and no login that has to go is in what was examined.".to_owned());
    }
    let states = [
        (summary.resolved, "resolved since"),
        (summary.suppressed, "accepted by directives in the code"),
        (summary.baselined, "accepted by a baseline"),
        (summary.unchanged, "there before the change"),
    ];
    let states: Vec<String> =
        states.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{} {words}", number(n))).collect();
    if !states.is_empty() {
        said.push(format!("Not counted: {}.", listed(&states)));
    }
    if summary.hidden > 0 {
        let n = count(summary.hidden, "finding");
        said.push(format!("Not listed: {n} that dekey is less sure of (--min-confidence low lists all)."));
    }
    said.join(" ")
}

/// Different secrets; one that has no digest counts for itself.
fn secrets(findings: &[&Finding]) -> usize {
    let known: BTreeSet<_> = findings.iter().filter_map(|finding| finding.secret.as_ref()).collect();
    known.len() + findings.iter().filter(|finding| finding.secret.is_none()).count()
}

fn complete(page: &Page<'_>) -> bool {
    let whole = |repository: &Repository| repository.complete && repository.failure.is_none();
    page.document.summary.complete && page.document.repositories.iter().all(whole)
}

fn levels(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let of = &page.document.summary.findings.by_level;
    if page.open().next().is_none() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"levels\">")?;
    for (level, n, noun) in
        [("error", of.error, "error"), ("warning", of.warning, "warning"), ("note", of.note, "note")]
    {
        let noun = if n == 1 { noun.to_owned() } else { format!("{noun}s") };
        writeln!(
            out,
            "<li class=\"{level}\"><a href=\"#findings\" data-facet=\"level\" data-value=\"{level}\"><b>{}</b> {noun}</a></li>",
            number(n)
        )?;
    }
    writeln!(out, "</ul>")
}

/// What was not examined and should have been.
fn missing(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    if complete(page) {
        return Ok(());
    }
    let files: Vec<_> = page.document.skipped.iter().filter(|entry| entry.incomplete).collect();
    let failed: Vec<_> = page.document.repositories.iter().filter(|repository| repository.failure.is_some()).collect();
    let mut what = Vec::new();
    if !failed.is_empty() {
        what.push(count(failed.len(), "repository"));
    }
    if !files.is_empty() {
        what.push(count(files.len(), "place"));
    }
    let what = match what.as_slice() {
        [] => "Not everything that should have been examined was.".to_owned(),
        some => format!("{} could not be examined.", listed(some)),
    };
    writeln!(out, "<section class=\"alarm\" aria-label=\"What is missing\">")?;
    writeln!(out, "<p class=\"loud\">This report is incomplete</p>")?;
    writeln!(out, "<p>{what} Whatever is in there is not in these numbers.</p>")?;
    if !failed.is_empty() || !files.is_empty() {
        writeln!(out, "<ul>")?;
    }
    for repository in failed.iter().take(NAMED) {
        let name = repository.name.as_deref().unwrap_or("a repository");
        let failure = repository.failure.as_deref().unwrap_or_default();
        writeln!(out, "<li><code>{}</code>: {}</li>", text(name), prose(failure))?;
    }
    for entry in files.iter().take(NAMED) {
        let repository = entry.repository.as_ref().map_or_else(String::new, |name| format!("{}: ", text(name)));
        let reason = text(entry.reason.replace('-', " "));
        let detail = if entry.detail.is_empty() { String::new() } else { format!(" ({})", prose(&entry.detail)) };
        writeln!(out, "<li>{repository}<code>{}</code>: {reason}{detail}</li>", text(&entry.path.path))?;
    }
    if !failed.is_empty() || !files.is_empty() {
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "<p><a href=\"#examined\">What was examined, and what was not</a></p>\n</section>")
}

/// What to do, in order.
fn first(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    if page.open().next().is_none() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"first\">\n<h2 id=\"first\">What matters first</h2>\n<ol class=\"first\">"
    )?;
    for matter in Matter::ALL {
        let findings: Vec<&Finding> = page.open().filter(|finding| page.matter(finding) == matter).collect();
        let (id, n) = (matter.id(), findings.len());
        let none = if n == 0 { " none" } else { "" };
        writeln!(out, "<li class=\"{id}{none}\"><span class=\"number\">{}</span><div>", number(n))?;
        if n == 0 {
            writeln!(out, "<h3>{}</h3><p>None found.</p></div></li>", matter.title())?;
            continue;
        }
        writeln!(
            out,
            "<h3><a href=\"#matter-{id}\" data-facet=\"matter\" data-value=\"{id}\">{}</a></h3><p>{}</p><p class=\"where\">{}</p></div></li>",
            matter.title(),
            matter.advice(),
            text(spread(page, matter, &findings))
        )?;
    }
    writeln!(out, "</ol>")?;
    writeln!(
        out,
        "<p class=\"next\"><code>dekey plan</code> writes the steps for a repository as a checklist; \
         <code>dekey check --fix</code> makes the changes that need no decision.</p>\n</section>"
    )
}

/// `12 different secrets in 9 files; 3 can be fixed by dekey`
fn spread(page: &Page<'_>, matter: Matter, findings: &[&Finding]) -> String {
    let mut said = String::new();
    if matter == Matter::Revoke {
        let noun = if secrets(findings) == 1 { "secret" } else { "different secret" };
        said = format!("{} in ", count(secrets(findings), noun));
    }
    said += &count(Page::files(findings.iter().copied()), "file");
    if page.several() {
        let repositories: BTreeSet<_> = findings.iter().map(|finding| &finding.repository).collect();
        said += &format!(" of {}", count(repositories.len(), "repository"));
    }
    let shared: BTreeSet<&str> = page.document.groups.iter().map(|group| group.secret.as_str()).collect();
    let known =
        findings.iter().filter_map(|finding| finding.secret.as_deref()).filter(|secret| shared.contains(secret));
    let spread = known.collect::<BTreeSet<_>>().len();
    if spread > 0 {
        said += &format!("; {} in several repositories", count(spread, "shared secret"));
    }
    let past =
        findings.iter().filter(|finding| finding.history.as_ref().is_some_and(|history| !history.in_tip)).count();
    if past > 0 {
        said += &format!("; {} in the history only", number(past));
    }
    let fixable = findings.iter().filter(|finding| fixable(finding)).count();
    if fixable > 0 {
        said += &format!("; {} with a fix that dekey can apply", number(fixable));
    }
    said
}

fn fixable(finding: &Finding) -> bool {
    let by_hand = crate::finding::Applicability::Manual;
    finding.state == State::Open && finding.fix.as_ref().is_some_and(|fix| fix.applicability != by_hand)
}

/// What a number rests on.
fn facts(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = page.document;
    writeln!(out, "<dl class=\"facts\">")?;
    writeln!(out, "<div><dt>Examined</dt><dd>{}</dd></div>", sized(page))?;
    match document.repositories.as_slice() {
        [] => {}
        [one] => {
            if let Some(name) = &one.name {
                writeln!(out, "<div><dt>Repository</dt><dd>{}</dd></div>", text(name))?;
            }
            if let Some(revision) = &one.revision {
                let (commit, day) = (text(abbreviated(&revision.commit)), text(day(&revision.date)));
                writeln!(out, "<div><dt>Revision</dt><dd><code>{commit}</code> of {day}</dd></div>")?;
            }
        }
        many => {
            writeln!(out, "<div><dt>Repositories</dt><dd><a href=\"#examined\">{}</a></dd></div>", number(many.len()))?
        }
    }
    let histories: Vec<_> = document.repositories.iter().filter_map(|repository| repository.history.as_ref()).collect();
    let history = match histories.as_slice() {
        [] => "not examined; <code>dekey check --history</code> does".to_owned(),
        some => {
            let sum = |of: fn(&crate::document::HistoryExamined) -> u64| {
                some.iter().fold(0u64, |sum, one| sum.saturating_add(of(one)))
            };
            let versions = format!("{} of files", count(sum(|history| history.blobs), "version"));
            let of = if page.several() { format!(" in {}", count(some.len(), "repository")) } else { String::new() };
            match sum(|history| history.commits) {
                0 => format!("{versions}{of}"),
                commits => format!("{versions}{of}, {}", count(commits, "commit")),
            }
        }
    };
    writeln!(out, "<div><dt>Git history</dt><dd>{history}</dd></div>")?;
    let tool = format!("{} {}", document.tool.name, document.tool.version);
    writeln!(out, "<div><dt>Made by</dt><dd>{}</dd></div>\n</dl>", text(tool))?;
    let notes: BTreeSet<&String> = histories.iter().flat_map(|history| &history.notes).collect();
    if !notes.is_empty() {
        writeln!(out, "<ul class=\"notes\">")?;
        for note in notes.iter().take(NAMED) {
            writeln!(out, "<li>{}</li>", prose(note))?;
        }
        if notes.len() > NAMED {
            writeln!(out, "<li><a href=\"#examined\">and {} more</a></li>", notes.len() - NAMED)?;
        }
        writeln!(out, "</ul>")?;
    }
    Ok(())
}

/// `6,407 files, 72.7 MB`
fn sized(page: &Page<'_>) -> String {
    let summary = &page.document.summary;
    let files = count(summary.files_examined, "file");
    let size = match summary.bytes_examined {
        0 => return files,
        n @ ..1_000 => format!("{n} bytes"),
        n @ ..1_000_000 => format!("{} KB", n.div_ceil(1_000)),
        n @ ..1_000_000_000 => format!("{}.{} MB", number(n / 1_000_000), n / 100_000 % 10),
        n => format!("{}.{} GB", number(n / 1_000_000_000), n / 100_000_000 % 10),
    };
    format!("{files}, {size}")
}
