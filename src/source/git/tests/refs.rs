//! Lists of references, compared with what git lists.

use std::collections::BTreeMap;

use super::Scratch;
use crate::source::git::Repository;
use crate::source::git::refs::{Listed, Refs, Selection};

fn listed(repository: &Repository, texts: &[&str]) -> Result<Listed, String> {
    let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
    Refs::open(repository)?.list(&Selection::new(&texts)?)
}

fn names(repository: &Repository, texts: &[&str]) -> Vec<String> {
    let listed = listed(repository, texts).unwrap_or_else(|why| panic!("{texts:?}: {why}"));
    assert_eq!(listed.broken, []);
    let mut names: Vec<String> = listed.tips.into_iter().map(|(name, _)| name).collect();
    names.sort();
    names
}

/// Branches, tags, notes, a remote and two stashes.
fn repository(format: &str) -> (Scratch, String) {
    let scratch = Scratch::new(format);
    scratch.file("a", "1").git(&["add", "."]);
    let first = scratch.commit(&[]);
    scratch.git(&["update-ref", "refs/heads/main", &first]);
    for branch in ["topic", "topics/one", "v1.x", "both"] {
        scratch.git(&["branch", branch]);
    }
    for tag in ["v1.0", "v1.1", "v2.0", "both"] {
        scratch.git(&["tag", "-am", "x", tag]);
    }
    scratch.git(&["notes", "add", "-m", "x"]);
    scratch.git(&["update-ref", "refs/remotes/origin/main", &first]);
    scratch.git(&["update-ref", "refs/remotes/origin/topic", &first]);
    scratch.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    scratch.git(&["update-ref", "refs/pull/1/head", &first]);
    for text in ["2", "3", "4"] {
        scratch.clock.set(scratch.clock.get() + 1);
        scratch.file("a", text).git(&["stash"]);
    }
    (scratch, first)
}

#[test]
fn all_references_are_those_that_git_lists() {
    for format in ["sha1", "sha256"] {
        let (scratch, first) = repository(format);
        let mut theirs = Vec::new();
        for packed in [false, true] {
            if packed {
                scratch.git(&["pack-refs", "--all"]);
                // One that is in both places, one that is only a file, and one that leads nowhere any more.
                scratch.git(&["update-ref", "refs/heads/topic", "main"]);
                scratch.git(&["update-ref", "refs/heads/new/deep/er", "main"]);
                scratch.git(&["symbolic-ref", "refs/remotes/gone/HEAD", "refs/remotes/gone/main"]);
            }
            let format = "--format=%(refname) %(objectname)";
            let all = scratch.git(&["for-each-ref", format]);
            theirs = all.lines().map(str::to_owned).collect();
            theirs.push(format!("HEAD {first}"));
            for number in 1..3 {
                let name = format!("refs/stash@{{{number}}}");
                theirs.push(format!("{name} {}", scratch.git(&["rev-parse", &name])));
            }
            let listed = listed(&Repository::at(&scratch.path).unwrap(), &[]).unwrap();
            let mut ours: Vec<String> = listed.tips.iter().map(|(name, id)| format!("{name} {id}")).collect();
            assert_eq!(listed.broken, []);
            assert!(ours[0].starts_with("HEAD ") && ours[1].starts_with("refs/heads/"));
            ours.sort();
            theirs.sort();
            assert_eq!(ours, theirs, "packed: {packed}");
        }

        // A work tree beside it, whose branch nothing else has.
        let beside = scratch.path.with_file_name("beside");
        scratch.git(&["worktree", "add", "-q", "--detach", beside.to_str().unwrap()]);
        let detached = scratch.commit(&[&first]);
        scratch.git_in(&beside, &["update-ref", "--no-deref", "HEAD", &detached]).unwrap();
        scratch.git_in(&beside, &["update-ref", "refs/bisect/bad", &first]).unwrap();
        let listed_at = |path| -> BTreeMap<_, _> {
            listed(&Repository::at(path).unwrap(), &[]).unwrap().tips.into_iter().collect()
        };
        let (main, linked) = (listed_at(&scratch.path), listed_at(&beside));
        assert_eq!(main["worktrees/beside/HEAD"].to_string(), detached);
        assert_eq!(main["worktrees/beside/refs/bisect/bad"].to_string(), first);
        assert_eq!((linked["HEAD"].to_string(), linked["main-worktree/HEAD"].to_string()), (detached, first));
        assert_eq!((main.len(), linked.len()), (theirs.len() + 2, theirs.len() + 2));
        assert!(linked.contains_key("refs/bisect/bad"));
    }
}

#[test]
fn references_are_selected_as_git_understands_them() {
    let (scratch, first) = repository("sha1");
    let repository = Repository::at(&scratch.path).unwrap();
    for (texts, expected) in [
        (&["HEAD"][..], &["HEAD"][..]),
        (&["@"], &["HEAD"]),
        (&["main"], &["refs/heads/main"]),
        (&["heads/main"], &["refs/heads/main"]),
        (&["refs/heads/main", "main", "HEAD"], &["HEAD", "refs/heads/main"]),
        (&["origin/main"], &["refs/remotes/origin/main"]),
        (&["origin"], &["refs/remotes/origin/HEAD"]),
        // A tag is meant rather than a branch.
        (&["both"], &["refs/tags/both"]),
        (&["v1.*"], &["refs/heads/v1.x", "refs/tags/v1.0", "refs/tags/v1.1"]),
        (&["refs/tags/v?.0"], &["refs/tags/v1.0", "refs/tags/v2.0"]),
        (&["tags/v[12].0"], &["refs/tags/v1.0", "refs/tags/v2.0"]),
        (&["topic*"], &["refs/heads/topic", "refs/heads/topics/one"]),
        (&["topics"], &["refs/heads/topics/one"]),
        (&["refs/heads/to*"], &["refs/heads/topic", "refs/heads/topics/one"]),
        (&["notes"], &["refs/notes/commits"]),
        (&["refs/pull/"], &["refs/pull/1/head"]),
        (&["refs/pull/*/head"], &["refs/pull/1/head"]),
        (&["stash"], &["refs/stash", "refs/stash@{1}", "refs/stash@{2}"]),
    ] {
        assert_eq!(names(&repository, texts), expected, "{texts:?}");
        for text in texts.iter().filter(|text| !text.contains(['*', '?', '[']) && !text.ends_with('/')) {
            // What git takes for a name of one reference is one here.
            if let Ok(full) = scratch.git_in(&scratch.path, &["rev-parse", "--symbolic-full-name", text])
                && full.starts_with("refs/")
                && *text != "@"
                && *text != "HEAD"
            {
                let followed = if *text == "origin" { "refs/remotes/origin/HEAD" } else { &full };
                assert!(expected.contains(&followed), "{text}: {full}");
            }
        }
    }
    for text in ["nothing", "mai", "refs/heads/nothing*", "v1.*/x", "", "/", "../HEAD", &first] {
        let why = listed(&repository, &["main", text]).unwrap_err();
        assert!(why.contains(&format!("`{text}` names no reference")), "{why}");
    }
    assert!(Selection::new(&["a[".to_owned()]).unwrap_err().contains("`a[` is no glob"));
}

#[test]
fn broken_and_hostile_references_are_told_beside_the_others() {
    let (scratch, first) = repository("sha1");
    let git = scratch.path.join(".git");
    let put = |name: &str, text: &str| {
        let path = git.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("refs/heads/empty", "");
    put("refs/heads/words", "some words\n");
    put("refs/heads/binary", "\0\0");
    put("refs/heads/long", &"0".repeat(100_000));
    put("refs/heads/outside", "ref: ../../config\n");
    put("refs/heads/round", "ref: refs/heads/round\n");
    put("refs/heads/strange name", &first);
    put("refs/heads/strange folder/name", &first);
    put("refs/heads/main.lock", &first);
    put("refs/heads/.DS_Store", "x");
    std::os::unix::fs::symlink("/etc/hostname", git.join("refs/heads/link")).unwrap();
    std::os::unix::fs::symlink("/", git.join("refs/links")).unwrap();
    let pipe = git.join("refs/heads/pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let mut deep = git.join("refs");
    for _ in 0..400 {
        deep.push("deep");
    }
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("ref"), &first).unwrap();
    put(
        "packed-refs",
        &format!("# pack-refs with: peeled\n{first} refs/tags/packed\n^{first}\nnonsense\n{first} ../x\n"),
    );

    let listed = listed(&Repository::at(&scratch.path).unwrap(), &[]).unwrap();
    let tips: Vec<&str> = listed.tips.iter().map(|(name, _)| name.as_str()).collect();
    assert!(["HEAD", "refs/heads/main", "refs/tags/packed"].iter().all(|name| tips.contains(name)), "{tips:?}");
    let (deep, broken): (Vec<&str>, Vec<&str>) =
        listed.broken.iter().map(|(name, _)| name.as_str()).partition(|name| name.len() > 1000);
    assert_eq!(deep.len(), 1);
    let expected = [
        "../x",
        "packed-refs",
        "refs/heads/binary",
        "refs/heads/empty",
        "refs/heads/link",
        "refs/heads/long",
        "refs/heads/outside",
        "refs/heads/pipe",
        "refs/heads/round",
        "refs/heads/strange folder",
        "refs/heads/strange name",
        "refs/heads/words",
        "refs/links",
    ];
    assert_eq!(broken, expected);
    assert!(listed.broken.iter().all(|(_, why)| !why.is_empty()));
}

#[test]
fn tables_of_references_are_refused() {
    let scratch = Scratch::new("sha1");
    std::fs::create_dir(scratch.path.join(".git/reftable")).unwrap();
    assert!(listed(&Repository::at(&scratch.path).unwrap(), &[]).unwrap_err().contains("reftable"));
}
