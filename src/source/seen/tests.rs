use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gix::ObjectId;
use gix::hash::Kind;
use sha2::{Digest as _, Sha256};

use super::{Cache, EXTENSION, HEADER, Key, SUM, dir, place};

struct Scratch {
    _guard: tempfile::TempDir,
    cache: PathBuf,
    repository: PathBuf,
}

impl Scratch {
    fn new() -> Self {
        let guard = tempfile::tempdir().unwrap();
        let top = guard.path().canonicalize().unwrap();
        let repository = top.join("a-telling-name/.git");
        std::fs::create_dir_all(&repository).unwrap();
        Self { _guard: guard, cache: top.join("cache/dekey"), repository }
    }

    fn key(&self, rules: &str) -> Key {
        Key::new(&self.repository, Kind::Sha1, [rules.as_bytes()])
    }

    fn load(&self) -> (Cache, Option<String>) {
        Cache::load(&self.cache, &[&self.repository], self.key("rules"))
    }

    /// The only file there is.
    fn file(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(&self.cache).unwrap();
        let file = entries.next().unwrap().unwrap().path();
        assert!(entries.next().is_none());
        file
    }
}

fn id(number: u32) -> ObjectId {
    let digest = Sha256::digest(number.to_be_bytes());
    ObjectId::try_from(&digest[..20]).unwrap()
}

#[test]
fn what_was_added_is_known_the_next_time() {
    let scratch = Scratch::new();
    let (seen, why) = scratch.load();
    assert_eq!((seen.known(), why), (0, None));
    std::thread::scope(|scope| {
        let seen = &seen;
        for thread in 0..4 {
            scope.spawn(move || (0..1000).for_each(|number| seen.add(&id(thread * 700 + number))));
        }
    });
    assert!(!seen.contains(&id(0)), "only what an earlier run has examined");
    seen.save().unwrap();
    for round in 1..4 {
        let (seen, why) = scratch.load();
        assert_eq!((seen.known(), why), (3100 + (round - 1) as usize, None));
        assert!((0..3100).all(|number| seen.contains(&id(number))));
        assert!((5000..9000).all(|number| !seen.contains(&id(number))));
        seen.add(&id(0));
        seen.add(&id(9000 + round));
        // As a run does that is interrupted later.
        seen.save().unwrap();
        seen.save().unwrap();
    }
    let text = std::fs::read(scratch.file()).unwrap();
    assert!(memchr::memmem::find(&text, b"telling").is_none());
    assert!(!scratch.file().to_string_lossy().contains("telling"));
    assert_eq!(scratch.file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(scratch.cache.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn what_is_doubtful_is_examined_again() {
    let scratch = Scratch::new();
    let (seen, _) = scratch.load();
    (0..10).for_each(|number| seen.add(&id(number)));
    seen.save().unwrap();
    seen.forget(&id(3));
    seen.save().unwrap();
    let (seen, _) = scratch.load();
    assert_eq!((seen.known(), seen.contains(&id(3))), (9, false));
    seen.forget(&id(4));
    seen.add(&id(4));
    seen.save().unwrap();
    assert_eq!(scratch.load().0.known(), 8);
}

#[test]
fn other_rules_hashes_and_repositories_know_nothing_of_it() {
    let scratch = Scratch::new();
    let (seen, _) = scratch.load();
    seen.add(&id(1));
    seen.add(&ObjectId::null(Kind::Sha256));
    seen.save().unwrap();
    assert_eq!(scratch.load().0.known(), 1);
    let known = |key: Key| {
        let (seen, why) = Cache::load(&scratch.cache, &[], key);
        assert_eq!(why, None);
        seen.known()
    };
    assert_eq!(known(scratch.key("rules")), 1);
    assert_eq!(known(scratch.key("others")), 0);
    assert_eq!(known(Key::new(&scratch.repository, Kind::Sha1, [&b"ru"[..], b"les"])), 0);
    assert_eq!(known(Key::new(&scratch.repository, Kind::Sha256, [&b"rules"[..]])), 0);
    assert_eq!(known(Key::new(&scratch.cache, Kind::Sha1, [&b"rules"[..]])), 0);
    // It is replaced by what is found with other rules.
    let (seen, _) = Cache::load(&scratch.cache, &[], scratch.key("others"));
    seen.add(&id(2));
    seen.save().unwrap();
    scratch.file();
    assert_eq!(known(scratch.key("rules")), 0);
}

#[test]
fn damage_is_said_and_counts_for_nothing() {
    let scratch = Scratch::new();
    let (seen, _) = scratch.load();
    (0..20).for_each(|number| seen.add(&id(number)));
    seen.save().unwrap();
    let file = scratch.file();
    let whole = std::fs::read(&file).unwrap();
    let refused = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let (seen, why) = scratch.load();
        assert!(seen.known() == 0 && why.is_some(), "{} bytes: {why:?}", bytes.len());
        why.unwrap()
    };
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        refused(&bytes);
        refused(&whole[..at]);
    }
    refused(&[&whole[..], b"x"].concat());
    assert!(refused(b"something else").contains("none of dekey's"));
    // With a sum that is right, as somebody can make it.
    let summed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole[..whole.len() - SUM].to_vec();
        change(&mut bytes);
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&sum);
        refused(&bytes);
    };
    summed(&|bytes| bytes[HEADER..HEADER + 40].rotate_left(20));
    summed(&|bytes| bytes[HEADER - 8..HEADER].fill(0xff));
    summed(&|bytes| bytes[HEADER - 1] += 1);
    summed(&|bytes| bytes.truncate(HEADER + 30));
    summed(&|bytes| bytes.truncate(HEADER - 3));
    // It is made anew.
    let (seen, _) = scratch.load();
    seen.add(&id(1));
    seen.save().unwrap();
    assert_eq!(scratch.load().0.known(), 1);
}

#[test]
fn what_is_no_file_of_this_user_is_not_read() {
    let scratch = Scratch::new();
    let (seen, _) = scratch.load();
    seen.add(&id(1));
    seen.save().unwrap();
    let file = scratch.file();
    let why = |scratch: &Scratch| {
        let (seen, why) = scratch.load();
        assert_eq!(seen.known(), 0);
        why.unwrap()
    };
    let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    set(&file, 0o602);
    assert!(why(&scratch).contains("other users can write to it"));
    set(&file, 0o600);
    if std::os::unix::fs::chown(&file, Some(12345), None).is_ok() {
        assert!(why(&scratch).contains("another user"));
        std::os::unix::fs::chown(&file, Some(0), None).unwrap();
    }
    set(&scratch.cache, 0o777);
    assert!(why(&scratch).contains("other users can write to it"));
    set(&scratch.cache, 0o700);
    assert_eq!(scratch.load().0.known(), 1);

    std::fs::File::options().write(true).open(&file).unwrap().set_len(1 << 40).unwrap();
    assert!(why(&scratch).contains("larger than"));
    let elsewhere = scratch.repository.join("elsewhere");
    std::fs::rename(&file, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert!(why(&scratch).contains("a symbolic link"));
    std::fs::remove_file(&file).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &file, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(why(&scratch).contains("a pipe"));
    let (seen, _) = scratch.load();
    seen.add(&id(1));
    seen.save().unwrap();
    assert_eq!(scratch.load().0.known(), 1, "a file takes the place of what was there");
}

#[test]
fn nothing_is_written_into_the_repository_or_where_nothing_can_be() {
    let scratch = Scratch::new();
    let top = scratch.repository.parent().unwrap();
    let inside = top.join("some/cache");
    let link = scratch.repository.with_file_name("link");
    std::os::unix::fs::symlink(top, &link).unwrap();
    for dir in [&inside, &link.join("cache"), &scratch.repository, &top.join("file/cache")] {
        std::fs::write(top.join("file"), "").unwrap();
        let (seen, why) = Cache::load(dir, &[top], scratch.key("rules"));
        assert!(why.unwrap().contains("is not kept in"), "{}", dir.display());
        seen.add(&id(1));
        seen.save().unwrap();
        assert!(!inside.exists() && !link.join("cache").exists());
    }
    let seen = Cache::nothing(scratch.key("rules"));
    seen.add(&id(1));
    seen.save().unwrap();
    seen.save_when_due().unwrap();
    assert!(!scratch.cache.exists());
    // It went away meanwhile.
    let (seen, _) = scratch.load();
    seen.add(&id(1));
    std::fs::remove_dir_all(&scratch.cache).unwrap();
    assert!(seen.save().unwrap_err().contains("cannot be written"));
}

#[test]
fn runs_at_the_same_time_leave_one_whole_file() {
    let scratch = Scratch::new();
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let scratch = &scratch;
            scope.spawn(move || {
                for round in 0..20 {
                    let (seen, why) = scratch.load();
                    assert_eq!(why, None);
                    seen.add(&id(thread * 100 + round));
                    seen.save().unwrap();
                }
            });
        }
    });
    // Who writes last may have read before the others wrote.
    let (seen, why) = scratch.load();
    assert!(why.is_none() && seen.known() > 0);
    scratch.file();
}

#[test]
fn the_caches_not_used_for_longest_go_first() {
    let scratch = Scratch::new();
    let (seen, _) = scratch.load();
    seen.add(&id(1));
    seen.save().unwrap();
    let kept = scratch.file();
    let make = |name: &str, age: u64| {
        let path = scratch.cache.join(name);
        std::fs::write(&path, [0; 100]).unwrap();
        let time = SystemTime::now() - Duration::from_secs(age);
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        path
    };
    let names = |number: u64| format!("{number:032x}.{EXTENSION}");
    let caches: Vec<PathBuf> = (1..=6).map(|number| make(&names(number), number * 1000)).collect();
    let others = [make("notes.seen", 1 << 20), make("0.seen", 1 << 20), make(".dekey-x.new", 10)];
    let abandoned = make(".dekey-y.new", 1 << 20);
    let left = || caches.iter().filter(|path| path.exists()).count();
    place::tidy(&scratch.cache, &kept, 6, 1 << 20);
    assert_eq!((left(), caches[5].exists(), abandoned.exists()), (5, false, false));
    place::tidy(&scratch.cache, &kept, 6, kept.metadata().unwrap().len() + 250);
    assert_eq!((left(), caches[1].exists()), (2, true));
    place::tidy(&scratch.cache, &kept, 0, 0);
    assert_eq!((left(), kept.exists(), others.iter().all(|path| path.exists())), (0, true, true));
}

#[test]
fn the_environment_tells_where_caches_are() {
    let told = |pairs: &[(&str, &str)]| dir(|name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.into()));
    assert_eq!(told(&[("DEKEY_CACHE_DIR", "here"), ("HOME", "/h")]), Some("here".into()));
    assert_eq!(told(&[("DEKEY_CACHE_DIR", ""), ("HOME", "/h")]), None);
    assert_eq!(told(&[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Some("/x/dekey".into()));
    assert_eq!(told(&[("XDG_CACHE_HOME", "x"), ("HOME", "h")]), None);
    let home = if cfg!(target_os = "macos") { "/h/Library/Caches/dekey" } else { "/h/.cache/dekey" };
    assert_eq!(told(&[("XDG_CACHE_HOME", ""), ("HOME", "/h")]), Some(home.into()));
}
