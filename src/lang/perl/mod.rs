//! Perl: profile, quote-like operators, heredocs, POD, lists without parentheses.
//!
//! Owns what only Perl has. It knows no vendor. The decision to know: a sigil is dropped from a name, so that `$h{key}`,
//! `$h->{key}` and `%h` are of one name.

mod reading;

use super::lexer::{Heredoc, Lexer};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::token::Kind;
use super::words::words;
use super::{Front, Language};

/// Perl.
pub static LANGUAGE: Language = Language {
    name: "perl",
    extensions: &["pl", "pm", "t", "psgi", "plx", "cgi"],
    filenames: &[],
    interpreters: &["perl"],
    fences: &[],
    front: Front::Profile(&PROFILE),
    environment: "$ENV{{}}",
};

const fn quoted(mark: &'static str, escape: Escape, interp: Interp) -> StringForm {
    StringForm { open: mark, close: mark, escape, interp, lines: true }
}

static PROFILE: Profile = Profile {
    line_comments: &["#"],
    block_comments: &[],
    strings: &[
        quoted("\"", Escape::Backslash, Interp::Perl),
        quoted("'", Escape::Quote, Interp::None),
        quoted("`", Escape::Backslash, Interp::Perl),
    ],
    word_start: b"$",
    operators: &[
        "<=>", "**=", "<<=", ">>=", "&&=", "||=", "//=", "...", "=>", "->", "==", "!=", "=~", "!~", "<=", ">=", "<<",
        ">>", "&&", "||", "//", "::", "++", "--", "**", "..", "+=", "-=", "*=", "/=", ".=", "%=", "|=", "&=", "^=",
    ],
    operator_words: OPERATOR_WORDS,
    literal,
    path: &["->", "::"],
    concat: &["."],
    either: words(&["||", "//", "or"]),
    brace_index: true,
    assign: &["=", "||=", "//="],
    map_key: &["=>"],
    arg_key: &["=>"],
    spread: &[],
    new: None,
    null: words(&["undef"]),
    this: &["$self", "$class", "__PACKAGE__"],
    skip: words(&[
        "return", "my", "our", "local", "state", "not", "else", "do", "eval", "BEGIN", "END", "try", "finally", "say",
        "print", "die", "warn", "scalar", "defined", "ref", "lc", "uc",
    ]),
    stop: words(&["if", "unless", "while", "until", "for", "foreach", "and", "or", "xor", "elsif", "x", "eq", "ne"]),
    containers: words(&[]),
    functions: words(&["sub"]),
    sigils: b"$%&",
    param_first: true,
    env_members: &["ENV"],
    base64: &["encode_base64", "encode_base64url", "b64_encode"],
    same: &["trim", "chomp", "encode_utf8", "uri_escape", "url_escape", "qq"],
    formats: &["sprintf"],
    shells: &["system", "exec", "run", "capture", "capturex", "systemx", "run3", "open3", "readpipe"],
    shell_strings: &["`", "qx"],
    statement: reading::statement,
    operand: reading::operand,
    ..BASE
};

/// Words after which a `/` starts a regular expression.
const OPERATOR_WORDS: &[&str] = &[
    "if", "unless", "while", "until", "and", "or", "not", "return", "split", "grep", "map", "join", "push", "unshift",
    "when", "x", "eq", "ne", "lt", "gt", "le", "ge", "cmp", "xor", "print", "say", "like", "unlike", "any", "all",
    "first", "none",
];

// Lexing.

fn literal(lexer: &mut Lexer<'_>) -> bool {
    let line_start = lexer.pos == 0 || lexer.text[lexer.pos - 1] == b'\n';
    match lexer.peek(0) {
        b'=' if line_start && lexer.peek(1).is_ascii_alphabetic() => {
            pod(lexer);
            true
        }
        b'$' | b'@' | b'%' | b'&' => variable(lexer),
        b'<' if lexer.at("<<") => heredoc(lexer),
        b'/' if !lexer.after_value() && !after_method(lexer) => {
            let form = quoted("/", Escape::Raw, Interp::Perl);
            lexer.open_string(form, 1, None);
            true
        }
        byte if byte.is_ascii_alphabetic() || byte == b'_' => word(lexer),
        _ => false,
    }
}

/// Whether the last word is a method's name, whatever it says elsewhere: `$x->not / 2`.
fn after_method(lexer: &Lexer<'_>) -> bool {
    let before = lexer.tokens.len().checked_sub(2).map(|at| lexer.tokens[at].span().of(lexer.text));
    before == Some(b"->") && lexer.tokens.last().is_some_and(|last| last.kind == Kind::Word)
}

/// Documentation, up to `=cut`.
fn pod(lexer: &mut Lexer<'_>) {
    let text = &lexer.text[lexer.pos..lexer.end];
    let cut = memchr::memmem::find_iter(text, b"\n=cut").map(|at| at + 5);
    let end = if text.starts_with(b"=cut") { 4 } else { cut.into_iter().next().unwrap_or(text.len()) };
    let end = lexer.line_end(lexer.pos + end);
    lexer.push_comment(end);
}

/// `$name`, `@list`, `%hash`, `&code`, `$#list`, `$1`, `$::x`, `$_`
fn variable(lexer: &mut Lexer<'_>) -> bool {
    let sigil = lexer.peek(0);
    let mut len = 1;
    if lexer.at("$#") && matches!(lexer.peek(2), b'$' | b'{' | b'a'..=b'z' | b'A'..=b'Z' | b'_') {
        len = 2;
    }
    // Sigils of references (`@$list`) are of their own.
    let next = lexer.peek(len);
    if sigil != b'$' && (lexer.after_value() || next == b'=' || next == sigil) {
        return false;
    }
    if next.is_ascii_alphabetic() || next == b'_' || next >= 0x80 {
        let end = lexer.word_end(lexer.pos + len);
        if sigil == b'@' {
            // The list of a name: the sigil is a token of its own, and no part of the name.
            lexer.push(Kind::Op, lexer.pos + 1);
        }
        lexer.push(Kind::Word, end);
        return true;
    }
    if sigil != b'$' {
        return false;
    }
    if next == b'{' || next == b'$' {
        lexer.push(Kind::Op, lexer.pos + len);
        return true;
    }
    if lexer.at("$::") {
        lexer.push(Kind::Op, lexer.pos + 1);
        return true;
    }
    let end = if next == b'^' { 3 } else { len + 1 };
    lexer.push(Kind::Word, lexer.pos + end);
    true
}

/// A word, or what it quotes.
fn word(lexer: &mut Lexer<'_>) -> bool {
    if flags(lexer) {
        return true;
    }
    let end = lexer.word_end(lexer.pos);
    let name = &lexer.text[lexer.pos..end];
    let line_start = lexer.pos == 0 || lexer.text[lexer.pos - 1] == b'\n';
    if line_start && matches!(name, b"__END__" | b"__DATA__") {
        lexer.push_comment(lexer.end);
        return true;
    }
    let member = matches!(lexer.last_text(), b"->" | b"::") && !lexer.tokens.is_empty();
    let key = matches!(lexer.last_text(), b"{") && lexer.text.get(end) == Some(&b'}');
    let defines = lexer.last_text() == b"sub";
    let pairs = || {
        let rest = lexer.text[end..lexer.end].trim_ascii_start();
        rest.starts_with(b"=>")
            || rest.starts_with(b",")
            || rest.starts_with(b";")
            || rest.starts_with(b"=") && !rest.starts_with(b"=~")
    };
    let parts = match name {
        b"q" | b"qq" | b"qw" | b"qr" | b"qx" | b"m" => 1,
        b"s" | b"tr" | b"y" => 2,
        _ => 0,
    };
    if parts > 0 && !member && !key && !defines && !pairs() && quote(lexer, end, parts) {
        return true;
    }
    lexer.push(Kind::Word, end);
    true
}

/// The letters right behind a regular expression belong to its end.
fn flags(lexer: &mut Lexer<'_>) -> bool {
    let Some(last) = lexer.tokens.last().filter(|last| last.kind == Kind::StrClose) else { return false };
    let open = lexer.tokens[last.mate as usize].span().of(lexer.text);
    let end = lexer.word_end(lexer.pos);
    if last.end as usize != lexer.pos
        || !matches!(open.first(), Some(b'/' | b'm' | b's' | b'y' | b't' | b'q'))
        || end == lexer.pos
    {
        return false;
    }
    if let Some(last) = lexer.tokens.last_mut() {
        last.end = end as u32;
    }
    lexer.pos = end;
    true
}

/// `q(…)`, `qw[…]`, `m{…}x`, `s/…/…/g`, `tr{…}{…}`: `end` is where the word ends.
fn quote(lexer: &mut Lexer<'_>, end: usize, parts: usize) -> bool {
    let mut at = end;
    while at < lexer.end && lexer.text[at].is_ascii_whitespace() {
        at += 1;
    }
    let Some(&open) = lexer.text.get(at).filter(|_| at < lexer.end) else { return false };
    if open.is_ascii_alphanumeric()
        || open == b'_'
        || open >= 0x80
        || (at > end && matches!(open, b'#' | b'=' | b',' | b')' | b';'))
    {
        return false;
    }
    if matches!(open, b',' | b';' | b')') && at == end && open != b',' {
        return false;
    }
    let Some((close, nest)) = super::lexer::delimiters(open) else { return false };
    let name = &lexer.text[lexer.pos..end];
    let interp = match name {
        b"q" | b"qw" | b"tr" | b"y" => Interp::None,
        _ if open == b'\'' => Interp::None,
        b"qq" | b"qx" => Interp::Perl,
        // What a regular expression computes is of no interest, and `$)` is no name.
        _ => Interp::None,
    };
    let escape = match name {
        b"qq" | b"qx" => Escape::Backslash,
        b"q" | b"qw" => Escape::Quote,
        _ => Escape::Raw,
    };
    if parts == 2 {
        return substitution(lexer, at, open, close, nest.is_some());
    }
    lexer.open_string(StringForm { open: "q", close, escape, interp, lines: true }, at + 1 - lexer.pos, nest);
    true
}

/// `s{…}{…}` is one literal from end to end.
fn substitution(lexer: &mut Lexer<'_>, at: usize, open: u8, close: &str, paired: bool) -> bool {
    let close = close.as_bytes()[0];
    let Some(first) = part_end(lexer, at + 1, open, close, paired) else { return false };
    let mut second = first;
    let (mut open, mut close, mut paired) = (open, close, paired);
    if paired {
        while second < lexer.end && lexer.text[second].is_ascii_whitespace() {
            second += 1;
        }
        let Some(&next) = lexer.text.get(second) else { return false };
        (open, close, paired) = match next {
            b'(' => (next, b')', true),
            b'[' => (next, b']', true),
            b'{' => (next, b'}', true),
            b'<' => (next, b'>', true),
            _ => (next, next, false),
        };
        second += 1;
    }
    let Some(end) = part_end(lexer, second, open, close, paired) else { return false };
    let end = lexer.word_end(end.min(lexer.end));
    lexer.push(Kind::Literal, end);
    true
}

/// Offset after the end of a quoted part that starts at `from`.
fn part_end(lexer: &Lexer<'_>, from: usize, open: u8, close: u8, paired: bool) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    // A substitution longer than this is a division or a name that was taken for one.
    let limit = lexer.end.min(from + 1024);
    while at < limit {
        let byte = lexer.text[at];
        if byte == b'\\' {
            at += 2;
            continue;
        }
        if byte == close {
            if depth == 0 {
                return Some(at + 1);
            }
            depth -= 1;
        } else if paired && byte == open {
            depth += 1;
        }
        at += 1;
    }
    None
}

/// `<<NAME`, `<<"NAME"`, `<<'NAME'`, `<<~NAME`
fn heredoc(lexer: &mut Lexer<'_>) -> bool {
    let mut len = 2;
    let indented = lexer.peek(len) == b'~';
    len += usize::from(indented);
    let quote = lexer.peek(len);
    let quoted = matches!(quote, b'\'' | b'"');
    len += usize::from(quoted);
    let start = (lexer.pos + len).min(lexer.end);
    let end = if quoted {
        let line = lexer.line_end(start);
        match memchr::memchr(quote, &lexer.text[start..line]) {
            Some(at) => start + at,
            None => return false,
        }
    } else {
        lexer.word_end(start)
    };
    let text = lexer.text;
    let Some(word) = text.get(start..end).filter(|word| !word.is_empty() && !word[0].is_ascii_digit()) else {
        return false;
    };
    let (escape, interp) =
        if quote == b'\'' { (Escape::None, Interp::None) } else { (Escape::Backslash, Interp::Perl) };
    let form = StringForm { open: "<<", close: "", escape, interp, lines: true };
    let ends = |rest: &[u8]| rest.iter().all(u8::is_ascii_whitespace);
    lexer.open_heredoc(end - lexer.pos + usize::from(quoted), word, form, Heredoc { indented, inline: false, ends })
}
