//! `dekey-baseline.toml`.
//!
//! Owns the file's text, both ways, and errors that point into it. It opens nothing. The decision to know: the file is
//! written by the program and merged by people and git, so that it has one finding on a line, in order, and nothing
//! that changes when no finding does; and it lies in the scanned tree, so that what is not understood is refused.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Baseline, Entry};
use crate::names;
use crate::problem::Problem;
use crate::span::Span;

/// Most bytes it may have.
pub const LIMIT: u64 = 16 << 20;
/// The version that is read and written.
const VERSION: i64 = 1;
/// Most mistakes that are told.
const MAX_PROBLEMS: usize = 10;

const HEAD: &str = "\
# Findings of dekey that are accepted for now: `dekey check` does not count them.
# No secret is in here. A digest tells a finding from others and says nothing without what was found.
# `dekey baseline` takes out what is gone; after a merge keep the lines of both sides and run it.
";

const KEYS: &[&str] = &["findings", "salt", "started", "version"];
const ENTRY: &[&str] = &["digest", "path", "rule"];

/// The file's text. The same baseline has the same bytes everywhere.
#[must_use]
pub fn write(baseline: &Baseline) -> String {
    let mut text = HEAD.to_owned();
    let salt: String = baseline.salt.iter().map(|byte| format!("{byte:02x}")).collect();
    // Writing to a string cannot fail.
    _ = writeln!(text, "version = {VERSION}\nsalt = \"{salt}\"\nstarted = {}\nfindings = [", baseline.started);
    for Entry { path, rule, digest } in &baseline.entries {
        _ = writeln!(text, "  {{ rule = {}, path = {}, digest = {} }},", quoted(rule), quoted(path), quoted(digest));
    }
    text.push_str("]\n");
    text
}

/// A string of TOML on one line, in which nothing can hide: names are chosen by whoever wrote the tree.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => _ = write!(out, "\\U{:08X}", u32::from(c)),
        }
    }
    out.push('"');
    out
}

/// Reads the file's bytes.
///
/// # Errors
///
/// Its mistakes, at least one.
pub fn parse(bytes: &[u8]) -> Result<Baseline, Vec<Problem>> {
    let mark: &[u8] = b"\xef\xbb\xbf";
    let text = std::str::from_utf8(bytes.strip_prefix(mark).unwrap_or(bytes)).map_err(|error| {
        let at = error.valid_up_to();
        vec![problem(at..at + 1, "this is not UTF-8", "restore the file, or write it anew with `dekey baseline`")]
    })?;
    if let Some(conflict) = conflict(text) {
        return Err(vec![conflict]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let told = errors
            .iter()
            .take(MAX_PROBLEMS)
            .map(|error| problem(error.span().unwrap_or(0..0), error.message(), "restore the file, or write it anew"));
        return Err(told.collect());
    }
    let mut reader = Reader { problems: Vec::new() };
    let baseline = reader.baseline(table.get_ref());
    match baseline.filter(|_| reader.problems.is_empty()) {
        Some(baseline) => Ok(baseline),
        None => {
            if reader.problems.is_empty() {
                reader.refuse(0..0, "a part of this baseline is missing", WHOLE);
            }
            Err(reader.problems)
        }
    }
}

const WHOLE: &str = "restore the file, or remove it and run `dekey baseline`";

/// The first line that git left for a person to decide. No line that dekey writes starts like one.
fn conflict(text: &str) -> Option<Problem> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let rest = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().find_map(|mark| line.strip_prefix(mark));
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r', '\n'])) {
            let end = at + line.trim_end().len();
            let help = "keep the findings of both sides and remove these lines, then run `dekey baseline`";
            return Some(problem(at..end, "a merge left a conflict here", help));
        }
        at += line.len();
    }
    None
}

struct Reader {
    problems: Vec<Problem>,
}

type Key<'a> = Spanned<Cow<'a, str>>;
type Value<'a> = Spanned<DeValue<'a>>;

impl Reader {
    fn baseline(&mut self, table: &DeTable<'_>) -> Option<Baseline> {
        let version = table.get("version").map(|value| (value.span(), integer(value)));
        match version {
            Some((_, Some(VERSION))) => (),
            Some((span, Some(newer))) if newer > VERSION => {
                let help = "use the version of dekey that wrote it, or a later one";
                self.refuse(span, &format!("version {newer} of this format is newer than this dekey"), help);
                return None;
            }
            Some((span, _)) => {
                self.refuse(span, "this is no version of the format", "expected 1");
                return None;
            }
            None => {
                self.refuse(0..0, "this baseline has no `version`", WHOLE);
                return None;
            }
        }
        self.known(table, KEYS);
        let salt = self.required(table, "salt", 0..0).and_then(|value| {
            let salt = value.get_ref().as_str().and_then(salt);
            self.expected(salt, value, "32 hexadecimal digits")
        });
        let started = self.required(table, "started", 0..0).and_then(|value| {
            let count = integer(value).and_then(|count| usize::try_from(count).ok());
            self.expected(count, value, "a number of findings")
        });
        let findings = self.required(table, "findings", 0..0).and_then(|value| {
            let items = value.get_ref().as_array();
            self.expected(items, value, "a list of findings")
        })?;
        let mut entries: Vec<Entry> = findings.iter().filter_map(|item| self.entry(item)).collect();
        entries.sort();
        Some(Baseline { salt: salt?, started: started?, entries })
    }

    fn entry(&mut self, item: &Value<'_>) -> Option<Entry> {
        let table = item.get_ref().as_table();
        let table = self.expected(table, item, "a finding: { rule = \"…\", path = \"…\", digest = \"…\" }")?;
        self.known(table, ENTRY);
        let mut text = |key: &str| {
            let value = self.required(table, key, item.span())?;
            let text = value.get_ref().as_str();
            self.expected(text, value, "a string").map(|text| (text.to_owned(), value))
        };
        let (path, rule, digest) = (text("path"), text("rule"), text("digest"));
        let (digest, value) = digest?;
        let digest = Some(digest).filter(|digest| digest.len() == 20 && is_hex(digest));
        let digest = self.expected(digest, value, "20 hexadecimal digits")?;
        Some(Entry { path: path?.0, rule: rule?.0, digest })
    }

    fn known(&mut self, table: &DeTable<'_>, keys: &[&str]) {
        for key in table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())) {
            self.unknown(key, keys);
        }
    }

    fn unknown(&mut self, key: &Key<'_>, keys: &[&str]) {
        let name = key.get_ref();
        let mut help = names::did_you_mean(&names::nearest(name, keys));
        if help.is_empty() {
            help = format!("the keys are {}", keys.join(", "));
        }
        let short: String = name.chars().take(40).collect();
        self.refuse(key.span(), &format!("unknown key `{short}`"), &help);
    }

    fn required<'t, 'a>(&mut self, table: &'t DeTable<'a>, key: &str, holder: Range<usize>) -> Option<&'t Value<'a>> {
        let value = table.get(key);
        if value.is_none() {
            self.refuse(holder, &format!("`{key}` is missing"), WHOLE);
        }
        value
    }

    fn expected<T>(&mut self, read: Option<T>, value: &Value<'_>, what: &str) -> Option<T> {
        if read.is_none() {
            self.refuse(value.span(), "this does not fit here", &format!("expected {what}"));
        }
        read
    }

    fn refuse(&mut self, span: Range<usize>, message: &str, help: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem(span, message, help));
        }
    }
}

fn integer(value: &Value<'_>) -> Option<i64> {
    let integer = value.get_ref().as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn salt(text: &str) -> Option<[u8; 16]> {
    let mut salt = [0; 16];
    if text.len() != 32 || !is_hex(text) {
        return None;
    }
    for (byte, digits) in salt.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(salt)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn problem(span: Range<usize>, message: &str, help: &str) -> Problem {
    Problem {
        span: Some(Span { start: span.start, end: span.end }),
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Baseline {
        let entry =
            |path: &str, digit: &str| Entry { path: path.to_owned(), rule: "v/a".to_owned(), digest: digit.repeat(20) };
        let entries = vec![entry("b", "1"), entry("a\"\n\u{202e}é\\", "2"), entry("b", "0"), entry("b", "0")];
        Baseline::new([0xab; 16]).with(entries)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = write(&sample());
        assert_eq!(parse(text.as_bytes()).unwrap(), sample());
        assert_eq!(parse(format!("\u{feff}{text}").as_bytes()).unwrap(), sample());
        assert_eq!(parse(text.replace('\n', "\r\n").as_bytes()).unwrap(), sample());
        let expected = format!(
            "{HEAD}version = 1\nsalt = \"{}\"\nstarted = 4\nfindings = [\n  \
             {{ rule = \"v/a\", path = \"a\\\"\\U0000000A\\U0000202Eé\\\\\", digest = \"22222222222222222222\" }},\n  \
             {{ rule = \"v/a\", path = \"b\", digest = \"00000000000000000000\" }},\n  \
             {{ rule = \"v/a\", path = \"b\", digest = \"00000000000000000000\" }},\n  \
             {{ rule = \"v/a\", path = \"b\", digest = \"11111111111111111111\" }},\n]\n",
            "ab".repeat(16)
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn lines_in_any_order_are_the_same_baseline() {
        let text = write(&sample());
        let mut lines: Vec<&str> = text.lines().collect();
        let first = lines.iter().position(|line| line.starts_with("  ")).unwrap();
        lines.swap(first, first + 3);
        assert_eq!(parse(lines.join("\n").as_bytes()).unwrap(), sample());
    }

    /// The mistakes of a text: where they stand, what they are, the way out.
    fn refused(text: &str) -> Vec<(String, String)> {
        let problems = parse(text.as_bytes()).unwrap_err();
        let place =
            |problem: &Problem| problem.span.map_or(String::new(), |span| text[span.range_in(text.len())].to_owned());
        problems.iter().map(|problem| (place(problem), problem.message.clone())).collect()
    }

    #[test]
    fn mistakes_are_pointed_at() {
        let good = write(&sample());
        for (from, to, place, message) in [
            ("version = 1", "version = 2", "2", "version 2 of this format is newer than this dekey"),
            ("version = 1", "version = '1'", "'1'", "this is no version of the format"),
            ("version = 1", "version = -1", "-1", "this is no version of the format"),
            ("version = 1\n", "", "", "this baseline has no `version`"),
            ("salt = \"ab", "salt = \"a", &format!("\"a{}\"", "ab".repeat(15)), "this does not fit here"),
            ("salt = \"ab", "salt = \"é", &format!("\"é{}\"", "ab".repeat(15)), "this does not fit here"),
            ("started = 4", "started = -4", "-4", "this does not fit here"),
            ("started = 4\n", "", "", "`started` is missing"),
            ("started", "startd", "startd", "unknown key `startd`"),
            ("findings = [", "findings = [1,", "1", "this does not fit here"),
            ("\"00000000000000000000\"", "'x'", "'x'", "this does not fit here"),
            ("digest = \"1", "line = 3, digest = \"1", "line", "unknown key `line`"),
        ] {
            assert!(good.contains(from), "{from}");
            let found = refused(&good.replacen(from, to, 1));
            assert!(found.contains(&(place.to_owned(), message.to_owned())), "{to}: {found:?}");
        }
        assert_eq!(refused("").len(), 1);
        assert_eq!(parse(b"salt = \"\xff\"").unwrap_err().len(), 1);
        assert_eq!(refused(&format!("version = 1\nfindings = [{}]", "1,".repeat(1000))).len(), MAX_PROBLEMS);
    }

    #[test]
    fn conflicts_of_a_merge_are_told_as_such() {
        let good = write(&sample());
        for mark in ["<<<<<<< HEAD", "=======", "||||||| base", ">>>>>>> other\r"] {
            let text = good.replacen("findings = [\n", &format!("findings = [\n{mark}\n"), 1);
            assert_eq!(refused(&text), [(mark.trim_end().to_owned(), "a merge left a conflict here".to_owned())]);
        }
    }

    #[test]
    fn depth_size_and_cuts_are_no_trouble() {
        let good = write(&sample());
        for end in (0..good.len()).filter(|end| good.is_char_boundary(*end)) {
            assert_eq!(parse(&good.as_bytes()[..end]).is_ok(), end == good.len() - 1, "{end}");
        }
        for text in ["[", "{a=", "a.", "[[", "'", "\u{1b}", "findings=[", "a=1\n"] {
            assert!(parse(text.repeat(100_000 / text.len()).as_bytes()).is_err(), "{text}");
            let long = format!("version = 1\nfindings = {}", text.repeat(100_000 / text.len()));
            assert!(parse(long.as_bytes()).is_err(), "{text}");
        }
    }
}
