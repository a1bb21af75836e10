//! What would change, as a unified diff.
//!
//! Owns the hunks and their counts; which edits are made is chosen elsewhere. The decision to know: lines are those of
//! the masked text, so that no secret is printed, and what could act on a terminal is an escape. `patch` applies all
//! that needs neither; what does is announced by a comment, and its hunks fit no file, so nothing wrong can come of it.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::Style;
use memchr::memchr_iter;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::escape::{Escaped, inline, pieces};
use super::paint::{ADDED, BOLD, FRAME, REMOVED};
use super::{applied, count};
use crate::finding::{Edit, Report};
use crate::fix::choose::{Choice, Reason};
use crate::redact::Masked;
use crate::source::Encoding;
use crate::span::Span;

/// Unchanged lines shown on either side of a change.
const CONTEXT: usize = 3;
/// In larger blocks, lines that stay between those that change are not looked for.
const MAX_COMPARED: usize = 400;

/// Writes what `choice` changes, by file.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(report: &Report, choice: &Choice<'_>, out: &mut dyn Write) -> io::Result<()> {
    choice.edits().chunk_by(|a, b| a.file == b.file).try_for_each(|edits| {
        let file = edits.first().and_then(|edit| report.files.get(edit.file));
        file.map_or(Ok(()), |file| of_file(file, edits, out))
    })
}

/// Writes in one paragraph what would be mended and what would not.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn summary(report: &Report, choice: &Choice<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut files: Vec<usize> = choice.edits().iter().map(|edit| edit.file).collect();
    files.dedup();
    let all = super::open(report).count() as u64;
    write!(
        out,
        "Would mend {} of {} in {}.",
        choice.mended(),
        count(all, "finding"),
        count(files.len() as u64, "file")
    )?;
    for (reason, what) in [
        (Reason::Unsafe, "with `--unsafe-fixes`"),
        (Reason::Conflict, "in the way of another: run it again after the first"),
        (Reason::Accepted, "together with what is accepted as it is"),
        (Reason::Manual, "by hand"),
    ] {
        let n = choice.left.iter().filter(|(_, why)| *why == reason).count();
        if n > 0 {
            write!(out, " {n} more {what}.")?;
        }
    }
    writeln!(out)
}

fn of_file(file: &Masked, edits: &[&Edit], out: &mut dyn Write) -> io::Result<()> {
    let text = file.text();
    let Some(after) = applied(text, 0..text.len(), edits.iter().copied()) else { return Ok(()) };
    let shown = Shown { old: Lines::new(text), new: Lines::new(&after) };
    let hunks = hunks(shown.changes(edits));
    if hunks.is_empty() {
        return Ok(());
    }
    let path = file.path.as_bytes();
    if let Some(why) = shown.unfit(file, &hunks) {
        let path = Escaped::new(path);
        writeln!(out, "# {path}: not for `patch`, because {why}; `dekey check --fix` makes this change")?;
    }
    writeln!(out, "{BOLD}--- {}{BOLD:#}", quoted("a/", path))?;
    writeln!(out, "{BOLD}+++ {}{BOLD:#}", quoted("b/", path))?;
    hunks.iter().try_for_each(|hunk| shown.write(hunk, out))
}

/// A text and where its lines start. Lines end with a line feed; the last one need not.
struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t [u8]) -> Self {
        let after = memchr_iter(b'\n', text).map(|feed| feed + 1);
        let starts = std::iter::once(0).chain(after).filter(|start| *start < text.len()).collect();
        Self { text, starts }
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    /// Where a line starts; one past the last line is the end of the text.
    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The first line that starts at or after an offset.
    fn from(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start < offset)
    }

    /// The lines of a range, with their ends.
    fn slice(&self, range: &Range<usize>) -> Vec<&'t [u8]> {
        range.clone().map(|line| &self.text[self.start(line)..self.start(line + 1)]).collect()
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
    /// What differs, in order. Only lines with an edit are compared.
    fn changes(&self, edits: &[&Edit]) -> Vec<Change> {
        let (old, new) = (&self.old, &self.new);
        let lines = |edit: &Edit| {
            let first = old.from(edit.span.start + 1).saturating_sub(1);
            first..old.from(edit.span.end + 1).max(first)
        };
        let mut blocks: Vec<(Range<usize>, Vec<&Edit>)> = Vec::new();
        for edit in edits {
            let range = lines(edit);
            match blocks.last_mut() {
                Some((last, edits)) if range.start < last.end => {
                    last.end = last.end.max(range.end);
                    edits.push(edit);
                }
                _ => blocks.push((range, vec![edit])),
            }
        }
        let (mut gone, mut come) = (0, 0);
        let mut changes = Vec::new();
        for (from, edits) in blocks {
            let first = new.from(old.start(from.start) + come - gone);
            gone += edits.iter().map(|edit| edit.span.len()).sum::<usize>();
            come += edits.iter().map(|edit| edit.text.len()).sum::<usize>();
            let to = first..new.from(old.start(from.end) + come - gone);
            changes.extend(compared(old, from, new, to));
        }
        changes
    }

    /// The lines that a hunk shows, before and after.
    fn around(&self, hunk: &[Change]) -> (Range<usize>, Range<usize>) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return (0..0, 0..0) };
        let (before, after) = (CONTEXT.min(first.old.start), CONTEXT.min(self.old.len() - last.old.end));
        (first.old.start - before..last.old.end + after, first.new.start - before..last.new.end + after)
    }

    /// Why the hunks shown are not those of the file on disk.
    fn unfit(&self, file: &Masked, hunks: &[Hunk]) -> Option<&'static str> {
        let bytes = |lines: &Range<usize>| Span::new(self.old.start(lines.start), self.old.start(lines.end));
        let (old, new): (Vec<_>, Vec<_>) = hunks.iter().map(|hunk| self.around(hunk)).unzip();
        let escaped = |lines: &Lines<'_>, ranges: &[Range<usize>]| {
            ranges.iter().flat_map(|range| lines.slice(range)).any(|line| !is_plain(line))
        };
        match file.source().encoding {
            _ if old.iter().any(|lines| file.hides_in(bytes(lines))) => Some("a credential is masked"),
            _ if escaped(&self.old, &old) || escaped(&self.new, &new) => Some("characters are escaped"),
            Encoding::Utf8 { .. } => None,
            _ => Some("the file is not stored as UTF-8"),
        }
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

/// The lines of two blocks that differ.
fn compared(old: &Lines<'_>, from: Range<usize>, new: &Lines<'_>, to: Range<usize>) -> Vec<Change> {
    let (before, after) = (old.slice(&from), new.slice(&to));
    if before.len().max(after.len()) > MAX_COMPARED {
        return vec![Change { old: from, new: to }];
    }
    let shifted = |range: Range<usize>, by: usize| range.start + by..range.end + by;
    capture_diff_slices(Algorithm::Myers, &before, &after)
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| Change { old: shifted(op.old_range(), from.start), new: shifted(op.new_range(), to.start) })
        .collect()
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
