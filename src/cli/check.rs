//! `dekey check`
//!
//! Owns the formats of a report, and what its findings mean for the exit code. Which findings are shown is
//! [`super::scope`]'s.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::accepting::{Accepting, Reach};
use super::fixing::{Fixed, Fixing};
use super::output::Streams;
use super::scope::Scope;
use super::{Error, Exit, Global, engine};
use crate::finding::{Finding, Level, Report};
use crate::render;

/// Arguments of `dekey check`. Of an option given twice the last counts, so that hooks and aliases can be adjusted.
#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub(super) struct Check {
    #[command(flatten)]
    scope: Scope,
    /// How to print the report
    #[arg(long, alias = "format", value_name = "FORMAT", default_value = "text")]
    output_format: Format,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Fail at findings of this level or above [default: warning]
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<LevelArg>,
    /// Print how often each rule fired instead of the findings; for text and concise
    #[arg(long)]
    statistics: bool,
    /// Exit with 0 when there are findings
    #[arg(long)]
    exit_zero: bool,
    /// Examine standard input as if it were this file
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    stdin_filename: Option<PathBuf>,
    /// Let unsafe fixes raise the versions of SDKs in manifests
    #[arg(long)]
    bump_sdk: bool,
    #[command(flatten)]
    fixing: Fixing,
    #[command(flatten)]
    accepting: Accepting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: source, reasons, what to do
    Text,
    /// One line per finding
    Concise,
    /// One JSON document, with everything
    Json,
    /// For reviewdog: suggestions in a code review
    Rdjson,
    /// For GitHub's code scanning and others that read SARIF 2.1.0
    Sarif,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelArg {
    Note,
    Warning,
    Error,
}

impl Check {
    pub(super) fn run(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        let packs = engine::packs(&self.scope.packs.dirs)?;
        let stdin = self.stdin_filename.as_deref();
        let policy = self.scope.policy(&packs, stdin)?;
        let asked = self.scope.request(packs, &policy.config, stdin)?;
        let request = engine::Request { bump_sdk: self.bump_sdk, ..asked };

        let held = self.accepting.open(&policy.config, self.scope.first(stdin))?;
        let reach = Reach::of(&request)?;
        let reach = if self.fixing.diff { reach.partly("nothing is changed with `--diff`") } else { reach };
        let shows = |finding: &Finding| policy.shows(finding);
        let settle = |report: &mut Report| held.as_ref().map(|held| held.settle(report, &reach, &shows));
        let mut fixed = self.fixing.run(&request, &shows, &|report| drop(settle(report)), global, streams)?;
        let settled = settle(&mut fixed.report);
        policy.narrow(&mut fixed.report);
        self.write(&fixed, global, streams)?;
        if let (Some(held), Some(settled)) = (&held, &settled) {
            self.accepting.ratchet(held, settled, global, streams)?;
        }
        let fail_on = match &fixed.diff {
            // What would change has been found, whatever its level.
            Some(changed) if !changed.is_empty() => Level::Note,
            _ if self.accepting.ratchet => Level::Note,
            _ => self.fail_on.map(Level::from).or(policy.config.fail_on).unwrap_or(Level::Warning),
        };
        let exit = exit(&fixed.report, fail_on, self.exit_zero);
        Ok(if fixed.is_incomplete() { Exit::Failed } else { exit })
    }

    /// The report to its place, and beside it, on standard error, what a machine's format does not tell a person.
    fn write(&self, fixed: &Fixed, global: &Global, streams: &Streams) -> Result<(), Error> {
        let report = &fixed.report;
        if let Some(text) = &fixed.text {
            streams.text(text)?;
        }
        let write = |out: &mut dyn Write| match &fixed.diff {
            Some(changed) => render::diff::write(changed, out),
            None => self.report(report, global, out),
        };
        match &self.output_file {
            Some(path) => streams.file(path, write)?,
            // The file's own text has taken the report's place.
            None if fixed.text.is_some() => streams.complain(write)?,
            None => streams.report(write)?,
        }
        let aside = |out: &mut dyn Write| match self.output_format {
            Format::Text if self.output_file.is_none() && fixed.diff.is_none() && !global.quiet => Ok(()),
            Format::Text | Format::Concise if !global.quiet => render::closing::write(report, global.verbose, out),
            format => {
                let left_out = render::sarif::left_out(report).filter(|_| format == Format::Sarif);
                left_out.map_or(Ok(()), |text| render::closing::warning(&text, out))?;
                render::closing::incomplete(report, global.verbose, out)
            }
        };
        // The report is written; that nobody reads standard error does not change the outcome.
        _ = streams.complain(aside);
        if self.fixing.fix || self.fixing.diff {
            _ = streams.complain(|out| fixed.write(global.quiet, out));
        }
        Ok(())
    }

    fn report(&self, report: &Report, global: &Global, out: &mut dyn Write) -> io::Result<()> {
        match self.output_format {
            Format::Json => return render::json::report(report, out),
            Format::Rdjson => return render::rdjson::report(report, out),
            Format::Sarif => return render::sarif::report(report, out),
            _ if self.statistics => render::closing::statistics(report, out)?,
            Format::Text => render::text::findings(report, out)?,
            Format::Concise => render::concise::findings(report, out)?,
        }
        if self.output_format == Format::Text && !global.quiet {
            render::closing::write(report, global.verbose, out)?;
        }
        Ok(())
    }
}

/// What a report means for the exit code.
fn exit(report: &Report, fail_on: Level, exit_zero: bool) -> Exit {
    if report.skipped.iter().any(|entry| entry.reason.incomplete()) {
        Exit::Failed
    } else if !exit_zero && render::open(report).any(|finding| finding.level >= fail_on) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Note => Self::Note,
            LevelArg::Warning => Self::Warning,
            LevelArg::Error => Self::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Finding, State};
    use crate::source::{Reason, RelPath, Skipped};

    fn report(findings: Vec<Finding>) -> Report {
        Report { findings, ..Report::default() }
    }

    fn skipped(reason: Reason) -> Skipped {
        Skipped { path: RelPath::from("f"), reason, detail: String::new() }
    }

    #[test]
    fn exit_codes() {
        let mut report = report(vec![Finding::bare("v/a", Level::Warning, Confidence::High)]);
        assert_eq!(exit(&report, Level::Warning, false), Exit::Findings);
        assert_eq!(exit(&report, Level::Note, false), Exit::Findings);
        assert_eq!(exit(&report, Level::Error, false), Exit::Clean);
        assert_eq!(exit(&report, Level::Warning, true), Exit::Clean);
        report.skipped.push(skipped(Reason::Special));
        assert_eq!(exit(&report, Level::Warning, false), Exit::Findings);
        report.skipped.push(skipped(Reason::Unreadable));
        assert_eq!(exit(&report, Level::Warning, false), Exit::Failed);
        assert_eq!(exit(&report, Level::Warning, true), Exit::Failed);
        report.findings.clear();
        assert_eq!(exit(&report, Level::Error, false), Exit::Failed);
    }

    #[test]
    fn accepted_findings_do_not_count() {
        let mut accepted = Finding::bare("v/a", Level::Error, Confidence::High);
        accepted.state = State::Suppressed;
        assert_eq!(exit(&report(vec![accepted]), Level::Note, false), Exit::Clean);
    }
}
