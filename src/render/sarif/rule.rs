//! A rule as SARIF describes it.
//!
//! Owns the rule's page and the properties by which GitHub sorts alerts. The decision to know: a rule with a weakness
//! of the CWE list is a matter of security and has a severity as one; any other is a matter of code that does not work.

use serde::Serialize;

use crate::finding::{Level, RuleDoc};
use crate::render::sentence;

/// Characters that GitHub shows of a description.
const MAX_TEXT: usize = 1024;

/// A message or a description.
#[derive(Serialize)]
pub(super) struct Text {
    text: String,
}

impl Text {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// Cut to what GitHub accepts; the id where there is nothing to say.
    fn short(text: &str, id: &str) -> Self {
        let text = if text.is_empty() { id } else { text };
        Self::new(sentence(text).chars().take(MAX_TEXT).collect::<String>())
    }
}

/// A rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    #[serde(skip_serializing_if = "String::is_empty")]
    help_uri: String,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: Level,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Properties {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    precision: &'static str,
    #[serde(rename = "problem.severity", skip_serializing_if = "Option::is_none")]
    problem_severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

/// All rules, by id: the same in every run, whatever was found.
pub(super) fn all(docs: &[RuleDoc]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = docs.iter().map(rule).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules.dedup_by(|a, b| a.id == b.id);
    rules
}

fn rule(doc: &RuleDoc) -> Rule {
    Rule {
        id: doc.id.clone(),
        name: name(&doc.id),
        short_description: Text::short(&doc.summary, &doc.id),
        full_description: Text::short(&doc.why, &doc.id),
        help_uri: doc.help.clone(),
        help: Help { text: plain(doc), markdown: markdown(doc) },
        default_configuration: Configuration { level: doc.level },
        properties: properties(doc),
    }
}

/// `vendor/some-rule` as `SomeRule`.
fn name(id: &str) -> String {
    let words = id.rsplit('/').next().unwrap_or(id).split('-');
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    words.map(capital).collect()
}

fn properties(doc: &RuleDoc) -> Properties {
    let security = !doc.cwe.is_empty();
    let weaknesses = doc.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}"));
    // GitHub reads a score as CVSS has it: critical above 9, high from 7, medium from 4.
    let (score, severity) = match doc.level {
        Level::Error => ("8.0", "error"),
        Level::Warning => ("5.0", "warning"),
        Level::Note => ("2.0", "recommendation"),
    };
    Properties {
        tags: security.then(|| "security".to_owned()).into_iter().chain(weaknesses).collect(),
        // As measured; findings that are less sure are not reported unless asked for.
        precision: "high",
        problem_severity: (!security).then_some(severity),
        security_severity: security.then_some(score),
    }
}

fn plain(doc: &RuleDoc) -> String {
    let parts = [sentence(&doc.remedy), sentence(&doc.statement), doc.help.clone()];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    if text.is_empty() { doc.id.clone() } else { text }
}

fn markdown(doc: &RuleDoc) -> String {
    let mut text = format!("# {}\n", doc.id);
    for (heading, part) in [("Why", &doc.why), ("What to do", &doc.remedy), ("What the vendor says", &doc.statement)] {
        if !part.is_empty() {
            text.push_str(&format!("\n## {heading}\n\n{}\n", sentence(part)));
        }
    }
    for (heading, code) in [("Before", &doc.before), ("After", &doc.after)] {
        if !code.is_empty() {
            let fence = fence(code);
            text.push_str(&format!("\n## {heading}\n\n{fence}\n{}\n{fence}\n", code.trim_end()));
        }
    }
    if !doc.help.is_empty() {
        text.push_str(&format!("\n[More]({})\n", doc.help));
    }
    text
}

/// A fence that no run of backticks in `code` closes.
fn fence(code: &str) -> String {
    let runs = code.split(|c| c != '`').map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}
