//! Where the settings stand in a file.
//!
//! Owns the names of the files that may hold settings, their order, and the way from a file's text to the table with the
//! keys. It knows no key. The decision to know: whatever the file's language, the table is one of TOML with byte ranges,
//! so that one reader serves all of them and its errors point into the file.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::reader::{Value, problem};
use crate::problem::Problem;

/// The file's own name, and those of files that hold settings of many tools. In one directory the first one counts.
pub(super) const NAMES: [&str; 4] = ["dekey.toml", ".dekey.toml", "pyproject.toml", "package.json"];

/// Whether a file of this name may hold settings.
#[must_use]
pub fn is_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == *known))
}

/// The word that the settings stand under in files of others.
const NAME: &str = "dekey";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All of the file is settings.
    Own,
    /// `[tool.dekey]`.
    Pyproject,
    /// The value of `dekey`.
    Package,
}

impl Kind {
    /// What a file of this name is.
    pub(super) fn of(path: &Path) -> Self {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("pyproject.toml") => Self::Pyproject,
            Some("package.json") => Self::Package,
            _ => Self::Own,
        }
    }

    /// What such a file lacks when it has no section.
    pub(super) fn section(self) -> &'static str {
        match self {
            Self::Own | Self::Pyproject => "`[tool.dekey]`",
            Self::Package => "key `dekey`",
        }
    }
}

/// The table with the keys, and what is wrong with the text itself.
pub(super) type Section<'t> = (DeTable<'t>, Vec<Problem>);

/// The settings in `text`; `None` when it is a file of others and has none.
pub(super) fn of<'t>(kind: Kind, text: &'t str) -> Option<Section<'t>> {
    match kind {
        Kind::Own => {
            let (table, errors) = DeTable::parse_recoverable(text);
            Some((table.into_inner(), syntax(errors)))
        }
        // Most files of others do not say the word, and are not parsed.
        _ if !text.contains(NAME) => None,
        Kind::Pyproject => {
            let (table, errors) = DeTable::parse_recoverable(text);
            let section = table.get_ref().get("tool")?.get_ref().get(NAME)?.clone();
            Some(as_table(section, syntax(errors)))
        }
        Kind::Package => json(text),
    }
}

fn syntax(errors: Vec<toml::de::Error>) -> Vec<Problem> {
    let help = "see https://toml.io for the syntax";
    errors.into_iter().map(|error| problem(error.span().unwrap_or(0..0), error.message(), help)).collect()
}

fn as_table<'t>(section: Value<'t>, mut problems: Vec<Problem>) -> Section<'t> {
    let span = section.span();
    match section.into_inner() {
        DeValue::Table(table) => (table, problems),
        _ => {
            problems.push(problem(span, "the settings are no table", "write them as keys and values"));
            (DeTable::new(), problems)
        }
    }
}

fn json(text: &str) -> Option<Section<'_>> {
    let parsed = match parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()) {
        Ok(parsed) => parsed,
        Err(error) => {
            if !opens(text) {
                return None;
            }
            let range = error.range();
            let message = format!("this is not JSON: {}", error.kind().to_string().to_lowercase());
            return Some((DeTable::new(), vec![problem(range.start..range.end, message, "correct the syntax")]));
        }
    };
    let ast::Value::Object(mut object) = parsed.value? else { return None };
    let section = object.take(NAME)?;
    let mut problems = Vec::new();
    let section = value(section.value, &mut problems)?;
    Some(as_table(section, problems))
}

/// Whether broken JSON seems to have the section all the same, and not just the name of the package.
fn opens(text: &str) -> bool {
    let after = |at: usize| text[at..].trim_start().strip_prefix(':').map(str::trim_start);
    let word = format!("\"{NAME}\"");
    text.match_indices(&word).any(|(at, word)| after(at + word.len()).is_some_and(|rest| rest.starts_with('{')))
}

/// A value of JSON as one of TOML. It recurses as deep as the parser does, which has a limit.
fn value<'t>(json: ast::Value<'t>, problems: &mut Vec<Problem>) -> Option<Value<'t>> {
    let range = json.range();
    let span: Range<usize> = range.start..range.end;
    let value = match json {
        ast::Value::StringLit(string) => DeValue::String(string.value),
        ast::Value::BooleanLit(boolean) => DeValue::Boolean(boolean.value),
        // Its value matters to no key; what TOML cannot read is beyond any range.
        ast::Value::NumberLit(number) => {
            DeValue::parse(number.value).map_or(DeValue::Float(toml::de::DeFloat::default()), Spanned::into_inner)
        }
        ast::Value::NullKeyword(_) => {
            problems.push(problem(span, "`null` does not fit here", "leave the key out"));
            return None;
        }
        ast::Value::Array(array) => {
            let mut items = DeArray::new();
            array.elements.into_iter().filter_map(|item| value(item, problems)).for_each(|item| items.push(item));
            DeValue::Array(items)
        }
        ast::Value::Object(object) => {
            let mut table = DeTable::new();
            for property in object.properties {
                let at = property.name.range();
                let name: Cow<'t, str> = match property.name {
                    ast::ObjectPropName::String(name) => name.value,
                    ast::ObjectPropName::Word(name) => Cow::Borrowed(name.value),
                };
                let Some(value) = value(property.value, problems) else { continue };
                if table.insert(Spanned::new(at.start..at.end, name), value).is_some() {
                    problems.push(problem(at.start..at.end, "this key is given twice", "keep one of the two"));
                }
            }
            DeValue::Table(table)
        }
    };
    Some(Spanned::new(span, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_other_files_are_found_where_they_stand() {
        let keys = |kind, text: &'static str| {
            of(kind, text).map(|(table, problems)| {
                let names: Vec<_> = table.keys().map(|key| &text[key.span()]).collect();
                (names.join(" "), problems.len())
            })
        };
        let found = |names: &str, problems| Some((names.to_owned(), problems));
        assert_eq!(keys(Kind::Own, "a = 1\n"), found("a", 0));
        assert_eq!(keys(Kind::Own, ""), found("", 0));
        assert_eq!(keys(Kind::Pyproject, "[tool.dekey]\na = 1\n[tool.other]\nb = 1\n"), found("a", 0));
        assert_eq!(keys(Kind::Pyproject, "[tool.dekeys]\na = 1\n"), None);
        assert_eq!(keys(Kind::Pyproject, "[project]\ndependencies = ['dekey'\n"), None);
        assert_eq!(keys(Kind::Pyproject, "[tool]\ndekey = 1\n"), found("", 1));
        assert_eq!(keys(Kind::Package, r#"{"dekey": {"a": 1, "b": [true, {}]}, "c": {}}"#), found(r#""a" "b""#, 0));
        assert_eq!(keys(Kind::Package, r#"{"devDependencies": {"dekey": "^1"}}"#), None);
        assert_eq!(keys(Kind::Package, r#"{"dekey": {"a": null, "b": 1, "b": 2}}"#), found(r#""b""#, 2));
        assert_eq!(keys(Kind::Package, r#"{"dekey": "x"}"#), found("", 1));
        assert_eq!(keys(Kind::Package, r#"{"dekey": {"#), found("", 1));
        assert_eq!(keys(Kind::Package, r#"{"devDependencies": {"dekey": "#), None);
        assert_eq!(keys(Kind::Package, r#"["dekey"]"#), None);
    }

    #[test]
    fn depth_is_no_trouble() {
        for text in ["[", "{\"a\":", "{\"dekey\":"] {
            let long = format!("{{\"dekey\":{{\"a\":{}", text.repeat(10_000));
            assert!(of(Kind::Package, &long).is_some_and(|(_, problems)| !problems.is_empty()), "{text}");
        }
    }
}
