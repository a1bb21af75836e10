//! Charts as inline SVG.
//!
//! Owns how numbers become pictures; it knows no report, so that whoever shows a chart says what is counted. The
//! decisions to know:
//!
//! - A chart is one `<svg>` element that stands in HTML and, through [`file()`], alone. It holds no script, no `style`
//!   attribute, no link and nothing from elsewhere; a reference leads to a pattern of its own `<defs>`.
//! - Colours are defaults that a style sheet may replace: they are presentation attributes, which any rule beats. The
//!   classes: `chart` on the element; `c1` to `c8` on what belongs to a series, `done` and `left` on the parts of a bar
//!   (`fill`), `l1` to `l8` on lines (`stroke`), `total` and `projection` on the lines so called; `hatch` on the strokes
//!   over a fill (`stroke`), `grid` and `axis` on rules (`stroke`). Text and rules are of `currentColor`.
//! - Nothing is told by colour alone: numbers stand beside what they count, stacked parts have patterns, and the
//!   description that a screen reader reads has the figures.
//! - A chart has at most [`MOST`] columns or bars and [`KINDS`] series; what is beyond is added up as "others".

mod bars;
mod columns;
mod lines;
mod scale;
mod svg;

use jiff::civil::Date;

pub use bars::{Bar, bars};
pub use columns::columns;
pub use lines::{Projection, lines};
pub use svg::file;

/// Columns or bars of a chart.
pub const MOST: usize = 60;

/// Series of a chart, "others" among them.
pub const KINDS: usize = 8;

/// What a chart is called.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'a> {
    /// What the ids of its elements begin with: letters, digits and `-`, another one for each chart of a page.
    pub id: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
}

/// Numbers that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What they count.
    pub label: String,
    /// When, and how many; in any order.
    pub points: Vec<(Date, u64)>,
}

impl Series {
    fn sum(&self) -> u64 {
        self.points.iter().fold(0, |sum, (_, n)| sum.saturating_add(*n))
    }
}

/// The series in the order given, those beyond the last place added up in it.
fn folded(series: &[Series]) -> Vec<Series> {
    let kept = if series.len() <= KINDS { series.len() } else { KINDS - 1 };
    let (kept, rest) = series.split_at(kept);
    let mut all: Vec<Series> =
        kept.iter().map(|series| Series { label: named(&series.label), ..series.clone() }).collect();
    if !rest.is_empty() {
        let points = rest.iter().flat_map(|series| series.points.iter().copied()).collect();
        all.push(Series { label: format!("{} others", rest.len()), points });
    }
    all
}

/// A label short enough to be repeated wherever it is told.
fn named(label: &str) -> String {
    super::escape::cut(label, 80)
}
