//! What the commands need of the library, in one place.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Error;
use super::output::plain;
use crate::config::Audience;
use crate::finding::{Report, RuleDoc};
use crate::pack::error::PackError;
use crate::pack::{Pack, builtin, compile};
use crate::problem::{Problem, Refused};
use crate::source::{Progress, RelPath, read_named};

/// Most bytes a file of a pack may have.
const FILE_LIMIT: u64 = 1 << 20;
/// Most files a pack may have.
const MAX_FILES: usize = 200;

/// What to scan, and how.
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
    /// The packs to judge by.
    pub(crate) packs: Vec<Pack>,
    /// Whether to list what was spared.
    pub(crate) exemptions: bool,
}

/// The built-in packs and those in `dirs`; one with the id of another takes its place.
pub(crate) fn packs(dirs: &[PathBuf]) -> Result<Vec<Pack>, Error> {
    let mut packs = builtin::packs().map_err(refused)?;
    for dir in dirs {
        let pack = read(dir)?;
        packs.retain(|other| other.id != pack.id);
        packs.push(pack);
    }
    Ok(packs)
}

/// The rules of `packs`, by id, their texts complete.
pub(crate) fn rules(packs: &[Pack]) -> Vec<RuleDoc> {
    let complete = |pack: &Pack, doc: &RuleDoc| RuleDoc {
        remedy: doc.remedy.replace("{variable}", &pack.variable),
        ..doc.clone()
    };
    let mut rules: Vec<RuleDoc> =
        packs.iter().flat_map(|pack| pack.rules.iter().map(|rule| complete(pack, &rule.doc))).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

/// Reads and checks the pack in `dir`: its `.toml` files.
pub(crate) fn read(dir: &Path) -> Result<Pack, Error> {
    let cannot = |error: &dyn std::fmt::Display| {
        let what = format!("cannot read the pack {}: {error}", dir.display());
        Error::new(what, "name a directory with the TOML files of one pack")
    };
    let entries = std::fs::read_dir(dir).map_err(|error| cannot(&plain(&error)))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| cannot(&plain(&error)))?;
    paths.retain(|path| path.extension() == Some(OsStr::new("toml")));
    paths.sort_unstable();
    if paths.is_empty() || paths.len() > MAX_FILES {
        return Err(cannot(&format!("it has {} TOML files", paths.len())));
    }
    let mut files = Vec::new();
    for path in paths {
        let cannot = |error: &dyn std::fmt::Display| {
            let what = format!("cannot read {} of a pack: {error}", path.display());
            Error::new(what, "make it a readable UTF-8 file of at most 1 MiB")
        };
        let bytes = read_named(&path, FILE_LIMIT).map_err(|error| cannot(&error))?;
        let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8"))?;
        files.push((path.display().to_string(), text));
    }
    compile::compile(files).map_err(refused)
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
    _ = (request, progress);
    Err(Error::new("this build cannot scan", "build a release"))
}
