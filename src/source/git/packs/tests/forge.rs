//! Packs made by hand: what git would never write.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use gix::ObjectId;
use gix::hash::Kind;
use gix::objs;
use sha1::Digest as _;

/// An entry: its name, and the bytes it has in the pack.
pub(super) struct Forged {
    pub(super) id: ObjectId,
    pub(super) bytes: Vec<u8>,
}

pub(super) const BLOB: u8 = 3;
pub(super) const OFS_DELTA: u8 = 6;
pub(super) const REF_DELTA: u8 = 7;

pub(super) fn name(content: &[u8]) -> ObjectId {
    objs::compute_hash(Kind::Sha1, objs::Kind::Blob, content).unwrap()
}

pub(super) fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A number, seven bits a byte, the lowest first.
fn bits(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The header of an entry that says it is of this type and size.
pub(super) fn header(kind: u8, size: u64) -> Vec<u8> {
    let first = kind << 4 | (size & 0xf) as u8;
    if size < 16 {
        return vec![first];
    }
    let mut out = vec![first | 0x80];
    bits(size >> 4, &mut out);
    out
}

pub(super) fn blob(content: &[u8]) -> Forged {
    Forged { id: name(content), bytes: [header(BLOB, content.len() as u64), deflated(content)].concat() }
}

/// A delta that says what it makes of what, by these instructions.
pub(super) fn delta(from: u64, to: u64, instructions: &[u8]) -> Vec<u8> {
    let mut delta = Vec::new();
    bits(from, &mut delta);
    bits(to, &mut delta);
    delta.extend_from_slice(instructions);
    delta
}

/// A delta that makes `content` of anything, of a base by its name.
pub(super) fn on(base: ObjectId, from: usize, content: &[u8]) -> Forged {
    let mut instructions = Vec::new();
    for piece in content.chunks(127) {
        instructions.push(piece.len() as u8);
        instructions.extend_from_slice(piece);
    }
    let delta = delta(from as u64, content.len() as u64, &instructions);
    Forged { id: name(content), bytes: named(base, &delta) }
}

/// An entry that is this delta of a base by its name.
pub(super) fn named(base: ObjectId, delta: &[u8]) -> Vec<u8> {
    [header(REF_DELTA, delta.len() as u64), base.as_slice().to_vec(), deflated(delta)].concat()
}

/// Writes a pack and its index, which has all right.
pub(super) fn write(store: &Path, stem: &str, entries: &[Forged]) {
    let mut pack = [b"PACK\0\0\0\x02".as_slice(), &(entries.len() as u32).to_be_bytes()].concat();
    let mut listed = Vec::new();
    for entry in entries {
        let mut sum = flate2::Crc::new();
        sum.update(&entry.bytes);
        listed.push((entry.id, sum.sum(), pack.len() as u32));
        pack.extend_from_slice(&entry.bytes);
    }
    let checksum = sha1::Sha1::digest(&pack).to_vec();
    pack.extend_from_slice(&checksum);
    std::fs::write(store.join("pack").join(format!("{stem}.pack")), pack).unwrap();
    std::fs::write(store.join("pack").join(format!("{stem}.idx")), index(&mut listed, &checksum)).unwrap();
}

/// An index of names, checksums and places.
pub(super) fn index(listed: &mut [(ObjectId, u32, u32)], pack: &[u8]) -> Vec<u8> {
    listed.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=u8::MAX {
        let count = listed.iter().filter(|entry| entry.0.first_byte() <= first).count() as u32;
        index.extend(count.to_be_bytes());
    }
    listed.iter().for_each(|entry| index.extend_from_slice(entry.0.as_slice()));
    listed.iter().for_each(|entry| index.extend(entry.1.to_be_bytes()));
    listed.iter().for_each(|entry| index.extend(entry.2.to_be_bytes()));
    index.extend_from_slice(pack);
    resealed(index)
}

/// The same with its checksum added.
pub(super) fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = sha1::Sha1::digest(&bytes).to_vec();
    bytes.extend_from_slice(&checksum);
    bytes
}
