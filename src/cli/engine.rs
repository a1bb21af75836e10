//! What the commands need of the library, in one place.

use std::path::{Path, PathBuf};

use super::Error;
use crate::config::Audience;
use crate::finding::{Report, Route, RuleDoc};
use crate::pack::{self, Pack};
use crate::scan;
use crate::source::{Progress, RelPath, Source, Walk};

/// What to scan, and how.
#[derive(Debug)]
pub(crate) struct Request {
    /// Files and directories; empty when `stdin` is there.
    pub(crate) paths: Vec<PathBuf>,
    /// A file that came through standard input: its name and its bytes.
    pub(crate) stdin: Option<(PathBuf, Vec<u8>)>,
    /// Whether to examine what git ignores too.
    pub(crate) no_ignore: bool,
    /// Threads; 0 means as many as fit the machine.
    pub(crate) threads: usize,
    /// Declared audience.
    pub(crate) audience: Option<Audience>,
    /// The environment variable that fixes read, instead of the pack's.
    pub(crate) variable: Option<String>,
    /// What not to examine: patterns of `.gitignore`, and the directory they are relative to.
    pub(crate) exclude: (PathBuf, Vec<String>),
    /// Directories of packs besides the built-in ones.
    pub(crate) packs: Vec<PathBuf>,
}

/// The built-in packs and those in `dirs`.
fn packs(dirs: &[PathBuf]) -> Result<Vec<Pack>, Error> {
    let mut packs = pack::builtin::packs().map_err(|error| broken(&error))?;
    for dir in dirs {
        packs.push(load(dir)?);
    }
    Ok(packs)
}

fn load(dir: &Path) -> Result<Pack, Error> {
    let files =
        pack::load::dir(dir).map_err(|error| Error::new(&error.to_string(), "name a directory of .toml files"))?;
    pack::compile::compile(files).map_err(|error| broken(&error))
}

fn broken(error: &pack::error::PackError) -> Error {
    Error::new(&format!("the rules cannot be used\n{error}"), "mend the places shown")
}

/// The rules of the built-in packs and of those in `packs`, by id.
pub(crate) fn rules(dirs: &[PathBuf]) -> Result<Vec<RuleDoc>, Error> {
    let mut rules: Vec<RuleDoc> = packs(dirs)?.into_iter().flat_map(|pack| pack.rules).map(|rule| rule.doc).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rules)
}

/// Checks the pack in `dir`, or the built-in ones, and says what it holds in one line.
pub(crate) fn validate(dir: Option<&Path>) -> Result<String, Error> {
    let checked = match dir {
        Some(dir) => vec![load(dir)?],
        None => packs(&[])?,
    };
    let held = |pack: &Pack| {
        format!("{}: {} constructs, {} rules, no problems", pack.id, pack.constructs.len(), pack.rules.len())
    };
    Ok(checked.iter().map(held).collect::<Vec<_>>().join("\n"))
}

/// Scans. The report holds findings of every rule, level and confidence; the caller narrows it.
pub(crate) fn scan(request: &Request, progress: &Progress) -> Result<Report, Error> {
    let packs = packs(&request.packs)?;
    let base = std::env::current_dir().map_err(|error| {
        Error::new(&format!("the working directory cannot be read: {error}"), "run dekey in a directory that exists")
    })?;
    let (root, patterns) = &request.exclude;
    let mut builder = ignore::gitignore::GitignoreBuilder::new(root);
    for pattern in patterns {
        builder
            .add_line(None, pattern)
            .map_err(|error| Error::new(&error.to_string(), "exclude patterns are written as in .gitignore"))?;
    }
    let globs = builder
        .build()
        .map_err(|error| Error::new(&error.to_string(), "exclude patterns are written as in .gitignore"))?;
    let root = base.join(root);
    let exclude = |path: &RelPath| {
        let full = base.join(path.as_path());
        full.strip_prefix(&root).is_ok_and(|inner| globs.matched_path_or_any_parents(inner, false).is_ignore())
    };
    let walk = Walk {
        no_ignore: request.no_ignore,
        threads: request.threads,
        ..Walk::new(base.clone(), request.paths.clone())
    };
    let options = scan::Options {
        walk,
        input: request.stdin.as_ref().map(|(name, bytes)| Source::from_bytes(RelPath::new(name), bytes.clone(), true)),
        packs: &packs,
        audience: request.audience.map(|audience| match audience {
            Audience::OwnData => Route::AccessToken,
            Audience::Public => Route::Oauth,
        }),
        variable: request.variable.as_deref(),
        exclude: if patterns.is_empty() { None } else { Some(&exclude) },
        prefilter: true,
    };
    scan::scan(&options, progress).map_err(|error| Error::new(&error.to_string(), ""))
}
