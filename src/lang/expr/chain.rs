//! Chains: a name or a value, and the members, calls, indexes and blocks that hang on it.
//!
//! Owns how a chain grows and what it comes to. The decision to know: what stands before a call is its path as long as it
//! is made of names only; from the first computed part on it is the receiver.

use super::super::reader::Reader;
use super::super::token::Kind;
use super::meaning::matches_end;
use super::{OTHER, either, positional};
use crate::facts::{Arg, Assign, Call, Path, Value, ValueKind};
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

    /// Whether the brace at `at` fills the type that the chain names, rather than opening a block.
    fn is_composite(&self, chain: &Chain, at: usize, end: usize) -> bool {
        let first = at + 1;
        let upper = chain.path.last().starts_with(|c: char| c.is_uppercase());
        let keyed = self.op_in(first + 1, self.profile.map_key) && !self.word_in(first, self.profile.stop);
        let fills = self.mate(at, end) == first || self.kind(first) == Some(Kind::StrOpen);
        chain.receiver.is_none() && (keyed || upper && fills)
    }

    fn call(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
        let close = self.mate(at, end);
        let new = self.is_open(at, "{");
        let keys = if new { self.profile.map_key } else { self.profile.arg_key };
        let defs = self.facts.defs.len();
        let args = self.args(at + 1, close, keys);
        let args_span = Span::new(self.span(at).end, self.span(close).start.max(self.span(at).end));
        let next = (close + 1).min(end);
        let calls = self.facts.calls.len();
        let after = self.push_call(chain, args, args_span, next, defs, end);
        if let Some(call) = self.facts.calls.get_mut(calls) {
            call.new = new;
        }
        after
    }

    /// Makes the chain's name a call and its result the chain's receiver. Returns the index after the call.
    fn push_call(
        &mut self,
        chain: &mut Chain,
        args: Vec<Arg>,
        args_span: Span,
        next: usize,
        defs: usize,
        end: usize,
    ) -> usize {
        let span = self.span_of(chain.start, next);
        let path = std::mem::take(&mut chain.path);
        let receiver = chain.receiver.take().map(Box::new);
        let calls = self.facts.calls.len();
        let mut value = self.finish_call(Call { path, new: false, receiver, args, args_span, span });
        let mut next = next;
        // `ENV.fetch("A") { "default" }`
        if self.profile.commands && matches!(value.kind, ValueKind::Env(_)) && next < end && self.is_open(next, "{") {
            let close = self.mate(next, end);
            let default = self.nested(next + 1, close);
            next = (close + 1).min(end);
            value = either(vec![value, default]);
        }
        if let ValueKind::Call(id) = value.kind
            && id == calls
        {
            next = (self.profile.trailing_block)(self, id, next, end).unwrap_or(next);
            for def in self.facts.defs[defs..].iter_mut().filter(|def| def.name.is_none() && def.of.is_none()) {
                def.of = Some(id);
            }
        }
        chain.receiver = Some(value);
        next
    }

    /// `new Path(args)`, `new Path { Key = value }`, `new Path`
    pub(super) fn construction(&mut self, at: usize, end: usize) -> (Value, usize) {
        let profile = self.profile;
        let mut i = at + 1;
        if self.op_in(i, profile.path) {
            i += 1;
        }
        let mut path = if self.kind(i) == Some(Kind::Word) {
            i += 1;
            self.first_segment(i - 1)
        } else if self.is_open(i, "(") {
            let (value, next) = self.group(i, end);
            let Chain { path, receiver, .. } = Chain::on(value, at);
            if receiver.is_some() {
                return self.chain(Chain { path, receiver, start: at }, next, end);
            }
            i = next;
            path
        } else {
            return self.operand(i, end).unwrap_or_else(|| (Value::opaque(self.span(at)), i));
        };
        while self.op_in(i, profile.path) && self.kind(i + 1) == Some(Kind::Word) {
            path.0.push(self.name(i + 1));
            i += 2;
        }
        i = self.generics_end(i, end).unwrap_or(i);
        let defs = self.facts.defs.len();
        let (mut args, mut args_span) = (Vec::new(), Span::new(self.span(i - 1).end, self.span(i - 1).end));
        for (bracket, keys) in [("(", profile.arg_key), ("{", profile.assign)] {
            let initialiser =
                bracket == "{" && !(self.op_in(i + 2, profile.assign) && self.kind(i + 1) == Some(Kind::Word));
            if self.is_open(i, bracket) && i < end && !initialiser {
                let close = self.mate(i, end);
                args.extend(self.args(i + 1, close, keys));
                args_span = Span::new(self.span(i).end, self.span(close).start.max(self.span(i).end));
                i = (close + 1).min(end);
            }
        }
        let span = self.span_of(at, i);
        if profile.same.contains(&path.last()) && !args.is_empty() {
            // `new String(x)` is `x`.
            let value = Value { span, ..args.swap_remove(0).value };
            return self.chain(Chain { receiver: Some(value), path: Path::default(), start: at }, i, end);
        }
        let id = self.facts.calls.len();
        self.facts.calls.push(Call { path, new: true, receiver: None, args, args_span, span });
        for def in self.facts.defs[defs..].iter_mut().filter(|def| def.name.is_none() && def.of.is_none()) {
            def.of = Some(id);
        }
        let value = Value { kind: ValueKind::Call(id), span };
        self.chain(Chain { receiver: Some(value), path: Path::default(), start: at }, i, end)
    }

    /// Whether what follows the chain on its line is the first argument of a call without parentheses.
    fn starts_command(&self, chain: &Chain, at: usize, end: usize) -> bool {
        let token = self.tokens[at];
        if chain.path.0.is_empty() || token.nl || !token.sp {
            return false;
        }
        match token.kind {
            Kind::StrOpen | Kind::Symbol | Kind::Number | Kind::Literal => true,
            Kind::Word => !self.stops(at) && !self.word_in(at, self.profile.either) && !OTHER.contains(&self.str(at)),
            // `puts [1]` and `puts (1)`, but not `a [1]` where `a` is a plain variable: taken as a call all the same.
            Kind::Open => !self.is_open(at, "{"),
            // `f *list`, `f &block`, `f -1`: a blank before and none after.
            Kind::Op => {
                self.is_op(at, "->")
                    || self.op_in(at, &["*", "&", "**", "::", "-", "!"]) && at + 1 < end && !self.tokens[at + 1].sp
            }
            _ => false,
        }
    }

    /// Whether the word ends an expression, rather than being a keyword argument's name (`if: x`).
    fn stops(&self, at: usize) -> bool {
        let named = self.op_in(at + 1, self.profile.arg_key) && !self.tokens[at + 1].sp;
        self.word_in(at, self.profile.stop) && !named
    }

    fn command(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
        let mut stop = at;
        // No person nests commands so that the shares of one file run out; the bound keeps hostile files linear.
        let share = self.steps.clamp(64, 4096);
        let mut steps = share;
        while stop < end && steps > 0 {
            steps -= 1;
            let token = self.tokens[stop];
            let continues = stop == at
                || self.kind(stop - 1) == Some(Kind::Op)
                || self.op_in(stop, self.profile.path) && !self.leads_path(stop);
            if (token.nl && !continues)
                || self.is_op(stop, ";")
                || self.stops(stop) && !self.op_in(stop - 1, self.profile.path)
            {
                break;
            }
            let opens = matches!(token.kind, Kind::Open | Kind::StrOpen | Kind::InterpOpen);
            stop = if opens { self.mate(stop, end) + 1 } else { stop + 1 };
        }
        self.steps = self.steps.saturating_sub(share - steps);
        let stop = stop.min(end);
        let defs = self.facts.defs.len();
        let args = self.args(at, stop, self.profile.arg_key);
        let args_span = self.span_of(at, stop);
        self.push_call(chain, args, args_span, stop, defs, end)
    }
}
