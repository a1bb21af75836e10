//! The fix writer: applies fixes, verifies the result, and writes it.
//!
//! Owns the only way by which dekey changes a scanned file. It knows no vendor, no language and no format. The decision
//! to know: everything is tried in memory first. A change is judged like any other state of the project, and what does
//! not do what it promises is left out; only then is anything written, whole files at a time.
//!
//! - [`plan()`] chooses, applies and verifies; nothing is written.
//! - [`Planned::changed`] shows what would change, masked.
//! - [`guard::dirty`] tells which of the files git could not restore.
//! - [`disk::Disk`] writes.

mod apply;
mod balance;
mod choose;
pub mod disk;
pub mod guard;
mod place;
#[cfg(not(unix))]
mod portable;
#[cfg(unix)]
mod unix;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Applicability, Finding, Label, Report};
use crate::redact::Masked;
use crate::scan::Scan;
use crate::source::{RelPath, Source};
use choose::Unit;
use verify::Census;

/// A fix can make room for another one, so that a plan is made in rounds.
const MAX_ROUNDS: usize = 4;
/// How often a round judges the project to find out which of its fixes fail.
const MAX_ATTEMPTS: usize = 400;

/// Which fixes are asked for.
pub struct Wish<'w> {
    /// Whether unsafe ones are, too.
    pub unsafe_too: bool,
    /// Which findings of a file are shown; what is not shown is not mended.
    pub shown: &'w dyn Fn(&Finding, &RelPath) -> bool,
    /// Marks the findings of a report that are accepted as they are; they are not mended either.
    pub settle: &'w dyn Fn(&mut Report),
}

/// The bytes of a file, or why it may not be changed.
pub type Read<'r> = dyn Fn(&RelPath) -> Result<Vec<u8>, String> + 'r;

/// The files as they were before, read when they are asked for.
pub struct Originals<'r> {
    read: &'r Read<'r>,
    known: BTreeMap<RelPath, Result<Vec<u8>, String>>,
}

impl<'r> Originals<'r> {
    /// Files that `read` reads.
    #[must_use]
    pub fn new(read: &'r Read<'r>) -> Self {
        Self { read, known: BTreeMap::new() }
    }

    /// Refuses a file from now on, whatever was read of it.
    pub fn refuse(&mut self, path: RelPath, why: String) {
        self.known.insert(path, Err(why));
    }

    /// What was refused, and why.
    pub fn refused(&self) -> impl Iterator<Item = (&RelPath, &str)> {
        self.known.iter().filter_map(|(path, read)| Some((path, read.as_ref().err()?.as_str())))
    }

    /// A file that is still what `scan` has seen.
    fn get(&mut self, path: &RelPath, scan: &Scan<'_>) -> Result<&[u8], &str> {
        let read = || {
            let bytes = (self.read)(path)?;
            let same = scan.source(path).is_some_and(|source| {
                let now = Source::from_bytes(path.clone(), bytes.clone(), source.explicit);
                now.text == source.text && now.encoding == source.encoding
            });
            if same { Ok(bytes) } else { Err(CHANGED.to_owned()) }
        };
        match self.known.entry(path.clone()).or_insert_with(read) {
            Ok(bytes) => Ok(bytes),
            Err(why) => Err(why),
        }
    }
}

/// Why a file is refused that somebody else writes to.
const CHANGED: &str = "it was changed while dekey looked at it; run dekey again";

/// A file before and after, masked.
pub struct Changed {
    /// The file.
    pub path: RelPath,
    /// As it is.
    pub before: Masked,
    /// As it would be.
    pub after: Masked,
}

/// A file before and after, as it is stored.
#[derive(Clone)]
pub struct Versions {
    /// As it is.
    pub before: Vec<u8>,
    /// As it would be.
    pub after: Vec<u8>,
}

/// Why a fix is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is unsafe, and those were not asked for.
    Unsafe,
    /// None of its findings is shown.
    Hidden,
    /// One of its findings is accepted as it is.
    Accepted,
    /// A file it changes was refused.
    Refused,
    /// It was tried, and did not do what it promises.
    Failed(String),
    /// It changes what another fix changes.
    Overlap,
}

/// A fix that is not applied.
#[derive(Clone, Debug)]
pub struct Left {
    /// Its first finding, in [`Planned::report`].
    pub at: Label,
    /// What it would do.
    pub title: String,
    /// How many findings it would mend.
    pub findings: usize,
    /// Why it is left.
    pub why: Why,
}

/// What applying the fixes gives.
pub struct Planned<'o> {
    /// The project afterwards.
    pub after: Scan<'o>,
    /// What is found afterwards.
    pub report: Report,
    /// What was found before, where that is not the same.
    pub before: Option<Report>,
    /// The files that change.
    pub files: BTreeMap<RelPath, Versions>,
    /// How many findings are mended.
    pub fixed: usize,
    /// What is not applied.
    pub left: Vec<Left>,
    /// The variables that fixed code reads.
    pub variables: BTreeSet<String>,
}

/// Applies the fixes that are asked for, in memory, and keeps those that hold what they promise.
pub fn plan<'o>(scan: &Scan<'o>, wish: &Wish<'_>, originals: &mut Originals<'_>) -> Planned<'o> {
    let mut report = scan.report();
    (wish.settle)(&mut report);
    let (files, failed) = (BTreeMap::new(), BTreeMap::new());
    let mut draft = Draft { report, scan: scan.clone(), before: None, files, failed, fixed: 0 };
    let variables = draft.report.around.variables.clone();
    for _ in 0..MAX_ROUNDS {
        if !draft.round(wish, originals) {
            break;
        }
    }
    let mut left = Vec::new();
    for unit in choose::units(&draft.report, wish.shown) {
        let why = draft.obstacle(&unit, wish, originals).unwrap_or(Why::Overlap);
        left.push(Left { at: unit.at, title: unit.title, findings: unit.findings.len(), why });
    }
    let Draft { scan: after, report, before, files, fixed, .. } = draft;
    let files = files.into_iter().filter_map(|(path, after)| {
        let before = originals.known.get(&path)?.as_ref().ok()?.clone();
        (before != after).then_some((path, Versions { before, after }))
    });
    Planned { after, report, before, files: files.collect(), fixed, left, variables }
}

impl Planned<'_> {
    /// What changes, masked. `before` is the scan that the plan was made of: what was secret there stays masked.
    #[must_use]
    pub fn changed(&self, before: &Scan<'_>) -> Vec<Changed> {
        let changed = self.files.iter().map(|(path, versions)| {
            let source = |bytes: &Vec<u8>| Source::from_bytes(path.clone(), bytes.clone(), true);
            Changed {
                path: path.clone(),
                before: before.masked(source(&versions.before), before),
                after: self.after.masked(source(&versions.after), before),
            }
        });
        changed.collect()
    }
}

/// A project as the fixes chosen so far leave it.
struct Draft<'o> {
    scan: Scan<'o>,
    report: Report,
    /// What was found when no fix was chosen yet, once one is.
    before: Option<Report>,
    /// The files that differ from the originals.
    files: BTreeMap<RelPath, Vec<u8>>,
    /// The fixes that failed, and why.
    failed: BTreeMap<String, String>,
    fixed: usize,
}

impl<'o> Draft<'o> {
    /// Applies what can be applied together. Whether anything was.
    fn round(&mut self, wish: &Wish<'_>, originals: &mut Originals<'_>) -> bool {
        let units = choose::units(&self.report, wish.shown);
        let open: Vec<&Unit> = units.iter().filter(|unit| self.obstacle(unit, wish, originals).is_none()).collect();
        let chosen = choose::compatible(open.into_iter());
        let census = Census::of(&self.report);
        // Those that hold together, and the state they lead to.
        let (mut good, mut best): (Vec<&Unit>, Option<Self>) = (Vec::new(), None);
        let mut attempts = 0;
        let mut batches = vec![chosen];
        while let Some(batch) = batches.pop().filter(|batch| !batch.is_empty()) {
            attempts += 1;
            let together: Vec<&Unit> = good.iter().chain(&batch).copied().collect();
            let tried = if attempts > MAX_ATTEMPTS {
                Err("too many other fixes failed".to_owned())
            } else {
                self.attempt(&together, &census, wish, originals)
            };
            match (tried, batch.as_slice()) {
                (Ok(next), _) => (good, best) = (together, Some(next)),
                (Err(why), [unit]) => _ = self.failed.insert(unit.key.clone(), why),
                (Err(_), several) => {
                    let (first, second) = several.split_at(several.len() / 2);
                    batches.extend([second.to_vec(), first.to_vec()]);
                }
            }
        }
        let Some(next) = best else { return false };
        let Self { failed, before, report, .. } = std::mem::replace(self, next);
        self.failed = failed;
        self.before = before.or(Some(report));
        true
    }

    /// What speaks against a unit before it is tried.
    fn obstacle(&self, unit: &Unit, wish: &Wish<'_>, originals: &mut Originals<'_>) -> Option<Why> {
        if !unit.shown {
            return Some(Why::Hidden);
        }
        if unit.accepted {
            return Some(Why::Accepted);
        }
        if unit.applicability != Applicability::Safe && !wish.unsafe_too {
            return Some(Why::Unsafe);
        }
        let mut refused = false;
        for file in unit.files() {
            let path = &self.report.files.get(file)?.path;
            if let Some(why) = self.unreadable(path) {
                return Some(Why::Failed(why.to_owned()));
            }
            // What a file became here was an original once, which is not asked for again.
            refused |= !self.files.contains_key(path) && originals.get(path, &self.scan).is_err();
        }
        if refused {
            return Some(Why::Refused);
        }
        self.failed.get(&unit.key).cloned().map(Why::Failed)
    }

    /// Why nothing can be said of a file, so that a change of it cannot be verified.
    fn unreadable(&self, path: &RelPath) -> Option<&'static str> {
        let source = self.scan.source(path)?;
        match () {
            () if !source.whole => Some("the file is too large"),
            () if source.binary => Some("the file holds bytes that are no text"),
            () if verify::read_in_part(&self.report, path) => Some("the file could not be read to its end"),
            () => None,
        }
    }

    /// The state with `units` applied, when that is as it should be.
    fn attempt(
        &self,
        units: &[&Unit],
        census: &Census,
        wish: &Wish<'_>,
        originals: &mut Originals<'_>,
    ) -> Result<Self, String> {
        const UNFIT: &str = "its edits do not fit the file";
        let (mut files, mut sources) = (self.files.clone(), Vec::new());
        for (file, edits) in choose::edits(units) {
            let path = &self.report.files.get(file).ok_or(UNFIT)?.path;
            let source = self.scan.source(path).ok_or(UNFIT)?;
            let bytes = match self.files.get(path) {
                Some(bytes) => bytes,
                None => originals.get(path, &self.scan)?,
            };
            let after = apply::applied(bytes, source, &edits).ok_or(UNFIT)?;
            let changed = Source::from_bytes(path.clone(), after.clone(), source.explicit);
            if balance::unmatched(&changed) > balance::unmatched(source) {
                return Err("a bracket or quote would have no counterpart".to_owned());
            }
            sources.push(changed);
            files.insert(path.clone(), after);
        }
        let scan = self.scan.with(sources);
        let mut report = scan.report();
        (wish.settle)(&mut report);
        let findings = units.iter().flat_map(|unit| &unit.findings).copied();
        let fixed = self.fixed + findings.clone().count();
        match Census::of(&report).refutes(census, &self.report, findings) {
            Some(why) => Err(why),
            None => Ok(Self { scan, report, before: None, files, failed: BTreeMap::new(), fixed }),
        }
    }
}
