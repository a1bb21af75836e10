//! One delta family: a root, what is a delta of it, of that, and so on.
//!
//! Owns the order in which its members are made, and what is in memory meanwhile. The decisions to know: a delta with few
//! descendants comes before one with many, and with its last delta the content of a base is given up, so that no more
//! contents are held than the logarithm of the size of the family, however long its chains are; nothing recurses; and a
//! family that takes more memory than it may is put off, to be gone on with when nothing else is in memory.

use std::sync::atomic::{AtomicBool, Ordering};

use super::damage::Why;
use super::worker::{Failure, Worker};
use super::{See, Store, Wanted};

/// A member and what it leads to.
#[derive(Clone, Copy)]
struct Member {
    /// The entry, numbered through all packs.
    entry: u32,
    wanted: bool,
    /// How many have to be made for what is wanted among it and its descendants.
    needed: u32,
    /// Those of its deltas that have to be made, as a range of members.
    deltas: (u32, u32),
}

/// A family with something wanted in it.
pub(super) struct Family {
    /// Each after what it is a delta of; deltas of one base are neighbours.
    members: Vec<Member>,
    /// Those that come first.
    top: (u32, u32),
    /// How much has been told of it: objects that were handed over, and damage.
    told: usize,
}

/// How many bytes a family may have in memory.
#[derive(Clone, Copy)]
pub(super) enum Room {
    /// Not more; it is put off otherwise.
    Shared(u64),
    /// What takes more is not read.
    Alone(u64),
}

/// A content that deltas are still to be applied to, as a range of members.
struct Base {
    content: Vec<u8>,
    deltas: (u32, u32),
}

impl Family {
    /// The family of a root, or of all deltas of one object outside of packs. `None` if nothing in it is wanted.
    pub(super) fn new(store: &Store, top: &[u32], wanted: Wanted<'_>) -> Option<Self> {
        let member =
            |&entry: &u32| Member { entry, wanted: store.id(entry).is_some_and(wanted), needed: 0, deltas: (0, 0) };
        let mut members: Vec<Member> = top.iter().map(member).collect();
        let mut at = 0;
        while at < members.len() {
            let first = members.len();
            members.extend(store.forest.deltas(members[at].entry).iter().map(member));
            members[at].deltas = (first as u32, members.len() as u32);
            at += 1;
        }
        for at in (0..members.len()).rev() {
            let deltas = members[at].deltas;
            let (deltas, below) = order(&mut members, deltas);
            let member = &mut members[at];
            member.deltas = deltas;
            member.needed = below + u32::from(below > 0 || member.wanted);
        }
        let (top, needed) = order(&mut members, (0, top.len() as u32));
        (needed > 0).then_some(Self { members, top, told: 0 })
    }

    /// Hands over what is wanted; `base` is what the top ones are deltas of, if they are. `false` if it was put off.
    pub(super) fn each(
        &mut self,
        worker: &mut Worker<'_>,
        base: Option<Vec<u8>>,
        room: Room,
        see: See<'_>,
        stop: &AtomicBool,
    ) -> bool {
        let (Room::Shared(limit) | Room::Alone(limit)) = room;
        let mut told = 0;
        let mut bases: Vec<Base> = Vec::new();
        let mut at = self.top.0;
        let mut base = base.map(|content| Base { content, deltas: (at + 1, self.top.1) });
        while !stop.load(Ordering::Relaxed) {
            let member = self.members[at as usize];
            let held = bases.iter().map(|base| base.content.len() as u64).sum();
            let made = worker.make(member.entry, base.as_ref().map(|base| base.content.as_slice()), held, limit);
            match base.take() {
                Some(base) if base.deltas.0 < base.deltas.1 => bases.push(base),
                Some(base) => worker.keep(base.content),
                None => {}
            }
            match made {
                Err(Failure::Room) if matches!(room, Room::Shared(_)) => {
                    bases.into_iter().for_each(|base| worker.keep(base.content));
                    return false;
                }
                Err(Failure::Room) => self.lost(worker, at, Why::words("it takes too much memory"), &mut told),
                Err(Failure::Damage(why)) => self.lost(worker, at, why, &mut told),
                Ok((content, doubt)) => {
                    if let Some(why) = doubt {
                        self.tell(&mut told, || worker.damaged(member.entry, why));
                    }
                    if member.wanted
                        && let Some(id) = worker.store.id(member.entry)
                    {
                        self.tell(&mut told, || see(id, &content));
                    }
                    if member.deltas.0 < member.deltas.1 {
                        bases.push(Base { content, deltas: member.deltas });
                    } else {
                        worker.keep(content);
                    }
                }
            }
            let Some(mut next) = bases.pop() else { return true };
            at = next.deltas.0;
            next.deltas.0 += 1;
            base = Some(next);
        }
        true
    }

    /// Tells why a member cannot be made, and what cannot be without it.
    fn lost(&mut self, worker: &mut Worker<'_>, at: u32, why: Why, told: &mut usize) {
        let member = self.members[at as usize];
        self.tell(told, || worker.damaged(member.entry, why));
        let mut below = vec![member.deltas];
        while let Some((first, last)) = below.pop() {
            for at in first..last {
                let member = self.members[at as usize];
                below.push(member.deltas);
                if member.wanted {
                    let why = Why::words("what it is a delta of cannot be read");
                    self.tell(told, || worker.damaged(member.entry, why));
                }
            }
        }
    }

    /// Tells what was not told before the family was put off.
    fn tell(&mut self, told: &mut usize, tell: impl FnOnce()) {
        *told += 1;
        if *told > self.told {
            self.told = *told;
            tell();
        }
    }
}

/// Puts neighbours with few descendants first, and leaves out those with nothing wanted. Says how many are needed.
fn order(members: &mut [Member], (first, last): (u32, u32)) -> ((u32, u32), u32) {
    let members = &mut members[first as usize..last as usize];
    if members.len() > 1 {
        members.sort_unstable_by_key(|member| (member.needed, member.entry));
    }
    let unneeded = members.partition_point(|member| member.needed == 0);
    ((first + unneeded as u32, last), members.iter().map(|member| member.needed).sum())
}
