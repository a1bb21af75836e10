//! The report as a page of Markdown, for the summary of a job or a ticket.
//!
//! Owns the layout and its size: GitHub drops a page of more than a mebibyte. The decision to know: it is read beside
//! strangers' names, so nothing of the tree is printed but through [`super::markdown`], and a bar in a table is escaped
//! even in code.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::escape::cut;
use super::markdown::{code, link, words};
use super::{Brief, Places, accepted, closing, count, history, missing, paint, sentence};
use crate::finding::{Applicability, Finding, Report};

/// Bytes of a page.
const MAX_PAGE: usize = 900 << 10;
/// Findings listed.
const MAX_ROWS: usize = 200;
/// Files listed that could not be examined.
const MAX_MISSING: usize = 20;
/// Columns of a path or a message.
const MAX_CELL: usize = 400;

/// Writes the page: what was found, the worst first, and what to do about it.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::within(&report.files, &brief.project);
    let mut findings: Vec<&Finding> = report.findings.iter().filter(|finding| brief.lists(finding)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse((finding.level, finding.confidence)));

    let (head, tail) = (head(report), tail(report, &findings));
    let mut rows = String::new();
    let mut shown = 0;
    for finding in findings.iter().take(MAX_ROWS) {
        let row = row(&places, finding);
        if head.len() + rows.len() + row.len() + tail.len() > MAX_PAGE {
            break;
        }
        rows.push_str(&row);
        shown += 1;
    }
    out.write_all(head.as_bytes())?;
    if shown > 0 {
        write!(out, "\n| level | place | finding | fix |\n| --- | --- | --- | --- |\n{rows}")?;
    }
    if shown < findings.len() {
        writeln!(out, "\nand {} more, none of them worse.", count((findings.len() - shown) as u64, "finding"))?;
    }
    out.write_all(tail.as_bytes())
}

fn head(report: &Report) -> String {
    let mut head = format!("## {}\n", env!("CARGO_PKG_NAME"));
    for line in closing::summary(report).lines() {
        head.push_str(&format!("\n{}\n", words(line)));
    }
    if report.is_interrupted() {
        head.push_str(&format!("\n**{}**\n", words(&sentence(closing::INTERRUPTED))));
    }
    let missing: Vec<_> = missing(report).collect();
    if missing.is_empty() {
        return head;
    }
    let files = count(missing.len() as u64, "file");
    head.push_str(&format!("\n**{files} could not be examined, so this result is incomplete:**\n\n"));
    for entry in missing.iter().take(MAX_MISSING) {
        let path = code(cut(entry.path.as_bytes(), MAX_CELL));
        head.push_str(&format!("- {path}: {}\n", words(&cut(closing::described(entry), MAX_CELL))));
    }
    if missing.len() > MAX_MISSING {
        head.push_str(&format!("- and {} more\n", missing.len() - MAX_MISSING));
    }
    head
}

fn row(places: &Places<'_>, finding: &Finding) -> String {
    let label = &finding.primary;
    let at = places.position(label.file, places.clamp(label.file, label.span).start);
    let path = cut(places.path(label.file), MAX_CELL);
    let place = code(format!("{path}:{}:{}", at.line, at.column));
    let state = accepted(finding).map(|state| format!(" ({})", words(&cut(state, MAX_CELL)))).unwrap_or_default();
    let message = words(&cut(sentence(&finding.message), MAX_CELL));
    let fix = match finding.fix.as_ref().map(|fix| fix.applicability) {
        Some(Applicability::Safe) => "safe",
        Some(Applicability::Unsafe) => "unsafe",
        Some(Applicability::Manual) | None => "by hand",
    };
    let history = history(finding).map(|history| format!(", {}", words(&cut(history, MAX_CELL)))).unwrap_or_default();
    let cells =
        [paint::name(finding.level), &place, &format!("{message} {}{state}{history}", code(&finding.rule)), fix];
    format!("| {} |\n", cells.map(cell).join(" | "))
}

/// Markdown as a table holds it. A bar behind a backslash would end the cell all the same, so it is shown by its number.
fn cell(markdown: &str) -> String {
    markdown.replace("\\|", "\\\\x7c").replace('|', "\\|")
}

/// What to do, rule by rule.
fn tail(report: &Report, findings: &[&Finding]) -> String {
    let fired: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let mut tail = String::new();
    for doc in report.rules.iter().filter(|doc| fired.contains(doc.id.as_str())) {
        tail.push_str(if tail.is_empty() { "\n### What to do\n\n" } else { "" });
        let help = if doc.help.is_empty() { String::new() } else { format!(" {}", link(&doc.help)) };
        tail.push_str(&format!("- {}: {}{help}\n", code(&doc.id), words(&sentence(&doc.remedy))));
    }
    tail
}
