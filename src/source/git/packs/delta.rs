//! Deltas: an object as what to copy from another one and what to insert.
//!
//! The decision to know: every number in a delta is checked where it is used, and the size it promises is the most that
//! is written.

use super::damage::Why;
use super::stored::reserve;

/// Where copies may begin and how long they may be, bit by bit of the instruction.
const COPY: u8 = 0x80;
/// The length that is written as none.
const LONGEST: usize = 0x1_0000;

/// The sizes a delta begins with: of the object it is applied to, and of the one it makes. What follows is the rest.
pub(super) fn sizes(delta: &[u8]) -> Result<(u64, u64, &[u8]), Why> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Ok((base, result, rest))
}

fn size(delta: &[u8]) -> Result<(u64, &[u8]), Why> {
    let mut size = 0_u64;
    for (at, byte) in delta.iter().enumerate().take(9) {
        size |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((size, &delta[at + 1..]));
        }
    }
    Err(malformed())
}

/// Writes what the instructions make of `base` to `out`: exactly `size` bytes.
pub(super) fn apply(base: &[u8], mut instructions: &[u8], size: usize, out: &mut Vec<u8>) -> Result<(), Why> {
    out.clear();
    reserve(out, size)?;
    while let Some((&first, rest)) = instructions.split_first() {
        let (piece, rest) = if first & COPY == 0 {
            // None is reserved.
            rest.split_at_checked(first.into()).filter(|(piece, _)| !piece.is_empty()).ok_or_else(malformed)?
        } else {
            copy(base, first, rest).ok_or_else(malformed)?
        };
        if piece.len() > size - out.len() {
            return Err(malformed());
        }
        out.extend_from_slice(piece);
        instructions = rest;
    }
    if out.len() == size { Ok(()) } else { Err(malformed()) }
}

/// What a copy copies, and what follows it.
fn copy<'b, 'd>(base: &'b [u8], first: u8, mut rest: &'d [u8]) -> Option<(&'b [u8], &'d [u8])> {
    let (mut start, mut length) = (0, 0);
    for bit in 0..7 {
        if first & 1 << bit != 0 {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            if bit < 4 {
                start |= usize::from(byte) << (8 * bit);
            } else {
                length |= usize::from(byte) << (8 * (bit - 4));
            }
        }
    }
    let length = if length == 0 { LONGEST } else { length };
    Some((base.get(start..start.checked_add(length)?)?, rest))
}

fn malformed() -> Why {
    Why::words("its delta is malformed")
}
