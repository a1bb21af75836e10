//! Entries from a stream of keys, values and brackets.
//!
//! Owns the path at hand while a tree-shaped format (JSON, YAML) is read token by token. It knows no format. The
//! decision to know: depth and total path text are bounded, so that neither nesting nor a huge key repeated for every
//! leaf can cost more than a fixed multiple of the file.

use std::ops::Range;

use super::requests;
use crate::facts::{Entry, Facts, Name, Note, Path, Value, ValueKind};
use crate::span::Span;

/// Keys deeper than this are left out of paths.
const MAX_KEYS: usize = 64;
/// How much path text a byte of the file may cost.
const COST: usize = 64;

/// What is being read.
pub(super) struct Entries {
    /// What was read so far.
    pub(super) facts: Facts,
    keys: Vec<Name>,
    open: Vec<Group>,
    budget: usize,
    too_deep: bool,
    /// The words of each list that is a command line.
    pub(super) commands: Vec<Vec<Value>>,
    kept: Vec<Kept>,
}

/// A map that may be a request kept as data: it holds an address or a login.
pub(super) struct Kept {
    /// Its entries, those further inside too.
    pub(super) entries: Range<usize>,
    /// How many keys lead to it.
    pub(super) depth: usize,
}

/// Keys of lists that are command lines.
const COMMANDS: &[&str] =
    &["command", "entrypoint", "Command", "EntryPoint", "entryPoint", "cmd", "test", "args", "runcmd", "bootcmd"];

/// A map or a list that is not closed yet.
#[derive(Default)]
struct Group {
    map: bool,
    /// In a map: whether a key was read whose value is to come, and whether the path has it.
    awaiting: bool,
    named: bool,
    /// Whether the group itself is a key.
    is_key: bool,
    /// `name: X` and `value: Y` of a map in a list.
    name: Option<Name>,
    value: Option<Value>,
    /// The words of a command line.
    words: Vec<Value>,
    start: usize,
    /// The first entry inside.
    first: usize,
    /// Whether it may be a request.
    kept: bool,
}

impl Entries {
    /// For a text of `len` bytes.
    #[must_use]
    pub(super) fn new(len: usize) -> Self {
        let budget = len.saturating_mul(COST) + (1 << 20);
        Self {
            facts: Facts::default(),
            keys: Vec::new(),
            open: Vec::new(),
            budget,
            too_deep: false,
            commands: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// The keys around the value that comes next.
    #[must_use]
    pub(super) fn keys(&self) -> &[Name] {
        &self.keys
    }

    /// How many maps and lists are open.
    #[must_use]
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Closes maps and lists until `depth` are open.
    pub(super) fn close_to(&mut self, depth: usize, end: usize) {
        while self.open.len() > depth {
            self.close(end);
        }
    }

    /// Whether the next scalar is a key.
    #[must_use]
    pub(super) fn wants_key(&self) -> bool {
        self.open.last().is_some_and(|group| group.map && !group.awaiting)
    }

    /// Whether the next scalar is an item of a list.
    #[must_use]
    pub(super) fn in_list(&self) -> bool {
        self.open.last().is_some_and(|group| !group.map)
    }

    /// Whether the next scalar is a word of a command line, kept in `commands`.
    #[must_use]
    pub(super) fn in_command(&self) -> bool {
        self.in_list() && self.keys.last().is_some_and(|key| COMMANDS.contains(&key.text.as_str()))
    }

    /// A key, for the value that comes next.
    pub(super) fn key(&mut self, name: Name) {
        let Some(group) = self.open.last_mut() else { return };
        if group.awaiting && std::mem::take(&mut group.named) {
            self.keys.pop();
        }
        group.awaiting = true;
        group.named = self.keys.len() < MAX_KEYS;
        if group.named {
            self.keys.push(name);
        } else {
            self.too_deep = true;
        }
    }

    /// A map or a list opens at `start`.
    pub(super) fn open(&mut self, map: bool, start: usize) {
        let is_key = self.wants_key();
        if let (Some(group), Some(key)) = (self.open.last_mut().filter(|group| group.named), self.keys.last()) {
            group.kept |= requests::ADDRESSES.contains(&key.text.as_str()) && map || key.text.starts_with("auth");
        }
        let first = self.facts.entries.len();
        self.open.push(Group { map, is_key, start, first, ..Group::default() });
    }

    /// The innermost map or list ends at `end`.
    pub(super) fn close(&mut self, end: usize) {
        let Some(group) = self.open.pop() else { return };
        if !group.words.is_empty() {
            self.commands.push(group.words);
        }
        if group.awaiting && group.named {
            self.keys.pop();
        }
        // Deeper ones have no keys of their own to be told apart by.
        if group.kept && self.open.len() < MAX_KEYS {
            self.kept.push(Kept { entries: group.first..self.facts.entries.len(), depth: self.keys.len() });
        }
        let in_list = self.open.last().is_some_and(|outer| !outer.map);
        match (group.name, group.value) {
            (Some(name), Some(value)) if in_list => {
                self.push(Some(name), value, Span::new(group.start, end.max(group.start)));
            }
            // `NAME: {description: …, value: …}`
            (None, Some(value)) if self.keys.last().is_some_and(is_variable) => {
                let span = self.keys.last().map_or(value.span, |key| key.span.to(value.span));
                self.push(None, value, span);
            }
            _ => (),
        }
        if group.is_key {
            if let Some(outer) = self.open.last_mut() {
                outer.awaiting = true;
                outer.named = false;
            }
        } else {
            self.done();
        }
    }

    /// A scalar value.
    pub(super) fn leaf(&mut self, value: Value) {
        if let (Some(group), Some(key)) = (self.open.last_mut(), self.keys.last())
            && group.named
        {
            match key.text.as_str() {
                "name" | "key" | "Name" | "Key" | "option_name" | "ParameterKey" | "secret_name" => {
                    group.name = setting_name(&value)
                }
                "value" | "Value" | "ParameterValue" | "plaintext_value" => group.value = Some(value.clone()),
                key if requests::ADDRESSES.contains(&key) => group.kept = true,
                _ => (),
            }
        }
        if self.in_command()
            && let Some(group) = self.open.last_mut()
        {
            group.words.push(value.clone());
        }
        let named = self.open.last().is_some_and(|group| group.named);
        let span = self.keys.last().filter(|_| named).map_or(value.span, |key| key.span.to(value.span));
        if !self.keys.is_empty() {
            self.push(None, value, span);
        }
        self.done();
    }

    /// An entry under the keys at hand that is written without being one: the `KEY=value` of a list.
    pub(super) fn listed(&mut self, name: Name, value: Value, span: Span) {
        self.push(Some(name), value, span);
    }

    /// A value of the keys at hand themselves, which may hold more.
    pub(super) fn here(&mut self, value: Value, span: Span) {
        self.push(None, value, span);
    }

    fn push(&mut self, last: Option<Name>, value: Value, span: Span) {
        let cost: usize = self.keys.iter().map(|key| key.text.len() + size_of::<Name>()).sum();
        let path = if cost <= self.budget {
            self.budget -= cost;
            self.keys.iter().cloned().chain(last).collect()
        } else {
            self.too_deep = true;
            let name = last.or_else(|| self.keys.last().filter(|key| key.text.len() < 256).cloned());
            name.into_iter().collect()
        };
        self.facts.entries.push(Entry { path: Path(path), value, span });
    }

    /// The value of the key at hand is over.
    fn done(&mut self) {
        if let Some(group) = self.open.last_mut() {
            group.awaiting = false;
            if std::mem::take(&mut group.named) {
                self.keys.pop();
            }
        }
    }

    /// What was read.
    #[must_use]
    pub(super) fn finish(mut self) -> Facts {
        requests::calls(&mut self.facts, &self.kept);
        if self.too_deep {
            self.facts.notes.push(Note::TooDeep);
        }
        self.facts
    }
}

/// Whether a key is written as the names of environment variables are.
fn is_variable(key: &Name) -> bool {
    key.text.len() > 2
        && key.text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The text of a short string that could name a setting.
fn setting_name(value: &Value) -> Option<Name> {
    let ValueKind::Str(text) = &value.kind else { return None };
    let fits = !text.text.is_empty() && text.text.len() < 256 && !text.text.contains(char::is_whitespace);
    fits.then(|| Name { text: text.text.clone(), span: text.content })
}
