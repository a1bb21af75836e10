//! Scala, with braces or by indentation.
//!
//! Owns its string interpolators, definitions and imports. It knows no vendor. The decision to know: `new C(x)` reads as
//! `C(x)`, because Scala 3 writes it so, and companions always could.

mod definitions;

use super::lexer::{self, Lexer};
use super::profile::{BASE, DOUBLE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language, braces, java};
use crate::facts::{Assign, CallId, Name, Path, Value};
use definitions::{class, function};

/// Scala 2 and 3.
pub static LANGUAGE: Language = Language {
    name: "scala",
    extensions: &["scala", "sc", "sbt"],
    filenames: &[],
    interpreters: &["scala", "scala-cli", "amm"],
    fences: &["amm"],
    front: Front::Profile(&PROFILE),
    environment: "sys.env(\"{}\")",
};

const RAW: StringForm =
    StringForm { open: "\"\"\"", close: "\"\"\"", escape: Escape::None, interp: Interp::None, lines: true };

static PROFILE: Profile = Profile {
    block_comments: &[("/*", "*/", true)],
    strings: &[RAW, DOUBLE],
    operators: &[
        "<-", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "::", "++", "+=", "-=", "*=", "/=", "<:", ">:", "=:=",
    ],
    literal,
    blocks,
    newline_ends: true,
    parens_join: true,
    bare_blocks: true,
    getters: true,
    infix: true,
    type_brackets: true,
    either: words(&[]),
    arg_key: &["=", "->"],
    map_key: &["->"],
    spread: &[],
    parallel: false,
    annotated: true,
    param_first: true,
    new: None,
    this: &["this", "$this"],
    sigils: b"$",
    null: words(&["null", "None"]),
    skip: words(&[
        "return",
        "throw",
        "private",
        "protected",
        "override",
        "abstract",
        "final",
        "implicit",
        "lazy",
        "sealed",
        "else",
        "do",
        "then",
        "try",
        "finally",
        "new",
        "val",
        "var",
        "yield",
    ]),
    modifiers: words(&["inline", "opaque", "open", "transparent", "infix", "using", "erased"]),
    stop: words(&["if", "for", "while", "match", "catch", "case", "extends", "with", "derives"]),
    containers: words(&["class", "object", "trait", "enum"]),
    env_members: &["System.getenv"],
    env_calls: ENV_CALLS,
    base64: &[
        "encodeToString",
        "Base64.encodeBase64String",
        "Base64.encodeBase64",
        "DatatypeConverter.printBase64Binary",
        "BaseEncoding.base64.encode",
        "Base64.encode",
        "encodeBase64",
        "toBase64",
    ],
    same: &[
        "toString",
        "getBytes",
        "toCharArray",
        "trim",
        "strip",
        "stripMargin",
        "intern",
        "orNull",
        "Some",
        "Option",
        "String",
        "String.valueOf",
        "Properties.envOrNone",
        "ByteString",
    ],
    or_else: &["getOrElse", "orElse"],
    formats: &["String.format"],
    format_methods: &["format", "formatted"],
    trailing_block,
    statement,
    operand,
    ..BASE
};

const ENV_CALLS: &[&str] = &[
    java::ENV_CALLS[0],
    java::ENV_CALLS[1],
    java::ENV_CALLS[2],
    "sys.env",
    "sys.env.get",
    "sys.env.apply",
    "sys.env.getOrElse",
    "Properties.envOrNone",
    "Properties.envOrElse",
    "dotenv.get",
];

// Lexing.

/// Interpolators, names that end in an operator (`as_!`), names in backquotes, characters.
fn literal(lexer: &mut Lexer<'_>) -> bool {
    let byte = lexer.peek(0);
    if byte == b'`' {
        let line = &lexer.text[lexer.pos + 1..lexer.line_end(lexer.pos)];
        let Some(len) = memchr::memchr(b'`', line) else { return false };
        lexer.push(Kind::Word, lexer.pos + len + 2);
        return true;
    }
    if !lexer.word_start(byte) {
        return lexer::character(lexer);
    }
    let end = lexer.word_end(lexer.pos + 1);
    let len = end - lexer.pos;
    if lexer.peek(len) == b'"' {
        let triple = lexer.peek(len + 1) == b'"' && lexer.peek(len + 2) == b'"';
        let raw = &lexer.text[lexer.pos..end] == b"raw";
        let (form, quotes) = if triple { (RAW, 3) } else { (DOUBLE, 1) };
        let escape = if raw && !triple { Escape::Raw } else { form.escape };
        lexer.open_string(StringForm { escape, interp: Interp::Scala, ..form }, len + quotes, None);
        return true;
    }
    let operator = |byte: u8| b"!#%&*+-/:<=>?@\\^|~".contains(&byte);
    if len > 1 && lexer.text[end - 1] == b'_' && operator(lexer.peek(len)) {
        let tail = lexer.text[end..lexer.end].iter().take(8).take_while(|byte| operator(**byte)).count();
        lexer.push(Kind::Word, end + tail);
        return true;
    }
    false
}

/// A block without braces lasts until a line starts no further right than the line that opened it. Its header ends in
/// `=` or `:`.
fn blocks(reader: &mut Reader<'_>) {
    // Columns of the lines that opened a block, and the index of the block's first token.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut line = 0;
    let mut at = 0;
    while at < reader.tokens.len() {
        if reader.tokens[at].nl {
            let column = column(reader, at);
            while let Some((_, start)) = open.pop_if(|(outer, _)| *outer >= column) {
                reader.block_end.push((start, at));
            }
            let opens = at > 0 && (reader.op_in(at - 1, &["=", ":", "=>"]) || reader.is_word(at - 1, "then"));
            if opens && column > line && !reader.is_open(at, "{") {
                open.push((line, at));
            }
            line = column;
        }
        let skips = matches!(reader.tokens[at].kind, Kind::StrOpen | Kind::InterpOpen)
            || reader.tokens[at].kind == Kind::Open && !reader.is_open(at, "{");
        at = if skips { reader.mate(at, reader.tokens.len()) + 1 } else { at + 1 };
    }
    let end = reader.tokens.len();
    reader.block_end.extend(open.into_iter().map(|(_, start)| (start, end)));
}

/// How far the line of the token at `at` is indented.
fn column(reader: &Reader<'_>, at: usize) -> usize {
    let start = reader.tokens[at].start as usize;
    let line = memchr::memrchr(b'\n', &reader.text[..start]).map_or(0, |nl| nl + 1);
    start - line
}

// Statements.

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "package" => Some(line_end(reader, at, end)),
        "import" => Some(import(reader, at, end)),
        "@" => {
            let (next, _) = java::annotation_value(reader, at, end)?;
            reader.queue(at + 1, next);
            Some(next)
        }
        "val" | "var" | "given" => binding(reader, at, end),
        "def" => function(reader, at, end),
        "class" | "object" | "trait" | "enum" if reader.kind(at + 1) == Some(Kind::Word) => {
            Some(class(reader, at, end))
        }
        "type" if reader.kind(at + 1) == Some(Kind::Word) => Some(line_end(reader, at, end)),
        "if" | "while" | "for" | "catch" => braces::header(reader, at, end).or(Some(at + 1)),
        _ => None,
    }
}

fn line_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    (at + 1..end.min(at + 64)).find(|&i| reader.ends(i, end)).unwrap_or(at + 1)
}

/// `import a.b.C`, `import a.b.{C, D => E, F as G}`, `import a.b._`, `import a.b.*, c.d.E`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let mut first = at + 1;
    loop {
        let mut last = first;
        while reader.is_op(last + 1, ".") && last + 2 < end && reader.kind(last + 2) != Some(Kind::Open) {
            last += 2;
        }
        let group = reader.is_op(last + 1, ".") && reader.is_open(last + 2, "{") && last + 2 < end;
        let words = |from: usize, to: usize| (from..=to).step_by(2).map(|i| reader.str(i)).collect::<Vec<_>>();
        let mut members = Vec::new();
        let (module_end, next);
        if group {
            let close = reader.mate(last + 2, end);
            let mut i = last + 3;
            while i < close {
                let stop = reader.item_end(i, close);
                let renamed = reader.is_op(i + 1, "=>") || reader.is_word(i + 1, "as");
                members.push((i, if renamed && i + 2 < stop { i + 2 } else { i }));
                i = stop + 1;
            }
            (module_end, next) = (last, (close + 1).min(end));
        } else if last > first {
            let renamed = reader.is_word(last + 1, "as") && reader.kind(last + 2) == Some(Kind::Word);
            members.push((last, if renamed { last + 2 } else { last }));
            (module_end, next) = (last - 2, if renamed { last + 3 } else { last + 1 });
        } else {
            return (at + 1).max(first);
        }
        let module = Name { text: words(first, module_end).join("."), span: reader.span_of(first, module_end + 1) };
        let span = reader.span_of(at, next);
        for (member, local) in members {
            let star = matches!(reader.str(member), "_" | "*" | "given");
            let text = if star { "*".to_owned() } else { reader.str(member).to_owned() };
            let member = Name { text, span: reader.span(member) };
            let local = (!star).then(|| reader.name(local)).filter(|local| local.text != "_");
            reader.import(module.clone(), Some(member), local, span);
        }
        if !reader.is_op(next, ",") || next + 1 >= end {
            return next;
        }
        first = next + 1;
    }
}

/// `val name: Type = value`, `given name: Type = value`; patterns are stepped over.
fn binding(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let name = at + 1;
    if reader.kind(name) != Some(Kind::Word) || name >= end {
        return Some(at + 1);
    }
    let mut i = name + 1;
    if reader.is_op(i, ":") && i < end {
        i = type_end(reader, i + 1, end);
    }
    if !reader.is_op(i, "=") || i >= end {
        // `val A(b) = c`, `val a, b = c`
        return Some(at + 1);
    }
    let target = Path::single(reader.name(name));
    let Some((value, next)) = value(reader, i + 1, end) else { return Some(i + 1) };
    let span = reader.span_of(at, next);
    reader.facts.assigns.push(Assign { target, value, span });
    Some(next)
}

/// The value after `=`, in braces or not.
fn value(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if at < end && reader.is_open(at, "{") {
        return Some(braces::block(reader, at, end));
    }
    reader.expression(at, end)
}

/// Index after the type at `at`: `a.B[C]`, `A => B`, `A with B`, `(A, B)`.
fn type_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let limit = end.min(at + 64);
    let mut i = at;
    while i < limit {
        if reader.kind(i) == Some(Kind::Open) && !reader.is_open(i, "{") {
            i = reader.mate(i, end) + 1;
        } else if reader.op_in(i, &["=>"]) {
            i += 1;
            continue;
        } else if reader.kind(i) == Some(Kind::Word) {
            i += 1;
        } else {
            break;
        }
        if reader.is_open(i, "[") && i < limit {
            i = reader.mate(i, end) + 1;
        }
        let joins = reader.op_in(i, &[".", "=>", "|", "&", "#", "*"]) || reader.is_word(i, "with");
        if !joins || i >= limit {
            break;
        }
        i += 1;
        if reader.op_in(i, &["=", ")"]) {
            break;
        }
    }
    i.min(end)
}

// Expressions.

/// Functions in braces, conditions as values.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    match reader.str(at) {
        "{" if reader.is_open(at, "{") => {
            let next = braces::closure(reader, at, end, "=>", None);
            Some((Value::opaque(reader.span_of(at, next)), next))
        }
        "if" => reader.guarded(|reader| braces::conditional(reader, at, end)),
        _ => None,
    }
}

/// `{ … }` after a call.
fn trailing_block(reader: &mut Reader<'_>, call: CallId, at: usize, end: usize) -> Option<usize> {
    let block = at < end && reader.is_open(at, "{") && !reader.tokens[at].nl;
    block.then(|| braces::closure(reader, at, end, "=>", Some(call)))
}
