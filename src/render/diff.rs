//! What changes, as a unified diff.
//!
//! Owns the hunks and their counts; what changes is decided elsewhere. The decision to know: lines are those of the
//! masked texts, so that no secret is printed, and what could act on a terminal is an escape. `patch` applies all
//! that needs neither; what does is announced by a comment, and its hunks fit no file, so nothing wrong can come of it.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::Style;
use memchr::memchr_iter;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::escape::{Escaped, inline, pieces};
use super::paint::{ADDED, BOLD, FRAME, REMOVED};
use crate::redact::Masked;
use crate::source::Encoding;
use crate::span::Span;
use crate::write::Changed;

/// Unchanged lines shown on either side of a change.
const CONTEXT: usize = 3;

/// Writes what changes, file by file.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(changed: &[Changed], out: &mut dyn Write) -> io::Result<()> {
    changed.iter().try_for_each(|file| of_file(file, out))
}

fn of_file(file: &Changed, out: &mut dyn Write) -> io::Result<()> {
    let shown = Shown { old: Lines::new(&file.before), new: Lines::new(&file.after) };
    let hunks = hunks(shown.changes());
    if hunks.is_empty() {
        return Ok(());
    }
    let path = file.path.as_bytes();
    if let Some(why) = shown.unfit(&hunks) {
        let path = Escaped::new(path);
        writeln!(out, "# {path}: not for `patch`, because {why}; `dekey check --fix` makes this change")?;
    }
    writeln!(out, "{BOLD}--- {}{BOLD:#}", quoted("a/", path))?;
    writeln!(out, "{BOLD}+++ {}{BOLD:#}", quoted("b/", path))?;
    hunks.iter().try_for_each(|hunk| shown.write(hunk, out))
}

/// A file and where its lines start. Lines end with a line feed; the last one need not.
struct Lines<'t> {
    file: &'t Masked,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(file: &'t Masked) -> Self {
        let text = file.text();
        let after = memchr_iter(b'\n', text).map(|feed| feed + 1);
        let starts = std::iter::once(0).chain(after).filter(|start| *start < text.len()).collect();
        Self { file, starts }
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    /// Where a line starts; one past the last line is the end of the text.
    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.file.text().len())
    }

    /// The lines of a range, with their ends.
    fn slice(&self, range: &Range<usize>) -> Vec<&'t [u8]> {
        range.clone().map(|line| &self.file.text()[self.start(line)..self.start(line + 1)]).collect()
    }

    /// Why some of these lines are not shown as they are in the file.
    fn unfit(&self, range: &Range<usize>) -> Option<&'static str> {
        if self.file.hides_in(Span::new(self.start(range.start), self.start(range.end))) {
            return Some("a credential is masked");
        }
        self.slice(range).into_iter().any(|line| !is_plain(line)).then_some("characters are escaped")
    }
}

/// Lines that go and lines that come in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// Changes that share their surroundings, in order; never none.
type Hunk = Vec<Change>;

fn hunks(changes: Vec<Change>) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for change in changes {
        match hunks.last_mut() {
            Some(hunk) if hunk.last().is_some_and(|last| change.old.start - last.old.end <= 2 * CONTEXT) => {
                hunk.push(change);
            }
            _ => hunks.push(vec![change]),
        }
    }
    hunks
}

/// A file before and after its edits.
struct Shown<'t> {
    old: Lines<'t>,
    new: Lines<'t>,
}

impl Shown<'_> {
    /// What differs, in order.
    fn changes(&self) -> Vec<Change> {
        let (old, new) = (self.old.slice(&(0..self.old.len())), self.new.slice(&(0..self.new.len())));
        let ops = capture_diff_slices(Algorithm::Myers, &old, &new).into_iter();
        let different = ops.filter(|op| !matches!(op, DiffOp::Equal { .. }));
        different.map(|op| Change { old: op.old_range(), new: op.new_range() }).collect()
    }

    /// The lines that a hunk shows, before and after.
    fn around(&self, hunk: &[Change]) -> (Range<usize>, Range<usize>) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return (0..0, 0..0) };
        let (before, after) = (CONTEXT.min(first.old.start), CONTEXT.min(self.old.len() - last.old.end));
        (first.old.start - before..last.old.end + after, first.new.start - before..last.new.end + after)
    }

    /// Why the hunks shown are not those of the file on disk.
    fn unfit(&self, hunks: &[Hunk]) -> Option<&'static str> {
        let unfit = hunks.iter().find_map(|hunk| {
            let (old, new) = self.around(hunk);
            self.old.unfit(&old).or_else(|| self.new.unfit(&new))
        });
        let encoded = !matches!(self.old.file.source().encoding, Encoding::Utf8 { .. });
        unfit.or(encoded.then_some("the file is not stored as UTF-8"))
    }

    fn write(&self, hunk: &Hunk, out: &mut dyn Write) -> io::Result<()> {
        let (old, new) = self.around(hunk);
        writeln!(out, "{FRAME}@@ -{} +{} @@{FRAME:#}", counted(&old), counted(&new))?;
        let mut kept = old.start;
        for change in hunk {
            self.context(kept..change.old.start, out)?;
            for line in self.old.slice(&change.old) {
                write_line(REMOVED, "-", inline(body(line).0), line, out)?;
            }
            for line in self.new.slice(&change.new) {
                write_line(ADDED, "+", inline(body(line).0), line, out)?;
            }
            kept = change.old.end;
        }
        self.context(kept..old.end, out)
    }

    fn context(&self, lines: Range<usize>, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = self.old.slice(&lines).into_iter();
        lines.try_for_each(|line| write_line(Style::new(), " ", Escaped::new(body(line).0).to_string(), line, out))
    }
}

/// First line and count, as a hunk's header has them: from 1, the line before where there is none, and no count for one.
fn counted(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        n => format!("{},{n}", lines.start + 1),
    }
}

/// A line without its end, and its end.
fn body(line: &[u8]) -> (&[u8], &'static str) {
    match line {
        [body @ .., b'\r', b'\n'] => (body, "\r\n"),
        [body @ .., b'\n'] => (body, "\n"),
        body => (body, "\n\\ No newline at end of file\n"),
    }
}

/// Whether a line is printed as it is, wherever it stands.
fn is_plain(line: &[u8]) -> bool {
    let body = body(line).0;
    Escaped::new(body).to_string().as_bytes() == body
}

fn write_line(style: Style, sign: &str, shown: String, line: &[u8], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{style}{sign}{shown}{style:#}{}", body(line).1)
}

/// A path as git quotes it in a diff: as it is where it is plain, else in quotes, with escapes as in C. A path with a
/// space is followed by a tab, by which `patch` knows where it ends.
fn quoted(prefix: &str, path: &[u8]) -> String {
    let path = path.strip_prefix(b"/").unwrap_or(path);
    let needs =
        pieces(path).any(|piece| !piece.is_plain()) || path.iter().any(|byte| matches!(byte, b'"' | b'\\' | b'\t'));
    if !needs {
        let tab = if path.contains(&b' ') { "\t" } else { "" };
        return format!("{prefix}{}{tab}", inline(path));
    }
    let mut out = format!("\"{prefix}");
    for piece in pieces(path) {
        let bytes = &path[piece.start..piece.end];
        match bytes {
            b"\n" => out.push_str("\\n"),
            b"\t" => out.push_str("\\t"),
            b"\r" => out.push_str("\\r"),
            b"\"" => out.push_str("\\\""),
            b"\\" => out.push_str("\\\\"),
            _ if piece.is_plain() => out.push_str(&piece.to_string()),
            _ => bytes.iter().for_each(|byte| out.push_str(&format!("\\{byte:03o}"))),
        }
    }
    out.push('"');
    out
}
