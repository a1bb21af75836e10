//! `dekey baseline`
//!
//! Owns writing the file anew and what it says of itself. The decision to know: a baseline that exists only gets
//! shorter unless more was asked for, so that running the command in a hurry accepts nothing.

use std::path::PathBuf;

use clap::Args;

use super::accepting::{Held, Place, Reach, standing};
use super::output::Streams;
use super::progress::Display;
use super::scope::{Scope, Site};
use super::{Error, Exit, Global, engine, heading};
use crate::baseline;
use crate::finding::Finding;
use crate::render::{self, escape::Escaped};
use crate::source::RelPath;

/// Arguments of `dekey baseline`.
#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub(super) struct Baseline {
    #[command(flatten)]
    scope: Scope,
    /// Write FILE [default: dekey-baseline.toml beside the configuration or at the root of the repository]
    #[arg(long, alias = "output", value_name = "FILE", help_heading = heading::BASELINE)]
    baseline: Option<PathBuf>,
    /// Also accept what a baseline that exists does not hold
    #[arg(long, help_heading = heading::BASELINE)]
    accept_new: bool,
}

impl Baseline {
    pub(super) fn run(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        let vendors = engine::vendors(&self.scope.packs.dirs)?;
        let site = Site::of(self.scope.first(None))?;
        let policy = self.scope.policy(&vendors, &site, None)?;
        policy.tell(global, streams);
        let place = Place::of(self.baseline.as_deref(), &policy.config, &site)?;
        let existing = place.read(None)?;
        let request = self.scope.request(vendors, &policy.config, &site, None)?;
        let reach = Reach::of(&request)?;

        let display = Display::start(global);
        let mut report = engine::scan(&request, &display.progress)?;
        drop(display);
        if report.is_interrupted() {
            let what = format!("{} not written: the run was interrupted", place.name);
            return Err(Error::new(what, "run the command again, and let it come to its end"));
        }

        let existed = existing.is_some();
        let baseline = match existing {
            Some(baseline) => baseline,
            None => baseline::Baseline::new(salt()?),
        };
        let held = Held { place, baseline };
        let shows = |finding: &Finding, path: &RelPath| policy.shows(finding, path);
        let settled = held.settle(&mut report, &reach, &shows);
        let accepts = self.accept_new || !existed;
        let mut entries = settled.kept;
        let new = settled.new.len();
        entries.extend(settled.new.into_iter().filter(|_| accepts));
        let after = held.baseline.with(entries);
        let changed = !existed || after != held.baseline;
        if changed {
            held.place.write(&after)?;
        }

        if !global.quiet {
            let did = match (existed, changed) {
                (false, _) => "written",
                (true, true) => "rewritten",
                (true, false) => "is up to date",
            };
            let gone = if settled.gone > 0 { format!(", {} gone", settled.gone) } else { String::new() };
            let more = if existed && accepts && new > 0 { format!(", {new} more accepted") } else { String::new() };
            let name = Escaped::new(&held.place.name);
            streams.report(|out| writeln!(out, "{name} {did}: {}{gone}{more}", standing(&after)))?;
        }
        let refused = !accepts && new > 0;
        // The file is written; that nobody reads standard error does not change the outcome.
        _ = streams.complain(|out| {
            if refused {
                let (are, them) = if new == 1 { ("finding is", "it") } else { ("findings are", "them") };
                render::closing::warning(&format!("{new} {are} new and not accepted"), out)?;
                writeln!(out, "  `dekey check` shows {them}, `--accept-new` accepts {them}")?;
            }
            if settled.blind.is_some() {
                render::closing::incomplete(&report, global.verbose, out)?;
            }
            Ok(())
        });
        Ok(match settled.blind {
            Some(_) => Exit::Failed,
            None if refused => Exit::Findings,
            None => Exit::Clean,
        })
    }
}

/// A new salt.
fn salt() -> Result<[u8; 16], Error> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| {
        let what = format!("the system gives no random numbers: {error}");
        Error::new(what, "run dekey where the system's random source can be read")
    })?;
    Ok(salt)
}
