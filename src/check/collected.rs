//! `collected-access-token`: others are asked for their credential.
//!
//! The decision to know: a program that everybody runs for their own workspace may ask for its token. Only the user
//! knows, so a declared audience of one's own data silences the rule; where the pack knows the kind of program, it is
//! worth a note.

use super::{Draft, Judged};
use crate::facts::Carrier;
use crate::finding::{Confidence, Level, Route};
use crate::fix::oauth;
use crate::link::project::Project;

/// Finds labels, fields and texts that ask.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for (file, scanned) in project.files.iter().enumerate() {
        for found in scanned.matched.requests.iter().filter(|found| found.carrier == Carrier::Code) {
            if project.declared == Some(Route::AccessToken) {
                judged.spare(file, found.span, "the audience is declared: own-data");
                continue;
            }
            let draft = Draft {
                rule: "collected-access-token",
                file,
                span: found.span,
                what: &found.request.asks_for,
                confidence: if found.own { Confidence::Low } else { Confidence::Medium },
                route: Some(Route::Oauth),
                evidence: vec!["a person other than the developer fills this in".to_owned()],
                secret: None,
                proven: false,
            };
            let Some(finding) = judged.add(project, draft) else { continue };
            if found.own {
                finding.level = Level::Note;
            }
            finding.fix = Some(oauth::of(project, file, oauth::Case::Asked));
        }
    }
}
