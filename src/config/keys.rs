//! The keys.
//!
//! Owns the one table of them: name, what it means, its shape, and where its value is kept. The reader, inheritance,
//! `dekey config show` and the schema for editors all go by it, so that a new key is one row and a field. How a shape is
//! read is [`super::shape`]'s.

use serde_json::{Value as Json, json};

use super::reader::{Reader, Value};
use super::shape::{Choice, InTree, Levels, Lines, Rules, Shape, Tables, Target, Variable};
use super::{Audience, Config, Override};
use crate::finding::{Confidence, Level};

/// Keys of a table whose values are kept in a `T`.
pub(super) type Keys<T> = &'static [&'static dyn Key<T>];

pub(super) const LEVELS: &[(&str, Level)] =
    &[("note", Level::Note), ("warning", Level::Warning), ("error", Level::Error)];
const AUDIENCES: &[(&str, Audience)] = &[("own-data", Audience::OwnData), ("public", Audience::Public)];
const CONFIDENCES: &[(&str, Confidence)] =
    &[("low", Confidence::Low), ("medium", Confidence::Medium), ("high", Confidence::High)];

/// The keys of a configuration, by name.
pub(super) static KEYS: Keys<Config> = &[
    &Row {
        name: "audience",
        doc: "Whose data the integration works on. It decides between an access token and OAuth; without it that is \
              inferred.",
        shape: Choice(AUDIENCES),
        slot: |config: &mut Config| &mut config.audience,
    },
    &Row {
        name: "baseline",
        doc: "The file with the findings that are accepted for now, relative to this file and inside the repository.",
        shape: InTree,
        slot: |config: &mut Config| &mut config.baseline,
    },
    &Row {
        name: "exclude",
        doc: "What not to examine: patterns as in .gitignore, relative to this file's directory.",
        shape: Lines,
        slot: |config: &mut Config| &mut config.exclude,
    },
    &Row {
        name: "extends",
        doc: "A configuration that this one adds to, relative to this file and inside the repository. What this file \
              says counts: its lists take the place of the other's, tables are merged, and the overrides of both hold.",
        shape: Target,
        slot: |config: &mut Config| &mut config.extends,
    },
    &Row {
        name: "fail-on",
        doc: "The level at which findings fail the run; `warning` without it.",
        shape: Choice(LEVELS),
        slot: |config: &mut Config| &mut config.fail_on,
    },
    &Row {
        name: "ignore",
        doc: "Rules to leave out, with or without the vendor's prefix.",
        shape: Rules,
        slot: |config: &mut Config| &mut config.ignore,
    },
    &Row {
        name: "levels",
        doc: "Levels by rule; `off` switches a rule off.",
        shape: Levels,
        slot: |config: &mut Config| &mut config.levels,
    },
    &Row {
        name: "min-confidence",
        doc: "Findings of less confidence are counted and not shown; `medium` without it.",
        shape: Choice(CONFIDENCES),
        slot: |config: &mut Config| &mut config.min_confidence,
    },
    &Row {
        name: "overrides",
        doc: "Other rules, levels and confidence for some paths. Of several that match a path the later ones count.",
        shape: Tables { keys: OVERRIDE_KEYS, needed: "paths" },
        slot: |config: &mut Config| &mut config.overrides,
    },
    &Row {
        name: "select",
        doc: "The only rules to run, with or without the vendor's prefix; none means all.",
        shape: Rules,
        slot: |config: &mut Config| &mut config.select,
    },
    &Row {
        name: "variable",
        doc: "The environment variable that fixes read a token from.",
        shape: Variable,
        slot: |config: &mut Config| &mut config.variable,
    },
];

/// The keys of an entry under `overrides`, by name.
static OVERRIDE_KEYS: Keys<Override> = &[
    &Row {
        name: "ignore",
        doc: "Rules to leave out for these paths, besides those that are left out everywhere.",
        shape: Rules,
        slot: |entry: &mut Override| &mut entry.ignore,
    },
    &Row {
        name: "levels",
        doc: "Levels by rule for these paths, over those that hold everywhere; `off` switches a rule off.",
        shape: Levels,
        slot: |entry: &mut Override| &mut entry.levels,
    },
    &Row {
        name: "min-confidence",
        doc: "The confidence for these paths, in place of the one that holds everywhere.",
        shape: Choice(CONFIDENCES),
        slot: |entry: &mut Override| &mut entry.min_confidence,
    },
    &Row {
        name: "paths",
        doc: "The paths that the entry is for: patterns as in .gitignore, relative to this file's directory.",
        shape: Lines,
        slot: |entry: &mut Override| &mut entry.paths,
    },
    &Row {
        name: "select",
        doc: "The only rules to run for these paths, in place of the selection that holds everywhere.",
        shape: Rules,
        slot: |entry: &mut Override| &mut entry.select,
    },
];

/// A row of a table of keys.
pub(super) trait Key<T>: Sync {
    fn name(&self) -> &'static str;

    /// The key as JSON Schema describes it.
    fn schema(&self) -> Json;

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>, into: &mut T);

    /// Takes over from `far` what `near` does not say.
    fn inherit(&self, near: &mut T, far: &mut T);

    /// The value as the file would have it, if there is one.
    fn show(&self, of: &mut T) -> Option<toml::Value>;
}

struct Row<T, S: Shape> {
    name: &'static str,
    doc: &'static str,
    shape: S,
    slot: fn(&mut T) -> &mut Option<S::Value>,
}

impl<T, S: Shape> Key<T> for Row<T, S> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Json {
        let mut schema = json!({ "description": self.doc });
        if let (Json::Object(schema), Json::Object(shape)) = (&mut schema, self.shape.schema()) {
            schema.extend(shape);
        }
        schema
    }

    fn read(&self, value: &Value<'_>, reader: &mut Reader<'_>, into: &mut T) {
        *(self.slot)(into) = self.shape.read(value, reader);
    }

    fn inherit(&self, near: &mut T, far: &mut T) {
        let slot = (self.slot)(near);
        *slot = match (slot.take(), (self.slot)(far).take()) {
            (Some(near), Some(far)) => Some(self.shape.inherit(near, far)),
            (near, far) => near.or(far),
        };
    }

    fn show(&self, of: &mut T) -> Option<toml::Value> {
        (self.slot)(of).as_ref().map(|value| self.shape.show(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_order() {
        assert!(KEYS.is_sorted_by_key(|key| key.name()));
        assert!(OVERRIDE_KEYS.is_sorted_by_key(|key| key.name()));
    }
}
