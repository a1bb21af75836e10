//! Files that look as real ones do: the code of test cases, with names of their own, amid code that has nothing to do
//! with the vendor.
//!
//! Which cases is written in `cases.txt`, so that a new case changes no figure.

#[allow(dead_code)] // expectations are not looked at
#[path = "../../tests/support/case.rs"]
mod case;
#[allow(dead_code)]
#[path = "../../tests/support/plant.rs"]
mod plant;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::random::Random;

const CASES: &str = include_str!("cases.txt");
const ADJECTIVES: [&str; 16] = [
    "Paid", "Open", "Daily", "Shared", "Cached", "Signed", "Failed", "Remote", "Local", "Nested", "Queued", "Monthly",
    "Active", "Linked", "Former", "Primary",
];
const NOUNS: [&str; 24] = [
    "Invoice",
    "Order",
    "Contact",
    "Ticket",
    "Session",
    "Report",
    "Payment",
    "Project",
    "Member",
    "Message",
    "Segment",
    "Company",
    "Delivery",
    "Category",
    "Product",
    "Address",
    "Campaign",
    "Document",
    "Schedule",
    "Customer",
    "Feature",
    "Workspace",
    "Reminder",
    "Discount",
];
/// Ordinary code by the extension of its language.
const ORDINARY: [(&str, &str); 16] = [
    ("rb", include_str!("ordinary/rb")),
    ("js", include_str!("ordinary/js")),
    ("ts", include_str!("ordinary/ts")),
    ("py", include_str!("ordinary/py")),
    ("php", include_str!("ordinary/php")),
    ("go", include_str!("ordinary/go")),
    ("java", include_str!("ordinary/java")),
    ("kt", include_str!("ordinary/kt")),
    ("cs", include_str!("ordinary/cs")),
    ("rs", include_str!("ordinary/rs")),
    ("sh", include_str!("ordinary/sh")),
    ("swift", include_str!("ordinary/swift")),
    ("scala", include_str!("ordinary/scala")),
    ("ex", include_str!("ordinary/ex")),
    ("yml", include_str!("ordinary/yml")),
    ("env", include_str!("ordinary/env")),
];
/// What a name is declared with, and the name.
static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:const|let|var|val|def|defp|function|class|func|fun|fn|sub|struct|interface)\s+([A-Za-z_]\w{3,})")
        .expect("it compiles")
});
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[A-Za-z_]\w{3,}\b").expect("it compiles"));

/// One file: its path under the directory it belongs into.
pub(crate) struct Written {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What there is to write.
pub(crate) struct Code {
    cases: Vec<Vec<Written>>,
}

impl Code {
    /// Reads the cases.
    pub(crate) fn read() -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
        let mut read = HashMap::new();
        let mut cases = Vec::new();
        for line in CASES.lines() {
            let missing = || io::Error::other(format!("cases.txt: there is no `{line}`"));
            let (name, heading) = line.split_once(": ").ok_or_else(missing)?;
            if !read.contains_key(name) {
                read.insert(name, case::parse(&std::fs::read_to_string(folder.join(name))?));
            }
            let case = read[name].iter().find(|case| case.heading == heading).ok_or_else(missing)?;
            let file =
                |file: &case::File| Written { path: file.path.clone(), text: plant::Planted::new(&file.text).text };
            cases.push(case.files.iter().map(file).collect());
        }
        Ok(Self { cases })
    }

    /// The files of some case. Those that stand alone in theirs are named after their number, others are in a folder.
    pub(crate) fn case(&self, number: u64, random: &mut Random) -> Vec<Written> {
        let case = random.of(&self.cases);
        let renamed: BTreeSet<&str> = case
            .iter()
            .flat_map(|file| DECLARED.captures_iter(&file.text))
            .map(|found| found.get(1).expect("it is in every match").as_str())
            .filter(|name| !name.to_ascii_lowercase().contains("intercom"))
            .collect();
        let mut written = Vec::new();
        for file in case {
            let rename = |found: &Captures<'_>| match &found[0] {
                name if renamed.contains(name) => format!("{name}{number}"),
                name => name.to_owned(),
            };
            let mut text = WORD.replace_all(&file.text, rename).into_owned();
            let extension = extension_of(&file.path);
            pad(&mut text, extension, random);
            let single = case.len() == 1
                && Path::new(&file.path).file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("case"));
            let path = if single {
                format!("{}_{number}.{extension}", snake(&name(random)))
            } else {
                format!("part{number}/{}", file.path)
            };
            written.push(Written { path, text });
        }
        written
    }

    /// A file that does not mention the vendor.
    pub(crate) fn ordinary(&self, number: u64, random: &mut Random) -> Written {
        let (extension, _) = *random.of(&ORDINARY);
        let mut text = match extension {
            "php" => "<?php\n",
            "go" => "package shop\n",
            "java" | "kt" | "scala" => "package com.example.shop;\n",
            _ => "",
        }
        .to_owned();
        pad(&mut text, extension, random);
        Written { path: format!("{}_{number}.{extension}", snake(&name(random))), text }
    }
}

fn extension_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Adds ordinary code of a language, up to a size from 1 KiB to 16 KiB.
fn pad(text: &mut String, extension: &str, random: &mut Random) {
    let extension = match extension {
        "jsx" | "mjs" => "js",
        "tsx" => "ts",
        "yaml" => "yml",
        other => other,
    };
    let Some((_, block)) = ORDINARY.iter().find(|(of, _)| *of == extension) else { return };
    let size = 1024 << random.below(5);
    while text.len() < size {
        let name = format!("{}{}", name(random), random.below(1000));
        let camel = name[..1].to_ascii_lowercase() + &name[1..];
        let snake = snake(&name);
        let lower = if matches!(extension, "rb" | "py" | "rs" | "ex" | "sh" | "yml") { &snake } else { &camel };
        let block = block.replace("Widget", &name).replace("WIDGET", &snake.to_ascii_uppercase());
        text.push_str(&block.replace("widget", lower));
    }
}

fn name(random: &mut Random) -> String {
    format!("{}{}", random.of(&ADJECTIVES), random.of(&NOUNS))
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
