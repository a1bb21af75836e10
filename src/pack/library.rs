//! Packages that talk to the vendor, and which of their versions take an access token.
//!
//! Owns how that is known. The decision to know: of an SDK it follows from its spellings, so that no version is written
//! twice: a token is taken from the first version that any spelling with a token, or replacement by one, works with.

use semver::Version;

use super::Construct;
use super::schema::{Kind, Package};
use crate::version::Range;

/// A package.
#[derive(Debug)]
pub struct Library {
    /// Which one.
    pub package: Package,
    /// The first version that takes a token; `None` when there is none.
    pub token_from: Option<Version>,
    /// What to move to, where this is no longer cared for.
    pub successor: Option<String>,
}

impl Library {
    /// An SDK by its spellings; `None` when they say nothing of tokens and nothing follows it, as of a library that makes
    /// no requests.
    pub(super) fn of_sdk(package: &Package, constructs: &[Construct], successor: Option<String>) -> Option<Self> {
        let works = constructs.iter().flat_map(|construct| {
            let own = (construct.kind == Kind::TokenAuth).then_some(&construct.versions);
            let replaced = construct.fixes.iter().filter(|fix| fix.code.is_some()).map(|fix| &fix.versions);
            own.into_iter().chain(replaced)
        });
        let lowest = works.map(|versions| versions.clone().unwrap_or_else(Range::all).lowest().clone());
        let token_from = lowest.min();
        let known = token_from.is_some() || successor.is_some();
        known.then(|| Self { package: package.clone(), token_from, successor })
    }

    /// Whether no version in the range takes a token.
    #[must_use]
    pub fn takes_no_token(&self, range: &Range) -> bool {
        self.token_from.as_ref().is_none_or(|version| range.is_below(version))
    }
}
