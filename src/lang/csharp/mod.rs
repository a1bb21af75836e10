//! C#.
//!
//! Owns its declarations, attributes and imports; strings are in `strings`. It knows no vendor. The decision to know: a
//! namespace that is used brings in all of its members, so a class is known by its full name wherever it comes from.

mod declarations;
mod strings;

use super::profile::{BASE, DOUBLE, Profile};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language, braces};
use crate::facts::{Item, Name, Value, ValueKind};
use declarations::{container, declaration, type_end};

/// C#.
pub static LANGUAGE: Language = Language {
    name: "csharp",
    extensions: &["cs", "csx", "cake"],
    filenames: &[],
    interpreters: &["dotnet", "dotnet-script", "csharp"],
    fences: &["c#"],
    front: Front::Profile(&PROFILE),
    environment: "Environment.GetEnvironmentVariable(\"{}\")",
};

static PROFILE: Profile = Profile {
    strings: &[DOUBLE],
    operators: &[
        ">>>=", "??=", "<<=", ">>=", "?.", "=>", "->", "==", "!=", "<=", ">=", "&&", "||", "??", "::", "++", "--",
        "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", "..",
    ],
    literal: strings::literal,
    path: &[".", "?.", "::", "->"],
    either: words(&["??"]),
    assign: &["=", "??="],
    map_key: &["="],
    arg_key: &[":"],
    spread: &[".."],
    parallel: false,
    generics: true,
    annotated: true,
    null: words(&["null", "default"]),
    this: &["this"],
    skip: words(&[
        "return",
        "throw",
        "public",
        "private",
        "protected",
        "internal",
        "static",
        "readonly",
        "const",
        "abstract",
        "sealed",
        "override",
        "virtual",
        "async",
        "await",
        "extern",
        "unsafe",
        "volatile",
        "partial",
        "required",
        "params",
        "ref",
        "out",
        "else",
        "do",
        "try",
        "finally",
        "checked",
        "unchecked",
        "yield",
        "goto",
        "global",
        "event",
        "implicit",
        "explicit",
        "fixed",
        "file",
    ]),
    stop: words(&["is", "break", "continue", "where", "switch", "with", "when"]),
    containers: words(&["class", "struct", "interface", "record", "namespace", "enum"]),
    env_calls: &[
        "Environment.GetEnvironmentVariable",
        "Env.GetString",
        "EnvironmentVariable",
        "DotNetEnv.Env.GetString",
    ],
    base64: &["Convert.ToBase64String", "WebEncoders.Base64UrlEncode", "Base64Encode", "ToBase64String", "ToBase64"],
    same: &[
        "ToString",
        "Trim",
        "ToCharArray",
        "TrimEnd",
        "TrimStart",
        "Uri.EscapeDataString",
        "ArgumentNullException.ThrowIfNull",
        "ConfigureAwait",
    ],
    passes: &["GetBytes", "GetString", "EscapeDataString", "UrlEncode"],
    formats: &["string.Format", "String.Format"],
    statement,
    operand,
    ..BASE
};

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "using" => using(reader, at, end),
        "[" => Some(attribute(reader, at, end)),
        "if" | "while" | "for" | "foreach" | "switch" | "catch" | "lock" | "fixed" if reader.is_open(at + 1, "(") => {
            braces::header(reader, at, end)
        }
        "case" => Some(label(reader, at, end)),
        "default" if reader.is_op(at + 1, ":") => Some(at + 2),
        "namespace" => Some(namespace(reader, at, end)),
        "class" | "struct" | "interface" | "record" | "enum" if reader.kind(at + 1) == Some(Kind::Word) => {
            Some(container(reader, at, end))
        }
        "get" | "set" | "init" | "add" | "remove" if reader.is_open(at + 1, "{") => Some(at + 1),
        "get" | "set" | "init" | "add" | "remove" if reader.is_op(at + 1, "=>") => Some(at + 2),
        _ => declaration(reader, at, end),
    }
}

/// `using A.B;`, `using C = A.B;`, `using static A.B;`; `using (…)` and `using var x = …` are statements like any other.
fn using(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if reader.is_open(at + 1, "(") {
        return braces::header(reader, at, end);
    }
    let mut first = at + 1 + usize::from(reader.is_word(at + 1, "static"));
    let alias = (reader.is_op(first + 1, "=")).then(|| reader.name(first));
    first += if alias.is_some() { 2 } else { 0 };
    let mut last = first;
    while reader.op_in(last + 1, &[".", "::"]) && reader.kind(last + 2) == Some(Kind::Word) && last + 2 < end {
        last += 2;
    }
    if reader.kind(first) != Some(Kind::Word) {
        return Some(at + 1);
    }
    let close = reader.generics_end(last + 1, end).unwrap_or(last + 1);
    if !reader.is_op(close, ";") && close < end {
        return Some(at + 1);
    }
    let span = reader.span_of(at, (close + 1).min(end));
    let words = |to: usize| (first..=to).step_by(2).map(|i| reader.str(i)).collect::<Vec<_>>().join(".");
    let (module, member, local) = match alias {
        // An alias names a type, or a namespace whose types are reached through it.
        Some(local) if last > first => (
            Name { text: words(last - 2), span: reader.span_of(first, last - 1) },
            Some(reader.name(last)),
            Some(local),
        ),
        Some(local) => (reader.name(first), None, Some(local)),
        None => {
            let star = Name { text: "*".to_owned(), span: reader.span(last) };
            (Name { text: words(last), span: reader.span_of(first, last + 1) }, Some(star), None)
        }
    };
    reader.import(module, member, local, span);
    Some((close + 1).min(end))
}

/// `namespace A.B;` goes to the end of the file, `namespace A.B { … }` to its brace.
fn namespace(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let stop = (at + 1..end.min(at + 64)).find(|&i| reader.is_op(i, ";") || reader.is_open(i, "{"));
    stop.map_or(at + 1, |stop| if reader.is_op(stop, ";") { stop + 1 } else { stop })
}

/// `[Name(arguments), Other]` before a declaration: calls of their own.
fn attribute(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let close = reader.mate(at, end);
    let targeted = reader.kind(at + 1) == Some(Kind::Word) && reader.is_op(at + 2, ":");
    reader.queue(if targeted { at + 3 } else { at + 1 }, close);
    close + 1
}

/// `case pattern when condition:` and `case pattern =>`.
fn label(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let mut i = at + 1;
    while i < end.min(at + 64) && !reader.op_in(i, &[":", ";"]) {
        let opens = matches!(reader.kind(i), Some(Kind::Open | Kind::StrOpen));
        i = if opens { reader.mate(i, end) + 1 } else { i + 1 };
    }
    reader.queue(at + 1, i.min(end));
    (i + 1).min(end)
}

/// Dictionaries, anonymous objects, arrays, casts, lambdas with braces.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_word(at, "new") {
        return new(reader, at, end);
    }
    if reader.is_word(at, "nameof") && reader.is_open(at + 1, "(") {
        let close = reader.mate(at + 1, end);
        let name = (at + 2..close).rev().find(|&i| reader.kind(i) == Some(Kind::Word))?;
        let span = reader.span_of(at, (close + 1).min(end));
        return Some((reader.text_value(reader.str(name).to_owned(), reader.span(name), span), (close + 1).min(end)));
    }
    if reader.word_in(at, &["string", "String"]) && reader.is_op(at + 1, ".") && reader.is_word(at + 2, "Empty") {
        let span = reader.span_of(at, at + 3);
        return Some((reader.text_value(String::new(), span, span), at + 3));
    }
    if reader.is_word(at, "delegate") && at + 1 < end {
        let open = braces::header(reader, at, end).unwrap_or(at + 1);
        if reader.is_open(open, "{") && open < end {
            let next = braces::closure(reader, open, end, "=>", None);
            return Some((Value::opaque(reader.span_of(at, next)), next));
        }
        return None;
    }
    braces::cast(reader, at, end, type_end)
}

/// `new Dictionary<A, B> { ["key"] = value, { "key", value } }`, `new { name = value }`, `new[] { … }`, `new A[] { … }`.
/// Any other construction is left to the reader.
fn new(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let mut i = at + 1;
    let typed = reader.kind(i) == Some(Kind::Word);
    if typed {
        i = type_end(reader, i, end);
    } else if reader.is_open(i, "[") {
        i = reader.mate(i, end) + 1;
    }
    let array = reader.str(i - 1) == "]";
    if typed && reader.is_open(i, "[") && i < end {
        // `new byte[16]`
        let close = reader.mate(i, end);
        reader.queue(i + 1, close);
        let next = (close + 1).min(end);
        return Some((Value::opaque(reader.span_of(at, next)), next));
    }
    let open = if typed && reader.is_open(i, "(") { reader.mate(i, end) + 1 } else { i };
    if !reader.is_open(open, "{") || open >= end {
        return None;
    }
    let close = reader.mate(open, end);
    let named = reader.kind(open + 1) == Some(Kind::Word) && reader.op_in(open + 2, &["=", ",", "."]);
    if typed && !array && (named || open + 1 == close) || close >= end {
        return None;
    }
    if open > i {
        reader.queue(i + 1, open - 1);
    }
    let items = reader.guarded(|reader| Some(entries(reader, open + 1, close)))?;
    let span = reader.span_of(at, close + 1);
    Some((Value { kind: ValueKind::Map(items), span }, close + 1))
}

/// Items of an initialiser.
fn entries(reader: &mut Reader<'_>, start: usize, end: usize) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = start;
    while at < end {
        let stop = reader.item_end(at, end);
        let (mut key, mut from, mut to) = (None, at, stop);
        let close = reader.mate(at, stop);
        if reader.is_open(at, "[") && reader.is_op(close + 1, "=") && close + 1 < stop {
            (key, from) = (Some(at + 1), close + 2);
        } else if reader.is_open(at, "{") && close < stop {
            let comma = reader.item_end(at + 1, close);
            if comma < close {
                (key, from, to) = (Some(at + 1), comma + 1, close);
            }
        } else if reader.kind(at) == Some(Kind::Word) && reader.is_op(at + 1, "=") && at + 1 < stop {
            (key, from) = (Some(at), at + 2);
        }
        let name = key.and_then(|key| match reader.kind(key) {
            Some(Kind::Word) => Some(reader.name(key + 2 * usize::from(reader.is_op(key + 1, ".")))),
            _ => reader.string_name(key),
        });
        if from < to {
            let value = reader.nested(from, to);
            items.push(Item { key: name, value, spread: false });
        }
        at = stop + 1;
    }
    items
}
