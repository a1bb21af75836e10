//! HCL: Terraform, its variables' files, Packer, Nomad.
//!
//! Owns the reading of bodies, objects, lists and templates, by hand since `hcl-edit` gives nothing of a file with one
//! error in it. It knows no provider. The decision to know: expressions
//! are not computed; names and texts in them are kept, everything else is opaque. `variable "x"` and `locals` are
//! assignments to `var.x` and `local.x`, so that what refers to them is followed.

use super::entries::Entries;
use super::shell::carried;
use super::{Front, Language, Layer, json, settings, text as lines, utf8};
use crate::facts::{Assign, Facts, Name, Note, Path, Value, ValueKind};
use crate::span::Span;

/// HCL.
pub static LANGUAGE: Language = Language {
    name: "hcl",
    extensions: &["tf", "tfvars", "hcl", "nomad", "tofu"],
    filenames: &[".terraformrc", "terraform.rc"],
    interpreters: &[],
    fences: &["terraform", "opentofu"],
    front: Front::Own(lower),
    environment: "",
};

/// Keys whose text is a shell script.
const SCRIPTS: &[&str] =
    &["user_data", "command", "inline", "script", "startup_script", "metadata_startup_script", "args"];

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut entries = Entries::new(decoded.len());
    entries.open(true, start);
    let mut reader = Reader {
        text: &decoded,
        start,
        at: 0,
        entries,
        groups: Vec::new(),
        head: Vec::new(),
        operands: None,
        comments: Vec::new(),
        texts: Vec::new(),
        unclosed: false,
    };
    reader.read();
    reader.entries.close_to(0, start + decoded.len());
    let commands = std::mem::take(&mut reader.entries.commands);
    let mut facts = reader.entries.finish();
    let document = |span: &Span| matches!(span.of(text).trim_ascii_start(), [b'{' | b'[', ..]);
    let (documents, scripts): (Vec<_>, Vec<_>) = reader.texts.into_iter().partition(|(span, _)| document(span));
    for (span, script) in &scripts {
        if !script {
            lines::read(&decoded, start, Span::new(span.start - start, span.end - start), &mut facts);
        }
    }
    named(&mut facts);
    let scripts: Vec<Span> = scripts.into_iter().filter_map(|(span, script)| script.then_some(span)).collect();
    if documents.len().max(scripts.len()) > carried::MAX_SCRIPTS {
        facts.notes.push(Note::TooLarge);
    }
    let mut layers = lines::layers(LANGUAGE.name, &decoded, start, facts, &reader.comments);
    layers.extend(
        documents
            .into_iter()
            .take(carried::MAX_SCRIPTS)
            .flat_map(|(span, _)| super::lower(&json::LANGUAGE, text, span)),
    );
    layers.extend(scripts.into_iter().take(carried::MAX_SCRIPTS).flat_map(|span| carried::script(text, span, true)));
    layers.extend(carried::listed(text, commands));
    layers
}

/// Makes assignments of what a file says about its own variables and locals.
fn named(facts: &mut Facts) {
    let entries = std::mem::take(&mut facts.entries);
    for mut entry in entries {
        let root = match entry.path.0.iter().map(|name| name.text.as_str()).collect::<Vec<_>>()[..] {
            ["variable", _, "default"] => "var",
            ["locals", _] => "local",
            // What a variable may be says nothing of what it is.
            ["variable", _, "type" | "sensitive" | "nullable" | "ephemeral"] => continue,
            _ => {
                facts.entries.push(entry);
                continue;
            }
        };
        entry.path.0.truncate(2);
        entry.path.0[0].text = root.to_owned();
        facts.assigns.push(Assign { target: entry.path, value: entry.value, span: entry.span });
    }
}

/// What is open besides what the entries know.
struct Group {
    kind: u8,
    /// How many maps and lists were open before it.
    depth: usize,
    /// Whether it is the value of a key, or an item of a list.
    value: bool,
}

struct Reader<'a> {
    text: &'a str,
    /// What to add to an offset into `text` for one into the file.
    start: usize,
    at: usize,
    entries: Entries,
    groups: Vec<Group>,
    /// Names that may turn out to be a key, or a block's type and labels.
    head: Vec<Name>,
    /// Inside of a value: what it is made of so far.
    operands: Option<Operands>,
    comments: Vec<Span>,
    /// Texts of several lines or commands, and whether they are scripts.
    texts: Vec<(Span, bool)>,
    /// Whether a template without an end was met: from there on, none runs over lines.
    unclosed: bool,
}

/// What stands in a value: `a ? b : c` is a choice of the last two.
#[derive(Default)]
struct Operands {
    values: Vec<Value>,
    chosen: usize,
    choice: bool,
    /// Whether the value was a group, which is read already.
    group: bool,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            self.token(byte);
        }
        self.end_value();
    }

    fn token(&mut self, byte: u8) {
        let rest = &self.text[self.at..];
        match byte {
            b'\n' => {
                if self.groups.last().is_none_or(|group| group.kind == b'{') {
                    self.end_value();
                    self.head.clear();
                }
                self.at += 1;
            }
            b'#' => self.comment(self.line_end(self.at)),
            b'/' if rest.starts_with("//") => self.comment(self.line_end(self.at)),
            b'/' if rest.starts_with("/*") => {
                let end = memchr::memmem::find(rest.as_bytes(), b"*/").map_or(self.text.len(), |len| self.at + len + 2);
                self.comment(end);
            }
            b'"' => self.string(),
            b'<' if rest.starts_with("<<") && self.heredoc() => (),
            b'{' | b'[' | b'(' => self.opens(byte),
            b'}' | b']' | b')' => self.closes(byte),
            b',' => {
                self.end_value();
                self.head.clear();
                self.at += 1;
            }
            b'=' if rest.starts_with("==") || rest.starts_with("=>") => self.at += 2,
            b'!' | b'>' if rest[1..].starts_with('=') => self.at += 2,
            b'=' | b':' if self.operands.is_none() && !self.head.is_empty() => {
                let name = self.head.pop();
                self.head.clear();
                name.into_iter().for_each(|name| self.entries.key(name));
                self.operands = Some(Operands::default());
                self.at += 1;
            }
            b'?' => {
                if let Some(operands) = &mut self.operands {
                    operands.choice = true;
                    operands.chosen = operands.values.len();
                }
                self.at += 1;
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => self.word(),
            _ => self.at += 1,
        }
    }

    /// Whether a value is read here: after a key, or inside of a list or of parentheses.
    fn in_value(&mut self) -> Option<&mut Operands> {
        let listed = self.groups.last().is_some_and(|group| group.kind != b'{');
        if listed && self.operands.is_none() {
            self.operands = Some(Operands::default());
        }
        self.operands.as_mut()
    }

    fn end_value(&mut self) {
        let Some(operands) = self.operands.take() else { return };
        let Operands { mut values, chosen, choice, group } = operands;
        if group && !choice {
            return;
        }
        let span = values.iter().map(|value| value.span).reduce(Span::to);
        let Some(span) = span else { return };
        let value = if choice {
            Value { kind: ValueKind::Either(values.split_off(chosen.min(values.len()))), span }
        } else if values.len() == 1 {
            values.remove(0)
        } else {
            Value::opaque(span)
        };
        self.entries.leaf(value);
    }

    fn operand(&mut self, value: Value) {
        if let Some(operands) = self.in_value() {
            operands.values.push(value);
        }
    }

    fn opens(&mut self, byte: u8) {
        let (depth, at) = (self.entries.depth(), self.start + self.at);
        self.at += 1;
        let value = self.in_value().is_some();
        if value || byte != b'{' {
            self.operands = None;
            self.groups.push(Group { kind: byte, depth, value });
            self.entries.open(byte == b'{', at);
            return;
        }
        let mut names = std::mem::take(&mut self.head).into_iter().peekable();
        while let Some(name) = names.next() {
            self.entries.key(name);
            if names.peek().is_none() {
                // Blocks of one type are items of a list: `set { name = … value = … }`.
                self.entries.open(false, at);
            }
            self.entries.open(true, at);
        }
        self.groups.push(Group { kind: byte, depth, value });
    }

    fn closes(&mut self, byte: u8) {
        self.end_value();
        self.head.clear();
        self.at += 1;
        let open = match byte {
            b'}' => b'{',
            b']' => b'[',
            _ => b'(',
        };
        // A closing that nothing opened is stepped over.
        if self.groups.last().is_none_or(|group| group.kind != open) {
            return;
        }
        let Some(group) = self.groups.pop() else { return };
        self.entries.close_to(group.depth, self.start + self.at);
        if group.value {
            self.operands = Some(Operands { group: true, ..Operands::default() });
        }
    }

    /// A name, a path of names, a number.
    fn word(&mut self) {
        let bytes = self.text.as_bytes();
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || *byte >= 0x80;
        let len = bytes[self.at..].iter().take_while(|byte| part(byte)).count();
        let text = &self.text[self.at..self.at + len];
        let span = self.span(self.at, self.at + len);
        self.at += len;
        if self.in_value().is_none() {
            self.head.push(Name { text: text.to_owned(), span });
            return;
        }
        if bytes.get(self.at) == Some(&b'(') {
            // A function's name.
            return;
        }
        let number = text.starts_with(|c: char| c.is_ascii_digit());
        let kind = match text {
            "null" => ValueKind::Null,
            "true" | "false" => settings::literal(text, span, span).kind,
            _ if number => settings::literal(text, span, span).kind,
            _ => {
                let mut at = span.start;
                let names = text.split('.').map(|part| {
                    let name = Name { text: part.to_owned(), span: Span::new(at, at + part.len()) };
                    at += part.len() + 1;
                    name
                });
                ValueKind::Ref(Path(names.filter(|name| !name.text.is_empty()).take(32).collect()))
            }
        };
        self.operand(Value { kind, span });
    }

    /// `"text ${template}"`
    fn string(&mut self) {
        let open = self.at;
        let end = self.string_end(open + 1);
        let close = if self.text.as_bytes()[end - 1] == b'"' && end > open + 1 { end - 1 } else { end };
        self.at = end;
        let raw = &self.text[open + 1..close];
        let (content, span) = (self.span(open + 1, close), self.span(open, end));
        if self.in_value().is_none() {
            self.head.push(Name { text: raw.to_owned(), span: content });
            return;
        }
        let script = self.entries.keys().last().is_some_and(|key| SCRIPTS.contains(&key.text.as_str()));
        if script && raw.contains(' ') && !raw.contains('\\') {
            self.texts.push((content, true));
        }
        let text = super::strings::decode(raw.as_bytes(), 1);
        let value = settings::value(&text, content, span);
        self.operand(value);
    }

    /// The offset after the string that starts at `from`; strings nest inside of their templates.
    fn string_end(&mut self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        // What is open: `"` for a string, `{` for a template or a brace in one.
        let mut open = vec![b'"'];
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            let string = open.last() == Some(&b'"');
            match byte {
                b'\n' if open.len() == 1 || self.unclosed => return at,
                b'\\' if string => at += 1,
                b'"' if string => {
                    open.pop();
                    if open.is_empty() {
                        return at + 1;
                    }
                }
                b'"' => open.push(b'"'),
                b'$' | b'%' if string && bytes.get(at + 1) == Some(&b'{') && bytes[at - 1] != byte => {
                    open.push(b'{');
                    at += 1;
                }
                b'{' if !string => open.push(b'{'),
                b'}' if !string => _ = open.pop(),
                _ => (),
            }
            at += 1;
        }
        self.unclosed = true;
        self.line_end(from)
    }

    /// `<<NAME` and `<<-NAME`, up to the line that is the name. Returns whether it is one.
    fn heredoc(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let from = self.at + 2 + usize::from(bytes.get(self.at + 2) == Some(&b'-'));
        let len = bytes[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        if len == 0 || self.in_value().is_none() {
            return false;
        }
        let name = &self.text[from..from + len];
        let first = (self.line_end(from) + 1).min(self.text.len());
        let mut end = first;
        while end < self.text.len() && self.text[end..self.line_end(end)].trim() != name {
            end = (self.line_end(end) + 1).min(self.text.len());
        }
        let content = self.span(first, end);
        let text = &self.text[first..end];
        let key = self.entries.keys().last();
        let script = text.starts_with("#!") || key.is_some_and(|key| SCRIPTS.contains(&key.text.as_str()));
        self.texts.push((content, script));
        let value = settings::literal(text, content, content);
        self.operand(value);
        self.at = self.line_end(end);
        true
    }

    fn comment(&mut self, end: usize) {
        self.comments.push(self.span(self.at, end));
        self.at = end;
    }

    fn line_end(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        memchr::memchr(b'\n', &self.text.as_bytes()[at..]).map_or(self.text.len(), |len| at + len)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.start + start, self.start + end)
    }
}
