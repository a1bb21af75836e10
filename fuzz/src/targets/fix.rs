//! Fixes: what is mended is gone, nothing else is new, and there is nothing left to do afterwards.

use dekey::finding::Report;
use dekey::source::{RelPath, Source};
use dekey::span::Span;
use dekey::write::{Originals, Wish, plan};

/// A file; see [`super::file`].
pub fn run(bytes: &[u8]) {
    let Some((path, text)) = super::file(bytes) else { return };
    let first = fixed(&path, text);
    // What only the old code read, and what accepted a finding that is mended, is left over, and to be found from then on.
    let left = |(rule, _): &&(String, Span)| rule.ends_with("/leftover-api-key") || rule == dekey::suppress::UNUSED;
    let new = first.after.len() - first.after.iter().filter(left).count();
    let kept = first.found.len() - first.found.iter().filter(left).count();
    assert!(new <= kept && (first.fixed == 0 || first.after != first.found), "findings are new: {first:?}");
    let again = fixed(&path, &first.text);
    assert_eq!(again.found, first.after, "another scan finds something else");
    assert_eq!((again.fixed, again.text == first.text), (0, true), "a second fix changes something");
}

#[derive(Debug)]
struct Fixed {
    found: Vec<(String, Span)>,
    fixed: usize,
    after: Vec<(String, Span)>,
    text: Vec<u8>,
}

fn fixed(path: &RelPath, text: &[u8]) -> Fixed {
    let read = |_: &RelPath| Ok(text.to_vec());
    let wish = Wish { unsafe_too: true, shown: &|_, _| true, settle: &|_| () };
    super::scanned(vec![Source::from_bytes(path.clone(), text.to_vec(), true)], |scan| {
        let report = scan.report();
        apart(&report);
        let mut planned = plan(scan, &wish, &mut Originals::new(&read));
        let text = planned.files.remove(path).map_or_else(|| text.to_vec(), |versions| versions.after);
        assert!(planned.files.is_empty(), "another file changes");
        Fixed { found: found(&report), fixed: planned.fixed, after: found(&planned.report), text }
    })
}

/// Edits of a fix do not touch each other, so that their order is of no matter.
fn apart(report: &Report) {
    for finding in &report.findings {
        let edits = finding.fix.as_ref().map(|fix| fix.edits.as_slice()).unwrap_or_default();
        let ordered =
            edits.windows(2).all(|pair| pair[0].file < pair[1].file || pair[0].span.end <= pair[1].span.start);
        assert!(ordered, "edits overlap: {edits:?}");
        let inside = edits
            .iter()
            .all(|edit| edit.span.start <= edit.span.end && edit.span.end <= report.files[edit.file].text().len());
        assert!(inside, "an edit lies outside of its file: {edits:?}");
    }
}

fn found(report: &Report) -> Vec<(String, Span)> {
    report.findings.iter().map(|finding| (finding.rule.clone(), finding.primary.span)).collect()
}
