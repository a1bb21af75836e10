//! The configuration: `dekey.toml`, or the section of a file that other tools share.
//!
//! Owns its keys, finding it, and errors that point into it. It knows no analysis. The decision to know: the file lies in
//! the scanned tree, so it can narrow a scan and name levels, but no path outside, program or address; and what it does
//! not understand it refuses rather than ignores.
//!
//! - [`load()`] finds and reads the one that governs a [`Place`], from any [`Files`]; [`named`] reads one the user chose.
//! - [`schema()`] and [`show`] tell the keys to editors, and what was read to people.

mod files;
mod keys;
mod load;
mod patterns;
mod reader;
mod schema;
mod section;
mod shape;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::finding::{Confidence, Level};
use crate::problem::{Problem, Refused};
use crate::source::ReadError;

pub use files::{Files, LIMIT, Place, WorkTree};
pub use load::{load, named, named_in, settings_in};
pub use patterns::{Matcher, Patterns};
pub use schema::{schema, show};
pub use section::is_name;

/// Whose data the integration works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Audience {
    /// The workspace of those who run it.
    OwnData,
    /// Other people's workspaces.
    Public,
}

/// What a configuration says; `None` for what it does not say. Rule ids are whole and known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Declared audience.
    pub audience: Option<Audience>,
    /// The file with accepted findings, relative to the root.
    pub baseline: Option<PathBuf>,
    /// What not to examine.
    pub exclude: Option<Patterns>,
    /// A configuration to inherit from, relative to the root, and where the file says so; none once it is read.
    pub extends: Option<Spanned<PathBuf>>,
    /// The level at which findings fail the run.
    pub fail_on: Option<Level>,
    /// Rules to leave out.
    pub ignore: Option<Vec<String>>,
    /// Levels by rule; `None` switches the rule off.
    pub levels: Option<BTreeMap<String, Option<Level>>>,
    /// The confidence below which findings are not shown.
    pub min_confidence: Option<Confidence>,
    /// What differs for some paths; the later ones count.
    pub overrides: Option<Vec<Override>>,
    /// Rules to run; empty for all.
    pub select: Option<Vec<String>>,
    /// The environment variable that fixes read a token from.
    pub variable: Option<String>,
    /// The root of the repository, a real path, which the paths here are relative to.
    pub root: PathBuf,
    /// The files it was read from, relative to the root: the one that governs, then what it extends.
    pub files: Vec<PathBuf>,
    /// Files with settings beside the governing one, which do not count.
    pub beside: Vec<PathBuf>,
}

impl Config {
    /// The directory of the file that governs, a real path; none where no file does.
    #[must_use]
    pub fn dir(&self) -> Option<PathBuf> {
        let file = self.root.join(self.files.first()?);
        file.parent().map(Path::to_owned)
    }
}

/// What differs for some paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// Rules to leave out, besides those that are left out everywhere.
    pub ignore: Option<Vec<String>>,
    /// Levels by rule; `None` switches the rule off.
    pub levels: Option<BTreeMap<String, Option<Level>>>,
    /// The confidence below which findings are not shown.
    pub min_confidence: Option<Confidence>,
    /// The paths it is for.
    pub paths: Option<Patterns>,
    /// Rules to run, in place of those that run everywhere; empty for all.
    pub select: Option<Vec<String>>,
}

/// Why a configuration was not taken.
#[derive(Debug)]
pub enum Error {
    /// It could not be read.
    Unreadable(PathBuf, ReadError),
    /// It was named and has no settings: the file, and what it lacks.
    Empty(PathBuf, &'static str),
    /// It is wrong.
    Refused(Box<Refused>),
}

/// Reads the text of a `dekey.toml` at the root. What it extends is not read.
///
/// # Errors
///
/// Its mistakes, at least one.
pub fn parse(bytes: &[u8], rules: &[&str]) -> Result<Config, Vec<Problem>> {
    reader::read(bytes, section::Kind::Own, Path::new(""), rules).map(Option::unwrap_or_default)
}
