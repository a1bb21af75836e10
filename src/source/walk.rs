//! Walking trees in parallel.
//!
//! Owns which files are examined and how they are reached. It knows no needle and no text. The decisions to know:
//!
//! - In a repository the list is what git tracks, and what is neither tracked nor ignored. Outside of one nothing is
//!   ignored. What was named is examined whatever ignore files say.
//! - Links met on the way are not followed; a link that was named is, once.
//! - Files are read and searched by the walking threads themselves, more of them than there are cores: on a cold disk
//!   they wait for it together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ignore::gitignore::Gitignore;
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::git::Repository;
use super::ignores::{self, Allowance, Rules};
use super::open::{Dir, OpenError, open_limit, open_real};
use super::read::{Failure, Origin, Reader};
use super::roots::Root;
use super::skip::Notices;
use super::{Limits, Progress, Reason, RelPath, Skipped, Source, is_setting};
use crate::prefilter::Prefilter;

/// What to walk.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The directory that relative roots and reported paths start from.
    pub base: PathBuf,
    /// Files and directories that were named.
    pub roots: Vec<PathBuf>,
    /// Real paths beneath the roots that are left to somebody else.
    pub apart: Vec<PathBuf>,
    /// Whether to examine what git ignores too.
    pub no_ignore: bool,
    /// Threads; 0 means eight for each core, at least 16 and at most 32.
    pub threads: usize,
    /// How much is read and held at a time.
    pub limits: Limits,
}

/// What a walk did.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    /// Files examined.
    pub examined: u64,
    /// Bytes examined.
    pub bytes: u64,
    /// What was not examined or needs saying, sorted. Ignored files and links are in `counts` only.
    pub skipped: Vec<Skipped>,
    /// How much was not examined, by reason.
    pub counts: BTreeMap<Reason, u64>,
    /// Examined files without a needle that linking may need, sorted: see [`is_setting`].
    pub settings: Vec<RelPath>,
}

impl Walk {
    /// These roots, with the defaults.
    #[must_use]
    pub fn new(base: PathBuf, roots: Vec<PathBuf>) -> Self {
        Self { base, roots, apart: Vec::new(), no_ignore: false, threads: 0, limits: Limits::default() }
    }

    fn thread_count(&self) -> usize {
        let wanted = match self.threads {
            0 => std::thread::available_parallelism().map_or(16, |cores| (8 * cores.get()).clamp(16, 32)),
            threads => threads,
        };
        // A thread holds its directories, the one it lists, a file, and one more while it opens the next. Some are
        // left to the rest of the process.
        let allowed = open_limit().map_or(u64::MAX, |limit| limit.saturating_sub(12) / (FOLDERS as u64 + 3));
        wanted.min(usize::try_from(allowed).unwrap_or(usize::MAX)).max(1)
    }
}

/// Walks the roots and hands every file with a needle to `hit`, in no particular order.
///
/// `hit` runs on the walking threads, whose stacks have the usual 2 MiB and which hold one file each: it should pass
/// deep work on to other threads, and wait when they are behind, so that memory stays bounded. When `progress` is stopped
/// the walk ends soon; whoever asked for it knows then that not everything was examined.
pub fn walk(walk: &Walk, prefilter: &Prefilter, progress: &Progress, hit: &(dyn Fn(Source) + Sync)) -> Walked {
    let notices = Notices::default();
    let roots = Root::all(walk, &notices);
    let mut walked = Walked::default();
    if let Some((first, rest)) = roots.split_first() {
        let run = Run {
            walk,
            prefilter,
            progress,
            hit,
            named: roots.iter().map(|root| root.real.clone()).chain(walk.apart.iter().cloned()).collect(),
            rules: RwLock::default(),
            above: Mutex::default(),
            allowance: Allowance::default(),
            notices: &notices,
            totals: Mutex::default(),
            roots: &roots,
        };
        let mut builder = WalkBuilder::new(&first.real);
        for root in rest {
            builder.add(&root.real);
        }
        // A file takes one thread at most, and to start one takes as long as to read many.
        let most = walk.thread_count();
        let wanted = roots.iter().fold(0, |threads, root| threads + root.files(most - threads));
        let threads = startable(wanted.max(1));
        builder.standard_filters(false).follow_links(false).threads(threads);
        if threads > 0 {
            builder.build_parallel().visit(&mut Visitors(&run));
        } else {
            let detail = "no thread can be started to look through it".to_owned();
            notices.push(Skipped { path: RelPath::new(&first.shown), reason: Reason::Unreadable, detail });
        }
        walked = run.totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    }
    walked.skipped = notices.sorted();
    for skipped in &walked.skipped {
        *walked.counts.entry(skipped.reason).or_default() += 1;
    }
    walked.settings.sort_unstable();
    walked
}

/// Threads that are to be had beside those that are asked for: others start some too, and one that has ended counts for a
/// moment still.
const SPARE: usize = 8;

/// How many of so many threads can be had. A walk in which one of them cannot be started has no end, or a panic.
fn startable(wanted: usize) -> usize {
    let enough = wanted + SPARE.min(wanted);
    let gate = Mutex::new(());
    let held = gate.lock();
    std::thread::scope(|scope| {
        let start = || std::thread::Builder::new().spawn_scoped(scope, || drop(gate.lock())).ok();
        let started: Vec<_> = (0..enough).map_while(|_| start()).collect();
        drop(held);
        let count = started.into_iter().filter_map(|thread| thread.join().ok()).count();
        if count < enough { count / 2 } else { wanted }
    })
}

/// What all threads share.
struct Run<'a> {
    walk: &'a Walk,
    prefilter: &'a Prefilter,
    progress: &'a Progress,
    hit: &'a (dyn Fn(Source) + Sync),
    roots: &'a [Root],
    /// The real paths of all roots: each is walked as itself, not as part of another; so are those of other walks.
    named: HashSet<PathBuf>,
    /// The rules in force in each directory of a repository, by real path.
    rules: RwLock<HashMap<PathBuf, Arc<Rules>>>,
    /// The same for directories above roots, which are not judged themselves.
    above: Mutex<HashMap<PathBuf, Option<Arc<Rules>>>>,
    allowance: Allowance,
    notices: &'a Notices,
    totals: Mutex<Walked>,
}

impl Run<'_> {
    /// What a report shows for a real path.
    fn shown(&self, real: &Path) -> RelPath {
        let beneath = self.roots.iter().filter_map(|root| Some((root, real.strip_prefix(&root.real).ok()?)));
        match beneath.min_by_key(|(_, rest)| rest.as_os_str().len()) {
            Some((root, rest)) => RelPath::new(&root.shown.join(rest)),
            None => RelPath::new(real),
        }
    }

    fn met(&self, path: &Path, error: &OpenError) {
        self.notices.push(Skipped::met(self.shown(path), error));
    }

    fn refused(&self, path: &Path, reason: Reason, detail: String) {
        self.notices.push(Skipped { path: self.shown(path), reason, detail });
    }

    fn rules_of(&self, directory: &Path) -> Option<Arc<Rules>> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).get(directory).cloned()
    }

    fn set_rules(&self, directory: &Path, rules: &Arc<Rules>) {
        let mut all = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(directory.to_owned(), Arc::clone(rules));
    }

    /// The rules that a repository beginning at `directory` starts with.
    fn repository(&self, directory: &Path) -> Option<Arc<Rules>> {
        let repository = Repository::at(directory)?;
        let exclude = repository.exclude(&self.allowance).unwrap_or_else(|(path, why)| {
            self.refused(&path, Reason::IgnoreFileRefused, why);
            Gitignore::empty()
        });
        Some(Rules::of_repository(Arc::new(repository), exclude))
    }

    /// The rules in force in a directory, given those of its parent.
    fn enter(&self, directory: &Path, handle: &Dir, outer: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        let outer = if handle.has(OsStr::new(".git")) { self.repository(directory).or(outer) } else { outer }?;
        if outer.is_everything() {
            return Some(outer);
        }
        match ignores::of_directory(handle, directory, &self.allowance) {
            Ok(None) => Some(outer),
            Ok(Some(patterns)) => Some(outer.with(patterns)),
            Err(why) => {
                self.refused(&directory.join(".gitignore"), Reason::IgnoreFileRefused, why);
                Some(outer)
            }
        }
    }

    /// The rules around a root: those of the directories above it, from the top of its repository down.
    fn around(&self, root: &Path) -> Option<Arc<Rules>> {
        let top = root.ancestors().skip(1).find(|above| Repository::at(above).is_some())?;
        let mut above: Vec<&Path> = root.ancestors().skip(1).take_while(|above| above.starts_with(top)).collect();
        above.reverse();
        let mut known = self.above.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = None;
        for directory in above {
            rules = match (known.get(directory), Dir::open_real(directory)) {
                (Some(found), _) => found.clone(),
                (None, Ok(handle)) => self.enter(directory, &handle, rules),
                (None, Err(_)) => rules,
            };
            known.entry(directory.to_owned()).or_insert_with(|| rules.clone());
        }
        rules
    }

    fn is_hidden_by(&self, rules: Option<&Arc<Rules>>, path: &Path, is_dir: bool) -> bool {
        rules.is_some_and(|rules| rules.ignores(path, is_dir) && !self.is_tracked(rules, path, is_dir))
    }

    fn is_tracked(&self, rules: &Rules, path: &Path, is_dir: bool) -> bool {
        rules.repository.tracks(path, is_dir, |index, why| {
            self.refused(index, Reason::IndexRefused, format!("{why}; what git ignores was examined"));
        })
    }
}

struct Visitors<'a>(&'a Run<'a>);

impl<'a> ParallelVisitorBuilder<'a> for Visitors<'a> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'a> {
        Box::new(Visitor {
            run: self.0,
            reader: Reader::new(self.0.prefilter.clone(), self.0.walk.limits).until(&self.0.progress.stop),
            folders: Vec::with_capacity(FOLDERS),
            walked: Walked::default(),
        })
    }
}

/// How many directories a thread keeps open: the one it is in and those it will come back to.
const FOLDERS: usize = 4;

/// One thread.
struct Visitor<'a> {
    run: &'a Run<'a>,
    reader: Reader,
    /// The last used one is the last.
    folders: Vec<Folder>,
    walked: Walked,
}

/// A directory whose files are being examined.
struct Folder {
    path: PathBuf,
    handle: Dir,
    rules: Option<Arc<Rules>>,
}

impl ParallelVisitor for Visitor<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        if self.run.progress.is_stopped() {
            return WalkState::Quit;
        }
        match entry {
            Ok(entry) => match entry.file_type() {
                Some(kind) if kind.is_dir() => return self.directory(&entry),
                Some(kind) if kind.is_file() => self.file(&entry),
                Some(kind) if kind.is_symlink() => self.count(Reason::Symlink),
                _ => self.special(entry.path()),
            },
            Err(error) => self.failed(error),
        }
        WalkState::Continue
    }
}

impl Visitor<'_> {
    fn directory(&mut self, entry: &DirEntry) -> WalkState {
        let path = entry.path();
        let outer = if entry.depth() == 0 {
            if self.run.walk.no_ignore { None } else { self.run.around(path) }
        } else {
            if entry.file_name() == ".git" || self.run.named.contains(path) {
                return WalkState::Skip;
            }
            let Some(outer) = self.rules_around(path) else { return WalkState::Skip };
            match outer {
                Some(rules) if rules.ignores(path, true) => {
                    if !self.run.is_tracked(&rules, path, true) {
                        self.count(Reason::Ignored);
                        return WalkState::Skip;
                    }
                    Some(rules.everything())
                }
                outer => outer,
            }
        };
        let handle = match Dir::open_real(path) {
            Ok(handle) => handle,
            // The walker meets the same error when it lists the directory, and says so.
            Err(_) => return WalkState::Continue,
        };
        let rules = if self.run.walk.no_ignore { None } else { self.run.enter(path, &handle, outer) };
        if let Some(rules) = &rules {
            self.run.set_rules(path, rules);
        }
        self.keep(Folder { path: path.to_owned(), handle, rules });
        WalkState::Continue
    }

    /// The rules in the directory an entry is in; `None` when that cannot be opened, which has been said then.
    fn rules_around(&mut self, path: &Path) -> Option<Option<Arc<Rules>>> {
        self.folder_of(path).map(|folder| folder.rules.clone())
    }

    fn file(&mut self, entry: &DirEntry) {
        let (run, path) = (self.run, entry.path());
        let explicit = entry.depth() == 0;
        let opened = if explicit {
            open_real(path)
        } else {
            if run.named.len() > 1 && run.named.contains(path) {
                return;
            }
            let Some(folder) = self.folder_of(path) else { return };
            if run.is_hidden_by(folder.rules.as_ref(), path, false) {
                return self.count(Reason::Ignored);
            }
            folder.handle.open(entry.file_name())
        };
        let regular = match opened {
            Ok(regular) => regular,
            Err(error) => return run.met(path, &error),
        };
        let named = run.prefilter.find_at(entry.file_name().as_encoded_bytes(), 0).is_some();
        let origin = Origin { path: &|| run.shown(path), explicit, named };
        match self.reader.examine(regular, origin, run.hit) {
            Ok(examined) => {
                self.walked.examined += 1;
                self.walked.bytes += examined.bytes;
                run.progress.files.fetch_add(1, Ordering::Relaxed);
                run.progress.bytes.fetch_add(examined.bytes, Ordering::Relaxed);
                if !examined.hit && is_setting(path) {
                    self.walked.settings.push(run.shown(path));
                }
            }
            // Left off: that the whole run was is said in its place.
            Err(Failure::Io(_)) if run.progress.is_stopped() => {}
            Err(Failure::Io(error)) => run.met(path, &OpenError::Io(error)),
            Err(Failure::TooManyHits) => {
                let detail = format!("it has more than {} places of interest", run.walk.limits.max_windows);
                run.refused(path, Reason::TooManyHits, detail);
            }
        }
    }

    fn special(&self, path: &Path) {
        self.run.refused(path, Reason::Special, "it is a pipe, socket or device".to_owned());
    }

    fn failed(&self, error: ignore::Error) {
        let mut path = None;
        let mut inner = &error;
        loop {
            match inner {
                ignore::Error::WithPath { path: at, err } => {
                    path = Some(at.clone());
                    inner = err;
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
                _ => break,
            }
        }
        let path = path.unwrap_or_default();
        match error.into_io_error() {
            Some(error) => self.run.met(&path, &OpenError::Io(error)),
            None => self.run.refused(&path, Reason::Unreadable, "it could not be listed".to_owned()),
        }
    }

    fn count(&mut self, reason: Reason) {
        *self.walked.counts.entry(reason).or_default() += 1;
    }

    /// The directory an entry is in.
    fn folder_of(&mut self, path: &Path) -> Option<&Folder> {
        let parent = path.parent()?;
        match self.folders.iter().rposition(|folder| folder.path == parent) {
            Some(at) => self.folders[at..].rotate_left(1),
            None => match Dir::open_real(parent) {
                Ok(handle) => {
                    let rules = self.run.rules_of(parent);
                    self.keep(Folder { path: parent.to_owned(), handle, rules });
                }
                Err(error) => {
                    self.run.met(path, &OpenError::Io(error));
                    return None;
                }
            },
        }
        self.folders.last()
    }

    fn keep(&mut self, folder: Folder) {
        if self.folders.len() == FOLDERS {
            self.folders.remove(0);
        }
        self.folders.push(folder);
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        let mut totals = self.run.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.examined += self.walked.examined;
        totals.bytes += self.walked.bytes;
        totals.settings.append(&mut self.walked.settings);
        for (reason, count) in std::mem::take(&mut self.walked.counts) {
            *totals.counts.entry(reason).or_default() += count;
        }
    }
}
