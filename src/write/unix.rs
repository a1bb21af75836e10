//! The system's calls on Unix.
//!
//! Owns opening for writing, the new file's attributes, and the rename. The decisions to know: everything happens in a
//! directory that was opened with no link on its path, by names of that directory; a new file can be read by its owner
//! alone until it has the attributes of the old one; and what cannot be kept is a reason not to write.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, Stat, XattrFlags};
use rustix::io::Errno;

use super::Versions;
use super::disk::{Options, Trouble, is_temporary, temporary_name};
use super::place::Place;
use crate::source::{Dir, OpenError, Regular};

/// Reads a file that may be replaced.
pub(super) fn read(place: &Place, options: Options, limit: u64) -> Result<Vec<u8>, Trouble> {
    let dir = open_dir(&place.dir)?;
    Ok(Target::open(&dir, &place.name, options, limit)?.bytes)
}

/// The old file, open.
struct Target {
    file: File,
    stat: Stat,
    bytes: Vec<u8>,
}

impl Target {
    fn open(dir: &Dir, name: &OsStr, options: Options, limit: u64) -> Result<Self, Trouble> {
        let Regular { mut file, .. } = dir.open(name).map_err(|error| match error {
            OpenError::NotRegular(kind) => Trouble::File(format!("it is {kind}")),
            OpenError::Io(error) => trouble(&error),
        })?;
        let stat = rustix::fs::fstat(&file).map_err(errno)?;
        if stat.st_nlink > 1 && !options.break_hardlinks {
            let why =
                "it has other names (hard links), which would keep the old contents; `--break-hardlinks` allows that";
            return Err(Trouble::File(why.to_owned()));
        }
        // Replacing a file needs no permission to write to it, but its owner has said something.
        let mode = Mode::from_raw_mode(stat.st_mode);
        let writable = mode.intersects(Mode::WUSR | Mode::WGRP | Mode::WOTH)
            && rustix::fs::accessat(dir.as_fd(), name, rustix::fs::Access::WRITE_OK, AtFlags::empty()).is_ok();
        if !writable || is_immutable(&file) {
            return Err(Trouble::File("it is read-only".to_owned()));
        }
        let mut bytes = Vec::new();
        (&mut file).take(limit + 1).read_to_end(&mut bytes).map_err(|error| trouble(&error))?;
        if bytes.len() as u64 > limit {
            return Err(Trouble::File("it is too large".to_owned()));
        }
        Ok(Self { file, stat, bytes })
    }
}

/// A new file, complete, and what it replaces.
#[derive(Debug)]
pub(super) struct Ready {
    place: Place,
    temporary: Temporary,
    old: Identity,
}

/// What tells whether a file is still the one that was looked at.
#[derive(Debug, PartialEq, Eq)]
struct Identity(u64, u64, i64, [i64; 4]);

impl Identity {
    // The types of these fields differ between systems.
    #[allow(clippy::unnecessary_cast, clippy::cast_possible_wrap, clippy::useless_conversion, reason = "as above")]
    fn of(stat: &Stat) -> Self {
        let times = [stat.st_mtime as i64, stat.st_mtime_nsec as i64, stat.st_ctime as i64, stat.st_ctime_nsec as i64];
        Self(stat.st_dev as u64, stat.st_ino as u64, stat.st_size as i64, times)
    }

    /// The same, but for when its name changed last.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn is_content_of(&self, other: &Self) -> bool {
        let Self(device, inode, size, [seconds, nanos, ..]) = self;
        let Self(other_device, other_inode, other_size, [other_seconds, other_nanos, ..]) = other;
        (device, inode, size, seconds, nanos) == (other_device, other_inode, other_size, other_seconds, other_nanos)
    }
}

/// A new file under its temporary name; it goes with this value.
#[derive(Debug)]
struct Temporary {
    dir: std::path::PathBuf,
    name: String,
    placed: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.placed
            && let Ok(dir) = Dir::open_real(&self.dir)
        {
            // What cannot be removed now is removed by the next run.
            _ = rustix::fs::unlinkat(dir.as_fd(), self.name.as_str(), AtFlags::empty());
        }
    }
}

/// Writes the new file beside the old one, which must still be what was scanned.
pub(super) fn prepare(place: Place, versions: &Versions, options: Options, limit: u64) -> Result<Ready, Trouble> {
    let dir = open_dir(&place.dir)?;
    let target = Target::open(&dir, &place.name, options, limit)?;
    if target.bytes != versions.before {
        return Err(Trouble::changed());
    }
    let (temporary, mut file) = create(&dir, &place.dir)?;
    file.write_all(&versions.after).map_err(|error| trouble(&error))?;
    keep_attributes(&target, &file)?;
    file.sync_all().map_err(|error| trouble(&error))?;
    Ok(Ready { place, temporary, old: Identity::of(&target.stat) })
}

impl Ready {
    /// Puts the new file in place of the old one, unless that is another one by now.
    pub(super) fn take_place(mut self) -> Result<(), String> {
        let placed = || -> Result<(), Trouble> {
            let dir = open_dir(&self.place.dir)?;
            let now = rustix::fs::statat(dir.as_fd(), &self.place.name, AtFlags::SYMLINK_NOFOLLOW).map_err(errno)?;
            if Identity::of(&now) != self.old {
                return Err(Trouble::changed());
            }
            replace(&dir, &self.temporary.name, &self.place.name, &self.old)?;
            // The file is in its place; that the directory is not on disk yet is no reason to say otherwise.
            _ = readable(&dir).and_then(rustix::fs::fsync);
            Ok(())
        };
        match placed() {
            Ok(()) => {
                self.temporary.placed = true;
                Ok(())
            }
            Err(Trouble::File(why) | Trouble::All(why)) => Err(why),
        }
    }
}

/// Gives the new file the old one's name. Where the system can exchange two names, what comes out is looked at once more:
/// what somebody saved a moment ago goes back to its place.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn replace(dir: &Dir, from: &str, to: &OsStr, old: &Identity) -> Result<(), Trouble> {
    let exchange = || rustix::fs::renameat_with(dir.as_fd(), from, dir.as_fd(), to, rustix::fs::RenameFlags::EXCHANGE);
    match exchange() {
        Ok(()) => (),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => return rename(dir, from, to),
        Err(error) => return Err(errno(error)),
    }
    let out = rustix::fs::statat(dir.as_fd(), from, AtFlags::SYMLINK_NOFOLLOW);
    if out.is_ok_and(|out| Identity::of(&out).is_content_of(old)) {
        // What cannot be removed now is removed by the next run.
        _ = rustix::fs::unlinkat(dir.as_fd(), from, AtFlags::empty());
        return Ok(());
    }
    exchange().map_err(errno).or_else(|_| rename(dir, from, to))?;
    Err(Trouble::changed())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn replace(dir: &Dir, from: &str, to: &OsStr, _: &Identity) -> Result<(), Trouble> {
    rename(dir, from, to)
}

fn rename(dir: &Dir, from: &str, to: &OsStr) -> Result<(), Trouble> {
    rustix::fs::renameat(dir.as_fd(), from, dir.as_fd(), to).map_err(errno)
}

fn create(dir: &Dir, path: &Path) -> Result<(Temporary, File), Trouble> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Names can be taken by what another run, or an enemy, has left.
    for _ in 0..64 {
        let name = temporary_name(NUMBER.fetch_add(1, Ordering::Relaxed));
        match rustix::fs::openat(dir.as_fd(), name.as_str(), flags, Mode::RUSR | Mode::WUSR) {
            Ok(fd) => return Ok((Temporary { dir: path.to_owned(), name, placed: false }, File::from(fd))),
            Err(Errno::EXIST) => (),
            Err(error) => return Err(in_directory(error)),
        }
    }
    Err(Trouble::File("no temporary file can be made beside it".to_owned()))
}

/// Owner, mode and extended attributes of the old file for the new one.
fn keep_attributes(target: &Target, file: &File) -> Result<(), Trouble> {
    let lost = |what: &str| Trouble::File(format!("its {what} cannot be kept"));
    let wanted = &target.stat;
    let made = rustix::fs::fstat(file).map_err(errno)?;
    if (made.st_uid, made.st_gid) != (wanted.st_uid, wanted.st_gid) {
        let (owner, group) = (rustix::fs::Uid::from_raw(wanted.st_uid), rustix::fs::Gid::from_raw(wanted.st_gid));
        rustix::fs::fchown(file, Some(owner), Some(group)).map_err(|_| lost("owner"))?;
    }
    rustix::fs::fchmod(file, Mode::from_raw_mode(wanted.st_mode)).map_err(|_| lost("mode"))?;
    let (old, new) = (attributes(&target.file)?, attributes(file)?);
    for (name, _) in new.iter().filter(|(name, _)| !old.iter().any(|(kept, _)| kept == name)) {
        rustix::fs::fremovexattr(file, name.as_c_str()).map_err(|_| lost("access list"))?;
    }
    for entry in old.iter().filter(|entry| !new.contains(entry)) {
        rustix::fs::fsetxattr(file, entry.0.as_c_str(), &entry.1, XattrFlags::empty())
            .map_err(|_| lost("extended attributes"))?;
    }
    let made = rustix::fs::fstat(file).map_err(errno)?;
    if (made.st_mode, made.st_uid, made.st_gid) != (wanted.st_mode, wanted.st_uid, wanted.st_gid) {
        return Err(lost("mode"));
    }
    Ok(())
}

type Attribute = (CString, Vec<u8>);

/// The extended attributes, access lists among them; none where the file system has none.
fn attributes(file: &File) -> Result<Vec<Attribute>, Trouble> {
    let unreadable = |_| Trouble::File("its extended attributes cannot be read".to_owned());
    let mut names = vec![0; 64 << 10];
    let length = match rustix::fs::flistxattr(file, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => 0,
        Err(error) => return Err(unreadable(error)),
    };
    let names = names[..length].split_inclusive(|byte| *byte == 0);
    let mut value = vec![0; 64 << 10];
    let read = |name: &[u8]| {
        let name = CStr::from_bytes_with_nul(name).map_err(|_| unreadable(Errno::INVAL))?;
        let length = rustix::fs::fgetxattr(file, name, value.as_mut_slice()).map_err(unreadable)?;
        Ok((name.to_owned(), value[..length].to_vec()))
    };
    names.map(read).collect()
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_immutable(file: &File) -> bool {
    rustix::fs::ioctl_getflags(file)
        .is_ok_and(|flags| flags.intersects(rustix::fs::IFlags::IMMUTABLE | rustix::fs::IFlags::APPEND))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_immutable(_: &File) -> bool {
    false
}

/// Removes what interrupted runs have left in a directory, and tells its names.
pub(super) fn clean(path: &Path) -> Vec<String> {
    // Whatever fails here is no reason not to go on; the file stays for the next run.
    let Ok(dir) = Dir::open_real(path) else { return Vec::new() };
    let Ok(entries) = readable(&dir).and_then(rustix::fs::Dir::new) else { return Vec::new() };
    let own = |name: &str| {
        rustix::fs::statat(dir.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| {
            rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file()
                && stat.st_uid == rustix::process::geteuid().as_raw()
        })
    };
    let names = entries.flatten().filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned));
    let left: Vec<String> = names.filter(|name| is_temporary(name) && own(name)).collect();
    left.into_iter().filter(|name| rustix::fs::unlinkat(dir.as_fd(), name.as_str(), AtFlags::empty()).is_ok()).collect()
}

/// Keeps two runs from writing at once.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock goes with the handle")] Option<OwnedFd>);

/// How often a lock is tried, and how long it is waited between.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

impl Lock {
    /// Locks a directory, without a file in it. `waiting` hears once that another run has it.
    ///
    /// # Errors
    /// When that run does not end within a minute, or the directory cannot be opened.
    pub fn take(dir: &Path, waiting: impl FnOnce()) -> io::Result<Self> {
        let dir = readable(&Dir::open_real(dir)?)?;
        let mut waiting = Some(waiting);
        for _ in 0..TRIES {
            match rustix::fs::flock(&dir, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self(Some(dir))),
                Err(Errno::WOULDBLOCK) => {
                    if let Some(waiting) = waiting.take() {
                        waiting();
                    }
                    std::thread::sleep(PAUSE);
                }
                // A file system without locks; what a run writes is compared with what it read anyway.
                Err(_) => return Ok(Self(None)),
            }
        }
        Err(io::Error::new(io::ErrorKind::WouldBlock, "another dekey is at work there"))
    }
}

/// A handle of the directory that can be read and synchronised.
fn readable(dir: &Dir) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(dir.as_fd(), ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

fn open_dir(path: &Path) -> Result<Dir, Trouble> {
    Dir::open_real(path).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::LOOP | Errno::NOTDIR) => Trouble::File("a symbolic link is on the way to it".to_owned()),
        _ => trouble(&error),
    })
}

/// What hinders one file, and what will hinder others too.
fn trouble(error: &io::Error) -> Trouble {
    use io::ErrorKind::{NotFound, PermissionDenied, ReadOnlyFilesystem, StaleNetworkFileHandle};
    let why = crate::source::plain(error);
    match error.kind() {
        NotFound | StaleNetworkFileHandle => Trouble::changed(),
        PermissionDenied | ReadOnlyFilesystem => Trouble::File(why),
        _ => Trouble::All(why),
    }
}

fn errno(error: Errno) -> Trouble {
    trouble(&error.into())
}

fn in_directory(error: Errno) -> Trouble {
    match errno(error) {
        Trouble::File(why) => Trouble::File(format!("no file can be made beside it: {why}")),
        other => other,
    }
}
