//! INI and its many kin: sections of `name = value`, blocks in braces, directives, units of systemd.
//!
//! Owns what `.ini`, `.cfg`, `.conf` and `.service` files share. It knows no program's schema beyond the directives and
//! keys that set environment variables or run commands. The decision to know: a line that is indented deeper than the
//! name before it goes on with its value, as Python's reader has it; everywhere else indentation means nothing.

use super::entries::Entries;
use super::shell::carried;
use super::{Front, Language, Layer, settings, text as lines, utf8};
use crate::facts::{Name, Note, Value};
use crate::span::Span;

/// INI files, and configuration that looks like them.
pub static LANGUAGE: Language = Language {
    name: "ini",
    extensions: &[
        "ini",
        "cfg",
        "conf",
        "cnf",
        "inf",
        "service",
        "socket",
        "timer",
        "container",
        "hocon",
        "editorconfig",
    ],
    filenames: &[
        ".my.cnf",
        ".gitconfig",
        ".gitmodules",
        ".npmrc",
        ".yarnrc",
        ".pypirc",
        ".editorconfig",
        ".boto",
        ".s3cfg",
        ".hgrc",
        ".coveragerc",
        ".flake8",
        ".pylintrc",
        ".htaccess",
        ".curlrc",
        "_curlrc",
        ".wgetrc",
    ],
    interpreters: &[],
    fences: &["systemd", "nginx", "apache", "apacheconf", "gitconfig"],
    front: Front::Own(lower),
    environment: "",
};

/// Keys whose value lists environment variables: systemd's, supervisord's, uWSGI's, tox's.
const ENVIRONMENTS: &[&str] = &["environment", "env", "setenv", "set_env", "raw_env"];
/// Keys whose value is a command line.
const COMMANDS: &[&str] = &[
    "execstart",
    "execstartpre",
    "execstartpost",
    "execreload",
    "execstop",
    "execstoppost",
    "execcondition",
    "command",
    "commands",
    "cmd",
    "exec",
];
/// Directives of web servers and tools that give the name after them a value without a separator.
const DIRECTIVES: &[&str] = &[
    "setenv",
    "setenvifnocase",
    "env",
    "fastcgi_param",
    "uwsgi_param",
    "scgi_param",
    "proxy_set_header",
    "add_header",
    "requestheader",
    "header",
    "set",
    "define",
    "export",
];
/// A longer name is not one.
const LONGEST_NAME: usize = 128;

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut entries = Entries::new(decoded.len());
    entries.open(true, start);
    let mut reader = Reader { text: &decoded, start, entries, blocks: 1, comments: Vec::new(), scripts: Vec::new() };
    let mut at = 0;
    while at < decoded.len() {
        at = reader.line(at);
    }
    reader.entries.close_to(0, start + decoded.len());
    let mut facts = reader.entries.finish();
    if reader.scripts.len() > carried::MAX_SCRIPTS {
        facts.notes.push(Note::TooLarge);
    }
    let mut layers = lines::layers(LANGUAGE.name, &decoded, start, facts, &reader.comments);
    let scripts = reader.scripts.into_iter().take(carried::MAX_SCRIPTS);
    layers.extend(scripts.flat_map(|script| carried::script(text, script, true)));
    layers
}

struct Reader<'a> {
    text: &'a str,
    /// What to add to an offset into `text` for one into the file.
    start: usize,
    entries: Entries,
    /// How many maps are open when no brace is: the file, and the section at hand.
    blocks: usize,
    comments: Vec<Span>,
    scripts: Vec<Span>,
}

impl Reader<'_> {
    /// Reads the line at `at` and those that go on with it. Returns where the next one starts.
    fn line(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        let Some(line) = self.trimmed(at, end) else { return end + 1 };
        let text = &self.text[line.start..line.end];
        if text.starts_with(['#', ';']) || text.starts_with("//") {
            self.comments.push(self.shift(line));
        } else if text.starts_with('[') && text.contains(']') {
            self.section(line);
        } else if text.starts_with(['}', ']']) {
            if self.entries.depth() > self.blocks {
                self.entries.close(self.start + line.end);
            }
        } else if let Some((name, value)) = pair(text) {
            let name = Span::new(line.start + name.start, line.start + name.end);
            return self.setting(name, Span::new(line.start + value, line.end), line.start - at, end + 1);
        } else if let Some((head, rest)) = text.split_once('{').filter(|(head, _)| head.len() <= LONGEST_NAME) {
            let name = head.trim_end().trim_end_matches(['=', ':']).trim_end();
            let inside = rest.trim_end().strip_suffix('}');
            self.open(Span::new(line.start, line.start + name.len()));
            if let Some(inside) = inside {
                let from = line.start + head.len() + 1;
                self.pairs(Span::new(from, from + inside.len()));
                self.entries.close(self.start + line.end);
            }
        } else {
            self.directive(line);
            self.remark(line);
        }
        end + 1
    }

    fn open(&mut self, name: Span) {
        let text = self.text[name.start..name.end].replace(['"', '\'', '<', '>'], "");
        self.entries.key(Name { text, span: self.shift(name) });
        self.entries.open(true, self.start + name.start);
    }

    /// `a = 1, b = 2` of a block that is closed where it was opened.
    fn pairs(&mut self, span: Span) {
        let mut at = span.start;
        for part in self.text[span.start..span.end].split([',', ';']) {
            let from = at + part.len() - part.trim_start().len();
            if let Some((name, value)) = pair(part.trim()) {
                let value = self.value(Span::new(from + value, from + part.trim().len()));
                let name = Span::new(from + name.start, from + name.end);
                let key =
                    Name { text: self.text[name.start..name.end].replace(['"', '\''], ""), span: self.shift(name) };
                let settled = self.settled(value);
                self.entries.listed(key, settled, self.shift(name.to(value)));
            }
            at += part.len() + 1;
        }
    }

    /// `[name]`, `[name "sub"]`, `[[name]]`
    fn section(&mut self, line: Span) {
        self.entries.close_to(1, self.start + line.start);
        let text = &self.text[line.start..line.end];
        let opening = text.len() - text.trim_start_matches('[').len();
        let name = text[opening..].split(']').next().unwrap_or_default();
        if !name.is_empty() && name.len() <= LONGEST_NAME {
            self.open(Span::new(line.start + opening, line.start + opening + name.len()));
        }
        self.blocks = self.entries.depth();
    }

    /// A name and its value, which may go on in lines indented deeper than `indent`; the first of them is at `next`.
    fn setting(&mut self, name: Span, value: Span, indent: usize, next: usize) -> usize {
        let text = self.text[name.start..name.end].trim_matches(['"', '\'']);
        // `env NAME=value`, `export NAME=value`
        let words = text.split_once(' ').filter(|(word, _)| DIRECTIVES.contains(&word.to_ascii_lowercase().as_str()));
        let text = words.map_or(text, |(_, name)| name.trim_start());
        if let Some(block) = self.text[value.start..value.end].strip_suffix('{')
            && block.trim().is_empty()
        {
            self.open(name);
            return next;
        }
        // `env[NAME]` of PHP's process manager.
        let bracketed =
            text.split_once('[').and_then(|(_, name)| name.strip_suffix(']')).filter(|name| !name.is_empty());
        let key = bracketed.unwrap_or(text).to_owned();
        let kind = key.to_ascii_lowercase();
        self.entries.key(Name { text: key, span: self.shift(name) });
        let mut rest = Vec::new();
        let mut at = next;
        while at < self.text.len() {
            let end = self.line_end(at);
            let line = self.trimmed(at, end);
            let deeper = line.filter(|line| line.start - at > indent);
            let Some(line) = deeper.filter(|line| !self.text[line.start..line.end].starts_with(['[', '}'])) else {
                break;
            };
            if self.text[line.start..line.end].starts_with(['#', ';']) {
                self.comments.push(self.shift(line));
            } else {
                self.remark(line);
                rest.push(line);
            }
            at = end + 1;
        }
        self.remark(value);
        if rest.is_empty() {
            let value = self.value(value);
            self.more(&kind, value);
            let value = self.settled(value);
            self.entries.leaf(value);
            return at;
        }
        self.entries.open(false, self.start + value.start);
        for line in std::iter::once(value).chain(rest).filter(|line| line.start < line.end) {
            if let Some((name, value)) = pair(&self.text[line.start..line.end]) {
                let name = Span::new(line.start + name.start, line.start + name.end);
                let value = self.value(Span::new(line.start + value, line.end));
                let settled = self.settled(value);
                let key = Name { text: self.text[name.start..name.end].to_owned(), span: self.shift(name) };
                self.entries.listed(key, settled, self.shift(Span::new(name.start, line.end)));
            } else {
                let line = self.value(line);
                self.more(&kind, line);
                let value = self.settled(line);
                self.entries.leaf(value);
            }
        }
        self.entries.close(self.start + at.min(self.text.len()));
        at
    }

    /// What a value says beyond its text: variables, or a command.
    fn more(&mut self, kind: &str, value: Span) {
        if ENVIRONMENTS.contains(&kind) {
            for entry in settings::assignments(self.text, self.start, value) {
                let name = entry.path.0.into_iter().next();
                name.into_iter().for_each(|name| self.entries.listed(name, entry.value.clone(), entry.span));
            }
        } else if COMMANDS.contains(&kind) {
            let marks = self.text[value.start..value.end].bytes().take_while(|byte| b"-@+!:".contains(byte)).count();
            self.scripts.push(self.shift(Span::new(value.start + marks, value.end)));
        }
    }

    /// The value without quotes' surroundings: a comment set apart by a blank, a comma, a semicolon.
    fn value(&self, span: Span) -> Span {
        let text = &self.text[span.start..span.end];
        if let Some(quote @ (b'"' | b'\'')) = text.bytes().next()
            && let Some(len) = memchr::memchr(quote, &text.as_bytes()[1..])
            && text[len + 2..].trim_start_matches([' ', '\t', ',', ';']).chars().next().is_none_or(|c| c == '#')
        {
            return Span::new(span.start, span.start + len + 2);
        }
        let comment = [" #", "\t#", " ;", "\t;", " //"].iter().filter_map(|mark| text.find(mark)).min();
        let text = text[..comment.unwrap_or(text.len())].trim_end().trim_end_matches([',', ';']).trim_end();
        Span::new(span.start, span.start + text.len())
    }

    /// Records the comment that follows what stands on a line.
    fn remark(&mut self, line: Span) {
        let text = &self.text[line.start..line.end];
        let marks = [" #", "\t#", " ;", "\t;", " //"];
        let Some(at) = marks.iter().filter_map(|mark| text.find(mark)).min() else { return };
        let quoted =
            [b'"', b'\''].iter().any(|quote| memchr::memchr_iter(*quote, &text.as_bytes()[..at]).count() % 2 == 1);
        if !quoted {
            self.comments.push(self.shift(Span::new(line.start + at + 1, line.end)));
        }
    }

    /// The value a span of text stands for.
    fn settled(&self, span: Span) -> Value {
        let text = &self.text[span.start..span.end];
        let quoted = text.len() >= 2 && text.starts_with(['"', '\'']) && text.ends_with(&text[..1]);
        let inside = if quoted { Span::new(span.start + 1, span.end - 1) } else { span };
        settings::value(&self.text[inside.start..inside.end], self.shift(inside), self.shift(span))
    }

    /// `SetEnv NAME value`, `fastcgi_param NAME value;`, `env NAME=value;`, `set $name value;`
    fn directive(&mut self, line: Span) {
        let mut at = line.start;
        let mut words = std::iter::from_fn(|| {
            let word = word(self.text, at, line.end)?;
            at = word.end;
            Some(word)
        });
        let text = |span: Span| &self.text[span.start..span.end];
        let Some(first) = words.next() else { return };
        if matches!(text(first).to_ascii_lowercase().as_str(), "proxy_pass" | "proxypass" | "url") {
            let Some(target) = words.last() else { return };
            let name = Name { text: text(first).to_owned(), span: self.shift(first) };
            let target = self.value(target);
            let value = self.settled(target);
            self.entries.listed(name, value, self.shift(first.to(target)));
            return;
        }
        if !DIRECTIVES.contains(&text(first).to_ascii_lowercase().as_str()) {
            return;
        }
        let skipped = |word: &Span| !matches!(text(*word), "set" | "add" | "append" | "merge" | "always" | "early");
        let (Some(name), value) = (words.find(skipped), words.next()) else { return };
        let Some(value) = value else {
            for entry in settings::assignments(self.text, self.start, name) {
                let name = entry.path.0.into_iter().next();
                name.into_iter().for_each(|name| self.entries.listed(name, entry.value.clone(), entry.span));
            }
            return;
        };
        let key = text(name).trim_start_matches('$').trim_matches(['"', '\'']).to_owned();
        let value = self.value(value);
        let span = self.shift(Span::new(name.start, value.end));
        let settled = self.settled(value);
        self.entries.listed(Name { text: key, span: self.shift(name) }, settled, span);
    }

    /// What stands on a line, without blanks around; `None` for an empty one.
    fn trimmed(&self, at: usize, end: usize) -> Option<Span> {
        let line = &self.text[at..end];
        let text = line.trim();
        (!text.is_empty()).then(|| {
            let start = at + line.len() - line.trim_start().len();
            Span::new(start, start + text.len())
        })
    }

    fn line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.text.as_bytes()[at..]).map_or(self.text.len(), |len| at + len)
    }

    fn shift(&self, span: Span) -> Span {
        Span::new(self.start + span.start, self.start + span.end)
    }
}

/// The word at or after `at`, in quotes or not.
fn word(text: &str, at: usize, end: usize) -> Option<Span> {
    let rest = &text[at..end];
    let start = at + rest.len() - rest.trim_start().len();
    let first = *text.as_bytes().get(start).filter(|_| start < end)?;
    let inside = &text.as_bytes()[start + 1..end];
    let close = if matches!(first, b'"' | b'\'') { memchr::memchr(first, inside) } else { None };
    let len =
        close.map_or_else(|| inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len()), |len| len + 1);
    Some(Span::new(start, start + 1 + len))
}

/// The name of `name = value` or `name: value`, and where the value starts.
fn pair(line: &str) -> Option<(Span, usize)> {
    let bytes = line.as_bytes();
    let limit = bytes.len().min(LONGEST_NAME + 8);
    let separates = |at: usize| match bytes[at] {
        b'=' => true,
        b':' => bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\t' | b'=' | b'"')),
        _ => false,
    };
    let at = (0..limit).find(|&at| separates(at))?;
    let name = line[..at].trim_end().trim_end_matches(['+', '?', ':', '!']).trim_end();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.-/$[]\"'@ %\\*:".contains(&byte);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fits) || name.split(' ').count() > 3 {
        return None;
    }
    let mut value = at + 1;
    while matches!(bytes.get(value), Some(b'=' | b'>' | b' ' | b'\t')) {
        value += 1;
    }
    Some((Span::new(0, name.len()), value))
}
