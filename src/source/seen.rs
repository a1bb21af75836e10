//! Contents that were examined before, and in which there was nothing.
//!
//! Owns the cache that lets a scan of a history go on where the last one ended. It knows names of objects only: no secret, no
//! path and no finding is in it. The decisions to know: there is one file for each repository, named by a digest of where it is and valid for one
//! set of rules; it is written whole beside the old one and then takes its place, so that of two runs at the same time the
//! last one's is kept; and a file that is not as this process would have written it, or that others can write to, counts
//! for nothing, since who writes to it can hide what they like.

mod place;
#[cfg(all(test, unix))]
mod tests;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use gix::ObjectId;
use gix::hash::{Kind, oid};
use rayon::slice::ParallelSliceMut as _;
use sha2::{Digest as _, Sha256};

use super::open::{ReadError, open_real, plain, read_to};
pub(crate) use place::dir;

/// The most names in a file; more are not kept.
const MAX_NAMES: usize = 8 << 20;
/// The longest file.
const MAX_BYTES: u64 = HEADER as u64 + (MAX_NAMES * 32 + SUM) as u64;
/// How many files there are at most, and how many bytes they have together; those not used for longest go first.
const MAX_FILES: usize = 64;
const MAX_TOGETHER: u64 = 1 << 30;
/// Seconds between two times that a scan writes what it has.
const EVERY: u64 = 10;

/// What a file begins with; the last byte is the version of the format.
const MAGIC: &[u8; 8] = b"dekeyid\x01";
/// After it: the digest of the rules, how long a name is, and how many there are.
const HEADER: usize = MAGIC.len() + 32 + 1 + 8;
/// At the end: a digest of all before.
const SUM: usize = 32;
const EXTENSION: &str = "seen";

/// What a cache is for.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The name of its file.
    name: String,
    /// By which rules contents were found to have nothing.
    rules: [u8; 32],
    kind: Kind,
}

impl Key {
    /// `repository` is its common directory; `rules` is all that decides whether something is of interest. The version of
    /// this program counts too.
    pub(crate) fn new<'r>(repository: &Path, kind: Kind, rules: impl IntoIterator<Item = &'r [u8]>) -> Self {
        let real = repository.canonicalize().unwrap_or_else(|_| repository.to_owned());
        let name = Sha256::digest(real.as_os_str().as_encoded_bytes());
        let mut digest = Sha256::new();
        for part in [env!("CARGO_PKG_VERSION").as_bytes()].into_iter().chain(rules) {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let name: String = name.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{name}.{EXTENSION}"), rules: digest.finalize().into(), kind }
    }
}

/// Names of contents in which there is nothing.
pub(crate) struct Cache {
    key: Key,
    /// Where they are kept; nowhere if the place is not fit for it.
    file: Option<PathBuf>,
    /// Those from before, in order.
    known: Names,
    /// Those of this run, by the last bits of their names, so that threads seldom wait for each other.
    added: [Mutex<Vec<ObjectId>>; LANES],
    /// Those that turned out to be doubtful.
    forgotten: Mutex<BTreeSet<ObjectId>>,
    /// How many were added and forgotten when it was written last.
    saved: Mutex<usize>,
    start: Instant,
    /// When they are written next, in seconds from the start.
    due: AtomicU64,
}

const LANES: usize = 16;

impl Cache {
    /// What is known of a repository whose files are in `within`, from the cache in `dir`, which is made if need be.
    ///
    /// Nothing is, and a sentence says why, where there is no cache that can be trusted.
    pub(crate) fn load(dir: &Path, within: &[&Path], key: Key) -> (Self, Option<String>) {
        let (mut known, mut why) = (Names::default(), None);
        let file = match place::prepared(dir, within) {
            Ok(dir) => Some(dir.join(&key.name)),
            Err(reason) => {
                why = Some(format!("what was examined is not kept in {}: {reason}", dir.display()));
                None
            }
        };
        if let Some(file) = &file {
            match read(file, &key) {
                Ok(names) => known = names,
                Err(reason) => why = Some(format!("the cache {} is not used: {reason}", file.display())),
            }
        }
        (Self::with(key, file, known), why)
    }

    /// Without a cache.
    pub(crate) fn nothing(key: Key) -> Self {
        Self::with(key, None, Names::default())
    }

    fn with(key: Key, file: Option<PathBuf>, known: Names) -> Self {
        Self {
            key,
            file,
            known,
            added: Default::default(),
            forgotten: Mutex::default(),
            saved: Mutex::new(0),
            start: Instant::now(),
            due: AtomicU64::new(EVERY),
        }
    }

    /// How many were known when it was loaded.
    pub(crate) fn known(&self) -> usize {
        self.known.count()
    }

    /// Whether there was nothing in these contents when they were examined in an earlier run.
    pub(crate) fn contains(&self, id: &oid) -> bool {
        id.kind() == self.key.kind && self.known.contains(id.as_bytes())
    }

    /// Notes that there is nothing in these contents.
    pub(crate) fn add(&self, id: &oid) {
        if id.kind() == self.key.kind {
            let lane = id.as_bytes().last().map_or(0, |last| usize::from(*last) % LANES);
            self.added[lane].lock().unwrap_or_else(PoisonError::into_inner).push(id.to_owned());
        }
    }

    /// Notes that these contents have to be examined again, as those of a damaged pack, so that the next run tells of it too.
    pub(crate) fn forget(&self, id: &oid) {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Saves what was added if that was not done for some seconds. Any thread may ask, as often as it likes.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub(crate) fn save_when_due(&self) -> Result<(), String> {
        let now = self.start.elapsed().as_secs();
        let due = self.due.load(Ordering::Relaxed);
        if now < due || self.due.compare_exchange(due, now + EVERY, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return Ok(());
        }
        self.save()
    }

    /// Writes what was known and what was added, if anything was.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(&self) -> Result<(), String> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let mut added: Vec<ObjectId> = Vec::new();
        for lane in &self.added {
            added.extend_from_slice(&lane.lock().unwrap_or_else(PoisonError::into_inner));
        }
        let wrong =
            |error: std::io::Error| format!("the cache {} cannot be written: {}", file.display(), plain(&error));
        let forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        let count = added.len() + forgotten.len();
        if count == *saved {
            // That it was used counts when there are too many.
            return if self.known() > 0 { place::touch(file).map_err(wrong) } else { Ok(()) };
        }
        added.retain(|id| !forgotten.contains(id));
        added.par_sort_unstable();
        added.dedup();
        self.write(file, &added, &forgotten).map_err(wrong)?;
        *saved = count;
        Ok(())
    }

    /// What is not synchronised with the disk may be lost with the power; it is missed then, or told by its digest.
    fn write(&self, file: &Path, added: &[ObjectId], forgotten: &BTreeSet<ObjectId>) -> std::io::Result<()> {
        let names = self.known.merged(added, forgotten, self.key.kind.len_in_bytes());
        let mut bytes = Vec::with_capacity(HEADER + names.len() + SUM);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.key.rules);
        bytes.push(self.key.kind.len_in_bytes() as u8);
        bytes.extend_from_slice(&((names.len() / self.key.kind.len_in_bytes()) as u64).to_be_bytes());
        bytes.extend_from_slice(&names);
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&sum);
        let dir = file.parent().unwrap_or(Path::new("."));
        // Nobody else may read or write it.
        let mut new = tempfile::Builder::new().prefix(".dekey-").suffix(place::UNFINISHED).tempfile_in(dir)?;
        new.write_all(&bytes)?;
        new.persist(file)?;
        place::tidy(dir, file, MAX_FILES, MAX_TOGETHER);
        Ok(())
    }
}

/// Names one after the other, in order, each once.
#[derive(Default)]
struct Names {
    bytes: Vec<u8>,
    /// How long one is.
    length: usize,
    /// Where those begin, as a number, that begin with the same two bytes.
    starts: Vec<u32>,
}

impl Names {
    /// `None` if they are not in order.
    fn new(bytes: Vec<u8>, length: usize) -> Option<Self> {
        let mut starts = vec![0_u32; (1 << 16) + 1];
        let mut before: Option<&[u8]> = None;
        for name in bytes.chunks_exact(length) {
            if before.is_some_and(|before| before >= name) {
                return None;
            }
            before = Some(name);
            starts[head(name) + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Some(Self { bytes, length, starts })
    }

    fn count(&self) -> usize {
        self.bytes.len().checked_div(self.length).unwrap_or(0)
    }

    fn contains(&self, name: &[u8]) -> bool {
        if self.bytes.is_empty() || name.len() != self.length {
            return false;
        }
        let head = head(name);
        let at = |place: usize| &self.bytes[place * self.length..(place + 1) * self.length];
        let (mut start, mut end) = (self.starts[head] as usize, self.starts[head + 1] as usize);
        while start < end {
            let middle = start.midpoint(end);
            match at(middle).cmp(name) {
                std::cmp::Ordering::Less => start = middle + 1,
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Greater => end = middle,
            }
        }
        false
    }

    /// These without those forgotten, and others, which are in order too; not more than are kept.
    fn merged(&self, others: &[ObjectId], forgotten: &BTreeSet<ObjectId>, length: usize) -> Vec<u8> {
        let count = (self.count() + others.len()).min(MAX_NAMES);
        let mut merged = Vec::with_capacity(count * length);
        let is_kept =
            |name: &[u8]| forgotten.is_empty() || ObjectId::try_from(name).is_ok_and(|id| !forgotten.contains(&id));
        let mut known = self.bytes.chunks_exact(length).filter(|name| is_kept(name)).peekable();
        let mut others = others.iter().map(|other| other.as_slice()).peekable();
        while merged.len() < count * length {
            let next = match (known.peek(), others.peek()) {
                (Some(one), Some(other)) if one < other => known.next(),
                (Some(one), Some(other)) if one == other => {
                    others.next();
                    known.next()
                }
                (Some(_), None) => known.next(),
                _ => others.next(),
            };
            let Some(next) = next else { break };
            merged.extend_from_slice(next);
        }
        merged
    }
}

/// The first two bytes of a name, as a number.
fn head(name: &[u8]) -> usize {
    name.first_chunk().map_or(0, |head| u16::from_be_bytes(*head).into())
}

/// What a file has for this key; nothing where there is none, or one for other rules.
fn read(file: &Path, key: &Key) -> Result<Names, String> {
    let regular = match open_real(file).map_err(ReadError::from) {
        Ok(regular) => regular,
        Err(ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Names::default()),
        Err(error) => return Err(error.to_string()),
    };
    place::is_ours(&regular.file.metadata().map_err(|error| plain(&error))?)?;
    let mut bytes = read_to(regular, MAX_BYTES).map_err(|error| error.to_string())?;
    let damaged = || "it is damaged; it is made anew".to_owned();
    if !bytes.starts_with(&MAGIC[..MAGIC.len() - 1]) {
        return Err("it is none of dekey's".to_owned());
    }
    let (content, sum) = bytes.split_last_chunk::<SUM>().ok_or_else(damaged)?;
    if content.len() < HEADER || Sha256::digest(content)[..] != sum[..] {
        return Err(damaged());
    }
    let length = key.kind.len_in_bytes();
    let (header, names) = content.split_at(HEADER);
    let (start, count) = header.split_last_chunk::<8>().ok_or_else(damaged)?;
    let wanted = [&MAGIC[..], &key.rules, &[length as u8]].concat();
    if start != wanted {
        return Ok(Names::default());
    }
    if usize::try_from(u64::from_be_bytes(*count)).ok().and_then(|count| count.checked_mul(length)) != Some(names.len())
    {
        return Err(damaged());
    }
    bytes.truncate(bytes.len() - SUM);
    bytes.drain(..HEADER);
    Names::new(bytes, length).ok_or_else(damaged)
}
