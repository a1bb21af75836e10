//! An index in two parts: a large one that stays, and a small one that says what is different.
//!
//! Owns how they are joined, and the compressed bits that say which entries of the large one count no more.

use gix::ObjectId;
use gix::hash::Kind;

use super::Index;
use super::layout::{At, word};

/// What the small part says of the large one.
pub(super) struct Base {
    pub(super) id: ObjectId,
    /// Positions of entries that are gone.
    deleted: Vec<u32>,
    /// Positions of entries that the first ones of the small part replace.
    replaced: Vec<u32>,
}

impl Base {
    /// `Some(None)` when there is no other part after all.
    pub(super) fn read(bytes: &[u8], kind: Kind) -> Option<Option<Self>> {
        let (id, rest) = bytes.split_at_checked(kind.len_in_bytes())?;
        let id = ObjectId::try_from(id).ok()?;
        let (mut deleted, mut replaced) = (Vec::new(), Vec::new());
        if !rest.is_empty() {
            let rest = positions(rest, &mut deleted)?;
            let rest = positions(rest, &mut replaced)?;
            if !rest.is_empty() {
                return None;
            }
        }
        Some((!id.is_null()).then_some(Self { id, deleted, replaced }))
    }
}

/// The index that both parts make.
pub(super) fn joined(large: Index, small: Index, base: &Base) -> Option<Index> {
    if large.kind != small.kind {
        return None;
    }
    let shift = u32::try_from(large.bytes.len()).ok()?;
    u32::try_from(large.bytes.len() + small.bytes.len()).ok()?;
    let moved = |at: &At| At { entry: at.entry + shift, name: at.name + shift, ..*at };
    let (mut bytes, mut entries) = (large.bytes, large.entries);
    bytes.extend_from_slice(&small.bytes);
    let (instead, more) = small.entries.split_at_checked(base.replaced.len())?;
    for (position, at) in base.replaced.iter().zip(instead) {
        // It has no name of its own.
        let old = entries.get_mut(*position as usize)?;
        *old = At { name: old.name, name_len: old.name_len, ..moved(at) };
    }
    let mut deleted = base.deleted.iter().peekable();
    let mut position = 0;
    entries.retain(|_| {
        let gone = deleted.next_if(|next| **next == position).is_some();
        position += 1;
        !gone
    });
    entries.extend(more.iter().map(moved));
    let mut index = Index { bytes, entries: Vec::new(), cached: 0..0, ..small };
    entries.sort_by(|a, b| index.name(a).cmp(index.name(b)).then_with(|| index.stage(a).cmp(&index.stage(b))));
    index.entries = entries;
    Some(index)
}

/// The most entries a file within the limits can have.
const MAX_POSITION: u32 = 8 << 20;

/// Reads the positions of set bits, which ascend, and returns what follows.
///
/// The bits are words of 64. A marker says how many words are all the same, and how many follow that are not.
fn positions<'b>(bytes: &'b [u8], found: &mut Vec<u32>) -> Option<&'b [u8]> {
    let (bits, words) = (word(bytes, 0)?, word(bytes, 4)? as usize);
    let (words, rest) = bytes.get(8..)?.split_at_checked(words.checked_mul(8)?)?;
    if bits > MAX_POSITION {
        return None;
    }
    let mut words = words.chunks_exact(8).map(|word| u64::from_be_bytes(word.try_into().unwrap_or_default()));
    let mut at = 0u64;
    while let Some(marker) = words.next() {
        let same = (marker >> 1 & 0xffff_ffff) * 64;
        if marker & 1 == 1 {
            found.extend((at..at.saturating_add(same).min(bits.into())).filter_map(|bit| u32::try_from(bit).ok()));
        }
        at = at.saturating_add(same);
        for _ in 0..marker >> 33 {
            let word = words.next()?;
            let set = (0..64).filter(|bit| word >> bit & 1 == 1).map(|bit| at.saturating_add(bit));
            found.extend(set.filter(|bit| *bit < bits.into()).filter_map(|bit| u32::try_from(bit).ok()));
            at = at.saturating_add(64);
        }
    }
    // Where the last marker stands, which only a writer needs.
    rest.get(4..)
}
