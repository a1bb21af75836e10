//! What integrations run on: how each language is found, its packages installed, and a program of it started.
//!
//! Knows nothing of logins. Packages lie in a cache under `target/`, one folder for each state of a lock file, so that
//! only the first run needs the network. The source under test holds no code for the test: each language has a
//! redirect in `redirect/`, loaded from outside, which leads the connections to the vendor's host to the test's server.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

/// A language that integrations are written in, by the folder they lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Go,
    Java,
    Node,
    Perl,
    Php,
    Python,
    Ruby,
    Shell,
}

/// The commands an integration needs of the machine. A missing one is a reason to skip, as is a registry out of reach.
pub(crate) type Skip = String;

impl Runtime {
    pub(crate) fn of(folder: &str) -> Option<Self> {
        Some(match folder {
            "go" => Self::Go,
            "java" => Self::Java,
            "node" => Self::Node,
            "perl" => Self::Perl,
            "php" => Self::Php,
            "python" => Self::Python,
            "ruby" => Self::Ruby,
            "shell" => Self::Shell,
            _ => return None,
        })
    }

    /// The program that a project starts with.
    fn main(self, project: &Path) -> PathBuf {
        let names: &[&str] = match self {
            Self::Go => &["main.go"],
            Self::Java => &["Main.java"],
            Self::Node => &["index.js", "index.mjs"],
            Self::Perl => &["main.pl"],
            Self::Php => &["index.php"],
            Self::Python => &["main.py"],
            Self::Ruby => &["main.rb"],
            Self::Shell => &["main.sh"],
        };
        let found = names.iter().map(|name| project.join(name)).find(|path| path.exists());
        found.unwrap_or_else(|| panic!("{} has none of {names:?}", project.display()))
    }

    /// Makes the packages of a project ready for use.
    pub(crate) fn install(self, project: &Path) -> Result<(), Skip> {
        match self {
            Self::Node if project.join("package-lock.json").exists() => {
                let modules = cached(project, &["package.json", "package-lock.json"], |folder| {
                    let mut npm = Command::new("npm");
                    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(folder);
                    installed(&mut npm)
                })?;
                link(&modules.join("node_modules"), &project.join("node_modules"))
            }
            Self::Python if project.join("requirements.txt").exists() => {
                let packages = cached(project, &["requirements.txt"], |folder| {
                    let mut pip = Command::new("python3");
                    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"])
                        .args(["--root-user-action=ignore", "--target", "packages", "-r", "requirements.txt"])
                        .current_dir(folder);
                    installed(&mut pip)
                })?;
                link(&packages.join("packages"), &project.join(".packages"))
            }
            Self::Ruby if project.join("Gemfile.lock").exists() => {
                let gems = cached(project, &["Gemfile", "Gemfile.lock"], gems)?;
                link(&gems.join("gems"), &project.join(".gems"))
            }
            Self::Java => cached(&redirects().join("java"), &["redirect/https/Handler.java"], |folder| {
                installed(Command::new("javac").args(["-d", ".", "redirect/https/Handler.java"]).current_dir(folder))
            })
            .map(|_| ()),
            Self::Perl if mentions(&self.main(project), "LWP::") => {
                let found = Command::new("perl").args(["-MLWP::UserAgent", "-e", "1"]).output();
                let found = found.is_ok_and(|output| output.status.success());
                if found { Ok(()) } else { Err("the Perl module LWP::UserAgent is missing".to_owned()) }
            }
            Self::Php => {
                let found = Command::new("php").args(["-r", "exit(function_exists('curl_init') ? 0 : 1);"]).output();
                let found = found.is_ok_and(|output| output.status.success());
                if found { Ok(()) } else { Err("PHP with curl is missing".to_owned()) }
            }
            _ => Ok(()),
        }
    }

    /// Why nothing of this language can run here.
    pub(crate) fn missing(self) -> Option<Skip> {
        let commands: &[&str] = match self {
            Self::Go => &["go"],
            Self::Java => &["java", "javac"],
            Self::Node => &["node", "npm"],
            Self::Perl => &["perl"],
            Self::Php => &["php"],
            Self::Python => &["python3"],
            Self::Ruby => &["ruby", "gem"],
            Self::Shell => &["bash", "curl"],
        };
        commands.iter().find(|name| command(name).is_none()).map(|name| format!("`{name}` is missing"))
    }

    /// Runs a project's program to its end, with nothing of this process's environment but what it needs to start, and
    /// with its connections to `host` led to `port`.
    pub(crate) fn run(self, project: &Path, host: &str, port: u16, variables: &[(&str, &str)]) -> Output {
        let main = self.main(project);
        let mut path = std::env::var_os("PATH").unwrap_or_default();
        let redirects = redirects();
        let mut command = match self {
            Self::Go => {
                let overlay = project.join(".overlay.json");
                let added = serde_json::json!({
                    "Replace": { project.join("redirect.go").to_string_lossy(): redirects.join("redirect.go") }
                });
                std::fs::write(&overlay, added.to_string()).expect("the copy is writable");
                let mut go = Command::new("go");
                go.args(["run", "-overlay"]).arg(overlay);
                go.env("GOCACHE", target().join("go")).env("GOTOOLCHAIN", "local").env("CGO_ENABLED", "0");
                go
            }
            Self::Java => {
                let handler = cache(&redirects.join("java"), &["redirect/https/Handler.java"]);
                let mut java = Command::new("java");
                java.args(["-XX:TieredStopAtLevel=1", "-Djava.protocol.handler.pkgs=redirect"]);
                java.arg("-cp").arg(handler);
                java
            }
            Self::Node => {
                let mut node = Command::new("node");
                node.arg("--require").arg(redirects.join("node.js"));
                node
            }
            Self::Perl => {
                let mut perl = Command::new("perl");
                perl.arg("-I").arg(redirects).arg("-MRedirect");
                perl
            }
            Self::Php => {
                let mut php = Command::new("php");
                php.arg("-d").arg(prefixed("auto_prepend_file=", &redirects.join("redirect.php")));
                php
            }
            Self::Python => {
                let mut python = Command::new("python3");
                let found = std::env::join_paths([project.join(".packages"), redirects]);
                python.env("PYTHONPATH", found.expect("no path of ours has a colon"));
                python.env("PYTHONDONTWRITEBYTECODE", "1");
                python
            }
            Self::Ruby => {
                let mut ruby = Command::new("ruby");
                ruby.env("GEM_PATH", project.join(".gems")).arg("-r").arg(redirects.join("redirect.rb"));
                ruby
            }
            Self::Shell => {
                path = std::env::join_paths(std::iter::once(redirects).chain(std::env::split_paths(&path)))
                    .expect("no path of ours has a colon");
                Command::new("bash")
            }
        };
        let kept: BTreeMap<String, OsString> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| matches!(name.as_str(), "HOME" | "LANG" | "TMPDIR"))
            .collect();
        let own: Vec<(OsString, OsString)> =
            command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
        command
            .arg(if self == Self::Go { project.to_owned() } else { main })
            .env_clear()
            .envs(kept)
            .envs(own)
            .env("PATH", path)
            .env("PROOF_HOST", host)
            .env("PROOF_PORT", port.to_string())
            .envs(self::command("curl").map(|curl| ("PROOF_CURL", curl)))
            .envs(variables.iter().copied())
            .current_dir(project);
        ended(&mut command)
    }
}

/// Runs a command to its end, or kills it when it does not come to one.
fn ended(command: &mut Command) -> Output {
    let file = || tempfile::tempfile().expect("a temporary file");
    let (mut out, mut err) = (file(), file());
    let handle = |file: &File| file.try_clone().expect("a handle more");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(handle(&out))
        .stderr(handle(&err))
        .spawn()
        .expect("the interpreter was there a moment ago");
    let until = Instant::now() + Duration::from_secs(120);
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is our child") {
            break status;
        }
        if Instant::now() > until {
            _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |file: &mut File| {
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("readable");
        bytes
    };
    Output { status, stdout: read(&mut out), stderr: read(&mut err) }
}

fn redirects() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof/redirect")
}

/// Where a command lies in the search path.
pub(crate) fn command(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn prefixed(text: &str, path: &Path) -> OsString {
    let mut whole = OsString::from(text);
    whole.push(path);
    whole
}

fn mentions(path: &Path, text: &str) -> bool {
    std::fs::read_to_string(path).is_ok_and(|source| source.contains(text))
}

/// Where everything lies that outlives a run.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("proof")
}

/// The folder of the cache that what `files` of `project` ask for is installed into.
fn cache(project: &Path, files: &[&str]) -> PathBuf {
    let mut digest = Sha256::new();
    for file in files {
        digest.update(std::fs::read(project.join(file)).unwrap_or_else(|error| panic!("{file}: {error}")));
        digest.update([0]);
    }
    let state: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    target().join(format!("{}-{state}", files[files.len() - 1].replace('/', "-")))
}

/// The folder that holds what `files` of `project` ask for: from the cache, or installed by `install` in a folder that
/// is renamed when it is whole.
fn cached(project: &Path, files: &[&str], install: impl Fn(&Path) -> Result<(), Skip>) -> Result<PathBuf, Skip> {
    // One at a time: two projects may ask for the same.
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _one = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = cache(project, files);
    if folder.is_dir() {
        return Ok(folder);
    }
    let parent = folder.parent().expect("it has one");
    std::fs::create_dir_all(parent).expect("target/ is writable");
    let making = tempfile::tempdir_in(parent).expect("target/ is writable");
    for file in files {
        let copy = making.path().join(file);
        std::fs::create_dir_all(copy.parent().expect("it has one")).expect("target/ is writable");
        std::fs::copy(project.join(file), copy).expect("target/ is writable");
    }
    install(making.path())?;
    let making = making.keep();
    // Another process may have been faster.
    if std::fs::rename(&making, &folder).is_err() {
        _ = std::fs::remove_dir_all(&making);
    }
    Ok(folder)
}

/// Runs an installer. Its last line says why it failed.
fn installed(command: &mut Command) -> Result<(), Skip> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
    Err(format!("{name} failed: {last}"))
}

/// Installs the gems of a lock file, one by one: `  specs:` lists them four spaces deep.
fn gems(folder: &Path) -> Result<(), Skip> {
    let lock = std::fs::read_to_string(folder.join("Gemfile.lock")).map_err(|error| error.to_string())?;
    let listed = lock.lines().filter_map(|line| line.strip_prefix("    ").filter(|line| !line.starts_with(' ')));
    for (name, version) in listed.filter_map(|line| line.trim_end_matches(')').split_once(" (")) {
        let mut gem = Command::new("gem");
        gem.args(["install", "--quiet", "--no-document", "--install-dir", "gems", "--ignore-dependencies"])
            .args([name, "--version", version])
            .current_dir(folder);
        installed(&mut gem)?;
    }
    Ok(())
}

/// Packages are linked rather than copied: they are read only, and dekey follows no links.
#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<(), Skip> {
    std::os::unix::fs::symlink(from, to).map_err(|error| format!("cannot link {}: {error}", to.display()))
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<(), Skip> {
    Err("packages are linked, which takes a Unix".to_owned())
}
