//! Versions, and what manifests ask for.
//!
//! Owns the reading of a version number and of a requirement in any ecosystem's notation, and ranges of versions. It
//! knows no file and no package. The decision to know: whatever a requirement says becomes one run of versions, from a
//! bound to a bound, that holds all it allows and maybe more. So a range that lies on one side of a boundary decides,
//! and one that cannot be read decides nothing.

mod requirement;

pub use requirement::{number, requirement};

use std::fmt;

use semver::{BuildMetadata, Comparator, Op, Prerelease, Version};

/// A place between versions: before the version (0) or behind it (1).
type Bound = (Version, u8);

/// A run of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    from: Bound,
    until: Option<Bound>,
}

impl Range {
    /// Every version.
    #[must_use]
    pub fn all() -> Self {
        Self { from: (first(), 0), until: None }
    }

    /// One version.
    #[must_use]
    pub fn exactly(version: Version) -> Self {
        Self { from: (version.clone(), 0), until: Some((version, 1)) }
    }

    /// This version and all above it.
    #[must_use]
    pub fn at_least(version: Version) -> Self {
        Self { from: (version, 0), until: None }
    }

    /// Versions above this one.
    #[must_use]
    pub fn above(version: Version) -> Self {
        Self { from: (version, 1), until: None }
    }

    /// Versions below this one.
    #[must_use]
    pub fn below(version: Version) -> Self {
        Self { from: (first(), 0), until: Some((version, 0)) }
    }

    /// This version and all below it.
    #[must_use]
    pub fn at_most(version: Version) -> Self {
        Self { from: (first(), 0), until: Some((version, 1)) }
    }

    /// Reads plain bounds, as packs write them: `>=3.0.0, <4.0.0`.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn plain(text: &str) -> Result<Self, String> {
        let request = semver::VersionReq::parse(text).map_err(|error| format!("it is not a version range: {error}"))?;
        request.comparators.iter().try_fold(Self::all(), |range, comparator| {
            let version = bound(comparator);
            let bounds = match comparator.op {
                Op::GreaterEq => Self::at_least(version),
                Op::Greater => Self::above(version),
                Op::Less => Self::below(version),
                Op::LessEq => Self::at_most(version),
                Op::Exact => Self::exactly(version),
                _ => return Err("versions need plain bounds".to_owned()),
            };
            Ok(range.and(bounds))
        })
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.into_iter().chain(other.until).min() }
    }

    /// The shortest run that holds both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let until = self.until.zip(other.until).map(|(a, b)| a.max(b));
        Self { from: self.from.min(other.from), until }
    }

    /// Whether it leaves out no version, so that it says nothing.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }

    /// Whether it holds no version.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until.as_ref().is_some_and(|until| *until <= self.from)
    }

    /// The version it holds, when that is one.
    #[must_use]
    pub fn only(&self) -> Option<&Version> {
        self.until.as_ref().filter(|until| until.0 == self.from.0 && !self.is_empty()).map(|until| &until.0)
    }

    /// The lowest version it holds or borders on.
    #[must_use]
    pub fn lowest(&self) -> &Version {
        &self.from.0
    }

    /// Whether all it holds is in the other, too.
    #[must_use]
    pub fn within(&self, other: &Self) -> bool {
        let ends = match (&self.until, &other.until) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own <= other,
        };
        self.from >= other.from && ends
    }

    /// Whether a version is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.clone().and(other.clone()).is_empty()
    }

    /// Whether all it holds is below the version.
    #[must_use]
    pub fn is_below(&self, version: &Version) -> bool {
        self.until.as_ref().is_some_and(|until| *until <= (version.clone(), 0))
    }
}

/// Below every version that anybody has published.
fn first() -> Version {
    Version { pre: Prerelease::new("0").unwrap_or(Prerelease::EMPTY), ..Version::new(0, 0, 0) }
}

fn bound(comparator: &Comparator) -> Version {
    Version {
        major: comparator.major,
        minor: comparator.minor.unwrap_or(0),
        patch: comparator.patch.unwrap_or(0),
        pre: comparator.pre.clone(),
        build: BuildMetadata::EMPTY,
    }
}

/// Plain bounds, as packs write them.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(version) = self.only() {
            return write!(f, "={version}");
        }
        let open = self.from == (first(), 0);
        if !open {
            write!(f, "{}{}", if self.from.1 == 0 { ">=" } else { ">" }, self.from.0)?;
        }
        match &self.until {
            Some((version, side)) => {
                write!(f, "{}{}{version}", if open { "" } else { ", " }, if *side == 0 { "<" } else { "<=" })
            }
            None if open => f.write_str("*"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
