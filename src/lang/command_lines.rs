//! Commands of the operating system within another language: `system("curl -u …")`, `["curl", "-u", …]`.
//!
//! Owns the step from a text that a shell would run, or a program's list of arguments, to the call it makes. It knows
//! no language but shell. The decision to know: such a text is read by the shell's own front-end, in which each
//! computed part stands as one character of private use; afterwards the parts are put back. So a command is one
//! fact, wherever it is written.

use std::collections::HashSet;

use super::expr::matches_end;
use super::profile::Profile;
use super::{lexer, reader, shell};
use crate::facts::{Call, CallId, Facts, Name, Path, Str, Value, ValueKind};
use crate::span::Span;

/// The first character that stands for a computed part.
const HOLE: u32 = 0xF_0000;
/// A text with more parts than this is no command line that a person wrote.
const MAX_PARTS: usize = 256;
/// A command line longer than this is data.
const MAX_LINE: usize = 16 * 1024;
/// Shells that take a command line as an argument: `sh -c "…"`.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "/bin/sh", "/bin/bash", "cmd", "cmd.exe"];

/// Adds the commands that a language's calls and strings run.
pub(super) fn find(profile: &Profile, text: &[u8], facts: &mut Facts) {
    if profile.shells.is_empty() && profile.shell_strings.is_empty() {
        return;
    }
    let mut run = runs(profile, text, facts);
    // A command that is put together beforehand: `cmd = "curl …"; system(cmd)`.
    let names: HashSet<String> = run.iter().filter_map(|value| value.named()).collect();
    if !names.is_empty() {
        let stored = facts.assigns.iter().filter(|assign| names.contains(assign.target.dotted().as_ref()));
        run.extend(stored.map(|assign| Run::of(vec![assign.value.clone()], facts)));
    }
    for run in run {
        match run {
            Run::Line(line) => line_into(text, &line, facts),
            Run::Words(words) => words_into(words, facts),
        }
    }
}

/// What is handed to the operating system.
enum Run {
    /// A command line.
    Line(Value),
    /// A program and its arguments.
    Words(Vec<Value>),
}

impl Run {
    /// Of the arguments of a call: a list is a program's words, and so are several texts.
    fn of(values: Vec<Value>, facts: &Facts) -> Self {
        let mut words = Vec::new();
        for value in values {
            match value.kind {
                // Options of the call, such as its environment.
                ValueKind::Map(items) if items.iter().any(|item| item.key.is_some()) => (),
                ValueKind::Map(items) => words.extend(items.into_iter().map(|item| item.value)),
                ValueKind::Call(id) if lists(&facts.calls[id]) => {
                    words.extend(facts.calls[id].args.iter().map(|arg| arg.value.clone()));
                }
                _ => words.push(value),
            }
        }
        let text = |value: &Value| value.as_str().map(|text| text.text.clone()).unwrap_or_default();
        let program = words.first().map(text).unwrap_or_default();
        if SHELLS.contains(&program.as_str())
            && let Some(at) = words.iter().position(|word| matches!(text(word).as_str(), "-c" | "-lc" | "/c" | "/C"))
            && let Some(line) = words.get(at + 1)
        {
            return Self::Line(line.clone());
        }
        // `Process.Start("curl", "-u …")`: the second text is all of the arguments.
        if let [program, rest] = words.as_slice()
            && !text(program).contains(' ')
            && rest.has_text(|text| text.trim_start().starts_with('-') && text.trim().contains(' '))
        {
            let blank = Value { kind: ValueKind::Str(str_at(" ", rest.span.start)), span: rest.span };
            let parts = [program.clone(), blank, rest.clone()];
            return Self::Line(Value { kind: ValueKind::Concat(flat(parts)), span: program.span.to(rest.span) });
        }
        let line = words.len() == 1 || words.first().is_some_and(|first| first.has_text(|text| text.contains(' ')));
        match words.len() {
            0 => Self::Words(words),
            _ if line => Self::Line(words.remove(0)),
            _ => Self::Words(words),
        }
    }

    /// The name it is kept under, when it is nothing but one.
    fn named(&self) -> Option<String> {
        match self {
            Self::Line(Value { kind: ValueKind::Ref(path), .. }) => Some(path.dotted().into_owned()),
            _ => None,
        }
    }
}

fn str_at(text: &str, at: usize) -> Str {
    Str { text: text.to_owned(), content: Span::new(at, at) }
}

fn flat(parts: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut flat = Vec::new();
    for part in parts {
        match part.kind {
            ValueKind::Concat(inner) => flat.extend(inner),
            _ => flat.push(part),
        }
    }
    flat
}

/// Calls that give their arguments back as a list.
fn lists(call: &Call) -> bool {
    matches!(call.path.last(), "of" | "asList" | "listOf" | "arrayOf" | "String" | "array")
}

/// What the language's calls and strings run.
fn runs(profile: &Profile, text: &[u8], facts: &Facts) -> Vec<Run> {
    let mut found = Vec::new();
    for (id, call) in facts.calls.iter().enumerate() {
        if profile.shells.iter().any(|entry| matches_end(&call.path.0, entry)) {
            let own = call.args.iter().filter(|arg| arg.name.is_none() || named_command(arg.name.as_ref()));
            let mut values: Vec<Value> = own.map(|arg| arg.value.clone()).collect();
            // `"curl …".execute()`, `Command::new("curl").arg("-u")`
            values.extend(call.args.is_empty().then(|| call.receiver.as_deref().cloned()).flatten());
            values.extend(built(facts, id));
            found.push(Run::of(values, facts));
        }
    }
    if !profile.shell_strings.is_empty() {
        let mut see = |value: &Value| {
            let bytes = text.get(value.span.start..value.span.end).unwrap_or_default();
            let is_line = matches!(value.kind, ValueKind::Str(_) | ValueKind::Concat(_))
                && profile.shell_strings.iter().any(|open| bytes.starts_with(open.as_bytes()));
            if is_line {
                found.push(Run::Line(value.clone()));
            }
        };
        let calls = facts
            .calls
            .iter()
            .flat_map(|call| call.receiver.as_deref().into_iter().chain(call.args.iter().map(|arg| &arg.value)));
        let values = calls.chain(facts.assigns.iter().map(|assign| &assign.value)).chain(&facts.results);
        values.for_each(|value| outermost(value, &mut see));
    }
    found
}

/// Sees a value, or the values inside where it is no text itself.
fn outermost(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    if !matches!(value.kind, ValueKind::Concat(_)) {
        value.children().for_each(|child| outermost(child, see));
    }
}

fn named_command(name: Option<&Name>) -> bool {
    name.is_some_and(|name| matches!(name.text.as_str(), "args" | "cmd" | "command" | "FilePath" | "ArgumentList"))
}

/// The words that calls on the result add: `.arg("-u").args([…])`.
fn built(facts: &Facts, from: CallId) -> Vec<Value> {
    let (mut words, mut on) = (Vec::new(), from);
    // Calls are recorded from the inside out, so each is made on an earlier one.
    for (id, call) in facts.calls.iter().enumerate().skip(from + 1).take(MAX_PARTS) {
        let receives = |value: &Value| matches!(value.kind, ValueKind::Call(receiver) if receiver == on);
        if !call.receiver.as_deref().is_some_and(receives) {
            continue;
        }
        on = id;
        if matches!(call.path.last(), "arg" | "args") {
            words.extend(call.args.iter().map(|arg| arg.value.clone()));
        }
    }
    words
}

/// A program and its words as a call.
fn words_into(words: Vec<Value>, facts: &mut Facts) {
    let Some(Value { kind: ValueKind::Str(program), span }) = words.first() else { return };
    let name = program.text.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(name).to_owned();
    let (program, span) = (program.content, words.last().map_or(*span, |last| span.to(last.span)));
    let args = shell::options::arguments(&name, words.into_iter().skip(1).map(|word| (word, false)).collect());
    let args_span = Span::new(program.end.min(span.end), span.end);
    let path = Path::single(Name { text: name, span: program });
    facts.commands.push(facts.calls.len());
    facts.calls.push(Call { path, new: false, receiver: None, args, args_span, span });
}

/// The commands of a command line.
fn line_into(text: &[u8], line: &Value, facts: &mut Facts) {
    let parts = match &line.kind {
        ValueKind::Str(_) => std::slice::from_ref(line),
        ValueKind::Concat(parts) => parts.as_slice(),
        _ => return,
    };
    if parts.len() > MAX_PARTS {
        return;
    }
    let Some(written) = Written::of(text, parts) else { return };
    let bytes = written.text.as_bytes();
    let lexed = lexer::lex(bytes, Span::new(0, bytes.len()), &shell::PROFILE, None);
    let inner = reader::read(bytes, &lexed, &shell::PROFILE);
    let base = facts.calls.len();
    for call in inner.calls {
        let place = |span| written.place(span, line.span);
        let path = Path(call.path.0.into_iter().map(|name| Name { span: place(name.span), ..name }).collect());
        let args = call.args.into_iter().map(|mut arg| {
            arg.name = arg.name.map(|name| Name { span: place(name.span), ..name });
            arg.value = written.back(arg.value, base, line.span);
            arg
        });
        let args = args.collect();
        facts.commands.push(facts.calls.len());
        facts.calls.push(Call {
            path,
            args,
            new: false,
            receiver: None,
            args_span: place(call.args_span),
            span: place(call.span),
        });
    }
}

/// A command line as a shell would see it, with where each of its bytes stands in the file.
struct Written<'a> {
    text: String,
    /// Where each byte stands; past the last one, the end.
    places: Vec<usize>,
    holes: Vec<&'a Value>,
}

impl<'a> Written<'a> {
    fn of(file: &[u8], parts: &'a [Value]) -> Option<Self> {
        let mut written = Self { text: String::new(), places: Vec::new(), holes: Vec::new() };
        let mut end = 0;
        for part in parts {
            match &part.kind {
                ValueKind::Str(text) => written.known(file, text),
                _ => {
                    let hole = char::from_u32(HOLE + u32::try_from(written.holes.len()).ok()?)?;
                    written.text.push(hole);
                    written.places.resize(written.text.len(), part.span.start);
                    written.holes.push(part);
                }
            }
            end = part.span.end;
            if written.text.len() > MAX_LINE {
                return None;
            }
        }
        written.places.push(end);
        Some(written)
    }

    /// Adds a text; where it has escapes, its bytes are found again one by one.
    fn known(&mut self, file: &[u8], text: &Str) {
        let raw = text.content.of(file);
        let mut at = 0;
        for (index, byte) in text.text.bytes().enumerate() {
            let exact = raw.len() == text.text.len();
            if !exact && raw.get(at) == Some(&b'\\') && (byte != b'\\' || raw.get(at + 1) == Some(&b'\\')) {
                at += 1;
            }
            let offset = if exact { index } else { at.min(raw.len()) };
            self.places.push(text.content.start + offset);
            at += 1;
        }
        self.text.push_str(&text.text);
    }

    /// A span of the command line as one of the file.
    fn place(&self, span: Span, whole: Span) -> Span {
        let start = self.places.get(span.start).copied().unwrap_or(whole.end);
        let last = self.places.get(span.end.saturating_sub(1)).copied().unwrap_or(whole.end);
        let hole = |at: usize| self.holes.iter().find(|hole| hole.span.start == at).map(|hole| hole.span.end);
        let end = if span.end > span.start { hole(last).unwrap_or(last + 1) } else { start };
        if start <= end && whole.contains(Span::new(start, end)) { Span::new(start, end) } else { whole }
    }

    /// A value of the command line with the computed parts put back.
    fn back(&self, value: Value, base: CallId, whole: Span) -> Value {
        let span = self.place(value.span, whole);
        let all = |values: Vec<Value>| values.into_iter().map(|value| self.back(value, base, whole));
        let kind = match value.kind {
            ValueKind::Str(text) => return self.text_back(text, span, whole),
            ValueKind::Env(name) => ValueKind::Env(Name { span, ..name }),
            ValueKind::Ref(path) => {
                let names = path.0.into_iter().map(|name| Name { span: self.place(name.span, whole), ..name });
                ValueKind::Ref(Path(names.collect()))
            }
            ValueKind::Call(id) => ValueKind::Call(base + id),
            ValueKind::Concat(values) => ValueKind::Concat(flat(all(values))),
            ValueKind::Either(values) => ValueKind::Either(all(values).collect()),
            ValueKind::Base64(inner) => ValueKind::Base64(Box::new(self.back(*inner, base, whole))),
            // The shell's lists hold no credentials of interest here.
            ValueKind::Map(_) | ValueKind::Opaque => ValueKind::Opaque,
            ValueKind::Null => ValueKind::Null,
        };
        Value { kind, span }
    }

    fn text_back(&self, text: Str, span: Span, whole: Span) -> Value {
        let mut parts: Vec<Value> = Vec::new();
        let mut offset = text.content.start;
        let mut known = String::new();
        let exact = text.content.len() == text.text.len();
        let mut start = offset;
        let flush = |known: &mut String, start: usize, end: usize, parts: &mut Vec<Value>| {
            if !known.is_empty() {
                let content = if exact { self.place(Span::new(start, end), whole) } else { span };
                parts.push(Value { kind: ValueKind::Str(Str { text: std::mem::take(known), content }), span: content });
            }
        };
        for c in text.text.chars() {
            let hole = u32::from(c).checked_sub(HOLE).and_then(|index| self.holes.get(index as usize));
            if let Some(hole) = hole {
                flush(&mut known, start, offset, &mut parts);
                parts.push((*hole).clone());
                start = offset + c.len_utf8();
            } else {
                known.push(c);
            }
            offset += c.len_utf8();
        }
        flush(&mut known, start, offset, &mut parts);
        match parts.len() {
            0 => Value { kind: ValueKind::Str(Str { text: String::new(), content: span }), span },
            1 => parts.remove(0),
            _ => Value { kind: ValueKind::Concat(flat(parts)), span },
        }
    }
}
