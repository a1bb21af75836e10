//! Dockerfiles: variables, labels, and the commands they run.
//!
//! Owns the instructions' lines, their continuations and heredocs. The commands are read as shell. The decision to know:
//! a continued instruction is one range of the file, breaks included, since the shell joins its lines in the same way.

use super::shell::carried;
use super::{Front, Language, Layer, json, settings, text as lines, utf8};
use crate::facts::{Entry, Facts, Name, Note, Path};
use crate::span::Span;

/// Dockerfiles and Containerfiles.
pub static LANGUAGE: Language = Language {
    name: "dockerfile",
    extensions: &["dockerfile", "containerfile"],
    // Not `dockerfile.*`: `dockerfile.go` is Go.
    filenames: &[
        "dockerfile",
        "dockerfile-*",
        "dockerfile_*",
        "dockerfile.dev*",
        "dockerfile.prod*",
        "dockerfile.stag*",
        "dockerfile.test*",
        "dockerfile.ci*",
        "dockerfile.base*",
        "dockerfile.build*",
        "dockerfile.web*",
        "dockerfile.worker*",
        "dockerfile.alpine*",
        "dockerfile.debian*",
        "dockerfile.ubuntu*",
        "containerfile",
    ],
    interpreters: &[],
    fences: &["docker"],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut reader = Reader {
        text: &decoded,
        start,
        facts: Facts::default(),
        comments: Vec::new(),
        scripts: Vec::new(),
        lists: Vec::new(),
        unclosed: 0,
    };
    let mut at = 0;
    while at < decoded.len() {
        at = reader.instruction(at);
    }
    let Reader { mut facts, comments, scripts, lists, .. } = reader;
    if scripts.len().max(lists.len()) > carried::MAX_SCRIPTS {
        facts.notes.push(Note::TooLarge);
    }
    let mut layers = lines::layers(LANGUAGE.name, &decoded, start, facts, &comments);
    layers
        .extend(scripts.into_iter().take(carried::MAX_SCRIPTS).flat_map(|script| carried::script(text, script, false)));
    let commands = lists.into_iter().take(carried::MAX_SCRIPTS).filter_map(|list| {
        let words = json::strings(text, list);
        (!words.is_empty()).then_some(words)
    });
    layers.extend(carried::listed(text, commands.collect()));
    layers
}

struct Reader<'a> {
    text: &'a str,
    /// What to add to an offset into `text` for one into the file.
    start: usize,
    facts: Facts,
    comments: Vec<Span>,
    scripts: Vec<Span>,
    /// Commands written as JSON lists.
    lists: Vec<Span>,
    /// How many heredocs had no end.
    unclosed: usize,
}

/// After so many heredocs without an end no more are looked for, since each costs the rest of the file.
const MAX_UNCLOSED: usize = 16;

impl Reader<'_> {
    /// Reads the instruction at `at`. Returns where the next one starts.
    fn instruction(&mut self, at: usize) -> usize {
        let first = self.line_end(at);
        let line = self.text[at..first].trim_start();
        let from = first - line.len();
        if line.starts_with('#') {
            self.comments.push(self.span(from, first));
            return first + 1;
        }
        let end = self.logical_end(at);
        let word = line.bytes().take_while(u8::is_ascii_alphabetic).count();
        let kind = self.text[from..from + word].to_ascii_uppercase();
        let mut at = self.blanks(from + word, end);
        match kind.as_str() {
            "ENV" | "ARG" | "LABEL" => {
                self.remarks(at, end);
                self.variables(at, end);
            }
            "ONBUILD" => return self.instruction(at.min(end)),
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "SHELL" => {
                while let Some(flag) = self.text[at..end].strip_prefix("--") {
                    let len = flag.bytes().take_while(|byte| !byte.is_ascii_whitespace()).count();
                    at = self.blanks(at + 2 + len, end);
                }
                if kind == "HEALTHCHECK" && self.text[at..end].starts_with("CMD") {
                    at = self.blanks(at + 3, end);
                }
                if self.text[at..end].starts_with('[') {
                    self.lists.push(self.span(at, end));
                } else {
                    let last = self.heredocs_end(at, end);
                    // A heredoc by itself is the script.
                    let alone = last > end && self.text[at..end].starts_with("<<");
                    self.scripts.push(self.span(if alone { end } else { at }, last));
                    return last + 1;
                }
            }
            "COPY" | "ADD" => return self.heredocs_end(at, end) + 1,
            _ => (),
        }
        end + 1
    }

    /// Records the comments between the lines of a continued instruction.
    fn remarks(&mut self, at: usize, end: usize) {
        let mut at = self.line_end(at) + 1;
        while at < end {
            let next = self.line_end(at);
            let from = next - self.text[at..next].trim_start().len();
            if self.text[from..next].starts_with('#') {
                self.comments.push(self.span(from, next));
            }
            at = next + 1;
        }
    }

    /// `NAME=value NAME="value"`, or `NAME value` up to the end of the line.
    fn variables(&mut self, at: usize, end: usize) {
        let name = self.text[at..end].bytes().take_while(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count();
        let after = self.blanks(at + name, end);
        if name > 0 && after > at + name && after < end && !self.text[after..end].starts_with('=') {
            let rest = self.text[after..end].trim_end();
            let name = Name { text: self.text[at..at + name].to_owned(), span: self.span(at, at + name) };
            let content = self.span(after, after + rest.len());
            let value = settings::value(rest, content, content);
            let span = name.span.to(content);
            self.facts.entries.push(Entry { path: Path::single(name), value, span });
            return;
        }
        self.facts.entries.extend(settings::assignments(self.text, self.start, Span::new(at, end)));
    }

    /// Where the instruction ends that starts at `at`. Comments and empty lines do not end a continued one.
    fn logical_end(&self, at: usize) -> usize {
        let mut end = self.line_end(at);
        loop {
            let line = self.text[at..end].trim_end();
            if !(line.ends_with('\\') || line.ends_with('`')) || end >= self.text.len() {
                return end;
            }
            end = self.line_end(end + 1);
            while end < self.text.len() {
                let start = self.text[..end].rfind('\n').map_or(0, |at| at + 1);
                let line = self.text[start..end].trim();
                if !(line.is_empty() || line.starts_with('#')) {
                    break;
                }
                end = self.line_end(end + 1);
            }
        }
    }

    /// Where the heredocs end that the instruction in `at..end` opens.
    fn heredocs_end(&mut self, at: usize, end: usize) -> usize {
        let mut last = end;
        for (open, _) in self.text[at..end].match_indices("<<").take(8) {
            let rest = self.text[at + open + 2..end].trim_start_matches(['-', '"', '\'']);
            let len = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            let name = &rest[..len];
            if name.is_empty() || self.unclosed >= MAX_UNCLOSED {
                continue;
            }
            let mut at = last;
            loop {
                if at >= self.text.len() {
                    self.unclosed += 1;
                    break;
                }
                let next = self.line_end(at + 1);
                if self.text[(at + 1).min(next)..next].trim() == name {
                    last = next;
                    break;
                }
                at = next;
            }
        }
        last
    }

    fn blanks(&self, at: usize, end: usize) -> usize {
        at + self.text[at..end].bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\\' | b'\n' | b'\r')).count()
    }

    fn line_end(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        memchr::memchr(b'\n', &self.text.as_bytes()[at..]).map_or(self.text.len(), |len| at + len)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.start + start, self.start + end)
    }
}
