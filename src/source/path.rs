//! The path a report shows for a file.
//!
//! Owns [`RelPath`]. It does not escape: names are bytes an attacker chose, and renderers make them printable.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Component, Path, PathBuf};

/// A path relative to where the scan was started, or as it was named: `/` between segments, no leading `./`.
///
/// Names that are not UTF-8 survive. The order is that of the bytes, so that it is the same on every machine.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RelPath(OsString);

impl RelPath {
    /// Takes a path as it is, without `.` segments and doubled separators.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let mut shown = OsString::with_capacity(path.as_os_str().len());
        let mut separate = false;
        for component in path.components() {
            let segment = match component {
                Component::CurDir => continue,
                Component::RootDir => OsStr::new("/"),
                Component::Prefix(prefix) => prefix.as_os_str(),
                Component::ParentDir => OsStr::new(".."),
                Component::Normal(name) => name,
            };
            if separate {
                shown.push("/");
            }
            shown.push(segment);
            separate = matches!(component, Component::Normal(_) | Component::ParentDir);
        }
        if shown.is_empty() {
            shown.push(".");
        }
        Self(shown)
    }

    /// What a report calls a real path: as it is reached from the directory `here`, a real path too.
    #[must_use]
    pub fn seen_from(here: &Path, path: &Path) -> Self {
        let above = here.ancestors().enumerate().find_map(|(up, dir)| Some((up, path.strip_prefix(dir).ok()?)));
        match above {
            Some((up, rest)) => Self::new(&(0..up).map(|_| Path::new("..")).collect::<PathBuf>().join(rest)),
            None => Self::new(path),
        }
    }

    /// The path for the file system, to be resolved against the directory the scan was started in.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// The bytes of the path, which need be neither UTF-8 nor printable.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_encoded_bytes()
    }

    /// The last segment, empty for `..` and `/`.
    #[must_use]
    pub fn name(&self) -> &OsStr {
        self.as_path().file_name().unwrap_or_default()
    }

    /// The text of the path, invalid bytes replaced: for matching by name, never for output.
    #[must_use]
    pub fn to_str_lossy(&self) -> std::borrow::Cow<'_, str> {
        self.0.to_string_lossy()
    }
}

impl Ord for RelPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl PartialOrd for RelPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<&str> for RelPath {
    fn from(path: &str) -> Self {
        Self::new(Path::new(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_doubled_separators_go() {
        for (written, shown) in [
            ("./a/b", "a/b"),
            ("a//b/./c/", "a/b/c"),
            (".", "."),
            ("", "."),
            ("../a", "../a"),
            ("/a/b", "/a/b"),
            ("/", "/"),
        ] {
            assert_eq!(RelPath::from(written).as_bytes(), shown.as_bytes(), "{written}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_bytes() {
        let mut paths = ["a/b", "a.b", "a", "B", "é"].map(RelPath::from);
        paths.sort();
        assert_eq!(paths, ["B", "a", "a.b", "a/b", "é"].map(RelPath::from));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_survive() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = RelPath::new(Path::new(OsStr::from_bytes(b"./caf\xe9/x")));
        assert_eq!(path.as_bytes(), b"caf\xe9/x");
        assert_eq!(path.as_path().as_os_str().as_bytes(), b"caf\xe9/x");
    }
}
