//! Expected output as files under `tests/golden/`. `DEKEY_BLESS=1` rewrites them; the difference is reviewed like code.

use std::io;

use dekey::finding::{Applicability, Report};
use dekey::problem::{Problem, Refused};
use dekey::render::{Brief, FORMATS, closing, diff, explain, problem};
use dekey::source::RelPath;

use crate::sample;

fn rendered(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Vec<u8> {
    let mut out = anstream::StripStream::new(Vec::new());
    write(&mut out).unwrap();
    out.into_inner()
}

fn check(name: &str, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let actual = String::from_utf8(rendered(write)).unwrap();
    if std::env::var_os("DEKEY_BLESS").is_some() {
        std::fs::write(&path, &actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "{name} differs (`DEKEY_BLESS=1` accepts):\n{}", difference(&expected, &actual));
}

fn difference(expected: &str, actual: &str) -> String {
    similar::TextDiff::from_lines(expected, actual).unified_diff().header("expected", "actual").to_string()
}

/// What the golden of a format ends in.
fn extension(format: &str) -> &str {
    match format {
        "text" => "txt",
        "concise" => "concise.txt",
        "github" => "github.txt",
        "gitlab" => "gitlab.json",
        "gitlab-secrets" => "gitlab-secrets.json",
        "junit" => "junit.xml",
        "markdown" => "md",
        name => name,
    }
}

fn format(name: &str, report: &Report, brief: &Brief) -> Vec<u8> {
    rendered(|out| dekey::render::Format::named(name).unwrap().write(report, brief, out))
}

#[test]
fn formats() {
    // What a page says is in `tests/html`; most of its bytes are style and script.
    for format in FORMATS.iter().filter(|format| format.name != "html") {
        let write = |out: &mut dyn io::Write| format.write(&sample::report(), &sample::brief(), out);
        check(&format!("report.{}", extension(format.name)), write);
    }
}

/// Only where the format can say so.
#[test]
fn findings_that_do_not_count() {
    let brief = Brief { accepted: true, ..sample::brief() };
    for name in ["text", "concise", "junit", "markdown"] {
        let report = sample::accepted();
        check(&format!("accepted.{}", extension(name)), |out| out.write_all(&format(name, &report, &brief)));
    }
    for name in ["github", "gitlab", "gitlab-secrets", "rdjson"] {
        let same = format(name, &sample::accepted(), &brief) == format(name, &sample::accepted(), &sample::brief());
        assert!(same, "{name}");
    }
}

#[test]
fn closing_with_every_detail() {
    check("verbose.txt", |out| closing::write(&sample::report(), true, out));
}

#[test]
fn diff() {
    check("safe.diff", |out| diff::write(&sample::changed(sample::report(), &[Applicability::Safe]), out));
    check("unsafe.diff", |out| {
        let mut report = sample::report();
        // One line of a megabyte is no golden.
        report.findings.retain(|finding| finding.primary.file == 0);
        diff::write(&sample::changed(report, &[Applicability::Safe, Applicability::Unsafe]), out)
    });
}

#[test]
fn explained() {
    check("explain.txt", |out| explain::rule(&sample::report().rules[0], out));
}

#[test]
fn statistics() {
    check("statistics.txt", |out| closing::statistics(&sample::report(), out));
}

/// Worked out by hand: line 4 of the Ruby file starts at byte 25 + 49 + 1, and `über = ` is 7 characters in 8 bytes.
#[test]
fn positions_are_those_of_the_file() {
    let document: serde_json::Value =
        serde_json::from_slice(&format("json", &sample::report(), &sample::brief())).unwrap();
    let first = &document["findings"][0];
    // "# Schlüssel für 日本\\n" has 18 characters; ü takes two bytes (twice), 日 and 本 three each.
    assert_eq!(first["start"], serde_json::json!({ "line": 4, "column": 8, "byte": 25 + 49 + 1 + 8 }));
    let third = &document["findings"][2];
    // "import os\r\n", a tab, "client = Client('".
    assert_eq!(third["start"], serde_json::json!({ "line": 2, "column": 19, "byte": 11 + 18 }));
    assert_eq!(third["end"], serde_json::json!({ "line": 2, "column": 59, "byte": 11 + 18 + 40 }));
    let fourth = &document["findings"][3];
    assert_eq!(fourth["start"]["column"], 4 * 131_072 + 8);
}

#[test]
fn the_edits_of_a_group_are_told_once() {
    let mut report = sample::report();
    let both: Vec<_> = report.findings[..2].iter().flat_map(|finding| finding.fix.clone().unwrap().edits).collect();
    for finding in &mut report.findings[..2] {
        let fix = finding.fix.as_mut().unwrap();
        (fix.group, fix.edits) = (Some(3), both.clone());
    }
    let document: serde_json::Value = serde_json::from_slice(&format("json", &report, &sample::brief())).unwrap();
    let fix = |at: usize| document["findings"][at]["fix"].clone();
    assert_eq!((fix(0)["group"].as_u64(), fix(0)["edits"].as_array().unwrap().len()), (Some(3), 2));
    assert_eq!((fix(1)["group"].as_u64(), fix(1)["edits"].as_array().unwrap().len()), (Some(3), 0));
    let text = String::from_utf8(format("text", &report, &sample::brief())).unwrap();
    assert_eq!(text.matches("+ über = ").count(), 1, "{text}");
    // What changes elsewhere is named beside each of them.
    assert_eq!(text.matches("together with 1 change in app/intercom.rb").count(), 2, "{text}");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let brief = Brief { verbose: true, accepted: true, ..sample::brief() };
    let all = |report: &Report| -> Vec<_> { FORMATS.iter().map(|one| format(one.name, report, &brief)).collect() };
    assert_eq!(all(&sample::report()), all(&sample::report()));
}

#[test]
fn no_piece_of_a_secret_is_printed() {
    let out = rendered(|out| {
        let report = sample::report();
        let brief = Brief { accepted: true, ..sample::brief() };
        FORMATS.iter().try_for_each(|format| format.write(&report, &brief, out))?;
        diff::write(&sample::changed(report, &[Applicability::Safe, Applicability::Unsafe]), out)
    });
    let piece = "9f".repeat(6);
    assert!(!String::from_utf8(out).unwrap().contains(&piece));
}

#[test]
fn a_scan_with_nothing_found_says_what_it_covers() {
    let mut report = Report::default();
    assert_eq!(closing::summary(&report), "Nothing to examine (0 files examined).");
    report.tally.examined = 1;
    assert_eq!(closing::summary(&report), "Nothing found in 1 file examined.");
    report.skipped = sample::report().skipped;
    assert_eq!(closing::summary(&report), "Nothing found in 1 file examined, but 1 file could not be examined.");
}

#[test]
fn a_long_list_is_capped() {
    let mut report = sample::report();
    let entry = report.skipped.pop().unwrap();
    report.skipped = vec![entry; 30];
    let out = String::from_utf8(rendered(|out| closing::write(&report, false, out))).unwrap();
    assert!(out.contains("and 20 more"));
    assert_eq!(out.matches("secrets/live").count(), 10);
}

#[test]
fn mistakes_in_a_file() {
    let text = "audience = \"mine\"\r\nexclud = [\"日本\"] # \u{202e}\n";
    let problem = |needle: &str, message: &str, help: &str| Problem {
        span: Some(sample::at(text, needle, 0)),
        message: message.to_owned(),
        help: help.to_owned(),
    };
    let problems = vec![
        problem("exclud", "unknown key `exclud`", "did you mean `exclude`?"),
        problem("\"mine\"", "`mine` does not fit here", ""),
        Problem { span: None, message: "something is missing".to_owned(), help: "add it".to_owned() },
    ];
    let refused = Refused::new(RelPath::from("dekey.toml"), text.as_bytes().to_vec(), problems);
    check("problem.txt", |out| problem::write(&refused, out));
}
