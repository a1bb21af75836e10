//! What a run says of itself: files that were not examined, and what was left out.

use serde::Serialize;

use super::limits::{asked, told};
use super::place::{Location, Physical, artifact};
use super::rule::Text;
use super::{Brief, closing, count, sentence, unlinked};
use crate::finding::{Level, Report};
use crate::source::RelPath;

/// Files listed that were not examined, or with less care.
const MAX_NOTIFICATIONS: usize = 1_000;

#[derive(Serialize)]
pub(super) struct Notification {
    level: Level,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

pub(super) fn notifications(report: &Report, brief: &Brief, kept: usize) -> Vec<Notification> {
    let about = |path: &RelPath, level, text: &str| Notification {
        level,
        message: Text::new(unlinked(&sentence(text))),
        locations: vec![Location {
            id: None,
            message: None,
            physical_location: Physical {
                artifact_location: artifact(&brief.project.path(path.as_bytes())),
                region: None,
                context_region: None,
            },
        }],
    };
    let skipped = report.skipped.iter().map(|entry| {
        let level = if entry.reason.incomplete() { Level::Error } else { Level::Note };
        about(&entry.path, level, &format!("not examined: {}", closing::described(entry)))
    });
    let reduced = report.notes.iter().map(|(path, note)| about(path, Level::Note, closing::less_care(*note)));
    let plain = |level, text: String| Notification {
        level,
        message: Text::new(unlinked(&sentence(&text))),
        locations: Vec::new(),
    };
    let rest = (report.skipped.len() + report.notes.len()).saturating_sub(MAX_NOTIFICATIONS);
    let rest = (rest > 0).then(|| plain(Level::Note, format!("{} more like these", count(rest as u64, "file"))));
    let left_out = told(asked(report, brief).count(), kept).map(|text| plain(Level::Warning, text));
    left_out.into_iter().chain(skipped.chain(reduced).take(MAX_NOTIFICATIONS)).chain(rest).collect()
}
