//! What a repository shows of how it is worked on.
//!
//! Owns the names that are looked for. It proposes nothing. The decision to know: only the files of the root are looked
//! at, none is followed through a link, and no configuration of git is read.

use std::path::Path;

use crate::config::{self, Files};

pub(super) const WORKFLOW: &str = ".github/workflows/dekey.yml";
pub(super) const HUSKY_HOOK: &str = ".husky/pre-commit";
pub(super) const PRE_COMMIT: &str = ".pre-commit-config.yaml";

const LEFTHOOK: &[&str] = &[
    "lefthook.yml",
    "lefthook.yaml",
    "lefthook.toml",
    "lefthook.json",
    ".lefthook.yml",
    ".lefthook.yaml",
    ".lefthook.toml",
    ".lefthook.json",
];
const LINT_STAGED: &[&str] = &[
    ".lintstagedrc",
    ".lintstagedrc.json",
    ".lintstagedrc.yaml",
    ".lintstagedrc.yml",
    ".lintstagedrc.js",
    ".lintstagedrc.cjs",
    ".lintstagedrc.mjs",
    "lint-staged.config.js",
    "lint-staged.config.cjs",
    "lint-staged.config.mjs",
];

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Relative to the root.
    pub path: String,
    /// Whether dekey is named in it.
    pub mentions: bool,
}

/// What a repository has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// The file with dekey's settings.
    pub settings: Option<String>,
    /// Whether it is worked on at GitHub.
    pub github: bool,
    /// Whether there is a workflow of ours.
    pub workflow: bool,
    /// The pipeline of GitLab.
    pub gitlab: Option<Existing>,
    /// The pipeline of CircleCI.
    pub circleci: Option<Existing>,
    /// Whether husky runs hooks.
    pub husky: bool,
    /// The hook of husky that runs before a commit.
    pub husky_hook: Option<Existing>,
    /// The configuration of lefthook.
    pub lefthook: Option<Existing>,
    /// The configuration of pre-commit.
    pub pre_commit: Option<Existing>,
    /// The configuration of lint-staged.
    pub lint_staged: Option<Existing>,
    /// Whether `package.json` names dekey.
    pub package: bool,
    /// Whether there is a `package.json`.
    pub npm: bool,
}

impl Signs {
    /// Looks at a root. `is_dir` tells whether there is a directory, not a link to one, at a path relative to it.
    #[must_use]
    pub fn of(files: &dyn Files, is_dir: &dyn Fn(&Path) -> bool) -> Self {
        // What is there and cannot be read is not ours to replace either.
        let text = |path: &str| match files.read(Path::new(path)) {
            Ok(bytes) => bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            Err(_) => Some(String::new()),
        };
        let existing = |path: &&str| {
            text(path).map(|text| Existing { path: (*path).to_owned(), mentions: text.contains("dekey") })
        };
        let package = text("package.json");
        let npm = package.is_some();
        let package = package.unwrap_or_default();
        let staged_in_package = || {
            let mentions = package.contains("\"dekey check");
            package.contains("\"lint-staged\"").then(|| Existing { path: "package.json".to_owned(), mentions })
        };
        Self {
            settings: config::settings_in(files, Path::new("")).map(|path| path.to_string_lossy().into_owned()),
            github: is_dir(Path::new(".github")),
            workflow: matches!(files.read(Path::new(WORKFLOW)), Ok(Some(_))),
            gitlab: existing(&".gitlab-ci.yml"),
            circleci: existing(&".circleci/config.yml"),
            husky: is_dir(Path::new(".husky")),
            husky_hook: existing(&HUSKY_HOOK),
            lefthook: LEFTHOOK.iter().find_map(existing),
            pre_commit: existing(&PRE_COMMIT),
            lint_staged: LINT_STAGED.iter().find_map(existing).or_else(staged_in_package),
            package: package.contains("\"dekey\""),
            npm,
        }
    }
}
