//! Statements: what a line of code does with its values.
//!
//! Owns assignments in all their forms. The decision to know: a value that nothing stores is kept as a result, since it
//! may be what a function gives back.

use super::super::token::Kind;
use super::Reader;
use crate::facts::{Assign, Path, Value, ValueKind};

impl Reader<'_> {
    pub(super) fn statement(&mut self, at: usize, end: usize) -> usize {
        if let Some(next) = (self.profile.statement)(self, at, end) {
            return next;
        }
        match self.tokens[at].kind {
            Kind::Open => {
                let close = self.mate(at, end);
                // What is given back is a map; where a block belongs to a call, so is what looks like one.
                let given = at > 0 && self.is_word(at - 1, "return") && !self.tokens[at].nl;
                let keyed = self.op_in(at + 2, self.profile.map_key) || self.op_in(at + 2, self.profile.arg_key);
                let map = given || self.profile.commands && keyed;
                if self.is_open(at, "{") && !map {
                    self.queue(at + 1, close);
                    return close + 1;
                }
                self.expression_statement(at, end)
            }
            Kind::Word if self.word_in(at, self.profile.containers) => self.container(at, end),
            Kind::Word if self.word_in(at, self.profile.functions) => self.function(at, end),
            Kind::Word if self.word_in(at, self.profile.skip) || self.word_in(at, self.profile.stop) => at + 1,
            Kind::Op if self.leads_path(at) && self.kind(at + 1) == Some(Kind::Word) => {
                self.expression_statement(at, end)
            }
            Kind::Word if self.modifies(at, end) => at + 1,
            Kind::Op | Kind::Close | Kind::Raw | Kind::StrClose | Kind::InterpClose | Kind::StrText => at + 1,
            _ => self.expression_statement(at, end),
        }
    }

    fn expression_statement(&mut self, at: usize, end: usize) -> usize {
        let (calls, assigns) = (self.facts.calls.len(), self.facts.assigns.len());
        let Some((value, next)) = self.expression(at, end) else { return at + 1 };
        if self.profile.bare_methods
            && next < end
            && self.is_open(next, "{")
            && let ValueKind::Call(id) = value.kind
            && id + 1 == self.facts.calls.len()
            && self.is_bare_method(id, calls, at)
        {
            // What looked like assignments were default values.
            self.facts.assigns.truncate(assigns);
            return self.bare_method(id, at, next, end);
        }
        // Where calls need no parentheses, the last statement of a body is what it gives back.
        let last = next >= end || next + 1 == end && self.word_in(next, self.profile.stop);
        let returned =
            at > 0 && self.is_word(at - 1, "return") || (self.profile.commands || self.profile.getters) && last;
        if returned && !matches!(value.kind, ValueKind::Opaque | ValueKind::Null) {
            self.facts.returns.push(value.clone());
        }
        if matches!(
            value.kind,
            ValueKind::Str(_) | ValueKind::Concat(_) | ValueKind::Map(_) | ValueKind::Either(_) | ValueKind::Base64(_)
        ) {
            if !returned {
                self.facts.results.push(value);
            }
            return next;
        }
        if let ValueKind::Ref(path) = value.kind
            && self.facts.assigns.len() == assigns
        {
            if let Some(after) = self.annotated_assignment(&path, at, next, end) {
                return after;
            }
            if self.is_op(next, ",") && self.profile.parallel {
                return self.parallel_assignment(path, at, next, end);
            }
        }
        next
    }

    /// `name: Type = value`, `name?: Type = value`; without a value nothing is assigned.
    fn annotated_assignment(&mut self, path: &Path, at: usize, colon: usize, end: usize) -> Option<usize> {
        let colon = colon + usize::from(self.is_op(colon, "?"));
        if !self.profile.annotated || !self.is_op(colon, ":") || self.ends(colon + 1, end) {
            return None;
        }
        let equals = self.type_end(colon + 1, end, true);
        if self.ends(equals, end) || !self.op_in(equals, self.profile.assign) {
            return None;
        }
        let (value, next) = self.expression(equals + 1, end)?;
        let span = self.span_of(at, next);
        self.facts.assigns.push(Assign { target: path.clone(), value, span });
        Some(next)
    }

    /// `a, b = x, y`, and `a, err := f()` where the first name takes the value.
    fn parallel_assignment(&mut self, first: Path, at: usize, comma: usize, end: usize) -> usize {
        // Targets are told apart before any is read, so that nothing is read twice.
        let mut starts = Vec::new();
        let mut i = comma;
        while self.is_op(i, ",") && starts.len() < 16 && i < end {
            let Some(next) = self.target_end(i + 1, end) else { return comma };
            starts.push(i + 1);
            i = next;
        }
        if i >= end || !self.op_in(i, self.profile.assign) {
            return comma;
        }
        let mut targets = vec![first];
        for start in starts {
            let Some((Value { kind: ValueKind::Ref(path), .. }, _)) = self.operand(start, i) else { break };
            targets.push(path);
        }
        let mut values = Vec::new();
        let mut next = i;
        while values.len() < 16 && (next == i || self.is_op(next, ",")) {
            let Some((value, after)) = self.expression(next + 1, end) else { break };
            values.push(value);
            next = after;
        }
        if let [Value { kind: ValueKind::Map(items), .. }] = values.as_slice() {
            values = items.iter().map(|item| item.value.clone()).collect();
        }
        let span = self.span_of(at, next);
        // `a.b, a.c = pair()` writes to both members; what each gets of the one value is not known.
        let part = if let [value] = values.as_slice() { Some(Value::opaque(value.span)) } else { None };
        let mut values = values.into_iter();
        for target in targets {
            let value = values.next().or_else(|| part.clone().filter(|_| target.0.len() > 1));
            let Some(value) = value else { break };
            self.facts.assigns.push(Assign { target, value, span });
        }
        next.max(i + 1)
    }

    /// Index after the assignment target at `at`: `a`, `*a`, `a.b`, `a[b]`.
    fn target_end(&self, at: usize, end: usize) -> Option<usize> {
        let mut i = at + usize::from(self.op_in(at, self.profile.spread));
        if self.kind(i) != Some(Kind::Word) {
            return None;
        }
        i += 1;
        while i < end {
            if self.op_in(i, self.profile.path) && self.kind(i + 1) == Some(Kind::Word) {
                i += 2;
            } else if self.is_open(i, "[") {
                i = self.mate(i, end) + 1;
            } else {
                break;
            }
        }
        Some(i.min(end))
    }
}
