//! The reader: from a token tree to facts, statements and scopes first.
//!
//! Owns the walk over statements, definitions and assignments; expressions are in `expr`. It knows no
//! vendor. The decision to know: it reads islands. What it recognises becomes a fact, what it does not is stepped over
//! token by token, and every group it did not need is queued and read as statements later. So nothing recurses over
//! the depth of the input, every call in a file is met once, and broken code costs only its own facts.

mod definitions;
mod statements;

use std::collections::HashSet;

use super::profile::Profile;
use super::token::{Kind, Lexed, Token};
use super::words::List;
use crate::facts::{Facts, Import, Name, Note, Value};
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
    /// How many more operands and statements may be read, all in all. What is read twice by its readers would else double
    /// with each level it is nested in.
    pub(super) fuel: usize,
    queue: Vec<(usize, usize)>,
    queued: HashSet<(usize, usize)>,
}

/// Expressions nested deeper than this are read as statements of their own.
pub(super) const MAX_NESTING: usize = 128;

/// Operands and statements read for each token, before a file is taken to be too tangled to go on. Real code takes up to
/// two.
const FUEL: usize = 16;

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
        let (facts, block_end, queue, queued) = (Facts::default(), Vec::new(), Vec::new(), HashSet::new());
        let (known, steps, fuel) = (HashSet::new(), 32 * tokens.len(), FUEL * (tokens.len() + 64));
        // A heredoc's body stands behind tokens that are read after it.
        let start = tokens.iter().map(|token| token.start as usize).min().unwrap_or_default();
        let end = tokens.iter().map(|token| token.end as usize).max().unwrap_or_default();
        let valid = text.get(start..end).and_then(|text| Some((std::str::from_utf8(text).ok()?, start)));
        let mut reader =
            Self { text, tokens, profile, facts, block_end, known, valid, depth: 0, steps, fuel, queue, queued };
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
        if self.fuel == 0 {
            self.facts.notes.push(Note::TooDeep);
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
        self.is(index, Kind::Word, word)
    }

    /// Whether the token is this operator.
    #[must_use]
    pub fn is_op(&self, index: usize, op: &str) -> bool {
        self.is(index, Kind::Op, op)
    }

    /// Whether the token opens this bracket.
    #[must_use]
    pub fn is_open(&self, index: usize, bracket: &str) -> bool {
        self.is(index, Kind::Open, bracket)
    }

    /// Whether the token is a word of this list.
    #[must_use]
    pub fn word_in(&self, index: usize, words: impl List) -> bool {
        self.is_in(index, Kind::Word, words)
    }

    /// Whether the token is an operator of this list.
    #[must_use]
    pub fn op_in(&self, index: usize, ops: impl List) -> bool {
        self.is_in(index, Kind::Op, ops)
    }

    fn is(&self, index: usize, kind: Kind, text: &str) -> bool {
        let such = |token: &&Token| token.kind == kind && token.span().len() == text.len();
        self.tokens.get(index).filter(such).is_some_and(|token| token.span().of(self.text) == text.as_bytes())
    }

    fn is_in(&self, index: usize, kind: Kind, list: impl List) -> bool {
        let token = self.tokens.get(index).filter(|token| token.kind == kind);
        token.is_some_and(|token| list.has(token.span().of(self.text)))
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

    /// Has `start..end` read as statements later, and only once.
    pub fn queue(&mut self, start: usize, end: usize) {
        if start < end && self.queued.insert((start, end)) {
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
        while at < end && self.burn() {
            at = self.statement(at, end).max(at + 1);
        }
    }

    /// Takes one step of those left; whether there was one.
    pub(super) fn burn(&mut self) -> bool {
        let left = self.fuel > 0;
        self.fuel = self.fuel.saturating_sub(1);
        left
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
