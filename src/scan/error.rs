//! Why nothing was scanned.

use crate::prefilter::NeedleError;

/// Why nothing was scanned.
#[derive(Debug)]
pub enum Error {
    /// The packs' needles.
    Needles(NeedleError),
    /// The threads.
    Threads(rayon::ThreadPoolBuildError),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Needles(error) => write!(f, "the packs cannot be used: {error}"),
            Self::Threads(error) => write!(f, "the threads to scan with cannot be started: {error}; try fewer with -j"),
        }
    }
}

impl std::error::Error for Error {}
