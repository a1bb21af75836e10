//! Archives: what was packed, as sources.
//!
//! Owns telling archives from other files, taking the compression off, and how much of one is read. It knows no vendor.
//! The decisions to know: nothing is ever unpacked to disk; an archive is read once, from its start to its end, with what
//! has no needle going by; one that grows out of all proportion is read up to there, and the rest is said to be missing,
//! as is whatever is broken or encrypted; an archive within an archive is a file like any other.

mod tar;
mod zip;

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::open::open_real;
use super::stored::{Collector, Kept, Stored, shown};
use super::{Progress, Reason, RelPath};
use crate::prefilter::Prefilter;

/// Entries that are looked at.
const MAX_ENTRIES: u64 = 4 << 20;
/// Bytes that come out of one archive.
const MAX_BYTES: u64 = 64 << 30;
/// How many times larger than the archive that may be, once it is more than [`FREE`].
const MAX_RATIO: u64 = 200;
const FREE: u64 = 256 << 20;
/// Memory that a decoder may take for what it has seen, in KiB.
const MAX_DICTIONARY: u32 = 128 << 10;

/// How an archive is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Entries one behind the other.
    Tar(Packed),
    /// Entries with a list of them at the end.
    Zip,
}

/// What is around a tar archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Packed {
    Plain,
    Gzip,
    Xz,
    Zstd,
}

/// The ends of names, longer ones first.
const ENDINGS: &[(&str, Kind)] = &[
    (".tar.gz", Kind::Tar(Packed::Gzip)),
    (".tar.xz", Kind::Tar(Packed::Xz)),
    (".tar.zst", Kind::Tar(Packed::Zstd)),
    (".tgz", Kind::Tar(Packed::Gzip)),
    (".txz", Kind::Tar(Packed::Xz)),
    (".tzst", Kind::Tar(Packed::Zstd)),
    (".tar", Kind::Tar(Packed::Plain)),
    (".zip", Kind::Zip),
];

/// How the file of this name is packed, and how long the end of the name is that tells so; `None` for other files.
pub(crate) fn kind(path: &Path) -> Option<(Kind, usize)> {
    let name = path.file_name()?.as_encoded_bytes();
    let ends = |ending: &str| {
        name.len() > ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
    };
    ENDINGS.iter().find(|(ending, _)| ends(ending)).map(|(ending, kind)| (*kind, ending.len()))
}

/// Reads the archive at `path`, a real one.
///
/// # Errors
/// Why nothing of it can be read.
pub(crate) fn gather(
    path: &Path,
    kind: Kind,
    prefilter: &Prefilter,
    kept: Kept<'_>,
    progress: &Progress,
) -> Result<Stored, String> {
    let opened = open_real(path).map_err(|error| error.to_string())?;
    let mut entries = Entries {
        collector: Collector::new(prefilter, kept, progress),
        top: Top::None,
        budget: Budget::of(allowed(opened.size)),
        count: 0,
    };
    // What reads the formats is not ours, and what it reads may be anybody's.
    let read = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Zip => zip::read(opened.file, &mut entries),
        Kind::Tar(packed) => match decoder(opened.file, packed) {
            Ok(decoder) => tar::read(decoder, &mut entries),
            Err(error) => Err(broken(&error)),
        },
    }));
    let ended = read.unwrap_or_else(|_| Err("it is malformed".to_owned()));
    if let Err(why) = ended {
        if entries.count == 0 {
            return Err(why);
        }
        let detail = format!("{why}; what is behind it in the archive was not examined");
        entries.collector.skip(RelPath::from("."), Reason::Unreadable, detail);
    }
    let top = entries.top.folder();
    Ok(entries.collector.finish(top))
}

/// How much may come out of an archive of this size.
fn allowed(size: u64) -> u64 {
    size.saturating_mul(MAX_RATIO).clamp(FREE, MAX_BYTES)
}

fn decoder(file: File, packed: Packed) -> io::Result<Box<dyn Read>> {
    let file = BufReader::with_capacity(64 << 10, file);
    Ok(match packed {
        Packed::Plain => Box::new(file),
        Packed::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Packed::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(file, true, MAX_DICTIONARY)),
        Packed::Zstd => Box::new(ruzstd::decoding::StreamingDecoder::new(file).map_err(io::Error::other)?),
    })
}

/// What is wrong with an archive, in the words of whoever met it.
fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ if is_spent(error) => error.to_string(),
        _ => format!("it is broken: {error}"),
    }
}

/// What may still come out of an archive; copies share it.
#[derive(Clone)]
struct Budget {
    left: Rc<Cell<u64>>,
    /// A nearer border, for what is not a file.
    border: Rc<Cell<u64>>,
}

impl Budget {
    fn of(bytes: u64) -> Self {
        Self { left: Rc::new(Cell::new(bytes)), border: Rc::new(Cell::new(u64::MAX)) }
    }
}

/// That an archive has used up its budget.
#[derive(Debug)]
struct Spent(&'static str);

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Spent {}

fn is_spent(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Spent>())
}

/// Reads until a budget is used up.
struct Metered<R> {
    inner: R,
    budget: Budget,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Budget { left, border } = &self.budget;
        let most = usize::try_from(left.get().min(border.get())).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 && !buffer.is_empty() {
            return Err(io::Error::other(Spent(if left.get() > 0 {
                "what it says of one of its files is too long"
            } else {
                "it holds far more than its size lets expect"
            })));
        }
        let count = self.inner.read(&mut buffer[..most])?;
        left.set(left.get() - count as u64);
        border.set(border.get() - count as u64);
        Ok(count)
    }
}

/// What is gathered of an archive.
struct Entries<'e> {
    collector: Collector<'e>,
    top: Top,
    budget: Budget,
    count: u64,
}

impl Entries<'_> {
    /// Notes one more entry of this name, of whatever kind; gives what a report calls it.
    ///
    /// # Errors
    /// When there are too many.
    fn enter(&mut self, name: &[u8], is_folder: bool) -> Result<Option<RelPath>, String> {
        self.count += 1;
        if self.count > MAX_ENTRIES {
            return Err(format!("it has more than {MAX_ENTRIES} entries"));
        }
        let path = shown(name);
        match &path {
            Some(path) => self.top.see(path, is_folder, name.starts_with(b"./")),
            // An entry for the folder that was packed.
            None if name.len() <= 2 => self.top = Top::Several,
            None => {
                self.collector.skip(RelPath::from("."), Reason::PathTooLong, "an entry's name is too long".to_owned());
            }
        }
        // The repository's own files are no files of the project.
        Ok(path.filter(|path| path.as_path().iter().all(|segment| segment != ".git")))
    }
}

/// The folder that everything is in, as far as is known.
enum Top {
    None,
    One(PathBuf),
    Several,
}

impl Top {
    fn see(&mut self, path: &RelPath, is_folder: bool, from_within: bool) {
        let mut segments = path.as_path().iter();
        let Some(first) = segments.next().map(PathBuf::from) else { return };
        let from_within = from_within || !is_folder && segments.next().is_none();
        *self = match std::mem::replace(self, Self::Several) {
            Self::None if !from_within => Self::One(first),
            Self::One(known) if known == first && !from_within => Self::One(known),
            _ => Self::Several,
        };
    }

    fn folder(self) -> PathBuf {
        match self {
            Self::One(folder) => folder,
            Self::None | Self::Several => PathBuf::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_told_by_their_names() {
        for (name, ending) in [
            ("a.tar", Some(4)),
            ("a/b.TAR.GZ", Some(7)),
            ("x.tgz", Some(4)),
            ("x.zip", Some(4)),
            ("x.tar.zst", Some(8)),
        ] {
            assert_eq!(kind(Path::new(name)).map(|(_, ending)| ending), ending, "{name}");
        }
        for name in ["tar", ".tar", "a.gz", "a.tar.txt", "zip", ".zip", "a.rar", ""] {
            assert_eq!(kind(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn small_archives_may_hold_some_and_large_ones_in_proportion() {
        assert_eq!(allowed(0), FREE);
        assert_eq!(allowed(1 << 30), MAX_BYTES);
        assert_eq!(allowed(10 << 20), 2000 << 20);
    }

    #[test]
    fn nothing_is_read_beyond_the_budget() {
        let budget = Budget::of(10);
        budget.border.set(8);
        let mut metered = Metered { inner: io::repeat(1), budget };
        let mut buffer = [0; 100];
        assert_eq!(metered.read(&mut buffer).unwrap(), 8);
        assert!(is_spent(&metered.read(&mut buffer).unwrap_err()));
        metered.budget.border.set(100);
        assert_eq!(metered.read(&mut buffer).unwrap(), 2);
        assert!(is_spent(&metered.read(&mut buffer).unwrap_err()));
        assert_eq!(metered.read(&mut []).unwrap(), 0);
    }

    #[test]
    fn the_folder_that_everything_is_in_is_found() {
        let top = |paths: &[&str]| {
            let mut top = Top::None;
            paths.iter().for_each(|path| top.see(&RelPath::from(*path), path.ends_with('/'), path.starts_with("./")));
            top.folder()
        };
        assert_eq!(top(&["a/", "a/b", "a/c/d"]), Path::new("a"));
        assert_eq!(top(&["a/b", "b/c"]), Path::new(""));
        assert_eq!(top(&["./a/b"]), Path::new(""));
        assert_eq!(top(&["a"]), Path::new(""));
        assert_eq!(top(&[]), Path::new(""));
    }
}
