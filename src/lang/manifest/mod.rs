//! Manifests and lock files: which packages a project uses, and at which version.
//!
//! Owns what the ecosystems' files have in common; those that need a parser have a file of their own, the others are rows
//! in [`locks`] and [`plain`]. It knows no vendor. The decision to know: only a name and a version as written are read;
//! a variable is followed where the same file gives it a value. A manifest is also a file of its format or programming
//! language, and is read as that by others.

pub mod cargo;
pub mod composer;
pub mod go;
pub mod java;
pub mod locks;
pub mod npm;
pub mod plain;
pub mod python;
mod rows;
mod tables;

use super::{Front, Language, Layer};
use crate::facts::{Carrier, Dependency, Facts, Name};
use crate::span::Span;

/// A manifest read by `front`, found by its file names.
const fn manifest(
    name: &'static str,
    filenames: &'static [&'static str],
    front: fn(&[u8], Span) -> Vec<Layer>,
) -> Language {
    Language {
        name,
        extensions: &[],
        filenames,
        interpreters: &[],
        fences: &[],
        front: Front::Own(front),
        environment: "",
    }
}

/// The dependencies as what is in force.
fn layers(language: &'static str, facts: Facts) -> Vec<Layer> {
    vec![Layer { carrier: Carrier::Code, language, facts }]
}

/// Manifests that are files of another language, too: each gives only the packages.
pub static BESIDE: &[&Language] = &[
    &go::MANIFEST,
    &python::REQUIREMENTS,
    &python::PYPROJECT,
    &python::PIPFILE,
    &cargo::MANIFEST,
    &java::MAVEN,
    &java::GRADLE,
    &java::CATALOGUE,
    &plain::NUGET,
    &plain::PAKET,
    &plain::MIX,
    &plain::REBAR,
    &plain::PUB,
    &plain::SBT,
    &plain::DEPS,
    &plain::LEIN,
    &plain::CPAN,
    &plain::CRAN,
    &plain::PODS,
    &plain::SWIFT,
    &plain::SETUP_PY,
    &plain::SETUP_CFG,
    &plain::CONDA,
    &plain::PNPM_CATALOG,
    &plain::METEOR,
];

/// A piece of a text as a name.
struct Slice<'a> {
    text: &'a str,
    /// Offset of the text in the file.
    start: usize,
}

impl Slice<'_> {
    fn name(&self, start: usize, end: usize) -> Name {
        Name {
            text: self.text.get(start..end).unwrap_or_default().to_owned(),
            span: Span::new(self.start + start, self.start + end.max(start)),
        }
    }
}

fn dependency(ecosystem: &'static str, name: Name, requirement: Option<Name>, locked: bool) -> Dependency {
    Dependency { ecosystem, name, requirement: requirement.filter(|name| !name.text.is_empty()), locked }
}

/// The part of a string entry as a name.
fn text_of(value: &crate::facts::Value) -> Option<Name> {
    value.as_str().map(|text| Name { text: text.text.clone(), span: text.content })
}
