//! The index: what the next commit will hold.
//!
//! Owns the file format, versions 2 to 4, in one or two parts. It knows no work tree and no objects. The decisions to
//! know: entries are read in place, since a hook waits for it: an entry is where it stands in the file, not a copy; no
//! offset or length is believed before it was compared with what is there
//! ([`layout`]); and the checksum is verified meanwhile on a
//! thread of its own.

mod cached;
mod layout;
mod split;

use std::io;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gix::hash::{Kind, oid};
use sha2::Digest as _;

use crate::source::open::{ReadError, read_found};
pub(crate) use cached::Cached;
use layout::{At, EXTENDED, INTENDED, Layout, STAT, layout};

/// The largest index that is read: about two million files.
const MAX_INDEX: u64 = 256 << 20;
/// An index, read.
#[derive(Debug)]
pub(crate) struct Index {
    kind: Kind,
    /// The file; behind it, in version 4, the names as they are without their shared prefixes.
    bytes: Vec<u8>,
    /// By name, then stage.
    entries: Vec<At>,
    /// The trees as they were last written, where the file notes them.
    cached: Range<usize>,
    /// When the file was written.
    written: Duration,
}

/// A file, link or submodule that is to be committed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'i> {
    /// Its path from the top of the work tree, `/` between segments. Nobody has looked whether it stays beneath it.
    pub(crate) name: &'i [u8],
    /// What it holds.
    pub(crate) id: &'i oid,
    /// What it is: see [`super::tree::Mode`].
    pub(crate) mode: u32,
    /// 0, or the side of a conflict: 1 to 3.
    pub(crate) stage: u8,
    /// Whether it is only announced (`git add -N`).
    pub(crate) intended: bool,
    /// Size of the file when it was added, modulo 2³².
    pub(crate) size: u32,
    /// When the file was changed last before it was added.
    pub(crate) modified: Duration,
}

impl Index {
    /// Reads the index at `path`; none when there is no file, as nothing was ever added then.
    ///
    /// # Errors
    /// Why it was refused.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, String> {
        let bytes = match read_found(path, MAX_INDEX) {
            Ok(bytes) => bytes,
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let (mut index, base) = Self::parse(bytes)?;
        if let Some(base) = base {
            let shared = path.with_file_name(format!("sharedindex.{}", base.id));
            let bytes = read_found(&shared, MAX_INDEX).map_err(|error| format!("its shared part: {error}"))?;
            let (shared, further) = Self::parse(bytes).map_err(|why| format!("its shared part: {why}"))?;
            if further.is_some() {
                return Err("its shared part is in two parts itself".to_owned());
            }
            index = split::joined(shared, index, &base).ok_or_else(malformed)?;
        }
        if !index.is_sorted() {
            return Err(malformed());
        }
        let modified = path.symlink_metadata().and_then(|metadata| metadata.modified());
        index.written = modified.map_or(Duration::ZERO, since_epoch);
        Ok(Some(index))
    }

    /// An index without entries.
    pub(crate) fn empty(kind: Kind) -> Self {
        Self { kind, bytes: Vec::new(), entries: Vec::new(), cached: 0..0, written: Duration::ZERO }
    }

    /// One file of an index, and what it says of the other.
    fn parse(mut bytes: Vec<u8>) -> Result<(Self, Option<split::Base>), String> {
        // The file does not say which hash it is made with; with the wrong one it does not come out even.
        let by = |kind| Some((kind, layout(&bytes, kind)?));
        let (found, intact) = std::thread::scope(|scope| {
            // Which takes longer than telling where everything stands, so that it is begun by what nearly all have.
            let check = std::thread::Builder::new().spawn_scoped(scope, || is_intact(&bytes, Kind::Sha1));
            let found = by(Kind::Sha1).or_else(|| by(Kind::Sha256));
            let sha1 = check.map_or_else(|_| is_intact(&bytes, Kind::Sha1), |thread| thread.join().unwrap_or(false));
            let intact = match found {
                Some((Kind::Sha1, _)) | None => sha1,
                Some((kind, _)) => is_intact(&bytes, kind),
            };
            (found, intact)
        });
        let (kind, layout) = found.ok_or_else(malformed)?;
        if !intact {
            return Err("its checksum is wrong".to_owned());
        }
        let Layout { mut entries, names, extensions } = layout;
        let (mut cached, mut base) = (0..0, None);
        for (name, range) in extensions {
            match &name {
                b"TREE" => cached = range,
                b"link" => base = split::Base::read(&bytes[range], kind).ok_or_else(malformed)?,
                b"sdir" => {}
                // What is written small must be understood.
                [first, ..] if first.is_ascii_lowercase() => return Err("it is of a newer kind".to_owned()),
                _ => {}
            }
        }
        if let Some(names) = names {
            let start = u32::try_from(bytes.len()).map_err(|_| malformed())?;
            entries.iter_mut().for_each(|at| at.name += start);
            bytes.extend_from_slice(&names);
        }
        Ok((Self { kind, bytes, entries, cached, written: Duration::ZERO }, base))
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn written(&self) -> Duration {
        self.written
    }

    /// All entries, by name.
    pub(crate) fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        self.entries.iter().map(|at| self.entry(at))
    }

    /// The entries of a range of positions.
    pub(crate) fn range(&self, range: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        self.entries.get(range).unwrap_or_default().iter().map(|at| self.entry(at))
    }

    /// The positions of what lies beneath a directory, given with its `/`; all of them for no directory.
    pub(crate) fn beneath(&self, directory: &[u8], within: Range<usize>) -> Range<usize> {
        let entries = self.entries.get(within.clone()).unwrap_or_default();
        let start = entries.partition_point(|at| self.name(at) < directory);
        let length = entries[start..].partition_point(|at| self.name(at).starts_with(directory));
        within.start + start..within.start + start + length
    }

    /// The entry of a path, unless there is a conflict about it.
    pub(crate) fn find(&self, name: &[u8]) -> Option<Entry<'_>> {
        let at = self.entries.partition_point(|at| self.name(at) < name);
        self.range(at..at + 1).next().filter(|entry| entry.name == name && entry.stage == 0)
    }

    /// Whether a path is listed, in whatever stage, or for a directory something beneath it.
    pub(crate) fn tracks(&self, mut name: Vec<u8>, is_dir: bool) -> bool {
        let at = self.entries.partition_point(|at| self.name(at) < name.as_slice());
        if self.range(at..at + 1).next().is_some_and(|entry| entry.name == name) {
            return true;
        }
        name.push(b'/');
        is_dir && !self.beneath(&name, 0..self.entries.len()).is_empty()
    }

    /// The trees that the file notes; none when they make no sense.
    pub(crate) fn cached(&self) -> Option<Cached> {
        Cached::read(self.bytes.get(self.cached.clone())?, self.kind)
    }

    fn name(&self, at: &At) -> &[u8] {
        &self.bytes[at.name as usize..][..at.name_len as usize]
    }

    fn stage(&self, at: &At) -> u8 {
        let flags = &self.bytes[at.entry as usize + STAT + self.kind.len_in_bytes()..];
        (flags[0] >> 4) & 3
    }

    fn entry(&self, at: &At) -> Entry<'_> {
        let stat = &self.bytes[at.entry as usize..];
        let word = |at: usize| u32::from_be_bytes([stat[at], stat[at + 1], stat[at + 2], stat[at + 3]]);
        let (id, flags) = stat[STAT..].split_at(self.kind.len_in_bytes());
        Entry {
            name: self.name(at),
            // It has the length of this kind.
            id: oid::try_from_bytes(id).unwrap_or_else(|_| self.kind.null_ref()),
            mode: word(24),
            stage: self.stage(at),
            intended: flags[0] & EXTENDED != 0 && flags[2] & INTENDED != 0,
            size: word(36),
            modified: Duration::new(u64::from(word(8)), word(12).min(999_999_999)),
        }
    }

    fn is_sorted(&self) -> bool {
        let order = |a: &At, b: &At| {
            let (first, second) = (self.name(a), self.name(b));
            !first.is_empty() && (first < second || first == second && self.stage(a) < self.stage(b))
        };
        self.entries.first().is_none_or(|at| at.name_len > 0) && self.entries.is_sorted_by(order)
    }
}

/// Whether the checksum at the end is right, or left out, as git does on request.
fn is_intact(bytes: &[u8], kind: Kind) -> bool {
    let (content, checksum) = bytes.split_at(bytes.len().saturating_sub(kind.len_in_bytes()));
    // The file is no object, and who can write to it can write a checksum: this tells accidents, not collisions.
    checksum.iter().all(|&byte| byte == 0)
        || match kind {
            Kind::Sha256 => sha2::Sha256::digest(content)[..] == *checksum,
            _ => sha1::Sha1::digest(content)[..] == *checksum,
        }
}

pub(super) fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn malformed() -> String {
    "it is malformed".to_owned()
}
