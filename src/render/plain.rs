//! JSON that cannot act on whoever prints it.
//!
//! Owns how JSON is written, not what is in it. The decision to know: strings are exact but the bytes are plain:
//! whatever a terminal or a build server could act on is written as `\u` escapes.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};

use super::escape::{is_hostile, opens_command};

/// Writes a document and a line end.
pub(super) fn write(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    written(document, Plain { layout: PrettyFormatter::new(), markup: false }, out)?;
    writeln!(out)
}

/// Writes a document on one line, and its end.
pub(super) fn line(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    written(document, Plain { layout: CompactFormatter, markup: false }, out)?;
    writeln!(out)
}

/// Writes a document on one line, without its end, in which nothing is markup.
pub(super) fn inert(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    written(document, Plain { layout: CompactFormatter, markup: true }, out)
}

fn written(document: &impl Serialize, formatter: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    // The pieces are tiny and many.
    let mut out = BufWriter::with_capacity(64 << 10, out);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    document.serialize(&mut serializer).map_err(io::Error::from)?;
    out.flush()
}

/// RFC 3986: everything but unreserved characters and `/`.
pub(super) fn percent(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(*byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// JSON of some layout, in which strings hold no character that acts on its own.
struct Plain<F> {
    layout: F,
    /// Whether it stands in markup, so that what is a sign there is written as an escape, too.
    markup: bool,
}

impl<F: Formatter> Formatter for Plain<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Most of it is told at a glance.
        let may_act = |byte: &u8| match byte {
            b'#' => true,
            b'<' | b'>' | b'&' => self.markup,
            _ => !matches!(byte, b' '..=b'~' | b'\t'),
        };
        if !fragment.as_bytes().iter().any(may_act) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut done = 0;
        for (at, c) in fragment.char_indices() {
            let sign = self.markup && matches!(c, '<' | '>' | '&');
            if sign || is_hostile(c) || opens_command(&fragment.as_bytes()[at..]) {
                writer.write_all(&fragment.as_bytes()[done..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                done = at + c.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[done..])
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.layout.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object_value(writer)
    }
}
