//! Where caches are: a folder that is this user's own.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::EXTENSION;
use crate::source::open::{is_own, plain};

/// What the names of files end with that are being written.
pub(super) const UNFINISHED: &str = ".new";
/// After this a file that is still being written belongs to a run that was killed.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder for caches that the environment tells of: `$DEKEY_CACHE_DIR`, or `dekey` among the user's caches. None if the
/// first is empty, or nothing tells.
pub(crate) fn dir(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(dir) = variable("DEKEY_CACHE_DIR") {
        return (!dir.is_empty()).then(|| dir.into());
    }
    // A relative one is to be ignored, says the XDG Base Directory Specification.
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else {
        let home = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(home)))
    };
    Some(caches?.join("dekey"))
}

/// The real path of the folder, which is made if need be, and is not within any of these paths.
pub(super) fn prepared(dir: &Path, within: &[&Path]) -> Result<PathBuf, String> {
    let wrong = |error: io::Error| plain(&error);
    // Nothing is made where it may not be.
    let existing = dir.ancestors().find(|path| path.exists() || path.as_os_str().is_empty()).unwrap_or(dir);
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    outside(&existing.canonicalize().map_err(wrong)?, within)?;
    make(dir).map_err(wrong)?;
    let real = dir.canonicalize().map_err(wrong)?;
    outside(&real, within)?;
    let metadata = real.metadata().map_err(wrong)?;
    if !metadata.is_dir() {
        return Err("it is no directory".to_owned());
    }
    is_ours(&metadata)?;
    Ok(real)
}

fn outside(dir: &Path, within: &[&Path]) -> Result<(), String> {
    let holds = |path: &&Path| path.canonicalize().is_ok_and(|path| dir.starts_with(path));
    if within.iter().any(holds) { Err("it lies in the repository that is examined".to_owned()) } else { Ok(()) }
}

fn make(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Whether a file or a folder is this user's, and nobody else can write to it.
pub(super) fn is_ours(metadata: &Metadata) -> Result<(), String> {
    if !is_own(metadata) {
        return Err("it belongs to another user".to_owned());
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(metadata) & 0o022 != 0 {
        return Err("other users can write to it".to_owned());
    }
    Ok(())
}

/// Notes that a file is in use.
pub(super) fn touch(file: &Path) -> io::Result<()> {
    File::options().append(true).open(file)?.set_modified(SystemTime::now())
}

/// Removes what is too much in a folder of caches, `kept` never. What cannot be removed stays.
pub(super) fn tidy(dir: &Path, kept: &Path, most: usize, together: u64) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut caches = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        // What links lead to, and what is not made here, is left alone.
        let Ok(metadata) = path.symlink_metadata() else { continue };
        let Ok(modified) = metadata.modified() else { continue };
        if !metadata.is_file() || path == kept {
            continue;
        }
        if name.starts_with(".dekey-") && name.ends_with(UNFINISHED) {
            if modified.elapsed().is_ok_and(|age| age > ABANDONED) {
                let _ = std::fs::remove_file(&path);
            }
        } else if let Some(stem) = name.strip_suffix(EXTENSION).and_then(|name| name.strip_suffix('.'))
            && stem.len() == 32
            && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            caches.push((modified, metadata.len(), path));
        }
    }
    caches.sort_unstable_by(|one, other| other.cmp(one));
    let mut bytes = kept.metadata().map_or(0, |metadata| metadata.len());
    for (place, (_, length, path)) in caches.into_iter().enumerate() {
        bytes = bytes.saturating_add(length);
        if place + 1 >= most || bytes > together {
            let _ = std::fs::remove_file(path);
        }
    }
}
