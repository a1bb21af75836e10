//! What nests, expands or grows: no reader may go with it.

use std::time::Duration;

use super::reach::all_found;
use crate::subject::{Ran, Subject};
use crate::tree::case::Case;
use crate::tree::{self, Tree};
use crate::{Row, Verdict, full};

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 8,
        title: "nests of any depth end no process, and what stands around them is found",
        green: || deep(&Subject::dekey()),
        red: || deep(&Subject::hasty("import ast; ast.parse('f(' * 100_000)")),
    },
    Row {
        number: 10,
        title: "twice the input takes twice the time",
        green: || doubling(Subject::dekey()),
        red: || doubling(Subject::script(QUADRATIC)),
    },
    Row {
        number: 11,
        title: "nothing is expanded, fetched or counted out that a file asks for",
        green: || bombs(&Subject::dekey()),
        red: || bombs(&Subject::hasty("1 + '1e9'")),
    },
];

/// Gives up on what is long; in the full run it takes its time, four times as much for what is twice as long.
const QUADRATIC: &str = "size=$(cat \"$1\"/deep/* | wc -c); [ \"$size\" -lt 100000 ] || kill -9 $$
    echo '{\"summary\": {\"complete\": true}, \"findings\": [], \"skipped\": []}'";

fn deep(subject: &Subject) -> Verdict {
    let cases = tree::deep(if full() { 100_000 } else { 4_000 });
    let tree = Tree::new();
    cases.iter().for_each(|case| case.build(&tree));
    let ran = subject.check(&tree, &["--output-format", "json"]);
    all_found(&ran.told()?, &cases)?;
    ran.frugal(20, 512)
}

/// The time of a run over one nest, and one twice as deep, without what an empty run takes.
/// Says last on standard error for how long what it runs has had a processor. Nothing that runs beside it counts.
const TIMED: [&str; 3] = ["bash", "-c", "TIMEFORMAT='%3U %3S'; time \"$0\" \"$@\""];

fn doubling(subject: Subject) -> Verdict {
    let subject = subject.under(&TIMED);
    let busy = |ran: &Ran| -> Result<Duration, String> {
        let told = ran.complaint();
        let parts = told.lines().last().unwrap_or_default().split(' ').map(str::parse::<f64>);
        let seconds = parts.sum::<Result<f64, _>>().map_err(|_| format!("bash tells no time: {told}"))?;
        Ok(Duration::from_secs_f64(seconds))
    };
    let time = |depth: usize, at: usize| -> Result<Duration, String> {
        let tree = Tree::new();
        let case: Case = tree::deep(depth).swap_remove(at);
        case.build(&tree);
        let mut best = Duration::MAX;
        for _ in 0..if full() { 3 } else { 1 } {
            let ran = subject.check(&tree, &["--output-format", "json"]);
            all_found(&ran.told()?, std::slice::from_ref(&case))?;
            best = best.min(busy(&ran)?);
        }
        Ok(best)
    };
    let every = if full() { 1 } else { 20 };
    for at in (0..tree::NESTS.len()).step_by(every) {
        let nest = &tree::NESTS[at];
        // What is read as a language is at most 2 MiB.
        let depth = if full() { 500_000 / nest.open.len().max(nest.open.len() + nest.close.len()) } else { 20_000 };
        let (nothing, once, twice) = (time(0, at)?, time(depth, at)?, time(2 * depth, at)?);
        let over = |took: Duration| took.saturating_sub(nothing).as_secs_f64();
        // Of less, most is chance.
        if full() && over(twice) > 0.05 && over(twice) > 2.6 * over(once).max(0.01) {
            return Err(format!("{}: {once:?} become {twice:?}; an empty run takes {nothing:?}", nest.name));
        }
    }
    Ok(())
}

fn bombs(subject: &Subject) -> Verdict {
    let cases = tree::bombs();
    let tree = Tree::new();
    cases.iter().for_each(|case| case.build(&tree));
    let ran = subject.check(&tree, &["--output-format", "json"]);
    all_found(&ran.told()?, &cases)?;
    ran.frugal(2, 128)
}
