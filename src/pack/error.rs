//! What is wrong with a pack, and where.
//!
//! Owns the error; people see it through a renderer. The decision to know: every problem of a pack is gathered, so that
//! an author sees them together.

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
        for problem in &self.problems {
            let name = self.files.get(problem.file).map_or("", |(name, _)| name);
            writeln!(f, "{name}: {}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for PackError {}
