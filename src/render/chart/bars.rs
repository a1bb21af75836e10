//! Bars of what is done and what is left.

use super::svg::{Anchor, ROW, Svg, WIDTH, fitting};
use super::{Caption, MOST, named};

/// Where bars begin and how long the longest is; the numbers stand behind it.
const LEFT: f64 = 230.0;
const LONGEST: f64 = WIDTH - LEFT - 180.0;
const PITCH: f64 = 22.0;

/// How far one part of the whole has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it is called.
    pub label: String,
    /// How many are done.
    pub done: u64,
    /// How many are left.
    pub left: u64,
}

impl Bar {
    fn sum(&self) -> u64 {
        self.done.saturating_add(self.left)
    }

    /// `3 of 12 done (25 %)`, or what is left where nothing of it can be known to be done.
    fn numbers(&self, progress: bool) -> String {
        match (progress, self.sum()) {
            (false, sum) => sum.to_string(),
            (true, 0) => "nothing to do".to_owned(),
            // Rounded down: what is not done never reads as 100 %.
            (true, sum) => {
                let percent = u128::from(self.done) * 100 / u128::from(sum);
                format!("{} of {sum} done ({percent} %)", self.done)
            }
        }
    }
}

/// A bar for each row, in the order given, as long as there is to do.
///
/// Where no row has anything done, it shows what is left, and no progress.
#[must_use]
pub fn bars(caption: &Caption<'_>, rows: &[Bar]) -> String {
    let rows = folded(rows);
    let progress = rows.iter().any(|row| row.done > 0);
    let told: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.numbers(progress))).collect();
    let description = if told.is_empty() { "Nothing to show.".to_owned() } else { format!("{}.", told.join("; ")) };
    let top = if progress { ROW + 8.0 } else { 4.0 };
    let mut svg = Svg::new(caption, &description, top + rows.len().max(1) as f64 * PITCH);
    svg.halves();
    if progress {
        svg.legend(2.0, ["done", "left"]);
    }
    let most = rows.iter().map(Bar::sum).max().unwrap_or(0).max(1);
    for (at, (row, told)) in rows.iter().zip(&told).enumerate() {
        let y = top + at as f64 * PITCH;
        let long = |n: u64| match n {
            0 => 0.0,
            // One of a million is still one.
            n => (n as f64 / most as f64 * LONGEST).max(1.5),
        };
        svg.text(LEFT - 8.0, y + 12.0, Anchor::End, fitting(&row.label, LEFT - 8.0));
        let mut x = LEFT;
        for (kind, n) in [row.done, row.left].into_iter().enumerate().filter(|(_, n)| *n > 0) {
            svg.fill(kind, [x, y, long(n), 16.0], told);
            x += long(n);
        }
        svg.text(x + 8.0, y + 12.0, Anchor::Start, row.numbers(progress));
    }
    svg.finish()
}

fn folded(rows: &[Bar]) -> Vec<Bar> {
    let kept = if rows.len() <= MOST { rows.len() } else { MOST - 1 };
    let (kept, rest) = rows.split_at(kept);
    let mut all: Vec<Bar> = kept.iter().map(|row| Bar { label: named(&row.label), ..row.clone() }).collect();
    if !rest.is_empty() {
        let sum = |number: fn(&Bar) -> u64| rest.iter().map(number).fold(0, u64::saturating_add);
        let label = format!("{} others", rest.len());
        all.push(Bar { label, done: sum(|row| row.done), left: sum(|row| row.left) });
    }
    all
}
