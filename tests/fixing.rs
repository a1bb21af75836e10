//! `dekey check --fix` over real files: what is changed, what is kept, what is refused.

#[path = "support/fixer.rs"]
mod fixer;
#[allow(dead_code, reason = "only what expands a template is needed")]
#[path = "support/plant.rs"]
mod plant;

use std::process::Command;

use fixer::{FIXED, LOCK, LOGIN, Tree, skipped};

/// A login of its own: those that read the same variables are fixed together.
fn login(name: &str) -> String {
    LOGIN.replace("ID", &format!("{name}_id")).replace("KEY", &format!("{name}_key"))
}

#[test]
fn safe_fixes_are_applied_and_the_report_says_what_is_left() {
    let tree = Tree::locked();
    tree.write("app.rb", format!("{LOGIN}\nputs 1\n"));
    tree.write("lib/other.rb", format!("{LOGIN}\n"));
    let ran = tree.fix(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "Nothing found in 3 files examined.\n"));
    assert_eq!(
        ran.err,
        "Fixed 2 findings in 2 files.\n  app.rb\n  lib/other.rb\n\
         Set INTERCOM_ACCESS_TOKEN wherever the fixed code runs.\n"
    );
    assert_eq!(tree.text("app.rb"), format!("{FIXED}\nputs 1\n"));
    assert_eq!(tree.text("lib/other.rb"), format!("{FIXED}\n"));
    assert_eq!(tree.strays(), [""; 0].map(std::path::PathBuf::from));

    let again = tree.fix(&[]);
    assert_eq!((again.code, again.out, again.err.as_str()), (ran.code, ran.out, "Fixed nothing.\n"));
}

#[test]
fn the_variable_moves_with_the_login_and_the_summary_says_where_it_is_set() {
    let tree = Tree::locked();
    let login =
        |id: &str, key: &str| LOGIN.replace("\"ID\"", &format!("\"{id}\"")).replace("\"KEY\"", &format!("\"{key}\""));
    tree.write("app.rb", login("INTERCOM_APP_ID", "INTERCOM_API_KEY"));
    tree.write(".env.example", "# Intercom\nINTERCOM_APP_ID=\nINTERCOM_API_KEY=\n");
    let workflow = "jobs:\n  test:\n    env:\n      INTERCOM_API_KEY: ${{ secrets.INTERCOM_API_KEY }}\n";
    tree.write(".github/workflows/ci.yml", workflow);
    let ran = tree.fix(&[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(tree.text(".env.example"), "# Intercom\nINTERCOM_ACCESS_TOKEN=\n");
    assert_eq!(tree.text(".github/workflows/ci.yml"), workflow.replace("API_KEY", "ACCESS_TOKEN"));
    let places = "Set INTERCOM_ACCESS_TOKEN wherever the fixed code runs.\n  \
                  .env.example:3:1 (sample environment file): set INTERCOM_ACCESS_TOKEN\n  \
                  .github/workflows/ci.yml:4:7 (repository secret): set INTERCOM_ACCESS_TOKEN\n";
    assert!(ran.err.ends_with(places), "{}", ran.err);
}

#[test]
fn unsafe_fixes_wait_to_be_asked_for() {
    let tree = Tree::locked();
    std::fs::remove_file(tree.path("Gemfile.lock")).unwrap();
    tree.write("app.rb", LOGIN);
    let ran = tree.fix(&[]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.err, "Fixed nothing. 1 more with `--unsafe-fixes`.\n");
    assert_eq!(tree.text("app.rb"), LOGIN);
    assert_eq!(tree.fix(&["--unsafe-fixes"]).code, Some(0));
    assert_eq!(tree.text("app.rb"), FIXED);
}

#[test]
fn what_is_not_shown_is_not_fixed() {
    let tree = Tree::locked();
    tree.write("app.rb", LOGIN);
    for args in [
        &["--ignore", "deprecated-api-key-auth"][..],
        &["--select", "hardcoded-api-key"],
        &["--min-confidence", "high"],
    ] {
        assert_eq!(tree.fix(args).code, Some(0), "{args:?}");
        assert_eq!(tree.text("app.rb"), LOGIN, "{args:?}");
    }
}

#[test]
fn line_ends_marks_and_a_missing_last_one_are_kept() {
    let tree = Tree::locked();
    let wide = |text: &str, encode: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(encode).collect()
    };
    let text = |line: &str| format!("# Zugänge € 😀\r\n{line}\r\n\r\nputs 1");
    type Store<'s> = &'s dyn Fn(&str) -> Vec<u8>;
    let cases: [(&str, Store<'_>); 6] = [
        ("plain.rb", &|line| text(line).into_bytes()),
        ("unix.rb", &|line| text(line).replace('\r', "").into_bytes()),
        ("mark.rb", &|line| [b"\xef\xbb\xbf", text(line).as_bytes()].concat()),
        ("latin.rb", &|line| [b"# Zug\xe4nge\n", line.as_bytes(), b"\n# \xff\n"].concat()),
        ("le.rb", &|line| wide(&text(line), u16::to_le_bytes)),
        ("be.rb", &|line| wide(&text(line), u16::to_be_bytes)),
    ];
    for (name, stored) in &cases {
        tree.write(name, stored(LOGIN));
    }
    let ran = tree.fix(&[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for (name, stored) in &cases {
        assert_eq!(tree.bytes(name), stored(FIXED), "{name}");
    }
}

#[test]
fn text_that_is_broken_in_its_encoding_is_left_alone() {
    let tree = Tree::locked();
    // A lone surrogate at the end.
    let units: Vec<u16> = std::iter::once(0xfeff).chain(LOGIN.encode_utf16()).chain([0xd800]).collect();
    let bytes: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
    tree.write("app.rb", &bytes);
    let ran = tree.fix(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("1 fix not applied") && ran.err.contains("do not fit"), "{}", ran.err);
    assert_eq!(tree.bytes("app.rb"), bytes);
}

#[test]
fn standard_input_is_fixed_on_standard_output() {
    let tree = Tree::locked();
    let stdin = format!("\u{1b}[1m {LOGIN}\r\nputs 1");
    let args = ["--fix", "--unsafe-fixes", "--stdin-filename", "app.rb"];
    let ran = tree.fed(&args, stdin.as_bytes());
    assert_eq!((ran.code, ran.out), (Some(0), stdin.replace(LOGIN, FIXED)));
    assert!(ran.err.contains("Fixed 1 finding in 1 file.") && ran.err.contains("Nothing found"), "{}", ran.err);
    let clean = tree.fed(&args, b"puts 1");
    assert_eq!((clean.code, clean.out.as_str()), (Some(0), "puts 1"));
    assert!(!tree.path("app.rb").exists());
}

#[test]
fn machines_get_their_report_and_nothing_else_on_standard_output() {
    let tree = Tree::locked();
    tree.write("app.rb", LOGIN);
    let ran = tree.fix(&["--output-format", "json", "-q"]);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((document["findings"].as_array().unwrap().len(), ran.err.as_str()), (0, ""));
    assert_eq!(document["summary"]["files_examined"], serde_json::json!(2), "{}", document["summary"]);
}

#[cfg(unix)]
mod unix {
    use super::*;

    #[test]
    fn files_with_several_names_are_refused_unless_it_is_allowed() {
        let tree = Tree::locked();
        let path = tree.write("app.rb", LOGIN);
        std::fs::hard_link(&path, tree.path("other.txt.bak")).unwrap();
        tree.write("fine.rb", login("fine"));
        let ran = tree.fix(&["app.rb", "fine.rb", "Gemfile.lock"]);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains("1 file not changed") && ran.err.contains("`--break-hardlinks`"), "{}", ran.err);
        assert_eq!((tree.text("app.rb").as_str(), tree.text("fine.rb").as_str()), (LOGIN, FIXED));
        assert_eq!(tree.fix(&["app.rb", "Gemfile.lock", "--break-hardlinks"]).code, Some(0));
        assert_eq!((tree.text("app.rb").as_str(), tree.text("other.txt.bak").as_str()), (FIXED, LOGIN));
    }

    #[test]
    fn what_is_named_outside_is_fixed_and_what_is_not_is_safe() {
        let (tree, other) = (Tree::locked(), Tree::locked());
        other.write("app.rb", LOGIN);
        other.write("sub/app.rb", LOGIN);
        let root = other.root().to_str().unwrap();
        assert_eq!(tree.fix(&[root]).code, Some(0));
        assert_eq!((other.text("app.rb").as_str(), other.text("sub/app.rb").as_str()), (FIXED, FIXED));
    }
}

/// What an editor saves between the look and the change stays, and nothing else is lost.
#[test]
fn a_file_that_changes_meanwhile_is_not_overwritten() {
    use dekey::scan::Scan;
    use dekey::source::{Progress, RelPath, Walk};
    use dekey::write::disk::{self, Disk, Failure};
    use dekey::write::{Originals, Wish, plan};

    let tree = Tree::locked();
    tree.write("a.rb", LOGIN);
    tree.write("b.rb", login("b"));
    let vendors = dekey::pack::builtin::vendors();
    let walk = Walk::new(tree.root().canonicalize().unwrap(), vec![".".into()]);
    let disk = Disk::new(&walk, disk::Options::default());
    let options = dekey::scan::Options::new(walk, &vendors);
    let scan = Scan::new(&options, &Progress::default()).unwrap();
    let read = |path: &RelPath| disk.read(path);
    let wish = Wish { unsafe_too: false, shown: &|_, _| true, settle: &|_| () };

    // Saved between the scan and the plan.
    let saved = format!("{LOGIN} # saved");
    tree.write("a.rb", &saved);
    let mut originals = Originals::new(&read);
    let planned = plan(&scan, &wish, &mut originals);
    assert_eq!(planned.files.keys().collect::<Vec<_>>(), [&RelPath::from("b.rb")]);
    assert_eq!(originals.refused().map(|(path, _)| path).collect::<Vec<_>>(), [&RelPath::from("a.rb")]);

    // Saved between the plan and the write: nothing is written at all.
    tree.write("a.rb", LOGIN);
    let planned = plan(&scan, &wish, &mut Originals::new(&read));
    assert_eq!(planned.files.len(), 2);
    tree.write("b.rb", &saved);
    let refused = disk.write(planned.files.iter());
    assert!(matches!(&refused, Err(Failure::Refused(path, _)) if *path == RelPath::from("b.rb")), "{refused:?}");
    assert_eq!((tree.text("a.rb").as_str(), tree.text("b.rb")), (LOGIN, saved));
    assert!(tree.strays().is_empty());
}

/// What a fix shows of a file holds no secret of before or after.
#[test]
fn what_a_killed_run_has_left_is_removed_though_nothing_else_is_to_do() {
    let tree = Tree::locked();
    tree.write("lib/fixed.rb", FIXED);
    let mine = ["lib/.dekey-fix-0000002a00000000.tmp", "lib/.dekey-fix-0000002a00000001.tmp"];
    for name in mine {
        tree.write(name, format!("{LOGIN}# {}\n", plant::Planted::new("{{token}}").text));
    }
    let others = ["lib/.dekey-fix-42.tmp", ".dekey-fix-0000002a00000000.txt", "lib/.dekey-fix-0000002a0000000g.tmp"];
    for name in others {
        tree.write(name, "# nothing\n");
    }
    let ran = tree.fix(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("Removed 2 files of an interrupted run."), "{}", ran.err);
    assert!(mine.iter().all(|name| !tree.path(name).exists()));
    assert!(others.iter().all(|name| tree.path(name).exists()));
}

#[test]
fn what_would_change_is_shown_masked() {
    use dekey::scan::Scan;
    use dekey::source::{Progress, RelPath, Walk};
    use dekey::write::{Originals, Wish, plan};

    let tree = Tree::locked();
    let key = "0123456789abcdef".repeat(3)[..40].to_owned();
    let other = key.chars().rev().collect::<String>();
    let text = format!(
        "# was {key}\nIntercom::Client.new(app_id: \"abcd1234\", api_key: \"{key}\")\nINTERCOM_API_KEY = \"{other}\"\n"
    );
    let path = tree.write("app.rb", &text);
    let vendors = dekey::pack::builtin::vendors();
    let walk = Walk::new(tree.root().canonicalize().unwrap(), vec![".".into()]);
    let options = dekey::scan::Options::new(walk, &vendors);
    let scan = Scan::new(&options, &Progress::default()).unwrap();
    let read = |_: &RelPath| std::fs::read(&path).map_err(|error| error.to_string());
    let planned =
        plan(&scan, &Wish { unsafe_too: true, shown: &|_, _| true, settle: &|_| () }, &mut Originals::new(&read));
    let changed = planned.changed(&scan);
    assert_eq!(changed.len(), 1);
    for masked in [&changed[0].before, &changed[0].after] {
        let shown = String::from_utf8_lossy(masked.text()).into_owned();
        assert!(!shown.contains(&key[..12]) && !shown.contains(&key[28..]), "{shown}");
        assert!(!shown.contains(&other[..12]), "{shown}");
    }
    assert!(String::from_utf8_lossy(changed[0].after.text()).contains("INTERCOM_ACCESS_TOKEN"));
}

/// Git in a tree, as its user; nothing of the machine's configuration.
fn git(tree: &Tree, args: &[&str]) -> bool {
    let run = Command::new("git")
        .args(["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "init.defaultBranch=main"])
        .args(args)
        .current_dir(tree.root())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output();
    run.is_ok_and(|output| output.status.success())
}

/// A repository with everything committed; `None` without git.
fn repository(files: &[(&str, &str)]) -> Option<Tree> {
    let tree = Tree::locked();
    std::fs::remove_dir(tree.path(".git")).unwrap();
    if !git(&tree, &["init", "-q"]) {
        skipped("there is no git to make a repository with");
        return None;
    }
    for (name, text) in files {
        tree.write(name, text);
    }
    assert!(git(&tree, &["add", "-A"]) && git(&tree, &["commit", "-qm", "all"]));
    Some(tree)
}

fn refused(tree: &Tree, args: &[&str], words: &str) {
    let before = tree.text("app.rb");
    let ran = tree.check(&[&["--fix"], args].concat());
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    assert!(ran.err.contains(words), "{words}: {}", ran.err);
    assert_eq!(tree.text("app.rb"), before);
}

#[test]
fn only_what_git_can_restore_is_changed() {
    let Some(tree) = repository(&[("app.rb", LOGIN), ("sub/other.rb", "puts 1\n")]) else { return };
    // A change elsewhere is no obstacle.
    tree.write("sub/other.rb", "puts 2\n");
    assert_eq!(tree.check(&["--fix"]).code, Some(0));
    assert_eq!(tree.text("app.rb"), FIXED);

    tree.write("app.rb", format!("{LOGIN}\n# more\n"));
    refused(&tree, &[], "`--allow-dirty`");
    refused(&tree, &["--allow-staged", "--allow-no-vcs"], "not committed");
    assert!(git(&tree, &["add", "app.rb"]));
    refused(&tree, &[], "`--allow-staged`");
    assert_eq!(tree.check(&["--fix", "--allow-staged"]).code, Some(0));
    tree.write("app.rb", LOGIN);
    assert_eq!(tree.check(&["--fix", "--allow-dirty"]).code, Some(0));
    assert_eq!(tree.text("app.rb"), FIXED);

    tree.write("new.rb", LOGIN);
    let ran = tree.check(&["--fix"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert_eq!(tree.text("new.rb"), LOGIN, "git does not have it");
}

#[test]
fn outside_of_a_repository_it_is_asked_for() {
    let tree = Tree::locked();
    tree.write("app.rb", LOGIN);
    refused(&tree, &[], "`--allow-no-vcs`");
    refused(&tree, &["--allow-dirty"], "`--allow-no-vcs`");
}

#[test]
fn before_the_first_commit_nothing_can_be_restored() {
    let Some(tree) = repository(&[]) else { return };
    std::fs::remove_dir_all(tree.path(".git")).unwrap();
    assert!(git(&tree, &["init", "-q"]));
    tree.write("app.rb", LOGIN);
    refused(&tree, &[], "`--allow-dirty`");
    assert!(git(&tree, &["add", "-A"]));
    refused(&tree, &[], "`--allow-staged`");
}

#[test]
fn packed_repositories_detached_heads_and_work_trees_are_read() {
    let Some(tree) = repository(&[("app.rb", LOGIN), ("deep/er/app.rb", LOGIN)]) else { return };
    assert!(git(&tree, &["gc", "-q"]) && git(&tree, &["pack-refs", "--all"]));
    assert_eq!(tree.check(&["--fix"]).code, Some(0));
    assert_eq!((tree.text("app.rb").as_str(), tree.text("deep/er/app.rb").as_str()), (FIXED, FIXED));
    assert!(git(&tree, &["checkout", "-q", "--detach"]) && git(&tree, &["checkout", "-q", "."]));
    assert_eq!((tree.text("app.rb").as_str(), tree.check(&["--fix"]).code), (LOGIN, Some(0)));

    let other = Tree::locked();
    let linked = other.path("linked");
    assert!(git(&tree, &["worktree", "add", "-q", linked.to_str().unwrap()]));
    let ran = other.check(&["--fix", "linked"]);
    assert_eq!((ran.code, other.text("linked/app.rb").as_str()), (Some(0), FIXED), "{}", ran.err);
}

#[test]
fn line_ends_that_git_has_made_are_no_change() {
    let text = format!("{LOGIN}\nputs 1\n");
    let Some(tree) = repository(&[("app.rb", &text)]) else { return };
    tree.write("app.rb", text.replace('\n', "\r\n"));
    assert_eq!(tree.check(&["--fix"]).code, Some(0));
    assert_eq!(tree.text("app.rb"), text.replace(LOGIN, FIXED).replace('\n', "\r\n"));
}

#[test]
fn a_repository_that_cannot_be_read_is_not_trusted() {
    let Some(tree) = repository(&[("app.rb", LOGIN)]) else { return };
    let index = tree.bytes(".git/index");
    tree.write(".git/index", b"DIRC\0\0\0\x02\xff\xff\xff\xff");
    refused(&tree, &[], "`--allow-dirty`");
    tree.write(".git/index", index);
    tree.write(".git/refs/heads/main", "ref: refs/heads/main\n");
    refused(&tree, &[], "circle");
    tree.write(".git/HEAD", "ref: ../../etc/passwd\n");
    refused(&tree, &[], "out of the repository");
    tree.write(".git/HEAD", "0123456789012345678901234567890123456789\n");
    refused(&tree, &[], "`--allow-dirty`");
}

#[cfg(unix)]
#[test]
fn nothing_of_the_repository_runs() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(tree) = repository(&[("app.rb", LOGIN)]) else { return };
    let canary = tree.path("canary");
    let script = tree.write(".git/evil", format!("#!/bin/sh\ntouch {}\n", canary.display()));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let evil = script.display();
    tree.write(
        ".git/config",
        format!("[core]\n\tfsmonitor = {evil}\n\thooksPath = {evil}\n[filter \"x\"]\n\tclean = {evil}\n"),
    );
    tree.write(".gitattributes", "* filter=x diff=x\n");
    assert_eq!(tree.check(&["--fix"]).code, Some(0));
    assert_eq!((tree.text("app.rb").as_str(), canary.exists()), (FIXED, false));
}

#[test]
fn what_belongs_together_is_fixed_whole_or_not_at_all() {
    let tree = Tree::locked();
    tree.write("a.rb", LOGIN);
    tree.write("b.rb", LOGIN);
    tree.write("c.rb", login("c"));
    std::fs::hard_link(tree.path("b.rb"), tree.path(".git/b")).unwrap();
    let ran = tree.fix(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("a.rb:1:10: ") && ran.err.contains("1 file not changed"), "{}", ran.err);
    assert_eq!([tree.text("a.rb"), tree.text("b.rb"), tree.text("c.rb")], [LOGIN, LOGIN, FIXED]);
}

#[test]
fn a_lock_file_is_never_changed() {
    let tree = Tree::locked();
    tree.write("app.rb", LOGIN);
    tree.fix(&["--unsafe-fixes"]);
    assert_eq!(tree.text("Gemfile.lock"), LOCK);
}

/// The built-in pack with a replacement of the gem's client that is a login again.
fn with_a_broken_fix(dir: &std::path::Path) -> String {
    let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/intercom");
    for entry in std::fs::read_dir(rules).unwrap().map(Result::unwrap) {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let name = entry.file_name().into_string().unwrap();
        let broken = text
            .replace("'Intercom::Client.new(token: TOKEN)'", "'Intercom::Client.new(app_id: \"\", api_key: TOKEN)'");
        assert!(name != "ruby.toml" || broken != text);
        std::fs::write(dir.join(name), broken).unwrap();
    }
    dir.to_str().unwrap().to_owned()
}

#[test]
fn a_fix_that_does_not_keep_its_promise_is_left_out_and_the_others_are_not() {
    let (tree, pack) = (Tree::locked(), tempfile::tempdir().unwrap());
    let pack = with_a_broken_fix(pack.path());
    for number in 0..5 {
        tree.write(&format!("bad{number}.rb"), login(&format!("bad{number}")));
        tree.write(
            &format!("good{number}.sh"),
            format!("curl -u \"$A{number}:$K{number}\" https://api.intercom.io/users\n"),
        );
    }
    let ran = tree.fix(&["--rules", &pack, "."]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("5 fixes not applied") && ran.err.contains("Fixed 5 findings in 5 files."), "{}", ran.err);
    assert!(ran.err.contains("deprecated-api-key-auth is found there afterwards too"), "{}", ran.err);
    for number in 0..5 {
        assert_eq!(tree.text(&format!("bad{number}.rb")), login(&format!("bad{number}")));
        assert!(tree.text(&format!("good{number}.sh")).contains("Bearer"));
    }
}

#[test]
fn a_project_keeps_the_name_of_its_own_variable() {
    let tree = Tree::locked();
    tree.write("new.rb", "Intercom::Client.new(token: ENV.fetch(\"HELPDESK_INTERCOM_TOKEN\"))");
    tree.write("app.rb", LOGIN);
    let ran = tree.fix(&[]);
    assert!(ran.err.ends_with("Set HELPDESK_INTERCOM_TOKEN wherever the fixed code runs.\n"), "{}", ran.err);
    assert_eq!(tree.text("app.rb"), FIXED.replace("INTERCOM_ACCESS_TOKEN", "HELPDESK_INTERCOM_TOKEN"));
}
