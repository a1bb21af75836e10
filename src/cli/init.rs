//! `dekey init`
//!
//! Owns what it prints. The decision to know: it asks nothing, so that it can be run by a script; what is left to a
//! person is printed last.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::Args;

use super::output::{Streams, plain};
use super::{Error, Exit, scope};
use crate::config::{Place, WorkTree};
use crate::init::{self, Proposal, Signs, Task};
use crate::render::escape::Escaped;

/// Arguments of `dekey init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// A directory of the repository
    #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
    dir: PathBuf,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What became of a step.
enum Done {
    Created,
    Would,
    Kept,
    Left,
    Failed(String),
}

impl Init {
    pub(super) fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        let absent = || {
            let what = format!("there is no directory {}", self.dir.display());
            Error::new(what, "name a directory of the repository")
        };
        let place = scope::place(&self.dir)?.filter(|_| self.dir.is_dir()).ok_or_else(absent)?;
        let root = &place.root;
        let is_dir = |path: &Path| root.join(path).symlink_metadata().is_ok_and(|found| found.is_dir());
        let proposal = init::propose(&Signs::of(&WorkTree::new(root), &is_dir));
        let done: Vec<Done> = proposal.steps.iter().map(|step| self.carry_out(root, &step.path, &step.task)).collect();
        streams.report(|out| write(&proposal, &done, &place, out))?;
        let failed = done.iter().any(|done| matches!(done, Done::Failed(_)));
        Ok(if failed { Exit::Failed } else { Exit::Clean })
    }

    fn carry_out(&self, root: &Path, path: &str, task: &Task) -> Done {
        match task {
            Task::Keep => Done::Kept,
            Task::Add(_) => Done::Left,
            Task::Create { .. } if self.dry_run => Done::Would,
            Task::Create { text, executable } => match init::create(root, Path::new(path), text, *executable) {
                Ok(true) => Done::Created,
                Ok(false) => Done::Kept,
                Err(error) => Done::Failed(plain(&error)),
            },
        }
    }
}

fn write(proposal: &Proposal, done: &[Done], place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let bold = Style::new().bold();
    let shown = |path: &str| Escaped::new(place.shown(Path::new(path)).as_bytes()).to_string();
    for (step, done) in proposal.steps.iter().zip(done) {
        let path = shown(&step.path);
        match done {
            Done::Created => writeln!(out, "{bold}created{bold:#}      {path}")?,
            Done::Would => writeln!(out, "{bold}would create{bold:#} {path}")?,
            Done::Kept => writeln!(out, "{bold}kept{bold:#}         {path}")?,
            Done::Left => writeln!(out, "{bold}to change{bold:#}    {path}")?,
            Done::Failed(why) => writeln!(out, "{bold}not created{bold:#}  {path}: {}", Escaped::new(why))?,
        }
    }
    for (step, done) in proposal.steps.iter().zip(done) {
        match (&step.task, done) {
            (Task::Create { text, .. }, Done::Would) => indented(&shown(&step.path), text, out)?,
            (Task::Add(lines), _) => indented(&format!("Add to {}", shown(&step.path)), lines, out)?,
            _ => (),
        }
    }
    if !proposal.then.is_empty() {
        writeln!(out)?;
    }
    proposal.then.iter().try_for_each(|sentence| writeln!(out, "{sentence}"))
}

fn indented(title: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{title}:\n")?;
    text.lines().try_for_each(|line| writeln!(out, "{}", format!("    {line}").trim_end()))
}
