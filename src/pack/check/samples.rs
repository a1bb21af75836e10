//! The samples of rows that are no code: signs of an audience, requests, exposures.
//!
//! Owns the trial of a row on whole files. The decision to know: a sample is a file with a path, because what such a row
//! means depends on where it stands.

use std::path::Path;

use super::Checker;
use crate::facts::Carrier;
use crate::lang;
use crate::link::Origin;
use crate::matcher::{self, Matched, snake};
use crate::pack::schema::{PackFile, Sample};
use crate::pack::{Evidence, Pack};
use crate::source::{RelPath, Source};

impl<'p> Checker<'p> {
    /// Tries every sample of a file's rows.
    pub(super) fn samples(&mut self, file: &PackFile) {
        let pack = self.pack;
        let [evidence, requests, exposures] = self.rows;
        for (row, compiled) in file.evidence.iter().zip(&pack.evidence[evidence..]) {
            self.row(&row.examples, &row.counter_examples, |path, found| shows(compiled, path, found));
        }
        for (row, compiled) in file.request.iter().zip(&pack.requests[requests..]) {
            let asks = |_: &str, found: &Matched<'p>| {
                let mut code = found.requests.iter().filter(|found| found.carrier == Carrier::Code);
                code.any(|found| std::ptr::eq(found.request, compiled))
            };
            self.row(&row.examples, &row.counter_examples, asks);
        }
        for (row, compiled) in file.exposure.iter().zip(&pack.exposures[exposures..]) {
            let exposes = |_: &str, found: &Matched<'p>| {
                let mut code = found.exposures.iter().filter(|found| found.carrier == Carrier::Code);
                code.any(|found| std::ptr::eq(found.exposure, compiled))
            };
            self.row(&row.examples, &row.counter_examples, exposes);
        }
        for (count, more) in self.rows.iter_mut().zip([file.evidence.len(), file.request.len(), file.exposure.len()]) {
            *count += more;
        }
    }

    fn row(&mut self, examples: &[Sample], counters: &[Sample], finds: impl Fn(&str, &Matched<'p>) -> bool) {
        self.examples += examples.len() + counters.len();
        for sample in examples.iter().filter(|sample| !finds(&sample.file, &tried(self.pack, sample))) {
            let hint = "name the vendor as a real file does, and check the file's path and every expression of the row";
            self.problem(&sample.code, "the row finds nothing in its example", hint);
        }
        for sample in counters.iter().filter(|sample| finds(&sample.file, &tried(self.pack, sample))) {
            let hint = "make its expressions more exact, or move the file to `examples`";
            self.problem(&sample.code, "the row finds something in this counter-example", hint);
        }
    }
}

fn tried<'p>(pack: &'p Pack, sample: &Sample) -> Matched<'p> {
    let path = Path::new(&sample.file);
    let text = sample.code.get_ref().clone().into_bytes();
    let (_, layers) = lang::lower_any(path, &text);
    matcher::matched(pack, &Source::from_bytes(RelPath::new(path), text, true), &layers)
}

/// Whether a file holds the sign.
fn shows(row: &Evidence, path: &str, found: &Matched<'_>) -> bool {
    let named = |origin: &Origin| {
        origin.name().is_some_and(|name| row.names.as_ref().is_some_and(|names| names.is_match(&snake(name))))
    };
    let depends = |full: &String| {
        let is = |(ecosystem, name): (&str, &str)| {
            found.dependencies.iter().any(|package| package.ecosystem == ecosystem && package.name.text == name)
        };
        full.split_once('/').is_some_and(is)
    };
    found.uses.iter().flat_map(|found| &found.slots).flat_map(|slot| &slot.origins).any(named)
        || found.columns.iter().any(|column| column.says == row.says)
        || row.paths.as_ref().is_some_and(|paths| paths.is_match(path))
        || row.packages.iter().any(depends)
}
