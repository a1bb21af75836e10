//! `--baseline` and `--ratchet`: findings that are accepted for now.
//!
//! Owns where a baseline lies, and when its file is written. What it accepts is [`crate::baseline`]'s. The decision to
//! know: an entry is taken out only when this run looked where it was: beneath the examined paths, with its rule, and
//! with nothing left unexamined.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Streams};
use super::{Error, Global, engine};
use crate::baseline::{Baseline, Compared, Entry, FILE_NAME, View, file, paths};
use crate::config::{self, Config};
use crate::finding::{Finding, Report, Standing};
use crate::problem::Refused;
use crate::render::escape::Escaped;
use crate::source::{ReadError, RelPath, read_found, read_named};

/// Options of `dekey check`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub(super) struct Accepting {
    /// Accept the findings in FILE [default: dekey-baseline.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Accept nothing that a baseline holds
    #[arg(long, conflicts_with = "baseline")]
    no_baseline: bool,
    /// Fail at whatever the baseline does not hold; when less is found, rewrite it
    #[arg(long, conflicts_with = "no_baseline")]
    pub(super) ratchet: bool,
}

impl Accepting {
    /// The baseline that governs a check whose first path is `first`.
    pub(super) fn open(&self, config: &Config, first: &Path) -> Result<Option<Held>, Error> {
        if self.no_baseline {
            return Ok(None);
        }
        let place = Place::of(self.baseline.as_deref(), config, first)?;
        match place.read()? {
            None if place.named => {
                let what = format!("there is no baseline {}", place.name);
                Err(Error::new(
                    what,
                    "name a file that exists, or write this one with `dekey baseline --baseline FILE`",
                ))
            }
            None if self.ratchet => {
                Err(Error::new("`--ratchet` needs a baseline, and there is none", "write one with `dekey baseline`"))
            }
            None => Ok(None),
            Some(baseline) => Ok(Some(Held { place, baseline })),
        }
    }

    /// Writes the baseline without what is gone, when that was asked for and nothing else is found, and says so.
    pub(super) fn ratchet(
        &self,
        held: &Held,
        settled: &Settled,
        global: &Global,
        streams: &Streams,
    ) -> Result<(), Error> {
        if !self.ratchet {
            return Ok(());
        }
        let name = Escaped::new(&held.place.name);
        let said = match (settled.blind, settled.gone, settled.new.len()) {
            (Some(why), ..) => format!("{name} not rewritten: {why}"),
            (None, 0, _) => return Ok(()),
            (None, gone, 0) => {
                let after = held.baseline.with(settled.kept.clone());
                held.place.write(&after)?;
                format!("{name} rewritten: {}, {gone} fewer", standing(&after))
            }
            (None, _, 1) => format!("{name} not rewritten: 1 finding is new"),
            (None, _, n) => format!("{name} not rewritten: {n} findings are new"),
        };
        if !global.quiet {
            // That nobody reads standard error does not change the outcome.
            _ = streams.complain(|out| writeln!(out, "{said}"));
        }
        Ok(())
    }
}

/// How far a baseline is worked off.
pub(super) fn standing(baseline: &Baseline) -> String {
    format!("{} of {} left", baseline.entries().len(), baseline.started)
}

/// What a run looks at, and so what it can tell to be gone.
pub(super) struct Reach {
    /// Real paths, as texts.
    roots: Vec<String>,
    /// Why it can tell of nothing.
    partly: Option<&'static str>,
}

impl Reach {
    /// That of a request.
    pub(super) fn of(request: &engine::Request) -> Result<Self, Error> {
        let here = engine::here()?;
        // A path that does not exist is the scan's to report.
        let real = |path: &PathBuf| here.join(path).canonicalize().ok();
        let roots = request.paths.iter().filter_map(real).map(|path| paths::text(&RelPath::new(&path)));
        let partly = request.stdin.is_some().then_some("only standard input was examined");
        Ok(Self { roots: roots.collect(), partly })
    }

    /// The same when the run sees only a part of what is beneath its paths, or must not write.
    pub(super) fn partly(self, why: &'static str) -> Self {
        Self { partly: Some(why), ..self }
    }
}

/// Where a baseline lies, or would lie.
pub(super) struct Place {
    path: PathBuf,
    /// As messages call it.
    pub(super) name: String,
    /// Whether the user named it.
    named: bool,
    here: PathBuf,
    /// The real path of its directory, as text.
    base: String,
}

impl Place {
    /// The file `named`, or the one that governs a scan whose first path is `first`: beside the configuration or at
    /// the root of the repository.
    pub(super) fn of(named: Option<&Path>, config: &Config, first: &Path) -> Result<Self, Error> {
        let here = engine::here()?;
        let path = match named {
            Some(path) => here.join(path),
            None => {
                let dirs = governing(&here, config, first);
                let file = |dir: &PathBuf| dir.join(FILE_NAME);
                let found = dirs.iter().map(file).find(|file| file.symlink_metadata().is_ok());
                found.or_else(|| dirs.first().map(file)).unwrap_or_else(|| here.join(FILE_NAME))
            }
        };
        let text = |path: &Path| paths::text(&RelPath::new(path));
        let dir = path.parent().unwrap_or(&here);
        let base = text(&dir.canonicalize().unwrap_or_else(|_| dir.to_owned()));
        let name = match named {
            Some(path) => path.display().to_string(),
            None => paths::relative(&text(&here), &text(&path)),
        };
        Ok(Self { named: named.is_some(), name, base, here, path })
    }

    /// What it holds; `None` when it does not exist.
    pub(super) fn read(&self) -> Result<Option<Baseline>, Error> {
        let read = if self.named { read_named } else { read_found };
        let bytes = match read(&self.path, file::LIMIT) {
            Err(ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let what = format!("cannot read the baseline {}: {error}", self.name);
                return Err(Error::new(what, "make it a readable file of at most 16 MiB, or pass `--no-baseline`"));
            }
            Ok(bytes) => bytes,
        };
        let refused = |problems| Refused::new(RelPath::new(Path::new(&self.name)), bytes.clone(), problems);
        file::parse(&bytes).map(Some).map_err(|problems| Error::Refused(vec![refused(problems)]))
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, baseline: &Baseline) -> Result<(), Error> {
        let text = file::write(baseline);
        if text.len() as u64 > file::LIMIT {
            let what = format!("the baseline would have {} findings, which is too many", baseline.entries().len());
            return Err(Error::new(what, "accept the findings of fewer directories or rules"));
        }
        output::replace("the baseline", &self.path, false, |out| out.write_all(text.as_bytes()))
    }

    /// A path of a report as the baseline writes it.
    fn seen(&self, path: &RelPath) -> String {
        let path = self.here.join(path.as_path());
        // Few files have findings; the name of standard input may not exist.
        let real = path.canonicalize().unwrap_or(path);
        paths::relative(&self.base, &paths::text(&RelPath::new(&real)))
    }
}

/// The directories in which a baseline is looked for. A new one goes to the first.
fn governing(here: &Path, config: &Config, first: &Path) -> Vec<PathBuf> {
    let start = here.join(first);
    let start = start.canonicalize().unwrap_or(start);
    let start = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
    let root = start.ancestors().find(|dir| dir.join(".git").symlink_metadata().is_ok());
    let root = root.unwrap_or(if start.starts_with(here) { here } else { start });
    let beside = here.join(&config.base);
    let configured = beside.join(config::FILE_NAME).symlink_metadata().is_ok();
    configured.then_some(beside).into_iter().chain([root.to_owned()]).collect()
}

/// A baseline that was read.
pub(super) struct Held {
    pub(super) place: Place,
    pub(super) baseline: Baseline,
}

/// A baseline against what a run found.
pub(super) struct Settled {
    /// What stays accepted.
    pub(super) kept: Vec<Entry>,
    /// How many are not there any more.
    pub(super) gone: usize,
    /// What is found besides.
    pub(super) new: Vec<Entry>,
    /// Why nothing could be told to be gone.
    pub(super) blind: Option<&'static str>,
}

impl Held {
    /// Marks the accepted findings of a report of all rules and levels, and tells how the two differ.
    pub(super) fn settle(&self, report: &mut Report, reach: &Reach, shown: &dyn Fn(&Finding) -> bool) -> Settled {
        let Place { name, base, .. } = &self.place;
        let view = View { path: &|path| self.place.seen(path), shown };
        let Compared { held, missing, new } = self.baseline.settle(report, name, &view);
        let incomplete = report.skipped.iter().any(|entry| entry.reason.incomplete());
        let blind = reach.partly.or(incomplete.then_some("not everything could be examined"));
        let is_gone = |entry: &Entry| {
            blind.is_none()
                && reach.roots.iter().any(|root| paths::beneath(root, base, &entry.path))
                && report.rules.iter().any(|doc| doc.id == entry.rule)
        };
        let (gone, left): (Vec<_>, Vec<_>) = missing.into_iter().partition(is_gone);
        let kept: Vec<Entry> = held.into_iter().chain(left).collect();
        report.baseline = Some(Standing { name: name.clone(), left: kept.len(), started: self.baseline.started });
        Settled { kept, gone: gone.len(), new, blind }
    }
}
