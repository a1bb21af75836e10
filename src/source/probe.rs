//! The readers of repositories and archives, reached from outside: for fuzzing, which nothing else of a run is to slow.
//!
//! Owns nothing, and no part of dekey uses it. What the readers make of hostile bytes is for them to say.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::objs::Kind;

use super::git::packs::Store;
use super::git::refs::{Refs, Selection};
use super::git::staged::Staged;
use super::git::{Objects, Repository, revision, timeline};
use super::{Progress, archive};
use crate::prefilter::Prefilter;

/// Reads all there is of the repository whose work tree is `root`, a real path: its index against what is checked out, all
/// references, every object, and when every file came and went. Returns how many contents there are.
///
/// # Errors
/// Why something cannot be read.
pub fn repository(root: &Path) -> Result<usize, String> {
    let repository = Repository::at(root).ok_or("it is none")?;
    repository.tracks(&root.join("file"), false, |_, _| ());
    if let Ok(staged) = Staged::open(&repository, &repository.index()) {
        let files: Vec<_> = staged.files().collect();
        files.iter().for_each(|file| drop(staged.read(*file)));
        drop(staged.around(&files, &|_| true));
    }
    let objects = Objects::open(&repository)?;
    for name in ["HEAD", "HEAD~1", "HEAD^2", "main", "1111111"] {
        drop(revision::resolve(&repository, &objects, name));
    }
    drop(Refs::open(&repository)?.find("refs/tags/v1"));
    let (store, stop, contents) =
        (Store::open(&objects)?, AtomicBool::new(false), Mutex::new(HashSet::<ObjectId>::new()));
    let see = |id: &gix::hash::oid, _: &[u8]| _ = contents.lock().map(|mut seen| seen.insert(id.to_owned()));
    drop(store.each(Kind::Blob, &|_| true, &see, &stop));
    let contents = contents.into_inner().map_err(|_| "a thread failed")?;
    timeline::trace(&repository, &objects, &store, &Selection::default(), &contents, &stop)?;
    Ok(contents.len())
}

/// Reads the archive at `path`, a real one whose name says what it is. Returns how many files are kept of it.
///
/// # Errors
/// Why nothing of it can be read.
pub fn archive(path: &Path) -> Result<usize, String> {
    let (kind, _) = archive::kind(path).ok_or("it is none")?;
    let read = archive::gather(path, kind, &Prefilter::all(), &|_| true, &Progress::default())?;
    Ok(read.files.len())
}
