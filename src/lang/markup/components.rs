//! Components: pages with a script of their own language in one file.
//!
//! Owns what Vue, Svelte and Astro add to HTML. The decision to know: expressions in braces belong to the component's
//! script, so they are islands of the same language and see its names.

use super::html::{self, Dialect};
use super::lower;
use crate::facts::Carrier;
use crate::lang::islands::{self, Island};
use crate::lang::{Front, Language, Layer};

/// Vue.
pub static VUE: Language = Language {
    name: "vue",
    extensions: &["vue"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(|text, range| lower(text, range, &Dialect { mustaches: true, ..Dialect::HTML }, &[])),
    environment: "",
};

/// Svelte.
pub static SVELTE: Language = Language {
    name: "svelte",
    extensions: &["svelte"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(|text, range| lower(text, range, &Dialect { braces: Some("javascript"), ..Dialect::HTML }, &[])),
    environment: "",
};

/// Astro.
pub static ASTRO: Language = Language {
    name: "astro",
    extensions: &["astro"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(|text, range| {
        lower(text, range, &Dialect { braces: Some("tsx"), frontmatter: Some("tsx"), ..Dialect::HTML }, &[])
    }),
    environment: "",
};

/// Tags and expressions in what is left of a document, `page`, with other islands of the same program.
#[must_use]
pub(in crate::lang) fn within(
    text: &[u8],
    decoded: &str,
    page: &[u8],
    start: usize,
    mut others: Vec<Island>,
) -> Vec<Layer> {
    let read = html::read(decoded, page, start, &Dialect { braces: Some("tsx"), ..Dialect::HTML }, &[]);
    others.extend(read.islands);
    others.sort_by_key(|island| island.span);
    let mut layers = vec![Layer { carrier: Carrier::Prose, language: super::HTML.name, facts: read.facts }];
    layers.extend(islands::lower(text, &others));
    layers
}
