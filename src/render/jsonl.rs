//! The report as JSON Lines: a line for each finding and each file that was not examined, and the summary last.
//!
//! Owns what a line is; what is in it is `super::record`'s. The decision to know: a report without a summary was cut
//! off, so a reader can tell.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Brief, Places, plain, record};
use crate::document::{Finding, Repository, Rule, SCHEMA_VERSION, Skipped, Summary, Tool};
use crate::finding::Report;

/// Writes the whole report, suppressed and baselined findings included.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    record::findings(report, brief, &places)
        .try_for_each(|finding| plain::line(&Line::Finding(Box::new(finding)), out))?;
    record::skipped(report).try_for_each(|skipped| plain::line(&Line::Skipped(skipped), out))?;
    let last = Line::Summary {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        summary: record::summary(report),
        repositories: record::repositories(report, brief),
        rules: record::rules(report),
    };
    plain::line(&last, out)
}

/// The JSON Schema of a line.
#[must_use]
pub fn schema() -> Value {
    record::schema::<Line>()
}

/// A line of a report of dekey.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line {
    /// Something that was found.
    Finding(Box<Finding>),
    /// Something that was not examined.
    Skipped(Skipped),
    /// The last line.
    Summary {
        /// Changes when a reader has to.
        #[schemars(extend("const" = SCHEMA_VERSION))]
        schema_version: u32,
        tool: Tool,
        #[serde(flatten)]
        summary: Summary,
        /// What was examined.
        repositories: Vec<Repository>,
        /// The rules of the findings, by id.
        rules: Vec<Rule>,
    },
}
