//! Files of the cases, damaged: the same ones each time.

use crate::fuzz::seeds::encoded;

/// What is done to a file; all of it follows from a number.
#[derive(Debug)]
pub(crate) struct Mutation {
    number: usize,
    state: u64,
}

impl Mutation {
    pub(crate) fn numbered(number: usize) -> Self {
        Self { number, state: (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }
}

/// The next number below `end` of a mutation's own.
fn below(state: &mut u64, end: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap_or_default() % end.max(1)
}

/// A file's name and its damaged text.
pub(crate) fn mutated(files: &[(String, String)], mutation: &Mutation) -> (String, Vec<u8>) {
    let mut state = mutation.state;
    let mut below = |end: usize| below(&mut state, end);
    let (path, text) = &files[below(files.len())];
    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
    // Every third is stored in another encoding before it is damaged.
    let mut bytes = if mutation.number.is_multiple_of(3) { encoded(text, below(5)) } else { text.clone().into_bytes() };
    for _ in 0..1 + below(4) {
        let (one, other) = (below(bytes.len() + 1), below(bytes.len() + 1));
        let (from, to) = (one.min(other), one.max(other));
        match below(6) {
            0 if !bytes.is_empty() => bytes[one.min(other.saturating_sub(1))] ^= 1 << below(8),
            1 => bytes.truncate(to),
            2 => drop(bytes.drain(from..to.min(from + 40))),
            3 => drop(bytes.splice(from..from, [0])),
            4 => {
                let piece = bytes[from..to.min(from + 200)].repeat(1 + below(3));
                drop(bytes.splice(one..one, piece));
            }
            _ => {
                let stranger = files[below(files.len())].1.as_bytes();
                let (start, end) = (below(stranger.len() + 1), below(stranger.len() + 1));
                drop(bytes.splice(from..to, stranger[start.min(end)..start.max(end)].iter().copied()));
            }
        }
    }
    (name, bytes)
}
