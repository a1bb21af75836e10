//! Strings, groups and lists.
//!
//! Owns what stands between quotes and brackets. The decision to know: an array, a map, a tuple and the arguments of a
//! call are all lists of items; only their separators between key and value differ.

use super::super::reader::{MAX_NESTING, Reader};
use super::super::strings;
use super::super::token::Kind;
use super::chain::Chain;
use super::finish;
use crate::facts::{Arg, Item, Name, Path, Value, ValueKind};
use crate::span::Span;

impl Reader<'_> {
    /// Reads a string, or the strings that stand side by side where they are one.
    pub(super) fn string(&mut self, at: usize, end: usize) -> (Value, usize) {
        let (first, mut next) = self.one_string(at, end);
        if !self.profile.adjacent || self.kind(next) != Some(Kind::StrOpen) || next >= end {
            return (first, next);
        }
        let mut parts = vec![first];
        while next < end
            && self.kind(next) == Some(Kind::StrOpen)
            && !(self.tokens[next].nl && self.profile.newline_ends)
        {
            let (part, after) = self.one_string(next, end);
            parts.push(part);
            next = after;
        }
        (finish(&mut parts, &mut false), next)
    }

    pub(in crate::lang) fn one_string(&mut self, at: usize, end: usize) -> (Value, usize) {
        let close = self.mate(at, end);
        let form = self.tokens[at].form;
        let mut parts = Vec::new();
        let mut i = at + 1;
        while i < close {
            match self.tokens[i].kind {
                Kind::StrText => {
                    let content = self.span(i);
                    let text = strings::decode(content.of(self.text), form);
                    match parts.last_mut() {
                        Some(Value { kind: ValueKind::Str(last), span }) if last.content.end <= content.start => {
                            last.text.push_str(&text);
                            last.content.end = content.end;
                            span.end = content.end;
                        }
                        _ => parts.push(self.text_value(text, content, content)),
                    }
                    i += 1;
                }
                Kind::InterpOpen => {
                    let inner = self.mate(i, close);
                    parts.push(self.nested(i + 1, inner));
                    i = inner + 1;
                }
                _ => i += 1,
            }
        }
        let span = self.span_of(at, close + 1);
        let span = if span.end >= span.start { span } else { self.span(at) };
        let empty = Span::new(self.span(at).end, self.span(at).end);
        let value = match parts.len() {
            0 => self.text_value(String::new(), empty, span),
            1 if matches!(parts[0].kind, ValueKind::Str(_)) => Value { span, ..parts.remove(0) },
            _ => Value { kind: ValueKind::Concat(parts), span },
        };
        (value, close + 1)
    }

    /// The expression in `start..end`; what is left over after it is read as statements.
    pub fn nested(&mut self, start: usize, end: usize) -> Value {
        let (value, next) =
            self.expression(start, end).unwrap_or_else(|| (Value::opaque(self.span_of(start, end)), start));
        self.queue(next, end);
        value
    }

    pub(super) fn group(&mut self, at: usize, end: usize) -> (Value, usize) {
        let close = self.mate(at, end);
        let span = self.span_of(at, (close + 1).min(end));
        if self.depth >= MAX_NESTING {
            self.queue(at + 1, close);
            return (Value::opaque(span), close + 1);
        }
        if self.is_open(at, "(") {
            let arrow = close + 1;
            let taken = self.op_in(arrow, self.profile.path) || self.op_in(arrow, self.profile.map_key);
            if self.op_in(arrow, &["=>", "->"]) && arrow < end && !taken {
                return self.closure(at + 1, close, close + 1, end);
            }
            let mut items = self.items(at + 1, close, self.profile.arg_key);
            let tuple = items.len() != 1 || items[0].key.is_some() || self.is_op(close.saturating_sub(1), ",");
            return match items.pop() {
                Some(item) if !tuple => (item.value, close + 1),
                item => {
                    items.extend(item);
                    (Value { kind: ValueKind::Map(items), span }, close + 1)
                }
            };
        }
        let mut items = self.items(at + 1, close, self.profile.map_key);
        if self.profile.shorthand && self.is_open(at, "{") {
            for item in items.iter_mut().filter(|item| item.key.is_none() && !item.spread) {
                if let ValueKind::Ref(path) = &item.value.kind
                    && let [name] = path.0.as_slice()
                {
                    item.key = Some(name.clone());
                }
            }
        }
        (Value { kind: ValueKind::Map(items), span }, close + 1)
    }

    /// Reads the comma-separated items of `start..end`.
    pub fn items(&mut self, start: usize, end: usize, separators: &[&str]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut at = start;
        while at < end {
            let stop = self.item_end(at, end);
            let mut i = at;
            let spread = self.op_in(i, self.profile.spread) && i < stop;
            i += usize::from(spread);
            if self.is_open(i, "[") && self.op_in(self.mate(i, stop) + 1, separators) {
                // `[computed]: value`
                self.queue(i + 1, self.mate(i, stop));
                i = self.mate(i, stop) + 2;
            }
            let key = self.key(i, stop, separators);
            if let Some((_, value_at)) = &key {
                i = *value_at;
            }
            if i < stop {
                let value = self.nested(i, stop);
                items.push(Item { key: key.map(|(name, _)| name), value, spread });
            } else if let Some((name, _)) = key {
                // `key:` alone stands for the variable of that name.
                let value = self.reference(Path::single(name.clone()), name.span);
                items.push(Item { key: Some(name), value, spread });
            }
            at = stop + 1;
        }
        items
    }

    /// The items of `start..end`, one level deeper; read as statements later where that is too deep.
    pub fn list(&mut self, start: usize, end: usize, keys: &[&str]) -> Vec<Item> {
        if self.depth >= MAX_NESTING {
            self.queue(start, end);
            return Vec::new();
        }
        self.depth += 1;
        let items = self.items(start, end, keys);
        self.depth -= 1;
        items
    }

    /// The key at `at` and the index after its separator.
    fn key(&self, at: usize, end: usize, separators: &[&str]) -> Option<(Name, usize)> {
        let (name, next) = match self.kind(at)? {
            Kind::Word | Kind::Symbol | Kind::Number => (self.name(at), at + 1),
            Kind::StrOpen => (self.string_name(at)?, self.mate(at, end) + 1),
            _ => return None,
        };
        (next < end && (self.op_in(next, separators) || self.word_in(next, separators))).then_some((name, next + 1))
    }

    pub(super) fn args(&mut self, start: usize, end: usize, keys: &[&str]) -> Vec<Arg> {
        let items = self.list(start, end, keys);
        items.into_iter().map(|Item { key, value, spread }| Arg { name: key, value, spread }).collect()
    }

    /// `base[key]`: a constant key becomes a segment of the path.
    pub(super) fn index(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
        let close = self.mate(at, end);
        let next = (close + 1).min(end);
        let key = match self.kind(at + 1) {
            Some(Kind::StrOpen) if self.mate(at + 1, close) + 1 == close => self.string_name(at + 1),
            Some(Kind::Symbol | Kind::Number) if at + 2 == close => Some(self.name(at + 1)),
            // `$h{key}`
            Some(Kind::Word)
                if at + 2 == close && self.is_open(at, "{") && self.str(at + 1).starts_with(char::is_alphanumeric) =>
            {
                Some(self.name(at + 1))
            }
            _ => None,
        };
        if let Some(key) = key {
            chain.path.0.push(key);
            return next;
        }
        let inner = self.nested(at + 1, close);
        let span = self.span_of(chain.start, next);
        if let ValueKind::Ref(path) = &inner.kind
            && chain.receiver.is_none()
        {
            // `config[KEY]`: the name stands in for its value.
            chain.path.0.extend(path.0.last().cloned());
        } else {
            chain.path = Path::default();
            chain.receiver = Some(Value::opaque(span));
        }
        next
    }
}
