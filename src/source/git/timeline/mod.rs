//! When the contents of files came and went.
//!
//! Owns the way from some blobs to the paths they had, the commits between which they had them, and the references that
//! still do. It reads no file's contents. The decisions to know: all trees and all commits are read once, in the order
//! in which they are stored, and kept as numbers ([`trees`], [`commits`]); a tree is then reduced to what leads to a
//! blob that was asked for ([`reduce`], [`sweep`]), so that most commits look alike; and "first" and "last" are told by one order
//! of all commits, parents before children and else the one that was written earlier ([`commits::History::order`]), so
//! that a clock that was wrong never puts a commit before what it came from.

mod commits;
mod lacking;
mod reduce;
mod sweep;
mod trees;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::ObjectId;

use super::packs::{Numbers, Store};
use super::refs::{Listed, Refs, Selection};
use super::{Objects, Repository};
use commits::{History, Target};
pub(crate) use lacking::Lacking;
use reduce::{NOTHING, Shape, Shapes};
use sweep::Paths;
use trees::Forest;

/// One path at which some contents were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// From the top, `/` between segments, as the trees have it: it may hold any byte but NUL, and lead nowhere. Empty
    /// where a reference names the contents themselves.
    pub(crate) path: Vec<u8>,
    /// The first commit that has them there, and the last one; none where only a tag of a tree or a file has.
    ///
    /// No parent of the first one has them, and no child of the last one. Of several such the one is meant that was
    /// written first, or last; between the two they may have been gone.
    pub(crate) commits: Option<(CommitAt, CommitAt)>,
    /// A reference that still has them: `HEAD` rather than a branch, a branch rather than a tag, a tag rather than others.
    pub(crate) tip: Option<Arc<str>>,
}

/// A commit, and when it was written; the time at which it took its place in a history is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommitAt {
    pub(crate) id: ObjectId,
    /// Since 1970, UTC. 0 where the commit does not say.
    pub(crate) author_seconds: i64,
    /// What the author's clock was ahead of UTC.
    pub(crate) author_offset_minutes: i16,
}

/// What a history says of some contents, and whether it is whole.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// By path.
    pub(crate) seen: HashMap<ObjectId, Vec<Seen>>,
    /// Contents that no selected reference leads to.
    pub(crate) unreachable: HashSet<ObjectId>,
    /// How many commits the references lead to.
    pub(crate) commits: u64,
    /// How many of them had parents that a shallow clone left out.
    pub(crate) cut: u64,
    /// Objects that the references lead to, and that cannot be had.
    pub(crate) lacking: Lacking,
    /// References that lead nowhere, with the reason.
    pub(crate) broken_refs: Vec<(String, String)>,
    /// Whether some paths were left out, since there are too many or too long ones.
    pub(crate) more: bool,
}

/// What is told of contents that were found in a history.
///
/// # Errors
/// When the references cannot be listed, one of `refs` names none, the history is larger than dekey follows, or `stop`
/// was set.
pub(crate) fn trace(
    repository: &Repository,
    objects: &Objects,
    store: &Store,
    refs: &Selection,
    blobs: &HashSet<ObjectId>,
    stop: &AtomicBool,
) -> Result<Timeline, String> {
    let go_on = || if stop.load(Ordering::Relaxed) { Err("it was interrupted".to_owned()) } else { Ok(()) };
    let Listed { tips, broken } = Refs::open(repository)?.list(refs)?;
    let mut broken_refs = broken;
    let numbers = Numbers::new(store);
    let mut history = History::read(objects, &numbers, stop);
    go_on()?;
    let tips = history.tips(objects, &numbers, tips, &mut broken_refs);
    history.walk(&numbers, &tips);
    let forest = Forest::read(&numbers, blobs, stop)?;
    go_on()?;

    let mut shapes = Shapes::new(&forest, numbers.count());
    let mut shape = |tree: Option<u32>| tree.map_or(NOTHING, |tree| shapes.of(tree));
    let roots: Vec<(Shape, u32)> = history.order().iter().map(|&at| (shape(history.tree(at)), at)).collect();
    let tip_roots: Vec<Shape> = tips.iter().map(|tip| shape(history.tree_of(tip.target))).collect();
    let lacking = Lacking::of(objects, &numbers, &history, &forest, &shapes, stop);
    go_on()?;

    let mut paths = Paths::new(&forest);
    let first = paths.sweep(&shapes, roots.iter().copied());
    let last = paths.sweep(&shapes, roots.iter().rev().copied());
    let mut held = paths.sweep(&shapes, tip_roots.into_iter().zip(&tips));
    let mut seen: HashMap<ObjectId, Vec<Seen>> = HashMap::new();
    for (place, first) in first {
        // The one lacks only where there are more paths than are followed.
        let Some(&last) = last.get(&place) else { continue };
        let commits = Some((history.told(first), history.told(last)));
        let tip = held.remove(&place).map(|tip| tip.name.clone());
        let of = seen.entry(forest.asked[place.what as usize]).or_default();
        of.push(Seen { path: paths.text(place), commits, tip });
    }
    for (place, tip) in held {
        let of = seen.entry(forest.asked[place.what as usize]).or_default();
        of.push(Seen { path: paths.text(place), commits: None, tip: Some(tip.name.clone()) });
    }
    for tip in &tips {
        if let Target::Blob(id) = tip.target
            && blobs.contains(&id)
        {
            let of = seen.entry(id).or_default();
            of.push(Seen { path: Vec::new(), commits: None, tip: Some(tip.name.clone()) });
        }
    }
    for of in seen.values_mut() {
        of.sort_unstable_by(|one, other| (&one.path, &one.tip).cmp(&(&other.path, &other.tip)));
        of.dedup_by(|one, other| one.path == other.path);
    }
    Ok(Timeline {
        unreachable: blobs.iter().filter(|id| !seen.contains_key(*id)).copied().collect(),
        seen,
        commits: history.order().len() as u64,
        cut: history.cut(),
        lacking,
        broken_refs,
        more: paths.more,
    })
}
