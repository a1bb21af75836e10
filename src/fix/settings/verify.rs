//! Whether a changed file is still read as it was.
//!
//! Owns the comparison. The decision to know: a file's own front-end judges. Apart from what was taken out or put in, the
//! changed text must give the same entries under the new names, and nothing may be read with less care than before.

use crate::facts::{Carrier, Note};
use crate::finding::Edit;
use crate::fix::files::Files;
use crate::fix::spans::Spans;
use crate::lang::{self, Layer};
use crate::span::Span;

/// Whether `edits`, in order and of this file, leave it whole. `gone` is what they take out, `names` are all old and new
/// names.
pub(super) fn holds(files: &Files<'_, '_, '_>, file: usize, edits: &[Edit], gone: &Spans, names: &[&str]) -> bool {
    let text = files.text(file);
    let Some((changed, places)) = applied(text, edits) else { return false };
    let inserted = edits.iter().zip(&places).filter(|(edit, _)| edit.span.is_empty()).map(|(_, place)| *place);
    let inserted = Spans::new(inserted);
    let (edited, places) = (Spans::new(edits.iter().map(|edit| edit.span)), Spans::new(places.iter().copied()));
    let path = files.project.files[file].source.path.as_path();
    let after = lang::lower_any(path, &changed).1;
    let before = files.layers(file);
    let same = outline(&before, text, gone, &edited, names) == outline(&after, &changed, &inserted, &places, names);
    let json = |text: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    let kept = |whole: &dyn Fn(&[u8]) -> bool| !whole(text) || whole(&changed);
    same && kept(&json) && kept(&is_xml) && notes(&after).iter().all(|note| notes(&before).contains(note))
}

/// Whether a text is XML in which every element ends as it starts. The front-end reads others, too.
fn is_xml(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let mut parser = quick_xml::Reader::from_str(text);
    text.trim_start().starts_with('<')
        && loop {
            match parser.read_event() {
                Ok(quick_xml::events::Event::Eof) => break true,
                Ok(_) => (),
                Err(_) => break false,
            }
        }
}

/// The text with the edits made, and where each one's text stands in it. `None` where edits overlap or lie outside.
pub(super) fn applied(text: &[u8], edits: &[Edit]) -> Option<(Vec<u8>, Vec<Span>)> {
    let (mut out, mut places, mut at) = (Vec::with_capacity(text.len() + 64), Vec::new(), 0);
    for edit in edits {
        out.extend_from_slice(text.get(at..edit.span.start)?);
        places.push(Span::new(out.len(), out.len() + edit.text.len()));
        out.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end;
    }
    out.extend_from_slice(text.get(at..)?);
    Some((out, places))
}

fn notes(layers: &[Layer]) -> Vec<Note> {
    layers.iter().filter(|layer| layer.carrier == Carrier::Code).flat_map(|layer| layer.facts.notes.clone()).collect()
}

/// The entries in force, but of those within `without`: their paths, with each of `names` shown alike, and the values that
/// no edit touches.
fn outline(layers: &[Layer], text: &[u8], without: &Spans, edited: &Spans, names: &[&str]) -> Vec<String> {
    let code = layers.iter().filter(|layer| layer.carrier == Carrier::Code);
    let entries = code.flat_map(|layer| &layer.facts.entries);
    let kept = entries.filter(|entry| {
        let at = entry.path.0.last().map_or(entry.span, |last| last.span);
        !without.hold(at) && !without.hold(entry.value.span)
    });
    let mut lines: Vec<String> = kept
        .map(|entry| {
            let path = entry.path.0.iter().map(|part| part.text.as_str());
            let path: Vec<&str> = path.map(|part| if names.contains(&part) { "*" } else { part }).collect();
            let value = if edited.touch(entry.value.span) { &b""[..] } else { entry.value.span.of(text) };
            format!("{} {}", path.join("\u{0}"), String::from_utf8_lossy(value))
        })
        .collect();
    lines.sort();
    lines
}
