//! The token in place of the key.
//!
//! Owns the choice of what stands where the key stood. The decision to know: the token takes the key's path. A key that is
//! read from a variable becomes a token read the same way under the token's name; one that comes through names, settings
//! or parameters keeps them, and what fills them changes. Only where the path cannot be followed is the environment read
//! on the spot.

use std::collections::BTreeSet;

use super::files::Files;
use super::{idiom, literal};
use crate::check::is_sample;
use crate::facts::Carrier;
use crate::finding::Edit;
use crate::lang::{self, Language};
use crate::link::{Origin, Sourced};
use crate::matcher::{Slot, Use};
use crate::pack::schema::Role;
use crate::span::Span;

/// What stands for a token where any text will do.
const SOME_TOKEN: &str = "access_token";

/// What takes the key's place.
#[derive(Default)]
pub(super) struct Token {
    /// The expression in the login itself.
    pub(super) text: String,
    /// What changes elsewhere for it to hold the token.
    pub(super) edits: Vec<Edit>,
    /// Variables that held the key.
    pub(super) keys: BTreeSet<String>,
    /// Variables that held the app id.
    pub(super) ids: BTreeSet<String>,
}

/// The token of a login. `None` where no code can stand there.
pub(super) fn of(files: &Files<'_, '_, '_>, file: usize, found: &Use<'_>) -> Option<Token> {
    let language = lang::by_name(lang::family(found.language))?;
    let variable = |source: Sourced<'_>| match source.origin {
        Origin::Env { name, .. } => Some(name.clone()),
        _ => None,
    };
    let variables = |role: Role| -> BTreeSet<String> {
        let slots = found.slots.iter().filter(|slot| slot.role == role);
        slots.flat_map(|slot| files.project.sources(file, &slot.origins)).filter_map(variable).collect()
    };
    let (keys, ids) = (variables(Role::ApiKey), variables(Role::AppId));
    let key = found.slots.iter().filter(|slot| slot.role == Role::ApiKey).max_by_key(|slot| slot.span.start)?;
    // What the login is made of may stand elsewhere, where other names are known.
    let inside = std::iter::once(&found.span).chain(&found.companions).any(|span| span.contains(key.span));
    let along = if inside { along(files, file, language, key) } else { None };
    let (text, edits) =
        along.or_else(|| Some((idiom::read(files, file, language, files.project.variable)?, Vec::new())))?;
    Some(Token { text, edits, keys, ids })
}

/// A token in the place of what `slot` holds: what is read there, under the token's name, or a read as usual in the file.
pub(super) fn in_place(files: &Files<'_, '_, '_>, file: usize, found: &Use<'_>, slot: &Slot) -> Option<String> {
    let language = lang::by_name(lang::family(found.language))?;
    let written = files.str(file, slot.span);
    let own = slot.origins.iter().find_map(|origin| match origin {
        Origin::Env { name, span } if slot.span.contains(*span) => {
            idiom::renamed(written, name, files.project.variable)
        }
        _ => None,
    });
    own.or_else(|| idiom::read(files, file, language, files.project.variable))
}

/// The key's own expression, and what has to change where it comes from.
fn along(
    files: &Files<'_, '_, '_>,
    file: usize,
    language: &'static Language,
    key: &Slot,
) -> Option<(String, Vec<Edit>)> {
    let written = files.str(file, key.span);
    let sources = files.project.sources(file, &key.origins);
    let proves = |text: &str| files.project.pack.credentials.iter().any(|credential| credential.proves(text));
    let here = |source: &Sourced<'_>| source.file == file && key.span.contains(source.origin.span());
    let mut read = sources.iter().filter(|source| matches!(source.origin, Origin::Env { .. }) && here(source));
    if let Some(Sourced { origin: Origin::Env { name, span }, .. }) = read.next() {
        // What stands beside the read, such as a default, stays, unless it is another key.
        let other_key = sources.iter().any(|source| here(source) && matches!(source.origin, Origin::Literal { .. }));
        if other_key {
            return None;
        }
        let expression = if read.next().is_none() { written } else { files.str(file, *span) };
        return idiom::renamed(expression, name, files.project.variable).map(|text| (text, Vec::new()));
    }
    if let [Sourced { origin: Origin::Literal { text, .. }, .. }] = sources.as_slice()
        && here(&sources[0])
        && is_sample(files.project, file)
        && !proves(text)
    {
        // A test that only needs some text goes on without a variable.
        return Some((written.replacen(text, SOME_TOKEN, 1), Vec::new()));
    }
    if sources.is_empty() || language.name == "shell" || sources.iter().any(here) {
        return None;
    }
    let mut edits = Vec::new();
    let read = sources.iter().any(|source| matches!(source.origin, Origin::Env { .. }));
    for source in &sources {
        match source.origin {
            Origin::Env { name, span } => edits.push(renaming(files, source.file, name, *span)?),
            // What stands for no key yet, beside where it is read, may stay.
            Origin::Literal { text, .. } if read && !proves(text) => (),
            Origin::Literal { span, .. } => edits.push(reading(files, source.file, *span)?),
            Origin::Blank { .. } => (),
            Origin::Param { .. } | Origin::Name { .. } | Origin::Unknown { .. } => return None,
        }
    }
    Some((written.to_owned(), edits))
}

/// A read of the key's variable, made one of the token's.
fn renaming(files: &Files<'_, '_, '_>, file: usize, name: &str, span: Span) -> Option<Edit> {
    let text = idiom::renamed(files.str(file, span), name, files.project.variable)?;
    Some(Edit { file, span, text })
}

/// A key's value in code, made a read of the environment.
fn reading(files: &Files<'_, '_, '_>, file: usize, content: Span) -> Option<Edit> {
    let language = files.language(file)?;
    let text = files.text(file);
    let span = literal::quoted(files.project, file, content)?;
    let in_code =
        files.layers(file).iter().any(|layer| layer.carrier == Carrier::Code && layer.language == language.name);
    if !in_code || language.name == "shell" || lang::is_constant(language.name, text, span.start) {
        return None;
    }
    let text = idiom::read(files, file, language, files.project.variable)?;
    Some(Edit { file, span, text })
}
