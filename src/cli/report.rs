//! `dekey report`
//!
//! Owns what is done with reports that were kept, and how one is read. No project is examined here. The decision to know:
//! a report is read as anybody's; why it is of no use is told without anything that stands in it.

mod merge;
mod trend;

use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::output::{Streams, plain};
use super::{Error, Exit, Global, heading};
use crate::document::Document;
use crate::document::read::{self, MAX_BYTES};
use crate::render::html;
use crate::source::{ReadError, read_named};

/// What stands for standard input among files.
const STDIN: &str = "-";

/// Arguments of `dekey report`.
#[derive(Debug, Args)]
pub(super) struct Report {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Join the reports of several runs, such as those of a build matrix
    Merge(merge::Merge),
    /// Write a report as a page for a browser
    Html(Html),
    /// Tell how findings become fewer from report to report, and when there may be none
    Trend(trend::Trend),
}

/// Arguments of `dekey report html`.
#[derive(Debug, Args)]
#[command(args_override_self = true)]
struct Html {
    /// A report that `--output-format json` or `jsonl` wrote; `-` is standard input
    #[arg(value_name = "REPORT")]
    input: PathBuf,
    /// Write the page to FILE instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    output_file: Option<PathBuf>,
}

impl Report {
    pub(super) fn run(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        match &self.command {
            Command::Merge(merge) => merge.run(global, streams),
            Command::Html(html) => html.run(streams),
            Command::Trend(trend) => trend.run(streams),
        }
    }
}

impl Html {
    fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        let document = document(&self.input).map_err(|unusable| unusable.error(&self.input))?;
        let write = |out: &mut dyn Write| html::page(&document, out);
        match &self.output_file {
            Some(file) => streams.file(file, write)?,
            None => streams.report(write)?,
        }
        Ok(Exit::Clean)
    }
}

/// Why a file is of no use, and the way out.
pub(super) struct Unusable {
    pub(super) why: String,
    pub(super) help: String,
}

impl Unusable {
    /// The same as an error of its file.
    pub(super) fn error(self, path: &Path) -> Error {
        Error::new(format!("cannot read the report {}: {}", path.display(), self.why), self.help)
    }
}

/// The reports in a directory, sorted.
fn listed(dir: &Path) -> Result<Vec<PathBuf>, Unusable> {
    let help = "name a directory that can be read and holds reports, or the reports themselves".to_owned();
    let entries = std::fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| Unusable { why: plain(&error), help: help.clone() })?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut reports: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == "json") && !path.is_dir()).collect();
    reports.sort();
    if reports.is_empty() { Err(Unusable { why: "no *.json is in it".to_owned(), help }) } else { Ok(reports) }
}

/// Reads a report.
pub(super) fn document(path: &Path) -> Result<Document, Unusable> {
    let bytes = if path.as_os_str() == STDIN {
        let mut bytes = Vec::new();
        match io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 > MAX_BYTES => Err(ReadError::TooLarge { limit: MAX_BYTES }),
            Ok(_) => Ok(bytes),
            Err(error) => Err(ReadError::Io(error)),
        }
    } else {
        read_named(path, MAX_BYTES)
    };
    let bytes = bytes.map_err(|error| Unusable {
        why: error.to_string(),
        help: "name a file that can be read, of at most 1 GiB".to_owned(),
    })?;
    read::read(&bytes).map_err(|unread| Unusable { why: unread.to_string(), help: unread.help().to_owned() })
}
