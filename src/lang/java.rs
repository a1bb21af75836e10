//! Java.
//!
//! Owns declarations, annotations, casts and imports. It knows no vendor. The decision to know: `import a.b.C` is the
//! member `C` of the module `a.b`, so that a class brought in by name and one brought in by `a.b.*` look alike.

use super::braces;
use super::profile::{BASE, DOUBLE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language, settings};
use crate::facts::{Assign, Def, DefKind, Name, Path, Value};

/// Java.
pub static LANGUAGE: Language = Language {
    name: "java",
    extensions: &["java", "jav", "jsh"],
    filenames: &[],
    interpreters: &[],
    fences: &["jshell"],
    front: Front::Profile(&PROFILE),
    environment: "System.getenv(\"{}\")",
};

/// How the JVM's languages read the environment.
pub(super) const ENV_CALLS: &[&str] =
    &["System.getenv", "System.getenv.get", "System.getenv.getOrDefault", "dotenv.get", "Dotenv.get"];

const BLOCK: StringForm =
    StringForm { open: "\"\"\"", close: "\"\"\"", escape: Escape::Backslash, interp: Interp::None, lines: true };

static PROFILE: Profile = Profile {
    strings: &[BLOCK, DOUBLE],
    word_start: b"$",
    word_part: b"$",
    operators: &[
        ">>>=", "<<=", ">>=", "...", "->", "==", "!=", "<=", ">=", "&&", "||", "::", "++", "--", "+=", "-=", "*=",
        "/=", "%=", "&=", "|=", "^=", "<<",
    ],
    literal: super::lexer::character,
    path: &[".", "::"],
    either: words(&[]),
    spread: &[],
    skip: words(&[
        "return",
        "throw",
        "public",
        "private",
        "protected",
        "static",
        "final",
        "abstract",
        "synchronized",
        "native",
        "transient",
        "volatile",
        "strictfp",
        "default",
        "else",
        "do",
        "try",
        "finally",
        "sealed",
        "yield",
        "assert",
        "case",
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "var",
    ]),
    stop: words(&["instanceof", "throws", "extends", "implements", "permits", "break", "continue"]),
    containers: words(&["class", "interface", "enum"]),
    env_calls: ENV_CALLS,
    base64: &[
        "encodeToString",
        "Base64.encodeBase64String",
        "Base64.encodeBase64",
        "DatatypeConverter.printBase64Binary",
        "Base64Utils.encodeToString",
        "Base64.encodeBytes",
        "Base64Coder.encodeString",
        "BaseEncoding.base64.encode",
    ],
    same: &[
        "toString",
        "getBytes",
        "toCharArray",
        "trim",
        "strip",
        "intern",
        "String",
        "String.valueOf",
        "Objects.requireNonNull",
        "Optional.of",
        "Optional.ofNullable",
        "StringUtils.trim",
    ],
    or_else: &["orElse"],
    shells: &["exec", "ProcessBuilder", "execute"],
    formats: &["String.format"],
    format_methods: &["formatted"],
    statement,
    operand,
    ..BASE
};

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "import" => import(reader, at, end),
        "package" => Some(next_semicolon(reader, at, end)),
        "@" => annotation(reader, at, end),
        "<" => reader.generics_end(at, end),
        "record" if reader.kind(at + 1) == Some(Kind::Word) && reader.is_open(at + 2, "(") => {
            Some(reader.container(at, end))
        }
        "if" | "while" | "for" | "switch" | "catch" | "synchronized" | "try" if reader.is_open(at + 1, "(") => {
            // What follows the parentheses is a statement of its own, not called on them.
            let close = reader.mate(at + 1, end);
            reader.queue(at + 2, close);
            Some(close + 1)
        }
        "class" | "interface" | "enum" if reader.kind(at + 1) != Some(Kind::Word) => Some(at + 1),
        _ => declaration(reader, at, end, at, None),
    }
}

/// `import a.b.C;`, `import a.b.*;`, `import static a.b.C.d;`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let first = at + 1 + usize::from(reader.is_word(at + 1, "static"));
    let mut i = first;
    let mut last = None;
    while reader.kind(i) == Some(Kind::Word) || reader.is_op(i, "*") {
        last = Some(i);
        if !reader.is_op(i + 1, ".") || i + 1 >= end {
            break;
        }
        i += 2;
    }
    let last = last.filter(|&last| last > first)?;
    let words = (first..last - 1).step_by(2).map(|i| reader.str(i)).collect::<Vec<_>>();
    let module = Name { text: words.join("."), span: reader.span_of(first, last - 1) };
    let member = reader.name(last);
    let local = (member.text != "*").then(|| member.clone());
    let next = next_semicolon(reader, last, end);
    let span = reader.span_of(at, next);
    reader.import(module, Some(member), local, span);
    Some(next)
}

fn next_semicolon(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    (at..end.min(at + 64)).find(|&i| reader.is_op(i, ";")).map_or(at + 1, |i| i + 1)
}

/// `@Name(arguments)` and the declaration it decorates. A placeholder in its text (`@Value("${a.b}")`) is where the
/// declared name takes its value from.
fn annotation(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let (next, value) = annotation_value(reader, at, end)?;
    reader.queue(at + 2, next);
    let Some(value) = value else { return Some(next) };
    let mut i = next;
    // No declaration has more annotations and modifiers than this.
    for _ in 0..32 {
        i = match annotation_value(reader, i, end) {
            Some((next, _)) => next,
            None if reader.word_in(i, reader.profile.skip) => i + 1,
            None => break,
        };
    }
    Some(declaration(reader, i, end, at, Some(value)).unwrap_or(next))
}

/// The index after the annotation at `at`, and what its one string looks up.
pub(super) fn annotation_value(reader: &Reader<'_>, at: usize, end: usize) -> Option<(usize, Option<Value>)> {
    let annotates = reader.is_op(at, "@") && reader.kind(at + 1) == Some(Kind::Word);
    if !annotates || reader.is_word(at + 1, "interface") {
        return None;
    }
    let mut i = at + 2;
    while reader.is_op(i, ".") && reader.kind(i + 1) == Some(Kind::Word) && i < end {
        i += 2;
    }
    if !reader.is_open(i, "(") || i >= end {
        return Some((i, None));
    }
    let close = reader.mate(i, end);
    let string = (i + 1..close.min(i + 5)).find(|&i| reader.kind(i) == Some(Kind::StrOpen));
    let value = string.and_then(|string| {
        let text = reader.string_name(string)?;
        let span = reader.span_of(string, reader.mate(string, end) + 1);
        Some(settings::value(&text.text, text.span, span)).filter(|value| value.as_str().is_none())
    });
    Some(((close + 1).min(end), value))
}

/// `Type name = value, other;`, `Type name(params) throws X { … }`, `Name(params) { … }`; the statement began at `from`.
/// `value` is what the name is given from outside.
fn declaration(reader: &mut Reader<'_>, at: usize, end: usize, from: usize, value: Option<Value>) -> Option<usize> {
    let profile = reader.profile;
    let plain = |reader: &Reader<'_>, i: usize| {
        reader.kind(i) == Some(Kind::Word)
            && i < end
            && !reader.word_in(i, profile.stop)
            && !reader.word_in(i, profile.containers)
            && !reader.word_in(i, &["new", "this", "super", "null", "true", "false"])
    };
    let typed = !reader.word_in(at, profile.skip) || reader.is_word(at, "var");
    if !plain(reader, at) || !typed {
        return None;
    }
    let name = type_end(reader, at, end);
    if plain(reader, name) && name > at {
        if reader.is_open(name + 1, "(") {
            return method(reader, from, name, end);
        }
        return fields(reader, from, name, end, value);
    }
    // A constructor has no type.
    if reader.is_open(at + 1, "(") {
        let after = reader.mate(at + 1, end) + 1;
        if reader.is_open(after, "{") || reader.is_word(after, "throws") {
            return method(reader, from, at, end);
        }
    }
    None
}

/// Names with or without a value, up to the semicolon.
fn fields(reader: &mut Reader<'_>, from: usize, name: usize, end: usize, mut given: Option<Value>) -> Option<usize> {
    let mut i = name;
    loop {
        let target = Path::single(reader.name(i));
        i += 1;
        while reader.is_open(i, "[") && i < end {
            i = reader.mate(i, end) + 1;
        }
        let mut value = given.take();
        if reader.is_op(i, "=") && i < end {
            let (read, next) = reader.expression(i + 1, end)?;
            value = Some(read);
            i = next;
        } else if reader.is_op(i, ":") {
            return Some(i + 1);
        } else if !reader.op_in(i, &[";", ",", ")"]) && i < end {
            return None;
        }
        if let Some(value) = value {
            let span = reader.span_of(from, i);
            reader.facts.assigns.push(Assign { target, value, span });
        }
        if !reader.is_op(i, ",") || reader.kind(i + 1) != Some(Kind::Word) || i + 1 >= end {
            return Some(i);
        }
        i += 1;
    }
}

fn method(reader: &mut Reader<'_>, from: usize, name: usize, end: usize) -> Option<usize> {
    let close = reader.mate(name + 1, end);
    let brace = (close + 1..end.min(close + 64)).find(|&i| reader.is_open(i, "{") || reader.op_in(i, &[";", "="]))?;
    let params = reader.params(name + 2, close);
    if !reader.is_open(brace, "{") {
        // An interface's method, or the default of an annotation's.
        return Some(brace + 1);
    }
    let stop = reader.mate(brace, end);
    let body = reader.span_of(from, (stop + 1).min(end));
    let name = Some(reader.name(name));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    reader.queue(brace + 1, stop);
    Some((stop + 1).min(end))
}

/// The index after the type at `at`: `a.b.C<D, ?>[]...`
pub(super) fn type_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let mut i = at + 1;
    loop {
        i = reader.generics_end(i, end).unwrap_or(i);
        if reader.is_op(i, ".") && reader.kind(i + 1) == Some(Kind::Word) && i + 1 < end {
            i += 2;
        } else {
            break;
        }
    }
    while reader.is_open(i, "[") && reader.mate(i, end) == i + 1 && i < end {
        i += 2;
    }
    (i + usize::from(reader.is_op(i, "..."))).min(end)
}

/// `(Type) value` is the value; `new T[] {…}` and `new T[n]` are arrays.
pub(super) fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_word(at, "new") && reader.kind(at + 1) == Some(Kind::Word) {
        let mut i = type_end(reader, at + 1, end);
        if reader.str(i - 1) == "]" && reader.is_open(i, "{") {
            return reader.guarded(|reader| reader.operand(i, end));
        }
        if reader.is_open(i, "[") && i < end {
            while reader.is_open(i, "[") && i < end {
                let close = reader.mate(i, end);
                reader.queue(i + 1, close);
                i = close + 1;
            }
            return Some((Value::opaque(reader.span_of(at, i.min(end))), i.min(end)));
        }
        return None;
    }
    braces::cast(reader, at, end, type_end)
}
