//! Groovy, and with it Jenkins' pipelines and Gradle's scripts.
//!
//! Owns slashy strings, closures and what tells a declaration from a call without parentheses. It knows no vendor. The
//! decision to know: `Type name` is a declaration when the type looks like one and a value, a body or nothing follows;
//! any other two words are a call.

use super::lexer::Lexer;
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language, braces, java};
use crate::facts::{Assign, CallId, Def, DefKind, Name, Path, Value};

/// Groovy.
pub static LANGUAGE: Language = Language {
    name: "groovy",
    extensions: &["groovy", "gvy", "gy", "gsh", "gradle", "jenkinsfile"],
    filenames: &["jenkinsfile", "jenkinsfile.*"],
    interpreters: &["groovy"],
    fences: &[],
    front: Front::Profile(&PROFILE),
    environment: "System.getenv('{}')",
};

const fn text(quotes: &'static str, interp: Interp) -> StringForm {
    StringForm { open: quotes, close: quotes, escape: Escape::Backslash, interp, lines: quotes.len() > 1 }
}

static PROFILE: Profile = Profile {
    strings: &[
        text("\"\"\"", Interp::Groovy),
        text("'''", Interp::None),
        text("\"", Interp::Groovy),
        text("'", Interp::None),
    ],
    word_start: b"$",
    word_part: b"$",
    operators: &[
        ">>>=", "==~", "<=>", "===", "!==", "**=", "<<=", ">>=", "..<", "...", "?.", "*.", ".&", "?:", "?=", "->",
        "=~", "==", "!=", "<=", ">=", "&&", "||", "::", "++", "--", "+=", "-=", "*=", "/=", "%=", "**", "..", "<<",
        "*:",
    ],
    operator_words: &["return", "case", "in", "assert", "throw", "else", "as", "instanceof"],
    literal,
    newline_ends: true,
    parens_join: true,
    commands: true,
    path: &[".", "?.", "*.", ".&", "::"],
    either: words(&["?:"]),
    assign: &["=", "?="],
    arg_key: &[":"],
    spread: &["*", "*:"],
    generics: true,
    parallel: false,
    this: &["this", "$this"],
    sigils: b"$",
    skip: words(&[
        "return",
        "throw",
        "def",
        "var",
        "final",
        "public",
        "private",
        "protected",
        "static",
        "abstract",
        "synchronized",
        "transient",
        "volatile",
        "assert",
        "else",
        "do",
        "try",
        "finally",
        "default",
    ]),
    stop: words(&[
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "case",
        "in",
        "as",
        "instanceof",
        "implements",
        "extends",
        "throws",
        "break",
        "continue",
        "else",
    ]),
    containers: words(&["class", "interface", "trait", "enum"]),
    env_members: &["env", "System.env", "System.getenv"],
    env_calls: ENV_CALLS,
    base64: &[
        "encodeBase64",
        "encodeToString",
        "Base64.encodeBase64String",
        "Base64.encodeBase64",
        "DatatypeConverter.printBase64Binary",
        "BaseEncoding.base64.encode",
    ],
    same: &[
        "toString",
        "getBytes",
        "bytes",
        "toCharArray",
        "trim",
        "strip",
        "intern",
        "stripIndent",
        "stripMargin",
        "String",
        "String.valueOf",
        "Objects.requireNonNull",
    ],
    or_else: &["orElse", "getOrElse"],
    formats: &["String.format"],
    format_methods: &["formatted"],
    trailing_block,
    statement,
    operand,
    ..BASE
};

const ENV_CALLS: &[&str] = &[
    java::ENV_CALLS[0],
    java::ENV_CALLS[1],
    java::ENV_CALLS[2],
    "System.env.get",
    "System.env.getOrDefault",
    "providers.environmentVariable",
    "dotenv.get",
];

// Lexing.

/// A slashy string is no longer than this.
const MAX_SLASHY: usize = 4096;

/// `/…/` and `$/…/$`.
fn literal(lexer: &mut Lexer<'_>) -> bool {
    if lexer.at("$/") && !lexer.after_value() {
        let form = StringForm { open: "$/", close: "/$", escape: Escape::None, interp: Interp::Groovy, lines: true };
        lexer.open_string(form, 2, None);
        return true;
    }
    if lexer.peek(0) != b'/' || matches!(lexer.peek(1), b'/' | b'*') || !slashy_position(lexer) {
        return false;
    }
    let rest = &lexer.text[lexer.pos + 1..lexer.end.min(lexer.pos + MAX_SLASHY)];
    let closed = memchr::memchr_iter(b'/', rest).any(|at| at == 0 || rest[at - 1] != b'\\');
    if closed {
        let form = StringForm { open: "/", close: "/", escape: Escape::Raw, interp: Interp::Groovy, lines: true };
        lexer.open_string(form, 1, None);
    }
    closed
}

/// After a value a `/` divides, but for the argument of a call without parentheses, which closes on its line.
fn slashy_position(lexer: &Lexer<'_>) -> bool {
    if !lexer.after_value() {
        return true;
    }
    let word = lexer.tokens.last().is_some_and(|token| token.kind == Kind::Word);
    let line = &lexer.text[lexer.pos + 1..lexer.line_end(lexer.pos)];
    word && lexer.gap() == (false, true)
        && !lexer.peek(1).is_ascii_whitespace()
        && line.iter().take(MAX_SLASHY).any(|byte| *byte == b'/')
}

// Statements.

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "package" => Some(line_end(reader, at, end)),
        "import" => import(reader, at, end),
        "@" => annotation(reader, at, end),
        "<" => reader.generics_end(at, end),
        "class" | "interface" | "trait" | "enum" if reader.kind(at + 1) == Some(Kind::Word) => {
            Some(reader.container(at, end))
        }
        "if" | "while" | "for" | "switch" | "catch" | "synchronized" => {
            braces::header(reader, at, end).or_else(|| reader.word_in(at, reader.profile.stop).then_some(at + 1))
        }
        _ => declaration(reader, at, end, None),
    }
}

fn line_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    (at + 1..end.min(at + 64)).find(|&i| reader.ends(i, end)).unwrap_or(at + 1)
}

/// `import a.b.C`, `import a.b.*`, `import a.b.C as D`, `import static a.b.C.d`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let first = at + 1 + usize::from(reader.is_word(at + 1, "static"));
    let mut last = first;
    while !reader.ends(last + 1, end) && last + 2 < end {
        // `.*` is one operator with the dot before it, or two.
        if reader.op_in(last + 1, &["."]) {
            last += 2;
        } else {
            break;
        }
    }
    if last == first {
        return None;
    }
    let words = (first..last - 1).step_by(2).map(|i| reader.str(i)).collect::<Vec<_>>();
    let module = Name { text: words.join("."), span: reader.span_of(first, last - 1) };
    let member = reader.name(last);
    let renamed = reader.is_word(last + 1, "as") && reader.kind(last + 2) == Some(Kind::Word) && last + 2 < end;
    let local = if renamed { Some(reader.name(last + 2)) } else { (member.text != "*").then(|| member.clone()) };
    let next = (last + if renamed { 3 } else { 1 }).min(end);
    let span = reader.span_of(at, next);
    reader.import(module, Some(member), local, span);
    Some(next)
}

/// `@Name(arguments)`. A placeholder in its text is where the field beneath takes its value from.
fn annotation(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let (next, value) = java::annotation_value(reader, at, end)?;
    reader.queue(at + 2, next);
    let Some(value) = value else { return Some(next) };
    let mut i = next;
    // No field has more modifiers than this.
    for _ in 0..16 {
        i = match java::annotation_value(reader, i, end) {
            Some((next, _)) => next,
            None if reader.word_in(i, reader.profile.skip) && !reader.is_word(i, "def") && i < end => i + 1,
            None => break,
        };
    }
    Some(declaration(reader, i, end, Some(value)).unwrap_or(next))
}

/// `Type name = value`, `Type name(params) { … }`, `def 'a name'() { … }`, `Name(params) { … }`. `given` is what a field
/// takes from outside.
fn declaration(reader: &mut Reader<'_>, at: usize, end: usize, given: Option<Value>) -> Option<usize> {
    if reader.kind(at) != Some(Kind::Word) || reader.word_in(at, reader.profile.stop) {
        return None;
    }
    let untyped = reader.word_in(at, &["def", "var"]);
    if !untyped && reader.word_in(at, reader.profile.skip) || reader.is_word(at, "new") {
        return None;
    }
    let typed = untyped || is_type(reader, at);
    let name = if untyped { at + 1 } else { java::type_end(reader, at, end) };
    if typed && reader.is_open(at + 1, "(") && at + 1 < end && !untyped {
        // A constructor has no type.
        let after = reader.mate(at + 1, end) + 1;
        let body = after < end && reader.is_open(after, "{") && !reader.tokens[after].nl;
        return if body { method(reader, at, at, at + 1, end) } else { None };
    }
    if name >= end || reader.tokens[name].nl || reader.word_in(name, reader.profile.stop) {
        return None;
    }
    let after = match reader.kind(name)? {
        Kind::Word => name + 1,
        Kind::StrOpen => reader.mate(name, end) + 1,
        _ => return None,
    };
    if typed && reader.is_open(after, "(") && after < end {
        let body = reader.mate(after, end) + 1;
        if body < end && (reader.is_open(body, "{") || reader.is_word(body, "throws")) {
            return method(reader, at, name, after, end);
        }
        return None;
    }
    if reader.kind(name) != Some(Kind::Word) {
        return None;
    }
    let (value, next) = if reader.is_op(after, "=") && after < end {
        let (value, next) = reader.expression(after + 1, end)?;
        (Some(given.unwrap_or(value)), next)
    } else if typed && (reader.ends(after, end) || reader.is_op(after, ",")) {
        (given, after)
    } else {
        return None;
    };
    if let Some(value) = value {
        let (target, span) = (Path::single(reader.name(name)), reader.span_of(at, next));
        reader.facts.assigns.push(Assign { target, value, span });
    }
    Some(next)
}

/// Whether the word at `at` looks like a type.
fn is_type(reader: &Reader<'_>, at: usize) -> bool {
    let mut last = at;
    while reader.is_op(last + 1, ".") && reader.kind(last + 2) == Some(Kind::Word) && last < at + 16 {
        last += 2;
    }
    reader.str(last).starts_with(|c: char| c.is_uppercase())
        || reader.word_in(at, &["void", "boolean", "byte", "char", "short", "int", "long", "float", "double"])
}

fn method(reader: &mut Reader<'_>, from: usize, name: usize, open: usize, end: usize) -> Option<usize> {
    let close = reader.mate(open, end);
    let brace = (close + 1..end.min(close + 32)).find(|&i| reader.is_open(i, "{"))?;
    let params = reader.params(open + 1, close);
    let stop = reader.mate(brace, end);
    let name =
        if reader.kind(name) == Some(Kind::StrOpen) { reader.string_name(name) } else { Some(reader.name(name)) };
    let next = (stop + 1).min(end);
    let body = reader.span_of(from, next);
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    reader.queue(brace + 1, stop);
    Some(next)
}

/// Closures and casts.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_open(at, "{") {
        let next = braces::closure(reader, at, end, "->", None);
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    java::operand(reader, at, end)
}

/// `{ … }` after a call.
fn trailing_block(reader: &mut Reader<'_>, call: CallId, at: usize, end: usize) -> Option<usize> {
    let block = at < end && reader.is_open(at, "{") && !reader.tokens[at].nl;
    block.then(|| braces::closure(reader, at, end, "->", Some(call)))
}
