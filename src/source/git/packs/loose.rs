//! Loose objects: one file each.
//!
//! The decision to know: such a file is opened as any other of the tree, and inflated to what its header says, never more.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Crc;
use gix::ObjectId;
use gix::hash::{self, oid};
use gix::objs::Kind;

use super::damage::{Damage, Why};
use super::stored::{Inflater, Stored, Window, reserve};

/// The longest header: a kind and a size.
const MAX_HEADER: usize = 64;

/// The loose objects of one store.
pub(super) struct Loose {
    folder: PathBuf,
    /// By name.
    pub(super) ids: Vec<ObjectId>,
}

impl Loose {
    /// Lists them. What cannot be is added to `damage`.
    pub(super) fn list(store: &Path, kind: hash::Kind, damage: &mut Vec<Damage>) -> Self {
        let mut ids = Vec::new();
        for first in 0..=u8::MAX {
            let first = format!("{first:02x}");
            let folder = store.join(&first);
            match std::fs::read_dir(&folder) {
                Ok(entries) => {
                    for entry in entries {
                        match entry {
                            // What is none has another name: `tmp_obj_…`.
                            Ok(entry) => ids.extend(entry.file_name().to_str().and_then(|rest| {
                                let hex = format!("{first}{rest}");
                                let is_name = !hex.bytes().any(|byte| byte.is_ascii_uppercase());
                                ObjectId::from_hex(hex.as_bytes()).ok().filter(|id| is_name && id.kind() == kind)
                            })),
                            Err(error) => {
                                damage.push(Damage { id: None, place: folder.as_path().into(), why: error.into() })
                            }
                        }
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => damage.push(Damage { id: None, place: folder.into(), why: error.into() }),
            }
        }
        ids.sort_unstable();
        Self { folder: store.to_owned(), ids }
    }

    pub(super) fn has(&self, id: &oid) -> bool {
        self.ids.binary_search_by(|other| other.as_ref().cmp(id)).is_ok()
    }

    pub(super) fn path(&self, id: &oid) -> Arc<Path> {
        let hex = id.to_string();
        let (first, rest) = hex.split_at(2);
        self.folder.join(first).join(rest).into()
    }
}

/// Reads one into `out`. `false` if it is of another kind.
pub(super) fn read(
    path: &Path,
    wanted: Kind,
    limit: u64,
    inflater: &mut Inflater,
    window: &mut Window,
    out: &mut Vec<u8>,
) -> Result<bool, Why> {
    let malformed = || Why::words("its header is malformed");
    let file = Stored::open(path)?;
    window.clear();
    let (mut at, mut start) = (0, [0; MAX_HEADER]);
    let (filled, is_all) = inflater.begin((&file, window), &mut at, &mut start)?;
    let start = start.get(..filled).unwrap_or_default();
    let (header, content) =
        start.split_at_checked(memchr::memchr(0, start).ok_or_else(malformed)?).ok_or_else(malformed)?;
    let space = memchr::memchr(b' ', header).ok_or_else(malformed)?;
    let kind = Kind::from_bytes(&header[..space]).map_err(|_| malformed())?;
    let size: u64 =
        str::from_utf8(&header[space + 1..]).ok().and_then(|size| size.parse().ok()).ok_or_else(malformed)?;
    if kind != wanted {
        return Ok(false);
    }
    let size = usize::try_from(size).ok().filter(|_| size <= limit).ok_or(Why::TooLarge { limit })?;
    out.clear();
    reserve(out, size.saturating_add(1))?;
    out.extend_from_slice(&content[1..]);
    if is_all {
        return if out.len() == size { Ok(true) } else { Err(Why::words("it has not the size it says")) };
    }
    inflater.proceed((&file, window), &mut at, usize::MAX, size, out, &mut Crc::new())?;
    Ok(true)
}
