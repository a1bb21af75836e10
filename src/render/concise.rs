//! One line per finding: `path:line:column: level[rule] message`.

use std::io::{self, Write};

use super::escape::{Escaped, inline};
use super::{Brief, Places, accepted, closing, history, paint};
use crate::finding::{Finding, Report};

/// Writes the findings that are asked for, or how often each rule fired.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    if brief.statistics {
        return closing::statistics(report, out);
    }
    let places = Places::new(&report.files);
    report.findings.iter().filter(|finding| brief.lists(finding)).try_for_each(|finding| line(&places, finding, out))
}

/// Writes one line.
pub(super) fn line(places: &Places<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let style = paint::level(finding.level);
    let state = accepted(finding).map(|state| format!("({}) ", inline(state))).unwrap_or_default();
    let history = history(finding).map(|history| format!(" ({history})")).unwrap_or_default();
    writeln!(
        out,
        "{}: {style}{}[{}]{style:#} {state}{}{history}",
        places.locate(&finding.primary),
        paint::name(finding.level),
        Escaped::new(&finding.rule),
        Escaped::new(&finding.message),
    )
}
