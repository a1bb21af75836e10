//! Where a directive stands, and which lines it speaks for.
//!
//! Owns lines and what is a comment on them. It knows no rule and no language. The decision to know: a directive speaks
//! for its own line; where nothing but comments is on that line, also for the lines after it up to the next one with
//! something else, and for the ones that a backslash joins to that. Each line is looked at a bounded number of times,
//! however many directives there are.

use super::directive::Written;
use crate::span::Span;

/// A file's lines and comments.
pub(super) struct Layout<'t> {
    text: &'t [u8],
    /// Comments with their signs, in order and apart.
    comments: &'t [Span],
    /// Whether lines are strings of a list, as the cells of a notebook have them.
    listed: bool,
    /// Whether lines that only open a block of code are passed over.
    blocks: bool,
}

/// Where a directive counts, and how it is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Whole lines, the last one's break left out.
    pub(super) covers: Span,
    /// What to delete so that nothing of the directive is left; `None` where a person has to.
    pub(super) removal: Option<Span>,
}

/// A line and whether nothing but comments is on it.
#[derive(Clone, Copy)]
struct Line {
    span: Span,
    bare: bool,
}

impl<'t> Layout<'t> {
    pub(super) fn new(text: &'t [u8], comments: &'t [Span], listed: bool, blocks: bool) -> Self {
        Self { text, comments, listed, blocks }
    }

    /// The places of directives, which are in order.
    pub(super) fn places(&self, directives: &[Written]) -> Vec<Place> {
        let mut places = Vec::with_capacity(directives.len());
        // The line of the directive after, and where what it covers ends.
        let mut known: Option<(Line, usize)> = None;
        for written in directives.iter().rev() {
            let (line, end) = match known {
                Some((line, end)) if line.span.start <= written.span.start => (line, end),
                _ => {
                    let line = self.line(written.span.start);
                    (line, if line.bare { self.next(line, known) } else { line.span.end })
                }
            };
            known = Some((line, end));
            places.push(Place { covers: Span::new(line.span.start, end), removal: self.removal(written, line) });
        }
        places.reverse();
        places
    }

    /// Where the first line ends that is no comment; `known` is one below whose answer is known.
    fn next(&self, line: Line, known: Option<(Line, usize)>) -> usize {
        let mut at = line.span.end;
        while let Some(start) = self.after(at) {
            if let Some((below, end)) = known.filter(|(below, _)| below.span.start == start) {
                return if below.bare { end } else { self.joined(below.span) };
            }
            let line = self.line(start);
            let passed = line.bare || self.blocks && opens(line.span.of(self.text));
            if !passed {
                return self.joined(line.span);
            }
            at = line.span.end;
        }
        self.text.len()
    }

    /// The end of the last line that a backslash joins to this one.
    fn joined(&self, line: Span) -> usize {
        let mut line = line;
        while line.of(self.text).trim_ascii_end().ends_with(b"\\")
            && !self.is_commented(line.end.saturating_sub(1))
            && let Some(start) = self.after(line.end)
        {
            line = self.line(start).span;
        }
        line.end
    }

    /// The line that `at` is on.
    fn line(&self, at: usize) -> Line {
        let before = &self.text[..at];
        let mut start = memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1);
        let mut end = memchr::memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |len| at + len);
        if self.listed {
            start = memchr::memmem::rfind(&before[start..], b"\\n").map_or(start, |feed| start + feed + 2);
            end = memchr::memmem::find(&self.text[at..end], b"\\n").map_or(end, |len| at + len);
        }
        let span = Span::new(start, end);
        Line { span, bare: self.is_bare(span) }
    }

    /// Where the line after the one that ends at `end` starts.
    fn after(&self, end: usize) -> Option<usize> {
        let len = if self.listed && self.text.get(end) == Some(&b'\\') { 2 } else { 1 };
        Some(end + len).filter(|start| *start < self.text.len())
    }

    fn is_bare(&self, line: Span) -> bool {
        let first = self.comments.partition_point(|comment| comment.end <= line.start);
        let comments = self.comments[first..].iter().take_while(|comment| comment.start < line.end);
        let (mut at, mut commented) = (line.start, false);
        // At most the braces of `{/* … */}`.
        let mut rest: Vec<u8> = Vec::new();
        for comment in comments.copied().chain([Span::new(line.end, line.end)]) {
            let between = &self.text[at..comment.start.clamp(at, line.end)];
            let blank = |byte: u8| byte.is_ascii_whitespace() || self.listed && b"\",[]".contains(&byte);
            rest.extend(between.iter().filter(|byte| !blank(**byte)).take(3));
            if rest.len() > 2 {
                return false;
            }
            commented |= !comment.is_empty();
            at = comment.end.clamp(at, line.end);
        }
        rest.is_empty() || commented && rest == *b"{}"
    }

    fn is_commented(&self, at: usize) -> bool {
        self.comment(at).is_some()
    }

    fn comment(&self, at: usize) -> Option<Span> {
        let after = self.comments.partition_point(|comment| comment.start <= at);
        self.comments[..after].last().copied().filter(|comment| at < comment.end)
    }

    /// What to delete with a directive that is all its line of a comment says, or the last thing.
    fn removal(&self, written: &Written, line: Line) -> Option<Span> {
        let comment = self.comment(written.span.start).filter(|_| written.last && !self.listed)?;
        let whole = Span::new(line.span.start, self.after(line.span.end).unwrap_or(line.span.end));
        if !written.first {
            // `# noqa # dekey: …`
            return (comment.end >= line.span.end).then(|| self.with_blanks(written.sign, written.span.end));
        }
        match comment.start >= line.span.start && comment.end <= line.span.end {
            true if line.bare => Some(whole),
            true => Some(self.with_blanks(comment.start, comment.end)),
            false if self.is_all(comment, written.span) => Some(self.lines(comment)),
            // Neither the line that opens the comment nor the one that ends it.
            false => (comment.start < line.span.start && comment.end > line.span.end).then_some(whole),
        }
    }

    /// Whether a comment of several lines says nothing else, and nothing else is on its lines.
    fn is_all(&self, comment: Span, directive: Span) -> bool {
        const LONGEST: usize = 1024;
        let others = [Span::new(comment.start, directive.start), Span::new(directive.end, comment.end)];
        let silent =
            |span: &Span| !span.of(self.text).iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        let ends = [comment.start, comment.end.saturating_sub(1)];
        comment.len() <= LONGEST && others.iter().all(silent) && ends.iter().all(|at| self.line(*at).bare)
    }

    /// The lines of a comment, with the break of the last one.
    fn lines(&self, comment: Span) -> Span {
        let last = self.line(comment.end.saturating_sub(1)).span.end;
        Span::new(self.line(comment.start).span.start, self.after(last).unwrap_or(last))
    }

    /// From `start` with the blanks before it to `end` without the carriage return before that.
    fn with_blanks(&self, start: usize, end: usize) -> Span {
        let blanks = self.text[..start].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let end = end - usize::from(self.text[..end].ends_with(b"\r"));
        Span::new(start - blanks, end.max(start))
    }
}

/// Whether a line of a document only opens a block of code.
fn opens(line: &[u8]) -> bool {
    const OPENINGS: &[&[u8]] = &[
        b"```",
        b"~~~",
        b"----",
        b"[source",
        b".. code",
        b".. sourcecode",
        b":linenos:",
        b"#+begin_src",
        b"#+BEGIN_SRC",
    ];
    OPENINGS.iter().any(|opening| line.trim_ascii_start().starts_with(opening))
}
