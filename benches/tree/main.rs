//! Generates the trees that the benchmarks run on: the same bytes for the same arguments, on every machine.
//!
//! `tree words|salad|code OUT FILES PERMILLE`: so many files, of which so many in a thousand mention the vendor.
//!
//! - `words`: files of words and noise; those that mention the vendor are code.
//! - `salad`: files of words and noise; those that mention the vendor are words too, and one statement.
//! - `code`: all are code.
//!
//! `tree huge OUT FILES MEBIBYTES`: files of words, each so large; the first mentions the vendor.

mod code;
mod random;
mod words;

use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use code::{Code, Written};
use random::Random;

const USAGE: &str = "usage: tree words|salad|code OUT FILES PERMILLE\n       tree huge OUT FILES MEBIBYTES";
/// Files to a directory: what trees of installed packages have on average.
const FILES_PER_DIRECTORY: u64 = 12;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, out, files, number] = arguments.as_slice() else { return fail(USAGE) };
    let (Ok(files), Ok(number)) = (files.parse(), number.parse()) else { return fail(USAGE) };
    let out = Path::new(out);
    let made = match kind.as_str() {
        "words" => Tree { out, mentions: Kind::Code, others: Kind::Words }.make(files, number),
        "salad" => Tree { out, mentions: Kind::Words, others: Kind::Words }.make(files, number),
        "code" => Tree { out, mentions: Kind::Code, others: Kind::Code }.make(files, number),
        "huge" => huge(out, files, number),
        _ => return fail(USAGE),
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::FAILURE
}

#[derive(PartialEq)]
enum Kind {
    Words,
    Code,
}

struct Tree<'a> {
    out: &'a Path,
    /// What the files that mention the vendor are made of.
    mentions: Kind,
    others: Kind,
}

impl Tree<'_> {
    fn make(&self, files: u64, permille: u64) -> io::Result<()> {
        let code = Code::read()?;
        let mut random = Random(SEED);
        let (mut directory, mut number, mut owed) = (PathBuf::new(), 0, 0);
        let mut starts = true;
        while number < files {
            if starts {
                directory = directory_of(self.out, number / FILES_PER_DIRECTORY);
                create_dir_all(&directory)?;
            }
            let from = number;
            owed += permille;
            if owed >= 1000 && self.mentions == Kind::Code {
                // The files of a case belong together.
                for Written { path, text } in code.case(number, &mut random) {
                    let path = directory.join(path);
                    create_dir_all(path.parent().unwrap_or(self.out))?;
                    std::fs::write(path, text)?;
                    number += 1;
                    owed = owed.saturating_sub(1000);
                }
                owed += permille * (number - from - 1);
            } else if self.others == Kind::Code {
                let Written { path, text } = code.ordinary(number, &mut random);
                std::fs::write(directory.join(path), text)?;
                number += 1;
            } else {
                let mention = owed >= 1000;
                owed -= if mention { 1000 } else { 0 };
                words::file(&directory, number, mention, &mut random)?;
                number += 1;
            }
            starts = from / FILES_PER_DIRECTORY != number / FILES_PER_DIRECTORY;
        }
        Ok(())
    }
}

/// Three levels of directories, as packages, sources and modules have.
fn directory_of(out: &Path, number: u64) -> PathBuf {
    out.join(format!("package{}", number / 64))
        .join(format!("src{}", number / 8 % 8))
        .join(format!("mod{}", number % 8))
}

fn huge(out: &Path, files: u64, mebibytes: u64) -> io::Result<()> {
    create_dir_all(out)?;
    let mut random = Random(SEED);
    for number in 0..files {
        let extension = ["log", "sql", "json", "js"][number as usize % 4];
        let mut file = BufWriter::new(File::create(out.join(format!("huge_{number}.{extension}")))?);
        words::prose(&mut file, &mut random, mebibytes << 20)?;
        if number == 0 {
            file.write_all(words::MENTION.as_bytes())?;
        }
        file.flush()?;
    }
    Ok(())
}
