//! Programs: what reads the environment, and what says a variable's name to people and to other programs.
//!
//! Owns the edits of a program that is no login. The decision to know: a constant or setting that has the variable's name
//! keeps it, and only what fills it changes; so texts that may name such a setting stay, too.

use std::collections::BTreeSet;

use super::manner::Manner;
use super::readers::{Fate, mentions};
use super::{Moved, Plan, Task};
use crate::facts::{Carrier, Item, ValueKind};
use crate::finding::{self, Holder, Setting};
use crate::fix::files::words;
use crate::fix::spans::Spans;
use crate::matcher::{is_variable, visit};
use crate::source::line_at;
use crate::span::Span;

/// What a program says of a variable.
struct Said {
    /// Where its environment is read.
    reads: BTreeSet<Span>,
    /// Comments and texts.
    texts: Spans,
}

/// The edits that rename the variable `name`; `owned` tells whether any program has something else of that name.
pub(super) fn renamed(task: &Task<'_, '_, '_, '_>, file: usize, name: &str, owned: bool) -> Vec<(Span, String)> {
    let text = task.files.text(file);
    let said = said(task, file, name);
    let mut edits = Vec::new();
    for mention in mentions(task, file, name) {
        if said.reads.contains(&mention) {
            let bare = is_bare(text, mention);
            edits.push((mention, if bare { format!("{}: {name}", task.to) } else { task.to.to_owned() }));
        } else if said.texts.hold(mention) && (!owned || is_sentence(text, mention)) {
            edits.push((mention, task.to.to_owned()));
        }
    }
    edits
}

/// Adds the fields that a library fills from variables by their names: their readers go by the same name, so a person
/// renames them.
pub(super) fn fields(task: &Task<'_, '_, '_, '_>, plan: &Plan<'_>, out: &mut Moved) {
    let goes = || plan.keys.iter().filter(|(_, fate)| matches!(fate, Fate::Goes));
    if goes().next().is_none() {
        return;
    }
    let filled = |file: usize| {
        let mut fills = FILLS
            .iter()
            .filter(|(library, _)| memchr::memmem::find(task.files.text(file), library.as_bytes()).is_some());
        fills.next().map(|(_, capitals)| *capitals)
    };
    for file in 0..task.files.project.files.len() {
        let Some(capitals) = filled(file).filter(|_| task.manner(file) == Manner::Program) else { continue };
        for (name, _) in goes() {
            let name = if capitals { (*name).to_owned() } else { name.to_ascii_lowercase() };
            let said = said(task, file, &name);
            let mut places = words(task.files.text(file), &name).map(|at| Span::new(at, at + name.len()));
            let field = places.find(|span| !said.reads.contains(span) && !said.texts.hold(*span));
            out.settings.extend(field.map(|span| Setting {
                file,
                span,
                name: task.to.to_owned(),
                holder: Holder::SettingsFile,
                task: finding::Task::Rename,
            }));
        }
    }
}

/// What fills fields from variables, and whether it asks for capitals.
const FILLS: [(&str, bool); 6] = [
    ("(BaseSettings", false),
    ("z.object(", true),
    ("cleanEnv(", true),
    ("createEnv(", true),
    ("Joi.object(", true),
    ("envsafe(", true),
];

/// Whether the program calls something of its own by the name.
pub(super) fn owns(task: &Task<'_, '_, '_, '_>, file: usize, name: &str) -> bool {
    let said = said(task, file, name);
    mentions(task, file, name).any(|mention| {
        let read = said.reads.contains(&mention) && !is_bare(task.files.text(file), mention);
        !read && !said.texts.hold(mention) && !task.replaces(file, mention)
    })
}

fn said(task: &Task<'_, '_, '_, '_>, file: usize, name: &str) -> Said {
    let text = task.files.text(file);
    let mut reads = BTreeSet::new();
    let mut read = |span: Span| {
        let at = words(span.of(text), name).next().map(|at| span.start + at);
        reads.extend(at.map(|at| Span::new(at, at + name.len())));
    };
    task.files.code(file, |_, facts| {
        visit::values(facts, |_, value| match &value.kind {
            ValueKind::Env(found) if found.text == name => read(value.span),
            // A list of variables, such as those that have to be set.
            ValueKind::Map(items) if items.len() > 1 && items.iter().all(is_item) => {
                let texts = items.iter().filter_map(|item| item.value.as_str());
                texts.filter(|text| text.text == name).for_each(|text| read(text.content));
            }
            _ => (),
        });
    });
    // What sets a variable is no value that is read.
    let set = |at: usize| SETS.iter().any(|mark| text[..at].strip_suffix(mark.as_bytes()).is_some());
    reads.extend(words(text, name).filter(|at| set(*at)).map(|at| Span::new(at, at + name.len())));
    let layers = task.files.layers(file);
    let texts = layers.iter().flat_map(|layer| &layer.facts.texts);
    let texts = texts.filter(|text| text.carrier != Carrier::Code).map(|text| text.span);
    Said { reads, texts: Spans::new(texts) }
}

/// What stands before a variable that is set or looked up in the environment.
const SETS: [&str; 11] = [
    "process.env.",
    "process.env[\"",
    "process.env['",
    "ENV[\"",
    "ENV['",
    "environ[\"",
    "environ['",
    "etenv(\"",
    "etenv('",
    "utenv(\"",
    "utenv('",
];

fn is_item(item: &Item) -> bool {
    item.key.is_none() && item.value.as_str().is_some_and(|text| is_variable(&text.text))
}

/// Whether a read is by a bare name that the rest of the program uses: `const { NAME } = process.env`.
fn is_bare(text: &[u8], mention: Span) -> bool {
    // A name may hold a line end, where a quote has lost its other one.
    let before = Span::new(line_at(text, mention.start).start, mention.start).of(text).trim_ascii_end();
    let end = line_at(text, mention.end).end.max(mention.end);
    let after = Span::new(mention.end, end).of(text).trim_ascii_start();
    matches!(before.last(), None | Some(b'{' | b',')) && matches!(after.first(), None | Some(b'}' | b','))
}

/// Whether more than the name is said there, by the blank on a side of it.
fn is_sentence(text: &[u8], mention: Span) -> bool {
    let before = mention.start.checked_sub(1).and_then(|at| text.get(at));
    [before, text.get(mention.end)].into_iter().flatten().any(|byte| *byte == b' ')
}
