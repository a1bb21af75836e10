//! Shell: `sh`, Bash, Zsh, and console transcripts with `$ ` prompts.
//!
//! Owns the profile and the lexing of words, expansions and case patterns; commands are read in `commands`. It knows
//! no vendor. The decision to know: a shell word is not one token but a run of tokens with no blank between them:
//! plain text, strings, `$name`, and the groups `${…}`, `$(…)` and `` `…` ``. A case pattern is a group whose opening
//! is empty, so that its `)` closes nothing else.

pub(super) mod carried;
mod commands;
pub(super) mod options;

use super::lexer::{Context, Heredoc, Lexer};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::token::Kind;
use super::words::words;
use super::{Front, Language};

/// Shell.
pub static LANGUAGE: Language = Language {
    name: "shell",
    extensions: &["sh", "bash", "zsh", "ksh", "bats"],
    filenames: &[".bashrc", ".bash_profile", ".bash_aliases", ".profile", ".zshrc", ".zshenv", ".zprofile", ".kshrc"],
    interpreters: &["sh", "bash", "zsh", "ksh", "dash", "ash", "bats"],
    fences: &["console", "shell-session", "shellsession", "terminal", "cli"],
    front: Front::Profile(&PROFILE),
    environment: "${}",
};

const ANSI: StringForm =
    StringForm { open: "$'", close: "'", escape: Escape::Backslash, interp: Interp::None, lines: true };
const DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::Dollar, interp: Interp::Shell, lines: true };
const SINGLE: StringForm =
    StringForm { open: "'", close: "'", escape: Escape::None, interp: Interp::None, lines: true };

pub(super) static PROFILE: Profile = Profile {
    line_comments: &["#"],
    block_comments: &[],
    strings: &[ANSI, DOUBLE, SINGLE],
    operators: &["&>>", "<<<", ";;&", "&&", "||", "|&", ";;", ";&", ">>", "<<", "<&", ">&", "&>", "<>", ">|"],
    literal,
    blocks: commands::assigned,
    newline_ends: true,
    path: &[],
    concat: &[],
    either: words(&[]),
    assign: &[],
    map_key: &[],
    spread: &[],
    new: None,
    null: words(&[]),
    this: &[],
    containers: words(&[]),
    formats: &["printf"],
    statement: commands::statement,
    operand: commands::operand,
    ..BASE
};

fn literal(lexer: &mut Lexer<'_>) -> bool {
    let byte = lexer.peek(0);
    if let Some(&Context::Code { open, close: b'}', interp: true }) = lexer.stack.last() {
        return parameter(lexer, open);
    }
    match byte {
        b'$' if matches!(lexer.peek(1), b' ' | b'\t') && lexer.gap().0 => {
            // The prompt of a transcript.
            lexer.push(Kind::Op, lexer.pos + 1);
            true
        }
        b'$' => expansion(lexer),
        b'`' => backquote(lexer),
        b'"' | b'\'' | b'(' | b')' | b'|' | b'&' | b'>' => false,
        b'#' if word_starts(lexer) && !arithmetic(lexer) => {
            lexer.push_comment(lexer.line_end(lexer.pos));
            true
        }
        b'<' => lexer.at("<<") && !lexer.at("<<<") && !arithmetic(lexer) && heredoc(lexer),
        b';' => {
            let pattern = (lexer.at(";;") || lexer.at(";&")) && !arithmetic(lexer);
            let len = if lexer.at(";;&") { 3 } else { 1 + usize::from(pattern) };
            lexer.push(Kind::Op, lexer.pos + len);
            if pattern {
                open_pattern(lexer);
            }
            true
        }
        b'{' | b'}' if word_starts(lexer) && group_byte(lexer.peek(1)) => false,
        _ => word(lexer),
    }
}

/// Whether a blank, an operator or the start of a group stands before.
fn word_starts(lexer: &Lexer<'_>) -> bool {
    let (nl, sp) = lexer.gap();
    nl || sp
        || lexer.tokens.last().is_none_or(|last| !matches!(last.kind, Kind::Word | Kind::StrClose | Kind::InterpClose))
}

/// Whether a brace before this byte stands alone, and so groups commands.
fn group_byte(next: u8) -> bool {
    next == 0 || next.is_ascii_whitespace() || matches!(next, b';' | b')' | b'|' | b'&' | b'>' | b'<' | b'`')
}

/// Whether the lexer is inside of `((…))` or `$((…))`; bounded by the depth limit.
fn arithmetic(lexer: &Lexer<'_>) -> bool {
    for context in lexer.stack.iter().rev() {
        let &Context::Code { open, close: b')', interp } = context else { return false };
        let (open, token) = (open as usize, lexer.tokens[open as usize]);
        let before = open.checked_sub(1).map(|before| lexer.tokens[before]);
        if !token.sp && before.is_some_and(|before| before.end == token.start && ends_in_paren(lexer, before.span())) {
            return true;
        }
        if interp {
            return false;
        }
    }
    false
}

fn ends_in_paren(lexer: &Lexer<'_>, span: crate::span::Span) -> bool {
    span.of(lexer.text).last() == Some(&b'(')
}

/// A run of plain text, with what backslashes protect.
fn word(lexer: &mut Lexer<'_>) -> bool {
    let start = lexer.pos;
    let mut at = start;
    while at < lexer.end {
        match lexer.text[at] {
            b'\\' if matches!(lexer.text.get(at + 1), Some(b'\n')) => break,
            b'\\' => at += 2,
            b'"' | b'\'' | b'$' | b'`' | b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>' => break,
            byte if byte.is_ascii_whitespace() => break,
            _ => at += 1,
        }
    }
    let end = at.clamp(start + 1, lexer.end);
    lexer.push(Kind::Word, end);
    if &lexer.text[start..end] == b"in" && after_case(lexer) {
        open_pattern(lexer);
    }
    true
}

/// Whether the last token, the word `in`, follows `case` and one shell word.
fn after_case(lexer: &Lexer<'_>) -> bool {
    let tokens = &lexer.tokens;
    let mut at = tokens.len() - 1;
    // A subject of more parts than this is not one a person wrote.
    for _ in 0..64 {
        let Some(before) = at.checked_sub(1) else { return false };
        at = match tokens[before].kind {
            Kind::StrClose | Kind::InterpClose | Kind::Close => (tokens[before].mate as usize).min(before),
            _ => before,
        };
        if tokens[at].sp {
            return at.checked_sub(1).is_some_and(|case| tokens[case].span().of(lexer.text) == b"case");
        }
    }
    false
}

/// `$name`, `$1`, `${…}`, `$(…)`
fn expansion(lexer: &mut Lexer<'_>) -> bool {
    let next = lexer.peek(1);
    match next {
        b'\'' => return false,
        b'{' | b'(' => {
            let open = lexer.push(Kind::InterpOpen, lexer.pos + 2);
            lexer.enter_code(open, if next == b'{' { b'}' } else { b')' });
        }
        _ if next.is_ascii_alphabetic() || next == b'_' => {
            lexer.push(Kind::Word, lexer.word_end(lexer.pos + 1));
        }
        _ if next.is_ascii_digit() || (next != 0 && b"@*#?!$-".contains(&next)) => {
            lexer.push(Kind::Word, lexer.pos + 2);
        }
        _ => {
            lexer.push(Kind::Word, lexer.pos + 1);
        }
    }
    true
}

fn backquote(lexer: &mut Lexer<'_>) -> bool {
    if matches!(lexer.stack.last(), Some(Context::Code { close: b'`', interp: true, .. })) {
        return lexer.close_interpolation(1);
    }
    let open = lexer.push(Kind::InterpOpen, lexer.pos + 1);
    lexer.enter_code(open, b'`');
    true
}

/// Operators after the name in `${…}`, longest first.
const PARAMETER_OPERATORS: &[&str] = &[":-", ":=", ":+", ":?", "##", "%%", "//", "^^", ",,"];

/// Inside `${…}`: the name, an operator, and the word it takes.
fn parameter(lexer: &mut Lexer<'_>, open: u32) -> bool {
    // Tokens since the opening: the name, the operator, and then some.
    let read = lexer.tokens.len() - 1 - open as usize;
    let byte = lexer.peek(0);
    if byte == b'}' {
        return false;
    }
    if read == 0 {
        let sign = usize::from(matches!(byte, b'!' | b'#') && lexer.peek(1) != b'}');
        let start = lexer.pos + sign;
        let end = lexer.word_end(start.min(lexer.end)).max(start + usize::from(sign == 0));
        lexer.push(Kind::Word, end);
        return true;
    }
    if read == 1 {
        let len = PARAMETER_OPERATORS.iter().find(|operator| lexer.at(operator)).map_or(1, |operator| operator.len());
        lexer.push(Kind::Op, lexer.pos + len);
        return true;
    }
    // Within double quotes, single ones are text, but not in a pattern.
    let pattern = lexer.tokens[open as usize + 2].span().of(lexer.text).first().is_some_and(|b| b"#%/^,".contains(b));
    let quoted =
        !pattern && matches!(lexer.stack.iter().rev().nth(1), Some(Context::Str { .. } | Context::Heredoc { .. }));
    match byte {
        b'"' => false,
        b'\'' if !quoted => false,
        b'$' if !(quoted && lexer.peek(1) == b'\'') => expansion(lexer),
        b'`' => backquote(lexer),
        _ => {
            let mut at = lexer.pos;
            while at < lexer.end {
                match lexer.text[at] {
                    b'\\' => at += 2,
                    b'}' | b'"' | b'`' | b'\n' => break,
                    b'$' if at > lexer.pos => break,
                    b'\'' if !quoted => break,
                    _ => at += 1,
                }
            }
            lexer.push(Kind::Word, at.clamp(lexer.pos + 1, lexer.end));
            true
        }
    }
}

fn open_pattern(lexer: &mut Lexer<'_>) {
    let open = lexer.push(Kind::Open, lexer.pos);
    lexer.stack.push(Context::Island { open, step: pattern, state: 0 });
}

/// A case pattern, up to its `)`, or up to `esac` where there is none. The state is how deep its parentheses are.
fn pattern(lexer: &mut Lexer<'_>) {
    let Some(&Context::Island { open, state, .. }) = lexer.stack.last() else { return };
    let first = lexer.tokens.len() == open as usize + 1;
    match lexer.peek(0) {
        b'\n' => lexer.line_break(),
        byte if byte.is_ascii_whitespace() => lexer.pos += 1,
        b'#' if first => lexer.push_comment(lexer.line_end(lexer.pos)),
        b'\\' if lexer.peek(1) == b'\n' => lexer.pos += 2,
        b')' if state == 0 => {
            lexer.stack.pop();
            lexer.close(open, 1);
        }
        byte @ (b'(' | b')') => {
            lexer.push(Kind::Op, lexer.pos + 1);
            if let Some(Context::Island { state, .. }) = lexer.stack.last_mut() {
                // The parenthesis that may open a pattern is closed by the one that ends it.
                *state = if byte == b')' { *state - 1 } else { *state + u32::from(!first) };
            }
        }
        b'$' if lexer.peek(1) == b'\'' => lexer.open_string(ANSI, 2, None),
        b'"' => lexer.open_string(DOUBLE, 1, None),
        b'\'' => lexer.open_string(SINGLE, 1, None),
        b'$' => {
            expansion(lexer);
        }
        b'`' => {
            backquote(lexer);
        }
        b'|' | b';' | b'&' | b'<' | b'>' => {
            lexer.push(Kind::Op, lexer.pos + 1);
        }
        _ if first && lexer.at("esac") && !lexer.word_part(lexer.peek(4)) => {
            lexer.stack.pop();
            lexer.close(open, 0);
        }
        _ => {
            word(lexer);
        }
    }
}

/// `<<NAME`, `<<-NAME`, `<<'NAME'`, `<< \NAME`
fn heredoc(lexer: &mut Lexer<'_>) -> bool {
    let mut len = 2;
    let indented = lexer.peek(len) == b'-';
    len += usize::from(indented);
    while matches!(lexer.peek(len), b' ' | b'\t') {
        len += 1;
    }
    let text = lexer.text;
    let quote = lexer.peek(len);
    let quoted = matches!(quote, b'\'' | b'"');
    let plain = !quoted && quote != b'\\';
    len += usize::from(!plain);
    let start = (lexer.pos + len).min(lexer.end);
    let rest = &text[start..lexer.line_end(start)];
    let word = if quoted {
        match memchr::memchr(quote, rest) {
            Some(len) => &rest[..len],
            None => return false,
        }
    } else {
        let len = rest.iter().take_while(|byte| !byte.is_ascii_whitespace() && !b"\"'$`;|&()<>".contains(byte)).count();
        &rest[..len]
    };
    if word.is_empty() {
        return false;
    }
    let (escape, interp) = if plain { (Escape::Dollar, Interp::Shell) } else { (Escape::None, Interp::None) };
    let form = StringForm { open: "<<", close: "", escape, interp, lines: true };
    let ends = |rest: &[u8]| matches!(rest, [] | [b'\r']);
    let len = start + word.len() + usize::from(quoted) - lexer.pos;
    lexer.open_heredoc(len, word, form, Heredoc { indented, inline: false, ends })
}
