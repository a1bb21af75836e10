//! A second opinion on dekey's lexers: the tree-sitter grammars.
//!
//! Owns the comparison of string, comment and call spans over any folder of code. It is not part of dekey and knows
//! dekey only through `dekey::lang`. The decision to know: published grammars can abort the process, so files are
//! read in child processes and a dead child is counted, not suffered.

pub mod children;
pub mod compare;
pub mod grammars;
pub mod tree;
