//! `dekey rules`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::output::Streams;
use super::{Error, Exit, Packs, engine};
use crate::pack::Pack;
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
                let rules = engine::rules(&engine::packs(&packs.dirs)?);
                streams.report(|out| render::explain::list(&rules, out))?;
            }
            Command::Check { dir } => {
                let packs = match dir {
                    Some(dir) => vec![engine::read(dir)?],
                    None => engine::packs(&[])?,
                };
                streams
                    .report(|out| packs.iter().try_for_each(|pack| writeln!(out, "{}", Escaped::new(&held(pack)))))?;
            }
        }
        Ok(Exit::Clean)
    }
}

/// What a pack holds, in a line.
fn held(pack: &Pack) -> String {
    let Pack { id, rules, constructs, credentials, exemptions, .. } = pack;
    let counts = [
        ("rules", rules.len()),
        ("constructs", constructs.len()),
        ("credentials", credentials.len()),
        ("exemptions", exemptions.len()),
    ];
    let counts: Vec<_> = counts.iter().map(|(what, n)| format!("{n} {what}")).collect();
    format!("{id}: valid, with {}", counts.join(", "))
}
