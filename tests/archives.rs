//! Archives as what is examined: the same findings as of what was packed, and nothing that a hostile one could gain.

#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "support/plant.rs"]
mod plant;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use plant::Planted;
use serde_json::Value;
use tar::{EntryType, Header};

struct Ran {
    code: i32,
    json: Value,
    err: String,
}

impl Ran {
    /// The places of findings.
    fn found(&self) -> Vec<String> {
        let findings = self.json["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
    }

    /// What tells the findings beneath a path from others.
    fn within(&self, prefix: &str) -> BTreeSet<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let known = |finding: &Value| {
            let path = text(&finding["path"]).strip_prefix(prefix)?.to_owned();
            Some((text(&finding["rule"]), path, text(&finding["fingerprint"])))
        };
        self.json["findings"].as_array().unwrap().iter().filter_map(known).collect()
    }

    /// What was not examined, as `path: detail`.
    fn skipped(&self) -> Vec<String> {
        let entries = self.json["skipped"].as_array().unwrap().iter();
        entries
            .map(|entry| format!("{}: {}", entry["path"].as_str().unwrap(), entry["detail"].as_str().unwrap()))
            .collect()
    }

    fn counts(&self, reason: &str) -> Value {
        self.json["summary"]["skipped"][reason].clone()
    }
}

fn check(dir: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dekey"));
    command.arg("check").args(args).args(["--output-format", "json"]).current_dir(dir).env_clear();
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {err}"));
    Ran { code: output.status.code().unwrap(), json, err }
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_owned();
    (dir, path)
}

/// A line with a token.
fn line(number: usize) -> String {
    Planted::new(&format!("TOKEN={{{{token:{number}}}}}\n")).text
}

/// A tree of a project with something to link.
const TREE: &[(&str, &str)] = &[
    ("Gemfile", "source 'https://rubygems.org'\ngem 'intercom', '~> 2.0'\n"),
    ("dekey.toml", "exclude = [\"old/\"]\n"),
    ("docker-compose.yml", "services:\n  app:\n    environment:\n      API_KEY: abc\n"),
    ("lib/app.rb", "require 'intercom'\nIntercom::Client.new(app_id: ENV['API_ID'], api_key: ENV['API_KEY'])\n"),
    ("lib/empty.rb", ""),
    ("old/app.rb", "require 'intercom'\nIntercom::Client.new(app_id: ENV['OLD_ID'], api_key: ENV['OLD_KEY'])\n"),
];

fn tree() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> =
        TREE.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    files.push(("deploy/.env".to_owned(), line(1).into_bytes()));
    // Larger than what is read whole.
    let mut large = "hay\n".repeat(1 << 20);
    large.push_str(&line(2));
    files.push(("log/large.log".to_owned(), large.into_bytes()));
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(line(3).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    files.push(("wide.txt".to_owned(), wide));
    files
}

fn header(size: u64, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header
}

fn tar_of<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        builder.append_data(&mut header(bytes.len() as u64, EntryType::Regular), path, bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// An entry whose name nobody checks.
fn raw(builder: &mut tar::Builder<Vec<u8>>, name: &[u8], bytes: &[u8], kind: EntryType) {
    let mut header = header(bytes.len() as u64, kind);
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_cksum();
    builder.append(&header, bytes).unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_of<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut output = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut output);
    for (path, bytes) in files {
        let (mut entry, config) =
            archive.new_file(path).compression_method(rawzip::CompressionMethod::DEFLATE).start().unwrap();
        let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast());
        let mut writer = config.wrap(encoder);
        writer.write_all(bytes).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    output
}

#[test]
fn an_archive_is_the_tree_that_it_was_made_of() {
    let (_guard, dir) = scratch();
    let files = tree();
    for (path, bytes) in &files {
        let path = dir.join("app").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let single = check(&dir.join("app"), &[]);
    assert_eq!(single.within("").len(), 5, "{:?}", single.found());
    let flat = || files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    let folder: Vec<(String, &[u8])> =
        files.iter().map(|(path, bytes)| (format!("app-1.2/{path}"), bytes.as_slice())).collect();
    let deep = || folder.iter().map(|(path, bytes)| (path.as_str(), *bytes));
    let xz = |bytes: &[u8]| {
        let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let zst = |bytes: &[u8]| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    for (name, bytes) in [
        ("a.tar", tar_of(flat())),
        ("b.tar.gz", gzip(&tar_of(flat()))),
        ("c.tgz", gzip(&tar_of(deep()))),
        ("d.tar.xz", xz(&tar_of(flat()))),
        ("e.tar.zst", zst(&tar_of(deep()))),
        ("f.zip", zip_of(flat())),
        ("g.ZIP", zip_of(deep())),
    ] {
        std::fs::write(dir.join(name), &bytes).unwrap();
        let ran = check(&dir, &[name]);
        let top = if ran.found()[0].contains("app-1.2") { format!("{name}/app-1.2/") } else { format!("{name}/") };
        assert_eq!(ran.within(&top), single.within(""), "{name}: {}", ran.err);
        assert_eq!(ran.code, 1, "{name}");
        assert_eq!(ran.json["summary"]["files_examined"], single.json["summary"]["files_examined"], "{name}");
        assert_eq!(ran.json["repositories"][0]["name"].as_str(), name.split('.').next(), "{name}");
    }
}

#[test]
fn no_name_leads_out_and_none_is_lost() {
    let (_guard, dir) = scratch();
    let mut builder = tar::Builder::new(Vec::new());
    let token = line(1);
    let long = format!("{}/{}.txt", "d".repeat(150), "n".repeat(120));
    raw(&mut builder, b"../../out.txt", token.as_bytes(), EntryType::Regular);
    raw(&mut builder, b"/etc/passwd", line(2).as_bytes(), EntryType::Regular);
    raw(&mut builder, b"caf\xe9.txt", line(3).as_bytes(), EntryType::Regular);
    raw(&mut builder, b"\x1b[2J.txt", line(4).as_bytes(), EntryType::Regular);
    raw(&mut builder, b"twice.txt", line(5).as_bytes(), EntryType::Regular);
    raw(&mut builder, b"twice.txt", line(6).as_bytes(), EntryType::Regular);
    let many = line(7);
    builder.append_data(&mut header(many.len() as u64, EntryType::Regular), &long, many.as_bytes()).unwrap();
    raw(&mut builder, b"link", b"", EntryType::Symlink);
    raw(&mut builder, b"hard", b"", EntryType::Link);
    raw(&mut builder, b"dev", b"", EntryType::Block);
    raw(&mut builder, b"pipe", b"", EntryType::Fifo);
    raw(&mut builder, b"a/.git/config", line(8).as_bytes(), EntryType::Regular);
    raw(&mut builder, b"inner.tar", &tar_of([("x", line(9).as_bytes())]), EntryType::Regular);
    std::fs::write(dir.join("x.tar"), builder.into_inner().unwrap()).unwrap();
    let ran = check(&dir, &["x.tar"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let mut found = ran.found();
    found.sort();
    let long = format!("x.tar/{long}");
    let mut expected = vec![
        "x.tar/#2/twice.txt",
        "x.tar/%2E%2E/%2E%2E/out.txt",
        "x.tar/\u{1b}[2J.txt",
        "x.tar/caf\u{fffd}.txt",
        long.as_str(),
        "x.tar/etc/passwd",
        // Stored as it is, so that its bytes are there to be seen.
        "x.tar/inner.tar",
        "x.tar/twice.txt",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!((ran.counts("symlink"), ran.counts("special")), (2.into(), 2.into()));
    // The same in every run, and nothing was written.
    assert_eq!(check(&dir, &["x.tar", "-j", "7"]).json, ran.json);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
}

#[test]
fn what_is_broken_is_said_and_what_was_read_is_reported() {
    let (_guard, dir) = scratch();
    let first = line(1);
    let second = "x".repeat(5000) + &line(2);
    let files = [("a.txt", first.as_bytes()), ("b.txt", second.as_bytes()), ("c.txt", first.as_bytes())];
    let tar = tar_of(files);
    let packed = gzip(&tar);
    let mut torn = tar.clone();
    torn[1024 + 3] ^= 0x55;
    let mut flipped = packed.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 8].fill(0xff);
    for (name, bytes, words) in [
        ("cut.tar", &tar[..3000], "it ends too early"),
        ("cut.tar.gz", &packed[..packed.len() - 40], "broken"),
        ("torn.tar", &torn, "it is broken: archive header checksum mismatch"),
        ("flipped.tgz", &flipped, "what is behind it in the archive was not examined"),
    ] {
        std::fs::write(dir.join(name), bytes).unwrap();
        let ran = check(&dir, &[name]);
        assert_eq!(ran.code, 2, "{name}");
        let skipped = ran.skipped();
        assert!(skipped.iter().any(|entry| entry.starts_with(&format!("{name}: "))), "{name}: {skipped:?}");
        if name != "cut.tar.gz" {
            assert!(skipped.iter().any(|entry| entry.contains(words)), "{name}: {skipped:?}");
        }
        if !name.starts_with("cut.tar.gz") {
            assert!(ran.found().contains(&format!("{name}/a.txt")), "{name}: {:?}", ran.found());
        }
        assert_eq!(ran.json["summary"]["complete"], false);
    }
    for (name, bytes) in [
        ("no.zip", &b"PK\x03\x04 and no more"[..]),
        ("no.tar", b"text"),
        ("no.tgz", b"text"),
        ("no.tar.xz", b"text"),
        ("no.tar.zst", b"text"),
        ("void.zip", b""),
    ] {
        std::fs::write(dir.join(name), bytes).unwrap();
        let ran = check(&dir, &[name]);
        assert_eq!(ran.code, 2, "{name}");
        let failure = ran.json["repositories"][0]["failure"].as_str().unwrap_or_default().to_owned();
        assert!(failure.starts_with("the archive cannot be read: "), "{name}: {failure}");
    }
}

#[test]
fn one_broken_entry_of_a_zip_hides_no_other() {
    let (_guard, dir) = scratch();
    let texts: Vec<String> = (1..4).map(|number| "some text\n".repeat(100) + &line(number)).collect();
    let files: Vec<(&str, &[u8])> =
        ["a.txt", "b.txt", "c.txt"].into_iter().zip(texts.iter().map(String::as_bytes)).collect();
    let zip = zip_of(files);
    let at = |name: &str, nth: usize| memchr::memmem::find_iter(&zip, name.as_bytes()).nth(nth).unwrap();
    let mut broken = zip.clone();
    // Behind the second local header.
    broken[at("b.txt", 0) + 12..at("b.txt", 0) + 20].fill(0xff);
    std::fs::write(dir.join("x.zip"), &broken).unwrap();
    let ran = check(&dir, &["x.zip"]);
    assert_eq!((ran.code, ran.found()), (2, vec!["x.zip/a.txt".to_owned(), "x.zip/c.txt".to_owned()]), "{}", ran.err);
    assert!(ran.skipped()[0].starts_with("x.zip/b.txt: it is broken"), "{:?}", ran.skipped());
    // The flag of encryption stands 38 bytes before the name in the list at the end.
    let mut encrypted = zip.clone();
    encrypted[at("c.txt", 1) - 38] |= 1;
    std::fs::write(dir.join("y.zip"), &encrypted).unwrap();
    let ran = check(&dir, &["y.zip"]);
    assert_eq!((ran.code, ran.skipped()), (2, vec!["y.zip/c.txt: it is encrypted".to_owned()]));
    // The method, 36 before.
    let mut strange = zip.clone();
    strange[at("c.txt", 1) - 36] = 12;
    std::fs::write(dir.join("z.zip"), &strange).unwrap();
    let ran = check(&dir, &["z.zip"]);
    assert_eq!(ran.code, 2);
    assert!(ran.skipped()[0].ends_with("which dekey does not read"), "{:?}", ran.skipped());
}

#[test]
fn a_bomb_goes_off_nowhere() {
    let (_guard, dir) = scratch();
    // More than what an archive of its size may hold, in a file that is behind one of interest.
    let size = 300_u64 << 20;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&tar_of([("a.txt", line(1).as_bytes())])[..1024]).unwrap();
    let mut head = header(size, EntryType::Regular);
    head.set_path("zeros").unwrap();
    head.set_cksum();
    encoder.write_all(head.as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..300).for_each(|_| encoder.write_all(&zeros).unwrap());
    std::fs::write(dir.join("bomb.tgz"), encoder.finish().unwrap()).unwrap();
    let ran = check(&dir, &["bomb.tgz"]);
    assert_eq!((ran.code, ran.found()), (2, vec!["bomb.tgz/a.txt".to_owned()]), "{}", ran.err);
    let skipped = ran.skipped().join("\n");
    assert!(skipped.contains("it holds far more than its size lets expect"), "{skipped}");

    // A name without an end.
    let mut builder = tar::Builder::new(Vec::new());
    raw(&mut builder, b"a.txt", line(1).as_bytes(), EntryType::Regular);
    raw(&mut builder, b"././@LongLink", &vec![b'n'; 3 << 20], EntryType::GNULongName);
    raw(&mut builder, b"b.txt", line(2).as_bytes(), EntryType::Regular);
    std::fs::write(dir.join("name.tar"), builder.into_inner().unwrap()).unwrap();
    let ran = check(&dir, &["name.tar"]);
    assert_eq!((ran.code, ran.found()), (2, vec!["name.tar/a.txt".to_owned()]));
    assert!(ran.skipped()[0].contains("what it says of one of its files is too long"), "{:?}", ran.skipped());

    // A sparse file of an exabyte.
    let mut builder = tar::Builder::new(Vec::new());
    let mut head = header(0, EntryType::GNUSparse);
    head.set_path("sparse").unwrap();
    let gnu = head.as_gnu_mut().unwrap();
    gnu.realsize.copy_from_slice(b"\x80\0\0\0\x10\0\0\0\0\0\0\0");
    gnu.sparse[0].offset.copy_from_slice(b"\x80\0\0\0\x10\0\0\0\0\0\0\0");
    gnu.sparse[0].numbytes.copy_from_slice(b"00000000000\0");
    head.set_cksum();
    builder.append(&head, &b""[..]).unwrap();
    raw(&mut builder, b"b.txt", line(2).as_bytes(), EntryType::Regular);
    std::fs::write(dir.join("sparse.tar"), builder.into_inner().unwrap()).unwrap();
    let ran = check(&dir, &["sparse.tar"]);
    assert_eq!((ran.code, ran.found()), (2, vec!["sparse.tar/b.txt".to_owned()]), "{}", ran.err);
    assert!(ran.skipped()[0].starts_with("sparse.tar/sparse: it has holes"), "{:?}", ran.skipped());
}

#[test]
fn very_many_entries_are_gone_through() {
    let (_guard, dir) = scratch();
    let mut builder = tar::Builder::new(Vec::new());
    let mut empty = header(0, EntryType::Regular);
    empty.set_path("e").unwrap();
    empty.set_cksum();
    (0..100_000).for_each(|_| builder.append(&empty, &b""[..]).unwrap());
    raw(&mut builder, b"last.txt", line(1).as_bytes(), EntryType::Regular);
    std::fs::write(dir.join("x.tgz"), gzip(&builder.into_inner().unwrap())).unwrap();
    let ran = check(&dir, &["x.tgz"]);
    assert_eq!((ran.code, ran.found()), (1, vec!["x.tgz/last.txt".to_owned()]), "{}", ran.err);
    assert_eq!(ran.json["summary"]["files_examined"], 100_001);
}

#[test]
fn bytes_of_any_kind_are_no_danger() {
    let (_guard, dir) = scratch();
    let files = tree();
    let few: Vec<(&str, &[u8])> = files
        .iter()
        .filter(|(_, bytes)| bytes.len() < 1000)
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    let whole = [("x.tar", tar_of(few.clone())), ("x.tgz", gzip(&tar_of(few.clone()))), ("x.zip", zip_of(few))];
    // Reproducible, and different everywhere.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for (name, bytes) in &whole {
        for _ in 0..12 {
            let mut bytes = bytes.clone();
            for _ in 0..=random(8) {
                let at = random(bytes.len());
                bytes[at] = u8::try_from(random(256)).unwrap();
            }
            bytes.truncate(bytes.len() - random(bytes.len() / 4));
            std::fs::write(dir.join(name), &bytes).unwrap();
            let ran = check(&dir, &[name]);
            assert!((0..3).contains(&ran.code), "{}", ran.err);
            assert!(!ran.err.contains("panicked at src/"), "{}", ran.err);
        }
    }
}
