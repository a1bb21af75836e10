//! `dekey check`
//!
//! Owns what a report's findings mean for the exit code. Which of them are shown is [`super::scope`]'s, and in which
//! formats [`super::outputs`]'s.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use clap::{Args, ValueEnum};

use super::accepting::{Accepting, Held, Reach, Settled};
use super::fixing::{Fixed, Fixing};
use super::history::History;
use super::many::Many;
use super::output::Streams;
use super::outputs::{self, Output, Outputs};
use super::progress::Display;
use super::scope::{Scope, Site};
use super::sharing::Sharing;
use super::since::{Since, Start};
use super::staged::Staging;
use super::target::{Opened, Target};
use super::{Error, Exit, Global, engine, heading, interrupt, watch};
use crate::finding::join::{self, Join, Part, Token};
use crate::finding::{Finding, Level, Report, Repository, State};
use crate::pack::Vendor;
use crate::render::{self, Brief};
use crate::source::{Reason, RelPath, Skipped};

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
    many: Many,
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
            true => {
                self.targets()?;
                watch::run(self.scope.paths(), streams, || self.once(global, streams))
            }
            false => self.once(global, streams),
        }
    }

    fn once(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        let (started, began, planned) = (Instant::now(), SystemTime::now(), self.outputs.planned()?);
        let salt = self.sharing.salt()?;
        let vendors = Arc::new(engine::vendors(&self.scope.packs.dirs)?);
        let stdin = self.scope.stdin(self.stdin_filename.as_deref())?;
        let stdin = stdin.as_deref();
        if stdin.is_some() && (self.staging.staged || self.many.is_listed()) {
            let what = "standard input cannot be examined together with files";
            return Err(Error::new(what, "run dekey once for `-` and once for the files"));
        }
        if stdin.is_some() && self.since.is_asked() {
            let what = "standard input has no history to compare with";
            return Err(Error::new(what, "run dekey on the repository's files, or without `--since`"));
        }
        let targets = if stdin.is_some() { None } else { self.targets()? };
        let run = Run { vendors: &vendors, global, streams };
        let (mut fixed, exit, after) = match targets {
            Some(targets) => {
                let (report, exit) = self.several(&targets, &run)?;
                (Fixed::nothing(report), exit, None)
            }
            None => {
                let first = self.scope.first(stdin);
                let examined = self.examine(Subject { site: Site::of(first)?, first, stdin, target: None }, &run)?;
                let exit = exit(&examined.fixed.report, |_| examined.fail_on, self.exit_zero);
                let exit = if examined.fixed.is_incomplete() { Exit::Failed } else { exit };
                (examined.fixed, exit, Some((examined.start, examined.settled)))
            }
        };
        fixed.report.tally.elapsed = streams.is_watched().then(|| started.elapsed());
        Sharing::seal(&salt, &mut fixed.report);
        let mut brief = self.outputs.brief(began, global);
        // Of several each is told by itself.
        let kept = stdin.is_none() && after.is_some() && planned.iter().any(|output| output.format.keeps());
        self.sharing.tell(kept.then(|| self.scope.first(None)), salt, &mut brief);
        self.write(&planned, &fixed, &brief, streams)?;
        if let Some((start, settled)) = after {
            if let Some(start) = start {
                _ = streams.complain(|out| start.tell(global, out));
            }
            if let Some((held, settled)) = &settled {
                self.accepting.ratchet(held, settled, global, streams)?;
            }
        }
        Ok(exit)
    }

    /// The projects to examine, where they are not one in a work tree.
    fn targets(&self) -> Result<Option<Vec<Target>>, Error> {
        let named = if self.many.is_listed() { self.scope.named() } else { self.scope.paths() };
        let options = [
            (self.fixing.fix, "`--fix`"),
            (self.fixing.diff, "`--diff`"),
            (self.staging.staged, "`--staged`"),
            (self.since.is_asked(), "`--since`"),
            (self.watch, "`--watch`"),
            (self.accepting.ratchet, "`--ratchet`"),
        ];
        let single = options.iter().find(|(asked, _)| *asked).map(|(_, option)| *option);
        self.many.targets(named, single)
    }

    /// Examines one project by itself: its own configuration, its own baseline, and what was asked for over all of it.
    fn examine(&self, subject: Subject<'_>, run: &Run<'_>) -> Result<Examined, Error> {
        let Run { vendors, global, streams } = *run;
        let Subject { site, first, stdin, target } = subject;
        let (opened, apart) = target.map_or((None, Vec::new()), |(opened, apart)| (Some(opened), apart));
        let stored = opened.and_then(|opened| opened.files.as_deref());
        let start = self.since.open(first)?;
        let files = start.as_ref().map(|start| start as _).or(stored);
        let policy = self.scope.policy(vendors, &site, files)?;
        policy.tell(global, streams);
        let asked = self.scope.request(Arc::clone(vendors), &policy.config, &site, stdin)?;
        let asked = engine::Request { bump_sdk: self.bump_sdk, staged: self.staging.staged, ..asked };
        let request = match opened {
            None => asked,
            Some(opened) => {
                let (paths, stored) = (opened.paths.clone(), opened.files.is_some());
                engine::Request { paths, apart, stored, ..asked }
            }
        };

        let before = start
            .as_ref()
            .map(|start| {
                let display = Display::start(global);
                start.before(&request, &display.progress)
            })
            .transpose()?;
        // What a baseline accepts was there before the change.
        let held = match &start {
            Some(_) => None,
            None => self.accepting.open(&policy.config, &site, stored)?,
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
        let mut fixed = match opened.and_then(Opened::input) {
            Some(input) => Fixed::nothing(engine::stored(&request, input, &Display::start(global).progress)?),
            None => self.fixing.run(&request, &shows, &|report| drop(settle(report)), global, streams)?,
        };
        if self.history.history {
            match opened {
                None => self.history.extend(first, &request, &mut fixed.report, global, streams)?,
                Some(opened) => self.history.of_target(opened, &request, &mut fixed.report, run.global, streams),
            }
        }
        let settled = settle(&mut fixed.report);
        let tokens = join::tokens(&fixed.report, &|finding, path| policy.admits(finding, path));
        policy.narrow(&mut fixed.report);
        if self.staging.staged {
            // What is only linked with is not what was asked for.
            fixed.report.findings.retain(|finding| finding.state != State::Unchanged);
        }
        let fail_on = match &fixed.diff {
            // What would change has been found, whatever its level.
            Some(changed) if !changed.is_empty() => Level::Note,
            _ if self.accepting.ratchet => Level::Note,
            _ => self.fail_on.map(Level::from).or(policy.config.fail_on).unwrap_or(Level::Warning),
        };
        Ok(Examined { fixed, start, settled: held.zip(settled), tokens, fail_on })
    }

    /// Examines projects one after the other, each by itself, and makes their reports one. None of them stops the others.
    fn several(&self, targets: &[Target], run: &Run<'_>) -> Result<(Report, Exit), Error> {
        let prefilter = engine::prefilter(run.vendors)?;
        let places: BTreeSet<&PathBuf> = targets.iter().flat_map(Target::real).collect();
        let (mut join, mut levels) = (Join::default(), Vec::new());
        let named = self.sharing.name();
        if targets.len() > 1 && named.is_some() {
            let what = "`--repository` is the name of one repository";
            return Err(Error::new(what, "leave it out: each is called by its directory"));
        }
        for target in targets {
            let one = || {
                if interrupt::caught().is_some() {
                    return Err(Error::new("the run was interrupted before it", "run dekey again"));
                }
                let opened = target.open(&prefilter, run.global)?;
                let apart = target.beneath(&places);
                let Opened { site, .. } = &opened;
                let site = Site { here: site.here.clone(), place: site.place.clone() };
                let subject = Subject { site, first: target.first(), stdin: None, target: Some((&opened, apart)) };
                let examined = self.examine(subject, run)?;
                Ok((opened, examined))
            };
            let failed = || Error::new("dekey failed on it, which is a fault of dekey's", "please report it");
            let one = catch_unwind(AssertUnwindSafe(one)).unwrap_or_else(|_| Err(failed()));
            let mut repository =
                Repository { name: Some(named.unwrap_or(&target.name).to_owned()), ..Repository::default() };
            match one {
                Ok((opened, Examined { fixed, tokens, fail_on, .. })) => {
                    levels.push(fail_on);
                    repository.revision.clone_from(&opened.revision);
                    let shown = |path: &RelPath| target.shown(&opened, path);
                    join.add(Part { report: fixed.report, tokens, repository, shown: &shown });
                }
                Err(error) => {
                    levels.push(Level::Note);
                    let interrupted = interrupt::caught().map(|_| Reason::Interrupted);
                    let (reason, detail) = (interrupted.unwrap_or(target.failed()), error.said());
                    repository.failure = Some(detail.clone());
                    let skipped = vec![Skipped { path: RelPath::new(target.first()), reason, detail }];
                    let report = Report { skipped, ..Report::default() };
                    join.add(Part { report, tokens: Vec::new(), repository, shown: &RelPath::clone });
                }
            }
        }
        let report = join.finish();
        let fail_on =
            |finding: &Finding| finding.repository.and_then(|at| levels.get(at)).copied().unwrap_or(Level::Note);
        let exit = exit(&report, fail_on, self.exit_zero);
        Ok((report, exit))
    }

    /// The report to its places, and beside it, on standard error, what its formats do not tell a person.
    fn write(&self, planned: &[Output], fixed: &Fixed, brief: &Brief, streams: &Streams) -> Result<(), Error> {
        let report = &fixed.report;
        if let Some(text) = &fixed.text {
            streams.text(text)?;
        }
        let (left_out, written) = match &fixed.diff {
            Some(changed) => (Vec::new(), outputs::instead(planned, streams, |out| render::diff::write(changed, out))),
            // The file's own text has taken the report's place.
            None => self.outputs.write(planned, report, brief, fixed.text.is_some(), streams),
        };
        // That nobody reads standard error does not change the outcome.
        _ = streams.complain(|out| self.outputs.aside(planned, report, brief, fixed.diff.is_some(), &left_out, out));
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

/// What the whole run has.
struct Run<'r> {
    vendors: &'r Arc<Vec<Vendor>>,
    global: &'r Global,
    streams: &'r Streams,
}

/// What is examined as one project.
struct Subject<'s> {
    site: Site,
    /// The first path that was named.
    first: &'s Path,
    /// The name of what comes through standard input, if anything does.
    stdin: Option<&'s Path>,
    /// One project of several, and real paths beneath it that are left to others; none where it is all there is.
    target: Option<(&'s Opened, Vec<PathBuf>)>,
}

/// What was found in a project.
struct Examined {
    fixed: Fixed,
    start: Option<Start>,
    settled: Option<(Held, Settled)>,
    tokens: Vec<Token>,
    /// From which level on a finding fails the run.
    fail_on: Level,
}

/// What a report means for the exit code. `fail_on` is the level from which on a finding fails the run.
fn exit(report: &Report, fail_on: impl Fn(&Finding) -> Level, exit_zero: bool) -> Exit {
    if report.skipped.iter().any(|entry| entry.reason.incomplete()) {
        Exit::Failed
    } else if !exit_zero && render::open(report).any(|finding| finding.level >= fail_on(finding)) {
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
    use crate::finding::Confidence;

    fn report(findings: Vec<Finding>) -> Report {
        Report { findings, ..Report::default() }
    }

    fn skipped(reason: Reason) -> Skipped {
        Skipped { path: RelPath::from("f"), reason, detail: String::new() }
    }

    #[test]
    fn exit_codes() {
        let mut report = report(vec![Finding::bare("v/a", Level::Warning, Confidence::High)]);
        assert_eq!(exit(&report, |_| Level::Warning, false), Exit::Findings);
        assert_eq!(exit(&report, |_| Level::Note, false), Exit::Findings);
        assert_eq!(exit(&report, |_| Level::Error, false), Exit::Clean);
        assert_eq!(exit(&report, |_| Level::Warning, true), Exit::Clean);
        report.skipped.push(skipped(Reason::Special));
        assert_eq!(exit(&report, |_| Level::Warning, false), Exit::Findings);
        report.skipped.push(skipped(Reason::Unreadable));
        assert_eq!(exit(&report, |_| Level::Warning, false), Exit::Failed);
        assert_eq!(exit(&report, |_| Level::Warning, true), Exit::Failed);
        report.findings.clear();
        assert_eq!(exit(&report, |_| Level::Error, false), Exit::Failed);
    }

    #[test]
    fn accepted_findings_do_not_count() {
        let mut accepted = Finding::bare("v/a", Level::Error, Confidence::High);
        accepted.state = State::Suppressed;
        assert_eq!(exit(&report(vec![accepted]), |_| Level::Note, false), Exit::Clean);
    }
}
