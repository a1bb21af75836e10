//! `go.mod`.

use super::super::{Language, Layer, utf8};
use super::{Slice, dependency, layers, manifest};
use crate::facts::Facts;
use crate::span::Span;

/// The manifest.
pub static MANIFEST: Language = manifest("go.mod", &["go.mod"], lower);

/// `require path v1.0.0` and `replace path => path v1.0.0`, alone or in a block.
fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut facts = Facts::default();
    let slice = Slice { text: &decoded, start };
    let (mut at, mut block) = (0, "");
    for line in decoded.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or(line);
        let mut words = code.split_whitespace().map(|word| {
            let offset = at + (word.as_ptr() as usize - line.as_ptr() as usize);
            (word, offset, offset + word.len())
        });
        let mut directive = block;
        let mut first = words.next();
        match first {
            Some((word @ ("require" | "replace" | "exclude" | "retract"), ..)) => {
                first = words.next();
                directive = word;
                if matches!(first, Some(("(", ..))) {
                    block = word;
                }
            }
            Some((")", ..)) => block = "",
            _ => (),
        }
        if directive == "replace" {
            words.by_ref().find(|(word, ..)| *word == "=>");
            first = words.next();
        }
        // A path on disk has no version behind it.
        if matches!(directive, "require" | "replace")
            && let (Some((path, from, to)), Some((_, version, end))) = (first, words.next())
            && path.contains(['.', '/'])
        {
            facts.dependencies.push(dependency("go", slice.name(from, to), Some(slice.name(version, end)), false));
        }
        at += line.len();
    }
    layers(MANIFEST.name, facts)
}
