//! The report as one JSON document.
//!
//! Owns the document; what is in it is `super::record`'s. All findings are told, whatever their state.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::record::{self, Missed, Record, SCHEMA_VERSION, Summary, Tool};
use super::{Brief, Places, plain};
use crate::finding::Report;

/// Writes the whole report, suppressed and baselined findings included.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, _: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::THIS,
        summary: record::summary(report),
        findings: record::all(report, &places).collect(),
        skipped: record::missed(report).collect(),
    };
    plain::write(&document, out)
}

/// The JSON Schema of the document.
#[must_use]
pub fn schema() -> Value {
    record::schema::<Document<'_>>()
}

/// A report of dekey.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct Document<'a> {
    /// Changes when a reader has to.
    #[schemars(extend("const" = SCHEMA_VERSION))]
    schema_version: u32,
    tool: Tool,
    summary: Summary<'a>,
    /// In the order of their places.
    findings: Vec<Record<'a>>,
    /// In the order of their paths.
    skipped: Vec<Missed<'a>>,
}
