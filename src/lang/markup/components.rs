//! Components: pages with a script of their own language in one file.
//!
//! Owns what Vue, Svelte and Astro add to HTML. The decision to know: expressions in braces belong to the component's
//! script, so they are islands of the same language and see its names.

use super::html::Dialect;
use super::lower;
use crate::lang::{Front, Language};

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
