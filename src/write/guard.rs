//! Whether what a fix replaces could be had back.
//!
//! Owns the question, not the repository: git is the undo of `--fix`, so that a file is only changed when git has it as
//! it is. Nothing of git runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::disk::Disk;
use super::{Planned, Versions};
use crate::source::{RelPath, Snapshot, Status, around};

/// What is allowed that usually is not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Changing files with changes that are not committed; this implies `staged`.
    pub dirty: bool,
    /// Changing files with changes that are staged.
    pub staged: bool,
    /// Changing files outside of a repository.
    pub no_vcs: bool,
}

/// Why a file should not be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Risk {
    /// It is in no repository.
    NoRepository,
    /// It has changes that are not even staged, or git does not track it.
    Dirty,
    /// It has changes that are staged.
    Staged,
    /// The repository could not be read, and why.
    Unknown(String),
}

/// The files of a plan that git could not restore, and that are not allowed to be changed nevertheless.
#[must_use]
pub fn dirty(planned: &Planned<'_>, disk: &Disk, allowed: Allowed) -> Vec<(RelPath, Risk)> {
    let mut known = BTreeMap::new();
    let risks = planned.files.iter().filter_map(|(path, versions)| {
        let risk = risk(path, versions, disk, &mut known)?;
        let fine = match risk {
            Risk::NoRepository => allowed.no_vcs,
            Risk::Staged => allowed.staged || allowed.dirty,
            Risk::Dirty | Risk::Unknown(_) => allowed.dirty,
        };
        (!fine).then(|| (path.clone(), risk))
    });
    risks.collect()
}

type Repositories = BTreeMap<PathBuf, Result<Snapshot, String>>;

fn risk(path: &RelPath, versions: &Versions, disk: &Disk, known: &mut Repositories) -> Option<Risk> {
    let place = disk.place(path).map_err(Risk::Unknown);
    let place = match place {
        Ok(place) => place,
        Err(risk) => return Some(risk),
    };
    let Some(repository) = around(&place.dir) else { return Some(Risk::NoRepository) };
    let snapshot = known.entry(repository.work_tree.clone()).or_insert_with(|| Snapshot::of(&repository));
    let status = snapshot.as_ref().map_err(String::clone);
    match status.and_then(|snapshot| snapshot.status(&place.dir.join(&place.name), &versions.before)) {
        Ok(Status::Committed) => None,
        Ok(Status::Staged) => Some(Risk::Staged),
        Ok(Status::Modified) => Some(Risk::Dirty),
        Err(why) => Some(Risk::Unknown(why)),
    }
}
