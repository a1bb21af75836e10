//! `composer.json`.

use super::super::{Language, json};
use super::{dependency, manifest, text_of};
use crate::facts::Facts;

/// The manifest.
pub static MANIFEST: Language =
    manifest("composer.json", &["composer.json"], |text, range| json::read(text, range, wanted));

fn wanted(facts: &mut Facts) {
    let wanted = facts.entries.iter().filter_map(|entry| match entry.path.0.as_slice() {
        [group, name] if matches!(group.text.as_str(), "require" | "require-dev") && name.text.contains('/') => {
            Some(dependency("packagist", name.clone(), text_of(&entry.value), false))
        }
        _ => None,
    });
    facts.dependencies = wanted.collect();
}
