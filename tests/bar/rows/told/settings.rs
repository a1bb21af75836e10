//! What the configuration of a project can do: be refused with the place and the way out, or be said.

use super::{all_fail, findings, hold};
use crate::subject::Subject;
use crate::tree::{LOGIN, Tree};
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[Row {
    number: 28,
    title: "a configuration that is no good is refused where it is wrong, with the way out, and hides nothing",
    green: || refused(&Subject::dekey()),
    red: || {
        all_fail(
            refused,
            &[
                "rm -f dekey.toml; \"$DEKEY\" \"$@\"",
                "\"$DEKEY\" \"$@\" 2>/dev/null",
                "\"$DEKEY\" \"$@\" 2>&1 | grep -v '= help' >&2; exit 2",
                "\"$DEKEY\" \"$@\" 2>&1 | grep -v -e '┌─' >&2; exit 2",
                "\"$DEKEY\" \"$@\"; code=$?; test $code = 2 && cat dekey.toml >&2; exit $code",
            ],
        )
    },
}];

/// What is wrong, the file, and the place in it.
fn mistakes() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let deep = |open: &str| format!("exclude = {}", open.repeat(100_000)).into_bytes();
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("an unknown key", text("# ok\nexclud = []\n"), "dekey.toml:2:1"),
        ("a key that is hostile", text("\"\u{1b}]0;x\u{7}\u{202e}\" = 1\n"), "dekey.toml:1:1"),
        ("another type", text("select = 1\n"), "dekey.toml:1:10"),
        ("another word", text("fail-on = 'never'\n"), "dekey.toml:1:11"),
        ("an unknown rule", text("\nignore = ['hardcoded-acess-token']\n"), "dekey.toml:2:11"),
        ("no TOML", text("this is = = none\n"), "dekey.toml:1:"),
        ("a key twice", text("fail-on = 'note'\nfail-on = 'error'\n"), "dekey.toml:2:1"),
        ("bytes that are no text", b"fail-on = '\xff\xfe'\n".to_vec(), "dekey.toml"),
        ("controls", b"fail-on = 'a\x00b'\n".to_vec(), "dekey.toml:1:"),
        ("too deep a list", deep("["), "dekey.toml:1:"),
        ("too deep a table", deep("{a="), "dekey.toml:1:"),
        ("too much of it", b"#\n".repeat(1 << 20), "dekey.toml"),
        ("a value without an end", [b"audience = '".to_vec(), b"x".repeat(100_000)].concat(), "dekey.toml:1:"),
        ("a long value", format!("audience = '{}'\n", "x".repeat(100_000)).into_bytes(), "dekey.toml:1:12"),
        ("a file outside", text("extends = '../../etc/passwd'\n"), "dekey.toml:1:11"),
        ("an absolute file", text("baseline = '/etc/passwd'\n"), "dekey.toml:1:12"),
        ("itself", text("extends = 'dekey.toml'\n"), "dekey.toml:1:11"),
        ("a file to write", text("output-file = '/etc/cron.d/x'\n"), "dekey.toml:1:1"),
        ("a program", text("rules = ['x']\n"), "dekey.toml:1:1"),
        ("an override of nothing", text("[[overrides]]\nignore = []\n"), "dekey.toml:1:"),
    ]
}

type Make = fn(&Tree);

fn refused(subject: &Subject) -> Verdict {
    let judged = |what: &str, tree: &Tree, place: &str| {
        let ran = subject.run(tree.root(), &["check"]);
        ran.ended().map_err(|error| format!("{what}: {error}"))?;
        let err = String::from_utf8_lossy(&ran.err).into_owned();
        let short: String = err.chars().take(400).collect();
        hold(ran.code == Some(2) && ran.out.is_empty(), || format!("{what}: {:?}: {short}", ran.code))?;
        hold(err.contains(place), || format!("{what}: the place {place} is not told: {short}"))?;
        hold(err.contains("help: "), || format!("{what}: no way out is told: {short}"))?;
        let calm = err.len() < 4_000 && !err.contains(|c: char| c != '\n' && c.is_control() || c == '\u{202e}');
        hold(calm, || format!("{what}: {} bytes are said, or some of them act: {short}", err.len()))
    };
    for (what, text, place) in mistakes() {
        let tree = Tree::new();
        tree.write("a.rb", LOGIN);
        tree.write("dekey.toml", text);
        judged(what, &tree, place)?;
    }
    // What is no file of settings, and leads elsewhere or nowhere.
    let special: [(&str, Make); 4] = [
        ("a pipe", |tree| {
            rustix::fs::mkfifoat(rustix::fs::CWD, tree.path("dekey.toml"), 0o600.into()).expect("a pipe");
        }),
        ("a device", |tree| std::os::unix::fs::symlink("/dev/zero", tree.path("dekey.toml")).expect("a link")),
        ("a link", |tree| {
            tree.write("other.toml", "ignore = ['deprecated-api-key-auth']\n");
            std::os::unix::fs::symlink("other.toml", tree.path("dekey.toml")).expect("a link");
        }),
        ("a folder", |tree| std::fs::create_dir(tree.path("dekey.toml")).expect("a folder")),
    ];
    for (what, make) in special {
        let tree = Tree::new();
        tree.write("a.rb", LOGIN);
        make(&tree);
        judged(what, &tree, "dekey.toml")?;
    }
    said(subject)
}

/// What a configuration says of others' files does not reach them.
fn said(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    tree.write("a.rb", LOGIN);
    tree.write("sub/dekey.toml", "exclude = ['/../', '/**']\n[levels]\ndeprecated-api-key-auth = 'off'\n");
    tree.write("sub/a.rb", LOGIN);
    let report = |args: &[&str]| {
        let ran = subject.run(tree.root(), &[&["check", "--output-format", "json"], args].concat());
        ran.ended()?;
        ran.report()
    };
    let found = findings(&report(&[])?);
    hold(found.contains(&"a.rb open".to_owned()), || format!("a folder's settings reach those above: {found:?}"))
}
