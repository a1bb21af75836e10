//! The report as JUnit XML: a failed test for each finding, an error for each file that could not be examined.
//!
//! Owns the elements. The decision to know: readers know a test by its class and name, so both are made of what stays the
//! same when lines move, a file's path and what is wrong in it, and no two are equal. Where nothing is found one test
//! passes, since a report without a test looks like one that was not made.

use std::collections::HashMap;
use std::io::{self, Write};

use super::escape::xml;
use super::{Brief, Places, accepted, closing, paint, sentence};
use crate::finding::{Report, State};

/// Writes the findings that are asked for.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn report(report: &Report, brief: &Brief, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.files);
    let findings = || report.findings.iter().filter(|finding| brief.lists(finding));
    let missing: Vec<_> = report.skipped.iter().filter(|entry| entry.reason.incomplete()).collect();
    let failures = findings().filter(|finding| finding.state == State::Open).count();
    let skipped = findings().count() - failures;
    let tests = (failures + skipped + missing.len()).max(1);
    let tool = env!("CARGO_PKG_NAME");
    let errors = missing.len();

    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="{tool}" tests="{tests}" failures="{failures}" errors="{errors}">"#)?;
    write!(out, r#"  <testsuite name="{tool}" tests="{tests}" failures="{failures}" errors="{errors}""#)?;
    writeln!(out, r#" skipped="{skipped}">"#)?;
    let mut names = Names::default();
    for finding in findings() {
        let path = xml(places.path(finding.primary.file));
        let name = names.of(&path, xml(format!("{}: {}", finding.rule, finding.message)));
        writeln!(out, r#"    <testcase classname="{path}" name="{name}">"#)?;
        if let Some(state) = accepted(finding) {
            writeln!(out, r#"      <skipped message="{}"/>"#, xml(state))?;
        } else {
            let (level, message) = (paint::name(finding.level), xml(sentence(&finding.message)));
            writeln!(out, r#"      <failure type="{level}" message="{message}">"#)?;
            writeln!(out, "{}", xml(places.locate(&finding.primary)))?;
            let texts = [&finding.why, &finding.remedy].into_iter().filter(|text| !text.is_empty());
            texts.map(|text| xml(sentence(text))).try_for_each(|text| writeln!(out, "{text}"))?;
            writeln!(out, "      </failure>")?;
        }
        writeln!(out, "    </testcase>")?;
    }
    for entry in &missing {
        let path = xml(entry.path.as_bytes());
        let name = names.of(&path, "could not be examined".to_owned());
        writeln!(out, r#"    <testcase classname="{path}" name="{name}">"#)?;
        let reason = entry.reason.id();
        writeln!(out, r#"      <error type="{reason}" message="{}"/>"#, xml(sentence(&closing::described(entry))))?;
        writeln!(out, "    </testcase>")?;
    }
    if failures + skipped + errors == 0 {
        writeln!(out, r#"    <testcase classname="{tool}" name="nothing found"/>"#)?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Names of tests that were given, by class.
#[derive(Default)]
struct Names(HashMap<(String, String), u64>);

impl Names {
    /// `name`, with a number behind it where the class has it already.
    fn of(&mut self, class: &str, name: String) -> String {
        let times = self.0.entry((class.to_owned(), name.clone())).or_default();
        *times += 1;
        if *times == 1 {
            return name;
        }
        // A name may end in a number by itself.
        let numbered = format!("{name} ({times})");
        self.of(class, numbered)
    }
}
