//! GitLab's Code Quality report.
//!
//! Owns the serialised shapes. The decision to know: GitLab shows no rule, so the description begins with it, and keeps
//! one of several entries with the same fingerprint, so no two have the same.

use std::io::{self, Write};

use serde::Serialize;

use super::identity::{distinct, hex};
use super::{Brief, Places, open, plain};
use crate::finding::{Finding, Level, Report};

/// Writes the findings that count.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::within(&report.files, &brief.project);
    let issues: Vec<Issue<'_>> = distinct(open(report)).map(|(finding, id)| issue(&places, finding, hex(id))).collect();
    plain::write(&issues, out)
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

/// From 1.
#[derive(Serialize)]
struct Lines {
    begin: u64,
    end: u64,
}

fn issue<'a>(places: &Places<'_>, finding: &'a Finding, fingerprint: String) -> Issue<'a> {
    let (path, begin, end) = lines(places, finding);
    Issue {
        // One line, whatever a name of the tree holds.
        description: super::escape::inline(format!("{}: {}", finding.rule, finding.message)),
        check_name: &finding.rule,
        fingerprint,
        severity: match finding.level {
            Level::Error => "critical",
            Level::Warning => "major",
            Level::Note => "info",
        },
        location: Location { path, lines: Lines { begin, end } },
    }
}

/// Where a finding is: a path inside the project as far as that is known, and lines.
pub(super) fn lines(places: &Places<'_>, finding: &Finding) -> (String, u64, u64) {
    let label = &finding.primary;
    let span = places.clamp(label.file, label.span);
    let line = |at| places.position(label.file, at).line;
    (
        String::from_utf8_lossy(places.path(label.file)).trim_start_matches('/').to_owned(),
        line(span.start),
        line(span.end),
    )
}
