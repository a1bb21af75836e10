//! Revisions and histories, compared with what git says.

use gix::ObjectId;

use super::{Numbers, Scratch};
use crate::source::git::revision::{Base, merge_base, resolve};
use crate::source::git::{Objects, Repository};

#[test]
fn revisions_are_what_git_takes_them_for() {
    for format in ["sha1", "sha256"] {
        let scratch = Scratch::new(format);
        scratch.file("a", "1").git(&["add", "."]);
        let first = scratch.commit(&[]);
        let second = scratch.commit(&[&first]);
        let side = scratch.commit(&[&first]);
        let merge = scratch.commit(&[&second, &side]);
        scratch.git(&["update-ref", "refs/heads/main", &merge]);
        scratch.git(&["branch", "topic/a", &side]);
        scratch.git(&["tag", "light", &second]);
        scratch.git(&["tag", "-am", "x", "v1.0", &second]);
        scratch.git(&["tag", "-am", "x", "nested", "v1.0"]);
        scratch.git(&["tag", "topic", &first]);
        scratch.git(&["update-ref", "refs/remotes/origin/main", &second]);
        scratch.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        let short = &merge[..7];
        let names = [
            "HEAD",
            "@",
            "main",
            "heads/main",
            "refs/heads/main",
            "topic/a",
            "light",
            "v1.0",
            "nested",
            "tags/v1.0",
            "topic",
            "origin/main",
            "origin",
            "HEAD~1",
            "HEAD~",
            "HEAD^",
            "HEAD^2",
            "HEAD^^",
            "HEAD~2",
            "main^0",
            "v1.0^{}",
            "v1.0^{commit}~1",
            "@~1^1",
            "HEAD~0",
            "nested^",
            short,
            &merge,
            &first,
        ];
        for packed in [false, true] {
            if packed {
                scratch.git(&["pack-refs", "--all"]);
                scratch.git(&["repack", "-adq"]);
            }
            let (repository, objects) = scratch.open();
            for name in names {
                let theirs = scratch.git(&["rev-parse", "--verify", &format!("{name}^{{commit}}")]);
                assert_eq!(resolve(&repository, &objects, name).map(|id| id.to_string()), Ok(theirs), "{name}");
            }
            for name in [
                "",
                "nothing",
                "HEAD~9",
                "HEAD^3",
                "HEAD@{1}",
                "@{u}",
                "main..topic",
                ":/x",
                "HEAD:a",
                "-x",
                "HEAD^x",
                "../HEAD",
                "HEAD^{tree}",
                "HEAD~99999999999",
                "zzz\n",
                "abc",
                "config",
                "refs",
                "~",
                "^",
            ] {
                let ours = resolve(&repository, &objects, name);
                assert!(ours.is_err(), "{name}: {ours:?}");
            }
        }
    }
}

#[test]
fn a_commit_that_is_its_own_ancestor_ends_the_way_back() {
    use gix::objs::Write as _;
    let scratch = Scratch::new("sha1");
    scratch.file("a", "1").git(&["add", "."]);
    let tree = scratch.git(&["write-tree"]);
    let (first, second) = ("1".repeat(40), "2".repeat(40));
    let objects = scratch.path.join(".git/objects");
    let place = |id: &str| objects.join(&id[..2]).join(&id[2..]);
    for (id, parent) in [(&first, &second), (&second, &first)] {
        let text = format!("tree {tree}\nparent {parent}\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nx\n");
        let store = gix::odb::at(objects.clone(), gix::hash::Kind::Sha1).unwrap();
        let written = store.write_buf(gix::objs::Kind::Commit, text.as_bytes()).unwrap();
        std::fs::create_dir_all(place(id).parent().unwrap()).unwrap();
        std::fs::copy(place(&written.to_string()), place(id)).unwrap();
    }
    let (repository, objects) = scratch.open();
    assert_eq!(resolve(&repository, &objects, &format!("{first}~1")).map(|id| id.to_string()), Ok(second));
    let far = resolve(&repository, &objects, &format!("{first}~1000000000")).unwrap_err();
    assert!(far.contains("no beginning"), "{far}");
}

#[test]
fn histories_part_where_git_says() {
    let mut numbers = Numbers(7);
    for round in 0..6 {
        let scratch = Scratch::new("sha1");
        scratch.file("a", "1").git(&["add", "."]);
        let mut commits: Vec<String> = Vec::new();
        for _ in 0..24 {
            // Clocks that run back, and several that stand still.
            scratch.clock.set(1_700_000_000 + numbers.below(if round % 2 == 0 { 4 } else { 1000 }) as u64);
            let parents: Vec<String> = match (commits.len(), numbers.below(8)) {
                (0, _) | (_, 0) => Vec::new(),
                (count, kind) => {
                    let recent = |numbers: &mut Numbers| commits[count - 1 - numbers.below(count.min(5))].clone();
                    let mut parents: Vec<_> = (0..1 + usize::from(kind > 4)).map(|_| recent(&mut numbers)).collect();
                    parents.dedup();
                    parents
                }
            };
            let id = scratch.commit(&parents.iter().map(String::as_str).collect::<Vec<_>>());
            commits.push(id);
        }
        commits.sort();
        commits.dedup();
        let (_, objects) = scratch.open();
        for _ in 0..30 {
            let (one, other) = (&commits[numbers.below(commits.len())], &commits[numbers.below(commits.len())]);
            let theirs = scratch.git_in(&scratch.path, &["merge-base", "--all", one, other]).unwrap_or_default();
            let id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).unwrap();
            match merge_base(&objects, &id(one), &id(other)).unwrap() {
                Base::Commit(ours) => assert!(theirs.lines().any(|line| id(line) == ours), "{one} {other}: {ours}"),
                Base::None => assert_eq!(theirs, "", "{one} {other}"),
                Base::Cut => panic!("nothing is cut off"),
            }
        }
    }
}

#[test]
fn a_history_that_was_cut_off_is_said_to_be() {
    let scratch = Scratch::new("sha1");
    scratch.file("a", "1").git(&["add", "."]);
    let first = scratch.commit(&[]);
    let second = scratch.commit(&[&first]);
    let (ours, theirs) = (scratch.commit(&[&second]), scratch.commit(&[&second]));
    let unrelated = scratch.commit(&[]);
    for (name, id) in [("main", &ours), ("theirs", &theirs), ("unrelated", &unrelated)] {
        scratch.git(&["update-ref", &format!("refs/heads/{name}"), id]);
    }
    let (_, objects) = scratch.open();
    let id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).unwrap();
    assert_eq!(merge_base(&objects, &id(&ours), &id(&theirs)), Ok(Base::Commit(id(&second))));
    assert_eq!(merge_base(&objects, &id(&ours), &id(&unrelated)), Ok(Base::None));
    let url = format!("file://{}", scratch.path.display());
    let parent = scratch.path.parent().unwrap();
    for (depth, base) in [("1", Base::Cut), ("2", Base::Commit(id(&second)))] {
        let name = format!("depth{depth}");
        scratch.git_in(parent, &["clone", "-q", "--depth", depth, "--no-single-branch", &url, &name]).unwrap();
        let repository = Repository::at(&parent.join(&name)).unwrap();
        let objects = Objects::open(&repository).unwrap();
        let named = |name| resolve(&repository, &objects, name).unwrap();
        assert_eq!(merge_base(&objects, &named("origin/main"), &named("origin/theirs")), Ok(base), "{depth}");
        let beyond = resolve(&repository, &objects, &format!("HEAD~{depth}")).unwrap_err();
        assert!(beyond.contains("--unshallow"), "{beyond}");
    }
}
