//! The keys for others: as JSON Schema for editors, and as a table to show.
//!
//! Owns how the rows are put together. It knows neither a key nor a shape. The decision to know: a rule that the schema
//! does not list may still exist, in a pack of the user's own, so editors offer the known ones and take others.

use serde_json::{Value as Json, json};

use super::Config;
use super::keys::{KEYS, Keys};

/// The schema of a configuration; `rules` are ids that editors offer, besides their short forms.
#[must_use]
pub fn schema(rules: &[&str]) -> Json {
    let mut names: Vec<&str> =
        rules.iter().flat_map(|id| [*id, id.split_once('/').map_or(*id, |(_, name)| name)]).collect();
    names.sort_unstable();
    names.dedup();
    let mut schema = table(KEYS);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = "dekey.toml".into();
    schema["description"] =
        "Settings of dekey: dekey.toml, .dekey.toml, [tool.dekey] in pyproject.toml, or dekey in package.json.".into();
    let other = json!({ "type": "string", "pattern": "^([a-z0-9-]+/)?[a-z0-9-]+$" });
    schema["definitions"] = json!({
        "rule": {
            "description": "A rule's id, with or without the vendor's prefix.",
            "anyOf": [{ "enum": names }, other],
        },
    });
    schema
}

pub(super) fn table<T: 'static>(keys: Keys<T>) -> Json {
    let properties: serde_json::Map<String, Json> =
        keys.iter().map(|key| (key.name().to_owned(), key.schema())).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// What a configuration says, as a file would. Paths and patterns are relative to the root.
#[must_use]
pub fn show(config: &Config) -> toml::Table {
    shown(KEYS, &mut config.clone())
}

pub(super) fn shown<T: 'static>(keys: Keys<T>, of: &mut T) -> toml::Table {
    keys.iter().filter_map(|key| Some((key.name().to_owned(), key.show(of)?))).collect()
}
