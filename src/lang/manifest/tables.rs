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

    /// The libraries of a Gradle catalogue: `x = "group:name:1"`, `x = {module = "group:name", version.ref = "y"}`,
    /// `x = {group = "group", name = "name", version = "1"}`.
    pub(super) fn catalogue(&mut self) {
        let mut found = Vec::new();
        for (_, value) in self.tables(&["libraries"]).into_iter().flatten() {
            if let Some(whole) = self.string(value) {
                found.extend(coordinates(&whole));
                continue;
            }
            let Some(table) = value.get_ref().as_table() else { continue };
            let field = |key: &str| self.string(table.get(key)?);
            let name = field("module").or_else(|| {
                let (group, name) = (field("group")?, field("name")?);
                Some(Name { text: format!("{}:{}", group.text, name.text), span: name.span })
            });
            let version = field("version").or_else(|| {
                let reference = table.get("version")?.get_ref().as_table()?.get("ref")?.get_ref().as_str()?;
                let versions = self.tables(&["versions"]);
                self.string(versions.first()?.get(reference)?)
            });
            found.extend(name.map(|name| dependency("maven", name, version, false)));
        }
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

/// `group:name:1.0` in one text.
fn coordinates(whole: &Name) -> Option<Dependency> {
    let mut ends = memchr::memchr_iter(b':', whole.text.as_bytes());
    let (_, end) = (ends.next()?, ends.next());
    let len = whole.text.len();
    let version = end.map(|end| whole.part(end + 1..len));
    Some(dependency("maven", whole.part(0..end.unwrap_or(len)), version, false))
}
