//! Masking: the only way source text reaches a renderer.
//!
//! Owns [`Masked`]. It must not know what a credential looks like; callers say which spans are secret. The decision to
//! know: a secret's bytes are overwritten one for one when the file's analysis ends, so spans stay valid, and nothing
//! downstream can print what is no longer there.

use std::sync::Arc;

use crate::source::{RelPath, Source};
use crate::span::Span;

/// A source file in which every secret has been overwritten.
///
/// There is no `Debug` of its text and no `Display`.
#[derive(Clone)]
pub struct Masked {
    /// The file's path.
    pub path: RelPath,
    /// What it is written in; empty where that is not known.
    pub language: &'static str,
    /// The file as it was read where nothing in it is secret, else a copy.
    source: Arc<Source>,
    /// What has been overwritten, in order and apart.
    hidden: Vec<Span>,
}

/// How many leading bytes of a secret stay visible, so that a reader can tell which one it is.
const VISIBLE: usize = 4;

impl Masked {
    /// Overwrites `secrets` in `source`. Each keeps its first four bytes at most, and never more than a quarter.
    #[must_use]
    pub fn new(source: impl Into<Arc<Source>>, secrets: &[Span]) -> Self {
        let mut source = source.into();
        let len = source.text.len();
        for &secret in secrets {
            let source = Arc::make_mut(&mut source);
            let keep = VISIBLE.min(secret.len() / 4);
            for byte in source.text[secret.range_in(len)].iter_mut().skip(keep) {
                if !byte.is_ascii_whitespace() {
                    *byte = b'*';
                }
            }
        }
        Self { path: source.path.clone(), language: "", source, hidden: merged(secrets.to_vec()) }
    }

    /// The same file under another path.
    #[must_use]
    pub fn renamed(mut self, path: RelPath) -> Self {
        Arc::make_mut(&mut self.source).path.clone_from(&path);
        Self { path, ..self }
    }

    /// Whether anything that `span` shares a byte with has been overwritten.
    #[must_use]
    pub fn hides_in(&self, span: Span) -> bool {
        let before = self.hidden.partition_point(|hidden| hidden.start < span.end);
        self.hidden[..before].last().is_some_and(|hidden| hidden.overlaps(span))
    }

    /// The masked text: bytes of the file, not necessarily UTF-8.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.source.text
    }

    /// The file, for its line index and encoding; its text is masked.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }
}

/// Spans in order, those that overlap or touch as one.
#[must_use]
pub fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start <= last.end => *last = last.to(span),
            _ => apart.push(span),
        }
    }
    apart
}

impl std::fmt::Debug for Masked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masked").field("path", &self.path).finish_non_exhaustive()
    }
}
