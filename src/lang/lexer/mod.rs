//! The lexer engine: one loop for every language.
//!
//! Owns the context stack (code, strings, heredocs, islands) and turns bytes into [`Lexed`]. It knows what a profile
//! tells it and nothing of meaning. The decision to know: there is no recursion and no backward scan, each byte is
//! looked at a bounded number of times, and every input lexes to something: an unclosed string or bracket simply ends
//! where the file does.

mod brackets;
mod comments;
mod strings;

pub use strings::{character, delimiters};

use std::collections::HashMap;

use super::profile::{Escape, Profile, StringForm};
use super::token::{Kind, Lexed, Token};
use crate::span::Span;

/// What the lexer is inside of.
#[derive(Clone, Copy)]
pub enum Context {
    /// Code up to the bracket that closes it.
    Code {
        /// Index of the opening token.
        open: u32,
        /// The closing byte.
        close: u8,
        /// Whether this is an interpolation, which gives back to a string.
        interp: bool,
    },
    /// A string.
    Str {
        /// Index of its opening token.
        open: u32,
        /// How it is written.
        form: StringForm,
        /// The byte that nests its end (`%w[a [b]]`), and how deep.
        nest: Option<(u8, u32)>,
    },
    /// A heredoc's body.
    Heredoc {
        /// Index of its opening token.
        open: u32,
        /// How its text is written.
        form: StringForm,
        /// First byte of its last line.
        end: u32,
        /// Where that line's terminator ends.
        after: u32,
        /// Where lexing goes on.
        resume: u32,
    },
    /// A region a language lexes by itself.
    Island {
        /// Index of its opening token.
        open: u32,
        /// Reads one piece; pops the context when it is over.
        step: fn(&mut Lexer<'_>),
        /// Free for the language.
        state: u32,
    },
}

/// The engine's state, open to the hooks of a profile.
pub struct Lexer<'a> {
    /// The file's text.
    pub text: &'a [u8],
    /// The next byte.
    pub pos: usize,
    /// One past the last byte to lex.
    pub end: usize,
    /// What was read so far.
    pub tokens: Vec<Token>,
    /// The language.
    pub profile: &'a Profile,
    /// What the lexer is inside of, innermost last.
    pub stack: Vec<Context>,
    comments: Vec<Span>,
    /// The first bytes of comments and strings.
    openings: [bool; 256],
    /// Open `(`, `[`, `{` inside the innermost string.
    open: [u32; 3],
    saved: Vec<[u32; 3]>,
    /// Where to go on at the end of this line, past the heredocs that started on it.
    jump: Option<usize>,
    lines: Option<HashMap<&'a [u8], Vec<usize>>>,
    nl: bool,
    sp: bool,
    too_deep: bool,
}

/// Lexes `text[range]`; spans are offsets into `text`.
#[must_use]
pub fn lex(text: &[u8], range: Span, profile: &Profile, start: Option<Context>) -> Lexed {
    let end = range.end.min(text.len()).min(u32::MAX as usize);
    let mut lexer = Lexer {
        text,
        pos: range.start.min(end),
        end,
        tokens: Vec::with_capacity(range.len() / 5),
        profile,
        stack: start.into_iter().collect(),
        comments: Vec::new(),
        openings: openings(profile),
        open: [0; 3],
        saved: Vec::new(),
        jump: None,
        lines: None,
        nl: true,
        sp: true,
        too_deep: false,
    };
    lexer.run();
    let last = lexer.tokens.len() as u32;
    for (index, token) in lexer.tokens.iter_mut().enumerate() {
        if matches!(token.kind, Kind::Open | Kind::StrOpen | Kind::InterpOpen) && token.mate == index as u32 {
            token.mate = last;
        }
    }
    Lexed { tokens: lexer.tokens, comments: lexer.comments, too_deep: lexer.too_deep }
}

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        loop {
            if self.pos >= self.end && !matches!(self.stack.last(), Some(Context::Heredoc { .. })) {
                break;
            }
            let before = (self.pos, self.tokens.len(), self.stack.len());
            match self.stack.last().copied() {
                Some(Context::Str { form, nest, .. }) => self.string_piece(form, nest),
                Some(Context::Heredoc { form, end, .. }) => self.heredoc_piece(form, end as usize),
                Some(Context::Island { step, .. }) => step(self),
                Some(Context::Code { .. }) | None => self.code(),
            }
            // A step of a language that reads nothing would be taken for ever.
            if before == (self.pos, self.tokens.len(), self.stack.len()) {
                debug_assert!(false, "a step at byte {} reads nothing", self.pos);
                self.pos += 1;
            }
        }
    }

    fn code(&mut self) {
        let byte = self.text[self.pos];
        match byte {
            b'\n' => self.line_break(),
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
                let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c);
                self.pos += self.text[self.pos..self.end].iter().take_while(blank).count();
                self.sp = true;
            }
            b'\\' if self.line_continues() => (),
            _ => {
                let opens = self.openings[usize::from(byte)];
                if self.hashbang() || (self.profile.literal)(self) || opens && self.comment() {
                    return;
                }
                if let Some(form) = opens.then(|| self.string_form()).flatten() {
                    self.open_string(*form, form.open.len(), None);
                } else if self.word_start(byte) {
                    self.word();
                } else if byte.is_ascii_digit() {
                    self.number();
                } else if matches!(byte, b'(' | b'[' | b'{') {
                    self.bracket_open(byte);
                } else if matches!(byte, b')' | b']' | b'}') {
                    self.bracket_close(byte);
                } else {
                    let len = self.operator();
                    self.push(Kind::Op, self.pos + len);
                }
            }
        }
    }

    /// Moves past a line break, and past the bodies of heredocs that began on the line.
    pub fn line_break(&mut self) {
        self.pos = self.jump.take().filter(|&jump| jump > self.pos).unwrap_or(self.pos + 1);
        self.nl = true;
        self.sp = true;
    }

    fn line_continues(&mut self) -> bool {
        let rest = &self.text[self.pos + 1..self.end];
        let len = match rest {
            [b'\r', b'\n', ..] => 3,
            [b'\n', ..] => 2,
            _ => return false,
        };
        self.pos += len;
        self.sp = true;
        true
    }

    /// Offset of the line break at or after `from`, or the end.
    #[must_use]
    pub fn line_end(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.text[from..self.end]).map_or(self.end, |len| from + len)
    }

    /// Whether the text goes on with `word` here.
    #[must_use]
    pub fn at(&self, word: &str) -> bool {
        // Most fail at the first byte, which is cheaper to compare here than in a call.
        let (rest, word) = (&self.text[self.pos..self.end], word.as_bytes());
        rest.first() == word.first() && rest.starts_with(word)
    }

    /// The byte `ahead` of the next one; 0 past the end.
    #[must_use]
    pub fn peek(&self, ahead: usize) -> u8 {
        let at = self.pos + ahead;
        if at < self.end { self.text[at] } else { 0 }
    }

    /// Whether `byte` may start a word.
    #[must_use]
    pub fn word_start(&self, byte: u8) -> bool {
        byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 || self.profile.word_start.contains(&byte)
    }

    /// Whether `byte` may go on in a word.
    #[must_use]
    pub fn word_part(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 || self.profile.word_part.contains(&byte)
    }

    /// Offset after the word that starts at `from`.
    #[must_use]
    pub fn word_end(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.end && self.word_part(self.text[at]) {
            at += 1;
        }
        at
    }

    fn word(&mut self) {
        let end = self.word_end(self.pos + 1);
        self.push(Kind::Word, end);
    }

    fn number(&mut self) {
        let mut at = self.pos + 1;
        while at < self.end {
            let byte = self.text[at];
            let exponent =
                matches!(byte, b'+' | b'-') && matches!(self.text[at - 1], b'e' | b'E') && self.text[self.pos] != b'0';
            let point = byte == b'.' && self.text.get(at + 1).is_some_and(u8::is_ascii_digit) && at + 1 < self.end;
            if byte.is_ascii_alphanumeric() || byte == b'_' || exponent || point {
                at += 1;
            } else {
                break;
            }
        }
        self.push(Kind::Number, at);
    }

    fn operator(&self) -> usize {
        let long = self.profile.operators.iter().find(|operator| self.at(operator));
        long.map_or(1, |operator| operator.len())
    }

    /// Appends a token from here to `end` and moves there. Returns its index.
    pub fn push(&mut self, kind: Kind, end: usize) -> u32 {
        let index = self.tokens.len() as u32;
        let (start, end) = (self.pos as u32, end.min(self.end) as u32);
        let joined = match self.stack.last() {
            Some(Context::Code { close, .. }) => {
                self.profile.brackets_join || self.profile.parens_join && *close != b'}'
            }
            _ => false,
        };
        self.tokens.push(Token { kind, nl: self.nl && !joined, sp: self.sp, form: 0, start, end, mate: index });
        self.pos = end as usize;
        self.nl = false;
        self.sp = false;
        index
    }

    /// Closes the group that the token `open` opened with a token of `len` bytes.
    pub fn close(&mut self, open: u32, len: usize) {
        let close = self.push(Kind::Close, self.pos + len);
        self.mate(open, close);
    }

    fn mate(&mut self, open: u32, close: u32) {
        self.tokens[open as usize].mate = close;
        self.tokens[close as usize].mate = open;
    }

    /// Whether the last token ends a value, so that an operator follows rather than a literal.
    #[must_use]
    pub fn after_value(&self) -> bool {
        let Some(last) = self.tokens.last() else { return false };
        match last.kind {
            Kind::Number | Kind::StrClose | Kind::Close | Kind::Literal | Kind::Symbol => true,
            Kind::Word => {
                let word = last.span().of(self.text);
                !self.profile.operator_words.iter().any(|operator| operator.as_bytes() == word)
            }
            _ => false,
        }
    }

    /// The text of the last token, empty when there is none.
    #[must_use]
    pub fn last_text(&self) -> &'a [u8] {
        self.tokens.last().map_or(b"", |token| token.span().of(self.text))
    }

    /// Whether a line break or a blank was passed since the last token.
    #[must_use]
    pub fn gap(&self) -> (bool, bool) {
        (self.nl, self.sp)
    }
}

fn openings(profile: &Profile) -> [bool; 256] {
    let blocks = profile.block_comments.iter().map(|(open, ..)| open);
    let strings = profile.strings.iter().map(|form| &form.open);
    let mut openings = [false; 256];
    for first in profile.line_comments.iter().chain(blocks).chain(strings).filter_map(|open| open.bytes().next()) {
        openings[usize::from(first)] = true;
    }
    openings
}

/// How a language ends its heredocs.
#[derive(Clone, Copy)]
pub struct Heredoc {
    /// Whether blanks may stand before the terminator.
    pub indented: bool,
    /// Whether the code goes on behind the terminator, rather than behind the opening.
    pub inline: bool,
    /// Whether the terminator's line may end like this.
    pub ends: fn(rest: &[u8]) -> bool,
}

/// Offset after the backslash at `at` and what it escapes; a line break of two bytes is one.
fn escaped(text: &[u8], at: usize) -> usize {
    if text[at + 1..].starts_with(b"\r\n") { at + 3 } else { at + 2 }
}

fn line_end(text: &[u8], from: usize, end: usize) -> usize {
    memchr::memchr(b'\n', &text[from..end]).map_or(end, |len| from + len)
}

/// Where each line's first word stands, by that word.
fn first_words(text: &[u8], end: usize) -> HashMap<&[u8], Vec<usize>> {
    let mut words: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut line = 0;
    while line < end {
        let stop = line_end(text, line, end);
        let blank = text[line..stop].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = line + blank;
        let word = first_word(&text[start..stop]);
        if !word.is_empty() {
            words.entry(word).or_default().push(start);
        }
        line = stop + 1;
    }
    words
}

/// The run of letters a line starts with, else its first byte.
fn first_word(line: &[u8]) -> &[u8] {
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80;
    let len = line.iter().take_while(part).count();
    &line[..len.max(1).min(line.len())]
}

fn slot(byte: u8) -> usize {
    match byte {
        b')' => 0,
        b']' => 1,
        _ => 2,
    }
}

/// The escape rule of strings in double quotes that escape by doubling, as kept in a token.
const DOUBLED_QUOTES: u8 = 6;

/// The escape rule as kept in a token.
pub(super) fn escape_code(escape: Escape) -> u8 {
    match escape {
        Escape::None => 0,
        Escape::Backslash => 1,
        Escape::Quote => 2,
        Escape::Doubled => 3,
        Escape::Raw => 4,
        Escape::Dollar => 5,
        Escape::Backquote => 6,
    }
}
