//! What a git repository says about its work tree: which files it tracks.
//!
//! Owns finding the repository of a directory, its index and its `info/exclude`. The decisions to know: nothing of git
//! runs and no configuration of the repository is read, so nothing in it can name a program; and an index that cannot
//! be read makes everything count as tracked, so that ignore rules then hide nothing.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::hash::Kind;
use gix::index::State;
use gix::index::decode::Options;
use ignore::gitignore::Gitignore;

use super::ignores::{self, Allowance};
use super::open::{ReadError, open_real, read_found};

/// The largest index that is read: about two million files.
pub(crate) const MAX_INDEX: u64 = 256 << 20;
/// The most bytes all names of an index may have once their shared prefixes are written out.
const MAX_NAMES: usize = 512 << 20;
/// `.git` files, `commondir` files: one path.
pub(crate) const MAX_POINTER: u64 = 8 << 10;

/// A repository with a work tree.
#[derive(Debug)]
pub(crate) struct Repository {
    /// The top of the work tree: a real path.
    pub(crate) work_tree: PathBuf,
    pub(crate) git_dir: PathBuf,
    tracked: OnceLock<Result<Names, String>>,
}

/// Tracked paths, relative to the work tree, sorted by their bytes.
#[derive(Debug, Default)]
struct Names(Vec<Box<[u8]>>);

impl Repository {
    /// The repository whose work tree begins at `work_tree` (a real path). What has no readable `HEAD` is none.
    pub(crate) fn at(work_tree: &Path) -> Option<Self> {
        let dot_git = work_tree.join(".git");
        let kind = dot_git.symlink_metadata().ok()?.file_type();
        let git_dir = if kind.is_dir() {
            dot_git
        } else if kind.is_file() {
            // A linked work tree or a submodule: `gitdir: <path>`.
            let text = read_found(&dot_git, MAX_POINTER).ok()?;
            work_tree.join(pointer(text.strip_prefix(b"gitdir:")?)?)
        } else {
            return None;
        };
        open_real(&git_dir.join("HEAD")).ok()?;
        Some(Self { work_tree: work_tree.to_owned(), git_dir, tracked: OnceLock::new() })
    }

    /// What all work trees of the repository share.
    pub(crate) fn common_dir(&self) -> PathBuf {
        match read_found(&self.git_dir.join("commondir"), MAX_POINTER) {
            Ok(text) => pointer(&text).map_or_else(|| self.git_dir.clone(), |path| self.git_dir.join(path)),
            Err(_) => self.git_dir.clone(),
        }
    }

    /// The patterns of `info/exclude`; an error names the file and says why it was refused.
    pub(crate) fn exclude(&self, allowance: &Allowance) -> Result<Gitignore, (PathBuf, String)> {
        let path = self.common_dir().join("info/exclude");
        match read_found(&path, ignores::MAX_BYTES) {
            Ok(bytes) => ignores::compile(&self.work_tree, &bytes, allowance).map_err(|why| (path, why)),
            Err(ReadError::Io(error))
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
            {
                Ok(Gitignore::empty())
            }
            Err(error) => Err((path, error.to_string())),
        }
    }

    /// Whether the index lists this path (real, within the work tree) or, for a directory, something beneath it.
    ///
    /// `refused` hears once why the index could not be read, with its path; everything is tracked then.
    pub(crate) fn tracks(&self, path: &Path, is_dir: bool, refused: impl FnOnce(&Path, &str)) -> bool {
        let names = self.tracked.get_or_init(|| {
            let names = read_index(&self.git_dir);
            if let Err(why) = &names {
                refused(&self.git_dir.join("index"), why);
            }
            names
        });
        match (names, relative(&self.work_tree, path)) {
            (Ok(names), Some(name)) => names.has(&name) || (is_dir && names.has_beneath(name)),
            _ => true,
        }
    }
}

impl Names {
    fn has(&self, name: &[u8]) -> bool {
        self.0.binary_search_by(|known| known.as_ref().cmp(name)).is_ok()
    }

    fn has_beneath(&self, mut directory: Vec<u8>) -> bool {
        directory.push(b'/');
        let next = self.0.partition_point(|known| known.as_ref() < directory.as_slice());
        self.0.get(next).is_some_and(|known| known.starts_with(&directory))
    }
}

/// The path as git writes it: `/` between segments.
pub(crate) fn relative(work_tree: &Path, path: &Path) -> Option<Vec<u8>> {
    let path = path.strip_prefix(work_tree).ok()?;
    let bytes = path.as_os_str().as_encoded_bytes();
    Some(if cfg!(windows) {
        bytes.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect()
    } else {
        bytes.to_vec()
    })
}

/// The path in a file that holds nothing else.
fn pointer(text: &[u8]) -> Option<PathBuf> {
    let text = text.trim_ascii();
    #[cfg(unix)]
    let path = {
        use std::os::unix::ffi::OsStrExt as _;
        PathBuf::from(std::ffi::OsStr::from_bytes(text))
    };
    #[cfg(not(unix))]
    let path = PathBuf::from(str::from_utf8(text).ok()?);
    (!text.is_empty() && !text.contains(&b'\n') && !text.contains(&0)).then_some(path)
}

/// All names of the index. A repository without one tracks nothing yet.
fn read_index(git_dir: &Path) -> Result<Names, String> {
    let mut names = Vec::new();
    let bytes = match read_found(&git_dir.join("index"), MAX_INDEX) {
        Ok(bytes) => bytes,
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(Names::default()),
        Err(error) => return Err(error.to_string()),
    };
    let state = decode(&bytes)?;
    drop(bytes);
    take_names(&state, &mut names);
    if let Some(link) = state.link() {
        // A split index: most names are in a second file. What the first one deletes from it stays listed here, which
        // makes a few more files count as tracked.
        let shared = git_dir.join(format!("sharedindex.{}", link.shared_index_checksum));
        let bytes = read_found(&shared, MAX_INDEX).map_err(|error| format!("its shared part: {error}"))?;
        take_names(&decode(&bytes)?, &mut names);
    }
    names.sort_unstable();
    Ok(Names(names))
}

fn take_names(state: &State, names: &mut Vec<Box<[u8]>>) {
    // In a split index an entry that replaces a shared one has no name of its own.
    // A directory of a sparse index ends in `/` and is not in the work tree.
    let listed = state.entries().iter().map(|entry| -> &[u8] { entry.path(state) });
    names.extend(listed.filter(|name| !name.is_empty() && !name.ends_with(b"/")).map(Box::from));
}

pub(crate) fn decode(bytes: &[u8]) -> Result<State, String> {
    let kind = checksum_kind(bytes).ok_or("its checksum is wrong")?;
    if names_len(bytes, kind).is_none_or(|length| length > MAX_NAMES) {
        return Err("it is malformed or its names are too long".to_owned());
    }
    // One thread: the other path of the decoder trusts offsets that the file states.
    let options = Options { thread_limit: Some(1), ..Options::default() };
    let now = State::new(kind).timestamp();
    // The decoder is not ours, and its input is hostile: a panic in it is a refusal like any other.
    match catch_unwind(AssertUnwindSafe(|| State::from_bytes(bytes, now, kind, options))) {
        Ok(Ok((state, _))) => Ok(state),
        Ok(Err(_)) | Err(_) => Err("it is malformed".to_owned()),
    }
}

/// Which hash the repository uses, told by the checksum at the end; git may leave that blank, then SHA-1 is likely.
fn checksum_kind(bytes: &[u8]) -> Option<Kind> {
    [Kind::Sha1, Kind::Sha256].into_iter().find(|kind| {
        let Some(at) = bytes.len().checked_sub(kind.len_in_bytes()) else { return false };
        let (content, checksum) = bytes.split_at(at);
        let mut hasher = gix::hash::hasher(*kind);
        hasher.update(content);
        checksum.iter().all(|&byte| byte == 0) || hasher.try_finalize().is_ok_and(|hash| hash.as_slice() == checksum)
    })
}

/// How long all names are once written out. Version 4 shares prefixes between neighbours, so that a small index can
/// stand for more names than fit into memory; the decoder does not limit that.
fn names_len(bytes: &[u8], kind: Kind) -> Option<usize> {
    let version = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
    if version != 4 {
        return Some(bytes.len());
    }
    let count = u32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?);
    let (mut rest, mut total, mut previous) = (bytes.get(12..)?, 0usize, 0usize);
    for _ in 0..count {
        let fixed = 40 + kind.len_in_bytes();
        let extended = rest.get(fixed)? & 0x40 != 0;
        rest = rest.get(fixed + if extended { 4 } else { 2 }..)?;
        let mut strip = 0usize;
        loop {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            strip = strip.checked_shl(7)?.checked_add(usize::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                break;
            }
            strip = strip.checked_add(1)?;
            if strip > bytes.len() {
                return None;
            }
        }
        let suffix = memchr::memchr(0, rest)?;
        rest = &rest[suffix + 1..];
        previous = previous.checked_sub(strip)?.checked_add(suffix)?;
        total = total.checked_add(previous)?;
    }
    Some(total)
}
