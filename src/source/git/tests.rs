use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use gix::ObjectId;

use super::index::Index;
use super::revision::resolve;
use super::status::Change;
use super::tree::{self, Lookup};
use super::{Objects, Repository, Snapshot};

mod history;
mod refs;
mod timeline;

/// A repository in a folder of its own, made by git.
pub(super) struct Scratch {
    _guard: tempfile::TempDir,
    pub(super) path: PathBuf,
    /// The time of the next commit.
    clock: std::cell::Cell<u64>,
}

impl Scratch {
    pub(super) fn new(format: &str) -> Self {
        let guard = tempfile::tempdir().unwrap();
        let path = guard.path().canonicalize().unwrap().join("top");
        std::fs::create_dir(&path).unwrap();
        let scratch = Self { _guard: guard, path, clock: 1_700_000_000.into() };
        scratch.git(&["init", "-q", "-b", "main", &format!("--object-format={format}")]);
        scratch
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.path, arguments).unwrap_or_else(|error| panic!("git {arguments:?}: {error}"))
    }

    pub(super) fn git_in(&self, folder: &Path, arguments: &[&str]) -> Result<String, String> {
        let output = self
            .command(folder)
            .args(arguments)
            .output()
            .expect("`git` must be installed to build the repositories of these tests");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    fn command(&self, folder: &Path) -> Command {
        let date = format!("{} +0000", self.clock.get());
        let mut command = Command::new("git");
        command
            .current_dir(folder)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs([("GIT_AUTHOR_DATE", date.as_str()), ("GIT_COMMITTER_DATE", &date)])
            .envs([("HOME", "/nowhere"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
            .args(["-c", "advice.detachedHead=false", "-c", "gc.auto=0"]);
        command
    }

    /// Makes what a stream of `git fast-import` tells of.
    fn import(&self, stream: &str) {
        let mut command = self.command(&self.path);
        command.args(["fast-import", "--quiet", "--force", "--date-format=raw-permissive"]);
        let mut git = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        git.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
        assert!(git.wait().unwrap().success());
    }

    pub(super) fn file(&self, name: &str, text: &str) -> &Self {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// A commit with these parents, which need not be checked out.
    pub(super) fn commit(&self, parents: &[&str]) -> String {
        self.clock.set(self.clock.get() + 1);
        let tree = self.git(&["write-tree"]);
        let mut arguments = vec!["commit-tree", "-m", "x", &tree];
        parents.iter().for_each(|parent| arguments.extend(["-p", parent]));
        self.git(&arguments)
    }

    pub(super) fn open(&self) -> (Repository, Objects) {
        let repository = Repository::at(&self.path).unwrap();
        let objects = Objects::open(&repository).unwrap();
        (repository, objects)
    }
}

/// Numbers that look random and are the same in every run.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn trees_list_and_find_what_git_does() {
    let scratch = Scratch::new("sha1");
    for name in ["a", "a.b", "a-b/c", "b/c/d", "b/c.d", "b/c/e/f/g", "z", "é/ü"] {
        scratch.file(name, name);
    }
    std::os::unix::fs::symlink("a", scratch.path.join("link")).unwrap();
    scratch.git(&["add", "."]);
    let commit = scratch.commit(&[]);
    let (_, objects) = scratch.open();
    let tree = tree::of_commit(&objects, &ObjectId::from_hex(commit.as_bytes()).unwrap()).unwrap();
    let mut ours: Vec<String> = tree::files(&objects, &tree)
        .map(|file| {
            let file = file.unwrap();
            format!("{:06o} blob {}\t{}", file.bits, file.id, String::from_utf8(file.name).unwrap())
        })
        .collect();
    ours.sort_by(|a, b| a[a.find('\t').unwrap()..].cmp(&b[b.find('\t').unwrap()..]));
    let theirs = scratch.git(&["-c", "core.quotePath=false", "ls-tree", "-r", &commit]);
    assert_eq!(ours.join("\n"), theirs);

    let mut lookup = Lookup::new(&objects, tree);
    for line in theirs.lines() {
        let (rest, name) = line.split_once('\t').unwrap();
        let found = lookup.find(name.as_bytes()).unwrap().unwrap();
        assert_eq!(rest, format!("{:06o} blob {}", found.bits, found.id));
        let text = objects.blob(&found.id, 100).unwrap();
        assert_eq!(text, if name == "link" { b"a" } else { name.as_bytes() });
    }
    for name in ["", "x", "a/b", "b/x", "b/c/e/f/g/h", "/a", "b//c"] {
        assert_eq!(lookup.find(name.as_bytes()), Ok(None), "{name}");
    }
    let found = lookup.find(b"z").unwrap().unwrap();
    assert!(objects.blob(&found.id, 0).is_err_and(|why| why.to_string().contains("more than 0 MiB")));
}

#[test]
fn hostile_trees_are_refused() {
    let scratch = Scratch::new("sha1");
    let blob = scratch.file("x", "x").git(&["hash-object", "-w", "x"]);
    let tree = |entries: &[(&str, &str, &str)]| -> ObjectId {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend([mode.as_bytes(), b" ", name.as_bytes(), b"\0"].concat());
            bytes.extend_from_slice(ObjectId::from_hex(id.as_bytes()).unwrap().as_slice());
        }
        let path = scratch.path.join("tree");
        std::fs::write(&path, bytes).unwrap();
        let id = scratch.git(&["hash-object", "-w", "-t", "tree", "--literally", path.to_str().unwrap()]);
        ObjectId::from_hex(id.as_bytes()).unwrap()
    };
    let file = |name| tree(&[("100644", name, &blob)]);
    let good = file("x").to_string();
    let hostile = [
        file(".."),
        file("."),
        file(".git"),
        file(".GIT"),
        file("a/b"),
        tree(&[("100644", "a", &blob), ("100644", "a", &blob)]),
        tree(&[("100644", "a", &blob), ("40000", "a", &good)]),
        tree(&[("40000", "ok", &file("..").to_string())]),
        tree(&[("170000", "a", &blob)]),
    ];
    let (_, objects) = scratch.open();
    for (number, id) in hostile.iter().enumerate() {
        assert!(tree::files(&objects, id).any(|file| file.is_err()), "tree {number}");
    }
    // A few bytes that stand for more files than fit anywhere.
    let mut bomb = good;
    for _ in 0..12 {
        let entries: Vec<_> =
            ["a", "b", "c", "d", "e", "f", "g", "h"].map(|name| ("40000", name, bomb.as_str())).into();
        bomb = tree(&entries).to_string();
    }
    let deep = (0..3000).fold(file("x"), |inner, _| {
        let id = inner.to_string();
        // Written by hand: so many runs of git take too long.
        let mut bytes = b"40000 a\0".to_vec();
        bytes.extend_from_slice(ObjectId::from_hex(id.as_bytes()).unwrap().as_slice());
        loose(&scratch, &bytes)
    });
    assert!(tree::files(&objects, &deep).any(|file| file.is_err()));
    let bomb = ObjectId::from_hex(bomb.as_bytes()).unwrap();
    let (_, objects) = scratch.open();
    // Nothing is gone through before it is asked for, and of what could not be gone through only a small part.
    let listed = tree::files(&objects, &bomb).take(1_000_000).filter(|file| file.is_ok()).count();
    assert!((10_000..200_000).contains(&listed), "{listed}");
}

#[test]
fn changes_since_a_tree_are_told_by_content() {
    let scratch = Scratch::new("sha1");
    for name in ["same", "changed", "touched", "deep/staged", "deep/ends", "gone"] {
        scratch.file(name, &format!("{name}\nx\n"));
    }
    scratch.git(&["add", "."]);
    let first = scratch.commit(&[]);
    scratch.git(&["update-ref", "refs/heads/main", &first]);
    scratch
        .file("changed", "other")
        .file("new", "new")
        .file("touched", "touched\nx\n")
        .file("deep/ends", "deep/ends\r\nx\r\n");
    scratch.file("deep/staged", "staged").git(&["add", "deep/staged"]);
    let (repository, objects) = scratch.open();
    let snapshot = Snapshot::of(&repository).unwrap();
    let base = resolve(&repository, &objects, "main").unwrap();
    let mut base = Lookup::new(&objects, tree::of_commit(&objects, &base).unwrap());
    let mut old = |name: &str| base.find(name.as_bytes()).unwrap().unwrap().id;
    let (changed, staged) = (old("changed"), old("deep/staged"));
    for (name, expected) in [
        ("same", Change::Same),
        ("touched", Change::Same),
        ("deep/ends", Change::Same),
        ("changed", Change::Changed(changed)),
        ("deep/staged", Change::Changed(staged)),
        ("new", Change::New),
    ] {
        assert_eq!(snapshot.change(&mut base, &scratch.path.join(name)), Ok(expected), "{name}");
    }
    assert_eq!(snapshot.change(&mut base, &scratch.path.join("../outside")), Ok(Change::New));
}

/// Stores a tree as git would.
fn loose(scratch: &Scratch, bytes: &[u8]) -> ObjectId {
    use gix::objs::Write as _;
    let store = gix::odb::at(scratch.path.join(".git/objects"), gix::hash::Kind::Sha1).unwrap();
    store.write_buf(gix::objs::Kind::Tree, bytes).unwrap()
}

#[test]
fn damage_to_an_index_is_an_error_and_never_a_panic() {
    for (version, split) in [("2", false), ("3", false), ("4", false), ("2", true)] {
        let scratch = Scratch::new("sha1");
        for name in ["a", "b/c", "b/d", "b/e/f", "ff"] {
            scratch.file(name, name);
        }
        scratch.git(&["add", "."]);
        scratch.git(&["write-tree"]);
        scratch.git(&["update-index", "--index-version", version]);
        if version == "3" {
            scratch.file("n", "n").git(&["add", "-N", "n"]);
        }
        if split {
            scratch.git(&["update-index", "--split-index"]);
            scratch.file("a", "aa").file("c", "c").git(&["add", "a", "c"]);
            scratch.git(&["rm", "-q", "--cached", "b/d"]);
        }
        let path = scratch.path.join(".git/index");
        let index = Index::read(&path).unwrap().unwrap();
        let ours: Vec<String> = index
            .entries()
            .map(|entry| {
                let name = String::from_utf8_lossy(entry.name);
                format!("{:06o} {} {}\t{name}", entry.mode, entry.id, entry.stage)
            })
            .collect();
        assert_eq!(ours.join("\n"), scratch.git(&["ls-files", "--stage"]), "version {version}");
        assert_eq!(index.entries().filter(|entry| entry.intended).count(), usize::from(version == "3"));

        let bytes = std::fs::read(&path).unwrap();
        let damaged = scratch.path.join(".git/damaged");
        // The checksum would tell all of it.
        let unchecked = |mut bytes: Vec<u8>| {
            let end = bytes.len();
            bytes[end.saturating_sub(20)..].fill(0);
            std::fs::write(&damaged, bytes).unwrap();
            if let Ok(Some(index)) = Index::read(&damaged) {
                assert!(index.entries().all(|entry| entry.name.len() < 1000));
                index.cached();
            }
        };
        for at in 0..bytes.len() - 20 {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= flip;
                unchecked(bytes);
            }
            unchecked(bytes[..at].to_vec());
        }
        let mut bytes = bytes;
        bytes[20] ^= 1;
        std::fs::write(&damaged, bytes).unwrap();
        assert_eq!(Index::read(&damaged).unwrap_err(), "its checksum is wrong");
    }
}
