//! Fixes that end in the middle, or in which a call fails.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;

use crate::subject::{Subject, may_trace, run};
use crate::tree::project::{Project, SED};
use crate::{Row, Verdict, full};

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 37,
        title: "a fix that is killed leaves every file old or new, and the next one cleans up",
        green: || killed(&Subject::dekey()),
        red: || killed(&Subject::script(&in_place())),
    },
    Row {
        number: 38,
        title: "whichever call fails, every file is old or new, nothing is left behind, and the exit code says it",
        green: || faulted(&Subject::dekey()),
        red: || faulted(&Subject::script(&in_place())),
    },
];

/// A fixer that empties each file before it writes it, and reports that all is well.
pub(crate) fn in_place() -> String {
    format!(
        "for last; do :; done; cd \"$1\" || exit 2\n\
         for f in d?/*.rb; do [ -e \"$f\" ] || continue; text=$(sed '{SED}' \"$f\"); : > \"$f\"\n\
         sleep 0.005; printf '%s\\n' \"$text\" > \"$f\"; done\n\
         case $last in json=*) echo '{{\"summary\":{{\"complete\":true}}}}' > \"${{last#json=}}\";; esac"
    )
}

/// Kills at random moments of the time that a whole run takes.
fn killed(subject: &Subject) -> Verdict {
    let project = Project::new(if full() { 40 } else { 24 });
    let started = Instant::now();
    project.recovers(subject)?;
    let whole = started.elapsed();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for number in 0..if full() { 1000 } else { 60 } {
        project.reset();
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut command = project.fixer(subject, &[], &[]);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
        std::thread::sleep(whole.mul_f64((random >> 40) as f64 / f64::from(1 << 24)));
        _ = child.kill();
        let status = child.wait().map_err(|error| error.to_string())?;
        if status.signal() != Some(9) && !status.success() {
            return Err(format!("kill {number}: {status}"));
        }
        project.fixed().map_err(|why| format!("kill {number}: {why}"))?;
        // What a run leaves is for the next to remove, whether that ends well or not.
        if number % 10 == 9 {
            project.recovers(subject).map_err(|why| format!("after kill {number}: {why}"))?;
        }
    }
    project.recovers(subject)
}

const CALLS: &[&str] = &["openat", "read", "write", "fsync", "fchmod", "/^rename", "getdents64"];
const ERRORS: &[&str] = &["EIO", "ENOSPC", "EACCES", "EMFILE", "EINTR"];

/// Every call of each kind fails once with each error, and once each is the last thing that happens.
fn faulted(subject: &Subject) -> Verdict {
    if !may_trace() {
        return Ok(());
    }
    let project = Project::new(4);
    for (row, call) in CALLS.iter().enumerate() {
        let faults = ERRORS.iter().map(|error| format!("error={error}")).chain(["signal=KILL".to_owned()]);
        for (column, fault) in faults.enumerate() {
            // Of the Fibonacci numbers, which are close to each other where most calls are, each fault takes every fourth.
            let few = [1, 2, 3, 5, 8, 13, 21].into_iter().skip((row + column) % 4).step_by(4);
            let numbers: Vec<u32> = if full() { (1..1000).collect() } else { few.collect() };
            fault_each(subject, &project, call, &fault, numbers)?;
        }
    }
    // What was replaced and could not be removed is left; a run that ends there leaves it too, the last one with nothing
    // else to do for the next.
    fault_each(subject, &project, "unlinkat", "signal=KILL", (1..1000).collect())?;
    project.recovers(subject)
}

fn fault_each(subject: &Subject, project: &Project, call: &str, fault: &str, numbers: Vec<u32>) -> Verdict {
    for when in numbers {
        let fired = fault_once(subject, project, call, &format!("{fault}:when={when}"));
        if !fired.map_err(|why| format!("{fault} at {call} number {when}: {why}"))? {
            break;
        }
    }
    Ok(())
}

/// Whether there was such a call; and what it did.
fn fault_once(subject: &Subject, project: &Project, call: &str, fault: &str) -> Result<bool, String> {
    project.reset();
    let (log, report) = (project.aside("log"), project.aside("report.json"));
    _ = std::fs::remove_file(&report);
    let traced = format!("trace={call}");
    let inject = format!("inject={call}:{fault}");
    let log_name = log.to_string_lossy().into_owned();
    let through = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", &log_name, "-e", &traced, "-e", &inject];
    let output = format!("json={}", report.display());
    let ran = run(&mut project.fixer(subject, &through, &["-j1", "--output-format", &output]));
    if ran.hung {
        return Err("it hangs".to_owned());
    }
    let log = std::fs::read_to_string(&log).unwrap_or_default();
    let killed = fault.starts_with("signal");
    if killed && ran.code == Some(0) || !killed && !log.contains("(INJECTED)") {
        return Ok(false);
    }
    let fixed = project.fixed()?;
    let told: Option<Value> = match std::fs::read(&report) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).map_err(|error| format!("half a report: {error}"))?),
        Err(_) => None,
    };
    if killed {
        return project.recovers(subject).map(|()| true);
    }
    project.no_strays()?;
    let whole = fixed == project.files.len() && told.is_some_and(|told| told["summary"]["complete"] == true);
    match ran.code {
        Some(0) if !whole => Err(format!("code 0, with {fixed} files fixed: {}", ran.complaint())),
        None => Err(format!("signal {:?} ended it: {}", ran.signal, ran.complaint())),
        _ => Ok(true),
    }
}
