//! Staged files as sources.
//!
//! Owns what of the index is examined and what is only linked with. It knows no vendor. The decision to know: as in a
//! walk only what has a needle is handed over, with the settings beside it; and when nothing has, nothing around is read.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::git::staged::{File, Staged};
use super::git::{Repository, path_of};
use super::read::{Failure, Origin, Reader};
use super::{Limits, Progress, Reason, RelPath, Skipped, Source, Walked, is_setting};
use crate::prefilter::Prefilter;

/// Which staged files are asked for, and how.
pub(crate) struct Request<'r> {
    /// The repository.
    pub(crate) repository: &'r Repository,
    /// Its index, or the one that a commit is made of.
    pub(crate) index: &'r Path,
    /// The working directory, a real path: what paths are shown from.
    pub(crate) here: &'r Path,
    /// Files and directories, real paths; empty for everything.
    pub(crate) paths: &'r [PathBuf],
    /// What is not examined, by its real path.
    pub(crate) excluded: &'r dyn Fn(&Path) -> bool,
    /// Which files around the staged ones are linked with, by their paths.
    pub(crate) linked: &'r dyn Fn(&Path) -> bool,
    /// What a file must hold to be of interest.
    pub(crate) prefilter: &'r Prefilter,
}

/// What was staged.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Files with a needle, and settings.
    pub(crate) files: Vec<Source>,
    /// Files around them, as they are in the index.
    pub(crate) context: Vec<Source>,
    /// What was read, and what could not be.
    pub(crate) read: Walked,
}

/// Reads the files that the next commit adds or changes.
///
/// # Errors
/// Why nobody can tell which these are.
pub(crate) fn gather(request: &Request<'_>, progress: &Progress) -> Result<Gathered, String> {
    let staged = Staged::open(request.repository, request.index)?;
    let limits = Limits::default();
    let reader = Reader::new(request.prefilter.clone(), limits);
    let mut gathered = Gathered::default();
    let read = &mut gathered.read;
    for (reason, count) in
        [(Reason::Symlink, staged.links), (Reason::Submodule, staged.submodules), (Reason::Announced, staged.announced)]
    {
        if count > 0 {
            read.counts.insert(reason, count);
        }
    }
    let (found, mut settings) = (Mutex::new(Vec::new()), Vec::new());
    let keep = |source| found.lock().unwrap_or_else(PoisonError::into_inner).push(source);
    let mut asked: Vec<File<'_>> = Vec::new();
    for file in staged.files() {
        if progress.is_stopped() {
            break;
        }
        let Some(path) = request.asked(file.name) else { continue };
        if (request.excluded)(&path) {
            *read.counts.entry(Reason::Excluded).or_default() += 1;
            continue;
        }
        let shown = request.shown(&path);
        asked.push(file);
        let bytes = match staged.read(file) {
            Ok(bytes) => bytes,
            Err(why) => {
                read.skipped.push(Skipped { path: shown, reason: Reason::Unreadable, detail: why.to_string() });
                continue;
            }
        };
        read.examined += 1;
        read.bytes += bytes.len() as u64;
        progress.files.fetch_add(1, Ordering::Relaxed);
        progress.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let setting = (is_setting(&path) && bytes.len() <= limits.max_whole).then(|| bytes.clone());
        let name = file.name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let named = request.prefilter.find_at(name, 0).is_some();
        match reader.examine_bytes(bytes, Origin { path: &|| shown.clone(), explicit: true, named }, &keep) {
            Ok(examined) if !examined.hit => {
                settings.extend(setting.map(|bytes| Source::from_bytes(shown.clone(), bytes, true)));
            }
            Ok(_) => {}
            Err(Failure::TooManyHits) => {
                let detail = format!("it has more than {} places of interest", limits.max_windows);
                read.skipped.push(Skipped { path: shown, reason: Reason::TooManyHits, detail });
            }
            Err(Failure::Io(error)) => {
                read.skipped.push(Skipped { path: shown, reason: Reason::Unreadable, detail: error.to_string() });
            }
        }
    }
    for name in &staged.unmerged {
        if let Some(path) = request.asked(name).filter(|path| !(request.excluded)(path)) {
            let detail = "it has a conflict; solve it and add the file".to_owned();
            read.skipped.push(Skipped { path: request.shown(&path), reason: Reason::Unmerged, detail });
        }
    }
    read.skipped.extend(request.paths.iter().filter(|path| !request.is_there(&staged, path)).map(|path| {
        let detail = "it is neither in the index nor in the work tree".to_owned();
        Skipped { path: request.shown(path), reason: Reason::Missing, detail }
    }));
    for skipped in &read.skipped {
        *read.counts.entry(skipped.reason).or_default() += 1;
    }
    gathered.files = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !gathered.files.is_empty() {
        gathered.files.append(&mut settings);
        gathered.context = request.context(&staged, &asked);
    }
    Ok(gathered)
}

impl Request<'_> {
    /// The real path of a file of the index, if it is asked for.
    fn asked(&self, name: &[u8]) -> Option<PathBuf> {
        let path = self.repository.work_tree.join(path_of(name)?);
        let asked = self.paths.is_empty() || self.paths.iter().any(|asked| path.starts_with(asked));
        asked.then_some(path)
    }

    fn is_there(&self, staged: &Staged, path: &Path) -> bool {
        let name = super::git::relative(&self.repository.work_tree, path);
        path.symlink_metadata().is_ok() || name.is_none_or(|name| staged.tracks(name))
    }

    /// What is linked with: of what lies around, files with a needle and settings.
    fn context(&self, staged: &Staged, of: &[File<'_>]) -> Vec<Source> {
        let mut context = Vec::new();
        for file in staged.around(of, &|path| is_setting(path) || (self.linked)(path)) {
            let Some(path) = path_of(file.name).map(|path| self.repository.work_tree.join(path)) else { continue };
            if (self.excluded)(&path) {
                continue;
            }
            let Some(bytes) = staged.read_around(file) else { continue };
            let source = Source::from_bytes(self.shown(&path), bytes, true);
            if is_setting(&path) || self.prefilter.find_at(&source.text, 0).is_some() {
                context.push(source);
            }
        }
        context
    }

    fn shown(&self, path: &Path) -> RelPath {
        RelPath::seen_from(self.here, path)
    }
}
