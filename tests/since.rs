//! `dekey check --since`: what a change adds, judged by the rules of what it changes.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with one login on `main`, and a branch `change` checked out.
struct Repository(tempfile::TempDir);

struct Ran {
    code: i32,
    out: String,
    /// The places of findings.
    places: Vec<String>,
    err: String,
}

fn login(name: &str) -> String {
    format!("require 'intercom'\nIntercom::Client.new(app_id: ENV['{name}_ID'], api_key: ENV['{name}_KEY'])\n")
}

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.write("old.rb", &login("OLD"));
        repository.write("lib/clean.rb", "puts 1\n");
        repository.commit("start");
        repository.git(&["checkout", "--quiet", "-b", "change"]);
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) {
        git(self.0.path(), args);
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    fn since(&self, args: &[&str]) -> Ran {
        since(self.0.path(), args)
    }
}

fn git(dir: &Path, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.test", "-c", "protocol.file.allow=always"])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn since(dir: &Path, args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(["check", "--since", "main", "--output-format", "concise"])
        .args(args)
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: out.clone(),
        places: out.lines().filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn only_what_the_change_adds_is_reported() {
    let repository = Repository::new();
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (0, vec![]), "{}", ran.err);
    repository.write("lib/new.rb", &login("NEW"));
    repository.commit("add");
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["lib/new.rb:2:1".to_owned()]), "{}", ran.err);
    assert!(ran.err.contains("1 there before the change"), "{}", ran.err);
    // What is not committed yet is a part of the change.
    repository.write("lib/clean.rb", &login("MORE"));
    assert_eq!(repository.since(&[]).places, ["lib/clean.rb:2:1", "lib/new.rb:2:1"]);
    // Paths are those of the working directory, and narrow what is reported.
    let inside = since(&repository.path("lib"), &["new.rb"]);
    assert_eq!(inside.places, ["new.rb:2:1"], "{}", inside.err);
    let other = since(&repository.path("lib"), &["../old.rb"]);
    assert_eq!((other.code, other.places), (0, vec![]), "{}", other.err);
}

#[test]
fn what_is_moved_or_indented_is_not_added_and_what_is_copied_is() {
    let repository = Repository::new();
    repository.git(&["mv", "old.rb", "lib/renamed.rb"]);
    repository.commit("move");
    assert_eq!(repository.since(&[]).places, [""; 0]);
    let text = format!("\n\nif true\n    {}end\n", login("OLD").replace('\n', "\n    "));
    repository.write("lib/renamed.rb", &text);
    assert_eq!(repository.since(&[]).places, [""; 0]);
    repository.write("lib/zcopy.rb", &login("OLD"));
    assert_eq!(repository.since(&[]).places, ["lib/zcopy.rb:2:1"]);
}

#[test]
fn the_change_cannot_switch_its_own_check_off() {
    let configurations = [
        ("dekey.toml", "ignore = ['deprecated-api-key-auth']\n"),
        ("dekey.toml", "exclude = ['new.rb']\n"),
        ("dekey.toml", "fail-on = 'error'\n[levels]\ndeprecated-api-key-auth = 'off'\n"),
        ("dekey.toml", "this is = = no configuration\n"),
        ("package.json", r#"{"dekey": {"ignore": ["deprecated-api-key-auth"]}}"#),
        ("pyproject.toml", "[tool.dekey]\nignore = ['deprecated-api-key-auth']\n"),
        (".gitignore", "new.rb\n"),
        (".ignore", "*\n"),
        (".gitattributes", "*.rb -diff binary linguist-vendored\n"),
    ];
    for (name, text) in configurations {
        let repository = Repository::new();
        repository.write("new.rb", &login("NEW"));
        repository.write(name, text);
        repository.commit("add");
        let ran = repository.since(&[]);
        assert_eq!((ran.code, ran.places), (1, vec!["new.rb:2:1".to_owned()]), "{name}: {text}{}", ran.err);
    }
    // The same configuration, of the base, holds.
    for (name, text) in &configurations[..3] {
        let repository = Repository::new();
        repository.git(&["checkout", "--quiet", "main"]);
        repository.write(name, text);
        repository.commit("configure");
        repository.git(&["checkout", "--quiet", "-B", "change"]);
        std::fs::remove_file(repository.path(name)).unwrap();
        repository.write("new.rb", &login("NEW"));
        repository.commit("add");
        let ran = repository.since(&[]);
        assert_eq!((ran.code, ran.places), (0, vec![]), "{name}: {text}{}", ran.err);
    }
}

#[test]
fn a_baseline_of_the_change_does_not_count() {
    let repository = Repository::new();
    repository.write("new.rb", &login("NEW"));
    let wrote = Command::new(env!("CARGO_BIN_EXE_dekey")).arg("baseline").current_dir(repository.path("")).status();
    assert!(wrote.unwrap().success());
    repository.commit("accept");
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["new.rb:2:1".to_owned()]), "{}", ran.err);
}

#[test]
fn a_suppression_of_the_change_is_listed_and_does_not_count() {
    let repository = Repository::new();
    let directive = "# dekey: ignore[deprecated-api-key-auth] we know\n";
    repository.write("new.rb", &login("NEW").replace("\nInter", &format!("\n{directive}Inter")));
    repository.commit("suppress");
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["new.rb:2:3".to_owned(), "new.rb:3:1".to_owned()]), "{}", ran.err);
    let listed = "note[dekey/added-suppression] this change asks to accept `intercom/deprecated-api-key-auth`: we know";
    assert!(ran.out.contains(listed), "{}", ran.out);
    let allowed = repository.since(&["--allow-suppressions"]);
    assert_eq!((allowed.code, allowed.places), (0, vec!["new.rb:2:3".to_owned()]), "{}", allowed.err);
    assert!(allowed.out.contains(listed), "{}", allowed.out);
}

#[test]
fn an_old_suppression_holds_for_what_it_was_written_for_only() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "main"]);
    let directive = "# dekey: ignore[deprecated-api-key-auth] we know\n";
    repository.write("old.rb", &login("OLD").replace("\nInter", &format!("\n{directive}Inter")));
    repository.commit("suppress");
    repository.git(&["checkout", "--quiet", "-B", "change"]);
    repository.write("old.rb", &login("NEW").replace("\nInter", &format!("\n{directive}Inter")));
    repository.commit("change what is suppressed");
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["old.rb:3:1".to_owned()]), "{}", ran.err);
    // Without the directive, what it covered is new to whoever reads the report.
    repository.write("old.rb", &login("OLD"));
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["old.rb:2:1".to_owned()]), "{}", ran.err);
}

#[test]
fn the_base_is_where_the_branches_parted() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("old.rb", "puts 'migrated'\n");
    repository.commit("migrate");
    repository.git(&["checkout", "--quiet", "change"]);
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (0, vec![]), "{}", ran.err);
}

#[test]
fn a_shallow_clone_is_compared_with_the_revision_itself() {
    let repository = Repository::new();
    repository.write("new.rb", &login("NEW"));
    repository.commit("add");
    let clones = tempfile::tempdir().unwrap();
    let origin = format!("file://{}", repository.path("").display());
    git(clones.path(), &["clone", "--quiet", "--depth=1", "--branch=change", "--no-single-branch", &origin, "clone"]);
    let output = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(["check", "--since", "origin/main", "--output-format", "concise"])
        .current_dir(clones.path().join("clone"))
        .env_clear()
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.starts_with("new.rb:2:1: error") && out.lines().count() == 1, "{out}{err}");
    assert!(err.contains("shallow"), "{err}");
}

#[test]
fn only_what_the_change_adds_is_fixed() {
    let repository = Repository::new();
    repository.write("Gemfile.lock", "GEM\n  specs:\n    intercom (4.1.0)\n");
    repository.write("new.rb", &login("NEW"));
    repository.commit("add");
    let ran = repository.since(&["--fix"]);
    assert_eq!((ran.code, ran.places), (0, vec![]), "{}", ran.err);
    let text = |name: &str| std::fs::read_to_string(repository.path(name)).unwrap();
    assert_eq!(text("old.rb"), login("OLD"));
    assert!(text("new.rb").contains("token:"), "{}", text("new.rb"));
}

#[test]
fn what_cannot_be_compared_is_2() {
    let repository = Repository::new();
    for revision in ["absent", "main~7", "0000000000000000000000000000000000000000", "-x", "main:old.rb", ""] {
        let ran = repository.since(&[&format!("--since={revision}")]);
        assert_eq!((ran.code, ran.places), (2, vec![]), "{revision}: {}", ran.err);
        assert!(ran.err.contains("= help:"), "{revision}: {}", ran.err);
    }
    let nowhere = tempfile::tempdir().unwrap();
    let ran = since(nowhere.path(), &[]);
    assert_eq!((ran.code, ran.places), (2, vec![]), "{}", ran.err);
    for option in ["--staged", "--ratchet", "--stdin-filename=a.rb"] {
        assert_eq!(repository.since(&[option]).code, 2, "{option}");
    }
}
