//! `dekey check repo1 repo2 …` and `--repos-from`
//!
//! Owns which projects a run examines, and that one which fails stops no other. What one project is, is
//! [`super::target`]'s; how their reports become one, [`crate::finding::join`]'s. The decision to know: paths in one
//! repository are one project, as they are without any of this, so that hooks may name the files of a commit.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::scope::standard_input;
use super::target::{self, Stored, Target};
use super::{Error, heading};
use crate::source::{path_of, read_named};

/// Most bytes of a list.
const MAX_LIST: u64 = 64 << 20;

#[derive(Debug, Args)]
#[command(next_help_heading = heading::FILES)]
pub(super) struct Many {
    /// Also examine the repositories listed in FILE, a path a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    repos_from: Option<PathBuf>,
    /// The list has a NUL after each path, as of `find -print0`
    #[arg(short = '0', long, requires = "repos_from")]
    null: bool,
}

impl Many {
    /// Whether projects are listed.
    pub(super) fn is_listed(&self) -> bool {
        self.repos_from.is_some()
    }

    /// The projects to examine; `None` where everything that was named is one, in a work tree. `option` is one that is
    /// for a single project, if there is any.
    pub(super) fn targets(&self, named: &[PathBuf], option: Option<&str>) -> Result<Option<Vec<Target>>, Error> {
        let targets = match &self.repos_from {
            Some(list) => {
                let mut all = named.to_vec();
                all.extend(self.listed(list)?);
                Some(target::all(&all)?)
            }
            None => {
                // What a change adds may be an archive, which is a file then.
                let of_change = matches!(option, Some("`--staged`" | "`--since`"));
                let stored = if of_change { Stored::Never } else { option.map_or(Stored::Always, |_| Stored::Alone) };
                target::several(named, stored)?
            }
        };
        match (&targets, option) {
            (Some(_), Some(option)) => {
                let what = format!("{option} is for the work tree of one repository");
                Err(Error::new(what, format!("run dekey in each repository by itself, or without {option}")))
            }
            _ => Ok(targets),
        }
    }

    /// The paths of a list, relative to the working directory.
    fn listed(&self, list: &Path) -> Result<Vec<PathBuf>, Error> {
        let bytes = if list.as_os_str() == OsStr::new("-") {
            standard_input()?
        } else {
            read_named(list, MAX_LIST).map_err(|error| {
                let what = format!("cannot read the list of repositories {}: {error}", list.display());
                Error::new(what, "name a file with one path a line, or `-` for standard input")
            })?
        };
        let paths = parse(&bytes, self.null);
        if paths.is_empty() {
            let what = format!("the list of repositories {} names none", list.display());
            return Err(Error::new(what, "write one path a line; lines that begin with `#` are left out"));
        }
        Ok(paths)
    }
}

/// The paths of a list. With `null` each ends at a NUL, and nothing is left out but empty ones.
fn parse(bytes: &[u8], null: bool) -> Vec<PathBuf> {
    let end = if null { 0 } else { b'\n' };
    let entries = bytes.split(|byte| *byte == end);
    let entries = entries.map(|entry| if null { entry } else { entry.trim_ascii() });
    entries.filter(|entry| !entry.is_empty() && (null || !entry.starts_with(b"#"))).filter_map(path_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_a_path_a_line() {
        let paths = |text: &str, null| parse(text.as_bytes(), null);
        assert_eq!(paths("a\n\n# b\n  c d \r\n../e", false), ["a", "c d", "../e"].map(PathBuf::from));
        assert_eq!(paths("a\0\0# b\0 c\n\0", true), ["a", "# b", " c\n"].map(PathBuf::from));
        assert_eq!(paths("", false), [""; 0].map(PathBuf::from));
    }
}
