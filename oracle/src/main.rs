//! Compares dekey's lexers with the tree-sitter grammars over folders of code.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use dekey::lang;
use dekey_oracle::children::{self, CHILD};
use dekey_oracle::compare::Tally;
use dekey_oracle::grammars;
use walkdir::WalkDir;

/// Compare dekey's string, comment and call spans with those of the tree-sitter grammars.
#[derive(Parser)]
struct Options {
    /// Only this language.
    #[arg(long)]
    language: Option<String>,
    /// How many disagreements of each kind to show for a language.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Leave out files larger than this many bytes.
    #[arg(long, default_value_t = 1 << 20)]
    max_size: u64,
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

fn main() -> io::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(CHILD) {
        return children::serve();
    }
    let options = Options::parse();
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    for (name, files) in files(&options) {
        let tally = tallies.entry(name).or_default();
        children::run(&files, |_, new| tally.add(new, options.limit))?;
    }
    print(&tallies)
}

/// The files under the paths that have a grammar, by language.
fn files(options: &Options) -> BTreeMap<&'static str, Vec<PathBuf>> {
    let mut files: BTreeMap<&'static str, Vec<PathBuf>> = BTreeMap::new();
    for entry in options.paths.iter().flat_map(|path| WalkDir::new(path).sort_by_file_name()) {
        let Ok(entry) = entry else { continue };
        if !entry.file_type().is_file() || entry.metadata().is_ok_and(|meta| meta.len() > options.max_size) {
            continue;
        }
        let Ok(text) = std::fs::read(entry.path()) else { continue };
        let Some(language) = lang::of_file(entry.path(), &text) else { continue };
        let wanted = options.language.as_deref().is_none_or(|wanted| wanted == language.name);
        if wanted && grammars::of(language.name).is_some() {
            files.entry(language.name).or_default().push(entry.into_path());
        }
    }
    files
}

fn print(tallies: &BTreeMap<&'static str, Tally>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (name, tally) in tallies {
        let Tally { files, errors, slow, aborted, .. } = tally;
        writeln!(out, "{name}: {files} files; left out: {errors} with errors, {slow} slow, {aborted} grammar aborted")?;
        for (what, score) in [("strings", tally.strings), ("comments", tally.comments), ("calls", tally.calls)] {
            writeln!(out, "  {what:8} {:>8} of {:>8} alike, {:.3} %", score.alike, score.of, score.percent())?;
        }
        for found in &tally.disagreements {
            writeln!(out, "  {} {}:{}", found.what, found.file, found.line)?;
            writeln!(out, "    dekey   {}", found.ours)?;
            writeln!(out, "    grammar {}", found.theirs)?;
        }
    }
    Ok(())
}
