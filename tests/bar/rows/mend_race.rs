//! Fixes beside which others write.

use std::ffi::OsStr;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::mend_death::in_place;
use crate::subject::{Subject, may_trace, run};
use crate::tree::project::{Project, SED};
use crate::{Row, Verdict, full};

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 42,
        title: "a directory that becomes a link during a fix leads nowhere",
        green: || swapped(&Subject::dekey()),
        red: || swapped(&Subject::script(&in_place())),
    },
    Row {
        number: 44,
        title: "two fixes at once are as one, and what an editor saves between is not lost",
        green: || {
            let dekey = Subject::dekey();
            together(&dekey).and_then(|()| edited(&dekey)).and_then(|()| saved(&dekey))
        },
        red: || match (together(&appends()), edited(&Subject::script(&in_place())), saved(&renames())) {
            (Err(why), Err(_), Err(_)) => Err(why),
            _ => Ok(()),
        },
    },
];

/// A fixer that makes the new file at one fixed name, piece by piece.
fn appends() -> Subject {
    Subject::script(&format!(
        "cd \"$1\"; for f in d?/*.rb; do : > new.rb; sed '{SED}' \"$f\" | while IFS= read -r line; do\n\
         printf '%s\\n' \"$line\" >> new.rb; sleep 0.002; done; mv new.rb \"$f\" 2>/dev/null; done; exit 0"
    ))
}

/// A fixer that looks once, and then takes the place of whatever is there.
fn renames() -> Subject {
    Subject::script(&format!(
        "cd \"$1\"; for f in d?/*.rb; do sed '{SED}' \"$f\" > \"${{f%/*}}/.dekey-fix-new\"; mv \"${{f%/*}}/.dekey-fix-new\" \"$f\"; done"
    ))
}

/// One directory of a project is a link to another outside of it half of the time.
fn swapped(subject: &Subject) -> Verdict {
    let project = Project::new(6);
    let (real, aside, outside) = (project.path("d1"), project.aside("aside"), project.outside().join("dir"));
    let over = AtomicBool::new(false);
    let time = Duration::from_secs(if full() { 60 } else { 1 });
    std::thread::scope(|scope| {
        let racer = scope.spawn(|| {
            let mut swaps = 0u32;
            while !over.load(Ordering::Relaxed) {
                std::fs::rename(&real, &aside).expect("it is there");
                symlink(&outside, &real).expect("the name is free");
                std::thread::sleep(Duration::from_micros(u64::from(swaps % 7) * 100));
                std::fs::remove_file(&real).expect("the link");
                std::fs::rename(&aside, &real).expect("the name is free");
                std::thread::sleep(Duration::from_micros(u64::from(swaps % 5) * 200));
                swaps += 1;
            }
            swaps
        });
        let started = Instant::now();
        let verdict = loop {
            let mut command = subject.checker(&[]);
            let dirs = ["d0", "d1", "d2", "Gemfile.lock"].map(|name| project.path(name));
            // What a script is given first is the whole.
            let roots = if subject.is_script() { vec![project.root()] } else { dirs.to_vec() };
            let ran = run(command.args(roots).args(["--fix", "--allow-no-vcs"]).current_dir(project.root()));
            if let Err(why) = ran.ended().and_then(|()| project.nothing_outside()) {
                break Err(why);
            }
            for (name, old, _) in project.files.iter().filter(|(name, ..)| !name.starts_with("d1")) {
                project.write(name, old);
            }
            if started.elapsed() > time {
                break Ok(());
            }
        };
        over.store(true, Ordering::Relaxed);
        let swaps = racer.join().expect("it does not panic");
        if swaps == 0 { Err("nothing was swapped".to_owned()) } else { verdict }
    })?;
    project.reset();
    project.recovers(subject)
}

/// Two at once, and the result is that of one.
fn together(subject: &Subject) -> Verdict {
    let project = Project::new(12);
    for round in 0..if full() { 100 } else { 5 } {
        project.reset();
        let both = std::thread::scope(|scope| {
            let runs = [0, 1].map(|_| scope.spawn(|| project.fix(subject, &[])));
            runs.map(|run| run.join().expect("it does not panic"))
        });
        for ran in both {
            ran.ended()?;
            if ran.code != Some(0) {
                return Err(format!("round {round}: {:?} {}", ran.code, ran.complaint()));
            }
        }
        if project.fixed().map_err(|why| format!("round {round}: {why}"))? != project.files.len() {
            return Err(format!("round {round}: not everything is fixed"));
        }
        project.no_strays()?;
    }
    Ok(())
}

/// An editor that saves every file once, whole, somewhere in the middle of a fix.
fn edited(subject: &Subject) -> Verdict {
    let project = Project::new(12);
    let started = Instant::now();
    project.recovers(subject)?;
    let whole = started.elapsed();
    let rounds = if full() { 100 } else { 5 };
    for round in 0..rounds {
        project.reset();
        let mut child = project
            .fixer(subject, &[], &[])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        for (name, old, _) in &project.files {
            std::thread::sleep(whole / u32::try_from(project.files.len() + round % 7).unwrap_or(1));
            let saved = project.aside("saved");
            std::fs::write(&saved, format!("{old}# saved in round {round}\n")).expect("a file");
            std::fs::rename(&saved, project.path(name)).expect("it takes the place");
        }
        _ = child.wait();
        project.nothing_outside()?;
        for (name, old, new) in &project.files {
            let text = std::fs::read_to_string(project.path(name)).map_err(|error| error.to_string())?;
            if ![old, new].iter().any(|text_before| text == format!("{text_before}# saved in round {round}\n")) {
                return Err(format!("round {round}: what was saved of {name} is lost"));
            }
        }
    }
    Ok(())
}

/// An editor that saves a file when the fix has looked at it for the last time, and is about to take its place.
fn saved(subject: &Subject) -> Verdict {
    if !cfg!(target_os = "linux") || !may_trace() {
        return Ok(());
    }
    let project = Project::new(1);
    let (name, old, _) = &project.files[0];
    let slow = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=/^rename:delay_enter=3000000"];
    std::thread::scope(|scope| {
        let run = scope.spawn(|| run(&mut project.fixer(subject, &slow, &["-j1"])));
        let is_new = |name: &OsStr| name.to_string_lossy().starts_with(".dekey-fix-");
        let new = || {
            let mut entries = project.path("d0").read_dir().expect("a directory").flatten();
            entries.any(|entry| is_new(&entry.file_name()) && entry.metadata().is_ok_and(|found| found.len() > 0))
        };
        while !new() && !run.is_finished() {
            std::thread::sleep(Duration::from_millis(5));
        }
        // From the new file's last bytes to the call is far less than this.
        std::thread::sleep(Duration::from_millis(1000));
        let saved = project.aside("saved");
        std::fs::write(&saved, format!("{old}# saved\n")).expect("a file");
        std::fs::rename(&saved, project.path(name)).expect("it takes the place");
        let ran = run.join().expect("it does not panic");
        ran.ended()?;
        let text = std::fs::read_to_string(project.path(name)).map_err(|error| error.to_string())?;
        if text != format!("{old}# saved\n") {
            return Err(format!("what was saved at the last moment is lost: {text}"));
        }
        project.no_strays()?;
        if ran.code == Some(2) { Ok(()) } else { Err(format!("{:?} {}", ran.code, ran.complaint())) }
    })
}
