//! Elixir: profile, sigils, blocks that end in `end`, modules and their attributes.
//!
//! Owns what only Elixir has. It knows no vendor. The decision to know: `{Module, options}` names a module with its
//! options wherever it stands (a child, a plug, a middleware), so it is read as a call of that module.

mod reading;

use super::lexer::Lexer;
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};

/// Elixir.
pub static LANGUAGE: Language = Language {
    name: "elixir",
    extensions: &["ex", "exs"],
    filenames: &[],
    interpreters: &["elixir", "iex"],
    fences: &["iex"],
    front: Front::Profile(&PROFILE),
    environment: "System.fetch_env!(\"{}\")",
};

const fn text(mark: &'static str, interp: Interp) -> StringForm {
    StringForm { open: mark, close: mark, escape: Escape::Backslash, interp, lines: true }
}

static PROFILE: Profile = Profile {
    line_comments: &["#"],
    block_comments: &[],
    strings: &[
        text("\"\"\"", Interp::Hash),
        text("'''", Interp::Hash),
        text("\"", Interp::Hash),
        text("'", Interp::Hash),
    ],
    word_start: b"@",
    operators: &[
        "<<<", ">>>", "|||", "&&&", "^^^", "~>>", "<<~", "<~>", "===", "!==", "...", "+++", "---", "|>", "<>", "<-",
        "->", "=>", "==", "!=", "=~", "<=", ">=", "&&", "||", "++", "--", "..", "::", "\\\\", "<<", ">>", "**", "~>",
        "<~", "//",
    ],
    operator_words: KEYWORDS,
    literal,
    blocks,
    newline_ends: true,
    path: &["."],
    concat: &["<>"],
    either: words(&["||", "or"]),
    pipes: &["|>"],
    assign: &["="],
    map_key: &[":", "=>"],
    arg_key: &[":", "=>"],
    spread: &[],
    adjacent: false,
    commands: true,
    new: None,
    null: words(&["nil"]),
    this: &["__MODULE__"],
    skip: words(&["not", "then", "else"]),
    stop: words(&["do", "end", "else", "rescue", "catch", "after", "when", "and", "or", "in"]),
    containers: words(&[]),
    functions: words(&[]),
    sigils: b"@",
    param_first: true,
    parallel: false,
    env_calls: &["System.get_env", "System.fetch_env!"],
    base64: &["Base.encode64", "Base.url_encode64"],
    same: &["to_string", "String.trim", "to_charlist", "String.to_charlist", "URI.encode_www_form"],
    formats: &[],
    shells: &["System.cmd", "System.shell", "os.cmd", "Port.open"],
    trailing_block: reading::trailing_block,
    statement: reading::statement,
    operand: reading::operand,
    ..BASE
};

const KEYWORDS: &[&str] =
    &["do", "end", "else", "rescue", "catch", "after", "when", "and", "or", "not", "in", "fn", "if", "unless", "case"];
/// Words that define a function or a module.
const FUNCTIONS: &[&str] = &["def", "defp", "defmacro", "defmacrop"];
const MODULES: &[&str] = &["defmodule", "defprotocol", "defimpl"];
/// Words whose block is code of the function around.
const BLOCKS: &[&str] = &["if", "unless", "case", "cond", "with", "for", "try", "receive", "quote"];

// Lexing.

fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'~' => sigil(lexer),
        b':' => atom(lexer),
        b'?' => character(lexer),
        byte if lexer.word_start(byte) => word(lexer),
        _ => false,
    }
}

/// Words may end in `?` or `!`, and start with `@`.
fn word(lexer: &mut Lexer<'_>) -> bool {
    if flags(lexer) {
        return true;
    }
    let sigil = usize::from(lexer.peek(0) == b'@');
    let start = lexer.pos + sigil;
    if sigil == 1 && !(lexer.peek(1).is_ascii_alphabetic() || lexer.peek(1) == b'_') {
        return false;
    }
    let mut end = lexer.word_end(start.min(lexer.end));
    if end < lexer.end && matches!(lexer.text[end], b'?' | b'!') {
        let compared = lexer.text.get(end + 1) == Some(&b'=') && lexer.text.get(end + 2) != Some(&b'>');
        end += usize::from(!compared);
    }
    lexer.push(Kind::Word, end);
    true
}

/// The letters right behind a sigil belong to its end.
fn flags(lexer: &mut Lexer<'_>) -> bool {
    let Some(last) = lexer.tokens.last().filter(|last| last.kind == Kind::StrClose) else { return false };
    let sigil = lexer.text.get(lexer.tokens[last.mate as usize].start as usize) == Some(&b'~');
    let end = lexer.word_end(lexer.pos);
    if !sigil || last.end as usize != lexer.pos || end == lexer.pos {
        return false;
    }
    if let Some(last) = lexer.tokens.last_mut() {
        last.end = end as u32;
    }
    lexer.pos = end;
    true
}

/// `:name`, `:"name"`, `:+`
fn atom(lexer: &mut Lexer<'_>) -> bool {
    let glued = lexer.tokens.last().is_some_and(|last| {
        last.end as usize == lexer.pos
            && matches!(last.kind, Kind::Word | Kind::StrClose | Kind::Close | Kind::Number | Kind::Symbol)
    });
    let next = lexer.peek(1);
    if next == b':' {
        return false;
    }
    if matches!(next, b'"' | b'\'') && !glued {
        lexer.open_string(text(if next == b'"' { "\"" } else { "'" }, Interp::Hash), 2, None);
        return true;
    }
    let operator =
        lexer.profile.operators.iter().find(|name| lexer.text[lexer.pos + 1..lexer.end].starts_with(name.as_bytes()));
    let single = b"+-*/<>=!.&|^@".contains(&next) && next != 0;
    if glued || !(lexer.word_start(next) || operator.is_some() || single) {
        return false;
    }
    lexer.pos += 1;
    let end = if lexer.word_start(next) && next != b'@' {
        let mut end = lexer.word_end(lexer.pos);
        // `:a@b` is an atom, too.
        while end < lexer.end && lexer.text[end] == b'@' {
            end = lexer.word_end(end + 1);
        }
        end + usize::from(end < lexer.end && matches!(lexer.text[end], b'?' | b'!'))
    } else {
        lexer.pos + operator.map_or(1, |name| name.len())
    };
    lexer.push(Kind::Symbol, end);
    true
}

/// `?a`, `?\n`
fn character(lexer: &mut Lexer<'_>) -> bool {
    let glued = lexer.tokens.last().is_some_and(|last| last.end as usize == lexer.pos && last.kind == Kind::Word);
    if glued || lexer.peek(1) == 0 || lexer.peek(1) == b'\n' {
        return false;
    }
    let first = lexer.pos + 1 + usize::from(lexer.peek(1) == b'\\');
    let mut end = (first + 1).min(lexer.end);
    while end < lexer.end && lexer.text[end] & 0xc0 == 0x80 {
        end += 1;
    }
    lexer.push(Kind::Literal, end);
    true
}

/// `~s(…)`, `~r/…/i`, `~S"""…"""`: an upper-case letter takes the text as it stands. What opens does not nest.
fn sigil(lexer: &mut Lexer<'_>) -> bool {
    let first = lexer.peek(1);
    if !first.is_ascii_alphabetic() {
        return false;
    }
    let mut len = 2;
    while first.is_ascii_uppercase() && (lexer.peek(len).is_ascii_uppercase() || lexer.peek(len).is_ascii_digit()) {
        len += 1;
    }
    let rest = &lexer.text[(lexer.pos + len).min(lexer.end)..lexer.end];
    let (open, close) = match rest {
        [b'"', b'"', b'"', ..] => (3, "\"\"\""),
        [b'\'', b'\'', b'\'', ..] => (3, "'''"),
        [b'"', ..] => (1, "\""),
        [b'\'', ..] => (1, "'"),
        [b'/', ..] => (1, "/"),
        [b'|', ..] => (1, "|"),
        [b'(', ..] => (1, ")"),
        [b'[', ..] => (1, "]"),
        [b'{', ..] => (1, "}"),
        [b'<', ..] => (1, ">"),
        _ => return false,
    };
    let (escape, interp) =
        if first.is_ascii_uppercase() { (Escape::Raw, Interp::None) } else { (Escape::Backslash, Interp::Hash) };
    let form = StringForm { open: "~", close, escape, interp, lines: true };
    lexer.open_string(form, len + open, None);
    true
}

// Blocks.

/// Finds the `end` of every `do` and `fn`, and of the word the `do` belongs to.
fn blocks(reader: &mut Reader<'_>) {
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    let mut head = None;
    for at in 0..reader.tokens.len() {
        if reader.tokens[at].kind != Kind::Word || at > 0 && reader.op_in(at - 1, &[".", "&"]) && !reader.tokens[at].sp
        {
            continue;
        }
        let keyed = reader.is_op(at + 1, ":") && !reader.tokens[at + 1].sp;
        let text = reader.str(at);
        if keyed {
            if text == "do" {
                head = None;
            }
            continue;
        }
        match text {
            "do" => open.push((at, head.take())),
            "fn" => open.push((at, None)),
            "end" => {
                if let Some((start, head)) = open.pop() {
                    reader.block_end.push((start, at + 1));
                    reader.block_end.extend(head.map(|head| (head, at + 1)));
                }
            }
            _ if FUNCTIONS.contains(&text) || MODULES.contains(&text) => head = Some(at),
            _ if BLOCKS.contains(&text) && head.is_none() => head = Some(at),
            _ => (),
        }
    }
}
