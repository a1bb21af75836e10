//! A plan as Markdown: a checklist for a pull request or a ticket.
//!
//! Owns its layout. What is to be done, and in which order, is [`crate::plan`]'s. The decision to know: it is written for
//! a page that strangers' names stand on, so nothing of the tree is printed but through [`super::markdown`].

use std::io::{self, Write};

use super::markdown::{block, code, link, words};
use super::{Places, count, missing};
use crate::finding::{Applicability, Label, Report, Route};
use crate::plan::{Chosen, Part, Plan, Stage, Task};

/// Signs of an audience that are told.
const MAX_EVIDENCE: usize = 8;
/// Other places that one task lists.
const MAX_PLACES: usize = 20;

/// Writes the plan for a report.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(plan: &Plan, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    for (at, part) in plan.parts.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        Written { part, places: &places }.write(out)?;
    }
    if plan.parts.is_empty() {
        let vendors = plan.vendors.join(" or ");
        let examined = count(report.tally.examined, "file");
        writeln!(out, "Nothing to do: no credential of {} to move in {examined} examined.", words(&vendors))?;
    }
    if report.hidden > 0 {
        let hidden = count(report.hidden as u64, "finding");
        writeln!(out, "\n{hidden} below the asked-for confidence left out (`--min-confidence low` has all).")?;
    }
    if report.is_interrupted() {
        writeln!(out, "\n**Not everything was examined:** the run was interrupted, so there may be more to do.")?;
    }
    let missed = missing(report).count();
    if missed > 0 {
        let missed = count(missed as u64, "file");
        writeln!(out, "\n**Not everything was examined:** {missed} could not be; `dekey check` says which and why.")?;
    }
    Ok(())
}

/// One vendor's part.
struct Written<'a> {
    part: &'a Part,
    places: &'a Places<'a>,
}

impl Written<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Part { vendor, routes, stages } = self.part;
        writeln!(out, "# Migration plan: {}\n", words(vendor))?;
        for chosen in routes {
            self.route(chosen, out)?;
        }
        let undeclared =
            |chosen: &Chosen| !chosen.evidence.iter().any(|says| says.starts_with("the audience is declared"));
        if routes.iter().any(|chosen| chosen.route != Route::Remove) && routes.iter().all(undeclared) {
            writeln!(
                out,
                "\nWhose data it is, is inferred. To declare it: `audience = \"own-data\"` or `audience = \"public\"` in `dekey.toml`."
            )?;
        }
        for (at, stage) in stages.iter().enumerate() {
            self.stage(at + 1, stage, out)?;
        }
        Ok(())
    }

    fn route(&self, chosen: &Chosen, out: &mut dyn Write) -> io::Result<()> {
        let to = match chosen.route {
            Route::AccessToken => "**Access token**, for your own data",
            Route::Oauth => "**OAuth**, for other people's data",
            Route::Remove => "**Remove**",
        };
        let findings = count(chosen.findings as u64, "finding");
        let mut evidence: Vec<String> = chosen.evidence.iter().take(MAX_EVIDENCE).map(|says| words(says)).collect();
        if let Some(rest @ 1..) = chosen.evidence.len().checked_sub(MAX_EVIDENCE) {
            evidence.push(format!("and {}", count(rest as u64, "more sign")));
        }
        let evidence = evidence.join("; ");
        let because = if evidence.is_empty() { String::new() } else { format!(": {evidence}") };
        writeln!(out, "- {to} ({findings}){because}")
    }

    fn stage(&self, number: usize, stage: &Stage, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n## {number}. {}\n", stage.title)?;
        if !stage.intro.is_empty() {
            let help = if stage.help.is_empty() { String::new() } else { format!(" {}", link(&stage.help)) };
            writeln!(out, "{}{help}\n", words(&stage.intro))?;
        }
        for task in &stage.tasks {
            self.task(task, out)?;
        }
        for sketch in &stage.sketches {
            for (heading, text) in [("Before", &sketch.before), ("After, as a sketch", &sketch.after)] {
                if !text.is_empty() {
                    write!(out, "\n{heading}:\n\n{}", block(&sketch.fence, text, ""))?;
                }
            }
        }
        if !stage.notes.is_empty() {
            writeln!(out, "\nTo know:\n")?;
            stage.notes.iter().try_for_each(|note| writeln!(out, "- {}", words(note)))?;
        }
        Ok(())
    }

    fn task(&self, task: &Task, out: &mut dyn Write) -> io::Result<()> {
        let mark = if task.done { 'x' } else { ' ' };
        write!(out, "- [{mark}] ")?;
        if let Some(place) = &task.place {
            write!(out, "{} ", self.locate(place))?;
        }
        write!(out, "{}", words(&task.what))?;
        match task.how {
            Some(Applicability::Safe) => write!(out, " (`dekey check --fix` does it)")?,
            Some(Applicability::Unsafe) => write!(out, " (`dekey check --fix --unsafe-fixes` does it; look it over)")?,
            Some(Applicability::Manual) => write!(out, " (by hand)")?,
            None => (),
        }
        if !task.help.is_empty() {
            write!(out, " {}", link(&task.help))?;
        }
        writeln!(out)?;
        for place in task.places.iter().take(MAX_PLACES) {
            let says = if place.text.is_empty() { String::new() } else { format!(" {}", words(&place.text)) };
            writeln!(out, "  - {}{says}", self.locate(place))?;
        }
        match task.places.len().checked_sub(MAX_PLACES) {
            None | Some(0) => Ok(()),
            Some(rest) => writeln!(out, "  - and {}", count(rest as u64, "more place")),
        }
    }

    /// `path:line`, as code.
    fn locate(&self, place: &Label) -> String {
        let line = self.places.position(place.file, place.span.start).line;
        let mut path = self.places.path(place.file).to_vec();
        path.extend(format!(":{line}").bytes());
        code(path)
    }
}
