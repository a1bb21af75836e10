//! Where the parts of an index stand in its file.
//!
//! Owns the walk through a file that believes nothing: every offset and length is compared with what is there.

use std::ops::Range;

use gix::hash::Kind;

/// The most bytes all names of an index may have once their shared prefixes are written out.
const MAX_NAMES: usize = 512 << 20;
/// Times, device, inode, mode, owner, group and size, before an entry's id.
pub(super) const STAT: usize = 40;

/// Where an entry stands in the bytes of its index. They are there: [`layout`] has looked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    pub(super) entry: u32,
    pub(super) name: u32,
    pub(super) name_len: u32,
}

/// In the first byte of the flags: two more bytes of flags follow.
pub(super) const EXTENDED: u8 = 0x40;
/// In the first byte of those: the entry is only announced.
pub(super) const INTENDED: u8 = 0x20;

/// Where everything stands.
pub(super) struct Layout {
    pub(super) entries: Vec<At>,
    /// The names of version 4, which share prefixes in the file; positions of names are in here then.
    pub(super) names: Option<Vec<u8>>,
    pub(super) extensions: Vec<([u8; 4], Range<usize>)>,
}

/// Goes through a file once. `None` when it does not come out even.
pub(super) fn layout(bytes: &[u8], kind: Kind) -> Option<Layout> {
    let body = bytes.get(..bytes.len().checked_sub(kind.len_in_bytes())?)?;
    let (version, count) = (word(body, 4)?, word(body, 8)? as usize);
    let fixed = STAT + kind.len_in_bytes() + 2;
    if body.get(..4)? != b"DIRC" || !(2..=4).contains(&version) || count > body.len() / fixed {
        return None;
    }
    let (mut entries, mut names, mut at) = (Vec::with_capacity(count), Vec::new(), 12);
    let mut previous = At::default();
    for _ in 0..count {
        let entry = body.get(at..)?;
        let flags = entry.get(fixed - 2..fixed)?;
        let fixed = if flags[0] & EXTENDED == 0 {
            fixed
        } else if version > 2 {
            fixed + 2
        } else {
            return None;
        };
        let rest = entry.get(fixed..)?;
        let entry_len = if version == 4 {
            let (strip, used) = varint(rest)?;
            let suffix = rest.get(used..used + memchr::memchr(0, rest.get(used..)?)?)?;
            let kept = (previous.name_len as usize).checked_sub(strip)?;
            let start = names.len();
            if start + kept + suffix.len() > MAX_NAMES {
                return None;
            }
            let shared = previous.name as usize;
            names.extend_from_within(shared..shared + kept);
            names.extend_from_slice(suffix);
            let name_len = u32::try_from(kept + suffix.len()).ok()?;
            previous = At { entry: u32::try_from(at).ok()?, name: u32::try_from(start).ok()?, name_len };
            fixed + used + suffix.len() + 1
        } else {
            let length = match usize::from(u16::from_be_bytes([flags[0], flags[1]]) & 0xfff) {
                0xfff => memchr::memchr(0, rest)?,
                length => length,
            };
            if rest.get(length) != Some(&0) || memchr::memchr(0, &rest[..length]).is_some() {
                return None;
            }
            let start = u32::try_from(at + fixed).ok()?;
            previous = At { entry: u32::try_from(at).ok()?, name: start, name_len: u32::try_from(length).ok()? };
            (fixed + length + 8) & !7
        };
        entries.push(previous);
        at += entry_len;
    }
    let mut extensions = Vec::new();
    while at < body.len() {
        let name = body.get(at..at + 4)?.try_into().ok()?;
        let start = at + 8;
        at = start.checked_add(word(body, at + 4)? as usize)?;
        body.get(start..at)?;
        extensions.push((name, start..at));
    }
    (at == body.len()).then_some(Layout { entries, names: (version == 4).then_some(names), extensions })
}

/// How much of the name before does not go on in this one, and how long the number is.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0usize;
    for (at, &byte) in bytes.iter().enumerate().take(9) {
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
        value = value.checked_add(1)?;
    }
    None
}

/// Four bytes as a number.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
