//! Numbers for objects, which take less memory than their names.

use gix::ObjectId;
use gix::hash::{Kind, oid};

use super::Store;

impl Store {
    /// Which hash names the objects.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Above all numbers of objects.
    pub(crate) fn numbers(&self) -> usize {
        self.count().try_into().unwrap_or(usize::MAX)
    }

    /// The number of an object that is stored, be it damaged. It has one, however often it is stored.
    pub(crate) fn number(&self, id: &oid) -> Option<u32> {
        for (pack, first) in self.packs.iter().zip(&self.firsts) {
            if let Some(place) = pack.place_in_index(id) {
                return first.checked_add(place);
            }
        }
        let mut before = self.packs.iter().map(|pack| pack.count() as usize).sum::<usize>();
        for loose in &self.loose {
            if let Ok(place) = loose.ids.binary_search_by(|other| other.as_ref().cmp(id)) {
                return u32::try_from(before + place).ok();
            }
            before += loose.ids.len();
        }
        None
    }

    /// The object of a number.
    pub(crate) fn object(&self, number: u32) -> Option<ObjectId> {
        if let Some((pack, place)) = self.pack_of(number)
            && let Some(id) = self.packs[pack].id_in_index(place)
        {
            return Some(id.to_owned());
        }
        let packed = self.packs.iter().map(|pack| pack.count() as usize).sum::<usize>();
        let place = (number as usize).checked_sub(packed)?;
        self.loose.iter().flat_map(|loose| &loose.ids).nth(place).copied()
    }
}
