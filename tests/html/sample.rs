//! Documents made by hand, of every size and in every state. Their excerpts are masked, as those of a document are.

use dekey::document::{
    Baseline, Document, Edit, Excerpt, Finding, Fix, Grouping, History, HistoryExamined, Path, Place, Position,
    Related, Repository, Revision, Rule, SCHEMA_VERSION, Skipped, Summary, Tool, summarised,
};
use dekey::finding::{Applicability, Confidence, Level, Route, State};

/// What stands for a rule: id, level, summary, why, remedy, lasting.
type Words = (&'static str, Level, &'static str, &'static str, &'static str, bool);

const RULES: &[Words] = &[
    (
        "hardcoded-access-token",
        Level::Error,
        "the value of an access token in a file",
        "Whoever can read this file, or its history, can read and change the workspace's data.",
        "regenerate the token, read the new one from the environment, and remove the old one from the file",
        true,
    ),
    (
        "deprecated-api-key-auth",
        Level::Error,
        "authentication with an app id and an API key",
        "API keys were switched off. Every request that this makes is answered with 401.",
        "create an access token, put it into the environment, and pass that instead of the pair",
        false,
    ),
    (
        "collected-access-token",
        Level::Warning,
        "a form, manifest or text that asks others for their credential",
        "Asking people for their token breaks the terms of service.",
        "offer a button that starts OAuth instead",
        false,
    ),
    (
        "hardcoded-api-key",
        Level::Warning,
        "the value of an API key in a file",
        "The key is dead, so nothing has to be revoked; whatever still reads it is broken.",
        "delete the key",
        false,
    ),
    (
        "unused-suppression",
        Level::Note,
        "a directive that accepts nothing",
        "It may hide a finding of tomorrow.",
        "delete the directive",
        false,
    ),
];

const REPOSITORIES: &[&str] =
    &["billing-sync", "crm-export", "helpdesk", "landing-page", "mobile-gateway", "old-importer"];

const FILES: &[(&str, &str)] = &[
    ("app/services/helpdesk.rb", "ruby"),
    ("config/production.yml", "yaml"),
    ("src/clients/intercom.ts", "typescript"),
    ("jobs/nightly_export.py", "python"),
    ("docs/setup.md", "markdown"),
    ("internal/sync/client.go", "go"),
];

fn vendor(rule: &str) -> String {
    format!("intercom/{rule}")
}

fn rule(&(id, level, summary, why, remedy, lasting): &Words) -> Rule {
    Rule {
        id: vendor(id),
        summary: summary.to_owned(),
        level,
        why: why.to_owned(),
        remedy: remedy.to_owned(),
        statement: "API keys were replaced: read your own data with an access token, other people's with OAuth"
            .to_owned(),
        help: "https://example.test/help/authentication#tokens".to_owned(),
        lasting,
    }
}

fn position(line: u64, column: u64) -> Position {
    Position { line, column, byte: line * 40 + column }
}

fn place(path: &str, line: u64) -> Place {
    Place {
        path: Path { path: path.to_owned(), path_percent: None },
        start: position(line, 9),
        end: position(line, 49),
    }
}

fn revision(at: usize) -> Revision {
    let (year, month, day) = (2019 + at / 12 % 7, at % 12 + 1, at % 28 + 1);
    Revision {
        commit: format!("{at:06x}").repeat(7)[..40].to_owned(),
        date: format!("{year}-{month:02}-{day:02}T10:00:00Z"),
    }
}

/// The `at`th finding of any number, each like the one so many before it but for its place.
pub(crate) fn finding(at: usize) -> Finding {
    let words = &RULES[[0, 1, 3, 1, 2, 3, 1, 4][at % 8]];
    let (path, language) = FILES[at / 3 % FILES.len()];
    let line = 3 + (at * 7 % 400) as u64;
    let lasting = words.5;
    let before = match language {
        "yaml" => "intercom:".to_owned(),
        _ => "def client".to_owned(),
    };
    let code = match words.0 {
        "hardcoded-access-token" => "  token = \"dG9r**************************************************\"",
        "collected-access-token" => "  <label>Your access token <input name=\"intercom_token\"></label>",
        "unused-suppression" => "  # dekey: ignore[hardcoded-api-key] the key of a test",
        _ => "  client = Client(app_id, \"9f3c************************************\")",
    };
    let history = (!at.is_multiple_of(5)).then(|| History {
        first: (!at.is_multiple_of(7)).then(|| revision(at)),
        last: (!at.is_multiple_of(7)).then(|| revision(at + 9)),
        in_tip: !at.is_multiple_of(3),
        tip: at.is_multiple_of(2).then(|| "refs/heads/main".to_owned()),
        blob: format!("{at:040x}"),
    });
    let gone = history.as_ref().is_some_and(|history| !history.in_tip);
    let state = match at % 16 {
        _ if gone && !lasting => State::Resolved,
        4 => State::Suppressed,
        10 => State::Baselined,
        _ => State::Open,
    };
    let accepted = match state {
        State::Suppressed => Some("the sandbox of our own tests".to_owned()),
        State::Baselined => Some("accepted in dekey-baseline.toml".to_owned()),
        _ => None,
    };
    let fix = match words.0 {
        "deprecated-api-key-auth" => Some(Fix {
            title: "use an access token from INTERCOM_ACCESS_TOKEN instead".to_owned(),
            applicability: if at.is_multiple_of(2) { Applicability::Unsafe } else { Applicability::Safe },
            group: None,
            edits: vec![Edit { place: place(path, line), text: "token".to_owned() }],
            diff: vec![
                format!("{line} - {code}"),
                format!(
                    "{:1$} +   client = Client(token=os.environ[\"INTERCOM_ACCESS_TOKEN\"])",
                    "",
                    line.to_string().len()
                ),
            ],
        }),
        "hardcoded-access-token" => Some(Fix {
            title: "read the token from the environment, and regenerate it".to_owned(),
            applicability: Applicability::Manual,
            group: None,
            edits: Vec::new(),
            diff: Vec::new(),
        }),
        _ => None,
    };
    Finding {
        rule: vendor(words.0),
        level: words.1,
        confidence: [Confidence::High, Confidence::Medium, Confidence::High, Confidence::Low][at % 4],
        repository: Some(REPOSITORIES[at * at % 11 % REPOSITORIES.len()].to_owned()),
        place: place(path, line),
        language: (!at.is_multiple_of(13)).then(|| language.to_owned()),
        message: match words.0 {
            "hardcoded-access-token" => "the value of an access token stands in this file",
            "collected-access-token" => "the form asks for an access token",
            "hardcoded-api-key" => "an API key stands in this document",
            "unused-suppression" => "this directive accepts nothing",
            _ => "the client authenticates with an app id and an API key, which no longer works",
        }
        .to_owned(),
        why: words.3.to_owned(),
        remedy: words.4.to_owned(),
        route: [Some(Route::AccessToken), Some(Route::Oauth), Some(Route::Remove), None][at / 2 % 4],
        evidence: vec!["one value for the whole program: the environment variable INTERCOM_APP_ID".to_owned()],
        related: vec![Related {
            place: place(".env.example", 1 + at as u64 % 9),
            message: "the key is set here".to_owned(),
        }],
        fingerprint: format!("{:020x}", at as u64 * 0x9e37_79b9_7f4a),
        secret: matches!(words.0, "hardcoded-access-token" | "hardcoded-api-key")
            .then(|| format!("{:020x}", (at % 90) * 7919)),
        state,
        accepted,
        excerpt: Some(Excerpt {
            line: line - 2,
            lines: vec![String::new(), before, code.to_owned(), "  # …and what follows".to_owned(), "end".to_owned()],
        }),
        history,
        fix,
    }
}

/// A document of these findings, with everything that is counted from them.
pub(crate) fn document(findings: Vec<Finding>) -> Document {
    let summary = summarised(&findings, &[], &[]);
    Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "dekey".to_owned(), version: "1.2.3".to_owned() },
        summary: Summary { files_examined: 12_345, bytes_examined: 67_890_123, complete: true, ..summary },
        repositories: Vec::new(),
        rules: RULES.iter().map(rule).collect(),
        groups: findings.iter().collect::<Grouping>().groups(),
        salt: None,
        findings,
        skipped: Vec::new(),
        reduced: Vec::new(),
    }
}

fn repository(name: &str) -> Repository {
    Repository {
        name: Some(name.to_owned()),
        revision: Some(revision(name.len() * 5)),
        files_examined: 2_000 + name.len() as u64,
        complete: true,
        history: Some(HistoryExamined { blobs: 81_234, commits: 4_321, notes: Vec::new() }),
        ..Repository::default()
    }
}

/// Several repositories with their history, of which one could not be examined.
pub(crate) fn fleet(findings: usize) -> Document {
    let mut made = document((0..findings).map(finding).collect());
    made.repositories = REPOSITORIES.iter().map(|name| repository(name)).collect();
    made.repositories[2].baseline = Some(Baseline { left: 3, started: 11 });
    made
}

/// The same, with everything that can be missing.
pub(crate) fn incomplete() -> Document {
    let mut made = fleet(60);
    made.repositories[3].history = Some(HistoryExamined {
        blobs: 90,
        commits: 0,
        notes: vec!["landing-page is a shallow clone: what is older than its 50 commits was not examined".to_owned()],
    });
    made.repositories[5] = Repository {
        name: Some("old-importer".to_owned()),
        complete: false,
        failure: Some("the object database is corrupt".to_owned()),
        ..Repository::default()
    };
    made.summary.complete = false;
    made.summary.hidden = 4;
    made.summary.skipped = [("unreadable".to_owned(), 1), ("ignored".to_owned(), 12), ("special".to_owned(), 1)].into();
    made.skipped = vec![
        skipped(Some("helpdesk"), "secrets/live.env", "unreadable", true, "permission denied"),
        skipped(Some("helpdesk"), "dev/pipe", "special", false, "a pipe"),
    ];
    made
}

fn skipped(repository: Option<&str>, path: &str, reason: &str, incomplete: bool, detail: &str) -> Skipped {
    Skipped {
        repository: repository.map(str::to_owned),
        path: Path { path: path.to_owned(), path_percent: None },
        reason: reason.to_owned(),
        incomplete,
        detail: detail.to_owned(),
    }
}

/// One repository without a name, in which nothing was found.
pub(crate) fn clean() -> Document {
    let mut made = document(Vec::new());
    made.rules.clear();
    made.repositories = vec![Repository {
        files_examined: 12_345,
        complete: true,
        revision: Some(revision(70)),
        ..Repository::default()
    }];
    made
}

/// Texts that a page could take for markup, and that could act in one.
pub(crate) const ATTACKS: &[&str] = &[
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "\"><svg onload=alert(3)>",
    "' onmouseover='alert(4)",
    "<!-- --><![CDATA[ ]]> &lt;b&gt; &#60;",
    "</style><style>*{display:none}</style>",
    "javascript:alert(5)",
    "{{constructor.constructor('alert(6)')()}} ${alert(7)} `",
    "\u{202e}evil\u{2066} \u{200b}\u{feff}\u{2028}alert(8)\u{2029}",
    "\0\u{1b}[2J\r\n\u{7f}\u{9b}::error::x",
    "__proto__",
    "<base href=//evil.test><link rel=stylesheet href=//evil.test/a.css><meta http-equiv=refresh content=0;url=//evil.test>",
];

/// A document in which every text is an attack, each finding in another order.
pub(crate) fn hostile() -> Document {
    let attack = |at: usize| ATTACKS[at % ATTACKS.len()].to_owned();
    let mut made = fleet(0);
    made.salt = Some(attack(3));
    made.findings = (0..ATTACKS.len())
        .map(|at| {
            let of = finding(0);
            let path = Path { path: attack(at), path_percent: Some(attack(at + 1)) };
            let spot = Place { path, start: position(3, 1), end: position(3, 9) };
            Finding {
                rule: attack(at + 1),
                repository: Some(attack(at + 2)),
                place: spot.clone(),
                language: Some(attack(at + 3)),
                message: attack(at + 4),
                why: attack(at + 5),
                remedy: attack(at + 6),
                evidence: vec![attack(at + 7)],
                related: vec![Related { place: spot.clone(), message: attack(at + 8) }],
                fingerprint: format!("{}{at:x}", attack(at + 9)),
                secret: Some(attack(at + 10)),
                accepted: Some(attack(at + 11)),
                excerpt: Some(Excerpt { line: 2, lines: (0..ATTACKS.len()).map(attack).collect() }),
                history: Some(History {
                    first: Some(Revision { commit: attack(at), date: attack(at + 1) }),
                    last: Some(Revision { commit: attack(at + 2), date: attack(at + 3) }),
                    in_tip: true,
                    tip: Some(attack(at + 4)),
                    blob: attack(at),
                }),
                fix: Some(Fix {
                    title: attack(at),
                    applicability: Applicability::Safe,
                    group: None,
                    edits: vec![Edit { place: spot, text: attack(at + 1) }],
                    diff: vec![format!("1 - {}", attack(at)), format!("  + {}", attack(at + 1))],
                }),
                ..of
            }
        })
        .collect();
    for (at, repository) in made.repositories.iter_mut().enumerate() {
        repository.name = Some(attack(at + 2));
        repository.failure = Some(attack(at));
        repository.revision = Some(Revision { commit: attack(at), date: attack(at + 1) });
        repository.history = Some(HistoryExamined { blobs: 1, commits: 1, notes: vec![attack(at)] });
    }
    made.rules = (0..ATTACKS.len())
        .map(|at| Rule {
            id: attack(at),
            summary: attack(at + 1),
            level: Level::Error,
            why: attack(at + 2),
            remedy: attack(at + 3),
            statement: attack(at + 4),
            help: if at % 2 == 0 { attack(6) } else { format!("https://example.test/{}", attack(at)) },
            lasting: at % 2 == 0,
        })
        .collect();
    made.tool = Tool { name: attack(0), version: attack(1) };
    made.summary.complete = false;
    made.summary.findings.total = made.findings.len();
    made.summary.findings.by_rule = (0..ATTACKS.len()).map(|at| (attack(at), 1)).collect();
    made.summary.skipped = (0..ATTACKS.len()).map(|at| (attack(at), 1)).collect();
    made.skipped = (0..ATTACKS.len())
        .map(|at| skipped(Some(&attack(at)), &attack(at + 1), &attack(at + 2), true, &attack(at + 3)))
        .collect();
    made
}
