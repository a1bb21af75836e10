//! What kind of place defines a variable, and what a person does there.
//!
//! Owns the table of such places. It changes nothing.

use super::Task;
use super::definitions::Definition;
use crate::facts::{Value, ValueKind};
use crate::finding::{self, Holder};

/// Files of build services, by how their paths end.
const BUILDS: [&str; 12] = [
    ".gitlab-ci.yml",
    ".gitlab-ci.yaml",
    ".circleci/config.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "buildspec.yml",
    "jenkinsfile",
    ".buildkite/pipeline.yml",
];

/// Files of hosting platforms.
const PLATFORMS: [&str; 13] = [
    "app.json",
    "app.yaml",
    "procfile",
    "heroku.yml",
    "render.yaml",
    "fly.toml",
    "vercel.json",
    "netlify.toml",
    "serverless.yml",
    "serverless.yaml",
    "wrangler.toml",
    "railway.json",
    "now.json",
];

/// What ends the name of a file that is a sample of another.
const SAMPLES: [&str; 6] = ["example", "sample", "template", "dist", "tmpl", "tpl"];

/// What kind of place a file is.
pub(super) fn of(task: &Task<'_, '_, '_, '_>, file: usize) -> Holder {
    let path = task.files.project.files[file].source.path.to_str_lossy().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    if let Some(holder) = of_build(&path) {
        return holder;
    }
    match task.language(file) {
        "dotenv" if name.split(['.', '-', '_']).any(|part| SAMPLES.contains(&part)) => Holder::Sample,
        "dotenv" => Holder::EnvironmentFile,
        "dockerfile" => Holder::Image,
        "hcl" => Holder::Terraform,
        "yaml" if name.contains("compose") => Holder::Compose,
        "yaml" if is_chart(&path) => Holder::Helm,
        "yaml" | "json" if is_object(task, file) => Holder::Kubernetes,
        _ if PLATFORMS.contains(&name) => Holder::Platform,
        "shell" | "makefile" | "procfile" | "crontab" => Holder::Script,
        _ => Holder::SettingsFile,
    }
}

/// What kind of variable a build service's file reads.
fn of_build(path: &str) -> Option<Holder> {
    let workflow = path.contains(".github/workflows/") || path.contains(".github/actions/");
    let is = |known: &&str| path.strip_suffix(*known).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    if workflow { Some(Holder::RepositorySecret) } else { BUILDS.iter().any(is).then_some(Holder::BuildVariable) }
}

fn is_chart(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("values") || path.contains("/templates/") || path.starts_with("templates/")
}

fn is_object(task: &Task<'_, '_, '_, '_>, file: usize) -> bool {
    let layers = task.files.layers(file);
    let mut entries = layers.iter().flat_map(|layer| &layer.facts.entries);
    entries.any(|entry| entry.path.0.len() == 1 && entry.path.last() == "apiVersion")
}

/// The values of a chart.
const VALUES: &str = ".Values.";

/// What stands before the name of what is read, and in which places.
const MARKS: [(&str, Holder); 6] = [
    ("secrets.", Holder::RepositorySecret),
    ("vars.", Holder::RepositorySecret),
    (VALUES, Holder::Helm),
    ("${", Holder::BuildVariable),
    ("$(", Holder::BuildVariable),
    ("credentials('", Holder::BuildVariable),
];

/// The name to set for a definition, of what kind it is, and whether it is set there at all.
pub(super) fn of_definition(
    task: &Task<'_, '_, '_, '_>,
    file: usize,
    holder: Holder,
    definition: &Definition,
) -> (String, Holder, finding::Task) {
    let own = task.to.to_owned();
    let Some(value) = &definition.value else { return (own, holder, finding::Task::Pass) };
    let text = String::from_utf8_lossy(value.span.of(task.files.text(file)));
    // What is read under another name has to hold the token there.
    let read = MARKS.iter().filter(|(_, only)| *only == holder).find_map(|(mark, _)| {
        let (_, rest) = text.split_once(mark)?;
        let name = rest.split(|c: char| !c.is_alphanumeric() && !"_-.".contains(c)).next()?;
        (!name.is_empty()).then_some((name, *mark))
    });
    match read {
        Some((name, mark)) => {
            let same = name.rsplit('.').next() == Some(definition.name.as_str());
            let holder = if mark == "vars." { Holder::RepositoryVariable } else { holder };
            let todo = if same && mark == VALUES { finding::Task::Pass } else { finding::Task::Set };
            (if same { own } else { name.to_owned() }, holder, todo)
        }
        None if holder == Holder::BuildVariable || !passes(value) => (own, holder, finding::Task::Set),
        None => (own, holder, finding::Task::Pass),
    }
}

fn passes(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Env(_) | ValueKind::Ref(_) => true,
        ValueKind::Either(values) => values.iter().any(passes),
        ValueKind::Str(text) => !text.text.is_empty() && super::definitions::literals(value).is_empty(),
        _ => false,
    }
}
