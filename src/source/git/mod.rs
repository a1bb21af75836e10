//! Reading git repositories.
//!
//! Owns finding the repository of a directory, its index and its `info/exclude`; what is in it is read by the modules
//! below. The decisions to know: nothing of git runs and no configuration of the repository is read, so nothing in it
//! can name a program; every file of it is opened as any other of the tree, since it may be hostile too; and an index that
//! cannot be read makes everything count as tracked, so that ignore rules then hide nothing.

pub(crate) mod head;
mod index;
pub(crate) mod objects;
pub(crate) mod packs;
pub(crate) mod refs;
pub(crate) mod revision;
pub(crate) mod staged;
pub(crate) mod status;
#[cfg(all(test, unix))]
mod tests;
pub(crate) mod timeline;
pub(crate) mod tree;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::hash::Kind;
use ignore::gitignore::Gitignore;

use super::ignores::{self, Allowance};
use super::open::{ReadError, open_real, read_found};
use index::Index;
pub(crate) use objects::Objects;
pub(crate) use status::{Snapshot, Status};

/// `.git` files, `commondir` files: one path.
const MAX_POINTER: u64 = 8 << 10;

/// A repository.
#[derive(Debug)]
pub(crate) struct Repository {
    /// The top of the work tree: a real path. A bare repository has none; its own directory stands here.
    pub(crate) work_tree: PathBuf,
    pub(crate) git_dir: PathBuf,
    tracked: OnceLock<Result<Index, String>>,
}

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

    /// The repository that `dir`, a real path, is itself: a bare one, or what is called `.git` elsewhere.
    pub(crate) fn bare(dir: &Path) -> Option<Self> {
        let is_dir = |name: &str| dir.join(name).symlink_metadata().is_ok_and(|found| found.is_dir());
        if !is_dir("objects") || !is_dir("refs") || dir.join(".git").symlink_metadata().is_ok() {
            return None;
        }
        open_real(&dir.join("HEAD")).ok()?;
        Some(Self { work_tree: dir.to_owned(), git_dir: dir.to_owned(), tracked: OnceLock::new() })
    }

    /// Whether it has no work tree, and lies where one would begin.
    pub(crate) fn is_bare(&self) -> bool {
        self.work_tree == self.git_dir
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
        let index = self.tracked.get_or_init(|| {
            let index = Index::read(&self.index());
            if let Err(why) = &index {
                refused(&self.index(), why);
            }
            index.map(|index| index.unwrap_or_else(|| Index::empty(Kind::Sha1)))
        });
        match (index, relative(&self.work_tree, path)) {
            (Ok(index), Some(name)) => index.tracks(name, is_dir),
            _ => true,
        }
    }

    /// Where the index is.
    pub(crate) fn index(&self) -> PathBuf {
        self.git_dir.join("index")
    }
}

/// The nearest repository around a real path that is no part of one itself.
pub(crate) fn around(path: &Path) -> Option<Repository> {
    path.ancestors().find_map(Repository::at)
}

/// The top of the work tree that a real directory belongs to.
pub(crate) fn work_tree(dir: &Path) -> Option<PathBuf> {
    Some(around(dir)?.work_tree)
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

/// The way to what git calls `name`, from the top of the work tree. `None` where the system has no such name.
pub(crate) fn path_of(name: &[u8]) -> Option<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        Some(PathBuf::from(std::ffi::OsStr::from_bytes(name)))
    }
    #[cfg(not(unix))]
    {
        Some(PathBuf::from(str::from_utf8(name).ok()?))
    }
}

/// The path in a file that holds nothing else.
fn pointer(text: &[u8]) -> Option<PathBuf> {
    let text = text.trim_ascii();
    path_of(text).filter(|_| !text.is_empty() && !text.contains(&b'\n') && !text.contains(&0))
}

/// The reader of objects is not ours, and its input is hostile: a panic in it is a refusal like any other.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("it is malformed".to_owned()))
}
