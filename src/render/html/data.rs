//! The document as data of its page, for the script and for whoever wants it back.
//!
//! Owns the packed form, which `script/data.js` unpacks; nothing is lost in it. The decision to know: findings repeat each
//! other's keys, paths and words, so objects are written as the number of their list of keys and their values, and texts as
//! numbers below zero that count into one list. That makes a large page a quarter as large. Texts are written so that none
//! of them ends the element they stand in.
//!
//! | value | packed |
//! | --- | --- |
//! | text | `-1 - n`, the `n`th of `texts` |
//! | list | `[0, value…]` |
//! | object | `[1 + n, value…]`, with the `n`th list of `keys` |
//! | number, true, false, null | itself |

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Page;
use super::matter::Matter;
use crate::document::Document;
use crate::render::plain;

/// Writes the element.
pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Document { schema_version, tool, summary, repositories, rules, groups, salt, findings, skipped, reduced } =
        page.document;
    let mut packer = Packer::default();
    write!(out, "<script type=\"application/json\" id=\"data\">{{\"findings\":[0")?;
    // One by one: a value of all of them would take many times their memory.
    for finding in findings {
        write!(out, ",")?;
        packer.pack(&value(finding)?, out)?;
    }
    let rest = [
        ("schema_version", value(schema_version)?),
        ("tool", value(tool)?),
        ("summary", value(summary)?),
        ("repositories", value(repositories)?),
        ("rules", value(rules)?),
        ("groups", value(groups)?),
        ("salt", value(salt)?),
        ("skipped", value(skipped)?),
        ("reduced", value(reduced)?),
    ];
    for (name, value) in rest {
        write!(out, "],\"{name}\":[0,")?;
        packer.pack(&value, out)?;
    }
    let matters: Vec<Value> = Matter::ALL
        .into_iter()
        .map(|matter| {
            let rules = page.rules.values().filter(|rule| Matter::of(&rule.id, rule.lasting) == matter);
            json!({ "id": matter.id(), "title": matter.title(), "rules": rules.map(|rule| &rule.id).collect::<Vec<_>>() })
        })
        .collect();
    write!(out, "],\"matters\":")?;
    plain::inert(&matters, out)?;
    write!(out, ",\"keys\":")?;
    plain::inert(&packer.keys, out)?;
    write!(out, ",\"texts\":")?;
    plain::inert(&packer.texts(), out)?;
    writeln!(out, "}}</script>")
}

fn value(part: &impl Serialize) -> io::Result<Value> {
    serde_json::to_value(part).map_err(io::Error::from)
}

/// What was met so far.
#[derive(Default)]
struct Packer {
    texts: HashMap<String, usize>,
    keys: Vec<Vec<String>>,
}

impl Packer {
    /// Writes a value, which is one of a document and so not nested deeply.
    fn pack(&mut self, value: &Value, out: &mut dyn Write) -> io::Result<()> {
        match value {
            Value::String(text) => write!(out, "{}", -1 - self.text(text) as i64),
            Value::Array(values) => self.list(0, values.iter(), out),
            Value::Object(members) => {
                let kind = 1 + self.kind(members);
                self.list(kind, members.values(), out)
            }
            scalar => write!(out, "{scalar}"),
        }
    }

    fn list<'v>(
        &mut self,
        kind: usize,
        values: impl Iterator<Item = &'v Value>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(out, "[{kind}")?;
        for value in values {
            write!(out, ",")?;
            self.pack(value, out)?;
        }
        write!(out, "]")
    }

    fn text(&mut self, text: &str) -> usize {
        if let Some(known) = self.texts.get(text) {
            return *known;
        }
        let new = self.texts.len();
        self.texts.insert(text.to_owned(), new);
        new
    }

    /// There are few lists of keys: one for each type, and one for each that can leave a key out.
    fn kind(&mut self, members: &Map<String, Value>) -> usize {
        let same =
            |keys: &Vec<String>| keys.len() == members.len() && keys.iter().zip(members.keys()).all(|(a, b)| a == b);
        if let Some(known) = self.keys.iter().position(same) {
            return known;
        }
        self.keys.push(members.keys().cloned().collect());
        self.keys.len() - 1
    }

    fn texts(&self) -> Vec<&str> {
        let mut texts: Vec<(&usize, &String)> = self.texts.iter().map(|(text, at)| (at, text)).collect();
        texts.sort_unstable();
        texts.into_iter().map(|(_, text)| text.as_str()).collect()
    }
}
