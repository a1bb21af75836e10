//! `dekey check --since`
//!
//! Owns the way from a revision to what was found before the change. The decision to know: whatever decides about a
//! change, the configuration above all, is read from where the change began, and the project as it was is judged in the
//! same way as the one that is there.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Error, Global, engine, heading};
use crate::config::{self, Files};
use crate::finding::Report;
use crate::render::closing;
use crate::source::since::Base;
use crate::source::{Progress, ReadError, around};
use crate::suppress::Before;

#[derive(Debug, Args)]
#[command(next_help_heading = heading::FILES)]
pub(super) struct Since {
    /// Report only what the change since REV adds, by the configuration and suppressions from before it
    #[arg(long, visible_alias = "base", value_name = "REV", conflicts_with_all = ["staged", "ratchet", "baseline"])]
    since: Option<String>,
    /// Let suppressions that the change adds count
    #[arg(long, requires = "since")]
    allow_suppressions: bool,
}

/// Where a change began.
pub(super) struct Start {
    base: Base,
    accepting: bool,
}

impl Since {
    pub(super) fn is_asked(&self) -> bool {
        self.since.is_some()
    }

    /// Where the change began that `first`, the first path to examine, is a part of.
    pub(super) fn open(&self, first: &Path) -> Result<Option<Start>, Error> {
        let Some(revision) = &self.since else { return Ok(None) };
        let here = engine::here()?;
        let first = here.join(first).canonicalize().unwrap_or(here);
        let repository = around(&first).ok_or_else(|| {
            let what = format!("there is no history to compare with: {} is in no git repository", first.display());
            Error::new(what, "run dekey in the repository, or without `--since`")
        })?;
        let base = Base::open(repository, revision).map_err(|why| {
            let what = format!("cannot tell what is new since `{revision}`: {why}");
            Error::new(what, "name a branch, tag or commit that is there; a build server has to fetch it first")
        })?;
        Ok(Some(Start { base, accepting: self.allow_suppressions }))
    }
}

impl Start {
    /// What was found where the change began. What was looked for is what `request` looks for now.
    pub(super) fn before(&self, request: &engine::Request, progress: &Progress) -> Result<Before, Error> {
        let here = engine::here()?;
        let roots: Vec<PathBuf> =
            request.paths.iter().map(|path| here.join(path)).map(|path| path.canonicalize().unwrap_or(path)).collect();
        let prefilter = engine::prefilter(&request.vendors)?;
        let was = self.base.was(&here, &roots, &prefilter).map_err(|why| {
            let what = format!("cannot tell what was there before the change: {why}");
            Error::new(what, "see what `git fsck` says, or examine the project as it is, without `--since`")
        })?;
        let report = engine::as_it_was(request, was.files, &was.same, progress)?;
        Ok(Before::new(&report))
    }

    pub(super) fn mark(&self, before: &Before, report: &mut Report) {
        before.mark(report, self.accepting);
    }

    /// What a reader has to know of the comparison.
    pub(super) fn tell(&self, global: &Global, out: &mut dyn Write) -> io::Result<()> {
        if !self.base.cut || global.quiet {
            return Ok(());
        }
        let text = "this clone is shallow: compared with the revision itself, not with where the change began";
        closing::warning(text, out)
    }
}

impl Files for Start {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        self.base.read(path, config::LIMIT)
    }
}
