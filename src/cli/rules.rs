//! `dekey rules`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::output::Streams;
use super::{Error, Exit, Packs, engine};
use crate::pack::check::Summary;
use crate::render;
use crate::render::escape::Escaped;

/// Arguments of `dekey rules`.
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the rules: id, level, what each finds
    List(Packs),
    /// Check a pack of rules, or the built-in ones
    Check {
        /// The directory of the pack
        dir: Option<PathBuf>,
    },
}

impl Rules {
    pub(super) fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        match &self.command {
            Command::List(packs) => {
                let rules = engine::rules(&engine::vendors(&packs.dirs)?);
                streams.report(|out| render::explain::list(&rules, out))?;
            }
            Command::Check { dir } => {
                let checked = engine::check(dir.as_deref())?;
                streams
                    .report(|out| checked.iter().try_for_each(|pack| writeln!(out, "{}", Escaped::new(&held(pack)))))?;
            }
        }
        Ok(Exit::Clean)
    }
}

/// What a pack holds, in a line.
fn held(pack: &Summary) -> String {
    let Summary { pack, constructs, examples, fixes, rules } = pack;
    format!("{pack}: valid, with {rules} rules, {constructs} constructs, {examples} examples tried, {fixes} fixes")
}
