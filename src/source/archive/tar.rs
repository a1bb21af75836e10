//! Tar archives.
//!
//! Owns which of their entries are files. The decision to know: an archive is read as a stream, so that what is broken
//! hides everything behind it.

use std::io::{self, Read};

use super::{Entries, Metered, broken};
use crate::source::Reason;

/// Bytes of headers, names and attributes before one entry.
const MAX_HEADERS: u64 = 1 << 20;

/// Reads all entries.
///
/// # Errors
/// Why the rest cannot be read.
pub(super) fn read(archive: Box<dyn Read>, entries: &mut Entries<'_>) -> Result<(), String> {
    let border = entries.budget.border.clone();
    let mut archive = tar::Archive::new(Metered { inner: archive, budget: entries.budget.clone() });
    let mut iterator = archive.entries().map_err(|error| broken(&error))?;
    // What is to be stepped over of the entry before.
    let mut pending = 0;
    loop {
        border.set(MAX_HEADERS.saturating_add(pending));
        let Some(entry) = iterator.next().filter(|_| !entries.collector.is_stopped()) else { return Ok(()) };
        let mut entry = entry.map_err(|error| broken(&error))?;
        border.set(u64::MAX);
        pending = entry.size();
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let name = entry.path_bytes().into_owned();
        let Some(path) = entries.enter(&name, kind.is_dir())? else { continue };
        if kind.is_gnu_sparse() {
            pending = entry.header().entry_size().unwrap_or(u64::MAX);
            let detail = "it has holes, which dekey does not read in archives".to_owned();
            entries.collector.skip(path, Reason::Unreadable, detail);
        } else if kind.is_file() || kind.is_contiguous() {
            let size = entry.size();
            let mut counted = Counted { inner: &mut entry, count: 0 };
            let read = entries.collector.file(&path, &mut counted);
            // What is left of a file with too much of interest.
            let read = read.and_then(|()| io::copy(&mut counted, &mut io::sink()).map(drop));
            let ended = counted.count == size;
            pending = 0;
            if let Err(error) = read {
                entries.collector.skip(path, Reason::Unreadable, broken(&error));
                return Err(broken(&error));
            }
            if !ended {
                let detail = "the archive ends within it; what there is of it was examined".to_owned();
                entries.collector.skip(path, Reason::Unreadable, detail);
                return Err("it ends too early".to_owned());
            }
        } else if kind.is_symlink() || kind.is_hard_link() {
            entries.collector.count(Reason::Symlink);
        } else if !kind.is_dir() {
            entries.collector.count(Reason::Special);
        }
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}
