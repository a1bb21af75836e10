//! XML: elements and attributes as entries, with what names them.
//!
//! Owns the ways in which XML configuration names a value: by its elements, by a `name`, `key` or `id` attribute beside a
//! `value`, by a `key` element before it (property lists), by `name` and `value` elements side by side. It knows no
//! schema. The decision to know: there is no tree and no entity but the five that are built in, so neither depth nor a
//! document type can cost anything.

use quick_xml::Reader as Parser;
use quick_xml::events::{BytesStart, Event};

use super::entries::Entries;
use super::{Front, Language, Layer, ini, settings, text as lines, utf8, yaml};
use crate::facts::{Carrier, Facts, Name, Note, Text, Value};
use crate::span::Span;

/// XML, but for the manifests that have a reader of their own.
pub static LANGUAGE: Language = Language {
    name: "xml",
    extensions: &[
        "xml",
        "plist",
        "config",
        "resx",
        "xsd",
        "wsdl",
        "settings",
        "entitlements",
        "xcscheme",
        "props",
        "targets",
        "csproj",
        "fsproj",
        "vbproj",
        "iml",
    ],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

/// Attributes that say what their element is.
const NAMES: &[&str] = &["name", "key", "id"];

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    if !decoded.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        // `.config` and its like are not always XML.
        let first = decoded.lines().map(str::trim_end).find(|line| !(line.is_empty() || line.starts_with('#')));
        let yaml = first.is_some_and(|line| line.ends_with(':'));
        return super::lower(if yaml { &yaml::LANGUAGE } else { &ini::LANGUAGE }, text, range);
    }
    let (mut facts, comments) = read(&decoded, start);
    let mut commented = Facts::default();
    for &comment in &comments {
        let inside = comment.range_in(start + decoded.len());
        let (inner, _) = read(&decoded[inside.start - start..inside.end - start], inside.start);
        if inner.entries.is_empty() {
            lines::read(&decoded, start, Span::new(inside.start - start, inside.end - start), &mut commented);
        }
        commented.entries.extend(inner.entries);
        facts.texts.push(Text { carrier: Carrier::Comment, span: comment });
    }
    let mut layers = vec![Layer { carrier: Carrier::Code, language: LANGUAGE.name, facts }];
    if !commented.entries.is_empty() {
        layers.push(Layer { carrier: Carrier::Comment, language: LANGUAGE.name, facts: commented });
    }
    layers
}

/// The facts of `text`, which starts at `start` in the file, and what is inside of its comments.
fn read(text: &str, start: usize) -> (Facts, Vec<Span>) {
    let mut parser = Parser::from_str(text);
    let config = parser.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut entries = Entries::new(text.len());
    entries.open(true, start);
    let mut reader = Reader { text, start, entries, open: vec![Element::default()] };
    let mut comments = Vec::new();
    let failed = loop {
        match parser.read_event() {
            Ok(Event::Eof) => break false,
            Ok(Event::Start(element)) => reader.starts(&element),
            Ok(Event::Empty(element)) => {
                reader.starts(&element);
                reader.ends(parser.buffer_position() as usize);
            }
            Ok(Event::End(_)) if reader.open.len() > 1 => reader.ends(parser.buffer_position() as usize),
            Ok(Event::Text(text)) => reader.text(&text, false),
            Ok(Event::CData(text)) => reader.text(&text, true),
            Ok(Event::GeneralRef(entity)) => reader.entity(&entity),
            Ok(Event::Comment(comment)) => comments.push(reader.span(&comment)),
            Ok(_) => (),
            Err(_) => break true,
        }
    };
    let end = (parser.error_position() as usize).min(text.len());
    while reader.open.len() > 1 {
        reader.ends(text.len());
    }
    reader.entries.close_to(0, start + text.len());
    let mut facts = reader.entries.finish();
    if failed {
        let end = (0..=end).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
        lines::read(text, start, Span::new(end, text.len()), &mut facts);
        facts.notes.push(Note::Malformed);
    }
    (facts, comments)
}

/// An element that is not closed yet.
#[derive(Default)]
struct Element {
    /// How many maps were open before it.
    depth: usize,
    tag: String,
    /// Its text so far, and where that is.
    text: String,
    place: Option<Span>,
    /// Whether it has elements inside.
    nested: bool,
    /// In a property list: the key that the next element is for.
    key: Option<Name>,
    /// The texts of `name` and `value` elements inside.
    named: Option<Name>,
    value: Option<Value>,
}

struct Reader<'a> {
    text: &'a str,
    /// What to add to an offset into `text` for one into the file.
    start: usize,
    entries: Entries,
    /// The elements around, the document itself first.
    open: Vec<Element>,
}

impl Reader<'_> {
    fn starts(&mut self, element: &BytesStart<'_>) {
        let depth = self.entries.depth();
        let name = element.name().into_inner();
        let tag = name.rsplit(':').next().unwrap_or_default();
        let place = self.span(name);
        let mut key = Name { text: tag.to_owned(), span: place };
        if let Some(outer) = self.open.last_mut() {
            outer.nested = true;
            if let Some(known) = outer.key.take().filter(|_| tag != "key") {
                key = known;
            }
        }
        self.opens(key, place.start);
        // Names first, so that a value that stands before them has them too.
        let mut others = Vec::new();
        for attribute in element.attributes().with_checks(false).flatten() {
            let written = attribute.key.into_inner();
            let local = written.rsplit(':').next().unwrap_or_default();
            if written.starts_with("xmlns") {
                continue;
            }
            let value = attribute.value.as_ref();
            let content = self.span(value);
            let decoded =
                quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |text| text.into_owned());
            if NAMES.iter().any(|known| local.eq_ignore_ascii_case(known)) && decoded.len() < 256 {
                self.opens(Name { text: decoded, span: content }, content.start);
            } else {
                others.push((Name { text: local.to_owned(), span: self.span(written) }, decoded, content));
            }
        }
        for (name, text, content) in others {
            let value = settings::value(&text, content, content);
            if name.text.eq_ignore_ascii_case("value") {
                let span = self.entries.keys().last().map_or(content, |key| key.span.to(content));
                self.entries.here(value, span);
            } else {
                let span = name.span.to(content);
                self.entries.listed(name, value, span);
            }
        }
        self.open.push(Element { depth, tag: tag.to_owned(), ..Element::default() });
    }

    fn opens(&mut self, key: Name, at: usize) {
        self.entries.key(key);
        self.entries.open(true, at);
    }

    fn ends(&mut self, at: usize) {
        let Some(element) = self.open.pop() else { return };
        let text = element.text.trim();
        let outer = self.open.last_mut();
        if let (Some(place), false, false) = (element.place, text.is_empty(), element.nested) {
            let content = if place.len() == element.text.len() {
                let from = place.start + element.text.len() - element.text.trim_start().len();
                Span::new(from, from + text.len())
            } else {
                place
            };
            let name = Name { text: text.to_owned(), span: content };
            let value = settings::value(text, content, content);
            if let Some(outer) = outer {
                match element.tag.as_str() {
                    "key" if name.text.len() < 256 => outer.key = Some(name),
                    "name" | "Name" | "param-name" | "env-entry-name" if name.text.len() < 256 => {
                        outer.named = Some(name);
                    }
                    "value" | "Value" | "param-value" | "env-entry-value" => outer.value = Some(value.clone()),
                    _ => (),
                }
            }
            self.entries.here(value, content);
            if element.tag == "id" && text.len() < 256 {
                // What follows belongs to it: `<server><id>name</id><password>…`.
                self.entries.close_to(element.depth, self.start + at);
                self.opens(Name { text: text.to_owned(), span: content }, content.start);
                return;
            }
        }
        if let (Some(name), Some(value)) = (element.named, element.value) {
            let span = name.span.to(value.span);
            self.entries.listed(name, value, span);
        }
        self.entries.close_to(element.depth, self.start + at);
    }

    fn text(&mut self, text: &str, verbatim: bool) {
        let place = self.span(text);
        let Some(element) = self.open.last_mut() else { return };
        if verbatim || !text.trim().is_empty() || element.place.is_some() {
            element.text.push_str(text);
            element.place = Some(element.place.map_or(place, |before| before.to(place)));
        }
    }

    /// `&amp;`: one of the five, a character's number, or a name that stays as it is.
    fn entity(&mut self, name: &str) {
        let place = self.span(name);
        let place = Span::new(place.start.saturating_sub(1), (place.end + 1).min(self.start + self.text.len()));
        let written = format!("&{name};");
        let text = quick_xml::escape::unescape(&written).map_or_else(|_| written.clone(), |text| text.into_owned());
        let Some(element) = self.open.last_mut() else { return };
        element.text.push_str(&text);
        element.place = Some(element.place.map_or(place, |before| before.to(place)));
    }

    /// Where a piece that the parser borrowed from the text stands in the file.
    fn span(&self, piece: &str) -> Span {
        let offset = (piece.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if offset.checked_add(piece.len()).is_none_or(|end| end > self.text.len()) {
            return Span::new(self.start, self.start);
        }
        Span::new(self.start + offset, self.start + offset + piece.len())
    }
}
