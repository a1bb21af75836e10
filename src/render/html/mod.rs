//! The report as a page: one file that a browser opens and that asks for nothing else.
//!
//! Owns the frame of the page: its policy, its head and the order of its parts. It is made from a [`Document`] alone, so
//! that merged reports are shown like any other. The decisions to know:
//!
//! - Every finding is in the page twice: as plain markup, which is all there is without a script (`listing`), and as data
//!   (`data`), from which the script builds what is looked at, and which can be taken out again. So a page of twenty
//!   thousand findings is as quick as one of twenty. The script takes the plain list away when it has started.
//! - Text gets into the markup through `text`, and from the data into the page as text nodes. The policy names the digests
//!   of the one style sheet and the one script, so nothing else runs, whatever a scanned tree is called.
//! - No clock is asked: the same document gives the same bytes.

mod data;
mod examined;
mod listing;
mod matter;
mod overview;
mod progress;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{Brief, escape, record};
use crate::document::{Document, Finding, Rule};
use crate::finding::{Report, State};
use matter::Matter;

const STYLE: &str = include_str!("page.css");

const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("script/data.js"),
    include_str!("script/finding.js"),
    include_str!("script/list.js"),
    include_str!("script/page.js"),
    "})();\n",
);

/// Writes the report as a page, with what does not count.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    page(&record::document(report, brief), out)
}

/// Writes the page of a document.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn page(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let page = Page::of(document);
    let title = text(page.title());
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", policy())?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    writeln!(out, "<meta name=\"referrer\" content=\"no-referrer\">")?;
    writeln!(out, "<title>{title}</title>\n<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n<body>")?;
    writeln!(out, "<a class=\"skip\" href=\"#findings\">Skip to the findings</a>")?;
    writeln!(out, "<header class=\"top\"><p>{title}</p><div id=\"tools\"></div></header>\n<main>")?;
    overview::write(&page, out)?;
    progress::write(&page, out)?;
    listing::write(&page, out)?;
    examined::write(&page, out)?;
    let (name, version) = (text(&document.tool.name), text(&document.tool.version));
    writeln!(
        out,
        "</main>\n<footer><p>Made by {name} {version}. Secrets are masked everywhere in this file.</p></footer>"
    )?;
    data::write(&page, out)?;
    writeln!(out, "</body>\n</html>")
}

/// What a browser is told to let through: the style sheet and the script of this file, and images in `data:`.
fn policy() -> String {
    let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

/// A document, and what several parts of its page ask of it.
struct Page<'a> {
    document: &'a Document,
    rules: BTreeMap<&'a str, &'a Rule>,
    /// The element of each finding, in the document's order.
    ids: Vec<String>,
}

impl<'a> Page<'a> {
    fn of(document: &'a Document) -> Self {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut id = |finding: &'a Finding| {
            // Fingerprints are hexadecimal digits, but a document may come from anywhere.
            let digits: String = finding.fingerprint.chars().filter(char::is_ascii_hexdigit).collect();
            let id = format!("f-{digits}");
            let times = times.entry(digits).or_default();
            *times += 1;
            if *times == 1 { id } else { format!("{id}-{times}") }
        };
        Self {
            document,
            rules: document.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect(),
            ids: document.findings.iter().map(&mut id).collect(),
        }
    }

    /// What the page is about.
    fn title(&self) -> String {
        let repositories = &self.document.repositories;
        match repositories.as_slice() {
            [one] => {
                one.name.as_ref().map_or_else(|| "dekey report".to_owned(), |name| format!("dekey report: {name}"))
            }
            [] => "dekey report".to_owned(),
            many => format!("dekey report: {}", count(many.len(), "repository")),
        }
    }

    /// The findings that count.
    fn open(&self) -> impl Iterator<Item = &'a Finding> {
        self.document.findings.iter().filter(|finding| finding.state == State::Open)
    }

    fn matter(&self, finding: &Finding) -> Matter {
        Matter::of(&finding.rule, self.rules.get(finding.rule.as_str()).is_some_and(|rule| rule.lasting))
    }

    /// Whether the findings are in several repositories.
    fn several(&self) -> bool {
        self.document.repositories.len() > 1
    }

    /// How many files these findings stand in.
    fn files<'f>(findings: impl Iterator<Item = &'f Finding>) -> usize {
        findings.map(|finding| (&finding.repository, &finding.place.path)).collect::<BTreeSet<_>>().len()
    }
}

/// Untrusted text for markup, also inside of quotes.
fn text(text: impl AsRef<[u8]>) -> String {
    escape::xml(text)
}

/// Untrusted words in which code stands between backquotes.
fn prose(words: impl AsRef<[u8]>) -> String {
    let escaped = text(words);
    let parts: Vec<&str> = escaped.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // One that is not closed is nothing but itself.
        return escaped;
    }
    let part = |(at, part): (usize, &&str)| match at % 2 {
        0 => (*part).to_owned(),
        _ => format!("<code>{part}</code>"),
    };
    parts.iter().enumerate().map(part).collect()
}

/// A rule's id without the vendor.
fn short(rule: &str) -> &str {
    rule.rsplit('/').next().unwrap_or(rule)
}

/// `1 file`, `12,345 files`, `2 repositories`.
fn count(n: impl TryInto<u64>, noun: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (n, Some(stem)) => format!("{} {stem}ies", number(n)),
        (n, None) => format!("{} {noun}s", number(n)),
    }
}

/// With a comma between thousands.
fn number(n: impl TryInto<u64>) -> String {
    let digits = n.try_into().unwrap_or(u64::MAX).to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The day of a time in RFC 3339.
fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}

/// As much of a commit's id as people use.
fn abbreviated(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_those_of_people() {
        assert_eq!(count(1usize, "file"), "1 file");
        assert_eq!(count(1_234_567u64, "repository"), "1,234,567 repositories");
        assert_eq!((number(0u64), number(999u64), number(1_000u64)), ("0".into(), "999".into(), "1,000".into()));
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!((listed(&words[..1]), listed(&words)), ("a".to_owned(), "a, b and c".to_owned()));
    }

    #[test]
    fn code_in_prose_is_marked_and_stays_text() {
        assert_eq!(prose("run `a <b>` now"), "run <code>a &lt;b&gt;</code> now");
        assert_eq!(prose("a ` alone"), "a ` alone");
    }
}
