//! Strings: their pieces, what is computed inside, and heredocs.
//!
//! Owns the contexts of text within code. The decision to know: a heredoc's body is lexed where its opening stands and
//! skipped when the line ends, so that its tokens stand in reading order.

use super::super::profile::{Escape, Interp, StringForm};
use super::super::token::{Kind, MAX_DEPTH};
use super::{Context, DOUBLED_QUOTES, Heredoc, Lexer, escape_code, escaped, first_word, first_words, line_end};

impl<'a> Lexer<'a> {
    pub(super) fn string_form(&self) -> Option<&'static StringForm> {
        self.profile.strings.iter().find(|form| self.at(form.open))
    }

    /// Opens a string whose opening is `len` bytes long. `nest` is the byte that nests inside it.
    pub fn open_string(&mut self, form: StringForm, len: usize, nest: Option<u8>) {
        let open = self.push(Kind::StrOpen, self.pos + len);
        let double = form.escape == Escape::Doubled && form.close == "\"";
        self.tokens[open as usize].form = if double { DOUBLED_QUOTES } else { escape_code(form.escape) };
        if self.stack.len() >= MAX_DEPTH {
            self.too_deep = true;
        }
        self.stack.push(Context::Str { open, form, nest: nest.map(|byte| (byte, 0)) });
    }

    pub(super) fn text_token(&mut self, end: usize) {
        if end > self.pos {
            self.push(Kind::StrText, end);
        }
    }

    /// Ends the innermost string with a closing of `len` bytes.
    pub fn close_string(&mut self, len: usize) {
        if let Some(Context::Str { open, .. } | Context::Heredoc { open, .. }) = self.stack.pop() {
            let close = self.push(Kind::StrClose, self.pos + len);
            self.mate(open, close);
        }
    }

    pub(super) fn string_piece(&mut self, form: StringForm, nest: Option<(u8, u32)>) {
        let close = form.close.as_bytes();
        let mut depth = nest.map_or(0, |(_, depth)| depth);
        let mut at = self.pos;
        while at < self.end {
            let byte = self.text[at];
            let rest = &self.text[at..self.end];
            let computed = matches!(form.interp, Interp::Paren(_)) && self.interpolation(form.interp, at).is_some();
            if form.escape.byte() == Some(byte) && !computed {
                at = escaped(self.text, at).min(self.end);
                continue;
            }
            if let Some((open, _)) = nest.filter(|&(open, _)| open == byte) {
                debug_assert_eq!(open, byte);
                depth += 1;
                at += 1;
                continue;
            }
            if rest.starts_with(close) {
                if depth > 0 {
                    depth -= 1;
                    at += 1;
                    continue;
                }
                if matches!(form.escape, Escape::Doubled | Escape::Backquote) && rest[close.len()..].starts_with(close)
                {
                    at += 2 * close.len();
                    continue;
                }
                // Quotes before the last three of a run belong to the text, but where strings stand side by side.
                let run = close.len() == 3 && rest.get(3) == Some(&close[0]);
                if run && matches!(close, b"\"\"\"" | b"'''") && !self.profile.adjacent {
                    at += 1;
                    continue;
                }
                self.text_token(at);
                self.close_string(close.len());
                return;
            }
            if let Some(len) = self.interpolation(form.interp, at) {
                self.text_token(at);
                if let Some(Context::Str { nest: Some((_, saved)), .. }) = self.stack.last_mut() {
                    *saved = depth;
                }
                self.enter_interpolation(form.interp, len);
                return;
            }
            if form.interp == Interp::Brace && matches!(rest, [b'{', b'{', ..] | [b'}', b'}', ..]) {
                at += 2;
                continue;
            }
            if form.interp == Interp::Scala && rest.starts_with(b"$$") {
                at += 2;
                continue;
            }
            if byte == b'\n' {
                if !form.lines {
                    self.text_token(at);
                    self.close_string(0);
                    return;
                }
                if let Some(jump) = self.jump.take().filter(|&jump| jump > at) {
                    self.text_token(at + 1);
                    self.pos = jump;
                    if let Some(Context::Str { nest: Some((_, saved)), .. }) = self.stack.last_mut() {
                        *saved = depth;
                    }
                    return;
                }
            }
            at += 1;
        }
        self.text_token(self.end);
        self.close_string(0);
    }

    /// Length of the opening of an interpolation at `at`, if there is one.
    fn interpolation(&self, interp: Interp, at: usize) -> Option<usize> {
        let rest = &self.text[at..self.end];
        match (interp, rest) {
            (Interp::Hash, [b'#', b'{', ..]) | (Interp::Dollar, [b'$', b'{', ..]) => Some(2),
            (_, [b'$', b'{', ..]) if interp.takes_dollar() => Some(2),
            (Interp::Perl, [b'@', b'{', ..]) => Some(2),
            (Interp::Paren(hashes), [b'\\', after @ ..]) => {
                let hashes = usize::from(hashes);
                let marked = after.len() > hashes && after[..hashes].iter().all(|&byte| byte == b'#');
                (marked && after[hashes] == b'(').then_some(hashes + 2)
            }
            (Interp::Brace, [b'{', b'{', ..]) => None,
            (Interp::Brace, [b'{', ..]) => Some(1),
            (Interp::Php, [b'{', b'$', ..]) => Some(1),
            (Interp::Shell | Interp::Subexpression, [b'$', b'(', ..]) => Some(2),
            (Interp::Shell, [b'`', ..]) => Some(1),
            (_, [b'$', next, ..]) if interp.takes_dollar() && (next.is_ascii_alphabetic() || *next == b'_') => Some(0),
            (Interp::Php, [b'$', next, ..]) if *next >= 0x80 => Some(0),
            (Interp::Shell, [b'$', next, ..]) if next.is_ascii_digit() || b"@*#?!".contains(next) => Some(0),
            _ => None,
        }
    }

    fn enter_interpolation(&mut self, interp: Interp, len: usize) {
        if len == 0 {
            // `$name` inside the text: an interpolation of one word.
            if interp == Interp::Name {
                let open = self.push(Kind::InterpOpen, self.pos + 1);
                // Only here a `$` is no part of a name.
                let rest = &self.text[self.pos..self.end];
                let len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                self.push(Kind::Word, self.pos + len);
                let close = self.push(Kind::InterpClose, self.pos);
                self.mate(open, close);
                return;
            }
            let open = self.push(Kind::InterpOpen, self.pos);
            // `$1` and `$@` are of one character.
            let name = self.peek(1).is_ascii_alphabetic() || self.peek(1) == b'_' || self.peek(1) >= 0x80;
            let end = if name { self.word_end(self.pos + 2) } else { self.pos + 2 };
            self.push(Kind::Word, end);
            match interp {
                Interp::Php => self.bare_member(),
                Interp::Perl => self.bare_indexes(),
                Interp::Subexpression => self.bare_scope(),
                Interp::Groovy => self.dotted_members(),
                _ => (),
            }
            let close = self.push(Kind::InterpClose, self.pos);
            self.mate(open, close);
            return;
        }
        let close = match self.peek(len - 1) {
            b'(' => b')',
            b'`' => b'`',
            _ => b'}',
        };
        let open = self.push(Kind::InterpOpen, self.pos + len);
        self.enter_code(open, close);
    }

    /// `->name` or `[key]` right after a variable in text, where the language needs no braces for one of them.
    fn bare_member(&mut self) {
        let arrow = if self.at("->") { 2 } else { 3 };
        if (self.at("->") || self.at("?->")) && (self.peek(arrow).is_ascii_alphabetic() || self.peek(arrow) == b'_') {
            self.push(Kind::Op, self.pos + arrow);
            self.push(Kind::Word, self.word_end(self.pos + 1));
        } else if self.peek(0) == b'[' {
            let start = self.pos + 1;
            let sign = usize::from(matches!(self.peek(1), b'$' | b'-'));
            let end = self.word_end((start + sign).min(self.end));
            if end == start + sign || end >= self.end || self.text[end] != b']' {
                return;
            }
            let open = self.push(Kind::Open, start);
            self.push(if self.peek(0) == b'$' { Kind::Word } else { Kind::Symbol }, end);
            let close = self.push(Kind::Close, end + 1);
            self.mate(open, close);
        }
    }

    /// `->{key}`, `{key}`, `[0]` right after a variable in text, any number of them.
    fn bare_indexes(&mut self) {
        loop {
            let arrow = if self.at("->") { 2 } else { 0 };
            let close = match self.peek(arrow) {
                b'{' => b'}',
                b'[' => b']',
                _ => return,
            };
            let start = self.pos + arrow + 1;
            let sign = usize::from(matches!(self.peek(arrow + 1), b'$' | b'-'));
            let end = self.word_end((start + sign).min(self.end));
            if end <= start + sign || end >= self.end || self.text[end] != close {
                return;
            }
            if arrow > 0 {
                self.push(Kind::Op, self.pos + arrow);
            }
            let open = self.push(Kind::Open, start);
            self.push(if self.peek(0) == b'$' { Kind::Word } else { Kind::Symbol }, end);
            let close = self.push(Kind::Close, end + 1);
            self.mate(open, close);
        }
    }

    /// `:name` after `$env` and its kin: the last word is the whole of it.
    fn bare_scope(&mut self) {
        let next = self.peek(1);
        if self.peek(0) == b':' && (next.is_ascii_alphabetic() || next == b'_') {
            let end = self.word_end(self.pos + 1);
            if let Some(last) = self.tokens.last_mut() {
                last.end = end as u32;
            }
            self.pos = end;
        }
    }

    /// `.name.name` right after a variable in text.
    fn dotted_members(&mut self) {
        while self.peek(0) == b'.' && (self.peek(1).is_ascii_alphabetic() || self.peek(1) == b'_') {
            self.push(Kind::Op, self.pos + 1);
            self.push(Kind::Word, self.word_end(self.pos + 1));
        }
    }

    /// Ends the interpolation the lexer is directly inside of, when its end is not a bracket (a backquote).
    pub fn close_interpolation(&mut self, len: usize) -> bool {
        let Some(&Context::Code { open, interp: true, .. }) = self.stack.last() else { return false };
        self.stack.pop();
        self.open = self.saved.pop().unwrap_or_default();
        let close = self.push(Kind::InterpClose, self.pos + len);
        self.mate(open, close);
        true
    }

    /// Opens a heredoc whose opening (`<<~NAME`) is `len` bytes long and whose terminator is `word`. Returns whether
    /// that terminator exists; if not, nothing was read.
    pub fn open_heredoc(&mut self, len: usize, word: &'a [u8], form: StringForm, shape: Heredoc) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            self.too_deep = true;
            return false;
        }
        let body = self.jump.unwrap_or_else(|| (self.line_end(self.pos) + 1).min(self.end));
        let (text, end) = (self.text, self.end);
        let lines = self.lines.get_or_insert_with(|| first_words(text, end));
        let Some(starts) = lines.get(first_word(word)) else { return false };
        let from = starts.partition_point(|&start| start < body);
        // A word that stands at the start of many lines without ending anything is looked up a bounded number of times.
        let found = starts[from..].iter().take(64).find(|&&start| {
            let flush = start == 0 || text[start - 1] == b'\n';
            let line = &text[start..line_end(text, start, end)];
            (shape.indented || flush) && line.strip_prefix(word).is_some_and(shape.ends)
        });
        let Some(&at) = found else { return false };
        let line = text[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |nl| nl + 1).max(body);
        let open = self.push(Kind::StrOpen, self.pos + len);
        self.tokens[open as usize].form = escape_code(form.escape);
        let after = (at + word.len()) as u32;
        let resume = if shape.inline { after } else { self.pos as u32 };
        self.saved.push(self.open);
        self.open = [0; 3];
        self.stack.push(Context::Heredoc { open, form, end: line as u32, after, resume });
        self.jump = None;
        self.pos = body;
        true
    }

    pub(super) fn heredoc_piece(&mut self, form: StringForm, end: usize) {
        let mut at = self.pos;
        while at < end {
            if self.text[at] == b'\\' && form.escape != Escape::None {
                at = escaped(self.text, at).min(end);
            } else if let Some(len) = self.interpolation(form.interp, at) {
                self.text_token(at);
                self.enter_interpolation(form.interp, len);
                return;
            } else {
                at += 1;
            }
        }
        if self.pos < end {
            self.text_token(end);
        }
        let Some(Context::Heredoc { open, after, resume, .. }) = self.stack.pop() else { return };
        self.open = self.saved.pop().unwrap_or_default();
        self.pos = self.pos.max(end);
        let close = self.push(Kind::StrClose, self.pos.max(after as usize));
        self.mate(open, close);
        if resume < after {
            self.jump = Some((self.line_end(self.pos) + 1).min(self.end));
            self.pos = resume as usize;
        }
    }
}

/// `'x'`, `'\n'`, `'\u{41}'`: for languages where single quotes hold one character. Reads nothing when none closes.
pub fn character(lexer: &mut Lexer<'_>) -> bool {
    if lexer.peek(0) != b'\'' {
        return false;
    }
    let rest = &lexer.text[lexer.pos + 1..lexer.end.min(lexer.pos + 16)];
    let len = match rest {
        [b'\\', _, after @ ..] => memchr::memchr(b'\'', after).map(|len| 2 + len),
        [b'\'' | b'\n', ..] | [] => None,
        [_, after @ ..] => {
            let tail = after.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
            (after.get(tail) == Some(&b'\'')).then_some(1 + tail)
        }
    };
    let Some(len) = len else { return false };
    lexer.push(Kind::Literal, lexer.pos + len + 2);
    true
}

const PUNCTUATION: &[&str] = &[
    "|", "!", "/", "-", "^", "~", "'", "\"", "`", "@", "#", "$", "%", "&", "*", "+", "=", ":", ";", ",", ".", "?",
    "\\", "_",
];

/// How a text ends that opens with a delimiter of the writer's choice (`%w[…]`, `q{…}`), and what nests inside it.
pub fn delimiters(open: u8) -> Option<(&'static str, Option<u8>)> {
    Some(match open {
        b'(' => (")", Some(b'(')),
        b'[' => ("]", Some(b'[')),
        b'{' => ("}", Some(b'{')),
        b'<' => (">", Some(b'<')),
        other => (PUNCTUATION.iter().find(|mark| mark.as_bytes()[0] == other)?, None),
    })
}
