//! Secrets that stand in several repositories.
//!
//! Owns telling them from others, by their digests. The decision to know: one secret is one group, whichever rules find
//! it, and whether or not a finding counts: whoever rotates it has to know all places.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Finding;
use crate::finding::State;

/// A secret that stands in several repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// What its findings have as `secret`.
    #[schemars(regex(pattern = r"^[0-9a-f]*$"))]
    pub secret: String,
    /// The rules that find it, by id.
    pub rules: Vec<String>,
    /// The names of the repositories, in order.
    pub repositories: Vec<String>,
    /// Its findings.
    pub findings: usize,
    /// Those of them that count.
    pub open: usize,
}

/// Groups in the making.
#[derive(Debug, Default)]
pub struct Grouping(BTreeMap<String, Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    rules: BTreeSet<String>,
    repositories: BTreeSet<String>,
    findings: usize,
    open: usize,
}

impl Grouping {
    /// Takes a finding in.
    pub fn add(&mut self, finding: &Finding) {
        let (Some(secret), Some(repository)) = (&finding.secret, &finding.repository) else { return };
        let gathered = self.0.entry(secret.clone()).or_default();
        gathered.findings += 1;
        gathered.open += usize::from(finding.state == State::Open);
        if !gathered.rules.contains(&finding.rule) {
            gathered.rules.insert(finding.rule.clone());
        }
        if !gathered.repositories.contains(repository) {
            gathered.repositories.insert(repository.clone());
        }
    }

    /// The secrets that stand in more than one repository: those in the most repositories first.
    #[must_use]
    pub fn groups(self) -> Vec<Group> {
        let several = self.0.into_iter().filter(|(_, gathered)| gathered.repositories.len() > 1);
        let mut groups: Vec<Group> = several
            .map(|(secret, gathered)| Group {
                secret,
                rules: gathered.rules.into_iter().collect(),
                repositories: gathered.repositories.into_iter().collect(),
                findings: gathered.findings,
                open: gathered.open,
            })
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.repositories.len()));
        groups
    }
}

impl<'a> FromIterator<&'a Finding> for Grouping {
    fn from_iter<T: IntoIterator<Item = &'a Finding>>(findings: T) -> Self {
        let mut grouping = Self::default();
        findings.into_iter().for_each(|finding| grouping.add(finding));
        grouping
    }
}
