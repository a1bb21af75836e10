//! What git ignores.
//!
//! Owns the reading of `.gitignore` and `info/exclude` and the order in which they decide: the deepest file first, in
//! a file the last line. It knows no index; what is ignored may still be tracked. The decisions to know: only git's own
//! files count (no `.ignore`, no global file), only inside a repository, as for git; and a file with patterns is opened
//! like any other file of a hostile tree, with a cap on its size and its cost. A refused one counts as absent: more is
//! examined, never less.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::git::Repository;
use super::open::{Dir, OpenError, ReadError, read_to};

/// The most bytes a file with patterns may have.
pub(crate) const MAX_BYTES: u64 = 1 << 20;
/// The most patterns it may have, and the most wildcards: each costs about 1.5 KiB once compiled.
pub(crate) const MAX_PATTERNS: usize = 20_000;
/// The most patterns and wildcards that all files of one walk may have together: they stay in memory until its end.
const MAX_TOGETHER: usize = 100_000;

/// What the files with patterns of one walk may still cost.
#[derive(Debug)]
pub(crate) struct Allowance(AtomicUsize);

impl Default for Allowance {
    fn default() -> Self {
        Self(AtomicUsize::new(MAX_TOGETHER))
    }
}

impl Allowance {
    fn take(&self, cost: usize) -> Result<(), String> {
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost));
        taken.map(drop).map_err(|_| format!("all such files together have more than {MAX_TOGETHER} patterns"))
    }
}

/// The rules in force in a directory of a repository.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) repository: Arc<Repository>,
    level: Level,
}

#[derive(Debug)]
enum Level {
    /// A file with patterns, and the rules around it.
    Patterns { patterns: Gitignore, outer: Option<Arc<Rules>> },
    /// An ignored directory: nothing beneath can be taken back.
    Everything,
}

impl Rules {
    /// The outermost rules: those of the repository itself.
    pub(crate) fn of_repository(repository: Arc<Repository>, exclude: Gitignore) -> Arc<Self> {
        Arc::new(Self { repository, level: Level::Patterns { patterns: exclude, outer: None } })
    }

    /// These rules and those of a directory's own file.
    pub(crate) fn with(self: &Arc<Self>, patterns: Gitignore) -> Arc<Self> {
        let level = Level::Patterns { patterns, outer: Some(Arc::clone(self)) };
        Arc::new(Self { repository: Arc::clone(&self.repository), level })
    }

    /// The rules beneath an ignored directory.
    pub(crate) fn everything(self: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self { repository: Arc::clone(&self.repository), level: Level::Everything })
    }

    /// Whether nothing beneath can be anything but ignored.
    pub(crate) fn is_everything(&self) -> bool {
        matches!(self.level, Level::Everything)
    }

    /// Whether a file or directory of this directory is ignored. `path` is its real path.
    pub(crate) fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        let mut rules = self;
        loop {
            let Level::Patterns { patterns, outer } = &rules.level else { return true };
            match patterns.matched(path, is_dir) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
            match outer {
                Some(outer) => rules = outer,
                None => return false,
            }
        }
    }
}

/// The patterns of a directory's own `.gitignore`, if it has one; an error says why it was refused.
pub(crate) fn of_directory(dir: &Dir, path: &Path, allowance: &Allowance) -> Result<Option<Gitignore>, String> {
    match dir.open(OsStr::new(".gitignore")) {
        Err(OpenError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(regular) => {
            let bytes = read_to(regular, MAX_BYTES).map_err(|error: ReadError| error.to_string())?;
            compile(path, &bytes, allowance).map(Some)
        }
    }
}

/// Compiles the lines of a file with patterns that are relative to `root`.
pub(crate) fn compile(root: &Path, bytes: &[u8], allowance: &Allowance) -> Result<Gitignore, String> {
    let lines = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let patterns: Vec<&[u8]> = lines.filter(|line| !line.is_empty() && line[0] != b'#').collect();
    let wildcards = patterns.iter().flat_map(|line| line.iter()).filter(|byte| b"*?[".contains(byte)).count();
    if patterns.len() > MAX_PATTERNS || wildcards > MAX_PATTERNS {
        return Err(format!("it has more than {MAX_PATTERNS} patterns or wildcards"));
    }
    allowance.take(patterns.len() + wildcards)?;
    let mut builder = GitignoreBuilder::new(root);
    for line in patterns {
        // A line that is not text or no pattern ignores nothing, so that more is examined.
        if let Ok(line) = str::from_utf8(line) {
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().map_err(|_| "its patterns are too large to compile".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(lines: &[u8]) -> Result<Gitignore, String> {
        compile(Path::new("/r"), lines, &Allowance::default())
    }

    fn ignored(lines: &str, path: &str) -> bool {
        let (path, is_dir) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
        compiled(lines.as_bytes()).unwrap().matched(Path::new("/r").join(path), is_dir).is_ignore()
    }

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        assert!(ignored("*.log", "a/b.log"));
        assert!(ignored("build/", "build/") && !ignored("build/", "build"));
        assert!(ignored("/top", "top") && !ignored("/top", "a/top"));
        assert!(!ignored("*.log\n!keep.log", "keep.log"));
        assert!(ignored("\u{feff}*.log\r\n", "a.log"));
        assert!(ignored("# comment\n\n\\#file", "#file"));
    }

    #[test]
    fn lines_that_are_no_pattern_ignore_nothing() {
        let matcher = compiled(b"\xff\xfe*\n{a\n*.log").unwrap();
        assert!(matcher.matched("/r/a.log", false).is_ignore());
        assert!(!matcher.matched("/r/a", false).is_ignore());
    }

    #[test]
    fn too_many_patterns_are_refused() {
        let lines = "a\n".repeat(MAX_PATTERNS + 1);
        assert!(compiled(lines.as_bytes()).is_err());
        assert!(compiled("#a\n".repeat(MAX_PATTERNS + 1).as_bytes()).is_ok());
        assert!(compiled("a*b?[c]".repeat(MAX_PATTERNS / 3 + 1).as_bytes()).is_err());
    }

    #[test]
    fn all_files_together_have_a_limit() {
        let allowance = Allowance::default();
        let lines = "a\n".repeat(MAX_PATTERNS);
        let compiled = (0..6).map(|_| compile(Path::new("/r"), lines.as_bytes(), &allowance).is_ok());
        assert_eq!(compiled.collect::<Vec<_>>(), [true, true, true, true, true, false]);
    }
}
