//! Files on disk: what may be written, and writing it.
//!
//! Owns the order of the steps. The system's calls are in `unix` (and `portable` for the rest). The decisions to know:
//! every new file is complete beside the old one before the first takes the old one's place, so that a full disk
//! changes nothing; and a file that is not what was scanned any more is never replaced. A run that is killed can leave a
//! file under a name of its own, as `.dekey-fix-0123456789abcdef.tmp`, with the new text, or the old one where the two
//! had changed names and it was about to be removed. The next `--fix` that sees a file beside it removes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::place::{Place, Places};
use super::{CHANGED, Versions};
use crate::source::{RelPath, Walk};

#[cfg(not(unix))]
use super::portable as system;
#[cfg(unix)]
use super::unix as system;

pub use system::Lock;

/// The largest file that is written.
const MAX_BYTES: u64 = 64 << 20;

/// The files of a walk, as they lie on disk.
#[derive(Debug)]
pub struct Disk {
    places: Places,
    options: Options,
}

/// What is allowed that usually is not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Replacing a file that has other names, which keep the old contents.
    pub break_hardlinks: bool,
}

/// Why nothing was written.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// A file may not be replaced; without it the others could be.
    Refused(RelPath, String),
    /// Something that concerns more than one file: no space is left.
    Stopped(RelPath, String),
}

/// What kept a file from being written.
pub(super) enum Trouble {
    /// It concerns this file.
    File(String),
    /// It will concern others too.
    All(String),
}

impl Disk {
    /// The files that `walk` has found.
    #[must_use]
    pub fn new(walk: &Walk, options: Options) -> Self {
        Self { places: Places::new(walk), options }
    }

    /// The directory and the name of a file, without links if all is well.
    pub(super) fn place(&self, path: &RelPath) -> Result<Place, String> {
        let outside = "it lies outside of the directory dekey was started in; run dekey there";
        self.places.of(path).ok_or_else(|| outside.to_owned())
    }

    /// Reads a file that may be replaced.
    ///
    /// # Errors
    /// Why it may not be: a link, one of several names, read-only, no regular file.
    pub fn read(&self, path: &RelPath) -> Result<Vec<u8>, String> {
        let place = self.place(path)?;
        system::read(&place, self.options, MAX_BYTES).map_err(Trouble::into_words)
    }

    /// Removes what runs that were killed have left beside `files`: a new file that never took its place, or an old one
    /// whose place was taken. Whoever calls it holds the lock, so that no run is at work. Returns what was removed.
    pub fn clean<'f>(&self, files: impl Iterator<Item = &'f RelPath>) -> Vec<RelPath> {
        let folders: BTreeMap<&Path, &RelPath> =
            files.filter_map(|file| Some((file.as_path().parent()?, file))).collect();
        let within = |(folder, file): (&Path, &RelPath)| -> Vec<RelPath> {
            let removed = self.place(file).map(|place| system::clean(&place.dir)).unwrap_or_default();
            removed.into_iter().map(|name| RelPath::new(&folder.join(name))).collect()
        };
        folders.into_iter().flat_map(within).collect()
    }

    /// Writes all of `files`, or none of them unless the last step fails for one. Those for which it did are returned,
    /// with the reason.
    ///
    /// # Errors
    /// When nothing was written.
    pub fn write<'f>(
        &self,
        files: impl Iterator<Item = (&'f RelPath, &'f Versions)>,
    ) -> Result<Vec<(RelPath, String)>, Failure> {
        let mut ready: Vec<(&RelPath, system::Ready)> = Vec::new();
        for (path, versions) in files {
            let refused = |why| Failure::Refused(path.clone(), why);
            let place = self.place(path).map_err(refused)?;
            let prepared = system::prepare(place, versions, self.options, MAX_BYTES);
            ready.push((path, prepared.map_err(|trouble| trouble.of(path))?));
        }
        let mut failed = Vec::new();
        for (path, ready) in ready {
            if let Err(why) = ready.take_place() {
                failed.push((path.clone(), why));
            }
        }
        Ok(failed)
    }
}

impl Trouble {
    pub(super) fn changed() -> Self {
        Self::File(CHANGED.to_owned())
    }

    fn into_words(self) -> String {
        match self {
            Self::File(why) | Self::All(why) => why,
        }
    }

    fn of(self, path: &RelPath) -> Failure {
        match self {
            Self::File(why) => Failure::Refused(path.clone(), why),
            Self::All(why) => Failure::Stopped(path.clone(), why),
        }
    }
}

/// The name of a new file before it takes its place; none is longer than any system allows.
pub(super) fn temporary_name(number: u32) -> String {
    format!("{PREFIX}{:08x}{number:08x}{SUFFIX}", std::process::id())
}

const PREFIX: &str = ".dekey-fix-";
const SUFFIX: &str = ".tmp";

/// Whether this is the name of what an interrupted run has left: a new file that never took its place, or the old one.
pub(super) fn is_temporary(name: &str) -> bool {
    let digits = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What two runs that could meet both lock: the top of each work tree they are in, or the directories that were named.
#[must_use]
pub fn common(base: &Path, roots: &[PathBuf]) -> BTreeSet<PathBuf> {
    let real = roots.iter().filter_map(|root| base.join(root).canonicalize().ok());
    let dirs = real.filter_map(|real| if real.is_dir() { Some(real) } else { Some(real.parent()?.to_owned()) });
    dirs.map(|dir| crate::source::work_tree(&dir).unwrap_or(dir)).collect()
}
