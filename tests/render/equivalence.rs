//! The same edits from every format that carries them: whoever applies them, in whatever unit, gets the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dekey::finding::{Applicability, Edit, Fix, Level, Report};
use dekey::render::{Brief, diff, json, rdjson, sarif};
use dekey::span::Span;
use proptest::prelude::*;
use serde_json::Value;

use crate::sample::{at, changed, finding, label, masked};

type Tree = BTreeMap<String, String>;
/// Replacements of byte ranges, by path; one that several fixes hold is there once.
type Replacements = BTreeMap<String, BTreeSet<(usize, usize, String)>>;

/// A report in which each of `fixes` belongs to a finding.
fn report(tree: &Tree, fixes: Vec<Vec<Edit>>) -> Report {
    let files = tree.iter().map(|(path, text)| masked(path, text.as_bytes(), &[])).collect();
    let findings = fixes.into_iter().map(|edits| {
        let mut finding = finding("login", Level::Error, label(edits[0].file, edits[0].span, ""), "a login");
        finding.fix = Some(Fix { title: "mend it".to_owned(), applicability: Applicability::Safe, edits, group: None });
        finding
    });
    Report { files, findings: findings.collect(), ..Report::default() }
}

/// The tree as the edits mean it.
fn expected(tree: &Tree, report: &Report) -> Tree {
    let mut replacements = Replacements::new();
    for edit in report.findings.iter().flat_map(|finding| &finding.fix.as_ref().unwrap().edits) {
        let path = tree.keys().nth(edit.file).unwrap().clone();
        replacements.entry(path).or_default().insert((edit.span.start, edit.span.end, edit.text.clone()));
    }
    replaced(tree, &replacements)
}

fn replaced(tree: &Tree, replacements: &Replacements) -> Tree {
    let mut tree = tree.clone();
    for (path, edits) in replacements {
        let text = tree.get_mut(path).unwrap_or_else(|| panic!("{path} is no file of the tree"));
        for (start, end, new) in edits.iter().rev() {
            text.replace_range(*start..*end, new);
        }
    }
    tree
}

/// The same edits in every format.
struct Rendered {
    json: Value,
    sarif: Value,
    rdjson: Value,
    diff: String,
}

impl Rendered {
    fn of(report: Report) -> Self {
        let text = |write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>| {
            let mut out = anstream::StripStream::new(Vec::new());
            write(&mut out).unwrap();
            String::from_utf8(out.into_inner()).unwrap()
        };
        let document = |write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>| {
            serde_json::from_str(&text(write)).unwrap()
        };
        Self {
            json: document(&|out| json::report(&report, &Brief::default(), out)),
            sarif: document(&|out| sarif::report(&report, &Brief::default(), out)),
            rdjson: document(&|out| rdjson::report(&report, &Brief::default(), out)),
            diff: {
                let changed = changed(report, &[Applicability::Safe]);
                text(&|out| diff::write(&changed, out))
            },
        }
    }

    /// As the program prints it in a directory.
    fn printed(dir: &Path) -> Self {
        let document = |format| serde_json::from_str(&check(dir, &["--output-format", format])).unwrap();
        Self {
            json: document("json"),
            sarif: document("sarif"),
            rdjson: document("rdjson"),
            diff: check(dir, &["--diff", "--unsafe-fixes"]),
        }
    }

    /// Holds every format to what the edits mean.
    fn hold(&self, tree: &Tree, wanted: &Tree) {
        for (format, found) in [
            ("json", by_json(tree, &self.json)),
            ("sarif", by_sarif(tree, &self.sarif)),
            ("rdjson", by_rdjson(tree, &self.rdjson)),
            ("diff", by_diff(tree, &self.diff)),
        ] {
            assert_eq!(found, *wanted, "{format}");
        }
    }
}

fn check(dir: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dekey"));
    let output = command.arg("check").args(args).current_dir(dir).env_clear().output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Bytes of the file.
fn by_json(tree: &Tree, document: &Value) -> Tree {
    let mut replacements = Replacements::new();
    for edit in list(&document["findings"]).iter().flat_map(|finding| list(&finding["fix"]["edits"])) {
        let range = (number(&edit["start"]["byte"]), number(&edit["end"]["byte"]));
        let path = edit["path"].as_str().unwrap().to_owned();
        let text = edit["text"].as_str().unwrap().to_owned();
        replacements.entry(path).or_default().insert((range.0, range.1, text));
    }
    replaced(tree, &replacements)
}

/// Lines and code points.
fn by_sarif(tree: &Tree, document: &Value) -> Tree {
    let mut replacements = Replacements::new();
    let fixes = list(&document["runs"][0]["results"]).iter().flat_map(|result| list(&result["fixes"]));
    for change in fixes.flat_map(|fix| list(&fix["artifactChanges"])) {
        let path = decoded(change["artifactLocation"]["uri"].as_str().unwrap());
        for replacement in list(&change["replacements"]) {
            let region = &replacement["deletedRegion"];
            let offset = |line: &str, column: &str| {
                let rest = line_of(&tree[&path], number(&region[line]));
                let column = number(&region[column]) - 1;
                let within = rest.char_indices().map(|(at, _)| at).chain([rest.len()]).nth(column).unwrap();
                tree[&path].len() - rest.len() + within
            };
            let text = replacement["insertedContent"]["text"].as_str().unwrap_or_default().to_owned();
            let range = (offset("startLine", "startColumn"), offset("endLine", "endColumn"));
            replacements.entry(path.clone()).or_default().insert((range.0, range.1, text));
        }
    }
    replaced(tree, &replacements)
}

/// Lines and bytes.
fn by_rdjson(tree: &Tree, document: &Value) -> Tree {
    let mut replacements = Replacements::new();
    for diagnostic in list(&document["diagnostics"]) {
        let path = diagnostic["location"]["path"].as_str().unwrap().to_owned();
        for suggestion in list(&diagnostic["suggestions"]) {
            let offset = |end: &str| {
                let place = &suggestion["range"][end];
                let rest = line_of(&tree[&path], number(&place["line"]));
                tree[&path].len() - rest.len() + number(&place["column"]) - 1
            };
            let text = suggestion["text"].as_str().unwrap().to_owned();
            replacements.entry(path.clone()).or_default().insert((offset("start"), offset("end"), text));
        }
    }
    replaced(tree, &replacements)
}

/// A text from one of its lines on.
fn line_of(text: &str, line: usize) -> &str {
    let start = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).nth(line - 1).unwrap();
    &text[start..]
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A reader of unified diffs with no tolerance: every count and every line has to be right.
fn by_diff(tree: &Tree, diff: &str) -> Tree {
    let mut tree = tree.clone();
    let mut lines = diff.split_inclusive('\n').peekable();
    while let Some(header) = lines.next() {
        let path = header.strip_prefix("--- a/").expect("a header").trim_end();
        assert_eq!(lines.next().unwrap().trim_end(), format!("+++ b/{path}"));
        let old: Vec<&str> = tree[path].split_inclusive('\n').collect();
        let (mut new, mut at, mut written) = (String::new(), 0, 0);
        while let Some(hunk) = lines.next_if(|line| line.starts_with("@@ ")) {
            let mut ranges =
                hunk.split(' ').skip(1).map(|range| range[1..].split_once(',').unwrap_or((&range[1..], "1")));
            let mut range = || {
                ranges
                    .next()
                    .map(|(start, len)| (start.parse::<usize>().unwrap(), len.parse::<usize>().unwrap()))
                    .unwrap()
            };
            let ((old_start, old_len), (new_start, new_len)) = (range(), range());
            let start = |start: usize, len: usize| if len == 0 { start } else { start - 1 };
            for line in &old[at..start(old_start, old_len)] {
                new.push_str(line);
                written += 1;
            }
            at = start(old_start, old_len);
            assert_eq!(written, start(new_start, new_len), "{diff}");
            let (mut gone, mut come) = (0, 0);
            while gone < old_len || come < new_len || lines.peek().is_some_and(|line| line.starts_with('\\')) {
                let line = lines.next().unwrap();
                let whole = if lines.next_if(|line| line.starts_with('\\')).is_some() {
                    &line[1..line.len() - 1]
                } else {
                    &line[1..]
                };
                if !line.starts_with('+') {
                    assert_eq!(whole, old[at], "{diff}");
                    at += 1;
                    gone += 1;
                }
                if !line.starts_with('-') {
                    new.push_str(whole);
                    written += 1;
                    come += 1;
                }
            }
            assert_eq!((gone, come), (old_len, new_len), "{diff}");
        }
        old[at..].iter().for_each(|line| new.push_str(line));
        tree.insert(path.to_owned(), new);
    }
    tree
}

/// The program; `None` where there is none.
fn by_patch(tree: &Tree, diff: &str) -> Option<Tree> {
    let dir = stored(tree);
    let started = Command::new("patch")
        .args(["-p1", "--fuzz=0", "--no-backup-if-mismatch"])
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        // Not by a macro, whose output a passing test swallows.
        std::io::stderr().write_all(b"skipped: there is no `patch` to apply diffs with\n").unwrap();
        return None;
    };
    child.stdin.take().unwrap().write_all(diff.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}{diff}", String::from_utf8_lossy(&output.stdout));
    Some(read(tree, dir.path()))
}

fn stored(tree: &Tree) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in tree {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn read(tree: &Tree, dir: &Path) -> Tree {
    tree.keys().map(|path| (path.clone(), std::fs::read_to_string(dir.join(path)).unwrap())).collect()
}

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Replaces a text that stands once in a tree.
fn edit(tree: &Tree, old: &str, new: &str) -> Edit {
    let (file, text) = tree.values().enumerate().find(|(_, text)| text.contains(old)).expect("it is in the tree");
    Edit { file, span: at(text, old, 0), text: new.to_owned() }
}

#[test]
fn every_format_carries_the_same_edits() {
    let tree = tree(&[
        ("app/größe 🗝.js", "import x\r\n// 🗝 für üns\r\n\tnew Client('🗝ü', { appId: a, key: k }) // ä\r\nlast()"),
        ("lib/b.py", "x = 1\ny = '🗝'; login(id, key); done('ü')\n\n\n\n\n\n\n\n\nz = login2(id, key)\n"),
    ]);
    let import = Edit { file: 1, span: Span::new(0, 0), text: "import os\n".to_owned() };
    let report = report(
        &tree,
        vec![
            vec![edit(&tree, "appId: a, key: k", "token: '🗝'"), edit(&tree, "last()", "first()\r\nlast()")],
            vec![import.clone(), edit(&tree, "login(id, key)", "login(os.environ['ü'])")],
            vec![import, edit(&tree, "z = login2(id, key)\n", "")],
        ],
    );
    let wanted = expected(&tree, &report);
    let rendered = Rendered::of(report);
    rendered.hold(&tree, &wanted);
    if let Some(patched) = by_patch(&tree, &rendered.diff) {
        assert_eq!(patched, wanted);
    }
}

/// From the program to its user: whoever applies what a format carries gets what `--fix` writes.
#[test]
fn every_format_carries_what_fix_writes() {
    let tree = tree(&[
        ("Gemfile.lock", "GEM\n  specs:\n    intercom (4.1.0)\n"),
        (
            "app/größe 🗝.rb",
            "require 'intercom'\r\n\tü = \"🗝\"; c = Intercom::Client.new(app_id: ENV['RUBY_ID'], api_key: ENV['RUBY_KEY']) # ü\r\n",
        ),
        (
            "web/a.js",
            "const Intercom = require('intercom-client');\nconst ü = '🗝', c = new Intercom.Client({ appId: process.env.ID, appApiKey: process.env.KEY });",
        ),
        ("web/package.json", "{ \"dependencies\": { \"intercom-client\": \"2.11.0\" } }\n"),
    ]);
    let dir = stored(&tree);
    // Nothing above the directory governs it.
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    let rendered = Rendered::printed(dir.path());
    check(dir.path(), &["--fix", "--unsafe-fixes", "--allow-no-vcs"]);
    let wanted = read(&tree, dir.path());
    let differ = tree.iter().filter(|(path, text)| wanted[*path] != **text).count();
    assert!(differ >= 2, "{wanted:?}");
    rendered.hold(&tree, &wanted);
    if let Some(patched) = by_patch(&tree, &rendered.diff) {
        assert_eq!(patched, wanted);
    }
}

/// Texts at their edges, and names that have to be quoted.
#[test]
fn patch_takes_every_diff() {
    for (path, text, old, new) in [
        ("plain", "a\nb\nc\n", "b\n", ""),
        ("plain", "only", "only", "two\nlines"),
        ("plain", "a\nlast", "\nlast", "\nlast\n"),
        ("plain", "a\nlast\n", "last\n", "last"),
        ("plain", "all\nof\nit\n", "all\nof\nit\n", ""),
        ("a dir/with blanks", "x\r\ny\r\n", "y", "z"),
        ("quo\"te\\s", "x\n", "x", "y"),
        ("ta\tb", "x\n", "x", "y"),
        ("esc\u{1b}[31m\u{202e}", "x\n", "x", "y"),
        ("über/🗝", "x\n", "x", "y"),
    ] {
        let tree = tree(&[(path, text)]);
        let report = report(&tree, vec![vec![edit(&tree, old, new)]]);
        let wanted = expected(&tree, &report);
        let rendered = Rendered::of(report);
        // Whether a file that is empty now goes is up to the program.
        let patched = if wanted[path].is_empty() { None } else { by_patch(&tree, &rendered.diff) };
        if let Some(patched) = patched {
            assert_eq!(patched, wanted, "{path:?}");
        }
    }
}

/// What stands under the name that a diff gives a file, and when a diff says that it is no patch.
#[test]
fn names_are_quoted_as_git_does_and_what_is_no_patch_says_so() {
    let header = |path: &str| {
        let tree = tree(&[(path, "x\n")]);
        let report = report(&tree, vec![vec![edit(&tree, "x", "y")]]);
        Rendered::of(report).diff.lines().next().unwrap().to_owned()
    };
    assert_eq!(header("a/ü.rb"), "--- a/a/ü.rb");
    assert_eq!(header("a b"), "--- a/a b\t");
    assert_eq!(header("a\"\\\t\n\u{1b}\u{202e}"), r#"--- "a/a\"\\\t\n\033\342\200\256""#);
    assert_eq!(header("/srv/a"), "--- a/srv/a");
    let first = |text: &str, secrets: &[Span]| {
        let tree = tree(&[("f", text)]);
        let mut report = report(&tree, vec![vec![edit(&tree, "x", "y")]]);
        report.files = vec![masked("f", text.as_bytes(), secrets)];
        Rendered::of(report).diff.lines().next().unwrap().to_owned()
    };
    let far = format!("x\n{}", "\n".repeat(9));
    assert!(first("x\nsecret\n", &[Span::new(2, 8)]).contains("a credential is masked"));
    assert!(first("x\n\u{202e}\n", &[]).contains("characters are escaped"));
    assert_eq!(first(&format!("{far}secret\u{202e}"), &[Span::new(far.len(), far.len() + 6)]), "--- a/f");
}

proptest! {
    #[test]
    fn any_edits_come_out_the_same(
        parts in proptest::collection::vec(prop_oneof![
            Just("\n"), Just("\n"), Just("\r\n"), Just("a"), Just("ü"), Just("🗝"), Just("日 "), Just("\tb"),
        ], 1..60),
        cuts in proptest::collection::btree_set(0usize..60, 2..12),
        texts in proptest::collection::vec(prop_oneof![Just(""), Just("x"), Just("ü\n"), Just("\r\n🗝"), Just("a\nb\nc")], 6),
        dense in any::<bool>(),
    ) {
        // Without changes at every other place, hunks stand apart.
        let parts: Vec<&str> = parts.into_iter().flat_map(|part| if dense { vec![part] } else { vec![part, "\n", "\n"] }).collect();
        let text: String = parts.concat();
        let offsets: Vec<usize> = std::iter::once(0).chain(parts.iter().scan(0, |at, part| { *at += part.len(); Some(*at) })).collect();
        let cuts: Vec<usize> = cuts.into_iter().map(|cut| offsets[cut * (offsets.len() - 1) / 59]).collect();
        let pairs = cuts.chunks_exact(2).zip(&texts);
        let mut edits: Vec<Edit> = pairs.map(|(pair, text)| Edit { file: 0, span: Span::new(pair[0], pair[1]), text: (*text).to_owned() }).collect();
        edits.dedup_by_key(|edit| edit.span);
        let tree = Tree::from([("f".to_owned(), text)]);
        let report = report(&tree, edits.into_iter().map(|edit| vec![edit]).collect());
        let wanted = expected(&tree, &report);
        Rendered::of(report).hold(&tree, &wanted);
    }
}
