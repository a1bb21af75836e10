//! Numbers for objects, which take less memory than their names.
//!
//! Owns finding the number of a name, as often as there are entries in all trees. The decision to know: names are spread evenly,
//! so that their first digits tell nearly where they are in an index; where somebody saw to it that they are not, the
//! index is searched as always.

use gix::ObjectId;
use gix::hash::{Kind, oid};

use super::Store;
use super::pack::Pack;

/// Objects of a store, numbered.
pub(crate) struct Numbers<'s> {
    pub(crate) store: &'s Store,
    packs: Vec<Fan>,
    /// How many numbers are those of objects in packs.
    packed: u32,
    count: u32,
}

/// Where the names of an index begin that begin with the same digits.
struct Fan {
    starts: Vec<u32>,
    /// How many bits of the first 32 are not looked at.
    shift: u32,
}

impl<'s> Numbers<'s> {
    pub(crate) fn new(store: &'s Store) -> Self {
        let fans = store.packs.iter().map(|pack| {
            let bits = pack.count().checked_ilog2().unwrap_or(0).clamp(1, 24);
            let shift = 32 - bits;
            let mut starts = vec![0; (1 << bits) + 1];
            for place in 0..pack.count() {
                if let Some(id) = pack.id_in_index(place) {
                    starts[(head(id) >> shift) as usize + 1] += 1;
                }
            }
            let mut sum = 0;
            for start in &mut starts {
                sum += *start;
                *start = sum;
            }
            Fan { starts, shift }
        });
        let packed = store.packs.iter().map(Pack::count).sum();
        let loose: usize = store.loose.iter().map(|loose| loose.ids.len()).sum();
        Self {
            store,
            packs: fans.collect(),
            packed,
            count: u32::try_from(loose).unwrap_or(u32::MAX).saturating_add(packed),
        }
    }

    /// Which hash names the objects.
    pub(crate) fn kind(&self) -> Kind {
        self.store.kind
    }

    /// Above all numbers.
    pub(crate) fn count(&self) -> usize {
        self.count as usize
    }

    /// The number of an object that is stored, be it damaged. It has one, however often it is stored.
    pub(crate) fn of(&self, id: &oid) -> Option<u32> {
        let head = head(id);
        for ((pack, first), fan) in self.store.packs.iter().zip(&self.store.firsts).zip(&self.packs) {
            let bucket = (head >> fan.shift) as usize;
            let (start, end) = (fan.starts[bucket], fan.starts[bucket + 1]);
            let place = if end - start > 16 {
                pack.place_in_index(id)
            } else {
                (start..end).find(|place| pack.id_in_index(*place) == Some(id))
            };
            if let Some(place) = place {
                return Some(first + place);
            }
        }
        let mut before = self.packed;
        for loose in &self.store.loose {
            if let Ok(place) = loose.ids.binary_search_by(|other| other.as_ref().cmp(id)) {
                return before.checked_add(u32::try_from(place).ok()?);
            }
            before += loose.ids.len() as u32;
        }
        None
    }

    /// The object of a number.
    pub(crate) fn object(&self, number: u32) -> Option<ObjectId> {
        match number.checked_sub(self.packed) {
            None => {
                let (pack, place) = self.store.pack_of(number)?;
                self.store.packs[pack].id_in_index(place).map(ToOwned::to_owned)
            }
            Some(place) => self.store.loose.iter().flat_map(|loose| &loose.ids).nth(place as usize).copied(),
        }
    }
}

/// The first 32 bits of a name.
fn head(id: &oid) -> u32 {
    id.as_bytes().first_chunk().map_or(0, |head| u32::from_be_bytes(*head))
}
