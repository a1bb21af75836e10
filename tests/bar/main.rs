//! The bar, see `suite.rs`. It needs a Unix system: names that are no text, pipes, modes, signals.

#[cfg(unix)]
mod suite;
#[cfg(unix)]
pub(crate) use suite::{Row, Verdict, full, fuzz, plant, report, subject, tree};

fn main() {
    #[cfg(unix)]
    suite::main();
    #[cfg(not(unix))]
    eprintln!("SKIPPED: the bar needs a Unix system");
}
