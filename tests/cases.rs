//! Every case of `fixtures/cases/` against every rule, every file of `fixtures/clean/` against silence, every project of
//! `fixtures/repos/` against its goldens.
//!
//! Each file is one test. Cases are judged and held to laws that need no expectation: what fixes may do, that threads and
//! the prefilter change nothing, and that no output shows a planted secret. `DEKEY_BLESS=1` writes what is found.

#[path = "support/case.rs"]
mod case;
#[path = "support/plant.rs"]
mod plant;
#[path = "support/scanned.rs"]
mod scanned;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use case::{Case, File, Fixme, Mark, Wrong};
use dekey::finding::{Finding, Report};
use dekey::source::{RelPath, Source};
use dekey::write::Why;
use plant::Planted;
use scanned::How;

datatest_stable::harness! {
    { test = cases, root = "fixtures/cases", pattern = r"\.md$" },
    { test = clean, root = "fixtures/clean", pattern = r".*" },
    { test = project, root = "fixtures/repos", pattern = r"^[^/]+\.concise\.txt$" },
}

type Outcome = datatest_stable::Result<()>;

fn blessing() -> bool {
    std::env::var_os("DEKEY_BLESS").is_some()
}

fn cases(path: &Path) -> Outcome {
    let text = std::fs::read_to_string(path)?;
    let mut cases = case::parse(&text);
    let mut wrong = String::new();
    for case in &mut cases {
        check(case, path, &mut wrong);
    }
    if blessing() {
        std::fs::write(path, case::print(&text, &cases))?;
    }
    if wrong.is_empty() { Ok(()) } else { Err(Box::new(Wrong(wrong))) }
}

/// Judges one case. What is wrong is described; when blessing, expectations are made to fit instead.
fn check(case: &mut Case, path: &Path, wrong: &mut String) {
    let planted: Vec<Planted> = case.files.iter().map(|file| Planted::new(&file.text)).collect();
    let secrets: Vec<String> = planted.iter().flat_map(|planted| planted.secrets.iter().cloned()).collect();
    let files: Vec<(String, Vec<u8>)> = case
        .files
        .iter()
        .zip(&planted)
        .map(|(file, planted)| (file.path.clone(), stored(file, &planted.text)))
        .collect();
    let how = How { bump_sdk: case.bump_sdk, ..How::new(case.audience) };
    let report = scanned::files(&files, how);
    let case_path = path.display();
    for (file, planted) in case.files.iter_mut().zip(&planted) {
        let actual = marks(&report, file, planted);
        if blessing() {
            file.marks = blessed(&file.marks, actual);
            continue;
        }
        for (mark, what) in differences(&file.marks, &actual) {
            let line = file.lines.get(mark.line).copied().unwrap_or(file.fence);
            let columns = format!("{}-{}", mark.columns.0 + 1, mark.columns.1);
            let message = message(&report, &file.path, mark.line);
            _ = writeln!(
                wrong,
                "{case_path}:{line}:{columns}: {what}: {}{message}\n    in “{}”",
                mark.says, case.heading
            );
        }
    }
    let mut broken = Vec::new();
    laws(&files, &report, how, &secrets, &mut broken);
    let fixed = fixed(&files, how, &secrets, &mut broken);
    for expected in &mut case.fixed {
        let actual = fixed.get(&expected.path).map(|bytes| decoded(bytes)).unwrap_or_default();
        let crlf = case.files.iter().any(|file| file.crlf && file.path == expected.path);
        let wanted = Planted::new(&expected.text).text;
        let same = actual == if crlf { wanted.replace('\n', "\r\n") } else { wanted };
        let line = expected.fence;
        if expected.wrong && same && blessing() {
            expected.wrong = false;
        } else if expected.wrong && same {
            _ = writeln!(wrong, "{case_path}:{line}: fixed: remove the FIXME\n    in “{}”", case.heading);
        } else if !expected.wrong && !same && blessing() {
            let plain = actual.replace("\r\n", "\n");
            expected.text = planted.iter().fold(plain, |text, planted| planted.unplant(&text));
        } else if !expected.wrong && !same {
            _ = writeln!(wrong, "{case_path}:{line}: the fixed file is\n{actual}    in “{}”", case.heading);
        }
    }
    match (case.lawless, broken.is_empty()) {
        (true, true) => broken.push("no law is broken: remove the FIXME".to_owned()),
        (true, false) => broken.clear(),
        _ => (),
    }
    for law in broken {
        _ = writeln!(
            wrong,
            "{case_path}:{}: {law}\n    in “{}”",
            case.files.first().map_or(1, |file| file.fence),
            case.heading
        );
    }
}

/// A file as it lies on disk.
fn stored(file: &File, text: &str) -> Vec<u8> {
    let text = if file.crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
    if !file.utf16 {
        return text.into_bytes();
    }
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// What a file as it lies on disk says.
fn decoded(bytes: &[u8]) -> String {
    let source = Source::from_bytes(RelPath::from("f"), bytes.to_vec(), false);
    String::from_utf8_lossy(&source.text).into_owned()
}

/// The findings of a file as markers of the text with templates.
fn marks(report: &Report, file: &File, planted: &Planted) -> Vec<Mark> {
    let written: Vec<&str> = file.text.split('\n').collect();
    let mark = |finding: &Finding| {
        let masked = &report.files[finding.primary.file];
        // A carriage return more for each line before, when the file has them.
        let plain = |offset: usize| {
            let before = &masked.text()[..offset.min(masked.text().len())];
            offset - if file.crlf { before.iter().filter(|byte| **byte == b'\r').count() } else { 0 }
        };
        let start = planted.written(plain(finding.primary.span.start), false);
        let end = planted.written(plain(finding.primary.span.end), true);
        let line = file.text[..start].matches('\n').count();
        let first = file.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let column = |at: usize| file.text[first..at].chars().count();
        let last = end.min(first + written[line].len());
        Mark {
            line,
            columns: (column(start), column(last).max(column(start) + 1)),
            says: scanned::describe(report, finding),
            fixme: None,
        }
    };
    let here = |finding: &&Finding| report.files[finding.primary.file].path.as_bytes() == file.path.as_bytes();
    let mut marks: Vec<Mark> = report.findings.iter().filter(here).map(mark).collect();
    marks.sort();
    marks
}

/// Every expectation that does not hold, with what is wrong about it.
fn differences(expected: &[Mark], actual: &[Mark]) -> Vec<(Mark, &'static str)> {
    let bare = |mark: &Mark| Mark { fixme: None, ..mark.clone() };
    let mut left = actual.to_vec();
    let mut wrong = Vec::new();
    for mark in expected {
        let found = left.iter().position(|actual| *actual == bare(mark));
        if let Some(found) = found {
            left.remove(found);
        }
        match (mark.fixme, found) {
            (None | Some(Fixme::Noisy), Some(_)) | (Some(Fixme::Missing), None) => (),
            (None, None) => wrong.push((mark.clone(), "missing")),
            (Some(_), _) => wrong.push((mark.clone(), "fixed: remove the FIXME")),
        }
    }
    wrong.extend(left.into_iter().map(|mark| (mark, "noisy")));
    wrong
}

/// The markers to write: what is found, and what is still known to be wrong.
fn blessed(expected: &[Mark], actual: Vec<Mark>) -> Vec<Mark> {
    let same = |a: &Mark, b: &Mark| a.line == b.line && a.columns == b.columns && a.says == b.says;
    let missing = expected
        .iter()
        .filter(|mark| mark.fixme == Some(Fixme::Missing) && !actual.iter().any(|found| same(found, mark)))
        .cloned();
    let noisy = |found: &Mark| expected.iter().find(|mark| mark.fixme == Some(Fixme::Noisy) && same(mark, found));
    let mut marks: Vec<Mark> = missing.collect();
    marks.extend(actual.iter().map(|found| noisy(found).unwrap_or(found).clone()));
    marks
}

/// The message of what was found on a line, for whoever reads the failure.
fn message(report: &Report, path: &str, line: usize) -> String {
    let places = dekey::render::Places::new(&report.files);
    let here = report.findings.iter().find(|finding| {
        places.path(finding.primary.file) == path.as_bytes()
            && places.position(finding.primary.file, finding.primary.span.start).line == line as u64 + 1
    });
    here.map(|finding| format!(" ({})", finding.message)).unwrap_or_default()
}

/// What holds for every scan.
fn laws(files: &[(String, Vec<u8>)], report: &Report, how: How, secrets: &[String], broken: &mut Vec<String>) {
    for finding in &report.findings {
        let inside = |file: usize, end: usize| report.files.get(file).is_some_and(|file| end <= file.text().len());
        let labels = std::iter::once(&finding.primary).chain(&finding.related);
        if !labels.into_iter().all(|label| label.span.start <= label.span.end && inside(label.file, label.span.end)) {
            broken.push(format!("a span of {} lies outside of its file", finding.rule));
        }
        let edits = finding.fix.as_ref().map(|fix| fix.edits.as_slice()).unwrap_or_default();
        if !edits.iter().all(|edit| inside(edit.file, edit.span.end)) {
            broken.push(format!("an edit of {} lies outside of its file", finding.rule));
        }
        let ordered =
            |pair: &[dekey::finding::Edit]| pair[0].file < pair[1].file || pair[0].span.end <= pair[1].span.start;
        if !edits.windows(2).all(ordered) {
            broken.push(format!("edits of {} overlap or are not in order", finding.rule));
        }
    }
    for (format, output) in scanned::outputs(report) {
        if let Some(piece) = plant::shown(secrets, &output) {
            broken.push(format!("the {format} output shows {piece} of a secret"));
        }
    }
    let json = scanned::json(report);
    for (prefilter, threads) in [(false, 1), (true, 8)] {
        if scanned::json(&scanned::files(files, How { prefilter, threads, ..how })) != json {
            broken.push(format!("the result differs with prefilter: {prefilter} and {threads} threads"));
        }
    }
}

/// Applies all fixes, and holds them to their promise: each does what it says, and no second run changes anything.
fn fixed(
    files: &[(String, Vec<u8>)],
    how: How,
    secrets: &[String],
    broken: &mut Vec<String>,
) -> BTreeMap<String, Vec<u8>> {
    let mut now: BTreeMap<String, Vec<u8>> = files.iter().cloned().collect();
    let scanned::Fixed { changed, diff, left } = scanned::fixed(files, how);
    if let Some(piece) = plant::shown(secrets, &diff) {
        broken.push(format!("the diff shows {piece} of a secret"));
    }
    let wanted = left.iter().filter(|left| left.why != Why::Accepted);
    broken.extend(wanted.map(|left| match &left.why {
        Why::Failed(why) => format!("the fix “{}” fails: {why}", left.title),
        why => format!("the fix “{}” is not applied: {why:?}", left.title),
    }));
    if !changed.is_empty() {
        now.extend(changed);
        let again: Vec<(String, Vec<u8>)> = now.clone().into_iter().collect();
        let changed = scanned::fixed(&again, how).changed;
        broken.extend(changed.iter().map(|(path, _)| format!("a second run changes {path}")));
    }
    now
}

/// A file that a careful reader would not complain about: no finding, not even an unsure one.
fn clean(path: &Path) -> Outcome {
    let written = std::fs::read_to_string(path)?;
    let planted = Planted::new(&written);
    let within = path.strip_prefix("fixtures/clean").unwrap_or(path);
    let name = within.to_string_lossy().into_owned();
    let report = scanned::files(&[(name, planted.text.into_bytes())], How::new(None));
    let noisy = scanned::concise(&report);
    if noisy.is_empty() { Ok(()) } else { Err(Box::new(Wrong(format!("noisy:\n{noisy}")))) }
}

/// A project against its goldens: `NAME.concise.txt`, and `NAME.text.txt` and `NAME.plan.md` where there are.
fn project(golden: &Path) -> Outcome {
    let tree = golden.with_extension("").with_extension("");
    let report = scanned::tree(&tree, How::new(None));
    let mut outputs = vec![(golden.to_owned(), scanned::concise(&report))];
    for (extension, output) in [("text.txt", scanned::text(&report)), ("plan.md", scanned::checklist(&report))] {
        let golden = tree.with_extension(extension);
        if golden.exists() {
            outputs.push((golden, output));
        }
    }
    for (golden, output) in outputs {
        if blessing() {
            std::fs::write(&golden, output)?;
        } else {
            let expected = std::fs::read_to_string(&golden)?;
            if expected != output {
                let (golden, diff) = (golden.display(), similar::TextDiff::from_lines(&expected, &output));
                return Err(Box::new(Wrong(format!("{golden}\n{}", diff.unified_diff()))));
            }
        }
    }
    Ok(())
}
