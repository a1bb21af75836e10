//! The commit that a bare repository has checked out, as sources.
//!
//! Owns which of its files are examined. It knows no vendor. The decision to know: a file that is in a commit is examined
//! whatever ignore files say, since git tracks it.

use std::path::Path;

use gix::ObjectId;

use super::git::objects::Unread;
use super::git::refs::{Refs, Selection};
use super::git::tree::{self, Lookup, Mode};
use super::git::{Objects, Repository, path_of};
use super::stored::{Collector, Stored};
use super::{Progress, ReadError, Reason, RelPath};
use crate::prefilter::Prefilter;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 128 << 20;

/// What `HEAD` names.
pub(crate) struct Head {
    objects: Objects,
    tree: ObjectId,
}

impl Head {
    /// Reads the commit; `None` where nothing is committed yet.
    ///
    /// # Errors
    /// What cannot be read, and why: also that `HEAD` leads nowhere, while there are commits that it could lead to.
    pub(crate) fn of(repository: &Repository) -> Result<Option<Self>, String> {
        let (objects, refs) = (Objects::open(repository)?, Refs::open(repository)?);
        match refs.head()? {
            Some(id) => {
                let tree = tree::of_commit(&objects, &id)?;
                Ok(Some(Self { objects, tree }))
            }
            None if is_empty(&refs)? => Ok(None),
            None => {
                Err("its HEAD names no commit; `git symbolic-ref HEAD refs/heads/BRANCH` lets it name one".to_owned())
            }
        }
    }

    /// What a file holds, by its path from the top; `None` when there is none.
    ///
    /// # Errors
    /// When it is something else than a file, is larger than `limit` bytes, or cannot be read.
    pub(crate) fn read(&self, path: &Path, limit: u64) -> Result<Option<Vec<u8>>, ReadError> {
        let other = |why: String| ReadError::Io(std::io::Error::other(why));
        let name = RelPath::new(path);
        match Lookup::new(&self.objects, self.tree).find(name.as_bytes()).map_err(other)? {
            None => Ok(None),
            Some(entry) if entry.mode() != Some(Mode::File) => Err(ReadError::NotRegular("a link or a directory")),
            Some(entry) => match self.objects.blob(&entry.id, limit) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(Unread::TooLarge { limit }) => Err(ReadError::TooLarge { limit }),
                Err(why) => Err(other(why.to_string())),
            },
        }
    }

    /// Reads its files. What cannot be read is among what was skipped.
    pub(crate) fn gather(&self, prefilter: &Prefilter, progress: &Progress) -> Stored {
        let kept = |_: &Path| false;
        let mut collector = Collector::new(prefilter, &kept, progress);
        for entry in tree::files(&self.objects, &self.tree) {
            if collector.is_stopped() {
                break;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(why) => {
                    let detail = format!("{why}; not all of its files were examined");
                    collector.skip(RelPath::from("."), Reason::Unreadable, detail);
                    break;
                }
            };
            match entry.mode() {
                Some(Mode::Link) => collector.count(Reason::Symlink),
                Some(Mode::Submodule) => collector.count(Reason::Submodule),
                Some(Mode::File) => {
                    let Some(path) = path_of(&entry.name).map(|path| RelPath::new(&path)) else {
                        let detail = "this system has no such name".to_owned();
                        collector.skip(RelPath::from("."), Reason::Unreadable, detail);
                        continue;
                    };
                    match self.objects.blob(&entry.id, MAX_FILE) {
                        Ok(bytes) => collector.bytes(&path, bytes),
                        Err(why) => collector.skip(path, Reason::Unreadable, why.to_string()),
                    }
                }
                Some(Mode::Tree) | None => {}
            }
        }
        collector.finish(std::path::PathBuf::new())
    }
}

/// Whether there is no reference at all.
fn is_empty(refs: &Refs) -> Result<bool, String> {
    let listed = refs.list(&Selection::default())?;
    Ok(listed.tips.is_empty() && listed.broken.is_empty())
}
