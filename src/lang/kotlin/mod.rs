//! Kotlin.
//!
//! Owns its declarations, lambdas and imports. It knows no vendor. The decision to know: a class's constructor parameters
//! are parameters of the class, so that a member of that name is known to come from outside.

mod definitions;

use super::lexer::{self, Lexer};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language, braces, java};
use crate::facts::{Assign, CallId, Name, Path, Value};
use definitions::{accessor, class, function};

/// Kotlin.
pub static LANGUAGE: Language = Language {
    name: "kotlin",
    extensions: &["kt", "kts", "ktm"],
    filenames: &[],
    interpreters: &["kotlin", "kscript"],
    fences: &[],
    front: Front::Profile(&PROFILE),
    environment: "System.getenv(\"{}\")",
};

const RAW: StringForm =
    StringForm { open: "\"\"\"", close: "\"\"\"", escape: Escape::None, interp: Interp::Name, lines: true };
const TEXT: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::Backslash, interp: Interp::Name, lines: false };

static PROFILE: Profile = Profile {
    block_comments: &[("/*", "*/", true)],
    strings: &[RAW, TEXT],
    operators: &[
        "===", "!==", "..<", "?.", "?:", "->", "==", "!=", "<=", ">=", "&&", "||", "::", "++", "--", "+=", "-=", "*=",
        "/=", "%=", "..",
    ],
    literal,
    newline_ends: true,
    parens_join: true,
    bare_blocks: true,
    generics: true,
    path: &[".", "?.", "::"],
    either: words(&["?:"]),
    arg_key: &["=", "to"],
    map_key: &["->"],
    spread: &["*"],
    parallel: false,
    annotated: true,
    param_first: true,
    new: None,
    this: &["this", "$this"],
    sigils: b"$",
    skip: words(&[
        "return",
        "throw",
        "public",
        "private",
        "protected",
        "internal",
        "override",
        "abstract",
        "final",
        "lateinit",
        "const",
        "suspend",
        "inline",
        "tailrec",
        "operator",
        "external",
        "else",
        "do",
        "try",
        "finally",
        "vararg",
        "crossinline",
        "noinline",
        "val",
        "var",
    ]),
    modifiers: words(&[
        "data",
        "sealed",
        "open",
        "enum",
        "inner",
        "annotation",
        "value",
        "companion",
        "infix",
        "expect",
        "actual",
    ]),
    stop: words(&["if", "for", "while", "when", "catch", "in", "is", "break", "continue", "by", "where"]),
    containers: words(&["class", "interface", "object"]),
    env_members: &["System.getenv"],
    env_calls: java::ENV_CALLS,
    base64: &[
        "encodeToString",
        "Base64.encodeBase64String",
        "Base64.encodeBase64",
        "DatatypeConverter.printBase64Binary",
        "Base64Utils.encodeToString",
        "BaseEncoding.base64.encode",
        "Base64.encode",
        "Base64.Default.encode",
        "Base64.UrlSafe.encode",
        "encodeBase64",
        "base64",
    ],
    same: &[
        "toString",
        "toByteArray",
        "encodeToByteArray",
        "encodeUtf8",
        "toCharArray",
        "getBytes",
        "trim",
        "trimIndent",
        "trimMargin",
        "intern",
        "String",
        "orEmpty",
        "String.valueOf",
        "Objects.requireNonNull",
        "requireNotNull",
        "checkNotNull",
    ],
    or_else: &["orElse"],
    formats: &["String.format"],
    format_methods: &["format"],
    trailing_block,
    statement,
    operand,
    ..BASE
};

/// Characters, labels (`this@name`), names in backquotes, and strings with more than one dollar before them.
fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'`' => {
            let line = &lexer.text[lexer.pos + 1..lexer.line_end(lexer.pos)];
            let Some(len) = memchr::memchr(b'`', line) else { return false };
            lexer.push(Kind::Word, lexer.pos + len + 2);
            true
        }
        b'@' if lexer.gap() == (false, false) && lexer.word_start(lexer.peek(1)) => {
            let labels = lexer.tokens.last().is_some_and(|token| token.kind == Kind::Word);
            if labels {
                lexer.pos = lexer.word_end(lexer.pos + 1);
            }
            labels
        }
        b'$' => {
            let dollars = lexer.text[lexer.pos..lexer.end].iter().take(16).take_while(|byte| **byte == b'$').count();
            if dollars < 2 || lexer.peek(dollars) != b'"' {
                return false;
            }
            let quotes = if lexer.peek(dollars + 1) == b'"' && lexer.peek(dollars + 2) == b'"' { 3 } else { 1 };
            let form = if quotes == 3 { RAW } else { TEXT };
            lexer.open_string(StringForm { interp: Interp::None, ..form }, dollars + quotes, None);
            true
        }
        _ => lexer::character(lexer),
    }
}

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "package" => Some(line_end(reader, at, end)),
        "import" => import(reader, at, end),
        "@" => annotation(reader, at, end),
        "val" | "var" => binding(reader, at, end, None),
        "fun" if !reader.is_word(at + 1, "interface") => function(reader, at, end),
        "fun" => Some(at + 1),
        "constructor" if reader.is_open(at + 1, "(") => function(reader, at, end),
        "class" | "interface" | "object" if !reader.op_in(at + 1, &[".", "="]) => Some(class(reader, at, end)),
        "if" | "while" | "for" | "when" | "catch" => braces::header(reader, at, end).or(Some(at + 1)),
        "init" if reader.is_open(at + 1, "{") => Some(at + 1),
        "get" | "set" if reader.is_open(at + 1, "(") => accessor(reader, at, end),
        "typealias" => Some(line_end(reader, at, end)),
        _ => None,
    }
}

fn line_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    (at + 1..end.min(at + 64)).find(|&i| reader.ends(i, end)).unwrap_or(at + 1)
}

/// `import a.b.C`, `import a.b.*`, `import a.b.C as D`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut last = at + 1;
    while reader.is_op(last + 1, ".") && !reader.ends(last + 1, end) && last + 2 < end {
        last += 2;
    }
    if last == at + 1 {
        return None;
    }
    let words = (at + 1..last - 1).step_by(2).map(|i| reader.str(i)).collect::<Vec<_>>();
    let module = Name { text: words.join("."), span: reader.span_of(at + 1, last - 1) };
    let member = reader.name(last);
    let renamed = reader.is_word(last + 1, "as") && reader.kind(last + 2) == Some(Kind::Word) && last + 2 < end;
    let next = if renamed { last + 3 } else { last + 1 };
    let local = if renamed { Some(reader.name(last + 2)) } else { (member.text != "*").then(|| member.clone()) };
    let span = reader.span_of(at, next);
    reader.import(module, Some(member), local, span);
    Some(next)
}

/// `@Name(arguments)`, `@get:Name(arguments)`. A placeholder in its text is where the property beneath takes its value
/// from.
fn annotation(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let sited = reader.kind(at + 1) == Some(Kind::Word) && reader.is_op(at + 2, ":") && at + 2 < end;
    if sited {
        return Some(at + 3);
    }
    let (next, value) = java::annotation_value(reader, at, end)?;
    reader.queue(at + 1, next);
    let Some(value) = value else { return Some(next) };
    let mut i = next;
    // No property has more modifiers than this.
    for _ in 0..16 {
        if reader.word_in(i, &["val", "var"]) && i < end {
            return binding(reader, i, end, Some(value));
        }
        i = match java::annotation_value(reader, i, end) {
            Some((next, _)) => next,
            None if reader.kind(i) == Some(Kind::Word) && i < end => i + 1,
            None => break,
        };
    }
    Some(next)
}

/// `val name: Type = value`, `val name by lazy { value }`, `val name: Type get() = value`
fn binding(reader: &mut Reader<'_>, at: usize, end: usize, given: Option<Value>) -> Option<usize> {
    let mut i = reader.generics_end(at + 1, end).unwrap_or(at + 1);
    if reader.is_open(i, "(") && i < end {
        return Some(reader.mate(i, end) + 1);
    }
    // The receiver of an extension stands before the name.
    let mut name = None;
    while reader.kind(i) == Some(Kind::Word) && i < end && !reader.word_in(i, &["by", "get", "in"]) {
        name = Some(i);
        i = reader.generics_end(i + 1, end).unwrap_or(i + 1);
        i += usize::from(reader.is_op(i, "?"));
        if !reader.op_in(i, &[".", "?."]) {
            break;
        }
        i += 1;
    }
    let target = Path::single(reader.name(name?));
    if reader.is_op(i, ":") && i < end {
        i = type_end(reader, i + 1, end);
    }
    let mut value = given;
    if reader.is_op(i, "=") && i < end {
        let (read, next) = reader.expression(i + 1, end)?;
        (value, i) = (value.or(Some(read)), next);
    } else if reader.is_word(i, "by") && reader.is_word(i + 1, "lazy") && i + 2 < end {
        let open = (i + 2..end.min(i + 16)).find(|&j| reader.is_open(j, "{"))?;
        let (read, next) = braces::block(reader, open, end);
        (value, i) = (Some(read), next);
    } else if reader.is_word(i, "get") && reader.is_open(i + 1, "(") && reader.is_op(i + 3, "=") && i + 3 < end {
        let (read, next) = reader.expression(i + 4, end)?;
        (value, i) = (Some(read), next);
    }
    if let Some(value) = value {
        let span = reader.span_of(at, i);
        reader.facts.assigns.push(Assign { target, value, span });
    }
    Some(i)
}

/// Index after the type at `at`: `a.B<C>?`, `(A) -> B`, `suspend A.() -> B`.
fn type_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let limit = end.min(at + 64);
    let mut i = at;
    while i < limit {
        if reader.is_open(i, "(") {
            i = reader.mate(i, end) + 1;
        } else if reader.word_in(i, &["suspend", "in", "out"]) {
            i += 1;
            continue;
        } else if reader.kind(i) == Some(Kind::Word) && !reader.word_in(i, reader.profile.stop) {
            i = reader.generics_end(i + 1, end).unwrap_or(i + 1);
        } else {
            break;
        }
        while reader.is_op(i, "?") && i < limit {
            i += 1;
        }
        if !reader.op_in(i, &[".", "?.", "->", "&"]) || i >= limit {
            break;
        }
        i += 1;
    }
    i.min(end)
}

/// Lambdas, objects, conditions as values.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let opaque = |reader: &Reader<'_>, next: usize| Some((Value::opaque(reader.span_of(at, next)), next));
    match reader.str(at) {
        "{" if reader.is_open(at, "{") => {
            let next = braces::closure(reader, at, end, "->", None);
            opaque(reader, next)
        }
        "if" => reader.guarded(|reader| braces::conditional(reader, at, end)),
        "when" => {
            let open = braces::header(reader, at, end).unwrap_or(at + 1);
            if !reader.is_open(open, "{") || open >= end {
                return None;
            }
            let close = reader.mate(open, end);
            reader.queue(open + 1, close);
            opaque(reader, (close + 1).min(end))
        }
        "object" if reader.is_open(at + 1, "{") || reader.is_op(at + 1, ":") => {
            let next = class(reader, at, end);
            opaque(reader, next)
        }
        "fun" if reader.is_open(at + 1, "(") => {
            let next = reader.guarded(|reader| function(reader, at, end))?;
            opaque(reader, next)
        }
        _ => None,
    }
}

/// `{ … }` after a call.
fn trailing_block(reader: &mut Reader<'_>, call: CallId, at: usize, end: usize) -> Option<usize> {
    let block = at < end && reader.is_open(at, "{") && !reader.tokens[at].nl;
    block.then(|| braces::closure(reader, at, end, "->", Some(call)))
}
