//! What was found in all versions of all files, as findings of one report.
//!
//! Owns how findings of versions become one finding with a beginning and an end, and which of them still matter. It
//! reads nothing and judges no code. The decisions to know: each version is judged by itself, without the project that
//! was around it; a secret is one finding wherever it was, and anything else one at each path, shown in its newest
//! version; and of what is not found in the files as they are now only that counts which can be used still, since
//! whoever has a clone has it. The rest is what has been mended.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::finding::{Commit, Finding, History, Label, Level, Report, State};
use crate::fingerprint::Identity;
use crate::redact::Masked;
use crate::source::RelPath;
use crate::suppress;

/// When a version was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The commit that brought it; none for what no reference leads to.
    pub first: Option<Moment>,
    /// The last commit that has it.
    pub last: Option<Moment>,
    /// A reference whose newest commit has it.
    pub tip: Option<Arc<str>>,
}

/// A commit on the axis of time. The order is that of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970, UTC, by its author's clock.
    pub seconds: i64,
    /// The commit.
    pub commit: Commit,
}

/// What was found in the versions that have been judged.
#[derive(Debug, Default)]
pub struct Gathered(Mutex<HashMap<Key, Entry>>);

/// What makes findings of several versions one: the rule, what was found and, unless that is a secret, the path.
type Key = (String, Identity, Option<RelPath>);

fn key(finding: &Finding, path: &RelPath) -> Key {
    let path = finding.secret.is_none().then(|| path.clone());
    (finding.rule.clone(), finding.identity, path)
}

#[derive(Debug)]
struct Entry {
    span: Span,
    /// Tells versions of the same time apart.
    blob: String,
    finding: Finding,
    file: Arc<Masked>,
    /// Whether this version is the one in the files as they are now.
    current: bool,
}

impl Gathered {
    /// Takes what was found in one version by itself. `current`: the files as they are now have this version.
    pub fn add(&self, report: Report, blob: &str, span: &Span, current: bool) {
        let files: Vec<Arc<Masked>> = report.files.into_iter().map(Arc::new).collect();
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |finding: &Finding| suppress::rules().iter().any(|rule| rule.doc.id == finding.rule);
        // Of directives only those matter that are there now.
        for finding in report.findings.into_iter().filter(|finding| !own(finding)) {
            let Some(file) = files.get(finding.primary.file).cloned() else { continue };
            let key = key(&finding, &file.path);
            let new = Entry { span: span.clone(), blob: blob.to_owned(), finding, file, current };
            match entries.entry(key) {
                std::collections::hash_map::Entry::Vacant(place) => _ = place.insert(new),
                std::collections::hash_map::Entry::Occupied(mut place) => place.get_mut().join(new),
            }
        }
    }

    /// Gives the findings of `report` their history, and adds those that it does not have and that came at `since`
    /// (seconds since 1970) or later.
    pub fn into_report(self, report: &mut Report, since: Option<i64>) {
        let mut entries = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        for finding in &mut report.findings {
            let Some(file) = report.files.get(finding.primary.file) else { continue };
            if let Some(entry) = entries.get_mut(&key(finding, &file.path)) {
                finding.history = Some(entry.history());
                entry.current = true;
            }
        }
        // What was judged with its project around is judged.
        let new = |entry: &Entry| {
            since.is_none_or(|since| entry.span.first.as_ref().is_some_and(|first| first.seconds >= since))
        };
        let mut gone: Vec<Entry> = entries.into_values().filter(|entry| !entry.current && new(entry)).collect();
        gone.sort_by(|a, b| {
            let order = |entry: &Entry| {
                (
                    Reverse(entry.span.last.clone()),
                    entry.file.path.clone(),
                    entry.finding.primary.span,
                    entry.blob.clone(),
                )
            };
            order(a).cmp(&order(b)).then_with(|| a.finding.rule.cmp(&b.finding.rule))
        });
        let mut places: HashMap<*const Masked, usize> = HashMap::new();
        let mut files = Vec::new();
        for entry in gone {
            let lasting = report.rules.iter().any(|rule| rule.id == entry.finding.rule && rule.lasting);
            let at = *places.entry(Arc::as_ptr(&entry.file)).or_insert_with(|| {
                files.push(Arc::clone(&entry.file));
                report.files.len() + files.len() - 1
            });
            report.findings.push(entry.into_finding(at, lasting));
        }
        // The findings have let go of them, unless a version has several.
        report.files.extend(files.into_iter().map(|file| (*file).clone()));
        // Stable, so that places stay in order.
        let lasting: Vec<&str> = report.rules.iter().filter(|rule| rule.lasting).map(|rule| rule.id.as_str()).collect();
        report.findings.sort_by_key(|finding| match finding.state {
            State::Resolved => 2,
            State::Open if lasting.contains(&finding.rule.as_str()) => 0,
            _ => 1,
        });
    }
}

impl Entry {
    /// One finding of two versions of it.
    fn join(&mut self, mut other: Self) {
        if (&other.span.last, &other.blob) > (&self.span.last, &self.blob) {
            std::mem::swap(self, &mut other);
        }
        let (span, older) = (&mut self.span, other.span);
        span.first = [span.first.take(), older.first].into_iter().flatten().min();
        span.tip = span.tip.take().or(older.tip);
        self.current |= other.current;
    }

    fn history(&self) -> History {
        let commit = |moment: &Option<Moment>| moment.as_ref().map(|moment| moment.commit.clone());
        History {
            first: commit(&self.span.first),
            last: commit(&self.span.last),
            tip: self.span.tip.as_deref().map(str::to_owned),
            blob: self.blob.clone(),
        }
    }

    /// The finding of a version that the files as they are now do not have, in the file `at` of a report.
    fn into_finding(self, at: usize, lasting: bool) -> Finding {
        let history = self.history();
        let Self { mut finding, .. } = self;
        let here = |label: &mut Label| label.file = at;
        here(&mut finding.primary);
        finding.related.iter_mut().for_each(here);
        finding.message = match &history {
            History { last: None, .. } => format!("{}, in contents that no branch or tag leads to", finding.message),
            History { tip: Some(tip), .. } => format!("{}, at {tip}", finding.message),
            History { tip: None, .. } => format!("{}, in the history only", finding.message),
        };
        // There is nothing to edit.
        finding.fix = None;
        if history.last.is_none() {
            finding.level = Level::Note;
        }
        if finding.state == State::Open && !lasting {
            finding.state = State::Resolved;
        }
        finding.history = Some(history);
        finding
    }
}
