//! From a finished report to bytes: one file per format.
//!
//! Owns presentation only. It must not know facts, packs or unmasked source; it judges nothing and changes no exit
//! code. The decision to know: text of the scanned tree is printed through [`escape`] alone, and colours are always
//! written; the stream they are written to strips them where they are not wanted.

pub mod chart;
pub mod closing;
pub mod concise;
pub mod diff;
pub mod escape;
pub mod explain;
pub mod format;
pub mod github;
pub mod gitlab;
pub mod gitlab_secrets;
pub mod html;
mod identity;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod kept;
pub mod markdown;
pub mod overview;
pub(crate) mod paint;
mod plain;
pub mod plan;
pub mod problem;
pub mod project;
pub mod rdjson;
pub mod record;
mod repositories;
pub mod sarif;
mod suggestion;
pub mod summary;
pub mod text;
pub mod trend;
pub mod view;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use format::{Brief, FORMATS, Format, Reader};

use crate::finding::{Commit, FileId, Finding, History, Label, Report, State};
use crate::redact::Masked;
use crate::source::{LineIndex, Position, Reason, Skipped};
use crate::span::Span;
use escape::Escaped;

/// Digits of a commit's id that are shown.
const SHORT_ID: usize = 10;

/// The files of a report with their line indexes, built once.
pub struct Places<'a> {
    files: Vec<File<'a>>,
}

struct File<'a> {
    masked: &'a Masked,
    index: LineIndex,
    path: Cow<'a, [u8]>,
}

impl<'a> Places<'a> {
    /// Indexes `files`.
    #[must_use]
    pub fn new(files: &'a [Masked]) -> Self {
        let file = |masked: &'a Masked| File {
            masked,
            index: LineIndex::new(masked.source()),
            path: Cow::Borrowed(masked.path.as_bytes()),
        };
        Self { files: files.iter().map(file).collect() }
    }

    /// Indexes `files`, for a reader who knows them by their paths in a project.
    fn within(files: &'a [Masked], project: &project::Project) -> Self {
        let mut places = Self::new(files);
        for file in &mut places.files {
            file.path = Cow::Owned(project.path(&file.path));
        }
        places
    }

    /// The path of a file as raw bytes, `/` between its parts; empty for an id that is not in the report.
    #[must_use]
    pub fn path(&self, file: FileId) -> &[u8] {
        self.files.get(file).map_or(&[], |file| &file.path)
    }

    /// What the file is written in, where that is known.
    fn language(&self, file: FileId) -> Option<&'a str> {
        Some(self.files.get(file)?.masked.language).filter(|name| !name.is_empty())
    }

    /// The masked text; empty for an id that is not in the report.
    #[must_use]
    pub fn text(&self, file: FileId) -> &[u8] {
        self.files.get(file).map_or(&[], |file| file.masked.text())
    }

    /// Where an offset of the text is in the file as it lies on disk.
    #[must_use]
    pub fn position(&self, file: FileId, offset: usize) -> Position {
        match self.files.get(file) {
            Some(File { masked, index, .. }) => index.position(masked.source(), offset),
            None => Position { line: 1, column: 1, utf8_column: 1, byte: 0 },
        }
    }

    /// The place a label starts at, as `path:line:column`, escaped.
    #[must_use]
    pub fn locate(&self, label: &Label) -> String {
        let Position { line, column, .. } = self.position(label.file, label.span.start);
        format!("{}:{line}:{column}", Escaped::new(self.path(label.file)))
    }

    /// `span` inside the text of `file`, whatever it was.
    fn clamp(&self, file: FileId, span: Span) -> Span {
        let len = self.text(file).len();
        let start = span.start.min(len);
        Span { start, end: span.end.clamp(start, len) }
    }
}

/// The findings that count: neither suppressed nor in the baseline.
pub fn open(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.state == State::Open)
}

/// What a finding's state is called; `None` for one that counts.
fn state(finding: &Finding) -> Option<&'static str> {
    match finding.state {
        State::Open => None,
        State::Suppressed => Some("suppressed"),
        State::Baselined => Some("in the baseline"),
        State::Unchanged => Some("unchanged"),
        State::Resolved => Some("resolved"),
    }
}

/// Why a finding does not count, as `suppressed: reason`; `None` for one that counts.
fn accepted(finding: &Finding) -> Option<String> {
    let state = state(finding)?;
    let reason = finding.accepted.as_deref().filter(|reason| !reason.is_empty());
    Some(reason.map_or_else(|| state.to_owned(), |reason| format!("{state}: {reason}")))
}

/// When a finding came, and whether it still is there; `None` where the history was not examined.
fn history(finding: &Finding) -> Option<String> {
    let History { first, last, tip, .. } = finding.history.as_ref()?;
    let (Some(first), Some(last)) = (first, last) else {
        return Some(match tip {
            Some(tip) => format!("in no commit, but {} leads to it", Escaped::new(tip)),
            None => "in contents that no branch or tag leads to".to_owned(),
        });
    };
    let when = |commit: &Commit| {
        let day = commit.date.split('T').next().unwrap_or_default();
        let id = commit.id.get(..SHORT_ID).unwrap_or(&commit.id);
        if day.is_empty() { id.to_owned() } else { format!("{id} ({day})") }
    };
    let since = format!("since commit {}", when(first));
    Some(match tip {
        Some(tip) => format!("{since}, and still at {}", Escaped::new(tip)),
        None if first.id == last.id => format!("in commit {} only", when(first)),
        None => format!("{since}, last in {}", when(last)),
    })
}

/// How much was not examined, by reason: what is listed, and what is only counted.
fn skipped_by_reason(report: &Report) -> BTreeMap<Reason, u64> {
    report.unexamined()
}

/// What should have been examined and was not, by name.
fn missing(report: &Report) -> impl Iterator<Item = &Skipped> {
    report.skipped.iter().filter(|entry| entry.reason.incomplete() && entry.reason != Reason::Interrupted)
}

/// Words as a sentence of running text: with a capital, and an end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    first.chain(chars).chain(end.chars()).collect()
}

/// `1 file`, `2 files`.
fn count(n: impl Into<u64>, noun: &str) -> String {
    match n.into() {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
