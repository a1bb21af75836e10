//! Reading: from a table with byte ranges to a configuration, or to all that is wrong with it.
//!
//! Owns the mistakes that a value can have, in words. It knows no key; [`super::keys`] says which there are. The
//! decision to know: reading goes on after a mistake, so that one run tells all of them, and a text of the file enters a
//! message only cut.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;
use super::keys::{KEYS, Keys};
use super::section::{self, Kind};
use crate::names;
use crate::problem::Problem;
use crate::span::Span;

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// Reads what a file of this kind, in the directory `dir`, says. `None` when it says nothing.
pub(super) fn read(bytes: &[u8], kind: Kind, dir: &Path, rules: &[&str]) -> Result<Option<Config>, Vec<Problem>> {
    let mark: &[u8] = b"\xef\xbb\xbf";
    let text = std::str::from_utf8(bytes.strip_prefix(mark).unwrap_or(bytes)).map_err(|error| {
        let at = error.valid_up_to();
        vec![problem(at..at + 1, "this is not UTF-8", "save the file as UTF-8")]
    })?;
    let Some((table, problems)) = section::of(kind, text) else { return Ok(None) };
    let mut reader = Reader { rules, dir, problems };
    let mut config = Config::default();
    reader.table(&table, KEYS, &mut config);
    if reader.problems.is_empty() { Ok(Some(config)) } else { Err(reader.problems) }
}

/// What reading goes by, and the mistakes met.
pub(super) struct Reader<'a> {
    rules: &'a [&'a str],
    /// The file's directory, relative to the root of the repository.
    pub(super) dir: &'a Path,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn table<T>(&mut self, table: &DeTable<'_>, keys: Keys<T>, into: &mut T) {
        for (key, value) in table {
            match keys.iter().find(|known| known.name() == key.get_ref()) {
                Some(known) => known.read(value, self, into),
                None => self.unknown(key, keys.iter().map(|known| known.name()).collect()),
            }
        }
    }

    fn unknown(&mut self, key: &Spanned<Cow<'_, str>>, known: Vec<&str>) {
        let mut help = names::did_you_mean(&names::nearest(key.get_ref(), &known));
        if help.is_empty() {
            help = format!("the keys are {}", known.join(", "));
        }
        self.refuse(key.span(), format!("unknown key `{}`", short(key.get_ref())), &help);
    }

    /// The id of the rule that is meant.
    pub(super) fn rule(&mut self, name: &str, span: Range<usize>) -> Option<String> {
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

    /// The strings of a list, and where each stands.
    pub(super) fn strings(&mut self, value: &Value<'_>, what: &str) -> Option<Vec<(String, Range<usize>)>> {
        let Some(items) = value.get_ref().as_array() else {
            self.expected(value, what);
            return None;
        };
        let mut strings = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => strings.push((text.to_owned(), item.span())),
                None => self.expected(item, "a string"),
            }
        }
        Some(strings)
    }

    pub(super) fn choice<T: Copy>(&mut self, value: &Value<'_>, choices: &[(&str, T)]) -> Option<T> {
        let chosen = value.get_ref().as_str();
        let found = chosen.and_then(|chosen| choices.iter().find(|(name, _)| *name == chosen));
        if found.is_none() {
            let quoted: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            self.expected(value, &format!("one of {}", quoted.join(", ")));
        }
        found.map(|(_, choice)| *choice)
    }

    pub(super) fn expected(&mut self, value: &Value<'_>, what: &str) {
        let kind = value.get_ref().type_str();
        let text = match value.get_ref().as_str() {
            Some(text) => format!("`{}` does not fit here", short(text)),
            None => format!("a value of type {kind} does not fit here"),
        };
        self.refuse(value.span(), text, &format!("expected {what}"));
    }

    pub(super) fn refuse(&mut self, span: Range<usize>, message: impl Into<String>, help: &str) {
        self.problems.push(problem(span, message, help));
    }
}

pub(super) fn problem(span: Range<usize>, message: impl Into<String>, help: &str) -> Problem {
    Problem { span: Some(Span { start: span.start, end: span.end }), message: message.into(), help: help.to_owned() }
}

/// A text of the file as it may stand in a message.
pub(super) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::super::{Audience, Override, Patterns};
    use super::*;
    use crate::finding::{Confidence, Level};

    const RULES: &[&str] = &["v/hardcoded-key", "v/leaked-token"];

    fn parse(text: impl AsRef<[u8]>) -> Result<Config, Vec<Problem>> {
        read(text.as_ref(), Kind::Own, Path::new("sub"), RULES).map(Option::unwrap_or_default)
    }

    fn refused(text: &str) -> Vec<(String, String, String)> {
        let problems = parse(text).unwrap_err();
        let place = |problem: &Problem| String::from_utf8_lossy(problem.span.unwrap().of(text.as_bytes())).into_owned();
        problems.into_iter().map(|problem| (place(&problem), problem.message, problem.help)).collect()
    }

    #[test]
    fn every_key_is_read() {
        let text = "audience = 'own-data'\nselect = ['v/hardcoded-key', 'leaked-token']\nignore = []\nfail-on = 'error'\n\
                    variable = 'VENDOR_TOKEN'\nexclude = ['vendor/**']\nbaseline = 'base.json'\n\
                    min-confidence = 'low'\nextends = '../shared.toml'\n[levels]\n'v/leaked-token' = 'off'\n\
                    hardcoded-key = 'note'\n[[overrides]]\npaths = ['/spec/']\nselect = ['leaked-token']\n\
                    ignore = ['hardcoded-key']\nmin-confidence = 'high'\nlevels = { leaked-token = 'note' }\n";
        let patterns = |line: &str| Some(Patterns { dir: "sub".into(), lines: vec![line.to_owned()] });
        let levels = |levels: &[(&str, Option<Level>)]| -> Option<BTreeMap<_, _>> {
            Some(levels.iter().map(|(rule, level)| ((*rule).to_owned(), *level)).collect())
        };
        let rules = |rules: &[&str]| Some(rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>());
        let at = text.find("'../").unwrap();
        assert_eq!(
            parse(text).unwrap(),
            Config {
                audience: Some(Audience::OwnData),
                baseline: Some("sub/base.json".into()),
                exclude: patterns("vendor/**"),
                extends: Some(Spanned::new(at..at + 16, PathBuf::from("shared.toml"))),
                fail_on: Some(Level::Error),
                ignore: rules(&[]),
                levels: levels(&[("v/leaked-token", None), ("v/hardcoded-key", Some(Level::Note))]),
                min_confidence: Some(Confidence::Low),
                overrides: Some(vec![Override {
                    ignore: rules(&["v/hardcoded-key"]),
                    levels: levels(&[("v/leaked-token", Some(Level::Note))]),
                    min_confidence: Some(Confidence::High),
                    paths: patterns("/spec/"),
                    select: rules(&["v/leaked-token"]),
                }]),
                select: rules(&["v/hardcoded-key", "v/leaked-token"]),
                variable: Some("VENDOR_TOKEN".to_owned()),
                ..Config::default()
            }
        );
        assert_eq!(parse(b"\xef\xbb\xbf# nothing\r\n"), Ok(Config::default()));
    }

    #[test]
    fn mistakes_point_at_their_place() {
        let audience = "expected one of \"own-data\", \"public\"";
        let outside = "name a file below the repository's root, relative to this one";
        for (text, place, message, help) in [
            ("exclud = []", "exclud", "unknown key `exclud`", "did you mean `exclude`?"),
            ("audience = 'mine'", "'mine'", "`mine` does not fit here", audience),
            ("audience = 3", "3", "a value of type integer does not fit here", audience),
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
                "levels = { 'v/leaked-token' = 'off', leaked-token = 'note' }",
                "'v/leaked-token'",
                "this rule is given twice",
                "keep one of the two",
            ),
            (
                "variable = 'A;B'",
                "'A;B'",
                "this is not the name of an environment variable",
                "use letters, digits and `_`, not starting with a digit",
            ),
            ("baseline = '/x'", "'/x'", "`/x` does not lead to a file inside the repository", outside),
            ("extends = '../../x'", "'../../x'", "`../../x` does not lead to a file inside the repository", outside),
            ("extends = []", "[]", "a value of type array does not fit here", "expected the path of a file"),
            ("overrides = [1]", "1", "a value of type integer does not fit here", "expected a table"),
            ("[[overrides]]\npaths = []\npath = []", "path", "unknown key `path`", "did you mean `paths`?"),
            ("overrides = [{}]", "{}", "this entry has no `paths`", "give it `paths = […]`"),
        ] {
            let found = refused(text);
            assert_eq!(found, [(place.to_owned(), message.to_owned(), help.to_owned())], "{text}");
        }
        assert_eq!(refused("exclude = ['[z-a]']").len(), 1);
        assert_eq!(refused("a = 1\nb = 2\nlevels = 1\n").len(), 3);
        assert_eq!(refused("select = [\n").len(), 1);
        assert_eq!(parse(b"variable = '\xff'").unwrap_err()[0].span, Some(Span::new(12, 13)));
    }

    #[test]
    fn depth_and_size_are_no_trouble() {
        for text in ["[", "{a=", "a.", "[[", "'", "\u{1b}"] {
            let long = text.repeat(100_000 / text.len());
            assert!(parse(format!("select = {long}")).is_err(), "{text}");
            assert!(parse(&long).is_err(), "{text}");
        }
        let long = "x".repeat(100_000);
        for problem in parse(format!("audience = '{long}'\n{long} = 1\nexclude = ['[z-a]{long}']\n")).unwrap_err() {
            assert!(problem.message.len() < 200, "{}", problem.message);
        }
    }
}
