//! Linking: from facts to what they refer to.
//!
//! Owns resolution inside a file ([`index`]) and across a project ([`project`]), and the choice of a route
//! ([`route`]). It never sees a pack's text nor a file's.

pub mod index;
pub mod packages;
pub mod project;
pub mod route;
mod sources;
pub mod variable;

pub use index::{Index, Origin};
pub use sources::Sourced;
