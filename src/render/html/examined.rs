//! What was examined, and what was not.
//!
//! Owns the tables at the end of the page. The decision to know: what should have been examined stands before what was left
//! out on purpose; of a long list the first entries are shown, and the data of the page has them all.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Page, abbreviated, count, day, number, prose, text};
use crate::document::{Repository, Skipped};

/// Entries that are listed.
const LISTED: usize = 500;

pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"examined\">\n<h2 id=\"examined\">What was examined</h2>")?;
    repositories(page, out)?;
    skipped(page, out)?;
    reduced(page, out)?;
    writeln!(out, "</section>")
}

fn repositories(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let repositories = &page.document.repositories;
    if repositories.is_empty() {
        return writeln!(out, "<p>{}.</p>", count(page.document.summary.files_examined, "file"));
    }
    let mut left: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for finding in page.open() {
        *left.entry(finding.repository.as_deref()).or_default() += 1;
    }
    writeln!(
        out,
        "<div class=\"wide\"><table class=\"listed\">\n<caption class=\"aside\">Repositories</caption>\n<thead><tr>"
    )?;
    for (class, heading) in [
        ("", "Repository"),
        ("", "Revision"),
        (" class=\"number\"", "Files"),
        (" class=\"number\"", "Findings"),
        ("", "Baseline"),
        ("", "History"),
        ("", "Result"),
    ] {
        writeln!(out, "<th scope=\"col\"{class}>{heading}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for repository in repositories {
        // Findings name their repository only where there are several.
        let key = if page.several() { repository.name.as_deref() } else { None };
        let n = if page.several() { left.get(&key).copied().unwrap_or(0) } else { left.values().sum() };
        row(repository, n, out)?;
    }
    writeln!(out, "</tbody>\n</table></div>")
}

fn row(repository: &Repository, left: u64, out: &mut dyn Write) -> io::Result<()> {
    let name = repository.name.as_deref().unwrap_or("this directory");
    let revision = repository.revision.as_ref().map_or_else(
        || "–".to_owned(),
        |revision| {
            let (commit, day) = (text(abbreviated(&revision.commit)), text(day(&revision.date)));
            format!("<code>{commit}</code> {day}")
        },
    );
    let baseline = repository.baseline.as_ref().map_or_else(
        || "–".to_owned(),
        |baseline| format!("{} of {} left", number(baseline.left), number(baseline.started)),
    );
    let history = repository.history.as_ref().map_or_else(
        || "not examined".to_owned(),
        |history| {
            let notes: String = history.notes.iter().map(|note| format!("<br>{}", prose(note))).collect();
            format!("{}, {}{notes}", count(history.blobs, "version"), count(history.commits, "commit"))
        },
    );
    let result = match (&repository.failure, repository.complete) {
        (Some(failure), _) => format!("<strong class=\"bad\">not examined</strong>: {}", prose(failure)),
        (None, false) => "<strong class=\"bad\">incomplete</strong>".to_owned(),
        (None, true) => "complete".to_owned(),
    };
    writeln!(
        out,
        "<tr><th scope=\"row\">{}</th><td>{revision}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
         <td>{baseline}</td><td>{history}</td><td>{result}</td></tr>",
        text(name),
        number(repository.files_examined),
        number(left)
    )
}

fn skipped(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (missing, left_out): (Vec<&Skipped>, Vec<&Skipped>) =
        page.document.skipped.iter().partition(|entry| entry.incomplete);
    let reasons: Vec<String> = page
        .document
        .summary
        .skipped
        .iter()
        .map(|(reason, n)| format!("{} {}", number(*n), text(reason.replace('-', " "))))
        .collect();
    if reasons.is_empty() && page.document.skipped.is_empty() {
        return writeln!(out, "<p class=\"hint\">Nothing was skipped.</p>");
    }
    writeln!(out, "<h3>Not examined</h3>")?;
    if !reasons.is_empty() {
        writeln!(out, "<p class=\"hint\">Files and directories by reason: {}.</p>", reasons.join(", "))?;
    }
    if page.document.skipped.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<div class=\"wide\"><table class=\"listed\">\n<caption class=\"aside\">What was not examined</caption>"
    )?;
    writeln!(
        out,
        "<thead><tr><th scope=\"col\">Path</th><th scope=\"col\">Reason</th><th scope=\"col\">Matters</th></tr></thead>"
    )?;
    writeln!(out, "<tbody>")?;
    for entry in missing.iter().chain(&left_out).take(LISTED) {
        let repository = entry.repository.as_ref().map_or_else(String::new, |name| format!("{}: ", text(name)));
        let detail = if entry.detail.is_empty() { String::new() } else { format!(": {}", prose(&entry.detail)) };
        let matters = if entry.incomplete {
            "<strong class=\"bad\">should have been examined</strong>"
        } else {
            "left out on purpose"
        };
        writeln!(
            out,
            "<tr><th scope=\"row\">{repository}<code>{}</code></th><td>{}{detail}</td><td>{matters}</td></tr>",
            text(&entry.path.path),
            text(entry.reason.replace('-', " "))
        )?;
    }
    writeln!(out, "</tbody>\n</table></div>")?;
    match page.document.skipped.len().checked_sub(LISTED) {
        None | Some(0) => Ok(()),
        Some(rest) => writeln!(out, "<p>and {} more, which the data of this page has</p>", number(rest)),
    }
}

/// What was read, but with less care than usual.
fn reduced(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let reduced = &page.document.reduced;
    if reduced.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h3>Read with less care</h3>\n<ul>")?;
    for entry in reduced.iter().take(LISTED) {
        let repository = entry.repository.as_ref().map_or_else(String::new, |name| format!("{}: ", text(name)));
        writeln!(out, "<li>{repository}<code>{}</code>: {}</li>", text(&entry.path.path), prose(&entry.detail))?;
    }
    writeln!(out, "</ul>")?;
    match reduced.len().checked_sub(LISTED) {
        None | Some(0) => Ok(()),
        Some(rest) => writeln!(out, "<p>and {} more, which the data of this page has</p>", number(rest)),
    }
}
