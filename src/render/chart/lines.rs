//! Lines over dates, and where the last of them may end.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::scale::{dates, days, step};
use super::svg::{Anchor, Svg, fitting, width};
use super::{Caption, Series, folded, named};

const TOP: f64 = 12.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 500.0;
const LABEL: f64 = 14.0;

/// Points of a line; of more, evenly spread ones are drawn.
const POINTS: usize = 400;

/// Points of a line that are marked with dots.
const DOTS: usize = 60;

/// A line that goes on where the numbers end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// Where it begins.
    pub from: (Date, f64),
    /// Where it reaches nothing, or as far as it is known.
    pub to: (Date, f64),
}

/// A line and what it is called; that of the total has no kind.
struct Line<'a> {
    kind: Option<usize>,
    label: &'a str,
    points: Vec<(Date, u64)>,
}

/// How each series and their total went, and dashed where it may lead.
///
/// A date that a series has several points of counts them together. Lines are labelled at their ends. A projection that would squeeze the numbers is cut: it takes half of the chart at
/// most.
#[must_use]
pub fn lines(caption: &Caption<'_>, total: &Series, series: &[Series], projection: Option<Projection>) -> String {
    let (series, whole) = (folded(series), named(&total.label));
    let line = |kind, label, series| Line { kind, label, points: daily(series) };
    // The total comes last, above the others.
    let all: Vec<Line<'_>> = series
        .iter()
        .enumerate()
        .map(|(kind, series)| line(Some(kind), &series.label, series))
        .chain([line(None, &whole, total)])
        .filter(|line| !line.points.is_empty())
        .collect();
    let points = || all.iter().flat_map(|line| &line.points);
    let (Some(first), Some(last)) = (points().map(|(date, _)| *date).min(), points().map(|(date, _)| *date).max())
    else {
        return Svg::new(caption, "Nothing to show.", TOP).finish();
    };
    let most = points().map(|(_, n)| *n).max().unwrap_or(0).max(1);
    let projection = projection.map(|projection| cut(projection, first, last));
    let end = projection.map_or(last, |projection| projection.to.0.max(last));
    let span = days(first, end).max(1) as f64;
    let x = |date: Date| LEFT + days(first, date) as f64 / span * (RIGHT - LEFT);
    let (step, base) = (step(most), TOP + HEIGHT);
    let top = most.div_ceil(step).saturating_mul(step);
    let y = |n: f64| base - (n / top as f64).clamp(0.0, 1.0) * HEIGHT;

    let mut svg = Svg::new(caption, &described(&all, projection), base + 28.0);
    for mark in (0..=top).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        let y = y(mark as f64);
        svg.rule(if mark == 0 { "axis" } else { "grid" }, [LEFT, y, RIGHT, y]);
        svg.text(LEFT - 6.0, y + 4.0, Anchor::End, mark);
    }
    for (mark, name) in dates(first, end) {
        svg.rule("axis", [x(mark), base, x(mark), base + 4.0]);
        svg.text(x(mark), base + 18.0, Anchor::Middle, name);
    }
    let mut labels = Vec::new();
    for Line { kind, label, points } in &all {
        let class = kind.map_or("total".to_owned(), |kind| format!("l{}", kind + 1));
        let drawn = thinned(points);
        let at = |(date, n): &(Date, u64)| (x(*date), y(*n as f64));
        svg.line(*kind, &class, false, &drawn.iter().map(at).collect::<Vec<_>>());
        if drawn.len() <= DOTS {
            for point in &drawn {
                svg.dot(*kind, at(point), &format!("{}: {label} {}", point.0, point.1));
            }
        }
        if let Some(last) = drawn.last() {
            labels.push((at(last), *label, last.1));
        }
    }
    if let Some(Projection { from, to }) = projection {
        svg.line(None, "projection", true, &[(x(from.0), y(from.1)), (x(to.0), y(to.1))]);
    }
    place(&mut svg, labels);
    svg.finish()
}

/// The labels at the ends of their lines, moved where they would stand on each other.
fn place(svg: &mut Svg, mut labels: Vec<((f64, f64), &str, u64)>) {
    labels.sort_by(|((_, a), ..), ((_, b), ..)| a.total_cmp(b));
    // Pushed down from the top, then the last ones up again where they left the chart.
    let mut places: Vec<f64> = Vec::with_capacity(labels.len());
    for ((_, y), ..) in &labels {
        places.push(places.last().map_or(*y, |above| y.max(above + LABEL)));
    }
    let mut lowest = TOP + HEIGHT;
    for place in places.iter_mut().rev() {
        *place = place.min(lowest);
        lowest = *place - LABEL;
    }
    for (((x, y), label, n), place) in labels.into_iter().zip(places) {
        svg.rule("grid", [x + 4.0, y, RIGHT + 14.0, place]);
        let number = format!(" {n}");
        let room = super::svg::WIDTH - RIGHT - 18.0 - width(&number);
        svg.text(RIGHT + 18.0, place + 4.0, Anchor::Start, format!("{}{number}", fitting(label, room)));
    }
}

/// One number for each date, in order.
fn daily(series: &Series) -> Vec<(Date, u64)> {
    let mut points: BTreeMap<Date, u64> = BTreeMap::new();
    for (date, n) in &series.points {
        let sum = points.entry(*date).or_default();
        *sum = sum.saturating_add(*n);
    }
    points.into_iter().collect()
}

fn thinned(points: &[(Date, u64)]) -> Vec<(Date, u64)> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let last = points.len() - 1;
    (0..POINTS).map(|at| points[at * last / (POINTS - 1)]).collect()
}

/// The part of a projection that takes no more room than the numbers do.
fn cut(projection: Projection, first: Date, last: Date) -> Projection {
    let Projection { from, to } = projection;
    let (room, long) = (days(first, last).max(1), days(from.0, to.0));
    let reach = days(from.0, last).max(0) + room;
    if long <= reach {
        return projection;
    }
    let Ok(end) = from.0.checked_add(jiff::Span::new().days(reach)) else { return projection };
    Projection { from, to: (end, from.1 + (to.1 - from.1) * reach as f64 / long as f64) }
}

fn described(all: &[Line<'_>], projection: Option<Projection>) -> String {
    let lines = all.iter().rev().filter_map(|Line { label, points, .. }| {
        let (from, to) = (points.first()?, points.last()?);
        Some(format!("{label}: {} on {}, {} on {}.", from.1, from.0, to.1, to.0))
    });
    let mut text: Vec<String> = lines.collect();
    if let Some(Projection { to: (date, n), .. }) = projection {
        text.push(format!("Projected: {} on {date}.", n.round()));
    }
    text.join(" ")
}
