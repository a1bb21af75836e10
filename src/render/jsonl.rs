//! The report as JSON Lines: a line for each finding and each file that was not examined, and the summary last.
//!
//! Owns nothing but the layout; what is in it is `super::record`'s. The decision to know: a finding is written as soon as
//! it is made, so that a large report is never in memory twice.

use std::io::{self, Write};

use serde_json::Value;

use super::{Brief, Places, plain, record};
use crate::document::{Document, Grouping, Line, SCHEMA_VERSION, Tool};
use crate::finding::Report;

/// Writes the whole report, suppressed and baselined findings included.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    let mut grouping = Grouping::default();
    for finding in record::findings(report, brief, &places) {
        grouping.add(&finding);
        plain::line(&Line::Finding(Box::new(finding)), out)?;
    }
    record::skipped(report).try_for_each(|skipped| plain::line(&Line::Skipped(skipped), out))?;
    record::reduced(report).try_for_each(|reduced| plain::line(&Line::Reduced(reduced), out))?;
    let last = Line::Summary {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        summary: record::summary(report),
        repositories: record::repositories(report, brief),
        rules: record::rules(report),
        groups: grouping.groups(),
        salt: brief.salt.id(),
    };
    plain::line(&last, out)
}

/// Writes a report that is one already.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn document(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    document.lines().try_for_each(|line| plain::line(&line, out))
}

/// The JSON Schema of a line.
#[must_use]
pub fn schema() -> Value {
    record::schema::<Line>()
}
