//! `dekey completions`
//!
//! Owns the choice of shells. What is completed follows from the arguments themselves, so that nothing is kept by hand.

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::{Generator, aot, generate};
use clap_complete_nushell::Nushell;

use super::output::Streams;
use super::{Cli, Error, Exit};

/// Arguments of `dekey completions`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell to write them for
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    Powershell,
    Zsh,
}

impl Completions {
    pub(super) fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        let script = match self.shell {
            Shell::Bash => script(aot::Bash),
            Shell::Elvish => script(aot::Elvish),
            Shell::Fish => script(aot::Fish),
            Shell::Nushell => script(Nushell),
            Shell::Powershell => script(aot::PowerShell),
            Shell::Zsh => script(aot::Zsh),
        };
        streams.text(&script)?;
        Ok(Exit::Clean)
    }
}

/// Made in memory: the generators panic where they cannot write.
fn script(shell: impl Generator) -> Vec<u8> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    generate(shell, &mut command, name, &mut script);
    script
}
