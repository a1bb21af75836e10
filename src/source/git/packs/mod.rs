//! Reading all objects of a repository, in the order that costs least.
//!
//! Owns the bulk reader: every object of a kind is handed to a closure, on all threads. It knows nothing of references,
//! paths or what is looked for. The decisions to know: objects are handed over by delta family, so that each is inflated
//! once, from a base that is at hand, and families of another kind are not touched; nothing is mapped, so that memory
//! does not grow with the packs, but with some fifty bytes an object for where everything is; and what cannot be read is
//! told, object by object, while the rest is handed over.
//!
//! Bytes are compared with the checksums that the formats have (of each stream, of each entry, of each index), which tells
//! accidents. Whether an object's bytes have the name they are listed by is not computed: it would take longer than
//! everything else, and who writes the objects can write others.

mod damage;
mod delta;
mod family;
mod forest;
mod loose;
mod number;
mod pack;
mod stored;
#[cfg(all(test, unix))]
mod tests;
mod worker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use gix::ObjectId;
use gix::hash::{self, oid};
use gix::objs::Kind;
use rayon::prelude::*;

use super::objects::MAX_OBJECT;
use super::{Objects, Repository};
pub(crate) use damage::{Damage, Why};
use family::{Family, Room};
use forest::Forest;
use loose::Loose;
pub(crate) use number::Numbers;
use pack::{Base, Headers, Pack};
use worker::Worker;

/// Whether an object is wanted. It is asked once for each time the object is stored.
pub(crate) type Wanted<'a> = &'a (dyn Fn(&oid) -> bool + Sync);
/// What is given the objects.
pub(crate) type See<'a> = &'a (dyn Fn(&oid, &[u8]) + Sync);

/// Families, or loose objects, that one thread goes through without asking for more.
const CHUNK: usize = 64;

/// Everything that is stored of a repository: packs and loose objects of its own store and of those it borrows from.
pub(crate) struct Store {
    kind: hash::Kind,
    packs: Vec<Pack>,
    /// The number of the first entry of each pack when entries are numbered through.
    firsts: Vec<u32>,
    forest: Forest,
    loose: Vec<Loose>,
    /// Entries of packs that are deltas of loose objects.
    thin: BTreeMap<ObjectId, Vec<u32>>,
    damage: Vec<Damage>,
    limits: Limits,
}

/// How much is in memory at a time, in bytes.
#[derive(Clone, Copy)]
struct Limits {
    /// The largest object.
    object: u64,
    /// Contents of all families that are gone through at the same time.
    together: u64,
    /// Contents of one that is gone through alone.
    alone: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let object = MAX_OBJECT as u64;
        Self { object, together: 2 * object, alone: 4 * object }
    }
}

impl Store {
    /// Lists all that is stored, and reads the headers of what is packed.
    ///
    /// What is damaged is left out and told by [`Self::damage`].
    ///
    /// # Errors
    /// When there is more than can be numbered.
    pub(crate) fn open(objects: &Objects) -> Result<Self, String> {
        Self::with(objects, Limits::default())
    }

    fn with(objects: &Objects, limits: Limits) -> Result<Self, String> {
        let kind = objects.kind();
        let mut damage = Vec::new();
        let loose: Vec<Loose> = objects.dirs().iter().map(|dir| Loose::list(dir, kind, &mut damage)).collect();
        let mut paths: Vec<PathBuf> = objects.dirs().iter().flat_map(|dir| pack_files(dir, &mut damage)).collect();
        paths.sort_unstable();
        paths.dedup();
        let (mut packs, mut firsts, mut bases) = (Vec::new(), Vec::new(), Vec::new());
        let mut elsewhere = Vec::new();
        for path in paths {
            let (pack, headers) = match Pack::open(&path, kind, &mut damage) {
                Ok(opened) => opened,
                Err(why) => {
                    damage.push(Damage { id: None, place: path.into(), why });
                    continue;
                }
            };
            let first = u32::try_from(bases.len()).ok();
            let first = first.filter(|first| first.checked_add(pack.count()).is_some_and(|end| end < u32::MAX));
            let first = first.ok_or("it has more objects than dekey reads")?;
            let Headers { bases: more, elsewhere: names, damage: mut bad } = headers;
            bases.extend(more.into_iter().map(|base| base.numbered_from(first)));
            elsewhere.extend(names.into_iter().map(|(number, id)| (first + number, id)));
            damage.append(&mut bad);
            packs.push(pack);
            firsts.push(first);
        }
        let (mut thin, mut orphans) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
        for (number, id) in elsewhere {
            let mut packed = packs.iter().zip(&firsts).filter_map(|(pack, first)| Some(first + pack.find(&id)?));
            if let Some(base) = packed.next() {
                bases[number as usize] = Base::Entry { number: base, named: true };
            } else if loose.iter().any(|loose| loose.has(&id)) {
                thin.entry(id).or_default().push(number);
            } else {
                bases[number as usize] = Base::Unknown;
                orphans.push(number);
            }
        }
        let forest = Forest::new(&bases);
        let mut store = Self { kind, packs, firsts, forest, loose, thin, damage, limits };
        // Who has no base was told to be damaged, or is an orphan; a base that is so many bytes before leads in no circle.
        if bases.iter().any(|base| matches!(base, Base::Unknown | Base::Entry { named: true, .. })) {
            let lost = store.forest.unreached(store.thin.values().flatten().copied());
            let lost = lost.into_iter().filter(|entry| bases[*entry as usize] != Base::Unknown).chain(orphans);
            let why = Why::words("what it is a delta of is missing or damaged");
            let damage: Vec<Damage> = lost.filter_map(|entry| store.damage_of(entry, why.clone())).collect();
            store.damage.extend(damage);
        }
        store.damage.sort_unstable();
        Ok(store)
    }

    /// What was found damaged when the store was opened. [`Self::each`] does not tell it again.
    pub(crate) fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// How many objects are stored. One that is stored twice counts twice.
    pub(crate) fn count(&self) -> u64 {
        let packed: u64 = self.packs.iter().map(|pack| u64::from(pack.count())).sum();
        packed + self.loose.iter().map(|loose| loose.ids.len() as u64).sum::<u64>()
    }

    /// How many objects of a kind are handed over, about: of loose ones nobody knows the kind before they are read.
    pub(crate) fn about(&self, kind: Kind) -> u64 {
        self.forest.count(kind) + self.loose.iter().map(|loose| loose.ids.len() as u64).sum::<u64>()
    }

    /// Whether an object is stored, be it damaged.
    #[cfg(test)]
    fn has(&self, id: &oid) -> bool {
        self.packs.iter().any(|pack| pack.has(id)) || self.loose.iter().any(|loose| loose.has(id))
    }

    /// Hands each object of `kind` that is wanted to `see`, on the current pool of threads, until `stop` is set.
    ///
    /// An object that is stored twice is handed over twice, since either may be damaged. Returns what could not be read, or
    /// is doubtful, besides [`Self::damage`].
    pub(crate) fn each(&self, kind: Kind, wanted: Wanted<'_>, see: See<'_>, stop: &AtomicBool) -> Vec<Damage> {
        let workers = Mutex::new(Vec::new());
        let put_off = Mutex::new(Vec::new());
        // A worker is made by each thread that finds none.
        let with_worker = |work: &(dyn Fn(&mut Worker<'_>) + Sync)| {
            let mut worker = locked(&workers).pop().unwrap_or_else(|| Worker::new(self));
            work(&mut worker);
            locked(&workers).push(worker);
        };

        let room = Room::Shared(self.limits.together / rayon::current_num_threads().max(1) as u64);
        let roots: Vec<u32> = self.forest.roots.iter().filter(|root| root.1 == kind).map(|root| root.0).collect();
        roots.par_chunks(CHUNK).for_each(|roots| {
            with_worker(&|worker| {
                for root in roots.iter().take_while(|_| !stop.load(Ordering::Relaxed)) {
                    if let Some(mut family) = Family::new(self, &[*root], wanted)
                        && !family.each(worker, None, room, see, stop)
                    {
                        locked(&put_off).push(family);
                    }
                }
            });
        });
        for loose in &self.loose {
            loose.ids.par_chunks(CHUNK).for_each(|ids| {
                with_worker(&|worker| {
                    for id in ids.iter().take_while(|_| !stop.load(Ordering::Relaxed)) {
                        if wanted(id)
                            && let Some(content) = worker.loose(loose, id, kind)
                        {
                            see(id, &content);
                            worker.keep(content);
                        }
                    }
                });
            });
        }

        // What takes much memory is gone through alone.
        let room = Room::Alone(self.limits.alone);
        with_worker(&|worker| {
            for mut family in std::mem::take(&mut *locked(&put_off)) {
                family.each(worker, None, room, see, stop);
            }
            for (id, entries) in &self.thin {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let Some(mut family) = Family::new(self, entries, wanted) else { continue };
                let Some(loose) = self.loose.iter().find(|loose| loose.has(id)) else { continue };
                if let Some(content) = worker.loose(loose, id, kind) {
                    family.each(worker, Some(content), room, see, stop);
                }
            }
        });
        let workers = workers.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut damage: Vec<Damage> = workers.into_iter().flat_map(|worker| worker.damage).collect();
        damage.sort_unstable();
        damage
    }

    /// The pack that an entry is in, and its number there.
    fn pack_of(&self, entry: u32) -> Option<(usize, u32)> {
        let pack = self.firsts.partition_point(|first| *first <= entry).checked_sub(1)?;
        Some((pack, entry - self.firsts[pack]))
    }

    fn id(&self, entry: u32) -> Option<&oid> {
        let (pack, number) = self.pack_of(entry)?;
        self.packs[pack].id(number)
    }

    fn damage_of(&self, entry: u32, why: Why) -> Option<Damage> {
        let (pack, number) = self.pack_of(entry)?;
        let pack = &self.packs[pack];
        Some(Damage { id: pack.id(number).map(ToOwned::to_owned), place: pack.path.clone(), why })
    }
}

/// Hands every file content that a repository stores to `see`, be it reachable or not, and nothing else of it: the floor under
/// examining a history, for measuring. `git_dir` is what git calls so. Returns how many objects of all kinds are stored, and
/// what is damaged.
///
/// # Errors
/// When it is no repository that can be read.
pub fn each_content(git_dir: &Path, see: &(dyn Fn(&[u8]) + Sync)) -> Result<(u64, Vec<String>), String> {
    let git_dir = git_dir.to_owned();
    let repository = Repository { work_tree: git_dir.clone(), git_dir, tracked: OnceLock::new() };
    let store = Store::open(&Objects::open(&repository)?)?;
    let damage = store.each(Kind::Blob, &|_| true, &|_, content| see(content), &AtomicBool::new(false));
    Ok((store.count(), store.damage().iter().chain(&damage).map(ToString::to_string).collect()))
}

/// The packs of one store. What cannot be listed is added to `damage`, and so are links that lead nowhere.
fn pack_files(store: &Path, damage: &mut Vec<Damage>) -> Vec<PathBuf> {
    let folder = store.join("pack");
    let mut found = Vec::new();
    let mut refused = |path: &Path, error: std::io::Error| {
        damage.push(Damage { id: None, place: path.into(), why: error.into() });
    };
    match std::fs::read_dir(&folder) {
        Ok(entries) => {
            for entry in entries {
                match entry.map(|entry| entry.path()) {
                    // git keeps no links here, but some who save space do.
                    Ok(path) if path.extension().is_some_and(|extension| extension == "pack") => {
                        match path.canonicalize() {
                            Ok(path) => found.push(path),
                            Err(error) => refused(&path, error),
                        }
                    }
                    Ok(_) => {}
                    Err(error) => refused(&folder, error),
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => refused(&folder, error),
    }
    found
}

/// What holds the lock cannot panic halfway.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
