//! What a run reads of packs: of an embedded one no more than it needs, of a user's everything before it begins.

use std::process::Command;

use dekey::finding::Report;
use dekey::pack::{Vendor, builtin};
use dekey::scan::{Input, Options, Scan};
use dekey::source::{Progress, RelPath, Source, Walk};

const LOGIN: &str = "client = Intercom::Client.new(app_id: id, api_key: key)\n";

fn scanned(vendors: &[Vendor], files: &[(&str, &str)], input: Input) -> Report {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("writable");
    }
    let options = Options { input, ..Options::new(Walk::new(dir.path().to_owned(), vec![".".into()]), vendors) };
    Scan::new(&options, &Progress::default()).expect("the scan runs").report()
}

fn is_read(vendors: &[Vendor]) -> bool {
    vendors.iter().any(Vendor::is_read)
}

#[test]
fn a_pack_is_read_when_a_file_of_interest_is_met() {
    let vendors = builtin::vendors();
    let clean = scanned(&vendors, &[("a.rb", "puts 1\n"), (".env", "KEY=1\n"), ("b.json", "{}")], Input::default());
    assert_eq!((clean.tally.examined, clean.findings.len()), (3, 0));
    assert!(!is_read(&vendors), "a scan that meets nothing read a pack");
    let report = scanned(&vendors, &[("a.rb", LOGIN)], Input::default());
    assert_eq!(report.findings.len(), 1);
    assert!(is_read(&vendors));
    // Formats list the rules, and what does not depend on the tree is the same.
    let rules = |report: &Report| report.rules.iter().map(|doc| format!("{doc:?}")).collect::<Vec<_>>();
    assert_eq!(rules(&clean), rules(&report));
    assert_eq!(clean.around.variables, report.around.variables);
}

#[test]
fn what_does_not_come_from_a_walk_is_met_too() {
    let vendors = builtin::vendors();
    let file = |text: &str| Source::from_bytes(RelPath::new("a.rb".as_ref()), text.as_bytes().to_vec(), true);
    assert_eq!(scanned(&vendors, &[], Input::one(file(LOGIN))).findings.len(), 1);
    assert!(is_read(&vendors));
}

#[test]
fn a_users_pack_is_refused_though_nothing_is_met() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let pack = dir.path().join("pack");
    std::fs::create_dir(&pack).expect("writable");
    let vendor = "[vendor]\nid = \"acme\"\nname = \"Acme\"\nword = \"acme\"\nvariable = \"ACME_TOKEN\"\nneedles = [{ text = \"acme\" }]\n";
    // A mistake far from the start, which only compiling the pack tells.
    std::fs::write(pack.join("vendor.toml"), vendor).expect("writable");
    std::fs::write(pack.join("within.toml"), "[[name]]\nrole = \"token\"\nmatches = ['a', '(']\n").expect("writable");
    std::fs::create_dir(dir.path().join("empty")).expect("writable");
    let mut run = Command::new(env!("CARGO_BIN_EXE_dekey"));
    let run = run.args(["check", "--rules", "pack", "empty"]).current_dir(dir.path()).env_clear();
    let ran = run.output().expect("it runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(2), &b""[..]), "{said}");
    assert!(said.contains("within.toml:3") && said.contains("does not compile"), "{said}");
}
