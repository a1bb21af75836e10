//! The pipeline: walk → lower → match → link → judge → report, as one readable function.
//!
//! Owns the order of the steps and what runs in parallel. Analysis is elsewhere. The decision to know: files are
//! lowered as they are found, on threads with large stacks and a bounded number in flight; everything after is done
//! once, in path order, so that the result does not depend on threads.

mod alone;
mod error;
mod examine;
mod gate;
mod input;
mod judged;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::ThreadPool;

use crate::finding::{Report, Route, Tally};
use crate::link::Origin;
use crate::pack::Vendor;
use crate::prefilter::{Needle, Prefilter};
use crate::redact::Masked;
use crate::source::{self, Phase, Progress, Reason, RelPath, Skipped, Source, Walk, Walked};
use crate::span::Span;
use crate::suppress;
use examine::{Examined, examine};
use gate::Gate;
use judged::judged;

pub(crate) use alone::{Failed, alone};
pub use error::Error;
pub use input::Input;

/// What to scan, and how.
pub struct Options<'o> {
    /// The walk; without roots only `input` is scanned.
    pub walk: Walk,
    /// Files that do not come from the walk.
    pub input: Input,
    /// Vendors, in the order their findings are made.
    pub vendors: &'o [Vendor],
    /// The declared audience, as the route it asks for.
    pub audience: Option<Route>,
    /// The environment variable that fixes read, instead of the pack's.
    pub variable: Option<&'o str>,
    /// Whether fixes may raise the versions that manifests ask for.
    pub bump_sdk: bool,
    /// What a walk finds and is not examined.
    pub exclude: Option<&'o (dyn Fn(&RelPath) -> bool + Sync)>,
    /// Whether the prefilter is used; results are the same without.
    pub prefilter: bool,
    /// The day of the scan: directives that are to count up to an earlier one no longer do. `None`: all of them count.
    pub today: Option<jiff::civil::Date>,
}

impl<'o> Options<'o> {
    /// Scans what a walk finds for these vendors, and nothing is said besides.
    #[must_use]
    pub fn new(walk: Walk, vendors: &'o [Vendor]) -> Self {
        Self {
            walk,
            input: Input::default(),
            vendors,
            audience: None,
            variable: None,
            bump_sdk: false,
            exclude: None,
            prefilter: true,
            today: None,
        }
    }
}

/// Files without a needle that are looked at for variables and settings.
const MAX_SETTINGS: usize = 4096;
/// Lowering a Rust file recurses in its parser.
const STACK: usize = 64 << 20;

/// Scans.
///
/// # Errors
/// When the packs' needles cannot be compiled, or threads cannot be made.
pub fn scan(options: &Options<'_>, progress: &Progress) -> Result<Report, Error> {
    Ok(Scan::new(options, progress)?.report())
}

/// Threads to examine files on; 0 stands for as many as fit the machine.
pub(crate) fn pool(threads: usize) -> Result<ThreadPool, Error> {
    // Told apart from rayon's own default, which a variable of the environment decides.
    let fitting = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let threads = if threads == 0 { fitting() } else { threads };
    rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().map_err(Error::Threads)
}

/// What a scan read, kept so that it can be judged again with some files changed.
#[derive(Clone)]
pub struct Scan<'o> {
    options: &'o Options<'o>,
    pool: Arc<ThreadPool>,
    /// Files that mean something to a pack, in path order.
    files: Vec<Arc<Examined<'o>>>,
    /// Files without a needle that may set variables.
    settings: Vec<RelPath>,
    /// What those were searched for.
    wanted: BTreeSet<Needle>,
    tally: Tally,
    skipped: Vec<Skipped>,
}

impl<'o> Scan<'o> {
    /// Walks, reads, lowers and matches.
    ///
    /// # Errors
    /// When the packs' needles cannot be compiled, or threads cannot be made.
    pub fn new(options: &'o Options<'o>, progress: &Progress) -> Result<Self, Error> {
        let walks = options.prefilter && !options.walk.roots.is_empty();
        let prefilter = if walks { prefilter(options.vendors)? } else { Prefilter::all() };
        let pool = pool(options.walk.threads)?;
        let mut scan = Self {
            options,
            pool: Arc::new(pool),
            files: Vec::new(),
            settings: Vec::new(),
            wanted: BTreeSet::new(),
            tally: Tally::default(),
            skipped: Vec::new(),
        };
        let Input { files, context, read, .. } = &options.input;
        let given = files.iter().chain(context).cloned().collect();
        let walked = scan.pass(&prefilter, &options.walk, progress, given);
        for walked in [&walked, read] {
            scan.tally.examined += walked.examined;
            scan.tally.bytes += walked.bytes;
            walked.counts.iter().for_each(|(reason, n)| *scan.tally.counts.entry(*reason).or_default() += n);
            scan.skipped.extend_from_slice(&walked.skipped);
        }
        scan.settings = walked.settings;
        scan.follow(progress);
        if progress.is_stopped() {
            *scan.tally.counts.entry(Reason::Interrupted).or_default() += 1;
            scan.skipped.push(Skipped::interrupted());
        }
        progress.enter(Phase::Judging, 0);
        Ok(scan)
    }

    /// This scan with other contents of some of its files. Nothing is written, and nothing else is read again.
    #[must_use]
    pub fn with(&self, changed: Vec<Source>) -> Self {
        let paths: BTreeSet<RelPath> = changed.iter().map(|source| source.path.clone()).collect();
        let mut scan = Self {
            options: self.options,
            pool: Arc::clone(&self.pool),
            files: self.files.iter().filter(|file| !paths.contains(&file.source.path)).cloned().collect(),
            settings: self.settings.iter().filter(|path| !paths.contains(path)).cloned().collect(),
            wanted: self.wanted.clone(),
            tally: self.tally.clone(),
            skipped: self.skipped.clone(),
        };
        let nowhere = Walk { roots: Vec::new(), ..self.options.walk.clone() };
        scan.pass(&Prefilter::all(), &nowhere, &Progress::default(), changed);
        scan.follow(&Progress::default());
        scan
    }

    /// A file that means something, unmasked.
    #[must_use]
    pub fn source(&self, path: &RelPath) -> Option<&Source> {
        self.examined(path).map(|file| &*file.source)
    }

    /// The files that mean something, in path order.
    pub fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.files.iter().map(|file| &file.source.path)
    }

    /// `source`, as this scan has read the file of its path, masked; what was secret in that file for `before` is
    /// masked too, wherever it still stands.
    #[must_use]
    pub fn masked(&self, source: Source, before: &Self) -> Masked {
        let here = self.examined(&source.path).filter(|file| file.source.text == source.text);
        let mut spans: Vec<Span> = here.into_iter().flat_map(Examined::secrets).collect();
        if let Some(file) = before.examined(&source.path) {
            // Shorter ones are words that stand anywhere.
            let secrets = file.secrets().map(|span| span.of(&file.source.text)).filter(|secret| secret.len() >= 8);
            for secret in secrets.collect::<BTreeSet<&[u8]>>() {
                let places = memchr::memmem::find_iter(&source.text, secret);
                spans.extend(places.map(|at| Span::new(at, at + secret.len())));
            }
        }
        Masked::new(source, &spans)
    }

    fn examined(&self, path: &RelPath) -> Option<&Examined<'o>> {
        let at = self.files.binary_search_by(|file| file.source.path.cmp(path)).ok()?;
        self.files.get(at).map(Arc::as_ref)
    }

    /// Examines what a walk hands over, and `given`.
    fn pass(&mut self, filter: &Prefilter, walk: &Walk, progress: &Progress, given: Vec<Source>) -> Walked {
        let options = self.options;
        let (results, failures, gate) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), Gate::default());
        let excluded: Mutex<BTreeSet<RelPath>> = Mutex::default();
        let lowered = |source: Source| {
            let path = source.path.clone();
            match catch_unwind(AssertUnwindSafe(|| examine(options.vendors, source))) {
                Ok(file) => locked(&results).extend(file.map(Arc::new)),
                Err(_) => locked(&failures).push(Failed.skipped(path)),
            }
            gate.leave();
        };
        let walked = self.pool.in_place_scope(|scope| {
            let taken = |source: Source| {
                gate.enter();
                let (lowered, gate) = (&lowered, &gate);
                scope.spawn(move |_| if progress.is_stopped() { gate.leave() } else { lowered(source) });
            };
            let hit = |source: Source| {
                progress.found.fetch_add(1, Ordering::Relaxed);
                if options.exclude.is_some_and(|exclude| exclude(&source.path)) {
                    // Of a large file several windows may come.
                    locked(&excluded).insert(source.path);
                } else {
                    taken(source);
                }
            };
            let mut walked = source::walk(walk, filter, progress, &hit);
            let excluded = locked(&excluded).len() as u64;
            if excluded > 0 {
                walked.examined = walked.examined.saturating_sub(excluded);
                *walked.counts.entry(Reason::Excluded).or_default() += excluded;
            }
            given.into_iter().for_each(&taken);
            walked
        });
        self.files.append(&mut results.into_inner().unwrap_or_else(PoisonError::into_inner));
        // Of one place there may be two readings, the one of bytes first.
        let place = |file: &Arc<Examined<'_>>| (file.source.base_byte, file.source.encoding);
        self.files.sort_by(|a, b| a.source.path.cmp(&b.source.path).then_with(|| place(a).cmp(&place(b))));
        for failure in failures.into_inner().unwrap_or_else(PoisonError::into_inner) {
            *self.tally.counts.entry(failure.reason).or_default() += 1;
            self.skipped.push(failure);
        }
        walked
    }

    /// Examines the settings that hold a name a login reads: it may say nothing of the vendor, and the file that sets
    /// it says nothing either. So it is with manifests, and what code around a login is built on.
    fn follow(&mut self, progress: &Progress) {
        let wanted = wanted(self.options.vendors, &self.files);
        let needles: Vec<_> = wanted.difference(&self.wanted).cloned().collect();
        if needles.is_empty() {
            return;
        }
        self.wanted.extend(wanted);
        let known: BTreeSet<&RelPath> = self.files.iter().map(|file| &file.source.path).collect();
        let (manifests, others): (Vec<_>, Vec<_>) =
            self.settings.iter().partition(|path| source::is_manifest(path.as_path()));
        let settings = others.into_iter().chain(manifests).take(MAX_SETTINGS).filter(|path| !known.contains(path));
        let walk = &self.options.walk;
        let roots: Vec<_> = settings.map(|path| walk.base.join(path.as_path())).collect();
        let stored = self.options.input.settings.iter().filter(|source| !known.contains(&source.path));
        let mut stored = stored.peekable();
        if roots.is_empty() && stored.peek().is_none() {
            return;
        }
        let Ok(filter) = Prefilter::new(&needles) else { return };
        let stored = stored.filter(|source| filter.find_at(&source.text, 0).is_some());
        let stored: Vec<Source> = stored.take(MAX_SETTINGS).cloned().collect();
        let walk = Walk { roots, ..walk.clone() };
        self.pass(&filter, &walk, &Progress::until(Arc::clone(&progress.stop)), stored);
    }

    /// Links and judges, and keeps of the files what findings point into.
    #[must_use]
    pub fn report(&self) -> Report {
        // Of a project that was not looked at to its end nobody can say what is never used in it.
        let interrupted = self.tally.counts.contains_key(&Reason::Interrupted);
        let mut report = judged(self.options, &self.files, self.options.input.partial || interrupted);
        report.tally = self.tally.clone();
        report.skipped.clone_from(&self.skipped);
        report.skipped.sort();
        report
    }
}

/// What a file must hold to mean anything to a pack, or to dekey itself.
pub(crate) fn needles(vendors: &[Vendor]) -> Vec<Needle> {
    let theirs = vendors.iter().flat_map(|vendor| vendor.needles.iter().cloned());
    theirs.chain([Needle::exact(suppress::NEEDLE)]).collect()
}

/// All of these, compiled.
///
/// # Errors
/// When they cannot be.
pub fn prefilter(vendors: &[Vendor]) -> Result<Prefilter, Error> {
    Prefilter::new(&needles(vendors)).map_err(Error::Needles)
}

/// The variables and settings that logins read, and the packages that tell what the code around them is built on.
fn wanted(vendors: &[Vendor], files: &[Arc<Examined<'_>>]) -> BTreeSet<Needle> {
    let uses = files.iter().flat_map(|file| &file.matched).flat_map(|matched| &matched.uses);
    let origins = uses.flat_map(|found| &found.slots).flat_map(|slot| &slot.origins);
    let names = origins.filter_map(|origin| match origin {
        Origin::Env { name, .. } => Some(name.as_str()),
        Origin::Name { dotted, .. } => dotted.rsplit('.').next(),
        _ => None,
    });
    let names = names.filter(|name| name.len() > 2).map(Needle::exact);
    let packages = vendors.iter().filter(|_| !files.is_empty()).flat_map(|vendor| vendor.pack().ways.packages());
    names.chain(packages.map(|package| Needle::any_case(package.needle()))).collect()
}

/// A panic on one thread is reported by itself; the data of the others stays good.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
