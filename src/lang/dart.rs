//! Dart.
//!
//! Owns declarations, imports, typed literals and initialisers. It knows no vendor. The decision to know: what
//! `String.fromEnvironment` reads is written into the program when it is built, yet it is the environment all the same:
//! that is where the value is set.

use super::lexer::Lexer;
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Assign, Def, DefKind, Name, Path, Value, ValueKind};

/// Dart.
pub static LANGUAGE: Language = Language {
    name: "dart",
    extensions: &["dart"],
    filenames: &[],
    interpreters: &["dart"],
    fences: &["flutter"],
    front: Front::Profile(&PROFILE),
    // An app has no environment of its owner's: what it reads there is shipped with it, so no fix may say so.
    environment: "",
};

const fn form(open: &'static str, close: &'static str, raw: bool, lines: bool) -> StringForm {
    let (escape, interp) = if raw { (Escape::None, Interp::None) } else { (Escape::Backslash, Interp::Name) };
    StringForm { open, close, escape, interp, lines }
}

static PROFILE: Profile = Profile {
    block_comments: &[("/*", "*/", true)],
    strings: &[
        form("r'''", "'''", true, true),
        form("r\"\"\"", "\"\"\"", true, true),
        form("'''", "'''", false, true),
        form("\"\"\"", "\"\"\"", false, true),
        form("r'", "'", true, false),
        form("r\"", "\"", true, false),
        form("'", "'", false, false),
        form("\"", "\"", false, false),
    ],
    word_start: b"$",
    word_part: b"$",
    operators: &[
        ">>>=", "...?", "??=", "~/=", "<<=", ">>=", "...", "?..", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.",
        "..", "++", "--", "+=", "-=", "*=", "/=", "%=", "~/", "&=", "|=", "^=", "<<",
    ],
    literal,
    path: &[".", "?."],
    cascade: &["..", "?.."],
    either: words(&["??"]),
    assign: &["=", "??="],
    arg_key: &[":"],
    spread: &["...", "...?"],
    adjacent: true,
    generics: true,
    annotated: true,
    parallel: false,
    skip: words(&[
        "return",
        "await",
        "yield",
        "throw",
        "const",
        "final",
        "var",
        "late",
        "static",
        "external",
        "covariant",
        "required",
        "abstract",
        "else",
        "do",
        "try",
        "finally",
        "default",
        "case",
        "sync",
        "async",
    ]),
    modifiers: words(&["get", "set", "factory", "operator", "base", "sealed", "interface"]),
    stop: words(&[
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "on",
        "in",
        "is",
        "extends",
        "implements",
        "with",
        "show",
        "hide",
        "break",
        "continue",
        "assert",
    ]),
    containers: words(&["class", "mixin", "enum", "extension"]),
    env_members: &["Platform.environment", "dotenv.env", "DotEnv.env", "env"],
    env_calls: &[
        "String.fromEnvironment",
        "dotenv.get",
        "dotenv.maybeGet",
        "DotEnv.get",
        "Platform.environment.putIfAbsent",
    ],
    base64: &["base64Encode", "base64.encode", "base64Url.encode", "base64UrlEncode", "stringToBase64.encode"],
    same: &["toString", "trim", "utf8.encode", "ascii.encode", "latin1.encode", "Uri.encodeComponent"],
    statement,
    operand,
    ..BASE
};

/// `a?['b']`: the mark behind a value changes nothing; it is passed over.
fn literal(lexer: &mut Lexer<'_>) -> bool {
    let found = lexer.at("?[") && lexer.gap() == (false, false) && lexer.after_value();
    lexer.pos += usize::from(found);
    found
}

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if reader.kind(at) == Some(Kind::Open) || reader.kind(at) == Some(Kind::Op) {
        return None;
    }
    match reader.str(at) {
        "import" | "export" | "part" if reader.kind(at + 1) == Some(Kind::StrOpen) => import(reader, at, end),
        "library" | "part" if reader.kind(at + 1) == Some(Kind::Word) => Some(at + 2),
        "if" | "while" | "for" | "switch" | "catch" if reader.is_open(at + 1, "(") => {
            // What follows the parentheses is a statement of its own, not called on them.
            let close = reader.mate(at + 1, end);
            reader.queue(at + 2, close);
            Some(close + 1)
        }
        _ => declaration(reader, at, end),
    }
}

/// `import 'uri' as name show A, B;`; without a name all members come in.
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let module = reader.string_name(at + 1)?;
    let after = reader.mate(at + 1, end) + 1;
    let stop = (after..end.min(after + 200)).find(|&i| reader.is_op(i, ";")).unwrap_or(after).min(end);
    let span = reader.span_of(at, stop);
    let alias = (after..stop).find(|&i| reader.is_word(i, "as")).filter(|&i| i + 1 < stop);
    match alias {
        Some(alias) => {
            let local = reader.name(alias + 1);
            reader.import(module, None, Some(local), span);
        }
        None => {
            let member = Name { text: "*".to_owned(), span: module.span };
            reader.import(module, Some(member), None, span);
        }
    }
    Some(stop + 1)
}

/// `Type name = value, other;`, `Type name(params) async { … }`, `Name(params) : field = value;`, `Type get name => …`
fn declaration(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let profile = reader.profile;
    let plain = |reader: &Reader<'_>, i: usize| {
        reader.kind(i) == Some(Kind::Word)
            && i < end
            && !reader.word_in(i, profile.stop)
            && !reader.word_in(i, profile.skip)
            && !reader.word_in(i, profile.containers)
            && !reader.word_in(i, &["new", "this", "super", "null", "true", "false"])
    };
    if !plain(reader, at) {
        return None;
    }
    let mut name = type_end(reader, at, end);
    if name == at || !plain(reader, name) || name >= end {
        // A constructor, or a function without a type.
        let named = reader.op_in(at + 1, &["."]) && reader.kind(at + 2) == Some(Kind::Word);
        let name = if named { at + 2 } else { at };
        let bodied = reader.is_open(name + 1, "(") && has_body(reader, reader.mate(name + 1, end) + 1, end);
        return if bodied { function(reader, at, name, end) } else { None };
    }
    if reader.word_in(name, &["get", "set", "operator"]) && plain(reader, name + 1) {
        name += 1;
    }
    if reader.is_open(name + 1, "(") {
        return function(reader, at, name, end);
    }
    if reader.is_op(name + 1, "=>") || reader.is_open(name + 1, "{") || reader.is_word(name + 1, "async") {
        return function(reader, at, name, end);
    }
    fields(reader, at, name, end)
}

/// Whether a function's body starts at `at`: a brace, an arrow, or a constructor's initialisers.
fn has_body(reader: &Reader<'_>, at: usize, end: usize) -> bool {
    let after = at + usize::from(reader.word_in(at, &["async", "sync"]));
    let after = after + usize::from(reader.is_op(after, "*"));
    after < end && (reader.is_open(after, "{") || reader.is_op(after, "=>") || reader.is_op(at, ":"))
}

/// Names with or without a value, up to the semicolon.
fn fields(reader: &mut Reader<'_>, from: usize, name: usize, end: usize) -> Option<usize> {
    let mut i = name;
    loop {
        let target = Path::single(reader.name(i));
        i += 1;
        if reader.is_op(i, "=") && i < end {
            let (value, next) = reader.expression(i + 1, end)?;
            i = next;
            let span = reader.span_of(from, i);
            reader.facts.assigns.push(Assign { target, value, span });
        } else if !reader.op_in(i, &[";", ",", ")"]) && !reader.is_word(i, "in") && i < end {
            return None;
        }
        if !reader.is_op(i, ",") || reader.kind(i + 1) != Some(Kind::Word) || i + 1 >= end {
            return Some(i);
        }
        i += 1;
    }
}

/// A function that starts at `from` and is called `name`: parameters, initialisers, a block or an arrow.
fn function(reader: &mut Reader<'_>, from: usize, name: usize, end: usize) -> Option<usize> {
    let mut i = name + 1;
    let mut params = Vec::new();
    let generics = reader.generics_end(i, end);
    i = generics.unwrap_or(i);
    if reader.is_open(i, "(") {
        let close = reader.mate(i, end);
        for at in parameter_lists(reader, i + 1, close) {
            params.extend(reader.params(at.0, at.1));
        }
        i = close + 1;
    }
    let initialised = i;
    let stop = end.min(i + 400);
    while i < stop && !reader.is_op(i, ";") && !reader.is_op(i, "=>") && !reader.is_open(i, "{") {
        i = if reader.kind(i) == Some(Kind::Open) { reader.mate(i, end) + 1 } else { i + 1 };
    }
    if i >= stop || reader.is_op(i, ";") {
        reader.queue(initialised, i.min(end));
        if params.iter().any(|param| param.default.is_some()) {
            let (name, body) = (Some(reader.name(name)), reader.span_of(from, i.min(end)));
            reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
        }
        return Some((i + 1).min(end).max(from + 1));
    }
    reader.queue(initialised, i);
    let name = Some(reader.name(name));
    if reader.is_open(i, "{") {
        let close = reader.mate(i, end);
        let body = reader.span_of(from, (close + 1).min(end));
        reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
        reader.queue(i + 1, close);
        return Some((close + 1).min(end));
    }
    let id = reader.facts.defs.len();
    let body = reader.span_of(from, i);
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    let next = match reader.expression(i + 1, end) {
        Some((value, next)) => {
            reader.facts.results.push(value);
            next
        }
        None => i + 1,
    };
    reader.facts.defs[id].body = reader.span_of(from, next);
    Some(next)
}

/// Parameters in the parentheses, and those in braces or brackets inside them.
fn parameter_lists(reader: &Reader<'_>, start: usize, close: usize) -> Vec<(usize, usize)> {
    let grouped = (start..close.min(start + 400))
        .find(|&i| (reader.is_open(i, "{") || reader.is_open(i, "[")) && (i == start || reader.is_op(i - 1, ",")));
    match grouped {
        Some(open) => vec![(start, open), (open + 1, reader.mate(open, close))],
        None => vec![(start, close)],
    }
}

/// The index after the type at `at`: `a.B<C, D>?`, `void Function(A)?`
fn type_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let mut i = at + 1;
    if reader.is_op(i, ".") && reader.kind(i + 1) == Some(Kind::Word) && i + 1 < end {
        i += 2;
    }
    i = reader.generics_end(i, end).unwrap_or(i);
    i += usize::from(reader.is_op(i, "?") && !reader.tokens[i].sp);
    if reader.is_word(i, "Function") && reader.is_open(i + 1, "(") {
        i = reader.mate(i + 1, end) + 1;
        i += usize::from(reader.is_op(i, "?") && !reader.tokens[i].sp);
    }
    i.min(end)
}

/// `<A, B>{…}`, `<A>[…]`: the literal without its types; `(params) { … }`, `(params) async => …`: closures.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if let Some(next) = reader.type_arguments(at, end) {
        let literal = next < end && (reader.is_open(next, "{") || reader.is_open(next, "["));
        return if literal { reader.operand(next, end) } else { None };
    }
    if reader.is_word(at, "DotEnv") && reader.is_open(at + 1, "(") && reader.mate(at + 1, end) == at + 2 {
        // `DotEnv().env['A']`, a single object however often it is constructed.
        let reads = reader.is_op(at + 3, ".") && reader.is_word(at + 4, "env") && reader.is_open(at + 5, "[");
        let name = reader.string_name(at + 6).filter(|_| reads && at + 6 < end)?;
        let next = (reader.mate(at + 5, end) + 1).min(end);
        return Some((Value { kind: ValueKind::Env(name), span: reader.span_of(at, next) }, next));
    }
    if !reader.is_open(at, "(") {
        return None;
    }
    let close = reader.mate(at, end);
    let mut i = close + 1 + usize::from(reader.word_in(close + 1, &["async", "sync"]));
    i += usize::from(reader.is_op(i, "*"));
    let closure = i < end && (reader.is_open(i, "{") || reader.is_op(i, "=>"));
    if !closure {
        return None;
    }
    // A closure's body starts behind its arrow, and a block is its own.
    let arrow = if reader.is_open(i, "{") { i - 1 } else { i };
    Some(reader.closure(at + 1, close, arrow, end))
}
