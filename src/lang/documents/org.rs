//! Org: source blocks.
//!
//! Owns `#+BEGIN_SRC language`. It knows no language.

use super::{Block, line_end};
use crate::lang::{Front, Language, Layer, utf8};
use crate::span::Span;

/// Org.
pub static LANGUAGE: Language = Language {
    name: "org",
    extensions: &["org"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    super::lower(LANGUAGE.name, text, &decoded, start, &blocks(&decoded))
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    while at < text.len() {
        let next = line_end(text, at);
        let line = text[at..next].trim();
        let marked = |word: &str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if marked("#+end_src") || marked("#+end_example") {
            blocks.extend(open.take().map(|(language, start)| Block { language, span: Span::new(start, at) }));
        } else if open.is_none() && (marked("#+begin_src") || marked("#+begin_example")) {
            let language = line.split_whitespace().nth(1).filter(|_| marked("#+begin_src")).unwrap_or_default();
            open = Some((language, next));
        }
        at = next;
    }
    blocks.extend(open.map(|(language, start)| Block { language, span: Span::new(start, text.len()) }));
    blocks
}
