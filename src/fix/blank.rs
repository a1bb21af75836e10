//! The form for access tokens that every Basic login has: the token as the user, and no password.
//!
//! Owns the edits that need no replacement code: two values change where they stand. The decision to know: only values
//! that are written as such change; a text that holds both is left to others.

use super::edits::Planned;
use super::{layout, splice};
use crate::finding::Edit;
use crate::lang;
use crate::link::project::Project;
use crate::matcher::Use;
use crate::pack::schema::Role;
use crate::span::Span;

/// The edits that put the token in the app id's place, and nothing in the key's. `None` where the two are not written as values of their own.
pub(super) fn of(project: &Project<'_, '_>, file: usize, found: &Use<'_>, token: &str) -> Option<Planned> {
    let language = lang::by_name(found.language)?;
    let text = &project.files[file].source.text;
    let (id, key) = (found.slot(Role::AppId)?.span, found.slot(Role::ApiKey)?.span);
    let whole = |span: Span| {
        let around = [span.start.checked_sub(1), Some(span.end)].map(|at| at.and_then(|at| text.get(at)));
        !around.iter().flatten().any(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'{' | b'@')) && !span.is_empty()
    };
    if id.overlaps(key) || !whole(id) || !whole(key) || splice::is_fixed(language.name, text, id.start) {
        return None;
    }
    let nothing = if layout::quote(language, found.span.of(text)) == Some('\'') { "''" } else { "\"\"" };
    // What gives a text of its own is lent where a text was.
    let lent = lang::family(language.name) == "rust" && token.contains('(');
    let token = if lent { format!("&{token}") } else { token.to_owned() };
    let mut edits = vec![Edit { file, span: id, text: token }, Edit { file, span: key, text: nothing.to_owned() }];
    edits.sort_by_key(|edit| edit.span);
    let here = |span: Span| std::iter::once(&found.span).chain(&found.companions).any(|own| own.contains(span));
    Some(Planned { edits, doubt: !here(id) || !here(key) })
}
