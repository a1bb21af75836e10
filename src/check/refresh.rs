//! `needless-token-refresh`: what refreshes tokens, or keeps when they expire, though they never do.

use super::{Draft, Judged};
use crate::facts::Carrier;
use crate::finding::{Confidence, Label, Route};
use crate::fix::oauth;
use crate::link::project::Project;
use crate::matcher::Binding;
use crate::span::Span;

const RULE: &str = "needless-token-refresh";

/// Finds requests to the vendor that refresh, and names that keep what a refresh needs.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        let broken = |rule: Option<&str>, carrier: Carrier| rule == Some(RULE) && carrier == Carrier::Code;
        let parameters = scanned.matched.parameters.iter();
        for found in parameters.filter(|found| broken(found.parameter.rule.as_deref(), found.carrier)) {
            let confidence = if found.binding == Binding::Around { Confidence::Medium } else { Confidence::High };
            let evidence = "the request goes to the vendor's host".to_owned();
            let draft = draft(file, found.span, &found.parameter.says, confidence, evidence);
            if let Some(finding) = judged.add(project, draft) {
                finding.fix = Some(oauth::of(project, file, oauth::Case::Refresh));
            }
        }
        // Each name is said once a file, and the first place of all speaks for the others.
        let names = scanned.matched.identifiers.iter().filter(|found| found.identifier.rule == RULE);
        let mut names = names.peekable();
        let Some(first) = names.peek() else { continue };
        let says = first.identifier.says.replace("{}", &first.name);
        let evidence = "the name says whose token it is".to_owned();
        let Some(finding) = judged.add(project, draft(file, first.span, &says, Confidence::Medium, evidence)) else {
            continue;
        };
        finding.related.extend(names.skip(1).map(|found| Label {
            file,
            span: found.span,
            text: found.identifier.says.replace("{}", &found.name),
        }));
        finding.fix = Some(oauth::of(project, file, oauth::Case::Kept(1 + finding.related.len())));
    }
}

fn draft(file: usize, span: Span, what: &str, confidence: Confidence, evidence: String) -> Draft<'_> {
    Draft {
        rule: RULE,
        file,
        span,
        what,
        confidence,
        route: Some(Route::Remove),
        evidence: vec![evidence],
        secret: None,
        proven: false,
    }
}
