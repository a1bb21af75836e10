//! C#'s strings, characters and preprocessor lines.
//!
//! Owns what its lexer needs beyond the tables: prefixes, raw strings of any number of quotes, formats inside
//! interpolations. The decision to know: a preprocessor line is nothing, so that what it includes stays one text.

use super::super::lexer::{self, Context, Lexer};
use super::super::profile::{Escape, Interp, StringForm};
use super::super::token::Kind;

/// Ends of raw strings; nobody needs more quotes.
const QUOTES: &str = "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"";

/// Everything the tables cannot say.
pub(super) fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'"' => lexer.at("\"\"\"") && raw(lexer, 0, Interp::None),
        b'@' | b'$' => prefixed(lexer),
        b'u' | b'U' => encoding(lexer),
        b'#' if lexer.gap().0 => directive(lexer),
        b':' if lexer.peek(1) != b':' => format(lexer),
        b'\'' => lexer::character(lexer),
        _ => false,
    }
}

/// `@"…"`, `$"…"`, `$@"…"`, `$$"""…"""`, and `@name`.
fn prefixed(lexer: &mut Lexer<'_>) -> bool {
    let run = lexer.text[lexer.pos..lexer.end].iter().take(16);
    let len = run.take_while(|byte| matches!(byte, b'@' | b'$')).count();
    let prefix = &lexer.text[lexer.pos..lexer.pos + len];
    if lexer.peek(len) != b'"' {
        let name = len == 1 && prefix == b"@" && lexer.word_start(lexer.peek(1));
        if name {
            let end = lexer.word_end(lexer.pos + 1);
            lexer.push(Kind::Word, end);
        }
        return name;
    }
    let (verbatim, computed) = (prefix.contains(&b'@'), prefix.contains(&b'$'));
    let interp = if computed { Interp::Brace } else { Interp::None };
    if !verbatim && lexer.peek(len + 1) == b'"' && lexer.peek(len + 2) == b'"' {
        // With two dollars a single brace is text; such strings hold JSON, and are rare.
        return raw(lexer, len, if len > 1 { Interp::None } else { interp });
    }
    let escape = if verbatim { Escape::Doubled } else { Escape::Backslash };
    lexer.open_string(StringForm { open: "\"", close: "\"", escape, interp, lines: verbatim }, len + 1, None);
    true
}

/// `"""…"""` with as many quotes at its end as at its start.
fn raw(lexer: &mut Lexer<'_>, prefix: usize, interp: Interp) -> bool {
    let start = lexer.pos + prefix;
    let quotes = lexer.text[start..lexer.end].iter().take(QUOTES.len()).take_while(|byte| **byte == b'"').count();
    let close = &QUOTES[..quotes];
    lexer.open_string(
        StringForm { open: close, close, escape: Escape::None, interp, lines: true },
        prefix + quotes,
        None,
    );
    true
}

/// `"…"u8`: the suffix belongs to the string.
fn encoding(lexer: &mut Lexer<'_>) -> bool {
    let suffix = lexer.peek(1) == b'8' && !lexer.word_part(lexer.peek(2)) && lexer.gap() == (false, false);
    let end = lexer.pos + 2;
    match lexer.tokens.last_mut() {
        Some(last) if suffix && last.kind == Kind::StrClose => {
            last.end = end as u32;
            lexer.pos = end;
            true
        }
        _ => false,
    }
}

/// `#if X`, `#region it's`: up to the end of the line or a comment.
fn directive(lexer: &mut Lexer<'_>) -> bool {
    let line = &lexer.text[lexer.pos..lexer.line_end(lexer.pos)];
    let free =
        [&b"#region"[..], b"#endregion", b"#error", b"#warning", b"#!"].iter().any(|word| line.starts_with(word));
    let comment = memchr::memmem::find(line, b"//").filter(|_| !free);
    lexer.pos += comment.unwrap_or(line.len());
    true
}

/// After a colon right inside an interpolation's braces comes a format, which is text.
fn format(lexer: &mut Lexer<'_>) -> bool {
    let Some(&Context::Code { open, interp: true, .. }) = lexer.stack.last() else { return false };
    lexer.push(Kind::Op, lexer.pos + 1);
    lexer.enter_island(Context::Island { open, step: format_text, state: 0 });
    true
}

fn format_text(lexer: &mut Lexer<'_>) {
    let rest = &lexer.text[lexer.pos..lexer.end];
    let len = rest.iter().position(|byte| matches!(byte, b'}' | b'\n' | b'"')).unwrap_or(rest.len());
    if len > 0 {
        lexer.push(Kind::Raw, lexer.pos + len);
    }
    lexer.stack.pop();
}
