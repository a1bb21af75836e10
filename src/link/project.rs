//! What the files of one scan say together.
//!
//! Owns look-ups across files: definitions of environment variables, packages (chosen in [`super::packages`]). It sees
//! what was matched, never text. The decision to know: what the files say is gathered once, in path order, and checks
//! only ask.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::packages::{Named, Packages, Version};
use super::sources::Ends;
use crate::matcher::{Definition, Matched};
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
    /// What is masked in it, in order and apart.
    pub hidden: &'s [Span],
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
    /// Whether fixes may raise the versions that manifests ask for.
    pub bump_sdk: bool,
    definitions: HashMap<&'s str, Vec<(usize, &'s Definition)>>,
    pub(super) ends: Ends<'s>,
    packages: Packages<'s>,
    /// Signs of an audience, found when first asked for.
    pub(super) signs: OnceCell<super::route::Signs>,
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
        let mut packages = Packages::default();
        for (at, file) in files.iter().enumerate() {
            let matched: &'s Matched<'p> = file.matched;
            for definition in &matched.definitions {
                definitions.entry(definition.name.as_str()).or_default().push((at, definition));
            }
            for dependency in &matched.dependencies {
                packages.add(at, file.source.path.as_path(), dependency);
            }
        }
        let (ends, signs) = (Ends::of(&files), OnceCell::new());
        Self { pack, files, declared, variable, bump_sdk: false, definitions, ends, packages, signs }
    }

    /// Where an environment variable is given a value, in path order.
    #[must_use]
    pub fn definitions(&self, name: &str) -> &[(usize, &'s Definition)] {
        self.definitions.get(name).map_or(&[], Vec::as_slice)
    }

    /// Where a package of this `ecosystem/name` is named first.
    #[must_use]
    pub fn package(&self, full: &str) -> Option<(usize, Span)> {
        let (ecosystem, name) = full.split_once('/')?;
        self.packages.named(ecosystem, name).first().map(|named| (named.file, named.span))
    }

    /// Where a package is named, in path order.
    #[must_use]
    pub fn named(&self, package: &Package) -> &[Named<'s>] {
        self.packages.named(&package.ecosystem, &package.name)
    }

    /// Whether a manifest names a package.
    #[must_use]
    pub fn is_built_on(&self, package: &Package) -> bool {
        self.packages.is_built_on(package)
    }

    /// How many folders above a file the nearest manifest is that names a package; `None` when none above it does.
    #[must_use]
    pub fn distance(&self, package: &Package, from: usize) -> Option<usize> {
        self.packages.distance(package, self.files.get(from)?.source.path.as_path())
    }

    /// The version of a package, seen from a file.
    #[must_use]
    pub fn version(&self, package: &Package, from: usize) -> Option<Version<'s>> {
        self.packages.version(package, self.files.get(from)?.source.path.as_path())
    }
}
