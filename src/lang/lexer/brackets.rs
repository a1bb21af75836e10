//! Brackets: the contexts they open and close.
//!
//! Owns how openings find their closings. The decision to know: a closing that fits none of the openings around is a
//! token of its own, and one that fits an outer opening closes those inside it.

use super::super::token::{Kind, MAX_DEPTH};
use super::{Context, Lexer, slot};

impl Lexer<'_> {
    pub(super) fn bracket_open(&mut self, byte: u8) {
        let open = self.push(Kind::Open, self.pos + 1);
        let close = match byte {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        };
        self.enter(open, close, false);
    }

    fn enter(&mut self, open: u32, close: u8, interp: bool) {
        if self.stack.len() >= MAX_DEPTH {
            self.too_deep = true;
            if !interp {
                return;
            }
        }
        if interp {
            self.saved.push(self.open);
            self.open = [0; 3];
        } else {
            self.open[slot(close)] += 1;
        }
        self.stack.push(Context::Code { open, close, interp });
    }

    pub(super) fn bracket_close(&mut self, byte: u8) {
        // An interpolation ends at the brace that has no partner inside it.
        if self.open[slot(byte)] == 0 {
            let interp = self.stack.iter().rposition(|context| matches!(context, Context::Code { interp: true, .. }));
            let ends = interp.is_some_and(|at| {
                matches!(self.stack[at], Context::Code { close, .. } if close == byte) && self.only_brackets_above(at)
            });
            if let (true, Some(at)) = (ends, interp) {
                self.stack.truncate(at + 1);
                let Some(Context::Code { open, .. }) = self.stack.pop() else { return };
                self.open = self.saved.pop().unwrap_or_default();
                let close = self.push(Kind::InterpClose, self.pos + 1);
                self.mate(open, close);
            } else {
                self.push(Kind::Op, self.pos + 1);
            }
            return;
        }
        // Unclosed brackets of the other kinds in between end here too.
        while let Some(Context::Code { open, close, .. }) = self.stack.pop() {
            self.open[slot(close)] = self.open[slot(close)].saturating_sub(1);
            if close == byte {
                let token = self.push(Kind::Close, self.pos + 1);
                self.mate(open, token);
                return;
            }
            self.tokens[open as usize].mate = self.tokens.len() as u32;
        }
    }

    /// Whether nothing but brackets lies on the stack above `at`; bounded by the depth limit.
    fn only_brackets_above(&self, at: usize) -> bool {
        self.stack[at + 1..].iter().all(|context| matches!(context, Context::Code { interp: false, .. }))
    }

    /// Enters code that `close` ends, opened by the token `open`, from inside a string or an island.
    pub fn enter_code(&mut self, open: u32, close: u8) {
        self.enter(open, close, true);
    }

    /// Enters a region that a language lexes by itself.
    pub fn enter_island(&mut self, island: Context) {
        self.too_deep |= self.stack.len() >= MAX_DEPTH;
        self.stack.push(island);
    }
}
