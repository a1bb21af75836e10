//! A report as lines.
//!
//! Owns what a line is. The decision to know: the summary is the last line, so that a report that was cut off is known
//! by its absence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Document, Finding, Group, Reduced, Repository, Rule, SCHEMA_VERSION, Skipped, Summary, Tool};

/// A line of a report of dekey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Line {
    /// Something that was found.
    Finding(Box<Finding>),
    /// Something that was not examined.
    Skipped(Skipped),
    /// Something that was examined with less care than usual.
    Reduced(Reduced),
    /// The last line.
    Summary {
        /// Changes when a reader has to.
        #[schemars(extend("const" = SCHEMA_VERSION))]
        schema_version: u32,
        /// What made it.
        tool: Tool,
        /// How much was examined and found.
        #[serde(flatten)]
        summary: Summary,
        /// What was examined.
        #[serde(default)]
        repositories: Vec<Repository>,
        /// The rules of the findings, by id.
        #[serde(default)]
        rules: Vec<Rule>,
        /// Secrets that stand in several repositories.
        #[serde(default)]
        groups: Vec<Group>,
        /// Tells by which salt fingerprints and digests of secrets were made.
        #[serde(default)]
        salt: Option<String>,
    },
}

impl Document {
    /// The report as lines, in their order.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let last = Line::Summary {
            schema_version: self.schema_version,
            tool: self.tool.clone(),
            summary: self.summary.clone(),
            repositories: self.repositories.clone(),
            rules: self.rules.clone(),
            groups: self.groups.clone(),
            salt: self.salt.clone(),
        };
        let findings = self.findings.iter().map(|finding| Line::Finding(Box::new(finding.clone())));
        let skipped = self.skipped.iter().cloned().map(Line::Skipped);
        findings.chain(skipped).chain(self.reduced.iter().cloned().map(Line::Reduced)).chain([last])
    }
}
