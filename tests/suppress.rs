//! Inline directives: which comments hold them, what they accept, what is said of them, and that hostile ones do no harm.
//!
//! What a directive does in a file that people write is in `fixtures/cases/suppress.md`.

#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "support/plant.rs"]
mod plant;
#[expect(dead_code, reason = "as above")]
#[path = "support/scanned.rs"]
mod scanned;

use std::collections::BTreeSet;

use dekey::finding::{Finding, Report, State};
use dekey::lang::{self, Language};
use plant::Planted;
use scanned::How;

const DIRECTIVE: &str = "dekey: ignore[hardcoded-access-token] kept for the test";

/// By language: a file, in which `@` is the directive.
const FILES: &[(&str, &str, &str)] = &[
    ("ruby", "a.rb", "# @\ntoken = '{{token}}'\n"),
    ("javascript", "a.js", "const t = '{{token}}'; // @\n"),
    ("javascript", "a.jsx", "const a = <div>\n  {/* @ */}\n  <b t=\"{{token}}\"/>\n</div>;\n"),
    ("typescript", "a.ts", "/* @ */\nconst t: string = '{{token}}';\n"),
    ("tsx", "a.tsx", "/**\n * Why.\n * @\n */\nconst t = '{{token}}';\n"),
    ("python", "a.py", "t = '{{token}}'  # @\n"),
    ("go", "a.go", "package a\n\n// @\nvar t = \"{{token}}\"\n"),
    ("java", "A.java", "class A { String t = \"{{token}}\"; } // @\n"),
    ("kotlin", "a.kt", "val t = \"{{token}}\" // @\n"),
    ("scala", "a.scala", "val t = \"{{token}}\" // @\n"),
    ("groovy", "a.gradle", "def t = '{{token}}' // @\n"),
    ("csharp", "A.cs", "// @\nvar t = \"{{token}}\";\n"),
    ("rust", "a.rs", "// @\nconst T: &str = \"{{token}}\";\n"),
    ("dotenv", ".env", "# @\nTOKEN={{token}}\nOTHER='x' # y\n"),
    ("dotenv", ".env.local", "TOKEN={{token}} # @\n"),
    ("dotenv", ".envrc", "export TOKEN=\"{{token}}\" # @\n"),
    ("yaml", "a.yml", "a:\n  t: {{token}} # @\n"),
    ("yaml", "b.yml", "a:\n  # @\n\n  t: \"{{token}}\"\n"),
    ("yaml", "c.yml", "run: |\n  # @\n  curl -H 'Authorization: Bearer {{token}}'\n"),
    ("json", "a.jsonc", "{\n  // @\n  \"t\": \"{{token}}\"\n}\n"),
    ("json", "a.json5", "{ t: '{{token}}' /* @ */ }\n"),
    ("toml", "a.toml", "t = \"{{token}}\" # @\n"),
    ("ini", "a.ini", "[a]\n; @\nt = {{token}}\n"),
    ("ini", "b.cfg", "[a]\nt = {{token}} # @\n"),
    ("ini", "c.conf", "env[T] = \"{{token}}\" ; @\n"),
    ("properties", "a.properties", "! @\nt={{token}}\n"),
    ("xml", "a.xml", "<a>\n  <!-- @ -->\n  <t>{{token}}</t>\n</a>\n"),
    ("xml", "b.plist", "<a><t>{{token}}</t></a> <!-- @ -->\n"),
    ("hcl", "a.tf", "# @\nt = \"{{token}}\"\n"),
    ("hcl", "b.tfvars", "t = \"{{token}}\" // @\n"),
    ("dockerfile", "Dockerfile", "FROM a\n# @\nENV T={{token}}\n"),
    ("dockerfile", "b.dockerfile", "# @\nRUN a && \\\n  b {{token}}\n"),
    ("dockerfile", "c.dockerfile", "FROM a\nENV A=b \\\n  # @\n  T={{token}}\n"),
    ("netrc", ".netrc", "machine a.example login b\n# @\n  password {{token}}\n"),
    ("makefile", "Makefile", "# @\nT = {{token}}\n"),
    ("makefile", "b.mk", "a:\n\t# @\n\tb {{token}}\n"),
    ("procfile", "Procfile", "# @\nweb: T={{token}} run\n"),
    ("crontab", "crontab", "# @\nT={{token}}\n"),
    ("notebook", "a.ipynb", NOTEBOOK),
    ("markdown", "a.md", "<!-- @ -->\nThe token is {{token}}\n"),
    ("markdown", "b.md", "Text\n\n<!-- @ -->\n\n```sh\nexport T={{token}}\n```\n"),
    ("markdown", "c.md", "```sh\nexport T={{token}} # @\n```\n"),
    ("mdx", "a.mdx", "{/* @ */}\n\n<A token=\"{{token}}\" />\n"),
    ("rst", "a.rst", ".. @\n\nThe token is {{token}}\n"),
    ("asciidoc", "a.adoc", "// @\nThe token is {{token}}\n"),
    ("org", "a.org", "# @\n#+BEGIN_SRC sh\nexport T={{token}}\n#+END_SRC\n"),
    ("sql", "a.sql", "-- @\nINSERT INTO t (k, v) VALUES ('token', '{{token}}');\n"),
    ("http", "a.http", "GET https://a.example\n# @\nAuthorization: Bearer {{token}}\n"),
    ("curlrc", "a.curl", "# @\nheader = \"Authorization: Bearer {{token}}\"\n"),
    ("html", "a.html", "<p>\n<!-- @ -->\n<a data-t=\"{{token}}\">\n"),
    ("html", "b.html", "<script>\n// @\nconst t = '{{token}}';\n</script>\n"),
    ("vue", "a.vue", "<template><a/></template>\n<script>\nconst t = '{{token}}' // @\n</script>\n"),
    ("svelte", "a.svelte", "<script>\n// @\nconst t = '{{token}}';\n</script>\n"),
    ("astro", "a.astro", "---\n// @\nconst t = '{{token}}';\n---\n<a/>\n"),
    ("astro", "b.astro", "<p>\n  {/* @ */}\n  <a t=\"{{token}}\"/>\n</p>\n"),
    ("erb", "a.html.erb", "<%# @ %>\n<a t=\"{{token}}\">\n"),
    ("erb", "b.html.erb", "<%\n  # @\n  t = '{{token}}'\n%>\n"),
    ("eex", "a.heex", "<%!-- @ --%>\n<a t=\"{{token}}\">\n"),
    ("blade", "a.blade.php", "{{-- @ --}}\n<a t=\"{{token}}\">\n"),
    ("razor", "a.cshtml", "@* @ *@\n<a t=\"{{token}}\">\n"),
    ("jsp", "a.jsp", "<%-- @ --%>\n<a t=\"{{token}}\">\n"),
    ("template", "a.hbs", "{{!-- @ --}}\n<a t=\"{{token}}\">\n"),
    ("template", "a.twig", "{# @ #}\n<a t=\"{{token}}\">\n"),
    ("template", "a.ejs", "<%# @ %>\n<a t=\"{{token}}\">\n"),
    ("text", "a.txt", "# @\ntoken: {{token}}\n"),
    ("text", "a.lua", "local t = '{{token}}' -- @\n"),
    ("text", "requirements.txt", "# @\n--index-url https://{{token}}@a.example\n"),
    ("package.json", "package.json", "{\n  // @\n  \"t\": \"{{token}}\"\n}\n"),
    ("composer.json", "composer.json", "{ \"t\": \"{{token}}\" } // @\n"),
    ("php", "a.php", "<?php\n# @\n$t = '{{token}}';\n"),
    ("php", "b.php", "<!-- @ -->\n<a t=\"{{token}}\"><?php echo 1; ?>\n"),
    ("swift", "a.swift", "let t = \"{{token}}\" // @\n"),
    ("objc", "a.m", "NSString *t = @\"{{token}}\"; // @\n"),
    ("dart", "a.dart", "var t = '{{token}}'; // @\n"),
    ("shell", "a.sh", "# @\ncurl \\\n  -H 'Authorization: Bearer {{token}}' \\\n  https://a.example\n"),
    ("clojure", "a.clj", ";; @\n(def t \"{{token}}\")\n"),
    ("edn", "a.edn", "; @\n{:t \"{{token}}\"}\n"),
    ("elixir", "a.ex", "# @\nt = \"{{token}}\"\n"),
    ("perl", "a.pl", "my $t = '{{token}}'; # @\n"),
    ("powershell", "a.ps1", "<# @ #>\n$t = '{{token}}'\n"),
    ("r", "a.R", "t <- '{{token}}' # @\n"),
];

/// Each line a string of a list, as Jupyter stores cells.
const NOTEBOOK: &str = r##"{
 "cells": [
  {
   "cell_type": "code",
   "source": [
    "# @\n",
    "t = '{{token}}'\n",
    "u = 1"
   ]
  }
 ],
 "metadata": {"kernelspec": {"language": "python"}}
}
"##;

/// Languages whose files hold no comment.
const WITHOUT: &[(&str, &str)] = &[("csv", "a table has no comments"), ("bru", "Bruno's format has no comments")];

fn scan(files: &[(&str, &str)]) -> Report {
    let files: Vec<_> =
        files.iter().map(|(path, text)| ((*path).to_owned(), Planted::new(text).text.into_bytes())).collect();
    scanned::files(&files, How::new(None))
}

fn of<'r>(report: &'r Report, rule: &str) -> Vec<&'r Finding> {
    report.findings.iter().filter(|finding| finding.rule.ends_with(rule)).collect()
}

fn states(report: &Report, rule: &str) -> Vec<State> {
    of(report, rule).iter().map(|finding| finding.state).collect()
}

#[test]
fn every_language_has_a_comment_that_accepts() {
    let mut wrong = String::new();
    for (language, path, text) in FILES {
        let named = lang::of_file(std::path::Path::new(path), text.as_bytes()).map_or("text", |language| language.name);
        if named != *language {
            wrong += &format!("{path} is {named}, not {language}\n");
        }
        let without = scan(&[(path, &text.replacen('@', "it is", 1))]);
        let with = scan(&[(path, &placed(text))]);
        let (before, after) = (states(&without, "/hardcoded-access-token"), states(&with, "/hardcoded-access-token"));
        if !before.contains(&State::Open) || before.contains(&State::Suppressed) {
            wrong += &format!("{path}: without a directive {before:?}\n{text}\n");
        } else if !after.contains(&State::Suppressed) || after.contains(&State::Open) {
            wrong += &format!("{path}: with a directive {after:?}\n{text}\n");
        } else if !of(&with, "-suppression").is_empty() {
            wrong += &format!("{path}: {}\n{text}\n", of(&with, "-suppression")[0].message);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The file with the directive in its place: the last `@` that stands apart.
fn placed(text: &str) -> String {
    let at = text.match_indices("@").map(|(at, _)| at).filter(|at| {
        let bytes = text.as_bytes();
        let apart = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|byte| !b"*\"'".contains(byte));
        apart(at.checked_sub(1)) && apart(Some(at + 1)) && !text[at + 1..].starts_with("a.example")
    });
    let at = at.last().expect("the row has a place");
    format!("{}{DIRECTIVE}{}", &text[..at], &text[at + 1..])
}

#[test]
fn every_language_is_listed() {
    let locks = lang::manifest::locks::ALL;
    let is_lock = |language: &&Language| locks.iter().any(|lock| std::ptr::eq(*lock, *language));
    let listed: BTreeSet<&str> =
        FILES.iter().map(|(name, _, _)| *name).chain(WITHOUT.iter().map(|(name, _)| *name)).collect();
    let missing =
        lang::LANGUAGES.iter().copied().filter(|language| !is_lock(language) && !listed.contains(language.name));
    let missing: Vec<&str> = missing.map(|language| language.name).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_directive_accepts_nothing_from_a_string() {
    for (path, text) in [
        ("a.js", "const t = '{{token}}', d = '// @';\n"),
        ("a.js", "const d = `\n// @\n`;\nconst t = '{{token}}';\n"),
        ("a.rb", "d = <<~A\n  # @\nA\nt = '{{token}}'\n"),
        ("a.py", "def a():\n    '''\n    @\n    '''\n    return '{{token}}'\n"),
        ("a.go", "var d = `\n// @\n`\nvar t = \"{{token}}\"\n"),
        ("a.yml", "d: '# @'\nt: {{token}}\n"),
        ("a.toml", "d = \"# @\"\nt = \"{{token}}\"\n"),
        ("a.ini", "t = \"{{token}} # @\"\n"),
        (".env", "T='{{token}} # @'\n"),
        ("a.html", "<a title=\"<!-- @ -->\" t=\"{{token}}\">\n"),
        ("a.sh", "t='{{token}}' d='# @'\n"),
        ("a.rs", "const T: &str = \"{{token}}\"; const D: &str = \"// @\";\n"),
        ("a.json", "{ \"t\": \"{{token}}\", \"d\": \"// @\" }\n"),
        ("a.txt", "t: {{token}} \"# @\"\n"),
    ] {
        let report = scan(&[(path, &text.replace('@', DIRECTIVE))]);
        assert_eq!(states(&report, "/hardcoded-access-token"), [State::Open], "{text}");
        assert!(of(&report, "-suppression").is_empty(), "{text}");
    }
}

#[test]
fn the_last_directive_before_a_finding_is_the_one_that_is_used() {
    let text = format!("# {DIRECTIVE} one\n# {DIRECTIVE} two\nt = '{{{{token}}}}'  # {DIRECTIVE} three\n");
    let report = scan(&[("a.py", &text)]);
    let accepted: Vec<_> = of(&report, "/hardcoded-access-token").iter().map(|found| found.accepted.clone()).collect();
    assert_eq!(accepted, [Some("kept for the test three".to_owned())]);
    assert_eq!(report.suppressions.iter().map(|found| found.used).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(of(&report, "/unused-suppression").len(), 2);
}

#[test]
fn masking_is_the_same_with_and_without() {
    let text = format!("t = '{{{{token}}}}'; u = '{{{{token:2}}}}'  # {DIRECTIVE} {{{{token:3}}}}\n");
    let planted = Planted::new(&text);
    let report = scan(&[("a.py", &text)]);
    assert!(report.findings.iter().all(|finding| finding.state == State::Suppressed));
    for (format, output) in scanned::outputs(&report) {
        assert!(plant::shown(&planted.secrets, &output).is_none(), "{format}:\n{output}");
    }
}

#[test]
fn hostile_reasons_and_names_are_escaped() {
    let text = "t = '{{token}}'  # dekey: ignore[hardcoded-access-token] a\u{202e}b\u{1b}[31mc::error::d\n\
                u = '{{token:2}}'  # dekey: ignore[x\u{202e}y\u{1b}[2J] why\n";
    let report = scan(&[("a.py", text)]);
    assert_eq!(states(&report, "/hardcoded-access-token"), [State::Suppressed, State::Open]);
    assert_eq!(of(&report, "/invalid-suppression").len(), 1);
    for (format, output) in scanned::outputs(&report) {
        if !matches!(format, "json" | "sarif" | "rdjson") {
            assert!(!output.contains(['\u{202e}', '\u{1b}']), "{format}:\n{output}");
        }
        assert!(!output.contains('\u{1b}'), "{format}:\n{output}");
    }
}

/// Neither takes long, which the limits of the test runner would tell.
#[test]
fn many_directives_and_long_comments() {
    let many = format!("# {DIRECTIVE}\n").repeat(10_000) + "t = '{{token}}'\n";
    let report = scan(&[("a.py", &many)]);
    assert_eq!(states(&report, "/hardcoded-access-token"), [State::Suppressed]);
    assert_eq!(of(&report, "/unused-suppression").len(), 9_999);

    let beside = format!("t = '{{{{token}}}}'  # {DIRECTIVE}\n").repeat(3_000);
    let report = scan(&[("a.py", &beside)]);
    assert!(report.findings.iter().all(|finding| finding.state == State::Suppressed));

    let one_line = format!("/* {DIRECTIVE} */ ").repeat(10_000) + "t = '{{token}}';\n";
    assert_eq!(states(&scan(&[("a.js", &one_line)]), "/hardcoded-access-token"), [State::Suppressed]);

    let long = format!("/* {} */\nconst t = '{{{{token}}}}';\n", "dekey: ignore[ ".repeat(70_000));
    assert_eq!(states(&scan(&[("a.js", &long)]), "/hardcoded-access-token"), [State::Open]);
    let nested = format!("# dekey: ignore{} why\nt = '{{{{token}}}}'\n", "[".repeat(1 << 20));
    assert_eq!(states(&scan(&[("a.py", &nested)]), "/hardcoded-access-token"), [State::Open]);
    let stars = format!("/*{}{DIRECTIVE}\n*/\nconst t = '{{{{token}}}}';\n", "*\n".repeat(500_000));
    assert_eq!(states(&scan(&[("a.js", &stars)]), "/hardcoded-access-token"), [State::Suppressed]);
}

/// How dekey ends, and what it writes to standard output.
fn check(dir: &std::path::Path, args: &[&str]) -> (Option<i32>, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(["check", "--output-format", "concise", "-q"])
        .args(args)
        .current_dir(dir)
        .env_clear()
        .output()
        .expect("it starts");
    (output.status.code(), String::from_utf8(output.stdout).expect("our output is UTF-8"))
}

fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
    let files: Vec<_> =
        files.iter().map(|(path, text)| ((*path).to_owned(), Planted::new(text).text.into_bytes())).collect();
    let dir = scanned::made(&files);
    // Nothing above the scratch directory governs it.
    std::fs::create_dir(dir.path().join(".git")).expect("writable");
    dir
}

const UNUSED: &str = "t = load()  # dekey: ignore[hardcoded-access-token] once\n";

#[test]
fn an_accepted_finding_does_not_fail() {
    let text = format!("t = '{{{{token}}}}'  # {DIRECTIVE} until=9999-12-31\n");
    let dir = written(&[("a.py", &text)]);
    assert_eq!(check(dir.path(), &[]), (Some(0), String::new()));
    // Whatever is selected, the directive is in use.
    assert_eq!(check(dir.path(), &["--select", "unused-suppression", "--fail-on", "note"]), (Some(0), String::new()));
}

#[test]
fn an_expired_directive_accepts_nothing() {
    let text = format!("t = '{{{{token}}}}'  # {DIRECTIVE} until=2001-01-31\n");
    let (code, out) = check(written(&[("a.py", &text)]).path(), &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("error[intercom/hardcoded-access-token]"), "{out}");
    assert!(
        out.contains("warning[dekey/invalid-suppression] this directive accepts nothing: it expired after 2001-01-31")
    );
}

#[test]
fn what_was_meant_is_said() {
    let text = "t = '{{token}}'  # dekey: ignore[hardcoded-acces-token] why\n";
    let (_, out) = check(written(&[("a.py", text)]).path(), &[]);
    assert!(
        out.contains("there is no rule `hardcoded-acces-token` (did you mean `intercom/hardcoded-access-token`"),
        "{out}"
    );
}

#[test]
fn unused_is_said_of_whole_folders_only() {
    let dir = written(&[("a.py", UNUSED)]);
    let (code, out) = check(dir.path(), &[]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("a.py:1:15: note[dekey/unused-suppression] `intercom/hardcoded-access-token` is not found here"),
        "{out}"
    );
    assert_eq!(check(dir.path(), &["--fail-on", "note"]).0, Some(1));
    assert_eq!(check(dir.path(), &["a.py", "--fail-on", "note"]), (Some(0), String::new()));
    assert_eq!(check(dir.path(), &["--ignore", "unused-suppression", "--fail-on", "note"]), (Some(0), String::new()));
}

#[test]
fn a_fix_removes_what_is_unused() {
    let dir = written(&[("a.py", UNUSED), ("b.py", &format!("# {DIRECTIVE}\nt = load()\n"))]);
    check(dir.path(), &["--fix", "--allow-no-vcs", "--allow-dirty"]);
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("it is there");
    assert_eq!((read("a.py").as_str(), read("b.py").as_str()), ("t = load()\n", "t = load()\n"));
}

#[test]
fn a_level_of_the_configuration_counts() {
    let config = "[levels]\nunused-suppression = \"error\"\n";
    let dir = written(&[("a.py", UNUSED), ("dekey.toml", config)]);
    let (code, out) = check(dir.path(), &[]);
    assert!(code == Some(1) && out.contains("error[dekey/unused-suppression]"), "{out}");
}
