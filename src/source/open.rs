//! Opening files of a hostile tree.
//!
//! Owns every `open` of this crate but those of the fix writer. It knows neither walking nor formats. The decision to
//! know: nothing is read before the opened handle has proved to be a regular file, no link is followed on the way, and
//! opening never waits (a pipe) nor takes over a terminal.
//!
//! On Unix a file is opened relative to the handle of its directory, which is opened with no link on the whole path.
//! Elsewhere there are no such calls; there the type is asked before opening, which a racing writer can beat.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// A regular file, open for reading.
#[derive(Debug)]
pub(crate) struct Regular {
    pub(crate) file: File,
    /// Its size when it was opened.
    pub(crate) size: u64,
}

/// Why a file was not opened.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// The system's own answer.
    Io(io::Error),
    /// It exists and is something else: "a directory", "a pipe".
    NotRegular(&'static str),
}

/// Why a named file was not read.
#[derive(Debug)]
pub enum ReadError {
    /// The system's own answer.
    Io(io::Error),
    /// It exists and is something else: "a directory", "a pipe".
    NotRegular(&'static str),
    /// It is larger than it may be.
    TooLarge {
        /// The most it may have, in bytes.
        limit: u64,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => f.write_str(&plain(error)),
            Self::NotRegular(kind) => write!(f, "it is {kind}, not a regular file"),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => f.write_str(&plain(error)),
            Self::NotRegular(kind) => write!(f, "it is {kind}, not a regular file"),
            Self::TooLarge { limit } => write!(f, "it is larger than {limit} bytes"),
        }
    }
}

impl std::error::Error for OpenError {}
impl std::error::Error for ReadError {}

impl From<OpenError> for ReadError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Io(error) => Self::Io(error),
            OpenError::NotRegular(kind) => Self::NotRegular(kind),
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The system's words without the error number, which differs between systems.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error ").unwrap_or(text.len());
    text[..end].to_lowercase()
}

/// Reads a file the user named: a configuration, a pack. A link is followed, as the user chose it.
///
/// # Errors
///
/// When it cannot be read, is no regular file, or has more than `limit` bytes.
pub fn read_named(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    read_to(system::open_following(path)?, limit)
}

/// Reads a file that was found, not named: a configuration or an ignore file of the scanned tree. The last segment
/// must not be a link.
///
/// # Errors
///
/// When it cannot be read, is no regular file, or has more than `limit` bytes.
pub fn read_found(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    read_to(system::open(path)?, limit)
}

/// Reads a file beneath `root`, a real path. No segment of `path`, which has names only, may be a link.
///
/// # Errors
///
/// When it cannot be read, is no regular file, lies behind a link, or has more than `limit` bytes.
pub fn read_beneath(root: &Path, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let parent = root.join(path.parent().unwrap_or(Path::new("")));
    if parent.canonicalize().map_err(ReadError::Io)? != parent {
        return Err(ReadError::NotRegular("behind a symbolic link"));
    }
    let dir = Dir::open_real(&parent).map_err(ReadError::Io)?;
    read_to(dir.open(path.file_name().unwrap_or_default())?, limit)
}

/// Reads all of an open file, at most `limit` bytes.
pub(crate) fn read_to(regular: Regular, limit: u64) -> Result<Vec<u8>, ReadError> {
    if regular.size > limit {
        return Err(ReadError::TooLarge { limit });
    }
    // The size is a hint: a file can grow, and some report none.
    let mut bytes = Vec::with_capacity(usize::try_from(regular.size).unwrap_or(0).saturating_add(1));
    regular.file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    Ok(bytes)
}

/// A directory, held open so that its files are opened beneath it.
#[derive(Debug)]
pub(crate) struct Dir(system::Handle);

impl Dir {
    /// Opens a directory by its real path: absolute, and no segment of it a link.
    pub(crate) fn open_real(path: &Path) -> io::Result<Self> {
        system::open_dir(path).map(Self)
    }

    /// Opens a file directly in this directory.
    pub(crate) fn open(&self, name: &OsStr) -> Result<Regular, OpenError> {
        system::open_in(&self.0, name)
    }

    /// Whether the directory has an entry of this name, whatever it is.
    pub(crate) fn has(&self, name: &OsStr) -> bool {
        system::exists_in(&self.0, name)
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for Dir {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Opens a file by its real path, its last segment not a link.
pub(crate) fn open_real(path: &Path) -> Result<Regular, OpenError> {
    system::open(path)
}

/// How many files this process may have open at a time, where there is such a limit.
pub(crate) fn open_limit() -> Option<u64> {
    system::open_limit()
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::FileTypeExt as _;
    use std::path::{Component, Path};

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, openat, statat};

    use super::{OpenError, OsStr, Regular};

    pub(super) type Handle = OwnedFd;

    const FILE: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

    /// A handle that only serves to open entries needs no read permission where the system has such handles.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const DIRECTORY: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

    pub(super) fn open_limit() -> Option<u64> {
        rustix::process::getrlimit(rustix::process::Resource::Nofile).current
    }

    pub(super) fn open_in(dir: &Handle, name: &OsStr) -> Result<Regular, OpenError> {
        regular(openat(dir, name, FILE | OFlags::NOFOLLOW, Mode::empty()))
    }

    pub(super) fn open(path: &Path) -> Result<Regular, OpenError> {
        not_special(&path.symlink_metadata()?)?;
        regular(openat(CWD, path, FILE | OFlags::NOFOLLOW, Mode::empty()))
    }

    pub(super) fn open_following(path: &Path) -> Result<Regular, OpenError> {
        not_special(&path.metadata()?)?;
        regular(openat(CWD, path, FILE, Mode::empty()))
    }

    pub(super) fn exists_in(dir: &Handle, name: &OsStr) -> bool {
        statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Opening a device can have effects (a tape rewinds), so the type is asked before; the answer that counts is the
    /// one after opening.
    fn not_special(metadata: &std::fs::Metadata) -> Result<(), OpenError> {
        let kind = metadata.file_type();
        if kind.is_fifo() || kind.is_socket() || kind.is_block_device() || kind.is_char_device() {
            return Err(OpenError::NotRegular("a pipe, socket or device"));
        }
        Ok(())
    }

    fn regular(opened: rustix::io::Result<OwnedFd>) -> Result<Regular, OpenError> {
        let fd = match opened {
            Ok(fd) => fd,
            Err(rustix::io::Errno::LOOP) => return Err(OpenError::NotRegular("a symbolic link")),
            Err(rustix::io::Errno::NXIO) => return Err(OpenError::NotRegular("a socket or device")),
            Err(errno) => return Err(OpenError::Io(errno.into())),
        };
        let stat = fstat(&fd).map_err(io::Error::from)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {
                Ok(Regular { file: File::from(fd), size: u64::try_from(stat.st_size).unwrap_or(0) })
            }
            FileType::Directory => Err(OpenError::NotRegular("a directory")),
            FileType::Symlink => Err(OpenError::NotRegular("a symbolic link")),
            FileType::Fifo => Err(OpenError::NotRegular("a pipe")),
            FileType::Socket => Err(OpenError::NotRegular("a socket")),
            _ => Err(OpenError::NotRegular("a device")),
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn open_dir(path: &Path) -> io::Result<Handle> {
        use rustix::fs::{ResolveFlags, openat2};
        use rustix::io::Errno;
        let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match openat2(CWD, path, DIRECTORY, Mode::empty(), resolve) {
            Ok(handle) => Ok(handle),
            // An old kernel does not have the call, a container's filter may forbid it.
            Err(Errno::NOSYS | Errno::PERM) => open_dir_by_segment(path),
            Err(errno) => Err(errno.into()),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn open_dir(path: &Path) -> io::Result<Handle> {
        open_dir_by_segment(path)
    }

    /// Opens one segment after the other, none of them through a link.
    pub(super) fn open_dir_by_segment(path: &Path) -> io::Result<Handle> {
        let start = if path.is_absolute() { "/" } else { "." };
        let mut handle = openat(CWD, start, DIRECTORY, Mode::empty())?;
        for component in path.components() {
            if let Component::Normal(name) = component {
                handle = openat(&handle, name, DIRECTORY, Mode::empty())?;
            }
        }
        Ok(handle)
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata};
    use std::io;
    use std::path::{Path, PathBuf};

    use super::{OpenError, OsStr, Regular};

    pub(super) type Handle = PathBuf;

    pub(super) fn open_limit() -> Option<u64> {
        None
    }

    pub(super) fn open_dir(path: &Path) -> io::Result<Handle> {
        Ok(path.to_owned())
    }

    pub(super) fn open_in(dir: &Handle, name: &OsStr) -> Result<Regular, OpenError> {
        open(&dir.join(name))
    }

    pub(super) fn exists_in(dir: &Handle, name: &OsStr) -> bool {
        dir.join(name).symlink_metadata().is_ok()
    }

    pub(super) fn open(path: &Path) -> Result<Regular, OpenError> {
        regular(&path.symlink_metadata()?)?;
        open_following(path)
    }

    pub(super) fn open_following(path: &Path) -> Result<Regular, OpenError> {
        regular(&path.metadata()?)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        regular(&metadata)?;
        Ok(Regular { file, size: metadata.len() })
    }

    fn regular(metadata: &Metadata) -> Result<(), OpenError> {
        if metadata.is_file() {
            Ok(())
        } else if metadata.is_dir() {
            Err(OpenError::NotRegular("a directory"))
        } else {
            Err(OpenError::NotRegular("a symbolic link or special file"))
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn scratch() -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap();
        (dir, real)
    }

    #[test]
    fn only_regular_files_are_opened() {
        let (_guard, real) = scratch();
        std::fs::write(real.join("file"), "x").unwrap();
        std::fs::create_dir(real.join("dir")).unwrap();
        std::os::unix::fs::symlink("file", real.join("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", real.join("zero")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(real.join("socket")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, real.join("pipe"), rustix::fs::Mode::RWXU).unwrap();

        let dir = Dir::open_real(&real).unwrap();
        assert_eq!(dir.open(OsStr::new("file")).unwrap().size, 1);
        for name in ["dir", "link", "zero", "socket", "pipe"] {
            assert!(matches!(dir.open(OsStr::new(name)), Err(OpenError::NotRegular(_))), "{name}");
            assert!(matches!(read_found(&real.join(name), 10), Err(ReadError::NotRegular(_))), "{name}");
        }
        for name in ["dir", "zero", "socket", "pipe"] {
            assert!(matches!(read_named(&real.join(name), 10), Err(ReadError::NotRegular(_))), "{name}");
        }
        assert_eq!(read_named(&real.join("link"), 10).unwrap(), b"x");
        assert!(dir.has(OsStr::new("pipe")) && !dir.has(OsStr::new("absent")));
    }

    #[test]
    fn no_segment_of_a_directory_may_be_a_link() {
        let (_guard, real) = scratch();
        std::fs::create_dir_all(real.join("a/b")).unwrap();
        std::os::unix::fs::symlink("a", real.join("l")).unwrap();
        assert!(Dir::open_real(&real.join("a/b")).is_ok());
        assert!(Dir::open_real(&real.join("l/b")).is_err());
        assert!(system::open_dir_by_segment(&real.join("a/b")).is_ok());
        assert!(system::open_dir_by_segment(&real.join("l/b")).is_err());
    }

    #[test]
    fn a_limit_is_a_limit() {
        let (_guard, real) = scratch();
        std::fs::write(real.join("file"), "12345").unwrap();
        assert_eq!(read_found(&real.join("file"), 5).unwrap(), b"12345");
        assert!(matches!(read_found(&real.join("file"), 4), Err(ReadError::TooLarge { limit: 4 })));
    }
}
/// Whether a file or a folder belongs to whoever runs this. Where there are no owners, it does.
pub(crate) fn is_own(metadata: &std::fs::Metadata) -> bool {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw();
    #[cfg(not(unix))]
    {
        let _ = metadata;
        true
    }
}
