//! Reading of Perl: modules, constants, parameters, and calls without parentheses.
//!
//! Owns what a statement or an operand means. The decision to know: a lower-case word with a value behind it is a call,
//! and takes all up to the end of the statement.

use super::PROFILE;
use crate::facts::{Arg, Assign, Call, Name, Path, Value, ValueKind};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;
use crate::lang::words::List;
use crate::span::Span;

pub(super) fn statement(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    match reader.str(at) {
        "use" | "require" | "no" if reader.kind(at) == Some(Kind::Word) => {
            let (module, mut next) = module_name(reader, at + 1, end)?;
            let span = reader.span_of(at, next);
            reader.import(module, None, None, span);
            while next < end && !reader.is_op(next, ";") {
                let opens = matches!(reader.kind(next), Some(Kind::Open | Kind::StrOpen));
                let after = if opens { reader.mate(next, end) + 1 } else { next + 1 };
                // `use constant { A => 'a' }`, `use constant A => 'a'`
                if reader.is_word(at + 1, "constant") {
                    return Some(constants(reader, next, end));
                }
                next = after;
            }
            Some(next)
        }
        "my" if reader.kind(at) == Some(Kind::Word) => parameters(reader, at, end),
        "package" if reader.kind(at) == Some(Kind::Word) => module_name(reader, at + 1, end).map(|(_, next)| next),
        _ => None,
    }
}

/// `my ($self, $id) = @_`, `my $id = shift`: the parameters of the function around.
fn parameters(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    let list = reader.is_open(at + 1, "(");
    let equals = if list { reader.mate(at + 1, end) + 1 } else { at + 2 };
    let given = if list {
        reader.is_op(equals + 1, "@") && reader.is_word(equals + 2, "_")
    } else {
        reader.is_word(equals + 1, "shift") && !reader.op_in(equals + 2, PROFILE.path)
    };
    if !given || !reader.is_op(equals, "=") || equals + 1 >= end {
        return None;
    }
    let params = reader.params(at + 1 + usize::from(list), equals - usize::from(list));
    let place = reader.span(at);
    // Bodies are read soon after their heads, so the function around is one of the last.
    let around = reader.facts.defs.iter_mut().rev().take(64).filter(|def| def.body.contains(place));
    if let Some(def) = around.min_by_key(|def| def.body.len()) {
        def.params.extend(params);
    }
    Some(equals + 2)
}

/// `A::B`. Gives the name and the index after it.
fn module_name(reader: &Reader<'_>, at: usize, end: usize) -> Option<(Name, usize)> {
    if reader.kind(at) != Some(Kind::Word) || at >= end || reader.str(at).starts_with('$') {
        return None;
    }
    let mut next = at + 1;
    while next + 1 < end && reader.is_op(next, "::") && reader.kind(next + 1) == Some(Kind::Word) {
        next += 2;
    }
    let span = reader.span_of(at, next);
    Some((Name { text: String::from_utf8_lossy(span.of(reader.text)).into_owned(), span }, next))
}

fn constants(reader: &mut Reader<'_>, at: usize, end: usize) -> usize {
    let (start, stop, next) = if reader.is_open(at, "{") {
        let close = reader.mate(at, end);
        (at + 1, close, (close + 1).min(end))
    } else {
        let stop = list_end(reader, at, end);
        (at, stop, stop)
    };
    for item in reader.list(start, stop, &["=>"]) {
        if let Some(key) = item.key {
            let span = key.span.to(item.value.span);
            reader.facts.assigns.push(Assign { target: Path::single(key), value: item.value, span });
        }
    }
    next
}

/// Index of what ends a list without parentheses that starts at `at`.
fn list_end(reader: &Reader<'_>, at: usize, end: usize) -> usize {
    let mut stop = at;
    // A longer list without parentheses is data.
    let limit = end.min(at + 400);
    while stop < limit
        && !reader.is_op(stop, ";")
        && (!reader.word_in(stop, PROFILE.stop) || reader.is_op(stop + 1, "=>"))
        && reader.kind(stop) != Some(Kind::Close)
    {
        let opens = matches!(reader.kind(stop), Some(Kind::Open | Kind::StrOpen | Kind::InterpOpen));
        stop = if opens { reader.mate(stop, end) + 1 } else { stop + 1 };
    }
    stop.min(end)
}

/// `map { … }`, `[ … ]` after a sigil, `new A(…)`, `-name`, and calls without parentheses.
pub(super) fn operand(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if reader.op_in(at, &["\\", "$", "%"]) && at + 1 < end && !reader.tokens[at + 1].sp {
        // A reference, or what one stands for: `\$x`, `@{ … }`, `%$x`.
        if reader.is_open(at + 1, "{") {
            let close = reader.mate(at + 1, end);
            return Some((reader.nested(at + 2, close), (close + 1).min(end)));
        }
        return reader.operand(at + 1, end);
    }
    if reader.kind(at) == Some(Kind::Open) && at > 0 && reader.is_op(at - 1, "@") && reader.is_open(at, "{") {
        let close = reader.mate(at, end);
        return Some((reader.nested(at + 1, close), (close + 1).min(end)));
    }
    if reader.is_open(at, "[") && at > 0 && reader.kind(at - 1) == Some(Kind::InterpOpen) && reader.str(at - 1) == "@{"
    {
        // `@{[ expression ]}` in a text.
        let close = reader.mate(at, end);
        return Some((reader.nested(at + 1, close), (close + 1).min(end)));
    }
    if reader.kind(at) != Some(Kind::Word) || reader.str(at).starts_with('$') {
        return None;
    }
    let name = reader.str(at);
    let next = at + 1;
    if matches!(name, "map" | "grep" | "sort" | "first" | "any" | "all") && reader.is_open(next, "{") {
        let close = reader.mate(next, end);
        reader.queue(next + 1, close);
        return Some((Value::opaque(reader.span_of(at, (close + 1).min(end))), (close + 1).min(end)));
    }
    if name == "new" && reader.kind(next) == Some(Kind::Word) && next < end {
        let (mut value, after) = reader.operand(next, end)?;
        if let ValueKind::Call(id) = value.kind
            && let Some(call) = reader.facts.calls.get_mut(id)
        {
            call.path.0.push(Name { text: "new".to_owned(), span: reader.tokens[at].span() });
            call.span = reader.tokens[at].span().to(call.span);
            value.span = call.span;
        }
        return Some((value, after));
    }
    if next >= end
        || !reader.tokens[next].sp
        || PROFILE.skip.has(name.as_bytes())
        || PROFILE.stop.has(name.as_bytes())
        || PROFILE.functions.has(name.as_bytes())
    {
        return None;
    }
    let text = reader.str(next);
    let starts = match reader.kind(next)? {
        Kind::StrOpen => true,
        Kind::Word => text.starts_with('$'),
        Kind::Op => text == "@" && !reader.tokens[(next + 1).min(end - 1)].sp,
        _ => false,
    };
    let named = name.len() > 1 && name.starts_with(|c: char| c.is_lowercase() || c == '_');
    if !starts || !named || reader.tokens[next].nl {
        return None;
    }
    let stop = list_end(reader, next, end);
    let items = reader.list(next, stop, &["=>"]);
    let args: Vec<Arg> =
        items.into_iter().map(|item| Arg { name: item.key, value: item.value, spread: item.spread }).collect();
    let args_span = reader.span_of(next, stop);
    let span: Span = reader.span_of(at, stop);
    let call = Call { path: Path::single(reader.name(at)), new: false, receiver: None, args, args_span, span };
    Some((reader.finish_call(call), stop))
}
