//! Files that are kept in something else: the entries of an archive, the files of a commit.
//!
//! Owns what of them is held while the rest goes by: what has a needle, settings, and what the caller asks for. It knows
//! neither archives nor git. The decisions to know: an archive's names are anybody's, so that one which would lead out is
//! shown without doing so, and one that comes twice is two files; and what is held is bounded, whatever there is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::git::path_of;
use super::read::{Failure, Origin, Reader};
use super::stream;
use super::{Limits, Progress, Reason, RelPath, Skipped, Source, Walked, is_setting};
use crate::prefilter::Prefilter;

/// Bytes of text that are held, of files and of settings.
const MAX_HELD: usize = 512 << 20;
/// What a file counts for at least: what is known of it takes more than a short text does.
const LEAST_HELD: usize = 4 << 10;
/// Files of a caller's that are held, and the bytes of one and of all of them.
const MAX_KEPT: usize = 4096;
const MAX_KEPT_FILE: usize = 16 << 20;
const MAX_KEPT_BYTES: usize = 64 << 20;
/// Files listed that could not be examined; what is beyond is counted.
const MAX_LISTED: usize = 10_000;
/// The longest path of a file.
const MAX_PATH: usize = 4096;

/// What was gathered.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// Files with a needle.
    pub(crate) files: Vec<Source>,
    /// Files without one that linking may need.
    pub(crate) settings: Vec<Source>,
    /// Whole files that the caller asked for, by their paths.
    pub(crate) kept: BTreeMap<PathBuf, Vec<u8>>,
    /// What was read, and what could not be.
    pub(crate) read: Walked,
    /// The folder that all files are in, which is left out of their paths; empty where there is none.
    pub(crate) top: PathBuf,
}

/// Which files are kept whole for the caller, by their paths.
pub(crate) type Kept<'k> = &'k dyn Fn(&Path) -> bool;

/// Gathers files one after the other.
pub(crate) struct Collector<'c> {
    prefilter: &'c Prefilter,
    limits: Limits,
    reader: Reader,
    progress: &'c Progress,
    kept: Kept<'c>,
    stored: Stored,
    held: usize,
    kept_bytes: usize,
    /// Where in the held sources each file begins.
    starts: Vec<usize>,
    unlisted: u64,
}

impl<'c> Collector<'c> {
    pub(crate) fn new(prefilter: &'c Prefilter, kept: Kept<'c>, progress: &'c Progress) -> Self {
        let limits = Limits::default();
        Self {
            prefilter,
            limits,
            reader: Reader::new(prefilter.clone(), limits),
            progress,
            kept,
            stored: Stored::default(),
            held: 0,
            kept_bytes: 0,
            starts: Vec::new(),
            unlisted: 0,
        }
    }

    /// Looks through the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read to its end; nothing of it is held then.
    pub(crate) fn file(&mut self, path: &RelPath, contents: &mut dyn Read) -> io::Result<()> {
        let most = self.limits.max_whole;
        let mut bytes = Vec::new();
        contents.take(most as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() <= most {
            self.bytes(path, bytes);
            return Ok(());
        }
        let rest = Rest { head: io::Cursor::new(bytes), rest: contents };
        let found = Mutex::new(Vec::new());
        let keep = |source| locked(&found).push(source);
        let origin = Origin { path: &|| path.clone(), explicit: false, named: self.is_named(path) };
        match stream::examine(rest, u64::MAX, self.prefilter, self.limits, origin, &keep) {
            Ok(examined) => {
                self.examined(examined.bytes);
                self.hold(path, found.into_inner().unwrap_or_else(PoisonError::into_inner));
                Ok(())
            }
            Err(Failure::TooManyHits) => {
                self.hold(path, found.into_inner().unwrap_or_else(PoisonError::into_inner));
                self.too_many(path);
                Ok(())
            }
            Err(Failure::Io(error)) => Err(error),
        }
    }

    /// As [`Self::file`], of what is in memory already.
    pub(crate) fn bytes(&mut self, path: &RelPath, bytes: Vec<u8>) {
        self.examined(bytes.len() as u64);
        self.keep(path, &bytes);
        let whole = bytes.len() <= self.limits.max_whole;
        let setting = (whole && is_setting(path.as_path())).then(|| bytes.clone());
        let found = Mutex::new(Vec::new());
        let hit = |source| locked(&found).push(source);
        let origin = Origin { path: &|| path.clone(), explicit: false, named: self.is_named(path) };
        let result = self.reader.examine_bytes(bytes, origin, &hit);
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(examined) if !examined.hit => {
                if let Some(bytes) = setting.filter(|bytes| self.fits(bytes.len())) {
                    // A name that comes twice is one setting: the later one counts, as where it is unpacked.
                    self.stored.settings.push(Source::from_bytes(path.clone(), bytes, true));
                }
            }
            Ok(_) => self.hold(path, found),
            Err(Failure::TooManyHits) => {
                self.hold(path, found);
                self.too_many(path);
            }
            Err(Failure::Io(error)) => self.skip(path.clone(), Reason::Unreadable, error.to_string()),
        }
    }

    /// Says that something was not examined.
    pub(crate) fn skip(&mut self, path: RelPath, reason: Reason, detail: String) {
        let read = &mut self.stored.read;
        *read.counts.entry(reason).or_default() += 1;
        if read.skipped.len() < MAX_LISTED {
            read.skipped.push(Skipped { path, reason, detail });
        } else {
            self.unlisted += 1;
        }
    }

    /// Counts what is left out on purpose.
    pub(crate) fn count(&mut self, reason: Reason) {
        *self.stored.read.counts.entry(reason).or_default() += 1;
    }

    /// Whether nothing more is to be read, which whoever judges what was gathered says.
    pub(crate) fn is_stopped(&self) -> bool {
        self.progress.is_stopped()
    }

    /// What was gathered. `top` is the folder that all files are in, and is left out of their paths.
    pub(crate) fn finish(mut self, top: PathBuf) -> Stored {
        if self.unlisted > 0 {
            let detail = format!("{} more of its files could not be examined", self.unlisted);
            self.stored.read.skipped.push(Skipped { path: RelPath::from("."), reason: Reason::Unreadable, detail });
        }
        if !top.as_os_str().is_empty() {
            self.stored.leave_out(&top);
        }
        self.tell_apart();
        let stored = &mut self.stored;
        stored.top = top;
        stored.read.skipped.sort();
        // Of two with one name the later one is last, and stays.
        stored.settings.reverse();
        stored.settings.sort_by(|a, b| a.path.cmp(&b.path));
        stored.settings.dedup_by(|a, b| a.path == b.path);
        self.stored
    }

    fn is_named(&self, path: &RelPath) -> bool {
        self.prefilter.find_at(path.name().as_encoded_bytes(), 0).is_some()
    }

    fn examined(&mut self, bytes: u64) {
        self.stored.read.examined += 1;
        self.stored.read.bytes += bytes;
        self.progress.files.fetch_add(1, Ordering::Relaxed);
        self.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn keep(&mut self, path: &RelPath, bytes: &[u8]) {
        let stored = &mut self.stored;
        if bytes.len() <= MAX_KEPT_FILE
            && stored.kept.len() < MAX_KEPT
            && self.kept_bytes.saturating_add(bytes.len()) <= MAX_KEPT_BYTES
            && (self.kept)(path.as_path())
        {
            self.kept_bytes += bytes.len();
            stored.kept.insert(path.as_path().to_owned(), bytes.to_vec());
        }
    }

    /// Whether a file with so much more text may be held.
    fn fits(&mut self, bytes: usize) -> bool {
        let held = self.held.saturating_add(bytes.max(LEAST_HELD));
        let fits = held <= MAX_HELD;
        if fits {
            self.held = held;
        }
        fits
    }

    /// Holds what is of interest in a file.
    fn hold(&mut self, path: &RelPath, mut sources: Vec<Source>) {
        if !self.fits(sources.iter().map(|source| source.text.len()).sum()) {
            let detail = format!("there is more of interest than the {} MiB that are held at a time", MAX_HELD >> 20);
            return self.skip(path.clone(), Reason::TooManyHits, detail);
        }
        self.starts.push(self.stored.files.len());
        self.stored.files.append(&mut sources);
    }

    /// Gives each file a path of its own: of those with the same, the second one is shown in a folder `#2`.
    fn tell_apart(&mut self) {
        let files = &mut self.stored.files;
        let mut taken: HashSet<RelPath> = files.iter().map(|source| source.path.clone()).collect();
        let mut seen: HashMap<RelPath, usize> = HashMap::new();
        for (at, &start) in self.starts.iter().enumerate() {
            let end = self.starts.get(at + 1).copied().unwrap_or(files.len());
            let Some(path) = files.get(start).map(|source| source.path.clone()) else { continue };
            let times = seen.entry(path.clone()).or_default();
            *times += 1;
            if *times == 1 {
                continue;
            }
            let numbered = |times| RelPath::new(&Path::new(&format!("#{times}")).join(path.as_path()));
            while !taken.insert(numbered(*times)) {
                *times += 1;
            }
            let other = numbered(*times);
            files[start..end].iter_mut().for_each(|source| source.path.clone_from(&other));
        }
    }

    fn too_many(&mut self, path: &RelPath) {
        let detail = format!("it has more than {} places of interest", self.limits.max_windows);
        self.skip(path.clone(), Reason::TooManyHits, detail);
    }
}

impl Stored {
    fn leave_out(&mut self, top: &Path) {
        let inner = |path: &RelPath| path.as_path().strip_prefix(top).ok().map(RelPath::new);
        let rename = |path: &mut RelPath| {
            if let Some(inner) = inner(path) {
                *path = inner;
            }
        };
        self.files.iter_mut().chain(&mut self.settings).for_each(|source| rename(&mut source.path));
        self.read.skipped.iter_mut().for_each(|skipped| rename(&mut skipped.path));
        let kept = std::mem::take(&mut self.kept);
        let kept = kept.into_iter().map(|(path, bytes)| (path.strip_prefix(top).map(Path::to_owned), path, bytes));
        self.kept = kept.map(|(inner, path, bytes)| (inner.unwrap_or(path), bytes)).collect();
    }
}

/// What a report shows for a name in an archive: it leads nowhere else. `None` for one that names nothing.
pub(crate) fn shown(name: &[u8]) -> Option<RelPath> {
    if name.len() > MAX_PATH {
        return None;
    }
    let mut path = Vec::with_capacity(name.len());
    for segment in name.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty() && *segment != b".") {
        if !path.is_empty() {
            path.push(b'/');
        }
        match segment {
            b".." => path.extend_from_slice(b"%2E%2E"),
            segment if cfg!(windows) => {
                let escaped = String::from_utf8_lossy(segment).replace('\\', "%5C").replace(':', "%3A");
                path.extend_from_slice(escaped.as_bytes());
            }
            segment => path.extend_from_slice(segment),
        }
    }
    (!path.is_empty()).then(|| path_of(&path).map(|path| RelPath::new(&path))).flatten()
}

/// The first bytes of a file, which were read, and the rest.
struct Rest<'r> {
    head: io::Cursor<Vec<u8>>,
    rest: &'r mut dyn Read,
}

impl Read for Rest<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.rest.read(buffer),
            count => Ok(count),
        }
    }
}

impl stream::Input for Rest<'_> {
    fn next_stored(&mut self, at: u64, size: u64) -> io::Result<(u64, u64)> {
        Ok((at, size))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prefilter::Needle;

    fn gathered(files: &[(&str, &str)], top: &str) -> Stored {
        let prefilter = Prefilter::new(&[Needle::exact("needle")]).unwrap();
        let progress = Progress::default();
        let kept = |path: &Path| path.extension().is_some_and(|extension| extension == "toml");
        let mut collector = Collector::new(&prefilter, &kept, &progress);
        for (path, text) in files {
            collector.file(&RelPath::from(*path), &mut text.as_bytes()).unwrap();
        }
        collector.finish(PathBuf::from(top))
    }

    fn paths(sources: &[Source]) -> Vec<String> {
        sources.iter().map(|source| source.path.to_str_lossy().into_owned()).collect()
    }

    #[test]
    fn only_what_is_of_interest_is_held() {
        let stored = gathered(&[("a", "needle"), ("b", "hay"), (".env", "A=1"), ("x.toml", "k = 1")], "");
        assert_eq!(paths(&stored.files), ["a"]);
        assert_eq!(paths(&stored.settings), [".env"]);
        assert_eq!(stored.kept.keys().collect::<Vec<_>>(), [Path::new("x.toml")]);
        assert_eq!((stored.read.examined, stored.read.bytes), (4, 17));
    }

    #[test]
    fn what_is_held_is_bounded_by_number_too() {
        let prefilter = Prefilter::new(&[Needle::exact("needle")]).unwrap();
        let (progress, kept) = (Progress::default(), |_: &Path| false);
        let mut collector = Collector::new(&prefilter, &kept, &progress);
        collector.held = MAX_HELD - 2 * LEAST_HELD;
        for path in ["a", "b", "c"] {
            collector.bytes(&RelPath::from(path), b"needle".to_vec());
        }
        let stored = collector.finish(PathBuf::new());
        assert_eq!(paths(&stored.files), ["a", "b"]);
        assert_eq!(stored.read.counts.get(&Reason::TooManyHits), Some(&1));
    }

    #[test]
    fn one_name_twice_is_two_files_and_one_setting() {
        let files = [
            ("t/a", "needle 1"),
            ("t/a", "needle 2"),
            ("t/#2/a", "needle"),
            ("t/a", "needle 3"),
            ("t/.env", "A=1"),
            ("t/.env", "A=2"),
        ];
        let stored = gathered(&files, "t");
        assert_eq!(paths(&stored.files), ["a", "#3/a", "#2/a", "#4/a"]);
        assert_eq!(stored.settings.len(), 1);
        assert_eq!(stored.settings[0].text, b"A=2");
    }

    #[test]
    fn a_large_file_is_looked_through_in_windows() {
        let text = format!("{}needle{}", "hay\n".repeat(1 << 20), "hay\n".repeat(1 << 20));
        let stored = gathered(&[("a", &text)], "");
        assert_eq!(stored.files.len(), 1);
        assert!(stored.files[0].text.len() < 1 << 20 && !stored.files[0].whole);
        assert_eq!(stored.read.bytes, text.len() as u64);
    }

    #[test]
    fn no_name_leads_elsewhere() {
        for (name, path) in [
            ("a/b", Some("a/b")),
            ("./a//b/", Some("a/b")),
            ("/etc/passwd", Some("etc/passwd")),
            ("../../a", Some("%2E%2E/%2E%2E/a")),
            ("a/../b", Some("a/%2E%2E/b")),
            ("", None),
            ("./", None),
        ] {
            assert_eq!(shown(name.as_bytes()), path.map(RelPath::from), "{name}");
        }
        assert_eq!(shown(&[b'a'; MAX_PATH + 1]), None);
    }
}
