//! What is checked out.
//!
//! Owns the commit that `HEAD` names, and when it was written. The decision to know: that a repository has no commit yet
//! is told from a `HEAD` that leads nowhere, since behind that there may be all of a project.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::CommitRefIter;
use jiff::Timestamp;
use jiff::tz::Offset;

use super::objects::Objects;
use super::refs::Refs;
use super::{Repository, guarded};

/// Directories of references that are looked into for any.
const MAX_FOLDERS: usize = 1000;

/// The commit that is checked out, and its author's date as RFC 3339 has it; empty where it has none. `None` before the
/// first commit.
///
/// # Errors
/// When it cannot be told.
pub(crate) fn read(repository: &Repository, objects: &Objects) -> Result<Option<(ObjectId, String)>, String> {
    match Refs::open(repository)?.head()? {
        Some(id) => {
            let mut buffer = Vec::new();
            let data = objects.find(&id, gix::objs::Kind::Commit, &mut buffer)?;
            let date = guarded(|| Ok(date(data, objects))).ok().flatten();
            Ok(Some((id, date.unwrap_or_default())))
        }
        None if is_empty(repository) => Ok(None),
        None => Err("its HEAD names no commit; `git symbolic-ref HEAD refs/heads/BRANCH` names one".to_owned()),
    }
}

/// When a commit was written, by its author's clock.
fn date(commit: &[u8], objects: &Objects) -> Option<String> {
    let time = CommitRefIter::from_bytes(commit, objects.kind()).author().ok()?.time().ok()?;
    let offset = Offset::from_seconds(time.offset).ok()?;
    let zoned = Timestamp::from_second(time.seconds).ok()?.to_zoned(offset.to_time_zone());
    Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// Whether there is no reference at all.
fn is_empty(repository: &Repository) -> bool {
    let common = repository.common_dir();
    if common.join("packed-refs").symlink_metadata().is_ok_and(|found| found.len() > 0) {
        return false;
    }
    let mut folders: Vec<PathBuf> = vec![common.join("refs")];
    let mut next = 0;
    while let Some(folder) = folders.get(next) {
        next += 1;
        let Ok(entries) = std::fs::read_dir::<&Path>(folder) else { return false };
        for entry in entries.flatten().collect::<Vec<_>>() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) || folders.len() > MAX_FOLDERS {
                return false;
            }
            folders.push(entry.path());
        }
    }
    true
}
