//! What is accepted, and what only looks so: the baseline, and directives in comments.

use super::{all_fail, findings, hold, planted};
use crate::subject::Subject;
use crate::tree::Tree;
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[
    Row {
        number: 23,
        title: "a baseline knows secrets, not places, differs in every repository, and tells nothing of weak values",
        green: || known(&Subject::dekey()),
        red: || all_fail(known, &[BY_PLACE, BY_TEXT, UNSALTED, TELLING]),
    },
    Row {
        number: 30,
        title: "a directive accepts what it names, with a reason, beside it, for its time, from a comment",
        green: || directed(&Subject::dekey()),
        red: || {
            all_fail(
                directed,
                &[
                    "sed -i 's/dekey: ignore.*//' *.py; \"$DEKEY\" \"$@\"",
                    "sed -i 's/dekey: ignore.*/dekey: ignore[hardcoded-access-token] any/' *.py; \"$DEKEY\" \"$@\"",
                    "sed -i 's/# [a-z]*[:a-z ]*$/# dekey: ignore[hardcoded-access-token] any/' *.py; \"$DEKEY\" \"$@\"",
                ],
            )
        },
    },
];

/// Accepts whatever stands in a line of a file.
const BY_PLACE: &str = r#"
places() { "$DEKEY" check --no-baseline --output-format concise -q | cut -d: -f1,2; }
test -e dekey-baseline.toml || : > dekey-baseline.toml
case $1 in
    baseline) places > dekey-baseline.toml ;;
    check) places | grep -vxF -f dekey-baseline.toml && exit 1; exit 0 ;;
esac"#;
/// Accepts a line of text wherever it stands, and keeps it.
const BY_TEXT: &str = r#"
test -e dekey-baseline.toml || : > dekey-baseline.toml
case $1 in
    baseline) cat *.rb > dekey-baseline.toml ;;
    check) cat *.rb | grep -vxF -f dekey-baseline.toml && exit 1; exit 0 ;;
esac"#;
/// Has the same salt everywhere.
const UNSALTED: &str = r#"
test "$1" = baseline && ! test -e dekey-baseline.toml && {
    printf 'version = 1\nsalt = "000102030405060708090a0b0c0d0e0f"\nstarted = 0\nfindings = []\n' > dekey-baseline.toml
    set -- "$@" --accept-new
}
"$DEKEY" "$@""#;
/// Adds what lets guesses be confirmed.
const TELLING: &str = r#"
"$DEKEY" "$@"; code=$?
test "$1" = baseline && sha256sum < a.rb | sed 's/^/# /' >> dekey-baseline.toml
exit $code"#;

/// A login with a key of its own beside the others.
fn login(name: &str, key: &str) -> String {
    planted(&format!("{name} = Intercom::Client.new(app_id: 'abcd1234', api_key: '{key}')\n"))
}

fn known(subject: &Subject) -> Verdict {
    let project = |key: &str| {
        let tree = Tree::new();
        tree.write("a.rb", login("client", key));
        tree
    };
    let run = |tree: &Tree, args: &[&str]| {
        let ran = subject.run(tree.root(), args);
        ran.ended().map(|()| ran.code)
    };
    let accept = |tree: &Tree| run(tree, &["baseline"]);
    let text = |tree: &Tree| std::fs::read_to_string(tree.path("dekey-baseline.toml")).unwrap_or_default();

    let tree = project("{{key}}");
    hold(run(&tree, &["check"])? == Some(1), || "nothing is found".to_owned())?;
    accept(&tree)?;
    hold(run(&tree, &["check"])? == Some(0), || "what is accepted counts".to_owned())?;
    tree.write("a.rb", format!("{}  {}", "x = 1\n".repeat(40), login("client", "{{key}}")));
    hold(run(&tree, &["check"])? == Some(0), || "a line that moved is new".to_owned())?;
    tree.write("a.rb", login("client", "{{key:2}}"));
    hold(run(&tree, &["check"])? == Some(1), || "another secret in the same line is accepted".to_owned())?;

    let (one, other) = (project("{{key}}"), project("{{key}}"));
    accept(&one)?;
    accept(&other)?;
    let digests = |tree: &Tree| {
        let text = text(tree);
        text.lines()
            .filter(|line| line.contains("digest =") || line.contains("salt ="))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (one, other) = (digests(&one), digests(&other));
    let shared = one.iter().find(|line| other.contains(line));
    hold(one.len() > 1 && shared.is_none(), || format!("two repositories share {shared:?} of {one:?}"))?;

    // What differs by a word that can be guessed does not differ in the baseline.
    let weak = |word: &str| {
        let tree = project(word);
        tree.write(
            "dekey-baseline.toml",
            "version = 1\nsalt = \"000102030405060708090a0b0c0d0e0f\"\nstarted = 0\nfindings = []\n",
        );
        run(&tree, &["baseline", "--accept-new"]).map(|_| text(&tree))
    };
    let (one, other) = (weak("hunter2")?, weak("letmein")?);
    hold(one.contains("digest") && one == other, || format!("a baseline tells of a weak value: {one}{other}"))
}

/// Files with a token, and whether a directive accepts it.
const DIRECTED: &[(&str, bool, &str)] = &[
    ("beside", true, "t = '{{token:1}}'  # dekey: ignore[hardcoded-access-token] a test account\n"),
    ("above", true, "# dekey: ignore[hardcoded-access-token] a test account until=9999-12-31\nt = '{{token:2}}'\n"),
    ("string", false, "t = '{{token:3}}'; s = \"# dekey: ignore[hardcoded-access-token] a test account\"\n"),
    ("norule", false, "t = '{{token:4}}'  # dekey: ignore a test account\n"),
    ("other", false, "t = '{{token:5}}'  # dekey: ignore[outdated-sdk] a test account\n"),
    ("noreason", false, "t = '{{token:6}}'  # dekey: ignore[hardcoded-access-token]\n"),
    ("expired", false, "t = '{{token:7}}'  # dekey: ignore[hardcoded-access-token] a test account until=2020-01-01\n"),
    ("below", false, "t = '{{token:8}}'\n# dekey: ignore[hardcoded-access-token] a test account\nu = 1\n"),
    ("far", false, "# dekey: ignore[hardcoded-access-token] a test account\nu = 1\nv = 2\nt = '{{token:9}}'\n"),
    ("file", false, "# dekey: ignore-file[hardcoded-access-token] a test account\nt = '{{token:10}}'\n"),
    ("open", false, "t = '{{token:11}}'  # dekey: ignore[hardcoded-access-token a test account\n"),
    ("foreign", false, "t = '{{token:12}}'  # nosec noqa gitleaks:allow pragma: allowlist secret\n"),
    ("told", false, "t = '{{token:13}}'  # see dekey: ignore[hardcoded-access-token] a test account\n"),
];

fn directed(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    for (name, _, text) in DIRECTED {
        tree.write(&format!("{name}.py"), planted(text));
    }
    let ran = subject.run(
        tree.root(),
        &["check", "--output-format", "json", "--show-suppressed", "--select", "hardcoded-access-token"],
    );
    ran.ended()?;
    let found = findings(&ran.report()?);
    for (name, accepted, _) in DIRECTED {
        let expected = format!("{name}.py {}", if *accepted { "suppressed" } else { "open" });
        hold(found.contains(&expected), || format!("{expected} is not so: {found:?}"))?;
    }
    hold(found.len() == DIRECTED.len() && ran.code == Some(1), || format!("{:?}: {found:?}", ran.code))
}
