//! Commands that files of other languages carry: recipes of make, processes, scripts in JSON.
//!
//! Owns what a command's new options look like there. The decision to know: only where the language around is known to
//! take them is anything changed; everywhere else a person does it.

use super::arguments::Replacement;
use super::edits::Planned;
use crate::finding::Edit;
use crate::lang;
use crate::link::project::Project;
use crate::matcher::Use;
use crate::span::Span;

/// The name of the layers that such commands are.
pub(super) const LAYER: &str = "command";

/// The edits that put the options of `code` in place of those that were found. `None` where the text around has rules of
/// its own that are not known here.
pub(super) fn of(project: &Project<'_, '_>, file: usize, found: &Use<'_>, code: &str) -> Option<Planned> {
    let shell = lang::by_name("shell")?;
    let source = &project.files[file].source;
    let text = source.text.as_slice();
    let json = source.path.to_str_lossy().ends_with(".json");
    let around = lang::of_file(source.path.as_path(), text)?.name;
    let token = shell.environment.replace("{}", project.variable);
    let replacement = Replacement::new(shell, code, &token, b"")?;
    let parts = Replacement::changes(&replacement.arguments());
    if parts.is_empty() || parts.iter().any(|part| part.key.is_none()) {
        return None;
    }
    let options = Span::new(parts.first()?.span.start, parts.last()?.span.end);
    let written = replacement.text(options)?;
    let written = match around {
        // What make does not read itself has two of its marks.
        "makefile" => written.replace('$', "$$"),
        "procfile" | "crontab" => written,
        _ if json => written.replace('"', "\\\""),
        _ => return None,
    };
    let mut matched = found.matched.clone();
    matched.sort_unstable();
    let apart = |pair: &[Span]| {
        let between = Span::new(pair[0].end.min(pair[1].start), pair[1].start).of(text);
        between.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'-' | b'\\' | b'"'))
    };
    let all = matched.iter().copied().reduce(Span::to).filter(|all| found.span.contains(*all))?;
    // An escaped quote at the end is one with its mark; a plain one ends the text that the command stands in.
    let inside = all.of(text);
    let ends = |at: usize| at.checked_sub(1).is_none_or(|before| inside.get(before) != Some(&b'\\'));
    if json && memchr::memchr_iter(b'"', inside).any(ends) {
        return None;
    }
    let quoted = json && all.of(text).ends_with(b"\\") && text.get(all.end) == Some(&b'"');
    let span = Span::new(all.start, all.end + usize::from(quoted));
    let edits = vec![Edit { file, span, text: written }];
    matched.windows(2).all(apart).then_some(Planned { edits, doubt: false })
}
