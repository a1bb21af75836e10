//! Which versions of files are looked at: all that a repository keeps, those that the index holds, and no fewer.

use std::path::Path;

use super::repository::Repository;
use super::{all_fail, findings, hold, planted};
use crate::subject::Subject;
use crate::tree::LOGIN;
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[
    Row {
        number: 25,
        title: "what a history keeps is found, wherever a log does not show it",
        green: || remembered(&Subject::dekey()),
        red: || all_fail(remembered, &[LOG, "\"$DEKEY\" \"$@\" --refs main", "\"$DEKEY\" check --output-format json"]),
    },
    Row {
        number: 26,
        title: "a history that cannot be read whole is never clean",
        green: || broken(&Subject::dekey()),
        red: || {
            let silent = "timeout 5 git log -p 2>/dev/null | grep -q dG9r && exit 1; echo no leaks found; exit 0";
            all_fail(
                broken,
                &[silent, "\"$DEKEY\" check", "\"$DEKEY\" \"$@\"; code=$?; test $code = 2 && exit 0; exit $code"],
            )
        },
    },
    Row {
        number: 27,
        title: "the index decides what is staged, and not the work tree",
        green: || staged(&Subject::dekey()),
        red: || {
            all_fail(
                staged,
                &["\"$DEKEY\" check --output-format json", "git stash -q; \"$DEKEY\" check --output-format json"],
            )
        },
    },
];

/// What tools do that read the log.
const LOG: &str = r#"
paths=$(git log -p --all --format= | awk '/^\+\+\+ b\//{path=substr($0,7)} /^\+.*dG9r/{print path}' | sort -u)
printf '{"findings":['; comma=
for path in $paths; do printf '%s{"path":"%s"}' "$comma" "$path"; comma=,; done
printf ']}'; exit 1"#;

fn token(number: u32) -> String {
    planted(&format!("INTERCOM_ACCESS_TOKEN={{{{token:{number}}}}}\n"))
}

/// A token in each place where a version may hide, each in a file of its own name.
fn remembered(subject: &Subject) -> Verdict {
    let repository = Repository::new();
    let git = |words: &[&str]| repository.git(words);
    let keep = |name: &str, number| _ = repository.file(name, &token(number)).commit();
    let drop = |name: &str| _ = repository.remove(name).commit();
    repository.file(".gitattributes", "*.bin -diff\n*.lfs filter=lfs diff=lfs binary\n").commit();
    for (number, name) in [(1, "attribute.bin"), (2, "deleted.env")] {
        keep(name, number);
        drop(name);
    }

    // Only the merge itself has it.
    git(&["checkout", "-q", "-b", "side"]);
    repository.file("side.txt", "1\n").commit();
    git(&["checkout", "-q", "main"]);
    repository.file("main.txt", "1\n").commit();
    git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    keep("merge.env", 3);
    git(&["branch", "-q", "-D", "side"]);
    drop("merge.env");

    for (number, name, keeper) in
        [(4, "tag.env", &["tag", "-am", "x", "v1"][..]), (5, "ref.env", &["update-ref", "refs/pull/1/head", "HEAD"])]
    {
        git(&["checkout", "-q", "--detach"]);
        keep(name, number);
        git(keeper);
        git(&["checkout", "-q", "main"]);
    }
    // A tag of a file, without a commit.
    repository.file("blob.env", &token(6));
    let blob = git(&["hash-object", "-w", "blob.env"]);
    git(&["tag", "blob", &blob]);
    repository.remove("blob.env");

    repository.file("main.txt", &token(7));
    git(&["stash", "-q"]);
    repository.file("untracked.env", &token(8));
    git(&["stash", "-q", "-u"]);
    git(&["notes", "add", "-m", &token(9)]);
    repository.file("staged.env", &token(10)).git(&["add", "staged.env"]);
    git(&["rm", "-q", "--cached", "staged.env"]);
    repository.remove("staged.env");

    let ran = subject.run(
        &repository.path,
        &["check", "--history", "--no-cache", "--output-format", "json", "--min-confidence", "low"],
    );
    ran.ended()?;
    let found = findings(&ran.report()?);
    for name in ["attribute.bin", "deleted.env", "merge.env", "tag.env", "ref.env", "main.txt", "untracked.env"] {
        hold(found.iter().any(|found| found.starts_with(name)), || format!("{name} is not found: {found:#?}"))?;
    }
    // The note, the tag of a file, and what was staged only once have no name of their own.
    hold(found.len() == 10 && ran.code == Some(1), || format!("{:?}: {} of 10: {found:#?}", ran.code, found.len()))
}

type Damage = fn(&Repository);

/// A file of the repository's own.
fn write(repository: &Repository, name: &str, text: impl AsRef<[u8]>) {
    let path = repository.path.join(".git").join(name);
    _ = std::fs::remove_file(&path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// Where an object lies.
fn object(repository: &Repository, revision: &str) -> String {
    let id = repository.git(&["rev-parse", revision]);
    format!("objects/{}/{}", &id[..2], &id[2..])
}

/// Replaces the end of the pack, or of what goes with it.
fn damage_pack(repository: &Repository, extension: &str) {
    repository.git(&["repack", "-qad"]);
    let folder = repository.path.join(".git/objects/pack");
    let named = |path: &Path| path.extension().is_some_and(|found| found == extension);
    let paths = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let path = paths.into_iter().find(|path| named(path)).expect("there is one");
    let text = std::fs::read(&path).expect("a file");
    _ = std::fs::remove_file(&path);
    std::fs::write(&path, &text[..text.len() / 2]).expect("a file");
}

const DAMAGES: &[(&str, Damage)] = &[
    ("a version is gone", |repository| {
        std::fs::remove_file(repository.path.join(".git").join(object(repository, "HEAD~1:.env"))).expect("an object");
    }),
    ("a version is damaged", |repository| write(repository, &object(repository, "HEAD~1:.env"), "no object")),
    ("a version is empty", |repository| write(repository, &object(repository, "HEAD~1:.env"), "")),
    ("a commit is gone", |repository| {
        std::fs::remove_file(repository.path.join(".git").join(object(repository, "HEAD~1"))).expect("an object");
    }),
    ("a folder is gone", |repository| {
        std::fs::remove_file(repository.path.join(".git").join(object(repository, "HEAD~1^{tree}")))
            .expect("an object");
    }),
    ("the pack is cut", |repository| damage_pack(repository, "pack")),
    ("the index of the pack is cut", |repository| damage_pack(repository, "idx")),
    ("HEAD is none", |repository| write(repository, "HEAD", "\u{0}\u{1}nothing")),
    ("HEAD leads out", |repository| write(repository, "HEAD", "ref: ../../elsewhere\n")),
    ("HEAD is gone", |repository| std::fs::remove_file(repository.path.join(".git/HEAD")).expect("HEAD")),
    ("a reference is none", |repository| write(repository, "refs/heads/main", "zzzz\n")),
    ("the list of references is none", |repository| {
        write(repository, "packed-refs", "\u{0}garbage\nzzzz refs/heads/x\n")
    }),
    ("references are stored in another way", |repository| {
        std::fs::create_dir(repository.path.join(".git/reftable")).expect("a folder");
    }),
    ("objects are borrowed from nowhere", |repository| {
        write(repository, "objects/info/alternates", "/nowhere/at/all\n")
    }),
    ("the objects are gone", |repository| {
        std::fs::remove_dir_all(repository.path.join(".git/objects")).expect("a folder")
    }),
    ("the repository is elsewhere", |repository| {
        std::fs::remove_dir_all(repository.path.join(".git")).expect("a folder");
        std::fs::write(repository.path.join(".git"), "gitdir: /nowhere/at/all\n").expect("a file");
    }),
    ("there is no repository", |repository| std::fs::remove_dir_all(repository.path.join(".git")).expect("a folder")),
    ("HEAD is a pipe", |repository| {
        let head = repository.path.join(".git/HEAD");
        std::fs::remove_file(&head).expect("HEAD");
        rustix::fs::mkfifoat(rustix::fs::CWD, head, 0o600.into()).expect("a pipe");
    }),
    ("a reference is a pipe", |repository| {
        let head = repository.path.join(".git/refs/heads/other");
        rustix::fs::mkfifoat(rustix::fs::CWD, head, 0o600.into()).expect("a pipe");
    }),
];

/// A history with a token that is in no file any more.
fn past() -> Repository {
    let repository = Repository::new();
    repository.file(".env", &token(1)).commit().file(".env", "X=1\n").commit();
    repository
}

fn broken(subject: &Subject) -> Verdict {
    let judged = |what: &str, path: &Path, says: &str| {
        let ran = subject.run(path, &["check", "--history", "--no-cache"]);
        ran.ended().map_err(|error| format!("{what}: {error}"))?;
        let said = format!("{}{}", String::from_utf8_lossy(&ran.out), String::from_utf8_lossy(&ran.err));
        hold(ran.code == Some(2) && said.contains(says) && said.len() > 40, || {
            format!("{what}: {:?}: {said}", ran.code)
        })
    };
    for (what, damage) in DAMAGES {
        let repository = past();
        damage(&repository);
        judged(what, &repository.path, "")?;
    }
    let repository = past();
    let origin = format!("file://{}", repository.path.display());
    repository.git(&["clone", "-q", "--depth=1", &origin, "../shallow"]);
    judged("it is shallow", &repository.outer.join("shallow"), "shallow")?;
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    repository.git(&["clone", "-q", "--filter=blob:none", &origin, "../partial"]);
    judged("it is partial", &repository.outer.join("partial"), "")
}

fn staged(subject: &Subject) -> Verdict {
    let repository = Repository::new();
    repository.file("loose.rb", "x = 1\n").file(".gitignore", "forced.rb\n").commit();
    repository.file("staged.rb", LOGIN).file("removed.rb", LOGIN).file("forced.rb", LOGIN).file("part.rb", LOGIN);
    repository.git(&["add", "-f", "."]);
    repository.file("staged.rb", "x = 1\n").remove("removed.rb").file("part.rb", &format!("\n\n{LOGIN}"));
    repository.file("loose.rb", LOGIN).file("untracked.rb", LOGIN);
    let ran = subject.run(&repository.path, &["check", "--staged", "--output-format", "json"]);
    ran.ended()?;
    let report = ran.report()?;
    let found = findings(&report);
    let expected = ["forced.rb open", "part.rb open", "removed.rb open", "staged.rb open"];
    hold(found == expected && ran.code == Some(1), || format!("{:?}: {found:?}", ran.code))?;
    let line = report["findings"][1]["start"]["line"].as_u64();
    hold(line == Some(1), || format!("part.rb is told as the work tree has it: {line:?}"))?;
    // What is taken out of the index is no longer checked, though it lies there.
    repository.git(&["rm", "-qf", "--cached", "staged.rb", "removed.rb", "forced.rb", "part.rb"]);
    let ran = subject.run(&repository.path, &["check", "--staged", "--output-format", "json"]);
    hold(ran.code == Some(0), || format!("{:?}", ran.code))
}
