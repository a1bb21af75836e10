//! `unsupported-oauth-grant`: a grant that the vendor does not offer.

use super::{Draft, Judged};
use crate::facts::Carrier;
use crate::finding::{Confidence, Route};
use crate::fix::oauth;
use crate::link::project::Project;
use crate::matcher::Binding;

const RULE: &str = "unsupported-oauth-grant";

/// Finds parameters of requests to the vendor that ask for one.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        let parameters = scanned.matched.parameters.iter();
        for found in
            parameters.filter(|found| found.parameter.rule.as_deref() == Some(RULE) && found.carrier == Carrier::Code)
        {
            let confidence = if found.binding == Binding::Around { Confidence::Medium } else { Confidence::High };
            let draft = Draft {
                rule: RULE,
                file,
                span: found.span,
                what: &found.parameter.says,
                confidence,
                route: Some(Route::Oauth),
                evidence: vec!["it asks for an OAuth grant".to_owned()],
                secret: None,
                proven: false,
            };
            if let Some(finding) = judged.add(project, draft) {
                finding.fix = Some(oauth::of(project, file, oauth::Case::Grant));
            }
        }
    }
}
