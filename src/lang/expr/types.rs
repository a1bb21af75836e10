//! Types: where they end.
//!
//! Owns the step over types and type arguments, which hold no value. The decision to know: a type is looked at for a
//! bounded number of tokens, and what is none ends where it starts.

use super::super::reader::Reader;
use super::super::token::Kind;

/// Words between types that leave a type unfinished.
const TYPE_WORDS: &[&str] = &["keyof", "typeof", "readonly", "extends", "infer", "unique", "asserts", "is", "new"];

impl Reader<'_> {
    /// Index after the type at `at`: `A.B<C>[]`, `{a: B} | null`, `keyof typeof a`, with `arrows` `(a: A) => B`.
    pub(in crate::lang) fn type_end(&self, at: usize, end: usize, arrows: bool) -> usize {
        let limit = end.min(at + 200);
        let (mut i, mut ended) = (at, false);
        while i < limit {
            let joins = self.op_in(i, &["|", "&"]) || arrows && self.is_op(i, "=>") || self.op_in(i, self.profile.path);
            if joins || self.word_in(i, TYPE_WORDS) {
                ended = false;
                i += 1;
            } else if ended && self.is_op(i, "<") {
                let Some(next) = self.type_arguments(i, end) else { return i };
                i = next;
            } else if self.is_open(i, "[") && (!ended || !self.tokens[i].nl)
                || (self.kind(i) == Some(Kind::Open) && !ended)
            {
                i = self.mate(i, end) + 1;
                ended = true;
            } else if ended {
                return i;
            } else if matches!(self.kind(i), Some(Kind::Word | Kind::Number)) || self.op_in(i, &["-", "?"]) {
                ended = !self.op_in(i, &["-", "?"]);
                i += 1;
            } else if self.kind(i) == Some(Kind::StrOpen) {
                i = self.mate(i, end) + 1;
                ended = true;
            } else {
                return i;
            }
        }
        i.min(end)
    }

    /// Index after the type arguments that `<` at `at` opens, if that is what it does.
    pub(in crate::lang) fn type_arguments(&self, at: usize, end: usize) -> Option<usize> {
        if !self.is_op(at, "<") {
            return None;
        }
        let (mut depth, mut i) = (0_usize, at);
        let limit = end.min(at + 100);
        while i < limit {
            match self.kind(i)? {
                Kind::Op => match self.str(i) {
                    "<" => depth += 1,
                    angles @ (">" | ">>" | ">>>") => {
                        depth = depth.checked_sub(angles.len())?;
                        if depth == 0 {
                            return Some(i + 1);
                        }
                    }
                    "," | "." | "|" | "&" | "?" | ":" | "::" | "=>" | "=" | "-" | "*" | "..." => (),
                    _ => return None,
                },
                Kind::Open | Kind::StrOpen => i = self.mate(i, end),
                Kind::Word | Kind::Number => (),
                _ => return None,
            }
            i += 1;
        }
        None
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
}
