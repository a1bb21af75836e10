//! Where reports go: several formats at once, files, the job's summary; and that none of it decides the exit code.

use std::path::Path;

use dekey::render::FORMATS;

use crate::run::{Ran, dekey, project};

const LOGIN: &str = "Intercom::Client.new(app_id: 'abcd1234', api_key: ENV['INTERCOM_API_KEY'])\n";

fn small() -> tempfile::TempDir {
    project([(Path::new("web/app.rb"), LOGIN), (Path::new("clean.rb"), "1 + 1\n")])
}

fn check(dir: &tempfile::TempDir, args: &[&str]) -> Ran {
    dekey(dir.path(), &[&["check"], args].concat(), &[])
}

fn format<'a>(outputs: &[&'a str]) -> Vec<&'a str> {
    outputs.iter().flat_map(|output| ["--output-format", output]).collect()
}

#[test]
fn several_formats_at_once() {
    let dir = small();
    let ran = check(&dir, &format(&["sarif=out.sarif", "github", "junit=tests.xml"]));
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("::error file=web/app.rb,line=1,"), "{}", ran.out);
    assert!(ran.err.starts_with("Found 1 error in 1 file"), "{}", ran.err);
    for (file, name) in [("out.sarif", "sarif"), ("tests.xml", "junit")] {
        let alone = check(&dir, &["web", "clean.rb", "--output-format", name]).out;
        assert_eq!(std::fs::read_to_string(dir.path().join(file)).unwrap(), alone, "{name}");
    }
    let none = check(&dir, &format(&["json=report.json"]));
    assert_eq!((none.code, none.out.as_str(), none.err.as_str()), (1, "", ""));
}

#[test]
fn what_cannot_be_written_as_asked_is_2_and_says_the_way_out() {
    let dir = small();
    for (args, said) in [
        (format(&["sarif", "github"]), "--output-format github=FILE"),
        (format(&["sarif=a", "json=a"]), "both go to a"),
        (vec!["--output-format", "sarif=a", "--output-file", "b"], "--output-format sarif=FILE"),
        ([format(&["sarif", "github"]), vec!["-o", "b"]].concat(), "--output-format sarif=FILE"),
        (format(&["sarif="]), "write `sarif=FILE`"),
        (format(&["sarfi=a"]), "'sarif'"),
        (format(&["=a"]), "possible values"),
    ] {
        let ran = check(&dir, &args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
    assert!(!dir.path().join("a").exists() && !dir.path().join("b").exists());
}

#[test]
fn an_output_that_fails_keeps_no_other_from_being_written() {
    let dir = small();
    let ran = check(&dir, &format(&["sarif=absent/out.sarif", "gitlab=absent/too.json", "json=out.json", "concise"]));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("absent/out.sarif") && ran.err.contains("absent/too.json"), "{}", ran.err);
    assert!(dir.path().join("out.json").exists() && ran.out.starts_with("web/app.rb:1:1: error"), "{}", ran.out);
}

#[test]
fn the_format_never_decides_the_exit_code() {
    let dir = small();
    for output in &FORMATS {
        for (args, code) in
            [(&["--fail-on", "error"][..], 1), (&["--exit-zero"], 0), (&["--statistics"], 1), (&["absent"], 2)]
        {
            let ran = check(&dir, &[args, &["--output-format", output.name]].concat());
            assert_eq!(ran.code, code, "{} {args:?}: {}", output.name, ran.err);
            let counted = ran.out.trim_start().starts_with("1 error");
            let told = ran.err.contains("`--statistics` is for text and concise");
            let asked = args == ["--statistics"];
            assert_eq!((counted, told), (asked && output.counts(), asked && !output.counts()), "{}", output.name);
        }
    }
}

#[test]
fn the_summary_of_a_job_is_added_to() {
    let dir = small();
    let file = dir.path().join("summary.md");
    std::fs::write(&file, "# Before\n").unwrap();
    let env = [("GITHUB_STEP_SUMMARY", file.to_str().unwrap())];
    let args = ["check", "--output-format", "github"];
    let ran = dekey(dir.path(), &args, &env);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let page = check(&dir, &["--output-format", "markdown"]).out;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("# Before\n{page}"));
    // Another format has no summary.
    dekey(dir.path(), &["check"], &env);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("# Before\n{page}"));

    std::fs::write(&file, " ".repeat(1 << 20)).unwrap();
    let full = dekey(dir.path(), &args, &env);
    assert!(full.code == 1 && full.err.contains("the job's summary is full"), "{}", full.err);
    let nowhere = dekey(dir.path(), &args, &[("GITHUB_STEP_SUMMARY", "absent/summary.md")]);
    assert!(nowhere.code == 2 && nowhere.err.contains("cannot write to the job's summary"), "{}", nowhere.err);
}

/// Forges know files by their paths in the project, wherever in it dekey is started.
#[test]
fn paths_are_those_of_the_project_on_a_build_server() {
    let dir = small();
    let root = dir.path().canonicalize().unwrap();
    let web = root.join("web");
    for (variable, name, shown) in [
        ("GITHUB_WORKSPACE", "github", "file=web/app.rb,"),
        ("GITHUB_WORKSPACE", "sarif", r#""uri": "web/app.rb""#),
        ("GITHUB_WORKSPACE", "markdown", "`web/app.rb:1:1`"),
        ("CI_PROJECT_DIR", "gitlab", r#""path": "web/app.rb""#),
    ] {
        let env = [(variable, root.to_str().unwrap())];
        for path in [".", web.to_str().unwrap()] {
            let ran = dekey(&web, &["check", path, "--output-format", name], &env);
            assert!(ran.out.contains(shown), "{name} of {path}: {}", ran.out);
        }
    }
}

#[test]
fn a_secret_in_a_file_is_told_with_its_commit() {
    let key = "9f3c".repeat(10);
    let dir = project([(Path::new("a.rb"), format!("INTERCOM_API_KEY = '{key}'\n").as_str())]);
    let ran = dekey(dir.path(), &["check", "--output-format", "gitlab-secrets"], &[("CI_COMMIT_SHA", "c0ffee")]);
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(found["vulnerabilities"][0]["location"]["commit"]["sha"], "c0ffee", "{}", ran.out);
    assert!(found["scan"]["start_time"].as_str().unwrap() <= found["scan"]["end_time"].as_str().unwrap());
    assert!(!ran.out.contains(&key[..12]));
}

#[test]
fn every_format_is_in_the_readme() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let missing = FORMATS.iter().filter(|format| !readme.contains(&format!("| `{}`", format.name)));
    assert_eq!(missing.map(|format| format.name).collect::<Vec<_>>(), Vec::<&str>::new());
}

/// A directive's reason is told wherever a format can tell it, and hidden otherwise.
#[test]
fn what_a_directive_accepts_is_listed_when_asked() {
    let text = format!("# dekey: ignore[deprecated-api-key-auth] gone by June\n{LOGIN}");
    let dir = project([(Path::new("app.rb"), text.as_str())]);
    for output in &FORMATS {
        let run = |args: &[&str]| check(&dir, &[&["--output-format", output.name], args].concat());
        let (plain, asked) = (run(&[]), run(&["--show-suppressed"]));
        assert_eq!((plain.code, asked.code), (0, 0), "{}: {}", output.name, plain.err);
        let told = |ran: &Ran| ran.out.contains("gone by June");
        let always = ["html", "json", "jsonl"].contains(&output.name);
        let can = always || ["text", "concise", "sarif", "junit", "markdown"].contains(&output.name);
        assert_eq!((told(&plain), told(&asked)), (always, can), "{}: {}", output.name, asked.out);
    }
}
