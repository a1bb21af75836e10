//! `outdated-sdk`: a package whose version cannot take an access token.
//!
//! The decision to know: the manifest is evidence enough. These packages do nothing but call the API, and such a version
//! has no login that still works, so it can serve nobody. One that no manifest names was brought by another package; it
//! counts only where the code logs in with it. A version that may be new enough is not reported.

use super::{Draft, Judged, installed, is_sample};
use crate::finding::{Confidence, Fix, Level};
use crate::link::packages::{Named, Version};
use crate::link::project::Project;
use crate::pack::library::Library;
use crate::version::Range;

/// Finds them where manifests name them, else in lock files.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for library in &project.pack.libraries {
        let named = project.named(&library.package);
        let by_hand = named.iter().any(|named| !named.locked);
        for named in named.iter().filter(|named| by_hand != named.locked) {
            judge(project, judged, library, named, by_hand);
        }
    }
}

fn judge(project: &Project<'_, '_>, judged: &mut Judged, library: &Library, named: &Named<'_>, by_hand: bool) {
    let version = project.version(&library.package, named.file);
    let range = version.as_ref().map_or_else(Range::all, |version| version.range.clone());
    if !library.takes_no_token(&range) {
        return;
    }
    if !by_hand && !is_used(project, library) {
        return judged.spare(named.file, named.span, "another package brought it, and no code here logs in with it");
    }
    let sure = library.token_from.is_none() || version.as_ref().is_some_and(Version::is_sure);
    let name = &library.package.name;
    let what = version.as_ref().map_or_else(|| name.clone(), |version| format!("{name} {}", version.written));
    let draft = Draft {
        rule: "outdated-sdk",
        file: named.file,
        span: named.span,
        what: &what,
        confidence: if sure { Confidence::High } else { Confidence::Medium },
        route: None,
        evidence: Vec::new(),
        secret: None,
        proven: false,
    };
    let Some(finding) = judged.add(project, draft) else { return };
    if is_sample(project, named.file) {
        finding.level = Level::Note;
    }
    finding.related.extend(version.iter().filter(|version| version.place.0 != named.file).map(installed));
    let title = remedy(library, &range, lock_file(project, version.as_ref()));
    finding.fix = Some(Fix::manual(title));
}

/// Whether code of the scan logs in with the package.
fn is_used(project: &Project<'_, '_>, library: &Library) -> bool {
    let of_it = |package: &crate::pack::schema::Package| {
        package.ecosystem == library.package.ecosystem && package.name == library.package.name
    };
    let mut uses = project.files.iter().flat_map(|file| &file.matched.uses);
    uses.any(|found| found.construct.package.as_ref().is_some_and(of_it))
}

/// The name of the lock file that told the version.
fn lock_file<'s>(project: &Project<'s, '_>, version: Option<&Version<'_>>) -> Option<&'s str> {
    let path = project.files[version.filter(|version| version.locked)?.place.0].source.path.as_path();
    path.file_name()?.to_str()
}

/// How a version is raised: ecosystem, lock file, what to do. `{name}`; `{version}`, the first that will do; `{range}`,
/// versions from it on that need least change.
const RAISING: &[(&str, &str, &str)] = &[
    ("rubygems", "", "ask for {version} or later here and run `bundle update {name}`"),
    ("npm", "yarn.lock", "run `yarn add {name}@{range}`"),
    ("npm", "pnpm-lock.yaml", "run `pnpm add {name}@{range}`"),
    ("npm", "bun.lock", "run `bun add {name}@{range}`"),
    ("npm", "", "run `npm install {name}@{range}`"),
    ("pypi", "poetry.lock", "run `poetry add \"{name}>={version}\"`"),
    ("pypi", "uv.lock", "run `uv add \"{name}>={version}\"`"),
    ("pypi", "pdm.lock", "run `pdm add \"{name}>={version}\"`"),
    ("pypi", "Pipfile.lock", "run `pipenv install \"{name}>={version}\"`"),
    ("pypi", "", "ask for `{name}>={version}` here and run `pip install --upgrade \"{name}>={version}\"`"),
    ("packagist", "", "run `composer require \"{name}:{range}\"`"),
    ("go", "", "run `go get {name}@v{version}`"),
    ("nuget", "", "run `dotnet add package {name} --version {version}`"),
    ("hex", "", "ask for {version} or later here and run `mix deps.update {name}`"),
    ("crates", "", "run `cargo add {name}@{version}`"),
    ("meteor", "", "run `meteor update {name}`"),
    ("", "", "ask for {version} or later here"),
];

fn remedy(library: &Library, installed: &Range, lock: Option<&str>) -> String {
    let package = &library.package;
    let moving = library.successor.as_ref().map(|successor| format!("move to {successor}"));
    let Some(version) = &library.token_from else {
        let moving = moving.unwrap_or_else(|| "replace it".to_owned());
        return format!("no version of {} takes an access token: {moving}", package.name);
    };
    let row = RAISING.iter().find(|(ecosystem, file, _)| {
        (ecosystem.is_empty() || *ecosystem == package.ecosystem) && (file.is_empty() || Some(*file) == lock)
    });
    // The release that a pre-release came before will do as well.
    let first = semver::Version::new(version.major, version.minor, version.patch);
    // Where everything changes anyway, the newest version is the one to change to.
    let range = if installed.lowest().major == first.major { format!("^{first}") } else { format!(">={first}") };
    let words = row.map_or("", |(_, _, words)| words).replace("{name}", &package.name);
    let words = words.replace("{version}", &first.to_string()).replace("{range}", &range);
    moving.map_or(words.clone(), |moving| format!("{moving}, or {words}"))
}
