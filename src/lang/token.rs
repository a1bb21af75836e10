//! Tokens and the token tree.
//!
//! Owns the flat form of a lexed file. It knows no language. The decision to know: the tree is not nested data but an
//! index, `mate`, from every opening token to its closing one and back, so that hostile depth costs nothing to build,
//! walk or drop.

use crate::span::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword, with the sigils the language allows.
    Word,
    /// A number.
    Number,
    /// An operator or separator.
    Op,
    /// `(`, `[`, `{`, or a construct that opens a group.
    Open,
    /// The counterpart of [`Kind::Open`].
    Close,
    /// The opening of a string; `mate` is its [`Kind::StrClose`].
    StrOpen,
    /// A run of text inside a string.
    StrText,
    /// The end of a string.
    StrClose,
    /// `#{`, `${`, `{` inside a string.
    InterpOpen,
    /// The end of an interpolation.
    InterpClose,
    /// A literal that carries no text of interest: regular expression, character.
    Literal,
    /// A symbol or atom (`:name`), without its colon.
    Symbol,
    /// Text between markup: HTML around PHP, JSX children.
    Raw,
}

/// A token: a kind, a byte range and its place in the tree.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// A line break stands between this token and the one before.
    pub nl: bool,
    /// A blank, comment or line break stands before.
    pub sp: bool,
    /// How the text of a string is to be read; an index into the lexer's string forms.
    pub form: u8,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Opening and closing tokens point at each other; an unclosed one points at the end of the stream. Other tokens
    /// point at themselves.
    pub mate: u32,
}

impl Token {
    /// Its bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }
}

/// What the lexer makes of a file.
#[derive(Debug, Default)]
pub struct Lexed {
    /// Tokens in reading order: a heredoc's body follows its opening, wherever it stands in the file.
    pub tokens: Vec<Token>,
    /// Comments, markers included, in file order.
    pub comments: Vec<Span>,
    /// Whether brackets nested past [`MAX_DEPTH`]; deeper ones are read as one flat run.
    pub too_deep: bool,
}

/// Brackets and strings nested deeper than this are no longer told apart. Real code stays under 40.
pub const MAX_DEPTH: usize = 256;

impl Lexed {
    /// Spans of string literals, quotes included, in reading order. A heredoc's span is that of its opening.
    pub fn strings(&self) -> impl Iterator<Item = Span> {
        self.tokens.iter().filter(|token| token.kind == Kind::StrOpen).map(|token| {
            let close = self.tokens.get(token.mate as usize).filter(|close| close.end >= token.end);
            match close {
                Some(close) if close.start >= token.start => token.span().to(close.span()),
                _ => token.span(),
            }
        })
    }

    /// Strings that are a whole line's statement outside of brackets, quotes included.
    pub fn docstrings(&self) -> impl Iterator<Item = Span> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Some(token) = self.tokens.get(at) {
                let start = at;
                let opens = matches!(token.kind, Kind::Open | Kind::StrOpen | Kind::InterpOpen);
                at = if opens { (token.mate as usize).max(at) + 1 } else { at + 1 };
                let close = self.tokens.get(at - 1).filter(|_| token.kind == Kind::StrOpen);
                let alone = (start == 0 || token.nl) && self.tokens.get(at).is_none_or(|next| next.nl);
                if let Some(close) = close.filter(|_| alone) {
                    return Some(token.span().to(close.span()));
                }
            }
            None
        })
    }
}
