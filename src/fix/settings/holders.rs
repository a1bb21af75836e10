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

/// What kind of place it is.
pub(super) fn of(task: &Task<'_, '_, '_, '_>, file: usize, definition: Option<&Definition>) -> Holder {
    let path = task.files.project.files[file].source.path.to_str_lossy().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let language = task.files.language(file).map_or("text", |language| language.name);
    let value = definition.and_then(|found| found.value.as_ref());
    let text = || value.map(|value| String::from_utf8_lossy(value.span.of(task.files.text(file)))).unwrap_or_default();
    if let Some(holder) = of_build(task, file) {
        return if text().contains("vars.") { Holder::RepositoryVariable } else { holder };
    }
    if PLATFORMS.contains(&name) && !is_object(task, file) {
        return Holder::Platform;
    }
    match language {
        "dotenv" if name.split(['.', '-', '_']).any(|part| SAMPLES.contains(&part)) => Holder::Sample,
        "dotenv" => Holder::EnvironmentFile,
        "dockerfile" => Holder::Image,
        "hcl" => Holder::Terraform,
        "shell" | "makefile" | "procfile" | "crontab" => Holder::Script,
        "yaml" if name.contains("compose") => Holder::Compose,
        "yaml" if is_chart(&path) => Holder::Helm,
        "yaml" | "json" if is_object(task, file) => Holder::Kubernetes,
        _ => Holder::SettingsFile,
    }
}

/// What kind of variable a build service's file reads.
pub(super) fn of_build(task: &Task<'_, '_, '_, '_>, file: usize) -> Option<Holder> {
    let path = task.files.project.files[file].source.path.to_str_lossy().to_ascii_lowercase();
    let workflow = path.contains(".github/workflows/") || path.contains(".github/actions/");
    let build = BUILDS.iter().any(|known| path == *known || path.ends_with(&format!("/{known}")));
    if workflow { Some(Holder::RepositorySecret) } else { build.then_some(Holder::BuildVariable) }
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

/// The name to set there, and whether it is set there at all.
pub(super) fn task(task: &Task<'_, '_, '_, '_>, file: usize, definition: &Definition) -> (String, finding::Task) {
    let own = (task.to.to_owned(), finding::Task::Set);
    let Some(value) = &definition.value else { return (task.to.to_owned(), finding::Task::Pass) };
    if of_build(task, file).is_some() {
        // A secret of another name has to hold the token.
        let text = String::from_utf8_lossy(value.span.of(task.files.text(file)));
        let secret = ["secrets.", "vars."].iter().find_map(|mark| text.split_once(mark)).map(|(_, rest)| rest);
        let name = secret.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
        return match name {
            Some(name) if !name.is_empty() && name != definition.name => (name.to_owned(), finding::Task::Set),
            _ => own,
        };
    }
    if passes(value) { (task.to.to_owned(), finding::Task::Pass) } else { own }
}

fn passes(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Env(_) => true,
        ValueKind::Either(values) => values.iter().any(passes),
        ValueKind::Str(text) => !text.text.is_empty() && super::definitions::literals(value).is_empty(),
        _ => false,
    }
}
