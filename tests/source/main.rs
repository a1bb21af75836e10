//! Walking and reading hostile trees, built at run time.
//!
//! - `tree`: which files are examined, and what is said about the others.
//! - `repository`: what git tracks and ignores; needs `git` to build the repositories.
//! - `content`: encodings, sizes, borders of chunks and windows.

#![cfg(unix)]

mod content;
mod repository;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use dekey::prefilter::{Needle, Prefilter};
use dekey::source::{Limits, Progress, Reason, Source, Walk, Walked, walk};
use tempfile::TempDir;

/// What makes a file of interest here.
const NEEDLE: &str = "needle";

/// A scratch directory to build a tree in.
struct Tree {
    _guard: TempDir,
    path: PathBuf,
}

impl Tree {
    fn new() -> Self {
        let guard = tempfile::tempdir().unwrap();
        let path = guard.path().canonicalize().unwrap();
        Self { _guard: guard, path }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    fn link(&self, name: &str, target: impl AsRef<Path>) -> &Self {
        std::os::unix::fs::symlink(target, self.path.join(name)).unwrap();
        self
    }

    fn pipe(&self, name: &str) -> &Self {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, self.path.join(name), mode).unwrap();
        self
    }

    fn walk(&self) -> Walk {
        Walk::new(self.path.clone(), vec![PathBuf::from(".")])
    }

    fn scan(&self) -> Scan {
        Scan::of(&self.walk())
    }

    fn scan_named(&self, roots: &[&str]) -> Scan {
        Scan::of(&Walk { roots: roots.iter().map(PathBuf::from).collect(), ..self.walk() })
    }
}

/// What a walk handed over and said.
struct Scan {
    sources: Vec<Source>,
    walked: Walked,
}

impl Scan {
    fn of(request: &Walk) -> Self {
        Self::with(request, &Prefilter::new(&[Needle::any_case(NEEDLE)]).unwrap())
    }

    fn with(request: &Walk, prefilter: &Prefilter) -> Self {
        let sources = Mutex::new(Vec::new());
        let walked = walk(request, prefilter, &Progress::default(), &|source| sources.lock().unwrap().push(source));
        let mut sources = sources.into_inner().unwrap();
        sources.sort_by(|a, b| (&a.path, a.base_byte).cmp(&(&b.path, b.base_byte)));
        Self { sources, walked }
    }

    /// Paths of the files that were handed over, sorted.
    fn paths(&self) -> Vec<String> {
        self.sources.iter().map(|source| source.path.to_str_lossy().into_owned()).collect()
    }

    fn skipped(&self) -> Vec<(String, Reason)> {
        let skipped = self.walked.skipped.iter();
        skipped.map(|skipped| (skipped.path.to_str_lossy().into_owned(), skipped.reason)).collect()
    }

    fn counts(&self) -> BTreeMap<Reason, u64> {
        self.walked.counts.clone()
    }

    fn complete(&self) -> bool {
        self.walked.skipped.iter().all(|skipped| !skipped.reason.incomplete())
    }
}

fn small(chunk: usize) -> Limits {
    Limits { chunk, ..Limits::default() }
}
