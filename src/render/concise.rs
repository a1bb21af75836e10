//! One line per finding: `path:line:column: level[rule] message`.

use std::io::{self, Write};

use super::escape::Escaped;
use super::{Places, open, paint};
use crate::finding::Report;

/// Writes the findings that count.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    for finding in open(report) {
        let style = paint::level(finding.level);
        writeln!(
            out,
            "{}: {style}{}[{}]{style:#} {}",
            places.locate(&finding.primary),
            paint::name(finding.level),
            Escaped::new(&finding.rule),
            Escaped::new(&finding.message),
        )?;
    }
    Ok(())
}
