//! Raising a package's version in the manifest that asks for it.
//!
//! Owns the new requirement in the manifest's own style, and the command that makes it so. The decision to know: only the
//! version's text changes, and lock files never do; their tool has to.

use semver::Version;

use crate::finding::{Applicability, Edit, Fix};
use crate::link::packages::{Named, Version as Installed};
use crate::link::project::Project;
use crate::pack::library::Library;
use crate::version::{Range, requirement};

/// The fix of a package that takes no token in the version asked for at `named`.
pub(crate) fn of(
    project: &Project<'_, '_>,
    library: &Library,
    named: &Named<'_>,
    installed: Option<&Installed<'_>>,
) -> Fix {
    let name = &library.package.name;
    let moving = library.successor.as_ref().map(|successor| format!("move to {successor}"));
    let Some(from) = &library.token_from else {
        let moving = moving.unwrap_or_else(|| "replace it".to_owned());
        return Fix::manual(format!("no version of {name} takes an access token: {moving}"));
    };
    // The release that a pre-release came before will do as well.
    let first = Version::new(from.major, from.minor, from.patch);
    let range = installed.map_or_else(Range::all, |version| version.range.clone());
    // Where everything changes anyway, the newest version is the one to change to.
    let least = if range.lowest().major == first.major { format!("^{first}") } else { format!(">={first}") };
    let filled =
        |words: &str| words.replace("{name}", name).replace("{version}", &first.to_string()).replace("{range}", &least);
    let row = row(&library.package.ecosystem, installed.and_then(|version| lock_file(project, version)));
    let edit = edit(project, library, named, &first);
    match edit {
        Some(edit) if project.bump_sdk => {
            let run = if row.2.is_empty() { String::new() } else { format!(", then run `{}`", filled(row.2)) };
            Fix {
                title: format!("ask for {name} {} here{run}", edit.text),
                applicability: Applicability::Unsafe,
                edits: vec![edit],
                group: None,
            }
        }
        edit => {
            let words = moving.map_or(filled(row.1), |moving| format!("{moving}, or {}", filled(row.1)));
            let offer = if edit.is_some() { "; --bump-sdk raises it here" } else { "" };
            Fix::manual(format!("{words}{offer}"))
        }
    }
}

/// The name of the lock file that told the version.
fn lock_file<'s>(project: &Project<'s, '_>, version: &Installed<'_>) -> Option<&'s str> {
    let path = project.files[version.place.0].source.path.as_path();
    path.file_name()?.to_str().filter(|_| version.locked)
}

/// The edit of the requirement, where it is written in the manifest as it is read.
fn edit(project: &Project<'_, '_>, library: &Library, named: &Named<'_>, first: &Version) -> Option<Edit> {
    let (written, span) = named.written.filter(|_| !named.locked)?;
    // Several texts that hold together are read as one.
    let bare = |text: &[u8]| -> Vec<u8> { text.iter().copied().filter(|byte| !b" \t\r\n\"'".contains(byte)).collect() };
    if bare(span.of(&project.files[named.file].source.text)) != bare(written.as_bytes()) {
        return None;
    }
    let ecosystem = &library.package.ecosystem;
    let text = raised(ecosystem, written, first)?;
    (!library.takes_no_token(&requirement(ecosystem, &text))).then_some(Edit { file: named.file, span, text })
}

/// How a version is raised.
type Row = (&'static [&'static str], &'static str, &'static str);

/// Ecosystem and lock file; what to do by hand; what to run once the manifest asks for more. `{name}`; `{version}`, the
/// first that will do; `{range}`, versions from it on that need least change.
const ROWS: &[Row] = &[
    (&["rubygems"], "ask for {version} or later here and run `bundle update {name}`", "bundle update {name}"),
    (&["npm", "yarn.lock"], "run `yarn add {name}@{range}`", "yarn install"),
    (&["npm", "pnpm-lock.yaml"], "run `pnpm add {name}@{range}`", "pnpm install"),
    (&["npm", "bun.lock"], "run `bun add {name}@{range}`", "bun install"),
    (&["npm"], "run `npm install {name}@{range}`", "npm install"),
    (&["pypi", "poetry.lock"], "run `poetry add \"{name}>={version}\"`", "poetry update {name}"),
    (&["pypi", "uv.lock"], "run `uv add \"{name}>={version}\"`", "uv lock --upgrade-package {name}"),
    (&["pypi", "pdm.lock"], "run `pdm add \"{name}>={version}\"`", "pdm update {name}"),
    (&["pypi", "Pipfile.lock"], "run `pipenv install \"{name}>={version}\"`", "pipenv update {name}"),
    (
        &["pypi"],
        "ask for `{name}>={version}` here and run `pip install --upgrade \"{name}>={version}\"`",
        "pip install --upgrade \"{name}>={version}\"",
    ),
    (&["packagist"], "run `composer require \"{name}:{range}\"`", "composer update {name}"),
    (&["go"], "run `go get {name}@v{version}`", "go mod tidy"),
    (&["nuget"], "run `dotnet add package {name} --version {version}`", "dotnet restore"),
    (&["hex"], "ask for {version} or later here and run `mix deps.update {name}`", "mix deps.update {name}"),
    (&["crates"], "run `cargo add {name}@{version}`", "cargo update --package {name}"),
    (&["meteor"], "run `meteor update {name}`", "meteor update {name}"),
    (&[], "ask for {version} or later here", ""),
];

fn row(ecosystem: &str, lock: Option<&str>) -> &'static Row {
    let fits = |row: &&Row| match row.0 {
        [known] => *known == ecosystem,
        [known, file] => *known == ecosystem && Some(*file) == lock,
        _ => true,
    };
    ROWS.iter().find(fits).unwrap_or(&ROWS[ROWS.len() - 1])
}

/// The requirement `written`, in its style, for versions from `first` on.
fn raised(ecosystem: &str, written: &str, first: &Version) -> Option<String> {
    if let Some((alias, rest)) = written.strip_prefix("npm:").and_then(|rest| rest.rsplit_once('@')) {
        return Some(format!("npm:{alias}@{}", raised(ecosystem, rest, first)?));
    }
    let trimmed = written.trim();
    let number = trimmed.trim_start_matches(['<', '>', '=', '~', '^', '!']);
    let sign = &trimmed[..trimmed.len() - number.len()];
    let blank = &number[..number.len() - number.trim_start().len()];
    let number = number.trim();
    let prefix = if number.starts_with('v') { "v" } else { "" };
    let numbers = number.strip_prefix(prefix).unwrap_or(number);
    let single = numbers.starts_with(|c: char| c.is_ascii_digit())
        && numbers.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '*'));
    let open = numbers.split('.').any(|part| matches!(part, "x" | "X" | "*" | "+"));
    let count = numbers.split('.').count();
    let whole = |text: &str| format!("{sign}{blank}{prefix}{text}");
    match sign {
        _ if !single || open || sign.contains(['<', '!']) => usual(ecosystem, first),
        // A short number means all that begin with it.
        "" if count < 3 && matches!(ecosystem, "npm" | "packagist") => usual(ecosystem, first),
        "" if ecosystem == "go" && numbers.ends_with("+incompatible") => Some(whole(&format!("{first}+incompatible"))),
        "~>" | "~=" | "~" | "^" => Some(whole(&cut(first, count))),
        ">" => Some(format!(">={blank}{prefix}{first}")),
        _ => Some(whole(&first.to_string())),
    }
}

/// A version with `count` of its numbers, or as many as are needed to say which it is.
fn cut(version: &Version, count: usize) -> String {
    let numbers = [version.major, version.minor, version.patch];
    let needed = numbers.iter().rposition(|number| *number != 0).map_or(1, |at| at + 1);
    let kept: Vec<String> = numbers.iter().take(count.clamp(needed, 3)).map(u64::to_string).collect();
    kept.join(".")
}

/// What an ecosystem's people write: from this version on, up to the next that may break.
fn usual(ecosystem: &str, first: &Version) -> Option<String> {
    let next = first.major + 1;
    match ecosystem {
        "rubygems" | "hex" => Some(format!("~> {}", cut(first, 2))),
        "npm" | "packagist" | "pub" => Some(format!("^{}", cut(first, if ecosystem == "packagist" { 2 } else { 3 }))),
        "pypi" => Some(format!(">={first},<{next}")),
        "maven" | "nuget" => Some(format!("[{first},{next})")),
        "crates" => Some(first.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::raised;

    #[test]
    fn a_requirement_keeps_its_style() {
        for (ecosystem, written, expected) in [
            ("rubygems", "2.5.4", "3.4.0"),
            ("rubygems", "= 2.5.4", "= 3.4.0"),
            ("rubygems", "~> 2.5", "~> 3.4"),
            ("rubygems", "~> 2.5.4", "~> 3.4.0"),
            ("rubygems", ">= 2.0\", \"< 3.0", "~> 3.4"),
            ("npm", "^2.3.0", "^3.4.0"),
            ("npm", "~2.3.0", "~3.4.0"),
            ("npm", "2.3.0", "3.4.0"),
            ("npm", "2.x", "^3.4.0"),
            ("npm", "2", "^3.4.0"),
            ("npm", ">=2 <3", "^3.4.0"),
            ("npm", "npm:client@1.4.0", "npm:client@3.4.0"),
            ("packagist", "~1.5", "~3.4"),
            ("packagist", "1.5.*", "^3.4"),
            ("packagist", "v1.5.0", "v3.4.0"),
            ("pypi", "==2.1.1", "==3.4.0"),
            ("pypi", " == 2.1.1", "== 3.4.0"),
            ("pypi", ">=2.0,<3", ">=3.4.0,<4"),
            ("pypi", "~=2.1", "~=3.4"),
            ("maven", "2.1.0", "3.4.0"),
            ("maven", "[2.0,2.2)", "[3.4.0,4)"),
            ("maven", "2.+", "[3.4.0,4)"),
            ("go", "v2.0.0+incompatible", "v3.4.0+incompatible"),
            ("nuget", "1.0.0", "3.4.0"),
            ("hex", "~> 0.1", "~> 3.4"),
            ("crates", "1.0", "3.4.0"),
        ] {
            let first = semver::Version::new(3, 4, 0);
            assert_eq!(raised(ecosystem, written, &first).as_deref(), Some(expected), "{ecosystem} {written}");
        }
    }
}
