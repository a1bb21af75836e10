//! JavaScript, TypeScript and JSX.
//!
//! Owns the profiles, regular expressions, methods and typed arrows; JSX is in `jsx`, the two module systems and
//! destructuring are in `modules`. It knows no vendor.

mod jsx;
mod modules;

use super::lexer::Lexer;
use super::profile::{BASE, DOUBLE, Escape, Interp, Profile, SINGLE, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Def, DefKind, Value};

/// JavaScript with JSX and Flow's annotations.
pub static JAVASCRIPT: Language = Language {
    name: "javascript",
    extensions: &["js", "mjs", "cjs", "jsx", "es6", "gs"],
    filenames: &[],
    interpreters: &["node", "nodejs", "bun"],
    fences: &["node"],
    front: Front::Profile(&JS),
    environment: "process.env.{}",
};

/// TypeScript.
pub static TYPESCRIPT: Language = Language {
    name: "typescript",
    extensions: &["ts", "mts", "cts"],
    filenames: &[],
    interpreters: &["deno", "ts-node", "tsx"],
    fences: &[],
    front: Front::Profile(&TS),
    environment: "process.env.{}",
};

/// TypeScript with JSX.
pub static TSX: Language = Language {
    name: "tsx",
    extensions: &["tsx"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Profile(&JS),
    environment: "process.env.{}",
};

const TEMPLATE: StringForm =
    StringForm { open: "`", close: "`", escape: Escape::Backslash, interp: Interp::Dollar, lines: true };

const JS: Profile = Profile {
    strings: &[DOUBLE, SINGLE, TEMPLATE],
    word_start: b"$#",
    word_part: b"$",
    operator_words: &[
        "return",
        "typeof",
        "case",
        "in",
        "of",
        "new",
        "delete",
        "void",
        "instanceof",
        "throw",
        "do",
        "else",
        "await",
        "yield",
        "extends",
        "default",
        "export",
    ],
    literal: |lexer| regex(lexer) || jsx::literal(lexer),
    path: &[".", "?."],
    either: words(&["||", "??"]),
    assign: &["=", "||=", "??="],
    bare_methods: true,
    shorthand: true,
    generics: true,
    tags: &["`"],
    parallel: false,
    annotated: true,
    param_first: true,
    null: words(&["null", "undefined"]),
    skip: words(&[
        "return", "await", "yield", "throw", "typeof", "void", "delete", "export", "default", "const", "let", "var",
        "case", "else", "do", "try", "finally",
    ]),
    modifiers: words(&[
        "async",
        "get",
        "set",
        "static",
        "public",
        "private",
        "protected",
        "readonly",
        "declare",
        "abstract",
        "override",
        "accessor",
    ]),
    stop: words(&["if", "for", "while", "switch", "catch", "in", "of", "instanceof", "extends", "implements"]),
    containers: words(&["class"]),
    functions: words(&["function"]),
    env_members: &["process.env", "import.meta.env", "Deno.env", "Bun.env"],
    env_calls: &["Deno.env.get", "config.getEnv"],
    base64: &[
        "btoa",
        "Base64.encode",
        "base64.encode",
        "$base64.encode",
        "Base64.btoa",
        "encodeBase64",
        "base64Encode",
        "b64EncodeUnicode",
        "encode64",
        "Base64.stringify",
    ],
    same: &["toString", "trim", "String", "valueOf", "encodeURIComponent", "Utf8.parse", "Buffer", "Buffer.from"],
    format_methods: &["format"],
    shells: &["exec", "execSync", "spawn", "spawnSync", "execFile", "execFileSync", "execa", "execaSync"],
    formats: &["util.format"],
    statement,
    operand,
    ..BASE
};

const TS: Profile = Profile { literal: regex, ..JS };

/// `/…/flags` where no value stands before it.
fn regex(lexer: &mut Lexer<'_>) -> bool {
    if lexer.peek(0) != b'/' || matches!(lexer.peek(1), b'/' | b'*') || !regex_position(lexer) {
        return false;
    }
    let mut at = lexer.pos + 1;
    let mut class = false;
    while at < lexer.end {
        match lexer.text[at] {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => {
                let end = lexer.word_end(at + 1);
                lexer.push(Kind::Literal, end);
                return true;
            }
            b'\n' => return false,
            _ => (),
        }
        at += 1;
    }
    false
}

/// After a value a `/` divides, except after the parenthesis of `if (…)` and its kin, and after a block.
fn regex_position(lexer: &Lexer<'_>) -> bool {
    if !lexer.after_value() || after_block(lexer) {
        return true;
    }
    let Some(last) = lexer.tokens.last() else { return true };
    let before = || (last.mate as usize).checked_sub(1).map(|at| lexer.tokens[at].span().of(lexer.text));
    last.kind == Kind::Close
        && lexer.last_text() == b")"
        && matches!(before(), Some(b"if" | b"while" | b"for" | b"with"))
}

/// Whether the last token is the brace that ends a block rather than an object.
fn after_block(lexer: &Lexer<'_>) -> bool {
    let Some(last) = lexer.tokens.last() else { return false };
    if last.kind != Kind::Close || lexer.last_text() != b"}" {
        return false;
    }
    let Some(before) = (last.mate as usize).checked_sub(1).and_then(|at| lexer.tokens.get(at)) else { return true };
    match before.span().of(lexer.text) {
        b")" | b"{" | b"}" | b";" | b"=>" | b"else" | b"do" | b"try" | b"finally" => true,
        // A class body, an object after an operator word.
        word if before.kind == Kind::Word => {
            !matches!(word, b"return" | b"typeof" | b"case" | b"in" | b"of" | b"default")
        }
        _ => false,
    }
}

/// Definitions, imports and bindings.
fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if let Some(next) = method(reader, at, end) {
        return Some(next);
    }
    let named = |reader: &Reader<'_>| {
        at + 1 < end && !reader.tokens[at + 1].nl && matches!(reader.kind(at + 1), Some(Kind::Word | Kind::StrOpen))
    };
    match reader.str(at) {
        "import" if !reader.is_open(at + 1, "(") && !reader.is_op(at + 1, ".") => modules::import(reader, at, end),
        "export" if reader.is_word(at + 1, "default") => modules::default_export(reader, at, end),
        "const" | "let" | "var" => modules::binding(reader, at, end),
        "if" | "for" | "while" | "switch" | "catch" | "with" if !reader.op_in(at + 1, &["=", ".", ":"]) => Some(at + 1),
        "enum" | "namespace" | "module" if named(reader) => Some(reader.container(at, end)),
        "interface" if named(reader) => {
            let (_, close) = reader.body(at, end)?;
            Some(close + 1)
        }
        "type" if named(reader) => type_alias(reader, at, end),
        "static" if reader.is_open(at + 1, "{") => Some(at + 1),
        _ => None,
    }
}

/// `type Name<T> = …`: types say nothing of interest.
fn type_alias(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let equals = reader.type_arguments(at + 2, end).unwrap_or(at + 2);
    if !reader.is_op(equals, "=") {
        return None;
    }
    let mut i = equals;
    while i < end && (i == equals || reader.op_in(i, &["?", ":"])) {
        i = reader.type_end(i + 1, end, true).max(i + 1);
    }
    Some(i)
}

/// `name(params): Type {…}` of a class or an object, modifiers before it.
fn method(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = at;
    // More modifiers than these do not stand together.
    while i < end.min(at + 6)
        && (reader.modifies(i, end)
            || reader.is_op(i, "*")
            || reader.word_in(i, reader.profile.modifiers)
                && (reader.kind(i + 1) == Some(Kind::StrOpen) || reader.is_open(i + 1, "[")))
    {
        i += 1;
    }
    let (name, after) = match reader.kind(i)? {
        Kind::Word
            if !reader.word_in(i, reader.profile.stop)
                && !reader.word_in(i, reader.profile.skip)
                && !reader.word_in(i, &["function", "with", "new"]) =>
        {
            (Some(reader.name(i)), i + 1)
        }
        Kind::StrOpen => (reader.string_name(i), reader.mate(i, end) + 1),
        Kind::Open if reader.is_open(i, "[") => (None, reader.mate(i, end) + 1),
        _ => return None,
    };
    let open = reader.type_arguments(after, end).unwrap_or(after);
    if open >= end || !reader.is_open(open, "(") {
        return None;
    }
    let close = reader.mate(open, end);
    let mut brace = close + 1;
    if reader.is_op(brace, ":") {
        brace = reader.type_end(brace + 1, end, true);
    }
    if brace >= end || !reader.is_open(brace, "{") || reader.tokens[brace].nl {
        return None;
    }
    let stop = reader.mate(brace, end);
    let params = reader.params(open + 1, close);
    let body = reader.span_of(i, (stop + 1).min(end));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    reader.queue(brace + 1, stop);
    Some((stop + 1).min(end))
}

/// JSX, modules, methods of objects, classes as values, arrows with types, casts.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_open(at, "<") {
        return Some(jsx::element(reader, at, end));
    }
    if let Some(found) = modules::required(reader, at, end) {
        return Some(found);
    }
    if let Some(found) = arrow(reader, at, end) {
        return Some(found);
    }
    if let Some(next) = method(reader, at, end) {
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    if reader.is_word(at, "class") && (reader.kind(at + 1) == Some(Kind::Word) || reader.is_open(at + 1, "{")) {
        let next = reader.container(at, end).clamp(at + 1, end);
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    // `<Type>value`
    reader.type_arguments(at, end).and_then(|value| reader.operand(value, end))
}

/// `(a: A): B => …`, `async (a) => …`, `<T>(a: T) => …`
fn arrow(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let first = at + usize::from(reader.is_word(at, "async"));
    let open = reader.type_arguments(first, end).unwrap_or(first);
    if open >= end || !reader.is_open(open, "(") {
        return None;
    }
    let close = reader.mate(open, end);
    let mut arrow = close + 1;
    if reader.is_op(arrow, ":") {
        arrow = reader.type_end(arrow + 1, end, false);
    }
    (arrow < end && reader.is_op(arrow, "=>")).then(|| reader.closure(open + 1, close, arrow, end))
}
