//! Every language, and which one a file or a fence is in.
//!
//! Owns the list and the look-ups by name, path and `#!` line. The decision to know: the first language whose file name
//! fits wins, and a copy or template of a file is in the language of the file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use super::*;

/// Every language, in the order paths are matched.
pub static LANGUAGES: &[&Language] = &[
    &ruby::LANGUAGE,
    &javascript::JAVASCRIPT,
    &javascript::TYPESCRIPT,
    &javascript::TSX,
    &python::LANGUAGE,
    &go::LANGUAGE,
    &java::LANGUAGE,
    &kotlin::LANGUAGE,
    &scala::LANGUAGE,
    &groovy::LANGUAGE,
    &csharp::LANGUAGE,
    &rust::LANGUAGE,
    &dotenv::LANGUAGE,
    &yaml::LANGUAGE,
    &json::LANGUAGE,
    &toml::LANGUAGE,
    &ini::LANGUAGE,
    &properties::LANGUAGE,
    &xml::LANGUAGE,
    &hcl::LANGUAGE,
    &dockerfile::LANGUAGE,
    &netrc::LANGUAGE,
    &scripts::MAKEFILE,
    &scripts::PROCFILE,
    &scripts::CRONTAB,
    &notebook::LANGUAGE,
    &documents::markdown::LANGUAGE,
    &documents::mdx::LANGUAGE,
    &documents::rst::LANGUAGE,
    &documents::asciidoc::LANGUAGE,
    &documents::org::LANGUAGE,
    &records::sql::LANGUAGE,
    &records::csv::LANGUAGE,
    &requests::http::LANGUAGE,
    &requests::bruno::LANGUAGE,
    &requests::curl::LANGUAGE,
    &markup::HTML,
    &markup::components::VUE,
    &markup::components::SVELTE,
    &markup::components::ASTRO,
    &markup::templates::ERB_PAGE,
    &markup::templates::EEX_PAGE,
    &markup::templates::BLADE_PAGE,
    &markup::templates::RAZOR_PAGE,
    &markup::templates::JSP_PAGE,
    &markup::templates::TEMPLATE,
    &text::LANGUAGE,
    &manifest::npm::MANIFEST,
    &manifest::composer::MANIFEST,
    &manifest::locks::GEMFILE,
    &manifest::locks::NPM,
    &manifest::locks::YARN,
    &manifest::locks::PNPM,
    &manifest::locks::BUN,
    &manifest::locks::COMPOSER,
    &manifest::locks::PYTHON,
    &manifest::locks::PIPFILE,
    &manifest::locks::CARGO,
    &manifest::locks::GRADLE,
    &manifest::locks::NUGET,
    &manifest::locks::PAKET,
    &manifest::locks::MIX,
    &manifest::locks::PUB,
    &manifest::locks::METEOR,
    &php::LANGUAGE,
    &swift::LANGUAGE,
    &objc::LANGUAGE,
    &dart::LANGUAGE,
    &shell::LANGUAGE,
    &clojure::LANGUAGE,
    &clojure::EDN,
    &elixir::LANGUAGE,
    &perl::LANGUAGE,
    &powershell::LANGUAGE,
    &r::LANGUAGE,
];

/// The language of this name or fence, letter case aside.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Language> {
    let name = name.to_ascii_lowercase();
    let named = |language: &&&'static Language| {
        language.name == name
            || language.fences.contains(&name.as_str())
            || language.extensions.contains(&name.as_str())
    };
    LANGUAGES.iter().chain(manifest::BESIDE).find(named).copied()
}

/// The language whose constructs a dialect shares.
#[must_use]
pub fn family(name: &'static str) -> &'static str {
    match name {
        "typescript" | "tsx" => "javascript",
        "command" => "shell",
        other => notebook::LANGUAGES.iter().find(|(own, _)| *own == other).map_or(other, |(_, language)| language),
    }
}

/// The language of a file, by its name, else by its extension, else by a `#!` line in `text`.
#[must_use]
pub fn of_file(path: &Path, text: &[u8]) -> Option<&'static Language> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    if let Some(language) = by_place(path, &NAMES) {
        return Some(language);
    }
    let whole = COPIES.iter().find_map(|ending| name.strip_suffix(ending));
    let header = || (name.ends_with(".h") && objc::is_header(text)).then_some(&objc::LANGUAGE);
    by_file_name(&name).or_else(|| by_file_name(whole?)).or_else(header).or_else(|| by_interpreter(text))
}

/// Endings of files that are copies or templates of another one.
const COPIES: &[&str] = &[
    ".example",
    ".sample",
    ".dist",
    ".template",
    ".tmpl",
    ".tpl",
    ".erb",
    ".j2",
    ".default",
    ".local",
    ".bak",
    ".orig",
    ".old",
    ".enc",
];

/// The manifest that a file is, besides what its language is.
pub(super) fn manifest_of(path: &Path) -> Option<&'static Language> {
    by_place(path, &BESIDE)
}

/// The first of the languages that lists this file, alone or with the folder it is in.
fn by_place(path: &Path, names: &Names) -> Option<&'static Language> {
    let lower = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = lower(path.file_name());
    names.listed(&name, &format!("{}/{name}", lower(path.parent().and_then(Path::file_name))))
}

/// The language of a lock file, which says the same of a package whatever is around it: a piece of it can be read.
#[must_use]
pub fn of_pieces(path: &Path) -> Option<&'static Language> {
    of_file(path, b"").filter(|language| manifest::locks::ALL.iter().any(|lock| std::ptr::eq(*lock, *language)))
}

fn by_file_name(name: &str) -> Option<&'static Language> {
    let extended = || NAMES.extensions.get(name.rsplit_once('.')?.1).copied();
    NAMES.listed(name, "").or_else(extended)
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(LANGUAGES));
static BESIDE: LazyLock<Names> = LazyLock::new(|| Names::of(manifest::BESIDE));

/// How languages are found by the names of files, which is asked for each file several times. The first that lists a name
/// has it.
struct Names {
    whole: HashMap<&'static str, (usize, &'static Language)>,
    /// Names with a star, or with the folder they are in.
    patterns: Vec<(Pattern, (usize, &'static Language))>,
    extensions: HashMap<&'static str, &'static Language>,
}

impl Names {
    fn of(languages: &[&'static Language]) -> Self {
        let mut names = Self { whole: HashMap::new(), patterns: Vec::new(), extensions: HashMap::new() };
        for (at, language) in languages.iter().enumerate() {
            for name in language.filenames {
                if name.contains(['*', '/']) {
                    names.patterns.push((Pattern::of(name), (at, language)));
                } else {
                    names.whole.entry(name).or_insert((at, language));
                }
            }
            for extension in language.extensions {
                names.extensions.entry(extension).or_insert(language);
            }
        }
        names
    }

    /// The first language that lists a file of this name, in this place.
    fn listed(&self, name: &str, place: &str) -> Option<&'static Language> {
        let pattern = self.patterns.iter().find(|(known, _)| known.fits(name, place)).map(|(_, language)| language);
        self.whole.get(name).into_iter().chain(pattern).min_by_key(|(at, _)| at).map(|(_, language)| *language)
    }
}

/// What a name starts and ends with, and whether the folder before it counts.
struct Pattern {
    start: &'static str,
    /// What comes after the star; without one the start is all of it.
    end: Option<&'static str>,
    placed: bool,
}

impl Pattern {
    fn of(written: &'static str) -> Self {
        let (start, end) = written.split_once('*').map_or((written, None), |(start, end)| (start, Some(end)));
        Self { start, end, placed: written.contains('/') }
    }

    fn fits(&self, name: &str, place: &str) -> bool {
        let name = if self.placed { place } else { name };
        match self.end {
            Some(end) => {
                name.len() >= self.start.len() + end.len() && name.starts_with(self.start) && name.ends_with(end)
            }
            None => name == self.start,
        }
    }
}

fn by_interpreter(text: &[u8]) -> Option<&'static Language> {
    let line = text.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let line = std::str::from_utf8(line.get(..line.len().min(200))?).ok()?;
    let program =
        line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word)).find(|word| *word != "env")?;
    let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    LANGUAGES.iter().find(|language| language.interpreters.contains(&program)).copied()
}
