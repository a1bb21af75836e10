//! A fix as `-` and `+` lines over masked text.
//!
//! Owns the lines shown, not the edit: applying is the fix writer's. The decision to know: an edit that no longer fits
//! the text is left out, since a wrong suggestion is worse than none.

use std::io::{self, Write};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::escape::{Escaped, pieces, visible_end, visible_start};
use super::view::{line_around, next_line};
use super::{Places, paint};
use crate::finding::{Edit, FileId, Fix};

/// Lines shown of one replaced block, each side.
const MAX_LINES: usize = 12;
/// Columns of a line shown whole.
const WHOLE: usize = 160;
/// Columns shown on either side of the change in a longer line.
const CONTEXT: usize = 60;

/// Writes what `fix` changes. `home` is the file that needs no naming; `gutter` is the width of line numbers.
pub(super) fn write(
    places: &Places<'_>,
    fix: &Fix,
    home: FileId,
    gutter: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut named = home;
    for block in blocks(places, &fix.edits) {
        if block.file != named {
            named = block.file;
            writeln!(out, "{:gutter$}   in {}:", "", Escaped::new(places.path(block.file)))?;
        }
        block.write(places, gutter, out)?;
    }
    Ok(())
}

/// Neighbouring edits of one file and the whole lines they stand on.
struct Block<'a> {
    file: FileId,
    lines: Range<usize>,
    edits: Vec<&'a Edit>,
}

fn blocks<'a>(places: &Places<'_>, edits: &'a [Edit]) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for edit in edits {
        let text = places.text(edit.file);
        if edit.span.start > edit.span.end || edit.span.end > text.len() {
            continue;
        }
        let start = line_around(text, edit.span.start).start;
        let end = next_line(text, &line_around(text, edit.span.end));
        match blocks.last_mut() {
            Some(last) if last.file == edit.file && start <= last.lines.end => {
                last.lines.end = last.lines.end.max(end);
                last.edits.push(edit);
            }
            _ => blocks.push(Block { file: edit.file, lines: start..end, edits: vec![edit] }),
        }
    }
    blocks
}

impl Block<'_> {
    fn write(&self, places: &Places<'_>, gutter: usize, out: &mut dyn Write) -> io::Result<()> {
        let text = places.text(self.file);
        let before = &text[self.lines.clone()];
        let Some(after) = self.applied(text) else { return Ok(()) };
        let (old, new) = (lines(before), lines(&after));
        let first = usize::try_from(places.position(self.file, self.lines.start).line).unwrap_or(usize::MAX);
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            if matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            let (from, to) = (op.old_range(), op.new_range());
            for (index, line) in old[from.clone()].iter().enumerate().take(MAX_LINES) {
                let number = (first + from.start + index).to_string();
                let changed = changed(line, new[to.clone()].get(index));
                write_line(out, gutter, &number, '-', line, &changed)?;
            }
            more(out, gutter, from.len())?;
            for (index, line) in new[to.clone()].iter().enumerate().take(MAX_LINES) {
                let changed = changed(line, old[from.clone()].get(index));
                write_line(out, gutter, "", '+', line, &changed)?;
            }
            more(out, gutter, to.len())?;
        }
        Ok(())
    }

    /// The block's lines after its edits; `None` when they overlap.
    fn applied(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = self.lines.start;
        for edit in &self.edits {
            out.extend_from_slice(text.get(at..edit.span.start)?);
            out.extend_from_slice(edit.text.as_bytes());
            at = edit.span.end;
        }
        out.extend_from_slice(text.get(at..self.lines.end)?);
        Some(out)
    }
}

/// Lines without their breaks. A difference in line breaks alone is not shown.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> =
        text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
}

/// The part of `line` that `other` does not share, by common start and end.
fn changed(line: &[u8], other: Option<&&[u8]>) -> Range<usize> {
    let Some(other) = other else { return 0..line.len().min(WHOLE) };
    let start = line.iter().zip(other.iter()).take_while(|(a, b)| a == b).count();
    let rest = line.len().min(other.len()) - start;
    let end = line.iter().rev().zip(other.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    start..line.len() - end
}

fn write_line(
    out: &mut dyn Write,
    gutter: usize,
    number: &str,
    sign: char,
    line: &[u8],
    changed: &Range<usize>,
) -> io::Result<()> {
    let style = if sign == '-' { paint::REMOVED } else { paint::ADDED };
    let frame = paint::FRAME;
    write!(out, "{frame}{number:>gutter$}{frame:#} {style}{sign} ")?;
    let window = if visible_end(line, 0..line.len(), WHOLE) == line.len() {
        0..line.len()
    } else {
        let start = visible_start(line, 0..changed.start, CONTEXT);
        start..visible_end(line, start..line.len(), WHOLE)
    };
    if window.start > 0 {
        write!(out, "…")?;
    }
    for piece in pieces(&line[window.clone()]) {
        write!(out, "{piece}")?;
    }
    if window.end < line.len() {
        write!(out, "…")?;
    }
    writeln!(out, "{style:#}")
}

fn more(out: &mut dyn Write, gutter: usize, lines: usize) -> io::Result<()> {
    match lines.checked_sub(MAX_LINES) {
        None | Some(0) => Ok(()),
        Some(rest) => writeln!(out, "{:gutter$}   … and {}", "", super::count(rest as u64, "line")),
    }
}
