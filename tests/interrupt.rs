//! Runs that a signal ends early: what they tell, what they leave alone, and the terminal after them.
#![cfg(unix)]

#[path = "support/fixer.rs"]
#[expect(dead_code, reason = "the tests of fixes use the rest")]
mod fixer;
#[path = "support/slow.rs"]
mod slow;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fixer::{LOGIN, Ran, Tree};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A project with a login in the first and in the last file that is examined, whichever end the walk begins at, and much
/// between them.
struct Slow(Tree);

impl Slow {
    fn new() -> Self {
        let tree = Tree::locked();
        tree.write("first.rb", LOGIN);
        tree.write("last.rb", LOGIN);
        slow::fill(tree.root());
        Self(tree)
    }

    fn args<'a>(&self, args: &[&'a str]) -> Vec<&'a str> {
        [&["first.rb", slow::FOLDER, "last.rb", "-j1", "--no-ignore"], args].concat()
    }

    /// `dekey check`, in the middle of its work.
    fn check(&self, args: &[&str]) -> Running {
        Running::start(&mut self.0.command(&self.args(args)))
    }
}

struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        let child = Self(command.spawn().unwrap());
        let asked = Instant::now();
        while !slow::is_amid(child.0.id()) && asked.elapsed() < Duration::from_secs(60) {
            sleep(Duration::from_millis(5));
        }
        child
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.0)
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn ended(self) -> Ran {
        let output = self.0.wait_with_output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn after(self, signal: Signal) -> Ran {
        self.signal(signal);
        self.ended()
    }
}

#[test]
fn every_format_is_whole_and_says_that_it_is_not_everything() {
    let slow = Slow::new();
    let ran = slow
        .check(&["--format=text", "--format=sarif=a.sarif", "--format=junit=a.xml", "--format=markdown=a.md"])
        .after(Signal::INT);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    let said = "warning: interrupted, so this result is incomplete: it has what was found until then";
    assert!(ran.out.contains(said), "{}", ran.out);
    let last = ran.out.lines().last().unwrap();
    assert!(last.starts_with("Found 1 error in 1 file (") && !last.contains("skipped"), "{last}");
    let sarif: Value = serde_json::from_str(&slow.0.text("a.sarif")).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["level"], "error");
    assert!(notification["message"]["text"].as_str().unwrap().contains("ended early"), "{notification}");
    assert!(slow.0.text("a.xml").contains("errors=\"1\"") && slow.0.text("a.xml").ends_with("</testsuites>\n"));
    assert!(slow.0.text("a.md").contains("**Interrupted, so this result is incomplete"), "{}", slow.0.text("a.md"));
}

#[test]
fn nothing_is_fixed_by_half() {
    let slow = Slow::new();
    let ran = slow.check(&["--fix", "--allow-no-vcs"]).after(Signal::INT);
    assert_eq!(ran.code, Some(130));
    let said = "warning: interrupted before anything was written: no file was changed\n";
    assert_eq!(ran.err, said);
    for name in ["first.rb", "last.rb"] {
        assert_eq!(slow.0.text(name), LOGIN);
    }
    assert_eq!(slow.0.strays(), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn a_part_is_not_taken_for_the_whole() {
    let slow = Slow::new();
    let baseline = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dekey"));
        command.arg("baseline").args(slow.args(args)).current_dir(slow.0.root()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::start(&mut command)
    };
    let ran = baseline(&[]).after(Signal::INT);
    assert_eq!(ran.code, Some(130));
    assert!(ran.err.contains("dekey-baseline.toml not written: the run was interrupted"), "{}", ran.err);
    assert!(!slow.0.path("dekey-baseline.toml").exists());

    // What a ratchet would take out: both are accepted, and neither is there any more.
    let mut whole = Command::new(env!("CARGO_BIN_EXE_dekey"));
    whole.args(["baseline", "first.rb", "last.rb"]).current_dir(slow.0.root()).env_clear();
    assert!(whole.output().unwrap().status.success());
    let before = slow.0.text("dekey-baseline.toml");
    assert!(before.contains("2"), "{before}");
    slow.0.write("first.rb", "");
    slow.0.write("last.rb", "");
    let ran = slow.check(&["--ratchet"]).after(Signal::INT);
    assert_eq!(ran.code, Some(130));
    assert!(ran.err.contains("dekey-baseline.toml not rewritten: "), "{}", ran.err);
    assert_eq!(slow.0.text("dekey-baseline.toml"), before);
    let ran = baseline(&["--accept-new"]).after(Signal::TERM);
    assert_eq!((ran.code, slow.0.text("dekey-baseline.toml")), (Some(143), before));
}

#[test]
fn the_second_signal_ends_at_once() {
    let slow = Slow::new();
    for name in ["first.rb", "last.rb"] {
        slow.0.write(name, LOGIN.repeat(200));
    }
    // After the first it writes a report that is longer than a pipe holds, and nobody reads it before the second.
    let running = slow.check(&["--format=json"]);
    running.signal(Signal::INT);
    sleep(Duration::from_millis(300));
    // Another: of two alike that come together one is lost.
    let ran = running.after(Signal::TERM);
    // Where both come together, which is the second is the system's to choose.
    assert!(matches!(ran.code, Some(130 | 143)), "{:?}", ran.code);
    assert!(serde_json::from_str::<Value>(&ran.out).is_err(), "it went on to the end: {} bytes", ran.out.len());
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let slow = Slow::new();
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_dekey"), "check"]);
    shell.args(slow.args(&[])).current_dir(slow.0.root()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let running = Running::start(&mut shell);
    running.signal(Signal::HUP);
    sleep(Duration::from_millis(300));
    assert_eq!(running.after(Signal::INT).code, Some(130), "not 129, and it went on");
}

/// What a terminal is sent by `dekey check` with these arguments, until Ctrl-C.
#[cfg(target_os = "linux")]
fn on_a_terminal(slow: &Slow, term: &str, args: &[&str]) -> (Option<i32>, String) {
    let line = [env!("CARGO_BIN_EXE_dekey"), "check"].into_iter().chain(slow.args(args)).collect::<Vec<_>>().join(" ");
    let mut script = Command::new("script");
    script.args(["-qefc", &format!("exec {line} > out.txt"), "/dev/null"]).current_dir(slow.0.root());
    script.env("TERM", term).env("SHELL", "/bin/sh").env_remove("NO_COLOR");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(2500));
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(b"\x03").unwrap();
    let mut seen = String::new();
    child.stdout.take().unwrap().read_to_string(&mut seen).unwrap();
    (child.wait().unwrap().code(), seen)
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_how_far_it_is_and_is_left_as_it_was() {
    if !Path::new("/usr/bin/script").exists() {
        return;
    }
    let (code, seen) = on_a_terminal(&Slow::new(), "xterm", &[]);
    assert_eq!(code, Some(130), "{seen:?}");
    let (shown, rest) = seen.rsplit_once(" of interest, ").unwrap_or_else(|| panic!("{seen:?}"));
    assert!(shown.contains("examining files: ") && shown.contains(" files, "), "{shown:?}");
    assert_eq!(seen.matches("\x1b[?25l").count(), seen.matches("\x1b[?25h").count(), "the cursor is there");
    let (_, after) = rest.rsplit_once("\x1b[2K").unwrap_or_else(|| panic!("the line is not cleared: {rest:?}"));
    assert_eq!(after.trim_start_matches('\r'), "", "nothing is left of it");

    // Neither where the terminal knows no movements nor where nobody wants it.
    for (term, args) in [("dumb", &[][..]), ("xterm", &["--quiet"]), ("xterm", &["--progress", "none"])] {
        let (code, seen) = on_a_terminal(&Slow::new(), term, args);
        assert_eq!(code, Some(130), "{term} {args:?}: {seen:?}");
        assert!(!seen.contains("examining"), "{term} {args:?}: {seen:?}");
    }
}
