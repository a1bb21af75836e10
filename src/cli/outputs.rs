//! In which formats a report is written, and where to.
//!
//! Owns `--output-format` and what belongs to it, and what the environment of a build server adds: the job's summary, the
//! project's directory, the commit. The decision to know: a file is whole or absent, and one that cannot be written does
//! not keep the others from being written.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;

use super::destination::{self, Listed, Parser};
use super::output::{Streams, plain};
use super::{Error, Global};
use crate::finding::Report;
use crate::fingerprint::Salt;
use crate::render::project::Project;
use crate::render::{Brief, FORMATS, Format, Reader, closing};

/// Bytes of a job's summary that GitHub accepts for a step.
const MAX_SUMMARY: u64 = 1 << 20;

/// How to write a report, and where to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Outputs {
    /// How to write the report, and in which file; may be given several times, once without a file [default: text, or as the name of --output-file ends]
    #[arg(long, alias = "format", value_name = "FORMAT[=FILE]", value_parser = Parser::<Format>::new())]
    output_format: Vec<Output>,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Print how often each rule fired instead of the findings; for text and concise
    #[arg(long)]
    statistics: bool,
    /// Also list findings that are suppressed, in the baseline or unchanged, where the format can say so
    #[arg(long)]
    show_suppressed: bool,
}

/// A format of a report, and where it goes.
pub(super) type Output = destination::Output<Format>;

impl Listed for Format {
    fn all() -> &'static [Self] {
        &FORMATS
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }
}

impl Outputs {
    /// Whether a report goes to a file.
    pub(super) fn has_files(&self) -> bool {
        self.output_file.is_some() || self.output_format.iter().any(|output| output.file.is_some())
    }

    /// Where each format goes.
    pub(super) fn planned(&self) -> Result<Vec<Output>, Error> {
        destination::planned(&self.output_format, self.output_file.as_deref())
    }

    /// What the formats are told besides the report.
    pub(super) fn brief(&self, began: SystemTime, global: &Global) -> Brief {
        let said = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let bytes = |path: &Path| path.as_os_str().as_encoded_bytes().to_vec();
        // GitHub's name for the project's directory, then GitLab's.
        let root = said("GITHUB_WORKSPACE").or_else(|| said("CI_PROJECT_DIR")).map(PathBuf::from);
        let root = root.map(|root| root.canonicalize().unwrap_or(root));
        let here = super::engine::here().unwrap_or_default();
        Brief {
            quiet: global.quiet,
            verbose: global.verbose,
            statistics: self.statistics,
            accepted: self.show_suppressed,
            began,
            ended: SystemTime::now(),
            commit: said("CI_COMMIT_SHA").and_then(|sha| sha.into_string().ok()).unwrap_or_default(),
            project: Project { root: root.map(|root| bytes(&root)).unwrap_or_default(), here: bytes(&here) },
            repository: None,
            revision: None,
            salt: Salt::default(),
        }
    }

    /// Writes the report in every format. With `taken`, standard output has something else, and the report that would go
    /// there goes to standard error. What a format's reader would not take is given back. The first failure is, too; any
    /// other is said.
    pub(super) fn write(
        &self,
        planned: &[Output],
        report: &Report,
        brief: &Brief,
        taken: bool,
        streams: &Streams,
    ) -> (Vec<String>, Result<(), Error>) {
        let (mut left_out, mut failed) = (Vec::new(), None::<Error>);
        let mut done = |result: Result<(), Error>| {
            let Err(error) = result else { return };
            if let Some(earlier) = failed.replace(error) {
                _ = streams.complain(|out| earlier.write(out));
            }
        };
        for Output { format, file } in planned {
            let write = |out: &mut dyn Write| {
                left_out.extend(format.write_bounded(report, brief, out)?);
                Ok(())
            };
            done(match file {
                Some(file) => streams.file(file, write),
                None if taken => streams.complain(write).map_err(Error::from),
                None => streams.report(write).map_err(Error::from),
            });
        }
        if planned.iter().any(|output| output.format.name == "github")
            && let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty())
        {
            done(summarise(&file, report, brief, streams));
        }
        (left_out, failed.map_or(Ok(()), Err))
    }

    /// Says beside the report, on standard error, what its formats do not tell a person.
    pub(super) fn aside(
        &self,
        planned: &[Output],
        report: &Report,
        brief: &Brief,
        replaced: bool,
        left_out: &[String],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for Output { format, .. } in planned {
            if self.statistics && !format.counts() {
                let text =
                    format!("`--statistics` is for text and concise; the {} report has the findings", format.name);
                closing::warning(&text, out)?;
            }
        }
        left_out.iter().try_for_each(|text| closing::warning(text, out))?;
        let told = |output: &Output| output.format.reader == Reader::Person && output.file.is_none() && !replaced;
        let people = |output: &Output| output.format.reader != Reader::Program;
        if brief.quiet || !planned.iter().any(people) {
            closing::incomplete(report, brief.verbose, out)
        } else if planned.iter().any(told) {
            Ok(())
        } else {
            closing::write(report, brief.verbose, out)
        }
    }
}

/// Writes something else where the report would go.
pub(super) fn instead(
    planned: &[Output],
    streams: &Streams,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    match planned.iter().find_map(|output| output.file.as_deref()) {
        Some(file) => streams.file(file, write),
        None => Ok(streams.report(write)?),
    }
}

/// Adds the report to the summary of GitHub's job.
fn summarise(file: &OsString, report: &Report, brief: &Brief, streams: &Streams) -> Result<(), Error> {
    let Some(page) = Format::named("markdown") else { return Ok(()) };
    let mut text = Vec::new();
    let write = |text: &mut Vec<u8>| -> io::Result<bool> {
        page.write(report, brief, text)?;
        let mut file = OpenOptions::new().append(true).create(true).open(file)?;
        let fits = file.metadata()?.len() + text.len() as u64 <= MAX_SUMMARY;
        if fits {
            file.write_all(text)?;
        }
        Ok(fits)
    };
    match write(&mut text) {
        Ok(true) => Ok(()),
        Ok(false) => {
            _ = streams.complain(|out| closing::warning("the job's summary is full, so the report is not in it", out));
            Ok(())
        }
        Err(error) => Err(Error::new(
            format!("cannot write to the job's summary: {}", plain(&error)),
            "name a file that can be written to in GITHUB_STEP_SUMMARY, or none",
        )),
    }
}
