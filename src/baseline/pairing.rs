//! Which findings are the ones that were there before.
//!
//! Owns the pairing of two lists. It knows neither findings nor files. The decision to know: each known one is paired
//! once, at its own path first, so that a copy of a finding is new and a renamed file is not.

use std::collections::BTreeMap;

/// For each of `found` the index of the one of `known` that it is: one with the same key at the same path, or else one
/// that no path of its own has taken, earlier ones first.
#[must_use]
pub fn pair<P: Ord, K: Ord>(known: &[(P, K)], found: &[(P, K)]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; found.len()];
    let mut here: BTreeMap<(&P, &K), Vec<usize>> = BTreeMap::new();
    for (at, (path, key)) in known.iter().enumerate().rev() {
        here.entry((path, key)).or_default().push(at);
    }
    for ((path, key), pair) in found.iter().zip(&mut pairs) {
        *pair = here.get_mut(&(path, key)).and_then(Vec::pop);
    }
    let mut free: Vec<usize> = here.into_values().flatten().collect();
    free.sort_unstable();
    let mut anywhere: BTreeMap<&K, Vec<usize>> = BTreeMap::new();
    for at in free.into_iter().rev() {
        anywhere.entry(&known[at].1).or_default().push(at);
    }
    for ((_, key), pair) in found.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
        *pair = anywhere.get_mut(key).and_then(Vec::pop);
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(known: &[(&str, u8)], found: &[(&str, u8)]) -> Vec<Option<usize>> {
        pair(known, found)
    }

    #[test]
    fn each_is_paired_once_its_own_path_first() {
        for (known, found, expected) in [
            (&[][..], &[("a", 1)][..], &[None][..]),
            // A copy, before and behind.
            (&[("b", 1)], &[("a", 1), ("b", 1), ("c", 1)], &[None, Some(0), None]),
            // A renamed file.
            (&[("a", 1), ("b", 2)], &[("b", 2), ("c", 1)], &[Some(1), Some(0)]),
            // One that is there twice.
            (&[("a", 1), ("a", 1)], &[("a", 1), ("a", 1), ("a", 1)], &[Some(0), Some(1), None]),
            (&[("a", 1), ("a", 1)], &[("b", 1), ("a", 1)], &[Some(1), Some(0)]),
            (&[("a", 1)], &[("a", 2)], &[None]),
        ] {
            assert_eq!(pairs(known, found), expected, "{known:?} {found:?}");
        }
    }
}
