use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::config::Files;
use crate::source::ReadError;

struct Tree(BTreeMap<PathBuf, Vec<u8>>);

impl Files for Tree {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.get(path).cloned())
    }
}

/// What is proposed for these files: `+` made, `~` to be added to, `=` kept.
fn proposed(files: &[(&str, &str)]) -> (String, usize) {
    let files = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_owned()));
    let tree = Tree(files.collect());
    let is_dir = |dir: &Path| tree.0.keys().any(|path| path.starts_with(dir) && path != dir);
    let proposal = propose(&Signs::of(&tree, &is_dir));
    let line = |step: &Step| {
        let sign = match &step.task {
            Task::Create { .. } => '+',
            Task::Add(_) => '~',
            Task::Keep => '=',
        };
        format!("{sign}{}", step.path)
    };
    (proposal.steps.iter().map(line).collect::<Vec<_>>().join(" "), proposal.then.len())
}

#[test]
fn what_is_proposed_follows_from_what_is_there() {
    let hook = "+dekey.toml +.pre-commit-config.yaml";
    for (files, steps, then) in [
        (&[][..], hook, 1),
        (&[(".github/CODEOWNERS", "")], "+dekey.toml +.pre-commit-config.yaml +.github/workflows/dekey.yml", 1),
        (&[(".gitlab-ci.yml", "")], "+dekey.toml +.pre-commit-config.yaml ~.gitlab-ci.yml", 1),
        (&[(".circleci/config.yml", "")], "+dekey.toml +.pre-commit-config.yaml ~.circleci/config.yml", 1),
        (&[(".husky/_/h", "")], "+dekey.toml +.husky/pre-commit", 1),
        (&[(".husky/pre-commit", "npx lint-staged")], "+dekey.toml ~.husky/pre-commit", 1),
        (&[(".husky/pre-commit", "dekey check --staged")], "+dekey.toml =.husky/pre-commit", 1),
        (&[("lefthook.yml", "")], "+dekey.toml ~lefthook.yml", 1),
        (&[(".pre-commit-config.yaml", "repos: []")], "+dekey.toml ~.pre-commit-config.yaml", 0),
        (&[("package.json", "{\"lint-staged\": {}}")], "+dekey.toml ~package.json", 1),
        (&[("package.json", "{\"dekey\": {}}")], "=package.json +.pre-commit-config.yaml", 1),
        (&[("pyproject.toml", "[tool.dekey]")], "=pyproject.toml +.pre-commit-config.yaml", 1),
    ] {
        assert_eq!(proposed(files), (steps.to_owned(), then), "{files:?}");
    }
    let all = [
        (".dekey.toml", ""),
        (".github/workflows/dekey.yml", ""),
        (".gitlab-ci.yml", "dekey:"),
        (".husky/pre-commit", ""),
        ("lefthook.yml", ""),
        ("package.json", "{\"devDependencies\": {\"dekey\": \"1\"}}"),
    ];
    let steps = "=.dekey.toml ~.husky/pre-commit =.github/workflows/dekey.yml =.gitlab-ci.yml";
    assert_eq!(proposed(&all), (steps.to_owned(), 0));
}

#[cfg(unix)]
#[test]
fn a_new_file_replaces_nothing_and_follows_no_link() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap().join("root");
    let outside = dir.path().join("outside");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::create_dir(&outside).unwrap();
    let made = |path: &str| create(&root, Path::new(path), "new", false);

    assert!(made("a/b/file").unwrap());
    assert_eq!(std::fs::read(root.join("a/b/file")).unwrap(), b"new");
    std::fs::write(root.join("old"), "old").unwrap();
    assert!(!made("old").unwrap());
    assert_eq!(std::fs::read(root.join("old")).unwrap(), b"old");

    std::os::unix::fs::symlink(outside.join("none"), root.join("dangling")).unwrap();
    assert!(!made("dangling").unwrap());
    std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
    assert!(made("link/file").is_err());
    assert!(made("old/file").is_err());
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);

    use std::os::unix::fs::PermissionsExt as _;
    assert!(create(&root, Path::new("hook"), "x", true).unwrap());
    assert_eq!(std::fs::metadata(root.join("hook")).unwrap().permissions().mode() & 0o100, 0o100);
}
