//! Mistakes in files the user wrote: the configuration, a pack.
//!
//! Owns the shape of such a mistake: where it stands, what it is, the way out.

use crate::redact::Masked;
use crate::source::{RelPath, Source};
use crate::span::Span;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the file, if in one place.
    pub span: Option<Span>,
    /// What it is: lower-case start, no final period.
    pub message: String,
    /// The way out; may be empty.
    pub help: String,
}

/// A file that was refused.
#[derive(Debug)]
pub struct Refused {
    /// The file.
    pub file: Masked,
    /// Its mistakes, at least one, in order.
    pub problems: Vec<Problem>,
}

impl Refused {
    /// `bytes` of the file at `path` with its mistakes.
    #[must_use]
    pub fn new(path: RelPath, bytes: Vec<u8>, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span);
        Self { file: Masked::new(Source::from_bytes(path, bytes, true), &[]), problems }
    }
}
