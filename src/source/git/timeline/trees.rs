//! All trees of a repository, as numbers.
//!
//! Owns what of each tree is kept: its directories, and those of its files that were asked for. The decisions to know:
//! objects are numbers of the store and names are numbers of a table, so that what is kept of a tree takes eight bytes
//! for each entry; trees that are stored beside each other differ in an entry or two, so that only what differs
//! from the one before is looked at; and any name is taken, since it is told and never opened.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;

use super::Numbers;
use crate::source::git::tree::Mode;

/// The most entries that are kept: a gigabyte.
const MAX_LINKS: usize = 1 << 27;

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Link {
    /// Its name, and whether it is a file: see [`Link::file`].
    name: u32,
    /// A file: which of those asked for it is. A directory: the number of its tree.
    pub(super) to: u32,
}

impl Link {
    const FILE: u32 = 1 << 31;

    pub(super) fn new(name: u32, is_file: bool, to: u32) -> Self {
        Self { name: if is_file { name | Self::FILE } else { name }, to }
    }

    pub(super) fn is_file(self) -> bool {
        self.name & Self::FILE != 0
    }

    /// The number of its name.
    pub(super) fn name(self) -> u32 {
        self.name & !Self::FILE
    }
}

/// What is kept of all trees.
pub(super) struct Forest {
    /// What was asked for, in order.
    pub(super) asked: Vec<ObjectId>,
    links: Vec<Link>,
    /// Where the entries of a tree are in `links`, by its number; beyond the end where there is no such tree.
    spans: Vec<(u32, u32)>,
    names: Vec<Vec<u8>>,
    /// Trees that have entries that are not in the store.
    lacking: HashSet<u32>,
}

impl Forest {
    /// # Errors
    /// When there is more of them than dekey follows.
    pub(super) fn read(numbers: &Numbers<'_>, blobs: &HashSet<ObjectId>, stop: &AtomicBool) -> Result<Self, String> {
        let mut asked: Vec<ObjectId> = blobs.iter().copied().collect();
        asked.sort_unstable();
        let mut places = vec![NONE; numbers.count()];
        for (place, number) in (0..).zip(&asked).filter_map(|(place, id)| Some((place, numbers.of(id)?))) {
            places[number as usize] = place;
        }
        let lanes: Vec<Mutex<Reader>> = (0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect();
        let kept = AtomicUsize::new(0);
        let see = |id: &oid, data: &[u8]| {
            let Some(number) = numbers.of(id) else { return };
            if kept.load(Ordering::Relaxed) < MAX_LINKS {
                let lane = rayon::current_thread_index().map_or(0, |thread| thread + 1);
                let mut lane = lanes[lane % lanes.len()].lock().unwrap_or_else(PoisonError::into_inner);
                kept.fetch_add(lane.read(numbers, &places, number, data), Ordering::Relaxed);
            }
        };
        numbers.store.each(Kind::Tree, &|_| true, &see, stop);
        if kept.into_inner() >= MAX_LINKS {
            return Err("its history has more directories than dekey follows".to_owned());
        }
        let mut forest = Self {
            asked,
            links: Vec::new(),
            spans: vec![(NONE, 0); numbers.count()],
            names: Vec::new(),
            lacking: HashSet::new(),
        };
        let mut names = Names::default();
        for lane in lanes {
            forest.add(lane.into_inner().unwrap_or_else(PoisonError::into_inner), &mut names);
        }
        forest.names = names.list;
        Ok(forest)
    }

    fn add(&mut self, lane: Reader, names: &mut Names) {
        let renamed: Vec<u32> = lane.names.list.iter().map(|name| names.number(name)).collect();
        let before = self.links.len() as u32;
        self.links
            .extend(lane.links.iter().map(|link| Link::new(renamed[link.name() as usize], link.is_file(), link.to)));
        for tree in lane.trees {
            self.spans[tree.number as usize] = (before + tree.start, tree.length);
            if tree.lacks {
                self.lacking.insert(tree.number);
            }
        }
    }

    /// The entries of a tree; `None` where there is none that can be read.
    pub(super) fn entries(&self, tree: u32) -> Option<&[Link]> {
        let (start, length) = *self.spans.get(tree as usize)?;
        self.links.get(start as usize..start as usize + length as usize).filter(|_| start != NONE)
    }

    pub(super) fn name(&self, number: u32) -> &[u8] {
        &self.names[number as usize]
    }

    /// Trees that have entries that are not in the store.
    pub(super) fn lacking(&self) -> &HashSet<u32> {
        &self.lacking
    }
}

/// No object, no place.
const NONE: u32 = u32::MAX;

/// Names, each once.
#[derive(Default)]
struct Names {
    list: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
}

impl Names {
    fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// What one thread has read.
#[derive(Default)]
struct Reader {
    links: Vec<Link>,
    trees: Vec<Tree>,
    names: Names,
    /// The tree before: its bytes, its entries, and where those of `links` begin.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    start: usize,
    /// Room for the entries of the next one.
    next: Vec<Entry>,
}

struct Tree {
    number: u32,
    start: u32,
    length: u32,
    lacks: bool,
}

/// An entry of the tree before.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// Where its name begins.
    name: u32,
    /// Where it ends.
    end: u32,
    /// How many links there are up to here.
    links: u32,
    /// Whether it is not in the store.
    lacks: bool,
}

impl Reader {
    /// Adds a tree, and tells how many links it has. One that is malformed is left out.
    fn read(&mut self, numbers: &Numbers<'_>, places: &[u32], number: u32, data: &[u8]) -> usize {
        let start = self.links.len();
        if self.entries_of(numbers, places, data).is_none() {
            self.links.truncate(start);
            return 0;
        }
        let length = self.links.len() - start;
        std::mem::swap(&mut self.entries, &mut self.next);
        self.bytes.clear();
        self.bytes.extend_from_slice(data);
        self.start = start;
        let lacks = self.entries.iter().any(|entry| entry.lacks);
        self.trees.push(Tree { number, start: start as u32, length: length as u32, lacks });
        length
    }

    fn entries_of(&mut self, numbers: &Numbers<'_>, places: &[u32], data: &[u8]) -> Option<()> {
        let id_length = numbers.kind().len_in_bytes();
        let start = self.links.len();
        let count = |reader: &Self| (reader.links.len() - start) as u32;
        let old = |entries: &[Entry], end: usize| if end == 0 { Entry::default() } else { entries[end - 1] };
        self.next.clear();
        // What begins like the tree before.
        let same = common(&self.bytes, data);
        let kept = self.entries.partition_point(|entry| entry.end as usize <= same);
        self.next.extend_from_slice(&self.entries[..kept]);
        let mut met = kept;
        let Entry { end: mut at, links, .. } = old(&self.entries, kept);
        self.links.extend_from_within(self.start..self.start + links as usize);
        // What ends like it.
        let same = common_end(&self.bytes[at as usize..], &data[at as usize..]);
        loop {
            let rest = data.len() - at as usize;
            if rest <= same {
                let there = (self.bytes.len() - rest) as u32;
                let from = self.entries.partition_point(|entry| entry.end <= there);
                let before = old(&self.entries, from);
                if before.end == there {
                    let links = count(self);
                    let copied = self.start + before.links as usize;
                    let last = self.start + old(&self.entries, self.entries.len()).links as usize;
                    self.links.extend_from_within(copied..last);
                    self.next.extend(self.entries[from..].iter().map(|entry| Entry {
                        name: entry.name - there + at,
                        end: entry.end - there + at,
                        links: entry.links - before.links + links,
                        lacks: entry.lacks,
                    }));
                    return Some(());
                }
            }
            if rest == 0 {
                return Some(());
            }
            let (mode, name, id, length) = entry(&data[at as usize..], id_length)?;
            let whole = &data[at as usize..at as usize + length];
            let this = Entry { name: at + (length - id_length - 1 - name.len()) as u32, ..Entry::default() };
            at += length as u32;
            // What has this name in the tree before, or comes after it there.
            let is_before = |entry: &Entry| self.bytes[entry.name as usize..entry.end as usize - id_length - 1] < *name;
            met += self.entries[met..].iter().take_while(|entry| is_before(entry)).count();
            let before = old(&self.entries, met);
            if let Some(entry) = self.entries.get(met)
                && self.bytes[before.end as usize..entry.end as usize] == *whole
            {
                let same = self.start + before.links as usize..self.start + entry.links as usize;
                self.links.extend_from_within(same);
                self.next.push(Entry { end: at, links: count(self), lacks: entry.lacks, ..this });
                met += 1;
                continue;
            }
            let found = numbers.of(id);
            let mut lacks = false;
            match (mode, found) {
                (Mode::Submodule, _) => {}
                (_, None) => lacks = !id.is_empty_tree(),
                (Mode::Tree, Some(tree)) => {
                    let name = self.names.number(name);
                    self.links.push(Link::new(name, false, tree));
                }
                (Mode::File | Mode::Link, Some(blob)) => {
                    if let Some(&place) = places.get(blob as usize).filter(|&&place| place != NONE) {
                        let name = self.names.number(name);
                        self.links.push(Link::new(name, true, place));
                    }
                }
            }
            self.next.push(Entry { end: at, links: count(self), lacks, ..this });
        }
    }
}

/// The first entry of what is left of a tree: its mode, name and object, and how many bytes it has.
pub(super) fn entry(data: &[u8], id_length: usize) -> Option<(Mode, &[u8], &oid, usize)> {
    let space = memchr::memchr(b' ', data.get(..8).unwrap_or(data))?;
    let bits = data[..space]
        .iter()
        .try_fold(0_u32, |bits, &digit| (b'0'..=b'7').contains(&digit).then(|| bits << 3 | u32::from(digit - b'0')))?;
    let rest = &data[space + 1..];
    let end = memchr::memchr(0, rest).filter(|&end| end > 0)?;
    let id = oid::try_from_bytes(rest.get(end + 1..end + 1 + id_length)?).ok()?;
    Some((Mode::of(bits)?, &rest[..end], id, space + 1 + end + 1 + id_length))
}

/// How many bytes two texts begin with alike.
fn common(one: &[u8], other: &[u8]) -> usize {
    let (ones, others) = (one.as_chunks::<STEP>().0, other.as_chunks::<STEP>().0);
    let same = STEP * ones.iter().zip(others).take_while(|(one, other)| one == other).count();
    same + one[same..].iter().zip(&other[same..]).take_while(|(one, other)| one == other).count()
}

/// How many bytes two texts end with alike.
fn common_end(one: &[u8], other: &[u8]) -> usize {
    let (ones, others) = (one.as_rchunks::<STEP>().1, other.as_rchunks::<STEP>().1);
    let same = STEP * ones.iter().rev().zip(others.iter().rev()).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[..one.len() - same], &other[..other.len() - same]);
    same + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

/// How many bytes are compared in one go.
const STEP: usize = 32;
