//! Every finding as plain markup, for whoever has no script.
//!
//! Owns the order of the list, by what matters and by rule, and the elements of a finding. The decision to know: what a
//! rule says stands once, above its findings; and where there are very many of them, each is a line, since a page of
//! megabytes of markup takes a browser seconds, and whoever has so many will filter them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::matter::Matter;
use super::{Page, abbreviated, count, day, prose, short, text};
use crate::document::{Excerpt, Finding, Fix, History, Place, Rule};
use crate::finding::{Applicability, Confidence, Level, Route, State};

/// Findings that are shown whole.
const WHOLE: usize = 1_000;

/// What is said of a finding that the tip of no branch has, in a mark or in its message.
const PAST: &str = "in the history only";

pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"findings\" tabindex=\"-1\" aria-labelledby=\"findings-title\">")?;
    writeln!(out, "<h2 id=\"findings-title\">Findings</h2>\n<div id=\"browse\"></div>\n<div id=\"plain\">")?;
    let mut by: BTreeMap<(Matter, &str), Vec<usize>> = BTreeMap::new();
    for (at, finding) in page.document.findings.iter().enumerate() {
        by.entry((page.matter(finding), finding.rule.as_str())).or_default().push(at);
    }
    if by.is_empty() {
        writeln!(out, "<p>There are none.</p>")?;
    }
    let whole = page.document.findings.len() <= WHOLE;
    let mut last = None;
    for ((matter, id), mut findings) in by {
        if last != Some(matter) {
            writeln!(out, "<h3 id=\"matter-{}\">{}</h3>", matter.id(), matter.title())?;
            last = Some(matter);
        }
        rule(id, page.rules.get(id).copied(), findings.len(), out)?;
        // What counts first, then what is accepted.
        findings.sort_by_key(|at| page.document.findings[*at].state != State::Open);
        writeln!(out, "<ol class=\"rows\">")?;
        for at in findings {
            let (finding, id) = (&page.document.findings[at], &page.ids[at]);
            if whole {
                writeln!(out, "<li><details class=\"finding\" id=\"{id}\"><summary>{}</summary>", heading(finding))?;
                body(page, finding, out)?;
                writeln!(out, "</details></li>")?;
            } else {
                writeln!(out, "<li class=\"line\" id=\"{id}\">{}</li>", heading(finding))?;
            }
        }
        writeln!(out, "</ol>")?;
    }
    writeln!(out, "</div>\n</section>")
}

/// What is said once of all findings of a rule.
fn rule(id: &str, rule: Option<&Rule>, findings: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h4><code>{}</code> <small>{}</small></h4>", text(short(id)), count(findings, "finding"))?;
    let Some(rule) = rule else { return Ok(()) };
    writeln!(out, "<p>{}</p>\n<dl>", prose(sentence(&rule.summary)))?;
    for (term, words) in [("Why", &rule.why), ("What to do", &rule.remedy), ("The vendor says", &rule.statement)] {
        if !words.is_empty() {
            writeln!(out, "<dt>{term}</dt><dd>{}</dd>", prose(sentence(words)))?;
        }
    }
    if let Some(address) = link(&rule.help) {
        writeln!(out, "<dt>See</dt><dd><a href=\"{0}\" rel=\"noopener noreferrer\">{0}</a></dd>", text(address))?;
    }
    writeln!(out, "</dl>")
}

/// Level, place and message in a line, and what sets it apart.
fn heading(finding: &Finding) -> String {
    let mut marks = Vec::new();
    if let Some(state) = state(finding.state) {
        marks.push(state);
    }
    if finding.history.as_ref().is_some_and(|history| !history.in_tip) && !finding.message.contains(PAST) {
        marks.push(PAST);
    }
    let marks: String = marks.iter().map(|mark| format!(" <span class=\"mark\">{mark}</span>")).collect();
    // A path from where several repositories lie begins with the name of its own.
    let named = |name: &&String| !finding.place.path.path.starts_with(&format!("{name}/"));
    let repository = finding
        .repository
        .as_ref()
        .filter(named)
        .map_or_else(String::new, |name| format!("<span class=\"repository\">{}</span> ", text(name)));
    format!(
        "<span class=\"level {0}\">{0}</span> <span class=\"message\">{1}</span> \
         <span class=\"whereabouts\">{repository}<code class=\"place\">{2}</code>{marks}</span>",
        level(finding.level),
        text(&finding.message),
        located(&finding.place)
    )
}

fn body(page: &Page<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    if let Some(found) = &finding.excerpt {
        excerpt(found, &finding.place, out)?;
    }
    writeln!(out, "<dl>")?;
    let mut say = |term: &str, words: &str| writeln!(out, "<dt>{term}</dt><dd>{words}</dd>");
    let rule = page.rules.get(finding.rule.as_str());
    let own =
        |words: &str, of_rule: fn(&Rule) -> &str| !words.is_empty() && rule.is_none_or(|rule| of_rule(rule) != words);
    if own(&finding.why, |rule| &rule.why) {
        say("Why", &prose(sentence(&finding.why)))?;
    }
    if own(&finding.remedy, |rule| &rule.remedy) {
        say("What to do", &prose(sentence(&finding.remedy)))?;
    }
    let evidence: String = finding.evidence.iter().map(|words| format!("<li>{}</li>", prose(words))).collect();
    if let Some(route) = finding.route {
        say("Route", route_name(route))?;
    }
    if !evidence.is_empty() {
        say("Because", &format!("<ul>{evidence}</ul>"))?;
    }
    say("Confidence", confidence(finding.confidence))?;
    if let Some(reason) = &finding.accepted {
        say("Accepted", &text(reason))?;
    }
    let related: String = finding
        .related
        .iter()
        .map(|place| format!("<li><code>{}</code> {}</li>", located(&place.place), text(&place.message)))
        .collect();
    if !related.is_empty() {
        say("See also", &format!("<ul>{related}</ul>"))?;
    }
    if let Some(known) = &finding.history {
        say("History", &history(known))?;
    }
    if let Some(secret) = &finding.secret {
        say("Secret", &format!("<code>{}</code>", text(abbreviated(secret))))?;
    }
    if let Some(fix) = &finding.fix {
        say("Fix", &format!("{} ({})", prose(&fix.title), applicability(fix)))?;
    }
    writeln!(out, "</dl>")?;
    match &finding.fix {
        Some(fix) if !fix.diff.is_empty() => diff(&fix.diff, out),
        _ => Ok(()),
    }
}

/// Lines with their numbers, the finding's behind a sign.
fn excerpt(excerpt: &Excerpt, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let last = excerpt.line.saturating_add(excerpt.lines.len() as u64);
    let wide = last.to_string().len();
    // A range that ends before the first character of a line has nothing of that line.
    let end =
        if place.end.column <= 1 && place.end.line > place.start.line { place.end.line - 1 } else { place.end.line };
    write!(out, "<pre class=\"code\">")?;
    // A report may say any number; the last is repeated rather than passed.
    let numbers = std::iter::successors(Some(excerpt.line), |number| Some(number.saturating_add(1)));
    for (line, number) in excerpt.lines.iter().zip(numbers) {
        let hit = (place.start.line..=end).contains(&number);
        let (class, sign) = if hit { ("hit", "&gt;") } else { ("", " ") };
        write!(
            out,
            "<span class=\"row {class}\"><span class=\"gutter\">{sign} {number:>wide$} </span><span>{}</span>\n</span>",
            text(line)
        )?;
    }
    writeln!(out, "</pre>")
}

fn diff(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<pre class=\"code\">")?;
    for line in lines {
        let class = match line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').get(..1) {
            Some("-") => "removed",
            Some("+") => "added",
            _ => "",
        };
        write!(out, "<span class=\"row {class}\">{}\n</span>", text(line))?;
    }
    writeln!(out, "</pre>")
}

fn located(place: &Place) -> String {
    format!("{}:{}", text(&place.path.path), place.start.line)
}

fn history(history: &History) -> String {
    let commit = |revision: &crate::document::Revision| {
        format!("<code>{}</code> of {}", text(abbreviated(&revision.commit)), text(day(&revision.date)))
    };
    let mut said = Vec::new();
    if let Some(first) = &history.first {
        said.push(format!("came in with {}", commit(first)));
    }
    if let Some(last) = history.last.as_ref().filter(|last| Some(*last) != history.first.as_ref()) {
        said.push(format!("last in {}", commit(last)));
    }
    if history.first.is_none() && history.last.is_none() {
        said.push("no branch or tag leads to it".to_owned());
    }
    said.push(match (history.in_tip, &history.tip) {
        (true, Some(tip)) => format!("still in <code>{}</code>", text(tip)),
        (true, None) => "still in a branch or tag".to_owned(),
        (false, _) => "at the tip of no branch or tag any more".to_owned(),
    });
    said.join("; ")
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    crate::render::sentence(words)
}

/// An address that may be a link.
fn link(address: &str) -> Option<&str> {
    let lower = address.to_ascii_lowercase();
    let web = lower.starts_with("https://") || lower.starts_with("http://");
    (web && !address.contains(|c: char| c.is_whitespace() || c.is_control())).then_some(address)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn state(state: State) -> Option<&'static str> {
    match state {
        State::Open => None,
        State::Suppressed => Some("accepted by a directive"),
        State::Baselined => Some("accepted by the baseline"),
        State::Unchanged => Some("there before the change"),
        State::Resolved => Some("resolved"),
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

fn route_name(route: Route) -> &'static str {
    match route {
        Route::AccessToken => "an access token, for your own data",
        Route::Oauth => "OAuth, for other people's data",
        Route::Remove => "remove it: nothing uses it",
    }
}

fn applicability(fix: &Fix) -> &'static str {
    match fix.applicability {
        Applicability::Safe => "dekey check --fix applies it",
        Applicability::Unsafe => "dekey check --fix --unsafe-fixes applies it; look at it then",
        Applicability::Manual => "steps for a person",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_pages_are_links() {
        assert!(link("https://example.test/a?b=c#d").is_some());
        for address in ["javascript:alert(1)", "data:text/html,x", "//example.test", "", "https://a b", "\thttps://a"] {
            assert_eq!(link(address), None, "{address}");
        }
    }
}
