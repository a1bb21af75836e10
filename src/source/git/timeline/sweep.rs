//! Paths, and by what they were come to first.
//!
//! Owns the paths of what was asked for. The decision to know: what is given, one after the other, is looked at only where it has a
//! shape at a path that nothing before it had there, so that a sweep over all commits costs as much as there were changes;
//! and since a few small trees can stand for more paths than fit anywhere, there is a limit to them.

use std::collections::{HashMap, HashSet};

use super::reduce::{NOTHING, Shape, Shapes};
use super::trees::Forest;

/// The most paths and directories that are told apart.
const MAX_PATHS: usize = 1 << 18;
/// The longest path, in bytes.
const MAX_PATH: u32 = 4096;
/// The most shapes of directories that are looked at in one sweep.
const MAX_VISITS: usize = 1 << 23;

/// Something asked for at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    path: u32,
    /// Which of those asked for it is.
    pub(super) what: u32,
}

/// The paths of a history.
pub(super) struct Paths<'f> {
    forest: &'f Forest,
    /// The directory a path is in, its name there, and its length; the first one is the top.
    list: Vec<(u32, u32, u32)>,
    numbers: HashMap<(u32, u32), u32>,
    /// Whether something was left out.
    pub(super) more: bool,
}

impl<'f> Paths<'f> {
    pub(super) fn new(forest: &'f Forest) -> Self {
        Self { forest, list: vec![(0, 0, 0)], numbers: HashMap::new(), more: false }
    }

    /// What was come to first at each place. The roots come in their order.
    pub(super) fn sweep<T: Copy>(
        &mut self,
        shapes: &Shapes<'_>,
        roots: impl Iterator<Item = (Shape, T)>,
    ) -> HashMap<Place, T> {
        let mut met = HashMap::new();
        let mut visited = HashSet::new();
        let mut next = Vec::new();
        for (root, by) in roots {
            next.push((0, root));
            while let Some((path, shape)) = next.pop() {
                if shape == NOTHING || !visited.insert((path, shape)) {
                    continue;
                }
                if visited.len() > MAX_VISITS {
                    self.more = true;
                    return met;
                }
                for link in shapes.links(shape) {
                    match self.number(path, link.name()) {
                        None => self.more = true,
                        Some(path) if link.is_file() => {
                            met.entry(Place { path, what: link.to }).or_insert(by);
                        }
                        Some(path) => next.push((path, link.to)),
                    }
                }
            }
        }
        met
    }

    /// The path of something in a directory; `None` beyond the limits.
    fn number(&mut self, folder: u32, name: u32) -> Option<u32> {
        if let Some(&number) = self.numbers.get(&(folder, name)) {
            return Some(number);
        }
        let length = self.list[folder as usize].2 + 1 + u32::try_from(self.forest.name(name).len()).ok()?;
        if length > MAX_PATH || self.list.len() > MAX_PATHS {
            return None;
        }
        let number = u32::try_from(self.list.len()).ok()?;
        self.list.push((folder, name, length));
        self.numbers.insert((folder, name), number);
        Some(number)
    }

    /// A path as it is written.
    pub(super) fn text(&self, place: Place) -> Vec<u8> {
        let mut names = Vec::new();
        let mut path = place.path;
        while path != 0 {
            let (folder, name, _) = self.list[path as usize];
            names.push(self.forest.name(name));
            path = folder;
        }
        names.reverse();
        names.join(&b'/')
    }
}
