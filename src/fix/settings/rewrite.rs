//! The edits of one file.
//!
//! Owns the choice between renaming a definition, adding one beside it and taking it out. The decision to know: in each
//! map the first key becomes the token, unless the token is there already; the others go.

use std::collections::{BTreeMap, BTreeSet};

use super::definitions::{self, Definition};
use super::manner::Manner;
use super::readers::{Fate, manner_of, touched};
use super::removal::{self, Extent};
use super::{Moved, Plan, Task, holders, lines, verify};
use crate::facts::{Carrier, ValueKind};
use crate::finding::{self, Edit, Setting};
use crate::fix::files::words;
use crate::matcher::visit;
use crate::source::line_at;
use crate::span::Span;

/// Files larger than this are read in part.
const MAX_LOWERED: usize = 2 << 20;

/// Adds what changes in a file.
pub(super) fn file(task: &Task<'_, '_, '_, '_>, plan: &Plan<'_>, file: usize, out: &mut Moved) {
    let source = task.files.project.files[file].source;
    let manner = manner_of(task, file);
    let readable = source.whole && !source.binary && source.text.len() <= MAX_LOWERED;
    if manner == Manner::Record || !readable && manner != Manner::Settings {
        return;
    }
    let mut draft = Draft {
        task,
        plan,
        file,
        manner,
        edits: Vec::new(),
        gone: Vec::new(),
        settings: Vec::new(),
        text: &source.text,
    };
    let whole = readable && std::str::from_utf8(&source.text).is_ok();
    if whole {
        match manner {
            Manner::Program => draft.program(),
            _ => draft.settings(),
        }
    }
    let Draft { mut edits, mut settings, gone, .. } = draft;
    edits.sort_by(|a, b| (a.span, &a.text).cmp(&(b.span, &b.text)));
    edits.dedup();
    let names: Vec<&str> =
        plan.keys.iter().chain(&plan.ids).map(|(name, _)| *name).chain(std::iter::once(task.to)).collect();
    let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    if whole && apart && (manner != Manner::Settings || verify::holds(task.files, file, &edits, &gone, &names)) {
        out.edits.append(&mut edits);
        out.settings.append(&mut settings);
    } else if manner == Manner::Settings {
        out.settings.extend(by_hand(task, plan, file));
    }
}

/// What a person has to do in a file that cannot be changed.
fn by_hand(task: &Task<'_, '_, '_, '_>, plan: &Plan<'_>, file: usize) -> Option<Setting> {
    let text = task.files.text(file);
    let first = plan.keys.iter().find_map(|(name, _)| Some((words(text, name).next()?, name.len())));
    let (at, len) = first?;
    let span = Span::new(at, at + len);
    let holder = holders::of(task, file, None);
    Some(Setting { file, span, name: task.to.to_owned(), holder, task: finding::Task::Rename })
}

struct Draft<'d, 'f, 's, 'p> {
    task: &'d Task<'d, 'f, 's, 'p>,
    plan: &'d Plan<'d>,
    file: usize,
    manner: Manner,
    text: &'d [u8],
    edits: Vec<Edit>,
    /// What the edits take out.
    gone: Vec<Span>,
    settings: Vec<Setting>,
}

impl<'d> Draft<'d, '_, '_, '_> {
    fn edit(&mut self, span: Span, text: impl Into<String>) {
        let edit = Edit { file: self.file, span, text: text.into() };
        if !touched(self.task.planned, self.file, span) {
            self.edits.push(edit);
        }
    }

    fn fate(&self, name: &str) -> Option<&'d Fate> {
        self.plan.keys.iter().find(|(key, _)| *key == name).map(|(_, fate)| fate)
    }

    /// A file that defines, passes on or documents variables.
    fn settings(&mut self) {
        let names: Vec<&str> = self.plan.keys.iter().chain(&self.plan.ids).map(|(name, _)| *name).collect();
        let all: Vec<&str> = names.iter().copied().chain(std::iter::once(self.task.to)).collect();
        let definitions = definitions::of(self.task.files, self.file, self.manner, &all);
        let mut maps: BTreeMap<Option<Span>, Vec<&Definition>> = BTreeMap::new();
        definitions.iter().for_each(|found| maps.entry(found.map).or_default().push(found));
        let mut removed: Vec<Extent> = Vec::new();
        for found in maps.values() {
            self.map(found, &mut removed);
        }
        let gone = removal::removals(self.text, &removed, self.braces());
        let within = |span: Span| gone.iter().any(|gone| gone.contains(span));
        self.edits.retain(|edit| !within(edit.span));
        for span in &gone {
            self.edit(*span, "");
        }
        for (name, fate) in &self.plan.keys {
            if !matches!(fate, Fate::Goes) {
                continue;
            }
            for at in words(self.text, name) {
                let span = Span::new(at, at + name.len());
                if !within(span) {
                    self.edit(span, self.task.to);
                }
            }
        }
        self.gone = gone;
        self.passed();
    }

    /// The definitions of one map.
    fn map(&mut self, found: &[&'_ Definition], removed: &mut Vec<Extent>) {
        let has =
            |commented: bool| found.iter().any(|found| found.name == self.task.to && found.commented <= commented);
        let (live, any) = (has(false), has(true));
        let mut first: Option<&str> = None;
        let mut added = false;
        for definition in found {
            let there = if definition.commented { any } else { live };
            match self.fate(&definition.name) {
                Some(Fate::Goes) if there || first.is_some_and(|first| first != definition.name) => {
                    removed.push(removal::of(self.text, definition));
                }
                Some(Fate::Goes) => {
                    first = Some(&definition.name);
                    self.emptied(definition);
                    self.place(definition);
                }
                Some(fate) if !there && !added && !definition.commented && self.is_near(fate) => {
                    added = true;
                    self.beside(definition);
                    self.place(definition);
                }
                Some(_) => (),
                None => {
                    let goes = |(name, fate): &(&str, Fate)| *name == definition.name && matches!(fate, Fate::Goes);
                    if self.plan.ids.iter().any(goes) {
                        removed.push(removal::of(self.text, definition));
                    }
                }
            }
        }
    }

    /// Whether a definition of a name that may be anybody's is one of the logins' own.
    fn is_near(&self, fate: &Fate) -> bool {
        let path = |file: usize| self.task.files.project.files[file].source.path.as_path();
        let folder = path(self.file).parent().unwrap_or(path(self.file));
        let near = || self.task.planned.iter().any(|edit| path(edit.file).starts_with(folder));
        self.manner == Manner::Settings && (!matches!(fate, Fate::Anybodys(_)) || near())
    }

    fn language(&self) -> &'static str {
        self.task.files.language(self.file).map_or("text", |language| language.name)
    }

    /// Whether the last of a list has no comma after it.
    fn braces(&self) -> bool {
        matches!(self.language(), "json" | "package.json" | "composer.json" | "yaml" | "toml")
    }

    /// The old value, which is of no use to the new name, goes.
    fn emptied(&mut self, definition: &Definition) {
        for (span, text) in self.blanks(definition) {
            self.edit(span, text);
        }
    }

    /// What stands for no value, for each text of a definition's value.
    fn blanks(&self, definition: &Definition) -> Vec<(Span, String)> {
        let Some(value) = &definition.value else { return Vec::new() };
        let whole = value.as_str().is_some_and(|text| text.content == value.span);
        let spans = definitions::literals(value).into_iter().filter(|span| !span.is_empty());
        if self.manner == Manner::Document {
            let placeholder = format!("your-{}", self.task.to.to_ascii_lowercase().replace('_', "-"));
            return spans.map(|span| (span, placeholder.clone())).collect();
        }
        let before = Span::new(definition.key.end, value.span.start).of(self.text).trim_ascii();
        // Where a value without quotes may not be missing.
        let bare = match self.language() {
            "yaml" | "json" | "package.json" | "composer.json" | "toml" | "hcl" => !before.ends_with(b"="),
            "dockerfile" => true,
            _ => false,
        };
        let hcl = matches!(self.language(), "toml" | "hcl");
        let empty = if whole && (bare || hcl) { "\"\"" } else { "" };
        spans.map(|span| (span, empty.to_owned())).collect()
    }

    /// A copy of the definition under the new name, without its value.
    fn beside(&mut self, definition: &Definition) {
        let extent = removal::of(self.text, definition);
        let (Extent::Lines(span) | Extent::Part(span)) = extent;
        let mut edits: Vec<Edit> = Vec::new();
        let mut change = |at: Span, text: String| {
            let span = Span::new(at.start - span.start, at.end - span.start);
            edits.push(Edit { file: self.file, span, text });
        };
        for at in words(span.of(self.text), &definition.name).map(|at| at + span.start) {
            change(Span::new(at, at + definition.name.len()), self.task.to.to_owned());
        }
        self.blanks(definition)
            .into_iter()
            .filter(|(at, _)| span.contains(*at))
            .for_each(|(at, text)| change(at, text));
        edits.sort_by_key(|edit| edit.span);
        let Some((copy, _)) = verify::applied(span.of(self.text), &edits) else { return };
        let copy = String::from_utf8_lossy(&copy).into_owned();
        let after = Span::new(span.end, span.end);
        match extent {
            Extent::Lines(_) => {
                let feed =
                    if lines::with_end(self.text, span).of(self.text).ends_with(b"\r\n") { "\r\n" } else { "\n" };
                let comma = self.braces() && !copy.trim_end().ends_with(',') && self.language() != "yaml";
                let comma = if comma && self.language() != "toml" { "," } else { "" };
                self.edit(after, format!("{comma}{feed}{copy}"));
            }
            Extent::Part(_) => {
                let rest = self.text[span.end..].iter().find(|byte| !matches!(byte, b' ' | b'\t'));
                let before = self.text[..span.start].iter().rfind(|byte| !matches!(byte, b' ' | b'\t'));
                let listed = matches!(rest, Some(b',')) || matches!(before, Some(b',' | b'{' | b'['));
                self.edit(after, format!("{}{copy}", if listed { ", " } else { " " }));
            }
        }
    }

    /// Says where the variable is set.
    fn place(&mut self, definition: &Definition) {
        if self.manner != Manner::Settings || definition.commented {
            return;
        }
        let holder = holders::of(self.task, self.file, Some(definition));
        let (name, task) = holders::task(self.task, self.file, definition);
        self.settings.push(Setting { file: self.file, span: definition.key, name, holder, task });
    }

    /// Says which variables of a build service the file reads without defining them.
    fn passed(&mut self) {
        let Some(holder) = holders::of_build(self.task, self.file) else { return };
        if self.settings.iter().any(|setting| setting.name == self.task.to) {
            return;
        }
        let mention = self.plan.keys.iter().find_map(|(name, fate)| {
            let at = words(self.text, name).next()?;
            matches!(fate, Fate::Goes).then(|| Span::new(at, at + name.len()))
        });
        if let Some(span) = mention.filter(|span| !touched(self.task.planned, self.file, *span)) {
            let (name, task) = (self.task.to.to_owned(), finding::Task::Set);
            self.settings.push(Setting { file: self.file, span, name, holder, task });
        }
    }

    /// A program: what reads the environment, and what says the variable's name to people and other programs.
    fn program(&mut self) {
        let goes = self.plan.keys.iter().filter(|(_, fate)| matches!(fate, Fate::Goes));
        for (name, _) in goes {
            let mut reads: BTreeSet<Span> = BTreeSet::new();
            self.task.files.code(self.file, |_, facts| {
                visit::values(facts, |_, value| {
                    if let ValueKind::Env(found) = &value.kind
                        && found.text == *name
                    {
                        let at = words(value.span.of(self.text), name).next().map(|at| value.span.start + at);
                        reads.extend(at.map(|at| Span::new(at, at + name.len())));
                    }
                });
            });
            let own = self.is_own(name, &reads);
            let mentions: Vec<Span> = words(self.text, name).map(|at| Span::new(at, at + name.len())).collect();
            for mention in mentions {
                if reads.contains(&mention) {
                    let bare = self.is_bare(mention);
                    self.edit(
                        mention,
                        if bare { format!("{}: {name}", self.task.to) } else { self.task.to.to_owned() },
                    );
                } else if !own && self.is_said(mention) {
                    self.edit(mention, self.task.to);
                }
            }
        }
    }

    /// Whether the program calls something of its own by the same name.
    fn is_own(&self, name: &str, reads: &BTreeSet<Span>) -> bool {
        let of_this = words(self.text, name).map(|at| Span::new(at, at + name.len()));
        let own = |mention: Span| {
            !reads.contains(&mention) && !self.is_said(mention) && !touched(self.task.planned, self.file, mention)
        };
        of_this.into_iter().any(own)
            || self.task.planned.iter().any(|edit| words(edit.text.as_bytes(), name).next().is_some())
    }

    /// Whether a comment or a text holds it.
    fn is_said(&self, mention: Span) -> bool {
        let layers = self.task.files.layers(self.file);
        let mut texts = layers.iter().flat_map(|layer| &layer.facts.texts);
        texts.any(|text| {
            matches!(text.carrier, Carrier::Comment | Carrier::String | Carrier::Prose) && text.span.contains(mention)
        })
    }

    /// Whether a read is by a bare name that the rest of the program uses: `const { NAME } = process.env`.
    fn is_bare(&self, mention: Span) -> bool {
        let line = line_at(self.text, mention.start);
        let before = Span::new(line.start, mention.start).of(self.text).trim_ascii_end();
        let after = Span::new(mention.end, line.end).of(self.text).trim_ascii_start();
        matches!(before.last(), None | Some(b'{' | b',')) && matches!(after.first(), None | Some(b'}' | b','))
    }
}
