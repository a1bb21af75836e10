//! A repository in a folder of its own, built by `git`, and `dekey` started in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use snapbox::cmd::cargo_bin;

/// A repository; gone when it is dropped.
pub(crate) struct Repository {
    _guard: tempfile::TempDir,
    /// What holds the repository: a real path.
    pub(crate) outer: PathBuf,
    pub(crate) path: PathBuf,
}

/// What one run said.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) error: String,
}

impl Repository {
    pub(crate) fn new() -> Self {
        let repository = Self::without_git();
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    pub(crate) fn without_git() -> Self {
        let guard = tempfile::tempdir().unwrap();
        let outer = guard.path().canonicalize().unwrap();
        let path = outer.join("top");
        std::fs::create_dir(&path).unwrap();
        Self { _guard: guard, outer, path }
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_at("", arguments)
    }

    /// [`Self::git`] on a day, as `2020-01-31`.
    pub(crate) fn git_at(&self, day: &str, arguments: &[&str]) -> String {
        let date = format!("{}T12:00:00+00:00", if day.is_empty() { "2024-01-01" } else { day });
        let output = clean(Command::new("git"), &self.path)
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
            .args(["-c", "gc.auto=0"])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .args(arguments)
            .output()
            .expect("`git` must be installed to build the repositories of these tests");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> &Self {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn remove(&self, name: &str) -> &Self {
        std::fs::remove_file(self.path.join(name)).unwrap();
        self
    }

    pub(crate) fn commit(&self) -> &Self {
        self.commit_at("")
    }

    /// A commit of all files, made on a day.
    pub(crate) fn commit_at(&self, day: &str) -> &Self {
        self.git(&["add", "-A", "-f"]);
        self.git_at(day, &["commit", "-qm", "x", "--allow-empty"]);
        self
    }

    /// `dekey`, started in the repository.
    pub(crate) fn dekey(&self, arguments: &[&str]) -> Run {
        dekey(&self.path, arguments)
    }
}

/// `dekey`, started in a folder.
pub(crate) fn dekey(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(&clean(Command::new(cargo_bin!("dekey")), folder).args(arguments).output().unwrap())
}

/// A command that sees no configuration of whoever runs the tests.
pub(crate) fn clean(mut command: Command, folder: &Path) -> Command {
    command.current_dir(folder).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.envs([("HOME", "/nowhere"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")]);
    command
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap(), out: text(&output.stdout), error: text(&output.stderr) }
    }
}
