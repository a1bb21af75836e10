//! The configuration, as a user meets it: where it is found, what it does, what is said of mistakes; and its schema.
//!
//! `DEKEY_BLESS=1` writes the schema and the table of keys anew; the difference is reviewed like code.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use dekey::config;
use dekey::pack::builtin;
use jsonschema::Validator;
use serde_json::Value;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn dekey(dir: &Path, args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_dekey")).args(args).current_dir(dir).env_clear().output().unwrap();
    Ran {
        code: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A login that is reported in whatever file it stands.
const LOGIN: &str = "require 'intercom'\nIntercom::Client.new(app_id: ENV['A'], api_key: ENV['K'])\n";

/// A repository with these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// The files with findings, and their levels, one a line.
fn found(dir: &Path, args: &[&str]) -> String {
    let ran = dekey(dir, &[&["check", "--output-format", "concise", "--quiet"], args].concat());
    assert!(ran.code != 2, "{}", ran.err);
    let line = |line: &str| {
        let (path, rest) = line.split_once(':').unwrap();
        let level = rest.split([' ', '[']).find(|word| ["note", "warning", "error"].contains(word)).unwrap();
        format!("{path} {level}")
    };
    ran.out.lines().filter(|line| line.contains("deprecated-api-key-auth")).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_source_governs_and_the_nearest_wins() {
    let off = |head: &str| format!("{head}ignore = [\"deprecated-api-key-auth\"]\n");
    let package = "{\"dekey\": {\"ignore\": [\"deprecated-api-key-auth\"]}}";
    for (name, text) in [
        ("dekey.toml", off("").as_str()),
        (".dekey.toml", off("").as_str()),
        ("pyproject.toml", off("[tool.dekey]\n").as_str()),
        ("package.json", package),
    ] {
        let dir = repository(&[("app.rb", LOGIN), ("sub/app.rb", LOGIN), (name, text)]);
        assert_eq!(found(dir.path(), &[]), "", "{name}");
        assert_eq!(found(dir.path(), &["sub"]), "", "{name}");
        std::fs::write(dir.path().join("sub/dekey.toml"), "").unwrap();
        assert_eq!(found(dir.path(), &["sub"]), "sub/app.rb error", "{name}");
        assert_eq!(found(&dir.path().join("sub"), &[]), "app.rb error", "{name}");
        assert_eq!(found(&dir.path().join("sub"), &["--config", &format!("../{name}")]), "", "{name}");
    }
}

#[test]
fn of_two_side_by_side_it_is_said_which_counts() {
    let dir = repository(&[("dekey.toml", ""), (".dekey.toml", ""), ("sub/a.rb", "")]);
    for args in [&["check"][..], &["check", "sub"], &["plan"]] {
        let ran = dekey(dir.path(), args);
        assert_eq!(ran.code, 0, "{args:?}");
        assert!(ran.err.contains("dekey.toml governs; the settings in .dekey.toml do not count"), "{}", ran.err);
    }
    assert!(!dekey(dir.path(), &["check", "--quiet"]).err.contains("governs"));
}

#[test]
fn overrides_hold_for_their_paths_and_the_command_line_wins() {
    let dir = repository(&[
        (
            "dekey.toml",
            "[[overrides]]\npaths = ['/spec/']\nlevels = { deprecated-api-key-auth = 'note' }\n\
             [[overrides]]\npaths = ['*.old.rb']\nselect = ['outdated-sdk']\n\
             [[overrides]]\npaths = ['/odd/']\nmin-confidence = 'high'\n",
        ),
        ("app.rb", LOGIN),
        ("app.old.rb", LOGIN),
        ("odd/app.rb", LOGIN),
        ("spec/app.rb", LOGIN),
        ("sub/spec/app.rb", LOGIN),
    ]);
    assert_eq!(found(dir.path(), &[]), "app.rb error\nspec/app.rb note\nsub/spec/app.rb error");
    assert_eq!(found(&dir.path().join("sub"), &["../spec", "spec"]), "../spec/app.rb note\nspec/app.rb error");
    let all = found(dir.path(), &["--select", "deprecated-api-key-auth", "--min-confidence", "medium"]);
    assert_eq!(all.lines().count(), 5, "{all}");
}

#[test]
fn what_an_override_leaves_out_is_not_fixed() {
    let other = LOGIN.replace("'A'", "'B'").replace("'K'", "'L'");
    let dir = repository(&[
        ("dekey.toml", "[[overrides]]\npaths = ['/old/']\nignore = ['deprecated-api-key-auth']\n"),
        ("app.rb", LOGIN),
        ("old/app.rb", &other),
    ]);
    let ran = dekey(dir.path(), &["check", "--fix", "--unsafe-fixes", "--allow-no-vcs", "--allow-dirty"]);
    assert!(ran.err.contains("Fixed 1 finding in 1 file"), "{}", ran.err);
    assert_ne!(std::fs::read_to_string(dir.path().join("app.rb")).unwrap(), LOGIN);
    assert_eq!(std::fs::read_to_string(dir.path().join("old/app.rb")).unwrap(), other);
}

#[test]
fn what_is_extended_is_inherited() {
    let dir = repository(&[
        ("dekey.toml", "extends = 'shared/dekey.toml'\nfail-on = 'error'\n"),
        ("shared/dekey.toml", "fail-on = 'note'\nexclude = ['/none/']\n[levels]\ndeprecated-api-key-auth = 'note'\n"),
        ("app.rb", LOGIN),
    ]);
    assert_eq!(found(dir.path(), &[]), "app.rb note");
    assert_eq!(dekey(dir.path(), &["check"]).code, 0);
    let shown = dekey(dir.path(), &["config", "show"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    assert!(
        shown.out.contains("dekey.toml\n# Extended: ") && shown.out.contains("fail-on = \"error\""),
        "{}",
        shown.out
    );
    assert!(shown.out.contains("\"intercom/deprecated-api-key-auth\" = \"note\""), "{}", shown.out);
    // What is shown is a configuration.
    std::fs::write(dir.path().join("shown.toml"), &shown.out).unwrap();
    let again = dekey(dir.path(), &["config", "show", "--config", "shown.toml"]);
    let settings = |text: &str| text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    assert_eq!(settings(&again.out), settings(&shown.out));
    let none = dekey(repository(&[]).path(), &["config", "show"]);
    assert!(none.code == 0 && none.out.starts_with("# No configuration"), "{}", none.out);
}

#[test]
fn mistakes_are_2_and_point_into_the_file() {
    for (name, text, said) in [
        ("dekey.toml", "# ok\nexclud = []\n", "dekey.toml:2:1"),
        (".dekey.toml", "min-confidence = 1\n", "dekey.toml:1:18"),
        ("pyproject.toml", "[project]\n[tool.dekey]\nselect = 1\n", "pyproject.toml:3:10"),
        ("package.json", "{\n  \"dekey\": {\n    \"selekt\": []\n  }\n}\n", "package.json:3:5"),
        ("package.json", "{\n  \"dekey\": { \"select\": [ }\n}\n", "package.json:2:"),
        ("dekey.toml", "extends = 'dekey.toml'\n", "extends itself"),
        ("dekey.toml", "extends = 'absent.toml'\n", "there is no such file"),
        ("dekey.toml", "extends = '../../etc/passwd'\n", "inside the repository"),
        ("dekey.toml", "baseline = '/etc/passwd'\n", "inside the repository"),
        ("dekey.toml", "[[overrides]]\nignore = []\n", "has no `paths`"),
        ("dekey.toml", "\"\u{1b}]0;x\u{7}\" = '\u{202e}'\n", "unknown key"),
        ("dekey.toml", &format!("audience = '{}'\n", "x".repeat(100_000)), "does not fit here"),
    ] {
        let dir = repository(&[(name, text)]);
        for args in [&["check"][..], &["config", "show"]] {
            let ran = dekey(dir.path(), args);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
            assert!(ran.err.contains(said), "{text}: {}", ran.err);
            assert!(ran.err.len() < 2000 && !ran.err.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text}: {}", ran.err);
        }
    }
    let several = dekey(repository(&[("dekey.toml", "a = 1\nb = 2\nlevels = 3\n")]).path(), &["check"]).err;
    assert_eq!(several.matches("error: ").count(), 3, "{several}");
    let named = dekey(repository(&[("package.json", "{}")]).path(), &["check", "--config", "package.json"]);
    assert!(named.code == 2 && named.err.contains("has no key `dekey`"), "{}", named.err);
}

#[cfg(unix)]
#[test]
fn no_link_leads_to_a_configuration() {
    let outside = repository(&[("secret.toml", "fail-on = 'note'\n")]);
    let link = |dir: &Path, name: &str| std::os::unix::fs::symlink(outside.path(), dir.join(name)).unwrap();
    let dir = repository(&[("dekey.toml", "extends = 'link/secret.toml'\n")]);
    link(dir.path(), "link");
    let ran = dekey(dir.path(), &["check"]);
    assert!(ran.code == 2 && ran.err.contains("symbolic link"), "{}", ran.err);
    // A file of others is not complained of: it has no settings then.
    let dir = repository(&[]);
    link(dir.path(), "package.json");
    assert_eq!(dekey(dir.path(), &["check"]).code, 0);
}

static RULES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let packs = builtin::packs().unwrap_or_else(|error| panic!("{error}"));
    packs.iter().flat_map(|pack| &pack.rules).map(|rule| rule.doc.id.clone()).collect()
});

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The schema, which the committed one is held against.
fn schema() -> Value {
    config::schema(&RULES.iter().map(String::as_str).collect::<Vec<_>>())
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).expect("the schema is one")
}

/// Holds a file against what it should be, or makes it so.
fn same(path: &str, expected: &str) {
    let path = root().join(path);
    if std::env::var_os("DEKEY_BLESS").is_some() {
        std::fs::write(path, expected).expect("writable");
    } else {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text == expected, "{} differs (`DEKEY_BLESS=1 cargo test --test config` accepts)", path.display());
    }
}

#[test]
fn the_schema_is_what_the_program_prints() {
    let printed = dekey(&root(), &["config", "schema"]);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    same("docs/schemas/dekey.schema.json", &printed.out);
}

#[test]
fn the_table_of_keys_is_that_of_the_schema() {
    let page = std::fs::read_to_string(root().join("docs/configuration.md")).expect("it exists");
    let (begin, end) = ("<!-- keys -->\n", "<!-- /keys -->");
    let from = page.find(begin).expect("the table is marked") + begin.len();
    let to = page.find(end).expect("the table's end is marked");
    let mut table = String::from("| key | meaning |\n| --- | --- |\n");
    for (key, schema) in schema()["properties"].as_object().expect("it has keys") {
        let choices = schema["enum"].as_array().into_iter().flatten().map(|choice| format!("`{choice}`"));
        let mut meaning = schema["description"].as_str().expect("each key is described").to_owned();
        let choices: Vec<_> = choices.collect();
        if !choices.is_empty() {
            meaning = format!("{} {meaning}", choices.join(", "));
        }
        table += &format!("| `{key}` | {meaning} |\n");
    }
    same("docs/configuration.md", &format!("{}{table}{}", &page[..from], &page[to..]));
}

/// The settings in a text of this language, as JSON.
fn settings(language: &str, text: &str) -> Value {
    let whole: Value = match language {
        "json" => serde_json::from_str(text).expect("it is JSON"),
        _ => toml::from_str(text).expect("it is TOML"),
    };
    let section = whole.get("dekey").or_else(|| whole.get("tool")?.get("dekey"));
    section.cloned().unwrap_or(whole)
}

#[test]
fn every_example_is_valid() {
    let validator = validator();
    let rules: Vec<&str> = RULES.iter().map(String::as_str).collect();
    let mut examples = 0;
    for page in ["README.md", "docs/configuration.md"] {
        let page = std::fs::read_to_string(root().join(page)).expect("it exists");
        for language in ["toml", "json"] {
            let fence = format!("```{language}\n");
            for text in page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()) {
                let value = settings(language, text);
                let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{text}\n{errors:?}");
                let text = toml::to_string(&value).expect("it is TOML too");
                let problems = config::parse(text.as_bytes(), &rules).err().unwrap_or_default();
                assert!(problems.is_empty(), "{text}\n{problems:?}");
                examples += 1;
            }
        }
    }
    assert!(examples > 5);
}

/// What the reader refuses and a schema can say, both refuse; and what the reader takes, both take.
#[test]
fn the_schema_and_the_reader_agree() {
    let validator = validator();
    let rules: Vec<&str> = RULES.iter().map(String::as_str).collect();
    for (text, valid) in [
        ("", true),
        ("exclud = []", false),
        ("audience = 'own-data'", true),
        ("audience = 'mine'", false),
        ("fail-on = 'off'", false),
        ("min-confidence = 'low'", true),
        ("min-confidence = 1", false),
        ("select = 'outdated-sdk'", false),
        ("select = ['outdated-sdk', 'intercom/outdated-sdk']", true),
        ("select = [1]", false),
        ("variable = 'A-B'", false),
        ("baseline = '/x'", false),
        ("baseline = ''", false),
        ("extends = '../x.toml'", false),
        ("extends = 'x.toml'", true),
        ("exclude = ['a/**']", true),
        ("levels = { outdated-sdk = 'off' }", true),
        ("levels = { outdated-sdk = 'never' }", false),
        ("levels = ['outdated-sdk']", false),
        ("[[overrides]]\npaths = ['a']\nselect = ['outdated-sdk']", true),
        ("[[overrides]]\nselect = ['outdated-sdk']", false),
        ("[[overrides]]\npaths = ['a']\naudience = 'public'", false),
        ("overrides = {}", false),
    ] {
        let read = config::parse(text.as_bytes(), &rules);
        assert_eq!(read.is_ok(), valid, "{text}: {read:?}");
        // That a path leads outside only the reader can tell.
        let value: Value = toml::from_str(text).unwrap();
        assert_eq!(validator.is_valid(&value), valid || text.contains("../"), "{text}");
    }
}
