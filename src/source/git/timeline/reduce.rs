//! Trees, reduced to what leads to what was asked for.
//!
//! Owns telling which trees are the same in that respect. The decisions to know: trees that hold the same files of those
//! asked for at the same paths become one **shape**, so that the commits between two changes of them all have one; and
//! nothing recurses, since directories can be as deep as one likes.

use std::collections::HashMap;

use super::trees::{Forest, Link};

/// A reduced tree. Its links lead to shapes, or to what was asked for.
pub(super) type Shape = u32;

/// The shape of a tree that leads to nothing.
pub(super) const NOTHING: Shape = 0;

pub(super) struct Shapes<'f> {
    forest: &'f Forest,
    /// By the number of the tree.
    trees: Vec<State>,
    /// Where the links of a shape are in `links`; the first shape is [`NOTHING`].
    spans: Vec<(u32, u32)>,
    links: Vec<Link>,
    numbers: HashMap<Box<[Link]>, Shape>,
    /// Trees that were come to, and that are none or cannot be read.
    malformed: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing led there yet.
    New,
    /// It is being reduced.
    Begun,
    Done(Shape),
}

/// A tree that is being reduced.
struct Begun<'f> {
    tree: u32,
    rest: &'f [Link],
    /// Where its own links begin among those that were kept so far.
    from: usize,
}

impl<'f> Shapes<'f> {
    /// `count` is how many objects the store has.
    pub(super) fn new(forest: &'f Forest, count: usize) -> Self {
        Self {
            forest,
            trees: vec![State::New; count],
            spans: vec![(0, 0)],
            links: Vec::new(),
            numbers: HashMap::new(),
            malformed: Vec::new(),
        }
    }

    /// What is directly in a shape.
    pub(super) fn links(&self, shape: Shape) -> &[Link] {
        let (start, end) = self.spans[shape as usize];
        &self.links[start as usize..end as usize]
    }

    /// Whether something led to this tree.
    pub(super) fn is_met(&self, tree: u32) -> bool {
        self.trees[tree as usize] != State::New
    }

    /// Trees that were come to, and that are none or cannot be read.
    pub(super) fn malformed(&self) -> &[u32] {
        &self.malformed
    }

    /// The shape of a tree.
    pub(super) fn of(&mut self, root: u32) -> Shape {
        let mut begun: Vec<Begun<'f>> = Vec::new();
        let mut kept: Vec<Link> = Vec::new();
        if let State::Done(shape) = self.begin(root, &mut begun, 0) {
            return shape;
        }
        while let Some(last) = begun.last_mut() {
            let Some((&link, rest)) = last.rest.split_first() else {
                let shape = self.shape(&kept[last.from..]);
                self.trees[last.tree as usize] = State::Done(shape);
                kept.truncate(last.from);
                begun.pop();
                continue;
            };
            if link.is_file() {
                kept.push(link);
            } else {
                match self.begin(link.to, &mut begun, kept.len()) {
                    State::Done(NOTHING) => {}
                    State::Done(shape) => kept.push(Link::new(link.name(), false, shape)),
                    // Come back to this link when it is done.
                    _ => continue,
                }
            }
            if let Some(last) = begun.last_mut() {
                last.rest = rest;
            }
        }
        match self.trees[root as usize] {
            State::Done(shape) => shape,
            _ => NOTHING,
        }
    }

    fn begin(&mut self, tree: u32, begun: &mut Vec<Begun<'f>>, from: usize) -> State {
        let state = &mut self.trees[tree as usize];
        *state = match (*state, self.forest.entries(tree)) {
            (State::New, Some(rest)) => {
                begun.push(Begun { tree, rest, from });
                State::Begun
            }
            (State::Done(shape), _) => State::Done(shape),
            // No tree, or one that leads to itself: its bytes are not those of its name then.
            (State::New, None) | (State::Begun, _) => {
                self.malformed.push(tree);
                State::Done(NOTHING)
            }
        };
        *state
    }

    fn shape(&mut self, links: &[Link]) -> Shape {
        if links.is_empty() {
            return NOTHING;
        }
        if let Some(&shape) = self.numbers.get(links) {
            return shape;
        }
        let start = self.links.len() as u32;
        self.links.extend_from_slice(links);
        let shape = self.spans.len() as Shape;
        self.spans.push((start, self.links.len() as u32));
        self.numbers.insert(links.into(), shape);
        shape
    }
}
