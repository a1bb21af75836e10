//! Objects: the contents of files, directories, commits and tags.
//!
//! Owns opening the store and getting one object out of it. The decisions to know: packs and loose objects are read by
//! `gix`, which trusts what it opens, so that nothing is handed to it that is no regular file, and a panic in it is a
//! refusal; objects that are borrowed from other stores are read where those are as plain as this one; and one that is
//! missing is said to be, since a clone need not have all of them.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::hash::{Kind, Prefix, oid};
use gix::objs::{Find as _, FindHeader as _};
use gix::odb::{self, store::init};

use super::index::Index;
use super::refs::Refs;
use super::{Repository, guarded};
use crate::source::open::{ReadError, read_found};

/// The largest object that is read.
pub(super) const MAX_OBJECT: usize = 128 << 20;
/// How many stores may borrow from one another, and the longest list of them.
const MAX_STORES: usize = 16;
const MAX_LIST: u64 = 64 << 10;
/// The longest list of commits where a clone was cut off: a million.
const MAX_SHALLOW: u64 = 64 << 20;

/// The objects of a repository.
pub(crate) struct Objects {
    store: odb::Handle,
    kind: Kind,
    /// All stores that objects are in, the repository's own first.
    dirs: Vec<PathBuf>,
    /// Whether some objects were left with the server on purpose.
    partial: bool,
    /// Commits whose parents were not cloned.
    shallow: HashSet<ObjectId>,
}

/// Why an object could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is not there.
    Missing { id: ObjectId, partial: bool },
    /// It is larger than asked for.
    TooLarge { limit: u64 },
    /// It is there, and of no use.
    Malformed { id: ObjectId },
}

impl Objects {
    /// # Errors
    /// When the store is of a kind that is not read, or cannot be.
    pub(crate) fn open(repository: &Repository) -> Result<Self, String> {
        let kind = match Refs::open(repository)?.head()? {
            Some(head) => head.kind(),
            // Nothing is committed yet; what is added says the same.
            None => Index::read(&repository.index()).ok().flatten().map_or(Kind::Sha1, |index| index.kind()),
        };
        Self::of_kind(repository, kind)
    }

    /// [`Self::open`] for who knows which hash names the objects.
    pub(crate) fn of_kind(repository: &Repository, kind: Kind) -> Result<Self, String> {
        let common = repository.common_dir();
        let dirs = stores(&common.join("objects"))?;
        let mut partial = false;
        dirs.iter().try_for_each(|dir| plain(dir, &mut partial))?;
        let shallow = shallow(&common.join("shallow"))?;
        guarded(|| {
            let options = init::Options { alloc_limit_bytes: Some(MAX_OBJECT), ..init::Options::default() };
            let store = odb::at_opts(common.join("objects"), kind, None, options)
                .map_err(|_| "its objects cannot be read".to_owned())?;
            Ok(Self { store, kind, dirs, partial, shallow })
        })
    }

    /// Which hash names the objects.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The stores that objects are in, the repository's own first.
    pub(super) fn dirs(&self) -> &[PathBuf] {
        &self.dirs
    }

    /// Whether the parents of a commit were left out when the repository was cloned.
    pub(crate) fn is_shallow(&self, commit: &oid) -> bool {
        self.shallow.contains(commit)
    }

    /// The commits whose parents were left out when the repository was cloned.
    pub(crate) fn shallow(&self) -> &HashSet<ObjectId> {
        &self.shallow
    }

    /// Whether some objects were left with the server on purpose.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial
    }

    /// The bytes of an object of this kind, read into `buffer`.
    ///
    /// # Errors
    /// When it is missing, of another kind or malformed.
    pub(crate) fn find<'b>(
        &self,
        id: &oid,
        kind: gix::objs::Kind,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], Unread> {
        let malformed = || Unread::Malformed { id: id.to_owned() };
        if !self.is_plain(id) {
            return Err(malformed());
        }
        match guarded(move || Ok(self.store.try_find(id, buffer))) {
            Ok(Ok(Some(found))) if found.kind == kind => Ok(found.data),
            Ok(Ok(None)) => Err(Unread::Missing { id: id.to_owned(), partial: self.partial }),
            _ => Err(malformed()),
        }
    }

    /// The contents of a file of at most `limit` bytes.
    ///
    /// # Errors
    /// When it is missing, larger, no file or malformed.
    pub(crate) fn blob(&self, id: &oid, limit: u64) -> Result<Vec<u8>, Unread> {
        let limit = limit.min(MAX_OBJECT as u64);
        if self.is_plain(id)
            && let Ok(Ok(Some(header))) = guarded(|| Ok(self.store.try_header(id)))
            && header.size > limit
        {
            return Err(Unread::TooLarge { limit });
        }
        let mut buffer = Vec::new();
        self.find(id, gix::objs::Kind::Blob, &mut buffer).map(<[u8]>::to_vec)
    }

    /// What an object is.
    ///
    /// # Errors
    /// When it is missing or malformed.
    pub(crate) fn kind_of(&self, id: &oid) -> Result<gix::objs::Kind, Unread> {
        match guarded(|| Ok(if self.is_plain(id) { self.store.try_header(id) } else { Ok(None) })) {
            Ok(Ok(Some(header))) => Ok(header.kind),
            Ok(Ok(None)) => Err(Unread::Missing { id: id.to_owned(), partial: self.partial }),
            _ => Err(Unread::Malformed { id: id.to_owned() }),
        }
    }

    /// The objects whose names begin so.
    ///
    /// # Errors
    /// When it is no beginning of a name.
    pub(crate) fn beginning(&self, hex: &str) -> Result<Vec<ObjectId>, String> {
        let filled = format!("{hex:0<width$}", width = self.kind.len_in_hex());
        let prefix = ObjectId::from_hex(filled.as_bytes()).ok().and_then(|id| Prefix::new(&id, hex.len()).ok());
        let prefix = prefix.ok_or_else(|| format!("`{hex}` is no beginning of an object's name"))?;
        guarded(|| {
            let mut found = HashSet::new();
            let looked = self.store.lookup_prefix(prefix, Some(&mut found));
            looked.map_err(|_| "its objects cannot be read".to_owned())?;
            let mut found: Vec<_> = found.into_iter().collect();
            found.sort_unstable();
            Ok(found)
        })
    }

    /// Whether a loose object is a regular file or absent: a pipe in its place would be waited for.
    fn is_plain(&self, id: &oid) -> bool {
        let hex = id.to_string();
        let (folder, name) = hex.split_at(2);
        let is_file = |path: PathBuf| path.symlink_metadata().map_or(true, |found| found.is_file());
        self.dirs.iter().all(|dir| is_file(dir.join(folder).join(name)))
    }
}

/// The stores that objects are in: this one, and those it borrows from.
fn stores(objects: &Path) -> Result<Vec<PathBuf>, String> {
    let mut stores = vec![objects.to_owned()];
    let mut next = 0;
    while let Some(store) = stores.get(next) {
        let list = store.join("info/alternates");
        next += 1;
        let text = match read_found(&list, MAX_LIST) {
            Ok(text) => text,
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("the list of other stores it borrows objects from is refused: {error}")),
        };
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#")) {
            let other = super::pointer(line).filter(|_| !line.starts_with(b"\""));
            let Some(other) = other.and_then(|path| objects.join(path).canonicalize().ok()) else {
                return Err("it borrows objects from a store that cannot be found".to_owned());
            };
            if !stores.contains(&other) {
                stores.push(other);
            }
        }
        if stores.len() > MAX_STORES {
            return Err("it borrows objects from too many other stores".to_owned());
        }
    }
    Ok(stores)
}

/// Refuses what the store would wait for, and sees whether objects were left with the server.
fn plain(objects: &Path, partial: &mut bool) -> Result<(), String> {
    let Ok(packs) = std::fs::read_dir(objects.join("pack")) else { return Ok(()) };
    for entry in packs.flatten() {
        // git keeps no links here, but some who save space do.
        if !entry.path().metadata().is_ok_and(|found| found.is_file()) {
            return Err("its packs hold something that is no file".to_owned());
        }
        *partial |= entry.path().extension().is_some_and(|extension| extension == "promisor");
    }
    Ok(())
}

/// The commits where a shallow clone ends.
fn shallow(list: &Path) -> Result<HashSet<ObjectId>, String> {
    let text = match read_found(list, MAX_SHALLOW) {
        Ok(text) => text,
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(HashSet::new()),
        Err(error) => return Err(format!("the list of where its history ends is refused: {error}")),
    };
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| ObjectId::from_hex(line).map_err(|_| "the list of where its history ends is malformed".to_owned()))
        .collect()
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { id, partial: true } => write!(
                f,
                "object {id} was left out of this partial clone; `git fetch --refetch --no-filter` gets all of them"
            ),
            Self::Missing { id, partial: false } => {
                write!(f, "object {id} is missing; `git fsck` tells more")
            }
            Self::TooLarge { limit } => write!(f, "it has more than {} MiB", limit >> 20),
            Self::Malformed { id } => write!(f, "object {id} cannot be read; `git fsck` tells more"),
        }
    }
}

impl From<Unread> for String {
    fn from(unread: Unread) -> Self {
        unread.to_string()
    }
}
