//! The reader: from a token tree to facts, statements and scopes first.
//!
//! Owns the walk over statements, definitions and assignments; expressions are in `expr`. It knows no
//! vendor. The decision to know: it reads islands. What it recognises becomes a fact, what it does not is stepped over
//! token by token, and every group it did not need is queued and read as statements later. So nothing recurses over
//! the depth of the input, every call in a file is met once, and broken code costs only its own facts.

use std::collections::HashSet;

use super::profile::Profile;
use super::token::{Kind, Lexed, Token};
use crate::facts::{Assign, CallId, Def, DefKind, Facts, Import, Name, Note, Param, Path, Value, ValueKind};
use crate::span::Span;

/// Reads an operand a table cannot say: given the index of its first token and the end, the value and the index after.
pub type OperandHook = fn(&mut Reader<'_>, usize, usize) -> Option<(Value, usize)>;

/// The reader's state, open to the hooks of a profile.
pub struct Reader<'a> {
    /// The file's text.
    pub text: &'a [u8],
    /// Its tokens.
    pub tokens: &'a [Token],
    /// The language.
    pub profile: &'a Profile,
    /// What was read so far.
    pub facts: Facts,
    /// For words that open a block, the index after the block's end; see [`Profile::blocks`].
    pub block_end: Vec<(usize, usize)>,
    /// Names the file itself gives a value, where a language reads all others from the environment; filled by
    /// [`Profile::blocks`].
    pub known: HashSet<&'a str>,
    /// The text the tokens cover and where it starts, when all of it is UTF-8.
    valid: Option<(&'a str, usize)>,
    /// How deep the expression at hand is.
    pub(super) depth: usize,
    /// How many more tokens may be looked at to find the ends of commands, all in all.
    pub(super) steps: usize,
    queue: Vec<(usize, usize)>,
}

/// Expressions nested deeper than this are read as statements of their own.
pub(super) const MAX_NESTING: usize = 128;

/// Reads the facts of a lexed file.
#[must_use]
pub fn read(text: &[u8], lexed: &Lexed, profile: &Profile) -> Facts {
    let mut reader = Reader::new(text, &lexed.tokens, profile);
    reader.queue(0, lexed.tokens.len());
    let mut facts = reader.finish();
    if lexed.too_deep {
        facts.notes.push(Note::TooDeep);
    }
    facts
}

impl<'a> Reader<'a> {
    /// A reader that has read nothing yet and has nothing queued.
    #[must_use]
    pub fn new(text: &'a [u8], tokens: &'a [Token], profile: &'a Profile) -> Self {
        let (facts, block_end, queue) = (Facts::default(), Vec::new(), Vec::new());
        let known = HashSet::new();
        // A heredoc's body stands behind tokens that are read after it.
        let start = tokens.iter().map(|token| token.start as usize).min().unwrap_or_default();
        let end = tokens.iter().map(|token| token.end as usize).max().unwrap_or_default();
        let valid = text.get(start..end).and_then(|text| Some((std::str::from_utf8(text).ok()?, start)));
        let mut reader =
            Self { text, tokens, profile, facts, block_end, known, valid, depth: 0, steps: 32 * tokens.len(), queue };
        (profile.blocks)(&mut reader);
        reader.block_end.sort_unstable();
        reader
    }

    /// Reads what is queued. Returns all that was read.
    #[must_use]
    pub fn finish(mut self) -> Facts {
        while let Some((start, end)) = self.queue.pop() {
            self.depth = 0;
            self.statements(start, end);
        }
        self.facts
    }

    /// The token's text; empty past the end.
    #[must_use]
    pub fn str(&self, index: usize) -> &'a str {
        let Some(token) = self.tokens.get(index) else { return "" };
        match self.valid {
            Some((text, start)) => text.get(token.start as usize - start..token.end as usize - start).unwrap_or(""),
            None => std::str::from_utf8(token.span().of(self.text)).unwrap_or(""),
        }
    }

    /// The token's kind.
    #[must_use]
    pub fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// Whether the token is this word.
    #[must_use]
    pub fn is_word(&self, index: usize, word: &str) -> bool {
        self.kind(index) == Some(Kind::Word) && self.str(index) == word
    }

    /// Whether the token is this operator.
    #[must_use]
    pub fn is_op(&self, index: usize, op: &str) -> bool {
        self.kind(index) == Some(Kind::Op) && self.str(index) == op
    }

    /// Whether the token opens this bracket.
    #[must_use]
    pub fn is_open(&self, index: usize, bracket: &str) -> bool {
        self.kind(index) == Some(Kind::Open) && self.str(index) == bracket
    }

    /// Whether the token is a word of this list.
    #[must_use]
    pub fn word_in(&self, index: usize, words: &[&str]) -> bool {
        self.kind(index) == Some(Kind::Word) && words.contains(&self.str(index))
    }

    /// Whether the token is an operator of this list.
    #[must_use]
    pub fn op_in(&self, index: usize, ops: &[&str]) -> bool {
        self.kind(index) == Some(Kind::Op) && ops.contains(&self.str(index))
    }

    /// The index of the token that closes the group opened at `index`, at most `end`.
    #[must_use]
    pub fn mate(&self, index: usize, end: usize) -> usize {
        self.tokens.get(index).map_or(end, |token| (token.mate as usize).clamp(index, end.max(index)))
    }

    /// The token's span; an empty one past the end.
    #[must_use]
    pub fn span(&self, index: usize) -> Span {
        self.tokens.get(index).map_or(Span::new(self.text.len(), self.text.len()), Token::span)
    }

    /// From the first token of `start..end` to the last. Heredocs make token order differ from file order.
    #[must_use]
    pub fn span_of(&self, start: usize, end: usize) -> Span {
        let first = self.span(start);
        if end <= start { Span::new(first.start, first.start) } else { first.to(self.span(end - 1)) }
    }

    /// The token as a name.
    #[must_use]
    pub fn name(&self, index: usize) -> Name {
        Name { text: self.str(index).to_owned(), span: self.span(index) }
    }

    /// Whether a statement ends before the token at `index`.
    #[must_use]
    pub fn ends(&self, index: usize, end: usize) -> bool {
        index >= end || self.is_op(index, ";") || (self.profile.newline_ends && self.tokens[index].nl)
    }

    /// Has `start..end` read as statements later.
    pub fn queue(&mut self, start: usize, end: usize) {
        if start < end {
            self.queue.push((start, end));
        }
    }

    /// The index after the block that the word at `index` opens, where the language's blocks were found beforehand.
    #[must_use]
    pub fn block_after(&self, index: usize) -> Option<usize> {
        let at = self.block_end.binary_search_by_key(&index, |block| block.0).ok()?;
        Some(self.block_end[at].1)
    }

    /// Reads everything in `start..end` as statements.
    pub fn statements(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            at = self.statement(at, end).max(at + 1);
        }
    }

    /// Whether the word at `index` decorates the one after it.
    #[must_use]
    pub fn modifies(&self, index: usize, end: usize) -> bool {
        let next = index + 1;
        self.word_in(index, self.profile.modifiers)
            && next < end
            && !self.tokens[next].nl
            && (self.kind(next) == Some(Kind::Word) || self.is_op(next, "*") || self.is_op(next, "@"))
            && !self.word_in(next, self.profile.stop)
            && !self.word_in(next, self.profile.either)
            && !self.word_in(next, super::expr::CASTS)
    }

    fn statement(&mut self, at: usize, end: usize) -> usize {
        if let Some(next) = (self.profile.statement)(self, at, end) {
            return next;
        }
        match self.tokens[at].kind {
            Kind::Open => {
                let close = self.mate(at, end);
                // What is given back is a map, not a block.
                let after = |word: &str| at > 0 && self.kind(at - 1) == Some(Kind::Word) && self.str(at - 1) == word;
                let given = after("return") && !self.tokens[at].nl;
                if self.is_open(at, "{") && !given {
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
        if matches!(
            value.kind,
            ValueKind::Str(_) | ValueKind::Concat(_) | ValueKind::Map(_) | ValueKind::Either(_) | ValueKind::Base64(_)
        ) {
            self.facts.results.push(value);
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
        for (target, value) in targets.into_iter().zip(values) {
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

    // Definitions.

    /// `class Name … { … }`, or up to the block's end where the language closes it with a word or by indentation.
    pub fn container(&mut self, at: usize, end: usize) -> usize {
        let named = self.kind(at + 1) == Some(Kind::Word) && !self.word_in(at + 1, self.profile.stop);
        let name = named.then(|| self.name(at + 1));
        let Some((start, stop)) = self.body(at, end) else { return at + 1 };
        // What it extends may be computed: `class A extends mix(B) {`.
        self.queue(at + 2, start.saturating_sub(1));
        let body = self.span_of(start, stop);
        self.facts.defs.push(Def { name, kind: DefKind::Container, params: Vec::new(), body, of: None });
        self.queue(start, stop);
        stop.max(at + 1)
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
            let next = self.expression(value + 1, end).map_or(value + 1, |(_, next)| next);
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

    /// The index after the type arguments that open at `at`: `<A, B<C>, D[]>`. `None` when they are none.
    #[must_use]
    pub fn generics_end(&self, at: usize, end: usize) -> Option<usize> {
        if !self.is_op(at, "<") {
            return None;
        }
        let mut depth = 0usize;
        let mut i = at;
        while i < end.min(at + 64) {
            match self.kind(i)? {
                Kind::Op => match self.str(i) {
                    "<" => depth += 1,
                    ">" => depth = depth.checked_sub(1)?,
                    ">>" => depth = depth.checked_sub(2)?,
                    ">>>" => depth = depth.checked_sub(3)?,
                    "," | "." | "::" | "?" | "&" | "'" | "|" | "*" | "+" | ":" | "=" | "->" => (),
                    _ => return None,
                },
                Kind::Open if !self.is_open(i, "{") => i = self.mate(i, end),
                Kind::Word | Kind::Number | Kind::Literal => (),
                _ => return None,
            }
            i += 1;
            if depth == 0 {
                return Some(i);
            }
        }
        None
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
    fn is_bare_method(&self, id: CallId, before: usize, at: usize) -> bool {
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

    fn bare_method(&mut self, id: CallId, at: usize, brace: usize, end: usize) -> usize {
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

    /// Index of the comma that ends the item at `at`, or `end`.
    #[must_use]
    pub fn item_end(&self, at: usize, end: usize) -> usize {
        let mut i = at;
        while i < end && !self.is_op(i, ",") {
            // Commas between type arguments end nothing: `new Map<A, B>()`, `x.<A, B>f()`.
            let typed = i > at + 1 && self.profile.new.is_some_and(|new| self.is_word(i - 2, new));
            if let Some(after) =
                (i > at && (typed || self.op_in(i - 1, self.profile.path))).then(|| self.generics_end(i, end)).flatten()
            {
                i = after;
                continue;
            }
            let opens = matches!(self.tokens[i].kind, Kind::Open | Kind::StrOpen | Kind::InterpOpen);
            i = if opens { self.mate(i, end) + 1 } else { i + 1 };
        }
        i.min(end)
    }

    /// Records an import.
    pub fn import(&mut self, module: Name, member: Option<Name>, local: Option<Name>, span: Span) {
        self.facts.imports.push(Import { module, member, local, span });
    }

    /// The decoded text of the plain string at `index` as a name, quotes left out of its span.
    #[must_use]
    pub fn string_name(&self, index: usize) -> Option<Name> {
        if self.kind(index) != Some(Kind::StrOpen) {
            return None;
        }
        let close = self.mate(index, self.tokens.len());
        let text = super::strings::decode(self.text_between(index, close)?.of(self.text), self.tokens[index].form);
        Some(Name { text, span: self.text_between(index, close)? })
    }

    /// The span of a string's text when it is one run.
    fn text_between(&self, open: usize, close: usize) -> Option<Span> {
        match close.checked_sub(open)? {
            1 => Some(Span::new(self.span(open).end, self.span(open).end)),
            2 if self.kind(open + 1) == Some(Kind::StrText) => Some(self.span(open + 1)),
            _ => None,
        }
    }
}
