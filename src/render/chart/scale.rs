//! What stands on the axes.
//!
//! Owns which numbers and dates are round, and how many of them there are.

use jiff::civil::{Date, date};

/// Days from one date to another.
pub(super) fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_secs() / 86_400
}

/// The distance of marks from 0 to at least `most`, so that there are five at most: 1, 2 or 5 with zeros.
pub(super) fn step(most: u64) -> u64 {
    let mut ten = 1u64;
    loop {
        if let Some(step) = [1, 2, 5].map(|n| ten.saturating_mul(n)).into_iter().find(|step| most.div_ceil(*step) <= 5)
        {
            return step;
        }
        ten = ten.saturating_mul(10);
    }
}

/// A month, counted from the first of them all.
pub(super) fn month(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// The first day of a month; the last one there is beyond the end of time.
pub(super) fn first_of(month: i64) -> Date {
    let year = i16::try_from(month.div_euclid(12)).unwrap_or(i16::MAX);
    Date::new(year, month.rem_euclid(12) as i8 + 1, 1).unwrap_or(date(9999, 12, 1))
}

/// At most eight round dates from `first` to `last`, and what each is called.
pub(super) fn dates(first: Date, last: Date) -> Vec<(Date, String)> {
    let span = days(first, last).max(0);
    if let Some(step) = [1, 2, 7, 14].into_iter().find(|step| span / step < 8) {
        let marks = (0..=span / step).filter_map(|n| first.checked_add(jiff::Span::new().days(n * step)).ok());
        return marks.map(|mark| (mark, mark.to_string())).collect();
    }
    let (from, to) = (month(first.checked_add(jiff::Span::new().days(27)).unwrap_or(first)), month(last));
    let steps = [1, 2, 3, 6].into_iter().chain((0..4).flat_map(|zeros| [1, 2, 5].map(|n| 12 * n * 10i64.pow(zeros))));
    let step = steps.into_iter().find(|step| (to - from) / step < 8).unwrap_or(120_000);
    let mut at = from.div_euclid(step) * step;
    if first_of(at) < first {
        at += step;
    }
    let marks = (0..8).map(|n| first_of(at + n * step)).take_while(|mark| *mark <= last);
    let name = |mark: Date| match step % 12 {
        0 => format!("{:04}", mark.year()),
        _ => format!("{:04}-{:02}", mark.year(), mark.month()),
    };
    let mut marks: Vec<_> = marks.map(|mark| (mark, name(mark))).collect();
    marks.dedup_by_key(|(mark, _)| *mark);
    marks
}
