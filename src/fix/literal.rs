//! Credentials that are written down.
//!
//! Owns what takes the place of a credential's value. The decision to know: the value goes nowhere. Where a plain string
//! of code holds it, the environment is read instead; anywhere else a placeholder of plain letters takes its place, which
//! every carrier holds and no scanner takes for a credential.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::files::Files;
use super::idiom;
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::lang;
use crate::link::project::Project;
use crate::pack::Pack;
use crate::pack::schema::Role;
use crate::span::Span;

/// A credential in a file.
#[derive(Clone, Copy)]
pub(crate) struct Literal<'l> {
    /// What it is.
    pub(crate) role: Role,
    /// The file.
    pub(crate) file: usize,
    /// Where it is written.
    pub(crate) span: Span,
    /// The string it is all of, quotes included, where that is a plain value of code.
    pub(crate) plain: Option<Span>,
    /// The value, to tell whether it is written as it is.
    pub(crate) value: &'l [u8],
}

/// The fix of a credential that is written down.
pub(crate) fn of(project: &Project<'_, '_>, literal: &Literal<'_>) -> Fix {
    let scanned = &project.files[literal.file];
    if literal.role == Role::Token && scanned.matched.delivered {
        return Fix::manual(
            "regenerate the token, and move the call to a server: whoever loads this file reads whatever it holds",
        );
    }
    let variable = match literal.role {
        Role::Token => project.variable.to_owned(),
        _ => format!("{}_CLIENT_SECRET", project.pack.word.to_uppercase()),
    };
    let read = if literal.role == Role::ApiKey { None } else { read(project, literal, &variable) };
    let after = match literal.role {
        Role::ApiKey => "the key is dead, and needs no more than that",
        Role::ClientSecret => "and renew the secret, which the file's history keeps",
        _ => "and regenerate the token, which the file's history keeps",
    };
    let (title, edit) = match (read, replaced(project, literal)) {
        (Some(edit), _) => (format!("read it from {variable} instead, {after}"), Some(edit)),
        (None, Some(edit)) if literal.role == Role::ApiKey => {
            (format!("put a placeholder in its place; {after}"), Some(edit))
        }
        (None, Some(edit)) => (format!("put a placeholder in its place, {after}"), Some(edit)),
        (None, None) => (format!("remove it; {}", after.trim_start_matches("and ")), None),
    };
    match edit {
        Some(edit) => Fix { title, applicability: Applicability::Unsafe, edits: vec![edit], group: None },
        None => Fix::manual(title),
    }
}

/// Gives the reads of the environment among these fixes the file's own idiom, the import that it needs, and each of
/// several tokens a variable of its own.
pub(super) fn settle(files: &Files<'_, '_, '_>, findings: &mut [Finding]) {
    let mut values: HashMap<&[u8], usize> = HashMap::new();
    let usual = files.project.variable;
    for finding in findings {
        let Some(fix) = finding.fix.as_mut().filter(|fix| fix.group.is_none()) else { continue };
        let [edit] = fix.edits.as_mut_slice() else { continue };
        let (file, span) = (edit.file, edit.span);
        let Some(language) = files.language(file).filter(|language| !language.environment.is_empty()) else { continue };
        if edit.text != language.environment.replace("{}", usual) {
            continue;
        }
        let next = values.len();
        let variable = match *values.entry(span.of(files.text(file))).or_insert(next) {
            0 => usual.to_owned(),
            other => format!("{usual}_{}", other + 1),
        };
        fix.title = fix.title.replacen(usual, &variable, 1);
        edit.text = idiom::read(files, file, language, &variable).unwrap_or_default();
        match idiom::import(files, file, language, &edit.text) {
            Ok(import) => fix.edits.extend(import),
            Err(statement) => fix.title.push_str(&format!(" (with {statement})")),
        }
        fix.edits.sort();
    }
}

/// A text that stands for a credential of this role and is none, in letters that need no quotes anywhere.
pub(super) fn placeholder(pack: &Pack, role: Role) -> String {
    let what = match role {
        Role::ApiKey => "api-key",
        Role::ClientSecret => "client-secret",
        Role::AppId => "app-id",
        _ => "access-token",
    };
    format!("your-{}-{what}", pack.word)
}

/// The string around a value of code, where it is all of it.
pub(crate) fn quoted(project: &Project<'_, '_>, file: usize, content: Span) -> Option<Span> {
    let text = &project.files[file].source.text;
    let start = content.start.checked_sub(1)?;
    let quote = text.get(start).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let prefixed = start.checked_sub(1).is_some_and(|at| text[at].is_ascii_alphanumeric() || text[at] == *quote);
    (text.get(content.end) == Some(quote) && !prefixed).then(|| Span::new(start, content.end + 1))
}

/// A plain string of code, as a read of the environment.
fn read(project: &Project<'_, '_>, literal: &Literal<'_>, variable: &str) -> Option<Edit> {
    let source = &project.files[literal.file].source;
    let span = literal.plain?;
    // In a shell the variable would be read where it is set.
    let language = lang::of_file(source.path.as_path(), &source.text).filter(|language| language.name != "shell")?;
    let reads = !language.environment.is_empty() && !lang::is_constant(language.name, &source.text, span.start);
    let text = language.environment.replace("{}", variable);
    reads.then_some(Edit { file: literal.file, span, text })
}

/// A placeholder in the value's place, encoded as the value is.
fn replaced(project: &Project<'_, '_>, literal: &Literal<'_>) -> Option<Edit> {
    let source = &project.files[literal.file].source;
    let written = literal.span.of(&source.text);
    let text = placeholder(project.pack, literal.role);
    if !source.whole || source.binary || written.is_empty() || !project.pack.is_placeholder(&text) {
        return None;
    }
    let joined: Vec<u8> = written.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let holds = |decoded: &[u8]| {
        let shapes = project.pack.credentials.iter().filter(|shape| shape.role == literal.role);
        decoded == literal.value || shapes.into_iter().any(|shape| shape.find.regex().is_match(decoded))
    };
    let encoded = crate::pack::base64(&joined).is_some_and(|decoded| holds(&decoded));
    let text = if encoded { BASE64.encode(text) } else { text };
    Some(Edit { file: literal.file, span: literal.span, text })
}
