//! How far the migration has come, and when its findings came in.
//!
//! Owns what counts as done. The decision to know: done is what the history shows to be gone and what a baseline has been
//! rid of since it was made; what somebody accepted is neither done nor left, and is counted apart. Where nothing can be
//! known to be done the tables show what is left, and no progress.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::civil::Date;

use super::matter::Matter;
use super::{Page, count, day, number, short, text};
use crate::finding::{Route, State};
use crate::render::chart::{self, Caption, Series};

/// Rows of a table; what is beyond is added up in the last one.
const ROWS: usize = 10;

/// How far one part has come. A report may say any number, so that nothing here adds beyond the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    done: u64,
    accepted: u64,
    left: u64,
}

impl Share {
    fn add(&mut self, state: State) {
        let n = match state {
            State::Open => &mut self.left,
            State::Suppressed | State::Baselined | State::Unchanged => &mut self.accepted,
            State::Resolved => &mut self.done,
        };
        *n = n.saturating_add(1);
    }

    fn and(self, other: Self) -> Self {
        Self {
            done: self.done.saturating_add(other.done),
            accepted: self.accepted.saturating_add(other.accepted),
            left: self.left.saturating_add(other.left),
        }
    }

    fn sum(self) -> u64 {
        self.done.saturating_add(self.accepted).saturating_add(self.left)
    }

    /// Rounded down, so that what is not done never reads as 100 %.
    fn percent(self) -> u64 {
        (u128::from(self.done) * 100 / (u128::from(self.done) + u128::from(self.left)).max(1)) as u64
    }
}

/// A row: what the script filters by, what it is called, how far it has come.
type Row = (String, String, Share);

pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rid = rid(page);
    let mut all = Share { done: rid.values().fold(0, |sum, n| sum.saturating_add(*n)), ..Share::default() };
    page.document.findings.iter().for_each(|one| all.add(one.state));
    if all.sum() == 0 {
        return Ok(());
    }
    let progress = all.done > 0;
    let title = if progress { "How far the migration is" } else { "Where the findings are" };
    writeln!(out, "<section aria-labelledby=\"progress\">\n<h2 id=\"progress\">{title}</h2>")?;
    whole(all, progress, out)?;
    if progress && !rid.is_empty() {
        writeln!(out, "<p class=\"hint\">What a baseline has been rid of is known by repository only.</p>")?;
    }
    writeln!(out, "<div class=\"tables\">")?;
    for (facet, heading, rows) in tables(page, &rid) {
        table(facet, heading, rows, progress, out)?;
    }
    writeln!(out, "</div>\n</section>")?;
    timeline(page, out)
}

/// What baselines have been rid of, by repository.
fn rid(page: &Page<'_>) -> BTreeMap<String, u64> {
    let repositories = page.document.repositories.iter();
    let gone = repositories.filter_map(|repository| {
        let baseline = repository.baseline.as_ref()?;
        let n = baseline.started.saturating_sub(baseline.left) as u64;
        Some((repository.name.clone().unwrap_or_default(), n))
    });
    gone.filter(|(_, n)| *n > 0).collect()
}

/// The whole as one bar, and in words.
fn whole(all: Share, progress: bool, out: &mut dyn Write) -> io::Result<()> {
    if !progress {
        let accepted = if all.accepted > 0 { format!(", {} accepted", number(all.accepted)) } else { String::new() };
        return writeln!(
            out,
            "<p class=\"hint\">{} left{accepted}. Progress is shown for what is gone from a history that was examined, and \
             for what a baseline has been rid of.</p>",
            number(all.left)
        );
    }
    writeln!(out, "<div class=\"whole\"><p><b>{} %</b> done</p>", all.percent())?;
    bar(all, all.sum(), out)?;
    writeln!(out, "<ul class=\"legend\">")?;
    for (class, n, word) in
        [("done", all.done, "done"), ("left", all.left, "left"), ("accepted", all.accepted, "accepted")]
    {
        writeln!(out, "<li class=\"{class}\"><b>{}</b> {word}</li>", number(n))?;
    }
    writeln!(out, "</ul></div>")
}

fn tables(page: &Page<'_>, rid: &BTreeMap<String, u64>) -> Vec<(&'static str, &'static str, Vec<Row>)> {
    let mut by: [BTreeMap<(String, String), Share>; 4] = Default::default();
    for finding in &page.document.findings {
        let repository = finding.repository.clone().unwrap_or_default();
        let language = finding.language.clone().unwrap_or_default();
        let keys = [
            (repository.clone(), if repository.is_empty() { "no name".to_owned() } else { repository }),
            (finding.rule.clone(), short(&finding.rule).to_owned()),
            (language.clone(), if language.is_empty() { "other text".to_owned() } else { language }),
            route(finding.route),
        ];
        for (table, key) in by.iter_mut().zip(keys) {
            table.entry(key).or_default().add(finding.state);
        }
    }
    for (name, n) in rid.iter().filter(|_| page.several()) {
        let share = by[0].entry((name.clone(), name.clone())).or_default();
        share.done = share.done.saturating_add(*n);
    }
    let headings =
        [("repository", "By repository"), ("rule", "By rule"), ("language", "By language"), ("route", "By route")];
    let of = |((facet, heading), table): (_, BTreeMap<(String, String), Share>)| {
        let mut rows: Vec<Row> = table.into_iter().map(|((value, name), share)| (value, name, share)).collect();
        rows.sort_by_key(|(_, _, share)| std::cmp::Reverse((share.left, share.sum())));
        (facet, heading, rows)
    };
    let shown = |(facet, ..): &(&str, &str, Vec<Row>)| *facet != "repository" || page.several();
    headings.into_iter().zip(by).map(of).filter(shown).collect()
}

/// What a route is called in a filter, and for people.
fn route(route: Option<Route>) -> (String, String) {
    let (value, name) = match route {
        Some(Route::AccessToken) => ("access-token", "access token (your own data)"),
        Some(Route::Oauth) => ("oauth", "OAuth (other people's data)"),
        Some(Route::Remove) => ("remove", "remove (nothing uses it)"),
        None => ("", "not decided"),
    };
    (value.to_owned(), name.to_owned())
}

fn table(facet: &str, heading: &str, rows: Vec<Row>, progress: bool, out: &mut dyn Write) -> io::Result<()> {
    let accepted = rows.iter().any(|(_, _, share)| share.accepted > 0);
    writeln!(out, "<table class=\"shares\">\n<caption>{heading}</caption>\n<thead><tr>")?;
    writeln!(out, "<th scope=\"col\"><span class=\"aside\">{heading}</span></th><td></td>")?;
    let columns = [(progress, "done"), (true, "left"), (accepted, "accepted")];
    for (_, name) in columns.iter().filter(|(shown, _)| *shown) {
        writeln!(out, "<th scope=\"col\" class=\"number\">{name}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    let kept = if rows.len() > ROWS { ROWS - 1 } else { rows.len() };
    let (kept, rest) = rows.split_at(kept);
    let others = rest.iter().fold(Share::default(), |sum, (_, _, share)| sum.and(*share));
    let most = kept.iter().map(|(_, _, share)| share.sum()).fold(others.sum(), u64::max);
    let line = |name: &str, share: Share, out: &mut dyn Write| {
        write!(out, "<tr><th scope=\"row\">{name}</th><td class=\"drawn\">")?;
        bar(share, most, out)?;
        write!(out, "</td>")?;
        let cells = [(progress, share.done), (true, share.left), (accepted, share.accepted)];
        for (_, n) in cells.iter().filter(|(shown, _)| *shown) {
            write!(out, "<td class=\"number\">{}</td>", number(*n))?;
        }
        writeln!(out, "</tr>")
    };
    for (value, name, share) in kept {
        let link =
            format!("<a href=\"#findings\" data-facet=\"{facet}\" data-value=\"{}\">{}</a>", text(value), text(name));
        line(&link, *share, out)?;
    }
    if !rest.is_empty() {
        line(&format!("{} others", number(rest.len())), others, out)?;
    }
    writeln!(out, "</tbody>\n</table>")
}

/// A picture of numbers that stand beside it.
fn bar(share: Share, most: u64, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")?;
    let mut x = 0;
    for (class, n) in [("done", share.done), ("left", share.left), ("accepted", share.accepted)] {
        let wide = match u128::from(n) * 1000 / u128::from(most.max(1)) {
            0 if n > 0 => 4,
            wide => wide,
        };
        if wide > 0 {
            write!(out, "<rect class=\"{class}\" x=\"{x}\" width=\"{wide}\" height=\"10\"/>")?;
        }
        x += wide;
    }
    write!(out, "</svg>")
}

/// When findings came in, as far as the history tells.
fn timeline(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut dates: BTreeMap<Matter, BTreeMap<Date, u64>> = BTreeMap::new();
    let mut known = 0;
    for finding in &page.document.findings {
        let first = finding.history.as_ref().and_then(|history| history.first.as_ref());
        if let Some(date) = first.and_then(|first| day(&first.date).parse().ok()) {
            *dates.entry(page.matter(finding)).or_default().entry(date).or_default() += 1;
            known += 1;
        }
    }
    if known == 0 {
        return Ok(());
    }
    let series: Vec<Series> = dates
        .into_iter()
        .map(|(matter, points)| Series { label: matter.title().to_owned(), points: points.into_iter().collect() })
        .collect();
    let caption = Caption { id: "came-in", title: "Findings by when they came in" };
    let unknown = page.document.findings.len() - known;
    writeln!(out, "<section aria-labelledby=\"timeline\">\n<h2 id=\"timeline\">When they came in</h2>")?;
    write!(out, "<p class=\"hint\">By the first commit that has them, resolved and accepted ones included.")?;
    if unknown > 0 {
        write!(out, " Of {} no commit is known.", count(unknown, "finding"))?;
    }
    writeln!(out, "</p>\n<figure class=\"drawing\">{}</figure>\n</section>", chart::columns(&caption, &series))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_is_neither_done_nor_left() {
        let mut share = Share::default();
        for state in [State::Open, State::Suppressed, State::Baselined, State::Unchanged, State::Resolved] {
            share.add(state);
        }
        assert_eq!(share, Share { done: 1, accepted: 3, left: 1 });
        assert_eq!((share.percent(), share.sum()), (50, 5));
    }

    #[test]
    fn nothing_reads_as_done_before_it_is() {
        assert_eq!(Share { done: 999, left: 1, accepted: 0 }.percent(), 99);
        assert_eq!(Share::default().percent(), 0);
    }
}
