//! How a file reads its environment.
//!
//! Owns the choice of an expression for a variable. The decision to know: what the file does already is copied, with its
//! quotes and its way to say what is missing; only a file that reads nothing yet gets its language's usual expression.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::files::{Files, words};
use crate::finding::Edit;
use crate::lang::{self, Language};
use crate::source::line_at;
use crate::span::Span;

/// Longer expressions say more than the name of a variable.
const MAX_LEN: usize = 80;

/// An expression that reads the variable `name`, as code of `language` in this file. `None` where it cannot read one.
pub(super) fn read(files: &Files<'_, '_, '_>, file: usize, language: &'static Language, name: &str) -> Option<String> {
    if language.environment.is_empty() {
        return None;
    }
    let usual = files.idiom(file, lang::family(language.name));
    let shape = usual.unwrap_or_else(|| quoted_as(files.text(file), language));
    Some(shape.replace("{}", name))
}

/// The expression that code of a family reads a variable with most often in a file, with `{}` for the name; the first of
/// those that are equally frequent.
pub(super) fn usual(files: &Files<'_, '_, '_>, file: usize, family: &str) -> Option<String> {
    let mut shapes: HashMap<String, (usize, Reverse<usize>)> = HashMap::new();
    let reads = files.reads(file);
    for (at, read) in reads.iter().filter(|read| lang::family(read.language) == family).enumerate() {
        if let Some(shape) = shape(files.str(file, read.span), &read.name) {
            shapes.entry(shape).or_insert((0, Reverse(at))).0 += 1;
        }
    }
    shapes.into_iter().max_by_key(|(_, rank)| *rank).map(|(shape, _)| shape)
}

/// `written` with `{}` for `name`, where it says the name once and has no other text of its own.
fn shape(written: &str, name: &str) -> Option<String> {
    let mut places = words(written.as_bytes(), name);
    let at = places.next().filter(|_| places.next().is_none())?;
    let around = [&written[..at], &written[at + name.len()..]];
    let quotes = |text: &str| text.chars().filter(|c| matches!(c, '"' | '\'' | '`')).count();
    // What starts with the name is but a part of an expression: of `${NAME:?}`, its inside.
    let plain = at > 0
        && written.len() <= MAX_LEN
        && written.len() > name.len()
        && !written.contains(['\n', '{', '}', ','])
        && around.into_iter().all(|part| quotes(part) <= 1);
    plain.then(|| around.join("{}"))
}

/// The language's usual expression, in the quotes that the file prefers where both mean the same.
fn quoted_as(text: &[u8], language: &Language) -> String {
    let same = matches!(language.name, "ruby" | "python" | "php" | "r" | "groovy" | "perl");
    let count = |quote: u8| memchr::memchr_iter(quote, text).count();
    let (single, double) = (count(b'\''), count(b'"'));
    match (same, single.cmp(&double)) {
        (true, std::cmp::Ordering::Greater) => language.environment.replace('"', "'"),
        (true, std::cmp::Ordering::Less) => language.environment.replace('\'', "\""),
        _ => language.environment.to_owned(),
    }
}

/// `written` with the variable `from` renamed to `to`, where it says the name once, and not as a name of its own that
/// something else may use.
pub(super) fn renamed(written: &str, from: &str, to: &str) -> Option<String> {
    let mut places = words(written.as_bytes(), from);
    let at = places.next().filter(|_| places.next().is_none() && written.len() > from.len())?;
    Some(format!("{}{to}{}", &written[..at], &written[at + from.len()..]))
}

/// The edit that brings in what `expression` needs, where the file does not have it. `Err` holds the statement to add,
/// where there is no place for it among others.
pub(super) fn import(
    files: &Files<'_, '_, '_>,
    file: usize,
    language: &Language,
    expression: &str,
) -> Result<Option<Edit>, &'static str> {
    let Some(needs) = lang::environment_needs(language.name).filter(|needs| expression.contains(needs.using)) else {
        return Ok(None);
    };
    let text = files.text(file);
    let mut imports: Vec<(String, Span)> = Vec::new();
    files.code(file, |_, facts| {
        let lines = |span: Span| line_at(text, span.start).to(line_at(text, span.end));
        imports.extend(facts.imports.iter().map(|found| (found.module.text.clone(), lines(found.span))));
    });
    if imports.iter().any(|(module, _)| module == needs.module) {
        return Ok(None);
    }
    // The imports of one run of lines, at the indentation of the first: those inside of functions are for them alone.
    imports.retain(|(module, _)| module != "__future__");
    imports.sort_by_key(|(_, line)| line.start);
    let indent = |line: Span| line.of(text).iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let Some((_, first)) = imports.first().cloned() else { return Err(needs.statement) };
    let (mut before, mut last) = (None, first);
    for (module, line) in &imports {
        let apart = |from: usize| memchr::memchr_iter(b'\n', &text[from..line.start.max(from)]).count() > 1;
        if apart(last.end) || indent(*line) != indent(first) {
            break;
        }
        last = *line;
        if before.is_none() && module.as_str() > needs.module {
            before = Some(line.start);
        }
    }
    let margin = String::from_utf8_lossy(&text[first.start..first.start + indent(first)]);
    let statement = if margin.is_empty() { needs.statement } else { needs.grouped };
    Ok(Some(match before {
        Some(at) => Edit { file, span: Span::new(at, at), text: format!("{margin}{statement}\n") },
        None => Edit { file, span: Span::new(last.end, last.end), text: format!("\n{margin}{statement}") },
    }))
}
