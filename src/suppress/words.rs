//! The words of dekey's own rules.
//!
//! Owns their reading. They are written like the rules of a pack, and are not of one: no vendor is behind them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::pack::{Rule, schema};

/// The files they are written in, each named as in the repository.
pub const FILES: &[(&str, &str)] =
    &[("rules/dekey/suppression.toml", include_str!("../../rules/dekey/suppression.toml"))];

/// The prefix of their ids.
const PREFIX: &str = "dekey";

/// A directive that cannot be read, or no longer counts.
pub(super) const INVALID: &str = "dekey/invalid-suppression";
/// A directive that a change adds.
pub const ADDED: &str = "dekey/added-suppression";
/// A directive that accepts nothing.
pub const UNUSED: &str = "dekey/unused-suppression";

/// The ids of all of them.
pub const IDS: [&str; 3] = [INVALID, ADDED, UNUSED];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<schema::Rule>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let files = FILES.iter().filter_map(|(_, text)| toml::from_str::<File>(text).ok());
    files.flat_map(|file| file.rule).map(|row| Rule::new(PREFIX, row)).collect()
});

/// Whether a rule's id is one of dekey's own.
pub(super) fn is_own(id: &str) -> bool {
    id.split_once('/').is_some_and(|(prefix, _)| prefix == PREFIX)
}

/// dekey's own rules, by id.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// The rule of this id, one of those above.
pub(super) fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.doc.id == id).expect("a test holds that all have their words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rules_have_their_words() {
        let ids: Vec<&str> = rules().iter().map(|rule| rule.doc.id.as_str()).collect();
        assert_eq!(ids, IDS);
        for rule in rules() {
            let words = [&rule.doc.summary, &rule.doc.why, &rule.doc.remedy, &rule.message];
            assert!(words.iter().all(|text| !text.is_empty() && !text.ends_with("\n")), "{}", rule.doc.id);
            assert!(rule.message.contains("{}") && !rule.message.ends_with('.'), "{}", rule.message);
        }
    }
}
