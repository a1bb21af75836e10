//! The program as users and hooks run it: exit codes, streams, mistakes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// Runs dekey in `dir` with an empty environment.
fn dekey(dir: &Path, args: &[&str]) -> Ran {
    fed(dir, args, b"")
}

fn fed(dir: &Path, args: &[&str], stdin: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing closes the pipe early.
    _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn scratch() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    // Nothing above the scratch directory governs it.
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    dir
}

#[test]
fn help_and_version_go_to_standard_output() {
    let dir = scratch();
    for args in [&["--help"][..], &["--version"], &["check", "--help"], &["help", "explain"]] {
        let ran = dekey(dir.path(), args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(ran.out.contains("dekey"), "{args:?}");
    }
}

#[test]
fn wrong_usage_is_2_and_escaped() {
    let dir = scratch();
    for args in [
        &[][..],
        &["check", "--no-such-option"],
        &["check", "--output-format", "xml"],
        &["check", "--fail-on", "never"],
        &["check", "-j", "0"],
        &["check", "-q", "-v"],
        &["check", "--stdin-filename", "a.rb", "b.rb"],
        &["check", "--\u{1b}[31m\u{202e}"],
        &["explain"],
        &["rules"],
    ] {
        let ran = dekey(dir.path(), args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "{args:?}: {}", ran.err);
    }
}

#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn unknown_rules_are_2_and_name_the_nearest() {
    let dir = scratch();
    for args in [
        &["explain", "hardcoded-api-ky"][..],
        &["check", "--select", "hardcoded-api-ky"],
        &["check", "--ignore", "intercom/hardcoded-api-ky"],
    ] {
        let ran = dekey(dir.path(), args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains("did you mean `intercom/hardcoded-api-key`"), "{args:?}: {}", ran.err);
    }
}

#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn rules_are_listed_and_explained() {
    let dir = scratch();
    let list = dekey(dir.path(), &["rules", "list"]);
    assert_eq!(list.code, 0);
    for line in list.out.lines() {
        let id = line.split(' ').next().unwrap();
        let ran = dekey(dir.path(), &["explain", id]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.starts_with(id));
    }
    assert_eq!(dekey(dir.path(), &["rules", "check"]).code, 0);
}

#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn a_wrong_configuration_is_2_and_points_at_the_mistake() {
    let dir = scratch();
    let file = dir.path().join("dekey.toml");
    for (text, place) in [
        ("# ok\nexclud = []\n", "dekey.toml:2:1"),
        ("audience = \"mine\"\n", "dekey.toml:1:12"),
        ("select = [\n", "dekey.toml:"),
        ("[levels]\n\"intercom/none\" = \"off\"\n", "dekey.toml:2:1"),
        ("\u{1b}]0;x\u{7} = 1\n", "dekey.toml:1:"),
    ] {
        std::fs::write(&file, text).unwrap();
        let ran = dekey(dir.path(), &["check"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(place) && !ran.err.contains('\u{1b}'), "{text}: {}", ran.err);
    }
    std::fs::write(&file, "#".repeat((1 << 20) + 1)).unwrap();
    assert!(dekey(dir.path(), &["check"]).err.contains("1048576"));
    assert_eq!(dekey(dir.path(), &["check", "--config", "absent.toml"]).code, 2);
}

#[cfg(unix)]
#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn a_configuration_that_is_a_link_or_pipe_is_refused() {
    let dir = scratch();
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("dekey.toml")).unwrap();
    let ran = dekey(dir.path(), &["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("symbolic link"), "{}", ran.err);
}

#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn a_path_that_does_not_exist_is_2_whatever_the_format() {
    let dir = scratch();
    std::fs::write(dir.path().join("clean.rb"), "puts 1\n").unwrap();
    assert_eq!(dekey(dir.path(), &["check", "clean.rb"]).code, 0);
    for format in ["text", "concise", "json"] {
        let args = ["check", "clean.rb", "absent", "--output-format", format, "--exit-zero"];
        let ran = dekey(dir.path(), &args);
        assert_eq!(ran.code, 2, "{format}");
        assert!(format!("{}{}", ran.out, ran.err).contains("absent"), "{format}");
    }
    assert!(dekey(dir.path(), &["check", "absent", "-q"]).err.contains("absent"));
}

#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn json_is_one_document_and_nothing_else() {
    let dir = scratch();
    std::fs::write(dir.path().join("clean.rb"), "puts 1\n").unwrap();
    let ran = dekey(dir.path(), &["check", "--output-format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["findings"], serde_json::json!([]));
}

#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn a_report_file_is_whole_and_the_count_goes_to_standard_error() {
    let dir = scratch();
    std::fs::write(dir.path().join("clean.rb"), "puts 1\n").unwrap();
    let ran = dekey(dir.path(), &["check", "clean.rb", "--output-format", "json", "--output-file", "report.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    let report = std::fs::read(dir.path().join("report.json")).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&report).is_ok());
    assert_eq!(dekey(dir.path(), &["check", "clean.rb", "-o", "absent/report"]).code, 2);
}

#[test]
#[ignore = "needs rules and a scan behind cli::engine"]
fn standard_input_is_examined_under_its_name() {
    let dir = scratch();
    let ran = fed(dir.path(), &["check", "--stdin-filename", "lib/a.rb"], b"puts 1\n");
    assert_eq!((ran.code, ran.out.as_str()), (0, "Nothing found in 1 file examined.\n"));
}
