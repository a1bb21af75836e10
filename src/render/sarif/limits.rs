//! What GitHub accepts of a report, and so which findings become results.
//!
//! Owns the limits. The decision to know: a file that GitHub would refuse as a whole is cut before it is written, least
//! severe findings first, and what was dropped is counted. The size is that of the file as the upload step packs it.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::{Brief, Places, count, write};
use crate::finding::{Finding, Report, State};

/// Results that GitHub accepts; with more it refuses the file.
const MAX_RESULTS: usize = 25_000;
/// Results that GitHub shows.
const SHOWN_RESULTS: usize = 5_000;
/// Bytes of a file, packed, that GitHub accepts, and some to spare for another way to pack.
const MAX_PACKED: u64 = 10_000_000 - 500_000;

/// What GitHub will not accept or not show, where `kept` of `all` findings are results.
pub(super) fn told(all: usize, kept: usize) -> Option<String> {
    match all - kept {
        0 if all > SHOWN_RESULTS => {
            Some(format!("GitHub shows the {SHOWN_RESULTS} most severe of these {all} findings"))
        }
        0 => None,
        dropped => Some(format!(
            "{} left out, the least severe ones: GitHub accepts {MAX_RESULTS} in a file of {} MB, packed, and shows \
             {SHOWN_RESULTS}",
            count(dropped as u64, "finding"),
            MAX_PACKED.div_ceil(1_000_000)
        )),
    }
}

/// The findings that are asked for, as indexes.
pub(super) fn asked<'a>(report: &'a Report, brief: &Brief) -> impl Iterator<Item = usize> + use<'a> {
    let accepted = brief.accepted;
    let listed = move |finding: &Finding| accepted || finding.state == State::Open;
    report.findings.iter().enumerate().filter(move |(_, finding)| listed(finding)).map(|(at, _)| at)
}

/// A file that GitHub accepts, and the findings that are results in it, in their order: all, or as many of the most
/// severe as it takes.
pub(super) fn fitting(report: &Report, brief: &Brief, places: &Places<'_>) -> io::Result<(Vec<u8>, Vec<usize>)> {
    within(MAX_PACKED, report, brief, places)
}

/// The same, for a file of `max` bytes, packed.
fn within(max: u64, report: &Report, brief: &Brief, places: &Places<'_>) -> io::Result<(Vec<u8>, Vec<usize>)> {
    let mut worst: Vec<usize> = asked(report, brief).collect();
    worst.sort_by_key(|at| {
        let finding = &report.findings[*at];
        std::cmp::Reverse((finding.state == State::Open, finding.level, finding.confidence))
    });
    worst.truncate(MAX_RESULTS);
    loop {
        let mut kept = worst.clone();
        kept.sort_unstable();
        let mut file = Vec::new();
        write(report, brief, places, &kept, &mut file)?;
        let size = packed(max, &file)?;
        if size <= max || kept.is_empty() {
            return Ok((file, kept));
        }
        // As many as would fit if all were alike, and some fewer, since they are not.
        let fitting = worst.len() as u64 * max / size * 9 / 10;
        worst.truncate(usize::try_from(fitting).unwrap_or(0));
    }
}

/// Bytes of a file, packed; as they are, or packed in haste, where that is few enough.
fn packed(enough: u64, file: &[u8]) -> io::Result<u64> {
    let mut size = file.len() as u64;
    for level in [Compression::fast(), Compression::default()] {
        if size <= enough {
            break;
        }
        let mut packer = DeflateEncoder::new(Counted(0), level);
        packer.write_all(file)?;
        size = packer.finish()?.0;
    }
    Ok(size)
}

struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Level};
    use crate::redact::Masked;
    use crate::source::{RelPath, Source};
    use crate::span::Span;

    /// Noise, so that nothing packs well: the same every time, a line for each finding, the worst last.
    fn noisy(lines: usize) -> Report {
        let (mut text, mut state) = (String::new(), 1u64);
        let mut findings = Vec::new();
        for _ in 0..lines {
            let start = text.len();
            for _ in 0..200 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(char::from(48 + (state >> 58) as u8));
            }
            let mut finding = Finding::bare("v/a", Level::Note, Confidence::High);
            finding.primary.span = Span::new(start, text.len());
            findings.push(finding);
            text.push('\n');
        }
        findings[lines - 1].level = Level::Error;
        let source = Source::from_bytes(RelPath::from("noise"), text.into_bytes(), false);
        Report { files: vec![Masked::new(source, &[])], findings, ..Report::default() }
    }

    #[test]
    fn a_file_that_is_too_large_is_cut_to_what_fits() {
        let (report, brief) = (noisy(300), Brief::default());
        let places = Places::new(&report.files);
        for max in [100_000, 30_000, 5_000] {
            let (file, kept) = within(max, &report, &brief, &places).unwrap();
            let size = packed(0, &file).unwrap();
            assert!((max / 2..=max).contains(&size), "{size} of {max}");
            assert_eq!(kept.last(), Some(&299));
        }
        assert!(within(1, &report, &brief, &places).unwrap().1.is_empty());
        assert_eq!(fitting(&report, &brief, &places).unwrap().1.len(), 300);
    }

    #[test]
    fn what_is_dropped_is_told() {
        assert_eq!(told(5_000, 5_000), None);
        assert!(told(5_001, 5_001).unwrap().starts_with("GitHub shows the 5000 most severe"));
        assert!(told(30, 20).unwrap().starts_with("10 findings left out, the least severe ones: GitHub accepts 25000"));
    }
}
