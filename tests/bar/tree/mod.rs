//! Hostile trees, in temporary directories.

mod bombs;
pub(crate) mod case;
mod chunks;
pub(crate) mod corpus;
mod deep;
mod encodings;
pub(crate) mod mutated;
mod names;
pub(crate) mod nests;
pub(crate) mod project;
mod quiet;
#[path = "../../support/slow.rs"]
pub(crate) mod slow;

pub(crate) use bombs::bombs;
pub(crate) use chunks::chunks;
pub(crate) use deep::{NESTS, deep};
pub(crate) use encodings::encodings;
pub(crate) use names::names;
pub(crate) use quiet::quiet;

use std::path::{Path, PathBuf};

/// A login, which every scan finds.
pub(crate) const LOGIN: &str =
    "client = Intercom::Client.new(app_id: ENV.fetch(\"ID\"), api_key: ENV.fetch(\"KEY\"))\n";

/// A directory that goes away.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    /// An empty project that nothing above it governs.
    pub(crate) fn new() -> Self {
        let tree = Self(tempfile::tempdir().expect("a temporary directory"));
        std::fs::create_dir(tree.path(".git")).expect("a directory");
        tree
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Writes a file, and the directories it is in.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        std::fs::write(&path, text).expect("a file");
        path
    }
}
