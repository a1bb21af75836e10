//! `package.json`.

use super::super::{Language, json};
use super::{dependency, manifest, text_of};
use crate::facts::{Facts, Name};

/// The manifest.
pub static MANIFEST: Language =
    manifest("package.json", &["package.json"], |text, range| json::read(text, range, wanted));

const GROUPS: &[&str] = &["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

fn wanted(facts: &mut Facts) {
    let wanted = facts.entries.iter().filter_map(|entry| match entry.path.0.as_slice() {
        [group, name] if GROUPS.contains(&group.text.as_str()) => {
            let version = text_of(&entry.value);
            let real = version.as_ref().and_then(aliased);
            Some(dependency("npm", real.unwrap_or_else(|| name.clone()), version, false))
        }
        _ => None,
    });
    facts.dependencies = wanted.collect();
}

/// `npm:@a/b@^1.0.0` is the package `@a/b`, whatever it is called here.
fn aliased(version: &Name) -> Option<Name> {
    const MARK: &str = "npm:";
    let rest = version.text.strip_prefix(MARK)?;
    let len = rest.get(1..)?.find('@').map_or(rest.len(), |at| at + 1);
    Some(version.part(MARK.len()..MARK.len() + len))
}
