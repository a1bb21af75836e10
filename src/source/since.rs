//! A project as it was at a commit.
//!
//! Owns which of its files the work tree has otherwise, and what they held. It knows no finding. The decision to know:
//! what a change adds is told from where it began, the commit at which it and the revision it goes to parted; where a
//! clone was cut off before that, the revision itself has to do.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;

use super::git::objects::Unread;
use super::git::refs::Refs;
use super::git::revision::{self, Base as Parted};
use super::git::status::Change;
use super::git::tree::{self, Lookup, Mode};
use super::git::{Objects, Repository, Snapshot, path_of, relative};
use super::read::{Failure, Origin, Reader};
use super::{Limits, ReadError, RelPath, Source, is_setting};
use crate::prefilter::Prefilter;

/// The largest file of a commit that is read, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// A commit to compare the work tree with.
pub(crate) struct Base {
    repository: Repository,
    snapshot: Snapshot,
    objects: Objects,
    tree: ObjectId,
    /// Whether the clone was cut off before the commit that was looked for, so that the revision itself is compared.
    pub(crate) cut: bool,
}

/// What was otherwise.
#[derive(Default)]
pub(crate) struct Was {
    /// Files of the commit that differ now or are gone: those with a needle, and settings.
    pub(crate) files: Vec<Source>,
    /// Files that are as they were.
    pub(crate) same: HashSet<RelPath>,
}

impl Base {
    /// Where `revision` and `HEAD` parted.
    ///
    /// # Errors
    /// What names no commit, or what could not be read.
    pub(crate) fn open(repository: Repository, revision: &str) -> Result<Self, String> {
        let objects = Objects::open(&repository)?;
        let asked = revision::resolve(&repository, &objects, revision)?;
        let head = Refs::open(&repository)?.head()?;
        let parted = head.map(|head: ObjectId| revision::merge_base(&objects, &asked, &head)).transpose()?;
        let (commit, cut) = match parted {
            Some(Parted::Commit(commit)) => (commit, false),
            Some(Parted::Cut) => (asked, true),
            // Nothing in common, or nothing committed.
            Some(Parted::None) | None => (asked, false),
        };
        let tree = tree::of_commit(&objects, &commit)?;
        let snapshot = Snapshot::of(&repository)?;
        Ok(Self { repository, snapshot, objects, tree, cut })
    }

    /// The top of the work tree: a real path.
    pub(crate) fn work_tree(&self) -> &Path {
        &self.repository.work_tree
    }

    /// What a file held, by its path from the top; `None` when there was none.
    ///
    /// # Errors
    /// When it was something else than a file, was larger than `limit` bytes, or cannot be read.
    pub(crate) fn read(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, ReadError> {
        let other = |why: String| ReadError::Io(std::io::Error::other(why));
        let Some(name) = relative(self.work_tree(), &self.work_tree().join(path)) else { return Ok(None) };
        match Lookup::new(&self.objects, self.tree).find(&name).map_err(other)? {
            None => Ok(None),
            Some(entry) if entry.mode() != Some(Mode::File) => Err(ReadError::NotRegular("a link or a directory")),
            Some(entry) => match self.objects.blob(&entry.id, limit) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(Unread::TooLarge { limit }) => Err(ReadError::TooLarge { limit }),
                Err(why) => Err(other(why.to_string())),
            },
        }
    }

    /// The files of the commit beneath `roots`, real paths, as they are seen from the directory `here`.
    ///
    /// # Errors
    /// What could not be read.
    pub(crate) fn was(&self, here: &Path, roots: &[PathBuf], prefilter: &Prefilter) -> Result<Was, String> {
        let reader = Reader::new(prefilter.clone(), Limits::default());
        let mut lookup = Lookup::new(&self.objects, self.tree);
        let mut was = Was::default();
        for entry in tree::files(&self.objects, &self.tree) {
            let entry = entry?;
            let Some(path) = path_of(&entry.name).map(|path| self.work_tree().join(path)) else { continue };
            if entry.mode() != Some(Mode::File) || !roots.iter().any(|root| path.starts_with(root)) {
                continue;
            }
            let shown = RelPath::seen_from(here, &path);
            let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
            if is_file && self.snapshot.change(&mut lookup, &path)? == Change::Same {
                was.same.insert(shown);
                continue;
            }
            let bytes = self.objects.blob(&entry.id, MAX_FILE).map_err(|why| format!("{}: {why}", path.display()))?;
            let setting = is_setting(&path).then(|| bytes.clone());
            let name = entry.name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            let named = prefilter.find_at(name, 0).is_some();
            let found = Mutex::new(Vec::new());
            let keep = |source| found.lock().unwrap_or_else(PoisonError::into_inner).push(source);
            match reader.examine_bytes(bytes, Origin { path: &|| shown.clone(), explicit: false, named }, &keep) {
                Ok(examined) if !examined.hit => {
                    was.files.extend(setting.map(|bytes| Source::from_bytes(shown, bytes, false)));
                }
                // Of what is too much to read some was: less is known to have been there, and more is reported.
                Ok(_) | Err(Failure::TooManyHits) => {}
                Err(Failure::Io(error)) => return Err(format!("{}: {error}", path.display())),
            }
            was.files.append(&mut found.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        Ok(was)
    }
}
