//! Stacked columns over time: when something came in.
//!
//! Owns the choice of the unit. A column is a month while there are at most [`MONTHS`] of them, then a quarter, then a
//! year. Dates that are far off from the others, as wrong clocks make them, go into one column at that end.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::scale::{month, step};
use super::svg::{Anchor, Svg, WIDTH, fitting, legend_height, width};
use super::{Caption, MOST, Series, folded};

/// Columns that are months; with more of them their names run together.
const MONTHS: i64 = 36;

/// What is above the columns: the number of the highest.
const TOP: f64 = 22.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 48.0;

/// What a column stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// The finest one in which so many months make a chart.
    fn of(months: i64) -> Self {
        match months {
            ..=MONTHS => Self::Month,
            _ if months / 3 < MOST as i64 - 1 => Self::Quarter,
            _ => Self::Year,
        }
    }

    fn months(self) -> i64 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The column a date belongs to.
    fn number(self, date: Date) -> i64 {
        month(date).div_euclid(self.months())
    }

    fn name(self, number: i64) -> String {
        let month = number * self.months();
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
        match self {
            Self::Month => format!("{year:04}-{:02}", month + 1),
            Self::Quarter => format!("{year:04} Q{}", month / 3 + 1),
            Self::Year => format!("{year:04}"),
        }
    }
}

/// A column: its name, and how many of each series.
struct Column {
    name: String,
    counts: Vec<u64>,
}

impl Column {
    fn sum(&self) -> u64 {
        self.counts.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }
}

/// How many of each series there were in each month, quarter or year, one upon the other.
#[must_use]
pub fn columns(caption: &Caption<'_>, series: &[Series]) -> String {
    let series = folded(series);
    let (unit, columns) = stacked(&series);
    let most = columns.iter().map(Column::sum).max().unwrap_or(0);
    let base = TOP + HEIGHT;
    let mut svg = Svg::new(caption, &described(unit, &columns, &series), base + 30.0 + legend_height(series.len()));
    svg.patterns(series.len());
    let (step, height) = (step(most), |n: u64| n as f64 / most.max(1) as f64 * HEIGHT);
    for mark in (0..=most).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        let y = base - height(mark);
        svg.rule(if mark == 0 { "axis" } else { "grid" }, [LEFT, y, WIDTH, y]);
        svg.text(LEFT - 6.0, y + 4.0, Anchor::End, mark);
    }
    let pitch = (WIDTH - LEFT) / columns.len().max(1) as f64;
    let wide = (pitch - 2.0).min(48.0);
    let names = columns.iter().map(|column| width(&column.name)).fold(0.0, f64::max);
    // Names that do not fit beside each other are left out but for every second, third…
    let every = ((names + 8.0) / pitch).ceil().max(1.0) as usize;
    for (at, column) in columns.iter().enumerate() {
        let (centre, mut y) = (LEFT + (at as f64 + 0.5) * pitch, base);
        for (kind, n) in column.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let told = format!("{}: {} {n}", column.name, series[kind].label);
            y -= height(*n);
            // The gap keeps parts of a like colour apart; a part of nothing but a gap would not be seen.
            svg.fill(kind, [centre - wide / 2.0, y, wide, (height(*n) - 1.0).max(0.6)], &told);
        }
        let sum = column.sum();
        let number = sum.to_string();
        if sum > 0 && (width(&number) < pitch || sum == most) {
            svg.text(centre, y - 4.0, Anchor::Middle, number);
        }
        if at % every == 0 {
            svg.text(centre, base + 16.0, Anchor::Middle, &column.name);
        }
    }
    let labels: Vec<String> = series.iter().map(legend).collect();
    svg.legend(base + 28.0, labels.iter().map(String::as_str));
    svg.finish()
}

/// `rule: 12`
fn legend(series: &Series) -> String {
    let number = format!(": {}", series.sum());
    format!("{}{number}", fitting(&series.label, WIDTH / 2.0 - 30.0 - width(&number)))
}

fn stacked(series: &[Series]) -> (Unit, Vec<Column>) {
    let dates = || series.iter().flat_map(|series| &series.points).filter(|(_, n)| *n > 0).map(|(date, _)| *date);
    let (Some(first), Some(last)) = (dates().min(), dates().max()) else { return (Unit::Month, Vec::new()) };
    let unit = Unit::of(month(last) - month(first) + 1);
    let mut counts: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for (kind, (date, n)) in
        series.iter().enumerate().flat_map(|(kind, series)| series.points.iter().map(move |point| (kind, point)))
    {
        let column = counts.entry(unit.number(*date)).or_insert_with(|| vec![0; series.len()]);
        column[kind] = column[kind].saturating_add(*n);
    }
    let (from, to) = shown(unit, &counts, unit.number(first), unit.number(last));
    let outside = |counts: &mut dyn Iterator<Item = &Vec<u64>>| {
        counts.fold(vec![0u64; series.len()], |sums, more| {
            sums.iter().zip(more).map(|(sum, n)| sum.saturating_add(*n)).collect()
        })
    };
    let none = || vec![0; series.len()];
    let mut columns: Vec<Column> = (from..=to)
        .map(|number| Column { name: unit.name(number), counts: counts.get(&number).cloned().unwrap_or_else(none) })
        .collect();
    if from > unit.number(first) {
        let counts = outside(&mut counts.range(..from).map(|(_, counts)| counts));
        columns.insert(0, Column { name: format!("before {}", unit.name(from)), counts });
    }
    if to < unit.number(last) {
        let counts = outside(&mut counts.range(to + 1..).map(|(_, counts)| counts));
        columns.push(Column { name: format!("after {}", unit.name(to)), counts });
    }
    (unit, columns)
}

/// The stretch of columns that holds the most, the latest of several, with room for one more at both ends.
fn shown(unit: Unit, counts: &BTreeMap<i64, Vec<u64>>, first: i64, last: i64) -> (i64, i64) {
    if unit != Unit::Year || last - first < MOST as i64 {
        return (first, last);
    }
    let long = MOST as i64 - 2;
    let within = |from: i64| {
        let columns = counts.range(from..from + long);
        columns.flat_map(|(_, counts)| counts).fold(0u64, |sum, n| sum.saturating_add(*n))
    };
    // Beginning where something is; one that ends with the last is as good.
    let from = counts.keys().copied().max_by_key(|from| (within(*from), *from)).unwrap_or(first);
    let from = from.min(last - long + 1).max(first);
    (from, from + long - 1)
}

fn described(unit: Unit, columns: &[Column], series: &[Series]) -> String {
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return "Nothing to show.".to_owned() };
    let mut text = format!("By {}, from {} to {}.", unit.noun(), first.name, last.name);
    let all: Vec<String> = columns
        .iter()
        .filter(|column| column.sum() > 0)
        .map(|column| format!("{} {}", column.name, column.sum()))
        .collect();
    text.push_str(&format!(" {}.", all.join(", ")));
    let kinds: Vec<String> = series.iter().map(legend).collect();
    text.push_str(&format!(" {}.", kinds.join(", ")));
    text
}
