//! `dekey report merge`
//!
//! Owns which reports are joined and what repositories without a name are called; what joining means is
//! [`crate::document::merge`]'s. The decision to know: what could not be read is a part of the result, so that a report that
//! is missing never looks like a repository without findings.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::super::check::LevelArg;
use super::super::destination::{self, Listed, Output, Parser};
use super::super::output::Streams;
use super::super::{Error, Exit, Global, heading};
use super::{STDIN, Unusable, document, listed};
use crate::document::merge::{self, Input, OtherSalt, Superseded};
use crate::document::{Document, Repository, Revision};
use crate::finding::{Level, State};
use crate::render::escape::Escaped;
use crate::render::kept::{KEPT, Kept};
use crate::render::{closing, overview};

/// Runs that were left out, listed by name before "and N more".
const LISTED: usize = 10;

/// Arguments of `dekey report merge`.
#[derive(Debug, Args)]
#[command(args_override_self = true, after_help = EXAMPLES)]
pub(super) struct Merge {
    /// Reports that `--output-format json` or `jsonl` wrote, or directories of them (*.json); `-` is standard input
    #[arg(value_name = "REPORT", required = true)]
    inputs: Vec<PathBuf>,
    /// How to write the joined report, and in which file; may be given several times, once without a file [default: text, or as the name of --output-file ends]
    #[arg(long, alias = "format", value_name = "FORMAT[=FILE]", help_heading = heading::OUTPUT, value_parser = Parser::<Kept>::new())]
    output_format: Vec<Output<Kept>>,
    /// Write the joined report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    output_file: Option<PathBuf>,
    /// Fail at open findings of this level or above [default: never]
    #[arg(long, value_name = "LEVEL", help_heading = heading::OUTPUT)]
    fail_on: Option<LevelArg>,
}

const EXAMPLES: &str = "\
Examples:
  dekey report merge one.json two.json
  dekey report merge reports --output-format json=fleet.json --fail-on error

Exit codes: 0 joined; 1 open findings, with `--fail-on`; 2 a report could not be read, or is incomplete.";

impl Listed for Kept {
    fn all() -> &'static [Self] {
        &KEPT
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }
}

impl Merge {
    pub(super) fn run(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        let planned = destination::planned(&self.output_format, self.output_file.as_deref())?;
        let (mut read, mut failed) = (Vec::new(), Vec::new());
        for path in self.files(&planned) {
            let report = path.and_then(|path| match document(&path) {
                Ok(document) => Ok((path, document)),
                Err(unusable) => Err((path, unusable)),
            });
            match report {
                Ok(report) => read.push(report),
                Err((path, unusable)) => {
                    failed.push(Repository {
                        // The whole path: nobody knows which repository it is of.
                        name: Some(path.to_string_lossy().into_owned()),
                        failure: Some(format!("cannot read the report: {}", unusable.why)),
                        ..Repository::default()
                    });
                    _ = streams.complain(|out| unusable.error(&path).write(out));
                }
            }
        }
        if read.is_empty() {
            return Err(Error::new("there is no report to join", "name reports, or a directory with some"));
        }
        let (paths, documents): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        let salts: Vec<bool> = documents.iter().map(|document| document.salt.is_some()).collect();
        let inputs = names(&paths).into_iter().zip(documents).map(|(name, document)| Input { name, document });
        let merged = merge::merge(inputs.collect(), failed)
            .map_err(|OtherSalt { one, other }| unlike((&paths[one], salts[one]), (&paths[other], salts[other])))?;
        let document = &merged.document;
        let superseded: Vec<&Superseded> = merged.superseded.iter().collect();
        _ = streams.complain(|out| left_out(&superseded, global.verbose, out));
        write(&planned, document, global, streams)?;
        let fails = |level: LevelArg| {
            let level = Level::from(level);
            document.findings.iter().any(|finding| finding.state == State::Open && finding.level >= level)
        };
        Ok(match document.summary.complete {
            false => Exit::Failed,
            true if self.fail_on.is_some_and(fails) => Exit::Findings,
            true => Exit::Clean,
        })
    }

    /// The files to read, each once; of a directory its reports, but none that is about to be written.
    fn files(&self, planned: &[Output<Kept>]) -> Vec<Result<PathBuf, (PathBuf, Unusable)>> {
        let outputs: HashSet<PathBuf> =
            planned.iter().filter_map(|output| output.file.as_ref()?.canonicalize().ok()).collect();
        let (mut files, mut seen) = (Vec::new(), HashSet::new());
        for input in &self.inputs {
            if !input.is_dir() {
                files.extend(seen.insert(input.clone()).then(|| Ok(input.clone())));
                continue;
            }
            match listed(input) {
                Ok(found) => {
                    let kept = |path: &PathBuf| path.canonicalize().map_or(true, |real| !outputs.contains(&real));
                    let found: Vec<_> =
                        found.into_iter().filter(kept).filter(|path| seen.insert(path.clone())).collect();
                    files.extend(found.into_iter().map(Ok));
                }
                Err(unusable) => files.push(Err((input.clone(), unusable))),
            }
        }
        files
    }
}

/// What repositories without a name are called: by their report's file, with as much of its path as tells it from others.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let parts = |path: &PathBuf| -> Vec<String> {
        let stem = if path.as_os_str() == STDIN { "standard input".into() } else { path.with_extension("") };
        stem.iter().map(|part| part.to_string_lossy().into_owned()).collect()
    };
    let parts: Vec<Vec<String>> = paths.iter().map(parts).collect();
    let name = |parts: &[String], length: usize| parts[parts.len().saturating_sub(length)..].join("/");
    let mut names: Vec<String> = parts.iter().map(|parts| name(parts, 1)).collect();
    for length in 2..=parts.iter().map(Vec::len).max().unwrap_or(0) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        names.iter().for_each(|name| *counts.entry(name.as_str()).or_default() += 1);
        let longer = |(parts, known): (&Vec<String>, &String)| match counts.get(known.as_str()) {
            Some(1) => known.clone(),
            _ => name(parts, length),
        };
        names = parts.iter().zip(&names).map(longer).collect();
    }
    names
}

fn unlike(one: (&PathBuf, bool), other: (&PathBuf, bool)) -> Error {
    let salted = |salted| if salted { "with a salt" } else { "without one" };
    let how = match (one.1, other.1) {
        (true, true) => "with different salts".to_owned(),
        (one, other) => format!("one {} and one {}", salted(one), salted(other)),
    };
    Error::new(
        format!(
            "{} and {} were made {how}, so nobody can tell which findings are the same",
            one.0.display(),
            other.0.display()
        ),
        "run `dekey check` with one `--salt-file` for all of them, or for none",
    )
}

/// Tells of the runs that do not count.
fn left_out(superseded: &[&Superseded], verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let commit = |revision: &Option<Revision>| match revision {
        Some(Revision { commit, date }) => format!("{commit} of {date}"),
        None => "one that nobody told".to_owned(),
    };
    let listed = if verbose { usize::MAX } else { LISTED };
    for Superseded { repository, kept, left } in superseded.iter().take(listed) {
        let (kept, left) = (commit(kept), commit(left));
        let text =
            format!("the reports of {repository} are of different commits; {kept} counts, and {left} is left out");
        closing::warning(&Escaped::new(&text).to_string(), out)?;
    }
    match superseded.len().saturating_sub(listed) {
        0 => Ok(()),
        rest => closing::warning(&format!("{rest} more are left out for the same reason (`-v` lists all)"), out),
    }
}

/// Writes the report in every format. The first failure is given back, any other is said.
fn write(planned: &[Output<Kept>], document: &Document, global: &Global, streams: &Streams) -> Result<(), Error> {
    let mut failed: Option<Error> = None;
    for Output { format, file } in planned {
        let write = |out: &mut dyn Write| format.write(document, global.verbose, out);
        let written = match file {
            Some(file) => streams.file(file, write),
            None => streams.report(write).map_err(Error::from),
        };
        if let Some(earlier) = written.err().and_then(|error| failed.replace(error)) {
            _ = streams.complain(|out| earlier.write(out));
        }
    }
    if !planned.iter().any(|output| output.file.is_none() && output.format.is_for_people()) {
        _ = streams.complain(|out| overview::incomplete(document, global.verbose, out));
    }
    failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_as_much_of_a_path_as_tells_them_apart() {
        for (paths, expected) in [
            (&["a.json", "b/c.jsonl", "-"][..], &["a", "c", "standard input"][..]),
            (&["x/a/r.json", "x/b/r.json", "s.json"], &["a/r", "b/r", "s"]),
            (&["r.json", "a/r.json"], &["r", "a/r"]),
            (&["/1/a/r.json", "/2/a/r.json"], &["1/a/r", "2/a/r"]),
            (&["a.json", "a.jsonl"], &["a", "a"]),
        ] {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            assert_eq!(names(&paths), expected);
        }
    }
}
