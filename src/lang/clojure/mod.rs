//! Clojure: profile and lexing, and EDN as configuration.
//!
//! Owns how symbols, keywords and the dispatch character are told apart; forms are read in `forms`. It knows no vendor.
//! The decision to know: a form in parentheses is a call whatever it does, and the few that bind names or put texts
//! together are read as what they mean.

mod forms;
mod lookups;
mod names;

use super::entries::Entries;
use super::lexer::{self, Lexer};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language, Layer};
use crate::facts::{Carrier, Name, Value, ValueKind};
use crate::span::Span;

/// Clojure and ClojureScript.
pub static LANGUAGE: Language = Language {
    name: "clojure",
    extensions: &["clj", "cljs", "cljc", "bb", "cljr"],
    filenames: &[],
    interpreters: &["bb", "clojure", "clj", "lein", "boot"],
    fences: &[],
    front: Front::Profile(&PROFILE),
    environment: "(System/getenv \"{}\")",
};

/// EDN.
pub static EDN: Language = Language {
    name: "edn",
    extensions: &["edn"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(edn),
    environment: "",
};

static PROFILE: Profile = Profile {
    line_comments: &[";"],
    block_comments: &[],
    strings: &[
        StringForm { open: "#\"", close: "\"", escape: Escape::Raw, interp: Interp::None, lines: true },
        StringForm { open: "\"", close: "\"", escape: Escape::Backslash, interp: Interp::None, lines: true },
    ],
    word_start: b"*+!-?<>=/.&%$|",
    word_part: b"*+!-?<>=/.&%$|':#",
    operators: &["#?@", "#_", "#'", "#?", "~@", "##"],
    literal,
    path: &[],
    concat: &[],
    either: words(&[]),
    assign: &[],
    map_key: &[],
    spread: &[],
    new: None,
    null: words(&["nil"]),
    this: &["this"],
    containers: words(&[]),
    env_calls: &["System.getenv"],
    base64: &["encodeToString", "base64-encode", "encode-base64", "b64-encode", "string-to-base64-string"],
    same: &["getBytes", "trim", "name", "toString", "str/trim", "string.trim"],
    formats: &["format"],
    shells: &["sh", "shell", "process", "exec"],
    statement: forms::statement,
    operand: |_, _, _| None,
    ..BASE
};

fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b',' => {
            lexer.pos += 1;
            lexer.blank();
            true
        }
        b'\\' => character(lexer),
        b':' => keyword(lexer),
        b'-' | b'+' if lexer.peek(1).is_ascii_digit() => {
            let end = lexer.word_end(lexer.pos + 1);
            lexer.push(Kind::Number, end);
            true
        }
        b'#' if lexer.peek(1) == b'!' => {
            lexer.push_comment(lexer.line_end(lexer.pos));
            true
        }
        // `#inst "…"`: the tag is a word of its own.
        b'#' if lexer.peek(1).is_ascii_alphabetic() => {
            let end = lexer.word_end(lexer.pos + 1);
            lexer.push(Kind::Op, end);
            true
        }
        _ => false,
    }
}

/// `\a`, `\newline`, `\(`
fn character(lexer: &mut Lexer<'_>) -> bool {
    let first = lexer.peek(1);
    if first == 0 {
        return false;
    }
    let mut end = (lexer.pos + 2).min(lexer.end);
    if first.is_ascii_alphanumeric() {
        while end < lexer.end && lexer.text[end].is_ascii_alphanumeric() {
            end += 1;
        }
    } else {
        while end < lexer.end && lexer.text[end] & 0xc0 == 0x80 {
            end += 1;
        }
    }
    lexer.push(Kind::Literal, end);
    true
}

/// `:name`, `::alias/name`
fn keyword(lexer: &mut Lexer<'_>) -> bool {
    let colons = if lexer.peek(1) == b':' { 2 } else { 1 };
    let end = lexer.word_end((lexer.pos + colons).min(lexer.end));
    if end == lexer.pos + colons {
        return false;
    }
    lexer.pos += colons;
    lexer.push(Kind::Symbol, end);
    true
}

/// Lowers EDN: each value under the path of its keys.
fn edn(text: &[u8], range: Span) -> Vec<Layer> {
    let lexed = lexer::lex(text, range, &PROFILE, None);
    let reader = Reader::new(text, &lexed.tokens, &PROFILE);
    let mut entries = Entries::new(range.len());
    let mut at = 0;
    let mut tag = "";
    while at < lexed.tokens.len() {
        let span = reader.span(at);
        let mut next = at + 1;
        match lexed.tokens[at].kind {
            Kind::Op => {
                if reader.is_op(at, "#_") {
                    next = forms::start_of(&reader, at, lexed.tokens.len());
                } else if reader.str(at).starts_with('#') {
                    tag = reader.str(at);
                }
                at = next;
                continue;
            }
            Kind::Open => entries.open(reader.is_open(at, "{") && tag != "#", span.start),
            Kind::Close => entries.close(span.end),
            Kind::Word | Kind::Symbol | Kind::Number | Kind::StrOpen => {
                let (name, whole) = match reader.string_name(at) {
                    Some(name) => (name, span.to(reader.span(reader.mate(at, lexed.tokens.len())))),
                    None => (reader.name(at), span),
                };
                if entries.wants_key() {
                    entries.key(name);
                } else if tag == "#env" {
                    entries.leaf(Value { kind: ValueKind::Env(name), span: whole });
                } else if reader.is_word(at, "nil") {
                    entries.leaf(Value { kind: ValueKind::Null, span });
                } else {
                    entries.leaf(reader.text_value(name.text, name.span, whole));
                }
                if lexed.tokens[at].kind == Kind::StrOpen {
                    next = reader.mate(at, lexed.tokens.len()) + 1;
                }
            }
            _ => (),
        }
        tag = "";
        at = next;
    }
    let mut facts = entries.finish();
    facts.texts.extend(super::texts(&lexed));
    let mut layers = vec![Layer { carrier: Carrier::Code, language: EDN.name, facts }];
    layers.extend(super::commented(EDN.name, &PROFILE, text, &lexed.comments));
    layers
}

/// A symbol's segments: `a.b/c` is `[a, b, c]`.
fn segments(name: &Name) -> Vec<Name> {
    let (mut start, mut parts) = (0, Vec::new());
    // `/` alone is division, `..` and `.` are of the host.
    if name.text.chars().all(|c| !c.is_alphanumeric()) {
        return vec![name.clone()];
    }
    for part in name.text.split(['.', '/']) {
        if !part.is_empty() {
            parts.push(name.part(start..start + part.len()));
        }
        start += part.len() + 1;
    }
    parts
}
