//! Request files: `.http`, `.rest`, `.hurl`.
//!
//! Owns their lines: a request line, headers, sections, variables. It knows no client's extras beyond what carries a
//! credential. The decision to know: `{{name}}` is a name that `@name = …` of the same file may define.

use super::{arg, basic, header, request};
use crate::facts::{Arg, Assign, Carrier, Facts, Name, Path, Str, Text, Value, ValueKind};
use crate::lang::{Front, Language, Layer, text as lines, utf8};
use crate::span::Span;

/// Request files of editors, and Hurl's.
pub static LANGUAGE: Language = Language {
    name: "http",
    extensions: &["http", "rest", "hurl"],
    filenames: &[],
    interpreters: &[],
    fences: &["hurl"],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut reader = Reader { text: &decoded, start, facts: Facts::default(), commented: Facts::default(), open: None };
    let mut at = 0;
    while at < decoded.len() {
        let end = memchr::memchr(b'\n', &decoded.as_bytes()[at..]).map_or(decoded.len(), |len| at + len);
        reader.line(at, end);
        at = end + 1;
    }
    reader.close();
    let mut layers = vec![Layer { carrier: Carrier::Code, language: LANGUAGE.name, facts: reader.facts }];
    if !reader.commented.entries.is_empty() {
        layers.push(Layer { carrier: Carrier::Comment, language: LANGUAGE.name, facts: reader.commented });
    }
    layers
}

struct Reader<'a> {
    text: &'a str,
    start: usize,
    facts: Facts,
    commented: Facts,
    /// The request at hand.
    open: Option<Open>,
}

struct Open {
    method: String,
    args: Vec<Arg>,
    span: Span,
    /// Whether an empty line ended the headers.
    body: bool,
    /// Whether the next line is a user with a password.
    login: bool,
}

const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

impl Reader<'_> {
    fn line(&mut self, at: usize, end: usize) {
        let line = self.text[at..end].trim_end();
        let indent = line.len() - line.trim_start().len();
        let (words, from) = (line.trim_start(), at + indent);
        if words.starts_with("###") || words.starts_with("HTTP/") || words.starts_with("HTTP ") {
            return self.close();
        }
        if words.starts_with('#') || words.starts_with("//") {
            lines::read(self.text, self.start, Span::new(from, from + words.len()), &mut self.commented);
            let span = self.place(from, from + words.len());
            return self.facts.texts.push(Text { carrier: Carrier::Comment, span });
        }
        if let Some((name, value)) = words.strip_prefix('@').and_then(|rest| rest.split_once('=')) {
            let value = self.value(from + words.len() - value.len(), value);
            let name = self.name(from + 1, name.trim());
            let span = name.span.to(value.span);
            return self.facts.assigns.push(Assign { target: Path::single(name), value, span });
        }
        if let Some((method, url)) = request_line(words) {
            self.close();
            let url = self.value(from + words.len() - words.trim_start_matches(method).len(), url);
            let span = self.place(from, from + words.len());
            let method = method.to_owned();
            self.open = Some(Open { method, args: vec![arg("url", span, url)], span, body: false, login: false });
            return;
        }
        self.header(from, words);
    }

    /// `Name: value`, `[Section]`, or part of the body.
    fn header(&mut self, from: usize, words: &str) {
        let Some(open) = &mut self.open else { return };
        if let Some(section) = words.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            open.login = section == "BasicAuth";
            open.body = !open.login;
            return;
        }
        open.body |= words.is_empty();
        if open.body {
            let inside = Span::new(from, from + words.len());
            return lines::read(self.text, self.start, inside, &mut self.facts);
        }
        let login = std::mem::take(&mut open.login);
        let Some((name, written)) = words.split_once(':') else { return };
        let value = self.value(from + words.len() - written.len(), written);
        let name = self.name(from, name.trim());
        let arg = if login {
            let user = self.value(from, &name.text);
            arg("Authorization", name.span, basic(&user, &value))
        } else if name.text.eq_ignore_ascii_case("authorization") {
            Arg { name: Some(name), value: header(&value), spread: false }
        } else {
            Arg { name: Some(name), value, spread: false }
        };
        if let Some(open) = &mut self.open {
            open.args.push(arg);
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            let span = open.args.iter().map(|arg| arg.value.span).fold(open.span, Span::to);
            self.facts.calls.push(request(&open.method, span, open.args));
        }
    }

    /// Text in which `{{name}}` is a name.
    fn value(&self, at: usize, written: &str) -> Value {
        let at = at + written.len() - written.trim_start().len();
        let written = written.trim();
        let span = self.place(at, at + written.len());
        let text = |from: usize, to: usize| {
            let content = self.place(at + from, at + to);
            Value { kind: ValueKind::Str(Str { text: written[from..to].to_owned(), content }), span: content }
        };
        let (mut parts, mut last) = (Vec::new(), 0);
        while let Some(open) = written[last..].find("{{").map(|len| last + len) {
            let Some(len) = written[open..].find("}}") else { break };
            if last < open {
                parts.push(text(last, open));
            }
            let inside = &written[open + 2..open + len];
            let span = self.place(at + open, at + open + len + 2);
            parts.push(Value { kind: self.variable(inside, span), span });
            last = open + len + 2;
        }
        if parts.is_empty() {
            return Value { span, ..text(0, written.len()) };
        }
        if last < written.len() {
            parts.push(text(last, written.len()));
        }
        if parts.len() == 1 { parts.remove(0) } else { Value { kind: ValueKind::Concat(parts), span } }
    }

    /// `name`, `$processEnv NAME`, `$dotenv NAME`, `$env.NAME`
    fn variable(&self, inside: &str, span: Span) -> ValueKind {
        let inside = inside.trim();
        let variable =
            ["$processEnv ", "$dotenv ", "$env.", "process.env."].iter().find_map(|mark| inside.strip_prefix(mark));
        match variable {
            Some(name) => ValueKind::Env(Name { text: name.trim().trim_start_matches('%').to_owned(), span }),
            None => ValueKind::Ref(Path::single(Name { text: inside.to_owned(), span })),
        }
    }

    fn name(&self, at: usize, text: &str) -> Name {
        Name { text: text.to_owned(), span: self.place(at, at + text.len()) }
    }

    fn place(&self, from: usize, to: usize) -> Span {
        Span::new(self.start + from, self.start + to)
    }
}

/// The method and the rest of a request line; one without a method is a GET.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    if METHODS.contains(&method) {
        let url = rest.trim_start();
        return Some((method, url.rsplit_once(" HTTP/").map_or(url, |(url, _)| url)));
    }
    let bare = line.starts_with("http://") || line.starts_with("https://");
    bare.then_some(("", line.rsplit_once(" HTTP/").map_or(line, |(url, _)| url)))
}
