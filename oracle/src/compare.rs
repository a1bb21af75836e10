//! The comparison of one file, and sums over many.

use std::collections::HashMap;
use std::path::Path;

use dekey::facts::{Carrier, Facts};
use dekey::lang::{self, Front, Language};
use dekey::span::Span;
use serde::{Deserialize, Serialize};

use crate::grammars::Grammar;
use crate::tree::{self, Refused, Tree};

/// Counts over one or more files.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Files compared.
    pub files: usize,
    /// Files the grammar has errors in.
    pub errors: usize,
    /// Files the grammar was too slow on.
    pub slow: usize,
    /// Files the grammar ended the process on.
    pub aborted: usize,
    /// Strings of either reading, and those both agree on.
    pub strings: Score,
    /// Comments of either reading, and those both agree on.
    pub comments: Score,
    /// Calls of the grammar, and those dekey has at the same place.
    pub calls: Score,
    /// What the readings differ on.
    pub disagreements: Vec<Disagreement>,
}

/// How many were compared and how many agree.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Score {
    /// Compared.
    pub of: usize,
    /// Alike.
    pub alike: usize,
}

impl Score {
    /// In per cent; 100 of nothing.
    #[must_use]
    pub fn percent(self) -> f64 {
        if self.of == 0 { 100.0 } else { self.alike as f64 * 100.0 / self.of as f64 }
    }
}

/// A place where the readings differ.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Disagreement {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// `string`, `comment` or `call`.
    pub what: String,
    /// What dekey reads there, empty when nothing.
    pub ours: String,
    /// What the grammar reads there, empty when nothing.
    pub theirs: String,
}

impl Tally {
    /// Adds the counts of `other`, keeping at most `limit` disagreements of each kind.
    pub fn add(&mut self, other: Tally, limit: usize) {
        self.files += other.files;
        self.errors += other.errors;
        self.slow += other.slow;
        self.aborted += other.aborted;
        for (sum, part) in
            [(&mut self.strings, other.strings), (&mut self.comments, other.comments), (&mut self.calls, other.calls)]
        {
            sum.of += part.of;
            sum.alike += part.alike;
        }
        for new in other.disagreements {
            if self.disagreements.iter().filter(|old| old.what == new.what).count() < limit {
                self.disagreements.push(new);
            }
        }
    }
}

/// Compares the readings of one file.
#[must_use]
pub fn file(path: &Path, text: &[u8], language: &'static Language, grammar: &Grammar) -> Tally {
    let tree = match tree::parse(grammar, text) {
        Ok(tree) => tree,
        Err(Refused::Error) => return Tally { errors: 1, ..Tally::default() },
        Err(Refused::Slow) => return Tally { slow: 1, ..Tally::default() },
    };
    let whole = Span::new(0, text.len());
    let facts: Vec<Facts> = lang::lower(language, text, whole)
        .into_iter()
        .filter(|layer| layer.carrier == Carrier::Code && layer.language == language.name)
        .map(|layer| layer.facts)
        .collect();
    let mut tally = Tally { files: 1, ..Tally::default() };
    let mut place = Place { path, text, found: Vec::new() };
    let carried = |carrier: Carrier| -> Vec<Span> {
        let texts = facts.iter().flat_map(|facts| &facts.texts);
        texts.filter(|text| text.carrier == carrier).map(|text| text.span).collect()
    };
    let read = |span: &Span| !tree.unread.iter().any(|unread| unread.contains(*span));
    // A docstring is a string to the grammar and a comment to dekey.
    let quoted = |span: &Span| matches!(span.of(text).trim_ascii_start(), [b'"' | b'\'', ..]);
    let (docstrings, comments): (Vec<Span>, Vec<Span>) = carried(Carrier::Comment).into_iter().partition(quoted);
    let mut ours: Vec<Span> = carried(Carrier::String).into_iter().chain(docstrings).filter(read).collect();
    ours.sort_unstable();
    tally.strings = strings(&mut place, &ours, &tree);
    let trimmed: Vec<Span> = comments
        .iter()
        .filter(|span| read(span))
        .map(|span| Span::new(span.start, span.start + span.of(text).trim_ascii_end().len()))
        .collect();
    tally.comments = spans(&mut place, "comment", &trimmed, &tree.comments);
    tally.calls = calls(&mut place, &facts, &tree, language, grammar);
    tally.disagreements = place.found;
    tally
}

/// The file at hand and what was found to differ.
struct Place<'a> {
    path: &'a Path,
    text: &'a [u8],
    found: Vec<Disagreement>,
}

impl Place<'_> {
    fn differ(&mut self, what: &str, ours: Option<Span>, theirs: Option<Span>) {
        let start = theirs.or(ours).map_or(0, |span| span.start);
        let show = |span: Option<Span>| span.map(|span| shown(span.of(self.text))).unwrap_or_default();
        self.found.push(Disagreement {
            file: self.path.display().to_string(),
            line: 1 + self.text[..start.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count(),
            what: what.to_owned(),
            ours: show(ours),
            theirs: show(theirs),
        });
    }
}

/// At most 60 characters on one line.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut short: String = text.chars().take(60).map(|c| if c.is_control() { '␤' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

/// Heredocs agree when they start alike; every other string when it ends alike, too.
fn strings(place: &mut Place<'_>, ours: &[Span], tree: &Tree) -> Score {
    let opened: HashMap<usize, Span> = tree.heredocs.iter().map(|span| (span.start, *span)).collect();
    let ours: Vec<Span> = ours.iter().map(|span| opened.get(&span.start).copied().unwrap_or(*span)).collect();
    let theirs: Vec<Span> = tree.strings.iter().chain(&tree.heredocs).copied().collect();
    spans(place, "string", &ours, &theirs)
}

fn spans(place: &mut Place<'_>, what: &str, ours: &[Span], theirs: &[Span]) -> Score {
    let at = |spans: &[Span]| -> HashMap<usize, Span> { spans.iter().map(|span| (span.start, *span)).collect() };
    let (ours, theirs) = (at(ours), at(theirs));
    let mut starts: Vec<usize> = ours.keys().chain(theirs.keys()).copied().collect();
    starts.sort_unstable();
    starts.dedup();
    let mut score = Score { of: starts.len(), alike: 0 };
    for start in starts {
        let (ours, theirs) = (ours.get(&start).copied(), theirs.get(&start).copied());
        if ours == theirs {
            score.alike += 1;
        } else {
            place.differ(what, ours, theirs);
        }
    }
    score
}

/// How many of the grammar's calls dekey has at the same start. Calls on calls start alike, so starts are counted.
fn calls(place: &mut Place<'_>, facts: &[Facts], tree: &Tree, language: &'static Language, grammar: &Grammar) -> Score {
    let mut starts: HashMap<usize, usize> = HashMap::new();
    for call in facts.iter().flat_map(|facts| &facts.calls) {
        *starts.entry(call.span.start).or_default() += 1;
    }
    let mut score = Score::default();
    for (span, name) in &tree.calls {
        if absorbed(name, language, grammar) {
            continue;
        }
        score.of += 1;
        match starts.get_mut(&span.start).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                score.alike += 1;
            }
            None => place.differ("call", None, Some(*span)),
        }
    }
    score
}

/// Calls that dekey turns into the value they stand for, such as a read of the environment.
fn absorbed(name: &str, language: &'static Language, grammar: &Grammar) -> bool {
    let Front::Profile(profile) = language.front else { return grammar.absorbed.contains(&name) };
    let tables = [
        grammar.absorbed,
        profile.env_calls,
        profile.base64,
        profile.base64_methods,
        profile.same,
        profile.passes,
        profile.or_else,
        profile.formats,
        profile.format_methods,
    ];
    tables.iter().any(|table| table.iter().any(|entry| entry.rsplit('.').next() == Some(name)))
}
