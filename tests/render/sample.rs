//! Reports made by hand. Credentials are put together here, so that none stands in a file.

use std::time::{Duration, SystemTime};

use dekey::facts::Note;
use dekey::finding::{
    Applicability, Confidence, Edit, FileId, Finding, Fix, Label, Level, Report, Route, RuleDoc, State, Tally,
};
use dekey::redact::Masked;
use dekey::render::Brief;
use dekey::source::{Reason, RelPath, Skipped, Source};
use dekey::span::Span;
use dekey::write::Changed;

/// Where the `n`th `needle` is in `text`.
pub(crate) fn at(text: &str, needle: &str, n: usize) -> Span {
    let (start, _) = text.match_indices(needle).nth(n).expect("the sample holds the needle");
    Span::new(start, start + needle.len())
}

pub(crate) fn masked(path: &str, text: &[u8], secrets: &[Span]) -> Masked {
    Masked::new(Source::from_bytes(RelPath::from(path), text.to_vec(), false), secrets)
}

pub(crate) fn label(file: FileId, span: Span, text: &str) -> Label {
    Label { file, span, text: text.to_owned() }
}

pub(crate) fn finding(rule: &str, level: Level, primary: Label, message: &str) -> Finding {
    Finding {
        rule: format!("intercom/{rule}"),
        level,
        confidence: Confidence::High,
        primary,
        related: Vec::new(),
        message: message.to_owned(),
        why: "API keys were switched off, so this login is refused".to_owned(),
        remedy: "create an access token in the developer hub and pass it from the environment".to_owned(),
        route: Some(Route::AccessToken),
        evidence: vec!["audience = \"own-data\" in dekey.toml".to_owned()],
        identity: dekey::fingerprint::Identity::default(),
        fingerprint: "00112233445566778899".to_owned(),
        secret: None,
        repository: None,
        history: None,
        state: State::Open,
        accepted: None,
        fix: None,
    }
}

pub(crate) fn doc(rule: &str, level: Level) -> RuleDoc {
    RuleDoc {
        id: format!("intercom/{rule}"),
        summary: "a login with app id and API key".to_owned(),
        level,
        why: "API keys were switched off. Every request that signs in with one is refused.".to_owned(),
        remedy: "Create an access token and read it from the environment.".to_owned(),
        statement: "API keys are no longer supported; access tokens and OAuth replace them.".to_owned(),
        help: "https://example.test/help/api-keys".to_owned(),
        cwe: if rule == "hardcoded-api-key" { vec![798] } else { Vec::new() },
        lasting: false,
        before: "client = Intercom::Client.new(app_id: id, api_key: key)".to_owned(),
        after: "client = Intercom::Client.new(token: ENV.fetch(\"INTERCOM_ACCESS_TOKEN\"))".to_owned(),
    }
}

/// What changes when the edits of the fixes that are `wanted` are made, as far as they fit.
pub(crate) fn changed(report: Report, wanted: &[Applicability]) -> Vec<Changed> {
    let Report { files, findings, .. } = report;
    let fixes: Vec<Fix> = findings.into_iter().filter_map(|finding| finding.fix).collect();
    let change = |(file, before): (FileId, Masked)| {
        let fixes = fixes.iter().filter(|fix| wanted.contains(&fix.applicability));
        let mut edits: Vec<&Edit> = fixes.flat_map(|fix| &fix.edits).filter(|edit| edit.file == file).collect();
        edits.sort_by_key(|edit| edit.span);
        edits.dedup();
        let (text, mut after, mut at) = (before.text(), Vec::new(), 0);
        for edit in edits {
            after.extend_from_slice(text.get(at..edit.span.start)?);
            after.extend_from_slice(edit.text.as_bytes());
            at = edit.span.end;
        }
        after.extend_from_slice(text.get(at..)?);
        let path = before.path.clone();
        let after = Masked::new(Source::from_bytes(path.clone(), after, false), &[]);
        Some(Changed { path, before, after })
    };
    files.into_iter().enumerate().filter_map(change).collect()
}

/// Four files: multi-byte text before a label, tabs, CRLF, and a line of a megabyte; and everything that can go wrong.
pub(crate) fn report() -> Report {
    let key = "9f".repeat(20);

    let ruby = format!(
        "# Schlüssel für 日本\nKEY = \"{key}\"\n\nüber = Intercom::Client.new(app_id: \"abc\", api_key: KEY) # größer\n\
         other = Intercom::Client.new(\n  app_id: \"abc\",\n  api_key: KEY,\n)\n"
    );
    let call = at(&ruby, "Intercom::Client.new(app_id: \"abc\", api_key: KEY)", 0);
    let long_call = at(&ruby, "Intercom::Client.new(\n  app_id: \"abc\",\n  api_key: KEY,\n)", 0);
    let secret = at(&ruby, &key, 0);

    let python = format!("import os\r\n\tclient = Client('{key}')\r\n");
    let minified = format!("{}login(\"{key}\");{}", "a=1;".repeat(131_072), "b=2;".repeat(131_072));

    let token = "{ENV.fetch(\"INTERCOM_ACCESS_TOKEN\")}".replace(['{', '}'], "");
    let mut first = finding(
        "deprecated-api-key-auth",
        Level::Error,
        label(0, call, ""),
        "the client signs in with an app id and an API key",
    );
    first.related = vec![
        label(0, at(&ruby, "KEY", 0), "the key is defined here"),
        label(1, at(&python, "Client", 0), "and used here"),
    ];
    first.fix = Some(Fix {
        title: "pass an access token".to_owned(),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            file: 0,
            span: at(&ruby, "app_id: \"abc\", api_key: KEY", 0),
            text: format!("token: {token}"),
        }],
        group: None,
    });
    let mut second = finding(
        "deprecated-api-key-auth",
        Level::Error,
        label(0, long_call, "signs in"),
        "the client signs in with an app id and an API key",
    );
    second.confidence = Confidence::Medium;
    second.fix = Some(Fix {
        title: "pass an access token".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit {
            file: 0,
            span: at(&ruby, "app_id: \"abc\",\n  api_key: KEY", 0),
            text: format!("token: {token}"),
        }],
        group: None,
    });
    let mut third = finding(
        "hardcoded-api-key",
        Level::Warning,
        label(1, at(&python, &key, 0), "an API key"),
        "an API key is written into the code",
    );
    third.why = "whoever reads the code has the key".to_owned();
    third.route = Some(Route::Remove);
    third.evidence.clear();
    third.fix = Some(Fix {
        title: "delete the key and ask for a token".to_owned(),
        applicability: Applicability::Manual,
        edits: Vec::new(),
        group: None,
    });
    let mut fourth = finding(
        "hardcoded-api-key",
        Level::Warning,
        label(2, at(&minified, &key, 0), "an API key"),
        "an API key is written into the code",
    );
    fourth.why = third.why.clone();
    fourth.route = third.route;
    fourth.evidence.clear();
    fourth.fix = Some(Fix {
        title: "delete the login".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { file: 2, span: at(&minified, &format!("login(\"{key}\");"), 0), text: String::new() }],
        group: None,
    });
    let mut fifth = fourth.clone();
    fifth.state = State::Suppressed;
    fifth.accepted = Some("the key of a server that is gone".to_owned());

    Report {
        suppressions: Vec::new(),
        files: vec![
            masked("app/intercom.rb", ruby.as_bytes(), &[secret]),
            masked("jobs/sync.py", python.as_bytes(), &[at(&python, &key, 0)]),
            masked("public/app.min.js", minified.as_bytes(), &[at(&minified, &key, 0)]),
        ],
        findings: vec![first, second, third, fourth, fifth],
        skipped: vec![
            Skipped { path: RelPath::from("dev/pipe"), reason: Reason::Special, detail: "a pipe".to_owned() },
            Skipped {
                path: RelPath::from("secrets/live"),
                reason: Reason::Unreadable,
                detail: "permission denied".to_owned(),
            },
        ],
        notes: vec![(RelPath::from("deep.js"), Note::TooDeep)],
        exempted: vec![(label(1, at(&python, "os", 0), ""), "not a login".to_owned())],
        around: dekey::finding::Around::default(),
        tally: Tally {
            examined: 12,
            bytes: 1_050_000,
            counts: [(Reason::Ignored, 3), (Reason::Symlink, 1)].into(),
            elapsed: None,
        },
        rules: vec![doc("deprecated-api-key-auth", Level::Error), doc("hardcoded-api-key", Level::Warning)],
        hidden: 2,
        repositories: Vec::new(),
        grounds: Vec::new(),
        baseline: None,
    }
}

/// Findings of which none counts but the first, each for another reason.
pub(crate) fn accepted() -> Report {
    let mut report = report();
    let finding = report.findings.remove(2);
    let states = [
        (State::Open, None),
        (State::Suppressed, Some("the key of a server that is gone | <b>")),
        (State::Baselined, Some("accepted in dekey-baseline.json")),
        (State::Unchanged, None),
    ];
    let made = |(state, accepted): (State, Option<&str>)| Finding {
        state,
        accepted: accepted.map(str::to_owned),
        ..finding.clone()
    };
    report.findings = states.map(made).into();
    report
}

/// As a build server would have it, at a time of no meaning.
pub(crate) fn brief() -> Brief {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    Brief { began: at(1_700_000_000), ended: at(1_700_000_001), commit: "c0ffee".repeat(6), ..Brief::default() }
}
