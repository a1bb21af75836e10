//! What dekey says about directives.
//!
//! Owns what a directive means once the rules are known, and the findings about one that is wrong or unused. It marks
//! nothing. The decision to know: one wrong word makes the whole directive void, so that nobody relies on half of it.

use std::collections::HashMap;

use jiff::civil::Date;

use super::directive::Fault;
use super::{Directive, Held, words};
use crate::finding::{Applicability, Confidence, Edit, FileId, Finding, Fix, Label, State, Suppression};
use crate::fingerprint::Identity;
use crate::names;
use crate::redact::Masked;
use crate::source::Source;
use crate::span::Span;

/// The ids of all rules, and what names were found to mean.
pub(super) struct Names<'r> {
    rules: &'r [&'r str],
    /// Looking for what is near to a name costs more than reading it.
    known: HashMap<String, Result<&'r str, String>>,
}

impl<'r> Names<'r> {
    pub(super) fn new(rules: &'r [&'r str]) -> Self {
        Self { rules, known: HashMap::new() }
    }

    /// The rule that is meant, or why none is.
    fn rule(&mut self, name: &str) -> Result<&'r str, String> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = names::rule(name, self.rules).map_err(|nearest| {
            let meant = names::did_you_mean(&nearest);
            let meant = if meant.is_empty() { meant } else { format!(" ({meant})") };
            format!("there is no rule `{name}`{meant}")
        });
        self.known.insert(name.to_owned(), found.clone());
        found
    }
}

/// The rules of a directive that counts, or why it does not.
pub(super) fn resolved(
    directive: &Directive,
    names: &mut Names<'_>,
    today: Option<Date>,
) -> Result<Vec<String>, String> {
    let written = &directive.written;
    if let Some(fault) = &written.fault {
        return Err(match fault {
            Fault::Verb => "only `ignore[rule]` is known".to_owned(),
            Fault::NoRule => "it names no rule".to_owned(),
            Fault::Open => "its bracket is not closed".to_owned(),
            Fault::TooMany => "it names more rules than there can be reasons for".to_owned(),
            Fault::NoReason => "it gives no reason".to_owned(),
            Fault::Date(day) => format!("`{day}` is no day of the form YYYY-MM-DD"),
            Fault::Dates => "it gives more than one date".to_owned(),
        });
    }
    let rules = written.rules.iter().map(|rule| names.rule(&rule.text).map(str::to_owned));
    let rules = rules.collect::<Result<Vec<_>, _>>()?;
    match written.until.zip(today) {
        Some((until, today)) if until < today => Err(format!("it expired after {until}")),
        _ => Ok(rules),
    }
}

/// A directive that does not count.
pub(super) fn invalid(file: FileId, held: &Held<'_>, directive: &Directive, why: &str) -> Finding {
    finding(words::INVALID, file, held, directive, why)
}

/// A directive of whose `rules` some are not found; `left` when others are.
pub(super) fn unused(
    file: FileId,
    held: &Held<'_>,
    directive: &Directive,
    rules: &[String],
    unused: &[usize],
    left: bool,
) -> Finding {
    let written = &directive.written;
    let whole = unused.len() == rules.len();
    let span = match unused {
        [one] if !whole => written.rules[*one].span,
        _ => written.span,
    };
    let named: Vec<String> = unused.iter().map(|at| format!("`{}`", rules[*at])).collect();
    let what = match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("none of {} and {last}", rest.join(", ")),
        _ => named.concat(),
    };
    let edit = |span: Span| Edit { file, span, text: String::new() };
    let edits = match directive.place.removal {
        Some(removal) if whole => vec![edit(removal)],
        _ if left => unused.iter().map(|at| edit(with_comma(directive, *at, unused))).collect(),
        _ => Vec::new(),
    };
    let mut finding = finding(words::UNUSED, file, held, directive, &what);
    finding.primary.span = span;
    let title = if whole { "remove the directive" } else { "remove what is unused of the directive" };
    finding.fix = Some(match edits.is_empty() {
        true => Fix::manual(title),
        false => Fix { title: title.to_owned(), applicability: Applicability::Safe, edits, group: None },
    });
    finding
}

/// A rule's name with the comma that goes with it, and the blanks around that: the one after it, or where nothing that
/// stays comes after, the one before.
fn with_comma(directive: &Directive, at: usize, unused: &[usize]) -> Span {
    let rules = &directive.written.rules;
    let stays_after = (at + 1..rules.len()).any(|next| !unused.contains(&next));
    let span = rules[at].span;
    match (stays_after, rules.get(at + 1), at.checked_sub(1).and_then(|before| rules.get(before))) {
        (true, Some(next), _) => Span::new(span.start, next.span.start),
        (_, _, Some(before)) => Span::new(before.span.end, span.end),
        _ => span,
    }
}

/// A directive that a change adds.
pub(super) fn added(masked: &Masked, suppression: &Suppression) -> Finding {
    let rules: Vec<String> = suppression.rules.iter().map(|rule| format!("`{rule}`")).collect();
    let what = format!("{}: {}", rules.join(" and "), suppression.reason);
    let Label { file, span, .. } = suppression.label;
    of_rule(words::ADDED, file, (masked.source(), &[]), span, &what)
}

fn finding(rule: &'static str, file: FileId, held: &Held<'_>, directive: &Directive, what: &str) -> Finding {
    of_rule(rule, file, (held.source, held.hidden), directive.written.span, what)
}

/// `hidden` is what is masked in the file.
fn of_rule(rule: &'static str, file: FileId, (source, hidden): (&Source, &[Span]), span: Span, what: &str) -> Finding {
    let rule = words::rule(rule);
    // Its own words rather than its line, which may hold many.
    let identity = Identity::of_words(&rule.doc.id, source, span, hidden);
    Finding {
        rule: rule.doc.id.clone(),
        level: rule.doc.level,
        confidence: Confidence::High,
        primary: Label { file, span, text: String::new() },
        related: Vec::new(),
        message: rule.message.replacen("{}", what, 1),
        why: rule.doc.why.clone(),
        remedy: rule.doc.remedy.clone(),
        route: None,
        evidence: Vec::new(),
        identity,
        fingerprint: identity.fingerprint(&source.path),
        secret: None,
        repository: None,
        history: None,
        state: State::Open,
        accepted: None,
        fix: None,
    }
}
