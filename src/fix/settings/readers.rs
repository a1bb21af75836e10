//! Who else uses an old variable.
//!
//! Owns the decision whether a name can go. The decision to know: a doubt keeps it. A key's name that a login still reads
//! stays beside the new one; an app id's goes only when nothing is left that says it.

use super::manner::Manner;
use super::{Task, definitions, programs, removal};
use crate::facts::Carrier;
use crate::finding::Edit;
use crate::fix::files::words;
use crate::fix::spans::Spans;
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

const UNSEEN: &str = "not all files were looked at, so another one may read it";
const ANYBODYS: &str = "its name does not say whose it is, so something else may read it";

/// What becomes of a key's variable.
pub(super) fn of_key(task: &Task<'_, '_, '_, '_>, name: &str) -> Fate {
    let project = task.files.project;
    if !is_vendors(task, name) {
        return Fate::Anybodys(ANYBODYS.to_owned());
    }
    if project.partial {
        return Fate::Stays(UNSEEN.to_owned());
    }
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned.matched.uses.iter().filter(|found| found.carrier == Carrier::Code) {
            if task.replaces(file, found.span) || found.slots.iter().any(|slot| task.replaces(file, slot.span)) {
                continue;
            }
            let sources: Vec<_> = found.slots.iter().flat_map(|slot| project.sources(file, &slot.origins)).collect();
            let mut reads = sources.iter().filter(|source| is_of(source.origin, name)).peekable();
            if reads.peek().is_some() && !reads.all(|source| task.replaces(source.file, source.origin.span())) {
                return Fate::Stays(format!("{} still logs in with it", place(task, file, found.span.start)));
            }
        }
    }
    for &file in task.files.saying(name) {
        let spared = &project.files[file].matched.spared;
        if spared.is_empty() || task.manner(file) != Manner::Program {
            continue;
        }
        let spans = Spans::new(spared.iter().map(|(span, _)| *span));
        let of_other = mentions(task, file, name).find(|mention| spans.hold(*mention));
        if let Some(mention) = of_other {
            let reason = spared.iter().find(|(span, _)| span.contains(mention)).map_or("", |(_, reason)| reason);
            return Fate::Stays(format!("{} uses it for something else: {reason}", place(task, file, mention.start)));
        }
    }
    Fate::Goes
}

/// Whether a program calls something of its own by a variable's name, which other programs may refer to.
pub(super) fn is_owned(task: &Task<'_, '_, '_, '_>, name: &str) -> bool {
    task.planned.iter().any(|edit| says(edit, name))
        || task
            .files
            .saying(name)
            .iter()
            .any(|file| task.manner(*file) == Manner::Program && programs::owns(task, *file, name))
}

/// Where a file says a name.
pub(super) fn mentions<'t>(
    task: &Task<'t, '_, '_, '_>,
    file: usize,
    name: &'t str,
) -> impl Iterator<Item = Span> + use<'t> {
    words(task.files.text(file), name).map(|at| Span::new(at, at + name.len()))
}

/// What becomes of an app id's variable.
pub(super) fn of_id(task: &Task<'_, '_, '_, '_>, name: &str) -> Fate {
    if !is_vendors(task, name) {
        return Fate::Stays(ANYBODYS.to_owned());
    }
    if task.files.project.partial {
        return Fate::Stays(UNSEEN.to_owned());
    }
    for &file in task.files.saying(name) {
        let manner = task.manner(file);
        if matches!(manner, Manner::Document | Manner::Record) {
            continue;
        }
        let text = task.files.text(file);
        let definitions = definitions::of(task, file, &[name]);
        let extents = definitions.iter().map(|found| removal::extent(text, found));
        let layers = task.files.layers(file);
        let texts = layers.iter().flat_map(|layer| &layer.facts.texts);
        let comments = texts.filter(|text| text.carrier == Carrier::Comment).map(|text| text.span);
        let planned = task.planned.iter().filter(|edit| edit.file == file && !says(edit, name)).map(|edit| edit.span);
        let excused = Spans::new(extents.chain(comments).chain(planned));
        if let Some(reader) = mentions(task, file, name).find(|mention| !excused.hold(*mention)) {
            return Fate::Stays(format!("{} reads it", place(task, file, reader.start)));
        }
    }
    Fate::Goes
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

/// `path:line`
fn place(task: &Task<'_, '_, '_, '_>, file: usize, at: usize) -> String {
    let text = task.files.text(file);
    let line = memchr::memchr_iter(b'\n', &text[..at.min(text.len())]).count() + 1;
    format!("{}:{line}", task.files.project.files[file].source.path.to_str_lossy())
}
