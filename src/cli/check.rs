//! `dekey check`
//!
//! Owns what a report's findings mean for the exit code. Which of them are shown is [`super::scope`]'s, and in which
//! formats [`super::outputs`]'s.

use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use clap::{Args, ValueEnum};

use super::accepting::{Accepting, Reach};
use super::fixing::{Fixed, Fixing};
use super::history::History;
use super::output::Streams;
use super::outputs::{self, Output, Outputs};
use super::scope::Scope;
use super::sharing::Sharing;
use super::since::Since;
use super::staged::Staging;
use super::{Error, Exit, Global, engine, heading, watch};
use crate::finding::{Finding, Level, Report, State};
use crate::render::{self, Brief};
use crate::source::RelPath;

/// Arguments of `dekey check`. Of an option given twice the last counts, so that hooks and aliases can be adjusted; only
/// formats and lists add up.
#[derive(Debug, Args)]
#[command(args_override_self = true, after_help = EXAMPLES)]
pub(super) struct Check {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    outputs: Outputs,
    /// Fail at findings of this level or above [default: warning]
    #[arg(long, value_name = "LEVEL", help_heading = heading::OUTPUT)]
    fail_on: Option<LevelArg>,
    /// Exit with 0 when there are findings
    #[arg(long, help_heading = heading::OUTPUT)]
    exit_zero: bool,
    /// Examine standard input as if it were this file
    #[arg(long, value_name = "FILE", help_heading = heading::FILES)]
    stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    staging: Staging,
    #[command(flatten)]
    since: Since,
    #[command(flatten)]
    history: History,
    /// Examine again whenever a file changes, until interrupted
    #[arg(long, help_heading = heading::FILES, conflicts_with_all = ["fix", "diff", "output_file", "stdin_filename"])]
    watch: bool,
    /// Let unsafe fixes raise the versions of SDKs in manifests
    #[arg(long, help_heading = heading::FIXING)]
    bump_sdk: bool,
    #[command(flatten)]
    fixing: Fixing,
    #[command(flatten)]
    accepting: Accepting,
    #[command(flatten)]
    sharing: Sharing,
}

const EXAMPLES: &str = "\
Examples:
  dekey check app lib                            only these directories
  dekey check --select hardcoded-access-token    one rule
  dekey check --output-format sarif -o out.sarif
  dekey check --fix --unsafe-fixes               then look at `git diff`
  git show HEAD:app.rb | dekey check - --stdin-filename app.rb";

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LevelArg {
    Note,
    Warning,
    Error,
}

impl Check {
    pub(super) fn run(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        match self.watch {
            true if self.outputs.has_files() => {
                // Writing it would be the next change.
                Err(Error::new("`--watch` writes no files", "leave out the files of `--output-format`, or `--watch`"))
            }
            true => watch::run(&self.scope.paths, streams, || self.once(global, streams)),
            false => self.once(global, streams),
        }
    }

    fn once(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        let (started, began, planned) = (Instant::now(), SystemTime::now(), self.outputs.planned()?);
        let salt = self.sharing.salt()?;
        let packs = engine::packs(&self.scope.packs.dirs)?;
        let stdin = self.scope.stdin(self.stdin_filename.as_deref())?;
        let stdin = stdin.as_deref();
        if self.staging.staged && stdin.is_some() {
            let what = "what is staged cannot be examined together with standard input";
            return Err(Error::new(what, "run dekey once with `--staged` and once for `-`"));
        }
        let start = self.since.open(self.scope.first(stdin))?;
        if start.is_some() && stdin.is_some() {
            let what = "standard input has no history to compare with";
            return Err(Error::new(what, "run dekey on the repository's files, or without `--since`"));
        }
        let policy = self.scope.policy(&packs, stdin, start.as_ref().map(|start| start as _))?;
        policy.tell(global, streams);
        let asked = self.scope.request(packs, &policy.config, stdin)?;
        let request = engine::Request { bump_sdk: self.bump_sdk, staged: self.staging.staged, ..asked };

        let before = start.as_ref().map(|start| start.before(&request)).transpose()?;
        // What a baseline accepts was there before the change.
        let held = match &start {
            Some(_) => None,
            None => self.accepting.open(&policy.config, self.scope.first(stdin))?,
        };
        let reach = Reach::of(&request)?;
        let reach = if self.staging.staged { reach.partly("only what is staged was examined") } else { reach };
        let reach = if self.fixing.diff { reach.partly("nothing is changed with `--diff`") } else { reach };
        let shows = |finding: &Finding, path: &RelPath| policy.shows(finding, path);
        let settle = |report: &mut Report| {
            if let (Some(start), Some(before)) = (&start, &before) {
                start.mark(before, report);
            }
            held.as_ref().map(|held| held.settle(report, &reach, &shows))
        };
        let mut fixed = self.fixing.run(&request, &shows, &|report| drop(settle(report)), global, streams)?;
        if self.history.history {
            self.history.extend(self.scope.first(stdin), &request, &mut fixed.report)?;
        }
        let settled = settle(&mut fixed.report);
        policy.narrow(&mut fixed.report);
        if self.staging.staged {
            // What is only linked with is not what was asked for.
            fixed.report.findings.retain(|finding| finding.state != State::Unchanged);
        }
        fixed.report.tally.elapsed = streams.is_watched().then(|| started.elapsed());
        Sharing::seal(&salt, &mut fixed.report);
        let mut brief = self.outputs.brief(began, global);
        let kept = stdin.is_none() && planned.iter().any(|output| output.format.keeps());
        self.sharing.tell(kept.then(|| self.scope.first(None)), salt, &mut brief);
        self.write(&planned, &fixed, &brief, streams)?;
        if let Some(start) = &start {
            _ = streams.complain(|out| start.tell(global, out));
        }
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

    /// The report to its places, and beside it, on standard error, what its formats do not tell a person.
    fn write(&self, planned: &[Output], fixed: &Fixed, brief: &Brief, streams: &Streams) -> Result<(), Error> {
        let report = &fixed.report;
        if let Some(text) = &fixed.text {
            streams.text(text)?;
        }
        let written = match &fixed.diff {
            Some(changed) => outputs::instead(planned, streams, |out| render::diff::write(changed, out)),
            // The file's own text has taken the report's place.
            None => self.outputs.write(planned, report, brief, fixed.text.is_some(), streams),
        };
        // That nobody reads standard error does not change the outcome.
        _ = streams.complain(|out| self.outputs.aside(planned, report, brief, fixed.diff.is_some(), out));
        if self.fixing.fix || self.fixing.diff {
            _ = streams.complain(|out| fixed.write(brief.quiet, out));
        }
        if self.staging.staged && self.fixing.fix && fixed.has_changed() && !brief.quiet {
            _ = streams
                .complain(|out| writeln!(out, "The work tree was fixed, not the index: `git add` the files again."));
        }
        written
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
