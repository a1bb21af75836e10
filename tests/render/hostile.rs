//! Names and lines made to act on a terminal, a reader or a build server.

use dekey::finding::{Level, Report, RuleDoc};
use dekey::redact::Masked;
use dekey::render::escape::is_hostile;
use dekey::render::{Brief, FORMATS, Format, diff};
use dekey::source::{Reason, RelPath, Skipped, Source};
use dekey::span::Span;
use dekey::write::Changed;

use proptest::prelude::*;

use crate::build_server::commands;
use crate::sample::{self, finding, label, masked};

pub(crate) const ATTACKS: &[&str] = &[
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
pub(crate) fn report(text: &str) -> Report {
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
        group: None,
    });
    Report {
        files: vec![masked(&text.replace('\0', ""), source.as_bytes(), &[])],
        findings: vec![first],
        skipped: vec![Skipped { path: RelPath::from(text), reason: Reason::Unreadable, detail: text.to_owned() }],
        notes: vec![(RelPath::from(text), dekey::facts::Note::Malformed)],
        exempted: vec![(label(0, span, ""), text.to_owned())],
        rules: vec![RuleDoc { cwe: vec![798], ..sample::doc("hostile", Level::Error) }],
        ..Report::default()
    }
}

/// What the one edit of a report changes in its one file, where it fits.
fn changes(report: &Report) -> Vec<Changed> {
    let file = &report.files[0];
    let masked = |text: &[u8]| Masked::new(Source::from_bytes(file.path.clone(), text.to_vec(), false), &[]);
    let edit = report.findings[0].fix.iter().flat_map(|fix| &fix.edits).next();
    let after = edit.and_then(|edit| {
        let (before, after) = (file.text().get(..edit.span.start)?, file.text().get(edit.span.end..)?);
        Some([before, edit.text.as_bytes(), after].concat())
    });
    let change =
        |after: Vec<u8>| Changed { path: file.path.clone(), before: masked(file.text()), after: masked(&after) };
    after.map(change).into_iter().collect()
}

/// All that a format can say.
fn brief() -> Brief {
    Brief { verbose: true, accepted: true, ..sample::brief() }
}

/// How many commands there are to be: annotations and no others.
fn annotations(format: &str, report: &Report) -> usize {
    if format == "github" { report.findings.len() } else { 0 }
}

fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let mut add = |name, write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>| {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out).unwrap();
        all.push((name, String::from_utf8(out.into_inner()).unwrap()));
    };
    for format in &FORMATS {
        add(format.name, &|out| format.write(report, &brief(), out));
    }
    let changed = changes(report);
    add("diff", &|out| diff::write(&changed, out));
    all
}

#[test]
fn nothing_acts() {
    for attack in ATTACKS {
        let report = report(attack);
        for (format, out) in outputs(&report) {
            assert_eq!(commands(&out).len(), annotations(format, &report), "{format} of {attack:?}:\n{out}");
            let hostile: Vec<char> =
                out.replace("\r\n", "\n").chars().filter(|c| *c != '\n' && is_hostile(*c)).collect();
            assert!(hostile.is_empty(), "{format} of {attack:?} prints {hostile:?}");
        }
    }
}

#[test]
fn styles_and_links_of_packs_are_the_only_escapes_on_a_terminal() {
    let (mut out, report) = (Vec::new(), report(ATTACKS[3]));
    Format::named("text").unwrap().write(&report, &brief(), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains('\u{1b}'));
    let link = format!("]8;;{}", report.rules[0].help);
    for rest in out.split('\u{1b}').skip(1) {
        let of_link = rest == link || rest.starts_with('\\') || rest == "]8;;";
        let style = rest.split_once('m').and_then(|(code, _)| code.strip_prefix('['));
        let of_style = style.is_some_and(|code| code.chars().all(|c| c.is_ascii_digit() || c == ';'));
        assert!(of_link || of_style, "{rest:?}");
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
    let all: std::collections::BTreeMap<_, _> = outputs(&report).into_iter().collect();
    let document: serde_json::Value = serde_json::from_str(&all["json"]).unwrap();
    let closing = &all["text"];
    assert_eq!(document["skipped"][0]["path"], "caf\u{fffd}/a b.rb");
    assert_eq!(document["skipped"][0]["path_percent"], "caf%E9/a%20b.rb");
    assert!(closing.contains(r"caf\xe9/a b.rb"));
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
                assert!(format == "diff" || out.contains("intercom/hostile"), "{format} {start}..{end}");
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

/// Whatever stands before a label on its line, its carets are under its text.
#[test]
fn carets_stand_under_their_text() {
    let long = "x".repeat(50_000);
    for before in ["", "é", "\t", "a\u{202e}b\u{1b}", "##[x]", "\u{200b}\u{e0041}", &long, "\r"] {
        for after in ["", "\u{2066}", &long] {
            for ending in ["\n", "\r\n", ""] {
                let line = format!("{before}KEY{after}{ending}");
                let text = format!("first\n{line}third");
                let mut report = report("a");
                report.files = vec![masked("a", text.as_bytes(), &[])];
                let start = 6 + before.len();
                report.findings[0].primary = label(0, Span::new(start, start + 3), "");
                report.findings[0].related.clear();
                let out = &outputs(&report)[0].1;
                let lines: Vec<&str> = out.lines().collect();
                let shown = lines.iter().position(|line| line.contains("KEY")).expect("the line is shown");
                let column = |line: &str, of: &str| line[..line.find(of).expect("it is there")].chars().count();
                assert_eq!(column(lines[shown + 1], "^^^"), column(lines[shown], "KEY"), "{out}");
                assert_eq!(lines[shown + 1].matches('^').count(), 3, "{out}");
                assert!(lines[shown].chars().count() < 180, "{out}");
            }
        }
    }
}

/// Related places far apart on one long line, and on lines around a gap.
#[test]
fn several_labels_share_their_lines() {
    let text = format!("{0}ONE{0}TWO{0}\nmiddle\nTHREE\n\n\nFOUR\n", "x".repeat(5_000));
    let at = |needle: &str| crate::sample::at(&text, needle, 0);
    let mut report = report("a");
    report.files = vec![masked("a", text.as_bytes(), &[])];
    report.findings[0].primary = label(0, at("TWO"), "two");
    report.findings[0].related = ["ONE", "THREE", "FOUR"].map(|needle| label(0, at(needle), needle)).into();
    let out = &outputs(&report)[0].1;
    let first = out.lines().find(|line| line.starts_with("1 │")).unwrap();
    let (x20, x80) = ("x".repeat(20), "x".repeat(80));
    assert_eq!(first, format!("1 │ …{x20}ONE{x20}…{x80}TWO{x80}…"));
    // A gap of one line is shown, a wider one is a break.
    assert!(out.contains("2 │ middle\n3 │ THREE\n"), "{out}");
    assert!(out.contains("\n  ·\n6 │ FOUR\n"), "{out}");
}

proptest! {
    /// Any bytes, any labels, any edit: plain output that still names the finding.
    #[test]
    fn any_source_is_rendered_plainly(
        parts in proptest::collection::vec(prop_oneof![
            Just(b"\n".to_vec()), Just(b"\r\n".to_vec()), Just("é日\u{202e}".as_bytes().to_vec()),
            Just(b"##[add-mask]".to_vec()), Just(b"::error::".to_vec()), Just(vec![b'x'; 200]),
            proptest::collection::vec(any::<u8>(), 0..20),
        ], 0..30),
        spans in proptest::collection::vec((0usize..3_000, 0usize..500), 4),
        text in any::<String>(),
    ) {
        let mut report = report("a");
        report.files = vec![masked("a", &parts.concat(), &[])];
        let spans: Vec<Span> = spans.iter().map(|(start, len)| Span::new(*start, start + len)).collect();
        let finding = &mut report.findings[0];
        finding.primary.span = spans[0];
        finding.related = vec![label(0, spans[1], &text), label(0, spans[2], "")];
        finding.fix.as_mut().unwrap().edits[0].span = spans[3];
        finding.fix.as_mut().unwrap().edits[0].text.clone_from(&text);
        for (format, out) in outputs(&report) {
            prop_assert!(out.replace("\r\n", "\n").chars().all(|c| c == '\n' || !is_hostile(c)), "{}: {:?}", format, out);
            prop_assert_eq!(commands(&out).len(), annotations(format, &report));
            prop_assert!(format == "diff" || out.contains("intercom/hostile"));
        }
    }
}
