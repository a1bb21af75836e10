use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::problem::Problem;

const RULES: &[&str] = &["v/hardcoded-key", "v/leaked-token"];

/// A tree that is on no disk, as that of a commit.
#[derive(Default)]
struct Tree {
    files: BTreeMap<PathBuf, Vec<u8>>,
    asked: RefCell<Vec<PathBuf>>,
}

impl Files for Tree {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        self.asked.borrow_mut().push(path.to_owned());
        match self.files.get(path) {
            Some(bytes) if bytes == b"link" => Err(ReadError::NotRegular("a symbolic link")),
            bytes => Ok(bytes.cloned()),
        }
    }
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_owned())).collect();
    Tree { files, ..Tree::default() }
}

fn loaded(files: &[(&str, &str)], dir: &str) -> Result<Option<Config>, Error> {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join(".git")).unwrap();
    std::fs::create_dir_all(root.path().join(dir)).unwrap();
    let place = Place::of(&root.path().join(dir)).unwrap().unwrap();
    let tree = tree(files);
    let config = load(&tree, &place, RULES)?;
    assert!(tree.asked.borrow().iter().all(|path| path.is_relative()));
    Ok(config)
}

/// The files it was read from, and those that do not count.
fn governing(files: &[(&str, &str)], dir: &str) -> (String, String) {
    let config = loaded(files, dir).unwrap().unwrap_or_default();
    let names = |paths: &[PathBuf]| paths.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>().join(" ");
    (names(&config.files), names(&config.beside))
}

fn problems(files: &[(&str, &str)]) -> (String, Vec<Problem>) {
    match loaded(files, "") {
        Err(Error::Refused(refused)) => (refused.file.path.name().to_str().unwrap().to_owned(), refused.problems),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_nearest_directory_with_settings_governs() {
    let all = [
        ("dekey.toml", ""),
        ("a/package.json", "{\"dekey\": {}}"),
        ("a/b/pyproject.toml", "[tool.other]\n"),
        ("a/b/package.json", "{\"name\": \"dekey-sample\"}"),
    ];
    for (dir, file) in [("", "dekey.toml"), ("a", "a/package.json"), ("a/b/c", "a/package.json"), ("d", "dekey.toml")] {
        assert_eq!(governing(&all, dir).0, file, "{dir}");
    }
    assert_eq!(governing(&all[3..], "a/b").0, "");
}

#[test]
fn of_files_side_by_side_the_first_counts_and_the_others_are_told() {
    let all = [
        ("dekey.toml", ""),
        (".dekey.toml", ""),
        ("pyproject.toml", "[tool.dekey]\nwrong = 1\n"),
        ("package.json", "{\"dekey\": {}}"),
    ];
    let told = |first: &str, others: &str| (first.to_owned(), others.to_owned());
    assert_eq!(governing(&all, ""), told("dekey.toml", ".dekey.toml pyproject.toml package.json"));
    assert_eq!(governing(&all[1..], "").0, ".dekey.toml");
    assert_eq!(governing(&all[3..], ""), told("package.json", ""));
    assert_eq!(problems(&all[2..]).0, "pyproject.toml");
    assert_eq!(governing(&[("dekey.toml", ""), ("pyproject.toml", "")], ""), told("dekey.toml", ""));
}

#[test]
fn a_file_of_others_that_cannot_be_read_has_no_settings() {
    assert_eq!(governing(&[("dekey.toml", ""), ("a/package.json", "link")], "a").0, "dekey.toml");
    assert!(matches!(loaded(&[("a/.dekey.toml", "link")], "a"), Err(Error::Unreadable(..))));
}

#[test]
fn errors_point_into_the_file_whatever_its_language() {
    let package = "{\n  \"name\": \"x\",\n  \"dekey\": { \"exclud\": [] }\n}\n";
    for (name, text) in [("package.json", package), ("pyproject.toml", "[tool.dekey]\nexclud = []\n")] {
        let (file, problems) = problems(&[(name, text)]);
        let at = problems[0].span.unwrap().of(text.as_bytes());
        assert_eq!((file.as_str(), problems.len()), (name, 1));
        assert_eq!(String::from_utf8_lossy(at).trim_matches('"'), "exclud");
        assert_eq!(problems[0].help, "did you mean `exclude`?");
    }
}

#[test]
fn what_is_extended_fills_in_what_is_not_said() {
    let config = loaded(
        &[
            (
                "dekey.toml",
                "extends = 'shared/base.toml'\nignore = []\n[levels]\nhardcoded-key = 'note'\n[[overrides]]\npaths = ['b']\n",
            ),
            (
                "shared/base.toml",
                "extends = '../package.json'\naudience = 'public'\nignore = ['leaked-token']\nexclude = ['/x']\n\
                 [levels]\nhardcoded-key = 'error'\nleaked-token = 'off'\n[[overrides]]\npaths = ['a']\n",
            ),
            ("package.json", "{\"dekey\": {\"audience\": \"own-data\", \"variable\": \"TOKEN\"}}"),
        ],
        "",
    )
    .unwrap()
    .unwrap();
    assert_eq!(config.audience, Some(Audience::Public));
    assert_eq!(config.variable.as_deref(), Some("TOKEN"));
    assert_eq!(config.ignore, Some(Vec::new()));
    assert_eq!(config.exclude, Some(Patterns { dir: "shared".into(), lines: vec!["/x".to_owned()] }));
    let levels = [("v/hardcoded-key", Some(Level::Note)), ("v/leaked-token", None)];
    assert_eq!(
        config.levels.unwrap().into_iter().collect::<Vec<_>>(),
        levels.map(|(rule, level)| (rule.to_owned(), level))
    );
    let lines: Vec<_> = config.overrides.unwrap().into_iter().flat_map(|entry| entry.paths.unwrap().lines).collect();
    assert_eq!(lines, ["a", "b"]);
    assert_eq!((config.extends, config.files.len()), (None, 3));
}

#[test]
fn extending_in_a_circle_too_deep_or_nothing_is_refused() {
    let (file, found) = problems(&[("dekey.toml", "extends = 'b.toml'"), ("b.toml", "extends = './dekey.toml'")]);
    assert_eq!((file.as_str(), found.len()), ("b.toml", 1));
    assert!(found[0].message.contains("extends itself"), "{found:?}");
    assert_eq!(found[0].span, Some(crate::span::Span::new(10, 24)));

    let long: Vec<(String, String)> =
        (0..20).map(|n| (format!("{n}.toml"), format!("extends = '{}.toml'", n + 1))).collect();
    let mut files: Vec<(&str, &str)> = long.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("dekey.toml", "extends = '0.toml'"));
    assert!(problems(&files).1[0].message.contains("more than 8 files"));

    for (text, message) in [
        ("extends = 'absent.toml'", "there is no such file"),
        ("extends = 'pyproject.toml'", "this file has no `[tool.dekey]`"),
        ("extends = 'link.toml'", "this file cannot be read: it is a symbolic link, not a regular file"),
    ] {
        let files = [("dekey.toml", text), ("pyproject.toml", ""), ("link.toml", "link")];
        assert_eq!(problems(&files).1[0].message, message);
    }
}

#[test]
fn the_search_ends_at_the_root_of_the_repository() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    std::fs::create_dir_all(root.join("repo/.git")).unwrap();
    std::fs::create_dir_all(root.join("repo/a/b")).unwrap();
    std::fs::write(root.join("dekey.toml"), "").unwrap();
    std::fs::write(root.join("repo/a/b/code.rb"), "").unwrap();
    let found = |first: &str| {
        let place = Place::of(&root.join(first)).unwrap()?;
        let config = load(&WorkTree::new(&place.root), &place, RULES).unwrap()?;
        config.dir().map(|dir| dir.join(config.files[0].file_name().unwrap()))
    };
    assert_eq!(found("repo/a/b/code.rb"), None);
    std::fs::write(root.join("repo/dekey.toml"), "").unwrap();
    assert_eq!(found("repo/a/b/code.rb"), Some(root.join("repo/dekey.toml")));
    std::fs::write(root.join("repo/a/.dekey.toml"), "").unwrap();
    assert_eq!(found("repo/a/b"), Some(root.join("repo/a/.dekey.toml")));
    assert_eq!(found(""), Some(root.join("dekey.toml")));
    assert_eq!(found("absent"), None);
}
