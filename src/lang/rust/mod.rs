//! Rust.
//!
//! Owns the lexical profile: raw strings, lifetimes, macros, `use` trees. It knows no vendor. The decision to know: files
//! that parse are read by their tree (`syntax`), all others, and what macros are given, by tokens.

mod syntax;

use super::lexer::{Lexer, character};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Call, Def, DefKind, Name, Path, Value, ValueKind};
use crate::span::Span;

/// Rust.
pub static LANGUAGE: Language = Language {
    name: "rust",
    extensions: &["rs"],
    filenames: &[],
    interpreters: &[],
    fences: &["rust-script"],
    front: Front::Own(syntax::lower),
    environment: "std::env::var(\"{}\").expect(\"{} is set\")",
};

const DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::Backslash, interp: Interp::None, lines: true };
/// The end of a raw string with as many `#` as one could write by hand.
const RAW_END: &str = "\"################################";

static PROFILE: Profile = Profile {
    block_comments: &[("/*", "*/", true)],
    strings: &[DOUBLE],
    operators: &[
        "..=", "...", "<<=", ">>=", "=>", "->", "::", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=",
        "&=", "|=", "^=", "..",
    ],
    literal,
    path: &["::", "."],
    either: words(&[]),
    spread: &[".."],
    composite: true,
    shorthand: true,
    param_first: true,
    annotated: true,
    new: None,
    null: words(&["None"]),
    this: &["self"],
    skip: words(&[
        "return", "let", "mut", "pub", "const", "static", "ref", "move", "async", "unsafe", "extern", "dyn", "if",
        "while", "for", "loop", "else", "match", "default", "break", "continue",
    ]),
    stop: words(&["where", "in"]),
    containers: words(&["impl", "trait", "mod"]),
    functions: words(&["fn"]),
    env_calls: &["env.var", "env.var_os", "env!", "option_env!", "dotenvy.var", "dotenv.var"],
    base64: &[
        "STANDARD.encode",
        "STANDARD_NO_PAD.encode",
        "URL_SAFE.encode",
        "URL_SAFE_NO_PAD.encode",
        "BASE64_STANDARD.encode",
        "base64.encode",
        "BASE64.encode",
    ],
    same: &[
        "to_string",
        "to_owned",
        "into",
        "unwrap",
        "expect",
        "unwrap_or_default",
        "clone",
        "as_str",
        "as_ref",
        "as_bytes",
        "as_deref",
        "trim",
        "to_vec",
        "into_bytes",
        "into_string",
        "ok",
        "Some",
        "Ok",
        "Box.new",
        "Arc.new",
        "String.from",
        "SecretString.from",
        "SecretString.new",
        "Secret.new",
        "Cow.Borrowed",
    ],
    or_else: &["unwrap_or", "unwrap_or_else", "or", "or_else"],
    shells: &["Command.new"],
    formats: &["format!"],
    statement,
    operand,
    ..BASE
};

/// Raw and byte strings, lifetimes, macro names; `?` and `.await` do not change which value it is and are passed over.
fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'?' => lexer.pos += 1,
        b'.' if lexer.at(".await") && !lexer.word_part(lexer.peek(6)) => lexer.pos += 6,
        b'\'' if character(lexer) => (),
        b'\'' if lexer.word_start(lexer.peek(1)) => lexer.pos = lexer.word_end(lexer.pos + 1),
        b'b' if lexer.peek(1) == b'\'' => {
            lexer.pos += 1;
            return character(lexer);
        }
        b'r' | b'b' | b'c' if string(lexer) => (),
        byte if lexer.word_start(byte) => return word(lexer),
        _ => return false,
    }
    true
}

/// `r#"…"#`, `b"…"`, `br"…"`, `c"…"`
fn string(lexer: &mut Lexer<'_>) -> bool {
    let prefix = if matches!(lexer.peek(0), b'b' | b'c') && lexer.peek(1) == b'r' { 2 } else { 1 };
    let raw = lexer.peek(prefix - 1) == b'r';
    let hashes = if raw { (0..RAW_END.len()).take_while(|&at| lexer.peek(prefix + at) == b'#').count() } else { 0 };
    if lexer.peek(prefix + hashes) != b'"' || hashes >= RAW_END.len() {
        return false;
    }
    let close = &RAW_END[..1 + hashes];
    let form = if raw { StringForm { close, escape: Escape::None, ..DOUBLE } } else { DOUBLE };
    lexer.open_string(form, prefix + hashes + 1, None);
    true
}

/// A name, with the `!` of a macro; `r#name` without its mark.
fn word(lexer: &mut Lexer<'_>) -> bool {
    if lexer.at("r#") && lexer.word_start(lexer.peek(2)) {
        lexer.pos += 2;
    }
    let end = lexer.word_end(lexer.pos);
    let rest = &lexer.text[end..lexer.end];
    let invoked = matches!(rest, [b'!', b'(' | b'[' | b'{', ..] | [b'!', b' ', b'(' | b'[' | b'{', ..]);
    lexer.push(Kind::Word, end + usize::from(invoked));
    true
}

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "use" => Some(imports(reader, at, end)),
        "#" => {
            let open = at + 1 + usize::from(reader.is_op(at + 1, "!"));
            reader.is_open(open, "[").then(|| reader.mate(open, end) + 1)
        }
        "struct" | "enum" | "union" if reader.kind(at + 1) == Some(Kind::Word) => fields(reader, at, end),
        "macro_rules" => {
            let open = (at..end.min(at + 5)).find(|&i| reader.kind(i) == Some(Kind::Open))?;
            Some(reader.mate(open, end) + 1)
        }
        "type" => Some((at..end.min(at + 64)).find(|&i| reader.is_op(i, ";")).map_or(at + 1, |i| i + 1)),
        _ => None,
    }
}

/// `struct Name { … }`: its fields are types and hold nothing of ours.
fn fields(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let open = (at + 2..end.min(at + 64)).find(|&i| reader.is_open(i, "{") || reader.is_op(i, ";"))?;
    let after = reader.mate(open, end) + 1;
    let body = reader.span_of(at, after.min(end));
    let name = Some(reader.name(at + 1));
    reader.facts.defs.push(Def { name, kind: DefKind::Container, params: Vec::new(), body, of: None });
    Some(after)
}

/// How deep a `use` tree may nest.
const MAX_TREE: usize = 32;

/// `use a::b::{C, d::E as F, self, *};`
fn imports(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let stop = (at..end).find(|&i| reader.is_op(i, ";")).unwrap_or(end);
    let span = reader.span_of(at, stop);
    // The prefix at hand, and its length where each brace opened.
    let (mut path, mut open): (Vec<Name>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut i = at + 1;
    while i < stop {
        match reader.str(i) {
            "{" if open.len() < MAX_TREE => open.push(path.len()),
            "," | "}" => {
                let base = open.last().copied().unwrap_or(0);
                bring(reader, &mut path, base, None, span);
                if reader.str(i) == "}" {
                    open.pop();
                    path.truncate(open.last().copied().unwrap_or(0));
                }
            }
            "as" if i + 1 < stop => {
                let local = reader.name(i + 1);
                let base = open.last().copied().unwrap_or(0);
                bring(reader, &mut path, base, Some(local), span);
                i += 1;
            }
            "::" => (),
            _ if path.len() < MAX_TREE => path.push(reader.name(i)),
            _ => (),
        }
        i += 1;
    }
    bring(reader, &mut path, 0, None, span);
    (stop + 1).min(end)
}

/// Records what `path` names beyond its first `base` parts, and takes it back to them.
fn bring(reader: &mut Reader<'_>, path: &mut Vec<Name>, base: usize, local: Option<Name>, span: Span) {
    if path.len() <= base {
        return;
    }
    if path.len() > 1 && path.last().is_some_and(|last| last.text == "self") {
        path.pop();
    }
    let module = |parts: &[Name]| Name {
        text: parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("::"),
        span: parts.first().map_or(span, |first| first.span.to(parts[parts.len() - 1].span)),
    };
    let Some((last, parents)) = path.split_last() else { return };
    if last.text == "*" {
        reader.import(module(parents), Some(last.clone()), None, span);
    } else if parents.is_empty() {
        reader.import(last.clone(), None, local.or_else(|| Some(last.clone())), span);
    } else {
        reader.import(module(parents), Some(last.clone()), local.or_else(|| Some(last.clone())), span);
    }
    path.truncate(base);
}

/// Macros with brackets or braces; closures.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.op_in(at, &["|", "||"]) {
        return closure(reader, at, end);
    }
    if reader.word_in(at, &["if", "match"]) {
        return block(reader, at, end);
    }
    let name = reader.str(at);
    if reader.kind(at) != Some(Kind::Word)
        || !name.ends_with('!')
        || !(reader.is_open(at + 1, "[") || reader.is_open(at + 1, "{"))
    {
        return None;
    }
    let close = reader.mate(at + 1, end);
    let next = (close + 1).min(end);
    let span = reader.span_of(at, next);
    let items = reader.items(at + 2, close, reader.profile.map_key);
    if name == "vec!" {
        return Some((Value { kind: ValueKind::Map(items), span }, next));
    }
    let args =
        items.into_iter().map(|item| crate::facts::Arg { name: item.key, value: item.value, spread: item.spread });
    let args_span = Span::new(reader.span(at + 1).end, reader.span(close).start.max(reader.span(at + 1).end));
    let call =
        Call { path: Path::single(reader.name(at)), new: false, receiver: None, args: args.collect(), args_span, span };
    Some((reader.finish_call(call), next))
}

/// `if a { b } else { c }`, `match a { … }` as values: read, but which value they are is left open.
fn block(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let mut from = at;
    loop {
        let (_, stop) = reader.body(from, end)?;
        reader.queue(from + 1, (stop + 1).min(end));
        from = stop + 1;
        if !reader.is_word(from, "else") || from >= end {
            let next = from.min(end);
            return Some((Value::opaque(reader.span_of(at, next)), next));
        }
    }
}

/// `|a, b| expression`, `|| { … }`
fn closure(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let bar = if reader.is_op(at, "||") { at } else { (at + 1..end.min(at + 64)).find(|&i| reader.is_op(i, "|"))? };
    let params = if bar > at { reader.params(at + 1, bar) } else { Vec::new() };
    let id = reader.facts.defs.len();
    let body = reader.span_of(at, (bar + 1).min(end));
    reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body, of: None });
    let next = if reader.is_open(bar + 1, "{") && bar + 1 < end {
        let close = reader.mate(bar + 1, end);
        reader.queue(bar + 2, close);
        (close + 1).min(end)
    } else {
        reader.expression(bar + 1, end).map_or((bar + 1).min(end), |(_, next)| next)
    };
    let body = reader.span_of(at, next);
    reader.facts.defs[id].body = body;
    Some((Value::opaque(body), next))
}
