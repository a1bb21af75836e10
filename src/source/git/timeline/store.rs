//! All objects of a repository, one after another.

use std::sync::atomic::{AtomicBool, Ordering};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;

use crate::source::git::Objects;

pub(crate) struct Store<'o> {
    objects: &'o Objects,
    ids: Vec<ObjectId>,
}

impl<'o> Store<'o> {
    pub(crate) fn open(objects: &'o Objects) -> Result<Self, String> {
        Ok(Self { objects, ids: objects.all()? })
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn id_length(&self) -> usize {
        self.objects.kind().len_in_bytes()
    }

    pub(crate) fn number(&self, id: &oid) -> Option<u32> {
        self.ids.binary_search_by(|other| other.as_ref().cmp(id)).ok().map(|at| at as u32)
    }

    pub(crate) fn id(&self, number: u32) -> ObjectId {
        self.ids[number as usize]
    }

    pub(crate) fn each(&self, kind: Kind, wanted: impl Fn(&oid) -> bool, see: impl Fn(&oid, &[u8]), stop: &AtomicBool) {
        let mut buffer = Vec::new();
        for id in &self.ids {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            if wanted(id) && self.objects.kind_of(id).is_ok_and(|found| found == kind) {
                if let Ok(data) = self.objects.find(id, kind, &mut buffer) {
                    see(id, data);
                }
            }
        }
    }
}
