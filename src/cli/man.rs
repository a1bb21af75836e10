//! `dekey man`
//!
//! Owns the manual pages: one for dekey, and one for each command below it. Their text is that of the options' help.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man as Page;

use super::output::Streams;
use super::{Cli, Error, Exit};

/// Arguments of `dekey man`.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write the page of every command into this directory instead of dekey's own to standard output
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        let pages = pages()?;
        match &self.dir {
            Some(dir) => {
                for (name, page) in &pages {
                    streams.file(&dir.join(name), |out| out.write_all(page))?;
                }
            }
            None => streams.text(&pages[0].1)?,
        }
        Ok(Exit::Clean)
    }
}

/// The pages with their file names, dekey's own first.
fn pages() -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut root = Cli::command().disable_help_subcommand(true);
    // Passes names and global options on to the commands.
    root.build();
    let (mut pages, mut waiting) = (Vec::new(), vec![root]);
    while let Some(command) = waiting.pop() {
        waiting.extend(command.get_subcommands().filter(|below| !below.is_hide_set()).cloned());
        pages.push(page(command)?);
    }
    Ok(pages)
}

fn page(command: Command) -> Result<(String, Vec<u8>), Error> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let page = Page::new(command).title(&name).manual("dekey");
    let mut text = Vec::new();
    page.render(&mut text)?;
    Ok((format!("{name}.1"), mended(&String::from_utf8_lossy(&text)).into_bytes()))
}

/// The generator leaves a missing date out, so that what follows takes its place, and makes space by breaking an empty
/// line. A page has no date, so that equal sources give equal pages.
fn mended(page: &str) -> String {
    page.replacen(" 1  \"", " 1 \"\" \"", 1).replace("\n.br\n\n.br\n", "\n.sp\n")
}
