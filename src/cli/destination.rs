//! `FORMAT` and `FORMAT=FILE`: in which formats something is written, and where to.
//!
//! Owns how these are read, for any list of formats. The decision to know: one format at most goes to standard output, and
//! no two to one file; where no format is asked for, the name of the file tells it.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};

use super::Error;

/// A format of some list.
pub(super) trait Listed: Sized + Send + Sync + 'static {
    /// Every format.
    fn all() -> &'static [Self];
    /// What it is called on the command line.
    fn name(&self) -> &'static str;
    /// What it is for, in a few words.
    fn about(&self) -> &'static str;
    /// What the name of a file in it ends with, after a dot.
    fn ending(&self) -> &'static str {
        match self.name() {
            "markdown" => "md",
            "junit" => "xml",
            name => name,
        }
    }
}

/// A format, and the file it goes to; standard output without one.
#[derive(Debug)]
pub(super) struct Output<F: 'static> {
    pub(super) format: &'static F,
    pub(super) file: Option<PathBuf>,
}

impl<F> Clone for Output<F> {
    fn clone(&self) -> Self {
        Self { format: self.format, file: self.file.clone() }
    }
}

/// Reads `FORMAT` and `FORMAT=FILE`.
#[derive(Debug)]
pub(super) struct Parser<F>(PhantomData<fn() -> F>);

impl<F> Parser<F> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<F> Clone for Parser<F> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<F: Listed> TypedValueParser for Parser<F> {
    type Value = Output<F>;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Output<F>, clap::Error> {
        let Some(value) = value.to_str() else {
            return Err(clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command));
        };
        let (name, file) = match value.split_once('=') {
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (value, None),
        };
        // It knows how to name the nearest one.
        let names = PossibleValuesParser::new(F::all().iter().map(Listed::name));
        let name = names.parse_ref(command, arg, OsStr::new(name))?;
        match (F::all().iter().find(|format| format.name() == name), file) {
            (_, Some(file)) if file.as_os_str().is_empty() => {
                let text =
                    format!("there is no file after `{value}`: write `{value}FILE`, or `{name}` for standard output\n");
                Err(clap::Error::raw(ErrorKind::ValueValidation, text).with_cmd(command))
            }
            (Some(format), file) => Ok(Output { format, file }),
            (None, _) => Err(clap::Error::new(ErrorKind::InvalidValue).with_cmd(command)),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(F::all().iter().map(|format| PossibleValue::new(format.name()).help(format.about()))))
    }
}

/// The format of a file where none was asked for: as its name ends, or the first.
fn usual<F: Listed>(file: Option<&Path>) -> Option<&'static F> {
    let ending = file.and_then(Path::extension).and_then(OsStr::to_str).map(str::to_lowercase).unwrap_or_default();
    F::all().iter().find(|format| format.ending() == ending).or(F::all().first())
}

/// Where each format goes; `output_file` is for the only one.
pub(super) fn planned<F: Listed>(outputs: &[Output<F>], output_file: Option<&Path>) -> Result<Vec<Output<F>>, Error> {
    let usual = || usual(output_file).map(|format| Output { format, file: None });
    let mut planned = if outputs.is_empty() { Vec::from_iter(usual()) } else { outputs.to_vec() };
    if let Some(file) = output_file {
        match planned.as_mut_slice() {
            [one] if one.file.is_none() => one.file = Some(file.to_owned()),
            _ => {
                return Err(Error::new(
                    "`--output-file` is for a report in one format",
                    "name the file with its format instead, as in `--output-format sarif=FILE`",
                ));
            }
        }
    }
    for (at, one) in planned.iter().enumerate() {
        let Some(other) = planned[..at].iter().find(|other| other.file == one.file) else { continue };
        let (a, b) = (other.format.name(), one.format.name());
        return Err(match &one.file {
            None => Error::new(
                format!("the formats {a} and {b} would both go to standard output"),
                format!("name a file for one of them, as in `--output-format {b}=FILE`"),
            ),
            Some(file) => Error::new(
                format!("the formats {a} and {b} would both go to {}", file.display()),
                "name a file for each",
            ),
        });
    }
    Ok(planned)
}
