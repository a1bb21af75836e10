//! Definitions: containers, functions and their parameters.
//!
//! Owns the scopes a file opens. The decision to know: a body is queued, not read on the spot, so that definitions inside
//! definitions cost no stack.

use super::super::token::Kind;
use super::Reader;
use crate::facts::{Assign, CallId, Def, DefKind, Param, Path, Value, ValueKind};

impl Reader<'_> {
    /// `class Name … { … }`, or up to the block's end where the language closes it with a word or by indentation.
    pub fn container(&mut self, at: usize, end: usize) -> usize {
        let named = self.kind(at + 1) == Some(Kind::Word) && !self.word_in(at + 1, self.profile.stop);
        let name = named.then(|| self.name(at + 1));
        let Some((start, stop)) = self.body(at, end) else { return at + 1 };
        if let (Some(name), Some(base)) = (&name, self.base(at + 2, stop)) {
            // Whoever makes the class makes its base: it is another name for it.
            let (target, span) = (Path::single(name.clone()), name.span.to(base.span()));
            let value = Value { span: base.span(), kind: ValueKind::Ref(base) };
            self.facts.assigns.push(Assign { target, value, span });
        }
        // What it extends may be computed: `class A extends mix(B) {`.
        self.queue(at + 2, start.saturating_sub(1));
        let body = self.span_of(start, stop);
        self.facts.defs.push(Def { name, kind: DefKind::Container, params: Vec::new(), body, of: None });
        self.queue(start, stop);
        stop.max(at + 1)
    }

    /// What a container extends, between its name and its body: `< Base`, `extends Base`, `: Base`, `(Base)`.
    fn base(&self, at: usize, end: usize) -> Option<Path> {
        let mut i = self.type_arguments(at, end).unwrap_or(at);
        let named = |i: usize| self.op_in(i, &["<", ":"]) || self.is_word(i, "extends");
        let over = |i: usize| self.is_open(i, "{") || self.ends(i, end);
        if !self.is_open(i, "(") || self.block_after(at - 2).is_none() {
            // No header is longer than this.
            i = (i..end.min(i + 64)).take_while(|&i| !over(i)).find(|&i| named(i))?;
        }
        let mut path = Path::default();
        i += 1 + usize::from(self.leads_path(i + 1));
        while self.kind(i) == Some(Kind::Word) && i < end && path.0.len() < 8 {
            path.0.push(self.name(i));
            i += if self.op_in(i + 1, self.profile.path) { 2 } else { end };
        }
        (!path.0.is_empty()).then_some(path)
    }

    /// `def name(params) …`, `function name(params) { … }`, `fn name<T>(params) { … }`
    pub fn function(&mut self, at: usize, end: usize) -> usize {
        let mut i = at + 1;
        if self.op_in(i, &["*", "&"]) {
            i += 1;
        }
        let mut name = None;
        while self.kind(i) == Some(Kind::Word) && i < end {
            name = Some(self.name(i));
            i += 1;
            if !self.op_in(i, self.profile.path) || self.ends(i, end) {
                break;
            }
            i += 1;
        }
        i = self.generics_end(i, end).unwrap_or(i);
        let value = if self.is_open(i, "(") { self.mate(i, end) + 1 } else { i };
        let params = if self.is_open(i, "(") {
            let close = self.mate(i, end);
            let params = self.params(i + 1, close);
            // What an unclosed parenthesis would swallow is read as the body.
            i = if close < end { close + 1 } else { i + 1 };
            params
        } else if self.is_op(value, "=") {
            Vec::new()
        } else if self.profile.newline_ends && self.profile.commands {
            let stop = (i..end).find(|&j| self.ends(j, end)).unwrap_or(end);
            let params = self.params(i, stop);
            i = stop.saturating_sub(1);
            params
        } else {
            Vec::new()
        };
        // The body may be a value: `def name(params) = value`.
        if self.is_op(value, "=") && self.block_after(at).is_none() {
            let id = self.facts.defs.len();
            let body = self.span_of(at, value);
            self.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
            let next = self.returned(value + 1, end).unwrap_or(value + 1);
            self.facts.defs[id].body = self.span_of(at, next);
            return next;
        }
        let Some((start, stop)) = self.body(at, end) else { return i.max(at + 1) };
        let start = start.max(at + 1);
        let body = self.span(at).to(self.span_of(start, stop));
        self.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
        self.queue(start.max(i), stop);
        stop.max(i + 1)
    }

    /// The token range of the body opened at `at`.
    #[must_use]
    pub fn body(&self, at: usize, end: usize) -> Option<(usize, usize)> {
        if let Some(after) = self.block_after(at) {
            return Some((at + 1, after.min(end)));
        }
        let mut i = at + 1;
        while i < end && i < at + 400 {
            if self.is_open(i, "{") {
                return Some((i + 1, self.mate(i, end)));
            }
            if self.is_op(i, ";") || self.kind(i) == Some(Kind::Close) {
                return None;
            }
            // Braces of a type are not the body: `f(): Promise<{a: B}> {`.
            if self.profile.annotated && self.is_op(i, ":") {
                i = self.type_end(i + 1, end, true).max(i + 1);
                continue;
            }
            if let Some(next) = self.type_arguments(i, end).filter(|_| self.profile.generics) {
                i = next;
                continue;
            }
            i = if self.kind(i) == Some(Kind::Open) { self.mate(i, end) + 1 } else { i + 1 };
        }
        None
    }

    /// A call followed by a brace is a definition when its name is a plain word and its arguments could be parameters.
    pub(super) fn is_bare_method(&self, id: CallId, before: usize, at: usize) -> bool {
        let call = &self.facts.calls[id];
        id == before
            && self.kind(at) == Some(Kind::Word)
            && call.path.0.len() == 1
            && call.receiver.is_none()
            && !call.new
            && !self.word_in(
                at,
                &["if", "for", "while", "switch", "catch", "with", "foreach", "elseif", "using", "lock", "match"],
            )
    }

    pub(super) fn bare_method(&mut self, id: CallId, at: usize, brace: usize, end: usize) -> usize {
        let open = (at..brace).find(|&i| self.is_open(i, "("));
        let Some(call) = self.facts.calls.pop() else { return brace };
        debug_assert_eq!(id, self.facts.calls.len());
        let params = open.map_or_else(Vec::new, |open| self.params(open + 1, self.mate(open, brace)));
        let close = self.mate(brace, end);
        let body = call.span.to(self.span(close));
        let name = call.path.0.into_iter().next();
        self.facts.defs.push(Def { name, kind: DefKind::Function, params, body, of: None });
        self.queue(brace + 1, close);
        close + 1
    }

    /// Parameters between `start` and `end`: names, and defaults where they have one.
    pub fn params(&mut self, start: usize, end: usize) -> Vec<Param> {
        let mut params = Vec::new();
        let mut at = start;
        while at < end && params.len() < 64 {
            let stop = self.item_end(at, end);
            // Names, types and attributes of one parameter are no longer than this.
            let head = stop.min(at + 64);
            let first = self.annotations(at, head);
            let value_at =
                (first..head).find(|&i| self.op_in(i, &["=", ":"]) && !(self.is_op(i, ":") && self.profile.annotated));
            let names = value_at.unwrap_or(head);
            let colon = (first..names).find(|&i| self.is_op(i, ":")).unwrap_or(names);
            let words = || {
                (first..colon).filter(|&i| {
                    self.kind(i) == Some(Kind::Word) && !self.word_in(i, self.profile.skip) && !self.modifies(i, colon)
                })
            };
            let name = if self.profile.param_first { words().next() } else { words().next_back() };
            if let Some(name) = name.and_then(|name| self.first_segment(name).0.pop()) {
                let default = value_at.and_then(|i| self.expression(i + 1, stop)).map(|(value, _)| value);
                params.push(Param { name, default });
            }
            at = stop + 1;
        }
        params
    }

    /// Index after the annotations (`@name(…)`) at `at`, which are read as statements later.
    fn annotations(&mut self, at: usize, end: usize) -> usize {
        let mut i = at;
        while i + 1 < end && self.is_op(i, "@") && self.kind(i + 1) == Some(Kind::Word) {
            i += 2;
            while self.op_in(i, self.profile.path) && i + 1 < end {
                i += 2;
            }
            if self.is_open(i, "(") && i < end {
                i = self.mate(i, end) + 1;
            }
        }
        self.queue(at, i.min(end));
        i.min(end)
    }
}
