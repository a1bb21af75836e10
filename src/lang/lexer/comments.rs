//! Comments.
//!
//! Owns where they start and end. The decision to know: a block comment without an end runs to the end of the text.

use super::Lexer;
use crate::span::Span;

impl Lexer<'_> {
    /// Reads a comment, if one starts here.
    pub fn comment(&mut self) -> bool {
        let profile = self.profile;
        for &(open, close, nests) in profile.block_comments {
            if self.at(open) {
                let end = self.block_comment_end(open.as_bytes(), close.as_bytes(), nests);
                self.push_comment(end);
                return true;
            }
        }
        if profile.line_comments.iter().any(|open| self.at(open)) {
            let end = self.line_end(self.pos);
            self.push_comment(end);
            return true;
        }
        false
    }

    /// Records a comment from here to `end`.
    pub fn push_comment(&mut self, end: usize) {
        self.comments.push(Span::new(self.pos, end));
        self.nl |= memchr::memchr(b'\n', &self.text[self.pos..end]).is_some();
        self.sp = true;
        self.pos = end;
    }

    /// Records that blanks were passed.
    pub fn blank(&mut self) {
        self.sp = true;
    }

    /// `#!/usr/bin/env node` in the first line, whatever `#` means elsewhere.
    pub(super) fn hashbang(&mut self) -> bool {
        let found = self.pos == 0 && self.at("#!") && self.peek(2) != b'[';
        if found {
            let end = self.line_end(0);
            self.push_comment(end);
        }
        found
    }

    fn block_comment_end(&self, open: &[u8], close: &[u8], nests: bool) -> usize {
        let mut at = self.pos + open.len();
        let mut depth = 1;
        while at < self.end {
            let rest = &self.text[at..self.end];
            if rest.starts_with(close) {
                at += close.len();
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            } else if nests && rest.starts_with(open) {
                at += open.len();
                depth += 1;
            } else {
                at += 1;
            }
        }
        self.end
    }
}
