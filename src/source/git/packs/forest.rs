//! Delta families: which entries of all packs are deltas of which.
//!
//! Owns the order in which entries can be made: a root, which is an object by itself, and what is made of it, and so on.
//! Entries of all packs are numbered through, so that a delta of an object in another pack is one like any other. The
//! decision to know: what no root leads to (deltas that go round in circles, or of nothing) is found here, and said.

use std::ops::Range;

use gix::objs::Kind;

use super::pack::Base;

/// Entries of packs, numbered through in the order of packs and files.
pub(super) struct Forest {
    /// Entries that are objects by themselves.
    pub(super) roots: Vec<(u32, Kind)>,
    /// Where the deltas of each entry begin in `deltas`, and where the last ones end.
    starts: Vec<u32>,
    deltas: Vec<u32>,
}

impl Forest {
    /// `bases` are those of all entries, numbered through; at most `u32::MAX - 1`.
    pub(super) fn new(bases: &[Base]) -> Self {
        let mut starts = vec![0_u32; bases.len() + 1];
        let mut roots = Vec::new();
        for (number, base) in bases.iter().enumerate() {
            match base {
                Base::None(kind) => roots.push((number as u32, *kind)),
                Base::Entry { number, .. } => starts[*number as usize] += 1,
                Base::Elsewhere | Base::Unknown => {}
            }
        }
        // From how many each has to where they end; filling in backwards makes that where they begin.
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut deltas = vec![0; sum as usize];
        for (number, base) in bases.iter().enumerate().rev() {
            if let Base::Entry { number: base, .. } = base {
                let start = &mut starts[*base as usize];
                *start -= 1;
                deltas[*start as usize] = number as u32;
            }
        }
        Self { roots, starts, deltas }
    }

    /// The entries that are deltas of this one.
    pub(super) fn deltas(&self, number: u32) -> &[u32] {
        let range: Option<Range<u32>> = (|| {
            let number = number as usize;
            Some(*self.starts.get(number)?..*self.starts.get(number + 1)?)
        })();
        range.and_then(|range| self.deltas.get(range.start as usize..range.end as usize)).unwrap_or_default()
    }

    /// How many entries are of a kind, as far as their roots are packed.
    pub(super) fn count(&self, kind: Kind) -> u64 {
        let mut next: Vec<u32> = self.roots.iter().filter(|root| root.1 == kind).map(|root| root.0).collect();
        let mut count = 0;
        while let Some(number) = next.pop() {
            count += 1;
            next.extend(self.deltas(number));
        }
        count
    }

    /// Entries that neither a root nor one of `others`, which have no base here, leads to.
    pub(super) fn unreached(&self, others: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut reached = vec![false; self.starts.len() - 1];
        let mut next: Vec<u32> = self.roots.iter().map(|root| root.0).chain(others).collect();
        while let Some(number) = next.pop() {
            // Each has one base at most, so that none is come to twice.
            reached[number as usize] = true;
            next.extend(self.deltas(number));
        }
        (0..).zip(reached).filter(|(_, reached)| !reached).map(|(number, _)| number).collect()
    }
}
