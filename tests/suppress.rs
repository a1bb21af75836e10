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
