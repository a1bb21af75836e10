//! Finding the configuration that governs, and reading it with what it extends.
//!
//! Owns the search upwards and the chain of `extends`. It knows no key. The decisions to know: the nearest directory
//! with settings governs alone, and files are reached through [`Files`] only, so never outside of the repository.

use std::io;
use std::path::{Path, PathBuf};

use super::files::{Files, LIMIT, Place, WorkTree};
use super::keys::KEYS;
use super::reader::{problem, read};
use super::section::{self, Kind, NAMES};
use super::{Config, Error};
use crate::problem::{Problem, Refused};
use crate::source::{ReadError, read_named};

/// Most files that extend each other.
const MAX_CHAIN: usize = 8;

/// A file that may hold settings.
struct Candidate {
    path: PathBuf,
    bytes: Vec<u8>,
    kind: Kind,
}

impl Candidate {
    fn dir(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// Reads the configuration that governs a place: that of its directory, or of the nearest one above that has settings.
/// `rules` are the ids that it may name.
///
/// # Errors
///
/// When it cannot be read or is wrong.
pub fn load(files: &dyn Files, place: &Place, rules: &[&str]) -> Result<Option<Config>, Error> {
    for dir in place.dir.ancestors() {
        let mut governing: Option<(Candidate, Config)> = None;
        for name in NAMES {
            let Some(candidate) = candidate(files, dir.join(name), place)? else { continue };
            match (&mut governing, parse(&candidate, rules)) {
                (_, Ok(None)) => (),
                // That a second file is wrong is not told before it counts.
                (Some((_, config)), _) => config.beside.push(candidate.path),
                (None, Ok(Some(config))) => governing = Some((candidate, config)),
                (None, Err(problems)) => return Err(refused(&candidate, problems, place)),
            }
        }
        if let Some((candidate, config)) = governing {
            return chain(files, place, rules, candidate, config).map(Some);
        }
    }
    Ok(None)
}

/// Reads the configuration of `files` that the user named, by its path from the root; `None` when it is not there.
///
/// # Errors
///
/// When it cannot be read or is wrong.
pub fn named_in(files: &dyn Files, place: &Place, path: &Path, rules: &[&str]) -> Result<Option<Config>, Error> {
    let Some(candidate) = candidate(files, path.to_owned(), place)? else { return Ok(None) };
    match parse(&candidate, rules) {
        Ok(Some(config)) => chain(files, place, rules, candidate, config).map(Some),
        Ok(None) => Err(Error::Empty(path.to_owned(), candidate.kind.section())),
        Err(problems) => Err(refused(&candidate, problems, place)),
    }
}

/// Reads the configuration that the user named; a link to it is followed.
///
/// # Errors
///
/// When it cannot be read or is wrong.
pub fn named(path: &Path, rules: &[&str]) -> Result<Config, Error> {
    let unreadable = |error| Error::Unreadable(path.to_owned(), error);
    let bytes = read_named(path, LIMIT).map_err(unreadable)?;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unplaced = |error| unreadable(ReadError::Io(error));
    let place = Place::of(dir).map_err(unplaced)?.ok_or_else(|| unplaced(io::ErrorKind::NotFound.into()))?;
    let kind = Kind::of(path);
    let candidate = Candidate { path: place.dir.join(path.file_name().unwrap_or_default()), bytes, kind };
    match parse(&candidate, rules) {
        Ok(Some(config)) => chain(&WorkTree::new(&place.root), &place, rules, candidate, config),
        Ok(None) => Err(Error::Empty(path.to_owned(), kind.section())),
        Err(problems) => Err(refused(&candidate, problems, &place)),
    }
}

/// A file of others that cannot be read has no settings: it is not ours to complain of, and without settings more is
/// reported, never less.
fn candidate(files: &dyn Files, path: PathBuf, place: &Place) -> Result<Option<Candidate>, Error> {
    let kind = Kind::of(&path);
    match files.read(&path) {
        Ok(bytes) => Ok(bytes.map(|bytes| Candidate { path, bytes, kind })),
        Err(_) if kind != Kind::Own => Ok(None),
        Err(error) => Err(Error::Unreadable(place.shown(&path).as_path().to_owned(), error)),
    }
}

fn parse(candidate: &Candidate, rules: &[&str]) -> Result<Option<Config>, Vec<Problem>> {
    // Nor is one that is not text.
    if candidate.kind != Kind::Own && std::str::from_utf8(&candidate.bytes).is_err() {
        return Ok(None);
    }
    read(&candidate.bytes, candidate.kind, candidate.dir(), rules)
}

fn refused(candidate: &Candidate, problems: Vec<Problem>, place: &Place) -> Error {
    Error::Refused(Box::new(Refused::new(place.shown(&candidate.path), candidate.bytes.clone(), problems)))
}

/// Adds what the configuration extends, file by file.
fn chain(
    files: &dyn Files,
    place: &Place,
    rules: &[&str],
    mut from: Candidate,
    mut config: Config,
) -> Result<Config, Error> {
    config.root.clone_from(&place.root);
    config.files.push(from.path.clone());
    while let Some(target) = config.extends.take() {
        let path = target.get_ref();
        let wrong = |message: &str, help: &str| refused(&from, vec![problem(target.span(), message, help)], place);
        if config.files.contains(path) {
            return Err(wrong("this file extends itself, by itself or through others", "take one `extends` out"));
        }
        if config.files.len() >= MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} files extend each other");
            return Err(wrong(&message, "join some of them"));
        }
        let bytes = match files.read(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(wrong("there is no such file", "the path is relative to this file")),
            Err(error) => {
                let message = format!("this file cannot be read: {error}");
                return Err(wrong(&message, "name a regular file of at most 1 MiB"));
            }
        };
        let far = Candidate { kind: Kind::of(path), path: path.clone(), bytes };
        let mut read = match parse(&far, rules) {
            Ok(Some(config)) => config,
            Ok(None) => {
                let message = format!("this file has no {}", far.kind.section());
                return Err(wrong(&message, "name a file with settings"));
            }
            Err(problems) => return Err(refused(&far, problems, place)),
        };
        KEYS.iter().for_each(|key| key.inherit(&mut config, &mut read));
        config.files.push(far.path.clone());
        from = far;
    }
    Ok(config)
}

/// The file of a directory that has settings, right or wrong; the first one, which counts.
#[must_use]
pub fn settings_in(files: &dyn Files, dir: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| dir.join(name)).find(|path| match (files.read(path), Kind::of(path)) {
        (Ok(None), _) => false,
        (_, Kind::Own) => true,
        (Ok(Some(bytes)), kind) => std::str::from_utf8(&bytes).is_ok_and(|text| section::of(kind, text).is_some()),
        (Err(_), _) => false,
    })
}
