//! Reading a pack from a directory.

use std::path::Path;

use walkdir::WalkDir;

use super::error::File;
use crate::source::{ReadError, read_named};

/// Most bytes of one file of a pack.
const MAX_FILE: u64 = 1 << 20;
/// How deep the folders of a pack go.
const MAX_DEPTH: usize = 4;

/// The `.toml` files of a directory and its folders, by name. Links are not followed.
///
/// # Errors
/// When the directory or a file cannot be read, or a file is not UTF-8.
pub fn dir(path: &Path) -> Result<Vec<File>, LoadError> {
    let failed = |path: &Path, why: String| LoadError { path: path.display().to_string(), why };
    let mut names = Vec::new();
    for entry in WalkDir::new(path).max_depth(MAX_DEPTH).sort_by_file_name() {
        let entry = entry.map_err(|error| failed(path, error.to_string()))?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "toml") {
            names.push(entry.into_path());
        }
    }
    if names.is_empty() {
        return Err(failed(path, "it holds no .toml file".to_owned()));
    }
    let read = |path: &std::path::PathBuf| {
        let bytes = read_named(path, MAX_FILE).map_err(|error: ReadError| failed(path, error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| failed(path, "it is not UTF-8".to_owned()))?;
        Ok((path.display().to_string(), text))
    };
    names.iter().map(read).collect()
}

/// Why a pack could not be read.
#[derive(Debug)]
pub struct LoadError {
    path: String,
    why: String,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the pack at {} cannot be read: {}", self.path, self.why)
    }
}

impl std::error::Error for LoadError {}
