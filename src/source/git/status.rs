//! Whether git could restore a file.
//!
//! Owns the comparison of a file with the index, and of the index with `HEAD`. The decisions to know: as for the rest of
//! a repository nothing of git runs and no configuration is read, so that filters are not known: a file is as it was
//! added when its bytes are, with either line ends, or when size and time are what the index noted; and what cannot be
//! read is not taken for unchanged.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::hash::{Kind, oid};

use super::index::{Entry, Index, since_epoch};
use super::objects::Objects;
use super::refs::Refs;
use super::{Repository, relative, tree};
use crate::source::open::read_found;

/// What git knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// It is as it was committed.
    Committed,
    /// It is as it was added, and not committed.
    Staged,
    /// It differs from what was added, or git does not track it.
    Modified,
}

/// How a file differs from what a tree has at its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It does not.
    Same,
    /// The tree has this there.
    Changed(ObjectId),
    /// The tree has no file there.
    New,
}

/// The largest file of the work tree that is read for comparing.
const MAX_COMPARED: u64 = 128 << 20;

/// A repository opened for comparing.
pub(crate) struct Snapshot {
    work_tree: PathBuf,
    index: Index,
    objects: Objects,
    /// The tree of `HEAD`; none before the first commit.
    head: Option<ObjectId>,
}

impl Snapshot {
    /// Reads the index and `HEAD`.
    ///
    /// # Errors
    /// What could not be read, and why.
    pub(crate) fn of(repository: &Repository) -> Result<Self, String> {
        let index = Index::read(&repository.index()).map_err(|why| format!("the index cannot be read: {why}"))?;
        let head = Refs::open(repository)?.head()?;
        let kind = index.as_ref().map(Index::kind).or(head.map(|head| head.kind())).unwrap_or(Kind::Sha1);
        let objects = Objects::of_kind(repository, kind)?;
        let head = head.map(|commit| tree::of_commit(&objects, &commit)).transpose()?;
        let index = index.unwrap_or_else(|| Index::empty(kind));
        Ok(Self { work_tree: repository.work_tree.clone(), index, objects, head })
    }

    /// The status of a file of the work tree, given by its real path and what it holds.
    ///
    /// # Errors
    /// What could not be read.
    pub(crate) fn status(&self, path: &Path, bytes: &[u8]) -> Result<Status, String> {
        let Some(name) = relative(&self.work_tree, path) else { return Ok(Status::Modified) };
        let Some(entry) = self.index.find(&name) else { return Ok(Status::Modified) };
        if !is_blob(entry.id, bytes) && !self.is_as_noted(path, &entry, bytes.len()) {
            return Ok(Status::Modified);
        }
        let Some(head) = self.head else { return Ok(Status::Staged) };
        let committed = tree::Lookup::new(&self.objects, head).find(&name)?;
        Ok(if committed.is_some_and(|committed| *committed.id == *entry.id) {
            Status::Committed
        } else {
            Status::Staged
        })
    }

    /// How a file of the work tree, given by its real path, differs from what another tree has there. It is read only when
    /// its size or time are not what the index noted.
    ///
    /// # Errors
    /// What could not be read.
    pub(crate) fn change(&self, base: &mut tree::Lookup<'_>, path: &Path) -> Result<Change, String> {
        let Some(name) = relative(&self.work_tree, path) else { return Ok(Change::New) };
        let Some(old) = base.find(&name)?.filter(|old| old.mode() == Some(tree::Mode::File)) else {
            return Ok(Change::New);
        };
        let entry = self.index.find(&name);
        let size = path.symlink_metadata().map_or(0, |found| found.len());
        let as_added = entry.filter(|entry| self.is_as_noted(path, entry, usize::try_from(size).unwrap_or(usize::MAX)));
        let same = match as_added {
            Some(entry) => *entry.id == *old.id,
            None => {
                let bytes = read_found(path, MAX_COMPARED).map_err(|error| format!("{}: {error}", path.display()))?;
                is_blob(&old.id, &bytes)
            }
        };
        Ok(if same { Change::Same } else { Change::Changed(old.id) })
    }

    /// Whether size and time are those the index noted, and so old that a later change would show.
    fn is_as_noted(&self, path: &Path, entry: &Entry<'_>, length: usize) -> bool {
        let modified = path.symlink_metadata().and_then(|metadata| metadata.modified()).map(since_epoch);
        entry.size as usize == length
            && entry.modified < self.index.written()
            && modified.is_ok_and(|modified| modified == entry.modified)
    }
}

/// Whether git would store these bytes as this object, with either line ends.
pub(super) fn is_blob(id: &oid, bytes: &[u8]) -> bool {
    let stored = |bytes: &[u8]| {
        gix::objs::compute_hash(id.kind(), gix::objs::Kind::Blob, bytes).is_ok_and(|found| *found == *id)
    };
    stored(bytes) || stored(&without_returns(bytes))
}

/// As git stores text that it checks out with carriage returns.
fn without_returns(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    out
}
