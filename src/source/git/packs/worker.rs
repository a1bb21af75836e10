//! Making the content of one entry, from its bytes in the pack and the content of its base.
//!
//! Owns the buffers of one thread and the pack it has open.

use flate2::Crc;
use gix::hash::oid;
use gix::objs::Kind;

use super::Store;
use super::damage::{Damage, Why};
use super::delta;
use super::loose::{self, Loose};
use super::pack::{MAX_HEADER, header};
use super::stored::{Inflater, Stored, Window};

/// The most of a buffer that is kept for the next object.
const MAX_KEPT: usize = 4 << 20;

/// What one thread works with.
pub(super) struct Worker<'s> {
    pub(super) store: &'s Store,
    pub(super) damage: Vec<Damage>,
    pub(super) window: Window,
    pub(super) inflater: Inflater,
    /// The pack that is open, by its place in the store.
    open: Option<(usize, Stored)>,
    delta: Vec<u8>,
    spare: Vec<Vec<u8>>,
}

/// Why an entry was not made.
pub(super) enum Failure {
    /// There is no room for it now.
    Room,
    Damage(Why),
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        Self::Damage(why)
    }
}

impl<'s> Worker<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Self {
            store,
            damage: Vec::new(),
            window: Window::new(),
            inflater: Inflater::new(),
            open: None,
            delta: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// The content of an entry, and what makes it doubtful. `held` bytes are in memory besides the base, of `limit` that may be.
    pub(super) fn make(
        &mut self,
        entry: u32,
        base: Option<&[u8]>,
        held: u64,
        limit: u64,
    ) -> Result<(Vec<u8>, Option<Why>), Failure> {
        let mut content = self.buffer();
        let mut delta = std::mem::take(&mut self.delta);
        let made = self.fill(entry, base, held, limit, &mut content, &mut delta);
        delta.shrink_to(MAX_KEPT);
        self.delta = delta;
        match made {
            Ok(doubt) => Ok((content, doubt)),
            Err(failure) => {
                self.keep(content);
                Err(failure)
            }
        }
    }

    fn fill(
        &mut self,
        entry: u32,
        base: Option<&[u8]>,
        held: u64,
        limit: u64,
        content: &mut Vec<u8>,
        delta: &mut Vec<u8>,
    ) -> Result<Option<Why>, Failure> {
        let most = self.store.limits.object;
        let held = held + base.map_or(0, |base| base.len() as u64);
        let fits = |size: u64, more: u64| match usize::try_from(size).ok().filter(|_| size <= most) {
            None => Err(Failure::Damage(Why::TooLarge { limit: most })),
            Some(_) if held.saturating_add(more).saturating_add(size) > limit => Err(Failure::Room),
            Some(size) => Ok(size),
        };
        let gone = || Failure::Damage(Why::words("its pack has changed"));

        let (number, local) = self.store.pack_of(entry).ok_or_else(gone)?;
        let pack = &self.store.packs[number];
        let (offset, next, listed) = pack.place(local).ok_or_else(gone)?;
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            self.open = None;
            self.window.clear();
            self.open = Some((number, Stored::open(&pack.path)?));
        }
        let Some((_, file)) = &self.open else { return Err(gone()) };
        let length = usize::try_from(next - offset).unwrap_or(usize::MAX);
        let bytes = self.window.get(file, offset, length.max(MAX_HEADER)).map_err(Why::from)?;
        let header = header(bytes, offset, self.store.kind)?;
        let mut sum = Crc::new();
        sum.update(bytes.get(..header.header_size()).unwrap_or_default());
        let size = fits(header.decompressed_size, 0)?;
        let mut at = header.data_offset;
        let target = if base.is_some() { &mut *delta } else { &mut *content };
        if header.header.is_delta() != base.is_some() {
            return Err(gone());
        }
        self.inflater.inflate((file, &mut self.window), &mut at, length, size, target, &mut sum)?;
        if let Some(base) = base {
            let (from, to, instructions) = delta::sizes(delta)?;
            if from != base.len() as u64 {
                return Err(Why::words("its delta is malformed").into());
            }
            let to = fits(to, size as u64)?;
            delta::apply(base, instructions, to, content)?;
        }
        let doubt = listed.is_some_and(|listed| listed != sum.sum());
        Ok(doubt.then_some(Why::words("its bytes are not those that the index was made for")))
    }

    /// The content of a loose object of this kind. Says so if it is damaged.
    pub(super) fn loose(&mut self, loose: &Loose, id: &oid, kind: Kind) -> Option<Vec<u8>> {
        let mut content = self.buffer();
        self.open = None;
        let path = loose.path(id);
        let limit = self.store.limits.object;
        match loose::read(&path, kind, limit, &mut self.inflater, &mut self.window, &mut content) {
            Ok(true) => return Some(content),
            Ok(false) => {}
            Err(why) => self.damage.push(Damage { id: Some(id.to_owned()), place: path, why }),
        }
        self.keep(content);
        None
    }

    /// Says that an entry is damaged.
    pub(super) fn damaged(&mut self, entry: u32, why: Why) {
        self.damage.extend(self.store.damage_of(entry, why));
    }

    pub(super) fn buffer(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Keeps a buffer for the next object, unless it is large.
    pub(super) fn keep(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= MAX_KEPT {
            self.spare.push(buffer);
        }
    }
}
