//! A project in a temporary directory, and `dekey check --fix` over it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[path = "tree.rs"]
mod tree;
pub(crate) use tree::*;

#[derive(Debug)]
pub(crate) struct Ran {
    /// None when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Tree {
    /// A project whose SDK takes a token.
    pub(crate) fn locked() -> Self {
        let tree = Self::new();
        tree.write("Gemfile.lock", LOCK);
        tree
    }

    /// `dekey check --fix`, whatever git says.
    pub(crate) fn fix(&self, args: &[&str]) -> Ran {
        self.check(&[&["--fix", "--allow-no-vcs"], args].concat())
    }

    pub(crate) fn check(&self, args: &[&str]) -> Ran {
        self.fed(args, b"")
    }

    pub(crate) fn fed(&self, args: &[&str], stdin: &[u8]) -> Ran {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dekey"));
        command.arg("check").args(args).current_dir(self.root()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Files that interrupted runs have left, anywhere.
    pub(crate) fn strays(&self) -> Vec<PathBuf> {
        let (mut strays, mut folders) = (Vec::new(), vec![self.root().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap() {
                    kind if kind.is_dir() => folders.push(entry.path()),
                    _ if entry.file_name().to_string_lossy().starts_with(".dekey-fix-") => strays.push(entry.path()),
                    _ => (),
                }
            }
        }
        strays
    }
}

/// Says on the test's output why a part of it did not run.
pub(crate) fn skipped(why: &str) {
    say(&format!("SKIPPED: {why}"));
}

/// Writes a line past the harness, which holds back what a test that passes prints.
pub(crate) fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}
