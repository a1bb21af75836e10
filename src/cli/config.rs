//! `dekey config`
//!
//! Owns what is printed of a configuration. The decision to know: what is shown is a configuration itself, with what is
//! inherited in its place, so that it can be read, compared and kept.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::output::Streams;
use super::{Error, Exit, Packs, engine, scope};
use crate::config;
use crate::render::escape::Escaped;

/// Arguments of `dekey config`.
#[derive(Debug, Args)]
pub(super) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the configuration that governs a path, with what it inherits
    Show {
        /// The file or directory
        #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
        path: PathBuf,
        /// Show this configuration instead of the nearest one
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        #[command(flatten)]
        packs: Packs,
    },
    /// Print the JSON Schema of the configuration, for editors
    Schema(Packs),
}

impl Config {
    pub(super) fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        let packs = match &self.command {
            Command::Show { packs, .. } | Command::Schema(packs) => packs,
        };
        let ids = engine::rule_ids(&engine::vendors(&packs.dirs)?);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        match &self.command {
            Command::Show { path, config, .. } => {
                let config =
                    scope::configuration(config.as_deref(), scope::Site::of(path)?.place.as_ref(), None, &ids)?;
                streams.report(|out| show(&config, out))?;
            }
            Command::Schema(_) => {
                streams.report(|out| writeln!(out, "{:#}", config::schema(&ids)))?;
            }
        }
        Ok(Exit::Clean)
    }
}

fn show(config: &config::Config, out: &mut dyn Write) -> io::Result<()> {
    let mut files = config.files.iter().map(|path| config.root.join(path));
    let Some(first) = files.next() else {
        return writeln!(out, "# No configuration governs here; every setting is as it is without one.");
    };
    let mut say =
        |what: &str, path: &PathBuf| writeln!(out, "# {what}: {}", Escaped::new(path.as_os_str().as_encoded_bytes()));
    say("Governs", &first)?;
    files.try_for_each(|path| say("Extended", &path))?;
    config.beside.iter().try_for_each(|path| say("Does not count", &config.root.join(path)))?;
    let text = toml::to_string(&config::show(config)).map_err(io::Error::other)?;
    text.lines().try_for_each(|line| writeln!(out, "{}", Escaped::new(line)))
}
