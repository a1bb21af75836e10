//! `--baseline` and `--ratchet`: findings that are accepted for now.
//!
//! Owns where a baseline lies, and when its file is written. What it accepts is [`crate::baseline`]'s. The decision to
//! know: an entry is taken out only when this run looked where it was: beneath the examined paths, with its rule, and
//! with nothing left unexamined.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Streams};
use super::scope::Site;
use super::{Error, Global, engine, heading};
use crate::baseline::{Baseline, Compared, Entry, FILE_NAME, View, file, paths};
use crate::config::{Config, Files};
use crate::finding::{Finding, Report, Standing};
use crate::problem::Refused;
use crate::render::escape::Escaped;
use crate::source::{ReadError, RelPath, read_beneath, read_named};

/// Options of `dekey check`.
#[derive(Debug, Args)]
pub(super) struct Accepting {
    /// Accept the findings in FILE [default: dekey-baseline.toml, where there is one]
    #[arg(long, value_name = "FILE", help_heading = heading::BASELINE)]
    baseline: Option<PathBuf>,
    /// Accept nothing that a baseline holds
    #[arg(long, help_heading = heading::BASELINE, conflicts_with = "baseline")]
    no_baseline: bool,
    /// Fail at whatever the baseline does not hold; when less is found, rewrite it
    #[arg(long, help_heading = heading::BASELINE, conflicts_with_all = ["no_baseline", "watch"])]
    pub(super) ratchet: bool,
}

impl Accepting {
    /// The baseline that governs a project; as it is in `files`, where given.
    pub(super) fn open(&self, config: &Config, site: &Site, files: Option<&dyn Files>) -> Result<Option<Held>, Error> {
        if self.no_baseline {
            return Ok(None);
        }
        let place = Place::of(self.baseline.as_deref(), config, site)?;
        match place.read(files)? {
            None if self.baseline.is_some() || config.baseline.is_some() => {
                let what = format!("there is no baseline {}", place.name);
                Err(Error::new(what, "write it with `dekey baseline`, or name a file that exists"))
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
        // A path that does not exist is the scan's to report.
        let real = |path: &PathBuf| request.here.join(path).canonicalize().ok();
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
    /// The root of its repository and its path from there; or, where the command line names it, nothing and the path.
    root: Option<PathBuf>,
    path: PathBuf,
    /// As messages call it.
    pub(super) name: String,
    here: PathBuf,
    /// The real path of its directory, as text.
    base: String,
}

impl Place {
    /// The file that the command line or the configuration names, or else one beside the configuration or at the root
    /// of the repository.
    pub(super) fn of(named: Option<&Path>, config: &Config, site: &Site) -> Result<Self, Error> {
        let (here, cwd) = (site.here.clone(), engine::here()?);
        let (root, path) = match named {
            Some(path) => (None, path.to_owned()),
            None => {
                let places = governing(config, site);
                let is_there = |(root, path): &&(PathBuf, PathBuf)| root.join(path).symlink_metadata().is_ok();
                let found = places.iter().find(is_there).or(places.first()).cloned();
                found.map_or_else(|| (None, PathBuf::from(FILE_NAME)), |(root, path)| (Some(root), path))
            }
        };
        let text = |path: &Path| paths::text(&RelPath::new(path));
        let whole = root.as_ref().unwrap_or(&cwd).join(&path);
        let dir = whole.parent().unwrap_or(&here);
        let base = text(&dir.canonicalize().unwrap_or_else(|_| dir.to_owned()));
        let name = match &root {
            None => path.display().to_string(),
            Some(_) => paths::relative(&text(&cwd), &text(&whole)),
        };
        Ok(Self { root, path, name, here, base })
    }

    /// What it holds, in `files` where given; `None` when it does not exist.
    pub(super) fn read(&self, files: Option<&dyn Files>) -> Result<Option<Baseline>, Error> {
        let read = match (&self.root, files) {
            (Some(_), Some(files)) => match files.read(&self.path) {
                Ok(None) => return Ok(None),
                Ok(Some(bytes)) => Ok(bytes),
                Err(error) => Err(error),
            },
            (Some(root), None) => read_beneath(root, &self.path, file::LIMIT),
            (None, _) => read_named(&self.path, file::LIMIT),
        };
        let bytes = match read {
            Err(ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let what = format!("cannot read the baseline {}: {error}", self.name);
                return Err(Error::new(what, "make it a readable file of at most 16 MiB, or pass `--no-baseline`"));
            }
            Ok(bytes) => bytes,
        };
        file::parse(&bytes).map(Some).map_err(|problems| {
            Error::Refused(vec![Refused::new(RelPath::new(Path::new(&self.name)), bytes, problems)])
        })
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, baseline: &Baseline) -> Result<(), Error> {
        let text = file::write(baseline);
        if text.len() as u64 > file::LIMIT {
            let what = format!("the baseline would have {} findings, which is too many", baseline.entries().len());
            return Err(Error::new(what, "accept the findings of fewer directories or rules"));
        }
        let path = self.root.as_ref().unwrap_or(&self.here).join(&self.path);
        output::replace("the baseline", &path, false, |out| out.write_all(text.as_bytes()))
    }

    /// A path of a report as the baseline writes it.
    fn seen(&self, path: &RelPath) -> String {
        let path = self.here.join(path.as_path());
        // Few files have findings; the name of standard input may not exist.
        let real = path.canonicalize().unwrap_or(path);
        paths::relative(&self.base, &paths::text(&RelPath::new(&real)))
    }
}

/// Where a baseline is looked for: roots of repositories, and paths from there. A new one goes to the first.
fn governing(config: &Config, site: &Site) -> Vec<(PathBuf, PathBuf)> {
    if let Some(path) = &config.baseline {
        return vec![(config.root.clone(), path.clone())];
    }
    let beside = config.files.first().map(|file| (config.root.clone(), file.with_file_name(FILE_NAME)));
    let root = site.place.as_ref().map_or_else(|| site.here.clone(), |place| place.root.clone());
    beside.into_iter().chain([(root, PathBuf::from(FILE_NAME))]).collect()
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
    pub(super) fn settle(
        &self,
        report: &mut Report,
        reach: &Reach,
        shown: &dyn Fn(&Finding, &RelPath) -> bool,
    ) -> Settled {
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
