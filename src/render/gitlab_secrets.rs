//! GitLab's Secret Detection report, version 15.
//!
//! Owns the serialised shapes. The decision to know: only what is a credential in a file belongs there, which a rule says
//! by its weakness; everything else is in the Code Quality report. GitLab refuses a report without times and a commit, so
//! both are asked for, and a scan of no known commit says so by zeros.

use std::io::{self, Write};
use std::time::SystemTime;

use serde::Serialize;

use super::gitlab::lines;
use super::identity::{distinct, uuid};
use super::markdown::words;
use super::{Brief, Places, closing, open, plain, sentence};
use crate::finding::{Finding, Level, Report, RuleDoc};

/// The version of GitLab's schema.
const VERSION: &str = "15.0.4";
/// The weakness of a credential that is written into a file, in the CWE list.
const HARD_CODED: u16 = 798;
/// Characters that GitLab accepts of a name.
const MAX_NAME: usize = 255;
/// Characters that GitLab accepts of a solution.
const MAX_SOLUTION: usize = 7000;
/// Messages about files that were not examined.
const MAX_MESSAGES: usize = 1_000;
/// What stands for a commit that nobody named.
const NO_COMMIT: &str = "0000000";

/// Writes the credentials that were found.
///
/// # Errors
///
/// When `out` cannot be written to, or a time is none that a calendar has.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::within(&report.files, &brief.project);
    let doc = |finding: &Finding| report.rules.iter().find(|doc| doc.id == finding.rule);
    let found = distinct(open(report).filter(|finding| doc(finding).is_some_and(|doc| doc.cwe.contains(&HARD_CODED))));
    let missing = report.skipped.iter().filter(|entry| entry.reason.incomplete());
    let messages: Vec<Message> = missing
        .map(|entry| Message {
            level: "warn",
            value: format!("{} was not examined: {}", entry.path.to_str_lossy(), closing::described(entry)),
        })
        .take(MAX_MESSAGES)
        .collect();
    let document = Document {
        version: VERSION,
        scan: Scan {
            analyzer: THIS,
            scanner: THIS,
            kind: "secret_detection",
            start_time: time(brief.began)?,
            end_time: time(brief.ended)?,
            status: if messages.is_empty() { "success" } else { "failure" },
            messages,
        },
        vulnerabilities: found
            .map(|(finding, id)| vulnerability(&places, finding, doc(finding), uuid(id), &brief.commit))
            .collect(),
    };
    plain::write(&document, out)
}

/// In UTC, as GitLab has it: to the second, without a zone.
fn time(time: SystemTime) -> io::Result<String> {
    let time = jiff::Timestamp::try_from(time).map_err(io::Error::other)?;
    Ok(time.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

#[derive(Serialize)]
struct Document {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Program,
    scanner: Program,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Program {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

const THIS: Program = Program {
    id: env!("CARGO_PKG_NAME"),
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    vendor: Vendor { name: env!("CARGO_PKG_NAME") },
};

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    category: &'static str,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: Vec<Identifier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    location: Location,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Link {
    url: String,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: u64,
    end_line: u64,
    commit: Commit,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
}

fn vulnerability(
    places: &Places<'_>,
    finding: &Finding,
    doc: Option<&RuleDoc>,
    id: String,
    commit: &str,
) -> Vulnerability {
    let (file, start_line, end_line) = lines(places, finding);
    let help = doc.map(|doc| doc.help.clone()).filter(|help| help.starts_with("https://"));
    let weakness = |number: &u16| Identifier {
        kind: "cwe",
        name: format!("CWE-{number}"),
        value: number.to_string(),
        url: Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")),
    };
    let rule = Identifier {
        kind: concat!(env!("CARGO_PKG_NAME"), "_rule_id"),
        name: format!("{} rule {}", env!("CARGO_PKG_NAME"), finding.rule),
        value: finding.rule.clone(),
        url: help.clone(),
    };
    Vulnerability {
        id,
        category: "secret_detection",
        // Of the rule alone: it is shown for all findings of one kind.
        name: sentence(doc.map_or("", |doc| &doc.summary)).chars().take(MAX_NAME).collect(),
        // GitLab takes both for Markdown.
        description: [&finding.message, &finding.why].map(|text| words(&sentence(text))).join(" "),
        severity: match finding.level {
            Level::Error => "High",
            Level::Warning => "Medium",
            Level::Note => "Low",
        },
        solution: words(&sentence(&finding.remedy)).chars().take(MAX_SOLUTION).collect(),
        identifiers: [rule]
            .into_iter()
            .chain(doc.into_iter().flat_map(|doc| doc.cwe.iter().take(10).map(weakness)))
            .collect(),
        links: help.into_iter().map(|url| Link { url }).collect(),
        location: Location {
            file,
            start_line,
            end_line,
            // The one that brought it, as GitLab asks for; what is checked out where nobody knows.
            commit: Commit {
                sha: match finding.history.as_ref().and_then(|history| history.first.as_ref()) {
                    Some(first) => first.id.clone(),
                    None if commit.is_empty() => NO_COMMIT.to_owned(),
                    None => commit.to_owned(),
                },
            },
        },
    }
}
