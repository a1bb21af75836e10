//! All versions of all files that a repository stores.
//!
//! Owns the order of the work: every version is looked at once, wherever it lies; for those with a needle the commits and
//! paths are told; and those are read again, each with its paths. It knows no finding. The decisions to know: a
//! version is examined though nothing leads to it any more, unless references were chosen; and whatever of a history is
//! not there or cannot be read is said, since a history that was not examined never looks like a clean one.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;

use super::decode::{Encoding, decode};
use super::git::packs::{Damage, Store};
use super::git::refs::Refs;
pub(crate) use super::git::refs::Selection;
use super::git::status::Change;
use super::git::timeline::{self, Timeline};
pub(crate) use super::git::timeline::{CommitAt, Seen};
use super::git::tree::{self, Lookup};
use super::git::{Objects, Repository, Snapshot, path_of};
use super::open::is_own;
use super::read::{Failure, Origin, Reader};
use super::seen::{Cache, Key};
use super::unmarked::may_hold;
use super::{Limits, Phase, Progress, Reason, RelPath, Skipped, Source};
use crate::prefilter::{Needle, Prefilter};

/// What of a history is asked for.
pub(crate) struct Request<'r> {
    pub(crate) repository: &'r Repository,
    /// The directory that paths are shown from, a real path.
    pub(crate) here: &'r Path,
    /// Which references lead to what is of interest.
    pub(crate) refs: &'r Selection,
    /// What a version must hold to be of interest.
    pub(crate) prefilter: &'r Prefilter,
    /// All that decides what is of interest.
    pub(crate) rules: &'r [Needle],
    /// Where it is noted which versions have no needle, if anywhere.
    pub(crate) cache: Option<&'r Path>,
    pub(crate) progress: &'r Progress,
}

/// The versions of interest, and what was read to find them.
pub(crate) struct Past<'r> {
    store: Store,
    timeline: Timeline,
    /// Versions that the files as they are now have.
    current: HashSet<(ObjectId, Vec<u8>)>,
    reader: Reader,
    /// Whether references were chosen, so that what they do not lead to is not asked for.
    chosen: bool,
    progress: &'r Progress,
    /// Versions examined, by this run or an earlier one.
    pub(crate) blobs: u64,
    /// What was not examined.
    pub(crate) skipped: Vec<Skipped>,
    /// What a reader has to know, a sentence each.
    pub(crate) notes: Vec<String>,
    /// Why the cache was of no use, if it was not.
    pub(crate) doubts: Vec<String>,
}

/// One version of a file.
pub(crate) struct Version<'v> {
    pub(crate) id: &'v oid,
    pub(crate) bytes: &'v [u8],
    /// Where and when it was; none where nothing leads to it.
    pub(crate) seen: Option<&'v Seen>,
    /// Whether the files as they are now have it there.
    pub(crate) current: bool,
}

/// Looks at every version.
///
/// # Errors
/// Why nobody can tell what the history holds.
pub(crate) fn open<'r>(request: &Request<'r>) -> Result<Past<'r>, String> {
    let Request { repository, progress, .. } = *request;
    let objects = Objects::open(repository)?;
    let store = Store::open(&objects)?;
    let (cache, doubt) = cache(request, &objects);
    let blobs = AtomicU64::new(0);
    let done = || {
        blobs.fetch_add(1, Ordering::Relaxed);
        progress.objects.fetch_add(1, Ordering::Relaxed);
    };
    let hits = Mutex::new(HashSet::new());
    let see = |id: &oid, content: &[u8]| {
        done();
        if has_needle(request.prefilter, content) {
            progress.found.fetch_add(1, Ordering::Relaxed);
            hits.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
        } else {
            cache.add(id);
            // That it cannot be written is said at the end.
            _ = cache.save_when_due();
        }
    };
    let wanted = |id: &oid| {
        let known = cache.contains(id);
        if known {
            done();
        }
        !known
    };
    progress.enter(Phase::History, store.about(Kind::Blob));
    let damage = store.each(Kind::Blob, &wanted, &see, &progress.stop);
    damage.iter().filter_map(|damage| damage.id.as_ref()).for_each(|id| cache.forget(id));
    let unsaved = cache.save().err();
    let hits = hits.into_inner().unwrap_or_else(PoisonError::into_inner);
    progress.enter(Phase::Tracing, 0);
    let timeline = timeline::trace(repository, &objects, &store, request.refs, &hits, progress.rest())?;
    let current = current(repository, &objects, &timeline)?;
    let mut past = Past {
        timeline,
        current,
        reader: Reader::new(request.prefilter.clone(), Limits::default()),
        chosen: !request.refs.is_all(),
        progress,
        blobs: blobs.into_inner(),
        skipped: Vec::new(),
        notes: Vec::new(),
        doubts: doubt.into_iter().chain(unsaved).collect(),
        store,
    };
    past.tell(request, &damage);
    Ok(past)
}

/// What is known of the versions, and why it is nothing if it should be something.
fn cache(request: &Request<'_>, objects: &Objects) -> (Cache, Option<String>) {
    let Request { repository, rules, .. } = *request;
    let rules: Vec<String> = rules.iter().map(|needle| format!("{} {}", needle.ignore_case, needle.text)).collect();
    let key = Key::new(&repository.common_dir(), objects.kind(), rules.iter().map(String::as_bytes));
    match request.cache {
        Some(dir) => Cache::load(dir, &[&repository.work_tree, &repository.common_dir()], key),
        None => (Cache::nothing(key), None),
    }
}

/// Whether text in any encoding holds a needle.
fn has_needle(prefilter: &Prefilter, content: &[u8]) -> bool {
    let decoded = || prefilter.find_at(&decode(content.to_vec()).text, 0).is_some();
    prefilter.find_at(content, 0).is_some()
        || if Encoding::of(content).is_wide() { decoded() } else { may_hold(prefilter, content) }
}

/// The versions, by path, that are checked out and unchanged, or in a bare repository the newest.
fn current(
    repository: &Repository,
    objects: &Objects,
    timeline: &Timeline,
) -> Result<HashSet<(ObjectId, Vec<u8>)>, String> {
    let mut current = HashSet::new();
    let Some(head) = Refs::open(repository)?.head()? else { return Ok(current) };
    let snapshot = if repository.is_bare() { None } else { Snapshot::of(repository).ok() };
    let mut lookup = Lookup::new(objects, tree::of_commit(objects, &head)?);
    for (id, seen) in timeline.seen.iter().flat_map(|(id, seen)| seen.iter().map(move |seen| (id, seen))) {
        let newest = seen.tip.is_some() && lookup.find(&seen.path)?.is_some_and(|entry| entry.id == *id);
        let path = path_of(&seen.path).map(|path| repository.work_tree.join(path));
        let same = match (&snapshot, path) {
            (Some(snapshot), Some(path)) if newest => snapshot.change(&mut lookup, &path) == Ok(Change::Same),
            _ => repository.is_bare(),
        };
        if newest && same {
            current.insert((*id, seen.path.clone()));
        }
    }
    Ok(current)
}

impl Past<'_> {
    /// Commits that were looked at.
    pub(crate) fn commits(&self) -> u64 {
        self.timeline.commits
    }

    /// Hands over the versions of interest, on the current pool of threads, each once for every path it had.
    pub(crate) fn each(&self, see: &(dyn Fn(Version<'_>) + Sync)) {
        self.progress.enter(Phase::Judging, 0);
        let Timeline { seen, unreachable, .. } = &self.timeline;
        let lost = |id: &oid| !self.chosen && unreachable.contains(id);
        let wanted = |id: &oid| seen.contains_key(id) || lost(id);
        let given = Mutex::new(HashSet::new());
        // What is damaged was told the first time.
        self.store.each(
            Kind::Blob,
            &wanted,
            &|id, bytes| {
                if !given.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned()) {
                    return;
                }
                for seen in seen.get(id).into_iter().flatten() {
                    let current = self.current.contains(&(id.to_owned(), seen.path.clone()));
                    see(Version { id, bytes, seen: Some(seen), current });
                }
                if lost(id) {
                    see(Version { id, bytes, seen: None, current: false });
                }
            },
            self.progress.rest(),
        );
    }

    /// The text of a version, or of a large one the windows of interest.
    pub(crate) fn sources(
        &self,
        version: &Version<'_>,
        shown: &RelPath,
        see: &(dyn Fn(Source) + Sync),
    ) -> Option<Skipped> {
        let origin = Origin { path: &|| shown.clone(), explicit: true, named: true };
        let failure = self.reader.examine_bytes(version.bytes.to_vec(), origin, see).err()?;
        let (reason, detail) = match failure {
            Failure::TooManyHits => (Reason::TooManyHits, "it has too many places of interest".to_owned()),
            Failure::Io(error) => (Reason::Unreadable, error.to_string()),
        };
        Some(Skipped { path: shown.clone(), reason, detail })
    }

    /// Says what is not there, or could not be read.
    fn tell(&mut self, request: &Request<'_>, damage: &[Damage]) {
        let shown = |path: &Path| RelPath::seen_from(request.here, path);
        let top = shown(&request.repository.git_dir);
        for damage in self.store.damage().iter().chain(damage) {
            let detail = match damage.id {
                Some(id) => format!("object {id}: {}", damage.why),
                None => damage.why.to_string(),
            };
            self.skipped.push(Skipped { path: shown(&damage.place), reason: Reason::Unreadable, detail });
        }
        let missing = |detail: String| Skipped { path: top.clone(), reason: Reason::ObjectMissing, detail };
        let timeline = &self.timeline;
        self.skipped.extend(timeline.lacking.to_string().lines().map(|line| missing(line.to_owned())));
        for (name, why) in &timeline.broken_refs {
            self.skipped.push(missing(format!("{name} leads nowhere: {why}")));
        }
        if timeline.cut > 0 {
            let detail = "this clone is shallow: what came before was not examined; `git fetch --unshallow` gets it \
                          (in GitHub Actions `fetch-depth: 0`, in GitLab `GIT_DEPTH: 0`)";
            let skipped = Skipped { path: top.clone(), reason: Reason::Shallow, detail: detail.to_owned() };
            self.skipped.push(skipped);
        }
        if timeline.more {
            let detail = "some contents had more paths, or longer ones, than dekey tells";
            self.notes.push(detail.to_owned());
        }
        if !request.repository.git_dir.metadata().is_ok_and(|metadata| is_own(&metadata)) {
            let detail = "the repository belongs to another user, who decides what is in it; nothing of it was run";
            self.notes.push(detail.to_owned());
        }
        if timeline.commits == 0 {
            self.notes.push("no reference leads to a commit, so there is no history to examine".to_owned());
        }
    }
}
