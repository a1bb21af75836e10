//! A token inside a text: `"Bearer #{…}"`, `'Bearer ' + …`, `"Bearer $…"`.
//!
//! Owns how each language puts a value into a string literal that the file has. It knows no vendor. The decision to know:
//! the literal keeps its quotes; where those take no value, it is closed and opened again around an operator.

use crate::lang::{self, Language};
use crate::source::line_at;
use crate::span::Span;

/// The literal around a place: what opens it, with its prefix, and what closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quotes<'t> {
    /// `"`, `f'`, `$@"`, a backtick; nothing for a bare word of a shell.
    pub(super) open: &'t str,
    /// The last of them.
    pub(super) close: &'t str,
}

impl<'t> Quotes<'t> {
    /// The quotes of a literal, whose content stands at `content`.
    pub(super) fn of(text: &'t [u8], literal: Span, content: Span) -> Option<Self> {
        let open = Span::new(literal.start.min(content.start), content.start).of(text);
        let open = std::str::from_utf8(open).ok()?;
        let from = open.find(['"', '\'', '`']).unwrap_or(open.len());
        let prefix = open.get(..from)?;
        let known = prefix.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'$' | b'@'));
        // Of an interpolated literal the content may start behind a value that stands first in it.
        (known && open.len() - from <= 3).then(|| Self { open, close: open.get(from..).unwrap_or_default() })
    }
}

/// What puts `before`, the token and `after` into a literal, in place of a part of it that ends at `end`. `left` and
/// `right` are the literals in which the part starts and ends: one and the same, or two that an operator joins.
pub(super) fn spliced(
    language: &'static Language,
    text: &[u8],
    (left, right): (Quotes<'_>, Quotes<'_>),
    end: usize,
    (before, token, after): (&str, &str, &str),
) -> Option<(usize, String)> {
    let inside = |open: &str, close: &str, token: &str| Some((end, format!("{before}{open}{token}{close}{after}")));
    let plain = left.close;
    let operator = match lang::family(language.name) {
        "javascript" if plain == "`" => return inside("${", "}", token),
        "ruby" | "elixir" if plain == "\"" => return inside("#{", "}", token),
        "kotlin" if plain == "\"" => return inside("${", "}", token),
        "python" if left.open.starts_with(['f', 'F']) && plain.len() == 1 => {
            let other = if plain == "\"" { "'" } else { "\"" };
            if token.contains(plain) && token.contains(other) {
                return None;
            }
            return inside("{", "}", &token.replace(plain, other));
        }
        "perl" if plain == "\"" && !token.contains('(') => return inside("", "", token),
        "powershell" if plain == "\"" => return inside("$(", ")", token),
        "shell" => {
            let name = token.strip_prefix('$')?;
            // What follows must not be read as more of the name, nor as a modifier of it.
            let next = after.bytes().next().or_else(|| text.get(end).copied());
            let braces = next.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'['));
            let value = if braces { format!("${{{name}}}") } else { token.to_owned() };
            return match plain {
                "'" => inside("'\"", "\"'", &value),
                _ => inside("", "", &value),
            };
        }
        "javascript" | "ruby" | "python" | "go" | "java" | "kotlin" | "scala" | "groovy" | "csharp" => "+",
        "php" | "perl" => ".",
        "elixir" => "<>",
        _ => return None,
    };
    if plain.is_empty() {
        return None;
    }
    // Behind the closing quote the rest of the literal would be an empty one.
    let rest = text.get(end..).unwrap_or_default();
    if after.is_empty() && rest.starts_with(right.close.as_bytes()) {
        let end = end + right.close.len();
        return ends_there(&text[end..], operator).then(|| (end, format!("{before}{} {operator} {token}", left.close)));
    }
    let literal_end = end + memchr::memmem::find(rest, right.close.as_bytes())? + right.close.len();
    ends_there(&text[literal_end..], operator)
        .then(|| (end, format!("{before}{} {operator} {token} {operator} {}{after}", left.close, right.open)))
}

/// Whether nothing that binds more closely than an operator follows a literal.
fn ends_there(rest: &[u8], operator: &str) -> bool {
    match rest.trim_ascii_start().first() {
        Some(b'.') => operator == ".",
        Some(b'[' | b'%' | b'(' | b'*') => false,
        _ => true,
    }
}

/// Whether the literal at `at` must be known before the program runs: a constant, a default of a property, a value of an
/// annotation.
pub(super) fn is_fixed(language: &str, text: &[u8], at: usize) -> bool {
    let line = line_at(text, at);
    let before = Span::new(line.start, at.max(line.start)).of(text).trim_ascii_start();
    let starts = |words: &[&str]| words.iter().any(|word| before.starts_with(word.as_bytes()));
    match lang::by_name(language).map_or("", |language| lang::family(language.name)) {
        "php" => starts(&["const ", "public ", "private ", "protected ", "static ", "var "]),
        "java" | "kotlin" | "scala" | "groovy" => starts(&["@"]),
        "csharp" => starts(&["["]) || lang::is_constant(language, text, at),
        _ => lang::is_constant(language, text, at),
    }
}
