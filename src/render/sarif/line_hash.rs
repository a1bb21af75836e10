//! The digest by which GitHub knows a line again.
//!
//! Owns the algorithm of its SARIF upload step, restated: a rolling hash over the next hundred UTF-16 units without
//! blanks, and a count of equal ones. The decision to know: it is taken of masked text, so that no digest of a secret
//! gets out. Where a secret is near, it differs from the one GitHub would compute, and GitHub keeps ours.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Units that a digest covers.
const WINDOW: usize = 100;
const BASE: u64 = 37;

/// The digests of the `wanted` lines of a text, by number from 1.
pub(super) fn of_lines(text: &str, wanted: &BTreeSet<u64>) -> BTreeMap<u64, String> {
    let mut rolling = Rolling::new();
    let mut counts: HashMap<u64, u64> = HashMap::new();
    let mut found = BTreeMap::new();
    let mut ended = |ended: Option<(u64, u64)>| {
        let Some((line, hash)) = ended else { return };
        let count = counts.entry(hash).or_default();
        *count += 1;
        if wanted.contains(&line) {
            found.insert(line, format!("{hash:x}:{count}"));
        }
    };
    let mut after_return = false;
    for unit in text.encode_utf16() {
        let (skipped, kept) = match unit {
            0x20 | 0x09 => (true, unit),
            0x0a if after_return => (true, unit),
            0x0d => (false, 0x0a),
            unit => (false, unit),
        };
        after_return = unit == 0x0d;
        if !skipped {
            ended(rolling.push(kept, true));
        }
    }
    ended(rolling.push(0xffff, true));
    for _ in 0..WINDOW {
        ended(rolling.push(0, false));
    }
    found
}

/// The last units, and which of them start a line.
struct Rolling {
    units: [u16; WINDOW],
    /// The line that starts at a unit; 0 for none.
    lines: [u64; WINDOW],
    at: usize,
    hash: u64,
    line: u64,
    starts: bool,
}

impl Rolling {
    fn new() -> Self {
        Self { units: [0; WINDOW], lines: [0; WINDOW], at: 0, hash: 0, line: 0, starts: true }
    }

    /// Takes one unit. Returns the line that is now a window away, with its digest.
    fn push(&mut self, unit: u16, is_text: bool) -> Option<(u64, u64)> {
        let ended = std::mem::take(&mut self.lines[self.at]);
        let ended = (ended != 0).then_some((ended, self.hash));
        if self.starts && is_text {
            self.line += 1;
            self.lines[self.at] = self.line;
        }
        if is_text {
            self.starts = unit == 0x0a;
        }
        let leaving = u64::from(std::mem::replace(&mut self.units[self.at], unit));
        const LEAVING: u64 = BASE.wrapping_pow(WINDOW as u32);
        self.hash =
            BASE.wrapping_mul(self.hash).wrapping_add(u64::from(unit)).wrapping_sub(LEAVING.wrapping_mul(leaving));
        self.at = (self.at + 1) % WINDOW;
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        vectors: Vec<Vector>,
    }

    #[derive(serde::Deserialize)]
    struct Vector {
        input: String,
        hashes: Vec<String>,
    }

    #[test]
    fn digests_are_those_of_the_upload_step() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/primary-location-line-hash.json");
        let vectors: Vectors = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert!(!vectors.vectors.is_empty());
        for Vector { input, hashes } in vectors.vectors {
            let lines = 1..=hashes.len() as u64;
            let found: Vec<String> = of_lines(&input, &lines.collect()).into_values().collect();
            assert_eq!(found, hashes, "{input:?}");
        }
    }
}
