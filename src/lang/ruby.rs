//! Ruby: profile, blocks that end in `end`, heredocs, percent literals.
//!
//! Owns what only Ruby has. It knows no vendor.

use super::lexer::{Heredoc, Lexer};
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{CallId, Def, DefKind, Dependency, Name, Value};

/// Ruby.
pub static LANGUAGE: Language = Language {
    name: "ruby",
    extensions: &["rb", "rake", "gemspec", "ru", "jbuilder", "thor", "podspec"],
    filenames: &["gemfile", "gems.rb", "rakefile", "capfile", "guardfile", "vagrantfile", "fastfile", "podfile"],
    interpreters: &["ruby", "rake", "jruby"],
    fences: &["irb"],
    front: Front::Profile(&PROFILE),
    environment: "ENV.fetch(\"{}\")",
};

const DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::Backslash, interp: Interp::Hash, lines: true };
const SINGLE: StringForm =
    StringForm { open: "'", close: "'", escape: Escape::Quote, interp: Interp::None, lines: true };
const COMMAND: StringForm =
    StringForm { open: "`", close: "`", escape: Escape::Backslash, interp: Interp::Hash, lines: true };

static PROFILE: Profile = Profile {
    line_comments: &["#"],
    block_comments: &[],
    strings: &[DOUBLE, SINGLE, COMMAND],
    word_start: b"@$",
    operators: &[
        "<=>", "===", "**=", "<<=", ">>=", "&&=", "||=", "...", "=>", "->", "==", "!=", "=~", "!~", "<=", ">=", "<<",
        ">>", "&&", "||", "&.", "::", "**", "..", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=",
    ],
    operator_words: KEYWORDS,
    shells: &["system", "exec", "spawn", "popen", "popen3", "capture2", "capture2e", "capture3", "sh", "Cocaine"],
    shell_strings: &["`", "%x"],
    literal,
    blocks,
    newline_ends: true,
    path: &[".", "&.", "::"],
    either: words(&["||", "or"]),
    assign: &["=", "||=", "&&="],
    map_key: &[":", "=>"],
    arg_key: &[":", "=>"],
    spread: &["*", "**", "&"],
    adjacent: true,
    commands: true,
    new: None,
    null: words(&["nil"]),
    this: &["self"],
    skip: words(&["return", "not", "defined?", "then", "else", "begin", "ensure", "do"]),
    stop: words(&[
        "if", "unless", "while", "until", "do", "then", "and", "or", "end", "rescue", "in", "else", "elsif", "when",
        "ensure",
    ]),
    containers: words(&["class", "module"]),
    functions: words(&["def"]),
    sigils: b"@$",
    param_first: true,
    env_members: &["ENV"],
    env_calls: &["ENV.fetch", "ENV.dig"],
    base64: &[
        "Base64.encode",
        "Base64.encode64",
        "Base64.strict_encode64",
        "Base64.urlsafe_encode64",
        "strict_encode64",
    ],
    same: &[
        "to_s",
        "strip",
        "chomp",
        "freeze",
        "to_str",
        "squish",
        "dup",
        "itself",
        "presence",
        "String",
        "html_safe",
        "encode",
    ],
    or_else: &["presence_or"],
    formats: &["format", "sprintf"],
    format_methods: &["%"],
    trailing_block,
    statement,
    operand,
    ..BASE
};

const KEYWORDS: &[&str] = &[
    "if",
    "unless",
    "while",
    "until",
    "return",
    "and",
    "or",
    "not",
    "when",
    "case",
    "in",
    "then",
    "do",
    "else",
    "elsif",
    "puts",
    "p",
    "raise",
    "yield",
    "begin",
    "ensure",
    "rescue",
    "print",
    "assert_match",
    "assert_no_match",
    "split",
    "gsub",
    "sub",
    "match",
    "match?",
    "scan",
];

fn literal(lexer: &mut Lexer<'_>) -> bool {
    if operator_name(lexer) {
        return true;
    }
    match lexer.peek(0) {
        b'=' if lexer.at("=begin") && line_start(lexer) => {
            let end = memchr::memmem::find(&lexer.text[lexer.pos..lexer.end], b"\n=end")
                .map_or(lexer.end, |at| lexer.pos + at + 5);
            let end = lexer.line_end(end.min(lexer.end));
            lexer.push_comment(end);
            true
        }
        b'_' if lexer.at("__END__") && line_start(lexer) && matches!(lexer.peek(7), 0 | b'\n' | b'\r') => {
            lexer.push_comment(lexer.end);
            true
        }
        b'<' if lexer.at("<<") => heredoc(lexer),
        b'%' => percent(lexer),
        b'/' if regex_starts(lexer) => {
            slash(lexer);
            true
        }
        b':' => symbol(lexer),
        b'?' => character(lexer),
        byte if lexer.word_start(byte) => word(lexer),
        _ => false,
    }
}

fn line_start(lexer: &Lexer<'_>) -> bool {
    lexer.pos == 0 || lexer.text[lexer.pos - 1] == b'\n'
}

/// Words may end in `?` or `!`, and start with `@@`. After a regular expression they are its flags.
fn word(lexer: &mut Lexer<'_>) -> bool {
    if flags(lexer) {
        return true;
    }
    let sigils = match (lexer.peek(0), lexer.peek(1)) {
        (b'@', b'@') => 2,
        (b'@' | b'$', _) => 1,
        _ => 0,
    };
    let mut end = lexer.word_end(lexer.pos + sigils);
    if sigils > 0 && end == lexer.pos + sigils {
        // `$!`, `$/` and their kin.
        end = (end + 1).min(lexer.end);
    } else if end < lexer.end && matches!(lexer.text[end], b'?' | b'!') {
        let rest = &lexer.text[end + 1..lexer.end];
        let compared = matches!(rest, [b'=' | b'~', ..]) && !rest.starts_with(b"=>");
        end += usize::from(!compared);
    }
    lexer.push(Kind::Word, end);
    true
}

/// The letters right behind a regular expression belong to its end.
fn flags(lexer: &mut Lexer<'_>) -> bool {
    let Some(last) = lexer.tokens.last().filter(|last| last.kind == Kind::StrClose) else { return false };
    let open = lexer.tokens[last.mate as usize].span().of(lexer.text);
    if last.end as usize != lexer.pos || !(open.starts_with(b"/") || open.starts_with(b"%r")) {
        return false;
    }
    let end = lexer.word_end(lexer.pos);
    if end == lexer.pos {
        // A sigil: `/a/@b`.
        return false;
    }
    if let Some(last) = lexer.tokens.last_mut() {
        last.end = end as u32;
    }
    lexer.pos = end;
    true
}

/// `/` starts a regular expression where no value stands before it, or a method name does with a blank only on its
/// left.
fn regex_starts(lexer: &Lexer<'_>) -> bool {
    let (nl, sp) = lexer.gap();
    !lexer.after_value()
        || (nl && !lexer.tokens.is_empty())
        || (command_like(lexer) && sp && !matches!(lexer.peek(1), b' ' | b'=' | b'\n'))
}

fn command_like(lexer: &Lexer<'_>) -> bool {
    lexer.tokens.last().is_some_and(|last| last.kind == Kind::Word)
        && lexer.last_text().first().is_some_and(u8::is_ascii_lowercase)
}

fn slash(lexer: &mut Lexer<'_>) {
    let form = StringForm { open: "/", close: "/", escape: Escape::Raw, interp: Interp::Hash, lines: true };
    lexer.open_string(form, 1, None);
}

/// `:name`, `:"name"`, `:+`
fn symbol(lexer: &mut Lexer<'_>) -> bool {
    let next = lexer.peek(1);
    let glued = lexer.pos > 0
        && (lexer.word_part(lexer.text[lexer.pos - 1])
            || lexer.text[lexer.pos - 1] == b':'
            || matches!(lexer.text[lexer.pos - 1], b'"' | b'\'' | b')' | b']' | b'?' | b'!'));
    if glued {
        return false;
    }
    if matches!(next, b'"' | b'\'') {
        lexer.open_string(if next == b'"' { DOUBLE } else { SINGLE }, 2, None);
        return true;
    }
    let operator = OPERATOR_NAMES.iter().find(|name| lexer.text[lexer.pos + 1..lexer.end].starts_with(name.as_bytes()));
    if !lexer.word_start(next) && operator.is_none() {
        return false;
    }
    lexer.pos += 1;
    let mut end = lexer.word_end(lexer.pos + operator.map_or(1, |name| name.len()));
    if operator.is_none()
        && end < lexer.end
        && matches!(lexer.text[end], b'?' | b'!' | b'=')
        && !matches!(lexer.text.get(end + 1), Some(b'>' | b'=' | b'~'))
    {
        end += 1;
    }
    lexer.push(Kind::Symbol, end);
    true
}

/// `def +(other)`, `def self./(other)`, `def %(args)`: an operator that is a method's name.
fn operator_name(lexer: &mut Lexer<'_>) -> bool {
    if !OPERATOR_BYTES.contains(&lexer.peek(0)) {
        return false;
    }
    let defines = lexer.last_text() == b"def"
        || lexer.last_text() == b"." && {
            let back = |n: usize| lexer.tokens.len().checked_sub(n).map(|at| lexer.tokens[at].span().of(lexer.text));
            back(3) == Some(b"def") || !lexer.gap().1
        };
    let name = OPERATOR_NAMES.iter().find(|name| lexer.at(name)).filter(|_| defines);
    if let Some(name) = name {
        lexer.push(Kind::Word, lexer.pos + name.len());
    }
    name.is_some()
}

const OPERATOR_BYTES: &[u8] = b"[<=!*+->/%&|^~";

/// Operators that may be method names, longest first.
const OPERATOR_NAMES: &[&str] = &[
    "[]=", "<=>", "===", "[]", "==", "=~", "!=", "!~", "**", "+@", "-@", "<<", ">>", "<=", ">=", "+", "-", "*", "/",
    "%", "<", ">", "!", "&", "|", "^", "~",
];

/// `?a`
fn character(lexer: &mut Lexer<'_>) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if lexer.after_value() || part(lexer.peek(2)) || lexer.peek(1).is_ascii_whitespace() {
        return false;
    }
    let len = if lexer.peek(1) == b'\\' { 3 } else { 2 };
    lexer.push(Kind::Literal, lexer.pos + len);
    true
}

/// `%w[…]`, `%q(…)`, `%(…)`, `%r{…}`
fn percent(lexer: &mut Lexer<'_>) -> bool {
    let (nl, sp) = lexer.gap();
    if !nl && lexer.after_value() && !(command_like(lexer) && sp && !matches!(lexer.peek(1), b' ' | b'=')) {
        return false;
    }
    let letter = lexer.peek(1);
    let (len, open) = if b"wWiIqQrxs".contains(&letter) { (3, lexer.peek(2)) } else { (2, letter) };
    if open.is_ascii_alphanumeric()
        || open.is_ascii_whitespace()
        || open == 0
        || open >= 0x80
        || (len == 2 && !b"([{<|!/-^".contains(&open))
    {
        return false;
    }
    let Some((close, nest)) = super::lexer::delimiters(open) else { return false };
    let interp = if b"wiqs".contains(&letter) && len == 3 { Interp::None } else { Interp::Hash };
    let escape = if letter == b'r' && len == 3 { Escape::Raw } else { Escape::Backslash };
    lexer.open_string(StringForm { open: "%", close, escape, interp, lines: true }, len, nest);
    true
}

/// `<<~NAME`, `<<-'NAME'`, `<<NAME`
fn heredoc(lexer: &mut Lexer<'_>) -> bool {
    let mut len = 2;
    let squiggly = matches!(lexer.peek(len), b'~' | b'-');
    len += usize::from(squiggly);
    let quote = lexer.peek(len);
    let quoted = matches!(quote, b'\'' | b'"' | b'`');
    len += usize::from(quoted);
    let start = lexer.pos + len;
    let end = if quoted {
        let line = lexer.line_end(start.min(lexer.end));
        match memchr::memchr(quote, &lexer.text[start.min(line)..line]) {
            Some(at) => start + at,
            None => return false,
        }
    } else {
        lexer.word_end(start.min(lexer.end))
    };
    let text = lexer.text;
    let Some(word) = text.get(start..end).filter(|word| !word.is_empty()) else { return false };
    // `a <<b` on a value is a push; a constant or a quote says heredoc.
    let (_, sp) = lexer.gap();
    let upper = word[0].is_ascii_uppercase() || word[0] == b'_';
    if word[0].is_ascii_digit()
        || (!squiggly && !quoted && (!upper || (lexer.after_value() && !(command_like(lexer) && sp))))
    {
        return false;
    }
    let interp = if quote == b'\'' { Interp::None } else { Interp::Hash };
    let escape = if quote == b'\'' { Escape::None } else { Escape::Backslash };
    let form = StringForm { open: "<<", close: "", escape, interp, lines: true };
    let len = end - lexer.pos + usize::from(quoted);
    let ends = |rest: &[u8]| rest.iter().all(u8::is_ascii_whitespace);
    lexer.open_heredoc(len, word, form, Heredoc { indented: squiggly, inline: false, ends })
}

/// Finds the `end` of every block.
fn blocks(reader: &mut Reader<'_>) {
    let mut open: Vec<usize> = Vec::new();
    let mut loop_head = false;
    for at in 0..reader.tokens.len() {
        let token = &reader.tokens[at];
        if token.nl {
            loop_head = false;
        }
        if token.kind != Kind::Word
            || follows_dot(reader, at)
            || (reader.is_op(at + 1, ":") && !reader.tokens[at + 1].sp)
        {
            continue;
        }
        match reader.str(at) {
            "class" | "module" | "begin" | "case" => open.push(at),
            "def" if !endless(reader, at) => open.push(at),
            "while" | "until" | "for" if starts_statement(reader, at) => {
                loop_head = true;
                open.push(at);
            }
            "if" | "unless" if starts_statement(reader, at) => open.push(at),
            // The `do` of a loop belongs to the loop.
            "do" if std::mem::take(&mut loop_head) => (),
            "do" => open.push(at),
            "end" => {
                if let Some(start) = open.pop() {
                    reader.block_end.push((start, at + 1));
                }
            }
            _ => (),
        }
    }
}

fn follows_dot(reader: &Reader<'_>, at: usize) -> bool {
    at > 0 && (reader.op_in(at - 1, &[".", "&."]) || reader.is_word(at - 1, "def"))
}

/// `def name(args) = expression`
fn endless(reader: &Reader<'_>, at: usize) -> bool {
    let mut i = at + 2;
    while reader.op_in(i, &["."]) {
        i += 2;
    }
    if reader.is_open(i, "(") {
        i = reader.mate(i, reader.tokens.len()) + 1;
    }
    reader.is_op(i, "=") && i < reader.tokens.len() && !reader.tokens[i].nl && reader.tokens[i].sp
}

/// Whether a keyword opens a block, rather than qualifying the statement before it.
fn starts_statement(reader: &Reader<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    if reader.tokens[at].nl || reader.is_op(before, ";") {
        return true;
    }
    match reader.kind(before) {
        Some(Kind::Op | Kind::Open | Kind::InterpOpen) => !reader.is_op(before, "}") && !reader.is_op(before, ")"),
        Some(Kind::Word) => {
            reader.word_in(before, &["then", "else", "do", "begin", "and", "or", "not", "ensure", "in", "when"])
        }
        _ => false,
    }
}

/// `require 'x'`, `gem 'x', '1.0'`, and the words that open blocks without being calls.
fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    dependency(reader, at, end);
    match reader.str(at) {
        "require" | "require_relative" | "load"
            if reader.kind(at + 1) == Some(Kind::StrOpen) || reader.is_open(at + 1, "(") =>
        {
            let string = at + 1 + usize::from(reader.is_open(at + 1, "("));
            let module = reader.string_name(string)?;
            let next = reader.mate(string, end) + 1;
            let span = reader.span_of(at, next);
            reader.import(module, None, None, span);
            Some(next)
        }
        "class" if reader.is_op(at + 1, "<<") => Some(at + 3),
        "{" if reader.op_in(reader.mate(at, end) + 1, &[".", "&."]) => reader.expression(at, end).map(|(_, next)| next),
        "case" | "if" | "unless" | "begin" if reader.block_after(at).is_some_and(|i| reader.op_in(i, &[".", "&."])) => {
            reader.expression(at, end).map(|(_, next)| next)
        }
        "if" | "unless" | "while" | "until" | "case" | "when" | "elsif" | "for" | "in" | "rescue" | "and" | "or"
        | "end" => Some(at + 1),
        _ => None,
    }
}

/// `gem 'x', '~> 1.0'` of a manifest, `spec.add_dependency 'x', '~> 1.0'` of a package. They are calls, too.
fn dependency(reader: &mut Reader<'_>, at: usize, end: usize) {
    const ADDS: &[&str] = &["add_dependency", "add_runtime_dependency", "add_development_dependency"];
    let method = if reader.is_op(at + 1, ".") && reader.word_in(at + 2, ADDS) { at + 2 } else { at };
    if method == at && !reader.is_word(at, "gem") {
        return;
    }
    let first = method + 1 + usize::from(reader.is_open(method + 1, "("));
    let Some(name) = reader.string_name(first) else { return };
    let mut comma = reader.mate(first, end) + 1;
    let mut requirement: Option<Name> = None;
    // Several requirements hold together.
    while reader.is_op(comma, ",")
        && let Some(next) = reader.string_name(comma + 1)
    {
        requirement = Some(match requirement {
            Some(before) => Name { text: format!("{}, {}", before.text, next.text), span: before.span.to(next.span) },
            None => next,
        });
        comma = reader.mate(comma + 1, end) + 1;
    }
    let dependency = Dependency { ecosystem: "rubygems", name, requirement, locked: false };
    reader.facts.dependencies.push(dependency);
}

/// `-> (x) { … }`, `-> { … }`, `case …`, `if …` as values.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_op(at, "->") {
        let mut i = at + 1;
        let params = if reader.is_open(i, "(") {
            let close = reader.mate(i, end);
            let params = reader.params(i + 1, close);
            i = close + 1;
            params
        } else {
            Vec::new()
        };
        let next = block(reader, i, end, params, None)?;
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    if reader.word_in(at, &["if", "unless", "case", "begin", "while"])
        && let Some(after) = reader.block_after(at)
    {
        let after = after.min(end);
        reader.queue(at + 1, after);
        return Some((Value::opaque(reader.span_of(at, after)), after));
    }
    None
}

/// `{ |x| … }` or `do |x| … end` after a call.
fn trailing_block(reader: &mut Reader<'_>, call: CallId, at: usize, end: usize) -> Option<usize> {
    if at >= end || (reader.tokens[at].nl && !reader.is_word(at, "do")) {
        return None;
    }
    block(reader, at, end, Vec::new(), Some(call))
}

fn block(
    reader: &mut Reader<'_>,
    at: usize,
    end: usize,
    mut params: Vec<crate::facts::Param>,
    of: Option<CallId>,
) -> Option<usize> {
    let (stop, next) = if reader.is_open(at, "{") {
        let close = reader.mate(at, end);
        (close, (close + 1).min(end))
    } else if reader.is_word(at, "do") {
        let after = reader.block_after(at)?.min(end);
        (after.saturating_sub(1), after)
    } else {
        return None;
    };
    let mut start = at + 1;
    if reader.is_op(start, "|") {
        let bar = (start + 1..stop).take(64).find(|&i| reader.is_op(i, "|"))?;
        params = reader.params(start + 1, bar);
        start = bar + 1;
    }
    let body = reader.span_of(at, next);
    reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body, of });
    reader.queue(start, stop.max(start));
    Some(next)
}
