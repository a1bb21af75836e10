//! `dekey check --staged`: the index decides, and nothing of git runs. The repositories are built by `git`.

#[expect(dead_code, reason = "others use the rest")]
#[path = "support/repository.rs"]
mod repository;

use std::collections::BTreeSet;
use std::process::Command;

use repository::{Repository, Run, clean};
use snapbox::cmd::cargo_bin;

impl Repository {
    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path.join(name)).unwrap()
    }

    fn add(&self, name: &str) -> &Self {
        self.git(&["add", name]);
        self
    }

    /// `dekey check --staged`, started in a folder of the repository.
    fn staged_in(&self, folder: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let output = clean(Command::new(cargo_bin!("dekey")), &self.path.join(folder))
            .args(["check", "--staged"])
            .args(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Run::of(&output)
    }

    fn staged(&self, arguments: &[&str]) -> Run {
        self.staged_in("", arguments, &[])
    }
}

impl Run {
    /// The exit code and the files with findings.
    fn found(&self) -> (i32, Vec<&str>) {
        let files: BTreeSet<&str> = self.out.lines().filter_map(|line| line.split_once(':')).map(|(f, _)| f).collect();
        (self.code, files.into_iter().collect())
    }
}

const CONCISE: &[&str] = &["--output-format", "concise", "-q"];
const DEAD: &str = "require 'intercom'\nclient = Intercom::Client.new(app_id: 'abc', api_key: ENV['INTERCOM_KEY'])\n";

#[test]
fn the_index_decides_and_not_the_work_tree() {
    let repository = Repository::new();
    repository.file("a.txt", "x").commit();
    // Staged dead, cleaned in the work tree; and the other way round.
    repository.file("staged.rb", DEAD).file("loose.rb", "x = 1\n").git(&["add", "."]);
    repository.file("staged.rb", "x = 1\n").file("loose.rb", DEAD).file("untracked.rb", DEAD);
    assert_eq!(repository.staged(CONCISE).found(), (1, vec!["staged.rb"]));
    std::fs::remove_file(repository.path.join("staged.rb")).unwrap();
    assert_eq!(repository.staged(CONCISE).found(), (1, vec!["staged.rb"]));
    // What is committed is not staged any more, and a deletion adds nothing.
    repository.git(&["commit", "-qm", "x"]);
    assert_eq!(repository.staged(CONCISE).found(), (0, vec![]));
    repository.git(&["rm", "-q", "--cached", "staged.rb"]);
    assert_eq!(repository.staged(CONCISE).found(), (0, vec![]));
}

#[test]
fn before_the_first_commit_everything_staged_is_new() {
    let repository = Repository::new();
    assert_eq!(repository.staged(CONCISE).found(), (0, vec![]));
    repository.file("deep/er/a.rb", DEAD).file("b.rb", "x = 1\n").git(&["add", "."]);
    assert_eq!(repository.staged(CONCISE).found(), (1, vec!["deep/er/a.rb"]));
}

#[test]
fn renames_modes_and_kinds_are_changes() {
    let repository = Repository::new();
    repository.file("old.rb", DEAD).file("same.rb", DEAD).file("mode.rb", DEAD).commit();
    repository.git(&["mv", "old.rb", "new.rb"]);
    repository.git(&["update-index", "--chmod=+x", "mode.rb"]);
    std::os::unix::fs::symlink("same.rb", repository.path.join("link.rb")).unwrap();
    repository.add("link.rb").file("later.rb", DEAD).git(&["add", "-N", "later.rb"]);
    let run = repository.staged(&["--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["summary"]["skipped"], serde_json::json!({ "symlink": 1, "announced": 1 }));
    assert_eq!(repository.staged(CONCISE).found(), (1, vec!["mode.rb", "new.rb"]));
}

#[test]
fn submodules_are_counted_and_conflicts_are_no_clean_result() {
    let library = Repository::new();
    library.file("a.rb", DEAD).commit();
    let repository = Repository::new();
    repository.file("a.rb", "x = 1\n").commit();
    repository.git(&["submodule", "--quiet", "add", library.path.to_str().unwrap(), "vendored"]);
    let run = repository.staged(&["--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &report["summary"]["skipped"]), (0, &serde_json::json!({ "submodule": 1 })));
    repository.commit();

    repository.git(&["checkout", "-qb", "side"]);
    repository.file("a.rb", "x = 2\n").commit().git(&["checkout", "-q", "main"]);
    repository.file("a.rb", "x = 3\n").commit();
    let merge = clean(Command::new("git"), &repository.path)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "merge", "-q", "side"])
        .output()
        .unwrap();
    assert!(!merge.status.success());
    let run = repository.staged(&[]);
    assert_eq!(run.code, 2);
    assert!(format!("{}{}", run.out, run.error).contains("a.rb: unmerged"), "{}{}", run.out, run.error);
}

#[test]
fn paths_restrict_and_are_shown_from_where_one_is() {
    let repository = Repository::new();
    repository.file("a/x.rb", DEAD).file("a/y.rb", DEAD).file("ab/x.rb", DEAD).file("top.rb", DEAD).git(&["add", "."]);
    let found = |folder: &str, arguments: &[&str]| {
        let run = repository.staged_in(folder, &[CONCISE, arguments].concat(), &[]);
        let (code, files) = run.found();
        (code, files.join(" "))
    };
    assert_eq!(found("", &[]), (1, "a/x.rb a/y.rb ab/x.rb top.rb".into()));
    // A commit holds everything, wherever it is made.
    assert_eq!(found("a", &[]), (1, "../ab/x.rb ../top.rb x.rb y.rb".into()));
    assert_eq!(found("", &["a"]), (1, "a/x.rb a/y.rb".into()));
    assert_eq!(found("", &["a/x.rb", "top.rb"]), (1, "a/x.rb top.rb".into()));
    assert_eq!(found("a", &["../ab", "y.rb"]), (1, "../ab/x.rb y.rb".into()));
    assert_eq!(repository.staged(&["nowhere.rb"]).code, 2);
    let outside = repository.staged(&["/etc"]);
    assert!(outside.code == 2 && outside.error.contains("is not in the work tree"), "{}", outside.error);
    repository.file("dekey.toml", "exclude = [\"a/\"]\n");
    assert_eq!(found("", &[]), (1, "ab/x.rb top.rb".into()));
}

#[test]
fn what_is_around_is_linked_with_and_not_reported() {
    let repository = Repository::new();
    repository.file("app/Gemfile", "gem 'intercom', '~> 2.0'\n").file("app/lib/other.rb", DEAD);
    repository.file("app/.env", "INTERCOM_KEY=0123456789012345678901234567890123456789\n").commit();
    repository.file("app/lib/login.rb", DEAD).add("app/lib/login.rb");
    let run = repository.staged(&["--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["path"] == "app/lib/login.rb"), "{}", run.out);
    // The manifest of the index says which version it is, whatever the work tree says.
    repository.file("app/Gemfile", "gem 'intercom', '~> 4.0'\n");
    let again = repository.staged(&["--output-format", "json"]);
    assert_eq!(again.out, run.out);
    assert!(run.out.contains("app/Gemfile") && run.out.contains("app/.env"), "{}", run.out);
}

#[test]
fn nothing_is_called_unused_where_not_everything_was_looked_at() {
    let repository = Repository::new();
    repository.file("Gemfile", "gem 'intercom', '~> 4.0'\n").file("old.rb", DEAD).commit();
    let login = "require 'intercom'\nClient = Intercom::Client.new(token: ENV['INTERCOM_ACCESS_TOKEN'])\n";
    repository.file("new.rb", login).file(".env", "INTERCOM_APP_ID=abc\nINTERCOM_KEY=secret\n").git(&["add", "."]);
    let run = repository.staged(&[CONCISE, &["--min-confidence", "low"]].concat());
    assert!(!run.out.contains("leftover"), "{}", run.out);
}

#[test]
fn only_what_is_staged_as_it_lies_is_fixed() {
    let repository = Repository::new();
    repository.file("Gemfile", "gem 'intercom', '~> 3.9'\n").file("Gemfile.lock", LOCK).commit();
    // Logins that share a variable are fixed together or not at all.
    repository.file("whole.rb", &DEAD.replace("KEY", "API_KEY")).file("part.rb", DEAD).git(&["add", "."]);
    let partly = format!("{DEAD}later = 1\n");
    repository.file("part.rb", &partly);
    let run = repository.staged(&["--fix", "--unsafe-fixes", "--output-format", "concise"]);
    assert_eq!(repository.read("part.rb"), partly);
    assert!(!repository.read("whole.rb").contains("INTERCOM_API_KEY"), "{}{}", run.out, run.error);
    assert!(run.error.contains("part.rb: the work tree has it otherwise"), "{}", run.error);
    assert!(run.error.contains("`git add`"), "{}", run.error);
    assert_eq!(run.code, 2);
}

const LOCK: &str = "GEM\n  specs:\n    intercom (3.9.5)\n\nDEPENDENCIES\n  intercom (~> 3.9)\n";

#[test]
fn the_index_of_a_partial_commit_is_read() {
    let repository = Repository::new();
    repository.file("a.txt", "x").commit();
    repository.file("one.rb", DEAD).file("two.rb", "x = 1\n").git(&["add", "."]);
    std::fs::copy(repository.path.join(".git/index"), repository.path.join(".git/next-index-7.lock")).unwrap();
    repository.git(&["rm", "-q", "--cached", "one.rb"]);
    let found = |value: &str| repository.staged_in("", CONCISE, &[("GIT_INDEX_FILE", value)]);
    assert_eq!(repository.staged(CONCISE).found(), (0, vec![]));
    assert_eq!(found("").found(), (0, vec![]));
    assert_eq!(found(".git/next-index-7.lock").found(), (1, vec!["one.rb"]));
    assert_eq!(found(repository.path.join(".git/next-index-7.lock").to_str().unwrap()).found(), (1, vec!["one.rb"]));
    // Somebody else's index is not believed, and not left aside either.
    std::fs::copy(repository.path.join(".git/index"), repository.outer.join("index")).unwrap();
    for outside in ["../index", repository.outer.join("index").to_str().unwrap(), ".git/../a.txt"] {
        let run = found(outside);
        assert!(run.code == 2 && run.error.contains("GIT_INDEX_FILE"), "{outside}: {}", run.error);
    }
    // git itself sets it for a hook.
    let hook = repository.path.join(".git/hooks/pre-commit");
    let dekey = cargo_bin!("dekey");
    std::fs::write(&hook, format!("#!/bin/sh\nexec {} check --staged -q --output-format concise\n", dekey.display()))
        .unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for (arguments, file) in
        [(["commit", "-qm", "x", "--", "two.rb"], "two.rb"), (["commit", "-a", "-q", "-m", "x"], "two.rb")]
    {
        repository.file(file, DEAD);
        let output = clean(Command::new("git"), &repository.path)
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(arguments)
            .output()
            .unwrap();
        let run = Run::of(&output);
        assert!(run.code == 1 && run.error.contains(&format!("{file}:2")), "{}{}", run.out, run.error);
    }
}

#[test]
fn linked_work_trees_have_an_index_of_their_own() {
    let repository = Repository::new();
    repository.file("a.txt", "x").commit().git(&["worktree", "add", "-q", "../linked"]);
    repository.file("../linked/new.rb", DEAD);
    repository.git(&["-C", "../linked", "add", "."]);
    assert_eq!(repository.staged(CONCISE).found(), (0, vec![]));
    assert_eq!(repository.staged_in("../linked", CONCISE, &[]).found(), (1, vec!["new.rb"]));
    let git_dir = repository.path.join(".git/worktrees/linked");
    let run = repository.staged_in("../linked", CONCISE, &[("GIT_DIR", git_dir.to_str().unwrap())]);
    assert_eq!(run.found(), (1, vec!["new.rb"]));
    let run =
        repository.staged_in("../linked", CONCISE, &[("GIT_DIR", repository.path.join(".git").to_str().unwrap())]);
    assert!(run.code == 2 && run.error.contains("GIT_DIR"), "{}", run.error);
}

#[test]
fn what_cannot_be_read_is_never_clean() {
    type Damage = fn(&Repository);
    let damages: [(&str, Damage); 7] = [
        ("index", |repository| _ = repository.file(".git/index", "no index")),
        ("index", |repository| {
            let index = repository.path.join(".git/index");
            let bytes = std::fs::read(&index).unwrap();
            std::fs::write(index, &bytes[..bytes.len() - 30]).unwrap();
        }),
        ("object", |repository| {
            let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
            std::fs::remove_file(repository.path.join(format!(".git/objects/{}/{}", &tree[..2], &tree[2..]))).unwrap();
        }),
        ("object", |repository| {
            let blob = repository.git(&["rev-parse", ":b.rb"]);
            std::fs::remove_file(repository.path.join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
        }),
        ("HEAD", |repository| _ = repository.file(".git/HEAD", "ref: ../../elsewhere\n")),
        ("reftable", |repository| std::fs::create_dir(repository.path.join(".git/reftable")).unwrap()),
        ("borrows", |repository| _ = repository.file(".git/objects/info/alternates", "/nowhere/at/all\n")),
    ];
    for (number, (word, damage)) in damages.into_iter().enumerate() {
        let repository = Repository::new();
        repository.file("a.rb", "x = 1\n").commit().file("b.rb", "x = 2\n").add("b.rb");
        assert_eq!(repository.staged(CONCISE).code, 0);
        damage(&repository);
        let run = repository.staged(&[]);
        let said = format!("{}{}", run.out, run.error);
        assert!(run.code == 2 && said.contains(word), "damage {number}: {said}");
    }
}

#[test]
fn what_is_no_repository_is_said_to_be_none() {
    let folder = Repository::without_git();
    let run = folder.file("a.rb", DEAD).staged(&[]);
    assert!(run.code == 2 && run.error.contains("no git repository"), "{}", run.error);
    // A bare one has no work tree; one that is buried in ordinary files is not asked.
    folder.git(&["init", "-q", "--bare", "."]);
    assert_eq!(folder.staged(&[]).code, 2);
    let repository = Repository::new();
    repository.git(&["init", "-q", "--bare", "buried"]);
    repository.file("buried/a.rb", DEAD).file("b.rb", DEAD).git(&["add", "b.rb"]);
    assert_eq!(repository.staged_in("buried", CONCISE, &[]).found(), (1, vec!["../b.rb"]));
}

#[test]
fn borrowed_and_shallow_repositories_are_read() {
    let origin = Repository::new();
    origin.file("a.rb", "x = 1\n").file("b/c.rb", DEAD).commit().file("a.rb", "x = 2\n").commit();
    let url = format!("file://{}", origin.path.display());
    for options in [&["--shared"][..], &["--depth=1"], &["--reference", origin.path.to_str().unwrap()]] {
        let clone = Repository::without_git();
        let from = if options[0] == "--shared" { origin.path.to_str().unwrap() } else { &url };
        clone.git(&[&["clone", "-q"], options, &[from, "."]].concat());
        clone.file("b/new.rb", DEAD).git(&["add", "."]);
        assert_eq!(clone.staged(CONCISE).found(), (1, vec!["b/new.rb"]), "{options:?}");
    }
}

#[test]
fn no_program_of_the_repository_runs() {
    let repository = Repository::new();
    repository.file("a.rb", "x = 1\n").commit();
    let canary = repository.outer.join("canary");
    let program = repository.outer.join("program");
    std::fs::write(&program, format!("#!/bin/sh\ntouch {}\n", canary.display())).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    repository.file("b.rb", DEAD).add("b.rb");
    let program = program.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "filter.f.clean",
        "filter.f.smudge",
        "filter.f.process",
        "diff.f.textconv",
        "diff.external",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "core.alternateRefsCommand",
    ] {
        repository.git(&["config", key, program]);
    }
    repository.git(&["config", "core.hooksPath", repository.outer.to_str().unwrap()]);
    repository.file(".gitattributes", "* filter=f diff=f\n");
    assert_eq!(repository.staged(CONCISE).found(), (1, vec!["b.rb"]));
    repository.staged(&["--fix", "--unsafe-fixes"]);
    assert!(!canary.exists());
}

#[test]
fn random_changes_are_those_that_git_names() {
    let mut state = 11u64;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let rounds = std::env::var("DEKEY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12);
    for round in 0..rounds {
        let repository = Repository::new();
        let names = ["a", "a.b", "a-", "b/c", "b/d/e", "b/d/f", "b.x/y", "c/a/b/c/d", "z", "é/ü"];
        let write =
            |name: &str, number: u64| _ = repository.file(&format!("{name}.rb"), &format!("{DEAD}x = {number}\n"));
        names.iter().for_each(|name| {
            if below(4) > 0 {
                write(name, below(3))
            }
        });
        if below(5) > 0 {
            repository.commit();
        }
        match below(4) {
            0 => _ = repository.git(&["gc", "-q"]),
            1 => _ = repository.git(&["update-index", "--index-version", "4"]),
            2 => _ = repository.git(&["update-index", "--split-index"]),
            _ => {}
        }
        for name in names {
            let file = format!("{name}.rb");
            let there = repository.path.join(&file).exists();
            match below(5) {
                0 => write(name, below(3)),
                1 if there => std::fs::remove_file(repository.path.join(&file)).unwrap(),
                _ => {}
            }
            if below(3) > 0 && (there || repository.path.join(&file).exists()) {
                repository.git(&["add", "-A", "."]);
            }
        }
        names.iter().for_each(|name| {
            if below(4) == 0 {
                write(name, 9)
            }
        });
        let theirs = repository.git(&[
            "-c",
            "core.quotePath=false",
            "diff",
            "--cached",
            "--name-only",
            "--no-renames",
            "--diff-filter=d",
        ]);
        let run = repository.staged(CONCISE);
        let mut theirs: Vec<&str> = theirs.lines().collect();
        theirs.sort_unstable();
        assert_eq!(run.found(), (i32::from(!theirs.is_empty()), theirs), "round {round}: {}", run.error);
    }
}
