//! What people who know other linters try first: `-`, `--watch`, help, mistyped options, the last line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use snapbox::cmd::Command as Snap;

const LOGIN: &str = "require 'intercom'\nIntercom::Client.new(app_id: ENV['A'], api_key: ENV['B'])\n";

fn scratch() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    // Nothing above the scratch directory governs it.
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    dir
}

fn dekey(dir: &Path, args: &[&str]) -> Snap {
    Snap::new(env!("CARGO_BIN_EXE_dekey")).args(args).current_dir(dir).env_clear()
}

#[test]
fn a_dash_is_standard_input() {
    let dir = scratch();
    let named = ["check", "-", "--stdin-filename", "a.rb", "--output-format", "concise", "--quiet"];
    dekey(dir.path(), &named).stdin(LOGIN).assert().code(1).stdout_eq(
        "a.rb:2:1: error[intercom/deprecated-api-key-auth] the intercom gem's client authenticates with an app id and \
         an API key, which no longer works\n",
    );
    dekey(dir.path(), &["check", "-"])
        .stdin("nothing here\n")
        .assert()
        .success()
        .stdout_eq("Nothing found in 1 file examined.\n");
    for args in [&["check", "-", "a.rb"][..], &["check", "a.rb", "--stdin-filename", "b.rb"]] {
        dekey(dir.path(), args).assert().code(2).stdout_eq("").stderr_eq(
            "error: standard input cannot be examined together with other paths\n  = help: run dekey once for `-` and \
             once for the paths\n",
        );
    }
}

#[test]
fn one_line_when_all_is_well_and_none_when_quiet() {
    let dir = scratch();
    std::fs::write(dir.path().join("a.rb"), "puts 1\n").unwrap();
    dekey(dir.path(), &["check"]).assert().success().stdout_eq("Nothing found in 1 file examined.\n").stderr_eq("");
    dekey(dir.path(), &["check", "--quiet"]).assert().success().stdout_eq("").stderr_eq("");
}

#[test]
fn help_is_grouped_and_shows_examples() {
    let dir = scratch();
    let help = |args: &[&str]| {
        let output = dekey(dir.path(), args).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let short = help(&["check", "-h"]);
    let headings = short.lines().filter(|line| line.ends_with(':') && !line.starts_with(' '));
    let groups: Vec<&str> = headings.collect();
    let positions: Vec<_> = ["Rules:", "Files:", "Output:", "Fixing:", "Everywhere:", "Examples:"]
        .map(|heading| groups.iter().position(|group| *group == heading))
        .into();
    assert!(positions.iter().all(Option::is_some), "{groups:?}");
    // Each group is printed once, whichever arguments its options belong to.
    let once: std::collections::BTreeSet<&str> = groups.iter().copied().collect();
    assert_eq!(once.len(), groups.len(), "{groups:?}");
    assert!(help(&["--help"]).contains("Examples:"));
}

#[test]
fn mistyped_options_and_commands_are_answered_with_the_nearest() {
    let dir = scratch();
    for (args, nearest) in [
        (&["check", "--unsafe-fixs"][..], "--unsafe-fixes"),
        (&["check", "--statistic"], "--statistics"),
        (&["chekc"], "check"),
        (&["check", "--select", "hardcoded-acess-token"], "hardcoded-access-token"),
        (&["check", "--fail-on", "warnin"], "warning"),
    ] {
        let output = dekey(dir.path(), args).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(nearest), "{args:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn watching_examines_again_after_a_change() {
    let dir = scratch();
    let file = dir.path().join("a.rb");
    std::fs::write(&file, "puts 1\n").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(["check", "--watch", "--output-format", "concise"])
        .current_dir(dir.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The reader ends when the child does.
    let (sender, lines) = channel();
    for stream in [
        Box::new(child.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
        Box::new(child.stderr.take().unwrap()),
    ] {
        let sender = sender.clone();
        std::thread::spawn(move || {
            BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
    }
    let wait = |wanted: &str| {
        let mut seen = Vec::new();
        while let Ok(line) = lines.recv_timeout(Duration::from_secs(60)) {
            seen.push(line);
            if seen.iter().any(|line| line.contains(wanted)) {
                return;
            }
        }
        panic!("no `{wanted}` in {seen:#?}");
    };
    wait("Watching for changes");
    std::fs::File::create(&file).unwrap().write_all(LOGIN.as_bytes()).unwrap();
    wait("a.rb:2:1: error[intercom/deprecated-api-key-auth]");
    // As editors save: a new file in the place of the old one.
    std::fs::write(dir.path().join("a.tmp"), "puts 2\n").unwrap();
    std::fs::rename(dir.path().join("a.tmp"), &file).unwrap();
    wait("Nothing found");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn watching_excludes_what_writes() {
    let dir = scratch();
    for option in [&["--fix"][..], &["--diff"], &["-o", "report"]] {
        let args = [&["check", "--watch"], option].concat();
        dekey(dir.path(), &args).assert().code(2).stdout_eq("");
    }
    std::fs::write(dir.path().join("dekey.toml"), "").unwrap();
    let absent = ["check", "--watch", "absent/file.rb"];
    dekey(dir.path(), &absent).assert().code(2);
}
