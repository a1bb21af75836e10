//! Commits, as a graph of numbers.
//!
//! Owns reading all of them, which of them the references lead to, and their order. The decision to know: there is one order
//! of all commits: parents come before children, and of those that may come next the one that was written first does,
//! then the one whose name is smaller. Nothing recurses, since a history can be as long as one likes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::{CommitRefIter, Kind, TagRefIter};

use super::{CommitAt, Numbers, Objects};

/// No commit, no object.
const NONE: u32 = u32::MAX;
/// How often a tag may name a tag.
const MAX_TAGS: usize = 16;

/// A commit as it is stored. Objects are numbers of the store.
struct Commit {
    number: u32,
    tree: Option<u32>,
    parents: Vec<u32>,
    /// Parents and the tree, where the store does not have them.
    missing: Vec<ObjectId>,
    /// Whether it has parents that were not cloned.
    cut: bool,
    told: CommitAt,
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// One of [`History`].
    Commit(u32),
    /// By its number in the store.
    Tree(u32),
    Blob(ObjectId),
}

/// A reference that leads somewhere.
#[derive(Debug)]
pub(super) struct Tip {
    pub(super) name: Arc<str>,
    pub(super) target: Target,
}

/// The commits of a repository.
pub(super) struct History {
    commits: Vec<Commit>,
    /// Where the commit of a number is in `commits`.
    places: Vec<u32>,
    /// Those that the tips lead to, once they were walked.
    order: Vec<u32>,
    /// Commits that others come from, and that cannot be read.
    malformed: Vec<ObjectId>,
}

impl History {
    pub(super) fn read(objects: &Objects, numbers: &Numbers<'_>, stop: &AtomicBool) -> Self {
        let (kind, shallow) = (objects.kind(), objects.shallow());
        let commits = Mutex::new(Vec::new());
        let see = |id: &oid, data: &[u8]| {
            // One that is malformed is met as what others come from.
            if let Some(commit) = Commit::read(kind, shallow, numbers, id, data) {
                commits.lock().unwrap_or_else(PoisonError::into_inner).push(commit);
            }
        };
        numbers.store.each(Kind::Commit, &|_| true, &see, stop);
        let mut commits: Vec<Commit> = commits.into_inner().unwrap_or_else(PoisonError::into_inner);
        commits.sort_unstable_by_key(|commit| commit.number);
        let mut places = vec![NONE; numbers.count()];
        for (at, commit) in (0..).zip(&commits) {
            places[commit.number as usize] = at;
        }
        Self { commits, places, order: Vec::new(), malformed: Vec::new() }
    }

    /// What the references lead to; those that lead nowhere are added to `broken`.
    pub(super) fn tips(
        &self,
        objects: &Objects,
        numbers: &Numbers<'_>,
        named: Vec<(String, ObjectId)>,
        broken: &mut Vec<(String, String)>,
    ) -> Vec<Tip> {
        let mut tips = Vec::with_capacity(named.len());
        for (name, id) in named {
            match self.target(objects, numbers, id) {
                Ok(target) => tips.push(Tip { name: name.into(), target }),
                Err(why) => broken.push((name, why)),
            }
        }
        tips
    }

    fn target(&self, objects: &Objects, numbers: &Numbers<'_>, mut id: ObjectId) -> Result<Target, String> {
        for _ in 0..MAX_TAGS {
            let number = numbers.of(&id);
            if let Some(commit) = number.and_then(|number| self.at(number)) {
                return Ok(Target::Commit(commit));
            }
            match (objects.kind_of(&id)?, number) {
                (Kind::Tag, _) => {
                    let mut buffer = Vec::new();
                    let data = objects.find(&id, Kind::Tag, &mut buffer)?;
                    id = TagRefIter::from_bytes(data, objects.kind())
                        .target_id()
                        .map_err(|_| format!("tag {id} is malformed"))?;
                }
                (Kind::Tree, Some(number)) => return Ok(Target::Tree(number)),
                (Kind::Blob, _) => return Ok(Target::Blob(id)),
                (kind, _) => return Err(format!("{kind} {id} cannot be read; `git fsck` tells more")),
            }
        }
        Err(format!("{id} is a tag of a tag of a tag, and so on"))
    }

    /// Puts in order what the tips lead to.
    pub(super) fn walk(&mut self, numbers: &Numbers<'_>, tips: &[Tip]) {
        let mut met = vec![false; self.commits.len()];
        let mut found: Vec<u32> = Vec::new();
        let mut meet = |commit: u32, found: &mut Vec<u32>| {
            if !std::mem::replace(&mut met[commit as usize], true) {
                found.push(commit);
            }
        };
        for tip in tips {
            if let Target::Commit(commit) = tip.target {
                meet(commit, &mut found);
            }
        }
        let mut malformed = Vec::new();
        let mut next = 0;
        while let Some(&commit) = found.get(next) {
            next += 1;
            for &parent in &self.commits[commit as usize].parents {
                match self.at(parent) {
                    Some(parent) => meet(parent, &mut found),
                    None => malformed.extend(numbers.object(parent)),
                }
            }
        }
        self.order = self.ordered(&found);
        // A commit can come from itself only where its bytes are not those of its name.
        let ordered: HashSet<u32> = self.order.iter().copied().collect();
        malformed.extend(found.iter().filter(|commit| !ordered.contains(commit)).map(|&commit| self.told(commit).id));
        self.malformed = malformed;
    }

    /// These commits, of which all parents are among them, in the order that the module speaks of.
    fn ordered(&self, found: &[u32]) -> Vec<u32> {
        let parents = |commit: u32| self.commits[commit as usize].parents.iter().filter_map(|&parent| self.at(parent));
        // All children in one list; those of a commit end where the ones of the next begin.
        let mut starts = vec![0_u32; self.commits.len() + 1];
        found.iter().flat_map(|&commit| parents(commit)).for_each(|parent| starts[parent as usize] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut children = vec![0_u32; sum as usize];
        let mut waits = vec![0_u32; self.commits.len()];
        for &commit in found {
            for parent in parents(commit) {
                let start = &mut starts[parent as usize];
                *start -= 1;
                children[*start as usize] = commit;
                waits[commit as usize] += 1;
            }
        }
        let key = |commit: u32| {
            let told = self.told(commit);
            Reverse((told.author_seconds, told.id, commit))
        };
        let mut ready: BinaryHeap<_> =
            found.iter().filter(|&&commit| waits[commit as usize] == 0).map(|&commit| key(commit)).collect();
        let mut order = Vec::with_capacity(found.len());
        while let Some(Reverse((_, _, commit))) = ready.pop() {
            order.push(commit);
            for &child in &children[starts[commit as usize] as usize..starts[commit as usize + 1] as usize] {
                let waits = &mut waits[child as usize];
                *waits -= 1;
                if *waits == 0 {
                    ready.push(key(child));
                }
            }
        }
        order
    }

    /// The commits that the tips lead to.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// What is told of a commit.
    pub(super) fn told(&self, commit: u32) -> CommitAt {
        self.commits[commit as usize].told
    }

    /// The tree of a commit, by its number in the store.
    pub(super) fn tree(&self, commit: u32) -> Option<u32> {
        self.commits[commit as usize].tree
    }

    /// The tree that a reference leads to.
    pub(super) fn tree_of(&self, target: Target) -> Option<u32> {
        match target {
            Target::Commit(commit) => self.tree(commit),
            Target::Tree(tree) => Some(tree),
            Target::Blob(_) => None,
        }
    }

    /// How many of the commits that the tips lead to were cut off from their parents.
    pub(super) fn cut(&self) -> u64 {
        self.order.iter().filter(|&&commit| self.commits[commit as usize].cut).count() as u64
    }

    /// Parents and trees of the commits that the tips lead to, where they are not there.
    pub(super) fn missing(&self) -> impl Iterator<Item = ObjectId> {
        self.order.iter().flat_map(|&commit| self.commits[commit as usize].missing.iter().copied())
    }

    /// What should be a commit and is none that can be read.
    pub(super) fn malformed(&self) -> &[ObjectId] {
        &self.malformed
    }

    /// Where the commit of this number is.
    fn at(&self, number: u32) -> Option<u32> {
        self.places.get(number as usize).copied().filter(|&at| at != NONE)
    }
}

impl Commit {
    /// `None` when it does not even name a tree.
    fn read(
        kind: gix::hash::Kind,
        shallow: &HashSet<ObjectId>,
        numbers: &Numbers<'_>,
        id: &oid,
        data: &[u8],
    ) -> Option<Self> {
        let read = || CommitRefIter::from_bytes(data, kind);
        let number = numbers.of(id)?;
        let tree = read().tree_id().ok()?;
        let mut commit = Self {
            number,
            tree: numbers.of(&tree),
            parents: Vec::new(),
            missing: Vec::new(),
            cut: false,
            told: CommitAt { id: id.to_owned(), author_seconds: 0, author_offset_minutes: 0 },
        };
        if commit.tree.is_none() && tree != ObjectId::empty_tree(kind) {
            commit.missing.push(tree);
        }
        for parent in read().parent_ids() {
            match numbers.of(&parent) {
                _ if shallow.contains(id) => commit.cut = true,
                Some(parent) => commit.parents.push(parent),
                None => commit.missing.push(parent),
            }
        }
        if let Ok(time) = read().author().and_then(|author| author.time()) {
            commit.told.author_seconds = time.seconds;
            commit.told.author_offset_minutes = i16::try_from(time.offset / 60).unwrap_or(0);
        }
        Some(commit)
    }
}
