//! dekey finds the places where an integration still authenticates with a vendor's retired API keys, or holds an
//! access token in the open, and leads them to OAuth or to an access token read from the environment.
//!
//! The modules are the pipeline, in order; see `ARCHITECTURE.md`.

#![forbid(unsafe_code)]

pub mod baseline;
pub mod check;
pub mod cli;
pub mod config;
pub mod document;
pub mod facts;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod history;
pub mod init;
pub mod lang;
pub mod link;
pub mod matcher;
pub mod names;
pub mod pack;
pub mod plan;
pub mod prefilter;
pub mod problem;
pub mod redact;
pub mod render;
pub mod scan;
pub mod source;
pub mod span;
pub mod suppress;
pub mod version;
pub mod write;
