//! Files whose lines are commands: `Makefile`, `Procfile`, `crontab`.
//!
//! Owns which part of a line is a command, and the variables set between them. Commands are read as shell. The decision
//! to know: make's own `$(NAME)` is the shell's `${NAME}` in a copy of the text, byte for byte.

use super::shell::carried;
use super::{Front, Language, Layer, settings, text as lines, utf8};
use crate::facts::{Entry, Facts, Name, Note, Path};
use crate::span::Span;

/// Make.
pub static MAKEFILE: Language = language(
    "makefile",
    &["mk", "mak", "make"],
    &["makefile", "gnumakefile", "makefile.am", "makefile.in", "makefile.inc", "justfile", ".justfile"],
    &["make", "just"],
    makefile,
);
/// Processes of a platform: `web: command`.
pub static PROCFILE: Language =
    language("procfile", &[], &["procfile", "procfile.dev", "procfile.local", "procfile.test"], &[], procfile);
/// Cron's tables.
pub static CRONTAB: Language =
    language("crontab", &["cron", "crontab"], &["crontab", "crontab.txt"], &["cron"], crontab);

const fn language(
    name: &'static str,
    extensions: &'static [&'static str],
    filenames: &'static [&'static str],
    fences: &'static [&'static str],
    front: fn(&[u8], Span) -> Vec<Layer>,
) -> Language {
    Language { name, extensions, filenames, interpreters: &[], fences, front: Front::Own(front), environment: "" }
}

/// Rules' recipes, and `NAME = value` outside of them.
fn makefile(text: &[u8], range: Span) -> Vec<Layer> {
    let mut found = Found::default();
    let (decoded, start) = utf8(text, range);
    // The recipe at hand: its lines are one script.
    let mut recipe: Option<Span> = None;
    let mut rule = false;
    for line in Lines::new(&decoded) {
        let content = &decoded[line.start..line.end];
        if content.starts_with(['\t', ' ']) && rule {
            recipe = Some(recipe.map_or(line, |recipe| recipe.to(line)));
            continue;
        }
        if content.trim().is_empty() {
            continue;
        }
        found.scripts.extend(recipe.take());
        if content.starts_with('#') {
            found.comments.push(line);
            continue;
        }
        rule = !found.variable(&decoded, start, line) && content.contains(':');
        if rule && let Some((_, own)) = content.split_once(':') {
            // `target: NAME = value`
            found.variable(&decoded, start, Span::new(line.end - own.len(), line.end));
        }
    }
    found.scripts.extend(recipe);
    let mut shown = text.to_vec();
    for at in memchr::memchr_iter(b'$', range.of(text)).map(|at| range.start + at) {
        // `$(NAME)` is `${NAME}`.
        let name = text.get(at + 2..).unwrap_or_default();
        let len = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        if text.get(at + 1) == Some(&b'(') && len > 0 && name.get(len) == Some(&b')') {
            shown[at + 1] = b'{';
            shown[at + 2 + len] = b'}';
        }
    }
    for recipe in &found.scripts {
        // `@` and `-` before a command are make's.
        let mut first = true;
        for byte in &mut shown[start + recipe.start..start + recipe.end] {
            match *byte {
                b'\n' => first = true,
                b'@' | b'-' | b'+' if first => *byte = b' ',
                other => first &= other.is_ascii_whitespace(),
            }
        }
    }
    found.layers(MAKEFILE.name, text, &shown, &decoded, start)
}

/// `name: command`
fn procfile(text: &[u8], range: Span) -> Vec<Layer> {
    let mut found = Found::default();
    let (decoded, start) = utf8(text, range);
    for line in Lines::new(&decoded) {
        let content = &decoded[line.start..line.end];
        if content.starts_with('#') {
            found.comments.push(line);
        } else if let Some((name, command)) = content.split_once(':')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        {
            found.scripts.push(Span::new(line.end - command.len(), line.end));
        }
    }
    found.layers(PROCFILE.name, text, text, &decoded, start)
}

/// `NAME=value`, and commands after five fields of time or after `@daily`.
fn crontab(text: &[u8], range: Span) -> Vec<Layer> {
    let mut found = Found::default();
    let (decoded, start) = utf8(text, range);
    for line in Lines::new(&decoded) {
        let content = &decoded[line.start..line.end];
        let trimmed = content.trim_start();
        let times = if trimmed.starts_with('@') { 1 } else { 5 };
        if trimmed.starts_with('#') {
            found.comments.push(line);
        } else if !found.variable(&decoded, start, line) {
            let mut rest = trimmed;
            for _ in 0..times {
                let word = rest.find([' ', '\t']).unwrap_or(rest.len());
                rest = rest[word..].trim_start();
            }
            found.scripts.push(Span::new(line.end - rest.len(), line.end));
        }
    }
    found.layers(CRONTAB.name, text, text, &decoded, start)
}

/// What was found; offsets into the decoded text.
#[derive(Default)]
struct Found {
    facts: Facts,
    comments: Vec<Span>,
    scripts: Vec<Span>,
}

impl Found {
    /// `NAME = value`, `export NAME := value`. Returns whether the line is one.
    fn variable(&mut self, text: &str, start: usize, line: Span) -> bool {
        let content = &text[line.start..line.end];
        let from = line.start + content.len() - content.trim_start().len();
        let from = from + if text[from..line.end].starts_with("export ") { "export ".len() } else { 0 };
        let len = text[from..line.end].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let rest = text[from + len..line.end].trim_start();
        let Some(value) = rest.trim_start_matches([':', '?', '+', '!']).strip_prefix('=') else { return false };
        if len == 0 {
            return false;
        }
        let value = value.trim();
        let at = text[..line.end].trim_end().len() - value.len();
        let quoted = value.len() >= 2 && value.starts_with(['"', '\'']) && value.ends_with(&value[..1]);
        let inside = if quoted { Span::new(at + 1, at + value.len() - 1) } else { Span::new(at, at + value.len()) };
        let shift = |span: Span| Span::new(start + span.start, start + span.end);
        let content = shift(inside);
        let value = settings::value(&text[inside.start..inside.end], content, content);
        let name = Name { text: text[from..from + len].to_owned(), span: shift(Span::new(from, from + len)) };
        let span = name.span.to(content);
        self.facts.entries.push(Entry { path: Path::single(name), value, span });
        true
    }

    /// The layers of a file; `shown` is `text` as the shell should see it.
    fn layers(mut self, name: &'static str, text: &[u8], shown: &[u8], decoded: &str, start: usize) -> Vec<Layer> {
        debug_assert_eq!(text.len(), shown.len());
        let shift = |span: Span| Span::new(start + span.start, start + span.end);
        if self.scripts.len() > carried::MAX_SCRIPTS {
            self.facts.notes.push(Note::TooLarge);
        }
        let comments: Vec<Span> = self.comments.into_iter().map(shift).collect();
        let mut layers = lines::layers(name, decoded, start, self.facts, &comments);
        let scripts = self.scripts.into_iter().take(carried::MAX_SCRIPTS);
        layers.extend(scripts.flat_map(|script| carried::script(shown, shift(script), true)));
        layers
    }
}

/// The lines of a text, one that ends in a backslash with the next.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        if start >= bytes.len() {
            return None;
        }
        let mut end = start;
        loop {
            end += memchr::memchr(b'\n', &bytes[end..]).unwrap_or(bytes.len() - end);
            let goes_on = matches!(&bytes[start..end], [.., b'\\'] | [.., b'\\', b'\r']);
            if !goes_on || end >= bytes.len() {
                self.at = end + 1;
                return Some(Span::new(start, end));
            }
            end += 1;
        }
    }
}
