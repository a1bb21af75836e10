//! Text that a file holds in an encoded form, such as code inside JSON strings.
//!
//! Owns the way back: which bytes of the file each part of the decoded text is from. The decision to know: decoded text
//! is lowered like any other and its facts are moved afterwards, so that no language knows of it. What a string says
//! stays within the piece it starts in; everything else may span several.

use super::{Language, Layer};
use crate::facts::{Facts, Path, Value, ValueKind};
use crate::span::Span;

/// Decoded text and where it is from.
#[derive(Default)]
pub(super) struct Decoded {
    /// The text.
    pub(super) text: Vec<u8>,
    pieces: Vec<Piece>,
}

/// A run of decoded text.
#[derive(Clone, Copy)]
struct Piece {
    /// Where it starts in the decoded text.
    at: usize,
    /// Where it stands in the file.
    place: Span,
    /// Whether it stands there byte for byte; an escape does not.
    exact: bool,
    /// Which of the file's strings it is of.
    string: usize,
}

impl Decoded {
    /// Adds what a JSON string says; `content` is what is between its quotes.
    pub(super) fn push_json(&mut self, file: &[u8], content: Span) {
        let mut at = content.start;
        let end = content.end.min(file.len());
        while at < end {
            let plain = memchr::memchr(b'\\', &file[at..end]).map_or(end, |len| at + len);
            self.push(&file[at..plain], Span::new(at, plain), true);
            at = plain;
            if at < end {
                let (char, len) = escape(&file[at..end]);
                self.push(char.encode_utf8(&mut [0; 4]).as_bytes(), Span::new(at, at + len), false);
                at += len;
            }
        }
    }

    /// Adds text that stands nowhere; it is taken to be at the end of what is before it.
    pub(super) fn push_str(&mut self, text: &str) {
        let end = self.pieces.last().map_or(0, |piece| piece.place.end);
        self.push(text.as_bytes(), Span::new(end, end), false);
    }

    /// Adds a part of another text.
    pub(super) fn push_part(&mut self, other: &Self, part: Span) {
        let first = other.pieces.partition_point(|piece| piece.at <= part.start).saturating_sub(1);
        for (index, piece) in other.pieces.iter().enumerate().skip(first).take_while(|(_, piece)| piece.at < part.end) {
            let end = other.pieces.get(index + 1).map_or(other.text.len(), |next| next.at).min(part.end);
            let start = piece.at.max(part.start);
            let place = if piece.exact {
                let shift = piece.place.start - piece.at;
                Span::new(start + shift, end + shift)
            } else {
                piece.place
            };
            self.push(&other.text[start..end], place, piece.exact);
        }
    }

    fn push(&mut self, text: &[u8], place: Span, exact: bool) {
        if !text.is_empty() {
            let last = self.pieces.last();
            let string = last.map_or(0, |last| last.string + usize::from(last.place.end != place.start));
            self.pieces.push(Piece { at: self.text.len(), place, exact, string });
            self.text.extend_from_slice(text);
        }
    }

    /// Where a part of the text stands, from its first byte to its last.
    #[must_use]
    pub(super) fn place(&self, part: Span) -> Span {
        let start = self.start(part.start);
        let end = if part.is_empty() { start } else { self.end(part.end, self.pieces.len()) };
        Span::new(start, end.max(start))
    }

    /// The same, but no further than to the end of the string of the file that it starts in.
    #[must_use]
    fn place_within(&self, part: Span) -> Span {
        let string = self.pieces.get(self.piece(part.start)).map_or(0, |piece| piece.string);
        let stop = self.pieces.partition_point(|piece| piece.string <= string);
        let start = self.start(part.start);
        let end = if part.is_empty() { start } else { self.end(part.end, stop) };
        Span::new(start, end.max(start))
    }

    fn piece(&self, at: usize) -> usize {
        self.pieces.partition_point(|piece| piece.at <= at).saturating_sub(1)
    }

    fn start(&self, at: usize) -> usize {
        let Some(piece) = self.pieces.get(self.piece(at)) else { return 0 };
        if piece.exact { (piece.place.start + at - piece.at).min(piece.place.end) } else { piece.place.start }
    }

    /// Where a part that ends before `at` ends, counting only the first `count` pieces.
    fn end(&self, at: usize, count: usize) -> usize {
        let index = self.piece(at.saturating_sub(1)).min(count.saturating_sub(1));
        let Some(piece) = self.pieces.get(index) else { return 0 };
        if piece.exact { (piece.place.start + at - piece.at).min(piece.place.end) } else { piece.place.end }
    }

    /// Lowers the text; spans of the facts are offsets into the file.
    #[must_use]
    pub(super) fn lower(&self, language: &'static Language) -> Vec<Layer> {
        let mut layers = super::lower(language, &self.text, Span::new(0, self.text.len()));
        layers.iter_mut().for_each(|layer| self.relocate(&mut layer.facts));
        layers
    }

    fn relocate(&self, facts: &mut Facts) {
        let place = |span: &mut Span| *span = self.place(*span);
        for import in &mut facts.imports {
            place(&mut import.span);
            place(&mut import.module.span);
            import.member.iter_mut().chain(&mut import.local).for_each(|name| place(&mut name.span));
        }
        for call in &mut facts.calls {
            self.path(&mut call.path);
            place(&mut call.span);
            place(&mut call.args_span);
            call.receiver.iter_mut().for_each(|value| self.value(value));
            for arg in &mut call.args {
                arg.name.iter_mut().for_each(|name| place(&mut name.span));
                self.value(&mut arg.value);
            }
        }
        for assign in &mut facts.assigns {
            self.path(&mut assign.target);
            place(&mut assign.span);
            self.value(&mut assign.value);
        }
        for entry in &mut facts.entries {
            self.path(&mut entry.path);
            place(&mut entry.span);
            self.value(&mut entry.value);
        }
        facts.returns.iter_mut().chain(&mut facts.results).for_each(|value| self.value(value));
        for def in &mut facts.defs {
            def.name.iter_mut().for_each(|name| place(&mut name.span));
            place(&mut def.body);
            for param in &mut def.params {
                place(&mut param.name.span);
                param.default.iter_mut().for_each(|value| self.value(value));
            }
        }
        for dependency in &mut facts.dependencies {
            place(&mut dependency.name.span);
            dependency.requirement.iter_mut().for_each(|name| place(&mut name.span));
        }
        facts.texts.iter_mut().for_each(|text| place(&mut text.span));
    }

    fn path(&self, path: &mut Path) {
        path.0.iter_mut().for_each(|name| name.span = self.place(name.span));
    }

    /// Values nest no deeper than readers read.
    fn value(&self, value: &mut Value) {
        value.span = self.place(value.span);
        match &mut value.kind {
            ValueKind::Str(text) => text.content = self.place_within(text.content),
            ValueKind::Env(name) => name.span = self.place(name.span),
            ValueKind::Ref(path) => self.path(path),
            ValueKind::Map(items) => {
                for item in items {
                    item.key.iter_mut().for_each(|key| key.span = self.place(key.span));
                    self.value(&mut item.value);
                }
            }
            ValueKind::Concat(values) | ValueKind::Either(values) => {
                values.iter_mut().for_each(|value| self.value(value));
            }
            ValueKind::Base64(inner) => self.value(inner),
            ValueKind::Call(_) | ValueKind::Null | ValueKind::Opaque => (),
        }
    }
}

/// The character of the escape that `text` starts with, and the escape's length. What is no escape stands for itself.
fn escape(text: &[u8]) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 4).and_then(|digits| std::str::from_utf8(digits).ok())?;
        u32::from_str_radix(digits, 16).ok()
    };
    let plain = |char: char| (char, 2.min(text.len()));
    match text.get(1) {
        Some(b'n') => plain('\n'),
        Some(b't') => plain('\t'),
        Some(b'r') => plain('\r'),
        Some(b'b') => plain('\u{8}'),
        Some(b'f') => plain('\u{c}'),
        Some(b'u') => match unit(2) {
            Some(high @ 0xD800..0xDC00) => match unit(8).filter(|_| text[6..].starts_with(b"\\u")) {
                Some(low @ 0xDC00..0xE000) => {
                    let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                    (char::from_u32(code).unwrap_or('\u{fffd}'), 12)
                }
                _ => ('\u{fffd}', 6),
            },
            Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 6),
            None => plain('u'),
        },
        Some(byte) if byte.is_ascii() => plain(char::from(*byte)),
        _ => ('\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Lines as strings of a JSON list, and where the inside of each stands.
    fn listed(lines: &[String]) -> (String, Decoded) {
        let (mut file, mut decoded) = (String::from("[ "), Vec::new());
        for line in lines {
            let string = serde_json::to_string(line).expect("a string");
            decoded.push(Span::new(file.len() + 1, file.len() + string.len() - 1));
            file.push_str(&string);
            file.push_str(", ");
        }
        let mut joined = Decoded::default();
        decoded.iter().for_each(|content| joined.push_json(file.as_bytes(), *content));
        (file, joined)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        /// A part that needs no escapes stands in the file as it is; any part's place decodes to text that starts with
        /// it or with which it starts.
        #[test]
        fn parts_are_found_again(lines in prop::collection::vec("[a-c\"\\\\\n\té😀]{0,6}", 1..5), from in 0usize..30, len in 0usize..10) {
            let (file, decoded) = listed(&lines);
            prop_assert_eq!(std::str::from_utf8(&decoded.text).unwrap(), lines.concat());
            let (from, to) = (from.min(decoded.text.len()), (from + len).min(decoded.text.len()));
            let Some(part) = std::str::from_utf8(&decoded.text).unwrap().get(from..to) else { return Ok(()) };
            for place in [decoded.place(Span::new(from, to)), decoded.place_within(Span::new(from, to))] {
                prop_assert!(place.end <= file.len());
                let found = &file[place.start..place.end];
                let mut again = Decoded::default();
                again.push_json(file.as_bytes(), place);
                let joined = found.contains("\", \"");
                prop_assert!(joined || part.as_bytes().starts_with(&again.text), "{part:?} {found:?}");
                if part.len() == again.text.len() && !part.contains(['"', '\\', '\n', '\t']) {
                    prop_assert_eq!(found, part);
                }
            }
        }
    }

    #[test]
    fn escapes_are_characters() {
        for (text, expected) in [
            (r"\n", ('\n', 2)),
            (r"\u0041b", ('A', 6)),
            (r"\ud83d\ude00", ('😀', 12)),
            (r"\ud83d", ('\u{fffd}', 6)),
            (r"\u00", ('u', 2)),
            (r"\q", ('q', 2)),
            ("\\", ('\\', 1)),
            ("\\é", ('\\', 1)),
        ] {
            assert_eq!(escape(text.as_bytes()), expected, "{text}");
        }
    }
}
