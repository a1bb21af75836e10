//! Files that cost a search what files cost, and mean nothing.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use crate::random::Random;

const EXTENSIONS: [&str; 12] = ["js", "js", "ts", "rb", "py", "php", "go", "java", "json", "yml", "md", "css"];
const WORDS: [&str; 32] = [
    "return", "const", "function", "module", "exports", "self", "index", "value", "error", "result", "request",
    "response", "client", "token", "key", "async", "await", "import", "from", "require", "the", "of", "and", "options",
    "default", "String", "if", "else", "new", "null", "Model", "=>",
];
/// Words that begin or end like a needle: one word in a hundred.
const NEAR: [&str; 8] = ["internal", "interface", "Interval", "com", "INTERNAL", "intern", "telecom", "android"];
pub(crate) const MENTION: &str = "\nconst client = new Intercom.Client({ token: process.env.INTERCOM_TOKEN });\n";

/// One file of a tree. One in fifty is an image or an archive.
pub(crate) fn file(directory: &Path, number: u64, mention: bool, random: &mut Random) -> io::Result<()> {
    let binary = random.below(50) == 0;
    let extension = if binary { "png" } else { random.of(&EXTENSIONS) };
    let name = format!("{}_{number}.{extension}", random.of(&WORDS[..25]));
    let mut file = BufWriter::new(File::create(directory.join(name))?);
    // From 256 bytes to 64 KiB, half of the files under 2 KiB, 4.5 KiB on average.
    let size = (256 << random.below(6)) << (random.below(4) * random.below(2) * random.below(2));
    if binary {
        noise(&mut file, random, size)?
    } else {
        prose(&mut file, random, size)?
    }
    if mention {
        file.write_all(MENTION.as_bytes())?;
    }
    file.flush()
}

pub(crate) fn prose(file: &mut impl io::Write, random: &mut Random, size: u64) -> io::Result<()> {
    let mut written = 0;
    while written < size {
        let words = if random.below(100) == 0 { &NEAR[..] } else { &WORDS[..] };
        let word = random.of(words);
        let separator = random.of(&[" ", " ", " ", ".", "(", ") ", ", ", "\n    ", " = "]);
        file.write_all(word.as_bytes())?;
        file.write_all(separator.as_bytes())?;
        written += (word.len() + separator.len()) as u64;
    }
    Ok(())
}

fn noise(file: &mut impl io::Write, random: &mut Random, size: u64) -> io::Result<()> {
    file.write_all(b"\x89PNG\r\n\x1a\n\0\0")?;
    (0..size / 8).try_for_each(|_| file.write_all(&random.next().to_le_bytes()))
}
