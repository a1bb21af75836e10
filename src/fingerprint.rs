//! What makes a finding the same one in the next run.
//!
//! Owns the digest. The decision to know: it is made of the rule, the path and the secret or, without one, the line as
//! written; never of a position. So a moved line keeps its fingerprint and a changed secret gets a new one. The secrets
//! that have a proven shape carry over 100 bits of chance, so the digest does not give them away.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::source::{Source, line_at};
use crate::span::Span;

/// Separates this use of the digest from any other.
const KEY: &[u8] = b"dekey finding v1";

/// Separates the digest that tells one secret from another from that of a finding.
const SECRET: &[u8] = b"dekey secret v1";

/// Eight hexadecimal digits that are the same wherever a secret of proven shape stands.
#[must_use]
pub fn of_secret(secret: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET) else { return String::new() };
    mac.update(secret);
    mac.finalize().into_bytes().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Twenty hexadecimal digits.
#[must_use]
pub fn of(rule: &str, source: &Source, span: Span, secret: Option<&[u8]>) -> String {
    let line = line_at(&source.text, span.start);
    let matter = secret.unwrap_or_else(|| line.of(&source.text).trim_ascii());
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(KEY) else { return String::new() };
    for part in [rule.as_bytes(), source.path.as_bytes(), matter] {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}
