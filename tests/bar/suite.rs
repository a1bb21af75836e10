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

#[path = "fuzz.rs"]
pub(crate) mod fuzz;
#[allow(dead_code, reason = "rows use some of it")]
#[path = "../support/plant.rs"]
pub(crate) mod plant;
#[path = "report.rs"]
pub(crate) mod report;
#[path = "rows/mod.rs"]
mod rows;
#[path = "subject.rs"]
pub(crate) mod subject;
#[path = "tree/mod.rs"]
pub(crate) mod tree;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// What a judgement says: why not, in a sentence.
pub(crate) type Verdict = Result<(), String>;

/// One row of the bar.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) number: u8,
    pub(crate) title: &'static str,
    /// Passes for dekey.
    pub(crate) green: fn() -> Verdict,
    /// The same judgement of what is known to be bad; has to fail.
    pub(crate) red: fn() -> Verdict,
}

const KNOWN_BAD: &str = "what is known to be bad passes";

/// Whether every row runs with its full counts.
pub(crate) fn full() -> bool {
    std::env::var_os("DEKEY_BAR").is_some_and(|value| value == "full")
}

pub(crate) fn main() {
    if let Ok(asked) = std::env::var(tree::nests::TRIED) {
        return tree::nests::try_it(&asked);
    }
    let arguments = Arguments::from_args();
    let mut rows: Vec<Row> = rows::all();
    rows.sort_by_key(|row| row.number);
    let trials = rows.into_iter().flat_map(|Row { number, title, green, red }| {
        let known_bad = move || match red() {
            Ok(()) => Err(KNOWN_BAD.to_owned()),
            Err(_) => Ok(()),
        };
        [
            Trial::ignorable_test(format!("{number:02} {title}"), move || judged(green)),
            Trial::ignorable_test(format!("{number:02} {title} (red)"), move || judged(known_bad)),
        ]
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// Makes a judgement; one that lacks a part is none.
fn judged(judge: impl FnOnce() -> Verdict) -> Result<Completion, Failed> {
    let (verdict, lacking) = subject::lacking(judge);
    if lacking.is_empty() {
        return verdict.map(|()| Completion::Completed).map_err(Failed::from);
    }
    let lacks: Vec<&str> = lacking.iter().map(|lack| lack.why.as_str()).collect();
    let lacks = format!("not judged: {}", lacks.join("; "));
    let required = std::env::var_os("DEKEY_PROOF").is_some_and(|value| value == "require");
    match verdict {
        // What could be judged was, and what is known to be bad may be so in the other part.
        Err(why) if why != KNOWN_BAD => Err(Failed::from(why)),
        _ if required && lacking.iter().any(|lack| lack.program) => Err(Failed::from(lacks)),
        _ => Ok(Completion::ignored_with(lacks)),
    }
}
