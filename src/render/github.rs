//! Annotations in GitHub Actions, by workflow commands.
//!
//! Owns the commands and how many there are. The decision to know: GitHub shows ten of a kind for a step and drops the
//! rest without a word. So the worst come first, what is over is told in plain lines of the log, and a notice counts it.

use std::io::{self, Write};

use super::escape::inline;
use super::{Brief, Places, concise, count, open, paint, sentence};
use crate::finding::{Finding, Level, Report};

/// Annotations of a kind that GitHub shows for a step.
const SHOWN: usize = 10;
/// Characters that GitHub keeps of a message are 4096, escapes not counted.
const MAX_MESSAGE: usize = 4000;

/// Writes the findings that count, the worst first.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::within(&report.files, &brief.project);
    let mut over = Vec::new();
    let of = |level| open(report).filter(move |finding| finding.level == level);
    let full = |level| of(level).count() > SHOWN;
    let crowded = [Level::Error, Level::Warning, Level::Note].into_iter().any(full);
    for level in [Level::Error, Level::Warning, Level::Note] {
        let mut findings: Vec<&Finding> = of(level).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.confidence));
        // The notice at the end is one of a kind, too.
        let shown = if crowded && level == Level::Note { SHOWN - 1 } else { SHOWN };
        let rest = findings.split_off(shown.min(findings.len()));
        findings.into_iter().try_for_each(|finding| annotation(&places, finding, out))?;
        over.push((level, rest));
    }
    if !crowded {
        return Ok(());
    }
    for (_, rest) in &over {
        rest.iter().try_for_each(|finding| concise::line(&places, finding, out))?;
    }
    let counts = over.iter().filter(|(_, rest)| !rest.is_empty());
    let counts: Vec<String> = counts.map(|(level, rest)| count(rest.len() as u64, paint::name(*level))).collect();
    let text =
        format!("{} more, which GitHub has no room for here: the log of this step lists them", counts.join(", "));
    writeln!(out, "::notice title={}::{}", property(env!("CARGO_PKG_NAME")), data(&text))
}

fn annotation(places: &Places<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let label = &finding.primary;
    let span = places.clamp(label.file, label.span);
    let (start, end) = (places.position(label.file, span.start), places.position(label.file, span.end));
    let path = inline(places.path(label.file));
    // The runner drops the columns of what is on several lines, and says so in the log.
    let range = match start.line == end.line {
        true => format!("line={},endLine={},col={},endColumn={}", start.line, end.line, start.column, end.column),
        false => format!("line={},endLine={}", start.line, end.line),
    };
    let title = inline(format!("{}: {}", env!("CARGO_PKG_NAME"), finding.rule));
    // The log shows the message and not the properties.
    let place = format!("{path}:{}:{}: ", start.line, start.column);
    let texts = [&finding.message, &finding.why, &finding.remedy].into_iter().filter(|text| !text.is_empty());
    let texts: Vec<String> = texts.map(|text| inline(sentence(text))).collect();
    let text: String = (place + &texts.join("\n")).chars().take(MAX_MESSAGE).collect();
    writeln!(out, "::{command} file={},{range},title={}::{}", property(&path), property(&title), data(&text))
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
