//! The reader's second half: expressions.
//!
//! Owns how operands, paths, calls and operators become values. It knows languages only through their profile. The
//! decision to know: precedence has four levels (assignment, choice, everything else, joining), because that is all a
//! value needs; an operator it does not know makes the whole expression opaque, and its operands are still read.

mod calls;
mod chain;
mod items;
mod meaning;
mod pipes;
mod types;

use super::profile::Profile;
use super::reader::{MAX_NESTING, Reader};
use super::token::Kind;
use super::words::{List, Words, words};
use crate::facts::{Arg, Assign, Def, DefKind, Name, Path, Str, Value, ValueKind};
use crate::span::Span;
use chain::Chain;
pub(super) use meaning::matches_end;

/// Operators between two operands that make the result opaque.
const OTHER: Words = words(&[
    "-",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "===",
    "!==",
    "<",
    ">",
    "<=",
    ">=",
    "&&",
    "|",
    "&",
    "^",
    "<<",
    ">>",
    "**",
    "=~",
    "!~",
    "<=>",
    "..",
    "...",
    "and",
    "in",
    "is",
    "not",
    "instanceof",
    "xor",
    "+",
    ".",
]);
/// Words between a value and the type it is taken as.
pub(super) const CASTS: Words = words(&["as", "satisfies"]);
/// Operators before an operand that do not change which value it is, or make it none of ours.
const PREFIX: Words = words(&["!", "-", "+", "~", "&", "*", "**", "...", "@", "<-", "++", "--", "^"]);

impl Reader<'_> {
    /// Reads an expression. `None` when there is none at `at`, or it nests too deep to go on.
    pub fn expression(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        self.guarded(|reader| reader.choice(at, end))
    }

    /// Runs `read` one level deeper, for hooks that read operands inside operands. `None` past the nesting limit.
    pub fn guarded<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_NESTING {
            return None;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn choice(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        let (first, mut i) = self.operand(at, end)?;
        if let Some(assigned) = self.assignment(&first, at, i, end) {
            return Some(assigned);
        }
        // Most operands stand alone.
        if i >= end || !matches!(self.tokens[i].kind, Kind::Op | Kind::Word) {
            return Some((first, i));
        }
        let profile = self.profile;
        let (mut choices, mut parts, mut opaque) = (Vec::new(), vec![first], false);
        // A line that starts with a pipe or a choice goes on with the value above it.
        let goes_on = |reader: &Self, i| reader.op_in(i, profile.pipes) || reader.op_in(i, profile.either);
        while i < end && (!self.ends(i, end) || goes_on(self, i)) {
            let op = self.str(i);
            if !matches!(self.tokens[i].kind, Kind::Op | Kind::Word) {
                break;
            }
            if matches!(op, "%" | "-f")
                && profile.format_methods.contains(&op)
                && matches!(parts.as_slice(), [part] if part.as_str().is_some())
            {
                let Some((value, next)) = self.operand(i + 1, end) else { break };
                let format = parts.remove(0);
                parts.push(self.filled(&format, &[positional(value)], format.span.to(self.span(next - 1))));
                i = next;
            } else if op == "?" && self.is_op(i + 1, ":") && profile.annotated {
                // `name?: Type`
                break;
            } else if op == "?" && self.is_op(i + 1, ":") || profile.either.has(op.as_bytes()) {
                let Some((value, next)) = self.operand(i + if op == "?" { 2 } else { 1 }, end) else { break };
                choices.push(finish(&mut parts, &mut opaque));
                parts.push(value);
                i = next;
            } else if op == "?" {
                return self.ternary(at, i, end);
            } else if op == "if" && !self.tokens[i].nl {
                let Some((value, next)) = self.conditional(finish(&mut parts, &mut opaque), i, end) else { break };
                parts.push(value);
                i = next;
                break;
            } else if profile.pipes.has(op.as_bytes()) {
                let piped = finish(&mut parts, &mut opaque);
                let Some((value, next)) = self.piped(piped, i + 1, end) else { break };
                parts.push(value);
                i = next;
            } else if CASTS.has(op.as_bytes()) && profile.annotated {
                i = self.type_end(i + 1, end, true);
            } else if profile.concat.has(op.as_bytes()) || OTHER.has(op.as_bytes()) {
                let Some((value, next)) = self.operand(i + 1, end) else { break };
                opaque |= !profile.concat.has(op.as_bytes());
                parts.push(value);
                i = next;
            } else {
                break;
            }
        }
        choices.push(finish(&mut parts, &mut opaque));
        let value = if choices.len() == 1 { choices.remove(0) } else { either(choices) };
        Some((value, i))
    }

    /// `target = value`, `target ||= value`
    fn assignment(&mut self, target: &Value, at: usize, op: usize, end: usize) -> Option<(Value, usize)> {
        let ValueKind::Ref(path) = &target.kind else { return None };
        if !self.op_in(op, self.profile.assign) || (self.profile.newline_ends && self.tokens[op].nl) {
            return None;
        }
        let target = path.clone();
        let (value, next) = self.expression(op + 1, end)?;
        let span = self.span_of(at, next);
        self.facts.assigns.push(Assign { target, value: value.clone(), span });
        Some((value, next))
    }

    /// `condition ? a : b`
    fn ternary(&mut self, at: usize, question: usize, end: usize) -> Option<(Value, usize)> {
        let opaque = |reader: &Self, next| Some((Value::opaque(reader.span_of(at, next)), next));
        let Some((yes, colon)) = self.expression(question + 1, end) else { return opaque(self, question + 1) };
        if !self.is_op(colon, ":") {
            return opaque(self, colon);
        }
        let Some((no, next)) = self.expression(colon + 1, end) else { return opaque(self, colon + 1) };
        Some((either(vec![yes, no]), next))
    }

    /// `a if condition else b`; without `else` the condition is only read.
    fn conditional(&mut self, yes: Value, at: usize, end: usize) -> Option<(Value, usize)> {
        let (_, next) = self.expression(at + 1, end)?;
        if !self.is_word(next, "else") {
            return Some((yes, next));
        }
        let (no, next) = self.expression(next + 1, end)?;
        Some((either(vec![yes, no]), next))
    }

    /// Reads one operand with everything that hangs on it: members, calls, indexes.
    pub fn operand(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        if self.depth >= MAX_NESTING || !self.burn() {
            return None;
        }
        self.depth += 1;
        let result = self.operand_at(at, end);
        self.depth -= 1;
        result
    }

    fn operand_at(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        let (mut at, mut start) = (at, at);
        while at < end {
            if self.op_in(at, PREFIX) || self.word_in(at, self.profile.skip) || self.modifies(at, end) {
                // `new` is part of the call even where it makes no difference.
                start = if self.is_word(at, "new") { start } else { at + 1 };
            } else if !self.leads_path(at) {
                break;
            }
            at += 1;
        }
        if at >= end {
            return None;
        }
        if let Some((value, next)) = (self.profile.operand)(self, at, end) {
            return Some(self.chain(Chain::on(value, at), next, end));
        }
        let profile = self.profile;
        let value = match self.tokens[at].kind {
            Kind::StrOpen => self.string(at, end),
            Kind::Number | Kind::Symbol => {
                let span = self.span(at);
                (self.text_value(self.str(at).to_owned(), span, span), at + 1)
            }
            Kind::Literal => (Value::opaque(self.span(at)), at + 1),
            Kind::Open => self.group(at, end),
            Kind::Word if profile.new == Some(self.str(at)) && at + 1 < end => return Some(self.construction(at, end)),
            Kind::Word if self.word_in(at, profile.null) => {
                (Value { kind: ValueKind::Null, span: self.span(at) }, at + 1)
            }
            Kind::Word if self.word_in(at, profile.functions) => {
                let next = self.function(at, end);
                (Value::opaque(self.span_of(at, next)), next)
            }
            Kind::Word if self.word_in(at, profile.stop) => return None,
            Kind::Word if self.arrow(at + 1) && at + 1 < end => self.closure(at, at + 1, at + 1, end),
            Kind::Word => {
                let chain = Chain { receiver: None, path: self.first_segment(at), start };
                return Some(self.chain(chain, at + 1, end));
            }
            _ => return None,
        };
        let (value, next) = value;
        Some(self.chain(Chain::on(value, at), next, end))
    }

    /// Whether a separator stands before the first segment of a path (`::A`, `\\A`).
    pub(super) fn leads_path(&self, at: usize) -> bool {
        self.op_in(at, &["::", "\\"]) && self.op_in(at, self.profile.path)
    }

    /// Whether a word before this token is the parameter of a closure.
    fn arrow(&self, at: usize) -> bool {
        let &Profile { map_key, path, commands, .. } = self.profile;
        self.op_in(at, &["=>", "->"]) && !commands && !self.op_in(at, map_key) && !self.op_in(at, path)
    }

    /// A value of known text.
    #[must_use]
    pub fn text_value(&self, text: String, content: Span, span: Span) -> Value {
        Value { kind: ValueKind::Str(Str { text, content }), span }
    }

    pub(super) fn first_segment(&self, at: usize) -> Path {
        let name = self.name(at);
        if self.profile.this.has(name.text.as_bytes()) {
            return Path::single(Name { text: "self".to_owned(), span: name.span });
        }
        let bare = name.text.trim_start_matches(|c: char| c.is_ascii() && self.profile.sigils.contains(&(c as u8)));
        if bare.len() == name.text.len() || bare.is_empty() {
            return Path::single(name);
        }
        let member = name.text.starts_with('@');
        let named = Name { text: bare.to_owned(), span: name.span };
        if member { Path(vec![Name { text: "self".to_owned(), span: name.span }, named]) } else { Path::single(named) }
    }

    /// Reads the expression that a function is all of. Returns the index after it.
    pub(in crate::lang) fn returned(&mut self, at: usize, end: usize) -> Option<usize> {
        let (value, next) = self.expression(at, end)?;
        self.facts.returns.push(value);
        Some(next)
    }

    /// Reads a closure: parameters in `start..close`, an arrow, and a block or an expression.
    pub fn closure(&mut self, start: usize, close: usize, arrow: usize, end: usize) -> (Value, usize) {
        let params = self.params(start, close);
        let body_at = arrow + 1;
        let id = self.facts.defs.len();
        let span = self.span_of(start.min(arrow), (body_at + 1).min(end));
        self.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body: span, of: None });
        let next = if self.is_open(body_at, "{") {
            let stop = self.mate(body_at, end);
            self.queue(body_at + 1, stop);
            (stop + 1).min(end)
        } else {
            self.returned(body_at, end).unwrap_or(body_at)
        };
        let span = self.span_of(start.min(arrow), next);
        self.facts.defs[id].body = span;
        (Value::opaque(span), next)
    }
}

/// Joins the parts read so far and clears them.
fn finish(parts: &mut Vec<Value>, opaque: &mut bool) -> Value {
    let mut joined = std::mem::take(parts);
    let span = joined.iter().map(|part| part.span).reduce(Span::to).unwrap_or_default();
    if std::mem::take(opaque) {
        return Value::opaque(span);
    }
    if joined.len() == 1 {
        return joined.remove(0);
    }
    let mut flat = Vec::new();
    for part in joined {
        match part.kind {
            ValueKind::Concat(inner) => flat.extend(inner),
            _ => flat.push(part),
        }
    }
    Value { kind: ValueKind::Concat(flat), span }
}

/// One of `choices`; what the first is one of counts as well, so that chains of choices stay flat.
fn either(choices: Vec<Value>) -> Value {
    let span = choices.iter().map(|choice| choice.span).reduce(Span::to).unwrap_or_default();
    let mut choices = choices.into_iter();
    let mut flat = match choices.next() {
        Some(Value { kind: ValueKind::Either(inner), .. }) => inner,
        first => first.into_iter().collect(),
    };
    flat.extend(choices);
    Value { kind: ValueKind::Either(flat), span }
}

fn positional(value: Value) -> Arg {
    Arg { name: None, value, spread: false }
}
