//! Signals, and readers that go away.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::subject::{Subject, run};
use crate::tree::project::Project;
use crate::tree::slow;
use crate::{Row, Verdict};

pub(crate) const ROWS: &[Row] = &[Row {
    number: 45,
    title: "a signal, or a reader that goes away, is a clean end, told by the exit code and a whole report",
    green: || signalled(&Subject::dekey()).and_then(|()| unread(&Subject::dekey())),
    red: || match (signalled(&half()), unread(&heedless())) {
        (Err(why), Err(_)) => Err(why),
        _ => Ok(()),
    },
}];

/// Ends at a signal, in the middle of its report.
fn half() -> Subject {
    Subject::script(
        "for last; do :; done; printf '{\"summary\": {' > \"${last#json=}\"; : > .git/begun\n\
         trap 'echo warning: interrupted >&2; exit 130' INT TERM HUP; while :; do sleep 0.05; done",
    )
}

/// Never looks whether what it writes is taken.
fn heedless() -> Subject {
    Subject::script("i=0; while [ $i -lt 100 ]; do echo finding $i; i=$((i+1)); done 2>/dev/null; exit 0")
}

/// The run ends early, and its report is whole and says so; one that is stopped while it fixes changes nothing.
fn signalled(subject: &Subject) -> Verdict {
    let project = Project::new(2);
    slow::fill(&project.root());
    let (first, last) = ("d0/f00.rb", "d1/f01.rb");
    let report = project.aside("report.json");
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        for fixes in [&[][..], &["--fix", "--allow-no-vcs"]] {
            _ = std::fs::remove_file(&report);
            let mut command = subject.checker(&[]);
            command.args([first, slow::FOLDER, last, "-j1", "--no-ignore"]).args(fixes).current_dir(project.root());
            command.args(["--output-format", &format!("json={}", report.display())]).stdin(Stdio::null());
            let mut child =
                command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(|it| it.to_string())?;
            let asked = Instant::now();
            let begun = || slow::is_amid(child.id()) || project.path(".git/begun").exists();
            while !begun() && asked.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(5));
            }
            let signalled = kill_process(Pid::from_child(&child), signal);
            if signalled.is_err() {
                _ = child.kill();
            }
            let ran = child.wait_with_output().map_err(|error| error.to_string())?;
            let said = String::from_utf8_lossy(&ran.stderr);
            if ran.status.code() != Some(code) {
                return Err(format!("{signal:?} {fixes:?}: {}: {said}", ran.status));
            }
            let warned = !said.is_empty() && said.lines().all(|line| line.starts_with("warning: interrupted"));
            if project.fixed()? != 0 || !warned {
                return Err(format!("{signal:?} {fixes:?}: {said}"));
            }
            let bytes = std::fs::read(&report).map_err(|error| format!("{signal:?} {fixes:?}: report: {error}"))?;
            let report: Value = serde_json::from_slice(&bytes).map_err(|error| format!("half a report: {error}"))?;
            told(&report).map_err(|why| format!("{signal:?} {fixes:?}: {why}: {report}"))?;
        }
    }
    Ok(())
}

fn told(report: &Value) -> Verdict {
    let (summary, skipped) = (&report["summary"], &report["skipped"][0]);
    let incomplete = summary["complete"] == false && report["repositories"][0]["complete"] == false;
    let early = summary["skipped"]["interrupted"] == 1 && skipped["reason"] == "interrupted";
    let found = report["findings"].as_array().map_or(0, Vec::len);
    match (incomplete && early && skipped["incomplete"] == true, found) {
        // The other was not come to.
        (true, 1) => Ok(()),
        (true, found) => Err(format!("{found} findings")),
        (false, _) => Err("the report does not say that it ends early".to_owned()),
    }
}

/// A reader that has seen enough is no error; a full device is.
fn unread(subject: &Subject) -> Verdict {
    let project = Project::new(2);
    project.write("d0/many.rb", project.files[0].1.repeat(300));
    for format in ["text", "concise", "json", "sarif", "github", "junit", "markdown", "html"] {
        let root = project.root();
        let through = |script: &str| {
            let mut command = subject.checker(&["bash", "-c", script, "bash"]);
            run(command.arg(&root).args(["--output-format", format]).current_dir(&root))
        };
        let ran = through("\"$@\" | head -c 100 > /dev/null; exit ${PIPESTATUS[0]}");
        if ran.code != Some(1) || ran.complaint().lines().any(|line| !line.starts_with("Found ")) {
            return Err(format!("{format} into head: {:?} {}", ran.code, ran.complaint()));
        }
        let ran = through("\"$@\" > /dev/full");
        if ran.code != Some(2) || !ran.complaint().contains("cannot write the report") {
            return Err(format!("{format} into a full device: {:?} {}", ran.code, ran.complaint()));
        }
    }
    // Whoever sends this wants no more output; none is owed to them, and the files are not theirs.
    let ran = run(&mut project.fixer(subject, &["sh", "-c", "\"$@\" & kill -PIPE $!; wait $!", "sh"], &[]));
    if ran.code == Some(101) {
        return Err(format!("it panics at a signal: {}", ran.complaint()));
    }
    project.fixed().map(|_| ())
}
