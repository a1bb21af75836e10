//! The trees that an index notes for the directories in which nothing was changed since they were written.
//!
//! Owns that part of the file. The decision to know: as for git itself it is a short cut, believed where it counts as
//! many entries as there are, and left aside where it makes no sense.

use std::collections::HashMap;

use gix::ObjectId;
use gix::hash::Kind;

/// Directories, each before what is in it.
#[derive(Debug)]
pub(crate) struct Cached(Vec<Node>);

#[derive(Debug)]
struct Node {
    name: Vec<u8>,
    /// How many entries are beneath it, and its tree; none when something has changed.
    tree: Option<(usize, ObjectId)>,
    /// The position behind everything in it.
    end: usize,
}

impl Cached {
    /// The position of the top.
    pub(crate) const TOP: usize = 0;

    pub(super) fn read(bytes: &[u8], kind: Kind) -> Option<Self> {
        let (mut nodes, mut rest) = (Vec::new(), bytes);
        // Directories whose end is not known yet, with how many are still to come in them.
        let mut open: Vec<(usize, usize)> = Vec::new();
        loop {
            let (name, after) = split_at(rest, 0)?;
            let (numbers, after) = split_at(after, b'\n')?;
            let (entries, folders) = std::str::from_utf8(numbers).ok()?.split_once(' ')?;
            rest = after;
            let tree = match entries.parse::<i64>().ok()? {
                ..0 => None,
                entries => {
                    let (id, after) = rest.split_at_checked(kind.len_in_bytes())?;
                    rest = after;
                    Some((usize::try_from(entries).ok()?, ObjectId::try_from(id).ok()?))
                }
            };
            open.push((nodes.len(), folders.parse().ok()?));
            nodes.push(Node { name: name.to_vec(), tree, end: 0 });
            while let Some((node, left)) = open.last_mut() {
                if *left > 0 {
                    *left -= 1;
                    break;
                }
                nodes[*node].end = nodes.len();
                open.pop();
            }
            if open.is_empty() {
                return rest.is_empty().then_some(Self(nodes));
            }
        }
    }

    /// The tree of a directory with so many entries beneath it, where it is noted.
    pub(crate) fn tree(&self, node: usize, entries: usize) -> Option<ObjectId> {
        self.0.get(node)?.tree.filter(|(count, _)| *count == entries).map(|(_, id)| id)
    }

    /// The directories directly in another one.
    pub(crate) fn children(&self, node: usize) -> HashMap<&[u8], usize> {
        let end = self.0.get(node).map_or(0, |node| node.end);
        let mut children = HashMap::new();
        let mut at = node + 1;
        while let Some(child) = self.0.get(at).filter(|_| at < end) {
            children.insert(child.name.as_slice(), at);
            at = child.end;
        }
        children
    }
}

fn split_at(bytes: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(byte, bytes)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}
