//! The edits of one file.
//!
//! Owns the choice between renaming a definition, adding one beside it and taking it out. The decision to know: in each
//! map the first key becomes the token, unless the token is there already; the others go.

use std::collections::BTreeMap;

use super::definitions::{self, Definition};
use super::manner::Manner;
use super::readers::{Fate, mentions};
use super::removal::{self, Extent};
use super::{Moved, Plan, Task, documented, holders, lines, programs, verify};
use crate::finding::{self, Edit, Holder, Setting};
use crate::fix::files::words;
use crate::fix::spans::Spans;
use crate::span::Span;

/// Files larger than this are read in part.
const MAX_LOWERED: usize = 2 << 20;

/// Adds what changes in a file.
pub(super) fn file(task: &Task<'_, '_, '_, '_>, plan: &Plan<'_>, file: usize, out: &mut Moved) {
    let source = task.files.project.files[file].source;
    let mut draft = Draft::new(task, plan, file);
    let whole =
        source.whole && !source.binary && source.text.len() <= MAX_LOWERED && std::str::from_utf8(&source.text).is_ok();
    match draft.manner {
        Manner::Record => return,
        _ if !whole => (),
        Manner::Program => {
            for (name, _) in plan.keys.iter().filter(|(_, fate)| matches!(fate, Fate::Goes)) {
                let edits = programs::renamed(task, file, name, plan.owned.contains(name));
                edits.into_iter().for_each(|(span, text)| draft.edit(span, text));
            }
        }
        Manner::Settings | Manner::Document => draft.settings(),
    }
    let Draft { manner, holder, mut edits, mut settings, gone, .. } = draft;
    edits.sort_by(|a, b| (a.span, &a.text).cmp(&(b.span, &b.text)));
    edits.dedup();
    let names: Vec<&str> = plan.names().chain(std::iter::once(task.to)).collect();
    let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    if whole && apart && (manner != Manner::Settings || verify::holds(task.files, file, &edits, &gone, &names)) {
        out.edits.append(&mut edits);
        out.settings.append(&mut settings);
    } else if manner == Manner::Settings {
        out.settings.extend(by_hand(task, plan, file, holder));
    }
}

/// What a person has to do in a file that cannot be changed.
fn by_hand(task: &Task<'_, '_, '_, '_>, plan: &Plan<'_>, file: usize, holder: Holder) -> Option<Setting> {
    let text = task.files.text(file);
    let (at, len) = plan.keys.iter().find_map(|(name, _)| Some((words(text, name).next()?, name.len())))?;
    let span = Span::new(at, at + len);
    Some(Setting { file, span, name: task.to.to_owned(), holder, task: finding::Task::Rename })
}

struct Draft<'d, 'f, 's, 'p> {
    task: &'d Task<'d, 'f, 's, 'p>,
    plan: &'d Plan<'d>,
    file: usize,
    manner: Manner,
    language: &'static str,
    holder: Holder,
    text: &'d [u8],
    edits: Vec<Edit>,
    /// What the edits take out.
    gone: Spans,
    settings: Vec<Setting>,
}

impl<'d, 'f, 's, 'p> Draft<'d, 'f, 's, 'p> {
    fn new(task: &'d Task<'d, 'f, 's, 'p>, plan: &'d Plan<'d>, file: usize) -> Self {
        Self {
            task,
            plan,
            file,
            manner: task.manner(file),
            language: task.language(file),
            holder: holders::of(task, file),
            text: task.files.text(file),
            edits: Vec::new(),
            gone: Spans::new([]),
            settings: Vec::new(),
        }
    }

    fn edit(&mut self, span: Span, text: impl Into<String>) {
        if !self.task.replaces(self.file, span) {
            self.edits.push(Edit { file: self.file, span, text: text.into() });
        }
    }

    /// A file that defines, passes on or documents variables.
    fn settings(&mut self) {
        let names: Vec<&str> = self.plan.names().chain(std::iter::once(self.task.to)).collect();
        let definitions = definitions::of(self.task, self.file, &names);
        let mut maps: BTreeMap<Option<Span>, Vec<&Definition>> = BTreeMap::new();
        definitions.iter().for_each(|found| maps.entry(found.map).or_default().push(found));
        let mut removed: Vec<Extent> = Vec::new();
        for found in maps.values() {
            self.map(found, &mut removed);
        }
        let gone = removal::removals(self.text, &removed, self.ends_bare());
        let (examples, whole) = match self.manner {
            Manner::Document => documented::logins(self.task, self.plan, self.file),
            _ => (Vec::new(), Vec::new()),
        };
        let within = Spans::new(gone.iter().copied().chain(whole));
        self.edits.retain(|edit| !within.hold(edit.span));
        gone.into_iter().for_each(|span| self.edit(span, ""));
        examples.into_iter().for_each(|edit| self.edit(edit.span, edit.text));
        for (name, _) in self.plan.keys.iter().filter(|(_, fate)| matches!(fate, Fate::Goes)) {
            for span in mentions(self.task, self.file, name).filter(|span| !within.hold(*span)) {
                self.edit(span, self.task.to);
            }
        }
        self.gone = within;
        self.passed();
    }

    /// The definitions of one map.
    fn map(&mut self, found: &[&Definition], removed: &mut Vec<Extent>) {
        let there =
            |commented: bool| found.iter().any(|found| found.name == self.task.to && found.commented <= commented);
        let (live, any) = (there(false), there(true));
        let (mut first, mut added): (Option<&str>, bool) = (None, false);
        for definition in found {
            let there = if definition.commented { any } else { live };
            let is = |(name, _): &&(&str, Fate)| *name == definition.name;
            let key = self.plan.keys.iter().find(is).map(|(_, fate)| fate);
            let id = self.plan.ids.iter().find(is).map(|(_, fate)| fate);
            match (key, id) {
                (Some(Fate::Goes), _) if there || first.is_some_and(|first| first != definition.name) => {
                    removed.push(removal::of(self.text, definition));
                }
                (Some(Fate::Goes), _) => {
                    first = Some(&definition.name);
                    for (span, text) in self.blanks(definition) {
                        self.edit(span, text);
                    }
                    self.place(definition);
                }
                (Some(fate), _) if !there && !added && !definition.commented && self.is_near(fate) => {
                    added = true;
                    self.beside(definition);
                    self.place(definition);
                }
                (None, Some(Fate::Goes)) => removed.push(removal::of(self.text, definition)),
                _ => (),
            }
        }
    }

    /// Whether a definition of a name that may be anybody's is one of the logins' own.
    fn is_near(&self, fate: &Fate) -> bool {
        let path = |file: usize| self.task.files.project.files[file].source.path.as_path();
        let folder = path(self.file).parent().unwrap_or(path(self.file));
        let near = || self.task.replaced.files().any(|file| path(file).starts_with(folder));
        self.manner == Manner::Settings && (!matches!(fate, Fate::Anybodys(_)) || near())
    }

    /// Whether the last of a list may have no comma after it.
    fn ends_bare(&self) -> bool {
        matches!(self.language, "json" | "package.json" | "composer.json" | "yaml" | "toml")
    }

    /// What stands for no value, for each text of a definition's value: the old one is of no use to the new name.
    fn blanks(&self, definition: &Definition) -> Vec<(Span, String)> {
        let Some(value) = &definition.value else { return Vec::new() };
        let spans = definitions::literals(value).into_iter().filter(|span| !span.is_empty());
        if self.manner == Manner::Document {
            let placeholder = format!("your-{}", self.task.to.to_ascii_lowercase().replace('_', "-"));
            return spans.map(|span| (span, placeholder.clone())).collect();
        }
        let whole = value.as_str().is_some_and(|text| text.content == value.span);
        let between = Span::new(definition.key.end, value.span.start.max(definition.key.end)).of(self.text);
        // Where a value without quotes may not be missing.
        let needed = match self.language {
            "yaml" | "json" | "package.json" | "composer.json" => !between.trim_ascii().ends_with(b"="),
            "toml" | "hcl" | "dockerfile" => true,
            _ => false,
        };
        let blank = if whole && needed { "\"\"" } else { "" };
        spans.map(|span| (span, blank.to_owned())).collect()
    }

    /// Adds a copy of the definition under the new name, without its value.
    fn beside(&mut self, definition: &Definition) {
        let extent = removal::of(self.text, definition);
        let (Extent::Lines(span) | Extent::Part(span)) = extent;
        let names = words(span.of(self.text), &definition.name).map(|at| span.start + at);
        let names = names.map(|at| (Span::new(at, at + definition.name.len()), self.task.to.to_owned()));
        let blanks = self.blanks(definition).into_iter().filter(|(at, _)| span.contains(*at));
        let within = |at: Span| Span::new(at.start - span.start, at.end - span.start);
        let mut edits: Vec<Edit> =
            names.chain(blanks).map(|(at, text)| Edit { file: self.file, span: within(at), text }).collect();
        edits.sort_by_key(|edit| edit.span);
        let Some((copy, _)) = verify::applied(span.of(self.text), &edits) else { return };
        let copy = String::from_utf8_lossy(&copy).into_owned();
        let after = Span::new(span.end, span.end);
        match extent {
            Extent::Lines(_) => {
                let crlf = lines::with_end(self.text, span).of(self.text).ends_with(b"\r\n");
                let feed = if crlf { "\r\n" } else { "\n" };
                let parted = matches!(self.language, "json" | "package.json" | "composer.json");
                let comma = if parted && !copy.trim_end().ends_with(',') { "," } else { "" };
                self.edit(after, format!("{comma}{feed}{copy}"));
            }
            Extent::Part(_) => {
                let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
                let next = self.text[span.end..].iter().find(|byte| !is_blank(byte));
                let before = self.text[..span.start].iter().rfind(|byte| !is_blank(byte));
                let listed = matches!(next, Some(b',')) || matches!(before, Some(b',' | b'{' | b'['));
                self.edit(after, format!("{}{copy}", if listed { ", " } else { " " }));
            }
        }
    }

    /// Says where the variable is set.
    fn place(&mut self, definition: &Definition) {
        if self.manner == Manner::Settings && !definition.commented {
            let (name, holder, task) = holders::of_definition(self.task, self.file, self.holder, definition);
            self.settings.push(Setting { file: self.file, span: definition.key, name, holder, task });
        }
    }

    /// Says which variable of a build service the file reads without defining it.
    fn passed(&mut self) {
        let reads = matches!(self.holder, Holder::RepositorySecret | Holder::BuildVariable);
        if !reads || self.settings.iter().any(|setting| setting.name == self.task.to) {
            return;
        }
        let mut goes = self.plan.keys.iter().filter(|(_, fate)| matches!(fate, Fate::Goes));
        let span = goes.find_map(|(name, _)| mentions(self.task, self.file, name).next());
        if let Some(span) = span.filter(|span| !self.gone.hold(*span)) {
            let (name, task) = (self.task.to.to_owned(), finding::Task::Set);
            self.settings.push(Setting { file: self.file, span, name, holder: self.holder, task });
        }
    }
}
