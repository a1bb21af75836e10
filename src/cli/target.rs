//! What is examined as one project, among others.
//!
//! Owns telling what something that was named is: a part of a repository, a bare one, an archive, a plain directory; and
//! what each of them takes to be examined. The decisions to know: a project is seen from its own top, wherever the run
//! was started, so that its findings are those of a run by itself; and what is named several times, or as parts of
//! one repository, is one project.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use super::output::plain;
use super::progress::Display;
use super::scope::Site;
use super::{Error, Global, engine};
use crate::baseline;
use crate::config::{self, Files, Place};
use crate::finding::Commit;
use crate::prefilter::Prefilter;
use crate::scan::Input;
use crate::source::archive::{self, Kind};
use crate::source::bare::Head;
use crate::source::stored;
use crate::source::{ReadError, Reason, RelPath, Repository, around, head};

/// A project, and what of it was named.
pub(super) struct Target {
    /// What it is called.
    pub(super) name: String,
    what: What,
    /// What was named, as it was named, and the real path of it.
    roots: Vec<(PathBuf, PathBuf)>,
}

/// What something is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum What {
    /// A work tree; its top.
    Tree(PathBuf),
    /// A repository without one.
    Bare(PathBuf),
    Archive(PathBuf, Kind),
    /// A file or directory in no repository.
    Plain(PathBuf),
    /// Why it cannot be examined.
    Nothing(PathBuf, String),
}

/// A project, opened.
pub(super) struct Opened {
    pub(super) site: Site,
    /// Files and directories to examine, or to name.
    pub(super) paths: Vec<PathBuf>,
    /// What was read already.
    stored: Cell<Option<stored::Stored>>,
    /// Where its configuration and baseline are read from, if not from the work tree.
    pub(super) files: Option<Box<dyn Files>>,
    pub(super) repository: Option<Repository>,
    /// What is checked out.
    pub(super) revision: Option<Commit>,
    /// The folder of an archive that everything is in.
    top: PathBuf,
}

/// Whether something that is no work tree is a project of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Always,
    /// A bare repository is; an archive only where nothing else was named, as it is a file among others.
    Alone,
    Never,
}

/// What `named` is examined as, if that is anything but one project in a work tree.
pub(super) fn several(named: &[PathBuf], stored: Stored) -> Result<Option<Vec<Target>>, Error> {
    let here = engine::here()?;
    let mut known = HashMap::new();
    let what: Vec<What> = named.iter().map(|path| what(&here, path, &mut known)).collect();
    let is_stored = |what: &What| match what {
        What::Bare(_) => stored != Stored::Never,
        What::Archive(..) => stored == Stored::Always || stored == Stored::Alone && named.len() == 1,
        _ => false,
    };
    let trees: Vec<Option<&PathBuf>> = what
        .iter()
        .filter_map(|what| match what {
            What::Tree(top) => Some(Some(top)),
            What::Plain(_) => Some(None),
            _ => None,
        })
        .collect();
    let differ = trees.windows(2).any(|pair| pair[0] != pair[1]);
    if !differ && !what.iter().any(is_stored) {
        return Ok(None);
    }
    Ok(Some(targets(named, what)))
}

/// The projects that `named` are, each once, in the order of their first names.
pub(super) fn all(named: &[PathBuf]) -> Result<Vec<Target>, Error> {
    let here = engine::here()?;
    let mut known = HashMap::new();
    Ok(targets(named, named.iter().map(|path| what(&here, path, &mut known)).collect()))
}

fn targets(named: &[PathBuf], what: Vec<What>) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    let mut known: HashMap<What, usize> = HashMap::new();
    let here = engine::here().unwrap_or_default();
    for (path, what) in named.iter().zip(what) {
        let real = here.join(path).canonicalize().unwrap_or_else(|_| path.clone());
        let at = *known.entry(what.clone()).or_insert(targets.len());
        if at == targets.len() {
            targets.push(Target { name: String::new(), what, roots: Vec::new() });
        }
        let roots = &mut targets[at].roots;
        if roots.iter().all(|(_, other)| *other != real) {
            roots.push((path.clone(), real));
        }
    }
    for (target, name) in names(&targets.iter().map(Target::called).collect::<Vec<_>>()).into_iter().enumerate() {
        targets[target].name = name;
    }
    targets
}

/// What a path is. `known` are the work trees of directories.
fn what(here: &Path, named: &Path, known: &mut HashMap<PathBuf, Option<PathBuf>>) -> What {
    let real = match here.join(named).canonicalize() {
        Ok(real) => real,
        Err(_) if is_url(named) => {
            let why = "it is an address, and dekey uses no network; clone it and name the clone";
            return What::Nothing(named.to_owned(), why.to_owned());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return What::Nothing(
                named.to_owned(),
                "it does not exist; name a directory, a repository or an archive".to_owned(),
            );
        }
        Err(error) => return What::Nothing(named.to_owned(), plain(&error)),
    };
    let kind = real.symlink_metadata().map(|found| found.file_type());
    match kind {
        Ok(kind) if kind.is_dir() => {
            if Repository::bare(&real).is_some() {
                return What::Bare(real);
            }
        }
        Ok(kind) if kind.is_file() => {
            if let Some((kind, _)) = archive::kind(&real) {
                return What::Archive(real, kind);
            }
        }
        Ok(_) => return What::Nothing(named.to_owned(), "it is a pipe, socket or device".to_owned()),
        Err(error) => return What::Nothing(named.to_owned(), plain(&error)),
    }
    let dir = if real.is_dir() { real.clone() } else { real.parent().unwrap_or(&real).to_owned() };
    let top = known.entry(dir).or_insert_with_key(|dir| around(dir).map(|repository| repository.work_tree));
    top.clone().map_or(What::Plain(real), What::Tree)
}

fn is_url(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains("://") || text.starts_with("git@"))
}

impl Target {
    /// Real paths that other projects leave to this one.
    pub(super) fn real(&self) -> impl Iterator<Item = &PathBuf> {
        self.roots.iter().map(|(_, real)| real)
    }

    /// Those of `places`, the real paths of all projects, that lie beneath this one and are not its own.
    pub(super) fn beneath(&self, places: &BTreeSet<&PathBuf>) -> Vec<PathBuf> {
        // In the order of paths what is beneath one follows it.
        let of = |root| places.range::<PathBuf, _>(root..).take_while(move |path| path.starts_with(root));
        self.real()
            .flat_map(of)
            .filter(|path| self.real().all(|own| own != **path))
            .map(|path| (*path).clone())
            .collect()
    }

    /// What the user called it first.
    pub(super) fn first(&self) -> &Path {
        self.roots.first().map_or(Path::new("."), |(named, _)| named)
    }

    /// Why nothing of it was examined.
    pub(super) fn failed(&self) -> Reason {
        match &self.what {
            What::Nothing(..) => Reason::Missing,
            _ => Reason::Unreadable,
        }
    }

    /// The path that it is called by, and how much of its end archives and bare repositories have in common.
    fn called(&self) -> (PathBuf, usize) {
        match &self.what {
            What::Tree(path) | What::Plain(path) | What::Nothing(path, _) => (path.clone(), 0),
            What::Bare(path) if path.file_name().is_some_and(|name| name == ".git") => {
                (path.parent().unwrap_or(path).to_owned(), 0)
            }
            What::Bare(path) => (path.clone(), if path.extension().is_some_and(|end| end == "git") { 4 } else { 0 }),
            What::Archive(path, _) => (path.clone(), archive::kind(path).map_or(0, |(_, ending)| ending)),
        }
    }

    /// Opens it, and reads what is not in a tree.
    pub(super) fn open(&self, prefilter: &Prefilter, global: &Global) -> Result<Opened, Error> {
        let place = |root: &Path, dir: &Path| {
            Place::within(root.to_owned(), dir.to_owned())
                .map(|place| Site { here: root.to_owned(), place: Some(place) })
        };
        let place = |root: &Path, dir: &Path| {
            place(root, dir).map_err(|error| {
                let what = format!("cannot tell the working directory: {}", plain(&error));
                Error::new(what, "change to a directory that exists")
            })
        };
        let of = |site: Site| Opened {
            site,
            paths: self.real().cloned().collect(),
            stored: Cell::new(None),
            files: None,
            repository: None,
            revision: None,
            top: PathBuf::new(),
        };
        match &self.what {
            What::Tree(top) => {
                let first = self.real().next().unwrap_or(top);
                let dir = if first.is_dir() { first } else { first.parent().unwrap_or(top) };
                let dir = dir.strip_prefix(top).unwrap_or(Path::new(""));
                let repository = Repository::at(top);
                let revision = repository.as_ref().and_then(|repository| head(repository).ok().flatten());
                Ok(Opened { repository, revision, ..of(place(top, dir)?) })
            }
            What::Plain(path) => {
                let top = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
                Ok(of(place(top, Path::new(""))?))
            }
            What::Bare(dir) => {
                let unreadable = |why: String| {
                    let what = format!("the repository cannot be read: {why}");
                    Error::new(what, "see what `git fsck` says of it")
                };
                let gone = || unreadable("it is no repository any more".to_owned());
                let repository = Repository::bare(dir).ok_or_else(gone)?;
                let commit = Head::of(&repository).map_err(unreadable)?;
                let revision = head(&repository).ok().flatten();
                let display = Display::start(global);
                let stored = commit.as_ref().map(|commit| commit.gather(prefilter, &display.progress));
                let files: Box<dyn Files> = Box::new(Committed(commit));
                let opened = of(place(dir, Path::new(""))?);
                let stored = Cell::new(Some(stored.unwrap_or_default()));
                Ok(Opened { repository: Some(repository), revision, stored, files: Some(files), ..opened })
            }
            What::Archive(path, kind) => {
                let display = Display::start(global);
                let stored = archive::gather(path, *kind, prefilter, &is_kept, &display.progress);
                let mut stored = stored.map_err(|why| {
                    let what = format!("the archive cannot be read: {why}");
                    Error::new(what, "see whether it can be unpacked, or name the directory that it was made of")
                })?;
                let files: Box<dyn Files> = Box::new(Packed(std::mem::take(&mut stored.kept)));
                let top = stored.top.clone();
                Ok(Opened {
                    stored: Cell::new(Some(stored)),
                    files: Some(files),
                    top,
                    ..of(place(path, Path::new(""))?)
                })
            }
            What::Nothing(_, why) => {
                let (why, help) = why.split_once("; ").unwrap_or((why, "name a directory, a repository or an archive"));
                Err(Error::new(why, help))
            }
        }
    }

    /// What a report of several projects calls a file, by its path in this one.
    pub(super) fn shown(&self, opened: &Opened, path: &RelPath) -> RelPath {
        if opened.files.is_some() {
            return match path.as_path().is_absolute() {
                true => path.clone(),
                false if path.as_path() == Path::new(".") => RelPath::new(self.first()),
                false => RelPath::new(&self.first().join(&opened.top).join(path.as_path())),
            };
        }
        let real = opened.site.here.join(path.as_path());
        let beneath = self.roots.iter().filter_map(|(named, root)| Some((named, real.strip_prefix(root).ok()?)));
        match beneath.min_by_key(|(_, rest)| rest.as_os_str().len()) {
            Some((named, rest)) => RelPath::new(&named.join(rest)),
            None => engine::here().map_or_else(|_| path.clone(), |here| RelPath::seen_from(&here, &real)),
        }
    }
}

impl Opened {
    /// What was read already, once.
    pub(super) fn input(&self) -> Option<Input> {
        let stored::Stored { files, settings, read, .. } = self.stored.take()?;
        Some(Input { files, settings, read, ..Input::default() })
    }
}

/// Whether a file of an archive may be a configuration or a baseline.
fn is_kept(path: &Path) -> bool {
    let near = path.components().count() <= 2;
    let own = |name: &std::ffi::OsStr| name == baseline::FILE_NAME;
    path.extension().is_some_and(|end| end == "toml")
        || near && config::is_name(path)
        || path.file_name().is_some_and(own)
}

/// The files of a commit; none of them before the first.
struct Committed(Option<Head>);

impl Files for Committed {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        // A baseline may be longer than what the others are.
        let limit = if path.file_name().is_some_and(|name| name == baseline::FILE_NAME) {
            baseline::file::LIMIT
        } else {
            config::LIMIT
        };
        self.0.as_ref().map_or(Ok(None), |head| head.read(path, limit))
    }
}

/// Files of an archive.
struct Packed(BTreeMap<PathBuf, Vec<u8>>);

impl Files for Packed {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.get(path).cloned())
    }
}

/// The last segments of paths, as many as tell one from the other. What a path ends in, so many bytes, is left out where
/// that does.
fn names(paths: &[(PathBuf, usize)]) -> Vec<String> {
    // At first without the end, then with it, then with one more segment.
    let name = |at: usize, length: usize| {
        let (path, ending) = &paths[at];
        let all: Vec<_> = path.iter().filter(|segment| *segment != "/").collect();
        let name: Vec<_> =
            all[all.len().saturating_sub(length.div_ceil(2))..].iter().map(|s| s.to_string_lossy()).collect();
        let mut name = if name.is_empty() { path.display().to_string() } else { name.join("/") };
        if length % 2 == 1 {
            name.truncate(name.len().saturating_sub(*ending));
        }
        name
    };
    let mut lengths = vec![1; paths.len()];
    let longest = paths.iter().map(|(path, _)| path.iter().count()).max().unwrap_or_default();
    // Each round makes those longer that are still the same.
    for _ in 0..2 * longest {
        let mut same: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, length) in lengths.iter().enumerate() {
            same.entry(name(at, *length)).or_default().push(at);
        }
        let longer: Vec<usize> = same.into_values().filter(|group| group.len() > 1).flatten().collect();
        if longer.is_empty() {
            break;
        }
        longer.into_iter().for_each(|at| lengths[at] += 1);
    }
    (0..paths.len()).map(|at| name(at, lengths[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_long_as_they_have_to_be() {
        let ending = |path: &str| if path.ends_with(".git") { 4 } else { 0 };
        let of = |paths: &[&str]| names(&paths.iter().map(|path| (path.into(), ending(path))).collect::<Vec<_>>());
        assert_eq!(of(&["/srv/a", "/srv/b"]), ["a", "b"]);
        assert_eq!(of(&["/srv/one/api", "/srv/two/api", "/srv/web"]), ["one/api", "two/api", "web"]);
        assert_eq!(of(&["/x/one/api", "/y/one/api", "/one/api"]), ["x/one/api", "y/one/api", "one/api"]);
        assert_eq!(of(&["/srv/api.git", "/"]), ["api", "/"]);
        assert_eq!(of(&["/srv/api", "/srv/api.git"]), ["api", "api.git"]);
        assert_eq!(of(&["/srv/one/api.git", "/srv/two/api.git"]), ["one/api", "two/api"]);
    }
}
