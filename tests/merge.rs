//! Reports that are read again and joined: what the joined one does not depend on, and what is no report.

use std::collections::BTreeMap;

use dekey::document::merge::{Input, Merged, OtherSalt, merge};
use dekey::document::read::{Unread, read};
use dekey::document::{
    Baseline, Document, Excerpt, Finding, Fix, History, HistoryExamined, Path, Place, Position, Repository, Revision,
    SCHEMA_VERSION, Skipped, Summary, Tool,
};
use dekey::finding::{Applicability, Confidence, Level, State};
use dekey::render::kept::KEPT;
use dekey::render::{json, jsonl};
use proptest::prelude::*;

fn revision(day: u32) -> Revision {
    Revision { commit: format!("{day:040x}"), date: format!("2026-01-{day:02}T00:00:00+00:00") }
}

fn finding(path: &str, byte: u64) -> Finding {
    let position = |byte| Position { line: 1 + byte / 100, column: 1 + byte % 100, byte };
    Finding {
        rule: "v/a".to_owned(),
        level: Level::Error,
        confidence: Confidence::High,
        repository: None,
        place: Place {
            path: Path { path: path.to_owned(), path_percent: None },
            start: position(byte),
            end: position(byte + 10),
        },
        language: None,
        message: "a login".to_owned(),
        why: String::new(),
        remedy: String::new(),
        route: None,
        evidence: Vec::new(),
        related: Vec::new(),
        fingerprint: format!("{path}{}", byte / 100),
        secret: None,
        state: State::Open,
        accepted: None,
        excerpt: None,
        history: None,
        fix: None,
    }
}

/// A report of one repository.
fn report(name: Option<&str>, day: Option<u32>, findings: Vec<Finding>) -> Document {
    let repositories = vec![Repository {
        name: name.map(str::to_owned),
        revision: day.map(revision),
        files_examined: 3,
        bytes_examined: 100,
        complete: true,
        ..Repository::default()
    }];
    Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        summary: Summary { complete: true, files_examined: 3, bytes_examined: 100, ..Summary::default() },
        repositories,
        rules: Vec::new(),
        groups: Vec::new(),
        salt: None,
        findings,
        skipped: Vec::new(),
        reduced: Vec::new(),
    }
}

fn joined(documents: &[&Document]) -> Merged {
    let input = |document: &&Document| Input { name: "some".to_owned(), document: (*document).clone() };
    merge(documents.iter().map(input).collect(), Vec::new()).unwrap()
}

fn one(documents: &[&Document]) -> Document {
    joined(documents).document
}

fn fingerprints(document: &Document) -> Vec<(&str, &str)> {
    let of = |finding: &'_ Finding| finding.repository.as_deref().unwrap_or_default().len();
    assert!(document.findings.iter().all(|finding| of(finding) > 0));
    document.findings.iter().map(|one| (one.repository.as_deref().unwrap(), one.fingerprint.as_str())).collect()
}

#[test]
fn repositories_stand_side_by_side_and_totals_are_counted_anew() {
    let mut a = report(Some("a"), Some(1), vec![finding("x", 0), finding("x", 100)]);
    let mut b = report(None, None, vec![finding("x", 0)]);
    a.findings[1].state = State::Suppressed;
    b.summary.complete = false;
    b.repositories[0].complete = false;
    let document = one(&[&b, &a]);
    assert_eq!(fingerprints(&document), [("a", "x0"), ("a", "x1"), ("some", "x0")]);
    let summary = &document.summary;
    assert_eq!((summary.files_examined, summary.bytes_examined, summary.complete), (6, 200, false));
    assert_eq!((summary.findings.total, summary.findings.by_level.error, summary.suppressed), (2, 2, 1));
    assert_eq!(summary.findings.by_rule, BTreeMap::from([("v/a".to_owned(), 2)]));
}

#[test]
fn of_one_commit_everything_counts_and_of_several_the_newest() {
    let first = report(Some("a"), Some(1), vec![finding("x", 0), finding("x", 10)]);
    let mut second = report(Some("a"), Some(1), vec![finding("x", 10), finding("y", 0)]);
    second.repositories[0].files_examined = 9;
    let union = one(&[&first, &second]);
    assert_eq!(fingerprints(&union), [("a", "x0"), ("a", "x0"), ("a", "y0")], "x0 stands twice, as in the first");
    assert_eq!(union.summary.files_examined, 9);

    let third = report(Some("a"), Some(2), vec![finding("z", 0)]);
    let newest = joined(&[&union, &third]);
    assert_eq!(fingerprints(&newest.document), [("a", "z0")]);
    let said: Vec<_> = newest.superseded.iter().map(|one| (one.repository.as_str(), &one.kept, &one.left)).collect();
    assert_eq!(said, [("a", &Some(revision(2)), &Some(revision(1)))]);
    // What nobody told a commit of is older than any.
    assert_eq!(one(&[&report(Some("a"), None, vec![finding("q", 0)]), &third]), one(&[&third]));
}

#[test]
fn of_two_opinions_the_open_one_is_believed() {
    let open = report(Some("a"), Some(1), vec![finding("x", 0)]);
    let mut accepted = open.clone();
    accepted.findings[0].state = State::Baselined;
    for documents in [[&open, &accepted], [&accepted, &open]] {
        assert_eq!(one(&documents).findings[0].state, State::Open);
    }
}

#[test]
fn a_secret_in_several_repositories_is_a_group() {
    let with = |name, state| {
        let mut document = report(Some(name), None, vec![finding("x", 0), finding("y", 0)]);
        document.findings[0].secret = Some("5ec".to_owned());
        document.findings[0].state = state;
        document
    };
    let (a, b) = (with("a", State::Open), with("b", State::Resolved));
    let groups = one(&[&a, &b]).groups;
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].secret.as_str(), groups[0].rules.as_slice()), ("5ec", &["v/a".to_owned()][..]));
    assert_eq!((groups[0].repositories.join(" "), groups[0].findings, groups[0].open), ("a b".to_owned(), 2, 1));
    assert!(one(&[&a]).groups.is_empty());
}

#[test]
fn fixes_that_go_together_stay_together_and_apart_from_others() {
    let with = |name, groups: &[usize]| {
        let findings = groups.iter().enumerate().map(|(at, group)| {
            let fix = Fix {
                title: String::new(),
                applicability: Applicability::Safe,
                group: Some(*group),
                edits: Vec::new(),
                diff: Vec::new(),
            };
            Finding { fix: Some(fix), ..finding("x", 100 * at as u64) }
        });
        report(Some(name), None, findings.collect())
    };
    let numbers = |document: Document| -> Vec<usize> {
        document.findings.iter().filter_map(|finding| finding.fix.as_ref()?.group).collect()
    };
    assert_eq!(numbers(one(&[&with("a", &[7, 3, 7]), &with("b", &[3, 3])])), [0, 1, 0, 2, 2]);
    // What one run says of one, and another of the other, holds for both.
    assert_eq!(numbers(one(&[&with("a", &[0, 0, 1, 2]), &with("a", &[0, 1, 1, 2])])), [0, 0, 0, 1]);
}

#[test]
fn reports_with_different_salts_are_not_joined() {
    let plain = report(Some("a"), None, vec![]);
    let salted = |id: &str| Document { salt: Some(id.to_owned()), ..plain.clone() };
    let try_all = |documents: &[&Document]| {
        let input = |document: &&Document| Input { name: String::new(), document: (*document).clone() };
        merge(documents.iter().map(input).collect(), Vec::new()).map(|merged| merged.document.salt)
    };
    assert_eq!(try_all(&[&salted("1"), &salted("1")]), Ok(Some("1".to_owned())));
    assert_eq!(try_all(&[&salted("1"), &salted("1"), &salted("2")]), Err(OtherSalt { one: 0, other: 2 }));
    assert_eq!(try_all(&[&plain, &salted("1")]), Err(OtherSalt { one: 0, other: 1 }));
}

/// Findings of a small world, so that those of two reports often meet.
fn any_finding() -> impl Strategy<Value = Finding> {
    let state = prop::sample::select(vec![State::Open, State::Suppressed, State::Baselined, State::Resolved]);
    let secret = prop::option::of(prop::sample::select(vec!["5ec", "7ec"]));
    let fix = prop::option::of(prop::option::of(0..3usize));
    let history = prop::option::of(any::<bool>());
    let place = (prop::sample::select(vec!["x", "y"]), 0..4u64);
    (place, state, secret, fix, history).prop_map(|((path, at), state, secret, fix, history)| Finding {
        state,
        secret: secret.map(str::to_owned),
        fix: fix.map(|group| Fix {
            title: String::new(),
            applicability: Applicability::Manual,
            group,
            edits: Vec::new(),
            diff: Vec::new(),
        }),
        history: history.map(|in_tip| History { first: None, last: None, in_tip, tip: None, blob: String::new() }),
        ..finding(path, at * 50)
    })
}

fn any_report() -> impl Strategy<Value = Document> {
    let name = prop::sample::select(vec![Some("a"), Some("b"), None]);
    let names = prop::collection::vec((name, prop::option::of(1..3u32), any::<bool>(), 0..5u64), 0..3);
    let whose = prop::option::of(prop::sample::select(vec!["a", "b", "c"]));
    let findings = prop::collection::vec((any_finding(), whose.clone()), 0..6);
    let skipped = prop::collection::vec((prop::sample::select(vec!["x", "y"]), whose, any::<bool>()), 0..3);
    (names, findings, skipped, any::<bool>(), 0..9usize).prop_map(|(names, findings, skipped, complete, hidden)| {
        let mut document = report(None, None, Vec::new());
        let repository = |(name, day, complete, n): (Option<&str>, Option<u32>, bool, u64)| Repository {
            name: name.map(str::to_owned),
            revision: day.map(revision),
            files_examined: n,
            bytes_examined: n * 7,
            skipped: BTreeMap::from([("ignored".to_owned(), n)]),
            complete,
            ..Repository::default()
        };
        document.repositories = names.into_iter().map(repository).collect();
        document.findings = findings
            .into_iter()
            .map(|(finding, whose)| Finding { repository: whose.map(str::to_owned), ..finding })
            .collect();
        document.skipped = skipped
            .into_iter()
            .map(|(path, whose, incomplete)| Skipped {
                repository: whose.map(str::to_owned),
                path: Path { path: path.to_owned(), path_percent: None },
                reason: "unreadable".to_owned(),
                incomplete,
                detail: String::new(),
            })
            .collect();
        document.summary.complete = complete;
        document.summary.hidden = hidden;
        document
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_and_grouping_change_nothing(a in any_report(), b in any_report(), c in any_report()) {
        let all = one(&[&a, &b, &c]);
        prop_assert_eq!(&all, &one(&[&c, &a, &b]));
        prop_assert_eq!(&all, &one(&[&one(&[&a, &b]), &c]));
        prop_assert_eq!(&all, &one(&[&a, &one(&[&b, &c])]));
        prop_assert_eq!(&all, &one(&[&all]));
        prop_assert_eq!(&all, &one(&[&all, &b, &all]));
        prop_assert_eq!(one(&[&a, &a]), one(&[&a]));
    }

    #[test]
    fn what_is_written_is_read(a in any_report()) {
        let (mut whole, mut lines) = (Vec::new(), Vec::new());
        json::document(&a, &mut whole).unwrap();
        jsonl::document(&a, &mut lines).unwrap();
        prop_assert_eq!(read(&whole), Ok(a.clone()));
        prop_assert_eq!(read(&lines), Ok(a));
    }

    /// Whatever becomes of a report, it is read or refused.
    #[test]
    fn damage_is_refused(a in any_report(), lines in any::<bool>(), cut in any::<prop::sample::Index>(), noise in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)) {
        let mut bytes = Vec::new();
        if lines { jsonl::document(&a, &mut bytes).unwrap() } else { json::document(&a, &mut bytes).unwrap() };
        let end = cut.index(bytes.len());
        prop_assert!(end + 1 == bytes.len() || read(&bytes[..end]).is_err());
        for (at, byte) in noise {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes).map(|document| one(&[&document]));
        let _ = read(&bytes[..end]).map(|document| one(&[&document]));
    }
}

#[test]
fn numbers_of_a_hostile_report_do_not_overflow() {
    let last = Position { line: u64::MAX, column: u64::MAX, byte: u64::MAX };
    let far = Finding {
        state: State::Resolved,
        excerpt: Some(Excerpt { line: u64::MAX - 1, lines: vec!["x".to_owned(); 5] }),
        ..finding("x", 0)
    };
    let far = Finding { place: Place { start: last, end: last, ..far.place }, ..far };
    let mut a = report(Some("a"), None, vec![far]);
    a.repositories[0] = Repository {
        files_examined: u64::MAX,
        bytes_examined: u64::MAX,
        hidden: usize::MAX,
        skipped: BTreeMap::from([("ignored".to_owned(), u64::MAX), ("excluded".to_owned(), u64::MAX)]),
        baseline: Some(Baseline { left: 0, started: usize::MAX }),
        history: Some(HistoryExamined { blobs: u64::MAX, commits: u64::MAX, notes: Vec::new() }),
        ..a.repositories[0].clone()
    };
    let mut b = a.clone();
    b.repositories[0].name = Some("b".to_owned());
    let both = one(&[&a, &b]);
    assert_eq!(both.summary.files_examined, u64::MAX);
    for document in [&a, &both] {
        for format in &KEPT {
            let mut out = Vec::new();
            format.write(document, true, &mut out).unwrap();
            assert!(!out.is_empty());
        }
    }
}

#[test]
fn what_is_something_else_is_said() {
    let sarif = r#"{"$schema": "x", "version": "2.1.0", "runs": []}"#;
    let newer = r#"{"schema_version": 99, "tool": {"name": "dekey"}, "anything": "S3CR3T"}"#;
    let summary = r#"{"type":"summary","schema_version":1,"tool":{"name":"d","version":"1"},"files_examined":1,"bytes_examined":1,"complete":true,"skipped":{},"findings":{"total":0,"by_level":{"note":0,"warning":0,"error":0},"by_rule":{}},"suppressed":0,"baselined":0,"unchanged":0,"hidden":0}"#;
    let deep = format!("{{\"findings\": [{{\"x\": {}", "[".repeat(100_000));
    let cases: Vec<(Vec<u8>, &str)> = vec![
        ("".into(), "empty"),
        (" \n\n".into(), "empty"),
        (sarif.into(), "a SARIF log"),
        ("{\"vulnerabilities\": []}".into(), "a report for GitLab"),
        ("{\"diagnostics\": []}".into(), "a report for reviewdog"),
        ("[{\"check_name\": \"S3CR3T\"}]".into(), "some other JSON document"),
        ("{\"token\": \"S3CR3T\"}".into(), "some other JSON document"),
        ("<testsuites/>".into(), "XML"),
        (b"\x1f\x8b\x08\x00".to_vec(), "compressed"),
        (b"\xff\xfe{\x00".to_vec(), "UTF-16"),
        ("{\n nonsense".into(), "line 2, column 2"),
        (newer.into(), "schema version 99"),
        ("{\"schema_version\": \"S3CR3T\"}".into(), "some other JSON document"),
        ("{\"schema_version\": 1, \"tool\": \"S3CR3T\"}".into(), "a value of the wrong kind"),
        ("{\"schema_version\": 1}".into(), "missing field"),
        (deep.into_bytes(), "it is no JSON"),
        ("{\"type\": \"finding\", \"rule\": 1, \"message\": \"S3CR3T\"}".into(), "line 1: "),
        (format!("{summary}\n{summary}\n").into(), "several reports"),
        (summary[..50].into(), "cut off"),
        (summary.replace("\"schema_version\":1", "\"schema_version\":2").into(), "schema version 2"),
    ];
    for (bytes, said) in cases {
        let unread = read(&bytes).expect_err(said);
        assert!(unread.to_string().contains(said), "{said}: {unread}");
        assert!(!unread.to_string().contains("S3CR3T") && !unread.help().is_empty(), "{unread}");
    }
    // A report of lines from before there were repositories, behind a byte-order mark and with other line ends.
    let old = read(format!("\u{feff}\r\n{summary}\r\n").as_bytes()).unwrap();
    assert_eq!((old.repositories.len(), old.salt.as_deref()), (0, None));
    let merged = one(&[&old]);
    assert_eq!((merged.repositories[0].name.as_deref(), merged.summary.files_examined), (Some("some"), 1));
    assert_eq!(read(b"{\"type\":\"skipped\"}"), Err(Unread::Malformed("line 1: missing field `reason`".to_owned())));
}
