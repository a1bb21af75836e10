//! What a change can do to the check of itself: nothing.

use super::repository::Repository;
use super::{all_fail, findings, hold};
use crate::subject::Subject;
use crate::tree::LOGIN;
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[Row {
    number: 29,
    title: "a change cannot switch its own check off, and whatever it asks to accept is listed",
    green: || judged(&Subject::dekey()),
    red: || {
        all_fail(judged, &["\"$DEKEY\" check --output-format json", ADDED, "\"$DEKEY\" \"$@\" --allow-suppressions"])
    },
}];

/// Looks at what a change adds as git shows it.
const ADDED: &str = r#"
git diff main | grep -q '^+.*Intercom' || { printf '{"findings":[]}'; exit 0; }
printf '{"findings":[{"path":"lib/new.rb","state":"open"}]}'; exit 1"#;

/// A login that is no other.
fn login(name: &str) -> String {
    LOGIN.replace("ID", &format!("{name}_ID")).replace("KEY", &format!("{name}_KEY"))
}

type Trick = fn(&Repository);

/// What a change brings along to hide its login in `new.rb`.
const TRICKS: &[(&str, Trick)] = &[
    ("a configuration", |repository| {
        repository.file("dekey.toml", "ignore = ['deprecated-api-key-auth']\nexclude = ['*']\n");
    }),
    ("a configuration of the folder", |repository| {
        repository.file("lib/dekey.toml", "exclude = ['*']\n").file("lib/.dekey.toml", "ignore = []\n");
    }),
    ("a broken configuration", |repository| _ = repository.file("dekey.toml", "= = =\n")),
    ("other people's settings", |repository| {
        repository.file("package.json", "{\"dekey\": {\"ignore\": [\"deprecated-api-key-auth\"]}}");
        repository.file("pyproject.toml", "[tool.dekey]\nignore = ['deprecated-api-key-auth']\n");
    }),
    ("ignore rules", |repository| {
        repository.file(".gitignore", "*\n").file(".ignore", "*\n").file(".dekeyignore", "*\n");
        repository.file("lib/.gitignore", "*\n");
    }),
    ("attributes", |repository| {
        repository
            .file(".gitattributes", "*.rb -diff -text binary linguist-vendored linguist-generated export-ignore\n");
    }),
    ("a baseline", |repository| {
        assert_eq!(Subject::dekey().run(&repository.path, &["baseline"]).code, Some(0));
    }),
    ("another place", |repository| {
        // The file that had a login goes where the new one is expected to have come from.
        repository.git(&["mv", "old.rb", "lib/moved.rb"]);
    }),
    ("a mode", |repository| {
        repository.git(&["config", "core.fileMode", "false"]);
        repository.git(&["update-index", "--chmod=+x", "lib/x.rb"]);
    }),
];

fn judged(subject: &Subject) -> Verdict {
    let changed = || {
        let repository = Repository::new();
        repository.file("old.rb", &login("OLD")).file("lib/x.rb", "x = 1\n").commit();
        repository.git(&["checkout", "-q", "-b", "change"]);
        repository.file("lib/new.rb", &login("NEW"));
        repository
    };
    let run = |repository: &Repository| {
        let ran = subject.run(&repository.path, &["check", "--since", "main", "--output-format", "json"]);
        ran.ended()?;
        ran.report().map(|report| (ran.code, report))
    };
    let stands = |what: &str, repository: &Repository| {
        let (code, report) = run(repository).map_err(|error| format!("{what}: {error}"))?;
        let found = findings(&report);
        let open: Vec<&String> = found.iter().filter(|found| found.ends_with(" open")).collect();
        hold(code == Some(1) && open == ["lib/new.rb open"], || format!("{what}: {code:?}: {found:?}"))
    };
    let everything = changed();
    for (what, trick) in TRICKS {
        let repository = changed();
        trick(&repository);
        // What git ignores and was not committed is no part of the change yet.
        if *what != "ignore rules" {
            stands(&format!("{what}, not committed"), &repository)?;
        }
        repository.commit();
        stands(what, &repository)?;
        if *what != "a broken configuration" && !what.contains("baseline") {
            trick(&everything);
        }
    }
    everything.commit();
    stands("everything at once", &everything)?;

    let repository = changed();
    let directive = "# dekey: ignore[deprecated-api-key-auth] reviewed and fine\n";
    repository.file("lib/new.rb", &format!("{directive}{}", login("NEW"))).commit();
    let (code, report) = run(&repository)?;
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let open = |rule: &str| findings.iter().any(|finding| finding["rule"] == rule && finding["state"] == "open");
    hold(code == Some(1) && open("intercom/deprecated-api-key-auth"), || format!("a new directive counts: {code:?}"))?;
    hold(open("dekey/added-suppression"), || "a new directive is not listed".to_owned())
}
