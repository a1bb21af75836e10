//! Files compared in child processes, so that a grammar's `abort` costs one file.
//!
//! The child reads paths from its standard input, one per line, and answers each with one line of JSON. The files
//! without an answer when it dies start with the one that killed it.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dekey::lang;

use crate::compare::{self, Tally};
use crate::grammars;

/// The argument that makes this program a child.
pub const CHILD: &str = "--child";

/// Compares the files named on standard input.
///
/// # Errors
/// When standard input or output is closed.
pub fn serve() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let tally = one(Path::new(&line?));
        serde_json::to_writer(&mut out, &tally)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(())
}

/// Compares one file; nothing is counted when it cannot be read or has no language.
fn one(path: &Path) -> Tally {
    let Ok(text) = std::fs::read(path) else { return Tally::default() };
    let Some(language) = lang::of_file(path, &text) else { return Tally::default() };
    grammars::of(language.name).map_or_else(Tally::default, |grammar| compare::file(path, &text, language, grammar))
}

/// Compares `files` in as many children as it takes and hands each file's tally to `each`.
///
/// # Errors
/// When no child can be started.
pub fn run(files: &[PathBuf], mut each: impl FnMut(&Path, Tally)) -> io::Result<()> {
    let mut done = 0;
    while done < files.len() {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(CHILD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let answers = BufReader::new(stdout).lines();
        std::thread::scope(|scope| {
            let rest = &files[done..];
            // A child that dies closes its end; the paths it did not read are asked of the next one.
            scope.spawn(move || rest.iter().all(|file| writeln!(stdin, "{}", file.display()).is_ok()));
            for answer in answers.map_while(Result::ok) {
                let Ok(tally) = serde_json::from_str(&answer) else { break };
                each(&files[done], tally);
                done += 1;
            }
        });
        child.wait()?;
        if done < files.len() {
            each(&files[done], Tally { aborted: 1, ..Tally::default() });
            done += 1;
        }
    }
    Ok(())
}
