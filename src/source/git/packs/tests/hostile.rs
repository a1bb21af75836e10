//! Damage, by accident and on purpose.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use gix::ObjectId;
use gix::objs::Kind;

use super::super::{Limits, Store};
use super::forge::{self, Forged, blob, delta, name, named, on};
use super::{Contents, Numbers, Scratch, grow, read};

/// An empty repository and its store.
fn empty() -> (Scratch, PathBuf) {
    let scratch = Scratch::new("sha1");
    let store = scratch.path.join(".git/objects");
    (scratch, store)
}

/// What is handed over as blobs, and what is said to be damaged.
fn blobs(scratch: &Scratch) -> (Vec<Vec<u8>>, Vec<String>) {
    let (found, damage) = read(scratch, Limits::default());
    let damage = damage.iter().map(|damage| {
        let name = damage.place.file_name().unwrap().to_string_lossy();
        format!("{} {name}: {}", damage.id.map_or("-".to_owned(), |id| id.to_hex_with_len(6).to_string()), damage.why)
    });
    (found.into_values().map(|(_, content)| content).collect(), damage.collect())
}

fn short(id: ObjectId) -> String {
    id.to_hex_with_len(6).to_string()
}

fn is_right(contents: &Contents) -> bool {
    contents.iter().all(|(id, (kind, content))| gix::objs::compute_hash(id.kind(), *kind, content).unwrap() == *id)
}

#[test]
fn what_is_flipped_or_cut_off_is_noticed() {
    for (version, format) in [("1", "sha1"), ("2", "sha1"), ("2", "sha256")] {
        let scratch = Scratch::new(format);
        grow(&scratch, &mut Numbers(3), 4);
        scratch.git(&["-c", &format!("pack.indexVersion={version}"), "repack", "-adfq"]);
        scratch.git(&["prune-packed"]);
        fs::remove_dir_all(scratch.path.join(".git/refs/tags")).unwrap();
        let (all, damage) = read(&scratch, Limits::default());
        assert!(damage.is_empty());
        let pack = fs::read_dir(scratch.path.join(".git/objects/pack")).unwrap().map(|entry| entry.unwrap().path());
        let pack = pack.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "pack")).unwrap();
        let (_, objects) = scratch.open();
        let check = |what: &str| {
            let store = Store::open(&objects).unwrap();
            let (found, mut damage) = (Mutex::new(Contents::new()), store.damage().to_vec());
            for kind in super::KINDS {
                let see = |id: &gix::hash::oid, content: &[u8]| {
                    found.lock().unwrap().insert(id.to_owned(), (kind, content.to_vec()));
                };
                damage.extend(store.each(kind, &|_| true, &see, &AtomicBool::new(false)));
            }
            let found = found.into_inner().unwrap();
            assert!(!damage.is_empty() || found == all, "version {version}, {format}, {what}");
            assert!(damage.iter().all(|damage| !damage.to_string().is_empty()));
        };
        for path in [pack.clone(), pack.with_extension("idx")] {
            let bytes = fs::read(&path).unwrap();
            let mut permissions = fs::metadata(&path).unwrap().permissions();
            #[expect(clippy::permissions_set_readonly_false, reason = "it is removed in a moment")]
            permissions.set_readonly(false);
            fs::set_permissions(&path, permissions).unwrap();
            let extension = path.extension().unwrap().to_string_lossy().into_owned();
            for (turn, at) in (0..bytes.len()).step_by(bytes.len() / 60).enumerate() {
                let flip = [0x01, 0x10, 0x80, 0xff][turn % 4];
                let mut flipped = bytes.clone();
                flipped[at] ^= flip;
                fs::write(&path, flipped).unwrap();
                check(&format!("{extension} {at} {flip:x}"));
                if turn % 8 == 0 {
                    fs::write(&path, &bytes[..at]).unwrap();
                    check(&format!("{extension} cut at {at}"));
                }
            }
            fs::write(&path, &bytes).unwrap();
            check("as it was");
        }
    }
}

#[test]
fn an_index_that_lies_leads_nowhere() {
    let (scratch, store) = empty();
    let contents: Vec<Vec<u8>> = (0..12).map(|number| format!("content {number}").into_bytes()).collect();
    forge::write(&store, "a", &contents.iter().map(|content| blob(content)).collect::<Vec<_>>());
    let (_, objects) = scratch.open();
    let path = store.join("pack/a.idx");
    let bytes = fs::read(&path).unwrap();
    let bytes = &bytes[..bytes.len() - 20];
    for (turn, at) in (8..bytes.len()).enumerate().filter(|(turn, at)| *at > 1000 || turn % 16 == 0) {
        for flip in [[0x01, 0xff], [0x80, 0x10]][turn % 2] {
            let mut bytes = bytes.to_vec();
            bytes[at] ^= flip;
            fs::write(&path, forge::resealed(bytes)).unwrap();
            let store = Store::open(&objects).unwrap();
            let (count, mut damage) = (AtomicU32::new(0), store.damage().to_vec());
            let see = |_: &gix::hash::oid, content: &[u8]| {
                count.fetch_add(u32::from(contents.iter().any(|known| known == content)), Ordering::Relaxed);
            };
            for kind in super::KINDS {
                damage.extend(store.each(kind, &|_| true, &see, &AtomicBool::new(false)));
            }
            let is_complete = count.into_inner() == 12 || !damage.is_empty();
            assert!(is_complete, "{at} {flip:x}");
        }
    }
}

#[test]
fn bases_are_found_wherever_they_are() {
    let (scratch, store) = empty();
    let [loose, far, near] = [&b"a loose object"[..], b"in another pack", b"in this pack"];
    scratch.file("loose", "a loose object").git(&["hash-object", "-w", "loose"]);
    let entries = [
        on(name(b"of far"), 6, b"of of far"),
        on(name(loose), loose.len(), b"of loose"),
        on(name(b"of loose"), 8, b"of of loose"),
        on(name(far), far.len(), b"of far"),
        on(name(near), near.len(), b"of near"),
        blob(near),
    ];
    forge::write(&store, "a", &entries);
    forge::write(
        &store,
        "b",
        &[blob(far), on(name(b"of near"), 7, b"back"), on(name(loose), loose.len(), b"of loose too")],
    );
    let (found, damage) = blobs(&scratch);
    assert_eq!(damage, [""; 0]);
    let expected: [&[u8]; 10] =
        [loose, far, near, b"of of far", b"of loose", b"of of loose", b"of far", b"of near", b"back", b"of loose too"];
    assert_eq!(found.len(), expected.len());
    assert!(expected.iter().all(|content| found.iter().any(|found| found == content)));

    fs::remove_file(store.join("pack/b.pack")).unwrap();
    let (found, damage) = blobs(&scratch);
    let lost = |content: &[u8]| format!("{} a.pack: what it is a delta of is missing or damaged", short(name(content)));
    let mut expected = [lost(b"of far"), lost(b"of of far")];
    expected.sort_unstable();
    assert_eq!(damage, expected);
    assert_eq!(found.len(), 5);
}

#[test]
fn circles_and_deltas_of_nothing_are_said() {
    let (scratch, store) = empty();
    let (a, b) = (name(b"a"), name(b"b"));
    let short_of = |base: ObjectId| delta(1, 1, &[1, base.as_slice()[0]]);
    let own = name(b"own");
    forge::write(
        &store,
        "a",
        &[
            Forged { id: a, bytes: named(b, &short_of(b)) },
            Forged { id: own, bytes: named(own, &short_of(own)) },
            Forged { id: name(b"zero"), bytes: [forge::header(forge::OFS_DELTA, 4), vec![0]].concat() },
            Forged { id: name(b"before"), bytes: [forge::header(forge::OFS_DELTA, 4), vec![0x7f]].concat() },
            Forged { id: name(b"far before"), bytes: [vec![0x64], vec![0xff; 11]].concat() },
            Forged { id: name(b"kind 0"), bytes: vec![0x04] },
            Forged { id: name(b"endless size"), bytes: vec![0xff; 40] },
            blob(b"good"),
        ],
    );
    forge::write(&store, "b", &[Forged { id: b, bytes: named(a, &short_of(a)) }]);
    let (found, damage) = blobs(&scratch);
    assert_eq!(found, [b"good"]);
    let mut expected: Vec<String> = [
        (a, "a", "what it is a delta of is missing or damaged"),
        (b, "b", "what it is a delta of is missing or damaged"),
        (own, "a", "what it is a delta of is missing or damaged"),
        (name(b"zero"), "a", "it is a delta of something that is not there"),
        (name(b"before"), "a", "it is a delta of something that is not there"),
        (name(b"far before"), "a", "it is a delta of something that is not there"),
        (name(b"kind 0"), "a", "its header is malformed"),
        (name(b"endless size"), "a", "its header is malformed"),
    ]
    .map(|(id, pack, why)| format!("{} {pack}.pack: {why}", short(id)))
    .into();
    expected.sort_unstable();
    assert_eq!(damage, expected);
}

#[test]
fn sizes_are_the_most_that_is_inflated() {
    let (scratch, store) = empty();
    let base = b"0123456789";
    let bomb = forge::deflated(&vec![0; 10 << 20]);
    let sized = |size: u64, stream: &[u8]| [forge::header(forge::BLOB, size), stream.to_vec()].concat();
    let of_base = |delta: Vec<u8>| named(name(base), &delta);
    let copy = [0x90, 10];
    let cases = [
        ("longer", sized(9, &bomb), "it is longer than it says"),
        ("longer by one", sized(9, &forge::deflated(base)), "it is longer than it says"),
        ("shorter", sized(11, &forge::deflated(base)), "it is shorter than it says"),
        ("none", sized(0, &forge::deflated(base)), "it is longer than it says"),
        ("huge", sized(1 << 40, &bomb), "it has more than 128 MiB"),
        ("broken", sized(10, b"\x78\x9cno stream at all"), "its compressed bytes are damaged"),
        ("huge delta", of_base(delta(10, 1 << 40, &copy)), "it has more than 128 MiB"),
        ("wrong base", of_base(delta(11, 10, &copy)), "its delta is malformed"),
        ("delta makes more", of_base(delta(10, 9, &copy)), "its delta is malformed"),
        ("delta makes less", of_base(delta(10, 11, &copy)), "its delta is malformed"),
        ("copies from beyond", of_base(delta(10, 10, &[0x91, 1, 10])), "its delta is malformed"),
        ("copies from afar", of_base(delta(10, 10, &[0xff; 8])), "its delta is malformed"),
        ("copies 64 KiB", of_base(delta(10, 0x1_0000, &[0x80])), "its delta is malformed"),
        ("copy cut off", of_base(delta(10, 10, &[0x9f, 0])), "its delta is malformed"),
        ("insert cut off", of_base(delta(10, 10, &[10, 0])), "its delta is malformed"),
        ("reserved", of_base(delta(10, 10, &[0])), "its delta is malformed"),
        ("no sizes", of_base(vec![0xff; 20]), "its delta is malformed"),
        ("empty", of_base(Vec::new()), "its delta is malformed"),
    ];
    let mut entries: Vec<Forged> =
        cases.iter().map(|(what, bytes, _)| Forged { id: name(what.as_bytes()), bytes: bytes.clone() }).collect();
    entries.push(blob(base));
    entries.push(blob(b""));
    entries.push(on(name(b"huge"), 10, b"of huge"));
    forge::write(&store, "a", &entries);
    let (found, damage) = blobs(&scratch);
    assert_eq!(found.len(), 2);
    let mut expected: Vec<String> =
        cases.iter().map(|(what, _, why)| format!("{} a.pack: {why}", short(name(what.as_bytes())))).collect();
    expected.push(format!("{} a.pack: what it is a delta of cannot be read", short(name(b"of huge"))));
    let mut damage = damage;
    damage.sort_unstable();
    expected.sort_unstable();
    assert_eq!(damage, expected);
}

#[test]
fn long_chains_and_wide_families_take_little() {
    let (scratch, store) = empty();
    let content = |number: usize| format!("{number:06}{}", "x".repeat(1000)).into_bytes();
    // Keeps all of its base but the number.
    let next = |base: usize, number: usize| {
        let text = content(number);
        let delta = delta(1006, 1006, &[&[6][..], &text[..6], &[0xb1, 6, 0xe8, 3]].concat());
        Forged { id: name(&text), bytes: named(name(&content(base)), &delta) }
    };
    let chain = 5000;
    let mut entries = vec![blob(&content(0))];
    entries.extend((1..chain).map(|number| next(number - 1, number)));
    // And from the middle of it, many at once.
    entries.extend((chain..2 * chain).map(|number| next(chain / 2, number)));
    forge::write(&store, "a", &entries);
    // Room for a few contents, not for a chain of them.
    let limits = Limits { alone: 8 * 1006, ..Limits::default() };
    for limits in [limits, Limits { together: 0, ..limits }] {
        let (found, damage) = read(&scratch, limits);
        assert_eq!(damage, []);
        assert!(found.len() == 2 * chain && is_right(&found));
    }
    let (found, damage) = read(&scratch, Limits { alone: 1500, together: 0, ..limits });
    assert_eq!((found.len(), damage.len()), (1, 2 * chain - 1));
    assert_eq!(damage[0].why.to_string().contains("memory") || damage[0].why.to_string().contains("delta"), true);
    let (found, damage) = read(&scratch, Limits { object: 1005, ..limits });
    assert_eq!((found.len(), damage.len()), (0, 2 * chain));
    assert!(damage.iter().any(|damage| damage.why.to_string() == "it has more than 1005 bytes"));
}

#[test]
fn only_what_leads_to_something_wanted_is_inflated() {
    let (scratch, store) = empty();
    let broken = |what: &[u8]| Forged { id: name(what), bytes: [forge::header(forge::BLOB, 3), vec![0; 9]].concat() };
    forge::write(
        &store,
        "a",
        &[
            broken(b"alone"),
            blob(b"base"),
            on(name(b"base"), 4, b"wanted"),
            Forged { id: name(b"beside"), bytes: named(name(b"base"), b"nothing") },
            on(name(b"beside"), 6, b"below"),
        ],
    );
    let (_, objects) = scratch.open();
    let store = Store::open(&objects).unwrap();
    let seen = Mutex::new(Vec::new());
    let see = |_: &gix::hash::oid, content: &[u8]| seen.lock().unwrap().push(content.to_vec());
    let stop = AtomicBool::new(false);
    let damage = store.each(Kind::Blob, &|id| *id == *name(b"wanted"), &see, &stop);
    assert_eq!((seen.lock().unwrap().as_slice(), damage.len()), (&[b"wanted".to_vec()][..], 0));
    assert_eq!(store.each(Kind::Blob, &|_| true, &see, &stop).len(), 3);
    stop.store(true, Ordering::Relaxed);
    seen.lock().unwrap().clear();
    assert_eq!(store.each(Kind::Blob, &|_| true, &see, &stop), []);
    assert!(seen.lock().unwrap().is_empty());
    assert_eq!(store.count(), 5);
    assert!(store.has(&name(b"alone")) && !store.has(&name(b"nothing")));
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let (scratch, store) = empty();
    forge::write(&store, "good", &[blob(b"good")]);
    let (_, objects) = scratch.open();
    let pipe = |path: &str| {
        let path = store.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RWXU).unwrap();
    };
    let link = |to: &str, path: &str| std::os::unix::fs::symlink(to, store.join(path)).unwrap();
    pipe("pack/pipe.pack");
    fs::create_dir(store.join("pack/folder.pack")).unwrap();
    link("/dev/zero", "pack/zero.pack");
    link("nowhere", "pack/nowhere.pack");
    fs::copy(store.join("pack/good.pack"), store.join("pack/alone.pack")).unwrap();
    fs::copy(store.join("pack/good.pack"), store.join("pack/waits.pack")).unwrap();
    pipe("pack/waits.idx");
    pipe("ab");
    let hex = |what: &str| format!("{what}{}", "0".repeat(36));
    pipe(&format!("cd/{}", hex("aa")));
    link("/dev/zero", &format!("cd/{}", hex("bb")));
    fs::create_dir(store.join("cd").join(hex("cc"))).unwrap();
    fs::write(store.join("cd").join(hex("dd")), "").unwrap();
    fs::write(store.join("cd").join(hex("ee")), forge::deflated(b"blob 5\0abc")).unwrap();
    fs::write(store.join("cd").join(hex("ef")), forge::deflated(&[b"blob 5\0".to_vec(), vec![0; 1 << 20]].concat()))
        .unwrap();
    fs::write(store.join("cd").join(hex("f0")), forge::deflated(b"blob 99999999999999999999\0")).unwrap();
    fs::write(store.join("cd").join(hex("f1")), forge::deflated(b"blob 999999999999\0")).unwrap();
    fs::write(store.join("cd").join(hex("f2")), forge::deflated(&[b'x'; 1000])).unwrap();
    let store = Store::open(&objects).unwrap();
    let seen = Mutex::new(Vec::new());
    let see = |_: &gix::hash::oid, content: &[u8]| seen.lock().unwrap().push(content.to_vec());
    let damage = store.each(Kind::Blob, &|_| true, &see, &AtomicBool::new(false));
    assert_eq!(*seen.lock().unwrap(), [b"good".to_vec()]);
    let told = |damage: &[super::Damage]| -> Vec<String> {
        let line = |damage: &super::Damage| {
            let name = damage.place.file_name().unwrap().to_str().unwrap();
            format!("{}: {}", name.split_at(name.len().min(11)).0.trim_end_matches('0'), damage.why)
        };
        damage.iter().map(line).collect()
    };
    assert_eq!(
        told(store.damage()),
        [
            "zero: it is a pipe, socket or device, not a regular file",
            "ab: it cannot be read: not a directory",
            "alone.pack: it has no index; `git index-pack` makes one",
            "folder.pack: it is a directory, not a regular file",
            "nowhere.pac: it cannot be read: no such file or directory",
            "pipe.pack: it is a pipe, socket or device, not a regular file",
            "waits.pack: its index is refused: it is a pipe, socket or device, not a regular file",
        ]
    );
    assert_eq!(
        told(&damage),
        [
            "aa: it is a pipe, socket or device, not a regular file",
            "bb: it is a symbolic link, not a regular file",
            "cc: it is a directory, not a regular file",
            "dd: its header is malformed",
            "ee: it has not the size it says",
            "ef: it is longer than it says",
            "f: its header is malformed",
            "f1: it has more than 128 MiB",
            "f2: its header is malformed",
        ]
    );
}
