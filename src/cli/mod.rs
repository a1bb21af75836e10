//! The command line.
//!
//! Owns arguments, exit codes and where output goes. It must not analyse: a command calls the library, then a renderer.
//! The decision to know: an exit code is made from what was found and from what could not be done, never from the
//! output format.

mod accepting;
mod baseline;
mod check;
mod completions;
mod config;
mod destination;
mod engine;
mod explain;
mod fixing;
mod history;
mod init;
mod interrupt;
mod man;
mod many;
mod output;
mod outputs;
mod plan;
mod policy;
mod progress;
mod report;
mod rules;
mod scope;
mod sharing;
mod since;
mod staged;
mod target;
mod watch;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::problem::Refused;
use crate::render::escape::Escaped;
use crate::{names, render};
use output::Streams;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was examined, and nothing at or above the fail level was found.
    Clean,
    /// Something was found.
    Findings,
    /// The command line, the configuration or a rule is wrong, or not everything could be examined.
    Failed,
    /// A signal has ended it early: 128 and the signal's number.
    Interrupted(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Failed => 2,
            Exit::Interrupted(code) => code,
        })
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) enum Error {
    /// What happened and where, and the way out.
    Plain { what: String, help: String },
    /// Files of the user that are wrong.
    Refused(Vec<Refused>),
    /// The report could not be written.
    Output(io::Error),
}

impl Error {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Plain { what: what.into(), help: help.into() }
    }

    fn unknown_rule(name: &str, nearest: &[&str]) -> Self {
        let mut help = names::did_you_mean(nearest);
        if help.is_empty() {
            "`dekey rules list` shows all rules".clone_into(&mut help);
        }
        Self::new(format!("unknown rule `{name}`"), help)
    }

    /// What it says, on one line.
    fn said(&self) -> String {
        match self {
            Self::Plain { what, help } if help.is_empty() => what.clone(),
            Self::Plain { what, help } => format!("{what}; {help}"),
            Self::Refused(files) => {
                let first = files.iter().find_map(|refused| Some((&refused.file.path, refused.problems.first()?)));
                first.map_or_else(String::new, |(path, problem)| {
                    format!("{} is wrong: {}; {}", path.to_str_lossy(), problem.message, problem.help)
                })
            }
            Self::Output(error) => output::plain(error),
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Plain { what, help } => output::complain(what, help, out),
            Self::Refused(files) => files.iter().try_for_each(|refused| render::problem::write(refused, out)),
            Self::Output(error) => output::complain(
                &format!("cannot write the report: {}", output::plain(error)),
                "free some space or write elsewhere",
                out,
            ),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Finds retired API keys and exposed access tokens, and leads the integration to OAuth or a token from the environment.
#[derive(Debug, Parser)]
#[command(name = "dekey", version, max_term_width = 100, after_help = EXIT_CODES, after_long_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// The groups of options in a help text, in the order in which the commands list them.
mod heading {
    pub(super) const RULES: &str = "Rules";
    pub(super) const FILES: &str = "Files";
    pub(super) const HISTORY: &str = "History";
    pub(super) const OUTPUT: &str = "Output";
    pub(super) const FIXING: &str = "Fixing";
    pub(super) const BASELINE: &str = "Baseline";
    pub(super) const GLOBAL: &str = "Everywhere";
}

const EXAMPLES: &str = "\
Examples:
  dekey check                   what is to be done in this directory
  dekey check --diff            what the safe fixes would change
  dekey check --fix             change it
  dekey plan > MIGRATION.md     the whole migration as a checklist
  dekey explain hardcoded-access-token

Exit codes: 0 nothing at or above the fail level, everything examined; 1 findings; 2 wrong usage, configuration or rule, \
or not everything could be examined; 130 interrupted by Ctrl-C (129 hang-up, 143 termination), with a report of what was \
found until then.";

const EXIT_CODES: &str = "Exit codes: 0 nothing at or above the fail level, everything examined; 1 findings; \
                          2 wrong usage, configuration or rule, or not everything could be examined; \
                          130 interrupted by Ctrl-C.";

#[derive(Debug, Args)]
struct Global {
    /// When to use colour; `auto` follows the terminal, NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and CLICOLOR
    #[arg(long, global = true, help_heading = heading::GLOBAL, value_name = "WHEN", default_value = "auto")]
    color: output::When,
    /// How to show on standard error how far a run has come
    #[arg(long, global = true, help_heading = heading::GLOBAL, value_name = "HOW", default_value = "auto")]
    progress: progress::When,
    /// Print findings only
    #[arg(short, long, global = true, help_heading = heading::GLOBAL, conflicts_with = "verbose")]
    quiet: bool,
    /// Also print what was left out or spared, and why
    #[arg(short, long, global = true, help_heading = heading::GLOBAL)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look for findings in files and directories
    Check(Box<check::Check>),
    /// Write the whole migration as a checklist, in Markdown
    Plan(plan::Plan),
    /// Accept what is found now, and take out later what is gone
    Baseline(baseline::Baseline),
    /// Join reports that were kept
    Report(report::Report),
    /// Explain a rule: what it finds, why, and what to do
    Explain(explain::Explain),
    /// List rules, or check packs of rules
    Rules(rules::Rules),
    /// Show the configuration that governs, or its JSON Schema
    Config(config::Config),
    /// Set dekey up in a repository: configuration, hook and workflow, as new files only
    Init(init::Init),
    /// Write the completions of a shell
    Completions(completions::Completions),
    /// Write manual pages
    Man(man::Man),
}

/// Packs besides the built-in ones.
#[derive(Debug, Args)]
struct Packs {
    /// Also use the pack of rules in DIR, instead of a built-in one with the same id; may be given several times
    #[arg(long = "rules", value_name = "DIR", help_heading = heading::RULES)]
    dirs: Vec<PathBuf>,
}

/// Runs a command line and writes to the standard streams.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let streams = Streams::new(cli.global.color);
    let ended = match &cli.command {
        Command::Check(check) => check.run(&cli.global, &streams),
        Command::Plan(plan) => plan.run(&cli.global, &streams),
        Command::Baseline(baseline) => baseline.run(&cli.global, &streams),
        Command::Report(report) => report.run(&cli.global, &streams),
        Command::Explain(explain) => explain.run(&streams),
        Command::Rules(rules) => rules.run(&streams),
        Command::Config(config) => config.run(&streams),
        Command::Init(init) => init.run(&streams),
        Command::Completions(completions) => completions.run(&streams),
        Command::Man(man) => man.run(&streams),
    };
    let exit = ended.unwrap_or_else(|error| failed(&error, &streams));
    interrupt::caught().map_or(exit, Exit::Interrupted)
}

fn failed(error: &Error, streams: &Streams) -> Exit {
    // Nobody is left to tell when standard error is gone too.
    _ = streams.complain(|out| error.write(out));
    Exit::Failed
}

/// Help and version go to standard output; errors, which quote arguments, are escaped.
fn usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // A reader that has gone away is no error.
        let lost = error.print().is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
        return if lost { Exit::Failed } else { Exit::Clean };
    }
    let text = error.render().to_string();
    let streams = Streams::new(output::When::Auto);
    _ = streams.complain(|out| text.lines().try_for_each(|line| writeln!(out, "{}", Escaped::new(line))));
    Exit::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
