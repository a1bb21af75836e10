//! What `check` and `plan` have in common: what is examined, by which rules, and which findings count.
//!
//! Owns the options that both commands take, and the way from them and the configuration to a [`Policy`]. Output and
//! exit codes are the commands' own. The decision to know: the command line wins over the configuration.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use clap::{Args, ValueEnum};

use super::policy::{self, Policy};
use super::{Error, Packs, engine, heading};
use crate::config::{self, Audience, Config, Files, Place, WorkTree};
use crate::finding::Confidence;
use crate::names;
use crate::pack::Vendor;

/// What stands for standard input among paths.
const STDIN: &str = "-";
/// What standard input is called in reports when it has no name: text of no language.
const UNNAMED: &str = "<stdin>";
/// Most bytes read from standard input.
const STDIN_LIMIT: u64 = 64 << 20;

/// What to examine, and how.
#[derive(Debug, Args)]
pub(super) struct Scope {
    /// Files and directories to examine, whatever ignore files say [default: .]; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Show findings of this confidence or above [default: medium]
    #[arg(long, value_name = "CONFIDENCE", help_heading = heading::RULES)]
    min_confidence: Option<ConfidenceArg>,
    /// Run only these rules, with or without the vendor's prefix
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = heading::RULES)]
    select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = heading::RULES)]
    ignore: Vec<String>,
    /// Whose data the integration works on; decides between an access token and OAuth
    #[arg(long, value_name = "AUDIENCE", help_heading = heading::RULES)]
    audience: Option<Audience>,
    #[command(flatten)]
    pub(super) packs: Packs,
    /// Use this configuration instead of the nearest one
    #[arg(long, value_name = "FILE", help_heading = heading::RULES)]
    config: Option<PathBuf>,
    /// Also examine what git ignores
    #[arg(long, help_heading = heading::FILES)]
    no_ignore: bool,
    /// Threads [default: as many as fit the machine]
    #[arg(short = 'j', long, value_name = "N", help_heading = heading::FILES, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ConfidenceArg {
    Low,
    Medium,
    High,
}

impl Scope {
    /// What was named, or else the working directory.
    pub(super) fn paths(&self) -> &[PathBuf] {
        static HERE: LazyLock<Vec<PathBuf>> = LazyLock::new(|| vec![PathBuf::from(".")]);
        if self.paths.is_empty() { &HERE } else { &self.paths }
    }

    /// What was named.
    pub(super) fn named(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The name of what comes through standard input, if anything does: `-` in place of a path, or just a name for it.
    pub(super) fn stdin(&self, filename: Option<&Path>) -> Result<Option<PathBuf>, Error> {
        let dash = self.paths.iter().any(|path| path.as_os_str() == STDIN);
        let only = matches!(self.paths(), [path] if path.as_os_str() == STDIN || path.as_os_str() == ".");
        if !only && (dash || filename.is_some()) {
            let what = "standard input cannot be examined together with other paths";
            return Err(Error::new(what, "run dekey once for `-` and once for the paths"));
        }
        let name = filename.or(dash.then_some(Path::new(UNNAMED)));
        Ok(name.map(Path::to_owned))
    }

    /// The configuration, with the command line over it. It is read from `files`, where given, rather than from the work
    /// tree.
    pub(super) fn policy(&self, vendors: &[Vendor], site: &Site, files: Option<&dyn Files>) -> Result<Policy, Error> {
        let ids = engine::rule_ids(vendors);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut config = configuration(self.config.as_deref(), site.place.as_ref(), files, &ids)?;
        let known = |names: &[String]| -> Result<Vec<String>, Error> {
            let rule = |name: &String| names::rule(name, &ids).map(str::to_owned);
            names.iter().map(|name| rule(name).map_err(|nearest| Error::unknown_rule(name, &nearest))).collect()
        };
        let overrides = config.overrides.iter_mut().flatten();
        let min_confidence = self.min_confidence.map(Confidence::from);
        for entry in overrides {
            entry.select.take_if(|_| !self.select.is_empty());
            entry.min_confidence.take_if(|_| min_confidence.is_some());
        }
        if !self.select.is_empty() {
            config.select = Some(known(&self.select)?);
        }
        config.ignore.get_or_insert_default().extend(known(&self.ignore)?);
        config.audience = self.audience.or(config.audience);
        config.min_confidence = min_confidence.or(config.min_confidence);
        Policy::new(config, &site.here)
    }

    /// What the search for a configuration starts from.
    pub(super) fn first<'a>(&'a self, stdin: Option<&'a Path>) -> &'a Path {
        let dir = |path: &'_ Path| path.parent().is_none_or(|dir| dir.as_os_str().is_empty());
        match stdin {
            Some(name) if dir(name) => Path::new("."),
            Some(name) => name.parent().unwrap_or(name),
            None => self.paths().first().map_or(Path::new("."), PathBuf::as_path),
        }
    }

    /// What the engine is asked to do; with `stdin`, that file alone is examined, and read here.
    pub(super) fn request(
        &self,
        vendors: impl Into<Arc<Vec<Vendor>>>,
        config: &Config,
        site: &Site,
        stdin: Option<&Path>,
    ) -> Result<engine::Request, Error> {
        let stdin = match stdin {
            Some(name) => Some((name.to_owned(), standard_input()?)),
            None => None,
        };
        Ok(engine::Request {
            here: site.here.clone(),
            paths: if stdin.is_some() { Vec::new() } else { self.paths().to_vec() },
            apart: Vec::new(),
            stored: false,
            stdin,
            staged: false,
            no_ignore: self.no_ignore,
            threads: self.threads.map_or(0, usize::from),
            audience: config.audience,
            variable: config.variable.clone(),
            bump_sdk: false,
            exclude: config.exclude.as_ref().map(|exclude| policy::matcher(exclude, config, &site.here)).transpose()?,
            vendors: vendors.into(),
        })
    }
}

/// Where a project lies.
pub(super) struct Site {
    /// The directory that the paths of its report start from, a real path.
    pub(super) here: PathBuf,
    /// Where the search for its configuration starts; none where the first path does not exist.
    pub(super) place: Option<Place>,
}

impl Site {
    /// The project that `first`, the first path to examine, is a part of, seen from the working directory.
    pub(super) fn of(first: &Path) -> Result<Self, Error> {
        Ok(Self { here: engine::here()?, place: place(first)? })
    }
}

/// The repository around a path; `None` when the path does not exist.
pub(super) fn place(path: &Path) -> Result<Option<Place>, Error> {
    Place::of(path).map_err(|error| {
        let what = format!("cannot tell the working directory: {}", super::output::plain(&error));
        Error::new(what, "change to a directory that exists")
    })
}

/// The path from `root` to a file that may be gone by now.
fn within(root: &Path, path: &Path) -> Option<PathBuf> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = dir.canonicalize().ok()?.join(path.file_name()?);
    Some(real.strip_prefix(root).ok()?.to_owned())
}

/// The configuration that was `named`, or else the one that governs a place; as it is in `files`, where given.
pub(super) fn configuration(
    named: Option<&Path>,
    place: Option<&Place>,
    files: Option<&dyn Files>,
    rules: &[&str],
) -> Result<Config, Error> {
    let loaded = match (named, place, files) {
        (Some(path), Some(place), Some(files)) => match within(&place.root, path) {
            Some(path) => config::named_in(files, place, &path, rules).map(Option::unwrap_or_default),
            // A file beside the repository is none of a commit's.
            None => config::named(path, rules),
        },
        (Some(path), ..) => config::named(path, rules),
        (None, Some(place), files) => {
            let here = WorkTree::new(&place.root);
            config::load(files.unwrap_or(&here), place, rules).map(Option::unwrap_or_default)
        }
        (None, None, _) => Ok(Config::default()),
    };
    loaded.map_err(|error| match error {
        config::Error::Refused(refused) => Error::Refused(vec![*refused]),
        config::Error::Unreadable(path, error) => {
            let what = format!("cannot read the configuration {}: {error}", path.display());
            Error::new(what, "make it a readable file of at most 1 MiB, or name another with `--config`")
        }
        config::Error::Empty(path, section) => {
            Error::new(format!("{} has no {section}", path.display()), "name a file with settings")
        }
    })
}

/// The bytes of standard input.
pub(super) fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(STDIN_LIMIT + 1).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() as u64 <= STDIN_LIMIT => Ok(bytes),
        Ok(_) => Err(Error::new("standard input has more than 64 MiB", "save it to a file and name that")),
        Err(error) => {
            let what = format!("cannot read standard input: {}", super::output::plain(&error));
            Err(Error::new(what, "save it to a file and name that"))
        }
    }
}

impl From<ConfidenceArg> for Confidence {
    fn from(confidence: ConfidenceArg) -> Self {
        match confidence {
            ConfidenceArg::Low => Self::Low,
            ConfidenceArg::Medium => Self::Medium,
            ConfidenceArg::High => Self::High,
        }
    }
}
