//! From the bytes of a file to text.
//!
//! Owns byte-order marks and UTF-16/32. It knows no files. The decision to know: only a byte-order mark makes a file
//! anything but bytes. Text without one is searched as it is, so Latin-1, broken UTF-8 and mixtures survive unchanged;
//! beside that, [`super::unmarked`] looks for wide text in it.

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

/// How a file stores its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// UTF-8, or bytes that are taken as they are.
    Utf8 {
        /// Whether it begins with a byte-order mark.
        bom: bool,
    },
    /// UTF-16, little-endian, with a byte-order mark.
    Utf16Le,
    /// UTF-16, big-endian, with a byte-order mark.
    Utf16Be,
    /// UTF-32, little-endian, with a byte-order mark.
    Utf32Le,
    /// UTF-32, big-endian, with a byte-order mark.
    Utf32Be,
}

/// The most bytes [`Encoding::of`] looks at.
pub(crate) const MARK: usize = 4;

impl Encoding {
    /// What the first bytes of a file say.
    pub(crate) fn of(start: &[u8]) -> Self {
        match start {
            // Must come before UTF-16, whose mark is its first half.
            [0xff, 0xfe, 0, 0, ..] => Self::Utf32Le,
            [0, 0, 0xfe, 0xff, ..] => Self::Utf32Be,
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            [0xef, 0xbb, 0xbf, ..] => Self::Utf8 { bom: true },
            _ => Self::Utf8 { bom: false },
        }
    }

    /// The length of the byte-order mark in bytes of the file.
    pub(crate) fn mark_len(self) -> u64 {
        match self {
            Self::Utf8 { bom: false } => 0,
            Self::Utf8 { bom: true } => 3,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf32Le | Self::Utf32Be => 4,
        }
    }

    /// Whether the text must be decoded before it can be searched.
    pub(crate) fn is_wide(self) -> bool {
        !matches!(self, Self::Utf8 { .. })
    }

    /// `text` as a file of this encoding stores it, without the mark.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 { .. } => text.as_bytes().to_vec(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf32Le => text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect(),
            Self::Utf32Be => text.chars().flat_map(|character| u32::from(character).to_be_bytes()).collect(),
        }
    }

    /// How many bytes of the file became `text`, which begins and ends between characters.
    pub(crate) fn original_len(self, text: &[u8]) -> u64 {
        // Decoded text is valid UTF-8, where every byte but 0b10xx_xxxx starts a character.
        let characters = || text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        let length = match self {
            Self::Utf8 { .. } => text.len(),
            // Characters of four bytes in UTF-8 are the ones of two units in UTF-16.
            Self::Utf16Le | Self::Utf16Be => 2 * (characters() + text.iter().filter(|&&byte| byte >= 0xf0).count()),
            Self::Utf32Le | Self::Utf32Be => 4 * characters(),
        };
        length as u64
    }
}

/// A whole file, decoded.
pub(crate) struct Decoded {
    pub(crate) text: Vec<u8>,
    pub(crate) encoding: Encoding,
}

/// Decodes a whole file.
pub(crate) fn decode(mut bytes: Vec<u8>) -> Decoded {
    let encoding = Encoding::of(&bytes);
    let mark = match encoding {
        Encoding::Utf8 { bom: false } => return Decoded { text: bytes, encoding },
        Encoding::Utf8 { bom: true } => 3,
        Encoding::Utf16Le | Encoding::Utf16Be => 2,
        Encoding::Utf32Le | Encoding::Utf32Be => 4,
    };
    if !encoding.is_wide() {
        bytes.drain(..mark);
        return Decoded { text: bytes, encoding };
    }
    let mut text = Vec::new();
    Transcoder::new(encoding).push(&bytes[mark..], true, &mut text);
    Decoded { text, encoding }
}

/// Decodes a file chunk by chunk; chunks may end anywhere.
pub(crate) struct Transcoder {
    encoding: Encoding,
    utf16: Option<Decoder>,
    /// The beginning of a UTF-32 unit.
    pending: Vec<u8>,
}

impl Transcoder {
    pub(crate) fn new(encoding: Encoding) -> Self {
        let utf16 = match encoding {
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            _ => None,
        };
        Self { encoding, utf16, pending: Vec::new() }
    }

    /// Appends the text of `raw`. With `last`, what is unfinished becomes a replacement character, and the decoder
    /// begins anew.
    pub(crate) fn push(&mut self, raw: &[u8], last: bool, text: &mut Vec<u8>) {
        match (self.encoding, &mut self.utf16) {
            (_, Some(decoder)) => {
                let room = decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len().saturating_mul(3));
                let start = text.len();
                text.resize(start + room, 0);
                // The buffer is as long as the decoder asks for, so that one call takes all of the input.
                let (_, _, written, _) = decoder.decode_to_utf8(raw, &mut text[start..], last);
                text.truncate(start + written);
                if last {
                    *self = Self::new(self.encoding);
                }
            }
            (Encoding::Utf32Le | Encoding::Utf32Be, None) => self.push_utf32(raw, last, text),
            (_, None) => text.extend_from_slice(raw),
        }
    }

    fn push_utf32(&mut self, raw: &[u8], last: bool, text: &mut Vec<u8>) {
        self.pending.extend_from_slice(raw);
        let (units, rest) = self.pending.as_chunks::<4>();
        let mut utf8 = [0; 4];
        for &unit in units {
            let number =
                if self.encoding == Encoding::Utf32Le { u32::from_le_bytes(unit) } else { u32::from_be_bytes(unit) };
            let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
        let rest = rest.to_vec();
        self.pending = if last { Vec::new() } else { rest };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "key = \"z\u{e9}\u{20ac}\u{1f600}\"\n";

    fn encoded(encoding: Encoding) -> Vec<u8> {
        let units = TEXT.encode_utf16();
        match encoding {
            Encoding::Utf8 { bom: false } => TEXT.as_bytes().to_vec(),
            Encoding::Utf8 { bom: true } => [b"\xef\xbb\xbf", TEXT.as_bytes()].concat(),
            Encoding::Utf16Le => [0xff, 0xfe].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect(),
            Encoding::Utf16Be => [0xfe, 0xff].into_iter().chain(units.flat_map(u16::to_be_bytes)).collect(),
            Encoding::Utf32Le => {
                [0xff, 0xfe, 0, 0].into_iter().chain(TEXT.chars().flat_map(|c| u32::from(c).to_le_bytes())).collect()
            }
            Encoding::Utf32Be => {
                [0, 0, 0xfe, 0xff].into_iter().chain(TEXT.chars().flat_map(|c| u32::from(c).to_be_bytes())).collect()
            }
        }
    }

    const ALL: [Encoding; 6] = [
        Encoding::Utf8 { bom: false },
        Encoding::Utf8 { bom: true },
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Utf32Le,
        Encoding::Utf32Be,
    ];

    #[test]
    fn every_mark_is_recognised_and_left_out() {
        for encoding in ALL {
            let decoded = decode(encoded(encoding));
            assert_eq!(decoded.encoding, encoding);
            assert_eq!(String::from_utf8(decoded.text).unwrap(), TEXT);
        }
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for encoding in ALL {
            let raw = encoded(encoding);
            let mark = usize::try_from(encoding.mark_len()).unwrap();
            assert_eq!(encoding.encode(TEXT), raw[mark..], "{encoding:?}");
        }
    }

    #[test]
    fn the_length_in_the_file_is_known_for_every_prefix() {
        for encoding in ALL {
            let raw = encoded(encoding);
            for (at, _) in TEXT.char_indices() {
                let prefix = decode(raw[..usize::try_from(encoding.mark_len()).unwrap()].to_vec()).text;
                assert!(prefix.is_empty());
                let byte = encoding.mark_len() + encoding.original_len(&TEXT.as_bytes()[..at]);
                let rest = [&raw[..encoding.mark_len() as usize], &raw[byte as usize..]].concat();
                assert_eq!(String::from_utf8(decode(rest).text).unwrap(), TEXT[at..], "{encoding:?} at {at}");
            }
        }
    }

    #[test]
    fn chunks_may_end_anywhere() {
        for encoding in ALL {
            let raw = &encoded(encoding)[usize::try_from(encoding.mark_len()).unwrap()..];
            for size in 1..raw.len() {
                let mut transcoder = Transcoder::new(encoding);
                let mut text = Vec::new();
                for chunk in raw.chunks(size) {
                    transcoder.push(chunk, false, &mut text);
                }
                transcoder.push(&[], true, &mut text);
                assert_eq!(String::from_utf8(text).unwrap(), TEXT, "{encoding:?} by {size}");
            }
        }
    }

    #[test]
    fn other_bytes_survive() {
        let latin1 = b"caf\xe9 \0 \xff".to_vec();
        let decoded = decode(latin1.clone());
        assert_eq!((decoded.text, decoded.encoding), (latin1, Encoding::Utf8 { bom: false }));
    }

    #[test]
    fn broken_units_are_replaced_one_by_one() {
        // A lone low surrogate between two letters, and half a unit at the end.
        let decoded = decode(b"\xff\xfea\0\x00\xdcb\0c".to_vec());
        assert_eq!(String::from_utf8(decoded.text).unwrap(), "a\u{fffd}b\u{fffd}");
    }
}
