//! Tables of TOML manifests, walked with spans.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Slice, dependency};
use crate::facts::{Dependency, Facts, Name, Note};
use crate::span::Span;

/// A parsed manifest; what stands before an error is there.
pub(super) struct Tables<'a> {
    root: Spanned<DeTable<'a>>,
    slice: Slice<'a>,
    pub(super) facts: Facts,
}

impl<'a> Tables<'a> {
    pub(super) fn new(text: &'a str, start: usize) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let notes = if errors.is_empty() { Vec::new() } else { vec![Note::Malformed] };
        Self { root, slice: Slice { text, start }, facts: Facts { notes, ..Facts::default() } }
    }

    /// The table at `path`; `*` stands for every key.
    fn tables(&self, path: &[&str]) -> Vec<&DeTable<'a>> {
        let mut found = vec![self.root.get_ref()];
        for key in path {
            let values = found.iter().flat_map(|table| {
                table.iter().filter(|(name, _)| *key == "*" || name.get_ref() == key).map(|(_, value)| value)
            });
            found = values.filter_map(|value| value.get_ref().as_table()).collect();
        }
        found
    }

    /// `name = "1"` and `name = {version = "1"}` of the table at `path`.
    pub(super) fn named(&mut self, ecosystem: &'static str, path: &[&str]) {
        let mut found = Vec::new();
        for (key, value) in self.tables(path).into_iter().flatten() {
            let field = |field: &str| value.get_ref().as_table()?.get(field);
            let renamed = field("package").and_then(|value| self.string(value));
            let version = self.string(value).or_else(|| self.string(field("version")?));
            let span = key.span();
            let name = renamed.unwrap_or_else(|| self.unquoted(span.start, span.end));
            found.push(dependency(ecosystem, name, version, false));
        }
        self.facts.dependencies.extend(found);
    }

    /// The strings of the arrays named `key` (`*` for all) in the table at `path`, each read by `read`.
    pub(super) fn listed(&mut self, path: &[&str], key: &str, read: fn(&str, usize) -> Option<Dependency>) {
        let mut found = Vec::new();
        for (name, value) in self.tables(path).into_iter().flatten() {
            if key != "*" && name.get_ref() != key {
                continue;
            }
            for item in value.get_ref().as_array().into_iter().flatten() {
                let Some(text) = self.string(item) else { continue };
                found.extend(read(&text.text, text.span.start));
            }
        }
        self.facts.dependencies.extend(found);
    }

    /// The `[[package]]` tables of a lock file.
    pub(super) fn locked(&mut self, ecosystem: &'static str) {
        let packages = self.root.get_ref().get("package").and_then(|value| value.get_ref().as_array());
        let found: Vec<_> = packages
            .into_iter()
            .flatten()
            .filter_map(|package| {
                let table = package.get_ref().as_table()?;
                let name = self.string(table.get("name")?)?;
                Some(dependency(ecosystem, name, self.string(table.get("version")?), true))
            })
            .collect();
        self.facts.dependencies.extend(found);
    }

    fn string(&self, value: &Spanned<DeValue<'a>>) -> Option<Name> {
        let span = value.span();
        let text = value.get_ref().as_str()?.to_owned();
        let quotes = (span.len().checked_sub(text.len())? / 2).min(3);
        Some(Name {
            text,
            span: Span::new(self.slice.start + span.start + quotes, self.slice.start + span.end - quotes),
        })
    }

    fn unquoted(&self, start: usize, end: usize) -> Name {
        let quoted = self.slice.text.get(start..end).is_some_and(|text| text.starts_with(['"', '\'']));
        if quoted && end - start >= 2 { self.slice.name(start + 1, end - 1) } else { self.slice.name(start, end) }
    }
}
