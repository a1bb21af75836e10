//! The pipeline: walk → lower → match → link → judge → report, as one readable function.
//!
//! Owns the order of the steps and what runs in parallel. Analysis is elsewhere. The decision to know: files are
//! lowered as they are found, on threads with large stacks and a bounded number in flight; everything after is done
//! once, in path order, so that the result does not depend on threads.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::check;
use crate::facts::{Carrier, Note};
use crate::finding::{Finding, Label, Report, Route, Tally};
use crate::lang;
use crate::link::Origin;
use crate::link::project::{Project, Scanned};
use crate::matcher::{self, Matched};
use crate::pack::Pack;
use crate::plan::{self, Ground};
use crate::prefilter::{Needle, NeedleError, Prefilter};
use crate::redact::Masked;
use crate::source::{Progress, Reason, RelPath, Skipped, Source, Walk, is_manifest, walk};
use crate::span::Span;

/// What to scan, and how.
pub struct Options<'o> {
    /// The walk; without roots only `input` is scanned.
    pub walk: Walk,
    /// A file that does not come from the walk.
    pub input: Option<Source>,
    /// Packs, in the order their findings are made.
    pub packs: &'o [Pack],
    /// The declared audience, as the route it asks for.
    pub audience: Option<Route>,
    /// The environment variable that fixes read, instead of the pack's.
    pub variable: Option<&'o str>,
    /// What is not examined.
    pub exclude: Option<&'o (dyn Fn(&RelPath) -> bool + Sync)>,
    /// Whether the prefilter is used; results are the same without.
    pub prefilter: bool,
}

/// Files larger than this are searched for shapes only; of lock files what is around a needle is read.
const MAX_LOWERED: usize = 2 << 20;
/// Files without a needle that are looked at for variables and settings.
const MAX_SETTINGS: usize = 4096;
/// Files in flight between reading and lowering.
const MAX_IN_FLIGHT: usize = 64;
/// Lowering a Rust file recurses in its parser.
const STACK: usize = 64 << 20;

/// Scans.
///
/// # Errors
/// When the packs' needles cannot be compiled, or threads cannot be made.
pub fn scan(options: &Options<'_>, progress: &Progress) -> Result<Report, Error> {
    let needles: Vec<_> = options.packs.iter().flat_map(|pack| pack.needles.iter().cloned()).collect();
    let prefilter =
        if options.prefilter { Prefilter::new(&needles).map_err(Error::Needles)? } else { Prefilter::all() };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.walk.threads)
        .stack_size(STACK)
        .build()
        .map_err(Error::Threads)?;
    let (results, failures, gate) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), Gate::default());
    let lowered = |source: Source| {
        let path = source.path.clone();
        match catch_unwind(AssertUnwindSafe(|| examine(options.packs, source))) {
            Ok(file) => locked(&results).extend(file),
            Err(_) => locked(&failures).push(Skipped {
                path,
                reason: Reason::Failed,
                detail: "dekey failed on this file, which is a fault of dekey's; please report it".to_owned(),
            }),
        }
        gate.leave();
    };
    let pass = |filter: &Prefilter, roots: &Walk, progress: &Progress, input: Option<&Source>| {
        pool.in_place_scope(|scope| {
            let hit = |source: Source| {
                if options.exclude.is_some_and(|exclude| exclude(&source.path)) {
                    return;
                }
                gate.enter();
                let lowered = &lowered;
                scope.spawn(move |_| lowered(source));
            };
            let walked = walk(roots, filter, progress, &hit);
            input.into_iter().cloned().for_each(&hit);
            walked
        })
    };
    let walked = pass(&prefilter, &options.walk, progress, options.input.as_ref());
    let wanted = wanted(options.packs, &locked(&results));
    if let Ok(wanted) = Prefilter::new(&wanted)
        && !walked.settings.is_empty()
    {
        // A login may read a variable whose name says nothing of the vendor; the file that sets it says nothing either.
        let (manifests, others): (Vec<_>, Vec<_>) =
            walked.settings.iter().partition(|path| is_manifest(path.as_path()));
        let settings = others.into_iter().chain(manifests);
        let roots = settings.take(MAX_SETTINGS).map(|path| options.walk.base.join(path.as_path())).collect();
        pass(&wanted, &Walk { roots, ..options.walk.clone() }, &Progress::default(), None);
    }
    let mut files: Vec<Examined<'_>> = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort_by(|a, b| (&a.source.path, a.source.base_byte).cmp(&(&b.source.path, b.source.base_byte)));
    let mut report = judged(options, files);
    report.tally = Tally {
        examined: walked.examined + u64::from(options.input.is_some()),
        bytes: walked.bytes,
        counts: walked.counts,
    };
    report.skipped = walked.skipped;
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    for failure in failures {
        *report.tally.counts.entry(failure.reason).or_default() += 1;
        report.skipped.push(failure);
    }
    report.skipped.sort();
    Ok(report)
}

/// A file and what it means to each pack.
struct Examined<'p> {
    source: Source,
    matched: Vec<Matched<'p>>,
    notes: Vec<Note>,
}

/// Lowers and matches one file. `None` when it means nothing to any pack.
fn examine<'p>(packs: &'p [Pack], source: Source) -> Option<Examined<'p>> {
    let readable = source.whole && !source.binary;
    let lowered = readable && source.text.len() <= MAX_LOWERED;
    let layers = match lang::of_pieces(source.path.as_path()) {
        _ if lowered => lang::lower_any(source.path.as_path(), &source.text).1,
        Some(language) if !source.binary => lang::lower(language, &source.text, Span::new(0, source.text.len())),
        _ => Vec::new(),
    };
    let matched: Vec<Matched<'_>> = packs.iter().map(|pack| matcher::matched(pack, &source, &layers)).collect();
    // A block of a document may be an excerpt; nobody expects it to be whole.
    let excerpt = |layer: &lang::Layer, note: Note| layer.carrier == Carrier::Prose && note == Note::Malformed;
    let noted = |layer: &lang::Layer| -> Vec<Note> {
        layer.facts.notes.iter().copied().filter(|note| !excerpt(layer, *note)).collect()
    };
    let mut notes: Vec<Note> = layers.iter().flat_map(noted).collect();
    if !lowered && !source.binary {
        notes.push(Note::TooLarge);
    }
    notes.sort_unstable_by_key(|note| *note as u8);
    notes.dedup();
    (!notes.is_empty() || matched.iter().any(|matched| !matched.is_empty())).then_some(Examined {
        source,
        matched,
        notes,
    })
}

/// The variables and settings that logins read, and the packages that tell what the code around them is built on.
fn wanted(packs: &[Pack], files: &[Examined<'_>]) -> Vec<Needle> {
    let uses = files.iter().flat_map(|file| &file.matched).flat_map(|matched| &matched.uses);
    let origins = uses.flat_map(|found| &found.slots).flat_map(|slot| &slot.origins);
    let names: BTreeSet<&str> = origins
        .filter_map(|origin| match origin {
            Origin::Env { name, .. } => Some(name.as_str()),
            Origin::Name { dotted, .. } => dotted.rsplit('.').next(),
            _ => None,
        })
        .filter(|name| name.len() > 2)
        .collect();
    let mut needles: Vec<Needle> = names.into_iter().map(Needle::exact).collect();
    if !files.is_empty() {
        let packages = packs.iter().flat_map(|pack| pack.ways.packages());
        needles.extend(packages.map(|package| Needle::any_case(package.needle())));
    }
    needles
}

/// Links and judges, and keeps of the files what findings point into.
fn judged(options: &Options<'_>, files: Vec<Examined<'_>>) -> Report {
    let mut report = Report::default();
    for (at, pack) in options.packs.iter().enumerate() {
        let scanned = files.iter().map(|file| Scanned { source: &file.source, matched: &file.matched[at] });
        let variable = options.variable.unwrap_or(&pack.variable);
        let project = Project::new(pack, scanned.collect(), options.audience, variable);
        let judged = check::judge(&project);
        report.grounds.push(plan::ground::of(&project, &judged.findings));
        report.findings.extend(judged.findings);
        report.exempted.extend(judged.spared);
        report.rules.extend(pack.rules.iter().map(|rule| rule.doc.clone()));
    }
    let mut used: Vec<Option<usize>> = vec![None; files.len()];
    let edited = report
        .findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .flat_map(|fix| fix.edits.iter().map(|edit| edit.file));
    let labelled = report.findings.iter().flat_map(labels).chain(report.exempted.iter().map(|(label, _)| label));
    let mut files_used: Vec<usize> = labelled.map(|label| label.file).chain(edited).collect();
    files_used.extend(report.grounds.iter_mut().flat_map(Ground::labels_mut).map(|label| label.file));
    for file in files_used {
        used[file] = Some(0);
    }
    for (at, file) in files.into_iter().enumerate() {
        report.notes.extend(file.notes.into_iter().map(|note| (file.source.path.clone(), note)));
        if used[at].is_some() {
            used[at] = Some(report.files.len());
            let secrets: Vec<Span> = file.matched.into_iter().flat_map(|matched| matched.secrets).collect();
            report.files.push(Masked::new(file.source, &secrets));
        }
    }
    let renumber = |label: &mut Label| label.file = used[label.file].unwrap_or_default();
    for finding in &mut report.findings {
        renumber(&mut finding.primary);
        finding.related.iter_mut().for_each(renumber);
        for edit in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.file = used[edit.file].unwrap_or_default();
        }
    }
    report.exempted.iter_mut().for_each(|(label, _)| renumber(label));
    report.grounds.iter_mut().flat_map(Ground::labels_mut).for_each(renumber);
    report.exempted.sort_by(|(a, x), (b, y)| (a.file, a.span, x).cmp(&(b.file, b.span, y)));
    report.exempted.dedup();
    report.findings.sort_by(|a, b| order(a).cmp(&order(b)));
    report.notes.dedup();
    report
}

fn labels(finding: &Finding) -> impl Iterator<Item = &Label> {
    std::iter::once(&finding.primary).chain(&finding.related)
}

fn order(finding: &Finding) -> (usize, Span, &str) {
    (finding.primary.file, finding.primary.span, &finding.rule)
}

/// Lets a bounded number of files in.
#[derive(Default)]
struct Gate {
    inside: Mutex<usize>,
    left: Condvar,
}

impl Gate {
    fn enter(&self) {
        let inside = locked(&self.inside);
        let mut inside =
            self.left.wait_while(inside, |inside| *inside >= MAX_IN_FLIGHT).unwrap_or_else(PoisonError::into_inner);
        *inside += 1;
    }

    fn leave(&self) {
        *locked(&self.inside) -= 1;
        self.left.notify_one();
    }
}

/// A panic on one thread is reported by itself; the data of the others stays good.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why nothing was scanned.
#[derive(Debug)]
pub enum Error {
    /// The packs' needles.
    Needles(NeedleError),
    /// The threads.
    Threads(rayon::ThreadPoolBuildError),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Needles(error) => write!(f, "the packs cannot be used: {error}"),
            Self::Threads(error) => write!(f, "the threads to scan with cannot be started: {error}; try fewer with -j"),
        }
    }
}

impl std::error::Error for Error {}
