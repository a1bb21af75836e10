//! YAML: entries with their full path, comments, and the shell scripts that CI files carry.
//!
//! Owns the mapping from parser events to entries. It knows no schema beyond the two list forms of environment
//! variables (`- name: X`, `- X=y`). The decision to know: aliases are not expanded, so a file costs what its bytes
//! cost; and when the parser gives up, what came before counts and the rest is read line by line.

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle};

use super::entries::Entries;
use super::shell::carried;
use super::{Front, Language, Layer, kubernetes, requests, settings, text as lines, utf8};
use crate::facts::{Name, Note, Value, ValueKind};
use crate::span::Span;

/// YAML.
pub static LANGUAGE: Language = Language {
    name: "yaml",
    extensions: &["yml", "yaml", "eyaml"],
    filenames: &[],
    interpreters: &[],
    fences: &["docker-compose", "yaml-frontmatter"],
    front: Front::Own(lower),
    environment: "",
};

/// Keys whose text is a shell script.
const SCRIPTS: &[&str] =
    &["run", "script", "before_script", "after_script", "command", "commands", "cmd", "shell", "args", "sh", "bash"];

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    read(text, range, false)
}

/// Lowers `text[range]`; what is `nested` in another YAML holds no further files.
fn read(text: &[u8], range: Span, nested: bool) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut reader = parse(&decoded, &decoded, start);
    if reader.failed.is_some()
        && let Some(masked) = masked(&decoded)
    {
        let again = parse(&masked, &decoded, start);
        if again.end > reader.end {
            reader = again;
        }
    }
    let Reader { mut entries, comments, scripts, escaped, files, end, failed, .. } = reader;
    let commands = std::mem::take(&mut entries.commands);
    let mut facts = entries.finish();
    for (_, block) in files.iter().filter(|(language, _)| language.is_none()) {
        lines::read(&decoded, start, Span::new(block.start - start, block.end - start), &mut facts);
    }
    if let Some(note) = failed {
        let rest = memchr::memchr(b'\n', &decoded.as_bytes()[end..]).map_or(decoded.len(), |len| end + len + 1);
        lines::read(&decoded, start, Span::new(rest, decoded.len()), &mut facts);
        // Where the line that stopped the parser is a template's, no reader of YAML could do better.
        let line = Span::new(decoded[..end].rfind('\n').map_or(0, |at| at + 1), rest).of(decoded.as_bytes());
        if note == Note::TooDeep
            || TEMPLATES.iter().all(|(open, _)| memchr::memmem::find(line, open.as_bytes()).is_none())
        {
            facts.notes.push(note);
        }
    }
    if scripts.len() > carried::MAX_SCRIPTS {
        facts.notes.push(Note::TooLarge);
    }
    let mut layers = lines::layers(LANGUAGE.name, &decoded, start, facts, &comments);
    requests::settle(&mut layers, range);
    let scripts = scripts.into_iter().take(carried::MAX_SCRIPTS);
    layers.extend(scripts.flat_map(|(script, quoted)| carried::script(text, script, quoted)));
    let files = files.into_iter().filter_map(|(language, block)| Some((language?, block))).filter(|_| !nested);
    for (language, block) in files.take(carried::MAX_SCRIPTS) {
        layers.extend(match language.name {
            "yaml" => read(text, block, true),
            _ => super::lower(language, text, block),
        });
    }
    layers.extend(carried::escaped(text, escaped));
    layers.extend(carried::listed(text, commands));
    layers
}

/// Reads `masked` as YAML; `text` is what really stands there.
fn parse<'a>(masked: &str, text: &'a str, start: usize) -> Reader<'a> {
    let entries = Entries::new(text.len());
    let mut reader = Reader {
        text,
        start,
        entries,
        comments: Vec::new(),
        scripts: Vec::new(),
        escaped: Vec::new(),
        files: Vec::new(),
        document: 0,
        end: 0,
        failed: None,
    };
    let options = granit_parser::options! { emit_unresolved_aliases: true, max_buffered_comment_events: 100_000 };
    let mut parser = Parser::new_from_str_with_options(masked, options);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::Comment(..), span)) => reader.comments.push(reader.offsets(&span)),
            Ok((event, span)) => reader.event(&event, &span),
            Err(error) => {
                let deep = *error.kind() == ErrorKind::RecursionLimitExceeded;
                reader.failed = Some(if deep { Note::TooDeep } else { Note::Malformed });
                break;
            }
        }
    }
    reader
}

/// What opens and closes the code of template engines.
const TEMPLATES: &[(&str, &str)] = &[("<%", "%>"), ("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
/// Template code longer than this is none.
const LONGEST_TEMPLATE: usize = 1024;

/// The text with its template code overwritten, byte for byte: what has lines for itself by blanks, the rest by a
/// letter. `None` when it has none.
fn masked(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut found = false;
    let mut at = 0;
    while let Some(start) = memchr::memchr2(b'<', b'{', &bytes[at..]).map(|len| at + len) {
        at = start + 1;
        let Some((open, close)) = TEMPLATES.iter().find(|(open, _)| bytes[start..].starts_with(open.as_bytes())) else {
            continue;
        };
        let window = &bytes[start..bytes.len().min(start + LONGEST_TEMPLATE)];
        let Some(len) = memchr::memmem::find(window, close.as_bytes()) else { continue };
        let stop = start + len + close.len();
        let silent = *open == "<%" && bytes[start + 2] != b'=';
        let alone = silent || blank(bytes[..start].iter().rev()) && blank(bytes[stop..].iter());
        for byte in bytes[start..stop].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = if alone { b' ' } else { b'x' };
        }
        found = true;
        at = stop;
    }
    String::from_utf8(bytes).ok().filter(|_| found)
}

/// Whether there are only blanks up to a line break; bounded, so that long lines cost no more than their length.
fn blank<'b>(bytes: impl Iterator<Item = &'b u8>) -> bool {
    let mut bytes = bytes.take(LONGEST_TEMPLATE).skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    bytes.next().is_none_or(|byte| *byte == b'\n')
}

struct Reader<'a> {
    text: &'a str,
    /// What to add to an offset into `text` for one into the file.
    start: usize,
    entries: Entries,
    comments: Vec<Span>,
    /// Shell scripts, and whether YAML has a say in what may be written there.
    scripts: Vec<(Span, bool)>,
    /// Blocks of text: the language of the file that their key names, `None` for plain lines.
    files: Vec<(Option<&'static Language>, Span)>,
    /// Scripts in double quotes with escapes.
    escaped: Vec<Span>,
    /// Where the entries of the document at hand start.
    document: usize,
    /// Where the last event ended, in `text`.
    end: usize,
    /// Why the parser gave up.
    failed: Option<Note>,
}

impl Reader<'_> {
    fn event(&mut self, event: &Event<'_>, span: &granit_parser::Span) {
        let place = self.offsets(span);
        match event {
            Event::MappingStart(..) => self.entries.open(true, place.start),
            Event::SequenceStart(..) => self.entries.open(false, place.start),
            Event::MappingEnd | Event::SequenceEnd => self.entries.close(place.start),
            Event::Scalar(text, style, _, tag) => {
                let custom = tag.as_deref().is_some_and(|tag| tag.suffix().eq_ignore_ascii_case("env"));
                self.scalar(text, *style, custom, place);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) if self.entries.wants_key() => {
                self.entries.key(Name { text: String::new(), span: place });
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.entries.leaf(Value::opaque(place)),
            Event::DocumentStart(..) => self.document = self.entries.facts.entries.len(),
            Event::DocumentEnd => kubernetes::decode(&mut self.entries.facts.entries[self.document..]),
            _ => return,
        }
        self.end = self.end.max(place.end - self.start);
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, env: bool, span: Span) {
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) && span.len() >= 2;
        let content = if quoted { Span::new(span.start + 1, span.end - 1) } else { span };
        // Where nothing had to be decoded the source is what counts, templates included.
        let source = &self.text[content.start - self.start..content.end - self.start];
        let exact = content.len() == text.len();
        let text = if exact { source } else { text };
        if self.entries.wants_key() {
            self.entries.key(Name { text: text.to_owned(), span: content });
            return;
        }
        let plain = style == ScalarStyle::Plain;
        let value = if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            Value { kind: ValueKind::Null, span }
        } else if env && !text.contains(['$', ' ']) {
            Value { kind: ValueKind::Env(Name { text: text.to_owned(), span: content }), span }
        } else {
            settings::value(text, content, span)
        };
        self.script(style, content, exact);
        let lists = self.entries.in_list() || self.entries.keys().last().is_some_and(|key| key.text == "env");
        if exact
            && lists
            && let Some((name, rest)) = assignment(text)
        {
            let first = content.end - rest.len() - 1 - name.len();
            if rest.contains(' ') && rest.contains('=') {
                // Several on one line, as Travis has them.
                let inside = Span::new(first - self.start, content.end - self.start);
                for entry in settings::assignments(self.text, self.start, inside) {
                    let name = entry.path.0.into_iter().next();
                    name.into_iter().for_each(|name| self.entries.listed(name, entry.value.clone(), entry.span));
                }
            } else {
                let name = Name { text: name.to_owned(), span: Span::new(first, first + name.len()) };
                let place = Span::new(content.end - rest.len(), content.end);
                let listed = settings::value(rest, place, place);
                self.entries.listed(name, listed, content);
            }
        }
        self.entries.leaf(value);
    }

    /// A block scalar, or one line, under a key that says it is a shell script.
    fn script(&mut self, style: ScalarStyle, content: Span, exact: bool) {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let Some(key) = self.entries.keys().last().filter(|_| !self.entries.in_command()) else { return };
        let first = self.text[content.start - self.start..content.end - self.start].trim_start().lines().next();
        let named =
            key.text.ends_with(".sh") || first.is_some_and(|line| line.starts_with("#!") && line.ends_with("sh"));
        if (block || exact) && (named || SCRIPTS.contains(&key.text.as_str())) {
            self.scripts.push((content, !block));
        } else if style == ScalarStyle::Literal {
            let first = first.unwrap_or_default();
            let language = if first.starts_with("- name:") { Some(&LANGUAGE) } else { file_of(&key.text, first) };
            // With the first line's margin, which the others have too.
            let before = &self.text[..content.start - self.start];
            let margin = before.len() - before.trim_end_matches(' ').len();
            self.files.push((language, Span::new(content.start - margin, content.end)));
        } else if style == ScalarStyle::DoubleQuoted && SCRIPTS.contains(&key.text.as_str()) {
            self.escaped.push(content);
        }
    }

    fn offsets(&self, span: &granit_parser::Span) -> Span {
        let at = |marker: &granit_parser::Marker| marker.byte_offset().unwrap_or(0).min(self.text.len());
        let (from, to) = (at(&span.start), at(&span.end));
        Span::new(self.start + from, self.start + to.max(from))
    }
}

/// The language of a file that a key names (`application.properties: |`), among those that hold settings and no
/// further files. `first` is the first line.
fn file_of(key: &str, first: &str) -> Option<&'static Language> {
    let language = super::of_file(std::path::Path::new(key), b"")?;
    let settings = matches!(language.name, "yaml" | "json" | "toml" | "ini" | "properties" | "dotenv" | "hcl");
    (settings || language.name == "xml" && first.starts_with('<')).then_some(language)
}

/// `KEY=value`, as lists of environment variables write it.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.strip_prefix("export ").unwrap_or(text).split_once('=')?;
    let fits = !name.is_empty()
        && name.len() < 128
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        && !value.contains('\n');
    fits.then_some((name, value))
}
