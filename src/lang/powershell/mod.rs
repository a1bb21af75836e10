//! PowerShell: profile, lexing, and names whose case means nothing.
//!
//! Owns the profile and the lexing of variables, parameters, here-strings; commands are read in `commands`,
//! expressions in `values`. It knows no vendor. The decision to know: what is called is kept in lower case, and a
//! variable is spelled as the file spells it first.

mod commands;
mod values;

use std::collections::HashMap;

use super::lexer::Lexer;
use super::profile::{BASE, Escape, Interp, Profile, StringForm};
use super::token::Kind;
use super::words::words;
use super::{Front, Language, Layer};
use crate::facts::{Facts, Name, Value, ValueKind};
use crate::span::Span;

/// PowerShell.
pub static LANGUAGE: Language = Language {
    name: "powershell",
    extensions: &["ps1", "psm1", "psd1"],
    filenames: &[],
    interpreters: &["pwsh", "powershell"],
    fences: &["posh", "pwsh"],
    front: Front::Own(lower),
    environment: "$env:{}",
};

const DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::Backquote, interp: Interp::Subexpression, lines: true };
const SINGLE: StringForm =
    StringForm { open: "'", close: "'", escape: Escape::Doubled, interp: Interp::None, lines: true };

static PROFILE: Profile = Profile {
    line_comments: &[],
    block_comments: &[("<#", "#>", false)],
    strings: &[DOUBLE, SINGLE],
    operators: &["&&", "||", "??=", "??", "::", "..", "+=", "-=", "*=", "/=", "%=", "++", "--", ">>", "2>&1", "?."],
    literal,
    newline_ends: true,
    path: &[".", "::", "?."],
    concat: &["+"],
    either: words(&["??"]),
    assign: &["=", "??="],
    map_key: &[],
    arg_key: &[],
    spread: &[],
    new: None,
    this: &["$this"],
    containers: words(&[]),
    parallel: false,
    env_calls: &["Environment.GetEnvironmentVariable", "environment.getenvironmentvariable"],
    base64: &["ToBase64String", "tobase64string"],
    same: &[
        "ASCII.GetBytes",
        "UTF8.GetBytes",
        "Unicode.GetBytes",
        "Default.GetBytes",
        "ascii.getbytes",
        "utf8.getbytes",
        "Trim",
        "ToString",
        "trim",
        "tostring",
        "EscapeDataString",
        "UrlEncode",
    ],
    formats: &["string.Format", "String.Format", "string.format"],
    format_methods: &["-f"],
    shells: &["Start-Process", "start-process", "Process.Start"],
    statement: commands::statement,
    operand: values::operand,
    ..BASE
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let mut layers = super::lower_with(LANGUAGE.name, &PROFILE, text, range);
    layers.iter_mut().for_each(|layer| fold(&mut layer.facts));
    layers
}

// Lexing.

fn literal(lexer: &mut Lexer<'_>) -> bool {
    match lexer.peek(0) {
        b'`' => backquote(lexer),
        b'#' if starts_word(lexer) => {
            lexer.push_comment(lexer.line_end(lexer.pos));
            true
        }
        b'$' => variable(lexer),
        b'@' => at_sign(lexer),
        b'-' => dash(lexer),
        byte if lexer.word_start(byte) => word(lexer),
        _ => false,
    }
}

/// Whether what starts here stands apart from the token before it.
fn starts_word(lexer: &Lexer<'_>) -> bool {
    let (nl, sp) = lexer.gap();
    nl || sp || lexer.tokens.last().is_none_or(|last| !matches!(last.kind, Kind::Word | Kind::Number))
}

/// A line that goes on, or a byte that is no more than text.
fn backquote(lexer: &mut Lexer<'_>) -> bool {
    let blank = lexer.text[lexer.pos + 1..lexer.line_end(lexer.pos)].iter().all(|byte| byte.is_ascii_whitespace());
    if blank {
        let end = lexer.line_end(lexer.pos);
        // A comment of no text: the line break is none.
        lexer.pos = (end + 1).min(lexer.end);
        lexer.blank();
    } else {
        lexer.push(Kind::Word, lexer.pos + 2);
    }
    true
}

/// `$name`, `$env:NAME`, `${any name}`, `$_`, `$?`; the `$` of `$(` is a token of its own.
fn variable(lexer: &mut Lexer<'_>) -> bool {
    let next = lexer.peek(1);
    if next == b'{' {
        let line = &lexer.text[lexer.pos..lexer.line_end(lexer.pos)];
        if let Some(len) = memchr::memchr(b'}', line) {
            lexer.push(Kind::Word, lexer.pos + len + 1);
            return true;
        }
    }
    if next.is_ascii_alphanumeric() || next == b'_' || next >= 0x80 {
        let mut end = lexer.word_end(lexer.pos + 1);
        let scoped = end + 1 < lexer.end && lexer.text[end] == b':' && lexer.word_start(lexer.text[end + 1]);
        if scoped {
            end = lexer.word_end(end + 1);
        }
        lexer.push(Kind::Word, end);
        return true;
    }
    let len = if matches!(next, b'?' | b'^' | b'$') { 2 } else { 1 };
    lexer.push(if len == 2 { Kind::Word } else { Kind::Op }, lexer.pos + len);
    true
}

/// `@"`…`"@`, `@name`; the `@` of `@{` and `@(` is a token of its own.
fn at_sign(lexer: &mut Lexer<'_>) -> bool {
    let next = lexer.peek(1);
    if matches!(next, b'"' | b'\'') {
        let line = &lexer.text[(lexer.pos + 2).min(lexer.end)..lexer.line_end(lexer.pos)];
        if !line.iter().all(u8::is_ascii_whitespace) {
            return false;
        }
        let form = if next == b'"' {
            StringForm {
                open: "@\"",
                close: "\n\"@",
                escape: Escape::Backquote,
                interp: Interp::Subexpression,
                lines: true,
            }
        } else {
            StringForm { open: "@'", close: "\n'@", escape: Escape::None, interp: Interp::None, lines: true }
        };
        lexer.open_string(form, 2, None);
        return true;
    }
    let end = if next.is_ascii_alphabetic() || next == b'_' { lexer.word_end(lexer.pos + 1) } else { lexer.pos + 1 };
    lexer.push(if end > lexer.pos + 1 { Kind::Word } else { Kind::Op }, end);
    true
}

/// `-Name`, `--name`, `-eq`: one word where it stands apart.
fn dash(lexer: &mut Lexer<'_>) -> bool {
    let dashes = if lexer.peek(1) == b'-' { 2 } else { 1 };
    let (nl, sp) = lexer.gap();
    let apart = nl || sp || lexer.tokens.last().is_none_or(|last| !matches!(last.kind, Kind::Word | Kind::Number));
    if !apart || !lexer.peek(dashes).is_ascii_alphabetic() {
        return false;
    }
    let end = hyphenated(lexer, lexer.pos + dashes);
    lexer.push(Kind::Word, end);
    true
}

/// `Invoke-RestMethod` is one word; the name of a member holds no hyphen.
fn word(lexer: &mut Lexer<'_>) -> bool {
    let (nl, sp) = lexer.gap();
    let member = !nl && !sp && matches!(lexer.last_text(), b"." | b"::" | b"?.");
    let end = if member { lexer.word_end(lexer.pos) } else { hyphenated(lexer, lexer.pos) };
    lexer.push(Kind::Word, end);
    true
}

fn hyphenated(lexer: &Lexer<'_>, from: usize) -> usize {
    let mut end = lexer.word_end(from);
    while end + 1 < lexer.end && lexer.text[end] == b'-' && lexer.text[end + 1].is_ascii_alphanumeric() {
        end = lexer.word_end(end + 1);
    }
    end
}

// Names.

/// Parameters of the web commands, as their manuals spell them.
const PARAMETERS: &[&str] = &[
    "Uri",
    "Headers",
    "Credential",
    "Authentication",
    "Token",
    "Method",
    "Body",
    "UserName",
    "Password",
    "ArgumentList",
    "FilePath",
];

/// Makes one spelling of names that differ in case alone.
fn fold(facts: &mut Facts) {
    let mut spellings = HashMap::new();
    let mut splatted = Vec::new();
    let known = |name: &mut Name| {
        if let Some(parameter) = PARAMETERS.iter().find(|parameter| parameter.eq_ignore_ascii_case(&name.text)) {
            name.text = (*parameter).to_owned();
        }
    };
    for call in &mut facts.calls {
        // Names all in capitals are constants, and stay.
        let folds = |name: &&mut Name| name.text.chars().any(char::is_lowercase);
        call.path.0.iter_mut().filter(folds).for_each(|name| name.text = name.text.to_lowercase());
        // `[A.B]::new(c)` is `New-Object A.B(c)`.
        if call.path.last() == "new" && call.path.0.len() > 1 && call.receiver.is_none() {
            call.path.0.pop();
            call.new = true;
        }
        for value in call.receiver.as_deref_mut().into_iter() {
            spell(value, &mut spellings);
        }
        for arg in &mut call.args {
            arg.name.iter_mut().for_each(known);
            spell(&mut arg.value, &mut spellings);
            if let (true, ValueKind::Ref(path)) = (arg.spread, &arg.value.kind) {
                splatted.push(path.clone());
            }
        }
    }
    for assign in &mut facts.assigns {
        assign.target.0.iter_mut().for_each(|name| respell(name, &mut spellings));
        spell(&mut assign.value, &mut spellings);
        if let ValueKind::Map(items) = &mut assign.value.kind
            && splatted.iter().any(|path| path.last() == assign.target.last())
        {
            items.iter_mut().filter_map(|item| item.key.as_mut()).for_each(known);
        }
    }
    facts.results.iter_mut().for_each(|value| spell(value, &mut spellings));
    for param in facts.defs.iter_mut().flat_map(|def| &mut def.params) {
        respell(&mut param.name, &mut spellings);
        param.default.iter_mut().for_each(|value| spell(value, &mut spellings));
    }
}

fn respell(name: &mut Name, spellings: &mut HashMap<String, String>) {
    let first = spellings.entry(name.text.to_lowercase()).or_insert_with(|| name.text.clone());
    if *first != name.text {
        name.text.clone_from(first);
    }
}

/// Respells the names in a value. Nesting is bounded by the reader.
fn spell(value: &mut Value, spellings: &mut HashMap<String, String>) {
    match &mut value.kind {
        ValueKind::Ref(path) => path.0.iter_mut().for_each(|name| respell(name, spellings)),
        ValueKind::Map(items) => items.iter_mut().for_each(|item| spell(&mut item.value, spellings)),
        ValueKind::Concat(values) | ValueKind::Either(values) => {
            values.iter_mut().for_each(|value| spell(value, spellings));
        }
        ValueKind::Base64(inner) => spell(inner, spellings),
        _ => (),
    }
}
