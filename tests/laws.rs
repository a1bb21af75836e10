//! Laws of the whole: what no part of the source may know, and what changes nothing in a result.
//!
//! The absences are read from the source text. They are as strict as text allows: `use` lines and full paths.

#[expect(dead_code, reason = "`cases` uses the rest of these modules")]
#[path = "support/case.rs"]
mod case;
#[expect(dead_code, reason = "as above")]
#[path = "support/plant.rs"]
mod plant;
#[expect(dead_code, reason = "as above")]
#[path = "support/scanned.rs"]
mod scanned;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dekey::pack::{Vendor, builtin};
use plant::Planted;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use regex::Regex;
use scanned::How;

/// Files that are longer than a person can hold in the head. The list may only get shorter.
const LONG: &[&str] = &[
    "src/lang/ruby.rs",
    "src/lang/rust/syntax.rs",
    "src/lang/shell/commands.rs",
    "src/pack/schema.rs",
    "src/source/walk.rs",
];
const MAX_LINES: usize = 400;

/// A string of one line.
static STRING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""(?:[^"\\]|\\.)*""#).expect("it compiles"));

/// The project's directory.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a directory of the project, sorted, with `/` between names.
fn below(folder: &str, extension: &str) -> Vec<(String, String)> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it exists") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let name: Vec<_> = path.strip_prefix(root()).expect("below the root").iter().collect();
                let name = name.join(std::ffi::OsStr::new("/")).into_string().expect("our names are UTF-8");
                files.push((name, std::fs::read_to_string(path).expect("our files are UTF-8")));
            }
        }
    }
    files.sort();
    files
}

/// Code without comments and without its tests, line by line from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text.find("\n#[cfg(test)]\nmod ").map_or(text.len(), |at| at + 1);
    text[..tests].lines().enumerate().map(|(at, line)| (at + 1, line.split_once("//").map_or(line, |(code, _)| code)))
}

/// Whether a file of the source holds tests only.
fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// Places below `folder` whose code holds one of `words`, tests and the files in `except` left out.
fn mentions(folder: &str, words: &[&str], except: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in below(folder, "rs") {
        if except.iter().any(|spared| name.starts_with(spared)) || is_test(&name) {
            continue;
        }
        let lines =
            code(&text).filter(|(_, line)| words.iter().any(|word| STRING.replace_all(line, "").contains(word)));
        found.extend(lines.map(|(number, line)| format!("{name}:{number}: {}", line.trim())));
    }
    found
}

fn none(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_vendor_is_named_in_the_list_of_packs_only() {
    let words: BTreeSet<String> = scanned::VENDORS.iter().map(|vendor| vendor.pack().word.to_lowercase()).collect();
    let mut found = Vec::new();
    for (name, text) in below("src", "rs").iter().filter(|(name, _)| name != "src/pack/builtin.rs") {
        let lines = code(text).filter(|(_, line)| words.iter().any(|word| line.to_lowercase().contains(word)));
        found.extend(lines.map(|(number, line)| format!("{name}:{number}: {}", line.trim())));
    }
    none(found);
}

#[test]
fn front_ends_never_see_packs() {
    none(mentions("src/lang", &["crate::pack", "pack::", "crate::matcher", "crate::check"], &[]));
}

#[test]
fn packs_never_see_findings_or_files() {
    // A pack's own examples are tried by the matcher.
    none(mentions("src/pack", &["crate::check", "crate::matcher", "crate::render"], &["src/pack/check"]));
}

#[test]
fn checks_see_neither_facts_nor_text() {
    let uses = mentions("src/check", &["crate::facts"], &[]);
    none(uses.into_iter().filter(|line| !line.ends_with("use crate::facts::Carrier;")).collect());
    none(mentions("src/check", &["source.text", ".text.get", ".text[", "crate::lang"], &[]));
}

#[test]
fn renderers_see_neither_facts_nor_packs() {
    let uses = mentions("src/render", &["crate::facts"], &[]);
    none(uses.into_iter().filter(|line| !line.ends_with("use crate::facts::Note;")).collect());
    none(mentions("src/render", &["crate::pack", "crate::matcher", "crate::link", "crate::check", "crate::lang"], &[]));
}

#[test]
fn only_the_edge_touches_files_and_the_environment() {
    let words = ["std::fs", "std::env", "File::", "std::process", "std::net"];
    let edge = [
        "src/source/",
        "src/write/",
        "src/config/files.rs",
        "src/init/create.rs",
        "src/cli/",
        "src/pack/load.rs",
        "src/main.rs",
    ];
    none(mentions("src", &words, &edge));
}

#[test]
fn no_network_and_no_programs() {
    none(mentions("src", &["std::net", "std::process::Command", "Command::new"], &[]));
}

#[test]
fn every_file_says_what_it_owns() {
    let silent = below("src", "rs").into_iter().filter(|(name, text)| !text.starts_with("//! ") && !is_test(name));
    none(silent.map(|(name, _)| name).collect());
}

#[test]
fn files_can_be_held_in_the_head() {
    let long: Vec<String> = below("src", "rs")
        .into_iter()
        .filter(|(_, text)| text.lines().count() > MAX_LINES)
        .map(|(name, _)| name)
        .collect();
    none(long.iter().filter(|name| !LONG.contains(&name.as_str())).cloned().collect());
    let short = LONG.iter().filter(|name| !long.iter().any(|long| long == *name));
    none(short.map(|name| format!("{name} is short now: take it off the list")).collect());
}

#[test]
fn every_pack_file_is_embedded() {
    let embedded: BTreeSet<String> = builtin::PACKS
        .iter()
        .flat_map(|(folder, files)| files.iter().map(move |(file, _)| format!("rules/{folder}/{file}")))
        .chain(dekey::suppress::FILES.iter().map(|(file, _)| (*file).to_owned()))
        .collect();
    let on_disk: BTreeSet<String> = below("rules", "toml").into_iter().map(|(name, _)| name).collect();
    assert_eq!(embedded, on_disk);
}

#[test]
fn every_check_has_its_words() {
    for pack in scanned::VENDORS.iter().map(Vendor::pack) {
        for (id, _) in dekey::check::CHECKS {
            let rule = pack.rule(id).unwrap_or_else(|| panic!("{} has no rule {id}", pack.id));
            let words = [&rule.doc.summary, &rule.doc.why, &rule.doc.remedy, &rule.doc.statement, &rule.doc.help];
            assert!(words.iter().all(|text| !text.is_empty()), "{id} lacks a text");
            assert!(rule.doc.help.starts_with("https://"), "{id}: {}", rule.doc.help);
            assert!(
                !rule.message.ends_with('.') && !rule.message.starts_with(char::is_uppercase),
                "{id}: {}",
                rule.message
            );
        }
        let checked: BTreeSet<String> =
            dekey::check::CHECKS.iter().map(|(id, _)| format!("{}/{id}", pack.id)).collect();
        none(pack.rules.iter().map(|rule| rule.doc.id.clone()).filter(|id| !checked.contains(id)).collect());
    }
}

/// Every file of every case, expanded, in a folder for each case.
fn all_cases() -> Vec<(String, Vec<u8>)> {
    planted_cases().into_iter().map(|(path, planted)| (path, planted.text.into_bytes())).collect()
}

fn planted_cases() -> Vec<(String, Planted)> {
    let mut files = BTreeMap::new();
    for (name, text) in below("fixtures/cases", "md") {
        for (number, case) in case::parse(&text).into_iter().enumerate() {
            for file in case.files {
                let folder = PathBuf::from(&name).file_stem().expect("it has a name").to_string_lossy().into_owned();
                files.insert(format!("{folder}/{number}/{}", file.path), Planted::new(&file.text));
            }
        }
    }
    files.into_iter().collect()
}

#[test]
fn threads_order_root_and_prefilter_change_nothing() {
    let files = all_cases();
    let backwards: Vec<_> = files.iter().rev().cloned().collect();
    let (one, other) = (scanned::made(&files), scanned::made(&backwards));
    let expected = scanned::json(&scanned::tree(one.path(), How { threads: 1, ..How::new(None) }));
    for (threads, prefilter) in [(2, true), (8, true), (32, true), (8, false)] {
        let found = scanned::json(&scanned::tree(other.path(), How { threads, prefilter, ..How::new(None) }));
        assert!(expected == found, "{threads} threads, prefilter: {prefilter}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, rng_seed: RngSeed::Fixed(8), ..ProptestConfig::default() })]

    /// Pieces of cases, cut anywhere and put together, under any of their names.
    #[test]
    fn the_prefilter_changes_nothing_over_mutations(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
        name in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        static CASES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(all_cases);
        let mut bytes = noise.clone();
        for (file, from, to) in picks {
            let text = &file.get(&CASES).1;
            let (from, to) = (from.index(text.len() + 1), to.index(text.len() + 1));
            bytes.extend_from_slice(&text[from.min(to)..from.max(to)]);
        }
        bytes.extend(noise);
        let files = [(name.get(&CASES).0.clone(), bytes)];
        let found = |prefilter| {
            let mut report = scanned::files(&files, How { prefilter, ..How::new(None) });
            // A file without a needle is not parsed, so that nobody knows whether it is well-formed.
            report.notes.clear();
            scanned::json(&report)
        };
        prop_assert_eq!(found(true), found(false));
    }

    /// Lines of cases in any order, so that secrets stand beside findings that know nothing of them.
    #[test]
    fn no_output_shows_a_secret_whatever_is_around_it(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..40),
        joints in prop::collection::vec(prop::sample::select(vec!["\n", "\n", " ", "\r\n", "\t"]), 40),
        name in any::<prop::sample::Index>(),
    ) {
        static CASES: LazyLock<Vec<(String, Planted)>> = LazyLock::new(planted_cases);
        let (mut text, mut secrets) = (String::new(), Vec::new());
        for ((file, line), joint) in picks.iter().zip(joints) {
            let planted = &file.get(&CASES).1;
            let lines: Vec<&str> = planted.text.lines().collect();
            if lines.is_empty() {
                continue;
            }
            text.push_str(lines[line.index(lines.len())]);
            text.push_str(joint);
            secrets.extend(planted.secrets.iter().cloned());
        }
        let report = scanned::files(&[(name.get(&CASES).0.clone(), text.clone().into_bytes())], How::new(None));
        for (format, output) in scanned::outputs(&report) {
            let shown = plant::shown(&secrets, &output);
            prop_assert!(shown.is_none(), "{format} shows {}:\n{output}\nof\n{text}", shown.unwrap_or_default());
        }
    }
}
