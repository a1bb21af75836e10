//! `dekey check --staged`
//!
//! Owns finding the index that a commit is made of, and what is said when it cannot be read. The decision to know: git
//! tells a hook of its repository and index in the environment, and whoever can set that could as well run another
//! program; still, a file is believed to be an index only in the repository itself, and a repository that is not the one
//! around the working directory is refused rather than guessed.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use clap::Args;

use super::{Error, heading};
use crate::lang;
use crate::prefilter::Prefilter;
use crate::scan::Input;
use crate::source::staged::{self, Request};
use crate::source::{Progress, Repository, around};

#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = heading::FILES)]
pub(super) struct Staging {
    /// Examine what is staged for the next commit, as it is in git's index, not in the work tree
    #[arg(long, conflicts_with_all = ["stdin_filename", "watch", "no_ignore"])]
    pub(super) staged: bool,
}

/// The staged files, and what they are linked with. `paths` are what was named; the working directory alone stands for
/// everything, as for `git commit`.
pub(super) fn input(
    here: &Path,
    paths: &[PathBuf],
    excluded: &dyn Fn(&Path) -> bool,
    prefilter: &Prefilter,
    progress: &Progress,
) -> Result<Input, Error> {
    let repository = around(here).ok_or_else(|| {
        let what = format!("nothing can be staged: {} is in no git repository with a work tree", here.display());
        Error::new(what, "run dekey in the repository, or without `--staged`")
    })?;
    is_meant(&repository, here, variable("GIT_DIR"))?;
    let index = index(&repository, here, variable("GIT_INDEX_FILE"))?;
    let everything = matches!(paths, [] | [_]) && paths.iter().all(|path| path.as_os_str() == ".");
    let named = if everything { &[] } else { paths };
    let named = named.iter().map(|path| beneath(&repository, here, path)).collect::<Result<Vec<_>, _>>()?;
    let linked = |path: &Path| lang::of_pieces(path).is_some();
    let request =
        Request { repository: &repository, index: &index, here, paths: &named, excluded, linked: &linked, prefilter };
    let gathered = staged::gather(&request, progress).map_err(|why| {
        let what = format!("cannot tell what is staged in {}: {why}", repository.work_tree.display());
        Error::new(what, "see what `git status` says of it, or examine the files as they are, without `--staged`")
    })?;
    Ok(Input {
        files: gathered.files,
        context: gathered.context,
        read: gathered.read,
        partial: true,
        ..Input::default()
    })
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The real path of what git names, relative to the working directory or, in a hook, the top of the work tree.
fn real(repository: &Repository, here: &Path, path: &Path) -> Option<PathBuf> {
    here.join(path).canonicalize().or_else(|_| repository.work_tree.join(path).canonicalize()).ok()
}

/// Refuses a repository that git was not told to work on.
fn is_meant(repository: &Repository, here: &Path, git_dir: Option<OsString>) -> Result<(), Error> {
    let Some(git_dir) = git_dir.map(PathBuf::from) else { return Ok(()) };
    let meant = real(repository, here, &git_dir);
    if meant.is_some() && meant == repository.git_dir.canonicalize().ok() {
        return Ok(());
    }
    let what = format!(
        "GIT_DIR names {}, but the work tree around {} belongs to {}",
        git_dir.display(),
        here.display(),
        repository.git_dir.display()
    );
    Err(Error::new(what, "run dekey in the work tree of that repository, or unset GIT_DIR"))
}

/// The index, or the one that git makes for a commit of some files only.
fn index(repository: &Repository, here: &Path, named: Option<OsString>) -> Result<PathBuf, Error> {
    let Some(named) = named.map(PathBuf::from) else { return Ok(repository.index()) };
    let inside = |path: &Path| {
        let dir = real(repository, here, path.parent()?)?;
        let within = dir.starts_with(repository.git_dir.canonicalize().ok()?);
        within.then(|| Some(dir.join(path.file_name()?))).flatten()
    };
    inside(&named).ok_or_else(|| {
        let what = format!("GIT_INDEX_FILE names {}, which lies outside of the repository", named.display());
        Error::new(what, "unset GIT_INDEX_FILE, or commit with an index in the repository's own directory")
    })
}

/// The real path of something that was named, whether it is in the work tree or not.
fn beneath(repository: &Repository, here: &Path, named: &Path) -> Result<PathBuf, Error> {
    let mut path = here.to_owned();
    for component in named.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => _ = path.pop(),
            other => path.push(other),
        }
    }
    if path.starts_with(&repository.work_tree) {
        return Ok(path);
    }
    // The way there may go through links.
    let real = path.canonicalize().ok().filter(|path| path.starts_with(&repository.work_tree));
    real.ok_or_else(|| {
        let what = format!("{} is not in the work tree {}", named.display(), repository.work_tree.display());
        Error::new(what, "name files and directories of the repository you are in")
    })
}
