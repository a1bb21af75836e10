//! `dekey report merge`, and what `dekey check` writes for it: names, commits, and digests under a salt.

use std::path::PathBuf;
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

const SALT: &str = "0123456789-this-is-the-salt";

/// A directory for reports.
struct Reports(tempfile::TempDir);

impl Reports {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The report of a repository with this file in it.
    fn check(&self, name: &str, file: &str, text: &str, with: &[&str]) -> Value {
        let repository = Repository::new();
        repository.file(file, text).commit();
        self.check_in(&repository, name, with)
    }

    fn check_in(&self, repository: &Repository, name: &str, with: &[&str]) -> Value {
        let format = if name.ends_with('l') { "jsonl" } else { "json" };
        let output = format!("{format}={}", self.path(name).display());
        let run = repository.dekey(&[&["check", "--output-format", &output], with].concat());
        assert!(run.code < 2, "{}", run.error);
        match format {
            "json" => self.json(name),
            _ => Value::Null,
        }
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn merge(&self, arguments: &[&str]) -> Run {
        repository::dekey(self.0.path(), &[&["report", "merge"], arguments].concat())
    }
}

/// `dekey` in a repository, with variables.
fn dekey(repository: &Repository, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = clean(Command::new(env!("CARGO_BIN_EXE_dekey")), &repository.path);
    Run::of(&command.envs(variables.iter().copied()).args(arguments).output().unwrap())
}

fn login(name: &str) -> String {
    format!("Intercom::Client.new(app_id: ENV['{name}_ID'], api_key: ENV['{name}_KEY'])\n")
}

fn token() -> Planted {
    Planted::new("TOKEN = '{{token}}'\n")
}

#[test]
fn reports_of_files_directories_and_standard_input_are_joined() {
    let reports = Reports::new();
    std::fs::create_dir(reports.path("all")).unwrap();
    reports.check("all/b.json", "b.rb", &login("B"), &["--repository", "acme/b"]);
    reports.check("all/c.json", "c.rb", "puts 1\n", &[]);
    reports.check("a.jsonl", "a.rb", &token().text, &["--repository", "acme/a"]);
    std::fs::write(reports.path("all/notes.txt"), "no report").unwrap();

    let run = reports.merge(&["all", "a.jsonl", "all/b.json"]);
    assert_eq!((run.code, run.error.as_str()), (0, ""));
    let first = "Found 2 errors in 3 repositories (3 files examined).\n";
    assert!(run.out.starts_with(first), "{}", run.out);
    for line in ["     1        0     0  acme/a (", "     1        0     0  acme/b (", "  and 1 without findings"] {
        assert!(run.out.contains(line), "{line}: {}", run.out);
    }
    // What is written into the directory is not read from it the next time.
    for _ in 0..2 {
        let run =
            reports.merge(&["all", "a.jsonl", "--output-format", "json=all/fleet.json", "--output-format", "markdown"]);
        assert_eq!(run.code, 0, "{}", run.error);
        assert!(run.out.contains("| `acme/a` | 1 | 0 | 0 |"), "{}", run.out);
        let names: Vec<Value> = reports.json("all/fleet.json")["repositories"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].clone())
            .collect();
        assert_eq!(names, ["acme/a", "acme/b", "c"]);
    }
    // The page of a report is the same as that of a run.
    assert_eq!(reports.merge(&["all", "-o", "page.html", "--output-format", "html"]).code, 0);
    let page = repository::dekey(reports.0.path(), &["report", "html", "all/fleet.json"]);
    assert!(page.code == 0 && page.out.starts_with("<!doctype html>"), "{}", page.error);
    assert_eq!(std::fs::read_to_string(reports.path("page.html")).unwrap(), page.out);
    let none = repository::dekey(reports.0.path(), &["report", "html", "all/notes.txt", "-o", "none.html"]);
    assert!(none.code == 2 && !reports.path("none.html").exists(), "{}", none.error);

    let mut command = clean(Command::new(env!("CARGO_BIN_EXE_dekey")), reports.0.path());
    let report = std::fs::File::open(reports.path("a.jsonl")).unwrap();
    let run =
        Run::of(&command.args(["report", "merge", "-", "--output-format", "jsonl"]).stdin(report).output().unwrap());
    assert_eq!((run.code, run.out.lines().count()), (0, 2), "{}", run.error);
}

#[test]
fn the_name_of_a_file_tells_its_format_unless_one_is_asked_for() {
    let reports = Reports::new();
    reports.check("a.json", "a.rb", &login("A"), &[]);
    let begins = |name: &str| std::fs::read_to_string(reports.path(name)).unwrap().chars().take(5).collect::<String>();
    for (file, start) in
        [("b.json", "{\n  \""), ("b.HTML", "<!doc"), ("b.jsonl", "{\"typ"), ("b.txt", "Found"), ("b", "Found")]
    {
        assert_eq!(reports.merge(&["a.json", "-o", file]).code, 0);
        assert_eq!(begins(file), start, "{file}");
    }
    assert_eq!(reports.merge(&["a.json", "-o", "c.json", "--output-format", "text"]).code, 0);
    assert_eq!(begins("c.json"), "Found");
    let run = repository::dekey(reports.0.path(), &["check", "a.json", "-o", "d.sarif"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.error);
    let log: Value = serde_json::from_slice(&std::fs::read(reports.path("d.sarif")).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
}

#[test]
fn the_exit_code_tells_findings_when_asked_and_gaps_always() {
    let reports = Reports::new();
    reports.check("a.json", "a.rb", &login("A"), &[]);
    reports.check("b.json", ".env", "INTERCOM_API_KEY=x\n", &[]);
    let code = |arguments: &[&str]| reports.merge(arguments).code;
    assert_eq!(code(&["a.json"]), 0);
    assert_eq!(code(&["a.json", "--fail-on", "error"]), 1);
    assert_eq!(code(&["b.json", "--fail-on", "error"]), 0);
    std::fs::write(reports.path("broken.json"), "{").unwrap();
    let run = reports.merge(&["a.json", "broken.json", "absent.json", "--output-format", "json=all.json"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    for said in
        ["error: cannot read the report broken.json: ", "error: cannot read the report absent.json: ", "incomplete"]
    {
        assert!(run.error.contains(said), "{said}: {}", run.error);
    }
    // The others are joined, and the result says what is not in it, however often it is joined again.
    let all = reports.json("all.json");
    assert_eq!((&all["summary"]["complete"], all["findings"].as_array().unwrap().len()), (&false.into(), 1));
    let failures: Vec<&str> =
        all["repositories"].as_array().unwrap().iter().filter_map(|one| one["failure"].as_str()).collect();
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert_eq!(code(&["all.json", "b.json"]), 2);

    std::fs::create_dir(reports.path("empty")).unwrap();
    let run = reports.merge(&["empty", "--output-format", "json=none.json"]);
    assert!(run.code == 2 && !reports.path("none.json").exists(), "{}", run.error);
    assert_eq!(code(&[]), 2);
}

#[test]
fn of_a_repository_the_newest_commit_counts_and_that_is_said() {
    let (reports, repository) = (Reports::new(), Repository::new());
    let check = |file: &str| reports.check_in(&repository, file, &["--repository", "acme/a"]);
    repository.file("a.rb", &login("A")).commit_at("2024-01-01");
    let old = check("new-name.json");
    repository.file("a.rb", "puts 1\n").commit_at("2024-02-01");
    let new = check("a.json");
    assert_eq!(old["repositories"][0]["revision"]["date"], "2024-01-01T12:00:00+00:00");
    let commits = [&old, &new].map(|report| report["repositories"][0]["revision"]["commit"].as_str().unwrap());
    assert_eq!(commits[1], repository.git(&["rev-parse", "HEAD"]));

    let run = reports.merge(&["a.json", "new-name.json"]);
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("Nothing found in 1 repository"), "{}", run.out);
    let said = format!("the reports of acme/a are of different commits; {} of 2024-02-01", commits[1]);
    assert!(run.error.contains(&said) && run.error.contains(commits[0]), "{}", run.error);
}

#[test]
fn unnamed_repositories_are_told_apart_by_their_files() {
    let reports = Reports::new();
    for folder in ["one", "two"] {
        std::fs::create_dir(reports.path(folder)).unwrap();
        reports.check(&format!("{folder}/dekey.json"), "a.rb", &login("A"), &[]);
    }
    let run = reports.merge(&["one", "two"]);
    assert!(run.out.contains("  one/dekey (") && run.out.contains("  two/dekey ("), "{}", run.out);
}

#[test]
fn a_secret_in_two_repositories_is_told_once() {
    let reports = Reports::new();
    let salt = reports.path("salt");
    std::fs::write(&salt, format!("{SALT}\n")).unwrap();
    let salt = ["--salt-file", salt.to_str().unwrap()];
    for name in ["a", "b"] {
        reports.check(
            &format!("{name}.json"),
            &format!("{name}.rb"),
            &token().text,
            &[&salt[..], &["--repository", name]].concat(),
        );
    }
    let run = reports.merge(&["a.json", "b.json"]);
    let said = "one secret in 2 repositories (2 findings): intercom/hardcoded-access-token\n    a\n    b\n";
    assert!(run.out.contains(said), "{}", run.out);
    let run = reports.merge(&["a.json", "b.json", "--output-format", "json"]);
    let joined: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(joined["groups"].as_array().unwrap().len(), 1);
    assert_eq!(joined["groups"][0]["secret"], joined["findings"][0]["secret"]);
}

#[test]
fn digests_mean_nothing_without_the_salt_and_the_same_with_it() {
    let (reports, repository) = (Reports::new(), Repository::new());
    repository.file("a.rb", &format!("{}{}", token().text, login("A"))).commit();
    let digests = |variables: &[(&str, &str)], with: &[&str]| {
        let run = dekey(&repository, variables, &[&["check", "--output-format", "json"], with].concat());
        assert_eq!(run.code, 1, "{}", run.error);
        let report: Value = serde_json::from_str(&run.out).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let of: Vec<String> =
            findings.flat_map(|one| [one["fingerprint"].to_string(), one["secret"].to_string()]).collect();
        (report["salt"].clone(), of)
    };
    let file = reports.path("salt");
    std::fs::write(&file, format!("{SALT}\r\n")).unwrap();
    let plain = digests(&[], &[]);
    let salted = digests(&[("DEKEY_SALT", SALT)], &[]);
    let other = digests(&[("DEKEY_SALT", "another salt of someone")], &[]);
    assert_eq!(salted, digests(&[("DEKEY_SALT", "overruled by the file")], &["--salt-file", file.to_str().unwrap()]));
    assert_eq!((plain.0.is_null(), salted.0.as_str().unwrap().len()), (true, 8));
    assert_ne!(salted.0, other.0);
    for ((a, b), c) in plain.1.iter().zip(&salted.1).zip(&other.1).filter(|((a, _), _)| *a != "null") {
        assert!(a != b && b != c && a != c, "{a} {b} {c}");
    }
    // A baseline has its own salt, and holds for everybody.
    assert_eq!(dekey(&repository, &[], &["baseline", "--accept-new"]).code, 0);
    assert_eq!(dekey(&repository, &[("DEKEY_SALT", SALT)], &["check"]).code, 0);
}

#[test]
fn reports_with_different_salts_are_refused_with_the_way_out() {
    let (reports, repository) = (Reports::new(), Repository::new());
    repository.file("a.rb", &login("A")).commit();
    for (name, salt) in [("one.json", Some(SALT)), ("two.json", Some("the salt of another run")), ("none.json", None)] {
        let output = format!("json={}", reports.path(name).display());
        let variables: Vec<_> = salt.map(|salt| ("DEKEY_SALT", salt)).into_iter().collect();
        assert_eq!(dekey(&repository, &variables, &["check", "--output-format", &output]).code, 1);
    }
    for (other, how) in [("two.json", "with different salts"), ("none.json", "one with a salt and one without one")] {
        let run = reports.merge(&["one.json", other, "-o", "all"]);
        assert!(run.code == 2 && !reports.path("all").exists());
        assert!(run.error.contains(&format!("one.json and {other} were made {how}")), "{}", run.error);
        assert!(run.error.contains("--salt-file"), "{}", run.error);
    }
}

#[test]
fn the_salt_is_in_no_output_and_no_error() {
    let (reports, repository) = (Reports::new(), Repository::new());
    repository.file("a.rb", &format!("{}{}", token().text, login("A"))).commit();
    let variables = [("DEKEY_SALT", SALT), ("GITHUB_STEP_SUMMARY", "summary.md")];
    let mut said = String::new();
    let mut run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let Run { code, out, error } = dekey(&repository, variables, arguments);
        said.push_str(&out);
        said.push_str(&error);
        code
    };
    for format in &dekey::render::FORMATS {
        assert_eq!(run(&variables, &["check", "-v", "--output-format", format.name]), 1, "{}", format.name);
    }
    run(&variables, &["check", "--fix", "--diff"]);
    run(&variables, &["plan"]);
    run(&variables, &["check", "--absent"]);
    let file = |name: &str, text: &str| {
        std::fs::write(reports.path(name), text).unwrap();
        reports.path(name).display().to_string()
    };
    for (wrong, why) in [
        (file("short", &SALT[..15]), "fewer than 16 bytes"),
        (file("long", &SALT.repeat(200)), "larger than 4096 bytes"),
        (reports.path("absent").display().to_string(), "cannot read the salt in "),
    ] {
        let ran = dekey(&repository, &[], &["check", "--salt-file", &wrong]);
        assert!(ran.code == 2 && ran.error.contains(why), "{}", ran.error);
        said.push_str(&ran.error);
    }
    let ran = dekey(&repository, &[("DEKEY_SALT", "")], &["check"]);
    assert!(ran.code == 2 && ran.error.contains("the salt in DEKEY_SALT has fewer than 16 bytes"), "{}", ran.error);
    said.push_str(&std::fs::read_to_string(repository.path.join("summary.md")).unwrap());
    assert!(said.contains("openssl rand"));
    let hex: String = SALT.bytes().map(|byte| format!("{byte:02x}")).collect();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, SALT);
    for form in [&SALT[..12], &SALT[12..], &hex[..24], &base64[..16]] {
        assert!(!said.contains(form), "{form}");
    }
}

#[test]
fn a_build_servers_name_is_taken_for_its_own_commit_only() {
    let repository = Repository::new();
    repository.file("a.rb", "puts 1\n").commit();
    let head = repository.git(&["rev-parse", "HEAD"]);
    let name = |variables: &[(&str, &str)], with: &[&str]| {
        let run = dekey(&repository, variables, &[&["check", "--output-format", "json"], with].concat());
        let report: Value = serde_json::from_str(&run.out).unwrap();
        report["repositories"][0]["name"].as_str().map(str::to_owned)
    };
    let github = [("GITHUB_REPOSITORY", "acme/a"), ("GITHUB_SHA", head.as_str())];
    assert_eq!(name(&github, &[]).as_deref(), Some("acme/a"));
    assert_eq!(name(&github, &["--repository", "acme/b"]).as_deref(), Some("acme/b"));
    assert_eq!(name(&[("CI_PROJECT_PATH", "acme/c"), ("CI_COMMIT_SHA", &head)], &[]).as_deref(), Some("acme/c"));
    // A job that looks at another repository than its own.
    assert_eq!(name(&[("GITHUB_REPOSITORY", "acme/fleet"), ("GITHUB_SHA", "0123")], &[]), None);
    assert_eq!(name(&[], &[]), None);
}

#[test]
fn names_from_a_report_act_on_nothing() {
    let reports = Reports::new();
    let hostile = "\u{1b}[2J::error::x\n| a | <img src=x> `x` @all [b](http://evil.example) \u{202e}";
    let mut report = reports.check("a.json", "a.rb", &token().text, &[]);
    report["repositories"][0]["name"] = hostile.into();
    report["repositories"][0]["revision"] = serde_json::json!({ "commit": hostile, "date": hostile });
    report["rules"][0]["summary"] = hostile.into();
    report["findings"][0]["rule"] = hostile.into();
    report["rules"][0]["id"] = hostile.into();
    let skipped = serde_json::json!({ "path": hostile, "reason": hostile, "incomplete": true, "detail": hostile });
    report["skipped"] = serde_json::json!([skipped]);
    let mut other = report.clone();
    other["repositories"][0]["name"] = format!("{hostile}2").into();
    let mut old = report.clone();
    old["repositories"][0]["revision"] = Value::Null;
    for (name, report) in [("a.json", report), ("b.json", other), ("c.json", old)] {
        std::fs::write(reports.path(name), report.to_string()).unwrap();
    }
    for format in ["text", "json", "jsonl", "markdown", "html"] {
        let run = reports.merge(&["a.json", "b.json", "c.json", "--output-format", format]);
        assert_eq!(run.code, 2, "{}", run.error);
        for text in [&run.out, &run.error] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{format}: {text}");
            assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{format}: {text}");
        }
        if format == "markdown" {
            let html = |event| matches!(event, pulldown_cmark::Event::Html(_) | pulldown_cmark::Event::InlineHtml(_));
            let link = |event| matches!(event, pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { .. }));
            let events = || pulldown_cmark::Parser::new_ext(&run.out, pulldown_cmark::Options::all());
            assert!(!events().any(html) && !events().any(link), "{}", run.out);
            let rows = run.out.lines().filter(|line| line.starts_with('|'));
            let bars = |row: &str| row.replace("\\|", "").matches('|').count();
            assert!(rows.map(bars).all(|bars| bars == 6 || bars == 5), "{}", run.out);
        }
    }
}

#[test]
fn what_was_read_with_less_care_is_told_by_every_report() {
    let reports = Reports::new();
    let (file, text) = ("settings.yml", "intercom_workspace: [\n  here: }\n- there\n");
    let one = reports.check("one.json", file, text, &["--repository", "one"]);
    reports.check("two.jsonl", file, text, &["--repository", "two"]);
    assert_eq!(one["reduced"][0]["path"], file);
    assert_eq!(one["reduced"][0]["reason"], "malformed");
    let merged = reports.merge(&["one.json", "two.jsonl", "--output-format", "json=all.json"]);
    assert!(merged.code < 2, "{}", merged.error);
    let all = reports.json("all.json");
    let told: Vec<_> =
        all["reduced"].as_array().unwrap().iter().map(|entry| (&entry["repository"], &entry["path"])).collect();
    assert_eq!(told, [(&"one".into(), &file.into()), (&"two".into(), &file.into())]);
    repository::dekey(reports.0.path(), &["report", "html", "all.json", "-o", "all.html"]);
    let page = std::fs::read_to_string(reports.path("all.html")).unwrap();
    assert!(page.contains("Read with less care") && page.contains("not well-formed"), "{page}");
}
