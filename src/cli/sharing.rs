//! What makes the reports of several runs fit together: a repository's name, its commit, and a salt.
//!
//! Owns `--repository` and `--salt-file`, and what a build server says in their place. The decisions to know: the salt is
//! read and never shown, whatever goes wrong; and a build server's name for a repository is taken only where the commit
//! that is checked out is the one that it names, since a job may examine other repositories than its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Error, engine};
use crate::finding::{Commit, Report};
use crate::fingerprint::Salt;
use crate::render::Brief;
use crate::source;

/// The variable that holds a salt.
const VARIABLE: &str = "DEKEY_SALT";
/// The most bytes of a file with a salt.
const MAX_SALT: u64 = 4 << 10;
/// What build servers call a repository, beside what they call its commit: GitHub, GitLab.
const SERVERS: [(&str, &str); 2] = [("GITHUB_REPOSITORY", "GITHUB_SHA"), ("CI_PROJECT_PATH", "CI_COMMIT_SHA")];

#[derive(Debug, Args)]
#[command(next_help_heading = "Reports of several runs")]
pub(super) struct Sharing {
    /// What the repository is called in reports that are kept [default: what GitHub or GitLab calls it]
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    repository: Option<String>,
    /// Make digests of secrets and fingerprints worthless to whoever has not the salt in FILE [or in: DEKEY_SALT]
    #[arg(long, value_name = "FILE")]
    salt_file: Option<PathBuf>,
}

impl Sharing {
    /// What the repository was called.
    pub(super) fn name(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// The salt, where there is one.
    pub(super) fn salt(&self) -> Result<Salt, Error> {
        let (bytes, place) = match (&self.salt_file, std::env::var_os(VARIABLE)) {
            (Some(file), _) => {
                let bytes = source::read_named(file, MAX_SALT).map_err(|error| {
                    let what = format!("cannot read the salt in {}: {error}", file.display());
                    Error::new(what, "name a readable file of at most 4 KiB with nothing else in it")
                })?;
                (bytes, file.display().to_string())
            }
            (None, Some(value)) => (value.into_encoded_bytes(), VARIABLE.to_owned()),
            (None, None) => return Ok(Salt::default()),
        };
        // An editor's line end is no part of it, so that a file and a variable are the same.
        Salt::new(bytes.trim_ascii()).ok_or_else(|| {
            let what = format!("the salt in {place} has fewer than {} bytes", Salt::MIN);
            Error::new(what, "make one with `openssl rand -hex 32`, or leave it out")
        })
    }

    /// Puts fingerprints that mean nothing without `salt` in the place of those of `report`.
    pub(super) fn seal(salt: &Salt, report: &mut Report) {
        if !salt.is_empty() {
            report.findings.iter_mut().for_each(|finding| finding.fingerprint = salt.fingerprint(&finding.fingerprint));
        }
    }

    /// Adds to `brief` what a kept report says of the repository around `first`.
    pub(super) fn tell(&self, first: Option<&Path>, salt: Salt, brief: &mut Brief) {
        brief.revision = first.and_then(head);
        let commit = brief.revision.as_ref().map(|commit| commit.id.as_str());
        brief.repository = self.repository.clone().or_else(|| named(commit?, |name| std::env::var_os(name)));
        brief.salt = salt;
    }
}

/// What is checked out around a path.
fn head(path: &Path) -> Option<Commit> {
    let path = engine::here().ok()?.join(path).canonicalize().ok()?;
    // Who has no history, or one that cannot be read, has a report without it.
    source::head(&source::around(&path)?).ok()?
}

/// What a build server calls the repository with this commit.
fn named(commit: &str, variable: impl Fn(&str) -> Option<OsString>) -> Option<String> {
    let said = |name: &str| variable(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty());
    SERVERS.iter().find(|(_, of)| said(of).is_some_and(|said| said == commit)).and_then(|(name, _)| said(name))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_build_servers_name_is_for_its_own_commit() {
        let variable = |name: &str| match name {
            "GITHUB_REPOSITORY" => Some("acme/fleet".into()),
            "GITHUB_SHA" => Some("abc".into()),
            "CI_PROJECT_PATH" => Some("acme/other".into()),
            _ => None,
        };
        assert_eq!(named("abc", variable).as_deref(), Some("acme/fleet"));
        assert_eq!(named("def", variable), None);
        assert_eq!(named("", variable), None);
    }
}
