//! The reader's second half: expressions, calls and maps.
//!
//! Owns how operands, paths, calls and operators become values. It knows languages only through their profile. The
//! decision to know: precedence has four levels (assignment, choice, everything else, joining), because that is all a
//! value needs; an operator it does not know makes the whole expression opaque, and its operands are still read.

use super::profile::Profile;
use super::reader::{MAX_NESTING, Reader};
use super::strings;
use super::token::Kind;
use crate::facts::{Arg, Assign, Call, Def, DefKind, Item, Name, Path, Str, Value, ValueKind};
use crate::span::Span;

/// What a chain of names and calls has come to so far.
struct Chain {
    receiver: Option<Value>,
    path: Path,
    start: usize,
}

impl Chain {
    /// A chain that starts with a value; one that is a name goes on as that name.
    fn on(value: Value, start: usize) -> Self {
        match value.kind {
            ValueKind::Ref(path) => Self { receiver: None, path, start },
            _ => Self { receiver: Some(value), path: Path::default(), start },
        }
    }
}

/// Words between types that leave a type unfinished.
const TYPE_WORDS: &[&str] = &["keyof", "typeof", "readonly", "extends", "infer", "unique", "asserts", "is", "new"];

/// Operators between two operands that make the result opaque.
const OTHER: &[&str] = &[
    "-",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "===",
    "!==",
    "<",
    ">",
    "<=",
    ">=",
    "&&",
    "|",
    "&",
    "^",
    "<<",
    ">>",
    "**",
    "=~",
    "!~",
    "<=>",
    "..",
    "...",
    "and",
    "in",
    "is",
    "not",
    "instanceof",
    "xor",
    "+",
    ".",
];
/// Words between a value and the type it is taken as.
pub(super) const CASTS: &[&str] = &["as", "satisfies"];
/// Operators before an operand that do not change which value it is, or make it none of ours.
const PREFIX: &[&str] = &["!", "-", "+", "~", "&", "*", "**", "...", "@", "<-", "++", "--", "^"];

impl Reader<'_> {
    /// Reads an expression. `None` when there is none at `at`, or it nests too deep to go on.
    pub fn expression(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        self.guarded(|reader| reader.choice(at, end))
    }

    /// Runs `read` one level deeper, for hooks that read operands inside operands. `None` past the nesting limit.
    pub fn guarded<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_NESTING {
            return None;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn choice(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        let (first, mut i) = self.operand(at, end)?;
        if let Some(assigned) = self.assignment(&first, at, i, end) {
            return Some(assigned);
        }
        let profile = self.profile;
        let (mut choices, mut parts, mut opaque) = (Vec::new(), vec![first], false);
        while i < end && !self.ends(i, end) {
            let op = self.str(i);
            if !matches!(self.tokens[i].kind, Kind::Op | Kind::Word) {
                break;
            }
            if op == "%"
                && profile.format_methods.contains(&"%")
                && matches!(parts.as_slice(), [part] if part.as_str().is_some())
            {
                let Some((value, next)) = self.operand(i + 1, end) else { break };
                let format = parts.remove(0);
                parts.push(self.filled(&format, &[positional(value)], format.span.to(self.span(next - 1))));
                i = next;
            } else if op == "?" && self.is_op(i + 1, ":") && profile.annotated {
                // `name?: Type`
                break;
            } else if op == "?" && self.is_op(i + 1, ":") || profile.either.contains(&op) {
                let Some((value, next)) = self.operand(i + if op == "?" { 2 } else { 1 }, end) else { break };
                choices.push(finish(&mut parts, &mut opaque));
                parts.push(value);
                i = next;
            } else if op == "?" {
                return self.ternary(at, i, end);
            } else if op == "if" {
                let Some((value, next)) = self.conditional(finish(&mut parts, &mut opaque), i, end) else { break };
                parts.push(value);
                i = next;
                break;
            } else if CASTS.contains(&op) && profile.annotated {
                i = self.type_end(i + 1, end, true);
            } else if profile.concat.contains(&op) || OTHER.contains(&op) {
                let Some((value, next)) = self.operand(i + 1, end) else { break };
                opaque |= !profile.concat.contains(&op);
                parts.push(value);
                i = next;
            } else {
                break;
            }
        }
        choices.push(finish(&mut parts, &mut opaque));
        let value = if choices.len() == 1 { choices.remove(0) } else { either(choices) };
        Some((value, i))
    }

    /// `target = value`, `target ||= value`
    fn assignment(&mut self, target: &Value, at: usize, op: usize, end: usize) -> Option<(Value, usize)> {
        let ValueKind::Ref(path) = &target.kind else { return None };
        if !self.op_in(op, self.profile.assign) || (self.profile.newline_ends && self.tokens[op].nl) {
            return None;
        }
        let target = path.clone();
        let (value, next) = self.expression(op + 1, end)?;
        let span = self.span_of(at, next);
        self.facts.assigns.push(Assign { target, value: value.clone(), span });
        Some((value, next))
    }

    /// `condition ? a : b`
    fn ternary(&mut self, at: usize, question: usize, end: usize) -> Option<(Value, usize)> {
        let opaque = |reader: &Self, next| Some((Value::opaque(reader.span_of(at, next)), next));
        let Some((yes, colon)) = self.expression(question + 1, end) else { return opaque(self, question + 1) };
        if !self.is_op(colon, ":") {
            return opaque(self, colon);
        }
        let Some((no, next)) = self.expression(colon + 1, end) else { return opaque(self, colon + 1) };
        Some((either(vec![yes, no]), next))
    }

    /// `a if condition else b`; without `else` the condition is only read.
    fn conditional(&mut self, yes: Value, at: usize, end: usize) -> Option<(Value, usize)> {
        let (_, next) = self.expression(at + 1, end)?;
        if !self.is_word(next, "else") {
            return Some((yes, next));
        }
        let (no, next) = self.expression(next + 1, end)?;
        Some((either(vec![yes, no]), next))
    }

    /// Index after the type at `at`: `A.B<C>[]`, `{a: B} | null`, `keyof typeof a`, with `arrows` `(a: A) => B`.
    pub(super) fn type_end(&self, at: usize, end: usize, arrows: bool) -> usize {
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
    pub(super) fn type_arguments(&self, at: usize, end: usize) -> Option<usize> {
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

    /// Reads one operand with everything that hangs on it: members, calls, indexes.
    pub fn operand(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        if self.depth >= MAX_NESTING {
            return None;
        }
        self.depth += 1;
        let result = self.operand_at(at, end);
        self.depth -= 1;
        result
    }

    fn operand_at(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        let (mut at, mut start) = (at, at);
        while at < end {
            if self.op_in(at, PREFIX) || self.word_in(at, self.profile.skip) || self.modifies(at, end) {
                start = at + 1;
            } else if !self.leads_path(at) {
                break;
            }
            at += 1;
        }
        if at >= end {
            return None;
        }
        if let Some((value, next)) = (self.profile.operand)(self, at, end) {
            return Some(self.chain(Chain::on(value, at), next, end));
        }
        let profile = self.profile;
        let value = match self.tokens[at].kind {
            Kind::StrOpen => self.string(at, end),
            Kind::Number | Kind::Symbol => {
                let span = self.span(at);
                (self.text_value(self.str(at).to_owned(), span, span), at + 1)
            }
            Kind::Literal => (Value::opaque(self.span(at)), at + 1),
            Kind::Open => self.group(at, end),
            Kind::Word if profile.new == Some(self.str(at)) && at + 1 < end => return Some(self.construction(at, end)),
            Kind::Word if self.word_in(at, profile.null) => {
                (Value { kind: ValueKind::Null, span: self.span(at) }, at + 1)
            }
            Kind::Word if self.word_in(at, profile.functions) => {
                let next = self.function(at, end);
                (Value::opaque(self.span_of(at, next)), next)
            }
            Kind::Word if self.word_in(at, profile.stop) => return None,
            Kind::Word if self.arrow(at + 1) && at + 1 < end => self.closure(at, at + 1, at + 1, end),
            Kind::Word => {
                let chain = Chain { receiver: None, path: self.first_segment(at), start };
                return Some(self.chain(chain, at + 1, end));
            }
            _ => return None,
        };
        let (value, next) = value;
        Some(self.chain(Chain::on(value, at), next, end))
    }

    /// Whether a separator stands before the first segment of a path (`::A`, `\\A`).
    pub(super) fn leads_path(&self, at: usize) -> bool {
        self.op_in(at, &["::", "\\"]) && self.op_in(at, self.profile.path)
    }

    /// Whether a word before this token is the parameter of a closure.
    fn arrow(&self, at: usize) -> bool {
        let Profile { map_key, path, commands, .. } = self.profile;
        self.op_in(at, &["=>", "->"]) && !commands && !self.op_in(at, map_key) && !self.op_in(at, path)
    }

    /// A value of known text.
    #[must_use]
    pub fn text_value(&self, text: String, content: Span, span: Span) -> Value {
        Value { kind: ValueKind::Str(Str { text, content }), span }
    }

    pub(super) fn first_segment(&self, at: usize) -> Path {
        let name = self.name(at);
        if self.profile.this.contains(&name.text.as_str()) {
            return Path::single(Name { text: "self".to_owned(), span: name.span });
        }
        let bare = name.text.trim_start_matches(|c: char| c.is_ascii() && self.profile.sigils.contains(&(c as u8)));
        if bare.len() == name.text.len() || bare.is_empty() {
            return Path::single(name);
        }
        let member = name.text.starts_with('@');
        let named = Name { text: bare.to_owned(), span: name.span };
        if member { Path(vec![Name { text: "self".to_owned(), span: name.span }, named]) } else { Path::single(named) }
    }

    /// Follows members, calls, indexes and blocks from `at`.
    fn chain(&mut self, mut chain: Chain, at: usize, end: usize) -> (Value, usize) {
        let profile = self.profile;
        let mut i = at;
        while i < end {
            let token = self.tokens[i];
            let apart = token.nl && profile.newline_ends || token.sp && profile.commands;
            // `f ::A` is a call, and `::A` on a line of its own no part of the line above.
            if profile.commands && token.sp && self.leads_path(i) && !self.starts_command(&chain, i, end) {
                break;
            }
            let member = self.op_in(i, profile.path) && !(profile.commands && token.sp && self.leads_path(i));
            if member && matches!(self.kind(i + 1), Some(Kind::Word)) && i + 1 < end {
                let segment = self.first_segment(i + 1).0.pop();
                chain.path.0.extend(segment);
                i += 2;
            } else if self.op_in(i, profile.path) && self.kind(i + 1) == Some(Kind::Number) && i + 1 < end {
                // `pair.0`
                chain.path.0.push(self.name(i + 1));
                i += 2;
            } else if self.op_in(i, profile.path)
                && let Some(next) = self.generics_end(i + 1, end)
            {
                // `f::<T>(x)`, `x.<T>f()`: the name that may follow needs its separator back.
                if self.kind(next) == Some(Kind::Word) && next < end {
                    chain.path.0.extend(self.first_segment(next).0.pop());
                }
                i = if self.kind(next) == Some(Kind::Word) { (next + 1).min(end) } else { next };
            } else if self.op_in(i, profile.path) && self.kind(i + 1) == Some(Kind::Open) && !self.is_open(i + 1, "{")
                || self.is_op(i, "!") && profile.annotated && !token.nl && !token.sp
            {
                i += 1;
            } else if profile.generics
                && let Some(next) = self.type_arguments(i, end)
                && self.is_open(next, "(")
                && next < end
            {
                i = next;
            } else if self.kind(i) == Some(Kind::StrOpen) && profile.tags.contains(&self.str(i)) {
                let defs = self.facts.defs.len();
                let (value, next) = self.one_string(i, end);
                i = self.push_call(&mut chain, vec![positional(value)], self.span_of(i, next), next, defs, end);
            } else if self.is_open(i, "(") && !apart {
                i = self.call(&mut chain, i, end);
            } else if member && self.is_open(i + 1, "{") && self.is_open(self.mate(i + 1, end) + 1, "(") {
                // `object->{name}(…)`: a method whose name is computed.
                let close = self.mate(i + 1, end);
                self.queue(i + 2, close);
                chain.path = Path::default();
                chain.receiver = Some(Value::opaque(self.span_of(chain.start, close + 1)));
                i = close + 1;
            } else if self.is_open(i, "[") && !apart {
                i = self.index(&mut chain, i, end);
            } else if self.is_open(i, "{") && profile.composite && !token.nl && self.is_composite(&chain, i, end) {
                i = self.call(&mut chain, i, end);
            } else if profile.commands && self.starts_command(&chain, i, end) {
                i = self.command(&mut chain, i, end);
            } else if profile.commands
                && !chain.path.0.is_empty()
                && !token.nl
                && (self.is_word(i, "do") || self.is_open(i, "{"))
            {
                let defs = self.facts.defs.len();
                let args_span = Span::new(self.span(i - 1).end, self.span(i - 1).end);
                let next = self.push_call(&mut chain, Vec::new(), args_span, i, defs, end);
                if next == i {
                    break;
                }
                i = next;
            } else {
                break;
            }
        }
        (self.settle(chain, i), i)
    }

    /// What a chain has come to.
    fn settle(&mut self, chain: Chain, next: usize) -> Value {
        let Chain { receiver, path, start } = chain;
        let span = self.span_of(start, next);
        match receiver {
            Some(mut value) if path.0.is_empty() => {
                if !matches!(value.kind, ValueKind::Str(_) | ValueKind::Concat(_)) || value.span.is_empty() {
                    value.span = span;
                }
                value
            }
            Some(Value { kind: ValueKind::Ref(root), .. }) => {
                self.reference(Path(root.0.into_iter().chain(path.0).collect()), span)
            }
            Some(_) => self.finish_call(Call {
                path,
                new: false,
                receiver: receiver.map(Box::new),
                args: Vec::new(),
                args_span: Span::new(span.end, span.end),
                span,
            }),
            None => self.reference(path, span),
        }
    }

    /// A name, or the environment variable it reads.
    #[must_use]
    pub fn reference(&self, mut path: Path, span: Span) -> Value {
        // Without parentheses, `name.strip` looks like a member.
        while self.profile.commands && path.0.len() > 1 && self.profile.same.contains(&path.last()) {
            path.0.pop();
        }
        let env = self.profile.env_members.iter().find_map(|root| {
            let prefix = path.0.len().checked_sub(1)?;
            matches_end(&path.0[..prefix], root).then(|| path.0[prefix].clone())
        });
        Value { kind: env.map_or(ValueKind::Ref(path), ValueKind::Env), span }
    }

    // Strings.

    /// Reads a string, or the strings that stand side by side where they are one.
    fn string(&mut self, at: usize, end: usize) -> (Value, usize) {
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

    pub(super) fn one_string(&mut self, at: usize, end: usize) -> (Value, usize) {
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

    // Groups.

    fn group(&mut self, at: usize, end: usize) -> (Value, usize) {
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

    /// The key at `at` and the index after its separator.
    fn key(&self, at: usize, end: usize, separators: &[&str]) -> Option<(Name, usize)> {
        let (name, next) = match self.kind(at)? {
            Kind::Word | Kind::Symbol | Kind::Number => (self.name(at), at + 1),
            Kind::StrOpen => (self.string_name(at)?, self.mate(at, end) + 1),
            _ => return None,
        };
        (next < end && self.op_in(next, separators)).then_some((name, next + 1))
    }

    /// Reads a closure: parameters in `start..close`, an arrow, and a block or an expression.
    pub fn closure(&mut self, start: usize, close: usize, arrow: usize, end: usize) -> (Value, usize) {
        let params = self.params(start, close);
        let body_at = arrow + 1;
        let id = self.facts.defs.len();
        let span = self.span_of(start.min(arrow), (body_at + 1).min(end));
        self.facts.defs.push(Def { name: None, kind: DefKind::Function, params, body: span, of: None });
        let next = if self.is_open(body_at, "{") {
            let stop = self.mate(body_at, end);
            self.queue(body_at + 1, stop);
            (stop + 1).min(end)
        } else {
            self.expression(body_at, end).map_or(body_at, |(_, next)| next)
        };
        let span = self.span_of(start.min(arrow), next);
        self.facts.defs[id].body = span;
        (Value::opaque(span), next)
    }

    // Calls.

    /// Whether the brace at `at` fills the type that the chain names, rather than opening a block.
    fn is_composite(&self, chain: &Chain, at: usize, end: usize) -> bool {
        let first = at + 1;
        let upper = chain.path.last().starts_with(|c: char| c.is_uppercase());
        let keyed = self.op_in(first + 1, self.profile.map_key) && !self.word_in(first, self.profile.stop);
        let fills = self.mate(at, end) == first || self.kind(first) == Some(Kind::StrOpen);
        chain.receiver.is_none() && (keyed || upper && fills)
    }

    fn call(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
        let close = self.mate(at, end);
        let new = self.is_open(at, "{");
        let keys = if new { self.profile.map_key } else { self.profile.arg_key };
        let defs = self.facts.defs.len();
        let args = self.args(at + 1, close, keys);
        let args_span = Span::new(self.span(at).end, self.span(close).start.max(self.span(at).end));
        let next = (close + 1).min(end);
        let calls = self.facts.calls.len();
        let after = self.push_call(chain, args, args_span, next, defs, end);
        if let Some(call) = self.facts.calls.get_mut(calls) {
            call.new = new;
        }
        after
    }

    fn args(&mut self, start: usize, end: usize, keys: &[&str]) -> Vec<Arg> {
        let items = self.list(start, end, keys);
        items.into_iter().map(|Item { key, value, spread }| Arg { name: key, value, spread }).collect()
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

    /// Makes the chain's name a call and its result the chain's receiver. Returns the index after the call.
    fn push_call(
        &mut self,
        chain: &mut Chain,
        args: Vec<Arg>,
        args_span: Span,
        next: usize,
        defs: usize,
        end: usize,
    ) -> usize {
        let span = self.span_of(chain.start, next);
        let path = std::mem::take(&mut chain.path);
        let receiver = chain.receiver.take().map(Box::new);
        let calls = self.facts.calls.len();
        let mut value = self.finish_call(Call { path, new: false, receiver, args, args_span, span });
        let mut next = next;
        // `ENV.fetch("A") { "default" }`
        if self.profile.commands && matches!(value.kind, ValueKind::Env(_)) && next < end && self.is_open(next, "{") {
            let close = self.mate(next, end);
            let default = self.nested(next + 1, close);
            next = (close + 1).min(end);
            value = either(vec![value, default]);
        }
        if let ValueKind::Call(id) = value.kind
            && id == calls
        {
            next = (self.profile.trailing_block)(self, id, next, end).unwrap_or(next);
            for def in self.facts.defs[defs..].iter_mut().filter(|def| def.name.is_none() && def.of.is_none()) {
                def.of = Some(id);
            }
        }
        chain.receiver = Some(value);
        next
    }

    /// `new Path(args)`, `new Path { Key = value }`, `new Path`
    fn construction(&mut self, at: usize, end: usize) -> (Value, usize) {
        let profile = self.profile;
        let mut i = at + 1;
        if self.op_in(i, profile.path) {
            i += 1;
        }
        let mut path = if self.kind(i) == Some(Kind::Word) {
            i += 1;
            self.first_segment(i - 1)
        } else if self.is_open(i, "(") {
            let (value, next) = self.group(i, end);
            let Chain { path, receiver, .. } = Chain::on(value, at);
            if receiver.is_some() {
                return self.chain(Chain { path, receiver, start: at }, next, end);
            }
            i = next;
            path
        } else {
            return self.operand(i, end).unwrap_or_else(|| (Value::opaque(self.span(at)), i));
        };
        while self.op_in(i, profile.path) && self.kind(i + 1) == Some(Kind::Word) {
            path.0.push(self.name(i + 1));
            i += 2;
        }
        i = self.generics_end(i, end).unwrap_or(i);
        let defs = self.facts.defs.len();
        let (mut args, mut args_span) = (Vec::new(), Span::new(self.span(i - 1).end, self.span(i - 1).end));
        for (bracket, keys) in [("(", profile.arg_key), ("{", profile.assign)] {
            let initialiser =
                bracket == "{" && !(self.op_in(i + 2, profile.assign) && self.kind(i + 1) == Some(Kind::Word));
            if self.is_open(i, bracket) && i < end && !initialiser {
                let close = self.mate(i, end);
                args.extend(self.args(i + 1, close, keys));
                args_span = Span::new(self.span(i).end, self.span(close).start.max(self.span(i).end));
                i = (close + 1).min(end);
            }
        }
        let span = self.span_of(at, i);
        if profile.same.contains(&path.last()) && !args.is_empty() {
            // `new String(x)` is `x`.
            let value = Value { span, ..args.swap_remove(0).value };
            return self.chain(Chain { receiver: Some(value), path: Path::default(), start: at }, i, end);
        }
        let id = self.facts.calls.len();
        self.facts.calls.push(Call { path, new: true, receiver: None, args, args_span, span });
        for def in self.facts.defs[defs..].iter_mut().filter(|def| def.name.is_none() && def.of.is_none()) {
            def.of = Some(id);
        }
        let value = Value { kind: ValueKind::Call(id), span };
        self.chain(Chain { receiver: Some(value), path: Path::default(), start: at }, i, end)
    }

    /// Whether what follows the chain on its line is the first argument of a call without parentheses.
    fn starts_command(&self, chain: &Chain, at: usize, end: usize) -> bool {
        let token = self.tokens[at];
        if chain.path.0.is_empty() || token.nl || !token.sp {
            return false;
        }
        match token.kind {
            Kind::StrOpen | Kind::Symbol | Kind::Number | Kind::Literal => true,
            Kind::Word => !self.stops(at) && !self.word_in(at, self.profile.either) && !OTHER.contains(&self.str(at)),
            // `puts [1]` and `puts (1)`, but not `a [1]` where `a` is a plain variable: taken as a call all the same.
            Kind::Open => !self.is_open(at, "{"),
            // `f *list`, `f &block`, `f -1`: a blank before and none after.
            Kind::Op => {
                self.is_op(at, "->")
                    || self.op_in(at, &["*", "&", "**", "::", "-", "!"]) && at + 1 < end && !self.tokens[at + 1].sp
            }
            _ => false,
        }
    }

    /// Whether the word ends an expression, rather than being a keyword argument's name (`if: x`).
    fn stops(&self, at: usize) -> bool {
        let named = self.op_in(at + 1, self.profile.arg_key) && !self.tokens[at + 1].sp;
        self.word_in(at, self.profile.stop) && !named
    }

    fn command(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
        let mut stop = at;
        // No person nests commands so that the shares of one file run out; the bound keeps hostile files linear.
        let share = self.steps.clamp(64, 4096);
        let mut steps = share;
        while stop < end && steps > 0 {
            steps -= 1;
            let token = self.tokens[stop];
            let continues = stop == at
                || self.kind(stop - 1) == Some(Kind::Op)
                || self.op_in(stop, self.profile.path) && !self.leads_path(stop);
            if (token.nl && !continues)
                || self.is_op(stop, ";")
                || self.stops(stop) && !self.op_in(stop - 1, self.profile.path)
            {
                break;
            }
            let opens = matches!(token.kind, Kind::Open | Kind::StrOpen | Kind::InterpOpen);
            stop = if opens { self.mate(stop, end) + 1 } else { stop + 1 };
        }
        self.steps = self.steps.saturating_sub(share - steps);
        let stop = stop.min(end);
        let defs = self.facts.defs.len();
        let args = self.args(at, stop, self.profile.arg_key);
        let args_span = self.span_of(at, stop);
        self.push_call(chain, args, args_span, stop, defs, end)
    }

    /// `base[key]`: a constant key becomes a segment of the path.
    fn index(&mut self, chain: &mut Chain, at: usize, end: usize) -> usize {
        let close = self.mate(at, end);
        let next = (close + 1).min(end);
        let key = match self.kind(at + 1) {
            Some(Kind::StrOpen) if self.mate(at + 1, close) + 1 == close => self.string_name(at + 1),
            Some(Kind::Symbol | Kind::Number) if at + 2 == close => Some(self.name(at + 1)),
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

    /// Records a call, or gives the value it stands for: an environment read, base64, the same text.
    pub fn finish_call(&mut self, mut call: Call) -> Value {
        let profile = self.profile;
        let span = call.span;
        if let Some(Value { kind: ValueKind::Ref(root), .. }) = call.receiver.as_deref() {
            // What looked like a value was a name after all.
            call.path = Path(root.0.iter().chain(&call.path.0).cloned().collect());
            call.receiver = None;
        }
        let path = &call.path.0;
        let reads = |entry: &&str| matches_end(path, entry) && (entry.contains('.') || path.len() == 1);
        if call.receiver.is_none() && profile.env_calls.iter().any(reads) && !call.new {
            if call.args.is_empty() {
                // `System.getenv()` is the environment as a map.
                return Value { kind: ValueKind::Ref(call.path), span };
            }
            let mut args = std::mem::take(&mut call.args).into_iter();
            if let Some(Arg { value: Value { kind: ValueKind::Str(name), .. }, .. }) = args.next() {
                let env = Value { kind: ValueKind::Env(Name { text: name.text, span: name.content }), span };
                let is_default = |arg: &Arg| arg.name.as_ref().is_none_or(|name| name.text == "default");
                return match args.find(is_default).map(|arg| arg.value) {
                    Some(default) => Value { kind: ValueKind::Either(vec![env, default]), span },
                    None => env,
                };
            }
            return Value::opaque(span);
        }
        if profile.base64.iter().any(|entry| matches_end(path, entry))
            && let Some(arg) = call.args.last()
        {
            return Value { kind: ValueKind::Base64(Box::new(arg.value.clone())), span };
        }
        if let Some(encoded) = self.encoding_method(&call) {
            return Value { kind: ValueKind::Base64(Box::new(encoded)), span };
        }
        let method = call.path.last();
        let (same, or_else) = (profile.same.contains(&method), profile.or_else.contains(&method));
        let fills = profile.format_methods.contains(&method);
        if (same || or_else || fills)
            && (call.receiver.is_some() || path.len() > 1)
            && let Some(receiver) = self.receiver_of(&mut call)
        {
            let receiver = Value { span, ..receiver };
            if fills {
                return self.filled(&receiver, &call.args, span);
            }
            return match call.args.pop() {
                Some(arg) if or_else => Value { span, ..either(vec![receiver, arg.value]) },
                _ => receiver,
            };
        }
        let function = same && call.path.0.len() == 1
            || profile.same.iter().any(|entry| entry.contains('.') && matches_end(&call.path.0, entry));
        // A second argument says how: `bytes(text, "utf-8")`.
        if function && call.receiver.is_none() && matches!(call.args.len(), 1 | 2) {
            return call.args.remove(0).value;
        }
        if profile.formats.iter().any(|entry| matches_end(&call.path.0, entry)) && !call.args.is_empty() {
            let format = call.args[0].value.clone();
            return self.filled(&format, &call.args[1..], span);
        }
        self.facts.calls.push(call);
        Value { kind: ValueKind::Call(self.facts.calls.len() - 1), span }
    }

    /// `Buffer.from(x).toString('base64')`: the value encoded.
    fn encoding_method(&self, call: &Call) -> Option<Value> {
        let [Arg { value, .. }] = call.args.as_slice() else { return None };
        let ValueKind::Call(id) = call.receiver.as_ref()?.kind else { return None };
        let base64 = value.as_str().is_some_and(|text| text.text == "base64") && call.path.last() == "toString";
        base64.then(|| self.facts.calls[id].args.first().map(|arg| arg.value.clone()))?
    }

    /// What a method is called on: the receiver, or the path without its last segment.
    fn receiver_of(&self, call: &mut Call) -> Option<Value> {
        if call.path.0.len() == 1 {
            return call.receiver.take().map(|receiver| *receiver);
        }
        if call.receiver.is_some() {
            return None;
        }
        let path = Path(call.path.0[..call.path.0.len() - 1].to_vec());
        let span = path.span();
        Some(self.reference(path, span))
    }

    /// A format with its places filled.
    pub(super) fn filled(&self, format: &Value, args: &[Arg], span: Span) -> Value {
        let args: Vec<(Option<&str>, Value)> = args
            .iter()
            .flat_map(|arg| match &arg.value.kind {
                ValueKind::Map(items) if arg.name.is_none() => items
                    .iter()
                    .map(|item| (item.key.as_ref().map(|key| key.text.as_str()), item.value.clone()))
                    .collect(),
                _ => vec![(arg.name.as_ref().map(|name| name.text.as_str()), arg.value.clone())],
            })
            .collect();
        let parts = format.as_str().and_then(|text| strings::fill(&text.text, text.content, &args));
        if parts.is_none() && args.is_empty() {
            return Value { span, ..format.clone() };
        }
        parts.map_or_else(|| Value::opaque(span), |mut parts| Value { span, ..finish(&mut parts, &mut false) })
    }
}

fn positional(value: Value) -> Arg {
    Arg { name: None, value, spread: false }
}

/// Whether a path ends in the dotted `entry`.
fn matches_end(path: &[Name], entry: &str) -> bool {
    let mut segments = path.iter().rev();
    entry.rsplit('.').all(|part| segments.next().is_some_and(|name| name.text == part))
}

/// Joins the parts read so far and clears them.
fn finish(parts: &mut Vec<Value>, opaque: &mut bool) -> Value {
    let mut joined = std::mem::take(parts);
    let span = joined.iter().map(|part| part.span).reduce(Span::to).unwrap_or_default();
    if std::mem::take(opaque) {
        return Value::opaque(span);
    }
    if joined.len() == 1 {
        return joined.remove(0);
    }
    let mut flat = Vec::new();
    for part in joined {
        match part.kind {
            ValueKind::Concat(inner) => flat.extend(inner),
            _ => flat.push(part),
        }
    }
    Value { kind: ValueKind::Concat(flat), span }
}

/// One of `choices`; what the first is one of counts as well, so that chains of choices stay flat.
fn either(choices: Vec<Value>) -> Value {
    let span = choices.iter().map(|choice| choice.span).reduce(Span::to).unwrap_or_default();
    let mut choices = choices.into_iter();
    let mut flat = match choices.next() {
        Some(Value { kind: ValueKind::Either(inner), .. }) => inner,
        first => first.into_iter().collect(),
    };
    flat.extend(choices);
    Value { kind: ValueKind::Either(flat), span }
}
