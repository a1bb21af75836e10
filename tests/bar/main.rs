//! The bar: what a hostile tree, repository, machine or moment may not do to dekey, a numbered row each.
//!
//! Each row is a judgement of a [`subject::Subject`], made twice: of dekey, which has to pass, and of one that is known to
//! be bad in the row's way, which has to fail: a row that lets everything pass shows so. `DEKEY_BAR=full` runs every row
//! with its full counts and judges times and memory too; without it, what takes long is sampled. Hostile things are
//! built at run time: none is stored.
//!
//! ```sh
//! cargo test --test bar                             # in every run
//! DEKEY_BAR=full cargo test --release --test bar    # before a release
//! ```

mod fuzz;
#[allow(dead_code, reason = "rows use some of it")]
#[path = "../support/plant.rs"]
mod plant;
mod report;
mod rows;
mod subject;
mod tree;

use libtest_mimic::{Arguments, Failed, Trial};

/// What a judgement says: why not, in a sentence.
type Verdict = Result<(), String>;

/// One row of the bar.
#[derive(Clone, Copy)]
struct Row {
    number: u8,
    title: &'static str,
    /// Passes for dekey.
    green: fn() -> Verdict,
    /// The same judgement of what is known to be bad; has to fail.
    red: fn() -> Verdict,
}

/// Whether every row runs with its full counts.
fn full() -> bool {
    std::env::var_os("DEKEY_BAR").is_some_and(|value| value == "full")
}

fn main() {
    if let Ok(asked) = std::env::var(tree::nests::TRIED) {
        return tree::nests::try_it(&asked);
    }
    let arguments = Arguments::from_args();
    let mut rows: Vec<Row> = rows::all();
    rows.sort_by_key(|row| row.number);
    let trials = rows.into_iter().flat_map(|Row { number, title, green, red }| {
        [
            Trial::test(format!("{number:02} {title}"), move || green().map_err(Failed::from)),
            Trial::test(format!("{number:02} {title} (red)"), move || match red() {
                Ok(()) => Err("what is known to be bad passes".into()),
                Err(_) => Ok(()),
            }),
        ]
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}
