//! `package.json` and `package-lock.json`.

use super::super::{Language, Layer, json};
use super::{dependency, manifest, text_of};
use crate::facts::{Facts, Name};
use crate::span::Span;

/// The manifest.
pub static MANIFEST: Language = manifest("package.json", &["package.json"], |text, range| lower(text, range, wanted));
/// The lock file, of all three versions.
pub static LOCK: Language =
    manifest("package-lock.json", &["package-lock.json", "npm-shrinkwrap.json"], |text, range| {
        lower(text, range, locked)
    });

const GROUPS: &[&str] = &["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

fn lower(text: &[u8], range: Span, add: fn(&mut Facts)) -> Vec<Layer> {
    json::read(text, range, add)
}

fn wanted(facts: &mut Facts) {
    let wanted = facts.entries.iter().filter_map(|entry| match entry.path.0.as_slice() {
        [group, name] if GROUPS.contains(&group.text.as_str()) => {
            Some(dependency("npm", name.clone(), text_of(&entry.value), false))
        }
        _ => None,
    });
    facts.dependencies = wanted.collect();
}

fn locked(facts: &mut Facts) {
    let locked = facts.entries.iter().filter_map(|entry| {
        let [.., group, name, last] = entry.path.0.as_slice() else { return None };
        let name = match (group.text.as_str(), last.text.as_str()) {
            ("packages", "version") => package(name)?,
            ("dependencies", "version") => name.clone(),
            _ => return None,
        };
        Some(dependency("npm", name, text_of(&entry.value), true))
    });
    facts.dependencies = locked.collect();
}

/// `node_modules/a/node_modules/@b/c` is the package `@b/c`.
fn package(key: &Name) -> Option<Name> {
    let (_, name) = key.text.rsplit_once("node_modules/")?;
    Some(Name { text: name.to_owned(), span: Span::new(key.span.end.saturating_sub(name.len()), key.span.end) })
}
