//! Where a file defines or passes on a variable.
//!
//! Owns the reading of entries, as the file's own front-end gives them, as definitions of given names. The decision to
//! know: definitions of the same map are one another's rivals; a map is told by the key it stands under, and in a
//! document by the run of lines.

use super::manner::Manner;
use super::{Task, lines};
use crate::facts::{Carrier, Facts, Name, Value, ValueKind};
use crate::fix::files::words;
use crate::span::Span;

/// A definition of a variable.
pub(super) struct Definition {
    pub(super) name: String,
    /// The name as written there.
    pub(super) key: Span,
    /// Its value; `None` where it is only passed on, or holds more settings of its own.
    pub(super) value: Option<Value>,
    /// The key that it stands under.
    pub(super) map: Option<Span>,
    /// Whether a comment holds it.
    pub(super) commented: bool,
}

impl Definition {
    /// From the name to the end of the value.
    pub(super) fn span(&self) -> Span {
        self.value.as_ref().map_or(self.key, |value| self.key.to(value.span))
    }

    /// Whether the value stands further inside, among other settings of the variable.
    pub(super) fn is_group(&self, text: &[u8]) -> bool {
        let between = |value: &Value| Span::new(self.key.end, value.span.start.max(self.key.end));
        self.value.as_ref().is_some_and(|value| between(value).of(text).iter().any(|byte| b"{\n".contains(byte)))
    }
}

/// Keys of lists of variables that are passed on.
const LISTS: [&str; 12] = [
    "environment",
    "env",
    "args",
    "build_args",
    "secrets",
    "passenv",
    "pass_env",
    "passEnv",
    "globalEnv",
    "globalPassThroughEnv",
    "passThroughEnv",
    "variables",
];

/// Keys of an item that hold its variable's name.
const NAMES: [&str; 4] = ["name", "key", "Name", "Key"];

/// Where the file defines any of `names`, in order.
pub(super) fn of(task: &Task<'_, '_, '_, '_>, file: usize, names: &[&str]) -> Vec<Definition> {
    let (text, manner) = (task.files.text(file), task.manner(file));
    let mut found = Found { text, names, definitions: Vec::new() };
    if !matches!(manner, Manner::Settings | Manner::Document) {
        return Vec::new();
    }
    for layer in task.files.layers(file).iter() {
        found.commented(layer.carrier == Carrier::Comment, |found| found.facts(&layer.facts, layer.language));
    }
    match task.language(file) {
        "dockerfile" => found.declared("arg"),
        "hcl" => found.declared("variable \""),
        _ => (),
    }
    if manner == Manner::Document {
        found.rows();
    }
    let mut definitions = found.definitions;
    definitions.sort_by_key(|definition| (definition.key, definition.value.is_none(), definition.commented));
    definitions.dedup_by_key(|definition| definition.key);
    if manner == Manner::Document {
        let mut run = Span::default();
        for definition in &mut definitions {
            if !run.contains(definition.key) {
                run = lines::run(text, definition.key.start);
            }
            definition.map = Some(Span::new(run.start, run.start));
        }
    }
    definitions
}

struct Found<'t> {
    text: &'t [u8],
    names: &'t [&'t str],
    definitions: Vec<Definition>,
}

impl Found<'_> {
    fn commented(&mut self, commented: bool, fill: impl FnOnce(&mut Self)) {
        let before = self.definitions.len();
        fill(self);
        self.definitions[before..].iter_mut().for_each(|definition| definition.commented = commented);
    }

    /// Whether it is one of the names, written as such where it stands.
    fn is_name(&self, text: &str, span: Span) -> bool {
        self.names.contains(&text) && span.of(self.text) == text.as_bytes()
    }

    fn add(&mut self, name: &str, key: Span, value: Option<&Value>, map: Option<Span>) {
        let value = value.filter(|value| !value.span.overlaps(key)).cloned();
        self.definitions.push(Definition { name: name.to_owned(), key, value, map, commented: false });
    }

    fn facts(&mut self, facts: &Facts, language: &str) {
        for entry in &facts.entries {
            let path = &entry.path.0;
            for (at, part) in path.iter().enumerate() {
                if self.is_name(&part.text, part.span) {
                    let map = at.checked_sub(1).map(|at| path[at].span);
                    let last = at + 1 == path.len();
                    self.add(&part.text, part.span, last.then_some(&entry.value), map);
                }
            }
            self.listed(path, &entry.value);
        }
        for assign in &facts.assigns {
            let Some(last) = assign.target.0.last() else { continue };
            let variable = language == "hcl" && assign.target.root() == "var";
            if (assign.target.0.len() == 1 || variable) && self.is_name(&last.text, last.span) {
                self.add(&last.text, last.span, Some(&assign.value), None);
            }
        }
    }

    /// A name that is an item of a list of variables, or the name of an item.
    fn listed(&mut self, path: &[Name], value: &Value) {
        let Some(text) = value.as_str().filter(|text| self.is_name(&text.text, text.content)) else { return };
        let is = |at: usize, known: &[&str]| {
            path.len().checked_sub(at).and_then(|at| path.get(at)).filter(|key| known.contains(&key.text.as_str()))
        };
        let map = is(1, &LISTS).or_else(|| is(1, &NAMES).and_then(|_| is(2, &LISTS)));
        if let Some(map) = map {
            self.add(&text.text, text.content, None, Some(map.span));
        }
    }

    /// Names that a line declares without a value: `ARG NAME`, `variable "NAME" {`.
    fn declared(&mut self, word: &str) {
        for (name, key) in self.mentions() {
            let line = crate::source::line_at(self.text, key.start);
            let before = Span::new(line.start, key.start).of(self.text).trim_ascii();
            if before.eq_ignore_ascii_case(word.as_bytes()) {
                self.add(&name, key, None, None);
            }
        }
    }

    /// Rows of tables and items of lists that start with the name.
    fn rows(&mut self) {
        for (name, key) in self.mentions() {
            let line = crate::source::line_at(self.text, key.start);
            let before = Span::new(line.start, key.start).of(self.text).trim_ascii();
            if matches!(before, b"|" | b"| `" | b"|`" | b"- `" | b"* `" | b"- **`" | b"* **`" | b"-" | b"*") {
                self.add(&name, key, None, None);
            }
        }
    }

    fn mentions(&self) -> Vec<(String, Span)> {
        let of = |name: &&str| -> Vec<(String, Span)> {
            words(self.text, name).map(|at| ((*name).to_owned(), Span::new(at, at + name.len()))).collect()
        };
        self.names.iter().flat_map(of).collect()
    }
}

/// The literal texts of a value that would be a credential: where it is one, or where it is a default of a look-up.
pub(super) fn literals(value: &Value) -> Vec<Span> {
    match &value.kind {
        ValueKind::Str(text) if !refers(&text.text) => vec![text.content],
        ValueKind::Either(values) => values.iter().flat_map(literals).collect(),
        _ => Vec::new(),
    }
}

/// Whether a text names a place that holds the value, rather than being it: a template, a URL, a path in a vault.
fn refers(text: &str) -> bool {
    text.is_empty() || text.contains(['{', '$', '(', '[', '%', '/', ':', '!', '@', '\n'])
}
