//! Reading a pack from a directory.

use std::path::Path;

use super::error::File;
use crate::source::{ReadError, read_named};

/// Most bytes of one file of a pack.
const MAX_FILE: u64 = 1 << 20;

/// The `.toml` files of a directory, by name.
///
/// # Errors
/// When the directory or a file cannot be read, or a file is not UTF-8.
pub fn dir(path: &Path) -> Result<Vec<File>, LoadError> {
    let failed = |path: &Path, why: String| LoadError { path: path.display().to_string(), why };
    let entries = std::fs::read_dir(path).map_err(|error| failed(path, error.to_string()))?;
    let mut names: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    names.sort();
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
