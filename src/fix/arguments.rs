//! A replacement as the pack writes it: the parts of its deciding statement, printed for one place.
//!
//! Owns what of a replacement's code goes into a file. It knows no file. The decision to know: `ANY` and `URL` are what
//! the file has at that place, so a part that is one of them is never printed.

use super::layout;
use crate::facts::{Arg, Assign, Call, Facts, Item, Name, Value, ValueKind};
use crate::lang::{self, Language};
use crate::pack::pattern::role_of;
use crate::pack::schema::Role;
use crate::span::Span;

/// The statement of a replacement that holds the token.
pub(super) struct Replacement<'c> {
    code: &'c str,
    token: String,
    facts: Facts,
    statement: Statement,
    /// Where `TOKEN` stands.
    slot: Span,
    /// The quote of plain texts where the file is about to have them, if the language has two that mean the same.
    quote: Option<char>,
    /// Whether a quoted key and a plain one are two different things.
    ruby: bool,
}

enum Statement {
    Call(usize),
    Assign(usize),
}

/// An argument, or an item of a map: its key, if it has one, and its value.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The key, without the marks around it.
    pub(super) key: Option<&'a Name>,
    /// The value.
    pub(super) value: &'a Value,
    /// Both, with the marks of the key.
    pub(super) span: Span,
}

impl<'c> Replacement<'c> {
    /// Reads the deciding statement of `code`, with `token` in place of `TOKEN`, and texts quoted as those `around`.
    pub(super) fn new(language: &'static Language, code: &'c str, token: &str, around: &[u8]) -> Option<Self> {
        let layers = lang::lower(language, code.as_bytes(), Span::new(0, code.len()));
        let facts = layers.into_iter().next()?.facts;
        let of_call = |call: &Call| call.args.iter().find_map(|arg| slot(&facts, &arg.value));
        let calls = facts.calls.iter().enumerate().rev();
        let call = calls.filter_map(|(id, call)| of_call(call).map(|slot| (Statement::Call(id), call.span, slot)));
        let assigns = facts.assigns.iter().enumerate().rev();
        let assign = assigns.filter_map(|(at, assign)| {
            slot(&facts, &assign.value).map(|slot| (Statement::Assign(at), assign.span, slot))
        });
        // The outermost statement decides: what sets a header, not what joins its text.
        let (statement, _, slot) = call.chain(assign).max_by_key(|(_, span, _)| span.len())?;
        let quote = layout::quote(language, around);
        Some(Self { code, token: token.to_owned(), facts, statement, slot, quote, ruby: language.name == "ruby" })
    }

    /// What the statement calls.
    pub(super) fn call(&self) -> Option<&Call> {
        match self.statement {
            Statement::Call(id) => self.facts.calls.get(id),
            Statement::Assign(_) => None,
        }
    }

    /// What the statement writes to.
    pub(super) fn assign(&self) -> Option<&Assign> {
        match self.statement {
            Statement::Assign(at) => self.facts.assigns.get(at),
            Statement::Call(_) => None,
        }
    }

    /// The call's arguments.
    pub(super) fn arguments(&self) -> Vec<Part<'_>> {
        self.call().map_or(Vec::new(), |call| arguments(self.code.as_bytes(), call))
    }

    /// Those of them that change something: all but what the file has there.
    pub(super) fn changes<'p>(parts: &[Part<'p>]) -> Vec<Part<'p>> {
        parts.iter().copied().filter(|part| part.key.is_some() || !is_hole(part.value)).collect()
    }

    /// The items of a map.
    pub(super) fn items<'p>(&self, value: &'p Value) -> Option<Vec<Part<'p>>> {
        items(self.code.as_bytes(), value)
    }

    /// The items that go into the map of options the call is given, where it is given one.
    pub(super) fn options(&self) -> Option<Vec<Part<'_>>> {
        let call = self.call()?;
        let holds = |arg: &&Arg| arg.name.is_none() && slot(&self.facts, &arg.value).is_some();
        items(self.code.as_bytes(), &call.args.iter().find(holds)?.value)
    }

    /// Whether the language's braces usually have blanks inside, as the code's own do.
    pub(super) fn is_airy(&self) -> bool {
        self.code.contains("{ ")
    }

    /// Whether the token, or the blank beside it, is in a value.
    pub(super) fn keeps(&self, value: &Value) -> bool {
        let empty = value.as_str().is_some_and(|text| text.text.is_empty());
        empty || matches!(value.kind, ValueKind::Null) || slot(&self.facts, value).is_some()
    }

    /// A run of the code with the token in its place; `None` where something in it is only the file's to say.
    pub(super) fn text(&self, span: Span) -> Option<String> {
        let (before, after) = if span.contains(self.slot) {
            (self.code.get(span.start..self.slot.start)?, self.code.get(self.slot.end..span.end)?)
        } else {
            (self.code.get(span.start..span.end)?, "")
        };
        let words = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| matches!(word, "ANY" | "URL"))
        };
        if words(before) || words(after) {
            return None;
        }
        let joined = before.trim_end().ends_with(['+', '.']) || after.trim_start().starts_with(['+', '.']);
        let token = if !span.contains(self.slot) { "" } else { self.token.as_str() };
        let token = if joined { operand(token) } else { token.to_owned() };
        let quoted = |text: &str| layout::quoted(text, self.quote);
        Some(format!("{}{token}{}", quoted(before), quoted(after)))
    }

    /// Whether the statement's name is reached as any other of the same thing is: by one step, or by none.
    pub(super) fn is_direct(&self) -> bool {
        let path = match self.statement {
            Statement::Call(id) => {
                self.facts.calls.get(id).filter(|call| call.receiver.is_none()).map(|call| &call.path)
            }
            Statement::Assign(at) => self.facts.assigns.get(at).map(|assign| &assign.target),
        };
        let Some((path, name)) = path.zip(self.name()) else { return false };
        let before = self.code.get(..name.span.start).unwrap_or_default();
        path.0.len() == 1 || path.0.len() == 2 && [".", "->", "::"].iter().any(|mark| before.ends_with(mark))
    }

    /// A part, its key written as `like` is in the file.
    pub(super) fn keyed(&self, part: &Part<'_>, text: &[u8], like: Option<&Part<'_>>) -> Option<String> {
        let own = self.text(part.span)?;
        let Some((key, (like, known))) = part.key.zip(like.and_then(|like| like.key.map(|key| (like, key)))) else {
            return Some(own);
        };
        let mark = |span: Span, key: Span, text: &'_ [u8]| {
            String::from_utf8_lossy(Span::new(span.start.min(key.start), key.start).of(text)).into_owned()
        };
        let between = Span::new(known.span.end, like.value.span.start.max(known.span.end));
        let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // A text is no symbol, and a short form that stands for name and value has no marks to copy.
        let text_key = self.ruby && mark(part.span, key.span, self.code.as_bytes()).contains(['"', '\'']);
        let plain = between.of(text).iter().all(|byte| b" \t\"'=:>".contains(byte)) && !between.is_empty();
        if !word(&key.text) || text_key || !plain || like.value.span.start < known.span.end {
            return Some(own);
        }
        let between = String::from_utf8_lossy(between.of(text)).into_owned();
        Some(format!("{}{}{between}{}", mark(like.span, known.span, text), key.text, self.text(part.value.span)?))
    }

    /// Where the statement's own name starts: what stands before it is how it is reached.
    pub(super) fn name(&self) -> Option<&Name> {
        match self.statement {
            Statement::Call(id) => self.facts.calls.get(id)?.path.0.last(),
            Statement::Assign(at) => self.facts.assigns.get(at)?.target.0.last(),
        }
    }

    /// The statement from its own name on.
    pub(super) fn since_name(&self) -> Option<String> {
        self.text(Span::new(self.name()?.span.start, self.span()?.end))
    }

    /// The statement behind the `ANY` it starts with: what is said of whatever the file calls.
    pub(super) fn since_receiver(&self) -> Option<String> {
        let span = self.span()?;
        let start = span.start + self.code.get(span.start..)?.strip_prefix(['$', '@']).map_or(0, |_| 1);
        let rest = self.code.get(start..span.end)?.strip_prefix("ANY")?;
        self.text(Span::new(span.end - rest.len(), span.end))
    }

    /// The whole statement.
    pub(super) fn whole(&self) -> Option<String> {
        self.text(self.span()?)
    }

    fn span(&self) -> Option<Span> {
        match self.statement {
            Statement::Call(id) => self.facts.calls.get(id).map(|call| call.span),
            Statement::Assign(at) => self.facts.assigns.get(at).map(|assign| assign.span),
        }
    }
}

/// An expression that stands beside an operator, in parentheses where it needs them.
pub(super) fn operand(token: &str) -> String {
    if is_compound(token) { format!("({token})") } else { token.to_owned() }
}

fn is_compound(token: &str) -> bool {
    let mut depth = 0_i32;
    token.chars().any(|c| {
        depth += match c {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
        c == ' ' && depth == 0
    }) && !(token.starts_with('(') && token.ends_with(')'))
}

/// The arguments of a call.
pub(super) fn arguments<'a>(text: &[u8], call: &'a Call) -> Vec<Part<'a>> {
    call.args.iter().map(|arg| part(text, arg.name.as_ref(), &arg.value)).collect()
}

/// The items of a map that is written out; `None` for anything else, and where other maps are spread into it.
pub(super) fn items<'a>(text: &[u8], value: &'a Value) -> Option<Vec<Part<'a>>> {
    match &value.kind {
        ValueKind::Map(items) => {
            Some(items.iter().map(|Item { key, value, .. }| part(text, key.as_ref(), value)).collect())
        }
        _ => None,
    }
}

fn part<'a>(text: &[u8], key: Option<&'a Name>, value: &'a Value) -> Part<'a> {
    let span = marked(text, key.map_or(value.span, |key| key.span.to(value.span)));
    Part { key, value, span: if key.is_some() { span } else { value.span } }
}

/// Whether a value of a replacement is whatever the file has.
pub(super) fn is_hole(value: &Value) -> bool {
    let any = |text: &str| matches!(text, "ANY" | "URL");
    match &value.kind {
        ValueKind::Ref(path) => path.0.len() == 1 && any(path.last()),
        ValueKind::Env(name) => any(&name.text),
        ValueKind::Str(text) => any(&text.text),
        _ => false,
    }
}

/// Where `TOKEN` stands inside a value.
fn slot(facts: &Facts, value: &Value) -> Option<Span> {
    let is_token = |name: &str| role_of(name) == Some(Role::Token);
    match &value.kind {
        ValueKind::Ref(path) if is_token(path.last()) => Some(value.span),
        ValueKind::Env(name) if is_token(&name.text) => Some(value.span),
        ValueKind::Str(text) if is_token(&text.text) => Some(value.span),
        ValueKind::Call(id) => facts.calls[*id].args.iter().find_map(|arg| slot(facts, &arg.value)),
        _ => value.children().find_map(|child| slot(facts, child)),
    }
}

/// The span with the mark of the key it starts with (`:key`, `'key'`).
pub(super) fn marked(text: &[u8], span: Span) -> Span {
    let mark = span.start.checked_sub(1).filter(|&at| matches!(text.get(at), Some(b':' | b'"' | b'\'')));
    Span::new(mark.unwrap_or(span.start), span.end)
}
