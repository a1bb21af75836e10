//! JavaScript, TypeScript and JSX.
//!
//! Owns templates, regular expressions, JSX and the two module systems. It knows no vendor.

use super::lexer::{Context, Lexer};
use super::profile::{BASE, DOUBLE, Escape, Interp, Profile, SINGLE, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::{Front, Language};
use crate::facts::{Name, Value};

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
    literal: |lexer| regex(lexer) || jsx(lexer),
    path: &[".", "?."],
    either: &["||", "??"],
    assign: &["=", "||=", "??="],
    bare_methods: true,
    shorthand: true,
    annotated: true,
    param_first: true,
    null: &["null", "undefined"],
    skip: &[
        "return",
        "await",
        "yield",
        "throw",
        "typeof",
        "void",
        "delete",
        "export",
        "default",
        "const",
        "let",
        "var",
        "async",
        "public",
        "private",
        "protected",
        "readonly",
        "static",
        "declare",
        "abstract",
        "override",
        "case",
        "else",
        "do",
        "try",
        "finally",
        "get",
        "set",
    ],
    stop: &["if", "for", "while", "switch", "catch", "in", "of", "instanceof", "extends", "implements"],
    containers: &["class", "namespace", "interface"],
    functions: &["function"],
    env_members: &["process.env", "import.meta.env", "Deno.env", "Bun.env"],
    env_calls: &["Deno.env.get", "config.getEnv"],
    base64: &["btoa", "Base64.encode", "base64.encode", "Base64.btoa", "encodeBase64"],
    same: &["toString", "trim", "String", "valueOf", "encodeURIComponent"],
    format_methods: &["format"],
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
    if !lexer.after_value() {
        return true;
    }
    let Some(last) = lexer.tokens.last() else { return true };
    if last.kind != Kind::Close {
        return false;
    }
    let before = (last.mate as usize).checked_sub(1).map(|at| lexer.tokens[at]);
    match lexer.last_text() {
        b")" => before.is_some_and(|token| matches!(token.span().of(lexer.text), b"if" | b"while" | b"for" | b"with")),
        b"}" => lexer.gap().0,
        _ => false,
    }
}

/// `<Tag attribute="…">children</Tag>`, `<>…</>`
fn jsx(lexer: &mut Lexer<'_>) -> bool {
    if lexer.peek(0) != b'<' || lexer.after_value() && !after_block(lexer) {
        return false;
    }
    let next = lexer.peek(1);
    if !(next.is_ascii_alphabetic() || next == b'_' || next == b'>') || generic_arrow(lexer) {
        return false;
    }
    let open = lexer.push(Kind::Open, lexer.pos + 1);
    lexer.stack.push(Context::Island { open, step: tag, state: 0 });
    true
}

fn after_block(lexer: &Lexer<'_>) -> bool {
    lexer.last_text() == b"}" && lexer.gap().0
}

/// `<T,>(x) => …` and `<T extends X>(x) => …`
fn generic_arrow(lexer: &Lexer<'_>) -> bool {
    let end = lexer.word_end(lexer.pos + 1);
    let rest = &lexer.text[end..lexer.end];
    rest.starts_with(b",") || rest.starts_with(b" extends ") || rest.starts_with(b">(")
}

/// Inside a tag: names, attributes, `{…}`. State 1 says it is a closing tag.
fn tag(lexer: &mut Lexer<'_>) {
    let Some(&Context::Island { open, state, .. }) = lexer.stack.last() else { return };
    match lexer.peek(0) {
        b'/' if lexer.peek(1) == b'>' => {
            lexer.stack.pop();
            close_tag(lexer, open, 2);
        }
        b'>' if state == 1 => {
            lexer.stack.pop();
            close_tag(lexer, open, 1);
        }
        b'>' => {
            lexer.push(Kind::Op, lexer.pos + 1);
            if let Some(Context::Island { step, .. }) = lexer.stack.last_mut() {
                *step = children;
            }
        }
        b'{' => code_group(lexer),
        b'"' | b'\'' => {
            let form = if lexer.peek(0) == b'"' { ATTRIBUTE_DOUBLE } else { ATTRIBUTE_SINGLE };
            lexer.open_string(form, 1, None);
        }
        b'\n' => lexer.line_break(),
        byte if byte.is_ascii_whitespace() => lexer.pos += 1,
        byte if lexer.word_start(byte) => {
            let mut end = lexer.word_end(lexer.pos + 1);
            while end < lexer.end && (lexer.text[end] == b'-' || lexer.word_part(lexer.text[end])) {
                end += 1;
            }
            lexer.push(Kind::Word, end);
        }
        _ => {
            lexer.push(Kind::Op, lexer.pos + 1);
        }
    }
}

const ATTRIBUTE_DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::None, interp: Interp::None, lines: true };
const ATTRIBUTE_SINGLE: StringForm =
    StringForm { open: "'", close: "'", escape: Escape::None, interp: Interp::None, lines: true };

fn close_tag(lexer: &mut Lexer<'_>, open: u32, len: usize) {
    let close = lexer.push(Kind::Close, lexer.pos + len);
    lexer.tokens[open as usize].mate = close;
    lexer.tokens[close as usize].mate = open;
}

fn code_group(lexer: &mut Lexer<'_>) {
    let island = lexer.stack.len();
    let open = lexer.push(Kind::InterpOpen, lexer.pos + 1);
    debug_assert_eq!(island, lexer.stack.len());
    lexer.enter_code(open, b'}');
}

/// Between an opening and a closing tag: text, `{…}`, tags.
fn children(lexer: &mut Lexer<'_>) {
    let Some(&Context::Island { open, .. }) = lexer.stack.last() else { return };
    match lexer.peek(0) {
        b'{' => code_group(lexer),
        b'<' if lexer.peek(1) == b'/' => {
            lexer.stack.pop();
            lexer.push(Kind::Op, lexer.pos + 2);
            lexer.stack.push(Context::Island { open, step: tag, state: 1 });
        }
        b'<' => {
            let open = lexer.push(Kind::Open, lexer.pos + 1);
            lexer.stack.push(Context::Island { open, step: tag, state: 0 });
        }
        _ => {
            let rest = &lexer.text[lexer.pos + 1..lexer.end];
            let len = memchr::memchr2(b'<', b'{', rest).unwrap_or(rest.len());
            lexer.push(Kind::Raw, lexer.pos + 1 + len);
        }
    }
}

/// Imports and exports of both module systems.
fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "import" if !reader.is_open(at + 1, "(") && !reader.is_op(at + 1, ".") => import(reader, at, end),
        "const" | "let" | "var" => required(reader, at, end),
        "if" | "for" | "while" | "switch" | "catch" | "with" => Some(at + 1),
        _ => None,
    }
}

/// `import X, {a as b} from 'm'`, `import * as X from 'm'`, `import 'm'`, `import X = require('m')`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = at + 1;
    let mut names: Vec<(Option<Name>, Name)> = Vec::new();
    while i < end && i < at + 400 && reader.kind(i) != Some(Kind::StrOpen) {
        if reader.is_open(i, "{") {
            let close = reader.mate(i, end);
            members(reader, i + 1, close, &["as"], &mut names);
            i = close + 1;
        } else if reader.is_op(i, "*") && reader.is_word(i + 1, "as") {
            names.push((None, reader.name(i + 2)));
            i += 3;
        } else if reader.is_word(i, "from")
            || reader.is_word(i, "type") && !reader.is_word(i + 1, "from")
            || reader.op_in(i, &[",", "="])
        {
            i += 1;
        } else if reader.is_word(i, "require") && reader.is_open(i + 1, "(") {
            i += 2;
        } else if reader.kind(i) == Some(Kind::Word) {
            names.push((None, reader.name(i)));
            i += 1;
        } else {
            return None;
        }
    }
    let module = reader.string_name(i)?;
    let next = reader.mate(i, end) + 1;
    let span = reader.span_of(at, next);
    if names.is_empty() {
        reader.import(module.clone(), None, None, span);
    }
    for (member, local) in names {
        reader.import(module.clone(), member, Some(local), span);
    }
    Some(next)
}

/// `a, b as c` or `a, b: c` between braces.
fn members(reader: &Reader<'_>, start: usize, end: usize, rename: &[&str], names: &mut Vec<(Option<Name>, Name)>) {
    let mut i = start;
    while i < end {
        let stop = reader.item_end(i, end);
        let first = i + usize::from(reader.is_word(i, "type") && i + 1 < stop);
        if reader.kind(first) == Some(Kind::Word) && first < stop {
            let renamed = rename.contains(&reader.str(first + 1)) && first + 2 < stop;
            let local = if renamed { first + 2 } else { first };
            names.push((Some(reader.name(first)).filter(|name| name.text != "default"), reader.name(local)));
        }
        i = stop + 1;
    }
}

/// `const X = require('m')`, `const {a: b} = require('m')`, `const X = require('m').a`, `await import('m')`
fn required(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut names = Vec::new();
    let equals = if reader.is_open(at + 1, "{") {
        let close = reader.mate(at + 1, end);
        members(reader, at + 2, close, &[":"], &mut names);
        close + 1
    } else {
        names.push((None, reader.name(at + 1)));
        at + 2
    };
    if !reader.is_op(equals, "=") {
        return None;
    }
    let call = equals + 1 + usize::from(reader.is_word(equals + 1, "await"));
    let (module, mut next) = module_call(reader, call, end)?;
    while reader.is_op(next, ".") && reader.kind(next + 1) == Some(Kind::Word) {
        let member = Some(reader.name(next + 1)).filter(|name| name.text != "default");
        names.iter_mut().for_each(|(outer, _)| *outer = outer.take().or(member.clone()));
        next += 2;
    }
    // `require('m')(x)` and `require('m').create(x)` are calls on the module.
    if reader.is_open(next, "(") {
        return None;
    }
    let span = reader.span_of(at, next);
    for (member, local) in names {
        reader.import(module.clone(), member, Some(local), span);
    }
    Some(next)
}

/// The module of `require('m')` or `import('m')` and the index after it.
fn module_call(reader: &Reader<'_>, at: usize, end: usize) -> Option<(Name, usize)> {
    if !reader.word_in(at, &["require", "import"]) || !reader.is_open(at + 1, "(") {
        return None;
    }
    let module = reader.string_name(at + 2)?;
    let close = reader.mate(at + 1, end);
    (reader.mate(at + 2, end) + 1 == close).then_some((module, close + 1))
}

/// `require('m')` inside an expression names the module itself.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let (module, next) = module_call(reader, at, end)?;
    let span = reader.span_of(at, next);
    let local = Name { text: format!("require:{}", module.text), span };
    reader.import(module, None, Some(local.clone()), span);
    Some((reader.reference(crate::facts::Path::single(local), span), next))
}
