//! Files that are read in places, and the streams in them.
//!
//! Owns positioned reads and inflating. It knows neither packs nor objects. The decisions to know: a file is read into a
//! window that is used again, not mapped, so that memory does not grow with it, and so that a file which is cut short
//! meanwhile is an error and no signal; and what a stream says its size is, is the most it is inflated to.

use std::fs::File;
use std::io;
use std::path::Path;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::damage::Why;
use crate::source::open::open_real;

/// How much of a file is in memory at a time.
const WINDOW: usize = 64 << 10;
/// How much more is read than asked for: what comes next in a file is often asked for next.
const AHEAD: usize = 16 << 10;

/// A file that several threads read.
pub(super) struct Stored {
    file: File,
    pub(super) size: u64,
    #[cfg(not(unix))]
    turn: std::sync::Mutex<()>,
}

impl Stored {
    /// Opens a regular file; the last segment of its path is no link.
    pub(super) fn open(path: &Path) -> Result<Self, Why> {
        let regular = open_real(path)?;
        Ok(Self {
            file: regular.file,
            size: regular.size,
            #[cfg(not(unix))]
            turn: std::sync::Mutex::new(()),
        })
    }

    /// Fills the buffer with what is stored from `at` on; less only at the end of the file.
    pub(super) fn read(&self, mut buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut filled = 0;
        while !buffer.is_empty() {
            match self.read_at(buffer, at.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(count) => {
                    filled += count;
                    buffer = &mut buffer[count..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, at)
    }

    #[cfg(not(unix))]
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        use std::io::{Read as _, Seek as _};
        let _turn = self.turn.lock();
        (&self.file).seek(io::SeekFrom::Start(at))?;
        (&self.file).read(buffer)
    }
}

/// The part of a file that is in memory.
pub(super) struct Window {
    bytes: Vec<u8>,
    filled: usize,
    start: u64,
}

impl Window {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; WINDOW], filled: 0, start: 0 }
    }

    /// Forgets what is in it: another file is read now.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    /// What is stored from `at` on: `least` bytes if the file and the window have so many, and what else is at hand.
    pub(super) fn get(&mut self, file: &Stored, at: u64, least: usize) -> io::Result<&[u8]> {
        let least = least.min(WINDOW);
        let skipped = at.checked_sub(self.start).and_then(|skipped| usize::try_from(skipped).ok());
        match skipped.filter(|skipped| skipped.saturating_add(least) <= self.filled) {
            Some(skipped) => Ok(&self.bytes[skipped..self.filled]),
            None => {
                self.filled = 0;
                let length = least.saturating_add(AHEAD).min(WINDOW);
                self.filled = file.read(&mut self.bytes[..length], at)?;
                self.start = at;
                Ok(&self.bytes[..self.filled])
            }
        }
    }
}

/// Inflates one stream after the other.
pub(super) struct Inflater(Decompress);

impl Inflater {
    pub(super) fn new() -> Self {
        Self(Decompress::new(true))
    }

    /// Inflates the stream at `*at` to exactly `size` bytes, and moves `*at` behind it. `guess` is how long it may be.
    ///
    /// `sum` sums up the bytes of the stream.
    pub(super) fn inflate(
        &mut self,
        (file, window): (&Stored, &mut Window),
        at: &mut u64,
        guess: usize,
        size: usize,
        out: &mut Vec<u8>,
        sum: &mut Crc,
    ) -> Result<(), Why> {
        self.0.reset(true);
        out.clear();
        // One more: a stream that goes on shows by filling it.
        reserve(out, size.saturating_add(1))?;
        self.proceed((file, window), at, guess, size, out, sum)
    }

    /// Inflates the beginning of the stream at `*at`, as much as there is room for, and says whether that is all.
    pub(super) fn begin(
        &mut self,
        (file, window): (&Stored, &mut Window),
        at: &mut u64,
        room: &mut [u8],
    ) -> Result<(usize, bool), Why> {
        self.0.reset(true);
        let input = window.get(file, *at, WINDOW)?;
        let status = self.0.decompress(input, room, FlushDecompress::Finish).map_err(|_| broken())?;
        *at += self.0.total_in();
        Ok((usize::try_from(self.0.total_out()).unwrap_or(0), status == Status::StreamEnd))
    }

    /// Inflates the rest of a stream, after what is in `out`, to exactly `size` bytes.
    pub(super) fn proceed(
        &mut self,
        (file, window): (&Stored, &mut Window),
        at: &mut u64,
        guess: usize,
        size: usize,
        out: &mut Vec<u8>,
        sum: &mut Crc,
    ) -> Result<(), Why> {
        loop {
            let input = window.get(file, *at, guess)?;
            if input.is_empty() {
                return Err(Why::words("it ends too early"));
            }
            let before = (self.0.total_in(), out.len());
            // Given the end in sight, no history is kept for a call that need not come.
            let status = self.0.decompress_vec(input, out, FlushDecompress::Finish).map_err(|_| broken())?;
            let taken = self.0.total_in() - before.0;
            sum.update(input.get(..usize::try_from(taken).unwrap_or(0)).unwrap_or_default());
            *at += taken;
            match status {
                _ if out.len() > size => return Err(Why::words("it is longer than it says")),
                Status::StreamEnd if out.len() == size => return Ok(()),
                Status::StreamEnd => return Err(Why::words("it is shorter than it says")),
                _ if taken == 0 && out.len() == before.1 => return Err(broken()),
                _ => {}
            }
        }
    }
}

/// Makes room for so many bytes, or says that there is none.
pub(super) fn reserve(out: &mut Vec<u8>, size: usize) -> Result<(), Why> {
    out.try_reserve(size.saturating_sub(out.len())).map_err(|_| Why::words("there is not enough memory for it"))
}

fn broken() -> Why {
    Why::words("its compressed bytes are damaged")
}
