//! Mistakes in the user's own files, with a pointer to the place.

use std::io::{self, Write};

use codespan_reporting::diagnostic::Diagnostic;
use codespan_reporting::term::{Config, emit_to_write_style};

use super::Places;
use super::escape::Escaped;
use super::paint::Painted;
use super::view::View;
use crate::finding::Label;
use crate::problem::Refused;

/// Mistakes shown of one file.
const SHOWN: usize = 10;

/// Writes the mistakes of a file.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(refused: &Refused, out: &mut dyn Write) -> io::Result<()> {
    let files = std::slice::from_ref(&refused.file);
    let places = Places::new(files);
    for problem in refused.problems.iter().take(SHOWN) {
        let label = Label { file: 0, span: problem.span.unwrap_or_default(), text: String::new() };
        let (view, mut labels) = View::new(&places, &label, &[]);
        let mut diagnostic = Diagnostic::error().with_message(Escaped::new(&problem.message));
        if problem.span.is_none() {
            labels.clear();
            diagnostic = diagnostic.with_note(format!("in {}", Escaped::new(places.path(0))));
        }
        diagnostic = diagnostic.with_labels(labels);
        if !problem.help.is_empty() {
            diagnostic = diagnostic.with_note(format!("help: {}", Escaped::new(&problem.help)));
        }
        let mut bytes = Vec::new();
        if emit_to_write_style(&mut Painted(&mut bytes), &Config::default(), &view, &diagnostic).is_err() {
            bytes = format!("error: {}: {}\n", places.locate(&label), Escaped::new(&problem.message)).into_bytes();
        }
        out.write_all(&bytes)?;
    }
    match refused.problems.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        rest => writeln!(out, "and {} in {}", super::count(rest as u64, "more error"), Escaped::new(places.path(0))),
    }
}
