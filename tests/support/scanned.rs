//! A scan of files that exist for the length of a test.

use std::path::Path;
use std::sync::LazyLock;

use dekey::finding::{Applicability, Confidence, Finding, Level, Report, Route, State};
use dekey::pack::{Vendor, builtin};
use dekey::render::{Brief, FORMATS, Format};
use dekey::scan::{Options, Scan};
use dekey::source::{Limits, Progress, RelPath, Walk};
use dekey::write::{Left, Originals, Wish, plan};

pub(crate) static VENDORS: LazyLock<Vec<Vendor>> = LazyLock::new(builtin::vendors);

/// How a scan is run; no choice here may change what it finds, but the audience and whether SDKs may be raised.
#[derive(Clone, Copy)]
pub(crate) struct How {
    pub(crate) audience: Option<Route>,
    pub(crate) prefilter: bool,
    pub(crate) threads: usize,
    pub(crate) bump_sdk: bool,
    /// How files are read.
    pub(crate) limits: Limits,
}

impl How {
    pub(crate) fn new(audience: Option<Route>) -> Self {
        Self { audience, prefilter: true, threads: 2, bump_sdk: false, limits: Limits::default() }
    }
}

/// Scans files, given by path and bytes.
pub(crate) fn files(files: &[(String, Vec<u8>)], how: How) -> Report {
    tree(made(files).path(), how)
}

/// A directory of files, given by path and bytes, written in their order.
pub(crate) fn made(files: &[(String, Vec<u8>)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (path, bytes) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is inside the directory")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    }
    dir
}

/// Scans a directory.
pub(crate) fn tree(dir: &Path, how: How) -> Report {
    with(dir, how, |scan| scan.report())
}

/// All fixes of some files, applied in memory.
pub(crate) struct Fixed {
    /// The files that change, by path.
    pub(crate) changed: Vec<(String, Vec<u8>)>,
    /// The same as a diff.
    pub(crate) diff: String,
    /// What is not applied.
    pub(crate) left: Vec<Left>,
}

/// Applies all fixes of some files.
pub(crate) fn fixed(files: &[(String, Vec<u8>)], how: How) -> Fixed {
    let read = |path: &RelPath| {
        let found = files.iter().find(|(name, _)| name.as_bytes() == path.as_bytes());
        found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| "it is not there".to_owned())
    };
    let wish = Wish { unsafe_too: true, shown: &|_, _| true, settle: &|_| () };
    with(made(files).path(), how, |scan| {
        let planned = plan(scan, &wish, &mut Originals::new(&read));
        let shown = planned.changed(scan);
        let diff = written(|out| dekey::render::diff::write(&shown, out));
        let changed =
            planned.files.into_iter().map(|(path, versions)| (path.to_str_lossy().into_owned(), versions.after));
        Fixed { changed: changed.collect(), diff, left: planned.left }
    })
}

fn with<T>(dir: &Path, how: How, then: impl FnOnce(&Scan<'_>) -> T) -> T {
    let walk = Walk { threads: how.threads, limits: how.limits, ..Walk::new(dir.to_owned(), vec![".".into()]) };
    let options = Options {
        audience: how.audience,
        bump_sdk: how.bump_sdk,
        prefilter: how.prefilter,
        ..Options::new(walk, &VENDORS)
    };
    then(&Scan::new(&options, &Progress::default()).expect("the scan runs"))
}

/// Every format of a report, and the plan, one after the other; with all that they can say.
pub(crate) fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let brief = Brief { verbose: true, accepted: true, ..Brief::default() };
    let format = |format: &'static Format| (format.name, written(|out| format.write(report, &brief, out)));
    FORMATS.iter().map(format).chain([("plan", checklist(report))]).collect()
}

fn named(name: &str, report: &Report, brief: &Brief) -> String {
    let format = Format::named(name).expect("it is on the list");
    written(|out| format.write(report, brief, out))
}

pub(crate) fn text(report: &Report) -> String {
    named("text", report, &Brief { verbose: true, ..Brief::default() })
}

pub(crate) fn concise(report: &Report) -> String {
    named("concise", report, &Brief::default())
}

pub(crate) fn json(report: &Report) -> String {
    named("json", report, &Brief::default())
}

pub(crate) fn checklist(report: &Report) -> String {
    written(|out| dekey::render::plan::write(&dekey::plan::plan(report), report, out))
}

/// Without colours, as a file gets it.
fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut anstream::StripStream::new(&mut out)).expect("memory can be written to");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// What a marker says of a finding.
pub(crate) fn describe(report: &Report, finding: &Finding) -> String {
    let level = match finding.level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let confidence = match finding.confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    };
    let route = match finding.route {
        Some(Route::AccessToken) => " access-token",
        Some(Route::Oauth) => " oauth",
        Some(Route::Remove) => " remove",
        None => "",
    };
    let fix = match finding.fix.as_ref().map(|fix| fix.applicability) {
        Some(Applicability::Safe) => " fix=safe",
        Some(Applicability::Unsafe) => " fix=unsafe",
        Some(Applicability::Manual) => " fix=manual",
        None => "",
    };
    let places = dekey::render::Places::new(&report.files);
    let mut related: Vec<String> = finding
        .related
        .iter()
        .map(|label| {
            let path = String::from_utf8_lossy(places.path(label.file));
            format!("{path}:{}", places.position(label.file, label.span.start).line)
        })
        .collect();
    related.dedup();
    let related = if related.is_empty() { String::new() } else { format!(" <- {}", related.join(" ")) };
    let state = match finding.state {
        State::Open => "",
        State::Suppressed => " suppressed",
        State::Baselined => " baselined",
        State::Unchanged => " unchanged",
        State::Resolved => " resolved",
    };
    let rule = finding.rule.strip_prefix("intercom/").unwrap_or(&finding.rule);
    format!("{rule} {level} {confidence}{route}{fix}{state}{related}")
}
