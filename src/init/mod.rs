//! Setting dekey up in a repository.
//!
//! Owns what is proposed for what is found. The texts are in `texts/`. It knows neither a command line nor a rule. The
//! decision to know: nothing is asked and nothing is overwritten; a file that does not exist is made, for one that does
//! the few lines to add are told.

mod create;
mod signs;
#[cfg(test)]
mod tests;

pub use create::create;
pub use signs::Signs;

/// The version that is installed by what is written.
const VERSION: &str = env!("CARGO_PKG_VERSION");

const CONFIGURATION: &str = include_str!("texts/dekey.toml");
const WORKFLOW: &str = include_str!("texts/workflow.yml");
const GITLAB: &str = include_str!("texts/gitlab-ci.yml");
const CIRCLECI: &str = include_str!("texts/circleci.yml");
const PRE_COMMIT: &str = include_str!("texts/pre-commit-config.yaml");
const PRE_COMMIT_REPO: &str = include_str!("texts/pre-commit-repo.yaml");
const HUSKY: &str = include_str!("texts/husky.sh");
const LEFTHOOK: &str = include_str!("texts/lefthook.yml");
const LINT_STAGED: &str = include_str!("texts/lint-staged.json");

/// One thing to do, or why it is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file, relative to the root, `/` between names.
    pub path: String,
    /// What becomes of it.
    pub task: Task,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// It is made.
    Create {
        /// All of it.
        text: String,
        /// Whether it is a program.
        executable: bool,
    },
    /// It is there; a person adds these lines.
    Add(String),
    /// It is there and needs nothing.
    Keep,
}

/// What there is to do, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// File by file.
    pub steps: Vec<Step>,
    /// What a person does besides, a sentence each.
    pub then: Vec<&'static str>,
}

/// What to do for what was found.
#[must_use]
pub fn propose(signs: &Signs) -> Proposal {
    let mut proposal = Proposal::default();
    match &signs.settings {
        Some(path) => proposal.step(path, Task::Keep),
        None => proposal.create("dekey.toml", CONFIGURATION.to_owned()),
    }
    proposal.hook(signs);
    if signs.github {
        match signs.workflow {
            true => proposal.step(signs::WORKFLOW, Task::Keep),
            false => proposal.create(signs::WORKFLOW, versioned(WORKFLOW)),
        }
    }
    for (found, text) in [(&signs.gitlab, GITLAB), (&signs.circleci, CIRCLECI)] {
        if let Some(found) = found {
            proposal.add(found, versioned(text));
        }
    }
    proposal
}

impl Proposal {
    /// One hook, by whatever runs hooks already.
    fn hook(&mut self, signs: &Signs) {
        if signs.husky {
            match &signs.husky_hook {
                Some(found) => self.add(found, HUSKY.to_owned()),
                None => {
                    let task = Task::Create { text: HUSKY.to_owned(), executable: true };
                    self.step(signs::HUSKY_HOOK, task);
                }
            }
            self.then
                .extend((!signs.package).then_some("Run `npm install --save-dev dekey`, so that the hook finds it."));
        } else if let Some(found) = &signs.lefthook {
            // It does not look among the packages by itself.
            self.add(found, LEFTHOOK.replace("{dekey}", if signs.npm { "npx dekey" } else { "dekey" }));
            self.then.extend((!signs.package).then_some("Install dekey where lefthook finds it, such as by npm."));
        } else if let Some(found) = &signs.pre_commit {
            self.add(found, versioned(PRE_COMMIT_REPO));
        } else if let Some(found) = &signs.lint_staged {
            self.add(found, LINT_STAGED.to_owned());
            self.then
                .extend((!signs.package).then_some("Run `npm install --save-dev dekey`, so that the hook finds it."));
        } else {
            let text = PRE_COMMIT.replace("{repo}\n", &versioned(PRE_COMMIT_REPO));
            self.create(signs::PRE_COMMIT, text);
            self.then.push("Run `pre-commit install` once in each clone, or delete the file if you want no hook.");
        }
    }

    fn add(&mut self, found: &signs::Existing, lines: String) {
        self.step(&found.path, if found.mentions { Task::Keep } else { Task::Add(lines) });
    }

    fn create(&mut self, path: &str, text: String) {
        self.step(path, Task::Create { text, executable: false });
    }

    fn step(&mut self, path: &str, task: Task) {
        self.steps.push(Step { path: path.to_owned(), task });
    }
}

fn versioned(text: &str) -> String {
    text.replace("{version}", VERSION)
}
