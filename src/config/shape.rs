//! The shapes of values: how each is read, described to editors, inherited and shown.
//!
//! Owns one type per shape. It knows no key. The decision to know: reading and the schema of a shape stand side by side,
//! and what the schema cannot say (that a rule exists, that a path stays inside) only reading refuses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use toml::Spanned;

use super::Patterns;
use super::files::inside;
use super::keys::{Keys, LEVELS};
use super::reader::{Reader, Value, short};
use crate::finding::Level;

/// Most patterns in a list.
const MAX_PATTERNS: usize = 1000;
/// Most entries in a list of tables.
const MAX_TABLES: usize = 100;
const MAX_VARIABLE: usize = 100;

/// What a value may be.
pub(super) trait Shape: Sync {
    type Value;

    /// The value, or `None` when it does not fit, which the reader then knows.
    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<Self::Value>;

    fn schema(&self) -> Json;

    fn show(&self, value: &Self::Value) -> toml::Value;

    /// What holds when two files say something: the nearer one's.
    fn inherit(&self, near: Self::Value, _far: Self::Value) -> Self::Value {
        near
    }
}

/// One of a few words.
pub(super) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

impl<T: Copy + PartialEq + Sync> Shape for Choice<T> {
    type Value = T;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<T> {
        reader.choice(value, self.0)
    }

    fn schema(&self) -> Json {
        json!({ "enum": self.0.iter().map(|(name, _)| name).collect::<Vec<_>>() })
    }

    fn show(&self, value: &T) -> toml::Value {
        word(self.0, value)
    }
}

fn word<T: PartialEq>(choices: &[(&str, T)], value: &T) -> toml::Value {
    let name = choices.iter().find(|(_, choice)| choice == value).map_or("", |(name, _)| name);
    name.into()
}

/// A list of rules.
pub(super) struct Rules;

impl Shape for Rules {
    type Value = Vec<String>;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<Vec<String>> {
        let names = reader.strings(value, "a list of rules")?;
        Some(names.into_iter().filter_map(|(name, span)| reader.rule(&name, span)).collect())
    }

    fn schema(&self) -> Json {
        json!({ "type": "array", "items": { "$ref": "#/definitions/rule" } })
    }

    fn show(&self, value: &Vec<String>) -> toml::Value {
        value.clone().into()
    }
}

/// A table of rules and their levels.
pub(super) struct Levels;

fn levels() -> Vec<(&'static str, Option<Level>)> {
    LEVELS.iter().map(|(name, level)| (*name, Some(*level))).chain([("off", None)]).collect()
}

impl Shape for Levels {
    type Value = BTreeMap<String, Option<Level>>;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<Self::Value> {
        let Some(table) = value.get_ref().as_table() else {
            reader.expected(value, "a table of rules and their levels");
            return None;
        };
        let mut read = BTreeMap::new();
        for (key, value) in table {
            let rule = reader.rule(key.get_ref(), key.span());
            if let (Some(rule), Some(level)) = (rule, reader.choice(value, &levels()))
                && read.insert(rule, level).is_some()
            {
                reader.refuse(key.span(), "this rule is given twice", "keep one of the two");
            }
        }
        Some(read)
    }

    fn schema(&self) -> Json {
        let names: Vec<_> = levels().into_iter().map(|(name, _)| name).collect();
        json!({
            "type": "object",
            "propertyNames": { "$ref": "#/definitions/rule" },
            "additionalProperties": { "enum": names },
        })
    }

    fn show(&self, value: &Self::Value) -> toml::Value {
        value.iter().map(|(rule, level)| (rule.clone(), word(&levels(), level))).collect::<toml::Table>().into()
    }

    fn inherit(&self, near: Self::Value, mut far: Self::Value) -> Self::Value {
        far.extend(near);
        far
    }
}

/// Patterns of `.gitignore`.
pub(super) struct Lines;

impl Shape for Lines {
    type Value = Patterns;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<Patterns> {
        let lines = reader.strings(value, "a list of patterns")?;
        if lines.len() > MAX_PATTERNS {
            let message = format!("more than {MAX_PATTERNS} patterns");
            reader.refuse(value.span(), message, "name directories instead");
            return None;
        }
        let mut taken = Vec::new();
        for (line, span) in lines {
            match ignore::gitignore::GitignoreBuilder::new("").add_line(None, &line) {
                Ok(_) => taken.push(line),
                Err(error) => reader.refuse(span, short(&error.to_string()), "write it as in a .gitignore file"),
            }
        }
        Some(Patterns { dir: reader.dir.to_owned(), lines: taken })
    }

    fn schema(&self) -> Json {
        json!({ "type": "array", "maxItems": MAX_PATTERNS, "items": { "type": "string" } })
    }

    fn show(&self, value: &Patterns) -> toml::Value {
        value.lines.clone().into()
    }
}

/// The path of a file inside the repository, relative to the file that names it.
pub(super) struct InTree;

impl Shape for InTree {
    type Value = PathBuf;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<PathBuf> {
        let Some(path) = value.get_ref().as_str() else {
            reader.expected(value, "the path of a file");
            return None;
        };
        let found = inside(reader.dir, path);
        if found.is_none() {
            let message = format!("`{}` does not lead to a file inside the repository", short(path));
            reader.refuse(value.span(), message, "name a file below the repository's root, relative to this one");
        }
        found
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "pattern": "^[^/]" })
    }

    fn show(&self, value: &PathBuf) -> toml::Value {
        slashes(value).into()
    }
}

fn slashes(path: &Path) -> String {
    path.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The same, and where it is said.
pub(super) struct Target;

impl Shape for Target {
    type Value = Spanned<PathBuf>;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<Self::Value> {
        InTree.read(value, reader).map(|path| Spanned::new(value.span(), path))
    }

    fn schema(&self) -> Json {
        InTree.schema()
    }

    fn show(&self, value: &Self::Value) -> toml::Value {
        InTree.show(value.get_ref())
    }
}

/// The name of an environment variable. Fixes write it into code.
pub(super) struct Variable;

impl Shape for Variable {
    type Value = String;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<String> {
        let Some(name) = value.get_ref().as_str() else {
            reader.expected(value, "the name of an environment variable");
            return None;
        };
        let mut chars = name.chars();
        let fits = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.len() <= MAX_VARIABLE;
        if !fits {
            let help = "use letters, digits and `_`, not starting with a digit";
            reader.refuse(value.span(), "this is not the name of an environment variable", help);
        }
        fits.then(|| name.to_owned())
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": MAX_VARIABLE })
    }

    fn show(&self, value: &String) -> toml::Value {
        value.clone().into()
    }
}

/// A list of tables with keys of their own, one of which has to be there.
pub(super) struct Tables<T: 'static> {
    pub(super) keys: Keys<T>,
    pub(super) needed: &'static str,
}

impl<T: Clone + Default> Shape for Tables<T> {
    type Value = Vec<T>;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>) -> Option<Vec<T>> {
        let Some(items) = value.get_ref().as_array() else {
            reader.expected(value, "a list of tables");
            return None;
        };
        if items.len() > MAX_TABLES {
            reader.refuse(value.span(), format!("more than {MAX_TABLES} entries"), "join those with the same settings");
            return None;
        }
        let mut read = Vec::new();
        for item in items.iter() {
            let Some(table) = item.get_ref().as_table() else {
                reader.expected(item, "a table");
                continue;
            };
            if !table.contains_key(self.needed) {
                let message = format!("this entry has no `{}`", self.needed);
                reader.refuse(item.span(), message, &format!("give it `{} = […]`", self.needed));
            }
            let mut entry = T::default();
            reader.table(table, self.keys, &mut entry);
            read.push(entry);
        }
        Some(read)
    }

    fn schema(&self) -> Json {
        let mut items = super::schema::table(self.keys);
        items["required"] = json!([self.needed]);
        json!({ "type": "array", "maxItems": MAX_TABLES, "items": items })
    }

    fn show(&self, value: &Vec<T>) -> toml::Value {
        let table = |entry: &T| toml::Value::Table(super::schema::shown(self.keys, &mut entry.clone()));
        value.iter().map(table).collect::<Vec<_>>().into()
    }

    /// Both hold; of two that match a path the later one counts, which is the nearer file's.
    fn inherit(&self, near: Vec<T>, mut far: Vec<T>) -> Vec<T> {
        far.extend(near);
        far
    }
}
