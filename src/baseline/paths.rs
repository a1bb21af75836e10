//! Paths as a baseline writes them.
//!
//! Owns their text: UTF-8 with `/` between names, relative to the baseline's directory, bytes that are not UTF-8 as
//! `%FF`, and `%` itself as `%25`. It touches no file: what is a link was resolved before. The decision to know: the
//! text is the same on every machine and from every working directory.

use std::fmt::Write as _;

use crate::source::RelPath;

/// A path as text.
#[must_use]
pub fn text(path: &RelPath) -> String {
    let mut text = String::new();
    for chunk in path.as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        // Writing to a string cannot fail.
        chunk.invalid().iter().for_each(|byte| _ = write!(text, "%{byte:02X}"));
    }
    text
}

/// `path` seen from `base`; both are absolute texts.
#[must_use]
pub fn relative(base: &str, path: &str) -> String {
    let (base, path) = (names(base), names(path));
    let common = base.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let mut steps = vec![".."; base.len() - common];
    steps.extend(&path[common..]);
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}

/// Whether `path`, seen from `base`, is `root` or lies beneath it; `base` and `root` are absolute texts.
#[must_use]
pub fn beneath(root: &str, base: &str, path: &str) -> bool {
    names(&format!("{base}/{path}")).starts_with(&names(root))
}

/// The names of a path, without steps back and forth.
fn names(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => (),
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_baseline() {
        for (base, path, expected) in [
            ("/r", "/r/a/b", "a/b"),
            ("/r/x", "/r/a/b", "../a/b"),
            ("/r/x/y", "/r", "../.."),
            ("/r", "/r", "."),
            ("/", "/a", "a"),
            ("/r", "/r/x/../y", "y"),
        ] {
            assert_eq!(relative(base, path), expected);
        }
    }

    #[test]
    fn what_is_examined_lies_beneath_a_root() {
        for (root, path, expected) in [
            ("/r", "a/b", true),
            ("/r/a", "a/b", true),
            ("/r/a", "ab", false),
            ("/r/a/b", "a/b", true),
            ("/r/a/b", "a", false),
            ("/", "a", true),
            ("/other", "../other/x", true),
            ("/r", "../other/x", false),
        ] {
            assert_eq!(beneath(root, "/r", path), expected, "{root} {path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_have_a_text() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(b"/50%/caf\xe9/\xc3\xa9"));
        assert_eq!(text(&RelPath::new(path)), "/50%25/caf%E9/é");
    }
}
