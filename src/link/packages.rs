//! Which packages the manifests and lock files of a scan name, and at which version.
//!
//! Owns the choice of the file that decides. The decision to know: files are looked for from a folder upwards. The
//! nearest lock file wins over the nearest manifest, for it says what is installed, unless it holds nothing that a
//! nearer manifest allows, or only what is older than a manifest beside it allows. Of several locked versions those count that the manifest allows; if they still differ, the
//! version is the run from the lowest to the highest.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use crate::facts::Dependency;
use crate::pack::schema::Package;
use crate::source::is_manifest;
use crate::span::Span;
use crate::version::{Range, number, requirement};

/// Every naming of a package, by ecosystem and name.
#[derive(Default)]
pub(super) struct Packages<'s> {
    named: HashMap<&'static str, HashMap<Cow<'s, str>, Namings<'s>>>,
}

/// Every naming of one package. A repository may name it thousands of times, and ask for it from as many places.
#[derive(Default)]
struct Namings<'s> {
    all: Vec<Named<'s>>,
    by_folder: HashMap<&'s Path, Vec<usize>>,
}

impl<'s> Namings<'s> {
    /// Those in the folders above a file, nearest first, and how many folders above they are.
    fn above<'n>(&'n self, from: &'n Path) -> impl Iterator<Item = (usize, &'n Named<'s>)> {
        let folders = from.ancestors().skip(1).enumerate();
        let here = folders.filter_map(|(distance, folder)| Some((distance, self.by_folder.get(folder)?)));
        here.flat_map(move |(distance, named)| named.iter().map(move |at| (distance, &self.all[*at])))
    }
}

/// A package as one file names it.
#[derive(Clone, Debug)]
pub struct Named<'s> {
    /// The file.
    pub file: usize,
    /// The package's name there.
    pub span: Span,
    /// What is asked for or locked there, as written, and where.
    pub written: Option<(&'s str, Span)>,
    /// Whether a lock file says so.
    pub locked: bool,
    range: Range,
    path: &'s Path,
    /// The folder that the file speaks for.
    folder: &'s Path,
}

impl Named<'_> {
    /// Whether the file is one that is read whether it names the vendor or not.
    fn tells_stack(&self) -> bool {
        !self.locked && is_manifest(self.path)
    }
}

/// What is known of a package's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version<'s> {
    /// The versions that may be installed; never all of them.
    pub range: Range,
    /// As it is written.
    pub written: &'s str,
    /// The file that says so, and where.
    pub place: (usize, Span),
    /// Whether it is locked there, rather than asked for.
    pub locked: bool,
}

impl Version<'_> {
    /// Whether it is one version, rather than a run of them.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.range.only().is_some()
    }
}

impl<'s> Packages<'s> {
    pub(super) fn add(&mut self, file: usize, path: &'s Path, dependency: &'s Dependency) {
        let ecosystem = dependency.ecosystem;
        let written = dependency.requirement.as_ref().map(|name| (name.text.as_str(), name.span));
        let range = match written {
            Some((text, _)) if dependency.locked => number(ecosystem, text).map(Range::exactly),
            Some((text, _)) => Some(requirement(ecosystem, text)),
            None => None,
        };
        let named = Named {
            file,
            span: dependency.name.span,
            written,
            locked: dependency.locked,
            range: range.unwrap_or_else(Range::all),
            path,
            folder: folder(path),
        };
        let name = canonical(ecosystem, &dependency.name.text);
        let namings = self.named.entry(ecosystem).or_default().entry(name).or_default();
        namings.by_folder.entry(named.folder).or_default().push(namings.all.len());
        namings.all.push(named);
    }

    /// Where a package is named, in path order.
    pub(super) fn named(&self, ecosystem: &str, name: &str) -> &[Named<'s>] {
        self.namings(ecosystem, name).map_or(&[], |namings| namings.all.as_slice())
    }

    fn namings(&self, ecosystem: &str, name: &str) -> Option<&Namings<'s>> {
        self.named.get(ecosystem)?.get(&*canonical(ecosystem, name))
    }

    /// Whether such a manifest names a package at all.
    pub(super) fn is_built_on(&self, package: &Package) -> bool {
        self.named(&package.ecosystem, &package.name).iter().any(Named::tells_stack)
    }

    /// How many folders above a file a manifest is that names a package. Of manifests only those count that are read
    /// whether they name the vendor or not.
    pub(super) fn distance(&self, package: &Package, from: &Path) -> Option<usize> {
        let mut above = self.namings(&package.ecosystem, &package.name)?.above(from);
        above.find(|(_, named)| named.tells_stack()).map(|(distance, _)| distance)
    }

    /// The version of a package, seen from a file.
    pub(super) fn version(&self, package: &Package, from: &Path) -> Option<Version<'s>> {
        let above = self.namings(&package.ecosystem, &package.name)?.above(from);
        let telling = above.filter(|(_, named)| !named.range.is_all());
        let (locks, manifests): (Vec<_>, Vec<_>) = telling.partition(|(_, named)| named.locked);
        let asked = manifests.iter().min_by_key(|(distance, named)| (*distance, named.range.only().is_none()));
        let nearest = locks.iter().map(|(distance, _)| *distance).min();
        let mut locked: Vec<&Named<'s>> =
            locks.iter().filter(|(distance, _)| Some(*distance) == nearest).map(|(_, named)| *named).collect();
        if let (Some((distance, asked)), Some(nearest)) = (asked, nearest)
            && *distance <= nearest
        {
            let allowed = |named: &&Named<'s>| named.range.within(&asked.range);
            // A manifest that asks for more than is locked was changed after it.
            let raised = locked.iter().all(|named| named.range.is_below(asked.range.lowest()));
            if locked.iter().any(allowed) || *distance < nearest || raised {
                locked.retain(allowed);
            }
        }
        let first = locked.first().copied().or(asked.map(|(_, named)| *named))?;
        let range = locked.iter().map(|named| named.range.clone()).reduce(Range::or);
        let (written, span) = first.written?;
        Some(Version {
            range: range.unwrap_or_else(|| first.range.clone()),
            written,
            place: (first.file, span),
            locked: first.locked,
        })
    }
}

/// Folders that hold a part of the manifest of the folder around them.
const PARTS: &[&str] = &["gradle", "project", "requirements"];

fn folder(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(path);
    let is_part = folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| PARTS.contains(&name));
    if is_part { folder.parent().unwrap_or(folder) } else { folder }
}

/// A name as its ecosystem compares it.
fn canonical<'n>(ecosystem: &str, name: &'n str) -> Cow<'n, str> {
    match ecosystem {
        "pypi" => Cow::Owned(name.to_ascii_lowercase().replace(['_', '.'], "-")),
        "nuget" | "packagist" => Cow::Owned(name.to_ascii_lowercase()),
        _ => Cow::Borrowed(name),
    }
}
