//! Spans of a file, and edits of many, to be asked about many times.

use std::collections::HashMap;

use crate::finding::Edit;
use crate::span::Span;

/// Spans in order, those that share bytes joined.
pub(super) struct Spans(Vec<Span>);

impl Spans {
    pub(super) fn new(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut all: Vec<Span> = spans.into_iter().collect();
        all.sort_unstable();
        let mut joined: Vec<Span> = Vec::with_capacity(all.len());
        for span in all {
            match joined.last_mut().filter(|last| last.overlaps(span) || last.contains(span)) {
                Some(last) => *last = last.to(span),
                None => joined.push(span),
            }
        }
        Self(joined)
    }

    /// Whether one of them holds all of `span`.
    pub(super) fn hold(&self, span: Span) -> bool {
        let after = self.0.partition_point(|held| held.start <= span.start);
        self.0[..after].last().is_some_and(|held| held.contains(span))
    }

    /// Whether all of one of them lies in `span`.
    pub(super) fn within(&self, span: Span) -> bool {
        let first = self.0.partition_point(|held| held.start < span.start);
        self.0.get(first).is_some_and(|held| span.contains(*held))
    }

    /// Whether one of them shares a byte with `span`.
    pub(super) fn overlap(&self, span: Span) -> bool {
        let first = self.0.partition_point(|held| held.end <= span.start);
        self.0.get(first).is_some_and(|held| held.overlaps(span))
    }

    /// Whether one of them shares a byte with `span` or ends where it starts, or the other way round.
    pub(super) fn touch(&self, span: Span) -> bool {
        let first = self.0.partition_point(|held| held.end < span.start);
        self.0.get(first).is_some_and(|held| held.start <= span.end)
    }
}

/// What edits replace, by file.
pub(super) struct Places(HashMap<usize, Spans>);

impl Places {
    pub(super) fn new<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> Self {
        let mut spans: HashMap<usize, Vec<Span>> = HashMap::new();
        edits.into_iter().for_each(|edit| spans.entry(edit.file).or_default().push(edit.span));
        Self(spans.into_iter().map(|(file, spans)| (file, Spans::new(spans))).collect())
    }

    /// The files that change.
    pub(super) fn files(&self) -> impl Iterator<Item = usize> {
        self.0.keys().copied()
    }

    /// Whether an edit replaces all of `span`.
    pub(super) fn hold(&self, file: usize, span: Span) -> bool {
        self.0.get(&file).is_some_and(|spans| spans.hold(span))
    }

    /// Whether an edit replaces nothing but a part of `span`, or all of it.
    pub(super) fn within(&self, file: usize, span: Span) -> bool {
        self.0.get(&file).is_some_and(|spans| spans.within(span))
    }

    /// Whether an edit replaces a part of `span`.
    pub(super) fn overlap(&self, file: usize, span: Span) -> bool {
        self.0.get(&file).is_some_and(|spans| spans.overlap(span))
    }
}
