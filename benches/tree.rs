//! Generates the tree the benchmark runs on: the same bytes for the same arguments, on every machine.
//!
//! `tree OUT FILES PERMILLE`: so many files, of which so many in a thousand mention the vendor.

use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: tree OUT FILES PERMILLE";
/// Files to a directory: what trees of installed packages have on average.
const FILES_PER_DIRECTORY: u64 = 12;
const EXTENSIONS: [&str; 12] = ["js", "js", "ts", "rb", "py", "php", "go", "java", "json", "yml", "md", "css"];
const WORDS: [&str; 32] = [
    "return", "const", "function", "module", "exports", "self", "index", "value", "error", "result", "request",
    "response", "client", "token", "key", "async", "await", "import", "from", "require", "the", "of", "and", "options",
    "default", "String", "if", "else", "new", "null", "Model", "=>",
];
/// Words that begin or end like a needle: one word in a hundred.
const NEAR: [&str; 8] = ["internal", "interface", "Interval", "com", "INTERNAL", "intern", "telecom", "android"];
const MENTION: &str = "\nconst client = new Intercom.Client({ token: process.env.INTERCOM_TOKEN });\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, files, permille] = arguments.as_slice() else { return fail(USAGE) };
    let (Ok(files), Ok(permille)) = (files.parse(), permille.parse()) else { return fail(USAGE) };
    match generate(Path::new(out), files, permille) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::FAILURE
}

fn generate(out: &Path, files: u64, permille: u64) -> io::Result<()> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut directory = PathBuf::new();
    for number in 0..files {
        if number % FILES_PER_DIRECTORY == 0 {
            directory = directory_of(out, number / FILES_PER_DIRECTORY);
            create_dir_all(&directory)?;
        }
        // One in fifty is an image or an archive.
        let binary = random.below(50) == 0;
        let extension = if binary { "png" } else { EXTENSIONS[random.below(EXTENSIONS.len() as u64) as usize] };
        let name = format!("{}_{number}.{extension}", WORDS[random.below(25) as usize]);
        let mut file = BufWriter::new(File::create(directory.join(name))?);
        // From 256 bytes to 64 KiB, half of the files under 2 KiB, 4.5 KiB on average.
        let size = (256 << random.below(6)) << (random.below(4) * random.below(2) * random.below(2));
        if binary {
            noise(&mut file, &mut random, size)?
        } else {
            prose(&mut file, &mut random, size)?
        }
        if number * permille / 1000 != (number + 1) * permille / 1000 {
            file.write_all(MENTION.as_bytes())?;
        }
        file.flush()?;
    }
    Ok(())
}

/// Three levels of directories, as packages, sources and modules have.
fn directory_of(out: &Path, number: u64) -> PathBuf {
    out.join(format!("package{}", number / 64))
        .join(format!("src{}", number / 8 % 8))
        .join(format!("mod{}", number % 8))
}

fn prose(file: &mut impl io::Write, random: &mut Random, size: u64) -> io::Result<()> {
    let mut written = 0;
    while written < size {
        let words = if random.below(100) == 0 { &NEAR[..] } else { &WORDS[..] };
        let word = words[random.below(words.len() as u64) as usize];
        let separator = [" ", " ", " ", ".", "(", ") ", ", ", "\n    ", " = "][random.below(9) as usize];
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

/// The splitmix64 sequence.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
