//! Jupyter notebooks: code, prose and outputs in JSON strings.
//!
//! Owns where a notebook keeps its cells. It knows no language. The decision to know: all code cells are one program,
//! as the kernel runs them, and all their text is decoded before it is read; outputs are documents of what happened.

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::decoded::Decoded;
use super::{Front, Language, Layer, by_name, documents, family, text as lines, utf8};
use crate::facts::{Carrier, Facts, Note};
use crate::span::Span;

/// Jupyter.
pub static LANGUAGE: Language = Language {
    name: "notebook",
    extensions: &["ipynb"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

/// Names of languages as a notebook's layers have them: their facts are theirs, but no code can be put into a JSON
/// string.
pub(super) const LANGUAGES: &[(&str, &str)] = &[
    ("notebook-python", "python"),
    ("notebook-ruby", "ruby"),
    ("notebook-javascript", "javascript"),
    ("notebook-java", "java"),
    ("notebook-go", "go"),
    ("notebook-php", "php"),
    ("notebook-rust", "rust"),
    ("notebook-shell", "shell"),
    ("notebook-csharp", "csharp"),
    ("notebook-kotlin", "kotlin"),
    ("notebook-scala", "scala"),
];

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut reader = Reader { text, start, notebook: Notebook::default(), open: Vec::new(), cell: Cell::default() };
    let mut scanner = Scanner::new(&decoded, &ScannerOptions::default());
    let mut last = 0;
    let failed = loop {
        match scanner.scan() {
            Ok(None) => break false,
            Err(_) => break true,
            Ok(Some(token)) => {
                reader.token(&token, Span::new(scanner.token_start(), scanner.token_end()));
                last = scanner.token_end();
            }
        }
    };
    let mut facts = Facts::default();
    if failed {
        reader.finish();
        lines::read(&decoded, start, Span::new(last, decoded.len()), &mut facts);
        facts.notes.push(Note::Malformed);
    }
    let mut layers = vec![Layer { carrier: Carrier::Code, language: LANGUAGE.name, facts }];
    layers.extend(reader.notebook.lower());
    layers
}

/// The texts of a notebook by what they are.
#[derive(Default)]
struct Notebook {
    code: Decoded,
    shell: Decoded,
    prose: Decoded,
    outputs: Decoded,
    /// Cells of other languages.
    others: Vec<(&'static Language, Decoded)>,
    /// The kernel's language.
    kernel: Option<&'static Language>,
}

impl Notebook {
    fn lower(self) -> Vec<Layer> {
        let kernel = self.kernel.or_else(|| by_name("python"));
        let code = [(kernel, &self.code), (by_name("shell"), &self.shell)];
        let others = self.others.iter().map(|(language, text)| (Some(*language), text));
        let mut layers = Vec::new();
        for (language, text) in code.into_iter().chain(others).filter(|(_, text)| !text.text.is_empty()) {
            layers.extend(language.into_iter().flat_map(|language| text.lower(language)));
        }
        for layer in &mut layers {
            let of = family(layer.language);
            layer.language =
                LANGUAGES.iter().find(|(_, language)| *language == of).map_or(layer.language, |(name, _)| name);
        }
        layers.extend(self.prose.lower(&documents::markdown::LANGUAGE));
        layers.extend(self.outputs.lower(&lines::LANGUAGE));
        layers
    }
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    kind: String,
    source: Vec<Span>,
}

/// A map or list that is not closed yet, with the key at hand.
struct Group {
    map: bool,
    key: Option<String>,
    /// A string that may be a key.
    pending: Option<String>,
}

struct Reader<'a> {
    text: &'a [u8],
    start: usize,
    notebook: Notebook,
    open: Vec<Group>,
    cell: Cell,
}

/// Keys below this depth are of no interest.
const DEPTH: usize = 8;

impl Reader<'_> {
    fn token(&mut self, token: &Token<'_>, place: Span) {
        match token {
            Token::OpenBrace | Token::OpenBracket => {
                self.open.push(Group { map: *token == Token::OpenBrace, key: None, pending: None });
            }
            Token::CloseBrace | Token::CloseBracket => {
                self.open.pop();
                if matches!(self.open.last(), Some(group) if !group.map) && self.keys() == ["cells"] {
                    self.finish();
                }
            }
            Token::Colon => {
                if let Some(group) = self.open.last_mut() {
                    group.key = group.pending.take();
                }
            }
            Token::Comma => {
                if let Some(group) = self.open.last_mut().filter(|group| group.map) {
                    group.key = None;
                }
            }
            Token::String(text) => {
                let depth = self.open.len();
                match self.open.last_mut() {
                    Some(group) if group.map && group.key.is_none() => {
                        group.pending = (depth <= DEPTH).then(|| text.chars().take(64).collect());
                    }
                    _ => self.string(
                        text,
                        Span::new(self.start + place.start + 1, self.start + (place.end - 1).max(place.start + 1)),
                    ),
                }
            }
            _ => (),
        }
    }

    /// The keys that lead to what comes next. Up to the third version of the format, cells stood on worksheets.
    fn keys(&self) -> Vec<&str> {
        let keys = self.open.iter().take(DEPTH).filter_map(|group| group.key.as_deref());
        keys.skip_while(|key| *key == "worksheets").collect()
    }

    /// A string that is a value.
    fn string(&mut self, text: &str, content: Span) {
        match self.keys().as_slice() {
            ["cells", "cell_type"] => self.cell.kind = text.to_owned(),
            ["cells", "source" | "input"] => self.cell.source.push(content),
            ["cells", "outputs", "text" | "data" | "traceback" | "evalue", ..] => {
                self.notebook.outputs.push_json(self.text, content);
                self.notebook.outputs.push_str("\n");
            }
            ["metadata", "kernelspec", "language"] | ["metadata", "language_info", "name"] => {
                self.notebook.kernel = self.notebook.kernel.or_else(|| by_name(text));
            }
            _ => (),
        }
    }

    /// The cell at hand is over.
    fn finish(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        let mut source = Decoded::default();
        cell.source.iter().for_each(|content| source.push_json(self.text, *content));
        if source.text.is_empty() {
            return;
        }
        let whole = Span::new(0, source.text.len());
        match cell.kind.as_str() {
            "code" | "" => self.code(&source),
            _ => {
                self.notebook.prose.push_part(&source, whole);
                self.notebook.prose.push_str("\n\n");
            }
        }
    }

    /// Code, but for what a line or the whole cell hands to something else: `!command`, `%env NAME=value`, `%%bash`.
    fn code(&mut self, source: &Decoded) {
        let notebook = &mut self.notebook;
        let whole = Span::new(0, source.text.len());
        if let Some(name) = source.text.strip_prefix(b"%%") {
            let words = String::from_utf8_lossy(&name[..name.len().min(40)]);
            let name = words.split_whitespace().find(|word| !matches!(*word, "script" | "capture" | "time"));
            let first = memchr::memchr(b'\n', &source.text).map_or(whole.end, |len| len + 1);
            if let Some(language) = name.and_then(by_name).filter(|language| language.name != LANGUAGE.name) {
                let mut other = Decoded::default();
                other.push_part(source, Span::new(first, whole.end));
                return notebook.others.push((language, other));
            }
        }
        let mut at = 0;
        for line in source.text.split_inclusive(|byte| *byte == b'\n') {
            let end = at + line.len();
            let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let words = &line[indent..];
            let magic = [&b"!"[..], b"%env ", b"%set_env ", b"%sx "].into_iter().find(|magic| words.starts_with(magic));
            match magic {
                Some(magic) => notebook.shell.push_part(source, Span::new(at + indent + magic.len(), end)),
                None if words.starts_with(b"%") => (),
                None => notebook.code.push_part(source, Span::new(at, end)),
            }
            if magic.is_some() {
                notebook.shell.push_str("\n");
            }
            at = end;
        }
        notebook.code.push_str("\n");
    }
}
