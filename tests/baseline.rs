//! `dekey baseline`, and checks against one: what stays accepted, what is new, and what the file gives away.

#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "support/plant.rs"]
mod plant;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dekey::fingerprint::Identity;
use dekey::source::Source;
use dekey::span::Span;
use hmac::{Hmac, KeyInit as _, Mac as _};
use plant::Planted;
use sha2::Sha256;

const FILE: &str = "dekey-baseline.toml";
/// A baseline without findings, with a salt that is known here.
const EMPTY: &str = "version = 1\nsalt = \"000102030405060708090a0b0c0d0e0f\"\nstarted = 0\nfindings = []\n";

/// A value of the language of cases.
fn value(template: &str) -> String {
    Planted::new(template).text
}

/// A line with an access token.
fn token(number: usize) -> String {
    value(&format!("TOKEN{number} = '{{{{token:{number}}}}}'\n"))
}

/// A login with an API key, by the name of its client.
fn login(name: &str, key: &str) -> String {
    format!("{name} = Intercom::Client.new(app_id: 'abcd1234', api_key: '{key}')\n")
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// A directory of files, at the root of a repository.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(tree.path(".git")).unwrap();
        files.iter().for_each(|(path, text)| tree.write(path, text));
        tree
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        std::fs::write(self.path(path), text).unwrap();
    }

    fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        std::fs::create_dir_all(self.path(to).parent().unwrap()).unwrap();
        std::fs::rename(self.path(from), self.path(to)).unwrap();
    }

    fn baseline(&self) -> String {
        std::fs::read_to_string(self.path(FILE)).unwrap()
    }

    fn entries(&self) -> usize {
        self.baseline().lines().filter(|line| line.starts_with("  {")).count()
    }

    fn run(&self, args: &[&str]) -> Ran {
        run(self.0.path(), args, b"")
    }

    /// The findings that a check counts, as `path:line rule`, and its exit code.
    fn check(&self, args: &[&str]) -> (Vec<String>, i32) {
        let ran = self.run(&[&["check", "-q", "--output-format", "concise"], args].concat());
        let place = |line: &str| {
            let (place, rest) = line.split_once(": ").unwrap();
            let rule = rest.split(['/', ']']).nth(1).unwrap();
            format!("{} {rule}", place.rsplit_once(':').unwrap().0)
        };
        (ran.out.lines().map(place).collect(), ran.code)
    }

    /// Accepts what is found.
    fn accepted(self) -> Self {
        let ran = self.run(&["baseline"]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        self
    }
}

fn run(dir: &Path, args: &[&str], stdin: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing closes the pipe early.
    _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const NONE: [&str; 0] = [];

#[test]
fn what_is_accepted_does_not_count_and_the_summary_says_so() {
    let tree = Tree::new(&[("a.rb", &token(1)), ("b.rb", &login("c", &value("{{key}}")))]);
    assert_eq!(tree.check(&[]).1, 1);
    let ran = tree.run(&["baseline"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "dekey-baseline.toml written: 3 of 3 left\n", ""));
    let ran = tree.run(&["check"]);
    let said = "Nothing found in 3 files examined. 3 accepted by dekey-baseline.toml (3 of 3 left).\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, said, ""));
    assert_eq!(tree.check(&["--no-baseline"]).0.len(), 3);
    tree.remove("a.rb");
    let ran = tree.run(&["check"]);
    assert!(ran.out.contains("2 accepted by dekey-baseline.toml (2 of 3 left)"), "{}", ran.out);
    let ran = tree.run(&["check", "--output-format", "json"]);
    assert!(ran.out.contains("\"baselined\""), "{}", ran.out);
}

/// The digests may change only when the version of the format does.
#[test]
fn the_file_is_as_it_was_written_by_every_release() {
    let tree = Tree::new(&[
        (FILE, EMPTY),
        ("lib/a.rb", &token(1)),
        ("lib/b \"c\".rb", &format!("{}{}", token(2), token(2))),
        ("z.rb", &login("c", "hunter2")),
    ]);
    let ran = tree.run(&["baseline", "--accept-new"]);
    assert_eq!(ran.out, "dekey-baseline.toml rewritten: 4 of 4 left, 4 more accepted\n");
    snapbox::assert_data_eq!(tree.baseline(), snapbox::file!["golden/baseline.toml": Text].raw());
}

#[test]
fn a_moved_indented_or_renamed_finding_is_the_same() {
    let [key, other] = ["{{key}}", "{{key:2}}"].map(value);
    let text = format!("{}{}{}", token(1), login("c", &key), login("d", "hunter2"));
    let tree = Tree::new(&[("a.rb", &text), ("b.rb", &login("e", &other))]).accepted();
    let moved: String = text.lines().map(|line| format!("\t  {line}  \r\n")).collect();
    tree.write("a.rb", &format!("{}{moved}", "x = 1\n".repeat(50)));
    assert_eq!(tree.check(&[]), (vec![], 0), "fifty lines down, with another indentation and other ends of lines");
    tree.rename("a.rb", "lib/deep/c.rb");
    tree.rename("b.rb", "a.rb");
    assert_eq!(tree.check(&["--ratchet"]), (vec![], 0), "other names");
    let ran = tree.run(&["baseline"]);
    assert_eq!(ran.out, "dekey-baseline.toml rewritten: 6 of 6 left\n");
    assert_eq!(tree.baseline().matches("path = \"lib/deep/c.rb\"").count(), 4);
}

#[test]
fn another_secret_in_the_same_place_is_new() {
    let tree = Tree::new(&[("a.rb", &token(1)), ("b.rb", &login("c", &value("{{key}}")))]).accepted();
    tree.write("a.rb", &value("TOKEN1 = '{{token:2}}'\n"));
    tree.write("b.rb", &login("c", &value("{{key:2}}")));
    let (found, _) = tree.check(&[]);
    let expected = ["a.rb:1 hardcoded-access-token", "b.rb:1 deprecated-api-key-auth", "b.rb:1 hardcoded-api-key"];
    assert_eq!(found, expected);
}

#[test]
fn a_copy_is_new_and_not_the_original() {
    let text = format!("{}{}", token(1), login("c", "hunter2"));
    let tree = Tree::new(&[("b.rb", &text)]).accepted();
    tree.write("a.rb", &text);
    let (found, code) = tree.check(&["--ignore", "shared-access-token"]);
    assert_eq!(
        (found, code),
        (["a.rb:1 hardcoded-access-token", "a.rb:2 deprecated-api-key-auth"].map(str::to_owned).to_vec(), 1)
    );
    tree.remove("a.rb");
    tree.write("b.rb", &format!("{text}{text}"));
    let (found, _) = tree.check(&[]);
    assert_eq!(found, ["b.rb:3 hardcoded-access-token", "b.rb:4 deprecated-api-key-auth"]);
}

#[test]
fn the_same_secret_has_other_digests_elsewhere() {
    let digests = || {
        let text = Tree::new(&[("a.rb", &token(1))]).accepted().baseline();
        let digest = text.split("digest = \"").nth(1).unwrap()[..20].to_owned();
        let salt = text.split("salt = \"").nth(1).unwrap()[..32].to_owned();
        (digest, salt)
    };
    let (one, other) = (digests(), digests());
    assert!(one.0 != other.0 && one.1 != other.1);
}

#[test]
fn no_piece_of_a_secret_is_in_the_file() {
    let files: Vec<(String, Planted)> = [
        ("a.rb", "TOKEN = '{{token}}'\nc = Intercom::Client.new(app_id: 'abcd1234', api_key: '{{key}}')\n"),
        (".env", "INTERCOM_API_KEY={{key:2}}\nINTERCOM_ACCESS_TOKEN={{token:eu}}\nINTERCOM_CLIENT_SECRET={{uuid}}\n"),
        ("run.sh", "curl -u 'abcd1234:{{key:3}}' https://api.intercom.io/users\ncurl -H 'Authorization: Basic {{basic}}' https://api.intercom.io/users\n"),
        ("b.py", "x = '{{token64}}'  # {{token:2}}\n"),
    ]
    .map(|(path, text)| (path.to_owned(), Planted::new(text)))
    .into();
    let texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.text.as_str())).collect();
    let tree = Tree::new(&texts).accepted();
    assert!(tree.entries() >= 7, "{}", tree.baseline());
    let secrets: Vec<String> = files.iter().flat_map(|(_, text)| text.secrets.clone()).collect();
    assert_eq!(plant::shown(&secrets, &tree.baseline()), None);
}

/// Of a value that can be guessed nothing is digested: the digest is the same for each, and no guess leads to it.
#[test]
fn a_weak_value_is_not_confirmed_by_its_digest() {
    let tree = Tree::new(&[(FILE, EMPTY), ("a.rb", &login("c", "hunter2"))]);
    tree.run(&["baseline", "--accept-new"]);
    let text = tree.baseline();
    let digest = text.split("digest = \"").nth(1).unwrap()[..20].to_owned();
    tree.write("a.rb", &login("c", "letmein"));
    assert_eq!(tree.run(&["baseline"]).out, "dekey-baseline.toml is up to date: 1 of 1 left\n");

    let rule = "intercom/deprecated-api-key-auth";
    let salt: Vec<u8> = (0..16).collect();
    let hex = |bytes: &[u8]| bytes.iter().take(10).map(|byte| format!("{byte:02x}")).collect::<String>();
    let raw = |parts: &[&str]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&salt).unwrap();
        parts.iter().for_each(|part| mac.update(part.as_bytes()));
        hex(&mac.finalize().into_bytes())
    };
    let guessed = |word: &str| {
        let source = Source::from_bytes("a.rb".into(), login("c", word).into_bytes(), false);
        let span = Span::new(4, source.text.len() - 1);
        let identity = |secret| Identity::new(rule, &source, span, &[], secret).salted(&salt, rule);
        [identity(None), raw(&[word]), raw(&[rule, word])].contains(&digest)
    };
    let mut words = (0..100_000).map(|n| match n % 1000 {
        0 => "hunter2".to_owned(),
        _ => format!("{}{}", ["pass", "letmein", "dragon", "admin", "qwerty"][n % 5], n / 5),
    });
    assert_eq!(words.find(|word| guessed(word)), None);
    // The attack would find what is not masked.
    let source = Source::from_bytes("a.rb".into(), login("c", "*").into_bytes(), false);
    assert_eq!(Identity::new(rule, &source, Span::new(4, 5), &[], None).salted(&salt, rule), digest);
}

#[test]
fn the_same_findings_have_the_same_bytes_from_anywhere() {
    let files = [("a.rb", token(1)), ("lib/b.rb", token(2)), ("lib/c.rb", login("c", "hunter2"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let tree = Tree::new(&files).accepted();
    let text = tree.baseline();
    let other = Tree::new(&files);
    other.write(FILE, &text);
    let root = other.0.path().to_str().unwrap();
    for args in [&["-j", "1"][..], &["-j", "8"], &[root], &["lib", "a.rb"], &["./lib/../lib", "a.rb"]] {
        let ran = other.run(&[&["baseline"], args].concat());
        assert_eq!(ran.out, "dekey-baseline.toml is up to date: 3 of 3 left\n", "{args:?}");
        assert_eq!(other.baseline(), text, "{args:?}");
    }
    let lib = other.path("lib");
    let ran = run(&lib, &["baseline", ".."], b"");
    assert_eq!(ran.out, "../dekey-baseline.toml is up to date: 3 of 3 left\n");
    let ran = run(&lib, &["check", "-q", "b.rb"], b"");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(other.baseline(), text);
}

#[test]
fn the_ratchet_fails_at_more_and_takes_out_what_is_gone() {
    let tree = Tree::new(&[("a.rb", &token(1)), ("b.rb", &token(2)), ("c.rb", &login("c", "hunter2"))]).accepted();
    let before = tree.baseline();
    let ratchet = || tree.run(&["check", "--ratchet"]);
    let equal = ratchet();
    assert_eq!((equal.code, equal.err.as_str()), (0, ""));
    assert_eq!(tree.baseline(), before);

    tree.remove("a.rb");
    tree.write("d.rb", &token(3));
    let worse = ratchet();
    assert_eq!((worse.code, worse.err.as_str()), (1, "dekey-baseline.toml not rewritten: 1 finding is new\n"));
    assert_eq!(tree.baseline(), before);

    tree.remove("d.rb");
    let fewer = ratchet();
    assert_eq!((fewer.code, fewer.err.as_str()), (0, "dekey-baseline.toml rewritten: 2 of 3 left, 1 fewer\n"));
    assert!(fewer.out.contains("2 accepted by dekey-baseline.toml (2 of 3 left)"), "{}", fewer.out);
    let expected: String = before.split_inclusive('\n').filter(|line| !line.contains("a.rb")).collect();
    assert_eq!(tree.baseline(), expected, "one line is gone, and nothing else");
    tree.write("a.rb", &token(1));
    assert_eq!(ratchet().code, 1, "what is gone does not come back");
}

#[test]
fn the_ratchet_fails_at_whatever_is_shown() {
    let tree = Tree::new(&[("dekey.toml", "[levels]\nhardcoded-access-token = 'note'\n"), (FILE, EMPTY)]);
    tree.write("a.rb", &token(1));
    assert_eq!((tree.check(&[]).1, tree.check(&["--ratchet"]).1), (0, 1));
    assert_eq!(tree.check(&["--ratchet", "--exit-zero"]).1, 0);
    assert_eq!(tree.check(&["--ratchet", "--ignore", "hardcoded-access-token"]).1, 0);
}

#[test]
fn the_command_takes_out_what_is_gone_and_accepts_more_only_when_told() {
    let tree = Tree::new(&[("a.rb", &token(1)), ("b.rb", &token(2))]).accepted();
    tree.remove("a.rb");
    tree.write("c.rb", &token(3));
    tree.write("d.rb", &token(4));
    let ran = tree.run(&["baseline"]);
    let warning =
        "warning: 2 findings are new and not accepted\n  `dekey check` shows them, `--accept-new` accepts them\n";
    assert_eq!((ran.code, ran.err.as_str()), (1, warning));
    assert_eq!(ran.out, "dekey-baseline.toml rewritten: 1 of 2 left, 1 gone\n");
    let ran = tree.run(&["baseline", "--accept-new"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, "dekey-baseline.toml rewritten: 3 of 3 left, 2 more accepted\n");
    assert_eq!(tree.check(&["--ratchet"]), (vec![], 0));
    let ran = tree.run(&["baseline", "-q"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn what_was_not_looked_at_is_not_gone() {
    let tree =
        Tree::new(&[("lib/a.rb", &token(1)), ("src/b.rb", &token(2)), ("src/c.rb", &login("c", "hunter2"))]).accepted();
    let before = tree.baseline();
    tree.remove("lib/a.rb");
    tree.remove("src/b.rb");
    for args in [&["check", "--ratchet", "src/c.rb"][..], &["baseline", "src/c.rb"]] {
        tree.run(args);
        assert_eq!(tree.baseline(), before, "{args:?}");
    }
    let ran = tree.run(&["check", "--ratchet", "src"]);
    assert_eq!(ran.err, "dekey-baseline.toml rewritten: 2 of 3 left, 1 fewer\n");
    let pack = ["check", "--ratchet", ".", "absent"];
    let ran = tree.run(&pack);
    assert_eq!(ran.code, 2);
    assert!(ran.err.ends_with("dekey-baseline.toml not rewritten: not everything could be examined\n"), "{}", ran.err);
    let ran = tree.run(&["baseline", ".", "absent"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, "dekey-baseline.toml is up to date: 2 of 3 left\n"));
    assert!(ran.err.contains("absent"), "{}", ran.err);
    // What is found and not shown is there still.
    for args in
        [&["--min-confidence", "high"][..], &["--select", "leftover-api-key"], &["--ignore", "deprecated-api-key-auth"]]
    {
        tree.run(&[&["check", "--ratchet", "src"], args].concat());
        assert_eq!(tree.entries(), 2, "{args:?}");
    }
    assert_eq!(tree.run(&["check", "--ratchet"]).err, "dekey-baseline.toml rewritten: 1 of 3 left, 1 fewer\n");
}

#[test]
fn standard_input_is_held_against_the_baseline_and_changes_nothing() {
    let tree = Tree::new(&[("a.rb", &token(1)), ("b.rb", &token(2))]).accepted();
    let before = tree.baseline();
    let args = ["check", "-q", "--ratchet", "--output-format", "concise", "--stdin-filename", "a.rb"];
    assert_eq!(run(tree.0.path(), &args, token(1).as_bytes()).code, 0);
    let ran = run(tree.0.path(), &args, format!("{}{}", token(1), token(3)).as_bytes());
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1));
    let args = ["check", "--ratchet", "--stdin-filename", "new/a.rb"];
    let ran = run(tree.0.path(), &args, b"");
    assert_eq!(ran.err, "dekey-baseline.toml not rewritten: only standard input was examined\n");
    assert_eq!(tree.baseline(), before);
}

#[test]
fn what_is_accepted_is_not_fixed() {
    let environment = "Intercom::Client.new(app_id: ENV[\"ID\"], api_key: ENV[\"KEY\"])\n";
    let (old, new) =
        (format!("require \"intercom\"\na = {environment}"), environment.replace("ID", "X").replace("KEY", "Y"));
    let gems = "GEM\n  specs:\n    intercom (4.1.3)\n";
    let tree = Tree::new(&[("a.rb", &old), ("Gemfile.lock", gems)]).accepted();
    tree.write("b.rb", &format!("require \"intercom\"\nb = {new}"));
    let ran = tree.run(&["check", "--fix", "--unsafe-fixes", "--allow-no-vcs", "--allow-dirty"]);
    assert!(ran.err.starts_with("Fixed 1 finding in 1 file.\n  b.rb\n"), "{}{}", ran.out, ran.err);
    assert_eq!(ran.code, 0);
    assert_eq!(std::fs::read_to_string(tree.path("a.rb")).unwrap(), old);
    let ran = tree.run(&["check", "--fix", "--unsafe-fixes", "--allow-no-vcs", "--allow-dirty", "--no-baseline"]);
    assert!(ran.err.starts_with("Fixed 1 finding in 1 file.\n  a.rb\n"), "{}{}", ran.out, ran.err);
    assert_eq!(tree.run(&["baseline"]).out, "dekey-baseline.toml rewritten: 0 of 1 left, 1 gone\n");
}

#[test]
fn a_baseline_is_found_beside_the_configuration_or_at_the_root() {
    let tree = Tree::new(&[("dekey.toml", ""), ("app/dekey.toml", ""), ("app/a.rb", &token(1)), ("b.rb", &token(2))]);
    assert_eq!(run(&tree.path("app"), &["baseline"], b"").out, "dekey-baseline.toml written: 1 of 1 left\n");
    assert!(tree.path("app").join(FILE).exists() && !tree.path(FILE).exists());
    assert_eq!(tree.check(&["app"]), (vec![], 0));
    assert_eq!(tree.run(&["baseline", "b.rb"]).out, "dekey-baseline.toml written: 1 of 1 left\n");
    assert_eq!(tree.check(&["b.rb"]), (vec![], 0));
    tree.remove("app/dekey.toml");
    tree.remove("app/dekey-baseline.toml");
    let ran = run(&tree.path("app"), &["check"], b"");
    assert!(ran.out.contains("0 accepted by ../dekey-baseline.toml (1 of 1 left)"), "{}", ran.out);

    let ran = tree.run(&["baseline", "--baseline", "other.toml"]);
    assert_eq!(ran.out, "other.toml written: 2 of 2 left\n");
    assert_eq!(tree.check(&["--baseline", "other.toml"]), (vec![], 0));
}

#[test]
fn the_configuration_may_name_the_baseline() {
    let tree = Tree::new(&[("dekey.toml", "baseline = 'ci/accepted.toml'\n"), ("lib/a.rb", &token(1))]);
    let missing = tree.run(&["check"]);
    assert!(missing.code == 2 && missing.err.contains("there is no baseline ci/accepted.toml"), "{}", missing.err);
    std::fs::create_dir(tree.path("ci")).unwrap();
    assert_eq!(tree.run(&["baseline"]).out, "ci/accepted.toml written: 1 of 1 left\n");
    let text = std::fs::read_to_string(tree.path("ci/accepted.toml")).unwrap();
    assert!(text.contains("path = \"../lib/a.rb\""), "{text}");
    assert_eq!(tree.check(&[]), (vec![], 0));
    let below = run(&tree.path("lib"), &["check"], b"");
    assert!(below.out.contains("1 accepted by ../ci/accepted.toml (1 of 1 left)"), "{}", below.out);
}

#[test]
fn findings_about_directives_are_accepted_like_others() {
    let tree = Tree::new(&[("a.rb", "x = 1 # dekey: ignore[hardcoded-access-token] a reason\n")]).accepted();
    assert_eq!((tree.entries(), tree.check(&[]).0), (1, vec![]));
    tree.write(
        "a.rb",
        &format!("{}# dekey: ignore[hardcoded-access-token] a reason\n{}", "y = 2\n".repeat(9), token(1)),
    );
    assert_eq!(tree.run(&["check", "--ratchet"]).err, "dekey-baseline.toml rewritten: 0 of 1 left, 1 fewer\n");
}

#[test]
fn wrong_usage_is_2() {
    let tree = Tree::new(&[("a.rb", &token(1))]);
    for (args, said) in [
        (&["check", "--ratchet"][..], "`--ratchet` needs a baseline, and there is none"),
        (&["check", "--baseline", "none.toml"], "there is no baseline none.toml"),
        (&["check", "--baseline", "."], "cannot read the baseline .: it is a directory, not a regular file"),
        (&["check", "--ratchet", "--no-baseline"], "cannot be used with"),
        (&["baseline", "--baseline", "none/x.toml"], "cannot write the baseline to"),
    ] {
        let ran = tree.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_broken_baseline_is_refused_and_pointed_at() {
    let tree = Tree::new(&[("a.rb", &token(1)), ("b.rb", &token(2))]).accepted();
    let good = tree.baseline();
    for (from, to, said) in [
        ("version = 1", "version = 7", "dekey-baseline.toml:4:11"),
        ("digest =", "dugest =", "did you mean `digest`?"),
        ("findings = [", "findings = [\n<<<<<<< HEAD", "a merge left a conflict here"),
        ("]\n", "", "dekey-baseline.toml:"),
        ("salt = \"", "salt = \"\u{202e}", "expected 32 hexadecimal digits"),
    ] {
        tree.write(FILE, &good.replacen(from, to, 1));
        for command in ["check", "baseline"] {
            let ran = tree.run(&[command]);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{to}");
            assert!(ran.err.contains(said) && !ran.err.contains('\u{202e}'), "{to}: {}", ran.err);
        }
        assert_eq!(tree.baseline(), good.replacen(from, to, 1), "nothing is written over it");
    }
    assert_eq!(tree.check(&["--no-baseline"]).1, 1);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_tree_is_no_baseline_and_is_not_written_through() {
    let tree = Tree::new(&[("a.rb", &token(1))]);
    tree.write("real.toml", EMPTY);
    std::os::unix::fs::symlink("real.toml", tree.path(FILE)).unwrap();
    for args in [&["check"][..], &["baseline", "--accept-new"]] {
        let ran = tree.run(args);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains("a symbolic link"), "{}", ran.err);
    }
    let ran = tree.run(&["baseline", "--accept-new", "--baseline", FILE]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert_eq!(std::fs::read_to_string(tree.path("real.toml")).unwrap(), EMPTY);
}

#[test]
fn what_two_branches_took_out_merges() {
    let names: Vec<String> = (10..30).map(|n| format!("f{n}.rb")).collect();
    let texts: Vec<String> = (10..30).map(token).collect();
    let files: Vec<(&str, &str)> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let tree = Tree::new(&files).accepted();
    let base = tree.baseline();
    let without = |name: &str| {
        tree.remove(name);
        assert_eq!(tree.run(&["baseline"]).code, 0);
        let text = tree.baseline();
        tree.write(name, &texts[names.iter().position(|other| other == name).unwrap()]);
        tree.write(FILE, &base);
        text
    };
    let (ours, theirs) = (without("f12.rb"), without("f25.rb"));
    for (path, text) in [("ours", &ours), ("base", &base), ("theirs", &theirs)] {
        tree.write(path, text);
    }
    let merge =
        Command::new("git").args(["merge-file", "-p", "ours", "base", "theirs"]).current_dir(tree.0.path()).output();
    let Ok(merged) = merge else {
        // Past the harness, which holds back what a test that passes prints.
        return std::io::stderr().write_all(b"SKIPPED: there is no git to merge with\n").unwrap();
    };
    assert_eq!(merged.status.code(), Some(0), "no conflict");
    ["ours", "base", "theirs", "f12.rb", "f25.rb"].iter().for_each(|path| tree.remove(path));
    let merged = String::from_utf8(merged.stdout).unwrap();
    tree.write(FILE, &merged);
    assert_eq!(tree.run(&["baseline"]).out, "dekey-baseline.toml is up to date: 18 of 20 left\n");
    assert_eq!(tree.baseline(), merged);
    assert_eq!(tree.check(&["--ratchet"]).0, NONE);
}
