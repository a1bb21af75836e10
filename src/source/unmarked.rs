//! Wide text that nothing announces: UTF-16 and UTF-32 without a byte-order mark, as a whole file or within a binary.
//!
//! Owns where such text may begin. It knows no files. The decision to know: a file is never taken for wide text in place
//! of bytes; it is read in both ways, and a reading counts where it has a needle that no other has.

use std::collections::BTreeSet;

use super::Encoding;
use super::decode::Transcoder;
use crate::prefilter::Prefilter;

/// The most bytes a character of ASCII takes: what two chunks must share for each byte of a needle.
pub(crate) const WIDEST: usize = 4;

/// A way to read a file.
pub(crate) struct Reading {
    pub(crate) encoding: Encoding,
    /// Bytes of the file before the text.
    pub(crate) start: usize,
    pub(crate) text: Vec<u8>,
}

/// Whether `bytes` may hold a needle as wide text, beside those that they hold as bytes. Cheap where no NULs alternate with others.
pub(crate) fn may_hold(prefilter: &Prefilter, bytes: &[u8]) -> bool {
    // Of four characters in a row, in either order and width, every second byte is zero, and not all others are.
    let fewer = prefilter.shortest() < 4;
    let between = |at: usize| fewer || matches!(bytes.get(at + 1..at + 7), Some([_, 0, c, 0, _, 0]) if *c != 0);
    if !memchr::memchr_iter(0, bytes).any(between) {
        return false;
    }
    let narrow: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    needles(prefilter, &narrow).count() > needles(prefilter, bytes).count()
}

/// The readings of `bytes` as wide text that have a needle of their own. The first unit may begin anywhere.
pub(crate) fn readings(prefilter: &Prefilter, bytes: &[u8]) -> Vec<Reading> {
    if !may_hold(prefilter, bytes) {
        return Vec::new();
    }
    let (mut seen, mut readings) = (BTreeSet::new(), Vec::new());
    for (width, encodings) in [(2, [Encoding::Utf16Le, Encoding::Utf16Be]), (4, [Encoding::Utf32Le, Encoding::Utf32Be])]
    {
        for (start, encoding) in (0..width).flat_map(|start| encodings.map(|encoding| (start, encoding))) {
            let mut text = Vec::new();
            Transcoder::new(encoding).push(bytes.get(start..).unwrap_or_default(), true, &mut text);
            let (mut new, mut at, mut byte) = (false, 0, start as u64);
            for needle in needles(prefilter, &text) {
                byte += encoding.original_len(&text[at..needle]);
                at = needle;
                // Read in the other order, the same text begins a byte before or after.
                if seen.range(byte.saturating_sub(WIDEST as u64 - 1)..byte + WIDEST as u64).next().is_none() {
                    new = true;
                    seen.insert(byte);
                }
            }
            if new {
                readings.push(Reading { encoding, start, text });
            }
        }
    }
    readings
}

/// Where the needles are.
fn needles<'t>(prefilter: &'t Prefilter, text: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    let mut at = 0;
    std::iter::from_fn(move || {
        let needle = prefilter.find_at(text, at)?;
        at = needle.end.max(at + 1);
        Some(needle.start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prefilter::Needle;

    fn read(bytes: &[u8]) -> Vec<(Encoding, usize)> {
        let prefilter = Prefilter::new(&[Needle::exact("needle")]).unwrap();
        readings(&prefilter, bytes).into_iter().map(|reading| (reading.encoding, reading.start)).collect()
    }

    #[test]
    fn wide_text_is_read_once_in_its_own_order_wherever_it_begins() {
        let text = "a needle, \u{e9}\n";
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf32Le, Encoding::Utf32Be] {
            for before in 0..9 {
                let bytes = [vec![b'x'; before], encoding.encode(text), vec![b'x']].concat();
                let found = read(&bytes);
                assert_eq!(found.len(), 1, "{encoding:?} after {before}");
                let width = encoding.encode("a").len();
                if before % width == 0 {
                    assert_eq!(found, [(encoding, 0)], "after {before}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_wide_needle_is_not_read() {
        for bytes in [&b"needle"[..], b"\0needle\0", b"n\0o\0t\0h\0i\0n\0g\0", b"\0", b""] {
            assert_eq!(read(bytes), []);
        }
    }

    #[test]
    fn texts_in_two_orders_are_both_read() {
        let bytes = [Encoding::Utf16Le.encode("needle    "), Encoding::Utf16Be.encode("needle")].concat();
        assert_eq!(read(&bytes), [(Encoding::Utf16Le, 0), (Encoding::Utf16Be, 0)]);
    }
}
