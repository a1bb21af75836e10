//! What fuzzing runs, and what it begins with. The tests of dekey run the same code on what it has found.

pub mod seeds;
pub mod targets;
