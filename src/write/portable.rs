//! Writing files where there are no calls relative to a directory.
//!
//! Owns the same steps as `unix` with what the standard library has: whole files, replaced by renaming, but no lock, and
//! a racing writer can come between a look and the rename.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::{NamedTempFile, TempPath};

use super::Versions;
use super::disk::{Options, Trouble, is_temporary, temporary_name};
use super::place::Place;

/// New files in one directory.
const MAX_FILES: u32 = 1 << 16;

/// Reads a file that may be replaced.
pub(super) fn read(place: &Place, _: Options, limit: u64) -> Result<Vec<u8>, Trouble> {
    Ok(look(place, limit)?.1)
}

fn look(place: &Place, limit: u64) -> Result<(Metadata, Vec<u8>), Trouble> {
    let path = place.dir.join(&place.name);
    // Of a path with a link on it the real one differs.
    if place.dir.canonicalize().map_err(file)? != place.dir {
        return Err(Trouble::File("a link is on the way to it".to_owned()));
    }
    let metadata = path.symlink_metadata().map_err(file)?;
    match () {
        () if !metadata.is_file() => Err(Trouble::File("it is a link or no regular file".to_owned())),
        () if metadata.permissions().readonly() => Err(Trouble::File("it is read-only".to_owned())),
        () if metadata.len() > limit => Err(Trouble::File("it is too large".to_owned())),
        () => Ok((metadata, fs::read(&path).map_err(file)?)),
    }
}

/// A new file, complete, and what it replaces.
#[derive(Debug)]
pub(super) struct Ready {
    place: Place,
    temporary: NamedTempFile,
    old: Metadata,
}

/// Writes the new file beside the old one, which must still be what was scanned.
pub(super) fn prepare(place: Place, versions: &Versions, _: Options, limit: u64) -> Result<Ready, Trouble> {
    let (old, bytes) = look(&place, limit)?;
    if bytes != versions.before {
        return Err(Trouble::changed());
    }
    let mut temporary = create(&place.dir)?;
    temporary.write_all(&versions.after).map_err(all)?;
    temporary.as_file().sync_all().map_err(all)?;
    Ok(Ready { place, temporary, old })
}

fn create(dir: &Path) -> Result<NamedTempFile, Trouble> {
    // Names can be taken by what another run has left, and by files of this one.
    for number in 0..MAX_FILES {
        let path = dir.join(temporary_name(number));
        match fs::File::create_new(&path) {
            Ok(made) => return Ok(NamedTempFile::from_parts(made, TempPath::try_from_path(path).map_err(all)?)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (),
            Err(error) => return Err(file(error)),
        }
    }
    Err(Trouble::File("no temporary file can be made beside it".to_owned()))
}

impl Ready {
    /// Puts the new file in place of the old one, unless that is another one by now.
    pub(super) fn take_place(self) -> Result<(), String> {
        let path = self.place.dir.join(&self.place.name);
        let now = path.symlink_metadata().map_err(|error| crate::source::plain(&error))?;
        let same = now.len() == self.old.len() && now.modified().ok() == self.old.modified().ok() && now.is_file();
        if !same {
            return Err(super::CHANGED.to_owned());
        }
        self.temporary.persist(path).map(drop).map_err(|error| crate::source::plain(&error.error))
    }
}

/// Removes what interrupted runs have left in a directory, and tells its names.
pub(super) fn clean(path: &Path) -> Vec<String> {
    let is_left = |entry: &fs::DirEntry| {
        entry.file_name().to_str().is_some_and(is_temporary) && entry.file_type().is_ok_and(|kind| kind.is_file())
    };
    let left = fs::read_dir(path).into_iter().flatten().flatten().filter(is_left);
    // What stays is removed by the next run.
    let removed = left.filter(|entry| fs::remove_file(entry.path()).is_ok());
    removed.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Keeps two runs from writing at once, elsewhere.
#[derive(Debug)]
pub struct Lock;

impl Lock {
    /// Locks nothing: what a run writes is compared with what it read anyway.
    ///
    /// # Errors
    /// None here.
    pub fn take(_: &Path, _: impl FnOnce()) -> io::Result<Self> {
        Ok(Self)
    }
}

fn file(error: io::Error) -> Trouble {
    Trouble::File(crate::source::plain(&error))
}

fn all(error: io::Error) -> Trouble {
    Trouble::All(crate::source::plain(&error))
}
