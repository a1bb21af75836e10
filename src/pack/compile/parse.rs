//! From text to rows, the files of a pack side by side.
//!
//! Owns the threads that it takes. The decision to know: they are not rayon's. A pack is read while files wait for it on
//! rayon's threads, and one that waits there for its share takes up another file meanwhile, which waits for the pack.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::pack::error::File;
use crate::pack::schema::PackFile;

/// Most threads beside the own one; more take longer to start than they save.
const MAX_BESIDE: usize = 3;
/// So many files are worth a thread.
const WORTH: usize = 16;

/// A file read, or why it cannot be.
type Parsed = Result<PackFile, toml::de::Error>;

/// Each file read, in their order.
pub(super) fn files(files: &[File]) -> Vec<Parsed> {
    let places: Vec<OnceLock<Parsed>> = files.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let read = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some((_, text)), Some(place)) = (files.get(at), places.get(at)) else { return };
            _ = place.set(toml::from_str(text));
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..(cores - 1).min(MAX_BESIDE).min(files.len() / WORTH) {
            // Where no thread can be had, this one reads them all.
            _ = thread::Builder::new().spawn_scoped(scope, read);
        }
        read();
    });
    places.into_iter().filter_map(OnceLock::into_inner).collect()
}
