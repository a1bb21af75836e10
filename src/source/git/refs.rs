//! References: names for commits.
//!
//! Owns the files they are kept in. The decision to know: a name is looked up as a file, so only names that git itself
//! allows are looked up, and a reference leads only to references.

pub(super) mod list;

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use gix::ObjectId;

pub(crate) use list::{Listed, Selection};

use super::{MAX_POINTER, Repository};
use crate::source::open::{ReadError, read_found};

/// The largest list of packed references that is read.
const MAX_PACKED: u64 = 64 << 20;
/// How often a reference may lead to another one.
const MAX_STEPS: usize = 5;

/// The references of a repository.
#[derive(Debug)]
pub(crate) struct Refs {
    git_dir: PathBuf,
    common: PathBuf,
    /// The file of packed references, once for all look-ups.
    packed: Vec<u8>,
}

impl Refs {
    /// # Errors
    /// When they are kept in a way that is not read.
    pub(crate) fn open(repository: &Repository) -> Result<Self, String> {
        let common = repository.common_dir();
        if common.join("reftable").symlink_metadata().is_ok() {
            return Err("its references are kept in tables (reftable), which dekey does not read".to_owned());
        }
        let packed = match read_found(&common.join("packed-refs"), MAX_PACKED) {
            Ok(text) => text,
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(unreadable("packed-refs", &error)),
        };
        Ok(Self { git_dir: repository.git_dir.clone(), common, packed })
    }

    /// The commit that is checked out; none before the first one.
    ///
    /// # Errors
    /// When it cannot be told.
    pub(crate) fn head(&self) -> Result<Option<ObjectId>, String> {
        self.find("HEAD")
    }

    /// What a full name (`HEAD`, `refs/heads/main`) stands for: a commit, or a tag that names one.
    ///
    /// # Errors
    /// When what is there cannot be read.
    pub(crate) fn find(&self, name: &str) -> Result<Option<ObjectId>, String> {
        let mut name = name.to_owned();
        for _ in 0..MAX_STEPS {
            if !is_name(&name) {
                return Ok(None);
            }
            // A linked work tree has references of its own.
            let text = match loose(&self.git_dir, &name)? {
                Some(text) => text,
                None => match loose(&self.common, &name)? {
                    Some(text) => text,
                    None => return self.packed(&name),
                },
            };
            match led(&name, &text)? {
                Led::To(id) => return Ok(Some(id)),
                Led::On(next) => name = next,
            }
        }
        Err(format!("{name} leads in a circle"))
    }

    fn packed(&self, name: &str) -> Result<Option<ObjectId>, String> {
        let mut lines = self.packed.split(|byte| *byte == b'\n').filter_map(|line| {
            let (id, rest) = line.split_at(memchr::memchr(b' ', line)?);
            (rest.trim_ascii() == name.as_bytes()).then_some(id)
        });
        let Some(id) = lines.next() else { return Ok(None) };
        ObjectId::from_hex(id).map(Some).map_err(|_| "packed-refs is malformed".to_owned())
    }
}

/// Where the file of a reference leads.
enum Led {
    To(ObjectId),
    /// To another reference.
    On(String),
}

fn led(name: &str, text: &[u8]) -> Result<Led, String> {
    let text = std::str::from_utf8(text.trim_ascii()).map_err(|error| unreadable(name, &error))?;
    match text.strip_prefix("ref:").map(str::trim_start) {
        Some(next) if next.starts_with("refs/") && is_name(next) => Ok(Led::On(next.to_owned())),
        Some(_) => Err(format!("{name} leads out of the repository")),
        None => ObjectId::from_hex(text.as_bytes()).map(Led::To).map_err(|error| unreadable(name, &error)),
    }
}

fn loose(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, String> {
    match read_found(&dir.join(name), MAX_POINTER) {
        Ok(text) => Ok(Some(text)),
        // A directory is the beginning of longer names.
        Err(ReadError::Io(_) | ReadError::NotRegular("a directory")) => Ok(None),
        Err(error) => Err(unreadable(name, &error)),
    }
}

fn unreadable(what: &str, why: &dyn Display) -> String {
    format!("{what} cannot be read: {why}")
}

/// Whether git could have made a reference of this name, and it is one: beneath `refs/`, or in capitals.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| !byte.is_ascii_control() && !b" ~^:?*[\\".contains(&byte);
    let segment = |segment: &str| {
        !segment.is_empty() && !segment.starts_with('.') && !segment.ends_with('.') && !segment.ends_with(".lock")
    };
    let capitals = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    name.len() <= 1024
        && (name.starts_with("refs/") || name.bytes().all(capitals))
        && name.bytes().all(allowed)
        && name.split('/').all(segment)
        && !name.contains("..")
        && !name.contains("@{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_git_allows_are_looked_up() {
        for name in ["HEAD", "ORIG_HEAD", "refs/heads/main", "refs/tags/v1.0", "refs/remotes/origin/a-b/c", "refs/é"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "head",
            "config",
            "refs/../config",
            "refs//a",
            "refs/a/",
            "/refs/a",
            "refs/.a",
            "refs/a.lock",
            "refs/a..b",
            "refs/a@{1}",
            "refs/a b",
            "refs/a\n",
            "refs/a\\b",
            "HEAD/a",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
