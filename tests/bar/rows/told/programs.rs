//! What dekey starts and whom it calls: nothing and nobody, whatever a repository asks for.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::repository::Repository;
use super::{all_fail, each_fails, hold};
use crate::subject::{Ran, Subject};
use crate::tree::LOGIN;
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[
    Row {
        number: 24,
        title: "no program that a repository names runs, in whatever way it is looked at",
        green: || untouched(&Subject::dekey()),
        red: || {
            let git = ["status", "ls-files", "log -p --all", "-C sub ls-files", "diff-index -p main"];
            let scripts = git.map(|command| format!("git {command} >/dev/null 2>&1; \"$DEKEY\" \"$@\""));
            all_fail(untouched, &scripts.each_ref().map(String::as_str))
        },
    },
    Row {
        number: 49,
        title: "no program is started and nobody is called, by any command",
        green: || alone(&Subject::dekey()),
        red: || {
            let calls = Subject::program(&["bash", "-c", ": 2>/dev/null >/dev/udp/127.0.0.1/9"]);
            each_fails([alone(&Subject::around("\"$DEKEY\" \"$@\"")), alone(&calls)])
        },
    },
];

/// Keys whose value git runs.
const PROGRAMS: &[&str] = &[
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "core.alternateRefsCommand",
    "filter.f.clean",
    "filter.f.smudge",
    "filter.f.process",
    "diff.f.textconv",
    "diff.f.command",
    "diff.external",
    "merge.f.driver",
    "gpg.program",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "remote.origin.uploadpack",
    "interactive.diffFilter",
    "sequence.editor",
];

/// A repository that has its program run wherever git would, with another one in it, and a bare one among its files.
struct Hostile {
    repository: Repository,
    canary: PathBuf,
}

impl Hostile {
    fn new() -> Self {
        let repository = Repository::new();
        repository.file("a.rb", LOGIN).file(".gitattributes", "* filter=f diff=f merge=f\n").commit();
        repository.git(&["init", "-q", "--bare", "sub"]);
        repository.file("sub/a.rb", LOGIN);
        repository.git(&["init", "-q", "nested"]);
        repository.file("nested/a.rb", LOGIN).file("nested/.gitattributes", "* filter=f diff=f\n");
        repository.git(&["-C", "nested", "add", "."]);
        repository.git(&["-C", "nested", "-c", "core.hooksPath=/dev/null", "commit", "-qm", "x"]);
        repository.git(&["checkout", "-q", "-b", "change"]);
        repository.git(&["add", "-f", "sub"]);
        repository.file("b.rb", LOGIN).git(&["add", "b.rb"]);
        repository.git(&["commit", "-qm", "x"]);
        repository.file("c.rb", LOGIN).git(&["add", "c.rb"]);
        // A change of the time lets git look at the contents.
        repository.file("a.rb", &format!("{LOGIN}\n"));
        let canary = repository.outer.join("canary");
        let hostile = Self { repository, canary };
        let program = hostile.program(&hostile.repository.outer.join("program"));
        for git in [".git", "nested/.git", "sub"].map(|git| hostile.repository.path.join(git)) {
            for hook in
                ["pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction"]
            {
                hostile.program(&git.join("hooks").join(hook));
            }
            let set = |key: &str| {
                let (section, name) = key.rsplit_once('.').expect("a key of a section");
                let section = section.replacen('.', " \"", 1) + if section.contains('.') { "\"" } else { "" };
                format!("[{section}]\n\t{name} = {program}\n")
            };
            let more: String = PROGRAMS.iter().map(|key| set(key)).collect();
            let aliases: String =
                ["status", "log", "check", "diff"].iter().map(|name| format!("\t{name} = !{program}\n")).collect();
            let worktree = if git.ends_with("sub") { "[core]\n\tbare = false\n\tworktree = .\n" } else { "" };
            // What is not there is to be asked for from a program.
            let lazy = format!(
                "[remote \"origin\"]\n\tpromisor = true\n\turl = ext::{program}\n[extensions]\n\tpartialClone = origin\n"
            );
            let path = git.join("config");
            let config = std::fs::read_to_string(&path).expect("a configuration");
            let config = config.replace("repositoryformatversion = 0", "repositoryformatversion = 1");
            std::fs::write(path, format!("{config}{worktree}{more}[alias]\n{aliases}{lazy}")).expect("a configuration");
        }
        hostile
    }

    /// A program that says that it ran.
    fn program(&self, path: &Path) -> String {
        std::fs::write(path, format!("#!/bin/sh\ntouch {}\ncat\n", self.canary.display())).expect("a program");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("its mode");
        path.to_str().expect("UTF-8").to_owned()
    }
}

const MODES: &[&[&str]] = &[
    &["check"],
    &["check", "--staged"],
    &["check", "--since", "main"],
    &["check", "--history", "--no-cache"],
    &["check", "--fix", "--unsafe-fixes", "--allow-dirty"],
    &["baseline"],
];

fn untouched(subject: &Subject) -> Verdict {
    for lost in [false, true] {
        let hostile = Hostile::new();
        if lost {
            // A version that would have to be fetched.
            let objects = hostile.repository.path.join(".git/objects");
            let blob = hostile.repository.git(&["-c", "core.fsmonitor=false", "rev-parse", "main:a.rb"]);
            std::fs::remove_file(objects.join(&blob[..2]).join(&blob[2..])).expect("the object");
        }
        _ = std::fs::remove_file(&hostile.canary);
        for folder in ["", "sub", "nested"] {
            for mode in MODES {
                let ran = subject.run(&hostile.repository.path.join(folder), mode);
                ran.ended()?;
                hold(!hostile.canary.exists(), || format!("{mode:?} in {folder:?} runs a program of the repository"))?;
                let looked = folder.is_empty() && mode.len() < 4 && !lost && mode[0] == "check";
                hold(!looked || ran.code == Some(1), || format!("{mode:?}: {}", said(&ran)))?;
            }
        }
    }
    Ok(())
}

fn said(ran: &Ran) -> String {
    format!("{:?}: {}{}", ran.code, String::from_utf8_lossy(&ran.out), String::from_utf8_lossy(&ran.err))
}

/// Every command and every way to look at a repository.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--staged"],
    &["check", "--since", "main"],
    &["check", "--history", "--cache-dir", "cache"],
    &["check", "--output-format", "json=report.json", "--output-format", "html=report.html"],
    &["check", "--diff"],
    &["check", "--fix", "--unsafe-fixes", "--allow-dirty"],
    &["baseline"],
    &["plan"],
    &["report", "merge", "report.json"],
    &["report", "html", "report.json", "-o", "other.html"],
    &["report", "trend", "report.json"],
    &["rules", "list"],
    &["rules", "check", "pack"],
    &["explain", "hardcoded-access-token"],
    &["config", "show"],
    &["config", "schema"],
    &["init"],
    &["completions", "bash"],
    &["man"],
];

fn alone(subject: &Subject) -> Verdict {
    let Hostile { repository, .. } = Hostile::new();
    repository.file("dekey.toml", "").file("pack/pack.toml", "");
    for command in COMMANDS {
        let Some((ran, asked)) = subject.traced(&repository.path, command) else { return Ok(()) };
        ran.ended()?;
        let started = asked.iter().filter(|line| line.contains("execve")).count();
        let called: Vec<_> = asked.iter().filter(|line| !line.contains("execve")).collect();
        hold(started == 1 && called.is_empty(), || format!("{command:?} asks for {asked:#?}"))?;
        let wrong = ran.code == Some(2) && String::from_utf8_lossy(&ran.err).contains("Usage:");
        hold(!wrong, || format!("{command:?} is none: {}", said(&ran)))?;
    }
    Ok(())
}
