//! Files that matter to linking although no needle is in them.
//!
//! Owns the list of names: where environment variables are set, and manifests, which tell what the code around a login is
//! built on. It reads nothing. The decision to know: a lock file is not among them, because one that says anything of
//! the vendor's packages has a needle.

use std::ffi::OsStr;
use std::path::Path;

/// Whole names, lower case.
const NAMES: &[&str] = &[
    // Environment
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
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
    "application.yml",
    "application.yaml",
    "application.properties",
    "appsettings.json",
    // Continuous integration
    ".gitlab-ci.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    "cloudbuild.yaml",
    "buildspec.yml",
    "jenkinsfile",
];

/// Whole names of manifests, lower case.
const MANIFESTS: &[&str] = &[
    "gemfile",
    "package.json",
    "composer.json",
    "requirements.txt",
    "pyproject.toml",
    "pipfile",
    "go.mod",
    "mix.exs",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "build.sbt",
];

/// Whether a file sets environment variables, or describes a deployment, a build or a project.
#[must_use]
pub fn is_setting(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else { return false };
    // The longest row decides; most names are told apart by their length or first letter alone.
    if name.len() > 64 {
        return false;
    }
    if name.starts_with(".env") || name.starts_with("env.") || name.ends_with(".env") {
        return true;
    }
    if NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)) || is_manifest(path) {
        return true;
    }
    if ends_with_ignoring_case(name, ".yml") || ends_with_ignoring_case(name, ".yaml") {
        return name.starts_with("docker-compose.")
            || name.starts_with("compose.")
            || matches!(parent_name(path), Some("workflows" | ".circleci" | ".buildkite"));
    }
    false
}

/// Whether a file tells by its name that it lists the packages a project is built on.
#[must_use]
pub fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    MANIFESTS.iter().any(|known| name.eq_ignore_ascii_case(known)) || ends_with_ignoring_case(name, ".csproj")
}

fn parent_name(path: &Path) -> Option<&str> {
    path.parent()?.file_name()?.to_str()
}

fn ends_with_ignoring_case(name: &str, ending: &str) -> bool {
    let (name, ending) = (name.as_bytes(), ending.as_bytes());
    name.len() >= ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_links_is_told_from_what_does_not() {
        for path in [
            ".env",
            "a/.env.production",
            "production.env",
            ".envrc",
            "docker-compose.override.yml",
            ".github/workflows/test.yaml",
            ".circleci/config.yml",
            "server/package.json",
        ] {
            assert!(is_setting(Path::new(path)), "{path}");
        }
        for path in
            ["environment.rb", "config.yml", "notes.txt", "gemfile.md", "compose.rs", "a.json", "Gemfile.lock", ""]
        {
            assert!(!is_setting(Path::new(path)), "{path}");
        }
    }
}
