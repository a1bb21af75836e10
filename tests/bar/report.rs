//! What a JSON report says, with paths as the bytes they are on the disk.
//!
//! Owns the reading of reports. It knows neither cases nor what is expected of them.

use serde_json::Value;

/// A report.
pub(crate) struct Said {
    pub(crate) findings: Vec<Found>,
    pub(crate) skipped: Vec<Skipped>,
    /// Whether everything was examined.
    pub(crate) complete: bool,
    pub(crate) json: Value,
}

/// Where something was found.
#[allow(dead_code, reason = "printed where it is not expected")]
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) path: Vec<u8>,
    /// From 1.
    pub(crate) line: u64,
    /// From 1, in characters.
    pub(crate) column: u64,
    /// From 0, as the file is stored.
    pub(crate) byte: u64,
}

/// What was not examined.
#[derive(Debug)]
pub(crate) struct Skipped {
    pub(crate) path: Vec<u8>,
    pub(crate) reason: String,
}

impl Said {
    /// Reads a report; an error says what it lacks.
    pub(crate) fn of(json: &[u8]) -> Result<Self, String> {
        let json: Value = serde_json::from_slice(json).map_err(|error| format!("no report: {error}"))?;
        let list = |name: &str| json[name].as_array().ok_or_else(|| format!("the report has no {name}"));
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let findings = list("findings")?.iter().map(|found| Found {
            rule: word(&found["rule"]),
            path: path(found),
            line: number(&found["start"]["line"]),
            column: number(&found["start"]["column"]),
            byte: number(&found["start"]["byte"]),
        });
        let skipped =
            list("skipped")?.iter().map(|entry| Skipped { path: path(entry), reason: word(&entry["reason"]) });
        let (findings, skipped) = (findings.collect(), skipped.collect());
        Ok(Self { findings, skipped, complete: json["summary"]["complete"] == true, json })
    }

    /// The findings in a file.
    pub(crate) fn within<'s>(&'s self, path: &'s [u8]) -> impl Iterator<Item = &'s Found> {
        self.findings.iter().filter(move |found| found.path == path)
    }

    /// Whether the report says that a file, or a directory it is in, was not examined.
    pub(crate) fn tells_of(&self, path: &[u8]) -> bool {
        self.skipped.iter().any(|entry| {
            path.strip_prefix(entry.path.as_slice()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        })
    }

    /// How many entries have this reason.
    pub(crate) fn skipped_as(&self, reason: &str) -> usize {
        self.skipped.iter().filter(|entry| entry.reason == reason).count()
    }

    /// How many times the summary counts this reason.
    pub(crate) fn counted(&self, reason: &str) -> u64 {
        self.json["summary"]["skipped"][reason].as_u64().unwrap_or(0)
    }
}

/// The bytes of a path: a name that is not UTF-8 is told in percent form too.
fn path(entry: &Value) -> Vec<u8> {
    match entry["path_percent"].as_str() {
        Some(percent) => decoded(percent.as_bytes()),
        None => entry["path"].as_str().unwrap_or_default().as_bytes().to_vec(),
    }
}

fn decoded(percent: &[u8]) -> Vec<u8> {
    let (mut bytes, mut at) = (Vec::new(), 0);
    while at < percent.len() {
        let hex = percent.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if percent[at] == b'%' => {
                bytes.push(byte);
                at += 3;
            }
            _ => {
                bytes.push(percent[at]);
                at += 1;
            }
        }
    }
    bytes
}
