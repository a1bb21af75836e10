//! Go.
//!
//! Owns declarations, types and conversions. It knows no vendor. The decision to know: an import without an alias gets
//! the package name its path suggests (`package_name`), which holds for every package that follows the conventions.

use super::lexer::Lexer;
use super::profile::{BASE, DOUBLE, Escape, Interp, Profile, StringForm};
use super::reader::Reader;
use super::token::Kind;
use super::words::words;
use super::{Front, Language};
use crate::facts::{Assign, Def, DefKind, Name, Path, Value, ValueKind};

/// Go.
pub static LANGUAGE: Language = Language {
    name: "go",
    extensions: &["go"],
    filenames: &[],
    interpreters: &[],
    fences: &["golang"],
    front: Front::Profile(&PROFILE),
    environment: "os.Getenv(\"{}\")",
};

const RAW: StringForm = StringForm { open: "`", close: "`", escape: Escape::None, interp: Interp::None, lines: true };

static PROFILE: Profile = Profile {
    strings: &[DOUBLE, RAW],
    operators: &[
        "<<=", ">>=", "&^=", "...", ":=", "==", "!=", "<=", ">=", "&&", "||", "<-", "++", "--", "+=", "-=", "*=", "/=",
        "%=", "&=", "|=", "^=", "<<", ">>", "&^",
    ],
    literal: |lexer| assertion(lexer) || super::lexer::character(lexer),
    newline_ends: true,
    either: words(&[]),
    assign: &["=", ":="],
    spread: &[],
    composite: true,
    param_first: true,
    new: None,
    null: words(&["nil"]),
    this: &[],
    skip: words(&["return", "go", "defer", "fallthrough", "if", "for", "switch", "select", "else"]),
    stop: words(&["case", "default", "range", "chan", "goto", "break", "continue"]),
    containers: words(&[]),
    env_calls: &["os.Getenv", "os.LookupEnv", "syscall.Getenv"],
    base64: &[
        "StdEncoding.EncodeToString",
        "URLEncoding.EncodeToString",
        "RawStdEncoding.EncodeToString",
        "RawURLEncoding.EncodeToString",
    ],
    same: &["strings.TrimSpace", "aws.String", "url.QueryEscape", "url.PathEscape"],
    shells: &["exec.Command", "exec.CommandContext"],
    formats: &["fmt.Sprintf"],
    statement,
    operand,
    ..BASE
};

/// `x.(T)` is the same value as `x`; it is passed over.
fn assertion(lexer: &mut Lexer<'_>) -> bool {
    if !lexer.at(".(") || !lexer.after_value() {
        return false;
    }
    let rest = &lexer.text[lexer.pos + 2..lexer.end.min(lexer.pos + 128)];
    let len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.*[]{} ".contains(byte)).count();
    if rest.get(len) != Some(&b')') {
        return false;
    }
    lexer.pos += len + 3;
    true
}

fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "import" => Some(grouped(reader, at, end, import)),
        "var" | "const" => Some(grouped(reader, at, end, declared)),
        "type" if reader.kind(at + 1) == Some(Kind::Word) || reader.is_open(at + 1, "(") => {
            Some(grouped(reader, at, end, container))
        }
        "package" => Some(at + 2),
        "func" => function(reader, at, end).map(|(_, next)| next),
        _ => None,
    }
}

/// One declaration after the keyword at `at`, or each of those in parentheses.
fn grouped(reader: &mut Reader<'_>, at: usize, end: usize, read: fn(&mut Reader<'_>, usize, usize) -> usize) -> usize {
    if !reader.is_open(at + 1, "(") {
        return read(reader, at + 1, end);
    }
    let close = reader.mate(at + 1, end);
    let mut i = at + 2;
    while i < close {
        i = read(reader, i, close).max(i + 1);
    }
    close + 1
}

/// `"path"`, `alias "path"`, `. "path"`, `_ "path"`
fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let string = at + usize::from(reader.kind(at) != Some(Kind::StrOpen));
    let Some(module) = reader.string_name(string).filter(|_| string < end) else { return at + 1 };
    let next = reader.mate(string, end) + 1;
    let span = reader.span_of(at, next);
    let (member, local) = match reader.str(at) {
        "." => (Some(Name { text: "*".to_owned(), span: reader.span(at) }), None),
        "_" => (None, None),
        _ if string > at => (None, Some(reader.name(at))),
        _ => (None, Some(Name { text: package_name(&module.text).to_owned(), span: module.span })),
    };
    reader.import(module, member, local, span);
    next
}

/// The name a package most likely has: the last part of its path without a version, `go-` before or `-go` after it.
fn package_name(path: &str) -> &str {
    let version = |part: &str| {
        part.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or(path);
    let last = if version(last) { parts.next().unwrap_or(last) } else { last };
    let last = last.rsplit_once('.').filter(|(_, end)| version(end) || *end == "go").map_or(last, |(name, _)| name);
    let last = last.strip_prefix("go-").unwrap_or(last);
    last.strip_suffix("-go").or_else(|| last.strip_suffix("-golang")).unwrap_or(last)
}

/// `a, b T = x, y`, `a T`, `a = x`, `a`
fn declared(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let mut names = Vec::new();
    let mut i = at;
    while reader.kind(i) == Some(Kind::Word) && i < end {
        names.push(reader.name(i));
        i += 1;
        if !reader.is_op(i, ",") {
            break;
        }
        i += 1;
    }
    if !reader.ends(i, end) && !reader.is_op(i, "=") {
        i = type_end(reader, i, end);
    }
    if !reader.is_op(i, "=") || i >= end {
        return i;
    }
    let mut values = Vec::new();
    while (reader.is_op(i, "=") || reader.is_op(i, ",")) && values.len() < names.len() {
        let Some((value, next)) = reader.expression(i + 1, end) else { break };
        values.push(value);
        i = next;
    }
    let span = reader.span_of(at, i);
    let pairs = names.into_iter().zip(values);
    reader.facts.assigns.extend(pairs.map(|(name, value)| Assign { target: Path::single(name), value, span }));
    i
}

/// `Name struct { … }`, `Name[T any] interface { … }`, `Name = Other`; fields are types and hold nothing of ours.
fn container(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let name = reader.name(at);
    let next = (at + 1..end.min(at + 64)).find(|&i| reader.word_in(i, &["struct", "interface"]) || reader.tokens[i].nl);
    let Some(kind) = next.filter(|&i| reader.is_open(i + 1, "{")) else { return at + 1 };
    let after = reader.mate(kind + 1, end) + 1;
    let body = reader.span_of(at, after);
    reader.facts.defs.push(Def { name: Some(name), kind: DefKind::Container, params: Vec::new(), body, of: None });
    after
}

/// `func (r T) name[P](params) results { … }` and the same without receiver and name.
fn function(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let mut i = at + 1;
    let named = |reader: &Reader<'_>, i: usize| {
        reader.kind(i) == Some(Kind::Word) && (reader.is_open(i + 1, "(") || reader.is_open(i + 1, "[")) && i < end
    };
    let mut params = Vec::new();
    let after_receiver = reader.mate(i, end) + 1;
    if reader.is_open(i, "(") && named(reader, after_receiver) && !reader.is_word(after_receiver, "func") {
        params = reader.params(i + 1, after_receiver - 1);
        i = after_receiver;
    }
    let name = named(reader, i).then(|| reader.name(i));
    i += usize::from(name.is_some());
    if reader.is_open(i, "[") {
        i = reader.mate(i, end) + 1;
    }
    if !reader.is_open(i, "(") || i >= end {
        return None;
    }
    let open = i;
    let close = reader.mate(open, end);
    params.extend(reader.params(open + 1, close));
    i = close + 1;
    if !reader.is_open(i, "{") && !reader.ends(i, end) {
        i = type_end(reader, i, end);
    }
    if !reader.is_open(i, "{") || i >= end || reader.tokens[i].nl {
        // No body: a declaration, or code too broken to tell what is inside the parentheses.
        reader.queue(open + 1, close);
        let span = reader.span_of(at, i.min(end));
        return Some((Value::opaque(span), i.min(end)));
    }
    let stop = reader.mate(i, end);
    let body = reader.span_of(at, (stop + 1).min(end));
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
    reader.queue(i + 1, stop);
    Some((Value::opaque(body), (stop + 1).min(end)))
}

/// The index after the type at `at`.
fn type_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let mut i = at;
    while i < end {
        if reader.op_in(i, &["*", "<-", "...", "~"]) || reader.is_word(i, "chan") {
            i += 1;
        } else if reader.is_open(i, "[") {
            i = reader.mate(i, end) + 1;
        } else if reader.is_word(i, "map") && reader.is_open(i + 1, "[") {
            i = reader.mate(i + 1, end) + 1;
        } else if reader.word_in(i, &["struct", "interface"]) && reader.is_open(i + 1, "{") {
            return reader.mate(i + 1, end) + 1;
        } else if reader.is_word(i, "func") && reader.is_open(i + 1, "(") {
            i = reader.mate(i + 1, end) + 1;
            if reader.ends(i, end) || !(reader.kind(i) == Some(Kind::Word) || reader.is_open(i, "(")) {
                return i;
            }
        } else if reader.is_open(i, "(") {
            return reader.mate(i, end) + 1;
        } else if reader.kind(i) == Some(Kind::Word) {
            i += 1;
            while reader.is_op(i, ".") && reader.kind(i + 1) == Some(Kind::Word) && i + 1 < end {
                i += 2;
            }
            return if reader.is_open(i, "[") && i < end { reader.mate(i, end) + 1 } else { i };
        } else {
            break;
        }
    }
    i.min(end)
}

/// Closures, `[]T{…}`, `map[K]V{…}`, and conversions: `[]byte(x)` is `x`.
fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.is_word(at, "func") {
        return function(reader, at, end);
    }
    if reader.is_word(at, "string") && reader.is_open(at + 1, "(") {
        let close = reader.mate(at + 1, end);
        return Some((reader.nested(at + 2, close), (close + 1).min(end)));
    }
    let typed = reader.is_open(at, "[")
        || reader.is_word(at, "map") && reader.is_open(at + 1, "[")
        || reader.word_in(at, &["struct", "interface"]) && reader.is_open(at + 1, "{")
        || reader.is_word(at, "chan");
    if !typed {
        return None;
    }
    let open = type_end(reader, at, end);
    if open >= end || !(reader.is_open(open, "{") || reader.is_open(open, "(")) {
        let open = open.max(at + 1);
        return Some((Value::opaque(reader.span_of(at, open)), open));
    }
    let close = reader.mate(open, end);
    let next = (close + 1).min(end);
    let value = if reader.is_open(open, "(") {
        reader.nested(open + 1, close)
    } else {
        let items = reader.items(open + 1, close, reader.profile.map_key);
        Value { kind: ValueKind::Map(items), span: reader.span_of(at, next) }
    };
    Some((value, next))
}
