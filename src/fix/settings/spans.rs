//! Spans of one file, to be asked about many times.

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
