//! Manifests and lock files that need no parser: an expression finds each package.
//!
//! Owns how such an expression is applied; the formats are data in [`super::locks`] and [`super::plain`]. The decision
//! to know: a match is a package wherever it stands, so a piece cut out of a large lock file is read as the whole is.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::bytes::{Captures, Regex};

use super::super::Layer;
use crate::facts::{Dependency, Facts, Name};
use crate::span::Span;

/// How packages stand in a format.
///
/// Groups of the expression: `name`, or `alias` for what stands behind another name; `group` before a name, joined by a
/// colon; `version`, or `version2` where it may stand in two places; `nest` must not hold another package's folder;
/// of different `indent`s only the least counts.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) ecosystem: &'static str,
    /// Whether versions are resolved ones.
    pub(super) locked: bool,
    /// What starts a comment; empty where there is none.
    pub(super) comment: &'static str,
    pub(super) pattern: &'static str,
    /// Definitions of what versions are written as, in groups `key` and `value`.
    pub(super) variables: &'static str,
}

/// The two expressions of a format, compiled when first needed.
pub(super) type Compiled = OnceLock<Option<[Regex; 2]>>;

/// How far back the start of a comment is looked for.
const COMMENT: usize = 4096;

impl Rows {
    /// The packages of a text.
    pub(super) fn read(&self, compiled: &Compiled, name: &'static str, text: &[u8], range: Span) -> Vec<Layer> {
        let facts = Facts { dependencies: self.dependencies(compiled, text, range), ..Facts::default() };
        super::layers(name, facts)
    }

    fn dependencies(&self, compiled: &Compiled, text: &[u8], range: Span) -> Vec<Dependency> {
        let compile = |pattern: &str| Regex::new(&format!("(?m-u){pattern}")).ok();
        let compiled = compiled.get_or_init(|| Some([compile(self.pattern)?, compile(self.variables)?]));
        let Some([pattern, variables]) = compiled else { return Vec::new() };
        let (bytes, start) = (range.of(text), range.start);
        let mut known: Option<HashMap<String, Name>> = None;
        let mut found: Vec<(usize, Dependency)> = Vec::new();
        for package in pattern.captures_iter(bytes) {
            if self.is_commented(bytes, &package) || is_nested(&package) {
                continue;
            }
            let part = |group: &str| package.name(group).map(|part| name_of(bytes, part.range(), start));
            let Some(mut name) = part("alias").or_else(|| part("name")) else { continue };
            if let Some(group) = part("group") {
                name.text = format!("{}:{}", group.text, name.text);
            } else if self.ecosystem == "maven" && !name.text.contains(':') {
                // Clojure's notation, where a name without a group is a group, too.
                name.text = match name.text.split_once('/') {
                    Some((group, artifact)) => format!("{group}:{artifact}"),
                    None => format!("{0}:{0}", name.text),
                };
            }
            let mut version = part("version").or_else(|| part("version2"));
            if !self.variables.is_empty() && version.as_ref().is_some_and(|name| is_variable(&name.text)) {
                let known = known.get_or_insert_with(|| definitions(variables, bytes, start));
                version = version.map(|name| resolved(known, name, self.ecosystem == "maven"));
            }
            let dependency = super::dependency(self.ecosystem, name, version, self.locked);
            found.push((package.name("indent").map_or(0, |indent| indent.len()), dependency));
        }
        let least = found.iter().map(|(indent, _)| *indent).min().unwrap_or(0);
        found.into_iter().filter(|(indent, _)| *indent == least).map(|(_, dependency)| dependency).collect()
    }

    fn is_commented(&self, bytes: &[u8], package: &Captures<'_>) -> bool {
        let Some(at) = package.get(0).map(|whole| whole.start()).filter(|_| !self.comment.is_empty()) else {
            return false;
        };
        let before = &bytes[at.saturating_sub(COMMENT)..at];
        if self.comment == "<!--" {
            let last = |mark: &[u8]| memchr::memmem::rfind(before, mark);
            return last(b"<!--").is_some_and(|open| last(b"-->").is_none_or(|close| close < open));
        }
        let line = memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1);
        memchr::memmem::find(&before[line..], self.comment.as_bytes()).is_some()
    }
}

/// Whether it is a package that another package brought for itself.
fn is_nested(package: &Captures<'_>) -> bool {
    package.name("nest").is_some_and(|nest| memchr::memmem::find(nest.as_bytes(), b"node_modules/").is_some())
}

fn name_of(bytes: &[u8], range: std::ops::Range<usize>, start: usize) -> Name {
    let text = String::from_utf8_lossy(&bytes[range.clone()]).into_owned();
    Name { text, span: Span::new(start + range.start, start + range.end) }
}

/// Whether a version is the name of one: `$x`, `${x.y}`, `$(X)`, `Versions.x`.
pub(super) fn is_variable(version: &str) -> bool {
    version.starts_with(|c: char| c == '$' || c.is_alphabetic())
}

/// Values by the names that they are given.
pub(super) fn definitions(pattern: &Regex, bytes: &[u8], start: usize) -> HashMap<String, Name> {
    let mut found = HashMap::new();
    for definition in pattern.captures_iter(bytes) {
        if let (Some(key), Some(value)) = (definition.name("key"), definition.name("value")) {
            let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
            found.entry(key).or_insert_with(|| name_of(bytes, value.range(), start));
        }
    }
    found
}

/// What a variable was given, by its name or, where `parts` says so, the last part of it; the variable where that is
/// not known.
pub(super) fn resolved(known: &HashMap<String, Name>, variable: Name, parts: bool) -> Name {
    let key = variable.text.trim_matches(|c: char| matches!(c, '$' | '{' | '}' | '(' | ')'));
    let last = key.rsplit('.').next().filter(|_| parts);
    known.get(key).or_else(|| known.get(last?)).cloned().unwrap_or(variable)
}

/// Formats as data: a static for each, which is a language.
macro_rules! formats {
    ($($(#[$doc:meta])* $id:ident: $name:literal, $files:expr, $rows:expr;)*) => {$(
        $(#[$doc])*
        pub static $id: $crate::lang::Language = {
            fn front(text: &[u8], range: $crate::span::Span) -> Vec<$crate::lang::Layer> {
                static ROWS: $crate::lang::manifest::rows::Rows = $rows;
                static COMPILED: $crate::lang::manifest::rows::Compiled = std::sync::OnceLock::new();
                ROWS.read(&COMPILED, $name, text, range)
            }
            $crate::lang::manifest::manifest($name, $files, front)
        };
    )*};
}
pub(super) use formats;

/// A lock file.
pub(super) const fn lock(ecosystem: &'static str, pattern: &'static str) -> Rows {
    Rows { ecosystem, locked: true, comment: "", pattern, variables: "" }
}

/// A manifest.
pub(super) const fn asks(ecosystem: &'static str, comment: &'static str, pattern: &'static str) -> Rows {
    Rows { ecosystem, locked: false, comment, pattern, variables: "" }
}

impl Rows {
    /// With versions that may be written as variables.
    pub(super) const fn with(self, variables: &'static str) -> Self {
        Self { variables, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_variables_and_the_least_indent_counts() {
        let rows = asks("x", "", r"^(?<indent> *)(?<name>\w+) (?<version>[$\w]+)").with(r"(?<key>\w+)=(?<value>\d)");
        let text = b"v=3\na 1\n b 2\nc $v\nd $w\n";
        let found = rows.dependencies(&Compiled::new(), text, Span::new(0, text.len()));
        let shown: Vec<_> = found
            .iter()
            .map(|found| format!("{} {}", found.name.text, found.requirement.as_ref().map_or("", |name| &name.text)))
            .collect();
        assert_eq!(shown, ["a 1", "c 3", "d $w"]);
    }
}
