//! What fuzzing runs, and what it begins with. The tests of dekey run the same code on what it has found.

#![forbid(unsafe_code)]

pub mod seeds;
pub mod targets;
