//! A tree of files in a temporary directory, and a login in it whose fix is known.

use std::path::{Path, PathBuf};

/// A login whose fix is safe beside [`LOCK`], and what it becomes.
pub(crate) const LOGIN: &str = "client = Intercom::Client.new(app_id: ENV.fetch(\"ID\"), api_key: ENV.fetch(\"KEY\"))";
pub(crate) const FIXED: &str = "client = Intercom::Client.new(token: ENV.fetch(\"INTERCOM_ACCESS_TOKEN\"))";
pub(crate) const LOCK: &str = "GEM\n  specs:\n    intercom (4.1.0)\n";

/// A directory that goes away.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    /// An empty project that nothing above it governs, and that is in no repository.
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

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("a file")
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("a text")
    }
}
