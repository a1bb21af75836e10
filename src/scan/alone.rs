//! One file judged by itself.
//!
//! Owns what is done when dekey fails on a file: the others are examined all the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Options, examine, judged};
use crate::finding::Report;
use crate::source::{Reason, RelPath, Skipped, Source};

/// What is found in one file by itself; none where nothing in it means anything.
///
/// # Errors
/// When dekey failed on it.
pub(crate) fn alone(options: &Options<'_>, source: Source) -> Result<Option<Report>, Failed> {
    let judge = || {
        let file = examine(options.vendors, source)?;
        Some(judged(options, &[Arc::new(file)], options.input.partial))
    };
    catch_unwind(AssertUnwindSafe(judge)).map_err(|_| Failed)
}

/// dekey failed on a file.
pub(crate) struct Failed;

impl Failed {
    /// What is said of it.
    pub(crate) fn skipped(self, path: RelPath) -> Skipped {
        let detail = "dekey failed on this file, which is a fault of dekey's; please report it".to_owned();
        Skipped { path, reason: Reason::Failed, detail }
    }
}
