//! Timelines, compared with what comes of asking git for the files of each commit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;

use super::{Numbers, Scratch};
use crate::source::git::packs::Store;
use crate::source::git::refs::Selection;
use crate::source::git::timeline::{CommitAt, Seen, Timeline, trace};
use crate::source::git::{Objects, Repository};

fn id(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).unwrap()
}

fn traced(repository: &Repository, refs: &[&str], blobs: &HashSet<ObjectId>) -> Result<Timeline, String> {
    let objects = Objects::open(repository)?;
    let store = Store::open(&objects)?;
    let refs: Vec<String> = refs.iter().map(|&text| text.to_owned()).collect();
    trace(repository, &objects, &store, &Selection::new(&refs)?, blobs, &AtomicBool::new(false))
}

impl Scratch {
    /// All files of a tree: paths and what is there, submodules left out.
    fn files(&self, tree: &str) -> BTreeSet<(String, ObjectId)> {
        let listed = self.git(&["ls-tree", "-rz", tree]);
        let files = listed.split('\0').filter_map(|line| {
            let (rest, path) = line.split_once('\t')?;
            let mut rest = rest.split(' ').skip(1);
            (rest.next()? == "blob").then(|| (path.to_owned(), id(rest.next().unwrap())))
        });
        files.collect()
    }

    /// What is to be told of all files that these references lead to; `names` are as they are told.
    fn expected(&self, arguments: &[&str], names: &[(String, String)]) -> HashMap<ObjectId, Vec<Seen>> {
        struct Commit {
            at: CommitAt,
            parents: Vec<ObjectId>,
            files: BTreeSet<(String, ObjectId)>,
        }
        let listed = self.git(&[&["log", "--format=%H|%P|%ad", "--date=raw"], arguments, &["--"]].concat());
        let mut left: Vec<Commit> = listed
            .lines()
            .map(|line| {
                let [hex, parents, date] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
                let (seconds, zone) = date.split_once(' ').unwrap();
                let zone: i16 = zone.parse().unwrap();
                let at = CommitAt {
                    id: id(hex),
                    author_seconds: seconds.parse().unwrap(),
                    author_offset_minutes: zone / 100 * 60 + zone % 100,
                };
                Commit { at, parents: parents.split_whitespace().map(id).collect(), files: self.files(hex) }
            })
            .collect();
        left.sort_by_key(|commit| (commit.at.author_seconds, commit.at.id));
        let mut order: Vec<Commit> = Vec::new();
        while !left.is_empty() {
            let is_left = |parent: &ObjectId| left.iter().any(|other| other.at.id == *parent);
            let next = left.iter().position(|commit| !commit.parents.iter().any(is_left)).unwrap();
            order.push(left.remove(next));
        }
        let mut seen: BTreeMap<(String, ObjectId), Seen> = BTreeMap::new();
        for commit in &order {
            for file in &commit.files {
                let seen = seen.entry(file.clone()).or_insert_with(|| {
                    // What the order is said to mean.
                    let parents = order.iter().filter(|other| commit.parents.contains(&other.at.id));
                    assert!(parents.clone().all(|parent| !parent.files.contains(file)));
                    Seen { path: file.0.clone().into(), commits: Some((commit.at, commit.at)), tip: None }
                });
                seen.commits.as_mut().unwrap().1 = commit.at;
            }
        }
        for (file, seen) in &seen {
            let last = seen.commits.unwrap().1.id;
            let mut children = order.iter().filter(|other| other.parents.contains(&last));
            assert!(children.all(|child| !child.files.contains(file)));
        }
        for (name, object) in names {
            match self.git(&["cat-file", "-t", &format!("{object}^{{}}")]).as_str() {
                "blob" => {
                    let blob = id(&self.git(&["rev-parse", &format!("{object}^{{}}")]));
                    let here = Seen { path: Vec::new(), commits: None, tip: None };
                    seen.entry((String::new(), blob)).or_insert(here).tip.get_or_insert(name.as_str().into());
                }
                _ => {
                    for file in self.files(&format!("{object}^{{tree}}")) {
                        let here = Seen { path: file.0.clone().into(), commits: None, tip: None };
                        seen.entry(file).or_insert(here).tip.get_or_insert(name.as_str().into());
                    }
                }
            }
        }
        let mut by_blob: HashMap<ObjectId, Vec<Seen>> = HashMap::new();
        for ((_, blob), seen) in seen {
            by_blob.entry(blob).or_default().push(seen);
        }
        by_blob
    }

    /// The references by their ranks, with what they name.
    fn names(&self, patterns: &[&str]) -> Vec<(String, String)> {
        let format = ["for-each-ref", "--format=%(refname) %(objectname)"];
        let listed = self.git(&[&format[..], patterns].concat());
        let mut names: Vec<(String, String)> = listed
            .lines()
            .map(|line| line.split_once(' ').map(|(name, id)| (name.to_owned(), id.to_owned())).unwrap())
            .collect();
        let starts = ["refs/heads/", "refs/remotes/", "refs/tags/", ""];
        names.sort_by_key(|(name, _)| starts.iter().position(|start| name.starts_with(start)));
        names
    }
}

/// A history in which everything happens that git lets happen, with `wide` files in one folder at its beginning.
fn random(numbers: &mut Numbers, commits: usize, wide: usize) -> String {
    let names = ["a", "b", "dir/a", "dir/b", "dir/deep/er/a", "dir.x", "é/ü \"", "z/dir/a"];
    let wide: Vec<String> = (0..wide).map(|number| format!("wide/{}{number}", ["", "long-"][number % 2])).collect();
    let names: Vec<&str> = names.into_iter().chain(wide.iter().map(String::as_str)).collect();
    let mut stream = String::new();
    for mark in 1..=commits {
        let parents: BTreeSet<usize> = match numbers.below(10) {
            _ if mark == 1 => BTreeSet::new(),
            0 => BTreeSet::new(),
            kind => {
                (0..if kind < 7 { 1 } else { kind - 5 }).map(|_| mark - 1 - numbers.below((mark - 1).min(6))).collect()
            }
        };
        let mut parents: Vec<usize> = parents.into_iter().filter(|&parent| parent > 0).collect();
        parents.reverse();
        // Clocks run back, stand still, or are of another century.
        let time = match numbers.below(12) {
            0 => 0,
            1 => 4_000_000_000,
            _ => 1_700_000_000 + numbers.below(8),
        };
        let zone = ["+0000", "-0330", "+1400"][numbers.below(3)];
        writeln!(stream, "commit refs/heads/work\nmark :{mark}").unwrap();
        writeln!(stream, "author A <a@example.com> {time} {zone}").unwrap();
        writeln!(stream, "committer C <c@example.com> {} +0000\ndata 1\nx", 1_700_000_000 + mark).unwrap();
        match parents.split_first() {
            None => stream.push_str("from 0000000000000000000000000000000000000000\n"),
            Some((first, others)) => {
                writeln!(stream, "from :{first}").unwrap();
                others.iter().for_each(|other| writeln!(stream, "merge :{other}").unwrap());
            }
        }
        if numbers.below(12) == 0 {
            stream.push_str("deleteall\n");
        }
        let changed: Vec<&str> = match mark {
            1 => names.clone(),
            _ => (0..numbers.below(4 + wide.len() / 8)).map(|_| names[numbers.below(names.len())]).collect(),
        };
        for name in changed {
            let quoted = format!("\"{}\"", name.replace('"', "\\\""));
            match numbers.below(8) {
                0 | 1 => writeln!(stream, "D {quoted}").unwrap(),
                2 => writeln!(stream, "M 160000 {:040x} {quoted}", numbers.below(1000) + 1).unwrap(),
                kind => {
                    let mode = ["100644", "120000", "100755"][(kind - 3).min(2)];
                    writeln!(stream, "M {mode} inline {quoted}\ndata 1\n{}", numbers.below(5)).unwrap();
                }
            }
        }
        if numbers.below(5) == 0 {
            let kind = ["heads/b", "tags/t", "notes/n", "pull/p", "remotes/origin/r"][numbers.below(5)];
            writeln!(stream, "reset refs/{kind}{mark}\nfrom :{mark}\n").unwrap();
        }
    }
    stream
}

#[test]
fn random_histories_are_told_as_git_tells_them() {
    let mut numbers = Numbers(11);
    for round in 0..6 {
        let scratch = Scratch::new(if round == 5 { "sha256" } else { "sha1" });
        let mut stream = random(&mut numbers, 30, if round % 3 == 1 { 40 } else { 0 });
        if round == 5 {
            let zeros = "0".repeat(24);
            stream = stream
                .replace("from 0000", &format!("from {zeros}0000"))
                .replace("M 160000 ", &format!("M 160000 {zeros}"));
        }
        scratch.import(&stream);
        scratch.git(&["symbolic-ref", "HEAD", "refs/heads/work"]);
        let blob = scratch.file("lone", "a tag has it").git(&["hash-object", "-w", "lone"]);
        scratch.git(&["tag", "-am", "x", "file", &blob]);
        scratch.git(&["tag", "-am", "x", "nested", "file"]);
        scratch.git(&["tag", "tree", "work^{tree}"]);
        scratch.git(&["tag", "-am", "x", "annotated", "work"]);
        let lost = scratch.file("lost", "nothing has it").git(&["hash-object", "-w", "lost"]);
        if round % 2 == 0 {
            scratch.git(&["repack", "-adqk"]);
            scratch.git(&["pack-refs", "--all"]);
        }
        let mut names = scratch.names(&[]);
        names.insert(0, ("HEAD".to_owned(), scratch.git(&["rev-parse", "HEAD"])));
        let expected = scratch.expected(&["--all", "HEAD"], &names);
        assert!(expected.len() > 4);
        let repository = Repository::at(&scratch.path).unwrap();

        let asked: HashSet<ObjectId> = expected.keys().copied().chain([id(&lost)]).collect();
        let all = traced(&repository, &[], &asked).unwrap();
        assert_eq!(all.seen, expected, "round {round}");
        assert_eq!(all.unreachable, HashSet::from([id(&lost)]));
        assert_eq!(all.commits.to_string(), scratch.git(&["rev-list", "--all", "HEAD", "--count"]));
        assert!(
            all.lacking.to_string().is_empty() && all.broken_refs.is_empty() && !all.more && all.cut == 0,
            "{all:?}"
        );

        // Some of them: what is told of each is the same.
        let some: HashSet<ObjectId> = asked.iter().copied().filter(|_| numbers.below(3) == 0).collect();
        let told = traced(&repository, &[], &some).unwrap();
        let expected: HashMap<_, _> = expected.into_iter().filter(|(blob, _)| some.contains(blob)).collect();
        assert_eq!(told.seen, expected);

        // Some references.
        for (refs, arguments, pattern) in [
            ("work", "refs/heads/work", "refs/heads/work"),
            ("refs/heads/*", "--branches", "refs/heads/"),
            ("refs/notes", "--glob=refs/notes", "refs/notes/"),
            ("tags/[at]*", "--tags=[at]*", "refs/tags/[at]*"),
        ] {
            let names = scratch.names(&[pattern]);
            match traced(&repository, &[refs], &asked) {
                Ok(told) => {
                    assert_eq!(told.seen, scratch.expected(&[arguments], &names), "round {round}: {refs}");
                    assert_eq!(told.seen.len() + told.unreachable.len(), asked.len());
                }
                Err(why) => assert!(names.is_empty() && why.contains("names no reference"), "{refs}: {why}"),
            }
        }
    }
}

#[test]
fn a_long_history_needs_no_deep_stack() {
    let scratch = Scratch::new("sha1");
    let mut stream = String::new();
    for mark in 1..=100_000 {
        writeln!(stream, "commit refs/heads/main\nmark :{mark}\ncommitter C <c@example.com> {mark} +0000\ndata 0")
            .unwrap();
        match mark {
            10 => stream.push_str("M 100644 inline a\ndata 1\nx\n"),
            99_000 => stream.push_str("D a\n"),
            _ => {}
        }
    }
    scratch.import(&stream);
    let blob = scratch.file("x", "x").git(&["hash-object", "x"]);
    let repository = Repository::at(&scratch.path).unwrap();
    let told = traced(&repository, &["main"], &HashSet::from([id(&blob)])).unwrap();
    let (first, last) = told.seen[&id(&blob)][0].commits.unwrap();
    assert_eq!((first.author_seconds, last.author_seconds, told.commits), (10, 98_999, 100_000));
    assert_eq!(told.seen[&id(&blob)][0].tip, None);
}

#[test]
fn what_a_history_lacks_is_told_if_something_leads_there() {
    let scratch = Scratch::new("sha1");
    scratch.file("a", "a").file("dir/b", "b").file("dir/c", "c").git(&["add", "."]);
    let first = scratch.commit(&[]);
    scratch.file("a", "aa").git(&["add", "."]);
    let second = scratch.commit(&[&first]);
    scratch.git(&["update-ref", "refs/heads/main", &second]);
    // Nothing leads to this one.
    scratch.file("dir/b", "bb").git(&["add", "."]);
    let stray = scratch.commit(&[&second]);
    let of = |name: &str| scratch.git(&["rev-parse", name]);
    let path = |hex: &str| scratch.path.join(".git/objects").join(&hex[..2]).join(&hex[2..]);
    let repository = Repository::at(&scratch.path).unwrap();
    let nothing = HashSet::new();
    let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect::<BTreeSet<_>>();

    let (b, bb, a) = (of(&format!("{first}:dir/b")), of(&format!("{stray}:dir/b")), of(&format!("{first}:a")));
    std::fs::remove_file(path(&bb)).unwrap();
    let told = traced(&repository, &[], &nothing).unwrap();
    assert!(told.lacking.to_string().is_empty(), "{:?}", told.lacking);
    assert_eq!(told.lacking.to_string(), "");

    std::fs::remove_file(path(&b)).unwrap();
    std::fs::remove_file(path(&a)).unwrap();
    let told = traced(&repository, &[], &nothing).unwrap();
    assert_eq!(told.lacking.missing, ids(&[&a, &b]));
    assert!(
        told.lacking.to_string().ends_with("is missing; `git fsck` tells more; so is one other"),
        "{}",
        told.lacking
    );

    // What else is there is told all the same.
    let (c, tree) = (of(&format!("{first}:dir/c")), of(&format!("{second}^{{tree}}")));
    std::fs::remove_file(path(&tree)).unwrap();
    let told = traced(&repository, &[], &HashSet::from([id(&c)])).unwrap();
    assert_eq!(told.lacking.missing, ids(&[&a, &b, &tree]));
    assert_eq!(told.seen[&id(&c)][0].commits.map(|commits| commits.1.id), Some(id(&first)));

    // A tree and a commit that are damaged.
    let (tree, damaged) = (of(&format!("{first}:dir")), path(&first));
    for path in [path(&tree), damaged] {
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "x").unwrap();
    }
    let told = traced(&repository, &[], &HashSet::from([id(&c)])).unwrap();
    assert!(told.lacking.malformed.contains(&id(&first)), "{:?}", told.lacking);
    assert_eq!((told.commits, told.unreachable.len()), (1, 1));
    scratch.git(&["update-ref", "-d", "refs/heads/main"]);
    std::fs::write(scratch.path.join(".git/refs/heads/main"), format!("{first}\n")).unwrap();
    let told = traced(&repository, &[], &nothing).unwrap();
    assert_eq!(told.broken_refs.len(), 2, "HEAD and main: {:?}", told.broken_refs);
}

#[test]
fn shallow_and_partial_clones_are_told_from_whole_ones() {
    let scratch = Scratch::new("sha1");
    scratch.git(&["config", "uploadpack.allowFilter", "true"]);
    let mut commits: Vec<String> = Vec::new();
    for text in ["1", "2", "3", "4"] {
        scratch.file("a", text).git(&["add", "."]);
        let parents: Vec<&str> = commits.last().map(String::as_str).into_iter().collect();
        commits.push(scratch.commit(&parents));
    }
    scratch.git(&["update-ref", "refs/heads/main", &commits[3]]);
    let url = format!("file://{}", scratch.path.display());
    let top = scratch.path.parent().unwrap();
    scratch.git_in(top, &["clone", "-q", "--depth", "2", &url, "shallow"]).unwrap();
    scratch.git_in(top, &["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "partial"]).unwrap();
    let blob = id(&scratch.git(&["rev-parse", &format!("{}:a", commits[2])]));

    let shallow = traced(&Repository::at(&top.join("shallow")).unwrap(), &[], &HashSet::from([blob])).unwrap();
    assert_eq!((shallow.commits, shallow.cut, shallow.lacking.to_string().is_empty()), (2, 1, true), "{shallow:?}");
    assert_eq!(shallow.seen[&blob][0].commits.map(|commits| commits.0.id), Some(id(&commits[2])));

    let partial = traced(&Repository::at(&top.join("partial")).unwrap(), &[], &HashSet::new()).unwrap();
    assert_eq!((partial.commits, partial.cut, partial.lacking.missing.len()), (4, 0, 4), "{partial:?}");
    assert!(partial.lacking.to_string().ends_with("gets all of them; so are 3 others"), "{}", partial.lacking);
}

#[test]
fn few_bytes_that_stand_for_many_paths_end() {
    let scratch = Scratch::new("sha1");
    let blob = id(&scratch.file("x", "x").git(&["hash-object", "-w", "x"]));
    let tree = |entries: &[(&str, &str, ObjectId)]| {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend([mode.as_bytes(), b" ", name.as_bytes(), b"\0", id.as_slice()].concat());
        }
        super::loose(&scratch, &bytes)
    };
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let bomb = (0..12).fold(tree(&[("100644", "x", blob)]), |inner, _| tree(&names.map(|name| ("40000", name, inner))));
    let deep = (0..5000).fold(tree(&[("100644", "x", blob)]), |inner, _| tree(&[("40000", "a", inner)]));
    let strange = tree(&[("100644", "../../x", blob), ("40000", ".git", deep), ("40000", "file", blob)]);
    scratch.git(&["update-ref", "refs/tags/deep", &deep.to_string()]);
    let repository = || Repository::at(&scratch.path).unwrap();
    let told = traced(&repository(), &["deep"], &HashSet::from([blob])).unwrap();
    assert_eq!((told.more, told.seen.len()), (true, 0), "its path is longer than any");
    scratch.git(&["update-ref", "refs/tags/strange", &strange.to_string()]);
    let told = traced(&repository(), &["strange"], &HashSet::from([blob])).unwrap();
    assert_eq!(told.seen[&blob][0].path, b"../../x");
    assert_eq!(told.lacking.malformed, BTreeSet::from([blob]), "a file where a directory should be");
    scratch.git(&["update-ref", "refs/tags/bomb", &bomb.to_string()]);
    let told = traced(&repository(), &["bomb"], &HashSet::from([blob])).unwrap();
    assert!(told.more && told.seen[&blob].len() > 1000);
}

#[test]
fn an_interrupted_trace_says_so() {
    let scratch = Scratch::new("sha1");
    scratch.file("a", "a").git(&["add", "."]);
    let commit = scratch.commit(&[]);
    scratch.git(&["update-ref", "refs/heads/main", &commit]);
    let (repository, objects) = scratch.open();
    let store = Store::open(&objects).unwrap();
    let stopped = trace(&repository, &objects, &store, &Selection::default(), &HashSet::new(), &AtomicBool::new(true));
    assert_eq!(stopped.unwrap_err(), "it was interrupted");
}
