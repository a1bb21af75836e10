//! What a history lacks.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;

use super::Numbers;
use super::commits::History;
use super::reduce::Shapes;
use super::trees::{self, Forest};
use crate::source::git::Objects;
use crate::source::git::objects::Unread;
use crate::source::git::tree::Mode;

/// The most objects that are told apart: a million.
const MAX_LISTED: usize = 1 << 20;

/// Objects that the references lead to, and that cannot be had. What is only in commits that nothing leads to any more may be
/// missing in good order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lacking {
    /// They are not in the store; a million of them are listed.
    pub(crate) missing: BTreeSet<ObjectId>,
    /// They are in the store and cannot be read, or are something else than what leads there says.
    pub(crate) malformed: BTreeSet<ObjectId>,
    /// Whether objects were left with the server on purpose.
    partial: bool,
}

impl Lacking {
    /// What the history lacks that was walked, and whose trees were met.
    pub(super) fn of(
        objects: &Objects,
        numbers: &Numbers<'_>,
        history: &History,
        forest: &Forest,
        shapes: &Shapes<'_>,
        stop: &AtomicBool,
    ) -> Self {
        let mut missing: BTreeSet<ObjectId> = history.missing().take(MAX_LISTED).collect();
        let lacking = forest.lacking().iter().filter(|&&tree| shapes.is_met(tree));
        let lacking: HashSet<ObjectId> = lacking.filter_map(|&tree| numbers.object(tree)).collect();
        if !lacking.is_empty() {
            let id_length = objects.kind().len_in_bytes();
            let found = Mutex::new(&mut missing);
            let wanted = |id: &oid| lacking.contains(id);
            let see = |_: &oid, mut data: &[u8]| {
                while let Some((mode, _, id, length)) = trees::entry(data, id_length) {
                    data = data.get(length..).unwrap_or_default();
                    if mode != Mode::Submodule && numbers.of(id).is_none() && !id.is_empty_tree() {
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        if found.len() < MAX_LISTED {
                            found.insert(id.to_owned());
                        }
                    }
                }
            };
            numbers.store.each(Kind::Tree, &wanted, &see, stop);
        }
        let malformed = shapes.malformed().iter().filter_map(|&number| numbers.object(number));
        let malformed = malformed.chain(history.malformed().iter().copied()).collect();
        Self { missing, malformed, partial: objects.is_partial() }
    }
}

/// A sentence for each kind of lack.
impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing.first().map(|&id| Unread::Missing { id, partial: self.partial });
        let malformed = self.malformed.first().map(|&id| Unread::Malformed { id });
        let told = [(missing, self.missing.len()), (malformed, self.malformed.len())];
        let mut told = told.into_iter().filter_map(|(first, count)| Some((first?, count))).peekable();
        while let Some((first, count)) = told.next() {
            let more = if count < MAX_LISTED { "" } else { "at least " };
            match count {
                1 => write!(f, "{first}")?,
                2 => write!(f, "{first}; so is one other")?,
                _ => write!(f, "{first}; so are {more}{} others", count - 1)?,
            }
            if told.peek().is_some() {
                f.write_str("\n")?;
            }
        }
        Ok(())
    }
}
