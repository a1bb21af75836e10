//! Both module systems of JavaScript, and what `const`, `let` and `var` bind.
//!
//! Owns imports, default exports and destructuring. The decision to know: `require('m')` inside an expression becomes
//! an import under the name `require:m`, which no program can spell, so that calls on it resolve like any other.

use crate::facts::{Assign, Name, Path, Value, ValueKind};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;

/// One name between braces: what it is there, what it is here, and where its default starts.
struct Member {
    remote: Option<Name>,
    local: Name,
    default: Option<(usize, usize)>,
}

/// `import X, {a as b} from 'm'`, `import * as X from 'm'`, `import 'm'`, `import X = require('m')`
pub(super) fn import(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut i = at + 1;
    let mut names = Vec::new();
    let whole = |local: Name| Member { remote: None, local, default: None };
    while i < end && i < at + 400 && reader.kind(i) != Some(Kind::StrOpen) {
        if reader.is_open(i, "{") {
            let close = reader.mate(i, end);
            members(reader, i + 1, close, "as", &mut names);
            i = close + 1;
        } else if reader.is_op(i, "*") && reader.is_word(i + 1, "as") {
            names.push(whole(reader.name(i + 2)));
            i += 3;
        } else if reader.is_word(i, "from")
            || reader.is_word(i, "type") && !reader.is_word(i + 1, "from")
            || reader.op_in(i, &[",", "="])
        {
            i += 1;
        } else if reader.is_word(i, "require") && reader.is_open(i + 1, "(") {
            i += 2;
        } else if reader.kind(i) == Some(Kind::Word) {
            names.push(whole(reader.name(i)));
            i += 1;
        } else {
            return None;
        }
    }
    let module = reader.string_name(i)?;
    let next = (reader.mate(i, end) + 1).min(end);
    let span = reader.span_of(at, next);
    if names.is_empty() {
        reader.import(module.clone(), None, None, span);
    }
    for Member { remote, local, .. } in names {
        reader.import(module.clone(), remote, Some(local), span);
    }
    Some(next)
}

/// `a, b as c` or `a, b: c = default` between braces.
fn members(reader: &Reader<'_>, start: usize, end: usize, rename: &str, names: &mut Vec<Member>) {
    let mut i = start;
    while i < end {
        let stop = reader.item_end(i, end);
        let typed = reader.is_word(i, "type") && i + 1 < stop && reader.kind(i + 1) == Some(Kind::Word);
        let first = i + usize::from(typed && !reader.is_word(i + 1, "as"));
        if reader.kind(first) == Some(Kind::Word) && first < stop {
            let renamed = reader.str(first + 1) == rename && first + 2 < stop;
            let local = if renamed { first + 2 } else { first };
            let default = (reader.is_op(local + 1, "=") && local + 2 < stop).then_some((local + 2, stop));
            if reader.kind(local) == Some(Kind::Word) {
                let remote = Some(reader.name(first)).filter(|name| name.text != "default");
                names.push(Member { remote, local: reader.name(local), default });
            }
        }
        i = stop + 1;
    }
}

/// `const X = require('m')`, `const {a: b} = require('m')`, `const X = require('m').a`, `await import('m')`, and
/// `const {a, b: c = 'd'} = value`.
pub(super) fn binding(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let mut names = Vec::new();
    let braces = reader.is_open(at + 1, "{");
    let mut equals = if braces {
        let close = reader.mate(at + 1, end);
        members(reader, at + 2, close, ":", &mut names);
        close + 1
    } else {
        names.push(Member { remote: None, local: reader.name(at + 1), default: None });
        at + 2
    };
    if braces && reader.is_op(equals, ":") {
        equals = reader.type_end(equals + 1, end, true);
    }
    if equals >= end || !reader.is_op(equals, "=") {
        return None;
    }
    imported(reader, at, equals, end, &names).or_else(|| {
        let (value, next) = braces.then(|| reader.expression(equals + 1, end))??;
        destructure(reader, at, next, &value, names);
        Some(next)
    })
}

fn imported(reader: &mut Reader<'_>, at: usize, equals: usize, end: usize, names: &[Member]) -> Option<usize> {
    let call = equals + 1 + usize::from(reader.is_word(equals + 1, "await"));
    let (module, mut next) = module_call(reader, call, end)?;
    let mut outer = None;
    while reader.is_op(next, ".") && reader.kind(next + 1) == Some(Kind::Word) {
        outer = outer.or_else(|| Some(reader.name(next + 1)).filter(|name| name.text != "default"));
        next += 2;
    }
    // `require('m')(x)` and `require('m').create(x)` are calls on the module.
    if reader.is_open(next, "(") {
        return None;
    }
    let span = reader.span_of(at, next);
    for Member { remote, local, .. } in names {
        reader.import(module.clone(), remote.clone().or_else(|| outer.clone()), Some(local.clone()), span);
    }
    Some(next)
}

/// Each name takes the member of the value that it names.
fn destructure(reader: &mut Reader<'_>, at: usize, next: usize, value: &Value, names: Vec<Member>) {
    let span = reader.span_of(at, next);
    for Member { remote, local, default } in names {
        let member = remote.unwrap_or_else(|| local.clone());
        let mut taken = match &value.kind {
            ValueKind::Ref(path) => {
                let path = Path(path.0.iter().cloned().chain([member.clone()]).collect());
                reader.reference(path, member.span)
            }
            ValueKind::Map(items) => {
                let item = items.iter().find(|item| item.key.as_ref().is_some_and(|key| key.text == member.text));
                item.map_or_else(|| Value::opaque(member.span), |item| item.value.clone())
            }
            _ => Value::opaque(member.span),
        };
        if let Some((start, stop)) = default {
            let default = reader.nested(start, stop);
            let whole = taken.span.to(default.span);
            taken = Value { kind: ValueKind::Either(vec![taken, default]), span: whole };
        }
        reader.facts.assigns.push(Assign { target: Path::single(local), value: taken, span });
    }
}

/// `export default value` gives the value the name `default`; definitions are read as such.
pub(super) fn default_export(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let first = at + 2;
    let defines = reader.word_in(first, &["function", "class", "async", "abstract", "interface", "enum", "export"]);
    if first >= end || defines || reader.is_op(first, "@") {
        return None;
    }
    let target = Path::single(reader.name(at + 1));
    let (value, next) = reader.expression(first, end)?;
    let span = reader.span_of(at, next);
    reader.facts.assigns.push(Assign { target, value, span });
    Some(next)
}

/// The module of `require('m')` or `import('m')` and the index after it.
fn module_call(reader: &Reader<'_>, at: usize, end: usize) -> Option<(Name, usize)> {
    if !reader.word_in(at, &["require", "import"]) || !reader.is_open(at + 1, "(") {
        return None;
    }
    let module = reader.string_name(at + 2)?;
    let close = reader.mate(at + 1, end);
    (reader.mate(at + 2, end) + 1 == close).then_some((module, close + 1))
}

/// `require('m')` inside an expression names the module itself.
pub(super) fn required(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let (module, next) = module_call(reader, at, end)?;
    let span = reader.span_of(at, next);
    let local = Name { text: format!("require:{}", module.text), span };
    reader.import(module, None, Some(local.clone()), span);
    Some((reader.reference(Path::single(local), span), next))
}
