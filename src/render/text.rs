//! Findings for people: the source with labels, why it matters, what to do next.
//!
//! Owns the order and the repetition: a rule's reasons are printed with its first finding and pointed to from the
//! others. The decision to know: a finding that codespan refuses, or that comes after more than anybody reads, takes
//! one line; none is ever lost.

use std::collections::HashMap;
use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Severity};
use codespan_reporting::term::{Config, emit_to_write_style};

use super::escape::{Escaped, inline};
use super::paint::{self, Painted};
use super::view::View;
use super::{Brief, Places, closing, history, state, suggestion};
use crate::finding::{Applicability, Confidence, Finding, Fix, Label, Level, Report, Route, RuleDoc, State};

/// Columns of running text.
const WIDTH: usize = 100;
/// Related places drawn with a finding.
const MAX_RELATED: usize = 6;
/// Findings drawn with their source; the others take a line each.
const MAX_DRAWN: usize = 1_000;

/// Writes the findings that are asked for, or how often each rule fired; and what there is to say besides.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    if brief.statistics {
        closing::statistics(report, out)?;
    } else {
        findings(report, brief, out)?;
    }
    if brief.quiet { Ok(()) } else { closing::write(report, brief.verbose, out) }
}

fn findings(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    let mut said = Said::default();
    let mut listed = report.findings.iter().filter(|finding| brief.lists(finding));
    for finding in listed.by_ref().take(MAX_DRAWN) {
        let doc = report.rules.iter().find(|doc| doc.id == finding.rule);
        let (snippet, gutter) = snippet(&places, finding, doc.map_or("", |doc| &doc.help));
        out.write_all(&snippet)?;
        Tail { places: &places, finding, doc, gutter }.write(&mut said, out)?;
        writeln!(out)?;
    }
    let mut rest = listed.peekable();
    if rest.peek().is_some() {
        writeln!(out, "{MAX_DRAWN} findings are drawn; the others take a line each.\n")?;
        rest.try_for_each(|finding| out.write_all(line(&places, finding).as_bytes()))?;
        writeln!(out)?;
    }
    Ok(())
}

/// A finding in a line.
fn line(places: &Places<'_>, finding: &Finding) -> String {
    format!(
        "{}: {}[{}] {}\n",
        places.locate(&finding.primary),
        paint::name(finding.level),
        Escaped::new(&finding.rule),
        Escaped::new(&finding.message)
    )
}

/// Header, whose rule leads to `page`, and labelled source, and the width of its line numbers.
fn snippet(places: &Places<'_>, finding: &Finding, page: &str) -> (Vec<u8>, usize) {
    let related: Vec<&Label> = finding.related.iter().take(MAX_RELATED).collect();
    let (view, labels) = View::new(places, &finding.primary, &related);
    let gutter = view.last_line().to_string().len();
    let diagnostic = Diagnostic::new(severity(finding.level))
        .with_code(paint::linked(&Escaped::new(&finding.rule).to_string(), page))
        .with_message(Escaped::new(&finding.message))
        .with_labels(labels);
    let mut bytes = Vec::new();
    match emit_to_write_style(&mut Painted(&mut bytes), &Config::default(), &view, &diagnostic) {
        // Ends in an empty line, which belongs behind the tail.
        Ok(()) => _ = bytes.pop(),
        Err(_) => bytes = line(places, finding).into_bytes(),
    }
    (bytes, gutter)
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    }
}

/// What was printed already, and with which finding.
#[derive(Default)]
struct Said {
    texts: HashMap<(String, &'static str, String), String>,
}

impl Said {
    /// Where this text was printed before; remembers `here` when it was not.
    fn before(&mut self, rule: &str, what: &'static str, text: &str, here: &str) -> Option<String> {
        let key = (rule.to_owned(), what, text.to_owned());
        match self.texts.get(&key) {
            Some(there) => Some(there.clone()),
            None => {
                self.texts.insert(key, here.to_owned());
                None
            }
        }
    }
}

/// What follows the source.
struct Tail<'a> {
    places: &'a Places<'a>,
    finding: &'a Finding,
    doc: Option<&'a RuleDoc>,
    gutter: usize,
}

impl Tail<'_> {
    fn write(&self, said: &mut Said, out: &mut dyn Write) -> io::Result<()> {
        let Self { finding, .. } = self;
        let frame = paint::FRAME;
        writeln!(out, "{:1$} {frame}│{frame:#}", "", self.gutter)?;
        if let Some(rest @ 1..) = finding.related.len().checked_sub(MAX_RELATED) {
            self.note("also", &format!("{rest} more places"), out)?;
        }

        if let Some(state) = state(finding) {
            self.note(state, finding.accepted.as_deref().unwrap_or("it does not count"), out)?;
        }
        if let Some(history) = history(finding) {
            self.note("history", &history, out)?;
        }
        let here = self.places.locate(&finding.primary);
        let mut elsewhere = None;
        let mut once = |what, text: &str, out: &mut dyn Write| match said.before(&finding.rule, what, text, &here) {
            _ if text.is_empty() => Ok(()),
            Some(there) => {
                elsewhere.get_or_insert(there);
                Ok(())
            }
            None => self.note(what, text, out),
        };
        once("why", &finding.why, out)?;
        once("help", &finding.remedy, out)?;
        once("route", &route(finding), out)?;
        if finding.confidence < Confidence::High {
            self.note("confidence", confidence(finding.confidence), out)?;
        }
        if let Some(fix) = finding.fix.as_ref().filter(|_| finding.state == State::Open) {
            self.fix(fix, out)?;
        }
        if let Some(doc) = self.doc {
            let mut once = |what, label: &str, text: &str, out: &mut dyn Write| {
                let first = said.before(&finding.rule, what, text, &here).is_none();
                if first && !text.is_empty() { self.note(label, text, out) } else { Ok(()) }
            };
            once("statement", &format!("{} says", vendor(&doc.id)), &doc.statement, out)?;
            once("see", "see", &doc.help, out)?;
        }
        match elsewhere {
            Some(there) => self.note("see", &format!("{there} above for the rest"), out),
            None => Ok(()),
        }
    }

    /// `= name: text`, wrapped under its own start.
    fn note(&self, name: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let (frame, bold) = (paint::FRAME, paint::BOLD);
        write!(out, "{:1$} {frame}={frame:#} {bold}{name}:{bold:#}", "", self.gutter)?;
        let indent = self.gutter + 3;
        wrap(text, indent + name.len() + 1, indent, out)
    }

    fn fix(&self, fix: &Fix, out: &mut dyn Write) -> io::Result<()> {
        self.note(applicability(fix), &fix.title, out)?;
        suggestion::write(self.places, fix, &self.finding.primary, self.gutter, out)
    }
}

fn applicability(fix: &Fix) -> &'static str {
    match fix.applicability {
        Applicability::Safe => "fix (safe)",
        Applicability::Unsafe => "fix (unsafe: check before applying)",
        Applicability::Manual => "by hand",
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

fn route(finding: &Finding) -> String {
    let route = match finding.route {
        None => return String::new(),
        Some(Route::AccessToken) => "access token",
        Some(Route::Oauth) => "OAuth",
        Some(Route::Remove) => "remove",
    };
    if finding.evidence.is_empty() { route.to_owned() } else { format!("{route} ({})", finding.evidence.join("; ")) }
}

/// The vendor's name as a rule id carries it, with a capital.
pub(super) fn vendor(rule: &str) -> String {
    let vendor = rule.split('/').next().unwrap_or_default();
    let mut chars = vendor.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Writes `text` word by word, escaped, starting at column `at` and going on at `indent`.
pub(super) fn wrap(text: &str, at: usize, indent: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut column = at;
    for word in text.split_whitespace() {
        let mut shown = inline(word);
        let columns = shown.chars().count() + 1;
        if column + columns > WIDTH && column > indent {
            write!(out, "\n{:indent$}", "")?;
            column = indent;
            shown = Escaped::new(word).to_string();
        }
        write!(out, " {shown}")?;
        column += columns;
    }
    writeln!(out)
}
