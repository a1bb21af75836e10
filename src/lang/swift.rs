//! Swift.
//!
//! Owns declarations, closures, conditions and optional marks. It knows no vendor. The decision to know: `?` and `!`
//! right behind a name or value, `.utf8`, `.data(using: …)` and `.rawValue` do not change which value it is, so the lexer passes over
//! them and the reader never meets them.

use super::lexer::Lexer;
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Assign, CallId, Def, DefKind, Path, Value};

/// Swift.
pub static LANGUAGE: Language = Language {
    name: "swift",
    extensions: &["swift"],
    filenames: &[],
    interpreters: &["swift"],
    fences: &["swiftui"],
    front: Front::Profile(&PROFILE),
    // An app has no environment of its owner's: what it reads there is shipped with it, so no fix may say so.
    environment: "",
};

const fn form(open: &'static str, close: &'static str, hashes: u8, lines: bool) -> StringForm {
    let escape = if hashes == 0 { Escape::Backslash } else { Escape::None };
    StringForm { open, close, escape, interp: Interp::Paren(hashes), lines }
}

static PROFILE: Profile = Profile {
    block_comments: &[("/*", "*/", true)],
    strings: &[
        form("###\"\"\"", "\"\"\"###", 3, true),
        form("##\"\"\"", "\"\"\"##", 2, true),
        form("#\"\"\"", "\"\"\"#", 1, true),
        form("\"\"\"", "\"\"\"", 0, true),
        form("###\"", "\"###", 3, false),
        form("##\"", "\"##", 2, false),
        form("#\"", "\"#", 1, false),
        form("\"", "\"", 0, false),
    ],
    word_start: b"$`",
    word_part: b"`",
    operators: &[
        "===", "!==", "...", "..<", "<<=", ">>=", "->", "==", "!=", "<=", ">=", "&&", "||", "??", "+=", "-=", "*=",
        "/=", "%=", "&=", "|=", "^=", "&+", "&-", "&*", "<<", "::",
    ],
    literal,
    either: words(&["??"]),
    arg_key: &[":"],
    spread: &[],
    generics: true,
    trailing_closures: true,
    trailing_block,
    parallel: false,
    annotated: true,
    new: None,
    null: words(&["nil"]),
    this: &["self", "Self"],
    skip: words(&[
        "return",
        "try",
        "await",
        "throw",
        "let",
        "var",
        "case",
        "else",
        "do",
        "catch",
        "defer",
        "repeat",
        "static",
        "public",
        "private",
        "fileprivate",
        "internal",
        "inout",
        "async",
        "if",
        "guard",
        "while",
        "switch",
        "for",
    ]),
    modifiers: words(&[
        "open",
        "final",
        "lazy",
        "weak",
        "unowned",
        "dynamic",
        "optional",
        "required",
        "convenience",
        "override",
        "mutating",
        "nonmutating",
        "indirect",
        "some",
        "any",
        "nonisolated",
        "consuming",
        "borrowing",
        "package",
    ]),
    stop: words(&["in", "is", "where", "break", "continue", "fallthrough", "throws", "rethrows"]),
    containers: words(&["class", "struct", "enum", "extension", "protocol", "actor"]),
    functions: words(&["func"]),
    env_members: &["ProcessInfo.processInfo.environment", "processInfo.environment", "Environment.process"],
    env_calls: &["Environment.get", "getenv"],
    base64_methods: &[
        "base64EncodedString",
        "base64EncodedStringWithOptions",
        "base64EncodedData",
        "toBase64",
        "base64String",
    ],
    same: &["Data", "Array", "Substring", "NSString", "trimmingCharacters", "lowercased", "addingPercentEncoding"],
    formats: &["String", "localizedStringWithFormat"],
    statement,
    operand,
    ..BASE
};

// Lexing.

fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'?' | b'!' => optional_mark(lexer),
        b'.' => same_member(lexer),
        b'#' if lexer.peek(1) == b'/' => extended_regex(lexer),
        b'#' if ["#if ", "#elseif ", "#else", "#endif"].iter().any(|word| lexer.at(word)) => {
            skip_directive(lexer);
            true
        }
        b'/' => regex(lexer),
        _ => false,
    }
}

/// Passes over a line that a preprocessor reads, up to a comment at its end.
pub(super) fn skip_directive(lexer: &mut Lexer<'_>) {
    lexer.push(Kind::Op, lexer.pos + 1);
    let end = lexer.line_end(lexer.pos);
    let line = &lexer.text[lexer.pos..end];
    let comment = memchr::memchr_iter(b'/', line).find(|&at| matches!(line.get(at + 1), Some(b'/' | b'*')));
    lexer.pos = comment.map_or(end, |at| lexer.pos + at);
}

/// `x?`, `x!`, `try?`, `as!`, `String?`: a mark without a blank before it. `??` and `!=` are operators.
fn optional_mark(lexer: &mut Lexer<'_>) -> bool {
    let (newline, blank) = lexer.gap();
    let operator = lexer.at("!=") || lexer.at("??") && !matches!(lexer.peek(2), b')' | b',' | b'>' | b'\n' | b'=');
    let behind = lexer.tokens.last().is_some_and(|last| {
        matches!(last.kind, Kind::Word | Kind::Close | Kind::StrClose) || lexer.last_text() == b">"
    });
    let found = !newline && !blank && behind && !operator;
    lexer.pos += usize::from(found);
    found
}

/// Members that give the same text as what they are of.
const SAME: &[&str] = &[".utf8", ".rawValue", ".utf8CString", ".unicodeScalars"];

fn same_member(lexer: &mut Lexer<'_>) -> bool {
    if lexer.at(".data(using:") && lexer.after_value() {
        let rest = &lexer.text[lexer.pos..lexer.end.min(lexer.pos + 96)];
        let close = memchr::memchr(b')', rest);
        lexer.pos += close.map_or(0, |close| close + 1);
        return close.is_some();
    }
    let Some(member) = SAME.iter().find(|member| lexer.at(member)) else { return false };
    let next = lexer.peek(member.len());
    // `.data(using: .utf8)` has an argument of that name.
    let found = lexer.after_value() && !lexer.word_part(next) && next != b'(' && next != b':';
    lexer.pos += if found { member.len() } else { 0 };
    found
}

/// `#/…/#`, over lines as well.
fn extended_regex(lexer: &mut Lexer<'_>) -> bool {
    let rest = &lexer.text[lexer.pos + 2..lexer.end];
    let Some(len) = memchr::memmem::find(rest, b"/#") else { return false };
    lexer.push(Kind::Literal, lexer.pos + len + 4);
    true
}

/// `/…/` on one line where no value stands before it and no blank follows.
fn regex(lexer: &mut Lexer<'_>) -> bool {
    let opens = lexer.tokens.last().is_some_and(|last| {
        matches!(last.kind, Kind::Open) || last.kind == Kind::Op && b"=(,:".contains(&lexer.text[last.start as usize])
    });
    if !opens || matches!(lexer.peek(1), b'/' | b'*' | b' ' | b'\n' | b')' | b',') {
        return false;
    }
    let line = &lexer.text[lexer.pos..lexer.line_end(lexer.pos)];
    let mut at = 1;
    while at < line.len() && line[at] != b'/' {
        at += 1 + usize::from(line[at] == b'\\');
    }
    if at >= line.len() {
        return false;
    }
    lexer.push(Kind::Literal, lexer.pos + at + 1);
    true
}

// Reading.

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if reader.is_open(at, "{") {
        // After a name without parentheses: a closure when it says what it takes.
        let close = reader.mate(at, end);
        return header(reader, at + 1, close).map(|_| {
            closure(reader, at, close, None);
            close + 1
        });
    }
    if reader.kind(at) != Some(Kind::Word) {
        return None;
    }
    match reader.str(at) {
        // Accessors of a property.
        "get" | "set" | "willSet" | "didSet" | "_read" | "_modify" | "unsafeAddress"
            if reader.is_open(at + 1, "{") || reader.is_open(at + 1, "(") && reader.is_open(at + 4, "{") =>
        {
            Some(at + 1)
        }
        "import" => Some(import(reader, at, end)),
        "if" | "guard" | "while" | "for" | "switch" => Some(condition(reader, at, end)),
        "class" if reader.word_in(at + 1, &["func", "var", "let", "override", "final"]) => Some(at + 1),
        // A member of that name is called like any other, so the word is no keyword of the profile.
        "init" if reader.is_open(at + 1, "(") || reader.is_op(at + 1, "<") => Some(reader.function(at, end)),
        "deinit" if reader.is_open(at + 1, "{") => Some(reader.function(at, end)),
        "case" => case(reader, at, end),
        "let" | "var" => Some(constant(reader, at, end)),
        "func" if reader.kind(at + 1) == Some(Kind::Op) => {
            // An operator.
            let open = (at + 1..end.min(at + 16)).find(|&i| reader.is_open(i, "("))?;
            let close = reader.mate(open, end);
            let params = reader.params(open + 1, close);
            let brace = (close..end.min(close + 32)).find(|&i| reader.is_open(i, "{"))?;
            let stop = reader.mate(brace, end);
            let body = reader.span_of(at, (stop + 1).min(end));
            reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body, of: None });
            reader.queue(brace + 1, stop);
            Some((stop + 1).min(end))
        }
        _ => None,
    }
}

/// `import Module`, `import class Module.Name`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let first =
        at + 1 + usize::from(reader.word_in(at + 1, &["class", "struct", "enum", "func", "protocol", "let", "var"]));
    if reader.kind(first) != Some(Kind::Word) || first >= end {
        return at + 1;
    }
    let mut last = first;
    while reader.is_op(last + 1, ".") && reader.kind(last + 2) == Some(Kind::Word) && last + 2 < end {
        last += 2;
    }
    let span = reader.span_of(at, last + 1);
    let module = reader.name(first);
    reader.import(module, None, None, span);
    last + 1
}

/// `if a, let b = c { … }`: up to the brace there is no closure after a call, so the brace opens the body.
fn condition(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let mut brace = at + 1;
    let stop = end.min(at + 400);
    while brace < stop && !reader.is_open(brace, "{") && !reader.is_word(brace, "else") {
        brace = if reader.kind(brace) == Some(Kind::Open) { reader.mate(brace, end) + 1 } else { brace + 1 };
    }
    if brace >= stop {
        return at + 1;
    }
    reader.queue(at + 1, brace);
    brace
}

/// `case name = value`, `case .name(let x):`; a name before `:` is looked at, not given.
fn case(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = at + 1;
    if reader.kind(i) != Some(Kind::Word) || !reader.is_op(i + 1, "=") || i >= end {
        return Some(at + 1);
    }
    while reader.kind(i) == Some(Kind::Word) && i < end {
        let target = Path::single(reader.name(i));
        i += 1;
        if reader.is_op(i, "=") && i < end {
            let (value, next) = reader.expression(i + 1, end)?;
            let span = reader.span_of(at, next);
            reader.facts.assigns.push(Assign { target, value, span });
            i = next;
        }
        if !reader.is_op(i, ",") {
            break;
        }
        i += 1;
    }
    Some(i)
}

/// `let name: Type = value`, `var name: Type { … }`: what is computed is a function of that name.
fn constant(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let name = at + 1;
    if reader.kind(name) != Some(Kind::Word) || !reader.is_op(name + 1, ":") || name >= end {
        return at + 1;
    }
    let after = reader.type_end(name + 2, end, false).min(end);
    if after <= name + 2 || reader.is_op(after, "=") {
        return at + 1;
    }
    if after >= end || !reader.is_open(after, "{") || reader.tokens[after].nl {
        // The type alone; what follows is no operand of its angles.
        return after;
    }
    let close = reader.mate(after, end);
    let body = reader.span_of(at, (close + 1).min(end));
    let name = Some(reader.name(name));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params: Vec::new(), body, of: None });
    reader.queue(after + 1, close);
    (close + 1).min(end)
}

/// `f(…) { a, b in … }`, and further closures `label: { … }`.
fn trailing_block(reader: &mut Reader<'_>, call: CallId, at: usize, end: usize) -> Option<usize> {
    if !reader.is_open(at, "{") || at >= end || reader.tokens[at].nl {
        return None;
    }
    let mut open = at;
    loop {
        let close = reader.mate(open, end);
        closure(reader, open, close, Some(call));
        let next = (close + 1).min(end);
        let more =
            reader.kind(next) == Some(Kind::Word) && reader.is_op(next + 1, ":") && reader.is_open(next + 2, "{");
        if !more || next + 2 >= end {
            return Some(next);
        }
        open = next + 2;
    }
}

/// The index of the `in` behind what a closure takes.
fn header(reader: &Reader<'_>, start: usize, close: usize) -> Option<usize> {
    let mut i = start;
    // No closure takes more than this.
    while i < close.min(start + 64) {
        match reader.kind(i)? {
            Kind::Word if reader.is_word(i, "in") => return Some(i),
            Kind::Word if i > start && reader.tokens[i].nl => return None,
            Kind::Word => i += 1,
            Kind::Op if reader.op_in(i, &[",", ":", "->", "&", ".", "<", ">", "@"]) => i += 1,
            Kind::Open if !reader.is_open(i, "{") => i = reader.mate(i, close) + 1,
            _ => return None,
        }
    }
    None
}

/// `{ [weak self] (a: A, b) -> C in … }`
fn closure(reader: &mut Reader<'_>, open: usize, close: usize, of: Option<CallId>) -> Value {
    let start = open + 1;
    let word = header(reader, start, close);
    let mut params = Vec::new();
    if let Some(word) = word {
        let first = if reader.is_open(start, "[") { reader.mate(start, word) + 1 } else { start };
        params = if reader.is_open(first, "(") {
            reader.params(first + 1, reader.mate(first, word))
        } else {
            reader.params(first, word)
        };
    }
    let body = reader.span_of(open, close + 1);
    reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body, of });
    reader.queue(word.map_or(start, |word| word + 1), close);
    Value::opaque(body)
}

/// Closures; `.name` whose type is understood; `if` and `switch` as values stay statements.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_open(at, "{") {
        let close = reader.mate(at, end);
        return Some((closure(reader, at, close, None), (close + 1).min(end)));
    }
    if reader.is_op(at, ".") && reader.kind(at + 1) == Some(Kind::Word) && at + 1 < end {
        return reader.guarded(|reader| reader.operand(at + 1, end));
    }
    None
}
