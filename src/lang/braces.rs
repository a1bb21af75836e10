//! Braces that are values or follow them: closures, branches, and the headers before blocks.
//!
//! Owns what Kotlin, Scala, Groovy and C# share about blocks. It knows no vendor. The decision to know: a block is read
//! as a value only when it is one expression; any other is queued, and its value is unknown.

use super::reader::Reader;
use super::token::Kind;
use super::words::List;
use crate::facts::{CallId, Def, DefKind, Value, ValueKind};

/// How far the parameters of a closure are looked for.
const MAX_PARAMS: usize = 40;

/// Reads `{ a, b -> … }` at `at`, an argument of the call `of`. Returns the index after it.
pub(super) fn closure(reader: &mut Reader<'_>, at: usize, end: usize, arrow: &str, of: Option<CallId>) -> usize {
    let close = reader.mate(at, end);
    let start = at + 1;
    let (mut params, mut body) = (Vec::new(), start);
    if let Some(arrow) = arrow_at(reader, start, close, arrow) {
        let group = reader.is_open(start, "(") && reader.mate(start, close) + 1 == arrow;
        params = if group { reader.params(start + 1, arrow - 1) } else { reader.params(start, arrow) };
        body = arrow + 1;
    }
    let next = (close + 1).min(end);
    let span = reader.span_of(at, next);
    reader.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body: span, of });
    reader.queue(body, close);
    next
}

/// Index of the arrow after a closure's parameters, if it has any.
fn arrow_at(reader: &Reader<'_>, start: usize, close: usize, arrow: &str) -> Option<usize> {
    let mut i = start;
    while i < close.min(start + MAX_PARAMS) {
        if reader.is_op(i, arrow) {
            return Some(i);
        }
        let typed = reader.op_in(i, &[",", ":", "?", ".", "<", ">", "*", "&", "=", "..."]);
        match reader.kind(i)? {
            Kind::Open if !reader.is_open(i, "{") => i = reader.mate(i, close) + 1,
            Kind::Word if !reader.word_in(i, reader.profile.stop) && !reader.word_in(i, reader.profile.skip) => i += 1,
            Kind::Op if typed => i += 1,
            _ => return None,
        }
    }
    None
}

/// `(Type) value` is the value; `type_end` gives the index after the type at an index.
pub(super) fn cast(
    reader: &mut Reader<'_>,
    at: usize,
    end: usize,
    type_end: fn(&Reader<'_>, usize, usize) -> usize,
) -> Option<(Value, usize)> {
    if !reader.is_open(at, "(") || reader.kind(at + 1) != Some(Kind::Word) {
        return None;
    }
    let close = reader.mate(at, end);
    let next = close + 1;
    let follows = matches!(reader.kind(next), Some(Kind::Word | Kind::StrOpen)) || reader.is_open(next, "(");
    let cast = next < end
        && type_end(reader, at + 1, end) == close
        && follows
        && !reader.word_in(next, reader.profile.stop)
        && !reader.word_in(next, &["as", "and", "or"])
        && !reader.word_in(at + 1, &["this", "super", "base", "null"]);
    // Casts of casts nest; a bounded number is looked through by the operand itself.
    if cast { reader.guarded(|reader| reader.operand(next, end)) } else { None }
}

/// Queues what stands in the parentheses after the word at `at` (`if (…)`). Returns the index after them.
pub(super) fn header(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<usize> {
    if !reader.is_open(at + 1, "(") || at + 1 >= end {
        return None;
    }
    let close = reader.mate(at + 1, end);
    reader.queue(at + 2, close);
    Some((close + 1).min(end))
}

/// `if (condition) a else b` as a value.
pub(super) fn conditional(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    let then = header(reader, at, end)?;
    let opaque = |reader: &Reader<'_>, next: usize| Some((Value::opaque(reader.span_of(at, next)), next));
    // The condition is queued once: what cannot be read is not read again.
    let Some((yes, next)) = branch(reader, then, end) else { return opaque(reader, then) };
    if !reader.is_word(next, "else") || next >= end {
        return opaque(reader, next);
    }
    let Some((no, next)) = branch(reader, next + 1, end) else { return opaque(reader, next + 1) };
    let mut choices = vec![yes];
    match no.kind {
        ValueKind::Either(inner) => choices.extend(inner),
        _ => choices.push(no),
    }
    Some((Value { kind: ValueKind::Either(choices), span: reader.span_of(at, next) }, next))
}

fn branch(reader: &mut Reader<'_>, at: usize, end: usize) -> Option<(Value, usize)> {
    if at < end && reader.is_open(at, "{") {
        return Some(block(reader, at, end));
    }
    reader.expression(at, end)
}

/// The value of the block at `at`: what it holds when that is one expression. Returns the index after it, too.
pub(super) fn block(reader: &mut Reader<'_>, at: usize, end: usize) -> (Value, usize) {
    let close = reader.mate(at, end);
    let next = (close + 1).min(end);
    let span = reader.span_of(at, next);
    let first = reader.str(at + 1);
    let declares = reader.profile.skip.has(first.as_bytes())
        || reader.profile.stop.has(first.as_bytes())
        || reader.profile.containers.has(first.as_bytes())
        || matches!(first, "val" | "var" | "def" | "fun" | "import");
    let ends = |i: usize| reader.is_op(i, ";") || reader.tokens[i].nl && !reader.op_in(i, reader.profile.path);
    let single = close - at <= MAX_PARAMS && !(at + 2..close).any(ends);
    if declares || !single || at + 1 >= close {
        reader.queue(at + 1, close);
        return (Value::opaque(span), next);
    }
    match reader.expression(at + 1, close) {
        Some((value, after)) if after >= close => (value, next),
        read => {
            reader.queue(read.map_or(at + 1, |(_, after)| after), close);
            (Value::opaque(span), next)
        }
    }
}

impl Reader<'_> {
    /// Whether the word at `at` is a method called on what stands before it: `value method (…)`.
    pub(super) fn is_infix(&self, at: usize, end: usize) -> bool {
        let token = self.tokens[at];
        token.kind == Kind::Word
            && token.sp
            && !token.nl
            && at + 1 < end
            && (self.is_open(at + 1, "(") || self.is_open(at + 1, "{"))
            && !self.tokens[at + 1].nl
            && !self.word_in(at, self.profile.stop)
            && !self.word_in(at, self.profile.skip)
    }
}
