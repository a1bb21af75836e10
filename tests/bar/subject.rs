//! What is judged: dekey, or something in its place that is known to be bad.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::report::Said;
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
    /// For how long of that one of its threads was ready and had no processor, at most, where the system tells: the time
    /// that others took.
    pub(crate) waited: Duration,
    /// The most memory it had at a time, in KiB, where the system tells.
    pub(crate) peak: u64,
}

/// A scanner as one writes it in an afternoon.
const HASTY: &str = include_str!("hasty.py");

impl Subject {
    /// The program these tests were built with.
    pub(crate) fn dekey() -> Self {
        Self(vec![env!("CARGO_BIN_EXE_dekey").into()])
    }

    /// A shell script: `$1` is `check`'s first path. What it lacks is what its row must see.
    pub(crate) fn script(text: &str) -> Self {
        Self(vec!["sh".into(), "-c".into(), text.into(), "subject".into()])
    }

    /// A scanner that reads every file as UTF-8 and says nothing of what it cannot read. `given` is Python that sets what
    /// it looks for (`TOKEN`) or how much it reads at a time (`BLOCK`).
    pub(crate) fn hasty(given: &str) -> Self {
        let script = HASTY.replace("# GIVEN", given);
        Self::script(&format!("exec python3 - \"$@\" <<'END'\n{script}\nEND\n"))
    }

    /// A scanner that finds everything in order.
    pub(crate) fn content() -> Self {
        Self::script("echo '{\"summary\": {\"complete\": true}, \"findings\": [], \"skipped\": []}'")
    }

    /// The same, started by another program: what `prefix` names is given its words.
    pub(crate) fn under(self, prefix: &[&str]) -> Self {
        let check = (self.0.len() == 1).then(|| PathBuf::from("check"));
        Self(prefix.iter().map(PathBuf::from).chain(self.0).chain(check).collect())
    }

    /// Whether it is dekey by itself.
    pub(crate) fn is_dekey(&self) -> bool {
        self.0.len() == 1
    }

    /// The same, from a directory that everybody may read.
    pub(crate) fn placed_in(self, folder: &std::path::Path) -> std::io::Result<Self> {
        if !self.is_dekey() {
            return Ok(self);
        }
        let copy = folder.join("dekey");
        std::fs::copy(&self.0[0], &copy)?;
        Ok(Self(vec![copy]))
    }

    /// The same, started by a shell after `line`.
    pub(crate) fn after(self, line: &str) -> Self {
        self.under(&["sh", "-c", &format!("{line}; exec \"$0\" \"$@\"")])
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
        command.args(&words[1..]).env_clear().envs(path());
        if self.0.len() == 1 {
            command.arg("check");
        }
        command
    }

    /// Whether it is a script rather than dekey.
    pub(crate) fn is_script(&self) -> bool {
        self.0.len() > 1
    }

    /// A shell script given the arguments of dekey, `check` and all, to which dekey is `"$DEKEY"`: what it does to what
    /// dekey says, or in its place, is what its row must see.
    pub(crate) fn around(text: &str) -> Self {
        Self::script(&format!("DEKEY='{}'\n{text}", env!("CARGO_BIN_EXE_dekey")))
    }

    /// A program and its first arguments.
    pub(crate) fn program(words: &[&str]) -> Self {
        Self(words.iter().map(PathBuf::from).collect())
    }

    /// A run with all arguments of dekey, in a directory.
    pub(crate) fn run(&self, dir: &Path, args: &[&str]) -> Ran {
        run(self.command().args(args).current_dir(dir))
    }

    /// [`Self::run`], and the programs and the network that it asked the kernel for, one a line; none where nobody may
    /// trace.
    pub(crate) fn traced(&self, dir: &Path, args: &[&str]) -> Option<(Ran, Vec<String>)> {
        let log = tempfile::NamedTempFile::new().expect("a temporary file");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "--seccomp-bpf", "-e", "signal=none", "-e", "trace=execve,execveat,%network", "-o"]);
        command.arg(log.path()).arg("--").args(&self.0).args(args).current_dir(dir);
        command.env_clear().envs(path());
        let ran = may_trace().then(|| run(&mut command))?;
        let asked = std::fs::read_to_string(log.path()).expect("strace writes text");
        // A thread that was gone before strace could look at its call.
        let known = asked.lines().filter(|line| !line.contains("???("));
        Some((ran, known.map(str::to_owned).collect()))
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.0[0]);
        command.args(&self.0[1..]).env_clear().envs(path());
        command
    }
}

/// Where programs are, and of this environment nothing else.
fn path() -> [(&'static str, OsString); 1] {
    [("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()))]
}

/// Whether `strace` is there, and allowed; says so where it is not.
pub(crate) fn may_trace() -> bool {
    let tried = || Command::new("strace").args(["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "true"]).output();
    static MAY: OnceLock<bool> = OnceLock::new();
    let may = *MAY.get_or_init(|| tried().is_ok_and(|output| output.status.success()));
    if !may {
        missing("strace is not there, or may not trace");
    }
    may
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
    let (mut hung, mut peak, mut waited) = (false, 0, Duration::ZERO);
    let status = loop {
        peak = peak.max(memory(child.id()));
        waited = waited.max(waiting(child.id()));
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
    Ran { code: status.code(), signal: status.signal(), hung, out, err, took, waited, peak }
}

/// The longest that a thread of a process has waited for a processor.
fn waiting(process: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let waits = threads.filter_map(|thread| {
        let told = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        told.split(' ').nth(1)?.parse().ok().map(Duration::from_nanos)
    });
    waits.max().unwrap_or_default()
}

/// The most memory that a process has had, in KiB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
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

    /// The JSON report on standard output.
    pub(crate) fn report(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.out).map_err(|error| format!("no report: {error}"))
    }

    /// What the JSON report says, where it ended by itself.
    pub(crate) fn told(&self) -> Result<Said, String> {
        self.ended()?;
        Said::of(&self.out).map_err(|why| format!("{why} (exit code {:?}): {:.400}", self.code, self.complaint()))
    }

    /// What it says on standard error.
    pub(crate) fn complaint(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }

    /// Fails, where everything is judged, when it took longer or needed more memory than this. What other programs on the
    /// machine took of the time does not count.
    pub(crate) fn frugal(&self, seconds: u64, mebibytes: u64) -> crate::Verdict {
        if !crate::full() {
            return Ok(());
        }
        if self.took.saturating_sub(self.waited) > Duration::from_secs(seconds) {
            return Err(format!("it took {:?}, for {:?} of which it had to wait", self.took, self.waited));
        }
        if self.peak > mebibytes << 10 { Err(format!("it needed {} KiB", self.peak)) } else { Ok(()) }
    }

    /// Fails where the JSON report has no finding in this file.
    pub(crate) fn finds(&self, path: &str) -> crate::Verdict {
        let report = self.report()?;
        let found = report["findings"].as_array().into_iter().flatten().any(|finding| finding["path"] == path);
        if found { Ok(()) } else { Err(format!("nothing is found in {path}")) }
    }
}

/// Something that a row lacks here.
pub(crate) struct Lack {
    pub(crate) why: String,
    /// Whether it is a program, which could be installed.
    pub(crate) program: bool,
}

thread_local! {
    static LACKING: RefCell<Vec<Lack>> = const { RefCell::new(Vec::new()) };
}

/// Does something, and says what it lacked to be done whole.
pub(crate) fn lacking<T>(done: impl FnOnce() -> T) -> (T, Vec<Lack>) {
    LACKING.take();
    (done(), LACKING.take())
}

/// Says that a part of a row cannot be judged, since nobody may do here what it takes.
pub(crate) fn forbidden(why: impl Into<String>) {
    LACKING.with_borrow_mut(|lacking| lacking.push(Lack { why: why.into(), program: false }));
}

/// Says that a part of a row cannot be judged, since a program is not here.
pub(crate) fn missing(why: impl Into<String>) {
    LACKING.with_borrow_mut(|lacking| lacking.push(Lack { why: why.into(), program: true }));
}
