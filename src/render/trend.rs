//! A series of reports as a table, for a terminal or in Markdown, and as a picture.
//!
//! Owns both layouts and what is said beside the numbers. The decision to know: no end is told without the reports that it
//! is projected from, and what does not fall has none.

use std::io::{self, Write};

use jiff::civil::Date;

use super::chart::{self, Caption, Projection};
use super::escape::Escaped;
use super::markdown::code;
use super::{closing, paint};
use crate::document::trend::{FEWEST, Outlook, Pace, Point, Replaced, Trend};

/// Rules with a column of their own.
const COLUMNS: usize = 20;

/// How a series is written.
#[derive(Debug)]
pub struct Layout {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    write: fn(&Trend, &mut dyn Write) -> io::Result<()>,
}

/// Every layout. The first is what a person gets who asks for none.
pub static LAYOUTS: [Layout; 2] = [
    Layout { name: "text", about: "For a terminal: a table, and the projected end", write: text },
    Layout { name: "markdown", about: "The same for a ticket or a wiki", write: markdown },
];

impl Layout {
    /// Writes a series.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(trend, out)
    }
}

/// A table of the numbers: a row for each day and two of the changes, a column for each rule.
struct Table {
    rows: Vec<(String, Vec<String>, String)>,
    /// Rules in `rows`, after the total; those beyond are one column more.
    rules: usize,
    others: bool,
}

impl Table {
    fn of(trend: &Trend) -> Self {
        let rules = trend.rules.len().min(COLUMNS);
        let others = trend.rules.len() > COLUMNS;
        let numbers = |point: &Point| -> Vec<u64> {
            let own: Vec<u64> = trend.rules.iter().take(rules).map(|rule| point.of(rule)).collect();
            let rest = others.then(|| point.total.saturating_sub(own.iter().sum()));
            std::iter::once(point.total).chain(own.iter().copied()).chain(rest).collect()
        };
        let largest = trend.points.iter().map(|point| point.repositories.len()).max().unwrap_or(0);
        let note = |at: usize, point: &Point| {
            let mut notes = Vec::new();
            if !point.complete {
                notes.push("incomplete".to_owned());
            }
            let before = at.checked_sub(1).and_then(|before| trend.points.get(before));
            if before.is_some_and(|before| before.repositories != point.repositories) {
                notes.push("not the same repositories as before".to_owned());
            }
            if largest > 1 {
                notes.push(match point.repositories.len() {
                    1 => "1 repository".to_owned(),
                    n => format!("{n} repositories"),
                });
            }
            notes.join(", ")
        };
        let words = |numbers: Vec<u64>| numbers.iter().map(u64::to_string).collect();
        let mut rows: Vec<(String, Vec<String>, String)> = trend
            .points
            .iter()
            .enumerate()
            .map(|(at, point)| (point.date.to_string(), words(numbers(point)), note(at, point)))
            .collect();
        if let [first, .., before, last] | [first @ before, last] = trend.points.as_slice() {
            for (name, from) in [("since the start", first), ("since last time", before)] {
                let pairs = numbers(from).into_iter().zip(numbers(last));
                rows.push((name.to_owned(), pairs.map(|(from, to)| change(from, to)).collect(), String::new()));
            }
        }
        Self { rows, rules, others }
    }
}

/// `+3`, `-3`, `0`
fn change(from: u64, to: u64) -> String {
    match i128::from(to) - i128::from(from) {
        0 => "0".to_owned(),
        change => format!("{change:+}"),
    }
}

fn text(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    let table = Table::of(trend);
    let bold = paint::BOLD;
    // The ids are too long for columns: letters stand for them.
    let letters = (0..table.rules).map(letter).chain(table.others.then(|| "others".to_owned()));
    let heads: Vec<String> = std::iter::once("total".to_owned()).chain(letters).collect();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| table.rows.iter().map(|(_, row, _)| row[at].len()).chain([head.len()]).max().unwrap_or(0))
        .collect();
    let line = |cells: &[String]| -> String {
        cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}")).collect()
    };
    writeln!(out, "{bold}{:15}{}{bold:#}", "date", line(&heads))?;
    for (name, row, note) in &table.rows {
        let note = if note.is_empty() { String::new() } else { format!("  {note}") };
        writeln!(out, "{name:15}{}{note}", line(row))?;
    }
    writeln!(out)?;
    for (at, rule) in trend.rules.iter().take(table.rules).enumerate() {
        writeln!(out, "{}  {}", letter(at), Escaped::new(rule))?;
    }
    writeln!(out, "{}{}", if table.rules > 0 { "\n" } else { "" }, outlook(trend))
}

/// The letter of a column: `a` to `t`.
fn letter(at: usize) -> String {
    char::from(b'a' + u8::try_from(at.min(25)).unwrap_or(0)).to_string()
}

fn markdown(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    let table = Table::of(trend);
    let cell = |text: String| text.replace('|', "\\|");
    let rules = trend.rules.iter().take(table.rules).map(|rule| cell(code(rule)));
    let heads: Vec<String> = rules.chain(table.others.then(|| "others".to_owned())).collect();
    let head = |cell: &String| format!(" {cell} |");
    writeln!(out, "## Findings over time\n")?;
    writeln!(out, "| date | total |{} |", heads.iter().map(head).collect::<String>())?;
    writeln!(out, "| --- | ---: |{} --- |", " ---: |".repeat(heads.len()))?;
    for (name, row, note) in &table.rows {
        writeln!(out, "| {name} | {} | {note} |", row.join(" | "))?;
    }
    writeln!(out, "\n{}", outlook(trend))
}

/// A sentence on the end.
fn outlook(trend: &Trend) -> String {
    let from = |pace: &Pace| {
        let Pace { from, to, reports, .. } = pace;
        format!("the last {reports} complete reports ({} on {} to {} on {})", from.1, from.0, to.1, to.0)
    };
    let weekly = |pace: &Pace| format!("{:.1} fewer a week", pace.daily * 7.0);
    match &trend.outlook {
        Outlook::Done => "Nothing is left.".to_owned(),
        Outlook::TooFew(n) => {
            format!(
                "No end is projected: it takes {FEWEST} complete reports of the same repositories, and the last ones are {n}."
            )
        }
        Outlook::NotFalling(pace) => format!("No end in sight: over {}, the total does not fall.", from(pace)),
        Outlook::Far(pace) => {
            format!("No end in sight: at the pace of {}, {}, it is more than 20 years away.", from(pace), weekly(pace))
        }
        Outlook::Ends(date, pace) => format!("Projected end: {date}, at the pace of {}: {}.", from(pace), weekly(pace)),
    }
}

/// Says which reports do not count.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn replaced(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    for Replaced { date, repository, left, kept } in &trend.replaced {
        let of = if repository.is_empty() { String::new() } else { format!(" of {repository}") };
        let text = format!("two reports{of} are from {date}: {kept} counts, and {left} is left out");
        closing::warning(&Escaped::new(&text).to_string(), out)?;
    }
    Ok(())
}

/// The numbers as a picture in a file of its own.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn svg(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    let series = |label: &str, of: &dyn Fn(&Point) -> u64| chart::Series {
        label: label.to_owned(),
        points: trend.points.iter().map(|point| (point.date, of(point))).collect(),
    };
    let rules: Vec<chart::Series> = trend.rules.iter().map(|rule| series(rule, &|point| point.of(rule))).collect();
    let projection = match &trend.outlook {
        Outlook::Ends(end, pace) => Some(ahead(*end, pace)),
        _ => None,
    };
    let caption = Caption { id: "trend", title: "Findings over time" };
    out.write_all(
        chart::file(&chart::lines(&caption, &series("total", &|point| point.total), &rules, projection)).as_bytes(),
    )
}

fn ahead(end: Date, pace: &Pace) -> Projection {
    Projection { from: (pace.to.0, pace.to.1 as f64), to: (end, 0.0) }
}
