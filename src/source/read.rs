//! Reading one file: a first look in chunks, and the text only when there is something in it.
//!
//! Owns the buffer of one thread. It knows no paths. The decisions to know: most files have no needle, so a file is
//! read into the same small buffer until one is found, neither mapped nor held whole; and a file over the limit is
//! streamed ([`super::stream`]).

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::decode::MARK;
use super::open::Regular;
use super::stream;
use super::unmarked::{WIDEST, may_hold, readings};
use super::{Encoding, RelPath, Source};
use crate::prefilter::Prefilter;

/// How much is read and held at a time. The defaults are measured; tests make them small to put borders everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes per read.
    pub chunk: usize,
    /// The largest file that is handed over whole, in bytes of the file.
    pub max_whole: usize,
    /// In larger files: how many bytes before and after a needle are handed over.
    pub window: usize,
    /// In larger files: how many windows at most; what comes after is skipped with a notice.
    pub max_windows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { chunk: 64 << 10, max_whole: 2 << 20, window: 64 << 10, max_windows: 10_000 }
    }
}

/// Why a file was not read to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    Io(io::Error),
    TooManyHits,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Examined {
    /// Bytes looked at.
    pub(crate) bytes: u64,
    /// Whether there was a needle in it.
    pub(crate) hit: bool,
}

/// What a source needs besides its text.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) path: &'a dyn Fn() -> RelPath,
    pub(crate) explicit: bool,
    /// Whether the file's name has a needle.
    pub(crate) named: bool,
}

/// Reads files one after the other into one buffer.
pub(crate) struct Reader {
    prefilter: Prefilter,
    limits: Limits,
    buffer: Vec<u8>,
    stop: Arc<AtomicBool>,
}

impl Reader {
    pub(crate) fn new(prefilter: Prefilter, limits: Limits) -> Self {
        // A byte-order mark must fit into the first chunk.
        let limits = Limits { chunk: limits.chunk.max(MARK), ..limits };
        let buffer = vec![0; limits.chunk + WIDEST * prefilter.longest()];
        Self { prefilter, limits, buffer, stop: Arc::default() }
    }

    /// One that leaves off within a file, as with an error, when `stop` is set.
    pub(crate) fn until(self, stop: &Arc<AtomicBool>) -> Self {
        Self { stop: Arc::clone(stop), ..self }
    }

    /// Looks through a file and hands over its text, or the windows of it, when there is a needle.
    pub(crate) fn examine(
        &mut self,
        regular: Regular,
        origin: Origin<'_>,
        hit: &(dyn Fn(Source) + Sync),
    ) -> Result<Examined, Failure> {
        let Regular { mut file, size } = regular;
        if size > self.limits.max_whole as u64 {
            return self.stream(file, size, origin, hit);
        }
        // A file whose name has a needle is of interest whatever it holds: `vendor.yml` need not repeat the word.
        let found = if origin.named { Look::Hit { seen: 0 } } else { self.look(&mut file, size)? };
        let seen = match found {
            Look::Clean(bytes) => return Ok(Examined { bytes, hit: false }),
            Look::Wide => 0,
            Look::Hit { seen } => seen,
        };
        // What the buffer still holds from the start of the file need not be read again.
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1).max(seen));
        bytes.extend_from_slice(&self.buffer[..seen]);
        file.seek(SeekFrom::Start(seen as u64))?;
        let limit = self.limits.max_whole as u64 + 1;
        (&mut file).take(limit.saturating_sub(seen as u64)).read_to_end(&mut bytes)?;
        if bytes.len() > self.limits.max_whole {
            // It grew while it was read.
            drop(bytes);
            let size = file.seek(SeekFrom::End(0))?;
            file.rewind()?;
            return self.stream(file, size, origin, hit);
        }
        Ok(self.hand_over(bytes, origin, hit))
    }

    /// Hands over a whole file in every reading of it that has a needle.
    fn hand_over(&self, bytes: Vec<u8>, origin: Origin<'_>, hit: &(dyn Fn(Source) + Sync)) -> Examined {
        let mut examined = Examined { bytes: bytes.len() as u64, hit: false };
        let mut hand = |source| {
            examined.hit = true;
            hit(source);
        };
        let holds = |text: &[u8]| self.prefilter.find_at(text, 0).is_some();
        if Encoding::of(&bytes).is_wide() {
            // Whether the mark tells the truth is not known either.
            if holds(&bytes) {
                hand(Source::from_raw((origin.path)(), bytes.clone(), origin.explicit));
            }
            let source = Source::from_bytes((origin.path)(), bytes, origin.explicit);
            if origin.named || holds(&source.text) {
                hand(source);
            }
            return examined;
        }
        let source = Source::from_bytes((origin.path)(), bytes, origin.explicit);
        let wide: Vec<Source> =
            readings(&self.prefilter, &source.text).into_iter().map(|reading| source.read_as(reading)).collect();
        if origin.named || holds(&source.text) {
            hand(source);
        }
        wide.into_iter().for_each(hand);
        examined
    }

    fn stream(
        &self,
        file: File,
        size: u64,
        origin: Origin<'_>,
        hit: &(dyn Fn(Source) + Sync),
    ) -> Result<Examined, Failure> {
        let file = Until { input: file, stop: &self.stop };
        stream::examine(file, size, &self.prefilter, self.limits, origin, hit)
    }

    /// As [`Self::examine`], of what is in memory already.
    pub(crate) fn examine_bytes(
        &self,
        bytes: Vec<u8>,
        origin: Origin<'_>,
        hit: &(dyn Fn(Source) + Sync),
    ) -> Result<Examined, Failure> {
        let size = bytes.len() as u64;
        if bytes.len() > self.limits.max_whole {
            return stream::examine(bytes.as_slice(), size, &self.prefilter, self.limits, origin, hit);
        }
        Ok(self.hand_over(bytes, origin, hit))
    }

    /// Reads until a needle, a mark of UTF-16 or UTF-32, or the end.
    fn look(&mut self, file: &mut File, size: u64) -> Result<Look, Failure> {
        let overlap = WIDEST * self.prefilter.longest().saturating_sub(1);
        let (mut kept, mut total) = (0, 0u64);
        loop {
            let mut filled = kept + read(file, &mut self.buffer[kept..kept + self.limits.chunk])?;
            // The mark is told by the first bytes, which a file system may hand out one by one.
            while total == 0 && (1..MARK).contains(&filled) && filled as u64 != size {
                match read(file, &mut self.buffer[filled..self.limits.chunk])? {
                    0 => break,
                    more => filled += more,
                }
            }
            if filled == kept {
                return Ok(Look::Clean(total));
            }
            if total == 0 && Encoding::of(&self.buffer[..filled]).is_wide() {
                return Ok(Look::Wide);
            }
            total += (filled - kept) as u64;
            let chunk = &self.buffer[..filled];
            if self.prefilter.find_at(chunk, 0).is_some() || may_hold(&self.prefilter, chunk) {
                let from_start = total == filled as u64;
                return Ok(Look::Hit { seen: if from_start { filled } else { 0 } });
            }
            // A short read need not be the end, so the size must agree. Some files (of `/proc`) state none.
            if total == size {
                return Ok(Look::Clean(total));
            }
            kept = filled.min(overlap);
            self.buffer.copy_within(filled - kept..filled, 0);
        }
    }
}

/// What is read until it is to stop.
struct Until<'a, I> {
    input: I,
    stop: &'a AtomicBool,
}

impl<I: Read> Read for Until<'_, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("the run was interrupted"));
        }
        self.input.read(buffer)
    }
}

impl<I: stream::Input> stream::Input for Until<'_, I> {
    fn next_stored(&mut self, at: u64, size: u64) -> io::Result<(u64, u64)> {
        self.input.next_stored(at, size)
    }
}

enum Look {
    /// No needle in so many bytes.
    Clean(u64),
    /// It must be decoded before it can be searched.
    Wide,
    /// A needle; the buffer begins with the first `seen` bytes of the file.
    Hit { seen: usize },
}

/// One read, repeated when a signal interrupts it.
pub(crate) fn read(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            answer => return answer,
        }
    }
}
