//! What the documents say, held against the program: output they show, tables they repeat, places they point to.
//!
//! `DEKEY_BLESS=1` writes the output and the tables anew; the difference is reviewed like code.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use dekey::finding::{Level, Route};
use dekey::pack::{Pack, Rule, builtin};
use regex::Regex;

static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| builtin::packs().unwrap_or_else(|error| panic!("{error}")));

/// Held by the tests that may write one and the same document.
static WRITING: Mutex<()> = Mutex::new(());

/// Folders without documents of ours: what is built, and Markdown that is data.
const OTHER: &[&str] = &["target", "fixtures", "tests", ".git"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn blessing() -> bool {
    std::env::var_os("DEKEY_BLESS").is_some()
}

/// Every document: its path in the project and its text.
fn documents() -> Vec<(PathBuf, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![root().to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it exists") {
            let path = entry.expect("readable").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !OTHER.contains(&name) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = std::fs::read_to_string(&path).expect("documents are UTF-8");
                found.push((path.strip_prefix(root()).expect("below the root").to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// Holds a document against what it should be, or makes it so.
fn same(path: &str, text: &str, expected: &str) {
    if blessing() {
        std::fs::write(root().join(path), expected).expect("writable");
    } else {
        let hint = "differs from what the program says (`DEKEY_BLESS=1 cargo test --test docs` accepts):";
        let diff = similar::TextDiff::from_lines(text, expected);
        assert!(text == expected, "{path} {hint}\n{}", diff.unified_diff().context_radius(2));
    }
}

/// What `dekey ARGUMENTS` prints in the project's directory.
fn dekey(arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(arguments.split_whitespace())
        .current_dir(root())
        .env_clear()
        .output()
        .expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8(text).expect("our output is UTF-8")
}

/// A block `$ dekey …` of a document holds what that command prints. One that ends in `…` holds its first paragraph.
#[test]
fn output_shown_is_output_printed() {
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut shown = 0;
    for (path, text) in documents() {
        let (mut expected, mut rest) = (String::new(), text.as_str());
        while let Some(at) = rest.find("```console\n$ dekey ") {
            let block = at + "```console\n".len();
            let len = rest[block..].find("\n```").expect("the block ends");
            let body = &rest[block..block + len];
            let command = body.lines().next().unwrap_or_default();
            let printed = dekey(&command["$ dekey ".len()..]);
            let output = match body.ends_with("\n…") {
                true => format!("{}\n\n…", printed.split("\n\n").next().unwrap_or_default()),
                false => printed.trim_end().to_owned(),
            };
            write!(expected, "{}{command}\n{output}", &rest[..block]).expect("a string takes it");
            rest = &rest[block + len..];
            shown += 1;
        }
        same(path.to_str().expect("our names are UTF-8"), &text, &(expected + rest));
    }
    assert!(shown > 0, "no document shows output");
}

#[test]
fn the_rules_page_is_what_the_packs_say() {
    let text = std::fs::read_to_string(root().join("docs/rules.md")).unwrap_or_default();
    let mut page = String::from(
        "# Rules\n\nWritten from the packs in `rules/` by `DEKEY_BLESS=1 cargo test --test docs`; `dekey explain RULE` \
         prints the same words.\nThe statements are the vendor's in our words.\n",
    );
    for pack in PACKS.iter() {
        for rule in sorted(pack) {
            page += &section(pack, rule);
        }
        page += "\n## What stays silent\n\n| exemption | because |\n| --- | --- |\n";
        for row in &pack.exemptions {
            page += &format!("| `{}` | {} |\n", row.id, row.reason);
        }
    }
    for rule in dekey::suppress::rules() {
        page += &own_section(rule);
    }
    same("docs/rules.md", &text, &page);
}

/// All there is to say about a rule.
fn section(pack: &Pack, rule: &Rule) -> String {
    let doc = &rule.doc;
    let words = |text: &str| text.replace("{variable}", &pack.variable);
    let mut out = format!("\n## {}\n\n`{}`, {}: {}.\n", short(rule), doc.id, level(doc.level), doc.summary);
    let mut say = |heading: &str, text: &str| out += &format!("\n- **{heading}** {}", text.trim());
    say("It says:", &rule.message.replace("{}", "…"));
    say("Why:", &doc.why);
    let routes = [
        ("For your own data:", Route::AccessToken),
        ("For other people's data:", Route::Oauth),
        ("Where nothing replaces it:", Route::Remove),
    ];
    let any = words(rule.remedy(None));
    say("What to do:", &any);
    for (heading, route) in routes {
        let remedy = words(rule.remedy(Some(route)));
        if remedy != any {
            say(heading, &remedy);
        }
    }
    say(&format!("{} says:", pack.name), &format!("{} ([page]({}))", doc.statement, doc.help));
    out + &format!("\n\n```diff\n- {}\n+ {}\n```\n", lines(&doc.before, "- "), lines(&doc.after, "+ "))
}

/// The same of one of dekey's own, which no vendor has said anything about.
fn own_section(rule: &Rule) -> String {
    let doc = &rule.doc;
    let head = format!("\n## {}\n\n`{}`, {}: {}.\n", short(rule), doc.id, level(doc.level), doc.summary);
    let said = format!(
        "\n- **It says:** {}\n- **Why:** {}\n- **What to do:** {}",
        rule.message.replace("{}", "…"),
        doc.why,
        doc.remedy
    );
    head + &said + &format!("\n\n```diff\n- {}\n+ {}\n```\n", lines(&doc.before, "- "), lines(&doc.after, "+ "))
}

fn lines(code: &str, mark: &str) -> String {
    code.trim_end().replace('\n', &format!("\n{mark}"))
}

#[test]
fn the_readme_lists_every_rule() {
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let readme = std::fs::read_to_string(root().join("README.md")).expect("it exists");
    let (begin, end) = ("<!-- rules -->\n", "<!-- /rules -->");
    let from = readme.find(begin).expect("the table is marked") + begin.len();
    let to = readme.find(end).expect("the table's end is marked");
    let mut table = String::from("| rule | level | finds |\n| --- | --- | --- |\n");
    for rule in PACKS.iter().flat_map(sorted).chain(dekey::suppress::rules()) {
        let (name, level) = (short(rule), level(rule.doc.level));
        table += &format!("| [`{name}`](docs/rules.md#{name}) | {level} | {} |\n", rule.doc.summary);
    }
    same("README.md", &readme, &format!("{}{table}{}", &readme[..from], &readme[to..]));
}

fn sorted(pack: &Pack) -> Vec<&Rule> {
    let mut rules: Vec<&Rule> = pack.rules.iter().collect();
    rules.sort_by_key(|rule| &rule.doc.id);
    rules
}

/// A rule's id without the vendor.
fn short(rule: &Rule) -> &str {
    rule.doc.id.rsplit('/').next().unwrap_or_default()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

#[test]
fn the_configuration_shown_is_accepted() {
    let rules = PACKS.iter().flat_map(|pack| &pack.rules).chain(dekey::suppress::rules());
    let rules: Vec<&str> = rules.map(|rule| rule.doc.id.as_str()).collect();
    let readme = std::fs::read_to_string(root().join("README.md")).expect("it exists");
    let shown: Vec<&str> = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!shown.is_empty(), "the README shows no configuration");
    for text in shown {
        let problems = dekey::config::parse(text.as_bytes(), &rules).err().unwrap_or_default();
        assert!(problems.is_empty(), "{text}\n{problems:?}");
    }
}

/// Without blocks of code, whose text is no Markdown.
fn prose(text: &str) -> String {
    let mut code = false;
    let outside = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    outside.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("it compiles");
    let mut dead = Vec::new();
    for (path, text) in documents() {
        let text = prose(&text);
        for target in link.captures_iter(&text).map(|found| found.get(1).expect("it is there").as_str()) {
            if target.starts_with("https://") || target.starts_with("http://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file =
                if file.is_empty() { root().join(&path) } else { root().join(&path).with_file_name("").join(file) };
            let there = match std::fs::read_to_string(&file) {
                Ok(text) => anchor.is_empty() || anchors(&text).contains(anchor),
                Err(_) => file.is_dir(),
            };
            if !there {
                dead.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(dead.is_empty(), "\n{}", dead.join("\n"));
}

/// The anchors that headings get: lower case, blanks as `-`, other signs left out.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' '));
    let kept = |c: &char| c.is_alphanumeric() || "-_ ".contains(*c);
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

/// A path in backquotes exists. `NAME` and `VENDOR` stand for a name to choose.
#[test]
fn every_path_named_exists() {
    let path = Regex::new(r"`((?:src|tests|rules|fixtures|benches|oracle|docs|\.ci)/[\w./-]*)`").expect("it compiles");
    let name = Regex::new("NAME|VENDOR").expect("it compiles");
    let mut missing = Vec::new();
    for (document, text) in documents() {
        for found in path.captures_iter(&text).map(|found| found.get(1).expect("it is there").as_str()) {
            let beside = root().join(&document).with_file_name("").join(found);
            if !(name.is_match(found) || root().join(found).exists() || beside.exists()) {
                missing.push(format!("{}: {found}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// A test that a document names is there.
#[test]
fn every_test_named_exists() {
    let name = Regex::new(r"`([a-z]+(?:_[a-z]+){3,})`").expect("it compiles");
    let (mut code, mut folders) = (String::new(), vec![root().join("src"), root().join("tests")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it exists") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                code += &std::fs::read_to_string(path).expect("our files are UTF-8");
            }
        }
    }
    let documents = documents();
    let named = documents.iter().flat_map(|(_, text)| name.captures_iter(text)).map(|found| found[1].to_owned());
    let missing: Vec<String> = named.filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}
