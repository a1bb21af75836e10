//! A fix as `-` and `+` lines over masked text.
//!
//! Owns the lines shown, not the edit: applying is the fix writer's. The decision to know: an edit that no longer fits
//! the text is left out, since a wrong suggestion is worse than none.

use std::io::{self, Write};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Places;
use super::escape::{Escaped, inline, visible_end, visible_start};
use super::paint::{ADDED, FRAME, REMOVED};
use super::view::{line_around, next_line};
use crate::finding::{Edit, FileId, Fix, Label};
use crate::span::Span;

/// Lines shown of one replaced block, each side.
const MAX_LINES: usize = 12;
/// Columns of a line shown whole.
const WHOLE: usize = 160;
/// Columns shown before the change in a longer line.
const CONTEXT: usize = 60;
/// Columns looked at on either side of an edit; what is farther away on its line is not even copied.
const REACH: usize = 200;

/// Files named of those that change together with what is shown.
const MAX_FILES: usize = 4;

/// Writes what `fix` changes. `home` is the place of the finding; of a fix that belongs to a group only what changes there
/// is shown, since every finding of the group has the rest. `gutter` is the width of line numbers.
pub(super) fn write(
    places: &Places<'_>,
    fix: &Fix,
    home: &Label,
    gutter: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let blocks = blocks(places, &fix.edits);
    let line = |at: usize| places.position(home.file, at).line;
    let lines = line(home.span.start)..=line(home.span.end);
    let here = |block: &&Block<'_>| {
        let last = block.edits.last().map_or(block.range.end, |edit| edit.span.end);
        block.file == home.file && line(block.range.start) <= *lines.end() && line(last) >= *lines.start()
    };
    let (near, far): (Vec<&Block<'_>>, Vec<&Block<'_>>) = match fix.group {
        Some(_) if blocks.iter().any(|block| here(&block)) => blocks.iter().partition(here),
        _ => (blocks.iter().collect(), Vec::new()),
    };
    let mut named = home.file;
    for block in near {
        if block.file != named {
            named = block.file;
            writeln!(out, "{:gutter$}   in {}:", "", Escaped::new(places.path(block.file)))?;
        }
        block.write(places, gutter, out)?;
    }
    let mut files: Vec<FileId> = far.iter().map(|block| block.file).collect();
    files.dedup();
    if !files.is_empty() {
        write!(out, "{:gutter$}   together with {} in ", "", super::count(far.len() as u64, "change"))?;
        for (at, file) in files.iter().take(MAX_FILES).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(out, "{comma}{}", Escaped::new(places.path(*file)))?;
        }
        let more = files.len().saturating_sub(MAX_FILES);
        writeln!(out, "{}", if more > 0 { format!(" and {more} more") } else { String::new() })?;
    }
    Ok(())
}

/// Neighbouring edits of one file and the lines they stand on, or as much of those as is within reach.
struct Block<'a> {
    file: FileId,
    range: Range<usize>,
    edits: Vec<&'a Edit>,
}

fn blocks<'a>(places: &Places<'_>, edits: &'a [Edit]) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for edit in edits {
        let text = places.text(edit.file);
        let Span { start, end } = edit.span;
        if start > end || end > text.len() {
            continue;
        }
        let start = visible_start(text, line_around(text, start).start..start, REACH);
        let last = line_around(text, end);
        let reached = visible_end(text, end..last.end.max(end), REACH);
        let end = if reached < last.end { reached } else { next_line(text, &last) };
        match blocks.last_mut() {
            Some(block) if block.file == edit.file && start <= block.range.end => {
                block.range.end = block.range.end.max(end);
                block.edits.push(edit);
            }
            _ => blocks.push(Block { file: edit.file, range: start..end, edits: vec![edit] }),
        }
    }
    blocks
}

impl Block<'_> {
    fn write(&self, places: &Places<'_>, gutter: usize, out: &mut dyn Write) -> io::Result<()> {
        let text = places.text(self.file);
        let before = &text[self.range.clone()];
        let Some(after) = self.applied(text) else { return Ok(()) };
        let (old, new) = (lines(before), lines(&after));
        // Text of the first and last line that is out of reach.
        let left_out = line_around(text, self.range.start).start < self.range.start;
        let right_out = self.range.end < text.len() && !before.ends_with(b"\n");
        let cut = |index, len| (left_out && index == 0, right_out && index + 1 == len);
        let first = usize::try_from(places.position(self.file, self.range.start).line).unwrap_or(usize::MAX);
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            if matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            let (from, to) = (op.old_range(), op.new_range());
            for (index, line) in old[from.clone()].iter().enumerate().take(MAX_LINES) {
                let number = (first + from.start + index).to_string();
                let changed = changed(line, new[to.clone()].get(index));
                write!(out, "{FRAME}{number:>gutter$}{FRAME:#} {REMOVED}- ")?;
                write_line(line, &changed, cut(from.start + index, old.len()), out)?;
                writeln!(out, "{REMOVED:#}")?;
            }
            more(out, gutter, from.len())?;
            for (index, line) in new[to.clone()].iter().enumerate().take(MAX_LINES) {
                let changed = changed(line, old[from.clone()].get(index));
                write!(out, "{:gutter$} {ADDED}+ ", "")?;
                write_line(line, &changed, cut(to.start + index, new.len()), out)?;
                writeln!(out, "{ADDED:#}")?;
            }
            more(out, gutter, to.len())?;
        }
        Ok(())
    }

    /// The block's lines after its edits; `None` when they overlap.
    fn applied(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = self.range.start;
        for edit in &self.edits {
            out.extend_from_slice(text.get(at..edit.span.start)?);
            out.extend_from_slice(edit.text.as_bytes());
            at = edit.span.end;
        }
        out.extend_from_slice(text.get(at..self.range.end)?);
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

/// Writes a line, or the surroundings of what changed in it; `cut` tells what is missing already.
pub(super) fn write_line(
    line: &[u8],
    changed: &Range<usize>,
    cut: (bool, bool),
    out: &mut dyn Write,
) -> io::Result<()> {
    let window = if visible_end(line, 0..line.len(), WHOLE) == line.len() {
        0..line.len()
    } else {
        let start = visible_start(line, 0..changed.start, CONTEXT);
        start..visible_end(line, start..line.len(), WHOLE)
    };
    if cut.0 || window.start > 0 {
        write!(out, "…")?;
    }
    write!(out, "{}", inline(&line[window.clone()]))?;
    if cut.1 || window.end < line.len() {
        write!(out, "…")?;
    }
    Ok(())
}

fn more(out: &mut dyn Write, gutter: usize, lines: usize) -> io::Result<()> {
    match lines.checked_sub(MAX_LINES) {
        None | Some(0) => Ok(()),
        Some(rest) => writeln!(out, "{:gutter$}   … and {}", "", super::count(rest as u64, "line")),
    }
}
