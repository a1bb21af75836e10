//! Lock files that are lines: what they name, at which version.
//!
//! Owns Bundler's lock file. It knows no vendor. The decision to know: only resolved versions are read from a lock
//! file; ranges stand in the manifest beside it.

use crate::facts::{Carrier, Dependency, Facts, Name};
use crate::lang::{Front, Language, Layer};
use crate::span::Span;

/// `Gemfile.lock`.
pub static LOCK: Language = Language {
    name: "gemfile-lock",
    extensions: &[],
    filenames: &["gemfile.lock", "gems.locked"],
    interpreters: &[],
    fences: &[],
    front: Front::Own(gemfile_lock),
    environment: "",
};

/// Under `specs:`, four blanks stand before each gem: `    name (1.2.3)`. What it needs stands deeper.
fn gemfile_lock(text: &[u8], range: Span) -> Vec<Layer> {
    let mut facts = Facts::default();
    let range = range.range_in(text.len());
    let mut start = range.start;
    for line in text[range].split_inclusive(|&byte| byte == b'\n') {
        facts.dependencies.extend(locked_gem(line, start));
        start += line.len();
    }
    vec![Layer { carrier: Carrier::Code, language: LOCK.name, facts }]
}

fn locked_gem(line: &[u8], start: usize) -> Option<Dependency> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let gem = line.strip_prefix("    ").filter(|gem| !gem.starts_with(' '))?;
    let (name, version) = gem.strip_suffix(')')?.split_once(" (")?;
    let name_at = start + 4;
    let version_at = name_at + name.len() + 2;
    let named = |text: &str, at: usize| Name { text: text.to_owned(), span: Span::new(at, at + text.len()) };
    Some(Dependency {
        ecosystem: "rubygems",
        name: named(name, name_at),
        requirement: Some(named(version, version_at)),
        locked: true,
    })
}
