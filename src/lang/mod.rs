//! Languages: from text to facts.
//!
//! Owns the registry and the one way in, [`lower`]. A front-end never sees a pack. The decision to know: a file is a
//! few layers of facts, each with what carries it. Code is one; what its comments would say if they were code is
//! another; a fenced block of a document is one too. All spans are offsets into the same text.

mod braces;
pub mod clojure;
mod command_lines;
pub mod csharp;
pub mod dart;
mod decoded;
pub mod dockerfile;
pub mod documents;
pub mod dotenv;
pub mod elixir;
mod entries;
mod expr;
pub mod go;
pub mod groovy;
pub mod hcl;
pub mod ini;
mod islands;
pub mod java;
pub mod javascript;
pub mod json;
pub mod kotlin;
mod kubernetes;
pub mod lexer;
pub mod manifest;
pub mod markup;
pub mod netrc;
pub mod notebook;
pub mod objc;
pub mod perl;
pub mod php;
pub mod powershell;
pub mod profile;
pub mod properties;
pub mod python;
pub mod r;
pub mod reader;
pub mod records;
mod registry;
pub mod requests;
pub mod ruby;
pub mod rust;
pub mod scala;
pub mod scripts;
mod settings;
pub mod shell;
pub mod strings;
pub mod swift;
pub mod text;
pub mod token;
pub mod toml;
pub mod words;
pub mod xml;
pub mod yaml;

pub use registry::{LANGUAGES, by_name, family, of_file, of_pieces};

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use crate::facts::{Carrier, Facts, Text};
use crate::span::Span;
use profile::Profile;
use token::Lexed;

/// A language, config dialect or document format.
pub struct Language {
    /// Its id: lower case, as in packs and fences.
    pub name: &'static str,
    /// File extensions, without dot, lower case.
    pub extensions: &'static [&'static str],
    /// File names, lower case; one `*` stands for any run of characters (`.env.*`). With a `/`, the folder counts, too.
    pub filenames: &'static [&'static str],
    /// Interpreters of a `#!` line.
    pub interpreters: &'static [&'static str],
    /// Other names of a fenced block's language.
    pub fences: &'static [&'static str],
    /// How it is read.
    pub front: Front,
    /// How it reads an environment variable: `{}` is the name. Empty where it cannot.
    pub environment: &'static str,
}

/// How a language is read.
pub enum Front {
    /// By the shared lexer and reader.
    Profile(&'static Profile),
    /// By its own front-end, given the whole text and the range to read.
    Own(fn(&[u8], Span) -> Vec<Layer>),
}

/// Facts of one kind of text within a file.
#[derive(Debug)]
pub struct Layer {
    /// What carries these facts.
    pub carrier: Carrier,
    /// The language they are written in.
    pub language: &'static str,
    /// The facts; spans are offsets into the file's text.
    pub facts: Facts,
}

/// What a file must bring in for [`Language::environment`] to work in it.
pub struct Needs {
    /// What an expression says that needs it.
    pub using: &'static str,
    /// The module.
    pub module: &'static str,
    /// The statement that brings it in.
    pub statement: &'static str,
    /// The same inside a group of imports.
    pub grouped: &'static str,
}

/// What the environment expression of this language needs, if anything.
#[must_use]
pub fn environment_needs(name: &str) -> Option<Needs> {
    let needs = |using, module, statement, grouped| Some(Needs { using, module, statement, grouped });
    match name {
        "python" => needs("os.", "os", "import os", "import os"),
        "go" => needs("os.", "os", "import \"os\"", "\"os\""),
        "csharp" => needs("Environment.", "System", "using System;", "using System;"),
        _ => None,
    }
}

/// Whether the value at `at` is that of a constant, which in this language cannot be read from the environment.
#[must_use]
pub fn is_constant(name: &str, text: &[u8], at: usize) -> bool {
    let before = &text[..at.min(text.len())];
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1)..];
    let declares = |word: &str| line.split(|byte| !byte.is_ascii_alphanumeric()).any(|part| part == word.as_bytes());
    match name {
        "go" => {
            let group = memchr::memmem::rfind(before, b"const (");
            declares("const") || group.is_some_and(|open| memchr::memmem::find(&before[open..], b"\n)").is_none())
        }
        "rust" => declares("const") || declares("static"),
        "kotlin" | "csharp" => declares("const"),
        // A property's first value is a constant, too.
        "php" => ["const", "public", "protected", "private", "var", "static"].into_iter().any(declares),
        _ => false,
    }
}

/// Lowers `text[range]` as `language`. Never fails: what cannot be read is missing from the facts and said in their
/// notes.
#[must_use]
pub fn lower(language: &'static Language, text: &[u8], range: Span) -> Vec<Layer> {
    match language.front {
        Front::Own(front) => front(text, range),
        Front::Profile(profile) => lower_with(language.name, profile, text, range),
    }
}

/// Lowers `text[range]` by the shared lexer and reader.
fn lower_with(name: &'static str, profile: &Profile, text: &[u8], range: Span) -> Vec<Layer> {
    let mut lexed = lexer::lex(text, range, profile, (profile.start)(&text[range.range_in(text.len())]));
    let mut facts = reader::read(text, &lexed, profile);
    command_lines::find(profile, text, &mut facts);
    facts.texts.extend(texts(&lexed));
    if profile.docstrings {
        document(&mut facts, &mut lexed);
    }
    let mut layers = vec![Layer { carrier: Carrier::Code, language: name, facts }];
    layers.extend(commented(name, profile, text, &lexed.comments));
    layers.extend(documents::commands::commented(text, &lexed.comments));
    layers.extend((profile.around)(text, range));
    layers
}

/// Lowers a whole file as what its name or `#!` line says it is, else as [`text`]; where it is a manifest, what it asks
/// for comes beside that. Returns the language's name with the layers.
#[must_use]
pub fn lower_any(path: &Path, text: &[u8]) -> (&'static str, Vec<Layer>) {
    let range = Span::new(0, text.len());
    let language = of_file(path, text);
    let mut layers = lower(language.unwrap_or(&text::LANGUAGE), text, range);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if language.is_none() && !DOCUMENTS.contains(&extension.to_ascii_lowercase().as_str()) {
        // A format nobody lowers yet is in force all the same: a setting in it is one.
        for layer in layers.iter_mut().take(1) {
            layer.carrier = Carrier::Code;
            layer.facts.texts.clear();
        }
    }
    layers.extend(registry::manifest_of(path).into_iter().flat_map(|manifest| lower(manifest, text, range)));
    (language.map_or(text::LANGUAGE.name, |language| language.name), layers)
}

/// Extensions of documents among the formats without a reader of their own.
const DOCUMENTS: &[&str] = &["", "adoc", "asciidoc", "log", "org", "rdoc", "rst", "tex", "textile"];

/// `text[range]` for a parser that wants UTF-8, and where it starts. Every byte that is not part of a character becomes
/// `?`, so that offsets stay true.
fn utf8(text: &[u8], range: Span) -> (Cow<'_, str>, usize) {
    let bytes = range.of(text);
    let decoded = match std::str::from_utf8(bytes) {
        Ok(decoded) => Cow::Borrowed(decoded),
        Err(_) => {
            let mut decoded = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                decoded.push_str(chunk.valid());
                decoded.extend(chunk.invalid().iter().map(|_| '?'));
            }
            Cow::Owned(decoded)
        }
    };
    (decoded, range.start)
}

/// Comments and strings of a lexed file.
pub fn texts(lexed: &Lexed) -> impl Iterator<Item = Text> + '_ {
    let comments = lexed.comments.iter().map(|&span| Text { carrier: Carrier::Comment, span });
    comments.chain(lexed.strings().map(|span| Text { carrier: Carrier::String, span }))
}

/// Strings that are whole statements say what comments say.
fn document(facts: &mut Facts, lexed: &mut Lexed) {
    let docstrings: HashSet<Span> = lexed.docstrings().collect();
    facts.results.retain(|value| !docstrings.contains(&value.span));
    for text in facts.texts.iter_mut().filter(|text| docstrings.contains(&text.span)) {
        text.carrier = Carrier::Comment;
    }
    lexed.comments.extend(docstrings);
    lexed.comments.sort_unstable();
}

/// Comments longer than this in all are not read as code.
const MAX_COMMENTED: usize = 256 * 1024;

/// What the comments would say if they were code: the text with everything else, and the comment markers, blanked, so
/// that spans stay true.
fn commented(name: &'static str, profile: &Profile, text: &[u8], comments: &[Span]) -> Option<Layer> {
    let (first, last) = (comments.first()?, comments.last()?);
    let total: usize = comments.iter().map(|span| span.len()).sum();
    if total > MAX_COMMENTED {
        return None;
    }
    let range = first.to(*last);
    let mut blank: Vec<u8> = vec![b' '; text.len()];
    for at in memchr::memchr_iter(b'\n', &text[range.range_in(text.len())]) {
        blank[range.start + at] = b'\n';
    }
    for comment in comments {
        let inner = inside(profile, text, *comment);
        blank[inner.range_in(text.len())].copy_from_slice(inner.of(text));
        blank_margins(&mut blank, inner);
    }
    let lexed = lexer::lex(&blank, range, profile, None);
    let mut facts = reader::read(&blank, &lexed, profile);
    command_lines::find(profile, &blank, &mut facts);
    Some(Layer { carrier: Carrier::Comment, language: name, facts })
}

/// A comment without its markers.
fn inside(profile: &Profile, text: &[u8], comment: Span) -> Span {
    let bytes = comment.of(text);
    let strip = |open: &str, close: &str| {
        let body = bytes.strip_prefix(open.as_bytes())?;
        let body = body.strip_suffix(close.as_bytes()).unwrap_or(body);
        let start = comment.start + open.len();
        Some(Span::new(start, start + body.len()))
    };
    let block = profile.block_comments.iter().find_map(|(open, close, _)| strip(open, close));
    let line = || profile.line_comments.iter().find_map(|open| strip(open, ""));
    let quoted = || ["\"\"\"", "'''"].iter().find_map(|quote| strip(quote, quote));
    block.or_else(line).or_else(quoted).unwrap_or(comment)
}

/// Blanks the `*`, `/`, `#` that start the lines of a comment, and what ties prose to the code after it: quotes without
/// a second one on their line, and a full stop at its end.
fn blank_margins(text: &mut [u8], span: Span) {
    let mut at = span.start;
    while at < span.end {
        let line = memchr::memchr(b'\n', &text[at..span.end]).map_or(span.end, |len| at + len);
        for byte in text[at..line].iter_mut() {
            match byte {
                b'*' | b'/' | b'#' | b'!' => *byte = b' ',
                b' ' | b'\t' => (),
                _ => break,
            }
        }
        if let Some(stop) = text[at..line].iter_mut().rev().find(|byte| !byte.is_ascii_whitespace())
            && *stop == b'.'
        {
            *stop = b' ';
        }
        for quote in [b'\'', b'"', b'`'] {
            if memchr::memchr_iter(quote, &text[at..line]).count() % 2 == 1 {
                text[at..line].iter_mut().filter(|byte| **byte == quote).for_each(|byte| *byte = b' ');
            }
        }
        at = line + 1;
    }
}
