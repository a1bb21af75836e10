//! Repositories: one file of a small one is hostile.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// How a blob, its tree and its commit are called here: this, twenty times. Nobody checks names.
const NAMES: [&str; 3] = ["11", "22", "33"];
const BLOB: &[u8] = b"intercom = key\n";

/// The first byte chooses what the rest is.
pub fn run(bytes: &[u8]) {
    let Some((choice, content)) = bytes.split_first() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let root = dir.path().canonicalize().expect("it is there");
    let repository = Repository(&root.join(".git"));
    repository.sound();
    match choice % 12 {
        0 => repository.write("index", &[content, &[0; 20]].concat()),
        1 => repository.write("index", content),
        2 => repository.write("packed-refs", content),
        3 => repository.write("HEAD", content),
        4 => repository.write("refs/heads/main", content),
        5 => repository.loose(NAMES[2], "commit", content),
        6 => repository.loose(NAMES[1], "tree", content),
        7 => repository.write(&path(NAMES[0]), content),
        8 => repository.write("shallow", content),
        9 => repository.write("objects/info/alternates", content),
        10 => repository.pack(content, true),
        _ => repository.pack(content, false),
    }
    super::watched(|| _ = dekey::source::probe::repository(&root));
}

struct Repository<'r>(&'r Path);

impl Repository<'_> {
    fn write(&self, name: &str, content: &[u8]) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("beneath the root")).expect("a directory");
        fs::write(path, content).expect("a file");
    }

    fn sound(&self) {
        self.write("HEAD", b"ref: refs/heads/main\n");
        self.write("refs/heads/main", format!("{}\n", NAMES[2].repeat(20)).as_bytes());
        self.loose(NAMES[0], "blob", BLOB);
        self.loose(NAMES[1], "tree", &[b"100644 file\0", &[0x11; 20][..]].concat());
        let tree = NAMES[1].repeat(20);
        let commit = format!("tree {tree}\nauthor A <a@b> 1600000000 +0100\ncommitter A <a@b> 1600000000 +0100\n\nm\n");
        self.loose(NAMES[2], "commit", commit.as_bytes());
    }

    fn loose(&self, name: &str, kind: &str, content: &[u8]) {
        let object = [format!("{kind} {}\0", content.len()).as_bytes(), content].concat();
        self.write(&path(name), &zlib(&object));
    }

    /// A pack of a blob and of an entry that is hostile: all of it, or only the instructions of a delta of the blob.
    fn pack(&self, content: &[u8], is_delta: bool) {
        let mut pack = b"PACK\0\0\0\x02\0\0\0\x02".to_vec();
        pack.push(0x30 | u8::try_from(BLOB.len()).expect("it is short"));
        pack.extend(zlib(BLOB));
        let offset = u32::try_from(pack.len()).expect("it is short");
        if is_delta {
            // An offset delta of so many bytes, whose base is so far before.
            let size = content.len();
            pack.push(0x60 | (size & 15) as u8 | if size > 15 { 0x80 } else { 0 });
            let mut rest = size >> 4;
            while rest > 0 {
                pack.push((rest & 127) as u8 | if rest > 127 { 0x80 } else { 0 });
                rest >>= 7;
            }
            pack.push(u8::try_from(offset - 12).expect("it is short"));
            pack.extend(zlib(content));
        } else {
            pack.extend(content);
        }
        pack.extend([0; 20]);
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        (0..256_u32).for_each(|byte| index.extend((u32::from(byte >= 0x44) + u32::from(byte >= 0x55)).to_be_bytes()));
        index.extend([[0x44; 20], [0x55; 20]].concat());
        index.extend([0; 8]);
        index.extend([12_u32, offset].map(u32::to_be_bytes).concat());
        index.extend([0; 40]);
        self.write("objects/pack/pack-a.pack", &pack);
        self.write("objects/pack/pack-a.idx", &index);
    }
}

fn path(name: &str) -> String {
    format!("objects/{name}/{}", name.repeat(19))
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory can be written to");
    encoder.finish().expect("memory can be written to")
}

/// One sound input of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let [blob, tree, commit] = NAMES.map(|name| name.repeat(20));
    let entry = [&[0; 24][..], &0o100_644_u32.to_be_bytes(), &[0; 12], &[0x11; 20], &[0, 4], b"file", &[0; 6]].concat();
    let index = [&b"DIRC\0\0\0\x02\0\0\0\x01"[..], &entry].concat();
    let cached = [&index, &b"TREE\0\0\0\x19\x001 0\n"[..], &[0x22; 20]].concat();
    let refs = format!(
        "# pack-refs with: peeled fully-peeled sorted\n{commit} refs/heads/b\n{commit} refs/tags/v1\n^{commit}\n"
    );
    let text = format!("tree {tree}\nparent {commit}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nm\n");
    let size = u8::try_from(BLOB.len()).expect("it is short");
    let delta = [&[size, 5, 0x90, 3, 2], &b"ab"[..]].concat();
    let files: [(u8, Vec<u8>); 13] = [
        (0, index),
        (0, cached),
        (2, refs.into_bytes()),
        (3, format!("{commit}\n").into_bytes()),
        (4, b"ref: refs/tags/v1\n".to_vec()),
        (5, text.into_bytes()),
        (6, [&b"40000 dir\0"[..], &[0x22; 20], b"100644 file\0", &[0x11; 20]].concat()),
        (7, zlib(b"blob 3\0abc")),
        (8, format!("{commit}\n").into_bytes()),
        (9, format!("../../other\n{blob}").into_bytes()),
        (10, delta.clone()),
        (11, [&[0x67, 0x1b], zlib(&delta).as_slice()].concat()),
        (11, [&[0x77], &[0x11; 20][..], zlib(&delta).as_slice()].concat()),
    ];
    files.map(|(kind, content)| [&[kind], content.as_slice()].concat()).to_vec()
}
