//! Bruno's request files: blocks of lines.
//!
//! Owns `name { key: value }`. The decision to know: a file is one request, so its blocks are read as one map.

use super::super::entries::Kept;
use crate::facts::{Carrier, Entry, Facts, Name, Path};
use crate::lang::{Front, Language, Layer, settings, utf8};
use crate::span::Span;

/// Bruno.
pub static LANGUAGE: Language = Language {
    name: "bru",
    extensions: &["bru"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut facts = Facts::default();
    let mut block: Option<Name> = None;
    let mut at = 0;
    for line in decoded.split_inclusive('\n') {
        let words = line.trim();
        let from = start + at + line.len() - line.trim_start().len();
        let name = |text: &str| Name { text: text.to_owned(), span: Span::new(from, from + text.len()) };
        at += line.len();
        if let Some(opened) = words.strip_suffix(['{', '[']) {
            block = Some(name(opened.trim_end()));
        } else if matches!(words, "}" | "]") {
            block = None;
        } else if let (Some(block), Some((key, value))) = (&block, words.split_once(':')) {
            // A tilde marks what is switched off.
            let key = name(key.trim_end().trim_start_matches('~'));
            let place = from + words.len() - value.trim_start().len();
            let content = Span::new(place, from + words.len());
            let value = settings::value(value.trim_start(), content, content);
            let span = key.span.to(value.span);
            facts.entries.push(Entry { path: Path(vec![block.clone(), key]), value, span });
        }
    }
    let kept = Kept { entries: 0..facts.entries.len(), depth: 0 };
    super::calls(&mut facts, &[kept]);
    vec![Layer { carrier: Carrier::Code, language: LANGUAGE.name, facts }]
}
