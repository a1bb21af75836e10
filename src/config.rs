//! `dekey.toml`.
//!
//! Owns the configuration file: finding it, its keys, and errors that point into it. It knows no analysis. The
//! decision to know: the file lies in the scanned tree, so it can narrow a scan and name levels, but no path outside,
//! program or address; and what it does not understand it refuses rather than ignores.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::Level;
use crate::names;
use crate::problem::{Problem, Refused};
use crate::source::{ReadError, RelPath, read_found, read_named};
use crate::span::Span;

/// The file's name.
pub const FILE_NAME: &str = "dekey.toml";
/// Most bytes it may have.
const LIMIT: u64 = 1 << 20;
/// Most patterns under `exclude`.
const MAX_PATTERNS: usize = 1000;

const KEYS: &[&str] = &["audience", "exclude", "fail-on", "ignore", "levels", "select", "variable"];

/// Whose data the integration works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Audience {
    /// The workspace of those who run it.
    OwnData,
    /// Other people's workspaces.
    Public,
}

/// What a configuration says. Rule ids are whole and known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Declared audience.
    pub audience: Option<Audience>,
    /// Rules to run; empty for all.
    pub select: Vec<String>,
    /// Rules to leave out.
    pub ignore: Vec<String>,
    /// Levels by rule; `None` switches the rule off.
    pub levels: BTreeMap<String, Option<Level>>,
    /// The level at which findings fail the run.
    pub fail_on: Option<Level>,
    /// The environment variable that fixes read a token from.
    pub variable: Option<String>,
    /// What not to examine, as patterns of `.gitignore`, relative to the file's directory.
    pub exclude: Vec<String>,
    /// The directory that `exclude` is relative to: that of the file.
    pub base: PathBuf,
}

/// Why a configuration was not taken.
#[derive(Debug)]
pub enum Error {
    /// It could not be read.
    Unreadable(PathBuf, ReadError),
    /// It is wrong.
    Refused(Box<Refused>),
}

/// Looks for the configuration that governs `first`, the first path to examine: in its directory and the ones above,
/// up to the root of the repository. Outside of a repository the search ends at the working directory, or at once.
///
/// # Errors
///
/// When the working directory cannot be told.
pub fn find(first: &Path) -> io::Result<Option<PathBuf>> {
    let here = std::env::current_dir()?.canonicalize()?;
    // A path that does not exist is the scan's to report.
    let Ok(start) = first.canonicalize() else { return Ok(None) };
    let start = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
    let top = start.ancestors().find(|dir| dir.join(".git").symlink_metadata().is_ok());
    let top = top.unwrap_or(if start.starts_with(&here) { &here } else { start });
    let found = start
        .ancestors()
        .take_while(|dir| dir.starts_with(top))
        .map(|dir| dir.join(FILE_NAME))
        .find(|file| file.symlink_metadata().is_ok());
    Ok(found.map(|file| file.strip_prefix(&here).map(Path::to_owned).unwrap_or(file)))
}

/// Reads a configuration. `named` tells that the user named the file, so that a link is followed.
///
/// # Errors
///
/// When it cannot be read or is wrong.
pub fn load(path: &Path, named: bool, rules: &[&str]) -> Result<Config, Error> {
    let read = if named { read_named(path, LIMIT) } else { read_found(path, LIMIT) };
    let bytes = read.map_err(|error| Error::Unreadable(path.to_owned(), error))?;
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    match parse(&bytes, rules) {
        Ok(config) => Ok(Config { base, ..config }),
        Err(problems) => Err(Error::Refused(Box::new(Refused::new(RelPath::new(path), bytes, problems)))),
    }
}

/// Parses a configuration.
///
/// # Errors
///
/// Its mistakes, at least one.
pub fn parse(bytes: &[u8], rules: &[&str]) -> Result<Config, Vec<Problem>> {
    let mark: &[u8] = b"\xef\xbb\xbf";
    let text = std::str::from_utf8(bytes.strip_prefix(mark).unwrap_or(bytes)).map_err(|error| {
        let at = error.valid_up_to();
        vec![problem(at..at + 1, "this is not UTF-8", "save the file as UTF-8")]
    })?;
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { config: Config::default(), rules, problems: Vec::new() };
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        reader.problems.push(problem(span, error.message(), "see https://toml.io for the syntax"));
    }
    for (key, value) in table.get_ref() {
        reader.key(key, value);
    }
    if reader.problems.is_empty() { Ok(reader.config) } else { Err(reader.problems) }
}

struct Reader<'a> {
    config: Config,
    rules: &'a [&'a str],
    problems: Vec<Problem>,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn key(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) {
        match key.get_ref().as_ref() {
            "audience" => {
                self.config.audience =
                    self.choice(value, &[("own-data", Audience::OwnData), ("public", Audience::Public)]);
            }
            "select" => self.config.select = self.rule_list(value),
            "ignore" => self.config.ignore = self.rule_list(value),
            "levels" => self.levels(value),
            "fail-on" => self.config.fail_on = self.choice(value, LEVELS),
            "variable" => self.config.variable = self.variable(value),
            "exclude" => self.config.exclude = self.patterns(value),
            name => {
                let mut help = names::did_you_mean(&names::nearest(name, KEYS));
                if help.is_empty() {
                    help = format!("the keys are {}", KEYS.join(", "));
                }
                self.refuse(key.span(), format!("unknown key `{}`", short(name)), &help);
            }
        }
    }

    fn levels(&mut self, value: &Value<'_>) {
        let Some(table) = value.get_ref().as_table() else {
            return self.expected(value, "a table of rules and their levels");
        };
        for (key, value) in table {
            let rule = self.rule(key.get_ref(), key.span());
            let levels: Vec<_> =
                LEVELS.iter().map(|(name, level)| (*name, Some(*level))).chain([("off", None)]).collect();
            if let (Some(rule), Some(level)) = (rule, self.choice(value, &levels)) {
                self.config.levels.insert(rule, level);
            }
        }
    }

    fn rule_list(&mut self, value: &Value<'_>) -> Vec<String> {
        let names = self.strings(value, "a list of rules");
        names.into_iter().filter_map(|(name, span)| self.rule(&name, span)).collect()
    }

    fn rule(&mut self, name: &str, span: std::ops::Range<usize>) -> Option<String> {
        match names::rule(name, self.rules) {
            Ok(id) => Some(id.to_owned()),
            Err(nearest) => {
                let mut help = names::did_you_mean(&nearest);
                if help.is_empty() {
                    "`dekey rules list` shows all rules".clone_into(&mut help);
                }
                self.refuse(span, format!("unknown rule `{}`", short(name)), &help);
                None
            }
        }
    }

    fn variable(&mut self, value: &Value<'_>) -> Option<String> {
        let Some(name) = value.get_ref().as_str() else {
            self.expected(value, "the name of an environment variable");
            return None;
        };
        let mut chars = name.chars();
        let fits = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.len() <= 100;
        if !fits {
            // The name is written into code by fixes.
            self.refuse(
                value.span(),
                "this is not the name of an environment variable".to_owned(),
                "use letters, digits and `_`, not starting with a digit",
            );
        }
        fits.then(|| name.to_owned())
    }

    fn patterns(&mut self, value: &Value<'_>) -> Vec<String> {
        let patterns = self.strings(value, "a list of patterns");
        if patterns.len() > MAX_PATTERNS {
            self.refuse(value.span(), format!("more than {MAX_PATTERNS} patterns"), "exclude directories instead");
            return Vec::new();
        }
        let mut taken = Vec::new();
        for (pattern, span) in patterns {
            match ignore::gitignore::GitignoreBuilder::new("").add_line(None, &pattern) {
                Ok(_) => taken.push(pattern),
                Err(error) => self.refuse(span, error.to_string(), "write it as in a .gitignore file"),
            }
        }
        taken
    }

    fn strings(&mut self, value: &Value<'_>, what: &str) -> Vec<(String, std::ops::Range<usize>)> {
        let Some(items) = value.get_ref().as_array() else {
            self.expected(value, what);
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => strings.push((text.to_owned(), item.span())),
                None => self.expected(item, "a string"),
            }
        }
        strings
    }

    fn choice<T: Copy>(&mut self, value: &Value<'_>, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let chosen = value.get_ref().as_str();
        let found = chosen.and_then(|chosen| choices.iter().find(|(name, _)| *name == chosen));
        if found.is_none() {
            let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
            self.expected(value, &format!("one of {}", quoted.join(", ")));
        }
        found.map(|(_, choice)| *choice)
    }

    fn expected(&mut self, value: &Value<'_>, what: &str) {
        let kind = value.get_ref().type_str();
        let text = match value.get_ref().as_str() {
            Some(text) => format!("`{}` does not fit here", short(text)),
            None => format!("a value of type {kind} does not fit here"),
        };
        self.refuse(value.span(), text, &format!("expected {what}"));
    }

    fn refuse(&mut self, span: std::ops::Range<usize>, message: String, help: &str) {
        self.problems.push(problem(span, message, help));
    }
}

const LEVELS: &[(&str, Level)] = &[("note", Level::Note), ("warning", Level::Warning), ("error", Level::Error)];

fn problem(span: std::ops::Range<usize>, message: impl Into<String>, help: &str) -> Problem {
    Problem { span: Some(Span { start: span.start, end: span.end }), message: message.into(), help: help.to_owned() }
}

/// A name of the file as it may stand in a message.
fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &[&str] = &["v/hardcoded-key", "v/leaked-token"];

    fn refused(text: &str) -> Vec<(String, String, String)> {
        let problems = parse(text.as_bytes(), RULES).unwrap_err();
        let place = |problem: &Problem| String::from_utf8_lossy(problem.span.unwrap().of(text.as_bytes())).into_owned();
        problems.into_iter().map(|problem| (place(&problem), problem.message, problem.help)).collect()
    }

    #[test]
    fn every_key_is_read() {
        let text = "audience = 'own-data'\nselect = ['v/hardcoded-key', 'leaked-token']\nignore = []\nfail-on = 'error'\n\
                    variable = 'VENDOR_TOKEN'\nexclude = ['vendor/**']\n[levels]\n'v/leaked-token' = 'off'\n\
                    hardcoded-key = 'note'\n";
        let config = parse(text.as_bytes(), RULES).unwrap();
        let levels = [("v/leaked-token", None), ("v/hardcoded-key", Some(Level::Note))];
        assert_eq!(
            config,
            Config {
                audience: Some(Audience::OwnData),
                select: vec!["v/hardcoded-key".to_owned(), "v/leaked-token".to_owned()],
                ignore: Vec::new(),
                levels: levels.into_iter().map(|(rule, level)| (rule.to_owned(), level)).collect(),
                fail_on: Some(Level::Error),
                variable: Some("VENDOR_TOKEN".to_owned()),
                exclude: vec!["vendor/**".to_owned()],
                base: PathBuf::new(),
            }
        );
        assert_eq!(parse(b"\xef\xbb\xbf# nothing\r\n", RULES), Ok(Config::default()));
    }

    #[test]
    fn mistakes_point_at_their_place() {
        for (text, place, message, help) in [
            ("exclud = []", "exclud", "unknown key `exclud`", "did you mean `exclude`?"),
            ("audience = 'mine'", "'mine'", "`mine` does not fit here", "expected one of \"own-data\", \"public\""),
            (
                "audience = 3",
                "3",
                "a value of type integer does not fit here",
                "expected one of \"own-data\", \"public\"",
            ),
            ("select = 'x'", "'x'", "`x` does not fit here", "expected a list of rules"),
            ("select = [1]", "1", "a value of type integer does not fit here", "expected a string"),
            (
                "ignore = ['v/hardcode-key']",
                "'v/hardcode-key'",
                "unknown rule `v/hardcode-key`",
                "did you mean `v/hardcoded-key`?",
            ),
            ("[levels]\n'zzz' = 'off'", "'zzz'", "unknown rule `zzz`", "`dekey rules list` shows all rules"),
            (
                "variable = 'A;B'",
                "'A;B'",
                "this is not the name of an environment variable",
                "use letters, digits and `_`, not starting with a digit",
            ),
        ] {
            let found = refused(text);
            assert_eq!(found, [(place.to_owned(), message.to_owned(), help.to_owned())], "{text}");
        }
        assert_eq!(refused("exclude = ['[z-a]']").len(), 1);
        assert_eq!(refused("a = 1\nb = 2\nlevels = 1\n").len(), 3);
        assert_eq!(refused("select = [\n").len(), 1);
        assert_eq!(parse(b"variable = '\xff'", RULES).unwrap_err()[0].span, Some(Span::new(12, 13)));
    }

    #[test]
    fn depth_and_size_are_no_trouble() {
        for text in ["[", "{a=", "a.", "[[", "'", "\u{1b}"] {
            let long = text.repeat(100_000 / text.len());
            assert!(parse(format!("select = {long}").as_bytes(), RULES).is_err(), "{text}");
            assert!(parse(long.as_bytes(), RULES).is_err(), "{text}");
        }
    }

    #[test]
    fn the_nearest_file_in_the_repository_governs() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let write = |path: &str| std::fs::write(root.join(path), "").unwrap();
        std::fs::create_dir_all(root.join("repo/.git")).unwrap();
        std::fs::create_dir_all(root.join("repo/a/b")).unwrap();
        write("dekey.toml");
        write("repo/a/b/code.rb");
        assert_eq!(find(&root.join("repo/a/b/code.rb")).unwrap(), None);
        write("repo/dekey.toml");
        assert_eq!(find(&root.join("repo/a/b/code.rb")).unwrap(), Some(root.join("repo/dekey.toml")));
        write("repo/a/dekey.toml");
        assert_eq!(find(&root.join("repo/a/b")).unwrap(), Some(root.join("repo/a/dekey.toml")));
        assert_eq!(find(&root).unwrap(), Some(root.join("dekey.toml")));
        assert_eq!(find(&root.join("absent")).unwrap(), None);
    }
}
