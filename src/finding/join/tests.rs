use super::*;
use crate::finding::{Edit, Fix, Level};
use crate::redact::Masked;
use crate::source::{Reason, Skipped, Source};
use crate::span::Span;

fn label(file: usize, at: usize) -> Label {
    Label { file, span: Span::new(at, at + 1), text: String::new() }
}

fn finding(rule: &str, file: usize, at: usize) -> Finding {
    let mut finding = Finding::bare(rule, Level::Error, Confidence::High);
    finding.primary = label(file, at);
    finding.fingerprint = format!("{rule} {file} {at}");
    finding
}

fn token(file: usize, at: usize, number: u8) -> Finding {
    // Enough chance to be one.
    let text: Vec<u8> = (0..60).map(|byte: u8| byte.wrapping_mul(7).wrapping_add(number)).collect();
    Finding { secret: Secret::of(&text), ..finding("v/hardcoded-access-token", file, at) }
}

fn doc() -> RuleDoc {
    RuleDoc {
        id: "v/shared-access-token".to_owned(),
        summary: String::new(),
        level: Level::Error,
        why: "why".to_owned(),
        remedy: "remedy".to_owned(),
        statement: String::new(),
        help: String::new(),
        cwe: Vec::new(),
        lasting: false,
        before: String::new(),
        after: String::new(),
    }
}

fn report(paths: &[&str], findings: Vec<Finding>) -> Report {
    let file = |path: &&str| Masked::new(Source::from_bytes(RelPath::from(*path), b"0123456789".to_vec(), false), &[]);
    let mut report =
        Report { files: paths.iter().map(file).collect(), findings, rules: vec![doc()], ..Report::default() };
    report.tally.examined = 10;
    report
}

fn joined(reports: Vec<(&str, Report)>) -> Report {
    let mut join = Join::default();
    for (name, report) in reports {
        let tokens = tokens(&report, &|_, _| true);
        let repository = Repository { name: Some(name.to_owned()), ..Repository::default() };
        let shown = |path: &RelPath| RelPath::from(format!("{name}/{}", path.to_str_lossy()).as_str());
        join.add(Part { report, tokens, repository, shown: &shown });
    }
    join.finish()
}

fn paths(report: &Report) -> Vec<String> {
    report.files.iter().map(|file| file.path.to_str_lossy().into_owned()).collect()
}

#[test]
fn numbers_are_given_anew_and_what_nothing_points_into_is_let_go() {
    let fixed = |file, group| {
        let edit = Edit { file, span: Span::new(0, 1), text: String::new() };
        let fix = Fix { edits: vec![edit], group: Some(group), ..Fix::manual("t") };
        Finding { fix: Some(fix), related: vec![label(file, 3)], ..finding("v/a", 1, 0) }
    };
    let one = report(&["unused", "a", "b"], vec![fixed(2, 0), fixed(1, 1)]);
    let other = report(&["x", "a"], vec![fixed(1, 0)]);
    let report = joined(vec![("one", one), ("other", other)]);
    assert_eq!(paths(&report), ["one/a", "one/b", "other/a"]);
    let numbers: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            let fix = finding.fix.as_ref().unwrap();
            (finding.repository, finding.primary.file, finding.related[0].file, fix.edits[0].file, fix.group)
        })
        .collect();
    assert_eq!(numbers, [(Some(0), 0, 1, 1, Some(0)), (Some(0), 0, 0, 0, Some(1)), (Some(1), 2, 2, 2, Some(2))]);
    assert_eq!(report.findings[2].fingerprint, "v/a 1 0");
    assert_eq!((report.tally.examined, report.rules.len()), (20, 1));
}

#[test]
fn what_was_skipped_belongs_to_its_repository() {
    let mut one = report(&[], Vec::new());
    let skipped = |reason| Skipped { path: RelPath::from("f"), reason, detail: String::new() };
    one.skipped = vec![skipped(Reason::Special), skipped(Reason::Special)];
    let mut other = report(&[], Vec::new());
    other.skipped = vec![skipped(Reason::Unreadable)];
    let report = joined(vec![("one", one), ("other", other)]);
    let of: Vec<_> = report.repositories.iter().map(|one| (one.skipped, one.complete, one.examined)).collect();
    assert_eq!(of, [(2, true, 10), (1, false, 10)]);
    assert_eq!(report.skipped[2].path, RelPath::from("other/f"));
}

#[test]
fn a_token_of_several_is_one_finding_behind_its_first_place() {
    let one = report(&["a"], vec![token(0, 0, 1), finding("v/z", 0, 5)]);
    let other = report(&["b"], vec![token(0, 0, 2), token(0, 3, 1)]);
    let report = joined(vec![("one", one), ("other", other)]);
    let rules: Vec<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(
        rules,
        [
            "v/hardcoded-access-token",
            "v/shared-access-token",
            "v/z",
            "v/hardcoded-access-token",
            "v/hardcoded-access-token"
        ]
    );
    let shared = &report.findings[1];
    assert_eq!(shared.message, "the same access token stands in 2 files of 2 repositories");
    assert_eq!((shared.repository, shared.primary.file, &shared.why[..]), (Some(0), 0, "why"));
    assert_eq!(shared.related, [Label { text: "and here".to_owned(), ..label(1, 3) }]);
}

#[test]
fn one_that_was_said_already_is_extended_unless_it_is_accepted() {
    let said = |state| Finding { state, secret: token(0, 0, 1).secret, ..finding("v/shared-access-token", 0, 0) };
    let two = |state| report(&["b", "c"], vec![token(0, 0, 1), said(state), token(1, 0, 1)]);
    let one = || report(&["a"], vec![token(0, 0, 1)]);
    let messages = |report: &Report| -> Vec<(Option<usize>, String)> {
        let shared = report.findings.iter().filter(|finding| finding.rule.ends_with("shared-access-token"));
        shared.map(|finding| (finding.repository, finding.message.clone())).collect()
    };
    let all = "the same access token stands in 3 files of 2 repositories".to_owned();
    let extended = joined(vec![("one", one()), ("two", two(State::Open))]);
    assert_eq!(messages(&extended), [(Some(1), all.clone())]);
    let accepted = joined(vec![("one", one()), ("two", two(State::Baselined))]);
    assert_eq!(messages(&accepted), [(Some(0), all), (Some(1), String::new())]);
    // In one repository it is that repository's.
    assert_eq!(messages(&joined(vec![("two", two(State::Open))])), [(Some(0), String::new())]);
}

#[test]
fn accepted_tokens_make_no_finding() {
    let accepted = || report(&["a"], vec![Finding { state: State::Suppressed, ..token(0, 0, 1) }]);
    assert_eq!(joined(vec![("one", accepted()), ("two", accepted())]).findings.len(), 2);
    let open = report(&["a"], vec![token(0, 0, 1)]);
    let report = joined(vec![("one", accepted()), ("two", open)]);
    assert_eq!(report.findings.len(), 3);
    assert_eq!(report.findings[2].repository, Some(1));
}

#[test]
fn baselines_are_summed_and_one_for_all_is_one() {
    let with = |name: &str, left, started| Repository {
        baseline: Some(Standing { name: name.to_owned(), left, started }),
        ..Repository::default()
    };
    assert_eq!(standing(&[Repository::default()]), None);
    let of = |repositories: &[Repository]| {
        standing(repositories).map(|standing| (standing.name, standing.left, standing.started))
    };
    assert_eq!(of(&[with("a", 1, 3), Repository::default()]), Some(("a".to_owned(), 1, 3)));
    assert_eq!(of(&[with("a", 1, 3), with("b", 2, 4)]), Some(("baselines".to_owned(), 3, 7)));
    assert_eq!(of(&[with("a", 5, 9), with("a", 4, 9)]), Some(("a".to_owned(), 4, 9)));
}
