//! Ignore lines: a file is examined, or git ignores it; where the lines stand and how they end changes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use dekey::prefilter::Prefilter;
use dekey::source::{Progress, Reason, Walk, walk};

const FILES: [&str; 6] = ["a", "b.log", "c d", "dir/a", "dir/.hidden", "dir/sub/[x].rb"];

/// The lines of a `.gitignore`.
pub fn run(bytes: &[u8]) {
    let own = examined(".gitignore", bytes);
    assert_eq!(own, examined(".git/info/exclude", bytes), "in another file");
    if !bytes.contains(&b'\r') {
        let ends: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| if *byte == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(byte) }.to_vec())
            .collect();
        assert_eq!(own, examined(".gitignore", &ends), "with other line ends");
    }
}

/// The files that are not ignored.
fn examined(place: &str, lines: &[u8]) -> BTreeSet<String> {
    let dir = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("beneath the root")).expect("a directory");
        fs::write(path, text).expect("a file");
    };
    write(".git/HEAD", b"ref: refs/heads/main\n");
    FILES.iter().for_each(|name| write(name, b"text"));
    write(place, lines);
    let request = Walk { threads: 1, ..Walk::new(dir.path().to_owned(), vec![".".into()]) };
    let found = Mutex::new(BTreeSet::new());
    let walked = walk(&request, &Prefilter::all(), &Progress::default(), &|source| {
        let path = source.path.as_path();
        if FILES.iter().any(|name| path == Path::new(name)) {
            found.lock().expect("no panic").insert(source.path.to_str_lossy().into_owned());
        }
    });
    let found = found.into_inner().expect("no panic");
    let ignored = walked.counts.get(&Reason::Ignored).is_some_and(|count| *count > 0);
    assert!(ignored || found.len() == FILES.len(), "{:?} are neither examined nor ignored", walked.skipped);
    found
}
