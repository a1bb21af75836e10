//! Disks that are full, read-only or limited while a fix is written.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use super::mend_death::in_place;
use crate::subject::{Ran, Subject, forbidden, run};
use crate::tree::project::Project;
use crate::{Row, Verdict};

pub(crate) const ROWS: &[Row] = &[Row {
    number: 39,
    title: "where nothing can be written, no file is torn, and the exit code says it",
    green: || limited(&Subject::dekey()).and_then(|()| mounts(&Subject::dekey())),
    red: || {
        let torn = Subject::script(&in_place());
        // Both have to see it.
        match (limited(&torn), mounts(&torn)) {
            (Ok(()), _) => Ok(()),
            (_, Ok(())) if mounted() => Ok(()),
            (Err(why), _) => Err(why),
        }
    },
}];

/// What is asked of a run that could change nothing.
fn changed_nothing(ran: &Ran, fixed: usize, why: &str) -> Verdict {
    match (ran.code, fixed) {
        (Some(2), 0) if ran.complaint().contains(why) => Ok(()),
        (code, fixed) => Err(format!("code {code:?}, {fixed} files fixed, and not “{why}”: {}", ran.complaint())),
    }
}

/// Files of 8 blocks at most: one of the project's does not fit.
fn limited(subject: &Subject) -> Verdict {
    let project = Project::new(6);
    let shell = |script: &str| run(&mut project.fixer(subject, &["sh", "-c", script, "sh"], &[]));
    let ran = shell("trap '' XFSZ; ulimit -f 8; exec \"$@\"");
    changed_nothing(&ran, project.fixed()?, "no file was changed")?;
    project.no_strays()?;
    // Where nobody handles the signal it is the end of the run.
    let ran = shell("ulimit -c 0; ulimit -f 8; exec \"$@\"");
    if ran.code == Some(0) || project.fixed()? != 0 {
        return Err(format!("a file was written beyond the limit: {}", ran.complaint()));
    }
    project.recovers(subject)
}

/// Whether a file system can be mounted here.
fn mounted() -> bool {
    let mounted = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    mounted.is_ok_and(|output| output.status.signal().is_none() && output.status.success())
}

/// File systems of their own: what happens before the fix, and what it has to say.
const MOUNTS: &[(&str, &str, &str)] = &[
    // The new file of 100 KB does not fit beside the old one.
    ("size=200k", ":", "no file was changed"),
    // There is no room for one more name, or for one only.
    ("nr_inodes=24", "i=0; while touch pad$i 2>/dev/null; do i=$((i+1)); done", "no file was changed"),
    ("nr_inodes=24", "i=0; while touch pad$i 2>/dev/null; do i=$((i+1)); done; rm pad0", "no file was changed"),
    ("size=1m", "mount -o remount,ro none . || exit 99", "d0/f00.rb: "),
    // A file that is mounted by itself cannot be replaced, whatever becomes of the others.
    ("size=1m", "mount --bind d0/f00.rb d0/f00.rb || exit 99", "d0/f00.rb: "),
];

fn mounts(subject: &Subject) -> Verdict {
    if !mounted() {
        forbidden("no file system can be mounted");
        return Ok(());
    }
    for (options, before, why) in MOUNTS {
        let project = Project::new(9);
        let (small, after) = (project.aside("small"), project.aside("after"));
        for dir in [&small, &after] {
            std::fs::create_dir(dir).map_err(|error| error.to_string())?;
        }
        // What is there afterwards is copied to where it can still be seen; a fix of one's own root is given no other.
        let script = format!(
            "cd \"$0\" && mount -t tmpfs -o {options} none small || exit 99\n\
             cp -r top/Gemfile.lock top/d0 top/d1 top/d2 small/ && mkdir small/.git && cd small || exit 98\n\
             {before}\n\"$@\"\ncode=$?; rm -f pad*; cp -r . ../after; exit $code"
        );
        let outer = project.aside("");
        let mut command = subject.checker(&["unshare", "-rm", "sh", "-c", &script, &outer.to_string_lossy()]);
        let ran = run(command.arg(&small).args(["--fix", "--allow-no-vcs"]).current_dir(&outer));
        if matches!(ran.code, Some(98 | 99)) {
            return Err(format!("{options}; {before}: not set up: {}", ran.complaint()));
        }
        project.nothing_outside()?;
        let fixed = project.fixed_below(&after).map_err(|error| format!("{options}; {before}: {error}"))?;
        let bound = before.contains("--bind");
        changed_nothing(&ran, if bound { 0 } else { fixed }, why)
            .map_err(|why| format!("{options}; {before}: {why}"))?;
        project.no_strays_below(&after)?;
        project.recovers(subject)?;
    }
    Ok(())
}
