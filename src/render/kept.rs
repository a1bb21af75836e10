//! The formats of a report that was kept and is read again, in one list.
//!
//! Owns their names. The decision to know: the files that findings were in are not at hand, so these formats show what the
//! report itself has.

use std::io::{self, Write};

use super::{html, json, jsonl, overview};
use crate::document::Document;

/// A way to write a report that was kept.
#[derive(Debug)]
pub struct Kept {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    write: fn(&Document, bool, &mut dyn Write) -> io::Result<()>,
}

/// Every format of a kept report. The first is what a person gets who asks for none.
pub static KEPT: [Kept; 5] = [
    Kept { name: "text", about: "For people: how much was found, where, and what is shared", write: overview::text },
    Kept {
        name: "json",
        about: "One JSON document, with everything",
        write: |document, _, out| json::document(document, out),
    },
    Kept {
        name: "jsonl",
        about: "JSON Lines: one finding a line, the summary last",
        write: |document, _, out| jsonl::document(document, out),
    },
    Kept {
        name: "markdown",
        about: "The lines of `text`, for a job summary or a ticket",
        write: |document, _, out| overview::markdown(document, out),
    },
    Kept {
        name: "html",
        about: "A page for a browser: what matters first, progress, every finding",
        write: |document, _, out| html::page(document, out),
    },
];

impl Kept {
    /// Writes the report; `verbose` leaves out nothing of a list.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, document: &Document, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(document, verbose, out)
    }

    /// Whether it says to a person what could not be examined.
    #[must_use]
    pub fn is_for_people(&self) -> bool {
        matches!(self.name, "text" | "markdown")
    }
}
