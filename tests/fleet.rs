//! The scripts of `examples/fleet`, with several processes at once, against one run over the same repositories.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

#[expect(dead_code, reason = "the cases use the rest")]
#[path = "support/plant.rs"]
mod plant;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "support/repository.rs"]
mod repository;

use plant::Planted;
use repository::{Repository, Run, clean};

const SALT: &str = "the salt that all of them share";

/// Four repositories, two of which share a token, and a place for their reports.
struct Fleet {
    repositories: Vec<Repository>,
    dir: tempfile::TempDir,
}

impl Fleet {
    fn new() -> Self {
        let token = Planted::new("TOKEN = '{{token}}'\n").text;
        let login = "Intercom::Client.new(app_id: ENV['A'], api_key: ENV['B'])\n";
        let repositories: Vec<Repository> = [
            vec![("lib/a.rb", token.as_str()), ("lib/b.rb", login)],
            vec![("a.py", &token)],
            vec![("README.md", "Nothing here.\n")],
            vec![("lib/b.rb", login), ("lib/copy.rb", login)],
        ]
        .into_iter()
        .map(|files| {
            let repository = Repository::new();
            for (path, text) in files {
                repository.file(path, text);
            }
            repository.commit();
            repository
        })
        .collect();
        let fleet = Self { repositories, dir: tempfile::tempdir().unwrap() };
        let mut list = "# The fleet\n\n".to_owned();
        for (at, repository) in fleet.repositories.iter().enumerate() {
            // One of them is there already, and need not be cloned.
            let scheme = if at == 3 { "" } else { "file://" };
            writeln!(list, "acme/{at} {scheme}{}", repository.path.display()).unwrap();
        }
        std::fs::write(fleet.path("list"), list).unwrap();
        fleet
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A script of the examples, to be run.
    fn script(&self, name: &str, reports: &str) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/fleet").join(name);
        let mut command = clean(Command::new("sh"), self.dir.path());
        command.arg(script).env("DEKEY", env!("CARGO_BIN_EXE_dekey")).env("DEKEY_SALT", SALT);
        command
            .env("LIST", self.path("list"))
            .env("REPORTS", reports)
            .env("RESULT", reports)
            .env("TMPDIR", self.dir.path());
        command
    }

    fn result(&self, reports: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(reports).join("fleet.json")).unwrap()).unwrap()
    }
}

fn run(command: &mut Command) -> Run {
    Run::of(&command.output().unwrap())
}

/// What was found, without what depends on where a repository lay.
fn findings(report: &Value) -> BTreeSet<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of =
        |one: &Value| ["repository", "rule", "path", "start", "secret", "fingerprint"].map(|key| one[key].to_string());
    findings.map(|one| of(one).join(" ")).collect()
}

#[test]
fn processes_for_each_repository_find_what_one_run_finds() {
    let fleet = Fleet::new();
    // The pods of an indexed job, all at once.
    let pods: Vec<_> = (0..4)
        .map(|index| fleet.script("scan.sh", "reports").env("JOB_COMPLETION_INDEX", index.to_string()).spawn().unwrap())
        .collect();
    for mut pod in pods {
        assert!(pod.wait().unwrap().success());
    }
    let merged = run(&mut fleet.script("merge.sh", "reports"));
    assert_eq!((merged.code, merged.error.as_str()), (0, ""));
    assert!(merged.out.contains("in 4 repositories (6 files examined)"), "{}", merged.out);
    assert_eq!(run(fleet.script("merge.sh", "reports").args(["--fail-on", "error"])).code, 1);

    let report = fleet.result("reports");
    assert_eq!(report["groups"][0]["repositories"], serde_json::json!(["acme/0", "acme/1"]));
    assert_eq!(report["summary"]["complete"], true);
    let page = std::fs::read_to_string(fleet.path("reports").join("fleet.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("acme/3"));
    assert_eq!(findings(&report).len(), 5);

    // The same by xargs.
    let hosts = run(fleet.script("hosts/run.sh", "again").arg("--fail-on").arg("error"));
    assert_eq!((hosts.code, hosts.out), (1, merged.out), "{}", hosts.error);
    assert_eq!(fleet.result("again"), report);
    // Nothing is left of the clones.
    let left: BTreeSet<_> =
        std::fs::read_dir(fleet.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["again", "list", "reports"].map(Into::into).into());
}

#[test]
fn a_repository_without_a_report_is_named() {
    let fleet = Fleet::new();
    let list = std::fs::read_to_string(fleet.path("list")).unwrap();
    std::fs::write(fleet.path("list"), format!("{list}acme/gone file:///nowhere/at/all\n")).unwrap();
    let result = run(&mut fleet.script("hosts/run.sh", "reports"));
    assert_eq!(result.code, 2, "{}", result.error);
    assert!(
        result.out.contains("this result is incomplete") && result.out.contains("acme_gone.json"),
        "{}",
        result.out
    );
    assert_eq!(findings(&fleet.result("reports")).len(), 5);
    // Whose turn is not in the list has nothing to do, and says so.
    let turn = run(fleet.script("scan.sh", "reports").env("JOB_COMPLETION_INDEX", "5"));
    assert!(turn.code == 2 && turn.error.contains("no such line"), "{}", turn.error);
}
