//! Listing references.
//!
//! Owns which there are, and which of them somebody means. The decisions to know: whatever keeps a commit in a repository
//! counts, the branches that other work trees have checked out and older stashes too; and a reference that cannot be read
//! is told beside the others.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use globset::{GlobBuilder, GlobMatcher};

use super::{Led, MAX_PACKED, MAX_POINTER, Refs, is_name, led, unreadable};
use crate::source::open::{ReadError, plain, read_found};

/// The most references that are listed: a million.
const MAX_REFS: usize = 1 << 20;

/// Which references are meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// None means all.
    wanted: Vec<Wanted>,
}

#[derive(Clone, Debug)]
struct Wanted {
    text: String,
    /// Where it is more than a name.
    glob: Option<GlobMatcher>,
}

/// The references of a repository, and what they stand for.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// `HEAD`, branches, branches of remotes, tags, others; by name within each.
    pub(crate) tips: Vec<(String, ObjectId)>,
    /// Those that cannot be read, with the reason.
    pub(crate) broken: Vec<(String, String)>,
}

type All = BTreeMap<String, Result<ObjectId, String>>;

impl Selection {
    /// References by their names, as git understands them (`refs/heads/main`, `main`, `origin/main`), by what their names begin
    /// with (`refs/notes`), or by globs over the one or the other (`refs/heads/*`, `v1.*`), in which `*` stands for `/` too.
    /// Without any, all references are meant.
    ///
    /// # Errors
    /// When something is no glob.
    pub(crate) fn new(texts: &[String]) -> Result<Self, String> {
        let wanted = texts.iter().map(|text| {
            let is_glob = text.contains(['*', '?', '[', '{']);
            let glob = is_glob.then(|| GlobBuilder::new(text).literal_separator(false).backslash_escape(true).build());
            let glob = glob.transpose().map_err(|error| format!("`{text}` is no glob: {}", error.kind()))?;
            Ok(Wanted { text: text.clone(), glob: glob.map(|glob| glob.compile_matcher()) })
        });
        Ok(Self { wanted: wanted.collect::<Result<_, String>>()? })
    }

    /// Whether none was chosen, so that all of them are meant.
    pub(crate) fn is_all(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Leaves what is meant.
    fn narrow(&self, mut all: All) -> Result<All, String> {
        if self.wanted.is_empty() {
            return Ok(all);
        }
        let mut chosen = All::new();
        let mut names = Vec::new();
        for wanted in &self.wanted {
            let found = wanted.among(&all);
            if found.is_empty() {
                return Err(format!("`{}` names no reference; `git show-ref` lists them", wanted.text));
            }
            names.extend(found);
        }
        for name in names {
            if let Some((name, value)) = all.remove_entry(&name) {
                chosen.insert(name, value);
            }
        }
        Ok(chosen)
    }
}

impl Wanted {
    /// The names that are meant.
    fn among(&self, all: &All) -> Vec<String> {
        let mut found: Vec<String> = match &self.glob {
            Some(glob) => all.keys().filter(|name| shorter(name).any(|name| glob.is_match(name))).cloned().collect(),
            None => {
                let text = if self.text == "@" { "HEAD" } else { &self.text };
                match places(text).into_iter().find(|place| all.contains_key(place)) {
                    Some(place) => vec![place],
                    None => {
                        let beneath = places(text.trim_end_matches('/')).map(|place| format!("{place}/"));
                        let is_meant = |name: &&String| beneath.iter().any(|start| name.starts_with(start.as_str()));
                        all.keys().filter(is_meant).cloned().collect()
                    }
                }
            }
        };
        if found.iter().any(|name| name == STASH) {
            found.extend(all.keys().filter(|name| name.starts_with("refs/stash@{")).cloned());
        }
        found
    }
}

/// The stash, whose older entries only its log knows.
const STASH: &str = "refs/stash";

/// The full names that git tries for a name, in its order.
pub(in crate::source::git) fn places(name: &str) -> [String; 6] {
    [
        name.to_owned(),
        format!("refs/{name}"),
        format!("refs/tags/{name}"),
        format!("refs/heads/{name}"),
        format!("refs/remotes/{name}"),
        format!("refs/remotes/{name}/HEAD"),
    ]
}

/// A full name, and what people leave out of it.
fn shorter(name: &str) -> impl Iterator<Item = &str> {
    let starts = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
    starts.into_iter().filter_map(|start| name.strip_prefix(start))
}

impl Refs {
    /// The references that are meant.
    ///
    /// # Errors
    /// When there are too many of them, or one that is asked for is not there.
    pub(crate) fn list(&self, selection: &Selection) -> Result<Listed, String> {
        let mut all = All::new();
        self.add_packed(&mut all)?;
        self.add_loose(&self.common, "", &mut all)?;
        if self.git_dir == self.common {
            self.add_head(&self.common, "HEAD", &mut all);
        } else {
            self.add_loose(&self.git_dir, "", &mut all)?;
            self.add_head(&self.git_dir, "HEAD", &mut all);
            self.add_head(&self.common, "main-worktree/HEAD", &mut all);
        }
        for (name, dir) in folders(&self.common.join("worktrees")) {
            // The one that is looked at is among them.
            if dir.canonicalize().ok() != self.git_dir.canonicalize().ok() {
                self.add_head(&dir, &format!("worktrees/{name}/HEAD"), &mut all);
                self.add_loose(&dir, &format!("worktrees/{name}/"), &mut all)?;
            }
        }
        self.add_stashes(&mut all);
        let mut listed = Listed::default();
        for (name, value) in selection.narrow(all)? {
            match value {
                Ok(id) => listed.tips.push((name, id)),
                Err(why) => listed.broken.push((name, why)),
            }
        }
        listed.tips.sort_by_key(|(name, _)| rank(name));
        Ok(listed)
    }

    fn add_packed(&self, all: &mut All) -> Result<(), String> {
        for line in self.packed.split(|byte| *byte == b'\n') {
            // What a tag names is told once more, after `^`.
            if line.is_empty() || line.starts_with(b"#") || line.starts_with(b"^") {
                continue;
            }
            let (id, name) = line.split_at(memchr::memchr(b' ', line).unwrap_or(0));
            let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
            match ObjectId::from_hex(id) {
                Ok(id) => add(all, name, Ok(id))?,
                Err(_) => add(all, "packed-refs".to_owned(), Err("it is malformed".to_owned()))?,
            }
        }
        Ok(())
    }

    /// Adds the references that are files beneath `dir`, their names beginning with `start`.
    fn add_loose(&self, dir: &Path, start: &str, all: &mut All) -> Result<(), String> {
        let mut folders = vec![("refs".to_owned(), dir.join("refs"))];
        let mut count = 0;
        while let Some((folder, path)) = folders.pop() {
            let entries = match std::fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    add(all, format!("{start}{folder}"), Err(unreadable(&folder, &plain(&error))))?;
                    continue;
                }
            };
            for entry in entries.flatten() {
                count += 1;
                if count > MAX_REFS {
                    return Err(too_many());
                }
                let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => {
                        if is_name(&name) {
                            folders.push((name, entry.path()));
                        }
                    }
                    // Being written by git.
                    _ if name.ends_with(".lock") => {}
                    _ => {
                        if let Some(value) = self.value(&name, &entry.path()).transpose() {
                            add(all, format!("{start}{name}"), value)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn add_head(&self, dir: &Path, name: &str, all: &mut All) {
        if let Some(value) = self.value(name, &dir.join("HEAD")).transpose() {
            all.insert(name.to_owned(), value);
        }
    }

    /// What the file of a reference leads to. Nothing where it is one for what is not there yet, or no more.
    fn value(&self, name: &str, path: &Path) -> Result<Option<ObjectId>, String> {
        let text = read_found(path, MAX_POINTER).map_err(|error| error.to_string())?;
        match led(name, &text)? {
            Led::To(id) => Ok(Some(id)),
            Led::On(next) => self.find(&next),
        }
    }

    /// Adds what was stashed before the last time.
    fn add_stashes(&self, all: &mut All) {
        let text = match read_found(&self.common.join("logs").join(STASH), MAX_PACKED) {
            Ok(text) => text,
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                all.insert("refs/stash@{1}".to_owned(), Err(error.to_string()));
                return;
            }
        };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        // The last one is the reference itself.
        for (number, line) in lines.rev().take(MAX_REFS).enumerate().skip(usize::from(all.contains_key(STASH))) {
            let id = line.split(|byte| *byte == b' ').nth(1).and_then(|id| ObjectId::from_hex(id).ok());
            all.insert(format!("refs/stash@{{{number}}}"), id.ok_or_else(|| "its log is malformed".to_owned()));
        }
    }
}

fn add(all: &mut All, name: String, value: Result<ObjectId, String>) -> Result<(), String> {
    let value = if is_name(&name) || name == "packed-refs" || name.starts_with("worktrees/") {
        value
    } else {
        Err("its name is none that git allows".to_owned())
    };
    all.insert(name, value);
    if all.len() > MAX_REFS { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> String {
    "it has more references than dekey reads".to_owned()
}

/// The folders directly in a folder, no links, by name.
fn folders(path: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let named = |entry: std::fs::DirEntry| (entry.file_name().to_string_lossy().into_owned(), entry.path());
    let mut folders: Vec<_> = entries.flatten().filter(is_folder).take(MAX_REFS).map(named).collect();
    folders.sort();
    folders
}

/// Which references are told rather than others.
fn rank(name: &str) -> usize {
    let starts = ["refs/heads/", "refs/remotes/", "refs/tags/"];
    if name == "HEAD" { 0 } else { 1 + starts.iter().position(|start| name.starts_with(start)).unwrap_or(starts.len()) }
}
