//! The formats over hand-made reports: goldens, schemas, hostile input, the build servers' parsers, and that all carry the
//! same edits. And dekey as it is run: where reports go, and what a hostile project can do with them.

#[cfg(unix)]
mod attack;
mod build_server;
mod equivalence;
mod golden;
mod hostile;
mod outputs;
#[expect(dead_code, reason = "the cases use the rest")]
#[path = "../support/plant.rs"]
mod plant;
mod run;
mod sample;
mod schemas;
