//! The part of the sources that one finding shows, made safe to print.
//!
//! Owns the way from spans of masked text to spans of prepared lines: hostile characters as escapes, long lines cut
//! round the labels. The decision to know: only the lines a label touches are prepared, so that a finding in a file of
//! one long line costs a few hundred bytes.

use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::diagnostic::{Label as Mark, LabelStyle};
use codespan_reporting::files::{Error, Files, Location};
use memchr::{memchr, memrchr};

use super::Places;
use super::escape::{Escaped, cut, pieces, visible_end, visible_start};
use crate::finding::{FileId, Label};
use crate::span::Span;

/// Lines with at most this many columns are shown whole.
const WHOLE: usize = 160;
/// Columns shown on either side of a label in a line that is cut.
const CONTEXT: usize = 80;
/// Columns shown on either side of a related label in a line that is cut.
const RELATED_CONTEXT: usize = 20;
/// Columns shown of either end of a label that is too long itself.
const END: usize = 39;
/// A label over more lines than this is drawn on its first line only.
const MAX_LINES: usize = 40;
/// Columns of a label's text.
const LABEL_TEXT: usize = 120;

/// Prepared lines of one or more files, for codespan.
pub struct View {
    files: Vec<Shown>,
}

struct Shown {
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Where labels start in the prepared text, and what to call that place.
    starts: Vec<(usize, Location)>,
}

struct Line {
    number: usize,
    range: Range<usize>,
}

impl View {
    /// Prepares the lines that `primary` and `related` touch, and places the labels on them.
    #[must_use]
    pub fn new(places: &Places<'_>, primary: &Label, related: &[&Label]) -> (Self, Vec<Mark<usize>>) {
        let mut by_file: Vec<(FileId, Vec<(bool, &Label)>)> = vec![(primary.file, vec![(true, primary)])];
        for label in related {
            match by_file.iter_mut().find(|(file, _)| *file == label.file) {
                Some((_, labels)) => labels.push((false, label)),
                None => by_file.push((label.file, vec![(false, label)])),
            }
        }
        let mut marks = Vec::new();
        let files = by_file
            .into_iter()
            .enumerate()
            .map(|(view_id, (file, labels))| {
                let (shown, spans) = prepare(places, file, &labels);
                for ((is_primary, label), span) in labels.iter().zip(spans) {
                    let style = if *is_primary { LabelStyle::Primary } else { LabelStyle::Secondary };
                    marks.push(Mark::new(style, view_id, span).with_message(cut(&label.text, LABEL_TEXT)));
                }
                shown
            })
            .collect();
        (Self { files }, marks)
    }

    /// The greatest line number shown.
    #[must_use]
    pub fn last_line(&self) -> usize {
        self.files.iter().flat_map(|file| &file.lines).map(|line| line.number).max().unwrap_or(1)
    }

    fn file(&self, id: usize) -> Result<&Shown, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

/// The lines of one file and where its labels are on them.
fn prepare(places: &Places<'_>, file: FileId, labels: &[(bool, &Label)]) -> (Shown, Vec<Range<usize>>) {
    let text = places.text(file);
    let labels: Vec<(bool, Span)> =
        labels.iter().map(|(primary, label)| (*primary, drawable(text, places.clamp(file, label.span)))).collect();

    // From a line's first byte to one past its last, without the line break.
    let mut needed = BTreeMap::new();
    for (_, span) in &labels {
        let mut line = line_around(text, span.start);
        while line.end < span.end {
            let next = line_around(text, next_line(text, &line));
            needed.insert(line.start, line);
            line = next;
        }
        needed.insert(line.start, line);
    }
    // codespan closes a gap of a single line by showing that line.
    let gaps: Vec<Range<usize>> = needed
        .values()
        .zip(needed.values().skip(1))
        .map(|(before, after)| (line_around(text, next_line(text, before)), after))
        .filter(|(between, after)| next_line(text, between) == after.start)
        .map(|(between, _)| between)
        .collect();
    needed.extend(gaps.into_iter().map(|line| (line.start, line)));

    let mut shown = Shown {
        name: Escaped::new(places.path(file)).to_string(),
        text: String::new(),
        lines: Vec::new(),
        starts: Vec::new(),
    };
    let mut map = Vec::new();
    for line in needed.into_values() {
        let number = usize::try_from(places.position(file, line.start).line).unwrap_or(usize::MAX);
        let start = shown.text.len();
        write_line(&mut shown.text, &mut map, text, &line, &labels);
        shown.text.push('\n');
        shown.lines.push(Line { number, range: start..shown.text.len() });
    }
    let spans = labels
        .iter()
        .map(|(_, span)| {
            let start = prepared(&map, span.start);
            let end = prepared(&map, span.end).max(start);
            let place = places.position(file, span.start);
            shown
                .starts
                .push((start, Location { line_number: to_usize(place.line), column_number: to_usize(place.column) }));
            start..end
        })
        .collect();
    (shown, spans)
}

/// A span codespan can draw in bounded space: without a trailing line break, and on one line when it has too many.
fn drawable(text: &[u8], span: Span) -> Span {
    let bytes = span.of(text);
    let trimmed = bytes.len() - bytes.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let end = span.start + trimmed;
    let many = memchr::memchr_iter(b'\n', &text[span.start..end]).nth(MAX_LINES).is_some();
    let end = if many { line_around(text, span.start).end } else { end };
    Span { start: span.start, end: end.max(span.start) }
}

/// The line that holds `at`, without its line break (LF or CRLF).
pub(super) fn line_around(text: &[u8], at: usize) -> Range<usize> {
    let start = memrchr(b'\n', &text[..at]).map_or(0, |found| found + 1);
    let end = memchr(b'\n', &text[at..]).map_or(text.len(), |found| at + found);
    let carriage = end < text.len() && end > start && text[end - 1] == b'\r';
    start..if carriage { end - 1 } else { end }
}

/// The start of the line after `line`, or the end of the text.
pub(super) fn next_line(text: &[u8], line: &Range<usize>) -> usize {
    memchr(b'\n', &text[line.end..]).map_or(text.len(), |found| line.end + found + 1)
}

/// Appends the visible parts of `line` to `out`, and for each piece where it was and where it is to `map`.
fn write_line(
    out: &mut String,
    map: &mut Vec<(usize, usize)>,
    text: &[u8],
    line: &Range<usize>,
    labels: &[(bool, Span)],
) {
    let mut at = line.start;
    for window in windows(text, line, labels) {
        if at < window.start {
            map.push((at, out.len()));
            out.push('…');
        }
        for piece in pieces(&text[window.clone()]) {
            map.push((window.start + piece.start, out.len()));
            piece.add_to(out);
        }
        at = window.end;
    }
    map.push((at, out.len()));
    if at < line.end {
        out.push('…');
        map.push((line.end, out.len()));
    }
}

/// What to show of `line`: everything, or the surroundings of its labels, in order and apart.
fn windows(text: &[u8], line: &Range<usize>, labels: &[(bool, Span)]) -> Vec<Range<usize>> {
    if visible_end(text, line.clone(), WHOLE) == line.end {
        return vec![line.clone()];
    }
    let mut found = Vec::new();
    for (primary, span) in labels {
        if span.start > line.end || span.end < line.start {
            continue;
        }
        let (start, end) = (span.start.clamp(line.start, line.end), span.end.clamp(line.start, line.end));
        let context = if *primary { CONTEXT } else { RELATED_CONTEXT };
        let before = visible_start(text, line.start..start, context);
        let after = visible_end(text, end..line.end, context);
        if visible_end(text, start..end, 2 * END) == end {
            found.push(before..after);
        } else {
            found.push(before..visible_end(text, start..end, END));
            found.push(visible_start(text, start..end, END)..after);
        }
    }
    if found.is_empty() {
        found.push(line.start..visible_end(text, line.clone(), WHOLE));
    }
    found.sort_by_key(|window| window.start);
    let mut apart: Vec<Range<usize>> = Vec::new();
    for window in found {
        match apart.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => apart.push(window),
        }
    }
    apart
}

/// Where `offset` of the source is in the prepared text: the start of the piece it is in.
fn prepared(map: &[(usize, usize)], offset: usize) -> usize {
    let after = map.partition_point(|(source, _)| *source <= offset);
    after.checked_sub(1).map_or(0, |found| map[found].1)
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

impl<'a> Files<'a> for View {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    // Line indexes count from 0 in the file as it lies on disk, so that gaps between labels are seen as gaps.
    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let lines = &self.file(id)?.lines;
        let after = lines.partition_point(|line| line.range.start <= byte_index);
        let line = lines.get(after.saturating_sub(1)).ok_or(Error::LineTooLarge { given: 0, max: 0 })?;
        Ok(line.number.saturating_sub(1))
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let lines = &self.file(id)?.lines;
        match lines.binary_search_by_key(&(line_index + 1), |line| line.number) {
            Ok(found) => Ok(lines[found].range.clone()),
            Err(max) => Err(Error::LineTooLarge { given: line_index, max }),
        }
    }

    fn location(&'a self, id: usize, byte_index: usize) -> Result<Location, Error> {
        let file = self.file(id)?;
        file.starts
            .iter()
            .find(|(start, _)| *start == byte_index)
            .map(|(_, place)| *place)
            .ok_or(Error::IndexTooLarge { given: byte_index, max: file.text.len() })
    }
}
