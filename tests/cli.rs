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

/// A plan is no verdict: it ends with 0 while everything could be examined, and takes the options that `check` takes.
#[test]
fn a_plan_is_markdown_and_no_failure() {
    let dir = project();
    let ran = dekey(dir.path(), &["plan"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.starts_with("# Migration plan: Intercom\n"), "{}", ran.out);
    assert!(ran.out.contains("- [ ] `app.rb:1` ") && ran.out.contains("- [ ] `old/app.rb:1` "), "{}", ran.out);

    let one = dekey(dir.path(), &["plan", "old", "--audience", "public"]);
    assert!(one.out.contains("OAuth") && !one.out.contains("`app.rb:1`"), "{}", one.out);
    let none = dekey(dir.path(), &["plan", "--ignore", "deprecated-api-key-auth"]);
    assert_eq!((none.code, none.out.lines().count()), (0, 1), "{}", none.out);
    assert!(none.out.starts_with("Nothing to do"), "{}", none.out);
    let part = dekey(dir.path(), &["plan", "app.rb", "absent"]);
    assert!(part.code == 2 && part.out.contains("**Not everything was examined:**"), "{}", part.out);

    let file = dekey(dir.path(), &["plan", "--output-file", "plan.md"]);
    assert_eq!((file.code, file.out.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(dir.path().join("plan.md")).unwrap(), ran.out);
    for args in [&["plan", "--fix"][..], &["plan", "--stdin-filename", "a.rb"], &["plan", "--select", "no-such"]] {
        assert_eq!(dekey(dir.path(), args).code, 2, "{args:?}");
    }
}

#[test]
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
fn a_configuration_that_is_a_link_or_pipe_is_refused() {
    let dir = scratch();
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("dekey.toml")).unwrap();
    let ran = dekey(dir.path(), &["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("symbolic link"), "{}", ran.err);
}

#[test]
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
fn standard_input_is_examined_under_its_name() {
    let dir = scratch();
    let ran = fed(dir.path(), &["check", "--stdin-filename", "lib/a.rb"], b"puts 1\n");
    assert_eq!((ran.code, ran.out.as_str()), (0, "Nothing found in 1 file examined.\n"));
}

const LOGIN: &str = "client = Intercom::Client.new(app_id: ENV[\"ID\"], api_key: ENV[\"KEY\"])\n";

/// A project with a finding in `app.rb` and in `old/app.rb`.
fn project() -> tempfile::TempDir {
    let dir = scratch();
    std::fs::create_dir(dir.path().join("old")).unwrap();
    std::fs::write(dir.path().join("app.rb"), LOGIN).unwrap();
    std::fs::write(dir.path().join("old/app.rb"), LOGIN).unwrap();
    dir
}

fn concise(dir: &Path, args: &[&str]) -> Ran {
    dekey(dir, &[&["check", "-q", "--output-format", "concise"], args].concat())
}

#[test]
fn findings_are_1_unless_they_are_allowed() {
    let dir = project();
    for (args, code) in [
        (&[][..], 1),
        (&["--exit-zero"], 0),
        (&["--fail-on", "error"], 1),
        (&["--ignore", "deprecated-api-key-auth"], 0),
        (&["--select", "hardcoded-api-key"], 0),
        (&["--select", "hardcoded-api-key", "--select", "deprecated-api-key-auth"], 1),
        (&["--select", "hardcoded-api-key,deprecated-api-key-auth"], 1),
        (&["--output-format", "json"], 1),
        (&["--statistics"], 1),
        (&["app.rb", "absent"], 2),
    ] {
        assert_eq!(dekey(dir.path(), &[&["check"], args].concat()).code, code, "{args:?}");
    }
    let ran = concise(dir.path(), &[]);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    assert!(ran.out.starts_with("app.rb:1:10: error[intercom/deprecated-api-key-auth] "), "{}", ran.out);
}

#[test]
fn a_diff_shows_what_would_change_and_changes_nothing() {
    let dir = scratch();
    let lock = "GEM\n  specs:\n    intercom (4.1.0)\n";
    std::fs::write(dir.path().join("Gemfile.lock"), lock).unwrap();
    std::fs::write(dir.path().join("app.rb"), LOGIN).unwrap();
    let ran = dekey(dir.path(), &["check", "--diff"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("--- a/app.rb\n+++ b/app.rb\n@@ -1 +1 @@\n-"), "{}", ran.out);
    assert!(ran.err.contains("Found 1 error") && ran.err.contains("Would fix 1 finding in 1 file."), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(dir.path().join("app.rb")).unwrap(), LOGIN);

    assert_eq!(dekey(dir.path(), &["check", "--diff", "--exit-zero"]).code, 0);
    // What would change counts, whatever its level.
    assert_eq!(dekey(dir.path(), &["check", "--diff", "-q"]).err, "");
    std::fs::write(dir.path().join("dekey.toml"), "[levels]\ndeprecated-api-key-auth = \"note\"\n").unwrap();
    assert_eq!(dekey(dir.path(), &["check"]).code, 0);
    assert_eq!(dekey(dir.path(), &["check", "--diff"]).code, 1);

    // Without a version the fix is unsafe.
    let stdin = |args: &[&str]| {
        fed(dir.path(), &[&["check", "--diff", "--stdin-filename", "new/a.rb"], args].concat(), LOGIN.as_bytes())
    };
    assert_eq!(stdin(&[]).out, "");
    assert!(stdin(&["--unsafe-fixes"]).out.starts_with("--- a/new/a.rb\n"));
    for other in [&["--fix"][..], &["--output-format", "json"], &["--statistics"]] {
        assert_eq!(dekey(dir.path(), &[&["check", "--diff"], other].concat()).code, 2, "{other:?}");
    }
    std::fs::write(dir.path().join("app.rb"), "puts 1\n").unwrap();
    let ran = dekey(dir.path(), &["check", "--diff"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
}

#[test]
fn every_format_is_whole_and_has_the_same_outcome() {
    let dir = project();
    for format in ["json", "rdjson", "sarif"] {
        let ran = dekey(dir.path(), &["check", "--output-format", format]);
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert!(document.is_object() && ran.code == 1 && ran.err.is_empty(), "{format}: {}", ran.err);
    }
}

#[test]
fn the_configuration_governs_and_the_command_line_wins() {
    let dir = project();
    let configured = |text: &str, args: &[&str]| {
        std::fs::write(dir.path().join("dekey.toml"), text).unwrap();
        concise(dir.path(), args)
    };
    let off = "[levels]\ndeprecated-api-key-auth = \"off\"\n";
    assert_eq!(configured(off, &[]).code, 0);
    let note = "[levels]\ndeprecated-api-key-auth = \"note\"\n";
    let ran = configured(note, &[]);
    assert_eq!((ran.code, ran.out.contains("note[intercom/")), (0, true), "{}", ran.out);
    assert_eq!(configured(note, &["--fail-on", "note"]).code, 1);
    assert_eq!(configured("fail-on = \"note\"\n[levels]\ndeprecated-api-key-auth = \"note\"\n", &[]).code, 1);

    for args in [&[][..], &["."], &["app.rb", "old/app.rb"], &["old/../old/app.rb", "app.rb"]] {
        let ran = configured("exclude = [\"/old/\"]\n", args);
        assert_eq!(ran.out.lines().count(), 1, "{args:?}: {}", ran.out);
    }
    assert_eq!(
        configured("ignore = [\"deprecated-api-key-auth\"]\n", &["--select", "deprecated-api-key-auth"]).code,
        0
    );
    assert_eq!(configured("select = [\"hardcoded-api-key\"]\n", &["--select", "deprecated-api-key-auth"]).code, 1);

    let route = |text: &str, args: &[&str]| {
        std::fs::write(dir.path().join("dekey.toml"), text).unwrap();
        let ran = dekey(dir.path(), &[&["check", "--output-format", "json", "app.rb"], args].concat());
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        document["findings"][0]["route"].as_str().map(str::to_owned)
    };
    assert_eq!(route("audience = \"public\"\n", &[]).as_deref(), Some("oauth"));
    assert_eq!(route("audience = \"public\"\n", &["--audience", "own-data"]).as_deref(), Some("access-token"));
}

#[test]
fn standard_input_has_findings_too() {
    let dir = scratch();
    let ran =
        fed(dir.path(), &["check", "--stdin-filename", "lib/a.rb", "--output-format", "concise"], LOGIN.as_bytes());
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("lib/a.rb:1:10: "), "{}", ran.out);
}

#[test]
fn threads_change_nothing() {
    let dir = project();
    let one = dekey(dir.path(), &["check", "--output-format", "json", "-j", "1"]);
    let many = dekey(dir.path(), &["check", "--output-format", "json", "-j", "16"]);
    assert_eq!((one.code, one.out), (many.code, many.out));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
    let dir = scratch();
    std::fs::write(dir.path().join("app.rb"), LOGIN.repeat(2_000)).unwrap();
    let spawn = |stdout: Stdio| {
        Command::new(env!("CARGO_BIN_EXE_dekey"))
            .args(["check", "app.rb"])
            .current_dir(dir.path())
            .env_clear()
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut child = spawn(Stdio::piped());
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]));

    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let output = spawn(full.into()).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write the report"));
}

#[test]
fn a_wrong_pack_is_2_and_points_at_the_mistake() {
    let dir = scratch();
    let pack = dir.path().join("pack");
    std::fs::create_dir(&pack).unwrap();
    let file = pack.join("pack.toml");
    for (text, place) in [
        ("[vendor]\nid = 3\n", "pack.toml:2"),
        ("[vendor\n", "pack.toml:1"),
        ("[vendor]\nid = \"acme\"\nunheard = true\n", "pack.toml:3"),
        ("", "pack"),
    ] {
        std::fs::write(&file, text).unwrap();
        for args in [&["check", "--rules", "pack"][..], &["rules", "check", "pack"]] {
            let ran = dekey(dir.path(), args);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {text}\n{}", ran.err);
            assert!(ran.err.contains(place), "{args:?}: {text}\n{}", ran.err);
        }
    }
    std::fs::remove_file(&file).unwrap();
    let ran = dekey(dir.path(), &["check", "--rules", "pack"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(".toml"), "{}", ran.err);
    assert_eq!(dekey(dir.path(), &["check", "--rules", "absent"]).code, 2);
}

#[test]
fn quiet_leaves_the_findings_and_verbose_says_what_was_spared() {
    let dir = scratch();
    let client = "Intercom::Client.new(app_id: id, api_key: key)\n";
    std::fs::write(dir.path().join("a.rb"), client).unwrap();
    std::fs::write(dir.path().join("b.rb"), "Intercom::Client.new(app_id: token, api_key: \"\")\n").unwrap();
    let plain = dekey(dir.path(), &["check"]);
    let quiet = dekey(dir.path(), &["check", "-q"]);
    let verbose = dekey(dir.path(), &["check", "-v"]);
    assert_eq!([plain.code, quiet.code, verbose.code], [1, 1, 1]);
    assert!(plain.out.contains("Found 1 error") || plain.err.contains("Found 1 error"));
    assert!(quiet.out.contains("a.rb:1:1") && !format!("{}{}", quiet.out, quiet.err).contains("Found"));
    assert!(!plain.out.contains("b.rb") && verbose.out.contains("b.rb"), "{}", verbose.out);
}

#[test]
fn explain_prints_the_texts_of_a_rule() {
    let dir = scratch();
    for id in ["deprecated-api-key-auth", "intercom/deprecated-api-key-auth"] {
        let ran = dekey(dir.path(), &["explain", id]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.contains("https://") && ran.out.contains("Intercom::Client.new(token:"), "{}", ran.out);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_examined_and_shown() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = scratch();
    let name = std::ffi::OsStr::from_bytes(b"crm\xFF.rb");
    std::fs::write(dir.path().join(name), "Intercom::Client.new(app_id: id, api_key: key)\n").unwrap();
    for format in ["text", "concise", "json"] {
        let ran = dekey(dir.path(), &["check", "--output-format", format]);
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        assert!(ran.out.contains("crm"), "{format}: {}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn what_could_not_be_examined_is_2_whatever_was_found() {
    let dir = scratch();
    std::fs::write(dir.path().join("a.rb"), "Intercom::Client.new(app_id: id, api_key: key)\n").unwrap();
    let socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
    for args in [&["check", "a.rb", "socket"][..], &["check", "a.rb", "/dev/null"], &["check", "a.rb", "absent.rb"]] {
        let ran = dekey(dir.path(), args);
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("a.rb:1:1"), "the rest goes on: {args:?}: {}", ran.out);
        assert!(format!("{}{}", ran.out, ran.err).contains(args[2]), "{args:?}: {}{}", ran.out, ran.err);
    }
    drop(socket);
}
