//! The report as one JSON document.
//!
//! Owns nothing but the layout; what is in it is `super::record`'s. All findings are told, whatever their state.

use std::io::{self, Write};

use serde_json::Value;

use super::{Brief, plain, record};
use crate::document::Document;
use crate::finding::Report;

/// Writes the whole report, suppressed and baselined findings included.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    document(&record::document(report, brief), out)
}

/// Writes a report that is one already.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn document(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    plain::write(document, out)
}

/// The JSON Schema of the document.
#[must_use]
pub fn schema() -> Value {
    record::schema::<Document>()
}
