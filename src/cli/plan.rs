//! `dekey plan`
//!
//! Owns its output: the exit code says whether there is a plan, not whether it is long.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::output::Streams;
use super::progress::Display;
use super::scope::{Scope, Site};
use super::{Error, Exit, Global, engine};
use crate::plan;
use crate::render;

/// Arguments of `dekey plan`.
#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub(super) struct Plan {
    #[command(flatten)]
    scope: Scope,
    /// Write the plan to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
}

impl Plan {
    pub(super) fn run(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        let vendors = engine::vendors(&self.scope.packs.dirs)?;
        let stdin = self.scope.stdin(None)?;
        let site = Site::of(self.scope.first(stdin.as_deref()))?;
        let policy = self.scope.policy(&vendors, &site, None)?;
        policy.tell(global, streams);
        let request = self.scope.request(vendors, &policy.config, &site, stdin.as_deref())?;

        let display = Display::start(global);
        let mut report = engine::scan(&request, &display.progress)?;
        drop(display);

        policy.narrow(&mut report);
        let plan = plan::plan(&report);
        let write = |out: &mut dyn Write| render::plan::write(&plan, &report, out);
        match &self.output_file {
            Some(path) => streams.file(path, write)?,
            None => streams.report(write)?,
        }
        // The plan is written; that nobody reads standard error does not change the outcome.
        _ = streams.complain(|out| render::closing::incomplete(&report, global.verbose, out));
        let incomplete = report.skipped.iter().any(|entry| entry.reason.incomplete());
        Ok(if incomplete { Exit::Failed } else { Exit::Clean })
    }
}
