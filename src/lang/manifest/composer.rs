//! `composer.json` and `composer.lock`.

use super::super::{Language, json};
use super::{dependency, manifest, text_of};
use crate::facts::{Facts, Name};

/// The manifest.
pub static MANIFEST: Language =
    manifest("composer.json", &["composer.json"], |text, range| json::read(text, range, wanted));
/// The lock file.
pub static LOCK: Language =
    manifest("composer.lock", &["composer.lock"], |text, range| json::read(text, range, locked));

fn wanted(facts: &mut Facts) {
    let wanted = facts.entries.iter().filter_map(|entry| match entry.path.0.as_slice() {
        [group, name] if matches!(group.text.as_str(), "require" | "require-dev") && name.text.contains('/') => {
            Some(dependency("packagist", name.clone(), text_of(&entry.value), false))
        }
        _ => None,
    });
    facts.dependencies = wanted.collect();
}

/// Each package is a map whose `name` stands before its `version`.
fn locked(facts: &mut Facts) {
    let mut name: Option<Name> = None;
    let mut locked = Vec::new();
    for entry in &facts.entries {
        let [group, key] = entry.path.0.as_slice() else { continue };
        match (group.text.as_str(), key.text.as_str()) {
            ("packages" | "packages-dev", "name") => name = text_of(&entry.value),
            ("packages" | "packages-dev", "version") => {
                locked.extend(name.take().map(|name| dependency("packagist", name, text_of(&entry.value), true)));
            }
            _ => (),
        }
    }
    facts.dependencies = locked;
}
