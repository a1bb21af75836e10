//! `dekey check --history`
//!
//! Owns the options, and the way from the versions of files to findings of the report. The decision to know: a history
//! is examined besides the files as they are now, by the same rules, each version by itself.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::output::Streams;
use super::progress::Display;
use super::target::Opened;
use super::{Error, Global, engine, heading};
use crate::finding::{self, Commit, HistoryExamined, Report};
use crate::history::{Gathered, Moment, Span};
use crate::render::closing;
use crate::render::escape::Escaped;
use crate::scan;
use crate::source::history::{self, CommitAt, Past, Seen, Selection};
use crate::source::{Reason, RelPath, Repository, Skipped, around, commit_date, path_of, seen};

/// Which history, and how much of it.
#[derive(Debug, Args)]
#[command(next_help_heading = heading::HISTORY)]
pub(super) struct History {
    /// Also examine every version of every file that the repository stores
    #[arg(long, conflicts_with_all = ["staged", "since", "watch", "fix", "diff", "stdin_filename"])]
    pub(super) history: bool,
    /// Of the history, only what these references lead to: names or globs, such as `main` or `refs/tags/v1.*`
    #[arg(long, value_name = "REF", requires = "history", value_delimiter = ',')]
    refs: Vec<String>,
    /// Of the history, only what came on DATE (YYYY-MM-DD) or later
    #[arg(long, value_name = "DATE", requires = "history")]
    since_date: Option<Date>,
    /// Examine again what an earlier run has found nothing in, and note nothing
    #[arg(long, requires = "history")]
    no_cache: bool,
    /// Note in DIR what need not be examined again [default: DEKEY_CACHE_DIR, or dekey in the user's caches]
    #[arg(long, value_name = "DIR", requires = "history", conflicts_with = "no_cache")]
    cache_dir: Option<PathBuf>,
}

impl History {
    /// Adds what was found in the history of the repository around `first`, the first path to examine, to the report of
    /// its files as they are now.
    pub(super) fn extend(
        &self,
        first: &Path,
        request: &engine::Request,
        report: &mut Report,
        global: &Global,
        streams: &Streams,
    ) -> Result<(), Error> {
        let here = &request.here;
        let real = here.join(first).canonicalize().unwrap_or_else(|_| here.clone());
        let repository = around(&real).ok_or_else(|| {
            let what = format!("there is no history to examine: {} is in no git repository", real.display());
            Error::new(what, "run dekey in the repository, or without `--history`")
        })?;
        let display = Display::start(global);
        self.of(&repository, request, report, &display, streams)
    }

    /// Adds the history of one project of several. One that has none, or one that cannot be read, is said to lack it.
    pub(super) fn of_target(
        &self,
        opened: &Opened,
        request: &engine::Request,
        report: &mut Report,
        global: &Global,
        streams: &Streams,
    ) {
        let display = Display::start(global);
        let lacks = match &opened.repository {
            Some(repository) => self.of(repository, request, report, &display, streams).err(),
            None => Some(Error::new("it is no repository, so that it has no history", "")),
        };
        if let Some(error) = lacks {
            let detail = error.said();
            report.skipped.push(Skipped { path: RelPath::from("."), reason: Reason::Unreadable, detail });
        }
    }

    /// [`Self::extend`] for a repository that is known.
    fn of(
        &self,
        repository: &Repository,
        request: &engine::Request,
        report: &mut Report,
        display: &Display,
        streams: &Streams,
    ) -> Result<(), Error> {
        let (here, progress) = (&request.here, display.progress.as_ref());
        let refs = Selection::new(&self.refs).map_err(|why| {
            Error::new(why, "name branches, tags or other references, or give globs over their names")
        })?;
        let prefilter = engine::prefilter(&request.vendors)?;
        let (rules, cache) = (scan::needles(&request.vendors), self.cache());
        let (refs, prefilter, rules, cache) = (&refs, &prefilter, rules.as_slice(), cache.as_deref());
        let asked = history::Request { repository, here, refs, prefilter, rules, cache, progress };
        let past = engine::in_pool(request, || history::open(&asked))?;
        if past.is_err() && progress.is_stopped() {
            // What was found in the history cannot be told without its commits.
            interrupt(report);
            return Ok(());
        }
        let past = past.map_err(|why| {
            let what = format!("the history of {} cannot be examined: {why}", repository.git_dir.display());
            Error::new(what, "see what `git fsck` says of it, or examine the files as they are, without `--history`")
        })?;
        for doubt in &past.doubts {
            _ = streams.complain(|out| closing::warning(&Escaped::new(doubt).to_string(), out));
        }
        let Judged { gathered, failed, excluded } = judged(&past, repository, request, here)?;
        let since = self.since_date.and_then(|date| date.to_zoned(TimeZone::UTC).ok());
        gathered.into_report(report, since.map(|since| since.timestamp().as_second()));
        report.skipped.extend(past.skipped.iter().cloned().chain(failed));
        if progress.is_stopped() {
            interrupt(report);
        }
        report.skipped.sort();
        report.tally.examined += past.blobs;
        if excluded > 0 {
            *report.tally.counts.entry(Reason::Excluded).or_default() += excluded;
        }
        let examined = HistoryExamined { blobs: past.blobs, commits: past.commits(), notes: past.notes.clone() };
        report.repositories = vec![finding::Repository {
            examined: report.tally.examined,
            complete: !report.skipped.iter().any(|entry| entry.reason.incomplete()),
            history: Some(examined),
            ..finding::Repository::default()
        }];
        Ok(())
    }
}

impl History {
    /// Where the cache is, unless there is to be none.
    fn cache(&self) -> Option<PathBuf> {
        if self.no_cache {
            return None;
        }
        self.cache_dir.clone().or_else(|| seen::dir(|name| std::env::var_os(name)))
    }
}

/// Says that the run was ended early, unless it is said.
fn interrupt(report: &mut Report) {
    if !report.is_interrupted() {
        *report.tally.counts.entry(Reason::Interrupted).or_default() += 1;
        report.skipped.push(Skipped::interrupted());
        report.skipped.sort();
    }
}

/// What is found in the versions of interest, each by itself.
struct Judged {
    gathered: Gathered,
    /// Those that dekey failed on.
    failed: Vec<Skipped>,
    /// How many the configuration leaves out.
    excluded: u64,
}

fn judged(past: &Past<'_>, repository: &Repository, request: &engine::Request, here: &Path) -> Result<Judged, Error> {
    let roots: Vec<PathBuf> = request.paths.iter().filter_map(|path| here.join(path).canonicalize().ok()).collect();
    let is_asked = |path: &Path| roots.iter().any(|root| path.starts_with(root));
    let (gathered, failed, excluded) = (Gathered::default(), Mutex::new(Vec::new()), AtomicU64::new(0));
    engine::alone(request, |judge| {
        past.each(&|version| {
            let named = version.seen.map_or(Vec::new(), |seen| seen.path.clone());
            let Some(path) = path_of(&named).map(|path| repository.work_tree.join(path)) else { return };
            let shown = RelPath::seen_from(here, &path);
            if !is_asked(&path) {
                return;
            }
            if request.excludes(&shown) {
                // What lies in the files as they are now is counted there.
                excluded.fetch_add(u64::from(!version.current), Ordering::Relaxed);
                return;
            }
            let (blob, span) = (version.id.to_string(), span(version.seen));
            let report = |source| match judge(source) {
                Ok(found) => _ = found.map(|found| gathered.add(found, &blob, &span, version.current)),
                Err(failure) => {
                    failed.lock().unwrap_or_else(PoisonError::into_inner).push(failure.skipped(shown.clone()));
                }
            };
            if let Some(skipped) = past.sources(&version, &shown, &report) {
                failed.lock().unwrap_or_else(PoisonError::into_inner).push(skipped);
            }
        });
    })?;
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Judged { gathered, failed, excluded: excluded.into_inner() })
}

/// When a version was there, as findings tell it.
fn span(seen: Option<&Seen>) -> Span {
    let moment = |at: &CommitAt| Moment {
        seconds: at.author_seconds,
        commit: Commit {
            id: at.id.to_string(),
            date: commit_date(at.author_seconds, i32::from(at.author_offset_minutes) * 60).unwrap_or_default(),
        },
    };
    let commits = seen.and_then(|seen| seen.commits.as_ref());
    Span {
        first: commits.map(|(first, _)| moment(first)),
        last: commits.map(|(_, last)| moment(last)),
        tip: seen.and_then(|seen| seen.tip.clone()),
    }
}
