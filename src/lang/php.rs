//! PHP: profile, islands of HTML, heredocs, namespaces.
//!
//! Owns what only PHP has. It knows no vendor. The decision to know: a text with an opening tag starts as HTML, one
//! without is a snippet and starts as code. What `?>` closes is one [`Kind::Raw`] token up to the next opening tag, so
//! that brackets may span it, as they do in templates.

use super::lexer::{Context, Heredoc, Lexer};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language, Layer, markup};
use crate::facts::{Assign, Entry, Item, Name, Path, Value, ValueKind};
use crate::span::Span;

/// PHP.
pub static LANGUAGE: Language = Language {
    name: "php",
    extensions: &["php", "phtml", "inc", "module", "install", "php5", "php7"],
    filenames: &[],
    interpreters: &["php"],
    fences: &[],
    front: Front::Profile(&PROFILE),
    environment: "getenv('{}')",
};

const DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::Backslash, interp: Interp::Php, lines: true };
const SINGLE: StringForm =
    StringForm { open: "'", close: "'", escape: Escape::Quote, interp: Interp::None, lines: true };
const COMMAND: StringForm =
    StringForm { open: "`", close: "`", escape: Escape::Backslash, interp: Interp::Php, lines: true };

static PROFILE: Profile = Profile {
    line_comments: &["//", "#"],
    strings: &[DOUBLE, SINGLE, COMMAND],
    word_start: b"$",
    operators: &[
        "<=>", "===", "!==", "**=", "??=", "<<=", ">>=", "...", "?->", "=>", "->", "==", "!=", "<>", "<=", ">=", "&&",
        "||", "??", "::", "++", "--", "+=", "-=", "*=", "/=", ".=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
    ],
    start,
    around,
    shells: &["shell_exec", "exec", "system", "passthru", "popen", "proc_open", "Process", "fromShellCommandline"],
    shell_strings: &["`"],
    literal,
    path: &["->", "?->", "::", "\\"],
    concat: &["."],
    either: words(&["??", "||", "or"]),
    assign: &["=", "??="],
    map_key: &["=>"],
    arg_key: &[":"],
    sigils: b"$",
    null: words(&["null", "NULL", "Null"]),
    this: &["$this", "self", "static"],
    skip: words(&[
        "return",
        "echo",
        "print",
        "yield",
        "throw",
        "clone",
        "const",
        "public",
        "private",
        "protected",
        "readonly",
        "var",
        "abstract",
        "final",
        "global",
        "case",
        "default",
        "else",
        "do",
        "try",
        "finally",
        "include",
        "include_once",
        "require",
        "require_once",
        "endif",
        "endforeach",
        "endfor",
        "endwhile",
        "endswitch",
    ]),
    stop: words(&["if", "elseif", "for", "foreach", "while", "switch", "catch", "as", "use", "extends", "implements"]),
    containers: words(&["class", "interface", "trait", "enum", "namespace"]),
    functions: words(&["function"]),
    env_members: &["_ENV", "_SERVER"],
    env_calls: &["getenv", "env", "Env.get"],
    base64: &["base64_encode"],
    same: &[
        "trim",
        "rtrim",
        "ltrim",
        "strval",
        "urlencode",
        "rawurlencode",
        "htmlspecialchars",
        "esc_attr",
        "esc_html",
    ],
    formats: &["sprintf", "vsprintf"],
    statement,
    operand,
    ..BASE
};

/// The page around the code. Most files are code from their first line to the last.
fn around(text: &[u8], range: Span) -> Vec<Layer> {
    let page = range.of(text);
    let code = page.trim_ascii_start().starts_with(b"<?") && memchr::memmem::find(page, b"?>").is_none();
    if code || next_tag(page).is_none() { Vec::new() } else { markup::around_php(text, range) }
}

// Lexing.

/// HTML comes first where there is an opening tag at all, or where a template starts like one.
fn start(text: &[u8]) -> Option<Context> {
    let markup = matches!(text.trim_ascii_start().first(), Some(b'<' | b'@'));
    (markup || next_tag(text).is_some()).then_some(Context::Island { open: 0, step: html, state: 0 })
}

/// Where the next opening tag stands in `text`, and where it ends. `<?xml` is none.
fn next_tag(text: &[u8]) -> Option<(usize, usize)> {
    memchr::memmem::find_iter(text, b"<?").find_map(|at| {
        let rest = &text[at + 2..];
        let len = match rest {
            [b'=', ..] => 1,
            [b'p' | b'P', b'h' | b'H', b'p' | b'P', ..] => 3,
            [b' ' | b'\t' | b'\r' | b'\n', ..] | [] => 0,
            _ => return None,
        };
        Some((at, at + 2 + len))
    })
}

/// HTML up to the next opening tag.
fn html(lexer: &mut Lexer<'_>) {
    let end = next_tag(&lexer.text[lexer.pos..lexer.end]).map_or(lexer.end, |(_, end)| lexer.pos + end);
    lexer.stack.pop();
    lexer.push(Kind::Raw, end);
}

fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'?' if lexer.at("?>") => {
            let rest = &lexer.text[lexer.pos..lexer.end];
            let end = next_tag(rest).map_or(lexer.end, |(_, end)| lexer.pos + end);
            lexer.push(Kind::Raw, end);
            true
        }
        b'#' if lexer.peek(1) == b'[' => {
            lexer.push(Kind::Op, lexer.pos + 1);
            true
        }
        b'/' if lexer.peek(1) != b'/' => false,
        b'#' | b'/' => {
            let line = &lexer.text[lexer.pos..lexer.line_end(lexer.pos)];
            let len = memchr::memmem::find(line, b"?>").unwrap_or(line.len());
            lexer.push_comment(lexer.pos + len);
            true
        }
        b'<' if lexer.at("<<<") => heredoc(lexer),
        b'_' if lexer.at("__halt_compiler") => {
            lexer.push(Kind::Raw, lexer.end);
            true
        }
        _ => false,
    }
}

/// `<<<NAME`, `<<<"NAME"`, `<<<'NAME'`
fn heredoc(lexer: &mut Lexer<'_>) -> bool {
    let mut len = 3;
    while matches!(lexer.peek(len), b' ' | b'\t') {
        len += 1;
    }
    let quote = lexer.peek(len);
    let quoted = matches!(quote, b'\'' | b'"');
    len += usize::from(quoted);
    let start = (lexer.pos + len).min(lexer.end);
    let end = lexer.word_end(start);
    let text = lexer.text;
    let word = &text[start..end];
    let close = end + usize::from(quoted);
    let broken = matches!(text.get(close), None | Some(b'\r' | b'\n'));
    if word.is_empty() || !broken || (quoted && text.get(end) != Some(&quote)) {
        return false;
    }
    let (escape, interp) = if quote == b'\'' { (Escape::None, Interp::None) } else { (Escape::Backslash, Interp::Php) };
    let form = StringForm { open: "<<<", close: "", escape, interp, lines: true };
    let ends = |rest: &[u8]| !rest.first().is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
    lexer.open_heredoc(close - lexer.pos, word, form, Heredoc { indented: true, inline: true, ends })
}

// Reading.

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "use" if reader.kind(at) == Some(Kind::Word) => import(reader, at, end),
        "return" if end == reader.tokens.len() => returned(reader, at, end),
        "define" => definition(reader, at, end),
        "require" | "require_once" | "include" | "include_once" => {
            let string = at + 1 + usize::from(reader.is_open(at + 1, "("));
            let module = reader.string_name(string)?;
            let next = reader.mate(string, end) + 1;
            let span = reader.span_of(at, next);
            reader.import(module, None, None, span);
            Some(next)
        }
        "static" if !reader.is_op(at + 1, "::") => Some(at + 1),
        "if" | "elseif" | "for" | "foreach" | "while" | "switch" | "catch" | "declare" => Some(at + 1),
        _ => None,
    }
}

/// `use A\B;`, `use A\B as C;`, `use A\{B, C as D};`, `use function A\b;`
///
/// The namespace is the module, the name after it the member.
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let stop = (at + 1..end.min(at + 400)).find(|&i| reader.is_op(i, ";") || reader.kind(i) == Some(Kind::Raw))?;
    if reader.is_open(at + 1, "(") {
        return None;
    }
    let span = reader.span_of(at, stop);
    let mut i = at + 1 + usize::from(reader.word_in(at + 1, &["function", "const"]));
    while i < stop {
        let item = reader.item_end(i, stop);
        match (i..item).find(|&j| reader.is_open(j, "{")) {
            Some(brace) => {
                let close = reader.mate(brace, stop);
                let mut inner = brace + 1;
                while inner < close {
                    let inner_end = reader.item_end(inner, close);
                    let segments = segments(reader, i, brace).chain(segments(reader, inner, inner_end));
                    imported(reader, segments.collect(), span);
                    inner = inner_end + 1;
                }
                // The body of `use Trait { … }` holds no names of the file.
                i = close + 1;
            }
            None => {
                imported(reader, segments(reader, i, item).collect(), span);
                i = item + 1;
            }
        }
    }
    Some(stop + 1)
}

/// The words of `A\B as C`.
fn segments<'r>(reader: &'r Reader<'_>, start: usize, end: usize) -> impl Iterator<Item = Name> + use<'r> {
    (start..end).filter(|&i| reader.kind(i) == Some(Kind::Word)).map(|i| reader.name(i))
}

fn imported(reader: &mut Reader<'_>, mut path: Vec<Name>, span: Span) {
    let renamed = path.len().checked_sub(2).is_some_and(|at| path[at].text == "as");
    let alias = if renamed { path.pop() } else { None };
    path.retain(|name| !matches!(name.text.as_str(), "as" | "function" | "const"));
    let Some(member) = path.pop() else { return };
    let local = Some(alias.unwrap_or_else(|| member.clone()));
    let text = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("\\");
    let whole = path.iter().map(|name| name.span).reduce(Span::to);
    match whole {
        Some(whole) => reader.import(Name { text, span: whole }, Some(member), local, span),
        None => reader.import(member, None, local, span),
    }
}

/// `return ['key' => value];` of a whole file is configuration: its leaves are entries.
fn returned(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if !reader.is_open(at + 1, "[") && !reader.is_word(at + 1, "array") {
        return None;
    }
    let (value, next) = reader.expression(at + 1, end)?;
    if let ValueKind::Map(items) = value.kind {
        entries(reader, items);
    }
    Some(next)
}

/// The leaves of a map as entries, in order. Maps are no deeper than the reader reads.
fn entries(reader: &mut Reader<'_>, items: Vec<Item>) {
    let mut open: Vec<(Path, Item)> =
        items.into_iter().rev().filter(|item| !item.spread).map(|item| (Path::default(), item)).collect();
    while let Some((mut path, item)) = open.pop() {
        path.0.extend(item.key);
        match item.value.kind {
            ValueKind::Map(inner) => {
                open.extend(inner.into_iter().rev().filter(|item| !item.spread).map(|item| (path.clone(), item)));
            }
            _ => {
                let span = path.0.last().map_or(item.value.span, |key| key.span.to(item.value.span));
                reader.facts.entries.push(Entry { path, value: item.value, span });
            }
        }
    }
}

/// `define('NAME', value)` assigns to the constant.
fn definition(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if !reader.is_open(at + 1, "(") {
        return None;
    }
    let close = reader.mate(at + 1, end);
    let name = reader.string_name(at + 2)?;
    let comma = reader.mate(at + 2, close) + 1;
    if !reader.is_op(comma, ",") {
        return None;
    }
    let (value, next) = reader.expression(comma + 1, close)?;
    reader.queue(next, close);
    let span = reader.span_of(at, (close + 1).min(end));
    reader.facts.assigns.push(Assign { target: Path::single(name), value, span });
    Some(close + 1)
}

const CASTS: &[&str] = &["string", "int", "integer", "bool", "boolean", "float", "double", "array", "object", "binary"];

/// `(string) x`, `array(…)`, `fn (…) => …`, `static fn`, `match (…) { … }`
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_open(at, "(") && reader.word_in(at + 1, CASTS) && reader.mate(at, end) == at + 2 {
        return reader.expression(at + 3, end);
    }
    match reader.str(at) {
        "array" | "ARRAY" if reader.is_open(at + 1, "(") => {
            let close = reader.mate(at + 1, end);
            let items = reader.list(at + 2, close, reader.profile.map_key);
            let next = (close + 1).min(end);
            Some((Value { kind: ValueKind::Map(items), span: reader.span_of(at, next) }, next))
        }
        "from" if at > 0 && reader.is_word(at - 1, "yield") => reader.expression(at + 1, end),
        "static" if reader.word_in(at + 1, &["fn", "function"]) => reader.operand(at + 1, end),
        "fn" => {
            let open = at + 1 + usize::from(reader.is_op(at + 1, "&"));
            let close = reader.is_open(open, "(").then(|| reader.mate(open, end))?;
            let arrow = (close + 1..end.min(close + 32)).find(|&i| reader.is_op(i, "=>"))?;
            Some(reader.closure(open + 1, close, arrow, end))
        }
        "match" if reader.is_open(at + 1, "(") => {
            let subject = reader.mate(at + 1, end);
            let close = reader.is_open(subject + 1, "{").then(|| reader.mate(subject + 1, end))?;
            reader.queue(at + 2, subject);
            Some(arms(reader, at, subject + 2, close, end))
        }
        _ => None,
    }
}

/// `condition, condition => value, default => value`: one of the values.
fn arms(reader: &mut Reader<'_>, at: usize, start: usize, close: usize, end: usize) -> (Value, usize) {
    let mut choices = Vec::new();
    let mut i = start;
    while i < close {
        let stop = reader.item_end(i, close);
        match (i..stop).find(|&j| reader.is_op(j, "=>")) {
            Some(arrow) => {
                reader.queue(i, arrow);
                choices.push(reader.nested(arrow + 1, stop));
            }
            None => reader.queue(i, stop),
        }
        i = stop + 1;
    }
    let next = (close + 1).min(end);
    (Value { kind: ValueKind::Either(choices), span: reader.span_of(at, next) }, next)
}
