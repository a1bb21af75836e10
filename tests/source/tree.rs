//! Which files are examined, and what is said about the others.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use dekey::source::{Reason, RelPath, Walk};

use super::{Scan, Tree};

#[test]
fn files_with_a_needle_are_handed_over() {
    let tree = Tree::new();
    tree.file("a.txt", "a Needle").file("b/c.txt", "needle").file("b/d.txt", "nothing").file("empty", "");
    let scan = tree.scan();
    assert_eq!(scan.paths(), ["a.txt", "b/c.txt"]);
    assert_eq!(scan.sources[0].text, b"a Needle");
    assert!(scan.sources[0].whole && !scan.sources[0].explicit && !scan.sources[0].binary);
    assert_eq!(scan.walked.examined, 4);
    assert_eq!(scan.walked.bytes, 8 + 6 + 7);
    assert_eq!(scan.skipped(), []);
}

#[test]
fn dotfiles_are_examined_and_repository_internals_are_not() {
    let tree = Tree::new();
    tree.file(".env", "needle").file(".github/workflows/ci.yml", "needle").file(".gitmodules", "needle");
    tree.file(".git/config", "needle").file("sub/.git/config", "needle");
    assert_eq!(tree.scan().paths(), [".env", ".github/workflows/ci.yml", ".gitmodules"]);
}

#[test]
fn settings_without_a_needle_are_listed() {
    let tree = Tree::new();
    tree.file("z/.env", "A=1").file("compose.yml", "{}").file(".env.test", "a needle").file("main.rb", "");
    let scan = tree.scan();
    assert_eq!(scan.walked.settings, ["compose.yml", "z/.env"].map(RelPath::from));
    assert_eq!(scan.paths(), [".env.test"]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let tree = Tree::new();
    for number in 0..300 {
        let content = if number % 3 == 0 { "needle" } else { "hay" };
        tree.file(&format!("d{}/f{number}", number % 17), content);
    }
    tree.file("d1/.env", "").file("d2/.env", "").pipe("d3/pipe").pipe("d4/pipe");
    let scans = [1, 2, 9].map(|threads| Scan::of(&Walk { threads, ..tree.walk() }));
    for scan in &scans {
        assert_eq!(scan.paths(), scans[0].paths());
        assert_eq!(scan.walked.skipped, scans[0].walked.skipped);
        assert_eq!(scan.walked.settings, scans[0].walked.settings);
        assert_eq!((scan.walked.examined, scan.walked.bytes), (302, scans[0].walked.bytes));
    }
    assert_eq!(scans[0].paths().len(), 100);
}

#[test]
fn what_is_no_file_is_never_opened() {
    let tree = Tree::new();
    tree.file("a/file", "needle").pipe("a/pipe");
    let _socket = std::os::unix::net::UnixListener::bind(tree.path.join("a/socket")).unwrap();
    tree.link("zero", "/dev/zero").link("loop", "loop").link("up", "..").link("a/here", ".").link("root", "/");
    tree.link("mem", "/proc/self/mem").link("dangling", "nowhere").link("again", "a/file");
    let scan = tree.scan();
    assert_eq!(scan.paths(), ["a/file"]);
    assert_eq!(scan.skipped(), [("a/pipe".into(), Reason::Special), ("a/socket".into(), Reason::Special)]);
    assert_eq!(scan.counts(), [(Reason::Symlink, 8), (Reason::Special, 2)].into());
    assert!(scan.complete());
}

#[test]
fn named_paths_that_cannot_be_examined_make_the_scan_incomplete() {
    let tree = Tree::new();
    tree.file("good", "needle").pipe("pipe").link("dangling", "nowhere").link("loop", "loop");
    let scan = tree.scan_named(&["good", "absent", "pipe", "dangling", "loop", "good/beneath", "/dev/zero"]);
    assert_eq!(scan.paths(), ["good"]);
    assert_eq!(
        scan.skipped(),
        [
            ("/dev/zero".into(), Reason::NotAFile),
            ("absent".into(), Reason::Missing),
            ("dangling".into(), Reason::Missing),
            ("good/beneath".into(), Reason::Missing),
            ("loop".into(), Reason::Unreadable),
            ("pipe".into(), Reason::NotAFile),
        ]
    );
    assert!(!scan.complete());
}

#[test]
fn a_link_that_is_named_is_followed() {
    let tree = Tree::new();
    tree.file("real/file", "needle").link("to-file", "real/file").link("to-dir", "real");
    let scan = tree.scan_named(&["to-file"]);
    assert_eq!(scan.paths(), ["to-file"]);
    assert!(scan.sources[0].explicit);
    assert_eq!(tree.scan_named(&["to-dir"]).paths(), ["to-dir/file"]);
}

#[test]
fn what_is_named_twice_is_examined_once() {
    let tree = Tree::new();
    tree.file("a/b/file", "needle").file("a/other", "needle");
    for roots in [&["a", "a/b", "a/b/file", "./a"][..], &["a/b/file", "a/b", "a"], &["a/b", ".", "a/b/file"]] {
        let scan = tree.scan_named(roots);
        assert_eq!(scan.paths(), ["a/b/file", "a/other"], "{roots:?}");
        assert_eq!(scan.walked.examined, 2, "{roots:?}");
    }
    assert!(tree.scan_named(&["a", "a/b/file"]).sources[0].explicit);
}

#[test]
fn paths_are_shown_as_they_were_named() {
    let tree = Tree::new();
    tree.file("a/b/file", "needle").file("c", "needle");
    let absolute = tree.path.join("a");
    let scan = tree.scan_named(&[absolute.to_str().unwrap(), "./c"]);
    assert_eq!(scan.paths(), ["a/b/file", "c"]);
    let beneath = Walk { base: tree.path.join("a"), ..tree.walk() };
    let scan = Scan::of(&Walk { roots: vec!["../c".into(), "b".into()], ..beneath });
    assert_eq!(scan.paths(), ["../c", "b/file"]);
}

#[test]
fn names_that_are_not_utf8_survive() {
    let tree = Tree::new();
    let name = OsStr::from_bytes(b"caf\xe9\n\x1b[31m");
    std::fs::create_dir(tree.path.join(name)).unwrap();
    std::fs::write(tree.path.join(name).join(name), "needle").unwrap();
    let scan = tree.scan();
    assert_eq!(scan.sources[0].path.as_bytes(), b"caf\xe9\n\x1b[31m/caf\xe9\n\x1b[31m");
    assert_eq!(std::fs::read(tree.path.join(scan.sources[0].path.as_path())).unwrap(), b"needle");
}

/// A file that even root cannot read from its start.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_said() {
    let tree = Tree::new();
    tree.file("file", "needle");
    let scan = tree.scan_named(&["file", "/proc/self/mem"]);
    assert_eq!(scan.paths(), ["file"]);
    assert_eq!(scan.walked.skipped.iter().map(|s| s.reason).collect::<Vec<_>>(), [Reason::Unreadable]);
    assert!(!scan.complete());
}

/// Root reads everything, so that this test says something for other users only.
#[test]
fn a_directory_that_cannot_be_listed_is_said_and_the_rest_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let tree = Tree::new();
    tree.file("closed/file", "needle").file("file", "needle").file("secret", "needle");
    for name in ["closed", "secret"] {
        std::fs::set_permissions(tree.path.join(name), std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    let scan = tree.scan();
    std::fs::set_permissions(tree.path.join("closed"), std::fs::Permissions::from_mode(0o700)).unwrap();
    if std::fs::read_dir("/root").is_ok() {
        assert_eq!(scan.paths(), ["closed/file", "file", "secret"]);
    } else {
        assert_eq!(scan.paths(), ["file"]);
        assert_eq!(scan.skipped(), [("closed".into(), Reason::Unreadable), ("secret".into(), Reason::Unreadable)]);
        assert!(!scan.complete());
    }
}

#[test]
fn a_path_too_long_for_the_system_is_said_and_the_rest_goes_on() {
    use rustix::fs::{Mode, OFlags, mkdirat, openat};
    let tree = Tree::new();
    tree.file("file", "needle");
    let name = "d".repeat(200);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut at = openat(rustix::fs::CWD, &tree.path, flags, Mode::empty()).unwrap();
    for _ in 0..30 {
        mkdirat(&at, name.as_str(), Mode::RWXU).unwrap();
        at = openat(&at, name.as_str(), flags, Mode::empty()).unwrap();
    }
    let scan = tree.scan();
    assert_eq!(scan.paths(), ["file"]);
    assert_eq!(scan.walked.skipped.iter().map(|s| s.reason).collect::<Vec<_>>(), [Reason::PathTooLong]);
    assert!(!scan.complete());
}
