//! Machines that are small, bare or in motion.

use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use crate::subject::{Ran, Subject, forbidden};
use crate::tree::{LOGIN, Tree};
use crate::{Row, Verdict, full};

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 43,
        title: "files that change under the scan end no scan, and what stays is found",
        green: || moving(&Subject::dekey()),
        red: || moving(&Subject::script("for f in \"$1\"/moving/*; do timeout 1 cat \"$f\" >&2 || kill -9 $$; done")),
    },
    Row {
        number: 46,
        title: "under narrow limits and in a bare environment the report is the same",
        green: || limits(Subject::dekey),
        red: || limits(|| Subject::script("echo \"$* $LANG\"; exit 1")),
    },
];

/// How many names the mutator changes.
const MOVING: usize = 20;

fn moving(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    tree.write("stays.rb", LOGIN);
    std::fs::create_dir(tree.path("moving")).map_err(|error| error.to_string())?;
    let (stop, lasts) = (AtomicBool::new(false), Duration::from_secs(if full() { 60 } else { 2 }));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let folder = tree.path("moving");
            for step in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                mutate(&folder, step);
                std::thread::sleep(Duration::from_micros(if full() { 1_000 } else { 200 }));
            }
        });
        let (started, mut verdict) = (Instant::now(), Ok(()));
        while verdict.is_ok() && started.elapsed() < lasts {
            verdict = stands(&subject.check(&tree, &["--output-format", "json"]));
        }
        stop.store(true, Ordering::Relaxed);
        verdict
    })
}

fn stands(ran: &Ran) -> Verdict {
    let said = ran.told()?;
    ran.finds("stays.rb")?;
    if said.skipped_as("failed") > 0 {
        return Err("it failed on a file".to_owned());
    }
    match ran.code {
        Some(1 | 2) => Ok(()),
        code => Err(format!("exit code {code:?}")),
    }
}

/// One change: what fails is a change that another one was before.
fn mutate(folder: &Path, step: usize) {
    let path = folder.join(format!("f{}.rb", step % MOVING));
    let other = folder.join(format!("f{}.rb", (step * 7 + 3) % MOVING));
    _ = match (step / MOVING + step) % 9 {
        0 => written(&path).and_then(|mut file| file.write_all(LOGIN.as_bytes())),
        1 => written(&path).and_then(|mut file| file.write_all(format!("{LOGIN}\n").repeat(30_000).as_bytes())),
        2 => written(&path).and_then(|file| file.set_len(7)),
        3 => std::fs::rename(&path, &other),
        4 => std::fs::remove_file(&path),
        5 => std::os::unix::fs::symlink("/dev/zero", &path),
        6 => rustix::fs::mkfifoat(rustix::fs::CWD, &path, 0o600.into()).map_err(Into::into),
        7 => std::fs::create_dir(&path).and_then(|()| std::fs::write(path.join("login.rb"), LOGIN)),
        _ => std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path)),
    };
}

/// Opens for writing what may be a pipe or a link by now.
fn written(path: &Path) -> std::io::Result<std::fs::File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    Ok(rustix::fs::openat(rustix::fs::CWD, path, flags, 0o600.into())?.into())
}

/// How a run is held down, and whether its report may be another one.
const LIMITS: [(&str, &[&str]); 13] = [
    ("ulimit -n 32", &[]),
    ("ulimit -n 16", &["-j2"]),
    ("ulimit -v 1048576", &[]),
    (":", &["-j1"]),
    (":", &["-j64"]),
    ("export TMPDIR=/nowhere/at/all", &[]),
    ("export HOME=/nowhere XDG_CACHE_HOME= XDG_CONFIG_HOME=/dev/null", &[]),
    ("unset HOME PATH", &[]),
    ("exec < /dev/null 0<&-", &[]),
    ("export LANG=C LC_ALL=C", &[]),
    ("export LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati COLUMNS=1 TERM=dumb", &[]),
    ("ulimit -s 256; ulimit -c 0", &[]),
    ("export RAYON_NUM_THREADS=100000", &[]),
];

fn limits(subject: fn() -> Subject) -> Verdict {
    let tree = Tree::new();
    for number in 0..120 {
        tree.write(&format!("a{}/b{}/c{number}.rb", number % 7, number % 11), LOGIN);
    }
    let wanted = subject().check(&tree, &["--output-format", "json"]);
    wanted.ended()?;
    for (line, args) in LIMITS {
        let ran = subject().after(line).check(&tree, &[&["--output-format", "json"], args].concat());
        ran.ended().map_err(|why| format!("{line} {args:?}: {why}"))?;
        if (ran.code, &ran.out) != (wanted.code, &wanted.out) {
            let (code, out) = (ran.code, ran.out.len());
            return Err(format!("{line} {args:?}: exit code {code:?}, {out} bytes: {}", ran.complaint()));
        }
    }
    // Nobody can say what it is relative to: it works, or it says so.
    let ran = subject().after("mkdir gone; cd gone; rmdir ../gone").check(&tree, &["--output-format", "json"]);
    ran.ended()?;
    match (ran.code, ran.err.is_empty()) {
        (Some(1), _) | (Some(2), false) => Ok(()),
        (code, _) => Err(format!("without a directory: exit code {code:?} and no word")),
    }?;
    threads(subject)
}

/// A user may have so few threads that not all of what is asked for can be started: it works, or it says so.
fn threads(subject: fn() -> Subject) -> Verdict {
    if !rustix::process::geteuid().is_root() {
        forbidden("only root can become a user who has few threads");
        return Ok(());
    }
    let tree = Tree::new();
    tree.write("a.rb", LOGIN);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    for place in [tree.root(), folder.path()] {
        std::fs::set_permissions(place, Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
    }
    let placed = subject().placed_in(folder.path()).map_err(|error| error.to_string())?;
    if !placed.is_dekey() {
        return Ok(());
    }
    let copy = folder.path().join("dekey").to_string_lossy().into_owned();
    for most in 1..32 {
        let limit = format!("--nproc={most}");
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "prlimit", &limit];
        let subject = Subject::program(&[&copy]).under(&nobody);
        let ran = subject.check(&tree, &["--output-format", "json"]);
        ran.ended().map_err(|why| format!("{most} threads: {why}"))?;
        match ran.code {
            Some(1) => ran.finds("a.rb")?,
            Some(2) if !ran.err.is_empty() => (),
            code => return Err(format!("{most} threads: exit code {code:?}: {}", ran.complaint())),
        }
    }
    Ok(())
}
