//! Which way a finding has to go: an access token, or OAuth.
//!
//! Owns the choice and its evidence. What counts as evidence is the pack's. The decision to know: what the user
//! declared wins; undeclared, a sign of other people's data beats a single value, and every route comes with what it
//! was chosen by.

use super::Origin;
use super::project::Project;
use crate::finding::Route;
use crate::matcher::{Use, snake};
use crate::pack::Evidence;

/// A route and what it was chosen by.
pub type Chosen = (Route, Vec<String>);

/// The route of a use.
#[must_use]
pub fn of_use<'s>(project: &Project<'s, '_>, file: usize, found: &'s Use<'_>) -> Chosen {
    let sources = found.slots.iter().flat_map(|slot| project.sources(file, &slot.origins));
    of_origins(project, sources.map(|source| source.origin))
}

/// The route of a credential that comes from `origins`.
#[must_use]
pub fn of_origins<'o>(project: &Project<'_, '_>, origins: impl Iterator<Item = &'o Origin>) -> Chosen {
    if let Some(route) = project.declared {
        let audience = if route == Route::Oauth { "public" } else { "own-data" };
        return (route, vec![format!("the audience is declared: {audience}")]);
    }
    let (mut public, mut own) = (project_evidence(project), Vec::new());
    for origin in origins {
        let say = |says: String, list: &mut Vec<String>| {
            if !list.contains(&says) {
                list.push(says);
            }
        };
        if let Some(name) = origin.name()
            && let Some(row) = named(project, &snake(name))
        {
            say(row.says.replace("{}", name), &mut public);
            continue;
        }
        match origin {
            Origin::Env { name, .. } => {
                say(format!("one value for the whole program: the environment variable {name}"), &mut own)
            }
            Origin::Literal { .. } => say("one value for the whole program: a constant".to_owned(), &mut own),
            _ => (),
        }
    }
    if public.is_empty() { (Route::AccessToken, own) } else { (Route::Oauth, public) }
}

fn named<'p>(project: &Project<'_, 'p>, name: &str) -> Option<&'p Evidence> {
    let says =
        |row: &&Evidence| row.route == Route::Oauth && row.names.as_ref().is_some_and(|names| names.is_match(name));
    project.pack.evidence.iter().find(says)
}

/// Signs that do not depend on the use: packages, files.
fn project_evidence(project: &Project<'_, '_>) -> Vec<String> {
    let mut says = Vec::new();
    for row in project.pack.evidence.iter().filter(|row| row.route == Route::Oauth) {
        let package = row.packages.iter().find(|package| project.package(package).is_some());
        let path = row.paths.as_ref().and_then(|paths| {
            project.files.iter().map(|file| file.source.path.to_str_lossy()).find(|path| paths.is_match(path))
        });
        if let Some(found) = package.cloned().or(path.map(std::borrow::Cow::into_owned)) {
            says.push(row.says.replace("{}", &found));
        }
    }
    says
}
