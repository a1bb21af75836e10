//! What the program writes of its own command line: completions and manual pages.
//!
//! `.ci/packages` gives them to the shells and to a checker of manual pages, where those are installed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

fn dekey(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dekey")).args(args).current_dir(dir).env_clear().output().expect("it starts")
}

/// What a command that ends well prints.
fn printed(dir: &Path, args: &[&str]) -> String {
    let output = dekey(dir, args);
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{args:?}");
    String::from_utf8(output.stdout).expect("our output is UTF-8")
}

/// The commands of a help text, without the one that shows help.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Indented further is what continues a line.
    let names = listed.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    names.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn completions_know_every_command_and_option() {
    let dir = tempfile::tempdir().expect("a directory");
    let help = printed(dir.path(), &["--help"]);
    for shell in ["bash", "elvish", "fish", "nushell", "powershell", "zsh"] {
        let script = printed(dir.path(), &["completions", shell]);
        for word in commands(&help).iter().map(String::as_str).chain(["fail-on", "warning"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(dekey(dir.path(), &["completions", "cmd"]).status.code(), Some(2));
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut expected = BTreeSet::from(["dekey.1".to_owned()]);
    for command in commands(&printed(dir.path(), &["--help"])) {
        let below = commands(&printed(dir.path(), &[&command, "--help"]));
        expected.extend(below.iter().map(|below| format!("dekey-{command}-{below}.1")));
        expected.insert(format!("dekey-{command}.1"));
    }
    assert_eq!(printed(dir.path(), &["man", "."]), "");
    let entries = std::fs::read_dir(dir.path()).expect("readable");
    let found: BTreeSet<String> =
        entries.map(|entry| entry.expect("readable").file_name().into_string().expect("our names are UTF-8")).collect();
    assert_eq!(found, expected);

    let page = std::fs::read_to_string(dir.path().join("dekey.1")).expect("readable");
    assert_eq!(printed(dir.path(), &["man"]), page);
    assert_eq!(dekey(dir.path(), &["man", "no/such/directory"]).status.code(), Some(2));
}
