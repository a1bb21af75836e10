//! What the engine has to know about one language.
//!
//! Owns the shape of a profile: tables and a few hooks. Values stand in one file per language. A profile knows no
//! vendor and no rule. The decision to know: a table says what most languages share; a hook is for what only one has
//! (heredocs, regular expressions, blocks that end in a word).

use super::Layer;
use super::lexer::{Context, Lexer};
use super::reader::Reader;
use super::words::{Words, words};
use crate::span::Span;

/// A language as the lexer and the reader see it.
pub struct Profile {
    /// Comments that run to the end of the line.
    pub line_comments: &'static [&'static str],
    /// Comments with an end, and whether they nest.
    pub block_comments: &'static [(&'static str, &'static str, bool)],
    /// Strings, longest opening first.
    pub strings: &'static [StringForm],
    /// Bytes beyond letters, digits, `_` and everything over 0x7f that may start a word.
    pub word_start: &'static [u8],
    /// Bytes beyond those that may go on in a word.
    pub word_part: &'static [u8],
    /// Operators of more than one byte, longest first.
    pub operators: &'static [&'static str],
    /// Words after which a `/` or `<` starts a literal, not an operation.
    pub operator_words: &'static [&'static str],
    /// What a text starts inside of, where that is not always code (HTML before `<?php`).
    pub start: fn(&[u8]) -> Option<Context>,
    /// What stands around the code, where a file is not all code.
    pub around: fn(&[u8], Span) -> Vec<Layer>,
    /// Literals the table cannot say. Returns whether it read something.
    pub literal: fn(&mut Lexer<'_>) -> bool,
    /// Runs once over the tokens before reading, to find the ends of blocks that end in a word or by indentation.
    pub blocks: fn(&mut Reader<'_>),

    /// Whether a line break ends a statement.
    pub newline_ends: bool,
    /// Whether line breaks inside brackets mean nothing.
    pub brackets_join: bool,
    /// Whether they mean nothing inside parentheses and square brackets only.
    pub parens_join: bool,
    /// Separators inside a path (`.`, `::`, `->`).
    pub path: &'static [&'static str],
    /// Separators after which each member is taken of the same object again (`a..b = c..d()`).
    pub cascade: &'static [&'static str],
    /// The operator that joins strings, if any.
    pub concat: &'static [&'static str],
    /// Operators that choose between values (`||`, `??`, `or`).
    pub either: Words,
    /// Operators that make the value before them the first argument of the call after them (`|>`).
    pub pipes: &'static [&'static str],
    /// Whether braces right behind a value hold a key, as brackets do (`$h{key}`, `$h->{key}`).
    pub brace_index: bool,
    /// Assignment operators.
    pub assign: &'static [&'static str],
    /// Separators between key and value in a map literal.
    pub map_key: &'static [&'static str],
    /// Separators between keyword and value in a call.
    pub arg_key: &'static [&'static str],
    /// Prefixes of spread arguments and items.
    pub spread: &'static [&'static str],
    /// Whether a string that is a whole statement documents what is around it.
    pub docstrings: bool,
    /// Whether two strings side by side are one.
    pub adjacent: bool,
    /// Whether a call may leave out its parentheses.
    pub commands: bool,
    /// Whether a block right after a name is the argument of a call to it (`run { … }`).
    pub bare_blocks: bool,
    /// Whether a method without arguments may be called without parentheses, so that it looks like a member.
    pub getters: bool,
    /// Whether `value method (…)` is a call of the value's method.
    pub infix: bool,
    /// Whether `[…]` after a name holds types, not an index.
    pub type_brackets: bool,
    /// Whether `name(…) {` at the start of a statement defines a function.
    pub bare_methods: bool,
    /// Whether `Type{key: value}` is a construction.
    pub composite: bool,
    /// Whether a call may carry type arguments between `<` and `>`.
    pub generics: bool,
    /// Openings of strings that, right after a name, are the argument of a call to it.
    pub tags: &'static [&'static str],
    /// Whether `{name}` in a map stands for `{name: name}`.
    pub shorthand: bool,
    /// Bytes at the start of a word that only mark its kind; `@` stands for a member of `self`.
    pub sigils: &'static [u8],
    /// Whether a brace right behind a name on its line opens a closure that is passed to it.
    pub trailing_closures: bool,
    /// A block or closure after a call. Returns the index after it.
    pub trailing_block: fn(&mut Reader<'_>, crate::facts::CallId, usize, usize) -> Option<usize>,
    /// Whether `a, b = x, y` assigns to both.
    pub parallel: bool,
    /// Whether a target may carry a type (`name: Type = value`).
    pub annotated: bool,
    /// Whether the parameter's name stands before its type.
    pub param_first: bool,
    /// The word of a construction (`new`).
    pub new: Option<&'static str>,
    /// Words for nothing.
    pub null: Words,
    /// Words for the object at hand; they become the segment `self`.
    pub this: &'static [&'static str],
    /// Words that only decorate what follows (`return`, `await`, `public`, `const`).
    pub skip: Words,
    /// Words that only decorate a word that follows on the same line, and are names otherwise (`async`, `get`).
    pub modifiers: Words,
    /// Words that end an expression (`if` as a modifier, `and`, `do`, `then`).
    pub stop: Words,
    /// Words that open a container (`class`, `module`).
    pub containers: Words,
    /// Words that open a function (`def`, `function`).
    pub functions: Words,
    /// Members of these paths are environment variables: `process.env`, `ENV`.
    pub env_members: &'static [&'static str],
    /// Calls whose first argument names an environment variable; a second one is the default. An entry of one segment
    /// is the whole of a path, a longer one its end.
    pub env_calls: &'static [&'static str],
    /// Calls that give the base64 of their last argument. An entry of one segment matches the last segment of a path,
    /// a longer one its end.
    pub base64: &'static [&'static str],
    /// Methods that give the base64 of what they are called on.
    pub base64_methods: &'static [&'static str],
    /// Methods and one-argument functions that give the same text back (`strip`, `to_s`, `String`). An entry with a dot
    /// is a function of one argument (`strings.TrimSpace`).
    pub same: &'static [&'static str],
    /// Methods that give their first argument, whatever they are called on (`Encoding.UTF8.GetBytes(text)`).
    pub passes: &'static [&'static str],
    /// Methods that give their receiver or, failing that, their argument.
    pub or_else: &'static [&'static str],
    /// Functions whose first argument is a format and whose others fill it.
    pub formats: &'static [&'static str],
    /// Methods of a format string that fill it, and operators that do.
    pub format_methods: &'static [&'static str],
    /// Calls that run a command line, or a program with a list of arguments. An entry of one segment matches the last
    /// segment of a path, a longer one its end.
    pub shells: &'static [&'static str],
    /// Openings of strings that are command lines.
    pub shell_strings: &'static [&'static str],
    /// Statements the tables cannot say. Returns the index after what it read.
    pub statement: fn(&mut Reader<'_>, usize, usize) -> Option<usize>,
    /// Operands the tables cannot say. Returns the value and the index after it.
    pub operand: super::reader::OperandHook,
}

/// How a string literal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringForm {
    /// Its opening.
    pub open: &'static str,
    /// Its end.
    pub close: &'static str,
    /// How the end or other characters are escaped.
    pub escape: Escape,
    /// What may be computed inside.
    pub interp: Interp,
    /// Whether it may run over lines.
    pub lines: bool,
}

/// How characters are escaped inside a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Not at all.
    None,
    /// With a backslash, and `\n`, `\x41`, `\u0041` have a meaning.
    Backslash,
    /// With a backslash that only protects the quote and itself.
    Quote,
    /// By writing the end twice.
    Doubled,
    /// A backslash protects the quote but stays in the text.
    Raw,
    /// With a backslash that only protects `$`, a backquote, the double quote, itself and a line break.
    Dollar,
    /// With a backquote, or by writing the end twice.
    Backquote,
}

impl Escape {
    /// The byte that protects the next one.
    #[must_use]
    pub fn byte(self) -> Option<u8> {
        match self {
            Self::None | Self::Doubled => None,
            Self::Backquote => Some(b'`'),
            _ => Some(b'\\'),
        }
    }
}

/// What may be computed inside a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interp {
    /// Nothing.
    None,
    /// `#{expression}`.
    Hash,
    /// `${expression}`.
    Dollar,
    /// `{expression}`, with `{{` for a brace.
    Brace,
    /// `$name`, `{$expression}`, `${name}`.
    Php,
    /// `$name`, `${name}`, `$(command)`, and backquotes.
    Shell,
    /// `$name`, `${name}`, `$(expression)`.
    Subexpression,
    /// `$name`, `${name}`, `$name->{key}`, `$name[0]`, `@{[expression]}`.
    Perl,
    /// `$name`, `${expression}`.
    Name,
    /// `$name`, `${expression}`, with `$$` for a dollar.
    Scala,
    /// `$name`, `$name.member`, `${expression}`.
    Groovy,
    /// `\(expression)`, with this many `#` behind the backslash.
    Paren(u8),
}

impl Interp {
    /// Whether `$name` and `${…}` are computed.
    #[must_use]
    pub fn takes_dollar(self) -> bool {
        matches!(
            self,
            Self::Php | Self::Shell | Self::Name | Self::Scala | Self::Groovy | Self::Subexpression | Self::Perl
        )
    }
}

/// The profile most others start from: C-like, nothing special.
pub const BASE: Profile = Profile {
    line_comments: &["//"],
    block_comments: &[("/*", "*/", false)],
    strings: &[DOUBLE, SINGLE],
    word_start: &[],
    word_part: &[],
    operators: &[
        ">>>=", "===", "!==", "**=", "<<=", ">>=", "&&=", "||=", "??=", "...", "=>", "->", "==", "!=", "<=", ">=",
        "&&", "||", "??", "?.", "::", "++", "--", "+=", "-=", "*=", "/=", "%=", ":=", "**",
    ],
    operator_words: &["return"],
    start: |_| None,
    around: |_, _| Vec::new(),
    literal: |_| false,
    blocks: |_| (),
    newline_ends: false,
    brackets_join: false,
    parens_join: false,
    path: &["."],
    cascade: &[],
    concat: &["+"],
    either: words(&["||"]),
    pipes: &[],
    brace_index: false,
    assign: &["="],
    map_key: &[":"],
    arg_key: &[],
    spread: &["..."],
    docstrings: false,
    adjacent: false,
    commands: false,
    bare_blocks: false,
    getters: false,
    infix: false,
    type_brackets: false,
    bare_methods: false,
    composite: false,
    generics: false,
    tags: &[],
    shorthand: false,
    sigils: &[],
    trailing_closures: false,
    trailing_block: |_, _, _, _| None,
    parallel: true,
    annotated: false,
    param_first: false,
    new: Some("new"),
    null: words(&["null"]),
    this: &["this"],
    skip: words(&[]),
    modifiers: words(&[]),
    stop: words(&[]),
    containers: words(&["class"]),
    functions: words(&[]),
    env_members: &[],
    env_calls: &[],
    base64: &[],
    base64_methods: &[],
    same: &[],
    passes: &[],
    or_else: &[],
    formats: &[],
    format_methods: &[],
    shells: &[],
    shell_strings: &[],
    statement: |_, _, _| None,
    operand: |_, _, _| None,
};

/// `"…"` with backslashes, on one line.
pub const DOUBLE: StringForm =
    StringForm { open: "\"", close: "\"", escape: Escape::Backslash, interp: Interp::None, lines: false };
/// `'…'` with backslashes, on one line.
pub const SINGLE: StringForm =
    StringForm { open: "'", close: "'", escape: Escape::Backslash, interp: Interp::None, lines: false };
