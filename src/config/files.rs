//! Where configurations are read from.
//!
//! Owns [`Files`], the one way from this module to bytes, and its implementation for a work tree. It knows no key. The
//! decision to know: a path is relative to the root of the repository, so that the same search can read a commit in
//! place of the files on disk, and nothing outside of the root can be named.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use crate::source::{ReadError, RelPath, read_beneath};

/// Most bytes that a file with a configuration may have.
pub const LIMIT: u64 = 1 << 20;

/// The files of a repository: its work tree, or the tree of a commit.
pub trait Files {
    /// The bytes of the file at `path`, which is relative to the root and has names only; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When it is there and is no regular file, lies behind a link, or has more than [`LIMIT`] bytes.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError>;
}

/// Files on disk.
#[derive(Clone, Debug)]
pub struct WorkTree<'r> {
    root: &'r Path,
}

impl<'r> WorkTree<'r> {
    /// Those beneath `root`, a real path.
    #[must_use]
    pub fn new(root: &'r Path) -> Self {
        Self { root }
    }
}

impl Files for WorkTree<'_> {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        match read_beneath(self.root, path, LIMIT) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadError::Io(error)) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Where the search for a configuration starts, and where it ends.
#[derive(Clone, Debug)]
pub struct Place {
    /// The root of the repository, a real path. Outside of a repository: the working directory, or where the search
    /// starts if that lies elsewhere.
    pub root: PathBuf,
    /// Where the search starts, relative to the root.
    pub dir: PathBuf,
    here: PathBuf,
}

impl Place {
    /// The place of `first`, the first path to examine; `None` when it does not exist, which is the scan's to report.
    ///
    /// # Errors
    ///
    /// When the working directory cannot be told.
    pub fn of(first: &Path) -> io::Result<Option<Self>> {
        let here = std::env::current_dir()?.canonicalize()?;
        let Ok(start) = first.canonicalize() else { return Ok(None) };
        let start = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
        let root = start.ancestors().find(|dir| dir.join(".git").symlink_metadata().is_ok());
        let root = root.unwrap_or(if start.starts_with(&here) { &here } else { start });
        let dir = start.strip_prefix(root).unwrap_or(Path::new("")).to_owned();
        Ok(Some(Self { root: root.to_owned(), dir, here }))
    }

    /// The place of a project whose root, a real path, is known. `dir` is where the search starts, relative to it.
    ///
    /// # Errors
    ///
    /// When the working directory cannot be told.
    pub fn within(root: PathBuf, dir: PathBuf) -> io::Result<Self> {
        Ok(Self { root, dir, here: std::env::current_dir()?.canonicalize()? })
    }

    /// A file of the repository as reports call it: relative to the working directory where it lies beneath.
    #[must_use]
    pub fn shown(&self, path: &Path) -> RelPath {
        let whole = self.root.join(path);
        RelPath::new(whole.strip_prefix(&self.here).unwrap_or(&whole))
    }
}

/// Where `path`, written in a file of the directory `dir`, leads to: relative to the root, names only. `None` when it
/// leads outside, or to the root itself.
pub(super) fn inside(dir: &Path, path: &str) -> Option<PathBuf> {
    let mut names: Vec<&OsStr> = dir.iter().collect();
    if path.contains('\0') {
        return None;
    }
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => names.push(name),
            Component::CurDir => (),
            Component::ParentDir => drop(names.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!names.is_empty()).then(|| names.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_of_the_root_can_be_named() {
        let from = |path| inside(Path::new("a/b"), path).map(|path| path.to_str().unwrap().replace('\\', "/"));
        for (path, leads) in [
            ("x.toml", Some("a/b/x.toml")),
            ("./c//x", Some("a/b/c/x")),
            ("../x", Some("a/x")),
            ("../../x", Some("x")),
            ("../../../x", None),
            ("../../../repository/x", None),
            ("c/../../../..", None),
            ("../..", None),
            ("/etc/passwd", None),
            ("x\0", None),
        ] {
            assert_eq!(from(path).as_deref(), leads, "{path:?}");
        }
        assert_eq!(inside(Path::new(""), ""), None);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out_of_the_tree() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(real.join("root/sub")).unwrap();
        std::fs::create_dir(real.join("other")).unwrap();
        std::fs::write(real.join("root/sub/file"), "x").unwrap();
        std::fs::write(real.join("other/file"), "x").unwrap();
        std::os::unix::fs::symlink(real.join("other"), real.join("root/link")).unwrap();
        std::os::unix::fs::symlink("sub/file", real.join("root/file")).unwrap();
        let root = real.join("root");
        let tree = WorkTree::new(&root);
        assert_eq!(tree.read(Path::new("sub/file")).unwrap().as_deref(), Some(&b"x"[..]));
        for absent in ["none", "sub/none", "none/file", "sub/file/below"] {
            assert!(tree.read(Path::new(absent)).unwrap().is_none(), "{absent}");
        }
        for link in ["file", "link/file"] {
            assert!(matches!(tree.read(Path::new(link)), Err(ReadError::NotRegular(_))), "{link}");
        }
    }
}
