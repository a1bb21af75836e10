//! Files too large to read whole: windows around what is of interest, in bounded memory.
//!
//! Owns the sliding buffer. It knows no paths and no walking. The decisions to know: a window reaches [`Limits::window`]
//! bytes to both sides of a needle, cut at line ends where there are some, and neighbours that overlap are one window, up to
//! the size a whole file may have; holes of sparse files are stepped over, not read.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};

use super::decode::{MARK, Transcoder};
use super::lines::{Mark, boundary};
use super::read::{Examined, Failure, Limits, Origin, read};
use super::unmarked::{WIDEST, may_hold};
use super::{Encoding, Source};
use crate::prefilter::Prefilter;

/// What a window inside an endless line shares with the one before: more than the longest credential.
const OVERLAP: usize = 4 << 10;

/// Only of smaller files are there readings enough to find what stands there.
const UNMARKED: &str =
    "it is large and seems to hold UTF-16 or UTF-32 text without a byte-order mark, which was not read";
const UNTRUE: &str =
    "it is large and begins with a mark of UTF-16 or UTF-32 that is not true: what it holds as bytes was not read";

/// What is looked through: a file, or something that is in memory already.
pub(crate) trait Input: Read {
    /// The next part at or after `at` that is stored, as start and end; reading goes on at its start.
    fn next_stored(&mut self, at: u64, size: u64) -> io::Result<(u64, u64)>;
}

impl Input for File {
    fn next_stored(&mut self, at: u64, size: u64) -> io::Result<(u64, u64)> {
        next_stored(self, at, size)
    }
}

impl Input for &[u8] {
    fn next_stored(&mut self, at: u64, size: u64) -> io::Result<(u64, u64)> {
        Ok((at, size))
    }
}

/// Looks through a large file from its start.
pub(crate) fn examine(
    mut file: impl Input,
    size: u64,
    prefilter: &Prefilter,
    limits: Limits,
    origin: Origin<'_>,
    hit: &(dyn Fn(Source) + Sync),
) -> Result<Examined, Failure> {
    let mut raw = vec![0; limits.chunk.max(MARK)];
    let mut filled = 0;
    while filled < MARK {
        match read(&mut file, &mut raw[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    let encoding = Encoding::of(&raw[..filled]);
    let mark = usize::try_from(encoding.mark_len()).unwrap_or(0);
    let mut transcoder = Transcoder::new(encoding);
    let mut windows = Windows {
        text: Vec::new(),
        base: Mark { byte: encoding.mark_len(), ..Mark::default() },
        scanned: 0,
        free: 0,
        open: None,
        binary: false,
        handed: 0,
        encoding,
        prefilter,
        limits,
        origin,
        hit,
    };
    transcoder.push(&raw[mark..filled], false, &mut windows.text);
    windows.scan()?;
    let mut at = filled as u64;
    // What a needle that another reading would find may have begun in.
    let (mut hidden, mut recent) = (None, Vec::new());
    let mut look = |raw: &[u8]| {
        if hidden.is_none() {
            recent.extend_from_slice(raw);
            hidden = match encoding.is_wide() {
                true => prefilter.find_at(&recent, 0).map(|_| UNTRUE),
                false => may_hold(prefilter, &recent).then_some(UNMARKED),
            };
            let old = recent.len().saturating_sub(WIDEST * prefilter.longest());
            recent.drain(..old);
        }
        hidden
    };
    look(&raw[..filled]);
    // The part of the file known to be stored; beyond it there may be a hole.
    let mut stored = at;
    loop {
        if at >= stored && at < size {
            let (data, hole) = file.next_stored(at, size)?;
            if data > at {
                transcoder.push(&[], true, &mut windows.text);
                windows.scan()?;
                windows.step_over(data - at)?;
                at = data;
            }
            stored = hole;
        }
        let count = read(&mut file, &mut raw)?;
        if count == 0 {
            break;
        }
        look(&raw[..count]);
        at += count as u64;
        transcoder.push(&raw[..count], false, &mut windows.text);
        windows.scan()?;
    }
    transcoder.push(&[], true, &mut windows.text);
    windows.scan()?;
    windows.close()?;
    if let Some(hidden) = look(&[]) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, hidden).into());
    }
    Ok(Examined { bytes: at, hit: windows.handed > 0 })
}

/// The next part at or after `at` that is stored, as start and end; the file is left positioned at its start.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn next_stored(file: &mut File, at: u64, size: u64) -> io::Result<(u64, u64)> {
    use rustix::fs::{SeekFrom as Seek, seek};
    use rustix::io::Errno;
    let (start, end) = match seek(&*file, Seek::Data(at)) {
        Ok(start) => (start, seek(&*file, Seek::Hole(start)).unwrap_or(size)),
        // Nothing but a hole up to the end.
        Err(Errno::NXIO) => (size.max(at), size.max(at)),
        // The file system does not know holes.
        Err(_) => (at, size),
    };
    file.seek(SeekFrom::Start(start))?;
    Ok((start, end.max(start)))
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn next_stored(file: &mut File, at: u64, size: u64) -> io::Result<(u64, u64)> {
    file.seek(SeekFrom::Start(at))?;
    Ok((at, size))
}

/// The sliding buffer and the window being collected in it.
struct Windows<'a> {
    text: Vec<u8>,
    /// What precedes `text`.
    base: Mark,
    /// Where the search for needles goes on.
    scanned: usize,
    /// Where the next window may begin: behind the one before.
    free: usize,
    open: Option<Open>,
    /// Whether there was a NUL before `text`, or a hole, which is full of them.
    binary: bool,
    handed: usize,
    encoding: Encoding,
    prefilter: &'a Prefilter,
    limits: Limits,
    origin: Origin<'a>,
    hit: &'a (dyn Fn(Source) + Sync),
}

/// A window whose end is not known yet.
#[derive(Clone, Copy)]
struct Open {
    start: usize,
    /// The end of the last needle in it.
    needle: usize,
}

impl Windows<'_> {
    /// Searches what is new, hands over the windows that are complete, and lets go of what no window needs.
    fn scan(&mut self) -> Result<(), Failure> {
        while let Some(needle) = self.prefilter.find_at(&self.text, self.scanned) {
            self.scanned = needle.end;
            match &mut self.open {
                Some(open) if needle.start.saturating_sub(self.limits.window) <= open.needle + self.limits.window => {
                    open.needle = needle.end;
                }
                _ => {
                    self.close_before(needle.start)?;
                    self.open = Some(Open { start: self.start_for(needle.start), needle: needle.end });
                }
            }
            self.split()?;
        }
        self.scanned = self.scanned.max(self.text.len().saturating_sub(self.prefilter.longest().saturating_sub(1)));
        if let Some(open) = self.open
            && self.scanned.saturating_sub(self.limits.window) > open.needle + self.limits.window
        {
            self.close_before(self.scanned)?;
        }
        self.split()?;
        self.let_go();
        Ok(())
    }

    /// The first line start within reach of a needle, or as far back as the reach goes.
    fn start_for(&self, needle: usize) -> usize {
        let reach = needle.saturating_sub(self.limits.window).max(self.free).min(needle);
        if reach == 0 || self.text.get(reach - 1) == Some(&b'\n') {
            return reach;
        }
        match memchr::memchr(b'\n', &self.text[reach..needle]) {
            Some(feed) => reach + feed + 1,
            None => boundary(&self.text, reach).max(self.free),
        }
    }

    /// The last line end within reach after a needle, or as far as the reach goes.
    fn end_for(&self, needle: usize, limit: usize) -> usize {
        let limit = limit.min(self.text.len());
        let reach = (needle + self.limits.window).min(limit);
        if reach == self.text.len() {
            return reach;
        }
        match memchr::memrchr(b'\n', &self.text[needle.min(reach)..reach]) {
            Some(feed) => needle + feed + 1,
            None => boundary(&self.text, reach).max(needle),
        }
    }

    /// Hands over the open window, which must end before `limit`.
    fn close_before(&mut self, limit: usize) -> Result<(), Failure> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let end = self.end_for(open.needle, limit);
        self.free = end;
        self.hand_over(open.start, end)
    }

    /// Hands over the open window with all there is.
    fn close(&mut self) -> Result<(), Failure> {
        self.close_before(usize::MAX)
    }

    /// Keeps a window that needles make grow from growing past what is held whole.
    fn split(&mut self) -> Result<(), Failure> {
        while let Some(open) = self.open {
            let most = self.limits.max_whole.max(2 * OVERLAP);
            if open.needle.saturating_sub(open.start) <= most {
                break;
            }
            let limit = open.start + most;
            let (cut, next) = match memchr::memrchr(b'\n', &self.text[open.start + most / 2..limit]) {
                Some(feed) => (open.start + most / 2 + feed + 1, open.start + most / 2 + feed + 1),
                None => (boundary(&self.text, limit), boundary(&self.text, limit - OVERLAP)),
            };
            self.hand_over(open.start, cut)?;
            self.free = next;
            self.open = Some(Open { start: next, needle: open.needle.max(next) });
        }
        Ok(())
    }

    fn hand_over(&mut self, start: usize, end: usize) -> Result<(), Failure> {
        if self.handed == self.limits.max_windows {
            return Err(Failure::TooManyHits);
        }
        self.handed += 1;
        let before = self.base.advance(&self.text[..start], self.encoding);
        (self.hit)(Source {
            path: (self.origin.path)(),
            text: self.text[start..end].to_vec(),
            encoding: self.encoding,
            base_byte: before.byte,
            base_line: before.line,
            base_column: before.column,
            whole: false,
            explicit: self.origin.explicit,
            binary: self.binary || self.has_nul(end),
        });
        Ok(())
    }

    /// Drops text that no window can reach any more.
    fn let_go(&mut self) {
        // The start of a window is judged by the bytes before it: a line feed, or the rest of a character.
        let reach = self.scanned.saturating_sub(self.limits.window + 4);
        let keep = boundary(&self.text, self.open.map_or(reach, |open| open.start.min(reach)));
        if keep >= self.limits.chunk {
            self.drop_to(keep);
        }
    }

    /// Ends the text before a hole of so many bytes and begins anew after it.
    fn step_over(&mut self, bytes: u64) -> Result<(), Failure> {
        self.close()?;
        self.drop_to(self.text.len());
        self.base.byte += bytes;
        self.base.column += match self.encoding {
            Encoding::Utf8 { .. } => bytes,
            Encoding::Utf16Le | Encoding::Utf16Be => bytes / 2,
            Encoding::Utf32Le | Encoding::Utf32Be => bytes / 4,
        };
        self.binary = self.binary || self.encoding == (Encoding::Utf8 { bom: false });
        Ok(())
    }

    fn has_nul(&self, end: usize) -> bool {
        self.encoding == (Encoding::Utf8 { bom: false }) && memchr::memchr(0, &self.text[..end]).is_some()
    }

    fn drop_to(&mut self, keep: usize) {
        self.binary = self.binary || self.has_nul(keep);
        self.base = self.base.advance(&self.text[..keep], self.encoding);
        self.base.at = 0;
        self.text.drain(..keep);
        self.scanned = self.scanned.saturating_sub(keep);
        self.free = self.free.saturating_sub(keep);
        if let Some(open) = &mut self.open {
            open.start = open.start.saturating_sub(keep);
            open.needle = open.needle.saturating_sub(keep);
        }
    }
}
