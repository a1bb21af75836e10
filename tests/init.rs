//! `dekey init`, as a user meets it; and what it writes, held to the schemas of those who read it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

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

/// Every file of a tree.
fn tree(dir: &Path) -> BTreeMap<String, String> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

/// The lines that are to be added to a file.
fn added(out: &str, file: &str) -> String {
    let (_, rest) = out.split_once(&format!("Add to {file}:\n\n")).unwrap_or_else(|| panic!("{file}: {out}"));
    rest.lines().map_while(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect()
}

fn yaml(text: &str) -> Value {
    yaml::read(text)
}

fn valid(schema: &str, value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(schema);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{value:#}\n{errors:#?}");
}

#[test]
fn new_files_are_made_and_nothing_is_replaced() {
    let dir = repository(&[(".github/CODEOWNERS", "* @me\n"), ("sub/a.rb", "")]);
    let ran = dekey(&dir.path().join("sub"), &["init"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let first = tree(dir.path());
    let names: Vec<_> = first.keys().map(String::as_str).collect();
    let expected =
        [".github/CODEOWNERS", ".github/workflows/dekey.yml", ".pre-commit-config.yaml", "dekey.toml", "sub/a.rb"];
    assert_eq!(names, expected);

    for name in ["dekey.toml", ".pre-commit-config.yaml", ".github/workflows/dekey.yml"] {
        std::fs::write(dir.path().join(name), "# mine\n").unwrap();
    }
    let mine = tree(dir.path());
    let again = dekey(dir.path(), &["init"]);
    assert_eq!(again.code, 0);
    assert_eq!(tree(dir.path()), mine);
    assert!(again.out.contains("kept         dekey.toml"), "{}", again.out);
    assert!(added(&again.out, ".pre-commit-config.yaml").contains("entry: dekey check"), "{}", again.out);
}

#[test]
fn a_dry_run_shows_all_and_writes_nothing() {
    let dir = repository(&[(".github/CODEOWNERS", ""), (".husky/_/h", "")]);
    let before = tree(dir.path());
    let dry = dekey(dir.path(), &["init", "--dry-run"]);
    assert_eq!((dry.code, tree(dir.path())), (0, before));
    assert!(dekey(dir.path(), &["init"]).code == 0);
    for (name, text) in tree(dir.path()).iter().filter(|(_, text)| !text.is_empty()) {
        assert!(dry.out.contains(&format!("would create {name}\n")), "{name}: {}", dry.out);
        for line in text.lines() {
            assert!(dry.out.contains(line), "{name}: {line}");
        }
    }
}

#[test]
fn the_settings_written_are_valid_and_show_every_key() {
    let dir = repository(&[]);
    dekey(dir.path(), &["init"]);
    let text = std::fs::read_to_string(dir.path().join("dekey.toml")).unwrap();
    assert_eq!(dekey(dir.path(), &["check"]).code, 0);
    let lines = text.lines().filter_map(|line| line.strip_prefix("# "));
    let example: String =
        lines.filter(|line| line.starts_with('[') || line.contains(" = ")).map(|line| format!("{line}\n")).collect();
    let value: Value = toml::from_str(&example).unwrap();
    valid("../../docs/schemas/dekey.schema.json", &value);
    let schema = dekey(dir.path(), &["config", "schema"]).out;
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&value), keys(&schema["properties"]));
    let example = example.replace("extends = \"config/dekey.toml\"\n", "");
    std::fs::write(dir.path().join("dekey.toml"), example).unwrap();
    let ran = dekey(dir.path(), &["config", "show"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn the_workflow_is_one() {
    let dir = repository(&[(".github/CODEOWNERS", "")]);
    dekey(dir.path(), &["init"]);
    let text = std::fs::read_to_string(dir.path().join(".github/workflows/dekey.yml")).unwrap();
    let workflow = yaml(&text);
    valid("github-workflow.json", &workflow);
    assert_eq!(workflow["permissions"], serde_json::json!({ "contents": "read" }));
    let steps = workflow["jobs"]["dekey"]["steps"].as_array().unwrap();
    assert_eq!(steps[0]["with"]["persist-credentials"], false);
    // The actions are those that this project runs itself, at the same commits.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = [".github/workflows/ci.yml", "action.yml"].map(|path| std::fs::read_to_string(root.join(path)).unwrap());
    let used: Vec<_> = text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used).collect();
    assert_eq!(used.len(), 2);
    for action in used {
        assert!(ours.iter().any(|text| text.contains(&format!("uses: {action}\n"))), "{action}");
    }
    let version = format!("npx --yes dekey@{} check ", env!("CARGO_PKG_VERSION"));
    assert!(steps.iter().any(|step| step["run"].as_str().is_some_and(|run| run.starts_with(&version))), "{text}");
}

#[test]
fn pipelines_of_others_are_told_the_lines() {
    let dir = repository(&[(".gitlab-ci.yml", "stages: [test]\n"), (".circleci/config.yml", "version: 2.1\n")]);
    let ran = dekey(dir.path(), &["init"]);
    let gitlab = yaml(&added(&ran.out, ".gitlab-ci.yml"));
    valid("gitlab-ci.json", &gitlab);
    assert!(gitlab["dekey"]["script"][0].as_str().unwrap().starts_with("npx --yes dekey@"));
    let circle = yaml(&added(&ran.out, ".circleci/config.yml"));
    assert_eq!(circle["workflows"]["dekey"]["jobs"][0], "dekey");
    assert_eq!(tree(dir.path())[".gitlab-ci.yml"], "stages: [test]\n");
}

#[test]
fn hooks_are_run_by_what_runs_hooks_already() {
    for (files, told) in [
        (&[("lefthook.yml", "pre-push:\n")][..], "lefthook.yml"),
        (&[(".husky/pre-commit", "npm test\n"), ("package.json", "{}")], ".husky/pre-commit"),
        (&[("package.json", "{\"lint-staged\": {\"*.js\": \"eslint\"}}")], "package.json"),
    ] {
        let dir = repository(files);
        let ran = dekey(dir.path(), &["init"]);
        assert!(added(&ran.out, told).contains("dekey check"), "{}", ran.out);
        assert!(!tree(dir.path()).contains_key(".pre-commit-config.yaml"), "{told}");
    }
    let dir = repository(&[(".husky/_/h", "")]);
    let ran = dekey(dir.path(), &["init"]);
    assert!(tree(dir.path())[".husky/pre-commit"].ends_with("dekey check --staged\n"));
    assert!(ran.out.contains("npm install --save-dev dekey"), "{}", ran.out);

    let dir = repository(&[]);
    dekey(dir.path(), &["init"]);
    let hook = &yaml(&tree(dir.path())[".pre-commit-config.yaml"])["repos"][0]["hooks"][0];
    assert_eq!((&hook["id"], &hook["entry"]), (&"dekey".into(), &"dekey check".into()));
    assert_eq!(hook["additional_dependencies"][0], format!("dekey=={}", env!("CARGO_PKG_VERSION")));
}

/// The command lines of all that is written or told are ones that the program takes.
#[test]
fn every_command_written_is_taken() {
    let dir = repository(&[(".github/CODEOWNERS", ""), (".gitlab-ci.yml", ""), (".circleci/config.yml", "")]);
    let ran = dekey(dir.path(), &["init", "--dry-run"]);
    let npm = format!("npx --yes dekey@{} ", env!("CARGO_PKG_VERSION"));
    let commands: Vec<&str> = ran.out.lines().filter_map(|line| line.split_once(&npm)).map(|(_, args)| args).collect();
    assert_eq!(commands.len(), 3, "{}", ran.out);
    for command in commands {
        let ran = dekey(repository(&[]).path(), &command.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let outside = tempfile::tempdir().unwrap();
    let dir = repository(&[(".github/CODEOWNERS", "")]);
    std::os::unix::fs::symlink(outside.path(), dir.path().join(".github/workflows")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("x"), dir.path().join("dekey.toml")).unwrap();
    std::os::unix::fs::symlink(outside.path(), dir.path().join(".husky")).unwrap();
    let ran = dekey(dir.path(), &["init"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.out.contains("not created  .github/workflows/dekey.yml"), "{}", ran.out);
    assert!(ran.out.contains("kept         dekey.toml"), "{}", ran.out);
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_directory_that_is_not_there_is_2() {
    let dir = repository(&[("file", "")]);
    for name in ["absent", "file"] {
        assert_eq!(dekey(dir.path(), &["init", name]).code, 2, "{name}");
    }
}

/// YAML as JSON, for schemas.
mod yaml {
    use granit_parser::{Event, Parser, ScalarStyle};
    use serde_json::{Map, Value};

    pub(super) fn read(text: &str) -> Value {
        let events = Parser::new_from_str(text).map(|event| event.unwrap_or_else(|error| panic!("{error}: {text}")).0);
        let mut events =
            events.filter(|event| !matches!(event, Event::StreamStart | Event::DocumentStart(..) | Event::Comment(..)));
        let first = events.next().expect("it has a value");
        value(first, &mut events)
    }

    fn value<'t>(event: Event<'t>, events: &mut dyn Iterator<Item = Event<'t>>) -> Value {
        match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty() || text == "~" => Value::Null,
            Event::Scalar(text, ScalarStyle::Plain, ..) => {
                serde_json::from_str(&text).unwrap_or_else(|_| text.into_owned().into())
            }
            Event::Scalar(text, ..) => text.into_owned().into(),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match events.next().expect("it ends") {
                        Event::SequenceEnd => return items.into(),
                        event => items.push(value(event, events)),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut map = Map::new();
                loop {
                    match events.next().expect("it ends") {
                        Event::MappingEnd => return map.into(),
                        Event::Scalar(key, ..) => {
                            let next = events.next().expect("a key has a value");
                            map.insert(key.into_owned(), value(next, events));
                        }
                        event => panic!("{event:?} is no key"),
                    }
                }
            }
            event => panic!("{event:?} is no value"),
        }
    }
}
