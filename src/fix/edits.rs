//! The edits of one construct: what changes in the statement that logs in.
//!
//! Owns the choice between changing arguments and changing the statement. The decision to know: whatever the construct
//! does not name stays as the file writes it.

use super::arguments;
use crate::finding::Edit;
use crate::lang;
use crate::link::project::Project;
use crate::matcher::Use;
use crate::pack::pattern::Step;
use crate::source::line_at;
use crate::span::Span;

/// The edits that put `code`, with `token` for the token, in place of what was found.
/// `None` where the code cannot stand there.
pub(super) fn of(
    project: &Project<'_, '_>,
    file: usize,
    found: &Use<'_>,
    code: &str,
    token: &str,
) -> Option<Vec<Edit>> {
    let language = lang::by_name(found.language)?;
    let replacement = arguments::of(language, code, token)?;
    let text = &project.files[file].source.text;
    let mut edits = Vec::new();
    let callee = found.callee.as_ref();
    if found.companions.is_empty() && keeps_callee(found, &replacement.callee) {
        let span = arguments::run(found, text)?;
        let text = if found.in_map { replacement.items? } else { replacement.arguments };
        edits.push(Edit { file, span, text });
    } else {
        let at = replacement.statement.rfind(&replacement.callee).unwrap_or_default();
        let statement = match callee {
            // What the callee is reached by stays as the file writes it: a package, an alias.
            Some(callee) if !replacement.callee.is_empty() => {
                let before = Span::new(found.span.start, callee.span.start.max(found.span.start));
                format!("{}{}", String::from_utf8_lossy(before.of(text)), &replacement.statement[at..])
            }
            _ => replacement.statement,
        };
        edits.push(Edit { file, span: found.span, text: statement });
        edits.extend(found.companions.iter().map(|span| Edit {
            file,
            span: whole_line(text, *span),
            text: String::new(),
        }));
    }
    edits.sort_by_key(|edit| edit.span);
    Some(edits)
}

/// The edits that delete what was found with its lines. `None` where it shares them with something else.
pub(super) fn removal(project: &Project<'_, '_>, file: usize, found: &Use<'_>) -> Option<Vec<Edit>> {
    let text = &project.files[file].source.text;
    let lines = |span: &Span| Some(whole_line(text, *span)).filter(|lines| lines != span);
    let spans = std::iter::once(&found.span).chain(&found.companions).map(lines);
    let mut edits: Vec<Edit> =
        spans.map(|span| Some(Edit { file, span: span?, text: String::new() })).collect::<Option<_>>()?;
    edits.sort_by_key(|edit| edit.span);
    Some(edits)
}

/// Whether the replacement calls what the construct's own code calls, under whatever name the file knows it.
fn keeps_callee(found: &Use<'_>, callee: &str) -> bool {
    let pattern = found.construct.patterns.iter().find(|(language, _)| *language == lang::family(found.language));
    pattern.is_some_and(|(_, pattern)| match &pattern.anchor {
        Step::Call(call) => call.path.iter().any(|path| path.key().unwrap_or("ANY") == callee),
        Step::Assign { .. } => false,
    })
}

/// A statement with its line, when it has the line for itself.
pub(super) fn whole_line(text: &[u8], span: Span) -> Span {
    let (first, last) = (line_at(text, span.start), line_at(text, span.end.saturating_sub(1).max(span.start)));
    let before = Span::new(first.start, span.start);
    let after = Span::new(span.end, last.end.max(span.end));
    let alone = before.of(text).trim_ascii().is_empty() && matches!(after.of(text).trim_ascii(), b"" | b";");
    let end = if text.get(after.end) == Some(&b'\n') { after.end + 1 } else { after.end };
    if alone { Span::new(first.start, end) } else { span }
}
