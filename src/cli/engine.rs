//! What the commands need of the library, in one place.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::output::plain;
use super::{Error, staged};
use crate::config::{Audience, Matcher};
use crate::finding::{Report, Route, RuleDoc};
use crate::pack::check::Summary;
use crate::pack::error::{File, PackError};
use crate::pack::{self, Pack, Vendor, builtin, compile, load};
use crate::prefilter::Prefilter;
use crate::problem::{Problem, Refused};
use crate::scan::{self, Failed, Input, Scan};
use crate::source::{Progress, Reason, RelPath, Source, Walk};
use crate::suppress;

/// What to scan, and how.
pub(crate) struct Request {
    /// The directory that the paths of the report start from, a real path.
    pub(crate) here: PathBuf,
    /// Files and directories; empty when `stdin` is there.
    pub(crate) paths: Vec<PathBuf>,
    /// Real paths beneath these that belong to another project.
    pub(crate) apart: Vec<PathBuf>,
    /// Whether what is examined was read already, so that `paths` are only named.
    pub(crate) stored: bool,
    /// A file that came through standard input: its name and its bytes.
    pub(crate) stdin: Option<(PathBuf, Vec<u8>)>,
    /// Whether to examine what is staged in place of what lies in `paths`.
    pub(crate) staged: bool,
    /// Whether to examine what git ignores too.
    pub(crate) no_ignore: bool,
    /// Threads; 0 means as many as fit the machine.
    pub(crate) threads: usize,
    /// Declared audience.
    pub(crate) audience: Option<Audience>,
    /// The environment variable that fixes read, instead of the pack's.
    pub(crate) variable: Option<String>,
    /// Whether fixes may raise the versions that manifests ask for.
    pub(crate) bump_sdk: bool,
    /// What not to examine.
    pub(crate) exclude: Option<Matcher>,
    /// The vendors whose packs are judged by.
    pub(crate) vendors: Arc<Vec<Vendor>>,
}

impl Request {
    /// Whether the configuration leaves a file out. Only files with a needle are asked for, so that a look at the disk
    /// costs little.
    pub(crate) fn excludes(&self, path: &RelPath) -> bool {
        self.exclude.as_ref().is_some_and(|exclude| exclude.matches(path))
    }
}

/// What a file must hold to mean anything to `vendors`.
pub(crate) fn prefilter(vendors: &[Vendor]) -> Result<Prefilter, Error> {
    scan::prefilter(vendors).map_err(unusable)
}

/// The vendors of the built-in packs and of those in `dirs`; one with the id of another takes its place.
pub(crate) fn vendors(dirs: &[PathBuf]) -> Result<Vec<Vendor>, Error> {
    let mut vendors = builtin::vendors();
    for dir in dirs {
        let vendor = Vendor::from(read(dir)?);
        vendors.retain(|other| other.id != vendor.id);
        vendors.push(vendor);
    }
    Ok(vendors)
}

/// The rules of `vendors` and dekey's own, by id, their texts complete.
pub(crate) fn rules(vendors: &[Vendor]) -> Vec<RuleDoc> {
    let complete = |vendor: &Vendor, doc: &RuleDoc| RuleDoc {
        remedy: doc.remedy.replace("{variable}", &vendor.variable),
        ..doc.clone()
    };
    let of = |vendor| Vendor::rules(vendor).iter().map(|rule| complete(vendor, &rule.doc));
    let mut rules: Vec<RuleDoc> = vendors.iter().flat_map(of).collect();
    rules.extend(suppress::rules().iter().map(|rule| rule.doc.clone()));
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

/// The ids of the same rules, in the same order, for which no text is read.
pub(crate) fn rule_ids(vendors: &[Vendor]) -> Vec<String> {
    let mut ids: Vec<String> = vendors.iter().flat_map(Vendor::rule_ids).collect();
    ids.extend(suppress::IDS.map(str::to_owned));
    ids.sort();
    ids
}

/// Reads the pack in `dir`.
fn read(dir: &Path) -> Result<Pack, Error> {
    compile::compile(files(dir)?).map_err(refused)
}

/// Tries everything the pack in `dir` says of itself, or the built-in ones.
pub(crate) fn check(dir: Option<&Path>) -> Result<Vec<Summary>, Error> {
    let packs = match dir {
        Some(dir) => vec![files(dir)?],
        None => builtin::files(),
    };
    packs.into_iter().map(|files| pack::check::check(files).map_err(refused)).collect()
}

/// The `.toml` files of a pack.
fn files(dir: &Path) -> Result<Vec<File>, Error> {
    load::dir(dir).map_err(|error| {
        Error::new(error.to_string(), "name a directory with the TOML files of one pack, UTF-8, of at most 1 MiB each")
    })
}

/// The problems of a pack, file by file.
fn refused(error: PackError) -> Error {
    let mut by_file: BTreeMap<usize, Vec<Problem>> = BTreeMap::new();
    for problem in error.problems {
        let problem_of = by_file.entry(problem.file).or_default();
        problem_of.push(Problem { span: problem.span, message: problem.message, help: problem.hint });
    }
    let files = error.files.into_iter().enumerate().filter_map(|(at, (name, text))| {
        let problems = by_file.remove(&at)?;
        Some(Refused::new(RelPath::new(Path::new(&name)), text.into_bytes(), problems))
    });
    Error::Refused(files.collect())
}

/// Scans. The report holds findings of every rule, level and confidence; the caller narrows it.
pub(crate) fn scan(request: &Request, progress: &Progress) -> Result<Report, Error> {
    scanned(request, progress, |scan, _| scan.report())
}

/// Scans the project with `was` in place of the files that are not among `same`.
pub(crate) fn as_it_was(
    request: &Request,
    was: Vec<Source>,
    same: &HashSet<RelPath>,
    progress: &Progress,
) -> Result<Report, Error> {
    let files = was.into_iter().filter(|source| !request.excludes(&source.path)).collect();
    let excluded = |path: &RelPath| !same.contains(path) || request.excludes(path);
    given(request, Input { files, ..Input::default() }, &excluded, progress, |scan, _| scan.report())
}

/// Scans, and goes on with what was read and the walk that found it.
pub(crate) fn scanned<T>(
    request: &Request,
    progress: &Progress,
    then: impl FnOnce(&Scan<'_>, &Walk) -> T,
) -> Result<T, Error> {
    let excluded = |path: &RelPath| request.excludes(path);
    let input = match &request.stdin {
        Some((path, bytes)) => {
            let path = RelPath::new(path);
            let bytes = if excluded(&path) { Vec::new() } else { bytes.clone() };
            Input::one(Source::from_bytes(path, bytes, true))
        }
        None if request.staged => {
            let prefilter = prefilter(&request.vendors)?;
            let excluded = |path: &Path| excluded(&RelPath::new(path));
            staged::input(&request.here, &request.paths, &excluded, &prefilter, progress)?
        }
        None => Input::default(),
    };
    given(request, input, &excluded, progress, then)
}

/// Scans what was read already.
pub(crate) fn stored(request: &Request, mut input: Input, progress: &Progress) -> Result<Report, Error> {
    let excluded = |path: &RelPath| request.excludes(path);
    let left_out = input.files.iter().map(|source| &source.path).filter(|path| excluded(path));
    let left_out = left_out.collect::<BTreeSet<_>>().len() as u64;
    if left_out > 0 {
        input.read.examined = input.read.examined.saturating_sub(left_out);
        *input.read.counts.entry(Reason::Excluded).or_default() += left_out;
    }
    for files in [&mut input.files, &mut input.settings] {
        files.retain(|source| !excluded(&source.path));
    }
    given(request, input, &excluded, progress, |scan, _| scan.report())
}

/// Scans what `request` names and `input`; of what is named nothing that is `excluded`.
fn given<T>(
    request: &Request,
    input: Input,
    excluded: &(dyn Fn(&RelPath) -> bool + Sync),
    progress: &Progress,
    then: impl FnOnce(&Scan<'_>, &Walk) -> T,
) -> Result<T, Error> {
    let options = options(request, input, excluded)?;
    let scan = Scan::new(&options, progress).map_err(unusable)?;
    Ok(then(&scan, &options.walk))
}

/// Judges files one by one, each as if there were no other: `then` is given what does it, and runs on a pool of threads
/// of its own.
pub(crate) fn alone<T: Send>(
    request: &Request,
    then: impl FnOnce(&(dyn Fn(Source) -> Result<Option<Report>, Failed> + Sync)) -> T + Send,
) -> Result<T, Error> {
    let input = Input { partial: true, ..Input::default() };
    let options = options(request, input, &|_| false)?;
    in_pool(request, || then(&|source| scan::alone(&options, source)))
}

/// Runs something on threads that have the stacks that reading files takes.
pub(crate) fn in_pool<T: Send>(request: &Request, run: impl FnOnce() -> T + Send) -> Result<T, Error> {
    Ok(scan::pool(request.threads).map_err(unusable)?.install(run))
}

fn options<'r>(
    request: &'r Request,
    input: Input,
    excluded: &'r (dyn Fn(&RelPath) -> bool + Sync),
) -> Result<scan::Options<'r>, Error> {
    let roots = if request.staged || request.stored { Vec::new() } else { request.paths.clone() };
    let mut walk = Walk::new(request.here.clone(), roots);
    walk.apart.clone_from(&request.apart);
    walk.no_ignore = request.no_ignore;
    walk.threads = request.threads;
    Ok(scan::Options {
        walk,
        input,
        vendors: &request.vendors,
        audience: request.audience.map(|audience| match audience {
            Audience::OwnData => Route::AccessToken,
            Audience::Public => Route::Oauth,
        }),
        variable: request.variable.as_deref(),
        bump_sdk: request.bump_sdk,
        exclude: Some(excluded),
        prefilter: true,
        today: Some(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()),
    })
}

fn unusable(error: scan::Error) -> Error {
    Error::new(format!("cannot scan: {error}"), "give fewer threads with `-j`, or correct the pack")
}

/// The working directory, without links.
pub(crate) fn here() -> Result<PathBuf, Error> {
    std::env::current_dir().and_then(|dir| dir.canonicalize()).map_err(|error| {
        let what = format!("cannot tell the working directory: {}", plain(&error));
        Error::new(what, "change to a directory that exists")
    })
}
