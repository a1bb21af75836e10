//! Whether git could restore a file.
//!
//! Owns the comparison of a file with the index, and of the index with `HEAD`. The decisions to know: as for the rest of
//! a repository nothing of git runs and no configuration is read, so that filters are not known: a file is as it was
//! added when its bytes are, with either line ends, or when size and time are what the index noted; and what cannot be
//! read is not taken for unchanged.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gix::ObjectId;
use gix::bstr::BStr;
use gix::hash::Kind;
use gix::index::State;
use gix::index::entry::Stage;
use gix::objs::{CommitRefIter, Find as _, TreeRefIter};
use gix::odb::{self, store::init};

use super::open::{ReadError, read_found};
use super::repository::{self, MAX_INDEX, MAX_POINTER, Repository};

/// The largest commit, tree or index of a pack that is read.
const MAX_OBJECT: usize = 64 << 20;
/// The largest list of packed references that is read.
const MAX_PACKED: u64 = 64 << 20;
/// How often a reference may lead to another one.
const MAX_STEPS: usize = 5;

/// What git knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// It is as it was committed.
    Committed,
    /// It is as it was added, and not committed.
    Staged,
    /// It differs from what was added, or git does not track it.
    Modified,
}

/// The nearest repository around a real path that is no part of one itself.
pub(crate) fn around(path: &Path) -> Option<Repository> {
    path.ancestors().find_map(Repository::at)
}

/// The top of the work tree that a real directory belongs to.
pub(crate) fn work_tree(dir: &Path) -> Option<PathBuf> {
    Some(around(dir)?.work_tree)
}

/// A repository opened for comparing.
pub(crate) struct Snapshot {
    work_tree: PathBuf,
    index: State,
    /// When the index was written.
    written: Duration,
    objects: PathBuf,
    store: odb::Handle,
    /// The tree of `HEAD`; none before the first commit.
    head: Option<ObjectId>,
}

impl Snapshot {
    /// Reads the index and `HEAD`.
    ///
    /// # Errors
    /// What could not be read, and why.
    pub(crate) fn of(repository: &Repository) -> Result<Self, String> {
        guarded(|| Self::open(repository))
    }

    fn open(repository: &Repository) -> Result<Self, String> {
        let common = repository.common_dir();
        let path = repository.git_dir.join("index");
        let index = match read_found(&path, MAX_INDEX) {
            Ok(bytes) => repository::decode(&bytes)?,
            // Nothing was ever added.
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => State::new(Kind::Sha1),
            Err(error) => return Err(format!("the index cannot be read: {error}")),
        };
        if index.link().is_some() {
            return Err("the index is in two parts".to_owned());
        }
        let written = path.symlink_metadata().and_then(|metadata| metadata.modified());
        let written = written.map_or(Duration::ZERO, since_epoch);
        let objects = common.join("objects");
        plain_store(&objects)?;
        let options = init::Options { alloc_limit_bytes: Some(MAX_OBJECT), ..init::Options::default() };
        let store = odb::at_opts(&objects, index.object_hash(), None, options)
            .map_err(|_| "the objects cannot be read".to_owned())?;
        let work_tree = repository.work_tree.clone();
        let mut snapshot = Self { work_tree, index, written, objects, store, head: None };
        if let Some(commit) = head(&repository.git_dir, &common)? {
            let mut buffer = Vec::new();
            let data = snapshot.object(commit, &mut buffer)?;
            let tree = CommitRefIter::from_bytes(data, snapshot.kind()).tree_id();
            snapshot.head = Some(tree.map_err(|_| "the commit cannot be read".to_owned())?);
        }
        Ok(snapshot)
    }

    /// The status of a file of the work tree, given by its real path and what it holds.
    ///
    /// # Errors
    /// What could not be read.
    pub(crate) fn status(&self, path: &Path, bytes: &[u8]) -> Result<Status, String> {
        guarded(|| self.compare(path, bytes))
    }

    fn compare(&self, path: &Path, bytes: &[u8]) -> Result<Status, String> {
        let Some(name) = repository::relative(&self.work_tree, path) else { return Ok(Status::Modified) };
        let Some(entry) = self.index.entry_by_path_and_stage(BStr::new(&name), Stage::Unconflicted) else {
            return Ok(Status::Modified);
        };
        let stored = |bytes: &[u8]| {
            gix::objs::compute_hash(self.kind(), gix::objs::Kind::Blob, bytes).is_ok_and(|id| id == entry.id)
        };
        if !stored(bytes) && !stored(&without_returns(bytes)) && !self.is_as_noted(path, entry, bytes.len()) {
            return Ok(Status::Modified);
        }
        Ok(if self.committed(&name)? == Some(entry.id) { Status::Committed } else { Status::Staged })
    }

    /// Whether size and time are those the index noted, and so old that a later change would show.
    fn is_as_noted(&self, path: &Path, entry: &gix::index::Entry, length: usize) -> bool {
        let noted = Duration::new(u64::from(entry.stat.mtime.secs), entry.stat.mtime.nsecs);
        let modified = path.symlink_metadata().and_then(|metadata| metadata.modified()).map(since_epoch);
        entry.stat.size as usize == length && noted < self.written && modified.is_ok_and(|now| now == noted)
    }

    /// What `HEAD` has at a path.
    fn committed(&self, name: &[u8]) -> Result<Option<ObjectId>, String> {
        let Some(mut tree) = self.head else { return Ok(None) };
        let mut buffer = Vec::new();
        for segment in name.split(|byte| *byte == b'/') {
            let data = self.object(tree, &mut buffer)?;
            let entries = TreeRefIter::from_bytes(data, self.kind());
            let mut found = entries.filter_map(Result::ok).filter(|entry| *entry.filename == *segment);
            match found.next() {
                Some(entry) => tree = entry.oid.to_owned(),
                None => return Ok(None),
            }
        }
        Ok(Some(tree))
    }

    fn object<'b>(&self, id: ObjectId, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], String> {
        let missing = || format!("object {id} cannot be read");
        let hex = id.to_string();
        let loose = self.objects.join(hex.get(..2).ok_or_else(missing)?).join(hex.get(2..).ok_or_else(missing)?);
        // A pipe in place of an object would be waited for.
        if loose.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Err(missing());
        }
        let found = self.store.try_find(&id, buffer);
        Ok(found.ok().flatten().ok_or_else(missing)?.data)
    }

    fn kind(&self) -> Kind {
        self.index.object_hash()
    }
}

/// Refuses what the store would wait for or read elsewhere.
fn plain_store(objects: &Path) -> Result<(), String> {
    if objects.join("info/alternates").symlink_metadata().is_ok() {
        return Err("some of its objects are kept elsewhere".to_owned());
    }
    let Ok(packs) = std::fs::read_dir(objects.join("pack")) else { return Ok(()) };
    for entry in packs.flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            return Err("its packs hold something that is no file".to_owned());
        }
    }
    Ok(())
}

/// The commit that is checked out; none before the first one.
fn head(git_dir: &Path, common: &Path) -> Result<Option<ObjectId>, String> {
    let unreadable = |what: &Path, why: &dyn std::fmt::Display| format!("{} cannot be read: {why}", what.display());
    if common.join("reftable").symlink_metadata().is_ok() {
        return Err("its references are stored in tables".to_owned());
    }
    let mut name = "HEAD".to_owned();
    for _ in 0..MAX_STEPS {
        let text = match (loose(git_dir, &name)?, loose(common, &name)?) {
            (Some(text), _) | (None, Some(text)) => text,
            (None, None) => return packed(common, &name),
        };
        let text = std::str::from_utf8(text.trim_ascii()).map_err(|error| unreadable(Path::new(&name), &error))?;
        match text.strip_prefix("ref:").map(str::trim_start) {
            Some(next) if next.starts_with("refs/") && !next.contains("..") => next.clone_into(&mut name),
            Some(_) => return Err("HEAD leads out of the repository".to_owned()),
            None => {
                let id = ObjectId::from_hex(text.as_bytes()).map_err(|error| unreadable(Path::new(&name), &error))?;
                return Ok(Some(id));
            }
        }
    }
    Err("HEAD leads in a circle".to_owned())
}

fn loose(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, String> {
    match read_found(&dir.join(name), MAX_POINTER) {
        Ok(text) => Ok(Some(text)),
        // A directory is the beginning of longer names.
        Err(ReadError::Io(_) | ReadError::NotRegular("a directory")) => Ok(None),
        Err(error) => Err(format!("{name} cannot be read: {error}")),
    }
}

fn packed(common: &Path, name: &str) -> Result<Option<ObjectId>, String> {
    let text = match read_found(&common.join("packed-refs"), MAX_PACKED) {
        Ok(text) => text,
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("packed-refs cannot be read: {error}")),
    };
    let mut lines = text.split(|byte| *byte == b'\n').filter_map(|line| {
        let space = memchr::memchr(b' ', line)?;
        (line[space + 1..].trim_ascii() == name.as_bytes()).then_some(&line[..space])
    });
    let Some(id) = lines.next() else { return Ok(None) };
    ObjectId::from_hex(id).map(Some).map_err(|_| "packed-refs is malformed".to_owned())
}

/// As git stores text that it checks out with carriage returns.
fn without_returns(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    out
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The reader is not ours, and its input is hostile: a panic in it is a refusal like any other.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("it is malformed".to_owned()))
}
