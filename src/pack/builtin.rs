//! The packs that come with dekey.
//!
//! Owns the one list in which a vendor is named. A test fails when a file under `rules/` is missing from it.

use super::Pack;
use super::compile::compile;
use super::error::PackError;

macro_rules! pack {
    ($folder:literal: $($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../../rules/", $folder, "/", $file)))),+]
    };
}

const INTERCOM: &[(&str, &str)] = pack!("intercom": "pack.toml", "rules.toml", "ruby.toml", "node.toml");

/// Every embedded pack: its folder under `rules/` and its files.
pub const PACKS: &[(&str, &[(&str, &str)])] = &[("intercom", INTERCOM)];

/// Reads the embedded packs.
///
/// # Errors
/// When an embedded pack is malformed, which a test excludes.
pub fn packs() -> Result<Vec<Pack>, PackError> {
    PACKS
        .iter()
        .map(|(folder, files)| {
            compile(files.iter().map(|(name, text)| (format!("rules/{folder}/{name}"), (*text).to_owned())).collect())
        })
        .collect()
}
