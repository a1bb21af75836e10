//! What a series of reports tells: how many findings there were when, and when there may be none.
//!
//! Owns the numbers. It opens no file and draws nothing. The decisions to know: only findings that count are counted; of a
//! repository that was examined twice on one day the later named report holds; and an end is projected only from complete
//! reports of the same repositories, and never said without those it is projected from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Document;
use crate::finding::State;

/// Reports that a projection takes at least.
pub const FEWEST: usize = 3;
/// Days ahead that a projection is worth something: twenty years.
const FAR: f64 = 20.0 * 365.0;

/// The reports that were read so far. Of each only the numbers are kept.
#[derive(Debug, Default)]
pub struct Series {
    days: BTreeMap<Date, BTreeMap<String, Counted>>,
    replaced: Vec<Replaced>,
}

/// A report of a repository that does not count, since there is another of the same day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// When they were made.
    pub date: Date,
    /// The repository's name; empty where nobody told it.
    pub repository: String,
    /// What the report that does not count is called.
    pub left: String,
    /// What the other is called.
    pub kept: String,
}

/// The numbers of one repository on one day.
#[derive(Debug)]
struct Counted {
    report: String,
    rules: BTreeMap<String, u64>,
    complete: bool,
}

/// All repositories on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The day.
    pub date: Date,
    /// Findings that count, by the rule's id.
    pub rules: BTreeMap<String, u64>,
    /// All of them.
    pub total: u64,
    /// Whether everything that should have been examined was.
    pub complete: bool,
    /// The names of the repositories; one without a name has an empty one.
    pub repositories: BTreeSet<String>,
}

impl Point {
    /// The findings of a rule.
    #[must_use]
    pub fn of(&self, rule: &str) -> u64 {
        self.rules.get(rule).copied().unwrap_or(0)
    }
}

/// Where it leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Outlook {
    /// Nothing is left.
    Done,
    /// There are so few complete reports of the repositories that the last one has.
    TooFew(usize),
    /// It does not become less.
    NotFalling(Pace),
    /// It becomes less, but so slowly that a date would mean nothing.
    Far(Pace),
    /// There may be nothing left on this day.
    Ends(Date, Pace),
}

/// How fast findings became fewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// The day and the total of the first report that it is made from.
    pub from: (Date, u64),
    /// The same of the last.
    pub to: (Date, u64),
    /// How many reports it is made from.
    pub reports: usize,
    /// Findings fewer in a day; below 0 when they become more.
    pub daily: f64,
}

/// A series, counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// By date.
    pub points: Vec<Point>,
    /// The rules with a finding at any time: those with the most now first.
    pub rules: Vec<String>,
    /// Reports that do not count.
    pub replaced: Vec<Replaced>,
    /// Where it leads.
    pub outlook: Outlook,
}

/// The day of what a report is of: of the newest commit that was examined.
#[must_use]
pub fn examined_on(document: &Document) -> Option<Date> {
    let revisions = document.repositories.iter().filter_map(|repository| repository.revision.as_ref());
    revisions.filter_map(|revision| revision.date.get(..10)?.parse().ok()).max()
}

/// A day in the name of a file: `report-2026-11-24.json`, `20261124.json`. The first one counts.
#[must_use]
pub fn named_day(name: &str) -> Option<Date> {
    let runs = name.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at);
    let starts = runs.filter(|at| !name[..*at].ends_with(|c: char| c.is_ascii_digit()));
    let day = |at: usize| {
        let rest = &name[at..];
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        match digits(rest) {
            8 => rest.get(..8)?.parse().ok(),
            4 if rest.get(10..).is_some_and(|end| digits(end) == 0) => rest.get(..10)?.parse().ok(),
            _ => None,
        }
    };
    // Eight digits may as well be a number.
    starts.filter_map(day).find(|date: &Date| (2000..2200).contains(&date.year()))
}

impl Series {
    /// Counts a report that was made on `date`; `name` is what messages call it.
    pub fn add(&mut self, date: Date, name: &str, document: &Document) {
        let only = match document.repositories.as_slice() {
            [one] => Some(one.name.clone().unwrap_or_default()),
            _ => None,
        };
        let named = |name: &Option<String>| name.clone().or_else(|| only.clone()).unwrap_or_default();
        let counted = |complete| Counted { report: name.to_owned(), rules: BTreeMap::new(), complete };
        let mut found: BTreeMap<String, Counted> = document
            .repositories
            .iter()
            .map(|one| (named(&one.name), counted(one.complete && one.failure.is_none())))
            .collect();
        for finding in document.findings.iter().filter(|finding| finding.state == State::Open) {
            let of = found.entry(named(&finding.repository)).or_insert_with(|| counted(document.summary.complete));
            *of.rules.entry(finding.rule.clone()).or_default() += 1;
        }
        if found.is_empty() {
            found.insert(String::new(), counted(document.summary.complete));
        }
        if let Some(last) = found.values_mut().next()
            && only.is_some()
        {
            last.complete &= document.summary.complete;
        }
        let day = self.days.entry(date).or_default();
        for (repository, counted) in found {
            if let Some(Counted { report, .. }) = day.insert(repository.clone(), counted) {
                self.replaced.push(Replaced { date, repository, left: report, kept: name.to_owned() });
            }
        }
    }

    /// What they tell; the end is projected from `last` of them at most.
    #[must_use]
    pub fn trend(self, last: usize) -> Trend {
        let points: Vec<Point> = self.days.into_iter().map(|(date, repositories)| point(date, repositories)).collect();
        let mut most: BTreeMap<&str, u64> = BTreeMap::new();
        for (rule, n) in points.iter().flat_map(|point| &point.rules) {
            let most = most.entry(rule).or_default();
            *most = n.max(most).to_owned();
        }
        let now = |rule: &str| points.last().map_or(0, |point| point.of(rule));
        let mut rules: Vec<(&str, u64)> = most.into_iter().collect();
        rules.sort_by_key(|(rule, most)| (std::cmp::Reverse((now(rule), *most)), *rule));
        Trend {
            rules: rules.into_iter().map(|(rule, _)| rule.to_owned()).collect(),
            outlook: outlook(&points, last.max(FEWEST)),
            points,
            replaced: self.replaced,
        }
    }
}

fn point(date: Date, repositories: BTreeMap<String, Counted>) -> Point {
    let complete = repositories.values().all(|counted| counted.complete);
    let mut rules: BTreeMap<String, u64> = BTreeMap::new();
    for (rule, n) in repositories.values().flat_map(|counted| &counted.rules) {
        *rules.entry(rule.clone()).or_default() += n;
    }
    let total = rules.values().sum();
    Point { date, rules, total, complete, repositories: repositories.into_keys().collect() }
}

fn outlook(points: &[Point], last: usize) -> Outlook {
    let Some(newest) = points.last() else { return Outlook::TooFew(0) };
    if newest.complete && newest.total == 0 {
        return Outlook::Done;
    }
    // An incomplete report has too few, and one of other repositories others.
    let same = |point: &&Point| point.repositories == newest.repositories;
    let mut used: Vec<&Point> =
        points.iter().rev().take_while(same).filter(|point| point.complete).take(last).collect();
    used.reverse();
    let ([first, .., end], FEWEST..) = (used.as_slice(), used.len()) else { return Outlook::TooFew(used.len()) };
    let ends = |point: &Point| (point.date, point.total);
    let pace = Pace { from: ends(first), to: ends(end), reports: used.len(), daily: -slope(&used) };
    if pace.daily <= 0.0 {
        return Outlook::NotFalling(pace);
    }
    let ahead = (end.total as f64 / pace.daily).ceil();
    // Within twenty years a number of days is one of these.
    let day = (ahead <= FAR).then(|| end.date.checked_add(jiff::Span::new().days(ahead as i64)).ok()).flatten();
    day.map_or(Outlook::Far(pace.clone()), |day| Outlook::Ends(day, pace))
}

/// Findings more in a day, by Theil and Sen: the median over all pairs, so that one odd report moves little.
fn slope(points: &[&Point]) -> f64 {
    let days = |from: Date, to: Date| to.duration_since(from).as_secs() as f64 / 86_400.0;
    let mut slopes: Vec<f64> = Vec::new();
    for (at, one) in points.iter().enumerate() {
        let pairs = points[at + 1..].iter();
        slopes.extend(pairs.map(|other| (other.total as f64 - one.total as f64) / days(one.date, other.date)));
    }
    slopes.sort_by(f64::total_cmp);
    let middle = slopes.len() / 2;
    match slopes.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => slopes[middle],
        _ => f64::midpoint(slopes[middle - 1], slopes[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn points(totals: &[(Date, u64)]) -> Vec<Point> {
        let rules = |n: u64| BTreeMap::from([("v/a".to_owned(), n)]);
        let repositories = BTreeSet::from([String::new()]);
        let point = |(date, total): &(Date, u64)| Point {
            date: *date,
            rules: rules(*total),
            total: *total,
            complete: true,
            repositories: repositories.clone(),
        };
        totals.iter().map(point).collect()
    }

    /// A report each ten days.
    fn decades(totals: &[u64]) -> Vec<Point> {
        let days = (0..).map(|n| date(2026, 1, 1).checked_add(jiff::Span::new().days(10 * n)).unwrap());
        points(&days.zip(totals.iter().copied()).collect::<Vec<_>>())
    }

    fn ends(points: &[Point], last: usize) -> Option<(Date, usize)> {
        match outlook(points, last) {
            Outlook::Ends(date, pace) => Some((date, pace.reports)),
            _ => None,
        }
    }

    #[test]
    fn an_end_is_where_the_pace_leads() {
        // 20 are left on January 31st, and each ten days 10 go.
        assert_eq!(ends(&decades(&[50, 40, 30, 20]), 8), Some((date(2026, 2, 20), 4)));
        // One odd report does not matter, and nor does what is long ago.
        assert_eq!(ends(&decades(&[50, 40, 90, 20]), 8).unwrap().1, 4);
        assert_eq!(ends(&decades(&[1, 50, 40, 30, 20]), 4), Some((date(2026, 3, 2), 4)));
        assert_eq!(
            ends(&points(&[(date(2026, 1, 1), 9), (date(2026, 1, 2), 8), (date(2026, 1, 10), 1)]), 8).unwrap().1,
            3
        );
    }

    #[test]
    fn no_end_is_made_up() {
        assert_eq!(outlook(&[], 8), Outlook::TooFew(0));
        assert_eq!(outlook(&decades(&[50, 40]), 8), Outlook::TooFew(2));
        assert_eq!(outlook(&decades(&[50, 40, 0]), 8), Outlook::Done);
        assert!(matches!(outlook(&decades(&[40, 40, 40]), 8), Outlook::NotFalling(pace) if pace.daily == 0.0));
        assert!(matches!(outlook(&decades(&[40, 50, 60]), 8), Outlook::NotFalling(pace) if pace.daily == -1.0));
        assert!(matches!(outlook(&decades(&[9_000_000, 8_999_999, 8_999_998]), 8), Outlook::Far(_)));
    }

    #[test]
    fn parts_are_not_compared_with_the_whole() {
        let mut all = decades(&[50, 40, 3, 30, 20]);
        all[2].complete = false;
        assert_eq!(ends(&all, 8).unwrap().1, 4, "the incomplete one is left out");
        all[1].repositories.insert("other".to_owned());
        assert_eq!(outlook(&all, 8), Outlook::TooFew(2), "what was before the repositories changed too");
        let mut none = decades(&[50, 40, 0]);
        none[2].complete = false;
        assert_eq!(outlook(&none, 8), Outlook::TooFew(2), "nothing was found where nothing was looked at");
    }

    #[test]
    fn a_day_stands_in_a_name() {
        for (name, day) in [
            ("2026-11-24.json", Some(date(2026, 11, 24))),
            ("report-20261124.json", Some(date(2026, 11, 24))),
            ("dekey_2026-11-24T03-15.json", Some(date(2026, 11, 24))),
            ("v2-build-123-2026-01-02.json", Some(date(2026, 1, 2))),
            ("2026-13-24.json", None),
            ("202611241.json", None),
            ("2026-11-241.json", None),
            ("12345678.json", None),
            ("report.json", None),
            ("2026-1\u{e9}", None),
        ] {
            assert_eq!(named_day(name), day, "{name}");
        }
    }
}
