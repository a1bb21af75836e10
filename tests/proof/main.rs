//! Proof by running: small integrations of `fixtures/proof/`, written against the real clients at their old versions.
//!
//! Each is run with the old pair and has to be refused; then dekey fixes it, and it has to be let in with the token's
//! variable set, and to fail without. `fixtures/proof/LANGUAGE/NAME/` is one integration: its source has no code for the
//! test, `runtime` leads its connections to `server` on the loopback interface.
//!
//! What cannot run here is skipped with a line that says why. `DEKEY_PROOF=require` makes that a failure.

mod fix;
#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "../support/plant.rs"]
mod plant;
mod runtime;
mod server;

use std::io::Write as _;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};
use plant::Planted;
use runtime::Runtime;
use server::{Login, Seen, Server};

/// The vendor's host, which the integrations name.
const HOST: &str = "api.intercom.io";

/// The environment variable that fixed code reads.
const VARIABLE: &str = "INTERCOM_ACCESS_TOKEN";

/// Integrations that no fix finishes yet, and what is in the way. One that is finished has to be taken off the list.
const UNFINISHED: &[(&str, &str)] = &[
    ("perl/http-tiny", "a pair in a URL is for a person to take out"),
    ("python/python-intercom-3-app-id", "there is no fix"),
    ("python/requests-url", "a pair that `%` puts into a URL is for a person to take out"),
    ("python/requests-wrapper", "who calls the wrapper still reads the key, and fails once it is gone"),
];

/// Integrations whose fix is for a person to accept, and why. One that safe fixes finish has to be taken off the list.
const UNSAFE: &[(&str, &str)] = &[("python/python-intercom-3-literal", "the token may still be in use")];

/// Integrations that fail with the pair before they ask anything, and why.
const SILENT: &[(&str, &str)] = &[
    ("node/intercom-client-5-old-form", "the client takes options only"),
    ("python/python-intercom-3-pair", "the client takes the pair no more"),
];

/// Integrations whose packages come from a registry that a machine may well not reach: never required.
const OPTIONAL: &[&str] = &["ruby/intercom-3"];

static RUN: AtomicUsize = AtomicUsize::new(0);
static UNDONE: AtomicUsize = AtomicUsize::new(0);
static SKIPPED: AtomicUsize = AtomicUsize::new(0);

fn main() {
    let mut arguments = Arguments::from_args();
    // Most of the time goes into starting interpreters.
    arguments.test_threads.get_or_insert(4);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/proof");
    let mut names: Vec<String> = folders(&root)
        .iter()
        .flat_map(|language| folders(&root.join(language)).into_iter().map(move |name| format!("{language}/{name}")))
        .collect();
    names.sort();
    let listed = UNFINISHED.iter().chain(UNSAFE).chain(SILENT).map(|(name, _)| name).chain(OPTIONAL);
    for name in listed {
        assert!(names.iter().any(|known| known == name), "{name} is on a list, and no integration");
    }
    let trials = names.into_iter().map(|name| {
        let project = root.join(&name);
        Trial::test(name.clone(), move || proof(&name, &project))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let [run, undone, skipped] = [&RUN, &UNDONE, &SKIPPED].map(|count| count.load(Ordering::Relaxed));
    say(&format!("proof: {run} run, {undone} of them unfinished, {skipped} skipped"));
    conclusion.exit();
}

/// The names of the folders in a folder.
fn folders(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let entries = entries.map(|entry| entry.expect("readable"));
    entries.filter(|entry| entry.path().is_dir()).filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn say(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}

/// Proves one integration, or says why it cannot be run here.
fn proof(name: &str, project: &Path) -> Result<(), Failed> {
    let (language, _) = name.split_once('/').ok_or("a name is LANGUAGE/NAME")?;
    let runtime = Runtime::of(language).ok_or("no runtime for this folder")?;
    let copy = tempfile::tempdir()?;
    copied(project, copy.path())?;
    let ready = runtime.missing().map_or_else(|| runtime.install(copy.path()), Err);
    if let Err(reason) = ready {
        if std::env::var("DEKEY_PROOF").is_ok_and(|value| value == "require") && !OPTIONAL.contains(&name) {
            return Err(format!("cannot be run: {reason}").into());
        }
        SKIPPED.fetch_add(1, Ordering::Relaxed);
        say(&format!("SKIPPED {name}: {reason}"));
        return Ok(());
    }
    RUN.fetch_add(1, Ordering::Relaxed);
    let token = Planted::new("{{token}}").text;
    let integration = Integration { name, runtime, project: copy.path(), server: Server::start(&token), token };
    integration.refused()?;
    match (on(UNFINISHED, name), integration.finished()) {
        (None, finished) => finished.map_err(Failed::from),
        (Some(_), Ok(())) => Err("is finished: take it off the list UNFINISHED".into()),
        (Some(why), Err(_)) => {
            UNDONE.fetch_add(1, Ordering::Relaxed);
            say(&format!("UNFINISHED {name}: {why}"));
            Ok(())
        }
    }
}

fn on(list: &'static [(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    list.iter().find(|(listed, _)| *listed == name).map(|(_, why)| *why)
}

/// A copy of an integration, and the server it talks to.
struct Integration<'i> {
    name: &'i str,
    runtime: Runtime,
    project: &'i Path,
    server: Server,
    token: String,
}

impl Integration<'_> {
    /// Runs it, and returns what the server saw of it.
    fn run(&self, variables: &[(&str, &str)]) -> (Vec<Seen>, Output) {
        let output = self.runtime.run(self.project, HOST, self.server.port, variables);
        (self.server.take(), output)
    }

    /// As it is, it presents a login, is refused, and fails. The error says what it did otherwise.
    fn refused(&self) -> Result<(), String> {
        let key = Planted::new("{{key}}").text;
        let (seen, output) = self.run(&[("INTERCOM_APP_ID", "abcd1234"), ("INTERCOM_API_KEY", &key)]);
        let asked = !seen.is_empty() || on(SILENT, self.name).is_some();
        let refused = seen.iter().all(|seen| seen.status == 401 && seen.login != Login::None);
        if output.status.success() || !asked || !refused {
            return Err(self.told("with the pair it has to be refused", &seen, &output));
        }
        Ok(())
    }

    /// Fixed, and with the token's variable set, it is let in, though the key is gone; without, it fails. Nothing is left to
    /// be found.
    fn finished(&self) -> Result<(), String> {
        let (mut said, mut left) = fix::fix(self.project, false);
        if on(UNSAFE, self.name).is_some() {
            if left.is_empty() {
                return Err("safe fixes are enough: take it off the list UNSAFE".to_owned());
            }
            (said, left) = fix::fix(self.project, true);
        }
        fix::fill(self.project, VARIABLE, &self.token);
        let (seen, output) = self.run(&[("INTERCOM_APP_ID", "abcd1234"), (VARIABLE, &self.token)]);
        if !output.status.success() || seen.is_empty() || seen.iter().any(|seen| seen.status != 200) {
            let told = self.told("after the fix, with the variable set, it has to be let in", &seen, &output);
            return Err(format!("{told}\n--- dekey\n{said}"));
        }
        fix::fill(self.project, VARIABLE, "");
        let (seen, output) = self.run(&[("INTERCOM_APP_ID", "abcd1234")]);
        if output.status.success() || seen.iter().any(|seen| seen.status == 200) {
            return Err(self.told("after the fix, without the variable, it has to fail", &seen, &output));
        }
        if left.is_empty() { Ok(()) } else { Err(format!("the fix works, and dekey still finds\n{left}")) }
    }

    /// All that whoever reads a failure needs: the requests, the program's output, and its source as it is now.
    fn told(&self, wrong: &str, seen: &[Seen], output: &Output) -> String {
        let mut told = format!("{wrong}: it ended with {}\n", output.status);
        seen.iter().for_each(|seen| told.push_str(&format!("request: {} to {:?}\n", seen.status, seen.login)));
        for text in [&output.stdout, &output.stderr] {
            told.push_str(&String::from_utf8_lossy(text));
        }
        let files = fix::files(self.project);
        for (path, bytes) in files.iter().filter(|(path, _)| !path.ends_with("lock.json")) {
            told.push_str(&format!("--- {path}\n{}", String::from_utf8_lossy(bytes)));
        }
        told
    }
}

/// Copies an integration's files, with templates of credentials expanded.
fn copied(from: &Path, to: &Path) -> std::io::Result<()> {
    for (path, bytes) in fix::files(from) {
        let copy = to.join(path);
        std::fs::create_dir_all(copy.parent().unwrap_or(to))?;
        std::fs::write(copy, Planted::new(&String::from_utf8_lossy(&bytes)).text)?;
    }
    Ok(())
}
