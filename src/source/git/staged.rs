//! What the next commit changes.
//!
//! Owns the comparison of the index with `HEAD`, and reading what differs. The decisions to know: the work tree is never
//! looked at; directories whose trees are equal are stepped over by what the index notes of them, so that it takes as
//! long as the change is large; and what cannot be compared is an error, since a commit that nobody looked at must not
//! look clean.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use gix::ObjectId;

use super::index::{Cached, Entry, Index};
use super::objects::{Objects, Unread};
use super::refs::Refs;
use super::tree::{self, Mode};
use super::{Repository, path_of};

/// The largest staged file that is read.
const MAX_FILE: u64 = 128 << 20;
/// How many files around the staged ones are read, and the largest of them.
const MAX_CONTEXT: usize = 256;
const MAX_CONTEXT_FILE: u64 = 8 << 20;

/// The index, and where it differs from `HEAD`.
pub(crate) struct Staged {
    index: Index,
    objects: Objects,
    /// Positions of regular files that were added or changed.
    files: Vec<usize>,
    /// How many links and submodules were, and how many files are only announced.
    pub(crate) links: u64,
    pub(crate) submodules: u64,
    pub(crate) announced: u64,
    /// Paths with a conflict.
    pub(crate) unmerged: BTreeSet<Vec<u8>>,
}

/// A staged file, or one around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File<'s> {
    /// Its path from the top of the work tree, `/` between segments.
    pub(crate) name: &'s [u8],
    id: &'s gix::hash::oid,
}

impl Staged {
    /// Compares the index at `path` with what is checked out.
    ///
    /// # Errors
    /// What could not be read, and why.
    pub(crate) fn open(repository: &Repository, path: &Path) -> Result<Self, String> {
        let read = Index::read(path).map_err(|why| format!("the index cannot be read: {why}"))?;
        let head = Refs::open(repository)?.head()?;
        let kind = read.as_ref().map(Index::kind).or(head.map(|head| head.kind())).unwrap_or(gix::hash::Kind::Sha1);
        let index = read.unwrap_or_else(|| Index::empty(kind));
        let objects = Objects::of_kind(repository, kind)?;
        let head = head.map(|commit| tree::of_commit(&objects, &commit)).transpose()?;
        let mut staged = Self {
            index,
            objects,
            files: Vec::new(),
            links: 0,
            submodules: 0,
            announced: 0,
            unmerged: BTreeSet::new(),
        };
        staged.compare(head)?;
        Ok(staged)
    }

    /// The files to look at, by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = File<'_>> {
        self.files.iter().flat_map(|at| self.index.range(*at..at + 1)).map(File::of)
    }

    /// Files in the directories of `of` and above them that `wanted` is true for, and that are not among `of`, by path.
    pub(crate) fn around(&self, of: &[File<'_>], wanted: &dyn Fn(&Path) -> bool) -> Vec<File<'_>> {
        let mut folders: BTreeSet<&[u8]> = BTreeSet::new();
        for file in of {
            let ends = memchr::memrchr_iter(b'/', file.name).map(|slash| slash + 1).chain([0]);
            // What is above a known directory is known too.
            ends.map(|end| &file.name[..end]).take_while(|folder| folders.insert(folder)).for_each(drop);
        }
        let known: BTreeSet<&[u8]> = of.iter().map(|file| file.name).collect();
        let mut found = Vec::new();
        for folder in folders {
            let within = self.index.beneath(folder, 0..self.index.entries().len());
            self.children(folder, within, |_, child| {
                if let Child::File(entry, _) = child
                    && found.len() < MAX_CONTEXT
                    && entry.stage == 0
                    && !entry.intended
                    && Mode::of(entry.mode) == Some(Mode::File)
                    && !known.contains(entry.name)
                    && path_of(entry.name).is_some_and(|path| wanted(&path))
                {
                    found.push(File::of(entry));
                }
            });
        }
        found.sort_unstable_by_key(|file| file.name);
        found
    }

    /// Whether the index has a path, or something beneath it.
    pub(crate) fn tracks(&self, name: Vec<u8>) -> bool {
        name.is_empty() || self.index.tracks(name, true)
    }

    /// What a staged file holds.
    ///
    /// # Errors
    /// When it is too large, or its object cannot be read.
    pub(crate) fn read(&self, file: File<'_>) -> Result<Vec<u8>, Unread> {
        self.objects.blob(file.id, MAX_FILE)
    }

    /// What a file around them holds; `None` when it is too large to be of use, or cannot be read.
    pub(crate) fn read_around(&self, file: File<'_>) -> Option<Vec<u8>> {
        self.objects.blob(file.id, MAX_CONTEXT_FILE).ok()
    }

    fn compare(&mut self, head: Option<ObjectId>) -> Result<(), String> {
        let cached = self.index.cached();
        let all = 0..self.index.entries().len();
        let mut open = vec![Folder { name: Vec::new(), within: all, tree: head, noted: Some(Cached::TOP) }];
        let mut differing = Vec::new();
        while let Some(folder) = open.pop() {
            let cached = cached.as_ref().zip(folder.noted);
            let now = cached.and_then(|(cached, node)| cached.tree(node, folder.within.len()));
            if now.is_some() && now == folder.tree {
                continue;
            }
            let old = folder.tree.map_or_else(|| Ok(Vec::new()), |tree| tree::entries(&self.objects, &tree))?;
            let old = |name: &[u8]| Some(&old[old.binary_search_by(|entry| entry.name.as_slice().cmp(name)).ok()?]);
            let noted = cached.map(|(cached, node)| cached.children(node)).unwrap_or_default();
            let mut sparse = false;
            self.children(&folder.name, folder.within, |name, child| match child {
                Child::File(entry, _) if name.is_empty() => {
                    // A directory that is not checked out is one entry.
                    sparse |= folder.tree.as_deref() != Some(entry.id);
                }
                Child::File(entry, at) => {
                    let same = |old: &tree::Entry| old.bits == entry.mode && *old.id == *entry.id;
                    if entry.stage != 0 || !old(name).is_some_and(same) {
                        differing.push(at);
                    }
                }
                Child::Folder(full, within) => {
                    let tree = old(name).filter(|old| old.mode() == Some(Mode::Tree)).map(|old| old.id);
                    open.push(Folder { name: full.to_vec(), within, tree, noted: noted.get(name).copied() });
                }
            });
            if sparse {
                return Err(
                    "the index is sparse, and differs in what is not checked out; `git sparse-checkout reapply \
                            --no-sparse-index` writes it in full"
                        .to_owned(),
                );
            }
        }
        differing.sort_unstable();
        self.sort_out(&differing)
    }

    /// Tells files from what is none.
    fn sort_out(&mut self, differing: &[usize]) -> Result<(), String> {
        for &at in differing {
            let Some(entry) = self.index.range(at..at + 1).next() else { continue };
            if !tree::is_path(entry.name) {
                return Err("the index names a file that lies outside of the work tree".to_owned());
            }
            match Mode::of(entry.mode) {
                _ if entry.stage != 0 => _ = self.unmerged.insert(entry.name.to_vec()),
                _ if entry.intended => self.announced += 1,
                Some(Mode::File) => self.files.push(at),
                Some(Mode::Link) => self.links += 1,
                Some(Mode::Submodule) => self.submodules += 1,
                Some(Mode::Tree) | None => return Err("the index is malformed".to_owned()),
            }
        }
        Ok(())
    }

    /// Calls `see` for what is directly in a directory, given with its `/` and where it is in the index.
    fn children<'s>(&'s self, folder: &[u8], within: Range<usize>, mut see: impl FnMut(&'s [u8], Child<'s>)) {
        let mut at = within.start;
        while let Some(entry) = self.index.range(at..within.end).next() {
            let rest = &entry.name[folder.len()..];
            match memchr::memchr(b'/', rest) {
                Some(slash) => {
                    let full = &entry.name[..folder.len() + slash + 1];
                    let beneath = self.index.beneath(full, at..within.end);
                    at = beneath.end.max(at + 1);
                    see(&rest[..slash], Child::Folder(full, beneath));
                }
                None => {
                    see(rest, Child::File(entry, at));
                    at += 1;
                }
            }
        }
    }
}

/// A directory to compare.
struct Folder {
    /// With its `/`.
    name: Vec<u8>,
    within: Range<usize>,
    /// What `HEAD` has there.
    tree: Option<ObjectId>,
    /// Where the index may note its tree.
    noted: Option<usize>,
}

enum Child<'s> {
    /// With its position.
    File(Entry<'s>, usize),
    /// With its `/`, and where its entries are.
    Folder(&'s [u8], Range<usize>),
}

impl<'s> File<'s> {
    fn of(entry: Entry<'s>) -> Self {
        Self { name: entry.name, id: entry.id }
    }
}
