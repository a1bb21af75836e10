//! Rules for people: one in full, or all as a list.

use std::io::{self, Write};

use super::escape::Escaped;
use super::paint;
use super::text::{vendor, wrap};
use crate::finding::RuleDoc;

/// Columns of indentation under a heading.
const INDENT: usize = 3;

/// Writes everything there is to say about a rule.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn rule(doc: &RuleDoc, out: &mut dyn Write) -> io::Result<()> {
    let (bold, style) = (paint::BOLD, paint::level(doc.level));
    writeln!(out, "{bold}{}{bold:#} ({style}{}{style:#})", Escaped::new(&doc.id), paint::name(doc.level))?;
    section("What it finds", &doc.summary, out)?;
    section("Why", &doc.why, out)?;
    section("What to do", &doc.remedy, out)?;
    code("Before", &doc.before, out)?;
    code("After", &doc.after, out)?;
    section(&format!("{} says", vendor(&doc.id)), &doc.statement, out)?;
    section("See", &doc.help, out)
}

/// Writes one line per rule: id, level, summary.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn list(rules: &[RuleDoc], out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|doc| doc.id.chars().count()).max().unwrap_or(0);
    for doc in rules {
        let style = paint::level(doc.level);
        let id = Escaped::new(&doc.id).to_string();
        writeln!(out, "{id:width$}  {style}{:7}{style:#}  {}", paint::name(doc.level), Escaped::new(&doc.summary))?;
    }
    Ok(())
}

fn section(heading: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let bold = paint::BOLD;
    writeln!(out, "\n{bold}{}{bold:#}", Escaped::new(heading))?;
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write!(out, "{:INDENT$}", "")?;
        wrap(paragraph, INDENT, INDENT, out)?;
    }
    Ok(())
}

fn code(heading: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let bold = paint::BOLD;
    writeln!(out, "\n{bold}{heading}{bold:#}\n")?;
    text.lines().try_for_each(|line| writeln!(out, "    {}", Escaped::new(line)))
}
