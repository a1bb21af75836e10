//! Lists of words and operators, as profiles and readers ask them.
//!
//! Owns how a word is looked for in a list. It knows no language. The decision to know: most words of a file are in no list,
//! so a list that is asked for each word of a file has a mask that tells so without a comparison.

/// A list of words that is asked often.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    list: &'static [&'static str],
    /// One bit for each length and first byte that a word of the list has.
    mask: [u64; 4],
}

/// Something a word may be in.
pub trait List {
    /// Whether it is.
    #[must_use]
    fn has(self, word: &[u8]) -> bool;
}

/// Makes a list that is asked often.
#[must_use]
pub const fn words(list: &'static [&'static str]) -> Words {
    let (mut mask, mut at) = ([0; 4], 0);
    while at < list.len() {
        let bit = bit(list[at].as_bytes());
        mask[bit / 64] |= 1_u64 << (bit % 64);
        at += 1;
    }
    Words { list, mask }
}

/// The bit of a word: from its length and its first letter, in either case.
const fn bit(word: &[u8]) -> usize {
    match word {
        [first, ..] => *first as usize % 32 + word.len() % 8 * 32,
        [] => 0,
    }
}

impl List for Words {
    fn has(self, word: &[u8]) -> bool {
        let bit = bit(word);
        self.mask[bit / 64] >> (bit % 64) & 1 == 1 && self.list.has(word)
    }
}

impl List for &[&str] {
    fn has(self, word: &[u8]) -> bool {
        let first = word.first();
        let same = |known: &[u8]| known.len() == word.len() && known.first() == first && known == word;
        self.iter().any(|known| same(known.as_bytes()))
    }
}

impl<const N: usize> List for &[&str; N] {
    fn has(self, word: &[u8]) -> bool {
        self.as_slice().has(word)
    }
}

#[cfg(test)]
mod tests {
    use super::{List, words};

    #[test]
    fn a_word_is_in_a_list_or_is_not() {
        const LIST: &[&str] = &["if", "else", "ensure", "+=", "interpolation", ""];
        for word in LIST {
            assert!(words(LIST).has(word.as_bytes()) && LIST.has(word.as_bytes()), "{word}");
        }
        for word in ["of", "elsa", "iF", "ifs", "=+", "internationale"] {
            assert!(!words(LIST).has(word.as_bytes()) && !LIST.has(word.as_bytes()), "{word}");
        }
        assert!(!words(&[]).has(b"") && !words(&[]).has(b"if"));
    }
}
