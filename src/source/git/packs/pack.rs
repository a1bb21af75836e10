//! One pack: a file of objects, and the index that tells where they are.
//!
//! Owns which objects a pack has, where each begins and what its header says. The decisions to know: the index is read
//! whole and looked at by `gix`, which checks its tables against its size; headers are read in the order of the file,
//! once, since only they tell which objects are deltas of which; and what is wrong with either is noted while everything
//! that can be read is.

use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use gix::hash::{Kind, oid};
use gix::odb::pack::data::Entry;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::index::{File as Index, Version};
use rayon::prelude::*;
use sha2::Digest as _;

use super::damage::{Damage, Why};
use super::stored::{Stored, Window};
use crate::source::git::guarded;
use crate::source::open::read_found;

/// The longest index that is read: thirty million objects.
const MAX_INDEX: u64 = 1 << 30;
/// The longest header of an entry: its size, and the name of its base or how far away it is.
pub(super) const MAX_HEADER: usize = 64;
/// What a pack begins with.
const START: usize = 12;
/// How many headers are read in one go.
const GO: usize = 8 << 10;

pub(super) struct Pack {
    pub(super) path: Arc<Path>,
    index: Index<Vec<u8>>,
    /// Where entries begin, in the order of the file, and which number the index gives them.
    entries: Vec<(u64, u32)>,
    /// Where the checksum begins.
    end: u64,
}

/// What an entry builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// On nothing: it is an object.
    None(gix::objs::Kind),
    /// On another entry of this pack, by its number in the order of the file.
    Entry { number: u32, named: bool },
    /// On what is elsewhere: its name is listed.
    Elsewhere,
    /// It cannot be told.
    Unknown,
}

impl Base {
    /// The same when the entries of the pack are numbered from there.
    pub(super) fn numbered_from(self, first: u32) -> Self {
        match self {
            Self::Entry { number, named } => Self::Entry { number: first + number, named },
            other => other,
        }
    }
}

/// What the headers of a pack say, in the order of the file.
#[derive(Default)]
pub(super) struct Headers {
    pub(super) bases: Vec<Base>,
    /// The names of bases that are elsewhere, by the number of the entry.
    pub(super) elsewhere: Vec<(u32, ObjectId)>,
    pub(super) damage: Vec<Damage>,
}

impl Pack {
    /// Opens a pack by the real path of its file, and reads all of its headers. What is wrong is added to `damage`.
    pub(super) fn open(path: &Path, kind: Kind, damage: &mut Vec<Damage>) -> Result<(Self, Headers), Why> {
        let place: Arc<Path> = path.into();
        let file = Stored::open(path)?;
        let index = path.with_extension("idx");
        let bytes = match index.canonicalize() {
            Ok(index) => read_found(&index, MAX_INDEX).map_err(|why| format!("its index is refused: {why}")),
            Err(_) => Err("it has no index; `git index-pack` makes one".to_owned()),
        };
        let bytes = bytes.map_err(|why| Why::Malformed(why.into()))?;
        let index_place: Arc<Path> = index.into();
        let mut doubt = |place: &Arc<Path>, words| {
            damage.push(Damage { id: None, place: place.clone(), why: Why::words(words) });
        };
        if !is_intact(&bytes, kind) {
            doubt(&index_place, "its checksum is wrong");
        }
        let index = guarded(|| {
            Index::from_data(bytes, index_place.to_path_buf(), kind).map_err(|_| "its index is malformed".to_owned())
        });
        let index = index.map_err(|why| Why::Malformed(why.into()))?;

        let count = index.num_objects();
        let mut start = [0; START];
        if file.read(&mut start, 0)? < START || !start.starts_with(b"PACK\0\0\0") || !matches!(start[7], 2 | 3) {
            return Err(Why::words("it is no pack that can be read"));
        }
        if start[8..] != count.to_be_bytes() {
            doubt(&place, "it has not as many objects as its index lists");
        }
        let end = file.size.saturating_sub(kind.len_in_bytes() as u64);
        let mut checksum = vec![0; kind.len_in_bytes()];
        if file.read(&mut checksum, end)? < checksum.len() || checksum != index.pack_checksum().as_slice() {
            doubt(&place, "it is not the pack that its index was made for");
        }
        // Other indexes have a checksum for each entry, which costs nothing when it is read anyway.
        if index.version() == Version::V1 && summed(&file, end, kind)? != checksum {
            doubt(&place, "its checksum is wrong");
        }

        let mut entries: Vec<_> = (0..count).map(|number| (index.pack_offset_at_index(number), number)).collect();
        entries.par_sort_unstable();
        if entries.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            doubt(&index_place, "it gives several objects the same place");
        }
        let pack = Self { path: place, index, entries, end };
        let headers = pack.headers(&file, kind);
        Ok((pack, headers))
    }

    pub(super) fn count(&self) -> u32 {
        self.index.num_objects()
    }

    /// The name of an entry, by its number in the order of the file.
    pub(super) fn id(&self, number: u32) -> Option<&oid> {
        Some(self.index.oid_at_index(self.entries.get(number as usize)?.1))
    }

    /// The number of an entry that has this name.
    pub(super) fn find(&self, id: &oid) -> Option<u32> {
        self.number_at(self.index.pack_offset_at_index(self.index.lookup(id)?))
    }

    /// Where the index has an object.
    pub(super) fn place_in_index(&self, id: &oid) -> Option<u32> {
        self.index.lookup(id)
    }

    /// What the index has there.
    pub(super) fn id_in_index(&self, place: u32) -> Option<&oid> {
        (place < self.count()).then(|| self.index.oid_at_index(place))
    }

    #[cfg(test)]
    pub(super) fn has(&self, id: &oid) -> bool {
        self.index.lookup(id).is_some()
    }

    /// Where an entry begins, where the next one does, and the checksum of its bytes that the index has.
    pub(super) fn place(&self, number: u32) -> Option<(u64, u64, Option<u32>)> {
        let (offset, listed) = *self.entries.get(number as usize)?;
        let next = self.entries.get(number as usize + 1).map_or(self.end, |next| next.0);
        Some((offset, next, self.index.crc32_at_index(listed)))
    }

    /// The number of the entry that begins there.
    fn number_at(&self, offset: u64) -> Option<u32> {
        self.entries.binary_search_by_key(&offset, |entry| entry.0).ok()?.try_into().ok()
    }

    /// Reads all headers.
    fn headers(&self, file: &Stored, kind: Kind) -> Headers {
        let goes: Vec<Headers> = (0..self.entries.len().div_ceil(GO))
            .into_par_iter()
            .map_init(Window::new, |window, go| {
                let mut headers = Headers::default();
                let numbers = go * GO..self.entries.len().min((go + 1) * GO);
                for (number, &(offset, listed)) in numbers.clone().zip(&self.entries[numbers]) {
                    let base = self.header(file, window, kind, offset).and_then(|header| match header {
                        Header::OfsDelta { base_distance } => self.before(offset, base_distance),
                        Header::RefDelta { base_id } => Ok(self.find(&base_id).map_or_else(
                            || {
                                headers.elsewhere.push((number as u32, base_id));
                                Base::Elsewhere
                            },
                            |number| Base::Entry { number, named: true },
                        )),
                        other => Ok(other.as_kind().map_or(Base::Unknown, Base::None)),
                    });
                    headers.bases.push(base.unwrap_or_else(|why| {
                        let id = Some(self.index.oid_at_index(listed).to_owned());
                        headers.damage.push(Damage { id, place: self.path.clone(), why });
                        Base::Unknown
                    }));
                }
                headers
            })
            .collect();
        let mut all = Headers::default();
        for mut go in goes {
            all.bases.append(&mut go.bases);
            all.elsewhere.append(&mut go.elsewhere);
            all.damage.append(&mut go.damage);
        }
        all
    }

    fn header(&self, file: &Stored, window: &mut Window, kind: Kind, offset: u64) -> Result<Header, Why> {
        if offset < START as u64 || offset >= self.end {
            return Err(Why::words("its place is not in the pack"));
        }
        Ok(header(window.get(file, offset, MAX_HEADER)?, offset, kind)?.header)
    }

    /// The base that is so many bytes before.
    fn before(&self, offset: u64, distance: u64) -> Result<Base, Why> {
        let base = offset.checked_sub(distance).filter(|_| distance > 0).and_then(|base| self.number_at(base));
        let base = base.map(|number| Base::Entry { number, named: false });
        base.ok_or(Why::words("it is a delta of something that is not there"))
    }
}

/// The header of an entry.
pub(super) fn header(bytes: &[u8], offset: u64, kind: Kind) -> Result<Entry, Why> {
    Entry::from_bytes(bytes, offset, kind).map_err(|_| Why::words("its header is malformed"))
}

/// Whether the checksum at the end of an index is right. It tells accidents; who can write the file can write it too.
fn is_intact(bytes: &[u8], kind: Kind) -> bool {
    let (content, checksum) = bytes.split_at(bytes.len().saturating_sub(kind.len_in_bytes()));
    let mut sum = Sum::new(kind);
    sum.update(content);
    sum.finish() == checksum
}

/// The checksum of a file's bytes before `end`.
fn summed(file: &Stored, end: u64, kind: Kind) -> Result<Vec<u8>, Why> {
    let (mut window, mut sum, mut at) = (Window::new(), Sum::new(kind), 0);
    while at < end {
        let bytes = window.get(file, at, usize::MAX)?;
        let bytes = &bytes[..bytes.len().min(usize::try_from(end - at).unwrap_or(usize::MAX))];
        if bytes.is_empty() {
            break;
        }
        sum.update(bytes);
        at += bytes.len() as u64;
    }
    Ok(sum.finish())
}

/// The hash that names objects. These files are none: the one that looks for collisions takes ten times as long.
enum Sum {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl Sum {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Sha256 => Self::Sha256(sha2::Sha256::new()),
            _ => Self::Sha1(sha1::Sha1::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(sum) => sum.update(bytes),
            Self::Sha256(sum) => sum.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha1(sum) => sum.finalize().to_vec(),
            Self::Sha256(sum) => sum.finalize().to_vec(),
        }
    }
}
