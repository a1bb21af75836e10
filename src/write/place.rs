//! Where a scanned file is written.
//!
//! Owns the way from a reported path to a real directory and a name. It opens nothing. The decision to know: a file is
//! reached from the directory dekey was started in, or, outside of it, from what was named; from there on no link is
//! followed by whoever opens it.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use crate::source::{RelPath, Walk};

/// The directories that files may be written in and beneath.
#[derive(Debug)]
pub(super) struct Places {
    base: PathBuf,
    roots: Vec<PathBuf>,
}

/// A directory without links on its path, when all is well, and a name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) dir: PathBuf,
    pub(super) name: OsString,
}

impl Places {
    /// Those of a walk, whose base is a real path.
    pub(super) fn new(walk: &Walk) -> Self {
        Self { base: walk.base.clone(), roots: walk.roots.clone() }
    }

    /// Where the file is that a report calls `path`.
    pub(super) fn of(&self, path: &RelPath) -> Option<Place> {
        let path = path.as_path();
        if path.components().all(|part| matches!(part, Component::Normal(_))) {
            return place(&self.base, path);
        }
        self.roots.iter().find_map(|root| {
            let shown = RelPath::new(root.strip_prefix(&self.base).unwrap_or(root));
            let rest = path.strip_prefix(shown.as_path()).ok()?;
            let root = self.base.join(root);
            if rest.as_os_str().is_empty() {
                // The file itself was named.
                let dir = root.parent()?.canonicalize().ok()?;
                return place(&dir, Path::new(root.file_name()?));
            }
            place(&root.canonicalize().ok()?, rest)
        })
    }
}

fn place(dir: &Path, rest: &Path) -> Option<Place> {
    if !rest.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let name: &OsStr = rest.file_name()?;
    Some(Place { dir: dir.join(rest.parent()?), name: name.to_owned() })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_beneath_the_base_or_what_was_named() {
        let outer = tempfile::tempdir().unwrap();
        let outer = outer.path().canonicalize().unwrap();
        let base = outer.join("base");
        for dir in [&base.join("sub"), &outer.join("other/sub")] {
            std::fs::create_dir_all(dir).unwrap();
        }
        let file = outer.join("other/named.rb");
        let roots = vec![".".into(), "../other".into(), file.clone()];
        let places = Places::new(&Walk::new(base.clone(), roots));
        let of = |path: &str| places.of(&RelPath::from(path)).map(|place| place.dir.join(place.name));
        assert_eq!(of("sub/a.rb"), Some(base.join("sub/a.rb")));
        assert_eq!(of("../other/sub/a.rb"), Some(outer.join("other/sub/a.rb")));
        assert_eq!(of(file.to_str().unwrap()), Some(file));
        for outside in ["../a.rb", "/etc/passwd", "../other/../a.rb", ".."] {
            assert_eq!(of(outside), None, "{outside}");
        }
    }
}
