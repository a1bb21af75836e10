//! The report as JSON Lines: a line for each finding and each file that was not examined, and the summary last.
//!
//! Owns what a line is; what is in it is `super::record`'s. The decision to know: a report without a summary was cut
//! off, so a reader can tell.

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
    record::all(report, &places).try_for_each(|finding| plain::line(&Line::Finding(Box::new(finding)), out))?;
    record::missed(report).try_for_each(|missed| plain::line(&Line::Skipped(missed), out))?;
    let last = Line::Summary { schema_version: SCHEMA_VERSION, tool: Tool::THIS, summary: record::summary(report) };
    plain::line(&last, out)
}

/// The JSON Schema of a line.
#[must_use]
pub fn schema() -> Value {
    record::schema::<Line<'_>>()
}

/// A line of a report of dekey.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line<'a> {
    /// Something that was found.
    Finding(Box<Record<'a>>),
    /// Something that was not examined.
    Skipped(Missed<'a>),
    /// The last line.
    Summary {
        /// Changes when a reader has to.
        #[schemars(extend("const" = SCHEMA_VERSION))]
        schema_version: u32,
        tool: Tool,
        #[serde(flatten)]
        summary: Summary<'a>,
    },
}
