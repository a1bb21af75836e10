//! Reading a report again.
//!
//! Owns the way from bytes to a [`Document`], and what to say of bytes that are something else. It opens no file. The
//! decisions to know: a report may be anybody's, so nothing of it is quoted in an error, and whoever prints its texts
//! escapes them; what an older dekey did not write yet is filled in, and what a newer one wrote is refused, since
//! leaving out what is not understood would make a report look better than it is.

use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::error::Category;

use super::{Document, Line, SCHEMA_VERSION};

/// The most bytes that a report may have.
pub const MAX_BYTES: u64 = 1 << 30;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// Why bytes are not taken for a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// There is nothing.
    Empty,
    /// They are no JSON. Where that is seen: line and column, from 1.
    NotJson(usize, usize),
    /// They are something else, as far as that can be told.
    SomethingElse(&'static str),
    /// They look like a report, and are none; what is wrong with them, without anything that stands in them.
    Malformed(String),
    /// They are a report of a shape that is not known yet.
    Newer(u64),
    /// They are the beginning of a report.
    CutOff,
    /// They are several reports.
    Several,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::NotJson(line, column) => write!(f, "it is no JSON (line {line}, column {column})"),
            Self::SomethingElse(what) => write!(f, "it is {what}"),
            Self::Malformed(what) => write!(f, "it is not in the shape of a report: {what}"),
            Self::Newer(version) => {
                write!(f, "it is of schema version {version}, and this dekey knows {SCHEMA_VERSION} at most")
            }
            Self::CutOff => f.write_str("it was cut off: the summary, its last line, is not there"),
            Self::Several => f.write_str("it holds several reports"),
        }
    }
}

impl Unread {
    /// The way out.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Newer(_) => "use a dekey that is as new as the one that wrote it",
            Self::CutOff => "run the check again, to its end",
            Self::Several => "keep each report in a file of its own",
            _ => "name what `dekey check --output-format json=FILE` or `jsonl=FILE` wrote",
        }
    }
}

/// Reads a report, in JSON or JSON Lines.
///
/// # Errors
///
/// When it is none, or none that this version can read.
pub fn read(bytes: &[u8]) -> Result<Document, Unread> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    let Some(first) = first else { return Err(Unread::Empty) };
    // Only whole lines begin and end so; a document on one line has no type.
    let lines = serde_json::from_slice::<Probe>(first).is_ok_and(|probe| probe.kind.is_some());
    if lines { from_lines(bytes) } else { from_document(bytes) }
}

fn from_document(bytes: &[u8]) -> Result<Document, Unread> {
    match serde_json::from_slice::<Document>(bytes) {
        Ok(document) => known(document.schema_version.into()).map(|()| document),
        Err(error) => Err(reason(bytes, &error)),
    }
}

fn from_lines(bytes: &[u8]) -> Result<Document, Unread> {
    let (mut findings, mut skipped, mut reduced, mut document) = (Vec::new(), Vec::new(), Vec::new(), None);
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if document.is_some() {
            return Err(Unread::Several);
        }
        match serde_json::from_slice::<Line>(line) {
            Ok(Line::Finding(finding)) => findings.push(*finding),
            Ok(Line::Skipped(entry)) => skipped.push(entry),
            Ok(Line::Reduced(entry)) => reduced.push(entry),
            Ok(Line::Summary { schema_version, tool, summary, repositories, rules, groups, salt }) => {
                known(schema_version.into())?;
                document = Some(Document {
                    schema_version,
                    tool,
                    summary,
                    repositories,
                    rules,
                    groups,
                    salt,
                    findings: std::mem::take(&mut findings),
                    skipped: std::mem::take(&mut skipped),
                    reduced: std::mem::take(&mut reduced),
                });
            }
            // The last line is whole or it is the place of the cut.
            Err(error) if error.classify() == Category::Eof => return Err(Unread::CutOff),
            Err(error) => {
                return Err(match reason(line, &error) {
                    Unread::NotJson(_, column) => Unread::NotJson(at + 1, column),
                    Unread::Malformed(what) => Unread::Malformed(format!("line {}: {what}", at + 1)),
                    other => other,
                });
            }
        }
    }
    document.ok_or(Unread::CutOff)
}

fn known(version: u64) -> Result<(), Unread> {
    match version {
        0 => Err(Unread::Malformed("there is no schema version 0".to_owned())),
        version if version > SCHEMA_VERSION.into() => Err(Unread::Newer(version)),
        _ => Ok(()),
    }
}

/// What tells documents apart.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Probe {
    schema_version: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<IgnoredAny>,
    runs: Option<IgnoredAny>,
    vulnerabilities: Option<IgnoredAny>,
    diagnostics: Option<IgnoredAny>,
}

/// Why these bytes are no report.
fn reason(bytes: &[u8], error: &serde_json::Error) -> Unread {
    if let Ok(probe) = serde_json::from_slice::<Probe>(bytes) {
        let version = probe.schema_version.as_ref().and_then(Value::as_u64);
        if let Some(Err(refused)) = version.map(known) {
            return refused;
        }
        return match probe {
            Probe { runs: Some(_), .. } => Unread::SomethingElse("a SARIF log"),
            Probe { vulnerabilities: Some(_), .. } => Unread::SomethingElse("a report for GitLab"),
            Probe { diagnostics: Some(_), .. } => Unread::SomethingElse("a report for reviewdog"),
            _ if version.is_some() || probe.kind.is_some() => Unread::Malformed(unquoted(error)),
            _ => Unread::SomethingElse("some other JSON document"),
        };
    }
    match (bytes.trim_ascii_start(), error.classify()) {
        ([0x1f, 0x8b, ..], _) => Unread::SomethingElse("compressed"),
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => Unread::SomethingElse("UTF-16, as some shells redirect output"),
        ([b'<', ..], _) => Unread::SomethingElse("XML or HTML"),
        ([b'[', ..], Category::Data) => Unread::SomethingElse("some other JSON document"),
        (_, Category::Data) => Unread::Malformed(unquoted(error)),
        (_, Category::Eof) => Unread::SomethingElse("cut off, or some other text"),
        _ => Unread::NotJson(error.line(), error.column()),
    }
}

/// The error without what stands in the file: names of fields are ours, values need not be.
fn unquoted(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let ours = text.starts_with("missing field") || text.starts_with("duplicate field");
    let what = if ours { text.split(" at line ").next().unwrap_or_default() } else { "a value of the wrong kind" };
    match error.line() {
        0 => what.to_owned(),
        line => format!("{what} (line {line}, column {})", error.column()),
    }
}
