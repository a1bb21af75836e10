//! SQL's tokens.
//!
//! Owns quoting and comments of all dialects. The decision to know: tokens are made one by one, because the lines
//! after a `COPY` are no SQL.

use crate::span::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or name.
    Word,
    /// A name, or in some dialects a text, in `"…"`, `` `…` `` or `[…]`.
    Quoted,
    /// A text in `'…'` or `$$…$$`.
    Text,
    /// A number.
    Number,
    /// One byte of anything else.
    Sign,
}

/// A token; offsets are into the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Without its quotes.
    pub(super) content: Span,
    /// With its quotes.
    pub(super) whole: Span,
}

/// Makes tokens.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Comments, with their marks.
    pub(super) comments: Vec<Span>,
    /// Openings whose end was looked for in vain: it is not looked for again.
    endless: Vec<u8>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, comments: Vec::new(), endless: Vec::new() }
    }

    /// The rest of the line at hand.
    pub(super) fn line(&mut self) -> Option<Span> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let end = memchr::memchr(b'\n', rest).map_or(bytes.len(), |len| start + len);
        self.at = (end + 1).min(bytes.len());
        Some(Span::new(start, end))
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = &bytes[self.at..];
            let first = *rest.first()?;
            let comment = match rest {
                [b'-', b'-', ..] | [b'#', ..] => memchr::memchr(b'\n', rest).or(Some(rest.len())),
                [b'/', b'*', ..] => Some(memchr::memmem::find(rest, b"*/").map_or(rest.len(), |len| len + 2)),
                _ => None,
            };
            if let Some(len) = comment {
                self.comments.push(Span::new(self.at, self.at + len));
                self.at += len;
            } else if first.is_ascii_whitespace() {
                self.at += 1;
            } else {
                return Some(self.token(first, rest));
            }
        }
    }

    fn token(&mut self, first: u8, rest: &[u8]) -> Token {
        let start = self.at;
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'$' || *byte >= 0x80;
        let tried = !self.endless.contains(&first);
        let (kind, skip, len, all) = match first {
            b'\'' | b'"' | b'`' | b'[' | b'$' if !tried => (Kind::Sign, 0, 1, 1),
            b'\'' => quoted(Kind::Text, rest, b'\''),
            b'"' => quoted(Kind::Quoted, rest, b'"'),
            b'`' => quoted(Kind::Quoted, rest, b'`'),
            b'[' if rest.get(1).is_some_and(u8::is_ascii_alphabetic) => quoted(Kind::Quoted, rest, b']'),
            b'$' => dollar(rest).unwrap_or((Kind::Sign, 0, 1, 1)),
            byte if byte.is_ascii_digit() => {
                let len = rest.iter().take_while(|byte| word(byte) || **byte == b'.').count();
                (Kind::Number, 0, len, len)
            }
            byte if word(&byte) => {
                let len = rest.iter().take_while(|byte| word(byte)).count();
                (Kind::Word, 0, len, len)
            }
            _ => (Kind::Sign, 0, 1, 1),
        };
        let bracket = first == b'[' && rest.get(1).is_some_and(u8::is_ascii_alphabetic);
        if kind == Kind::Sign && tried && (bracket || matches!(first, b'\'' | b'"' | b'`' | b'$')) {
            self.endless.push(first);
        }
        self.at = start + all;
        Token { kind, content: Span::new(start + skip, start + skip + len), whole: Span::new(start, start + all) }
    }
}

/// A text that ends with `close`, which written twice or after a backslash stands for itself. Gives what it is, how
/// much to skip, how long its inside is, and how long all of it.
fn quoted(kind: Kind, rest: &[u8], close: u8) -> (Kind, usize, usize, usize) {
    let mut at = 1;
    while let Some(len) = memchr::memchr2(close, b'\\', rest.get(at..).unwrap_or_default()) {
        at += len;
        match (rest[at], rest.get(at + 1)) {
            (b'\\', Some(next)) if *next == close || *next == b'\\' => at += 2,
            (b'\\', _) => at += 1,
            (_, Some(next)) if *next == close => at += 2,
            _ => return (kind, 1, at - 1, at + 1),
        }
    }
    // Without an end it is a sign, so that the rest is read.
    (Kind::Sign, 0, 1, 1)
}

/// `$$…$$`, `$tag$…$tag$`
fn dollar(rest: &[u8]) -> Option<(Kind, usize, usize, usize)> {
    let tag = 1 + rest[1..].iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let mark = rest.get(..=tag).filter(|mark| mark.ends_with(b"$") && mark.len() > 1)?;
    let len = memchr::memmem::find(&rest[mark.len()..], mark)?;
    Some((Kind::Text, mark.len(), len, 2 * mark.len() + len))
}
