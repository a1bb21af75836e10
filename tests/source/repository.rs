//! What git tracks and ignores. The repositories are built by `git`, which must be installed to run these tests.

use std::process::Command;

use dekey::source::{Reason, Walk};

use super::{Scan, Tree};

impl Tree {
    /// Runs git in the tree, without the configuration of whoever runs the tests.
    fn git(&self, arguments: &[&str]) -> &Self {
        let output = Command::new("git")
            .current_dir(&self.path)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", &self.path)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .output()
            .expect("`git` must be installed to build the repositories of these tests");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        self
    }

    fn repository() -> Self {
        let tree = Self::new();
        tree.git(&["init", "-q"]);
        tree
    }
}

fn ignored(count: u64) -> std::collections::BTreeMap<Reason, u64> {
    if count == 0 { [].into() } else { [(Reason::Ignored, count)].into() }
}

#[test]
fn untracked_and_ignored_is_not_examined_but_counted() {
    let tree = Tree::repository();
    tree.file(".gitignore", "*.log\n/build/\n.env\n").file("a.log", "needle").file("build/deep/x", "needle");
    tree.file("src/build/x", "needle").file(".env", "needle").file("src/main.rb", "needle");
    let scan = tree.scan();
    assert_eq!(scan.paths(), ["src/build/x", "src/main.rb"]);
    assert_eq!(scan.counts(), ignored(3));
    assert!(scan.complete());
    let everything = Scan::of(&Walk { no_ignore: true, ..tree.walk() });
    assert_eq!(everything.paths(), [".env", "a.log", "build/deep/x", "src/build/x", "src/main.rb"]);
}

#[test]
fn the_deepest_file_and_the_last_line_decide() {
    let tree = Tree::repository();
    tree.file(".gitignore", "*.txt\n!keep.txt\nclosed/\n").file("sub/.gitignore", "!yes.txt\nkeep.txt\n");
    tree.file("no.txt", "needle").file("keep.txt", "needle").file("sub/yes.txt", "needle").file("sub/no.txt", "needle");
    tree.file("sub/keep.txt", "needle").file("sub/deeper/yes.txt", "needle");
    // What is beneath an ignored directory cannot be taken back.
    tree.file("closed/.gitignore", "!*\n").file("closed/yes.txt", "needle");
    tree.file("sub/closed", "needle");
    let scan = tree.scan();
    assert_eq!(scan.paths(), ["keep.txt", "sub/closed", "sub/deeper/yes.txt", "sub/yes.txt"]);
    assert_eq!(scan.counts(), ignored(4));
}

#[test]
fn exclude_counts_and_other_tools_files_do_not() {
    let tree = Tree::repository();
    tree.file(".git/info/exclude", "private\n").file("private", "needle").file("public", "needle");
    tree.file(".ignore", "*\n").file(".rgignore", "*\n");
    assert_eq!(tree.scan().paths(), ["public"]);
    assert_eq!(tree.scan().counts(), ignored(1));
}

#[test]
fn outside_of_a_repository_nothing_is_ignored() {
    let tree = Tree::new();
    tree.file(".gitignore", "*\n").file("a", "needle");
    assert_eq!(tree.scan().paths(), ["a"]);
    // A directory that only looks like a repository hides nothing either.
    tree.file(".git/description", "");
    assert_eq!(tree.scan().paths(), ["a"]);
}

#[test]
fn rules_of_the_directories_above_a_root_apply() {
    let tree = Tree::repository();
    tree.file(".gitignore", "*.log\n").file("a/.gitignore", "!keep.log\n").file("a/b/x.log", "needle");
    tree.file("a/b/keep.log", "needle").file("a/b/x.rb", "needle");
    assert_eq!(tree.scan_named(&["a/b"]).paths(), ["a/b/keep.log", "a/b/x.rb"]);
}

#[test]
fn rules_above_many_roots_are_read_once() {
    let tree = Tree::repository();
    let patterns: String = (0..5000).map(|number| format!("file{number}.log\n")).collect();
    tree.file(".gitignore", patterns);
    let roots: Vec<String> = (0..40).map(|number| format!("d{number}")).collect();
    for root in &roots {
        tree.file(&format!("{root}/file7.log"), "needle").file(&format!("{root}/x.rb"), "needle");
    }
    let scan = tree.scan_named(&roots.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((scan.sources.len(), scan.counts()), (40, ignored(40)));
}

#[test]
fn what_is_named_is_examined_though_it_is_ignored() {
    let tree = Tree::repository();
    tree.file(".gitignore", "build/\n*.log\n").file("build/x.rb", "needle").file("build/y.log", "needle");
    tree.file("a.log", "needle");
    let scan = tree.scan_named(&["build", "a.log"]);
    assert_eq!(scan.paths(), ["a.log", "build/x.rb"]);
    assert_eq!(scan.sources.iter().map(|source| source.explicit).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn what_is_tracked_is_examined_though_it_is_ignored() {
    for version in ["2", "4"] {
        let tree = Tree::repository();
        tree.file("secret.env", "needle").file("dist/a/b/tracked.js", "needle").file("dist/a/other.js", "needle");
        tree.file("dist/c/x.js", "needle").file("dist2/x.js", "needle").file("src/a.js", "needle");
        tree.git(&["add", "."]);
        tree.git(&["rm", "-q", "--cached", "dist/a/other.js", "dist/c/x.js", "dist2/x.js", "src/a.js"]);
        tree.git(&["update-index", "--index-version", version]);
        tree.file(".gitignore", "*.env\ndist*\n");
        let scan = tree.scan();
        assert_eq!(scan.paths(), ["dist/a/b/tracked.js", "secret.env", "src/a.js"], "index version {version}");
        // dist/a/other.js, dist/c, dist2
        assert_eq!(scan.counts(), ignored(3));
        assert!(scan.complete());
    }
}

#[test]
fn an_index_in_two_parts_is_read() {
    let tree = Tree::repository();
    tree.file("a.env", "needle").file("b.env", "needle").file("c.env", "needle").git(&["add", "a.env"]);
    tree.git(&["update-index", "--split-index"]).git(&["add", "b.env"]).file(".gitignore", "*.env\n");
    assert_eq!(tree.scan().paths(), ["a.env", "b.env"]);
}

#[test]
fn sha256_repositories_are_read() {
    let tree = Tree::new();
    tree.git(&["init", "-q", "--object-format=sha256"]).file("a.env", "needle").git(&["add", "."]);
    tree.file("b.env", "needle").file(".gitignore", "*.env\n");
    assert_eq!(tree.scan().paths(), ["a.env"]);
}

#[test]
fn linked_work_trees_and_submodules_have_their_own_index() {
    let tree = Tree::repository();
    tree.file(".gitignore", "*.env\n").file("main.env", "needle").git(&["add", "-f", "."]);
    tree.git(&["commit", "-qm", "x"]).git(&["worktree", "add", "-q", "linked"]);
    tree.file("linked/loose.env", "needle").file(".git/info/exclude", "*.key\n").file("linked/a.key", "needle");
    assert_eq!(tree.scan_named(&["linked"]).paths(), ["linked/main.env"]);

    let outer = Tree::repository();
    outer.git(&["submodule", "--quiet", "add", tree.path.to_str().unwrap(), "vendored"]);
    outer.file(".gitignore", "vendored\nmain.env\n").file("vendored/loose.env", "needle").file("main.env", "needle");
    assert_eq!(outer.scan().paths(), ["vendored/main.env"]);
}

#[test]
fn nested_repositories_have_their_own_rules() {
    let tree = Tree::repository();
    tree.file(".gitignore", "*.log\n").file("nested/a.log", "needle").git(&["init", "-q", "nested"]);
    tree.file("nested/.gitignore", "*.tmp\n").file("nested/a.tmp", "needle");
    assert_eq!(tree.scan().paths(), ["nested/a.log"]);
}

#[test]
fn an_index_that_cannot_be_read_hides_nothing() {
    type Damage = fn(&Tree);
    let damages: [Damage; 5] = [
        |tree| {
            tree.file(".git/index", "no index");
        },
        |tree| {
            let mut bytes = std::fs::read(tree.path.join(".git/index")).unwrap();
            bytes[13] ^= 0xff;
            tree.file(".git/index", bytes);
        },
        |tree| {
            let bytes = std::fs::read(tree.path.join(".git/index")).unwrap();
            tree.file(".git/index", &bytes[..bytes.len() / 2]);
        },
        |tree| {
            std::fs::remove_file(tree.path.join(".git/index")).unwrap();
            tree.pipe(".git/index");
        },
        |tree| {
            std::fs::remove_file(tree.path.join(".git/index")).unwrap();
            tree.link(".git/index", "/dev/zero");
        },
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let tree = Tree::repository();
        tree.file("a.env", "needle").file("build/b", "needle").git(&["add", "a.env"]);
        tree.file(".gitignore", "*.env\nbuild\n");
        damage(&tree);
        let scan = tree.scan();
        assert_eq!(scan.paths(), ["a.env", "build/b"], "damage {number}");
        assert_eq!(scan.skipped(), [(".git/index".into(), Reason::IndexRefused)], "damage {number}");
    }
}

#[test]
fn hostile_ignore_files_neither_hang_nor_hide() {
    type Hostile = fn(&Tree, &str);
    let kinds: [Hostile; 6] = [
        |tree, name| {
            tree.pipe(name);
        },
        |tree, name| {
            tree.link(name, "/dev/zero");
        },
        |tree, name| {
            tree.link(name, "../somewhere");
        },
        |tree, name| {
            tree.file(name, "*\n".repeat(600_000));
        },
        |tree, name| {
            tree.file(name, "a\n".repeat(20_001) + "*");
        },
        |tree, name| std::fs::create_dir(tree.path.join(name)).unwrap(),
    ];
    for (number, make) in kinds.into_iter().enumerate() {
        for name in [".gitignore", "sub/.gitignore", ".git/info/exclude"] {
            let tree = Tree::repository();
            tree.file("sub/a", "needle");
            let _ = std::fs::remove_file(tree.path.join(name));
            make(&tree, name);
            let scan = tree.scan();
            assert_eq!(scan.paths(), ["sub/a"], "kind {number} of {name}");
            let refused: Vec<_> =
                scan.skipped().into_iter().filter(|(_, reason)| *reason == Reason::IgnoreFileRefused).collect();
            assert_eq!(refused, [(name.into(), Reason::IgnoreFileRefused)], "kind {number}");
            assert!(!scan.complete());
        }
    }
}

#[test]
fn programs_named_by_the_repository_never_run() {
    let tree = Tree::repository();
    let canary = tree.path.join("canary");
    let hook = format!("touch {}", canary.display());
    for key in ["core.fsmonitor", "filter.f.clean", "filter.f.smudge", "diff.f.textconv", "core.pager"] {
        tree.git(&["config", key, &hook]);
    }
    tree.file(".gitattributes", "* filter=f diff=f\n").file(".gitignore", "*.env\n").file("a.env", "needle");
    tree.scan();
    assert!(!canary.exists());
}
