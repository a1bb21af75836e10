//! Trees: what a commit holds.
//!
//! Owns going through them. The decisions to know: a tree's names come from whoever made it, so one
//! with a name that git would not write, or with the same name twice, is refused as a whole; and a tree of few bytes
//! can stand for more files than fit anywhere, so that there is a limit to them.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Known;

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::{CommitRefIter, TreeRefIter};

use super::objects::Objects;

/// The most files a tree may stand for.
const MAX_FILES: usize = 4 << 20;
/// After so many of them it is found out how many there are in all, at the price of reading each directory once.
const MANY_FILES: usize = 128 << 10;
/// The longest path of a file.
const MAX_PATH: usize = 4096;
/// Directories whose entries are kept between look-ups.
const MAX_KEPT: usize = 1024;

/// What an entry of a tree or an index is, as git numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A regular file, executable or not.
    File,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
    /// A directory.
    Tree,
}

impl Mode {
    pub(crate) fn of(bits: u32) -> Option<Self> {
        match bits & 0o170_000 {
            0o100_000 => Some(Self::File),
            0o120_000 => Some(Self::Link),
            0o160_000 => Some(Self::Submodule),
            0o040_000 => Some(Self::Tree),
            _ => None,
        }
    }
}

/// An entry of a directory, or of a whole tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name, or its path from the top with `/` between segments.
    pub(crate) name: Vec<u8>,
    /// As git writes it, so that a file that became executable differs.
    pub(crate) bits: u32,
    pub(crate) id: ObjectId,
}

impl Entry {
    pub(crate) fn mode(&self) -> Option<Mode> {
        Mode::of(self.bits)
    }
}

/// The tree of a commit.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn of_commit(objects: &Objects, commit: &oid) -> Result<ObjectId, String> {
    let mut buffer = Vec::new();
    let data = objects.find(commit, gix::objs::Kind::Commit, &mut buffer)?;
    CommitRefIter::from_bytes(data, objects.kind()).tree_id().map_err(|_| malformed("commit", commit))
}

/// What is directly in a directory, by name.
///
/// # Errors
/// When it cannot be read, or a name in it is one that git does not write.
pub(crate) fn entries(objects: &Objects, tree: &oid) -> Result<Vec<Entry>, String> {
    // This one need not be stored.
    if *tree == *ObjectId::empty_tree(objects.kind()) {
        return Ok(Vec::new());
    }
    let mut buffer = Vec::new();
    let data = objects.find(tree, gix::objs::Kind::Tree, &mut buffer)?;
    let mut entries = Vec::new();
    for entry in TreeRefIter::from_bytes(data, objects.kind()) {
        let entry = entry.map_err(|_| malformed("tree", tree))?;
        if !is_name(entry.filename) {
            return Err(malformed("tree", tree));
        }
        entries.push(Entry {
            name: entry.filename.to_vec(),
            bits: entry.mode.value().into(),
            id: entry.oid.to_owned(),
        });
    }
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    if entries.is_sorted_by(|a, b| a.name < b.name) { Ok(entries) } else { Err(malformed("tree", tree)) }
}

/// All files of a tree, links and submodules too: by path within each directory, directories after what is beside them.
pub(crate) fn files<'o>(objects: &'o Objects, tree: &oid) -> Files<'o> {
    let tree = tree.to_owned();
    Files { objects, tree, folders: vec![(Vec::new(), tree)], found: Vec::new().into_iter(), count: 0, weighed: false }
}

/// See [`files`]. It ends at the first error.
pub(crate) struct Files<'o> {
    objects: &'o Objects,
    tree: ObjectId,
    /// What is still to be read.
    folders: Vec<(Vec<u8>, ObjectId)>,
    found: std::vec::IntoIter<Entry>,
    count: usize,
    /// Whether it is known that there are not too many.
    weighed: bool,
}

impl Files<'_> {
    /// Reads the next directory; `None` at the end.
    fn read(&mut self) -> Option<Result<(), String>> {
        let (path, tree) = self.folders.pop()?;
        let entries = match entries(self.objects, &tree) {
            Ok(entries) => entries,
            Err(why) => return Some(Err(why)),
        };
        self.count += entries.len();
        if self.count > MANY_FILES && !self.weighed {
            match weight(self.objects, &self.tree) {
                Ok(weight) if weight <= MAX_FILES as u64 => self.weighed = true,
                Ok(_) => return Some(Err(TOO_MANY.to_owned())),
                Err(why) => return Some(Err(why)),
            }
        }
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for mut entry in entries {
            entry.name = joined(&path, &entry.name);
            if self.count > MAX_FILES || entry.name.len() > MAX_PATH {
                return Some(Err(TOO_MANY.to_owned()));
            }
            match entry.mode() {
                Some(Mode::Tree) => folders.push((entry.name, entry.id)),
                Some(_) => files.push(entry),
                None => return Some(Err(malformed("tree", &tree))),
            }
        }
        self.folders.extend(folders.into_iter().rev());
        self.found = files.into_iter();
        Some(Ok(()))
    }
}

impl Iterator for Files<'_> {
    type Item = Result<Entry, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.found.next() {
                return Some(Ok(entry));
            }
            if let Err(why) = self.read()? {
                self.folders.clear();
                return Some(Err(why));
            }
        }
    }
}

const TOO_MANY: &str = "its tree has more files or longer paths than dekey reads";

/// How many entries a tree stands for. Each directory is read once, however often it is in there.
fn weight(objects: &Objects, tree: &oid) -> Result<u64, String> {
    /// A directory, those in it that are still to be weighed, and what was counted.
    struct Open(ObjectId, Vec<ObjectId>, u64);
    let open = |tree: ObjectId| {
        let entries = entries(objects, &tree)?;
        let folders = entries.iter().filter(|entry| entry.mode() == Some(Mode::Tree)).map(|entry| entry.id);
        Ok::<_, String>(Open(tree, folders.collect(), entries.len() as u64))
    };
    let mut known: HashMap<ObjectId, u64> = HashMap::new();
    let mut way = vec![open(tree.to_owned())?];
    loop {
        let depth = way.len();
        let Some(Open(tree, folders, sum)) = way.last_mut() else { break };
        let Some(folder) = folders.last() else {
            known.insert(*tree, *sum);
            way.pop();
            continue;
        };
        match known.entry(*folder) {
            Known::Occupied(weight) => {
                *sum = sum.saturating_add(*weight.get());
                folders.pop();
            }
            // A name has a byte, and a sign before it.
            Known::Vacant(_) if depth > MAX_PATH / 2 => return Err(TOO_MANY.to_owned()),
            Known::Vacant(_) => {
                let next = open(*folder)?;
                way.push(next);
            }
        }
    }
    Ok(known.get(tree).copied().unwrap_or(0))
}

/// Looks paths up in one tree, and keeps the directories it went through.
pub(crate) struct Lookup<'o> {
    objects: &'o Objects,
    tree: ObjectId,
    known: HashMap<Vec<u8>, Vec<Entry>>,
}

impl<'o> Lookup<'o> {
    pub(crate) fn new(objects: &'o Objects, tree: ObjectId) -> Self {
        Self { objects, tree, known: HashMap::new() }
    }

    /// What the tree has at a path; the top itself has none.
    ///
    /// # Errors
    /// When a directory on the way cannot be read.
    pub(crate) fn find(&mut self, path: &[u8]) -> Result<Option<Entry>, String> {
        if self.known.len() > MAX_KEPT {
            self.known.clear();
        }
        let (mut tree, mut start) = (self.tree, 0);
        loop {
            let end = memchr::memchr(b'/', &path[start..]).map_or(path.len(), |length| start + length);
            let folder = &path[..start];
            if !self.known.contains_key(folder) {
                self.known.insert(folder.to_vec(), entries(self.objects, &tree)?);
            }
            let entries = self.known.get(folder).map(Vec::as_slice).unwrap_or_default();
            let found = entries.binary_search_by(|entry| entry.name.as_slice().cmp(&path[start..end]));
            let Ok(found) = found else { return Ok(None) };
            match &entries[found] {
                entry if end == path.len() => return Ok(Some(entry.clone())),
                entry if entry.mode() == Some(Mode::Tree) => (tree, start) = (entry.id, end + 1),
                _ => return Ok(None),
            }
        }
    }
}

/// The path of something in a directory.
pub(crate) fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(folder.len() + 1 + name.len());
    path.extend_from_slice(folder);
    if !folder.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// Whether git lets a tree or an index have this name: nothing that leads elsewhere, or into the repository itself.
pub(crate) fn is_name(name: &[u8]) -> bool {
    let is_repository = name.eq_ignore_ascii_case(b".git") || name.eq_ignore_ascii_case(b"git~1");
    let separates = |byte: &u8| *byte == b'/' || *byte == 0 || cfg!(windows) && b"\\:".contains(byte);
    !(name.is_empty() || name == b"." || name == b".." || is_repository || name.iter().any(separates))
}

/// Whether all segments of a path are such names.
pub(crate) fn is_path(path: &[u8]) -> bool {
    path.len() <= MAX_PATH && path.split(|byte| *byte == b'/').all(is_name)
}

fn malformed(what: &str, id: &oid) -> String {
    format!("{what} {id} is malformed; `git fsck` tells more")
}
