//! Chains: a name or a value, and the members, calls, indexes and blocks that hang on it.
//!
//! Owns how a chain grows and what it comes to. The decision to know: what stands before a call is its path as long as it
//! is made of names only; from the first computed part on it is the receiver.

use super::super::reader::Reader;
use super::super::token::Kind;
use super::meaning::matches_end;
use super::positional;
use crate::facts::{Assign, Call, Path, Value, ValueKind};
use crate::span::Span;

/// What a chain of names and calls has come to so far.
pub(super) struct Chain {
    pub(super) receiver: Option<Value>,
    pub(super) path: Path,
    pub(super) start: usize,
}

impl Chain {
    /// A chain that starts with a value; one that is a name goes on as that name.
    pub(super) fn on(value: Value, start: usize) -> Self {
        match value.kind {
            ValueKind::Ref(path) => Self { receiver: None, path, start },
            _ => Self { receiver: Some(value), path: Path::default(), start },
        }
    }
}

impl Reader<'_> {
    /// Follows members, calls, indexes and blocks from `at`.
    pub(super) fn chain(&mut self, mut chain: Chain, at: usize, end: usize) -> (Value, usize) {
        let profile = self.profile;
        let mut i = at;
        while i < end {
            let token = self.tokens[i];
            let apart = token.nl && profile.newline_ends || token.sp && profile.commands;
            // `f ::A` is a call, and `::A` on a line of its own no part of the line above.
            if profile.commands && token.sp && self.leads_path(i) && !self.starts_command(&chain, i, end) {
                break;
            }
            if self.op_in(i, profile.cascade) {
                i = self.cascade(&chain, i, end);
                continue;
            }
            let member = self.op_in(i, profile.path) && !(profile.commands && token.sp && self.leads_path(i));
            if member && matches!(self.kind(i + 1), Some(Kind::Word)) && i + 1 < end {
                let segment = self.first_segment(i + 1).0.pop();
                chain.path.0.extend(segment);
                i += 2;
            } else if self.op_in(i, profile.path) && self.kind(i + 1) == Some(Kind::Number) && i + 1 < end {
                // `pair.0`
                chain.path.0.push(self.name(i + 1));
                i += 2;
            } else if self.op_in(i, profile.path)
                && let Some(next) = self.generics_end(i + 1, end)
            {
                // `f::<T>(x)`, `x.<T>f()`: the name that may follow needs its separator back.
                if self.kind(next) == Some(Kind::Word) && next < end {
                    chain.path.0.extend(self.first_segment(next).0.pop());
                }
                i = if self.kind(next) == Some(Kind::Word) { (next + 1).min(end) } else { next };
            } else if self.op_in(i, profile.path)
                && self.kind(i + 1) == Some(Kind::Open)
                && (!self.is_open(i + 1, "{") || profile.brace_index)
                || self.is_op(i, "!") && profile.annotated && !token.nl && !token.sp
            {
                i += 1;
            } else if profile.generics
                && let Some(next) = self.type_arguments(i, end)
                && (self.is_open(next, "(")
                    || self.op_in(next, profile.path) && !token.sp && !self.tokens[next].sp
                    || profile.bare_blocks && self.is_open(next, "{"))
                && next < end
            {
                i = next;
            } else if self.kind(i) == Some(Kind::StrOpen) && profile.tags.contains(&self.str(i)) {
                let defs = self.facts.defs.len();
                let (value, next) = self.one_string(i, end);
                i = self.push_call(&mut chain, vec![positional(value)], self.span_of(i, next), next, defs, end);
            } else if self.is_open(i, "(") && !apart {
                i = self.call(&mut chain, i, end);
            } else if member && self.is_open(i + 1, "{") && self.is_open(self.mate(i + 1, end) + 1, "(") {
                // `object->{name}(…)`: a method whose name is computed.
                let close = self.mate(i + 1, end);
                self.queue(i + 2, close);
                chain.path = Path::default();
                chain.receiver = Some(Value::opaque(self.span_of(chain.start, close + 1)));
                i = close + 1;
            } else if profile.type_brackets && self.is_open(i, "[") && !apart {
                i = (self.mate(i, end) + 1).min(end);
            } else if (self.is_open(i, "[") || profile.brace_index && self.is_open(i, "{") && !token.sp) && !apart {
                i = self.index(&mut chain, i, end);
            } else if self.is_open(i, "{") && profile.composite && !token.nl && self.is_composite(&chain, i, end) {
                i = self.call(&mut chain, i, end);
            } else if profile.infix && self.is_infix(i, end) {
                chain.path.0.extend(self.first_segment(i).0.pop());
                i += 1;
            } else if profile.bare_blocks && self.is_open(i, "{") && !chain.path.0.is_empty() && !token.nl {
                let defs = self.facts.defs.len();
                let args_span = Span::new(self.span(i - 1).end, self.span(i - 1).end);
                i = self.push_call(&mut chain, Vec::new(), args_span, i, defs, end).max(i + 1);
            } else if profile.commands && self.starts_command(&chain, i, end) {
                i = self.command(&mut chain, i, end);
            } else if (profile.commands || profile.trailing_closures)
                && !chain.path.0.is_empty()
                && !token.nl
                && (profile.commands && self.is_word(i, "do") || self.is_open(i, "{"))
            {
                let defs = self.facts.defs.len();
                let args_span = Span::new(self.span(i - 1).end, self.span(i - 1).end);
                let next = self.push_call(&mut chain, Vec::new(), args_span, i, defs, end);
                if next == i {
                    break;
                }
                i = next;
            } else {
                break;
            }
        }
        (self.settle(chain, i), i)
    }

    /// `..a = b..c()`: each section hangs on the object before all of them. Returns the index after the last one.
    fn cascade(&mut self, chain: &Chain, at: usize, end: usize) -> usize {
        // An object that is no name and no call is not copied for each section.
        let object = chain.receiver.as_ref().map(|value| match value.kind {
            ValueKind::Call(_) => value.clone(),
            _ => Value::opaque(value.span),
        });
        let mut i = at;
        while self.op_in(i, self.profile.cascade) && i < end {
            let (mut stop, mut assigned) = (i + 1, false);
            while stop < end && !self.op_in(stop, self.profile.cascade) && !self.op_in(stop, &[",", ";"]) {
                assigned |= self.op_in(stop, self.profile.assign);
                let opens = matches!(self.tokens[stop].kind, Kind::Open | Kind::StrOpen | Kind::InterpOpen);
                stop = if opens { self.mate(stop, end) + 1 } else { stop + 1 };
            }
            let stop = stop.min(end);
            let receiver = object.clone().filter(|_| !assigned);
            let mut section = Chain { receiver, path: chain.path.clone(), start: chain.start };
            let mut next = i + 1;
            if self.kind(next) == Some(Kind::Word) && next < stop {
                section.path.0.extend(self.first_segment(next).0.pop());
                next += 1;
            }
            let (value, mut next) = self.chain(section, next, stop);
            if let ValueKind::Ref(target) = value.kind
                && self.op_in(next, self.profile.assign)
                && next < stop
                && let Some((value, after)) = self.expression(next + 1, stop)
            {
                let span = self.span_of(i + 1, after);
                self.facts.assigns.push(Assign { target, value, span });
                next = after;
            }
            self.queue(next, stop);
            i = stop;
        }
        i
    }

    /// What a chain has come to.
    fn settle(&mut self, chain: Chain, next: usize) -> Value {
        let Chain { receiver, path, start } = chain;
        let span = self.span_of(start, next);
        match receiver {
            Some(mut value) if path.0.is_empty() => {
                if !matches!(value.kind, ValueKind::Str(_) | ValueKind::Concat(_)) || value.span.is_empty() {
                    value.span = span;
                }
                value
            }
            Some(Value { kind: ValueKind::Ref(root), .. }) => {
                self.reference(Path(root.0.into_iter().chain(path.0).collect()), span)
            }
            Some(_) => self.finish_call(Call {
                path,
                new: false,
                receiver: receiver.map(Box::new),
                args: Vec::new(),
                args_span: Span::new(span.end, span.end),
                span,
            }),
            None => self.reference(path, span),
        }
    }

    /// A name, or the environment variable it reads.
    #[must_use]
    pub fn reference(&self, mut path: Path, span: Span) -> Value {
        // Without parentheses, `name.strip` looks like a member.
        while (self.profile.commands || self.profile.getters)
            && path.0.len() > 1
            && self.profile.same.contains(&path.last())
        {
            path.0.pop();
        }
        let env = self.profile.env_members.iter().find_map(|root| {
            let prefix = path.0.len().checked_sub(1)?;
            matches_end(&path.0[..prefix], root).then(|| path.0[prefix].clone())
        });
        Value { kind: env.map_or(ValueKind::Ref(path), ValueKind::Env), span }
    }
}
