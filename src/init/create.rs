//! Making new files.
//!
//! Owns the one way in which setting up writes. The decision to know: a file is made only where none is, beneath the
//! root and through no link, so that nothing is ever replaced and nothing lands elsewhere.

use std::io;
use std::path::Path;

/// Makes a file and the directories above it. `root` is a real path, `path` has names only. `false` when something is
/// there already, which stays as it is.
///
/// # Errors
///
/// When it cannot be written, or a link or a file is on the way.
pub fn create(root: &Path, path: &Path, text: &str, executable: bool) -> io::Result<bool> {
    system::create(root, path, text.as_bytes(), executable)
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io::{self, Write as _};
    use std::os::fd::{AsFd as _, OwnedFd};
    use std::path::Path;

    use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, unlinkat};
    use rustix::io::Errno;

    use crate::source::Dir;

    const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    const NEW: OFlags =
        OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

    pub(super) fn create(root: &Path, path: &Path, bytes: &[u8], executable: bool) -> io::Result<bool> {
        let name = path.file_name().unwrap_or_default();
        let mut dir: OwnedFd = openat(Dir::open_real(root)?.as_fd(), ".", DIRECTORY, Mode::empty())?;
        for segment in path.parent().into_iter().flat_map(Path::iter) {
            match mkdirat(&dir, segment, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => dir = openat(&dir, segment, DIRECTORY, Mode::empty())?,
                Err(error) => return Err(error.into()),
            }
        }
        // The process's mask applies, as to any new file.
        let mode = Mode::from_raw_mode(if executable { 0o777 } else { 0o666 });
        let mut file = match openat(&dir, name, NEW, mode) {
            Ok(file) => File::from(file),
            Err(Errno::EXIST) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            // Half a file is worse than none; it is ours, made a moment ago.
            _ = unlinkat(&dir, name, AtFlags::empty());
            return Err(error);
        }
        Ok(true)
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{self, File};
    use std::io::{self, Write as _};
    use std::path::Path;

    pub(super) fn create(root: &Path, path: &Path, bytes: &[u8], _: bool) -> io::Result<bool> {
        let mut dir = root.to_owned();
        for segment in path.parent().into_iter().flat_map(Path::iter) {
            dir.push(segment);
            match fs::create_dir(&dir) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ if dir.canonicalize()? != dir => return Err(io::ErrorKind::NotADirectory.into()),
                _ => (),
            }
        }
        let path = root.join(path);
        let mut file = match File::create_new(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(error),
        };
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            // Half a file is worse than none; it is ours, made a moment ago.
            _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(true)
    }
}
