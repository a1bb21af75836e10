//! Archives: any bytes under any of their names.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

const NAMES: [&str; 5] = ["a.tar", "a.tar.gz", "a.tar.xz", "a.tar.zst", "a.zip"];

/// The first byte chooses the kind of archive, and whether what follows is packed here.
pub fn run(bytes: &[u8]) {
    let Some((choice, content)) = bytes.split_first() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let (name, packed) = match usize::from(*choice) % 6 {
        5 => (NAMES[1], gzip(content)),
        kind => (NAMES[kind], content.to_vec()),
    };
    let path = dir.path().canonicalize().expect("it is there").join(name);
    std::fs::write(&path, packed).expect("a file");
    super::watched(|| _ = dekey::source::probe::archive(&path));
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory can be written to");
    encoder.finish().expect("memory can be written to")
}

/// Archives of a few files each.
pub fn seeds(files: &[(String, String)]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for files in files.chunks(2).step_by(40) {
        let tar = tar(files);
        seeds.push([&[0], tar.as_slice()].concat());
        seeds.push([&[5], tar.as_slice()].concat());
        seeds.push([&[1], gzip(&tar).as_slice()].concat());
        seeds.push([&[4], zip(files).as_slice()].concat());
    }
    seeds
}

fn tar(files: &[(String, String)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        builder.append_data(&mut header, path, text.as_bytes()).expect("memory can be written to");
    }
    builder.into_inner().expect("memory can be written to")
}

/// Files that are stored as they are.
fn zip(files: &[(String, String)]) -> Vec<u8> {
    let (mut zip, mut list) = (Vec::new(), Vec::new());
    for (path, text) in files {
        let mut sum = flate2::Crc::new();
        sum.update(text.as_bytes());
        let size = u32::try_from(text.len()).expect("it is short").to_le_bytes();
        let length = u16::try_from(path.len()).expect("it is short").to_le_bytes();
        let same =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &sum.sum().to_le_bytes(), &size, &size, &length, &[0; 2]].concat();
        let at = u32::try_from(zip.len()).expect("it is short").to_le_bytes();
        list.extend([&b"PK\x01\x02\x14\0"[..], &same, &[0; 10], &at, path.as_bytes()].concat());
        zip.extend([b"PK\x03\x04", same.as_slice(), path.as_bytes(), text.as_bytes()].concat());
    }
    let (count, at) =
        (u16::try_from(files.len()).expect("few").to_le_bytes(), u32::try_from(zip.len()).expect("short"));
    let size = u32::try_from(list.len()).expect("it is short").to_le_bytes();
    zip.extend([&list, &b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &at.to_le_bytes(), &[0; 2]].concat());
    zip
}
