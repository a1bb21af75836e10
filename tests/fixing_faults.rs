//! `dekey check --fix` when things go wrong: full disks, failing calls, sudden death, an enemy in the tree.
//!
//! Whatever happens, every file is old or new, nothing outside changes, and the next run leaves nothing behind. How often
//! the random ones are tried is `DEKEY_FAULTS` (40 unless it is set). What a machine cannot do is skipped, and said.

#![cfg(unix)]

#[path = "support/fixer.rs"]
mod fixer;

use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fixer::{FIXED, LOGIN, Ran, Tree, skipped};

fn tries() -> u32 {
    std::env::var("DEKEY_FAULTS").ok().and_then(|number| number.parse().ok()).unwrap_or(40)
}

/// Files in several directories, small ones and one of some 100 KB.
struct Many {
    tree: Tree,
    names: Vec<String>,
}

impl Many {
    fn new(count: usize) -> Self {
        let names = (0..count).map(|number| format!("d{}/f{number:02}.rb", number % 3)).collect();
        let many = Self { tree: Tree::new(), names };
        many.reset();
        many
    }

    fn text(number: usize, line: &str) -> String {
        format!("{line}\n# {}\n", "-".repeat(if number == 1 { 100_000 } else { 10 * number }))
    }

    fn reset(&self) {
        for (number, name) in self.names.iter().enumerate() {
            self.tree.write(name, Self::text(number, LOGIN));
        }
    }

    /// How many files are new; each must be old or new.
    fn fixed(&self, why: &str) -> usize {
        let is_new = |(number, name): (usize, &String)| {
            let text = self.tree.text(name);
            let new = text == Self::text(number, FIXED);
            assert!(new || text == Self::text(number, LOGIN), "{why}: {name} is torn: {} bytes", text.len());
            new
        };
        self.names.iter().enumerate().map(is_new).filter(|new| *new).count()
    }

    /// An undisturbed run does the rest and cleans up.
    fn recovers(&self, why: &str) {
        let ran = self.tree.fix(&[]);
        assert_eq!(ran.code, Some(0), "{why}: {}{}", ran.out, ran.err);
        assert_eq!(self.fixed(why), self.names.len(), "{why}");
        assert_eq!(self.tree.strays(), Vec::<std::path::PathBuf>::new(), "{why}");
    }
}

/// Runs a script with `$DEKEY` in the tree.
fn shell(tree: &Tree, through: &[&str], script: &str) -> Option<Ran> {
    let (program, args) = through.split_first().map_or(("sh", &[][..]), |(program, args)| (*program, args));
    let mut command = Command::new(program);
    if !through.is_empty() {
        command.args(args).arg("sh");
    }
    let output = command
        .args(["-c", script])
        .current_dir(tree.root())
        .env("DEKEY", env!("CARGO_BIN_EXE_dekey"))
        .output()
        .ok()?;
    Some(Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

const FIX: &str = "exec \"$DEKEY\" check --fix --allow-no-vcs";

#[test]
fn a_limit_on_the_size_of_files_changes_nothing() {
    let many = Many::new(6);
    let ran = shell(&many.tree, &[], &format!("trap '' XFSZ; ulimit -f 8; {FIX}")).unwrap();
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("no file was changed") && ran.err.contains("too large"), "{}", ran.err);
    assert_eq!((many.fixed("limit"), many.tree.strays().len()), (0, 0));

    // Where nobody handles the signal it is the end of the run.
    let ran = shell(&many.tree, &[], &format!("ulimit -c 0; ulimit -f 8; {FIX}")).unwrap();
    assert_ne!(ran.code, Some(0));
    assert_eq!(many.fixed("signal"), 0);
    many.recovers("signal");
}

/// Runs a script in a file system of its own at `small`, with `$SOURCE` to copy from.
fn mounted(many: &Many, options: &str, script: &str) -> Option<Ran> {
    let tree = &many.tree;
    std::fs::create_dir_all(tree.path("small")).unwrap();
    let script = format!(
        "mount -t tmpfs -o {options} none small || exit 99\n\
         cp -r Gemfile.lock d0 d1 d2 small/ && mkdir small/.git && cd small || exit 98\n{script}"
    );
    let ran = shell(tree, &["unshare", "-rm"], &script).filter(|ran| !matches!(ran.code, Some(99 | 1)));
    if ran.is_none() {
        skipped("no file system can be mounted here");
    }
    ran
}

#[test]
fn a_full_disk_changes_nothing() {
    let many = Many::new(9);
    let check = "\n\"$DEKEY\" check --fix --allow-no-vcs 2>&1; echo \"code $?\"\n\
                 grep -rl api_key d? | wc -l; find . -name '.dekey-fix-*' | wc -l";
    // The new file of 100 KB does not fit beside the old one; then there is no room for one more name.
    for options in ["size=200k", "nr_inodes=20"] {
        let fill = "i=0; while touch pad$i 2>/dev/null && [ $i -lt 40 ]; do i=$((i+1)); done";
        let fill = if options.starts_with("nr") { fill } else { "" };
        let Some(ran) = mounted(&many, options, &format!("{fill}{check}")) else { return };
        let lines: Vec<&str> = ran.out.lines().rev().take(3).map(str::trim).collect();
        assert_eq!(lines, ["0", "9", "code 2"], "{options}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("no file was changed"), "{options}: {}", ran.out);
    }
}

#[test]
fn a_file_system_or_file_that_cannot_be_written_to_is_said() {
    let many = Many::new(3);
    let run = "\n\"$DEKEY\" check --fix --allow-no-vcs 2>&1; echo \"code $?\"; cat d0/f00.rb | head -1";
    let cases = [
        ("ro", "mount -o remount,ro none . || exit 99"),
        // A file that is mounted by itself cannot be replaced.
        ("bound", "mount --bind d0/f00.rb d0/f00.rb || exit 99"),
    ];
    for (name, script) in cases {
        let Some(ran) = mounted(&many, "size=1m", &format!("{script}{run}")) else { return };
        let lines: Vec<&str> = ran.out.lines().rev().take(2).collect();
        assert_eq!(lines, [LOGIN, "code 2"], "{name}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("d0/f00.rb: "), "{name}: {}", ran.out);
    }
}

#[test]
fn a_run_that_is_killed_leaves_every_file_old_or_new() {
    let many = Many::new(24);
    let started = Instant::now();
    many.recovers("undisturbed");
    let whole = started.elapsed();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut partly = 0;
    for number in 0..tries() {
        many.reset();
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = many.tree.command(&["--fix", "--allow-no-vcs"]).spawn().unwrap();
        std::thread::sleep(whole.mul_f64((random >> 40) as f64 / f64::from(1 << 24)));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.signal() == Some(9) || status.success(), "{status}");
        let fixed = many.fixed(&format!("kill {number}"));
        partly += u32::from(fixed > 0 && fixed < many.names.len());
        // What one run leaves is for the next to remove, whether that ends well or not.
        if number % 8 == 7 {
            many.recovers(&format!("kill {number}"));
        }
    }
    many.recovers("the last kill");
    fixer::say(&format!("{partly} of {} runs were killed between two files", tries()));
}

/// Every call of a kind that a run makes fails once, or is the last thing the run does.
#[test]
fn a_call_that_fails_or_kills_tears_no_file() {
    let many = Many::new(4);
    let log = many.tree.path(".git/log");
    let traced = |calls: &str, fault: &str| {
        Command::new("strace")
            .args(["-f", "--seccomp-bpf", "-qq", "-o", log.to_str().unwrap()])
            .args(["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}{fault}")])
            .arg(env!("CARGO_BIN_EXE_dekey"))
            .args(["check", "--fix", "--allow-no-vcs"])
            .current_dir(many.tree.root())
            .output()
    };
    if !traced("fsync", ":delay_enter=1").is_ok_and(|output| output.status.success()) {
        return skipped("strace is not there, or may not trace");
    }
    let kinds = ["write", "fsync", "fchmod", "/^rename", "flistxattr", "/^unlink", "/^openat"];
    let faults = ["error=ENOSPC", "error=EIO", "error=EACCES", "error=EMFILE", "signal=KILL"];
    // Of the calls of a kind one for each fault, unless many are asked for.
    let few = tries() <= 40;
    for (row, kind) in kinds.iter().enumerate() {
        for (column, fault) in faults.iter().enumerate() {
            for when in 1..=40 {
                if few && when != [1, 2, 4][(row + column) % 3] {
                    continue;
                }
                many.reset();
                let case = format!("{fault} at {kind} number {when}");
                let output = traced(kind, &format!(":{fault}:when={when}")).unwrap();
                let fixed = many.fixed(&case);
                let complete = output.status.code() == Some(0);
                assert!(!complete || fixed == many.names.len(), "{case}: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
        many.recovers(kind);
    }
}

#[test]
fn a_directory_that_becomes_a_link_leads_nowhere() {
    let (many, outside) = (Many::new(6), Tree::new());
    let victims: Vec<_> =
        (0..6).map(|number| outside.write(&format!("f{number:02}.rb"), Many::text(number, LOGIN))).collect();
    let (real, aside) = (many.tree.path("d1"), many.tree.path(".git/aside"));
    let over = AtomicBool::new(false);
    let swaps = std::thread::scope(|scope| {
        let racer = scope.spawn(|| {
            let mut swaps = 0u32;
            while !over.load(Ordering::Relaxed) {
                std::fs::rename(&real, &aside).unwrap();
                symlink(outside.root(), &real).unwrap();
                std::thread::sleep(Duration::from_micros(u64::from(swaps % 7) * 100));
                std::fs::remove_file(&real).unwrap();
                std::fs::rename(&aside, &real).unwrap();
                std::thread::sleep(Duration::from_micros(u64::from(swaps % 5) * 200));
                swaps += 1;
            }
            swaps
        });
        for _ in 0..tries() {
            let ran = many.tree.fix(&["d0", "d1", "d2", "Gemfile.lock"]);
            assert!(ran.code.is_some(), "{}", ran.err);
            for (number, victim) in victims.iter().enumerate() {
                assert_eq!(std::fs::read_to_string(victim).unwrap(), Many::text(number, LOGIN));
            }
            for number in [0, 2, 3, 5] {
                many.tree.write(&many.names[number], Many::text(number, LOGIN));
            }
        }
        over.store(true, Ordering::Relaxed);
        racer.join().unwrap()
    });
    assert!(outside.strays().is_empty() && swaps > 0);
    many.reset();
    many.recovers("after the race");
}
