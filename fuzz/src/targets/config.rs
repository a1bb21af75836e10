//! Settings wherever they may stand, and baselines.

use std::io;
use std::path::{Path, PathBuf};

use dekey::baseline::file;
use dekey::config::{Config, Error, Files, Place, named_in};
use dekey::problem::Problem;
use dekey::source::ReadError;

const NAMES: [&str; 3] = ["dekey.toml", "pyproject.toml", "package.json"];

/// The first byte chooses what the rest is.
pub fn run(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    match NAMES.get(usize::from(*choice) % 4) {
        Some(name) => settings(name, text),
        None => baseline(text),
    }
}

/// One file, under every name: what it extends is itself.
struct One<'f>(&'f [u8]);

impl Files for One<'_> {
    fn read(&self, _: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(Some(self.0.to_vec()))
    }
}

fn settings(name: &str, text: &[u8]) {
    let place = Place::within(PathBuf::from("/"), PathBuf::new()).expect("there is a working directory");
    match named_in(&One(text), &place, Path::new(name), &super::rules()) {
        Ok(config) => shown(&config.unwrap_or_default()),
        Err(Error::Refused(refused)) => point_into(&refused.problems, text),
        Err(Error::Unreadable(..) | Error::Empty(..)) => (),
    }
}

/// What was read can be shown.
fn shown(config: &Config) {
    _ = dekey::config::show(config).to_string();
}

/// What was read can be written and read again.
fn baseline(text: &[u8]) {
    match file::parse(text) {
        Ok(read) => {
            let written = file::write(&read);
            let again = file::parse(written.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}\n{written}"));
            assert_eq!(file::write(&again), written);
        }
        Err(problems) => point_into(&problems, text),
    }
}

fn point_into(problems: &[Problem], text: &[u8]) {
    assert!(!problems.is_empty());
    let refused = dekey::problem::Refused::new("f".into(), text.to_vec(), problems.to_vec());
    dekey::render::problem::write(&refused, &mut io::sink()).expect("it can be told");
}
