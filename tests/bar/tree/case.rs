//! Hostile files as data: what lies where, and what a scan has to say of it.
//!
//! Owns the shape of a case and how it gets onto the disk. It knows neither what is hostile nor who judges.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};

use super::Tree;
use crate::plant::Planted;

/// One file.
pub(crate) struct Case {
    /// Below the root; any bytes.
    pub(crate) path: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) expect: Expect,
}

/// What a scan has to say of a file.
pub(crate) enum Expect {
    /// A finding at each of these places.
    Find(Vec<Place>),
    /// A finding, or that it was not examined; never nothing.
    FindOrNotice,
    /// No finding.
    Nothing,
}

/// Where a finding starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: u64,
    /// From 1, in characters.
    pub(crate) column: u64,
    /// From 0, as the file is stored.
    pub(crate) byte: u64,
}

impl Case {
    /// A file of UTF-8 in which each `{{token}}` of its own has to be found.
    pub(crate) fn find(path: impl AsRef<[u8]>, text: &str) -> Self {
        Self::stored(path, text, |text| text.as_bytes().to_vec())
    }

    /// The same in an encoding: what each prefix of the text becomes.
    pub(crate) fn stored(path: impl AsRef<[u8]>, text: &str, store: impl Fn(&str) -> Vec<u8>) -> Self {
        let path = path.as_ref().to_vec();
        let (mut whole, mut places) = (String::new(), Vec::new());
        for (number, piece) in text.split("{{token}}").enumerate() {
            if number > 0 {
                let line = whole.rsplit('\n').next().unwrap_or_default();
                places.push(Place {
                    line: 1 + whole.matches('\n').count() as u64,
                    column: 1 + line.chars().count() as u64,
                    byte: store(&whole).len() as u64,
                });
                whole.push_str(&token(&path, number));
            }
            whole.push_str(piece);
        }
        Self { content: store(&whole), path, expect: Expect::Find(places) }
    }

    /// The same file, of which it is enough that it was not examined and that the report says so.
    pub(crate) fn or_notice(self) -> Self {
        Self { expect: Expect::FindOrNotice, ..self }
    }

    /// A file with nothing in it that is a finding.
    pub(crate) fn nothing(path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        Self { path: path.as_ref().to_vec(), content: content.as_ref().to_vec(), expect: Expect::Nothing }
    }

    /// Writes the file, from directory to directory, so that no path is too long.
    pub(crate) fn build(&self, tree: &Tree) {
        let mut at = opened(openat(CWD, tree.root(), DIRECTORY, Mode::empty()));
        let mut names: Vec<&[u8]> = self.path.split(|byte| *byte == b'/').collect();
        let name = names.pop().expect("a name");
        for name in names {
            _ = mkdirat(&at, OsStr::from_bytes(name), Mode::from_raw_mode(0o755));
            at = opened(openat(&at, OsStr::from_bytes(name), DIRECTORY, Mode::empty()));
        }
        let create = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let file = opened(openat(&at, OsStr::from_bytes(name), create, Mode::from_raw_mode(0o644)));
        std::io::Write::write_all(&mut std::fs::File::from(file), &self.content).expect("room on the disk");
    }

    /// The path for people.
    pub(crate) fn shown(&self) -> String {
        let shown = self.path.escape_ascii().to_string();
        if shown.len() < 80 { shown } else { format!("{}… ({} bytes)", &shown[..60], self.path.len()) }
    }
}

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW);

fn opened(result: rustix::io::Result<OwnedFd>) -> OwnedFd {
    result.expect("the tree is ours")
}

/// A structurally valid token that no other file has.
pub(crate) fn token(path: &[u8], number: usize) -> String {
    let seed = path.iter().fold(number as u64, |sum, byte| sum.wrapping_mul(1_000_003).wrapping_add(u64::from(*byte)));
    Planted::new(&format!("{{{{token:{seed}}}}}")).text
}
