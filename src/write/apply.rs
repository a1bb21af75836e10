//! From edits of a file's text to the bytes of the file.
//!
//! Owns encodings and line ends. It knows no finding. The decision to know: the result is made of slices of the old
//! bytes with the edits' texts between them, so that what no edit covers cannot change.

use crate::finding::Edit;
use crate::source::{Source, with_ends};
use crate::span::Span;

/// The file with `edits`, which are sorted and do not overlap. `None` when they do not fit the text, or when the text
/// does not stand for the bytes one to one (broken UTF-16).
///
/// `bytes` are those of the file that `source` was made from. A text that is put in takes the line ends around it.
pub(super) fn applied(bytes: &[u8], source: &Source, edits: &[Edit]) -> Option<Vec<u8>> {
    let (text, encoding) = (source.text.as_slice(), source.encoding);
    let mark = usize::try_from(encoding.mark_len()).ok()?;
    if encoding.is_wide() {
        let text = std::str::from_utf8(text).ok()?;
        let between = |at: usize| text.is_char_boundary(at);
        if encoding.encode(text) != *bytes.get(mark..)? {
            return None;
        }
        if !edits.iter().all(|edit| between(edit.span.start) && between(edit.span.end)) {
            return None;
        }
    } else if bytes.get(mark..)? != text {
        return None;
    }
    let stored = |from: usize, to: usize| usize::try_from(encoding.original_len(text.get(from..to)?)).ok();
    let mut out = bytes.get(..mark)?.to_vec();
    // Where the last edit ends: in the text, and in the file.
    let (mut at, mut byte) = (0, mark);
    for edit in edits {
        let Span { start, end } = edit.span;
        let kept = stored(at, start)?;
        out.extend_from_slice(bytes.get(byte..byte + kept)?);
        out.extend(encoding.encode(&with_ends(&edit.text, text, start)));
        byte += kept + stored(start, end)?;
        at = end;
    }
    out.extend_from_slice(bytes.get(byte..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::source::{Encoding, RelPath};

    fn source(bytes: &[u8]) -> Source {
        Source::from_bytes(RelPath::from("f"), bytes.to_vec(), false)
    }

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { file: 0, span: Span::new(start, end), text: text.to_owned() }
    }

    fn change(bytes: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
        applied(bytes, &source(bytes), edits)
    }

    #[test]
    fn edits_are_put_in_and_the_rest_is_kept() {
        let edits = [edit(0, 1, "x"), edit(2, 2, "y"), edit(2, 3, "")];
        assert_eq!(change(b"abc\xff\n", &edits).unwrap(), b"xby\xff\n");
        assert_eq!(change(b"", &[edit(0, 0, "a")]).unwrap(), b"a");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(change(b"abc", &[edit(2, 4, "")]), None);
        assert_eq!(change(b"abc", &[edit(1, 3, ""), edit(2, 3, "")]), None);
        assert_eq!(applied(b"abd", &source(b"abc"), &[]), None);
        // Half a character.
        let wide: Vec<u8> = "\u{feff}é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(change(&wide, &[edit(1, 2, "")]), None);
        // A lone surrogate, which the text does not hold.
        assert_eq!(change(b"\xff\xfe\x00\xdca\0", &[edit(3, 4, "b")]), None);
    }

    #[test]
    fn line_ends_are_those_of_the_place() {
        assert_eq!(change(b"a\r\nb\r\n", &[edit(1, 1, "\nx")]).unwrap(), b"a\r\nx\r\nb\r\n");
        assert_eq!(change(b"a\nb\n", &[edit(1, 1, "\r\nx")]).unwrap(), b"a\nx\nb\n");
        assert_eq!(change(b"a\r\nb\n", &[edit(4, 4, "\nx")]).unwrap(), b"a\r\nb\nx\n");
        assert_eq!(change(b"a\r\nb", &[edit(4, 4, "\nx")]).unwrap(), b"a\r\nb\r\nx");
        assert_eq!(change(b"a", &[edit(1, 1, "\nx")]).unwrap(), b"a\nx");
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(0), ..ProptestConfig::default() })]

        /// In every encoding the text changes where the edits are and nowhere else, and the mark stays.
        #[test]
        fn all_other_bytes_stay(
            pieces in proptest::collection::vec(("[a-zé€😀\r\n ]{0,6}", any::<bool>(), "[a-z€]{0,4}"), 0..12),
            encoding in prop_oneof![
                Just(Encoding::Utf8 { bom: false }), Just(Encoding::Utf8 { bom: true }), Just(Encoding::Utf16Le),
                Just(Encoding::Utf16Be), Just(Encoding::Utf32Le), Just(Encoding::Utf32Be),
            ],
        ) {
            let mark = match encoding {
                Encoding::Utf8 { bom: false } => Vec::new(),
                wide => wide.encode("\u{feff}"),
            };
            let stored = |text: &str| [mark.clone(), encoding.encode(text)].concat();
            let (mut before, mut after, mut edits) = (String::new(), String::new(), Vec::new());
            for (piece, replaced, text) in &pieces {
                if *replaced {
                    edits.push(edit(before.len(), before.len() + piece.len(), text));
                    after.push_str(text);
                } else {
                    after.push_str(piece);
                }
                before.push_str(piece);
            }
            prop_assert_eq!(change(&stored(&before), &edits), Some(stored(&after)));
        }
    }
}
