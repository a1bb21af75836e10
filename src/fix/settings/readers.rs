//! Who else uses an old variable.
//!
//! Owns the decision whether a name can go. The decision to know: a doubt keeps it. A key's name that a login still reads
//! stays beside the new one; an app id's goes only when nothing is left that says it.

use super::Task;
use super::definitions;
use super::manner::{self, Manner};
use super::removal;
use crate::facts::Carrier;
use crate::finding::Edit;
use crate::fix::files::words;
use crate::link::Origin;
use crate::span::Span;

/// What becomes of an old name.
pub(super) enum Fate {
    /// It goes: the new one takes its place, or nothing does.
    Goes,
    /// It stays, and the new one is added.
    Stays(String),
    /// It may be anybody's: it stays, and the new one is added near the logins.
    Anybodys(String),
}

impl Fate {
    /// Why it does not go.
    pub(super) fn why(&self) -> Option<&str> {
        match self {
            Self::Goes => None,
            Self::Stays(why) | Self::Anybodys(why) => Some(why),
        }
    }
}

/// What becomes of a key's variable.
pub(super) fn of_key(task: &Task<'_, '_, '_, '_>, name: &str) -> Fate {
    let project = task.files.project;
    if !is_vendors(task, name) {
        return Fate::Anybodys("its name does not say whose it is, so something else may read it".to_owned());
    }
    for (file, scanned) in project.files.iter().enumerate() {
        let code = scanned.matched.uses.iter().filter(|found| found.carrier == Carrier::Code);
        for found in code {
            let slots = found.slots.iter();
            let sources: Vec<_> = slots.flat_map(|slot| project.sources(file, &slot.origins)).collect();
            let mut reads = sources.iter().filter(|source| is_of(source.origin, name)).peekable();
            if reads.peek().is_some()
                && !touched(task.planned, file, found.span)
                && !reads.all(|source| touched(task.planned, source.file, source.origin.span()))
            {
                return Fate::Stays(format!("{} still logs in with it", place(task, file, found.span.start)));
            }
        }
        let text = task.files.text(file);
        let mut mentions = words(text, name).map(|at| Span::new(at, at + name.len()));
        let spared = |mention: Span| scanned.matched.spared.iter().find(|(span, _)| span.contains(mention));
        let manner = manner_of(task, file);
        if manner == Manner::Program
            && let Some((span, reason)) = mentions.find_map(spared)
        {
            return Fate::Stays(format!("{} uses it for something else: {reason}", place(task, file, span.start)));
        }
    }
    Fate::Goes
}

/// What becomes of an app id's variable.
pub(super) fn of_id(task: &Task<'_, '_, '_, '_>, name: &str) -> Fate {
    if !is_vendors(task, name) {
        return Fate::Stays("its name does not say whose it is, so something else may read it".to_owned());
    }
    for file in 0..task.files.project.files.len() {
        let text = task.files.text(file);
        let mut mentions = words(text, name).map(|at| Span::new(at, at + name.len())).peekable();
        if mentions.peek().is_none() {
            continue;
        }
        let manner = manner_of(task, file);
        if matches!(manner, Manner::Document | Manner::Record) {
            continue;
        }
        let definitions = definitions::of(task.files, file, manner, &[name]);
        let extents: Vec<Span> = definitions.iter().map(|found| removal::extent(text, found)).collect();
        let layers = task.files.layers(file);
        let comments = layers.iter().flat_map(|layer| &layer.facts.texts);
        let comments: Vec<Span> =
            comments.filter(|text| text.carrier == Carrier::Comment).map(|text| text.span).collect();
        let excused = |mention: Span| {
            extents.iter().chain(&comments).any(|extent| extent.contains(mention))
                || task.planned.iter().any(|edit| edit.file == file && edit.span.contains(mention) && !says(edit, name))
        };
        if let Some(reader) = mentions.find(|mention| !excused(*mention)) {
            return Fate::Stays(format!("{} reads it", place(task, file, reader.start)));
        }
    }
    Fate::Goes
}

/// How a file uses names.
pub(super) fn manner_of(task: &Task<'_, '_, '_, '_>, file: usize) -> Manner {
    let language = task.files.language(file).map_or("text", |language| language.name);
    manner::of(task.files.project.files[file].source, language)
}

fn is_vendors(task: &Task<'_, '_, '_, '_>, name: &str) -> bool {
    crate::matcher::snake(name).contains(&task.files.project.pack.word)
}

/// Whether an edit puts the name back.
fn says(edit: &Edit, name: &str) -> bool {
    words(edit.text.as_bytes(), name).next().is_some()
}

fn is_of(origin: &Origin, name: &str) -> bool {
    match origin {
        Origin::Env { name: read, .. } => read == name,
        Origin::Name { dotted, .. } => dotted.rsplit('.').next() == Some(name),
        _ => false,
    }
}

pub(super) fn touched(planned: &[Edit], file: usize, span: Span) -> bool {
    planned.iter().any(|edit| edit.file == file && edit.span.overlaps(span))
}

/// `path:line`
fn place(task: &Task<'_, '_, '_, '_>, file: usize, at: usize) -> String {
    let text = task.files.text(file);
    let line = memchr::memchr_iter(b'\n', &text[..at.min(text.len())]).count() + 1;
    format!("{}:{line}", task.files.project.files[file].source.path.to_str_lossy())
}
