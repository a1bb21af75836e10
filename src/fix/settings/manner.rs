//! How a file uses names: as what it sets, in what it says, or in what it computes.
//!
//! Owns that choice, by language and path. The decision to know: in a configuration or a script a variable's name is the
//! variable wherever it stands; in a program the same word may be a constant's, and only what reads the environment is
//! the variable.

use crate::source::Source;

/// How a file uses names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It sets or passes on variables.
    Settings,
    /// It tells people.
    Document,
    /// It reads them.
    Program,
    /// It is not for changing: it tells of the past, or a program writes it.
    Record,
}

/// Languages whose every mention of a variable's name is the variable.
const SETTINGS: [&str; 16] = [
    "dotenv",
    "yaml",
    "json",
    "toml",
    "ini",
    "properties",
    "xml",
    "hcl",
    "dockerfile",
    "makefile",
    "procfile",
    "crontab",
    "shell",
    "package.json",
    "composer.json",
    "text",
];

const DOCUMENTS: [&str; 5] = ["markdown", "mdx", "rst", "asciidoc", "org"];

/// Extensions of documents that nobody lowers as such.
const PLAIN: [&str; 6] = ["txt", "rdoc", "textile", "tex", "pod", ""];

/// What tells of changes shows how things were.
const PAST: [&str; 6] = ["migrat", "upgrad", "change", "history", "release", "deprecat"];

/// Folders of what others wrote, or of what a program recorded.
const RECORDED: [&str; 6] = ["node_modules", "vendor", "cassettes", "vcr_cassettes", "__snapshots__", "snapshots"];

pub(super) fn of(source: &Source, language: &str) -> Manner {
    let path = source.path.to_str_lossy().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let document = DOCUMENTS.contains(&language) || language == "text" && PLAIN.contains(&extension);
    let past = document && PAST.iter().any(|word| name.contains(word));
    if past || name.contains(".min.") || path.split('/').any(|folder| RECORDED.contains(&folder)) {
        Manner::Record
    } else if document {
        Manner::Document
    } else if SETTINGS.contains(&language) || name.starts_with("jenkinsfile") {
        Manner::Settings
    } else if matches!(language, "csv" | "sql") || crate::lang::of_pieces(source.path.as_path()).is_some() {
        Manner::Record
    } else {
        Manner::Program
    }
}
