//! `dekey check --fix` and `--diff`
//!
//! Owns what a run of fixes may do and what it says of itself. Choosing, verifying and writing are
//! [`crate::write`]'s. The decision to know: what git could not restore is refused as a whole, before anything is
//! written; a file that may not be replaced is left out with the fixes that need it.

mod safety;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::output::Streams;
use super::progress::Display;
use super::{Error, Global, engine, heading};
use crate::finding::{Finding, Label, Report, Task};
use crate::render::escape::Escaped;
use crate::render::{Places, closing};
use crate::scan::Scan;
use crate::source::{Progress, RelPath, Source, Walk};
use crate::write::disk::{self, Disk, Failure};
use crate::write::guard::{self, Allowed};
use crate::write::{self, Changed, Originals, Planned, Versions, Why, Wish};
use safety::{lock, unsaved};

/// Entries listed by name before "and N more".
const LISTED: usize = 10;
/// How often a plan is made anew because a file turned out to be in use.
const MAX_PLANS: usize = 16;
/// Why a staged file is not fixed.
const PARTLY: &str = "the work tree has it otherwise than it is staged; add or stash what differs first";

#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = heading::FIXING)]
pub(super) struct Fixing {
    /// Apply safe fixes to the files, and report what is left
    #[arg(long)]
    pub(super) fix: bool,
    /// Print what `--fix` would change, as a diff with its secrets masked, and change nothing
    #[arg(long, conflicts_with_all = ["fix", "output_format", "statistics"])]
    pub(super) diff: bool,
    /// Also apply fixes that a person should look at
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Fix files with changes that are not committed
    #[arg(long, requires = "fix")]
    allow_dirty: bool,
    /// Fix files with changes that are staged
    #[arg(long, requires = "fix")]
    allow_staged: bool,
    /// Fix files that are in no git repository
    #[arg(long, requires = "fix")]
    allow_no_vcs: bool,
    /// Fix files with several names (hard links); the other names keep the old contents
    #[arg(long, requires = "fix")]
    break_hardlinks: bool,
}

/// What a run of fixes did.
pub(super) struct Fixed {
    /// What is left.
    pub(super) report: Report,
    /// The text to print, for a file that came through standard input.
    pub(super) text: Option<Vec<u8>>,
    /// What would change, where nothing does.
    pub(super) diff: Option<Vec<Changed>>,
    findings: usize,
    files: usize,
    /// Those files.
    names: Vec<String>,
    /// What code reads from now on, to be set where it runs.
    variables: Vec<String>,
    /// The places outside of code that set or hand them on.
    places: Vec<String>,
    unsafe_left: usize,
    /// Fixes that were asked for and not applied: a place and why.
    left: Vec<String>,
    /// Files that were not written: a path and why.
    refused: Vec<String>,
    /// Whether the run was ended before anything was written.
    interrupted: bool,
}

impl Fixing {
    /// Fixes what `shown` is true for and `settle` does not mark as accepted. Without `--fix` nothing is changed, and
    /// the report is all there is.
    pub(super) fn run(
        self,
        request: &engine::Request,
        shown: &dyn Fn(&Finding, &RelPath) -> bool,
        settle: &dyn Fn(&mut Report),
        global: &Global,
        streams: &Streams,
    ) -> Result<Fixed, Error> {
        if self.diff {
            let display = Display::start(global);
            let progress = Arc::clone(&display.progress);
            return engine::scanned(request, &progress, |scan, walk| {
                drop(display);
                self.shown(scan, walk, &Wish { unsafe_too: self.unsafe_fixes, shown, settle }, request)
            });
        }
        if !self.fix {
            let display = Display::start(global);
            return Ok(Fixed::nothing(engine::scan(request, &display.progress)?));
        }
        let _lock = match &request.stdin {
            Some(_) => Vec::new(),
            None => lock(&request.paths, streams)?,
        };
        let display = Display::start(global);
        let progress = Arc::clone(&display.progress);
        engine::scanned(request, &progress, |scan, walk| {
            drop(display);
            let wish = Wish { unsafe_too: self.unsafe_fixes, shown, settle };
            match &request.stdin {
                Some((path, bytes)) => Ok(of_text(scan, &wish, &RelPath::new(path), bytes)),
                None => {
                    let disk = Disk::new(walk, disk::Options { break_hardlinks: self.break_hardlinks });
                    let left = disk.clean(scan.paths());
                    if left.is_empty() {
                        return self.of_files(scan, &disk, &wish, request, &progress);
                    }
                    if !global.quiet {
                        let files = count(left.len(), "file");
                        _ = streams.complain(|out| writeln!(out, "Removed {files} of an interrupted run."));
                    }
                    let gone = left.into_iter().map(|path| Source::from_bytes(path, Vec::new(), false));
                    self.of_files(&scan.with(gone.collect()), &disk, &wish, request, &progress)
                }
            }
        })?
    }

    /// What would change, beside what is found as it is.
    fn shown(self, scan: &Scan<'_>, walk: &Walk, wish: &Wish<'_>, request: &engine::Request) -> Fixed {
        let disk = Disk::new(walk, disk::Options { break_hardlinks: self.break_hardlinks });
        let read = |path: &RelPath| match &request.stdin {
            Some((_, bytes)) => Ok(bytes.clone()),
            None => disk.read(path),
        };
        let mut originals = Originals::new(&read);
        let planned = write::plan(scan, wish, &mut originals);
        let (fixed, diff) = (Fixed::of(&planned), planned.changed(scan));
        Fixed {
            report: planned.before.unwrap_or(planned.report),
            diff: Some(diff),
            refused: originals.refused().map(|(path, why)| refusal(path, why)).collect(),
            ..fixed
        }
    }

    fn of_files(
        self,
        scan: &Scan<'_>,
        disk: &Disk,
        wish: &Wish<'_>,
        request: &engine::Request,
        progress: &Progress,
    ) -> Result<Fixed, Error> {
        // What is to be committed is staged.
        let staged = self.allow_staged || request.staged;
        let allowed = Allowed { dirty: self.allow_dirty, staged, no_vcs: self.allow_no_vcs };
        let read = |path: &RelPath| {
            let bytes = disk.read(path)?;
            let same = |source: &Source| Source::from_bytes(path.clone(), bytes.clone(), true).text == source.text;
            match scan.source(path) {
                Some(source) if request.staged && !same(source) => Err(PARTLY.to_owned()),
                _ => Ok(bytes),
            }
        };
        let mut originals = Originals::new(&read);
        let mut last = None;
        for _ in 0..MAX_PLANS {
            let planned = write::plan(scan, wish, &mut originals);
            let risks = guard::dirty(&planned, disk, allowed);
            if !risks.is_empty() {
                return Err(unsaved(&risks));
            }
            // From here on the files are written to the last one.
            if progress.is_stopped() {
                return Ok(Fixed { interrupted: true, ..Fixed::nothing(scan.report()) });
            }
            match disk.write(planned.files.iter()) {
                Ok(failed) => {
                    let mut fixed = Fixed::of(&planned);
                    let unwritten = failed.iter().map(|(path, why)| (path, why.as_str()));
                    fixed.refused =
                        originals.refused().chain(unwritten).map(|(path, why)| refusal(path, why)).collect();
                    let before = planned.before.as_ref().unwrap_or(&planned.report);
                    fixed.places = places(before, &planned.files);
                    if !failed.is_empty() {
                        let all = before.findings.len();
                        fixed.report = written(scan, &planned.files, &failed);
                        fixed.findings = all.saturating_sub(fixed.report.findings.len());
                        fixed.files = fixed.files.saturating_sub(failed.len());
                        fixed.names.retain(|name| !failed.iter().any(|(path, _)| shown_path(path) == *name));
                        return Ok(fixed);
                    }
                    fixed.report = planned.report;
                    return Ok(fixed);
                }
                Err(Failure::Refused(path, why)) => {
                    originals.refuse(path.clone(), why.clone());
                    last = Some((path, why));
                }
                Err(Failure::Stopped(path, why)) => {
                    last = Some((path, why));
                    break;
                }
            }
        }
        let mut fixed = Fixed::nothing(scan.report());
        fixed.refused.extend(last.map(|(path, why)| refusal(&path, &format!("{why}; no file was changed"))));
        Ok(fixed)
    }
}

fn of_text(scan: &Scan<'_>, wish: &Wish<'_>, path: &RelPath, bytes: &[u8]) -> Fixed {
    let read = |_: &RelPath| Ok(bytes.to_vec());
    let planned = write::plan(scan, wish, &mut Originals::new(&read));
    let text = planned.files.get(path).map_or_else(|| bytes.to_vec(), |versions| versions.after.clone());
    let fixed = Fixed::of(&planned);
    Fixed { text: Some(text), report: planned.report, ..fixed }
}

fn refusal(path: &RelPath, why: &str) -> String {
    format!("{}: {}", shown_path(path), Escaped::new(why))
}

fn shown_path(path: &RelPath) -> String {
    Escaped::new(path.as_bytes()).to_string()
}

/// What is found when all of `files` but `failed` are written.
fn written(scan: &Scan<'_>, files: &BTreeMap<RelPath, Versions>, failed: &[(RelPath, String)]) -> Report {
    let done = files.iter().filter(|(path, _)| !failed.iter().any(|(other, _)| other == *path));
    let sources = done.map(|(path, versions)| Source::from_bytes(path.clone(), versions.after.clone(), true));
    scan.with(sources.collect()).report()
}

/// What the code did not read before.
fn variables(files: &BTreeMap<RelPath, Versions>, names: &BTreeSet<String>) -> Vec<String> {
    let text = |path: &RelPath, bytes: &[u8]| Source::from_bytes(path.clone(), bytes.to_vec(), true).text;
    let texts: Vec<_> = files.iter().map(|(path, one)| (text(path, &one.before), text(path, &one.after))).collect();
    let is_new = |name: &&String| {
        let count = |text: &[u8]| memchr::memmem::find_iter(text, name.as_bytes()).count();
        texts.iter().any(|(before, after)| count(after) > count(before))
    };
    names.iter().filter(is_new).cloned().collect()
}

/// Where a person sets what code reads now: the places in changed files, and those that could not be changed.
fn places(before: &Report, changed: &BTreeMap<RelPath, Versions>) -> Vec<String> {
    let places = Places::new(&before.files);
    let settings = before
        .around
        .settings
        .iter()
        .filter(|setting| setting.task == Task::Rename || changed.contains_key(&before.files[setting.file].path));
    let said = settings.map(|setting| {
        let label = Label { file: setting.file, span: setting.span, text: String::new() };
        let (name, holder) = (Escaped::new(&setting.name).to_string(), setting.holder.title());
        let task = match setting.task {
            Task::Set => format!("set {name}"),
            Task::Pass => format!("it hands {name} on: set it where this is run"),
            Task::Rename => format!("rename the variable to {name}"),
        };
        format!("{} ({holder}): {task}", places.locate(&label))
    });
    said.collect()
}

impl Fixed {
    /// Nothing, beside what is found.
    pub(super) fn nothing(report: Report) -> Self {
        Self {
            report,
            text: None,
            diff: None,
            findings: 0,
            files: 0,
            names: Vec::new(),
            variables: Vec::new(),
            places: Vec::new(),
            unsafe_left: 0,
            left: Vec::new(),
            refused: Vec::new(),
            interrupted: false,
        }
    }

    /// What a plan did, but for the report.
    fn of(planned: &Planned<'_>) -> Self {
        let places = Places::new(&planned.report.files);
        let mut fixed = Self::nothing(Report::default());
        for fix in &planned.left {
            let why = match &fix.why {
                Why::Unsafe => {
                    fixed.unsafe_left += fix.findings;
                    continue;
                }
                // What is not shown was not asked for.
                Why::Hidden if fix.findings == 1 => continue,
                Why::Refused => "a file that it changes may not be changed",
                Why::Hidden => "it belongs together with a finding that is not shown",
                Why::Accepted => "it belongs together with a finding that is accepted as it is",
                Why::Overlap => "it changes what another fix has changed; run dekey again",
                Why::Failed(why) => why,
            };
            let place = places.locate(&fix.at);
            fixed.left.push(format!("{place}: {}: {}", Escaped::new(&fix.title), Escaped::new(why)));
        }
        fixed.names = planned.files.keys().map(shown_path).collect();
        fixed.variables = variables(&planned.files, &planned.variables);
        (fixed.findings, fixed.files) = (planned.fixed, planned.files.len());
        fixed
    }

    /// Whether files were changed.
    pub(super) fn has_changed(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether a file that should have been changed could not be.
    pub(super) fn is_incomplete(&self) -> bool {
        !self.refused.is_empty()
    }

    /// Says what was done and what was not; with `quiet` only what could not be done.
    pub(super) fn write(&self, quiet: bool, out: &mut dyn Write) -> io::Result<()> {
        if self.interrupted {
            return closing::warning("interrupted before anything was written: no file was changed", out);
        }
        if !quiet {
            list("not applied", "fix", &self.left, out)?;
        }
        list("not changed", "file", &self.refused, out)?;
        if quiet {
            return Ok(());
        }
        let more = match self.unsafe_left {
            0 => String::new(),
            n => format!(" {n} more with `--unsafe-fixes`."),
        };
        let done = if self.diff.is_some() { "Would fix" } else { "Fixed" };
        match (self.findings, self.files) {
            (0, _) => writeln!(out, "{done} nothing.{more}")?,
            (n, files) => writeln!(out, "{done} {} in {}.{more}", count(n, "finding"), count(files, "file"))?,
        }
        self.names.iter().take(LISTED).try_for_each(|name| writeln!(out, "  {name}"))?;
        if let Some(rest) = self.names.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
            writeln!(out, "  and {rest} more")?;
        }
        match self.variables.as_slice() {
            names if names.is_empty() || self.diff.is_some() => return Ok(()),
            names => writeln!(out, "Set {} wherever the fixed code runs.", names.join(" and "))?,
        }
        self.places.iter().take(LISTED).try_for_each(|place| writeln!(out, "  {place}"))?;
        match self.places.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
            Some(rest) => writeln!(out, "  and {rest} more; `dekey plan` lists all"),
            None => Ok(()),
        }
    }
}

fn list(what: &str, noun: &str, entries: &[String], out: &mut dyn Write) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (style, bold) = (AnsiColor::Yellow.on_default().bold(), Style::new().bold());
    let plural = if noun.ends_with('x') { "fixes" } else { "files" };
    let noun = if entries.len() == 1 { noun } else { plural };
    writeln!(out, "{style}warning{style:#}{bold}: {} {noun} {what}{bold:#}", entries.len())?;
    entries.iter().try_for_each(|entry| writeln!(out, "  {entry}"))
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
