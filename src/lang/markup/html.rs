//! HTML: tags, attributes, text, and where the scripts are.
//!
//! Owns the reading of markup whose code tags are overwritten already. It knows no template engine. The decision to
//! know: structure is read from the overwritten page, what an attribute says from the file, so that a value that a
//! template fills in is known as such.

use super::tags::{Tag, balanced};
use crate::facts::{Arg, Call, CallId, Facts, Name, Path, Str, Value, ValueKind};
use crate::lang::islands::Island;
use crate::lang::settings;
use crate::span::Span;

/// What differs between HTML and what is built on it.
pub(super) struct Dialect {
    /// The language of `{…}` in text and attributes.
    pub(super) braces: Option<&'static str>,
    /// Whether `{{…}}` in text is the script's language.
    pub(super) mustaches: bool,
    /// The language between two lines of dashes at the start.
    pub(super) frontmatter: Option<&'static str>,
}

impl Dialect {
    /// HTML itself.
    pub(super) const HTML: Self = Self { braces: None, mustaches: false, frontmatter: None };
}

/// What a page says. Spans of comments are offsets into the text; all others are into the file.
pub(super) struct Page {
    pub(super) facts: Facts,
    pub(super) comments: Vec<Span>,
    pub(super) islands: Vec<Island>,
}

/// Longer text is no label.
const LONGEST_TEXT: usize = 2048;

/// Reads `text`, which starts at `start` of the file; `page` is the text without its code tags.
pub(super) fn read(text: &str, page: &[u8], start: usize, dialect: &Dialect, tags: &[Tag]) -> Page {
    let out = Page { facts: Facts::default(), comments: Vec::new(), islands: Vec::new() };
    let mut reader =
        Reader { text, page, start, dialect, tags, at: 0, label: None, open_braces: true, quotes: true, out };
    reader.frontmatter();
    while reader.at < page.len() {
        reader.next();
    }
    reader.out
}

struct Reader<'a> {
    text: &'a str,
    page: &'a [u8],
    start: usize,
    dialect: &'a Dialect,
    tags: &'a [Tag],
    at: usize,
    /// The element whose text comes next.
    label: Option<CallId>,
    /// Whether openings of expressions and of quoted values may still have an end.
    open_braces: bool,
    quotes: bool,
    out: Page,
}

impl<'a> Reader<'a> {
    fn frontmatter(&mut self) {
        let Some(language) = self.dialect.frontmatter.filter(|_| self.page.starts_with(b"---")) else { return };
        if let Some(end) = memchr::memmem::find(&self.page[3..], b"\n---") {
            self.island(language, Span::new(3, 3 + end));
            self.at = 3 + end + 4;
        }
    }

    fn next(&mut self) {
        let rest = &self.page[self.at..];
        let len = match (self.dialect.braces, self.dialect.mustaches) {
            (None, false) => memchr::memchr(b'<', rest),
            _ => memchr::memchr2(b'<', b'{', rest),
        };
        let stop = len.map_or(self.page.len(), |len| self.at + len);
        if stop > self.at {
            self.text(Span::new(self.at, stop));
            self.at = stop;
            return;
        }
        match (rest[0], rest.get(1)) {
            (b'{', _) => self.braces(),
            (_, Some(b'!')) if rest.starts_with(b"<!--") => {
                let end = memchr::memmem::find(rest, b"-->").map_or(self.page.len(), |len| self.at + len);
                self.out.comments.push(Span::new((self.at + 4).min(end), end));
                self.at = (end + 3).min(self.page.len());
            }
            (_, Some(b'!' | b'?' | b'/')) => {
                self.label = None;
                self.at = memchr::memchr(b'>', rest).map_or(self.page.len(), |len| self.at + len + 1);
            }
            (_, Some(byte)) if byte.is_ascii_alphabetic() => self.tag(),
            _ => self.at += 1,
        }
    }

    /// `{expression}`, `{#if …}`, `{{ expression }}`; anything else in braces is text.
    fn braces(&mut self) {
        let rest = &self.page[self.at..];
        let double = rest.starts_with(b"{{");
        let (language, from) = match self.dialect.braces {
            Some(language) => (language, 1),
            None if double => ("javascript", 2),
            None => return self.at += 1,
        };
        let Some(len) = balanced(&rest[from..], b'{', b'}').filter(|_| self.open_braces) else {
            self.open_braces = false;
            return self.at += 1;
        };
        let code = &rest[from..from + len];
        // `{#if …}`, `{/if}`; a comment keeps its sign.
        let comment = code.starts_with(b"/*") || code.starts_with(b"//");
        let sign = usize::from(!comment && matches!(code.first(), Some(b'#' | b'/' | b':' | b'@')));
        self.island(language, Span::new(self.at + from + sign, self.at + from + len));
        self.at += from + len + from;
        self.at = self.at.min(self.page.len());
    }

    /// Text that follows an opening tag is what the element says.
    fn text(&mut self, span: Span) {
        let Some(id) = self.label.take() else { return };
        let inside = self.said(span.start, span.end);
        let words = inside.trim();
        if words.is_empty() || words.len() > LONGEST_TEXT {
            return;
        }
        let from = span.start + inside.len() - inside.trim_start().len();
        if self.page[from..from + words.len()].iter().all(|byte| matches!(byte, b'_' | b' ' | b'\n')) {
            return;
        }
        let content = self.place(Span::new(from, from + words.len()));
        let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = Value { kind: ValueKind::Str(Str { text, content }), span: content };
        let name = Name { text: "children".to_owned(), span: content };
        self.out.facts.calls[id].args.push(Arg { name: Some(name), value, spread: false });
    }

    fn tag(&mut self) {
        let open = self.at;
        let name = self.run(open + 1, |byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte));
        self.at = name.end;
        let mut args = Vec::new();
        while self.at < self.page.len() && self.page[self.at] != b'>' {
            self.attribute(&mut args);
        }
        let closed = self.page[..self.at].ends_with(b"/");
        let args_span = self.place(Span::new(name.end, self.at));
        self.at = (self.at + 1).min(self.page.len());
        let tag = self.said(name.start, name.end).to_ascii_lowercase();
        let path = Path::single(Name { text: self.said(name.start, name.end).to_owned(), span: self.place(name) });
        let span = self.place(Span::new(open, self.at));
        let said = |key: &str| {
            let arg = args.iter().find(|arg: &&Arg| arg.name.as_ref().is_some_and(|name| name.text == key));
            arg.and_then(|arg| arg.value.as_str()).map(|text| text.text.to_ascii_lowercase())
        };
        let script = match tag.as_str() {
            "script" => Some(script(said("lang").or_else(|| said("type")).as_deref())),
            "i18n" => Some(if said("lang").as_deref() == Some("yaml") { "yaml" } else { "json" }),
            "style" => Some(""),
            _ => None,
        };
        let id = self.out.facts.calls.len();
        self.out.facts.calls.push(Call { path, new: false, receiver: None, args, args_span, span });
        self.label = Some(id).filter(|_| !closed);
        if let Some(language) = script.filter(|_| !closed) {
            self.label = None;
            self.script(&tag, language);
        }
    }

    /// The text of an element that holds no tags.
    fn script(&mut self, tag: &str, language: &'static str) {
        let rest = &self.page[self.at..];
        let ends = |at: &usize| {
            rest.get(at + 2..at + 2 + tag.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag.as_bytes()))
        };
        let len = memchr::memmem::find_iter(rest, b"</").find(ends).unwrap_or(rest.len());
        let inside = Span::new(self.at, self.at + len);
        if !language.is_empty() {
            self.island(language, inside);
        }
        if matches!(language, "javascript" | "typescript" | "tsx") {
            self.written(inside);
        }
        self.at = inside.end;
    }

    /// What a template puts into a script, everybody gets who loads the page: `document.write(value)`.
    fn written(&mut self, script: Span) {
        let first = self.tags.partition_point(|tag| tag.whole.start < script.start);
        let inside = self.tags[first..].iter().take_while(|tag| tag.whole.end <= script.end);
        for tag in inside.filter(|tag| tag.output) {
            let span = self.place(tag.whole);
            let code = self.said(tag.code.start, tag.code.end);
            let read = settings::look_up(code, self.place(tag.code));
            let Some(value) = read.or_else(|| self.named(tag)) else { continue };
            let name = |text: &str| Name { text: text.to_owned(), span };
            let path = Path(vec![name("document"), name("write")]);
            let args = vec![Arg { name: None, value, spread: false }];
            self.out.facts.calls.push(Call { path, new: false, receiver: None, args, args_span: span, span });
        }
    }

    /// The dotted name that a code tag starts with.
    fn named(&self, tag: &Tag) -> Option<Value> {
        let code = self.said(tag.code.start, tag.code.end);
        let from = tag.code.start + code.len() - code.trim_start_matches([' ', '\t', '\n', '$', '@']).len();
        let code = self.said(from, tag.code.end);
        let len = code.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte)).count();
        let mut path = Path::default();
        let mut at = from;
        for part in code[..len].split('.') {
            let span = self.place(Span::new(at, at + part.len()));
            path.0.push(Name { text: part.to_owned(), span });
            at += part.len() + 1;
        }
        let named = path.0.iter().all(|name| !name.text.is_empty());
        named.then(|| Value { span: path.span(), kind: ValueKind::Ref(path) })
    }

    /// One attribute, or one byte that starts none.
    fn attribute(&mut self, args: &mut Vec<Arg>) {
        let page = self.page;
        if page[self.at] == b'{' && self.dialect.braces.is_some() {
            return self.braces();
        }
        let name = self.run(self.at, |byte| !byte.is_ascii_whitespace() && !b"=>/\"'<".contains(&byte));
        if attribute_name(self.said(name.start, name.end)).is_empty() {
            self.at = name.end.max(self.at + 1);
            return;
        }
        self.at = name.end;
        let sign = self.run(self.at, |byte| byte.is_ascii_whitespace()).end;
        let written = self.said(name.start, name.end);
        let name = Name { text: attribute_name(written).to_owned(), span: self.place(name) };
        if page.get(sign) != Some(&b'=') {
            let value = Value::opaque(name.span);
            return args.push(Arg { name: Some(name), value, spread: false });
        }
        self.at = self.run(sign + 1, |byte| byte.is_ascii_whitespace()).end;
        let (content, whole) = self.attribute_value();
        self.at = whole.end;
        let place = self.place(content);
        let said = self.said(content.start, content.end);
        let field = named_field(&name.text);
        let computed = !field && computed(written);
        let value = if field {
            let said = said.trim_start_matches('{').trim_end_matches('}');
            settings::literal(said, place, self.place(whole))
        } else if computed || said.starts_with('{') && self.dialect.braces.is_some() {
            let inside =
                if computed { content } else { Span::new(content.start + 1, (content.end - 1).max(content.start + 1)) };
            self.island(self.dialect.braces.unwrap_or("javascript"), inside);
            quoted(said).map_or(Value::opaque(place), |text| settings::literal(text, place, place))
        } else {
            settings::value(said, place, self.place(whole))
        };
        args.push(Arg { name: Some(name), value, spread: false });
    }

    /// What an attribute is given: without its quotes, and all of it.
    fn attribute_value(&mut self) -> (Span, Span) {
        let rest = &self.page[self.at..];
        let Some(first) = rest.first() else { return (Span::new(self.at, self.at), Span::new(self.at, self.at)) };
        if matches!(first, b'"' | b'\'' | b'`') && self.quotes {
            if let Some(len) = memchr::memchr(*first, &rest[1..]) {
                let content = Span::new(self.at + 1, self.at + 1 + len);
                return (content, Span::new(self.at, content.end + 1));
            }
            self.quotes = false;
        }
        if *first == b'{' && self.dialect.braces.is_some() && self.open_braces {
            if let Some(len) = balanced(&rest[1..], b'{', b'}') {
                let whole = Span::new(self.at, self.at + len + 2);
                return (whole, whole);
            }
            self.open_braces = false;
        }
        let whole = self.run(self.at, |byte| !byte.is_ascii_whitespace() && byte != b'>');
        (whole, whole)
    }

    /// Part of the text; nothing where the page has blanks in the middle of a character.
    fn said(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn run(&self, from: usize, fits: impl Fn(u8) -> bool) -> Span {
        let from = from.min(self.page.len());
        let len = self.page[from..].iter().take_while(|byte| fits(**byte)).count();
        Span::new(from, from + len)
    }

    fn island(&mut self, language: &'static str, span: Span) {
        self.out.islands.push(Island { language, span: self.place(span) });
    }

    fn place(&self, span: Span) -> Span {
        Span::new(self.start + span.start, self.start + span.end)
    }
}

/// The language of a script by its `lang` or `type`; empty for what no browser runs.
fn script(kind: Option<&str>) -> &'static str {
    match kind.map(|kind| kind.rsplit('/').next().unwrap_or(kind)) {
        Some("ts" | "typescript") => "typescript",
        Some("tsx") => "tsx",
        Some("json" | "ld+json" | "importmap" | "speculationrules") => "json",
        Some("x-template" | "html" | "x-handlebars" | "x-handlebars-template" | "x-mustache" | "template") => "",
        _ => "javascript",
    }
}

/// An attribute's name without what says that it is bound: `:label`, `v-bind:label`, `[label]`, `x-bind:label`.
fn attribute_name(written: &str) -> &str {
    let bare = written.trim_start_matches("v-bind:").trim_start_matches("x-bind:").trim_start_matches(':');
    bare.trim_start_matches(['[', '(']).trim_end_matches([']', ')'])
}

/// Attributes that name the field a value is kept in.
fn named_field(name: &str) -> bool {
    let bare = name.split('.').next().unwrap_or(name);
    matches!(bare, "v-model" | "ng-model" | "ngModel" | "x-model" | "formControlName" | "data-field")
        || name.starts_with("wire:model")
        || name.starts_with("v-model")
        || name.starts_with("bind:")
}

/// Whether an attribute holds code: a handler, a binding, a directive.
fn computed(written: &str) -> bool {
    let handler = written.len() > 3
        && written.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"))
        && written.bytes().all(|byte| byte.is_ascii_alphabetic());
    handler
        || written.starts_with([':', '@', '[', '('])
        || written.starts_with("v-")
        || written.starts_with("ng-")
        || written.starts_with("x-")
}

/// The text of code that is one string: `'Access token'`, `$t('Access token')`.
fn quoted(code: &str) -> Option<&str> {
    let code = code.trim().trim_start_matches('{').trim_end_matches('}').trim();
    let code =
        code.strip_prefix("$t(").or_else(|| code.strip_prefix("t(")).map_or(code, |rest| rest.trim_end_matches(')'));
    let inner = ['"', '\'', '`'].iter().find_map(|quote| code.strip_prefix(*quote)?.strip_suffix(*quote))?;
    (!inner.contains(['"', '\'', '`', '$'])).then_some(inner)
}
