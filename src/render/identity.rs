//! What tells one finding of a report from every other.
//!
//! Owns nothing but the counting: a fingerprint is the same wherever one secret stands in a file, and a reader that keeps
//! findings by their fingerprint would drop all but the first.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::finding::Finding;

/// Sixteen bytes for each of `findings`, no two the same; stable while what stands before a finding in its file is.
pub(super) fn distinct<'a>(
    findings: impl Iterator<Item = &'a Finding>,
) -> impl Iterator<Item = (&'a Finding, [u8; 16])> {
    let mut seen: HashMap<&str, u64> = HashMap::new();
    findings.map(move |finding| {
        let before = seen.entry(&finding.fingerprint).or_default();
        *before += 1;
        let digest = Sha256::new().chain_update(&finding.fingerprint).chain_update(before.to_le_bytes()).finalize();
        let mut id = [0; 16];
        id.iter_mut().zip(digest).for_each(|(byte, of)| *byte = of);
        (finding, id)
    })
}

/// As hexadecimal digits.
pub(super) fn hex(id: [u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As a UUID of version 8, which has no meaning but its maker's.
pub(super) fn uuid(mut id: [u8; 16]) -> String {
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    let hex = hex(id);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
