//! `dekey check --since`: what a change adds, judged by the rules of what it changes.

#[expect(dead_code, reason = "others use the rest")]
#[path = "support/repository.rs"]
mod repository;

use std::path::Path;

use repository::{Repository, Run};

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

/// A repository with one login on `main`, and a branch `change` checked out.
fn changed() -> Repository {
    let repository = Repository::new();
    repository.file("old.rb", &login("OLD")).file("lib/clean.rb", "puts 1\n").commit();
    repository.git(&["checkout", "--quiet", "-b", "change"]);
    repository
}

impl Repository {
    fn since(&self, args: &[&str]) -> Ran {
        since(&self.path, args)
    }
}

fn since(dir: &Path, args: &[&str]) -> Ran {
    let all = [&["check", "--since", "main", "--output-format", "concise"], args].concat();
    let run = repository::dekey(dir, &all);
    let places = run.out.lines().filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect();
    Ran { code: run.code, places, out: run.out, err: run.error }
}

#[test]
fn only_what_the_change_adds_is_reported() {
    let repository = changed();
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (0, vec![]), "{}", ran.err);
    repository.file("lib/new.rb", &login("NEW"));
    repository.commit();
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["lib/new.rb:2:1".to_owned()]), "{}", ran.err);
    assert!(ran.err.contains("1 there before the change"), "{}", ran.err);
    // What is not committed yet is a part of the change.
    repository.file("lib/clean.rb", &login("MORE"));
    assert_eq!(repository.since(&[]).places, ["lib/clean.rb:2:1", "lib/new.rb:2:1"]);
    // Paths are those of the working directory, and narrow what is reported.
    let inside = since(&repository.path.join("lib"), &["new.rb"]);
    assert_eq!(inside.places, ["new.rb:2:1"], "{}", inside.err);
    let other = since(&repository.path.join("lib"), &["../old.rb"]);
    assert_eq!((other.code, other.places), (0, vec![]), "{}", other.err);
}

#[test]
fn what_is_moved_or_indented_is_not_added_and_what_is_copied_is() {
    let repository = changed();
    repository.git(&["mv", "old.rb", "lib/renamed.rb"]);
    repository.commit();
    assert_eq!(repository.since(&[]).places, [""; 0]);
    let text = format!("\n\nif true\n    {}end\n", login("OLD").replace('\n', "\n    "));
    repository.file("lib/renamed.rb", &text);
    assert_eq!(repository.since(&[]).places, [""; 0]);
    repository.file("lib/zcopy.rb", &login("OLD"));
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
        let repository = changed();
        repository.file("new.rb", &login("NEW"));
        repository.file(name, text);
        repository.commit();
        let ran = repository.since(&[]);
        assert_eq!((ran.code, ran.places), (1, vec!["new.rb:2:1".to_owned()]), "{name}: {text}{}", ran.err);
    }
    // The same configuration, of the base, holds.
    for (name, text) in &configurations[..3] {
        let repository = changed();
        repository.git(&["checkout", "--quiet", "main"]);
        repository.file(name, text);
        repository.commit();
        repository.git(&["checkout", "--quiet", "-B", "change"]);
        std::fs::remove_file(repository.path.join(name)).unwrap();
        repository.file("new.rb", &login("NEW"));
        repository.commit();
        let ran = repository.since(&[]);
        assert_eq!((ran.code, ran.places), (0, vec![]), "{name}: {text}{}", ran.err);
    }
}

#[test]
fn a_baseline_of_the_change_does_not_count() {
    let repository = changed();
    repository.file("new.rb", &login("NEW"));
    assert_eq!(repository.dekey(&["baseline"]).code, 0);
    repository.commit();
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["new.rb:2:1".to_owned()]), "{}", ran.err);
}

#[test]
fn a_suppression_of_the_change_is_listed_and_does_not_count() {
    let repository = changed();
    let directive = "# dekey: ignore[deprecated-api-key-auth] we know\n";
    repository.file("new.rb", &login("NEW").replace("\nInter", &format!("\n{directive}Inter")));
    repository.commit();
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
    let repository = changed();
    repository.git(&["checkout", "--quiet", "main"]);
    let directive = "# dekey: ignore[deprecated-api-key-auth] we know\n";
    repository.file("old.rb", &login("OLD").replace("\nInter", &format!("\n{directive}Inter")));
    repository.commit();
    repository.git(&["checkout", "--quiet", "-B", "change"]);
    repository.file("old.rb", &login("NEW").replace("\nInter", &format!("\n{directive}Inter")));
    repository.commit();
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["old.rb:3:1".to_owned()]), "{}", ran.err);
    // Without the directive, what it covered is new to whoever reads the report.
    repository.file("old.rb", &login("OLD"));
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (1, vec!["old.rb:2:1".to_owned()]), "{}", ran.err);
}

#[test]
fn the_base_is_where_the_branches_parted() {
    let repository = changed();
    repository.git(&["checkout", "--quiet", "main"]);
    repository.file("old.rb", "puts 'migrated'\n");
    repository.commit();
    repository.git(&["checkout", "--quiet", "change"]);
    let ran = repository.since(&[]);
    assert_eq!((ran.code, ran.places), (0, vec![]), "{}", ran.err);
}

#[test]
fn a_shallow_clone_is_compared_with_the_revision_itself() {
    let repository = changed();
    repository.file("new.rb", &login("NEW"));
    repository.commit();
    let origin = format!("file://{}", repository.path.display());
    repository.git(&["clone", "--quiet", "--depth=1", "--branch=change", "--no-single-branch", &origin, "../clone"]);
    let arguments = ["check", "--since", "origin/main", "--output-format", "concise"];
    let Run { out, error: err, .. } = repository::dekey(&repository.outer.join("clone"), &arguments);
    assert!(out.starts_with("new.rb:2:1: error") && out.lines().count() == 1, "{out}{err}");
    assert!(err.contains("shallow"), "{err}");
}

#[test]
fn only_what_the_change_adds_is_fixed() {
    let repository = changed();
    repository.file("Gemfile.lock", "GEM\n  specs:\n    intercom (4.1.0)\n");
    repository.file("new.rb", &login("NEW"));
    repository.commit();
    let ran = repository.since(&["--fix"]);
    assert_eq!((ran.code, ran.places), (0, vec![]), "{}", ran.err);
    let text = |name: &str| std::fs::read_to_string(repository.path.join(name)).unwrap();
    assert_eq!(text("old.rb"), login("OLD"));
    assert!(text("new.rb").contains("token:"), "{}", text("new.rb"));
}

#[test]
fn what_cannot_be_compared_is_2() {
    let repository = changed();
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
