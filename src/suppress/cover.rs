//! Which findings directives accept, and what is to be said about directives.
//!
//! Owns the matching. It knows no text. The decisions to know: a finding is accepted by the last directive of its rule
//! before its end, so that of two only one is used; and what dekey says about directives is matched after everything
//! else, by the directives that it is not about.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Directive, said, words};
use crate::finding::{FileId, Finding, Label, State, Suppression};
use crate::source::Source;
use crate::span::Span;

/// A file and its directives.
pub struct Held<'a> {
    /// The file.
    pub source: &'a Source,
    /// What is masked in it, in order and apart.
    pub hidden: &'a [Span],
    /// Its directives, in order.
    pub directives: &'a [Directive],
}

/// Marks the findings that directives accept, and adds what is to be said about directives. `files` are what labels
/// count from 0, `rules` are the ids of all rules. Without `today` no directive expires.
pub fn apply(findings: &mut Vec<Finding>, files: &[Held<'_>], rules: &[&str], today: Option<Date>) -> Vec<Suppression> {
    let mut about = Vec::new();
    let (mut suppressions, mut directives) = (Vec::new(), Vec::new());
    let mut names = said::Names::new(rules);
    for (file, held) in files.iter().enumerate() {
        for directive in held.directives {
            match said::resolved(directive, &mut names, today) {
                Ok(ids) => {
                    suppressions.push(suppression(file, directive, ids));
                    directives.push((file, directive));
                }
                Err(why) if directive.told => about.push((said::invalid(file, held, directive, &why), None)),
                Err(_) => (),
            }
        }
    }
    let mut cover = Cover::new(&suppressions);
    findings.iter_mut().for_each(|finding| cover.mark(finding, &suppressions, None));
    // First what is unused of vendors' rules, which may be accepted in turn; then what is of dekey's.
    for own in [false, true] {
        for (at, (suppression, (file, directive))) in suppressions.iter().zip(&directives).enumerate() {
            let held = &files[*file];
            // Of a file that was named, the others that explain its findings may not have been looked at.
            if !directive.told || held.source.explicit || !held.source.whole {
                continue;
            }
            let used = &cover.used[at];
            let unused = |at: &usize| !used[*at] && words::is_own(&suppression.rules[*at]) == own;
            let unused: Vec<usize> = (0..suppression.rules.len()).filter(unused).collect();
            if !unused.is_empty() {
                let left = used.contains(&true);
                let finding = said::unused(*file, held, directive, &suppression.rules, &unused, left);
                about.push((finding, Some(at)));
            }
        }
        if !own {
            about.iter_mut().for_each(|(finding, of)| cover.mark(finding, &suppressions, *of));
        }
    }
    let used = cover.used;
    suppressions.iter_mut().zip(used).for_each(|(suppression, used)| suppression.used = used.contains(&true));
    findings.extend(about.into_iter().map(|(finding, _)| finding));
    suppressions
}

fn suppression(file: FileId, directive: &Directive, rules: Vec<String>) -> Suppression {
    Suppression {
        label: Label { file, span: directive.written.span, text: String::new() },
        covers: directive.place.covers,
        rules,
        reason: directive.written.reason.clone(),
        until: directive.written.until,
        used: false,
    }
}

/// What is accepted where.
struct Cover<'s> {
    /// By file and rule: the suppression and which of its rules it is, in the order of their places. Places are sorted
    /// by their ends, too: a line that is passed over on the way to another one is so for whatever starts on it.
    by_rule: HashMap<(FileId, &'s str), Vec<(usize, usize)>>,
    /// By suppression, for each of its rules.
    used: Vec<Vec<bool>>,
}

impl<'s> Cover<'s> {
    fn new(suppressions: &'s [Suppression]) -> Self {
        let mut cover = Self { by_rule: HashMap::new(), used: Vec::new() };
        for (at, suppression) in suppressions.iter().enumerate() {
            for (index, rule) in suppression.rules.iter().enumerate() {
                let key = (suppression.label.file, rule.as_str());
                cover.by_rule.entry(key).or_default().push((at, index));
            }
            cover.used.push(vec![false; suppression.rules.len()]);
        }
        cover
    }

    /// Accepts a finding that is covered by another suppression than the one it is about.
    fn mark(&mut self, finding: &mut Finding, suppressions: &[Suppression], about: Option<usize>) {
        let place = &finding.primary;
        let Some(known) = self.by_rule.get(&(place.file, finding.rule.as_str())) else { return };
        let end = place.span.end.max(place.span.start + 1);
        let before = known.partition_point(|(at, _)| suppressions[*at].covers.start < end);
        let mut near = known[..before].iter().rev().filter(|(at, _)| Some(*at) != about);
        let Some(&(at, index)) = near.next().filter(|(at, _)| suppressions[*at].covers.end >= place.span.start) else {
            return;
        };
        self.used[at][index] = true;
        finding.state = State::Suppressed;
        finding.accepted = Some(suppressions[at].reason.clone());
    }
}
