//! Python: string prefixes, f-strings, blocks by indentation.
//!
//! Owns what only Python has. It knows no vendor. The decision to know: line breaks inside brackets never reach the
//! reader, so that a line break always ends a statement.

use super::lexer::{Context, Lexer};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Def, DefKind, Name, Value, ValueKind};

/// Python 3, and Python 2 where it reads alike.
pub static LANGUAGE: Language = Language {
    name: "python",
    extensions: &["py", "pyi", "pyw", "wsgi", "bzl", "tac"],
    filenames: &["sconstruct", "sconscript", "wscript", "snakefile", "tiltfile"],
    interpreters: &["python", "pypy", "python-w", "ipython"],
    fences: &["python2", "python3", "pycon"],
    front: Front::Profile(&PROFILE),
    environment: "os.environ[\"{}\"]",
};

static PROFILE: Profile = Profile {
    line_comments: &["#"],
    block_comments: &[],
    strings: &[],
    operators: &[
        "**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", "<=", ">=", "<<", ">>", "**", "//", "+=", "-=",
        "*=", "/=", "%=", "@=", "&=", "|=", "^=",
    ],
    shells: &[
        "os.system",
        "os.popen",
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.Popen",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
        "commands.getoutput",
        "Popen",
        "check_output",
        "check_call",
        "create_subprocess_shell",
        "create_subprocess_exec",
    ],
    literal,
    blocks,
    newline_ends: true,
    brackets_join: true,
    either: words(&["or"]),
    assign: &["=", ":="],
    arg_key: &["="],
    spread: &["*", "**"],
    docstrings: true,
    adjacent: true,
    annotated: true,
    param_first: true,
    new: None,
    null: words(&["None"]),
    this: &["self", "cls"],
    skip: words(&["return", "await", "yield", "raise", "assert", "not", "del", "global", "nonlocal", "async"]),
    stop: words(&["if", "elif", "else", "for", "while", "with", "try", "except", "finally", "as"]),
    functions: words(&["def"]),
    containers: words(&[]),
    env_members: &["environ", "environb"],
    env_calls: &[
        "getenv",
        "os.getenv",
        "environ.get",
        "environ.pop",
        "environ.setdefault",
        "env",
        "env.str",
        "env.get_value",
        "config",
    ],
    base64: &["b64encode", "standard_b64encode", "urlsafe_b64encode", "encodestring", "encodebytes"],
    same: &["encode", "decode", "strip", "rstrip", "lstrip", "str", "bytes", "smart_str", "force_str", "force_bytes"],
    format_methods: &["%", "format"],
    statement,
    operand,
    ..BASE
};

// Strings.

/// Strings with their prefixes, and the format of an f-string's place (`{value:>{width}}`).
fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b':' => format_spec(lexer),
        b'"' | b'\'' => string(lexer, 0),
        b'r' | b'R' | b'b' | b'B' | b'u' | b'U' | b'f' | b'F' | b't' | b'T' => {
            let prefix = 1 + usize::from(lexer.peek(1).is_ascii_alphabetic());
            matches!(lexer.peek(prefix), b'"' | b'\'') && string(lexer, prefix)
        }
        _ => false,
    }
}

/// Opens the string whose quote stands `prefix` bytes from here.
fn string(lexer: &mut Lexer<'_>, prefix: usize) -> bool {
    let (mut raw, mut computed) = (false, false);
    for ahead in 0..prefix {
        match lexer.peek(ahead).to_ascii_lowercase() {
            b'r' => raw = true,
            b'f' | b't' => computed = true,
            b'b' | b'u' => (),
            _ => return false,
        }
    }
    let quote = lexer.peek(prefix);
    let triple = lexer.peek(prefix + 1) == quote && lexer.peek(prefix + 2) == quote;
    let close = match (quote, triple) {
        (b'"', true) => "\"\"\"",
        (b'"', false) => "\"",
        (_, true) => "'''",
        (_, false) => "'",
    };
    let form = StringForm {
        open: close,
        close,
        escape: if raw { Escape::Raw } else { Escape::Backslash },
        interp: if computed { Interp::Brace } else { Interp::None },
        lines: triple,
    };
    lexer.open_string(form, prefix + close.len(), None);
    true
}

/// After a colon right inside an f-string's braces comes a format, which is text.
fn format_spec(lexer: &mut Lexer<'_>) -> bool {
    let Some(&Context::Code { open, interp: true, .. }) = lexer.stack.last() else { return false };
    lexer.push(Kind::Op, lexer.pos + 1);
    lexer.enter_island(Context::Island { open, step: spec, state: 0 });
    true
}

/// The text of a format, up to a place inside it or its end.
fn spec(lexer: &mut Lexer<'_>) {
    let rest = &lexer.text[lexer.pos..lexer.end];
    let len = rest.iter().position(|byte| matches!(byte, b'{' | b'}' | b'\n')).unwrap_or(rest.len());
    if len > 0 {
        lexer.push(Kind::Raw, lexer.pos + len);
    }
    if lexer.peek(0) == b'{' {
        let open = lexer.push(Kind::InterpOpen, lexer.pos + 1);
        lexer.enter_code(open, b'}');
    } else {
        lexer.stack.pop();
    }
}

// Blocks.

/// A block lasts until a line starts no further right than the line that opened it.
fn blocks(reader: &mut Reader<'_>) {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < reader.tokens.len() {
        let token = reader.tokens[at];
        if token.nl {
            let column = column(reader.text, token.start as usize);
            while let Some((_, start)) = open.pop_if(|(outer, _)| *outer >= column) {
                reader.block_end.push((start, at));
            }
            let word = at + usize::from(reader.is_word(at, "async"));
            if reader.word_in(word, &["def", "class"]) {
                open.push((column, word));
            }
        }
        let opens = matches!(token.kind, Kind::Open | Kind::StrOpen | Kind::InterpOpen);
        at = if opens { reader.mate(at, reader.tokens.len()) + 1 } else { at + 1 };
    }
    let end = reader.tokens.len();
    reader.block_end.extend(open.into_iter().map(|(_, start)| (start, end)));
}

/// How far a line is indented whose first token starts at `at`; a tab reaches to the next multiple of eight.
fn column(text: &[u8], at: usize) -> usize {
    let line = memchr::memrchr(b'\n', &text[..at]).map_or(0, |nl| nl + 1);
    text[line..at].iter().fold(0, |column, byte| if *byte == b'\t' { column / 8 * 8 + 8 } else { column + 1 })
}

// Statements.

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "import" => import(reader, at, end),
        "from" => from_import(reader, at, end),
        "class" => class(reader, at, end),
        "if" | "elif" | "else" | "for" | "while" | "with" | "try" | "except" | "finally" => header(reader, at, end),
        _ => None,
    }
}

/// The colon that ends the header at `at`, on the same line and not too far, so that looking for it stays cheap.
fn colon(reader: &Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = at + 1;
    for _ in 0..200 {
        if i >= end || reader.tokens[i].nl {
            return None;
        }
        match reader.tokens[i].kind {
            Kind::Op if reader.is_op(i, ":") => return Some(i),
            Kind::Op if reader.is_op(i, ";") => return None,
            Kind::Open | Kind::StrOpen => i = reader.mate(i, end) + 1,
            _ => i += 1,
        }
    }
    None
}

/// `if condition:`; what is before the colon is read on its own, so that `if a: b = c` is no annotation.
fn header(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let colon = colon(reader, at, end)?;
    reader.queue(at + 1, colon);
    Some(colon + 1)
}

/// `class Name(Base, key=value):`
fn class(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let after = reader.block_after(at)?.min(end);
    let colon = colon(reader, at, after)?;
    if reader.kind(at + 1) != Some(Kind::Word) {
        return None;
    }
    let (name, body) = (Some(reader.name(at + 1)), reader.span_of(colon + 1, after));
    reader.facts.defs.push(Def { name, kind: DefKind::Container, params: Vec::new(), body, of: None });
    reader.queue(at + 2, colon);
    reader.queue(colon + 1, after);
    Some(after)
}

/// A dotted name, dots in front included, and the index after it.
fn module(reader: &Reader<'_>, at: usize, end: usize) -> Option<(Name, usize)> {
    let mut i = at;
    while i < end && !reader.tokens[i].nl | (i == at) {
        let dot = reader.op_in(i, &[".", "..."]);
        let named = reader.kind(i) == Some(Kind::Word) && !reader.word_in(i, &["import", "as"]);
        // Two words in a row are not one name.
        let apart = i > at && named && reader.kind(i - 1) == Some(Kind::Word);
        if !(dot || named) || apart {
            break;
        }
        i += 1;
    }
    let span = reader.span_of(at, i);
    let text = String::from_utf8_lossy(span.of(reader.text)).split_whitespace().collect();
    (i > at).then_some((Name { text, span }, i))
}

/// `import a.b as c, d`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = at;
    loop {
        let (module, next) = module(reader, i + 1, end)?;
        let renamed = reader.is_word(next, "as") && reader.kind(next + 1) == Some(Kind::Word);
        let local = if renamed { reader.name(next + 1) } else { first_segment(&module) };
        let after = if renamed { next + 2 } else { next };
        let span = reader.span_of(at, after);
        // `import a.b` binds `a`; what is used is still spelt `a.b`.
        let module = if renamed || local.text == module.text { module } else { local.clone() };
        reader.import(module, None, Some(local), span);
        i = after;
        if !reader.is_op(i, ",") || i >= end {
            return Some(i);
        }
    }
}

fn first_segment(module: &Name) -> Name {
    module.part(0..module.text.find('.').unwrap_or(module.text.len()))
}

/// `from a.b import c as d, e`, in parentheses or not, and `from a import *`
fn from_import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let (module, import) = module(reader, at + 1, end)?;
    if !reader.is_word(import, "import") {
        return None;
    }
    let group = reader.is_open(import + 1, "(");
    let stop = if group { reader.mate(import + 1, end) } else { end };
    let mut i = import + 1 + usize::from(group);
    let mut names = Vec::new();
    while i < stop {
        if reader.is_op(i, "*") {
            names.push((reader.name(i), None));
            i += 1;
        } else if reader.kind(i) == Some(Kind::Word) {
            let renamed = reader.is_word(i + 1, "as") && reader.kind(i + 2) == Some(Kind::Word);
            names.push((reader.name(i), Some(reader.name(if renamed { i + 2 } else { i }))));
            i += if renamed { 3 } else { 1 };
        } else {
            break;
        }
        if !reader.is_op(i, ",") {
            break;
        }
        i += 1;
    }
    let next = if group { (stop + 1).min(end) } else { i.min(end) };
    let span = reader.span_of(at, next);
    for (member, local) in names {
        reader.import(module.clone(), Some(member), local, span);
    }
    Some(next)
}

/// `lambda a, b: value`
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if !reader.is_word(at, "lambda") {
        return None;
    }
    let colon = (at + 1..end.min(at + 100)).find(|&i| reader.is_op(i, ":"))?;
    let params = reader.params(at + 1, colon);
    let id = reader.facts.defs.len();
    let body = reader.span_of(at, colon + 1);
    reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body, of: None });
    let next = reader.expression(colon + 1, end).map_or(colon + 1, |(_, next)| next);
    let span = reader.span_of(at, next);
    reader.facts.defs[id].body = span;
    Some((Value { kind: ValueKind::Opaque, span }, next))
}
