//! Records: tables of data, in SQL or in columns of text.
//!
//! Owns what a row says: each cell is an entry under its column's name. The decision to know: where a table keeps names
//! in one column and values in another, the row's name is the entry's, because that is the setting's name.

pub mod csv;
pub mod sql;
mod tokens;

use super::text as lines;
use crate::facts::{Entry, Facts, Name, Path, Value, ValueKind};
use crate::span::Span;

/// Columns that hold the name of a setting.
const NAMES: &[&str] = &[
    "name",
    "key",
    "option_name",
    "meta_key",
    "setting",
    "setting_name",
    "setting_key",
    "config_key",
    "config_name",
    "variable",
    "var",
    "property",
    "path",
    "code",
    "slug",
    "attribute",
    "field",
];
/// Columns that hold its value.
const VALUES: &[&str] = &[
    "value",
    "option_value",
    "meta_value",
    "setting_value",
    "config_value",
    "val",
    "content",
    "data",
    "text",
    "string_value",
];
/// A longer name is none; it keeps what a row costs in proportion to its own bytes.
const LONGEST_NAME: usize = 128;

/// Adds the entries of a row. `columns` may be shorter than `cells`, or empty where nobody named them.
fn row(text: &str, start: usize, table: Option<&Name>, columns: &[Name], cells: Vec<Value>, facts: &mut Facts) {
    let column =
        |known: &[&str]| columns.iter().position(|column| known.contains(&column.text.to_ascii_lowercase().as_str()));
    let pair = match (column(NAMES), column(VALUES)) {
        (Some(name), Some(value)) => Some((name, value)),
        // Without names of columns a setting stands beside its value.
        _ if columns.is_empty() => (1..cells.len()).map(|at| (at - 1, at)).find(|(name, _)| is_setting(&cells[*name])),
        _ => None,
    };
    // What names a setting is no setting itself.
    let named = pair.map(|(name, _)| name);
    let pair = pair.and_then(|(name, value)| Some((cells.get(name).and_then(setting)?, value)));
    for (at, cell) in cells.into_iter().enumerate() {
        let name = pair.iter().find(|(_, value)| *value == at).map(|(name, _)| name);
        if let Some(name) = name {
            push(table, name.clone(), cell.clone(), facts);
        }
        let known = facts.entries.len();
        inside(text, start, &cell, facts);
        for entry in &mut facts.entries[known..] {
            entry.path.0.splice(0..0, name.cloned());
        }
        if let Some(column) = columns.get(at).filter(|_| named != Some(at)) {
            push(table, column.clone(), cell, facts);
        }
    }
}

fn push(table: Option<&Name>, name: Name, value: Value, facts: &mut Facts) {
    let span = value.span;
    let path = Path(table.cloned().into_iter().chain([name]).filter(|name| name.text.len() <= LONGEST_NAME).collect());
    facts.entries.push(Entry { path, value, span });
}

/// Settings inside a cell: JSON, or what PHP serialises.
fn inside(text: &str, start: usize, cell: &Value, facts: &mut Facts) {
    let Some(known) = cell.as_str() else { return };
    let content = Span::new(known.content.start - start, known.content.end - start);
    if known.text.starts_with('{') {
        lines::read(text, start, content, facts);
        return;
    }
    let Some(written) = text.get(content.start..content.end).filter(|text| text.starts_with("a:")) else { return };
    // `s:7:"api_key";s:3:"abc";`
    let mut last: Option<Name> = None;
    let mut at = 0;
    for part in written.split(';') {
        let quoted = part.find(":\"").or_else(|| part.find(":\\\"").map(|open| open + 1)).map(|open| open + 2);
        let inner = quoted.and_then(|open| Some((open, part.get(open..)?.trim_end_matches(['"', '\\']))));
        if let Some((open, inner)) = inner {
            let from = known.content.start + at + open;
            let span = Span::new(from, from + inner.len());
            match last.take() {
                Some(name) => push(None, name, super::settings::literal(inner, span, span), facts),
                None => last = Some(Name { text: inner.to_owned(), span }),
            }
        } else if !part.contains("s:") {
            last = None;
        }
        at += part.len() + 1;
    }
}

fn setting(value: &Value) -> Option<Name> {
    let text = value.as_str()?;
    (text.text.len() <= LONGEST_NAME).then(|| Name { text: text.text.clone(), span: text.content })
}

fn is_setting(value: &Value) -> bool {
    let ValueKind::Str(text) = &value.kind else { return false };
    let name = &text.text;
    name.len() > 2
        && name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.contains(['_', '.', '-', '/'])
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/:".contains(&byte))
}
