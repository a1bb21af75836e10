//! Names and lines made to act on a terminal, a reader or a build server.

use dekey::finding::{Level, Report};
use dekey::render::escape::is_hostile;
use dekey::render::{closing, concise, json, text};
use dekey::source::{Reason, RelPath, Skipped};
use dekey::span::Span;

use crate::build_server::commands;
use crate::sample::{finding, label, masked};

const ATTACKS: &[&str] = &[
    "x = \"##[add-mask]a ::error::b ##vso[task.setvariable variable=p]1 ##teamcity[x]\"",
    "::set-env name=A::b",
    "\u{3000}\u{a0}::error file=a::b",
    "\u{1b}]0;title\u{7}\u{1b}[2J",
    "a\r::warning::b",
    "a\n::warning::b",
    "if (role\u{202e} } \u{2066}// admin",
    "\u{feff}\u{200b}::error::x",
    "tag\u{e0041}\u{2028}::error::x",
    "\u{9b}31m\u{7f}\0",
];

/// A report in which everything that can come from a scanned tree is `text`.
fn report(text: &str) -> Report {
    let source = format!("{text}\n  {text} secret\n");
    let span = Span::new(0, source.len() - 1);
    let tail = Span::new(source.len() - 7, source.len() - 1);
    let mut first = finding("hostile", Level::Error, label(0, tail, text), text);
    first.related = vec![label(0, span, text)];
    first.evidence = vec![text.to_owned()];
    first.why = text.repeat(20);
    first.remedy = format!("{} {text}", "word ".repeat(30));
    first.fix = Some(dekey::finding::Fix {
        title: text.to_owned(),
        applicability: dekey::finding::Applicability::Safe,
        edits: vec![dekey::finding::Edit { file: 0, span: tail, text: format!("\n{text}\n") }],
    });
    Report {
        files: vec![masked(&text.replace('\0', ""), source.as_bytes(), &[])],
        findings: vec![first],
        skipped: vec![Skipped { path: RelPath::from(text), reason: Reason::Unreadable, detail: text.to_owned() }],
        notes: vec![(RelPath::from(text), dekey::facts::Note::Malformed)],
        exempted: vec![(label(0, span, ""), text.to_owned())],
        ..Report::default()
    }
}

fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let mut add = |name, write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>| {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out).unwrap();
        all.push((name, String::from_utf8(out.into_inner()).unwrap()));
    };
    add("text", &|out| text::findings(report, out));
    add("concise", &|out| concise::findings(report, out));
    add("json", &|out| json::report(report, out));
    add("closing", &|out| closing::write(report, true, out));
    all
}

#[test]
fn nothing_acts() {
    for attack in ATTACKS {
        for (format, out) in outputs(&report(attack)) {
            assert_eq!(commands(&out), Vec::<String>::new(), "{format} of {attack:?}:\n{out}");
            let hostile: Vec<char> = out.chars().filter(|c| *c != '\n' && is_hostile(*c)).collect();
            assert!(hostile.is_empty(), "{format} of {attack:?} prints {hostile:?}");
        }
    }
}

#[test]
fn styles_are_the_only_escapes_on_a_terminal() {
    let mut out = Vec::new();
    text::findings(&report(ATTACKS[3]), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains('\u{1b}'));
    for rest in out.split('\u{1b}').skip(1) {
        let (code, _) = rest.split_once('m').expect("a style ends in m");
        assert!(code.starts_with('[') && code[1..].chars().all(|c| c.is_ascii_digit() || c == ';'), "{code:?}");
    }
}

#[test]
fn json_is_exact() {
    for attack in ATTACKS {
        let (_, out) = outputs(&report(attack)).swap_remove(2);
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["findings"][0]["message"], *attack);
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf8_survives_in_json() {
    use std::os::unix::ffi::OsStrExt as _;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9/a b.rb");
    let mut report = report("x");
    report.skipped[0].path = RelPath::new(std::path::Path::new(name));
    let document: serde_json::Value = serde_json::from_str(&outputs(&report)[2].1).unwrap();
    assert_eq!(document["skipped"][0]["path"], "caf\u{fffd}/a b.rb");
    assert_eq!(document["skipped"][0]["path_percent"], "caf%E9/a%20b.rb");
    assert!(outputs(&report)[3].1.contains(r"caf\xe9/a b.rb"));
}

/// Labels that do not fit their text, whatever they are, neither panic nor lose the finding.
#[test]
fn labels_may_point_anywhere() {
    let mut report = report("é\r\nü");
    let len = report.files[0].text().len();
    for start in 0..len + 3 {
        for end in start..len + 3 {
            report.findings[0].primary.span = Span::new(start, end);
            report.findings[0].related[0].span = Span::new(end, end);
            report.findings[0].related[0].file = end % 2;
            for (format, out) in outputs(&report) {
                assert!(format == "closing" || out.contains("intercom/hostile"), "{format} {start}..{end}");
            }
        }
    }
}

#[test]
fn an_excerpt_of_a_long_line_is_short() {
    let mut hostile = report("a");
    hostile.files = vec![masked("a", "\u{202e}\u{1b}\u{e0041}".repeat(100_000).as_bytes(), &[])];
    hostile.findings[0].primary.span = Span::new(400_000, 400_400);
    hostile.findings[0].related.clear();
    let out = &outputs(&hostile)[0].1;
    for line in out.lines() {
        assert!(line.chars().count() <= 260, "{line}");
    }
}
