//! What is handed over, compared with what `git cat-file` says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;

use super::super::tests::{Numbers, Scratch};
use super::{Damage, Limits, Store};

mod forge;
mod hostile;

const KINDS: [Kind; 4] = [Kind::Blob, Kind::Tree, Kind::Commit, Kind::Tag];

/// Objects by name: their kind and content.
type Contents = BTreeMap<ObjectId, (Kind, Vec<u8>)>;

/// All that is handed over, each content of the right name, and what is not.
fn read(scratch: &Scratch, limits: Limits) -> (Contents, Vec<Damage>) {
    let (_, objects) = scratch.open();
    let store = Store::with(&objects, limits).unwrap();
    let mut damage = store.damage().to_vec();
    let found = Mutex::new(Contents::new());
    for kind in KINDS {
        let see = |id: &oid, content: &[u8]| {
            assert!(store.has(id), "{id}");
            found.lock().unwrap().insert(id.to_owned(), (kind, content.to_vec()));
        };
        damage.extend(store.each(kind, &|_| true, &see, &AtomicBool::new(false)));
    }
    (found.into_inner().unwrap(), damage)
}

fn stored(scratch: &Scratch) -> BTreeSet<String> {
    let format = "--batch-check=%(objectname) %(objecttype) %(objectsize)";
    let listed = scratch.git(&["cat-file", "--batch-all-objects", "--unordered", format]);
    listed.lines().map(str::to_owned).collect()
}

/// Reads all twice, once with little memory, and compares it with what git lists.
fn same(scratch: &Scratch, what: &str) {
    let small = Limits { together: 64, ..Limits::default() };
    for limits in [Limits::default(), small] {
        let (found, damage) = read(scratch, limits);
        assert_eq!(damage, [], "{what}");
        for (id, (kind, content)) in &found {
            let computed = gix::objs::compute_hash(id.kind(), *kind, content).unwrap();
            assert_eq!(computed, *id, "{what}");
        }
        let ours: BTreeSet<String> =
            found.iter().map(|(id, (kind, content))| format!("{id} {kind} {}", content.len())).collect();
        assert_eq!(ours, stored(scratch), "{what}");
    }
}

/// Adds files that are versions of one another, and others, in a few commits.
fn grow(scratch: &Scratch, numbers: &mut Numbers, commits: usize) {
    let mut text: Vec<String> = (0..60).map(|line| format!("line {line} of {}", numbers.below(1000))).collect();
    let mut parent = scratch.git_in(&scratch.path, &["rev-parse", "-q", "--verify", "HEAD"]).ok();
    for turn in 0..commits {
        for _ in 0..3 {
            let line = numbers.below(text.len());
            text[line] = format!("changed to {}", numbers.below(1 << 20));
        }
        scratch.file("versions", &text.join("\n"));
        scratch.file(&format!("folder/{}", numbers.below(5)), &"x".repeat(numbers.below(3) * 1000 + turn));
        scratch.git(&["add", "."]);
        let parents: Vec<&str> = parent.as_deref().into_iter().collect();
        let commit = scratch.commit(&parents);
        scratch.git(&["update-ref", "refs/heads/main", &commit]);
        parent = Some(commit);
    }
    scratch.file("empty", "").git(&["hash-object", "-w", "empty"]);
    scratch.git(&["tag", "-f", "-am", "tagged", &format!("v{}", numbers.below(100))]);
}

#[test]
fn all_that_git_lists_is_handed_over() {
    for format in ["sha1", "sha256"] {
        let mut numbers = Numbers(11);
        let scratch = Scratch::new(format);
        same(&scratch, "nothing");
        grow(&scratch, &mut numbers, 12);
        same(&scratch, "loose");
        scratch.git(&["repack", "-dq"]);
        grow(&scratch, &mut numbers, 8);
        same(&scratch, "a pack and loose");
        scratch.git(&["repack", "-dq"]);
        grow(&scratch, &mut numbers, 8);
        scratch.git(&["repack", "-dq"]);
        same(&scratch, "several packs");
        scratch.git(&["repack", "-aq"]);
        same(&scratch, "objects in several packs");
        scratch.git(&["repack", "-adfq", "--depth=50"]);
        same(&scratch, "one pack");
        scratch.git(&["-c", "pack.indexVersion=1", "repack", "-adfq"]);
        same(&scratch, "an index of version 1");
        scratch.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=20"]);
        same(&scratch, "bases by name");
    }
}

#[test]
fn what_other_stores_lend_is_handed_over() {
    let mut numbers = Numbers(5);
    let lender = Scratch::new("sha1");
    grow(&lender, &mut numbers, 5);
    lender.git(&["repack", "-adq"]);
    grow(&lender, &mut numbers, 2);
    let scratch = Scratch::new("sha1");
    grow(&scratch, &mut numbers, 3);
    let list = format!("{}\n", lender.path.join(".git/objects").display());
    std::fs::write(scratch.path.join(".git/objects/info/alternates"), list).unwrap();
    same(&scratch, "borrowed");
}
