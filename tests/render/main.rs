//! The formats over hand-made reports: goldens, schemas, hostile input, the build servers' parsers, and that all carry the
//! same edits.

mod build_server;
mod equivalence;
mod golden;
mod hostile;
mod sample;
mod schemas;
