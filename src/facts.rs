//! The neutral vocabulary: what a front-end says about a file, whatever its language.
//!
//! Owns the facts and values that stand between languages and judgements. It knows no language, no vendor and no
//! rule. The decision to know: syntax nobody needs becomes [`ValueKind::Opaque`], never a new kind, so that this page
//! stays short.
//!
//! By example, `client = Intercom::Client.new(app_id: ENV["ID"], api_key: "x")` lowers to an assignment of
//! `[client]` to a [`ValueKind::Call`], and that call is a fact of its own with the path `[Intercom, Client, new]` and
//! the named arguments `app_id` (an environment read) and `api_key` (a string).

use std::borrow::Cow;
use std::ops::Range;

use crate::span::Span;

/// What one file says.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Files and modules brought in.
    pub imports: Vec<Import>,
    /// Calls and constructions; [`CallId`] is an index here.
    pub calls: Vec<Call>,
    /// Calls that are commands of the operating system within another language: what a shell would run.
    pub commands: Vec<CallId>,
    /// Assignments, constant and field definitions, setter statements.
    pub assigns: Vec<Assign>,
    /// Leaves of configuration formats: `a.b.c = value`.
    pub entries: Vec<Entry>,
    /// What functions give back; each belongs to the innermost function around it.
    pub returns: Vec<Value>,
    /// Other texts and maps that nothing stores.
    pub results: Vec<Value>,
    /// Functions, classes and blocks: the scopes.
    pub defs: Vec<Def>,
    /// Packages a manifest or lock file names.
    pub dependencies: Vec<Dependency>,
    /// Runs of text that are not code: comments, prose, string contents.
    pub texts: Vec<Text>,
    /// What was read with less care than usual, and why.
    pub notes: Vec<Note>,
}

/// Index of a call in [`Facts::calls`].
pub type CallId = usize;
/// Index of a definition in [`Facts::defs`].
pub type DefId = usize;

/// A name as written in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its text, without quotes, colons or sigils that only mark its kind.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A dotted path: `Intercom::Client.new` is `[Intercom, Client, new]`, `config['a'].b` is `[config, a, b]`.
///
/// Separators are forgotten; a leading separator too. `this`, `self` and `@` are kept as the segment `self`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Path(pub Vec<Name>);

/// `import {remote as local} from 'module'` and its kin.
#[derive(Clone, Debug)]
pub struct Import {
    /// The module as the language names it: a package, a namespace, a file.
    pub module: Name,
    /// The member that is brought in; `None` for the module itself, `Some("*")` for all of its members.
    pub member: Option<Name>,
    /// The name it has in this file; `None` when it has none (`require 'intercom'`).
    pub local: Option<Name>,
    /// The whole statement.
    pub span: Span,
}

/// A call, a construction, a macro or a command.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called. A construction ends in the class name and has `new` set, in Ruby in `new` as written.
    pub path: Path,
    /// Whether it is written as a construction (`new X(…)`).
    pub new: bool,
    /// The value it is called on, when that is more than a name: `receiver.path(args)`.
    pub receiver: Option<Box<Value>>,
    /// Arguments in the order they are written.
    pub args: Vec<Arg>,
    /// Between the parentheses; for calls without parentheses, from the first argument to the last.
    pub args_span: Span,
    /// The whole call, receiver included.
    pub span: Span,
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Arg {
    /// Its keyword, where it is written with one. `-u` and `--user` of a command are the names `u` and `user`.
    pub name: Option<Name>,
    /// What is passed.
    pub value: Value,
    /// Whether it is spread (`*args`, `**options`, `...options`).
    pub spread: bool,
}

/// `target = value`, a field or constant definition, a setter statement, a typed property.
#[derive(Clone, Debug)]
pub struct Assign {
    /// What is written to.
    pub target: Path,
    /// What is written.
    pub value: Value,
    /// The whole statement.
    pub span: Span,
}

/// A leaf of a configuration file: the path of keys and the value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Keys from the root. List items have no key.
    pub path: Path,
    /// The value as written, decoded.
    pub value: Value,
    /// Key and value.
    pub span: Span,
}

/// A function, method, class, module or block.
#[derive(Clone, Debug)]
pub struct Def {
    /// Its name; `None` for closures and blocks.
    pub name: Option<Name>,
    /// What it is.
    pub kind: DefKind,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// The whole body; a position inside belongs to the innermost definition that contains it.
    pub body: Span,
    /// For a block or closure handed to a call: that call.
    pub of: Option<CallId>,
}

/// What kind of scope a definition opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefKind {
    /// A function, method or closure.
    Function,
    /// A class, module, struct, trait or namespace.
    Container,
}

/// A parameter and its default.
#[derive(Clone, Debug)]
pub struct Param {
    /// The parameter's name.
    pub name: Name,
    /// What it is when the caller leaves it out.
    pub default: Option<Value>,
}

/// A package a manifest or lock file names.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// `rubygems`, `npm`, `pypi`, `packagist`, `go`, `maven`, `nuget`, `crates`, `hex`, `pub`.
    pub ecosystem: &'static str,
    /// The package's name as the ecosystem spells it.
    pub name: Name,
    /// The version or range as written.
    pub requirement: Option<Name>,
    /// Whether this is a resolved version of a lock file.
    pub locked: bool,
}

/// A run of text that is not code.
#[derive(Clone, Debug)]
pub struct Text {
    /// What carries it.
    pub carrier: Carrier,
    /// Where; for comments with their markers, for strings with their quotes.
    pub span: Span,
}

/// What a position in a file is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Code or configuration that is in force.
    Code,
    /// A comment.
    Comment,
    /// A string literal.
    String,
    /// Documentation, markup, or a file nobody lowers.
    Prose,
}

/// What was read with less care than usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Brackets or operators nest past the limit: facts stop at the limit, byte shapes are still found.
    TooDeep,
    /// The parser of this format refused the file; what stands before the error was read.
    Malformed,
    /// The file is over the parse limit: only the surroundings of hits were read.
    TooLarge,
}

impl Note {
    /// Its name in reports.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::TooDeep => "too-deep",
            Self::Malformed => "malformed",
            Self::TooLarge => "too-large",
        }
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// The whole expression; a string with its quotes.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// A string (or number, or symbol) whose text is known.
    Str(Str),
    /// A read of an environment variable, whatever the idiom.
    Env(Name),
    /// A name: variable, constant, property, settings look-up.
    Ref(Path),
    /// What a call gives back.
    Call(CallId),
    /// A map, an object, a keyword list; an array or tuple is a map whose items have no key.
    Map(Vec<Item>),
    /// Text put together: `a + ":" + b`, `"#{a}:#{b}"`, `"%s:%s" % [a, b]`.
    Concat(Vec<Value>),
    /// One of several: `a || b`, `x ? a : b`, `ENV.fetch("A", "b")`, `${A:-b}`.
    Either(Vec<Value>),
    /// Base64 of the value, computed in code.
    Base64(Box<Value>),
    /// `nil`, `null`, `None`, `undefined`.
    Null,
    /// Anything else.
    Opaque,
}

/// A string literal's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Str {
    /// The decoded text (escapes resolved).
    pub text: String,
    /// Between the quotes, as bytes of the file.
    pub content: Span,
}

/// One item of a map.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its key; `None` in arrays and for spread items.
    pub key: Option<Name>,
    /// Its value.
    pub value: Value,
    /// Whether it is spread into the map.
    pub spread: bool,
}

impl Name {
    /// A part of it, by bytes of its text. Where escapes or bytes that are no text make that differ from the file, the part
    /// stands where the whole does.
    ///
    /// # Panics
    /// When the range is none of the text, or cuts a character.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let exact = self.text.len() == self.span.len();
        let span = Span::new(self.span.start + range.start, self.span.start + range.end);
        Self { span: if exact { span } else { self.span }, text: self.text[range].to_owned() }
    }
}

impl Path {
    /// A path of one segment.
    #[must_use]
    pub fn single(name: Name) -> Self {
        Self(vec![name])
    }

    /// The last segment's text, empty for an empty path.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.last().map_or("", |name| &name.text)
    }

    /// The first segment's text, empty for an empty path.
    #[must_use]
    pub fn root(&self) -> &str {
        self.0.first().map_or("", |name| &name.text)
    }

    /// From the first segment to the last; empty for an empty path.
    #[must_use]
    pub fn span(&self) -> Span {
        match (self.0.first(), self.0.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }

    /// The segments joined by dots.
    #[must_use]
    pub fn dotted(&self) -> Cow<'_, str> {
        if let [name] = self.0.as_slice() {
            return Cow::Borrowed(&name.text);
        }
        let mut dotted = String::with_capacity(self.0.iter().map(|name| name.text.len() + 1).sum());
        for (at, name) in self.0.iter().enumerate() {
            if at > 0 {
                dotted.push('.');
            }
            dotted.push_str(&name.text);
        }
        Cow::Owned(dotted)
    }
}

impl Value {
    /// Nothing is known of it but its place.
    #[must_use]
    pub fn opaque(span: Span) -> Self {
        Self { kind: ValueKind::Opaque, span }
    }

    /// The text, when the value is one string.
    #[must_use]
    pub fn as_str(&self) -> Option<&Str> {
        match &self.kind {
            ValueKind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a known part of a text is such a one.
    #[must_use]
    pub fn has_text(&self, such: impl Fn(&str) -> bool + Copy) -> bool {
        match &self.kind {
            ValueKind::Str(text) => such(&text.text),
            ValueKind::Concat(parts) => parts.iter().any(|part| part.has_text(such)),
            _ => false,
        }
    }

    /// The values directly inside this one (not those behind calls and names).
    pub fn children(&self) -> impl Iterator<Item = &Value> {
        let (items, values, inner): (&[Item], &[Value], Option<&Value>) = match &self.kind {
            ValueKind::Map(items) => (items, &[], None),
            ValueKind::Concat(values) | ValueKind::Either(values) => (&[], values, None),
            ValueKind::Base64(inner) => (&[], &[], Some(inner)),
            _ => (&[], &[], None),
        };
        items.iter().map(|item| &item.value).chain(values).chain(inner)
    }
}
