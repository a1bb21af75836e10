//! The files of a case after all its fixes.

use std::collections::BTreeMap;
use std::path::Path;

use dekey::finding::{Finding, Report};
use dekey::source::{Encoding, RelPath, Source};

use crate::scanned::{self, How};

/// Applies fixes one by one until none is left, and holds each to its promise: its finding is gone, no other is new.
pub(crate) fn fixed(files: &[(String, Vec<u8>)], how: How, broken: &mut Vec<String>) -> BTreeMap<String, Vec<u8>> {
    let mut files = files.to_vec();
    let mut report = scanned::files(&files, how);
    for _ in 0..=report.findings.len() {
        let Some(finding) =
            report.findings.iter().find(|finding| finding.fix.as_ref().is_some_and(|fix| !fix.edits.is_empty()))
        else {
            return files.into_iter().collect();
        };
        apply(finding, &report, &mut files);
        let after = scanned::files(&files, how);
        let (had, has) = (counts(&report), counts(&after));
        if has.get(&finding.rule) >= had.get(&finding.rule) {
            broken.push(format!("{} is still there after its fix", finding.rule));
            return files.into_iter().collect();
        }
        for (rule, count) in &has {
            // A setting that the old code read is left over by its fix, and to be found from then on.
            let left = rule.ends_with("/leftover-api-key");
            if !left && had.get(rule).is_none_or(|before| before < count) {
                broken.push(format!("the fix of {} makes a finding of {rule}", finding.rule));
            }
        }
        report = after;
    }
    broken.push("fixes do not come to an end".to_owned());
    files.into_iter().collect()
}

fn counts(report: &Report) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    report.findings.iter().for_each(|finding| *counts.entry(finding.rule.clone()).or_default() += 1);
    counts
}

fn apply(finding: &Finding, report: &Report, files: &mut [(String, Vec<u8>)]) {
    for edit in finding.fix.iter().flat_map(|fix| fix.edits.iter().rev()) {
        let path = report.files[edit.file].path.as_bytes();
        let (path, bytes) =
            files.iter_mut().find(|(name, _)| name.as_bytes() == path).expect("edits name scanned files");
        let mut source = Source::from_bytes(RelPath::new(Path::new(path)), bytes.clone(), false);
        source.text.splice(edit.span.start..edit.span.end, edit.text.bytes());
        *bytes = match source.encoding {
            Encoding::Utf8 { bom: false } => source.text,
            // Applying edits to other encodings is the fix writer's work; here the text is enough.
            _ => String::from_utf8_lossy(&source.text).into_owned().into_bytes(),
        };
    }
}
