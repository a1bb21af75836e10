//! Comments that accept findings: they change what counts, never what is found.

use dekey::finding::{Report, State};
use dekey::source::Source;

/// A file; see [`super::file`].
pub fn run(bytes: &[u8]) {
    let Some((path, text)) = super::file(bytes) else { return };
    let report =
        |text: &[u8]| super::scanned(vec![Source::from_bytes(path.clone(), text.to_vec(), true)], |scan| scan.report());
    let with = report(text);
    for suppression in &with.suppressions {
        let (file, label) = (with.files[suppression.label.file].text(), &suppression.label);
        assert!(label.span.end <= file.len() && suppression.covers.end <= file.len(), "{suppression:?}");
        assert!(!suppression.rules.is_empty() || !suppression.used, "{suppression:?}");
    }
    let accepted = with.findings.iter().filter(|finding| finding.state == State::Suppressed).count();
    assert!(accepted == 0 || with.suppressions.iter().any(|suppression| suppression.used));
    if let Ok(text) = str::from_utf8(text) {
        let without = report(text.replace(dekey::suppress::NEEDLE, "dekex:").as_bytes());
        assert!(without.suppressions.is_empty());
        assert_eq!(found(&with), found(&without), "in {path:?}");
    }
}

/// What is found, by a rule of a vendor.
fn found(report: &Report) -> Vec<(&str, dekey::span::Span)> {
    let findings = report.findings.iter().filter(|finding| !finding.rule.starts_with("dekey/"));
    findings.map(|finding| (finding.rule.as_str(), finding.primary.span)).collect()
}
