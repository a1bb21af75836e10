//! Columns of text: CSV and its kin.
//!
//! Owns quoting and separators. The decision to know: the first line names the columns, unless it looks like data.

use super::{is_setting, row};
use crate::facts::{Carrier, Facts, Name, Value};
use crate::lang::{Front, Language, Layer, settings, utf8};
use crate::span::Span;

/// CSV, TSV.
pub static LANGUAGE: Language = Language {
    name: "csv",
    extensions: &["csv", "tsv", "psv"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let first = decoded.lines().next().unwrap_or_default();
    let count = |separator: &u8| first.bytes().filter(|byte| byte == separator).count();
    let separator = [b',', b';', b'\t', b'|'].into_iter().max_by_key(count).unwrap_or(b',');
    let mut facts = Facts::default();
    let mut columns: Option<Vec<Name>> = None;
    let mut at = 0;
    while at < decoded.len() {
        let (cells, next) = record(&decoded, at, start, separator);
        at = next;
        match &columns {
            Some(columns) => row(&decoded, start, None, columns, cells, &mut facts),
            None if cells.first().is_some_and(is_setting) && cells.len() == 2 => {
                columns = Some(Vec::new());
                row(&decoded, start, None, &[], cells, &mut facts);
            }
            None => columns = Some(cells.iter().map(header).collect()),
        }
    }
    vec![Layer { carrier: Carrier::Code, language: LANGUAGE.name, facts }]
}

fn header(cell: &Value) -> Name {
    let text = cell.as_str();
    Name { text: text.map(|text| text.text.trim().to_owned()).unwrap_or_default(), span: cell.span }
}

/// The cells of the record at `at`, and where the next one starts.
fn record(text: &str, mut at: usize, start: usize, separator: u8) -> (Vec<Value>, usize) {
    let bytes = text.as_bytes();
    let mut cells = Vec::new();
    loop {
        let quoted = bytes.get(at) == Some(&b'"');
        let (content, end) = if quoted { quote(bytes, at) } else { (None, at) };
        let stop = bytes[end..]
            .iter()
            .position(|byte| *byte == separator || *byte == b'\n')
            .map_or(bytes.len(), |len| end + len);
        let content = content.unwrap_or_else(|| Span::new(at, at + text[at..stop].trim_end_matches('\r').len()));
        let said = text[content.start..content.end].replace("\"\"", "\"");
        let place = Span::new(start + content.start, start + content.end);
        let whole = if quoted { Span::new(start + at, start + end) } else { place };
        cells.push(settings::value(&said, place, whole));
        match bytes.get(stop) {
            Some(byte) if *byte == separator => at = stop + 1,
            _ => return (cells, (stop + 1).min(bytes.len())),
        }
    }
}

/// The inside of the quoted cell at `at`, and its end. A quote without an end is none.
fn quote(bytes: &[u8], at: usize) -> (Option<Span>, usize) {
    let mut from = at + 1;
    // Bounded, so that openings without an end cost no more than a fixed stretch each.
    let limit = bytes.len().min(at + LONGEST_CELL);
    while let Some(close) = memchr::memchr(b'"', &bytes[from.min(limit)..limit]).map(|len| from + len) {
        if bytes.get(close + 1) != Some(&b'"') {
            return (Some(Span::new(at + 1, close)), close + 1);
        }
        from = close + 2;
    }
    (None, at)
}

/// A longer cell is not looked through for its end.
const LONGEST_CELL: usize = 1 << 14;
