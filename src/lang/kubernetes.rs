//! Secrets of Kubernetes: what their base64 holds.
//!
//! Owns the one thing that a manifest says in another way than it is meant. It knows no other kind of object. The
//! decision to know: the value becomes the decoded text, and its place stays that of the encoded one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::settings;
use crate::facts::{Entry, Path};

/// More is no credential.
const LONGEST: usize = 16 * 1024;

/// Decodes the `data` of the objects among `entries`, those of one document, that say `kind: Secret`.
pub(super) fn decode(entries: &mut [Entry]) {
    let secret =
        |entry: &&Entry| entry.path.last() == "kind" && entry.value.as_str().is_some_and(|text| text.text == "Secret");
    let Some(depth) = entries.iter().find(secret).map(|entry| entry.path.0.len()) else { return };
    for entry in entries.iter_mut().filter(|entry| is_data(&entry.path, depth)) {
        let Some(text) = entry.value.as_str() else { continue };
        let (content, written) = (text.content, text.text.trim());
        if written.len() > LONGEST {
            continue;
        }
        let decoded = STANDARD.decode(written).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(decoded) = decoded.filter(|text| !text.trim().is_empty() && !text.chars().any(is_noise)) else {
            continue;
        };
        entry.value = settings::literal(decoded.trim_end(), content, entry.value.span);
    }
}

/// `data.NAME`, where `kind` stands beside `data`.
fn is_data(path: &Path, depth: usize) -> bool {
    path.0.len() == depth + 1 && path.0[depth - 1].text == "data"
}

fn is_noise(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
}
