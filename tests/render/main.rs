//! The formats over hand-made reports: goldens, hostile input, the build servers' parsers.

mod build_server;
mod golden;
mod hostile;
mod sample;
