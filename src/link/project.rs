//! What the files of one scan say together.
//!
//! Owns look-ups across files: definitions of environment variables, versions of packages. It sees what was matched,
//! never text. The decision to know: the nearest manifest decides, looking from a file's directory upwards, and a lock
//! file beats a range.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::matcher::Matched;
use crate::pack::Pack;
use crate::pack::schema::Package;
use crate::source::Source;
use crate::span::Span;

/// A scanned file and what it means to one pack.
pub struct Scanned<'s, 'p> {
    /// The file.
    pub source: &'s Source,
    /// What it means.
    pub matched: &'s Matched<'p>,
}

/// The files of one scan, in path order.
pub struct Project<'s, 'p> {
    /// The pack the files were matched with.
    pub pack: &'p Pack,
    /// The files.
    pub files: Vec<Scanned<'s, 'p>>,
    /// What the user declared.
    pub declared: Option<crate::finding::Route>,
    /// The environment variable that fixes read.
    pub variable: &'s str,
    definitions: HashMap<&'s str, Vec<(usize, Span)>>,
    packages: HashMap<(&'s str, &'s str), Vec<Pinned<'s>>>,
    /// Signs of an audience, found when first asked for.
    pub(super) signs: OnceCell<super::route::Signs>,
}

/// A package as a file names it.
struct Pinned<'s> {
    file: usize,
    span: Span,
    requirement: Option<&'s str>,
    locked: bool,
}

/// What is known of a package's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The lowest version that may be installed.
    pub lowest: semver::Version,
    /// The file that says so, and where.
    pub place: (usize, Span),
    /// Whether it is exactly this version.
    pub exact: bool,
}

impl<'s, 'p> Project<'s, 'p> {
    /// Prepares look-ups over `files`, which are in path order.
    #[must_use]
    pub fn new(
        pack: &'p Pack,
        files: Vec<Scanned<'s, 'p>>,
        declared: Option<crate::finding::Route>,
        variable: &'s str,
    ) -> Self {
        let mut definitions: HashMap<_, Vec<_>> = HashMap::new();
        let mut packages: HashMap<_, Vec<_>> = HashMap::new();
        for (at, file) in files.iter().enumerate() {
            let matched: &'s Matched<'p> = file.matched;
            for definition in &matched.definitions {
                definitions.entry(definition.name.as_str()).or_default().push((at, definition.span));
            }
            for dependency in &matched.dependencies {
                let key = (dependency.ecosystem, dependency.name.text.as_str());
                let requirement = dependency.requirement.as_ref().map(|name| name.text.as_str());
                let pinned = Pinned { file: at, span: dependency.name.span, requirement, locked: dependency.locked };
                packages.entry(key).or_default().push(pinned);
            }
        }
        Self { pack, files, declared, variable, definitions, packages, signs: OnceCell::new() }
    }

    /// Where an environment variable is given a value, in path order.
    #[must_use]
    pub fn definitions(&self, name: &str) -> &[(usize, Span)] {
        self.definitions.get(name).map_or(&[], Vec::as_slice)
    }

    /// Where a package of this `ecosystem/name` is named first.
    #[must_use]
    pub fn package(&self, full: &str) -> Option<(usize, Span)> {
        let (ecosystem, name) = full.split_once('/')?;
        self.packages.get(&(ecosystem, name))?.first().map(|pinned| (pinned.file, pinned.span))
    }

    /// The version of a package, seen from a file.
    #[must_use]
    pub fn version(&self, package: &Package, from: usize) -> Option<Version> {
        let pinned = self.packages.get(&(package.ecosystem.as_str(), package.name.as_str()))?;
        let from = self.files.get(from)?.source.path.as_path();
        let distance = |pinned: &&Pinned<'_>| {
            let folder = self.files[pinned.file].source.path.as_path().parent()?;
            from.ancestors().skip(1).position(|ancestor| ancestor == folder)
        };
        let near = pinned.iter().filter_map(|pinned| Some((distance(&pinned)?, !pinned.locked, pinned)));
        let (_, _, best) = near
            .filter(|(_, _, pinned)| pinned.requirement.is_some())
            .min_by_key(|(distance, open, _)| (*open, *distance))?;
        let (lowest, exact) = lowest(best.requirement?)?;
        Some(Version { lowest, place: (best.file, best.span), exact: exact || best.locked })
    }
}

/// The lowest version a requirement of any ecosystem allows, and whether it is the only one: `~> 3.5`, `^2.8.0`,
/// `>=3,<4`, `==2.1`, `v1.2.3`.
fn lowest(requirement: &str) -> Option<(semver::Version, bool)> {
    let first = requirement
        .split([',', '|', ' '])
        .find(|part| part.contains(|c: char| c.is_ascii_digit()) && !part.starts_with(['<', '!']))?;
    let digits = first.trim_start_matches(|c: char| !c.is_ascii_digit());
    let mut numbers = digits.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    let version = semver::Version::new(next(), next(), next());
    let exact = digits.len() == first.trim_start_matches(['=', 'v']).len()
        && digits.matches('.').count() >= 2
        && requirement.trim() == first;
    Some((version, exact))
}

#[cfg(test)]
mod tests {
    use super::lowest;

    #[test]
    fn the_lowest_version_of_every_ecosystems_ranges() {
        for (requirement, expected, exact) in [
            ("~> 3.5", (3, 5, 0), false),
            ("^2.8.1", (2, 8, 1), false),
            (">=3.0, <4", (3, 0, 0), false),
            ("==2.1.1", (2, 1, 1), true),
            ("3.9.5", (3, 9, 5), true),
            ("v1.2.3", (1, 2, 3), true),
            ("2.x", (2, 0, 0), false),
        ] {
            let (version, is_exact) = lowest(requirement).expect(requirement);
            assert_eq!(((version.major, version.minor, version.patch), is_exact), (expected, exact), "{requirement}");
        }
        assert_eq!(lowest("*"), None);
    }
}
