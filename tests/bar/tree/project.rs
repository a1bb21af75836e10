//! A project to be fixed, of which every file is known before and after, and what lies beside it.
//!
//! Whatever happens to a fixer, a file is one of the two, and what is beside the project does not change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{FIXED, LOCK, LOGIN};
use crate::Verdict;
use crate::subject::{Ran, Subject, run};

/// What `sed` has to do to fix a file, for subjects that are bad in other ways.
pub(crate) const SED: &str =
    r#"s/app_id: ENV.fetch("ID"), api_key: ENV.fetch("KEY")/token: ENV.fetch("INTERCOM_ACCESS_TOKEN")/"#;

/// A project in one directory, and another directory beside it.
pub(crate) struct Project {
    outer: tempfile::TempDir,
    /// The files that a fix changes: name, text before, text after.
    pub(crate) files: Vec<(String, String, String)>,
}

impl Project {
    /// So many files in three directories, small ones and one of some 100 KB, all to be fixed.
    pub(crate) fn new(count: usize) -> Self {
        let files = (0..count).map(|number| {
            let text =
                |line: &str| format!("{line}\n# {}\n", "-".repeat(if number == 1 { 100_000 } else { 10 * number }));
            (format!("d{}/f{number:02}.rb", number % 3), text(LOGIN), text(FIXED))
        });
        let project = Self { files: files.collect(), outer: tempfile::tempdir().expect("a temporary directory") };
        // Nothing above governs it.
        std::fs::create_dir_all(project.path(".git")).expect("a directory");
        std::fs::create_dir_all(project.outside().join("dir")).expect("a directory");
        project.write("Gemfile.lock", LOCK);
        for name in ["victim.rb", "dir/f01.rb", "dir/f04.rb", "Gemfile.lock"] {
            let text = if name.ends_with("lock") { LOCK } else { LOGIN };
            std::fs::write(project.outside().join(name), text).expect("a file");
        }
        project.reset();
        project
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.outer.path().join("top")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// What nobody may change.
    pub(crate) fn outside(&self) -> PathBuf {
        self.outer.path().join("outside")
    }

    /// A name beside both, for logs and reports.
    pub(crate) fn aside(&self, name: &str) -> PathBuf {
        self.outer.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Every file as it was.
    pub(crate) fn reset(&self) {
        for (name, old, _) in &self.files {
            self.write(name, old);
        }
    }

    /// `check ROOT --fix --allow-no-vcs ARGS`, from within, through other programs that start it.
    pub(crate) fn fixer(&self, subject: &Subject, through: &[&str], args: &[&str]) -> Command {
        let mut command = subject.checker(through);
        command.arg(self.root()).args(["--fix", "--allow-no-vcs"]).args(args).current_dir(self.root());
        command
    }

    /// An undisturbed fix.
    pub(crate) fn fix(&self, subject: &Subject, args: &[&str]) -> Ran {
        run(&mut self.fixer(subject, &[], args))
    }

    /// How many files are fixed; each has to be as before or as after, and so has each below `root`.
    pub(crate) fn fixed_below(&self, root: &Path) -> Result<usize, String> {
        let mut fixed = 0;
        for (name, old, new) in &self.files {
            let text = std::fs::read(root.join(name)).map_err(|error| format!("{name}: {error}"))?;
            match &text {
                text if text == new.as_bytes() => fixed += 1,
                text if text == old.as_bytes() => (),
                text => return Err(format!("{name} is neither old nor new: {} bytes", text.len())),
            }
        }
        Ok(fixed)
    }

    /// [`Self::fixed_below`] for the project itself, beside which nothing may have changed.
    pub(crate) fn fixed(&self) -> Result<usize, String> {
        self.nothing_outside()?;
        self.fixed_below(&self.root())
    }

    /// What lies beside the project is as it was made.
    pub(crate) fn nothing_outside(&self) -> Verdict {
        let found = listed(&self.outside());
        let is_same = |name: &str| found.get(name).is_some_and(|bytes| bytes == LOGIN.as_bytes());
        let same = found.len() == 4 && ["victim.rb", "dir/f01.rb", "dir/f04.rb"].iter().all(|name| is_same(name));
        if same { Ok(()) } else { Err("something outside of the project was changed".to_owned()) }
    }

    /// No file is there that was not.
    pub(crate) fn no_strays(&self) -> Verdict {
        self.no_strays_below(&self.root())
    }

    pub(crate) fn no_strays_below(&self, root: &Path) -> Verdict {
        let known = |name: &String| name == "Gemfile.lock" || self.files.iter().any(|(known, ..)| known == name);
        match listed(root).keys().find(|name| !known(name)) {
            Some(stray) => Err(format!("{stray} is left behind")),
            None => Ok(()),
        }
    }

    /// An undisturbed run does what is left to do, and cleans up.
    pub(crate) fn recovers(&self, subject: &Subject) -> Verdict {
        let ran = self.fix(subject, &[]);
        ran.ended()?;
        if (ran.code, self.fixed()?) != (Some(0), self.files.len()) {
            return Err(format!("the next run does not do the rest: {:?} {}", ran.code, ran.complaint()));
        }
        self.no_strays()
    }
}

/// Every regular file below a directory, by its name from there.
pub(crate) fn listed(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a directory").flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("an entry"));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(root).expect("below it").to_string_lossy().into_owned();
                // What may not be read is there all the same.
                found.insert(name, std::fs::read(&path).unwrap_or_default());
            }
        }
    }
    found
}
