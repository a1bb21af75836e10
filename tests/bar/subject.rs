//! What is judged: dekey, or something in its place that is known to be bad.

use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tree::Tree;

/// How long a run may take before it counts as one that hangs. No figure of speed: it is far from every one.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A program that is given the arguments of dekey.
pub(crate) struct Subject(Vec<PathBuf>);

/// How a run went.
#[derive(Debug)]
pub(crate) struct Ran {
    /// None where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    /// Whether it had to be ended.
    pub(crate) hung: bool,
    pub(crate) out: Vec<u8>,
    pub(crate) err: Vec<u8>,
    pub(crate) took: Duration,
}

impl Subject {
    /// The program these tests were built with.
    pub(crate) fn dekey() -> Self {
        Self(vec![env!("CARGO_BIN_EXE_dekey").into()])
    }

    /// A shell script: `$1` is `check`'s first path. What it lacks is what its row must see.
    pub(crate) fn script(text: &str) -> Self {
        Self(vec!["sh".into(), "-c".into(), text.into(), "subject".into()])
    }

    /// `check ROOT ARGS` of a tree, from within it, with nothing of this environment.
    pub(crate) fn check(&self, tree: &Tree, args: &[&str]) -> Ran {
        let mut command = self.command();
        if self.0.len() == 1 {
            command.arg("check");
        }
        command.arg(tree.root()).args(args).current_dir(tree.root());
        run(&mut command)
    }

    /// `check` to be given its arguments, through other programs that start it.
    pub(crate) fn checker(&self, through: &[&str]) -> Command {
        let words: Vec<&std::ffi::OsStr> =
            through.iter().map(std::ffi::OsStr::new).chain(self.0.iter().map(|word| word.as_os_str())).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        if self.0.len() == 1 {
            command.arg("check");
        }
        command
    }

    /// Whether it is a script rather than dekey.
    pub(crate) fn is_script(&self) -> bool {
        self.0.len() > 1
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.0[0]);
        command.args(&self.0[1..]).env_clear().env("PATH", "/usr/bin:/bin");
        command
    }
}

/// Runs a command to its end, or to the end of patience.
pub(crate) fn run(command: &mut Command) -> Ran {
    let started = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut streams = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let out = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        _ = streams.0.read_to_end(&mut bytes);
        bytes
    });
    let err = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        _ = streams.1.read_to_end(&mut bytes);
        bytes
    });
    let mut hung = false;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if started.elapsed() > PATIENCE && !hung {
            hung = true;
            _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let took = started.elapsed();
    let (out, err) = (out.join().expect("no panic"), err.join().expect("no panic"));
    Ran { code: status.code(), signal: status.signal(), hung, out, err, took }
}

impl Ran {
    /// Fails where it hung or a signal ended it.
    pub(crate) fn ended(&self) -> crate::Verdict {
        match (self.hung, self.signal) {
            (true, _) => Err(format!("it hangs: {:?} were not enough", self.took)),
            (_, Some(signal)) => Err(format!("signal {signal} ended it: {}", String::from_utf8_lossy(&self.err))),
            _ => Ok(()),
        }
    }

    /// What it said on standard error.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }

    /// The JSON report on standard output.
    pub(crate) fn report(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.out).map_err(|error| format!("no report: {error}"))
    }

    /// Fails where the JSON report has no finding in this file.
    pub(crate) fn finds(&self, path: &str) -> crate::Verdict {
        let report = self.report()?;
        let found = report["findings"].as_array().into_iter().flatten().any(|finding| finding["path"] == path);
        if found { Ok(()) } else { Err(format!("nothing is found in {path}")) }
    }
}

/// Says on standard error why a part of a row cannot be judged here, past the harness, which holds back what passes.
pub(crate) fn skipped(why: &str) {
    _ = std::io::Write::write_all(&mut std::io::stderr(), format!("SKIPPED: {why}\n").as_bytes());
}
