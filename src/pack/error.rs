//! What is wrong with a pack, and where.
//!
//! Owns the error and its rendering into the TOML it is about. The decision to know: every problem of a pack is
//! gathered, so that an author sees them together.

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;

use crate::span::Span;

/// A file of a pack: its name and text.
pub type File = (String, String);

/// One problem.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Index of the file.
    pub file: usize,
    /// Where, if in one place.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub hint: String,
}

/// Everything wrong with a pack.
#[derive(Debug)]
pub struct PackError {
    /// The files.
    pub files: Vec<File>,
    /// The problems, in file order.
    pub problems: Vec<Problem>,
}

impl std::fmt::Display for PackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut files = SimpleFiles::new();
        let ids: Vec<usize> = self.files.iter().map(|(name, text)| files.add(name.as_str(), text.as_str())).collect();
        let config = term::Config { before_label_lines: 0, after_label_lines: 0, ..term::Config::default() };
        for problem in &self.problems {
            let mut diagnostic = Diagnostic::error().with_message(&problem.message);
            let file = ids.get(problem.file).copied();
            if let (Some(file), Some(span)) = (file, problem.span) {
                diagnostic = diagnostic.with_label(Label::primary(file, span.start..span.end));
            } else if let Some((name, _)) = self.files.get(problem.file) {
                diagnostic = diagnostic.with_note(format!("in {name}"));
            }
            if !problem.hint.is_empty() {
                diagnostic = diagnostic.with_note(format!("help: {}", problem.hint));
            }
            let text = term::emit_into_string(&config, &files, &diagnostic).map_err(|_| std::fmt::Error)?;
            f.write_str(&text)?;
        }
        Ok(())
    }
}

impl std::error::Error for PackError {}
