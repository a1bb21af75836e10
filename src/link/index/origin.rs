//! Origins: where a value comes from.
//!
//! Owns the words for it. The decision to know: what nobody follows is unknown, which is an origin like the others.

use crate::span::Span;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A text in this file.
    Literal {
        /// The text.
        text: String,
        /// Between the quotes.
        span: Span,
    },
    /// An empty text or nothing.
    Blank {
        /// Where.
        span: Span,
    },
    /// An environment variable.
    Env {
        /// Its name.
        name: String,
        /// Where it is read.
        span: Span,
    },
    /// A parameter of the function around, or a member of one.
    Param {
        /// Its name, or the dotted path to the member.
        name: String,
        /// What callers know the function by: its name, or that of the class it makes; empty for none.
        function: String,
        /// The parameter's place among those that callers fill, from 0.
        index: usize,
        /// Where it is used.
        span: Span,
    },
    /// A name this file does not define: a setting, a field, a record's column.
    Name {
        /// The dotted path, or that of a call with its text arguments.
        dotted: String,
        /// Where it is used.
        span: Span,
    },
    /// Computed in a way nobody follows.
    Unknown {
        /// Where.
        span: Span,
    },
}

impl Origin {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Literal { span, .. }
            | Self::Blank { span }
            | Self::Env { span, .. }
            | Self::Param { span, .. }
            | Self::Name { span, .. }
            | Self::Unknown { span } => *span,
        }
    }

    /// The name it is read from, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Env { name, .. } | Self::Param { name, .. } => Some(name),
            Self::Name { dotted, .. } => Some(dotted),
            _ => None,
        }
    }
}
