//! Calls: with parentheses, without, as a construction.
//!
//! Owns how a chain becomes a call. The decision to know: a call's result is the receiver of what follows.

use super::super::reader::Reader;
use super::super::token::Kind;
use super::chain::Chain;
use super::{OTHER, either};
use crate::facts::{Arg, Call, Path, Value, ValueKind};
use crate::span::Span;

impl Reader<'_> {
    /// Whether the brace at `at` fills the type that the chain names, rather than opening a block.
    pub(super) fn is_composite(&self, chain: &Chain, at: usize, end: usize) -> bool {
        let first = at + 1;
        let upper = chain.path.last().starts_with(|c: char| c.is_uppercase());
        let keyed = self.op_in(first + 1, self.profile.map_key) && !self.word_in(first, self.profile.stop);
        let fills = self.mate(at, end) == first || self.kind(first) == Some(Kind::StrOpen);
        chain.receiver.is_none() && (keyed || upper && fills)
    }

    pub(super) fn call(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
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
    pub(super) fn push_call(
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
    pub(super) fn starts_command(&self, chain: &Chain, at: usize, end: usize) -> bool {
        let token = self.tokens[at];
        if chain.path.0.is_empty() || token.nl || !token.sp {
            return false;
        }
        match token.kind {
            Kind::StrOpen | Kind::Symbol | Kind::Number | Kind::Literal => true,
            Kind::Word => !self.stops(at) && !self.word_in(at, self.profile.either) && !self.word_in(at, OTHER),
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

    pub(super) fn command(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
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
