//! Objective-C.
//!
//! Owns classes between `@` words, C declarations and `#define`; message sends and blocks are in `messages`. It knows no vendor. The
//! decision to know: `[Receiver setA:x forB:y]` is the call `Receiver.setA(x, forB: y)`: the first word names what is
//! called, the others name its arguments.

mod messages;

use super::lexer::Lexer;
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Assign, Def, DefKind, Name, Param, Path};

/// Objective-C, and the C and C++ between it.
pub static LANGUAGE: Language = Language {
    name: "objc",
    extensions: &["m", "mm"],
    filenames: &[],
    interpreters: &[],
    fences: &["objective-c", "objectivec", "obj-c"],
    front: Front::Profile(&PROFILE),
    // An app has no environment of its owner's: what it reads there is shipped with it, so no fix may say so.
    environment: "",
};

const BOXED: StringForm =
    StringForm { open: "@\"", close: "\"", escape: Escape::Backslash, interp: Interp::None, lines: false };
const PLAIN: StringForm = StringForm { open: "\"", ..BOXED };

static PROFILE: Profile = Profile {
    strings: &[BOXED, PLAIN],
    operators: &[
        "<<=", ">>=", "...", "->", "==", "!=", "<=", ">=", "&&", "||", "::", "++", "--", "+=", "-=", "*=", "/=", "%=",
        "&=", "|=", "^=", "<<",
    ],
    literal,
    blocks,
    path: &[".", "->", "::"],
    either: words(&[]),
    map_key: &[":"],
    spread: &[],
    adjacent: true,
    parallel: false,
    null: words(&["nil", "NULL", "Nil", "nullptr"]),
    this: &["self", "this"],
    skip: words(&[
        "return",
        "static",
        "extern",
        "const",
        "else",
        "do",
        "case",
        "default",
        "inline",
        "typedef",
        "register",
        "volatile",
        "auto",
        "__block",
        "__weak",
        "__strong",
        "__unsafe_unretained",
        "__unused",
        "throw",
        "FOUNDATION_EXPORT",
        "UIKIT_EXTERN",
        "co_return",
        "constexpr",
    ]),
    stop: words(&["if", "while", "for", "switch", "goto", "break", "continue", "in", "sizeof"]),
    containers: words(&["class", "struct", "union", "enum", "namespace"]),
    env_members: &["NSProcessInfo.processInfo.environment"],
    env_calls: &["getenv", "processInfo.environment.objectForKey", "processInfo.environment.valueForKey"],
    base64_methods: &[
        "base64EncodedStringWithOptions",
        "base64EncodedDataWithOptions",
        "base64EncodedString",
        "base64Encoding",
    ],
    same: &[
        "dataUsingEncoding",
        "UTF8String",
        "NSString.stringWithUTF8String",
        "NSString.stringWithString",
        "alloc.initWithUTF8String",
        "alloc.initWithString",
        "description",
        "copy",
        "mutableCopy",
        "stringByTrimmingCharactersInSet",
        "stringByAddingPercentEncodingWithAllowedCharacters",
    ],
    formats: &["stringWithFormat", "localizedStringWithFormat", "initWithFormat"],
    statement,
    operand: messages::operand,
    ..BASE
};

/// Whether a C header plainly speaks Objective-C.
#[must_use]
pub(super) fn is_header(text: &[u8]) -> bool {
    let says = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    says("@interface") || says("@protocol") || says("@class") || says("#import ") || says("@\"")
}

// Lexing.

fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'\'' => character(lexer),
        b'#' if lexer.gap().0 || lexer.tokens.is_empty() => directive(lexer),
        _ => false,
    }
}

/// `'a'`, `'\n'`, and the four letters of a type code.
fn character(lexer: &mut Lexer<'_>) -> bool {
    let rest = &lexer.text[lexer.pos..lexer.end.min(lexer.pos + 16)];
    let mut at = 1;
    while at < rest.len() && rest[at] != b'\'' && rest[at] != b'\n' {
        at += 1 + usize::from(rest[at] == b'\\');
    }
    let found = rest.get(at) == Some(&b'\'');
    if found {
        lexer.push(Kind::Literal, lexer.pos + at + 1);
    }
    found
}

/// `#import` and `#define` are read; what stands in the line of another directive is no code.
fn directive(lexer: &mut Lexer<'_>) -> bool {
    let rest = &lexer.text[lexer.pos + 1..lexer.end];
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let rest = &rest[blanks..];
    if [&b"import"[..], b"include", b"define"].iter().any(|word| rest.starts_with(word)) {
        return false;
    }
    super::swift::skip_directive(lexer);
    true
}

// Reading.

/// `@implementation Name … @end`: found once, in one pass.
fn blocks(reader: &mut Reader<'_>) {
    let mut open = None;
    for at in 1..reader.tokens.len() {
        if !reader.is_op(at - 1, "@") {
            continue;
        }
        match reader.str(at) {
            "interface" | "implementation" | "protocol" => open = open.or(Some(at)),
            "end" => {
                if let Some(start) = open.take() {
                    reader.block_end.push((start, at + 1));
                }
            }
            _ => (),
        }
    }
}

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match (reader.kind(at)?, reader.str(at)) {
        (Kind::Op, "@") => directive_statement(reader, at, end),
        (Kind::Op, "#") if reader.tokens[at].nl => preprocessor(reader, at, end),
        (Kind::Op, "-" | "+") if reader.is_open(at + 1, "(") => method(reader, at, end),
        (Kind::Word, "if" | "while" | "for" | "switch" | "catch") if reader.is_open(at + 1, "(") => {
            // What follows the parentheses is a statement of its own, not called on them.
            let close = reader.mate(at + 1, end);
            reader.queue(at + 2, close);
            Some(close + 1)
        }
        (Kind::Word, _) => declaration(reader, at, end),
        _ => None,
    }
}

/// `@implementation Name`, `@property (…) Type *name;`, `@import Module;`, `@class A, B;`
fn directive_statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at + 1) {
        "interface" | "implementation" | "protocol" => {
            if let Some(after) = reader.block_after(at + 1).filter(|&after| after <= end)
                && reader.kind(at + 2) == Some(Kind::Word)
            {
                let name = Some(reader.name(at + 2));
                let body = reader.span_of(at, after);
                reader.facts.defs.push(Def { name, kind: DefKind::Container, params: Vec::new(), body, of: None });
            }
            // The name, what it extends, and the protocols in angles.
            let mut i = at + 3;
            while i < end.min(at + 64) && !reader.tokens[i].nl && !reader.is_open(i, "{") && !reader.is_op(i, "@") {
                i += 1;
            }
            Some(i.min(end))
        }
        "import" => {
            let name = reader.name(at + 2);
            let span = reader.span_of(at, (at + 3).min(end));
            reader.import(name, None, None, span);
            Some(at + 3)
        }
        "property" | "class" | "synthesize" | "dynamic" | "compatibility_alias" => {
            Some((at + 2..end.min(at + 64)).find(|&i| reader.is_op(i, ";")).map_or(at + 2, |i| i + 1))
        }
        "end" | "optional" | "required" | "public" | "private" | "protected" | "package" | "try" | "finally"
        | "autoreleasepool" => Some(at + 2),
        "catch" | "synchronized" if reader.is_open(at + 2, "(") => {
            let close = reader.mate(at + 2, end);
            reader.queue(at + 3, close);
            Some(close + 1)
        }
        _ => None,
    }
}

/// `#import <A/B.h>`, `#define NAME value`
fn preprocessor(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let stop = (at + 1..end).find(|&i| reader.tokens[i].nl).unwrap_or(end);
    let span = reader.span_of(at, stop);
    match reader.str(at + 1) {
        "import" | "include" => {
            let module = reader.string_name(at + 2).or_else(|| {
                let inner = (at + 3..stop).take_while(|&i| !reader.is_op(i, ">"));
                let last = inner.last().filter(|_| reader.is_op(at + 2, "<"))?;
                let text = (at + 3..=last).map(|i| reader.str(i)).collect::<String>();
                Some(Name { text, span: reader.span_of(at + 3, last + 1) })
            });
            if let Some(module) = module {
                reader.import(module, None, None, span);
            }
        }
        "define" if reader.kind(at + 2) == Some(Kind::Word) && at + 2 < stop => {
            let mut i = at + 3;
            if reader.is_open(i, "(") && !reader.tokens[i].sp {
                i = reader.mate(i, stop) + 1;
            }
            let target = Path::single(reader.name(at + 2));
            let value = if i < stop { reader.expression(i, stop) } else { None };
            match value {
                Some((value, next)) if next >= stop => reader.facts.assigns.push(Assign { target, value, span }),
                Some((_, next)) => reader.queue(next, stop),
                None => reader.queue(i, stop),
            }
        }
        _ => (),
    }
    Some(stop.max(at + 1))
}

/// `- (Type)name:(Type)a label:(Type)b { … }`
fn method(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = reader.mate(at + 1, end) + 1;
    if reader.kind(i) != Some(Kind::Word) || i >= end {
        return None;
    }
    let name = Some(reader.name(i));
    let mut params = Vec::new();
    let stop = end.min(i + 200);
    while i < stop && !reader.is_open(i, "{") && !reader.is_op(i, ";") {
        if reader.is_op(i, ":") {
            i += 1;
            if reader.is_open(i, "(") {
                i = reader.mate(i, end) + 1;
            }
            if reader.kind(i) == Some(Kind::Word) && i < stop {
                params.push(Param { name: reader.name(i), default: None });
            }
        }
        i += 1;
    }
    if !reader.is_open(i, "{") || i >= end {
        return Some((i + 1).min(end));
    }
    let close = reader.mate(i, end);
    let body = reader.span_of(at, (close + 1).min(end));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    reader.queue(i + 1, close);
    Some((close + 1).min(end))
}

/// `static NSString *const name = value, *other;`, `Type *name(params) { … }`, `Type (^name)(…) = ^{ … };`
fn declaration(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let profile = reader.profile;
    if reader.word_in(at, &["return", "else", "case", "default", "do", "throw", "goto", "typedef"]) {
        return None;
    }
    let limit = end.min(at + 40);
    let (mut i, mut words) = (at, 0);
    let mut name = at;
    while i < limit {
        if reader.kind(i) == Some(Kind::Word) && !reader.word_in(i, profile.stop) {
            words += usize::from(!reader.word_in(i, profile.skip));
            name = i;
            i += 1;
        } else if reader.is_op(i, "*") || reader.is_op(i, "&") || reader.is_op(i, "::") {
            i += 1;
        } else if reader.is_op(i, "<") {
            i = reader.generics_end(i, end)?;
        } else {
            break;
        }
    }
    if reader.is_open(i, "(") && reader.is_op(i + 1, "^") && reader.kind(i + 2) == Some(Kind::Word) && i < limit {
        // A block.
        name = i + 2;
        i = reader.mate(i, end) + 1;
        i = if reader.is_open(i, "(") { reader.mate(i, end) + 1 } else { i };
    } else if words < 2 || name + 1 != i && !reader.is_open(i, "[") || reader.word_in(at, profile.containers) {
        return None;
    }
    if reader.is_open(i, "(") && i < end {
        return function(reader, at, name, end);
    }
    variables(reader, at, name, i, end)
}

/// Names with or without a value, up to the semicolon; the first one ends before `at`.
fn variables(reader: &mut Reader<'_>, from: usize, name: usize, at: usize, end: usize) -> Option<usize> {
    let (mut name, mut i) = (name, at);
    loop {
        let target = Path::single(reader.name(name));
        while reader.is_open(i, "[") && i < end {
            i = reader.mate(i, end) + 1;
        }
        if reader.is_op(i, "=") && i < end {
            let (value, next) = reader.expression(i + 1, end)?;
            i = next;
            let span = reader.span_of(from, i);
            reader.facts.assigns.push(Assign { target, value, span });
        } else if !reader.op_in(i, &[";", ",", ")"]) && !reader.is_word(i, "in") && i < end {
            return None;
        }
        if !reader.is_op(i, ",") || i >= end {
            return Some(i.max(from + 1));
        }
        i += 1;
        while reader.is_op(i, "*") && i < end {
            i += 1;
        }
        if reader.kind(i) != Some(Kind::Word) || i >= end {
            return Some(i.max(from + 1));
        }
        name = i;
        i += 1;
    }
}

fn function(reader: &mut Reader<'_>, from: usize, name: usize, end: usize) -> Option<usize> {
    let close = reader.mate(name + 1, end);
    let brace = close + 1;
    if !reader.is_open(brace, "{") || brace >= end {
        // A prototype, a macro that declares, or an object that is constructed.
        return None;
    }
    let params = reader.params(name + 2, close);
    let stop = reader.mate(brace, end);
    let body = reader.span_of(from, (stop + 1).min(end));
    let name = Some(reader.name(name));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    reader.queue(brace + 1, stop);
    Some((stop + 1).min(end))
}
