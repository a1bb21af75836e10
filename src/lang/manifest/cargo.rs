//! `Cargo.toml`.

use super::super::{Language, Layer, utf8};
use super::tables::Tables;
use super::{layers, manifest};
use crate::span::Span;

/// The manifest.
pub static MANIFEST: Language = manifest("cargo.toml", &["cargo.toml"], wanted);

fn wanted(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut tables = Tables::new(&decoded, start);
    for group in ["dependencies", "dev-dependencies", "build-dependencies"] {
        tables.named("crates", &[group]);
        tables.named("crates", &["target", "*", group]);
        tables.named("crates", &["workspace", group]);
    }
    layers(MANIFEST.name, tables.facts)
}
