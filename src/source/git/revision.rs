//! Revisions: what people call a commit, and where two histories parted.
//!
//! Owns the way from a name to a commit, and going through commits. The decisions to know: a name that asks for the
//! reflog or a search is refused, since it means another commit tomorrow; and a history that was cut off is told from one that ends,
//! since behind the cut there may be what is looked for.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::{CommitRefIter, Kind, TagRefIter};

use super::Repository;
use super::objects::Objects;
use super::refs::{Refs, list};

/// How often a tag may name a tag.
const MAX_TAGS: usize = 16;
/// The fewest digits that stand for an object.
const MIN_DIGITS: usize = 4;

/// Where two histories parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// At the newest commit that both have.
    Commit(ObjectId),
    /// They have nothing in common.
    None,
    /// Nobody can tell: the clone is shallow, and what it holds of them has nothing in common.
    Cut,
}

/// The commit of a revision: `HEAD`, an id or its beginning, a branch, a remote's branch or a tag, and from there
/// `~N` commits back or `^N` to a parent.
///
/// # Errors
/// When it names nothing, nothing that is a commit, or asks for more than that.
pub(crate) fn resolve(repository: &Repository, objects: &Objects, revision: &str) -> Result<ObjectId, String> {
    let refused = |why: &str| Err(format!("`{revision}` {why}; give the name of a branch, a tag or a commit"));
    if revision.contains("@{") {
        return refused("asks for the reflog or an upstream, which dekey does not read");
    }
    if revision.contains("..") {
        return refused("is a range");
    }
    if revision.contains(':') {
        return refused("is a search or a file");
    }
    let end = revision.find(['~', '^']).unwrap_or(revision.len());
    let (name, mut steps) = revision.split_at(end);
    let mut commit = named(repository, objects, name)?.ok_or_else(|| format!("`{name}` names no commit"))?;
    while let Some(sign) = steps.chars().next() {
        steps = &steps[1..];
        if let Some(rest) = (sign == '^').then(|| steps.strip_prefix("{commit}").or(steps.strip_prefix("{}"))).flatten()
        {
            // It is one already.
            steps = rest;
            continue;
        }
        let digits = steps.find(|other: char| !other.is_ascii_digit()).unwrap_or(steps.len());
        let (number, rest) = steps.split_at(digits);
        let number: u32 = if number.is_empty() {
            1
        } else {
            number.parse().map_err(|_| format!("`{number}` in `{revision}` is too large"))?
        };
        commit = match sign {
            '~' => ancestor(objects, commit, number, revision)?,
            '^' if number == 0 => commit,
            '^' => parent(objects, &commit, number, revision)?,
            _ => return refused("is not understood"),
        };
        steps = rest;
    }
    Ok(commit)
}

/// The commit so many first parents before another one.
fn ancestor(objects: &Objects, mut commit: ObjectId, number: u32, revision: &str) -> Result<ObjectId, String> {
    // One that was met before is met again at the latest when as many steps have been taken since it was kept.
    let mut met = commit;
    for step in 1..=number {
        commit = parent(objects, &commit, 1, revision)?;
        if commit == met {
            return Err(format!("the history of `{revision}` has no beginning: a commit is its own ancestor"));
        }
        if step.is_power_of_two() {
            met = commit;
        }
    }
    Ok(commit)
}

/// What a name stands for, as git looks it up.
fn named(repository: &Repository, objects: &Objects, name: &str) -> Result<Option<ObjectId>, String> {
    let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && name.len() == objects.kind().len_in_hex() {
        let id = ObjectId::from_hex(name.as_bytes()).map_err(|error| error.to_string())?;
        return peeled(objects, id).map(Some);
    }
    let refs = Refs::open(repository)?;
    let name = if name == "@" { "HEAD" } else { name };
    for place in list::places(name) {
        if let Some(id) = refs.find(&place)? {
            return peeled(objects, id).map(Some);
        }
    }
    if !is_hex || name.len() < MIN_DIGITS || name.len() > objects.kind().len_in_hex() {
        return Ok(None);
    }
    let found = objects.beginning(name)?.into_iter();
    // Files and directories are not meant.
    let mut commits: Vec<_> = found.filter_map(|id| peeled(objects, id).ok()).collect();
    commits.dedup();
    match commits.as_slice() {
        [] => Ok(None),
        [commit] => Ok(Some(*commit)),
        several => Err(format!("`{name}` begins the names of {} commits; give more of it", several.len())),
    }
}

/// The commit that an object is or, being a tag, names.
fn peeled(objects: &Objects, mut id: ObjectId) -> Result<ObjectId, String> {
    for _ in 0..MAX_TAGS {
        match objects.kind_of(&id)? {
            Kind::Commit => return Ok(id),
            Kind::Tag => {
                let mut buffer = Vec::new();
                let data = objects.find(&id, Kind::Tag, &mut buffer)?;
                id = TagRefIter::from_bytes(data, objects.kind())
                    .target_id()
                    .map_err(|_| format!("tag {id} is malformed"))?;
            }
            kind => return Err(format!("{id} is a {kind} and no commit")),
        }
    }
    Err(format!("{id} is a tag of a tag of a tag, and so on"))
}

fn parent(objects: &Objects, commit: &oid, number: u32, revision: &str) -> Result<ObjectId, String> {
    let read = Commit::read(objects, commit)?;
    let at = usize::try_from(number).unwrap_or(usize::MAX) - 1;
    read.parents.get(at).copied().ok_or_else(|| {
        if read.cut {
            format!("`{revision}` lies beyond the end of this shallow clone; `git fetch --unshallow` gets the rest")
        } else {
            format!("`{revision}` goes back too far: commit {commit} has {} parents", read.parents.len())
        }
    })
}

/// What going through a history needs of a commit.
struct Commit {
    parents: Vec<ObjectId>,
    /// When it was committed, in seconds.
    time: i64,
    /// Whether it has parents that this clone does not.
    cut: bool,
}

impl Commit {
    fn read(objects: &Objects, id: &oid) -> Result<Self, String> {
        let mut buffer = Vec::new();
        let data = objects.find(id, Kind::Commit, &mut buffer)?;
        let read = || CommitRefIter::from_bytes(data, objects.kind());
        let (parents, cut) = match read().parent_ids().collect::<Vec<_>>() {
            parents if objects.is_shallow(id) => (Vec::new(), !parents.is_empty()),
            parents => (parents, false),
        };
        // One without a time is as old as can be.
        Ok(Self { parents, time: read().committer().map_or(0, |by| by.seconds()), cut })
    }
}

/// Where two histories parted. Of several such commits, as merges to and fro make them, the newest.
///
/// # Errors
/// When a commit cannot be read.
pub(crate) fn merge_base(objects: &Objects, one: &oid, other: &oid) -> Result<Base, String> {
    let mut painted = Painted::paint(objects, one, &[other.to_owned()])?;
    let mut bases = std::mem::take(&mut painted.common);
    bases.retain(|(_, id)| painted.seen.get(id).is_some_and(|flags| flags & STALE == 0));
    bases.sort_unstable_by_key(|(time, id)| (Reverse(*time), *id));
    // Where clocks were wrong, one of them can still lie behind another.
    let mut best = 0;
    while best + 1 < bases.len() {
        let others: Vec<ObjectId> = bases.iter().map(|(_, id)| *id).filter(|id| *id != bases[best].1).collect();
        let painted = Painted::paint(objects, &bases[best].1, &others)?;
        if painted.seen.get(&bases[best].1).is_none_or(|flags| flags & OTHER == 0) {
            break;
        }
        best += 1;
    }
    Ok(match bases.get(best) {
        Some((_, id)) => Base::Commit(*id),
        None if painted.cut => Base::Cut,
        None => Base::None,
    })
}

/// The one history has the commit.
const ONE: u8 = 1;
/// The other has.
const OTHER: u8 = 2;
/// It lies behind a commit that both have.
const STALE: u8 = 4;
const QUEUED: u8 = 8;
const COMMON: u8 = 16;

/// Two histories, gone through from their ends, newest commits first, until only common ones are left.
#[derive(Default)]
struct Painted {
    seen: HashMap<ObjectId, u8>,
    /// Commits that both have, with their times.
    common: Vec<(i64, ObjectId)>,
    cut: bool,
    /// By time, then in the order they came; with what they come from.
    queue: BinaryHeap<(i64, Reverse<usize>, ObjectId, Vec<ObjectId>)>,
    /// Commits in the queue that are not stale.
    fresh: usize,
    /// How often a commit was queued.
    count: usize,
}

impl Painted {
    fn paint(objects: &Objects, one: &oid, others: &[ObjectId]) -> Result<Self, String> {
        let mut painted = Self::default();
        painted.add(objects, one.to_owned(), ONE)?;
        others.iter().try_for_each(|other| painted.add(objects, *other, OTHER))?;
        while painted.fresh > 0 {
            let Some((time, _, id, parents)) = painted.queue.pop() else { break };
            let flags = painted.seen.entry(id).or_default();
            *flags &= !QUEUED;
            painted.fresh -= usize::from(*flags & STALE == 0);
            let mut passed = *flags & (ONE | OTHER | STALE);
            if passed == ONE | OTHER {
                if *flags & COMMON == 0 {
                    *flags |= COMMON;
                    painted.common.push((time, id));
                }
                passed |= STALE;
            }
            parents.into_iter().try_for_each(|parent| painted.add(objects, parent, passed))?;
        }
        Ok(painted)
    }

    fn add(&mut self, objects: &Objects, id: ObjectId, passed: u8) -> Result<(), String> {
        let flags = self.seen.entry(id).or_default();
        let before = *flags;
        *flags |= passed | QUEUED;
        if before & passed == passed {
            *flags = before;
        } else if before & QUEUED == 0 {
            self.count += 1;
            self.fresh += usize::from(*flags & STALE == 0);
            let commit = Commit::read(objects, &id)?;
            self.cut |= commit.cut;
            self.queue.push((commit.time, Reverse(self.count), id, commit.parents));
        } else if before & STALE == 0 && passed & STALE != 0 {
            self.fresh -= 1;
        }
        Ok(())
    }
}
