//! What fixes leave behind, read by the language's own parser.
//!
//! Every file of `fixtures/cases/` that fixes change and that its language accepts as it was has to be accepted after
//! them too. One trial a language, one process of its interpreter or compiler for all files; JSON and its kin are read
//! in this process. What is no whole file of its language before the fix proves nothing, and is only counted. A language
//! whose checker is missing here is skipped with a line that says so; `DEKEY_PROOF=require` makes that a failure.

#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "../support/case.rs"]
mod case;
mod checkers;
#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "../support/plant.rs"]
mod plant;
#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "../support/scanned.rs"]
mod scanned;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use checkers::{CHECKERS, Checker};
use libtest_mimic::{Arguments, Failed, Trial};
use plant::Planted;
use scanned::How;

/// A file that fixes change.
struct Changed {
    /// The case it belongs to.
    case: String,
    path: String,
    before: Vec<u8>,
    after: Vec<u8>,
}

fn main() {
    let arguments = Arguments::from_args();
    let mut by_checker: BTreeMap<&str, Vec<Changed>> = BTreeMap::new();
    let mut unchecked: BTreeMap<String, usize> = BTreeMap::new();
    // Listing the tests needs no fixes.
    for changed in if arguments.list { Vec::new() } else { changed() } {
        let extension = Path::new(&changed.path).extension().and_then(|extension| extension.to_str());
        let extension = extension.unwrap_or(&changed.path);
        match CHECKERS.iter().find(|checker| checker.extensions.contains(&extension)) {
            Some(checker) => by_checker.entry(checker.language).or_default().push(changed),
            None => *unchecked.entry(extension.to_owned()).or_default() += 1,
        }
    }
    let trials = CHECKERS.iter().map(|checker| {
        let files = by_checker.remove(checker.language).unwrap_or_default();
        Trial::test(checker.language, move || read(checker, &files))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let unchecked: Vec<String> = unchecked.iter().map(|(extension, count)| format!("{count} {extension}")).collect();
    say(&format!("syntax: changed files that nothing here checks: {}", unchecked.join(", ")));
    conclusion.exit();
}

fn say(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}

/// Every file of every case that fixes change.
fn changed() -> Vec<Changed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("it exists").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let cases: Vec<(String, case::Case)> = paths
        .iter()
        .flat_map(|path| {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let text = std::fs::read_to_string(path).expect("cases are UTF-8");
            case::parse(&text).into_iter().map(move |case| (format!("{name}: {}", case.heading), case))
        })
        .collect();
    // Threads of our own: a worker of rayon would take up another case while it waits for the scan of one.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(threads).max(1));
        let parts: Vec<_> = parts
            .map(|part| scope.spawn(|| part.iter().flat_map(|(name, case)| of_case(name, case)).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("the harness does not panic")).collect()
    })
}

fn of_case(name: &str, case: &case::Case) -> Vec<Changed> {
    let stored = |file: &case::File| (file.path.clone(), Planted::new(&file.text).text.into_bytes());
    let files: Vec<(String, Vec<u8>)> = case.files.iter().map(stored).collect();
    // What is left out, and why, is the business of `cases`.
    let changed = scanned::fixed(&files, How { threads: 1, ..How::new(case.audience) }).changed;
    let changed = changed.into_iter().filter_map(|(path, after)| {
        let before = files.iter().find(|(name, _)| *name == path)?.1.clone();
        Some(Changed { case: name.to_owned(), path, before, after })
    });
    changed.collect()
}

/// Holds the files of a language to the law, and says how many there were.
fn read(checker: &'static Checker, files: &[Changed]) -> Result<(), Failed> {
    let before = files.iter().map(|file| (file.path.as_str(), file.before.as_slice()));
    let after = files.iter().map(|file| (file.path.as_str(), file.after.as_slice()));
    let all: Vec<_> = before.chain(after).chain([("broken", checker.broken.as_bytes())]).collect();
    let mut accepted = match checkers::accepted(checker, &all) {
        Ok(accepted) => accepted,
        Err(missing) if std::env::var("DEKEY_PROOF").is_ok_and(|value| value == "require") => {
            return Err(missing.into());
        }
        Err(missing) => {
            say(&format!("SKIPPED {}: {missing}", checker.language));
            return Ok(());
        }
    };
    if accepted.pop() != Some(false) {
        return Err("the checker accepts what is broken".into());
    }
    let (before, after) = accepted.split_at(files.len());
    let whole = before.iter().filter(|accepted| **accepted).count();
    say(&format!("{}: {} files changed by fixes, {whole} whole before them", checker.language, files.len()));
    let mut wrong = String::new();
    for ((file, before), after) in files.iter().zip(before).zip(after) {
        if *before && !*after {
            let text = String::from_utf8_lossy(&file.after);
            _ = writeln!(wrong, "{} in “{}” is broken by its fixes:\n{text}", file.path, file.case);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}
