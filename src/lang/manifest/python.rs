//! `requirements.txt`, `pyproject.toml`, `Pipfile`.

use super::super::{Language, Layer, utf8};
use super::tables::Tables;
use super::{Slice, dependency, layers, manifest};
use crate::facts::{Dependency, Facts};
use crate::span::Span;

/// Requirements, one a line.
pub static REQUIREMENTS: Language = manifest(
    "requirements.txt",
    &[
        "requirements*.txt",
        "requirements*.in",
        "*requirements.txt",
        "constraints*.txt",
        "requirements/*.txt",
        "requirements/*.in",
    ],
    requirements,
);
/// The manifest of most tools.
pub static PYPROJECT: Language = manifest("pyproject.toml", &["pyproject.toml"], pyproject);
/// The manifest of Pipenv.
pub static PIPFILE: Language = manifest("pipfile", &["pipfile"], pipfile);
fn requirements(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut facts = Facts::default();
    let mut at = 0;
    for line in decoded.split_inclusive('\n') {
        facts.dependencies.extend(requirement(line, start + at));
        at += line.len();
    }
    layers(REQUIREMENTS.name, facts)
}

/// `name[extra] >= 1.0, < 2 ; marker # comment`, `name @ url`, `-e …#egg=name`; `start` is where the text stands.
fn requirement(line: &str, start: usize) -> Option<Dependency> {
    let slice = Slice { text: line, start };
    let word = |at: usize| {
        at + line[at..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte)).count()
    };
    if let Some(egg) = line.find("#egg=").map(|at| at + 5) {
        return Some(dependency("pypi", slice.name(egg, word(egg)), None, false));
    }
    let at = line.len() - line.trim_start().len();
    let end = word(at);
    if end == at || !line[at..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let rest = &line[end..];
    let extras = rest.find(']').filter(|_| rest.starts_with('[')).map_or(0, |close| close + 1);
    let from = end + extras;
    let rest = &line[from..];
    let stop = rest.find([';', '#', '\\']).unwrap_or(rest.len());
    let stop = rest[..stop].find(" --").unwrap_or(stop);
    let bounds = rest[..stop].trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    // A line of prose is no requirement.
    if !bounds.is_empty() && !bounds.starts_with(['=', '>', '<', '~', '!', '^', '@']) {
        return None;
    }
    let offset = from + rest.find(bounds).unwrap_or_default();
    Some(dependency("pypi", slice.name(at, end), Some(slice.name(offset, offset + bounds.len())), false))
}

fn pyproject(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut tables = Tables::new(&decoded, start);
    tables.listed(&["project"], "dependencies", requirement);
    tables.listed(&["project", "optional-dependencies"], "*", requirement);
    tables.listed(&["dependency-groups"], "*", requirement);
    tables.listed(&["tool", "uv"], "dev-dependencies", requirement);
    tables.listed(&["tool", "pdm", "dev-dependencies"], "*", requirement);
    tables.listed(&["tool", "hatch", "envs", "*"], "dependencies", requirement);
    tables.named("pypi", &["tool", "poetry", "dependencies"]);
    tables.named("pypi", &["tool", "poetry", "dev-dependencies"]);
    tables.named("pypi", &["tool", "poetry", "group", "*", "dependencies"]);
    tables.facts.dependencies.retain(|dependency| dependency.name.text != "python");
    layers(PYPROJECT.name, tables.facts)
}

fn pipfile(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut tables = Tables::new(&decoded, start);
    tables.named("pypi", &["packages"]);
    tables.named("pypi", &["dev-packages"]);
    layers(PIPFILE.name, tables.facts)
}
