//! Hostile trees, in temporary directories.

mod bombs;
pub(crate) mod case;
mod chunks;
pub(crate) mod corpus;
mod deep;
mod encodings;
pub(crate) mod mutated;
mod names;
pub(crate) mod nests;
pub(crate) mod project;
mod quiet;
#[path = "../../support/slow.rs"]
pub(crate) mod slow;

pub(crate) use bombs::bombs;
pub(crate) use chunks::chunks;
pub(crate) use deep::{NESTS, deep};
pub(crate) use encodings::encodings;
pub(crate) use names::names;
pub(crate) use quiet::quiet;

#[allow(dead_code, reason = "the tests of fixes use the rest")]
#[path = "../../support/tree.rs"]
mod files;
pub(crate) use files::{FIXED, LOCK, LOGIN, Tree};
