//! How much a report has.
//!
//! Owns the numbers and how they are made of what is listed. The decision to know: what counts is counted from the
//! findings, and how much was examined from the repositories, so that a report that is joined of others says the same as
//! one that was made at once.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Finding, Repository, Skipped};
use crate::finding::{Level, State};

/// How much was examined, and how much was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Files, and versions of files in a history.
    pub files_examined: u64,
    /// Their bytes.
    pub bytes_examined: u64,
    /// Whether everything that should have been examined was.
    pub complete: bool,
    /// How many files or directories were not examined, by reason.
    #[schemars(schema_with = "by_reason")]
    pub skipped: BTreeMap<String, u64>,
    /// The findings that count.
    pub findings: Counts,
    /// Findings that an inline directive accepts.
    pub suppressed: usize,
    /// Findings that the baseline accepts.
    pub baselined: usize,
    /// Findings that were there before the change that is looked at.
    pub unchanged: usize,
    /// Findings of the history that were mended since.
    #[serde(default)]
    pub resolved: usize,
    /// Findings below the asked-for confidence. They are not listed.
    pub hidden: usize,
}

/// Numbers of findings that count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// All of them.
    pub total: usize,
    /// By level.
    pub by_level: Levels,
    /// By the rule's id; rules without a finding are left out.
    pub by_rule: BTreeMap<String, usize>,
}

/// Numbers of findings by level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Levels {
    /// Notes.
    pub note: usize,
    /// Warnings.
    pub warning: usize,
    /// Errors.
    pub error: usize,
}

/// The summary of a report that has these parts.
#[must_use]
pub fn summarised(findings: &[Finding], skipped: &[Skipped], repositories: &[Repository]) -> Summary {
    let mut counts = Counts::default();
    findings.iter().filter(|finding| finding.state == State::Open).for_each(|finding| counts.add(finding));
    let state = |state| findings.iter().filter(|finding| finding.state == state).count();
    let mut by_reason = BTreeMap::new();
    for (reason, n) in repositories.iter().flat_map(|repository| &repository.skipped) {
        let sum: &mut u64 = by_reason.entry(reason.clone()).or_default();
        *sum = sum.saturating_add(*n);
    }
    Summary {
        files_examined: repositories.iter().fold(0, |sum, one| sum.saturating_add(one.files_examined)),
        bytes_examined: repositories.iter().fold(0, |sum, one| sum.saturating_add(one.bytes_examined)),
        complete: repositories.iter().all(|one| one.complete && one.failure.is_none())
            && !skipped.iter().any(|entry| entry.incomplete),
        skipped: by_reason,
        findings: counts,
        suppressed: state(State::Suppressed),
        baselined: state(State::Baselined),
        unchanged: state(State::Unchanged),
        resolved: state(State::Resolved),
        hidden: repositories.iter().fold(0, |sum, one| sum.saturating_add(one.hidden)),
    }
}

impl Counts {
    /// Counts a finding.
    pub fn add(&mut self, finding: &Finding) {
        self.total += 1;
        *self.by_level.of(finding.level) += 1;
        *self.by_rule.entry(finding.rule.clone()).or_default() += 1;
    }
}

impl Levels {
    /// The number of a level.
    pub fn of(&mut self, level: Level) -> &mut usize {
        match level {
            Level::Note => &mut self.note,
            Level::Warning => &mut self.warning,
            Level::Error => &mut self.error,
        }
    }
}

pub(super) fn by_reason(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": super::reason(generator),
        "additionalProperties": { "type": "integer", "minimum": 0 },
    })
}
