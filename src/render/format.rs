//! The formats of a report, in one list.
//!
//! Owns their names, and what a format is told besides the report. The decision to know: a format is a function from
//! both to bytes, and everything that goes over the formats (the command line, tests, documents) goes over this list.

use std::io::{self, Write};
use std::time::SystemTime;

use super::project::Project;
use super::{concise, github, gitlab, gitlab_secrets, html, json, jsonl, junit, rdjson, sarif, summary, text};
use crate::finding::{Commit, Finding, Report, State};
use crate::fingerprint::Salt;

/// A way to write a report.
pub struct Format {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Whom it is for.
    pub reader: Reader,
    write: Plain,
    bounded: Option<Bounded>,
}

type Bounded = fn(&Report, &Brief, &mut dyn Write) -> io::Result<Option<String>>;
type Plain = fn(&Report, &Brief, &mut dyn Write) -> io::Result<()>;

/// Whom a format is for, and so what is to be said beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A person, to whom it says everything.
    Person,
    /// A person, to whom it tells the findings; how much was examined is to be said beside it.
    Lines,
    /// A program. To people only that is said which makes its report incomplete.
    Program,
}

/// What a format is told besides the report.
#[derive(Clone, Debug)]
pub struct Brief {
    /// Say findings and nothing else.
    pub quiet: bool,
    /// Also say what was left out or spared, and why.
    pub verbose: bool,
    /// Say how often each rule fired, in place of the findings.
    pub statistics: bool,
    /// Also list findings that do not count.
    pub accepted: bool,
    /// When the scan began.
    pub began: SystemTime,
    /// When it ended.
    pub ended: SystemTime,
    /// The commit that was examined; empty where nobody said.
    pub commit: String,
    /// The project that the paths of a report are shown in.
    pub project: Project,
    /// What the repository is called; nobody may have said.
    pub repository: Option<String>,
    /// What is checked out, where that is known.
    pub revision: Option<Commit>,
    /// What makes the digests of secrets worthless elsewhere.
    pub salt: Salt,
}

impl Default for Brief {
    fn default() -> Self {
        Self {
            quiet: false,
            verbose: false,
            statistics: false,
            accepted: false,
            began: SystemTime::UNIX_EPOCH,
            ended: SystemTime::UNIX_EPOCH,
            commit: String::new(),
            project: Project::default(),
            repository: None,
            revision: None,
            salt: Salt::default(),
        }
    }
}

impl Brief {
    /// Whether a finding is to be listed by a format that can say of one that it does not count.
    pub(super) fn lists(&self, finding: &Finding) -> bool {
        self.accepted || finding.state == State::Open
    }
}

/// Every format. The first is what a person gets who asks for none.
pub static FORMATS: [Format; 12] = [
    Format { reader: Reader::Person, ..new("text", "For people: source, reasons, what to do", text::report) },
    Format { reader: Reader::Lines, ..new("concise", "One line per finding", concise::report) },
    new("json", "One JSON document, with everything", json::report),
    new("jsonl", "JSON Lines: one finding a line, the summary last", jsonl::report),
    Format {
        bounded: Some(sarif::bounded),
        ..new("sarif", "For GitHub's code scanning and others that read SARIF 2.1.0", sarif::report)
    },
    Format {
        reader: Reader::Lines,
        ..new("github", "Annotations in GitHub Actions, and its job summary", github::report)
    },
    new("gitlab", "GitLab's Code Quality report", gitlab::report),
    new("gitlab-secrets", "GitLab's Secret Detection report: credentials in files", gitlab_secrets::report),
    new("junit", "JUnit XML: a failed test for each finding", junit::report),
    new("rdjson", "For reviewdog: suggestions in a code review", rdjson::report),
    new("markdown", "A page for a job summary or a ticket", summary::report),
    new("html", "A page for a browser: what matters first, progress, every finding", html::report),
];

const fn new(name: &'static str, about: &'static str, write: Plain) -> Format {
    Format { name, about, reader: Reader::Program, write, bounded: None }
}

impl Format {
    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(report, brief, out)
    }

    /// [`Self::write`], and what its reader would not take or not show of the report.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write_bounded(&self, report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<Option<String>> {
        match self.bounded {
            Some(bounded) => bounded(report, brief, out),
            None => self.write(report, brief, out).map(|()| None),
        }
    }

    /// Whether it writes a report that is kept, in which it is told what is checked out.
    #[must_use]
    pub fn keeps(&self) -> bool {
        matches!(self.name, "json" | "jsonl" | "html")
    }

    /// Whether it can count rules in place of telling findings.
    #[must_use]
    pub fn counts(&self) -> bool {
        matches!(self.name, "text" | "concise")
    }
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
