//! `dekey report trend`
//!
//! Owns which day a report is of. The decision to know: that is what the command line says, else the day of the commit that
//! was examined, else one in the file's name, and never when the file was written, which copying changes.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use jiff::civil::Date;

use super::super::destination::{self, Listed, Output, Parser};
use super::super::output::Streams;
use super::super::{Error, Exit, heading};
use super::{document, listed};
use crate::document::trend::{FEWEST, Series, examined_on, named_day};
use crate::render::escape::Escaped;
use crate::render::trend::{self, LAYOUTS, Layout};

/// Arguments of `dekey report trend`.
#[derive(Debug, Args)]
#[command(args_override_self = true, after_help = EXAMPLES)]
pub(super) struct Trend {
    /// Reports that `--output-format json` or `jsonl` wrote, or directories of them (*.json), in any order
    #[arg(value_name = "[DATE=]REPORT", required = true)]
    inputs: Vec<PathBuf>,
    /// Project the end from the last N complete reports
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = RangedU64ValueParser::<usize>::new().range(FEWEST as u64..))]
    last: usize,
    /// How to write the table, and in which file; may be given several times, once without a file [default: text, or as the name of --output-file ends]
    #[arg(long, alias = "format", value_name = "FORMAT[=FILE]", help_heading = heading::OUTPUT, value_parser = Parser::<Layout>::new())]
    output_format: Vec<Output<Layout>>,
    /// Write the table to FILE instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    output_file: Option<PathBuf>,
    /// Also draw it as a picture, an SVG in FILE
    #[arg(long, value_name = "FILE", help_heading = heading::OUTPUT)]
    svg: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  dekey report trend reports --svg burn-down.svg
  dekey report trend 2026-10-01=old.json 2026-11-01=new.json --output-format markdown

A report is of the day that is given with it, else of the day of the commit that was examined, else of one in the file's \
name (2026-11-24 or 20261124).";

impl Listed for Layout {
    fn all() -> &'static [Self] {
        &LAYOUTS
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }
}

impl Trend {
    pub(super) fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        let planned = destination::planned(&self.output_format, self.output_file.as_deref())?;
        let mut series = Series::default();
        for (day, path) in self.files()? {
            // Of one that may be large only the numbers are kept.
            let document = document(&path).map_err(|unusable| unusable.error(&path))?;
            let name = || named_day(&path.file_name()?.to_string_lossy());
            let Some(day) = day.or_else(|| examined_on(&document)).or_else(name) else {
                let file = path.display();
                return Err(Error::new(
                    format!("nobody can tell of which day the report {file} is"),
                    format!(
                        "say it: `2026-11-24={file}`; or put the day into the file's name, or examine a commit of a repository"
                    ),
                ));
            };
            series.add(day, &path.to_string_lossy(), &document);
        }
        let counted = series.trend(self.last);
        _ = streams.complain(|out| trend::replaced(&counted, out));
        for Output { format, file } in &planned {
            match file {
                Some(file) => streams.file(file, |out| format.write(&counted, out))?,
                None => streams.report(|out| format.write(&counted, out))?,
            }
        }
        if let Some(file) = &self.svg {
            streams.file(file, |out| trend::svg(&counted, out))?;
        }
        Ok(Exit::Clean)
    }

    /// The files to read, with the days that were given.
    fn files(&self) -> Result<Vec<(Option<Date>, PathBuf)>, Error> {
        let mut files = Vec::new();
        for input in &self.inputs {
            let (day, path) = dated(input)?;
            if !path.is_dir() {
                files.push((day, path));
                continue;
            }
            let found = listed(&path).map_err(|unusable| unusable.error(&path))?;
            files.extend(found.into_iter().map(|file| (day, file)));
        }
        Ok(files)
    }
}

/// `DATE=FILE`, or a file. A name may hold `=` too, so that only what looks like a date is taken for one.
fn dated(input: &Path) -> Result<(Option<Date>, PathBuf), Error> {
    let whole = || Ok((None, input.to_owned()));
    let Some((day, file)) = input.to_str().and_then(|text| text.split_once('=')) else { return whole() };
    if day.is_empty() || !day.chars().all(|c| c.is_ascii_digit() || c == '-') {
        return whole();
    }
    match day.parse() {
        Ok(day) if !file.is_empty() => Ok((Some(day), file.into())),
        _ => {
            let what = format!("`{}` is not a day and a file", Escaped::new(&input.to_string_lossy().into_owned()));
            Err(Error::new(what, "write them as in `2026-11-24=report.json`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_may_be_given_with_a_file() {
        let given = |text: &str| dated(Path::new(text)).ok();
        let day = Some(date(2026, 11, 24));
        assert_eq!(given("2026-11-24=a=b.json"), Some((day, "a=b.json".into())));
        assert_eq!(given("20261124=a.json"), Some((day, "a.json".into())));
        for file in ["a.json", "a=b.json", "=b.json", "reports/2026-11-24=x.json"] {
            assert_eq!(given(file), Some((None, file.into())));
        }
        for wrong in ["2026-13-24=a.json", "2026=a.json", "2026-11-24="] {
            assert_eq!(given(wrong), None);
        }
    }
}
