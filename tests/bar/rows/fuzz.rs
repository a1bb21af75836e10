//! What is mutated, cut and fuzzed: files, the sizes they are read by, and the nesting of what they hold.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dekey::source::Limits;
use serde_json::Value;

use crate::subject::Subject;
use crate::tree::Tree;
use crate::tree::mutated::{Mutation, mutated};
use crate::tree::nests;
use crate::{Row, Verdict, full, fuzz};

#[expect(dead_code, reason = "the cases use the rest")]
#[path = "../../support/scanned.rs"]
mod scanned;
use scanned::How;

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 6,
        title: "nothing found depends on the size of the buffer that files are read through",
        green: || buffers(&found),
        red: || buffers(&by_pieces),
    },
    Row {
        number: 9,
        title: "what nests is given up at an eighth of the depth that a worker's stack holds",
        green: || depths(&parsers()).and_then(|()| measured(8)),
        red: || match (depths(&["unlimited"]), measured(20_000)) {
            (Err(why), Err(_)) => Err(why),
            _ => Ok(()),
        },
    },
    Row {
        number: 31,
        title: "mutated files bring down nothing, and every format of their report can be read",
        green: || mutations(&Subject::dekey()),
        red: || {
            mutations(&Subject::script("for output; do case $output in *=*) echo '{' >\"${output#*=}\";; esac; done"))
        },
    },
    Row {
        number: 32,
        title: "what fuzzing has found passes, and so does what it began with",
        green: || finds(&|target, bytes| fuzz::replayed(target, bytes)),
        red: || finds(&|_, _| std::panic::resume_unwind(Box::new("a known fault"))),
    },
];

/// What is found in a file of this name, with all that is said of it.
type Found = dyn Fn(&str, &[u8], Limits) -> Vec<Value>;

/// Of files that are held whole, and of those that are too large and read by windows.
fn buffers(found: &Found) -> Verdict {
    let seeds = fuzz::seeds::files();
    let mut all = 0;
    for number in 0..if full() { 1000 } else { 25 } {
        let mutation = Mutation::numbered(number);
        let (name, bytes) = mutated(&seeds, &mutation);
        let large = Limits { max_whole: 300, window: 1024, ..Limits::default() };
        for limits in [Limits::default(), large] {
            let known = found(&name, &bytes, limits);
            all += known.len();
            let chunk = 1 + (number * 2_654_435_761) % 4096;
            for chunk in [chunk, 1 + chunk % 37] {
                let other = found(&name, &bytes, Limits { chunk, ..limits });
                if other != known {
                    return Err(format!("{mutation:?} by {chunk} bytes: {other:#?} and not {known:#?}"));
                }
            }
        }
    }
    if all > 0 { Ok(()) } else { Err("nothing is found at all".to_owned()) }
}

fn found(name: &str, bytes: &[u8], limits: Limits) -> Vec<Value> {
    let report = scanned::files(&[(name.to_owned(), bytes.to_vec())], How { limits, ..How::new(None) });
    let report: Value = serde_json::from_str(&scanned::json(&report)).expect("it is JSON");
    ["findings", "skipped"].iter().filter_map(|list| report[list].as_array()).flatten().cloned().collect()
}

/// A reader that forgets what was at the end of its buffer.
fn by_pieces(name: &str, bytes: &[u8], limits: Limits) -> Vec<Value> {
    bytes.chunks(limits.chunk).flat_map(|piece| found(name, piece, Limits::default())).collect()
}

/// Each of `parsers` reads all that nests on an eighth of its stack.
fn depths(parsers: &[&'static str]) -> Verdict {
    let failed = parsers.iter().find(|parser| !nests::holds(parser, 8));
    failed.map_or(Ok(()), |parser| Err(format!("{parser} does not hold on an eighth of its stack")))
}

/// Rust is given up at a part of the depth from which `syn` does not come back.
fn measured(times: usize) -> Verdict {
    match nests::given_up_late(times) {
        None => Ok(()),
        Some((nest, depth)) => {
            Err(format!("{nest:?} is given up at {depth}, and `syn` fails at {times} times as much"))
        }
    }
}

/// All of them, or those that recurse.
fn parsers() -> Vec<&'static str> {
    let recurse = |parser: &&str| ["rust", "json", "toml", "yaml", "ruby", "report", "dekey.toml"].contains(parser);
    nests::parsers().into_iter().filter(|parser| full() || recurse(parser)).collect()
}

/// Files in groups, each in one run that writes all formats: what takes long is to start.
fn mutations(subject: &Subject) -> Verdict {
    let (seeds, count) = (fuzz::seeds::files(), if full() { 10_000 } else { 300 });
    for first in (0..count).step_by(100) {
        let (tree, reports) = (Tree::new(), Tree::new());
        for number in first..first + 100 {
            let (name, bytes) = mutated(&seeds, &Mutation::numbered(number));
            tree.write(&format!("{number}/{name}"), bytes);
        }
        let path = |format: &str| reports.path(&format!("report.{format}"));
        let formats = dekey::render::FORMATS.iter().map(|format| format.name);
        let outputs: Vec<String> = formats.clone().map(|name| format!("{name}={}", path(name).display())).collect();
        let args: Vec<&str> = outputs.iter().flat_map(|output| ["--output-format", output]).collect();
        let ran = subject.check(&tree, &args);
        ran.ended()?;
        let wrong = |why: &str| Err(format!("files {first} to {}: {why}", first + 99));
        if !matches!(ran.code, Some(0..=2)) || String::from_utf8_lossy(&ran.err).contains("panicked") {
            return wrong(&format!("code {:?}: {}", ran.code, String::from_utf8_lossy(&ran.err)));
        }
        for format in formats {
            let Ok(report) = std::fs::read(path(format)) else { return wrong(&format!("no {format} was written")) };
            if String::from_utf8_lossy(&report).contains("dekey failed on this file") {
                return wrong("dekey failed on a file");
            }
            if catch_unwind(|| fuzz::targets::render::check(format, &report)).is_err() {
                return wrong(&format!("the report as {format} cannot be read"));
            }
        }
    }
    Ok(())
}

/// Runs all finds and, of what fuzzing began with, a part.
fn finds(run: &dyn Fn(&str, &[u8])) -> Verdict {
    let judge = |target: &str, name: &str, bytes: &[u8]| {
        let ran = catch_unwind(AssertUnwindSafe(|| run(target, bytes)));
        ran.map_err(|_| format!("{target} fails on {name}"))
    };
    for (target, name, bytes) in fuzz::finds() {
        judge(&target, &name, &bytes)?;
    }
    for (target, _) in fuzz::targets::TARGETS {
        let seeds = fuzz::seeds::of(target);
        if seeds.is_empty() {
            return Err(format!("{target} has nothing to begin with"));
        }
        let step = if full() { 1 } else { seeds.len().div_ceil(20) };
        for (number, seed) in seeds.iter().enumerate().step_by(step) {
            judge(target, &format!("seed {number}"), seed)?;
        }
    }
    Ok(())
}
