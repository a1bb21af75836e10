//! Every case of `fixtures/settings/`: what a changed login asks of the files around it.
//!
//! The files are those of `tests/support/case.rs`. The logins' own edits are made, and the edits around them; a fence with
//! `fixed=path` holds the file after that, and a file without one must stay as it is. `fixed=SETTINGS` holds the places
//! where the variable is set, and what was kept. `<!-- keys: A B -->` and `<!-- ids: C -->` name other variables than
//! `INTERCOM_API_KEY` and `INTERCOM_APP_ID`. `DEKEY_BLESS=1` writes what is found.

#[expect(dead_code, reason = "`cases` uses the rest of these modules")]
#[path = "support/case.rs"]
mod case;
#[expect(dead_code, reason = "as above")]
#[path = "support/plant.rs"]
mod plant;
#[expect(dead_code, reason = "as above")]
#[path = "support/scanned.rs"]
mod scanned;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use case::Wrong;
use dekey::facts::Carrier;
use dekey::finding::Edit;
use dekey::fix::settings::{Moved, moved};
use dekey::link::project::{Project, Scanned};
use dekey::source::{LineIndex, RelPath, Source};
use dekey::{check, lang, matcher};
use plant::Planted;

datatest_stable::harness! {
    { test = settings, root = "fixtures/settings", pattern = r"\.md$" },
}

fn settings(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let (mut blessed, mut wrong) = (String::new(), String::new());
    for section in sections(&text) {
        let mut cases = case::parse(section);
        if let Some(case) = cases.first_mut() {
            check(section, case, &mut wrong);
        }
        blessed.push_str(&case::print(section, &cases));
    }
    if std::env::var_os("DEKEY_BLESS").is_some() {
        std::fs::write(path, blessed)?;
    }
    if wrong.is_empty() { Ok(()) } else { Err(Box::new(Wrong(wrong))) }
}

/// The text cut before each heading of a case.
fn sections(text: &str) -> Vec<&str> {
    let mut cuts: Vec<usize> = text.match_indices("\n## ").map(|(at, _)| at + 1).collect();
    cuts.insert(0, 0);
    cuts.push(text.len());
    cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect()
}

fn names(section: &str, option: &str, usual: &str) -> BTreeSet<String> {
    let mark = format!("<!-- {option}:");
    let named = section.lines().find_map(|line| line.strip_prefix(&mark)?.strip_suffix("-->"));
    named.unwrap_or(usual).split_whitespace().map(str::to_owned).collect()
}

fn check(section: &str, case: &mut case::Case, wrong: &mut String) {
    let pack = scanned::VENDORS[0].pack();
    let mut sources: Vec<Source> = case
        .files
        .iter()
        .map(|file| {
            let text = Planted::new(&file.text).text;
            let text = if file.crlf { text.replace('\n', "\r\n") } else { text };
            Source::from_bytes(RelPath::new(Path::new(&file.path)), text.into_bytes(), false)
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let matched: Vec<_> = sources
        .iter()
        .map(|source| matcher::matched(pack, source, &lang::lower_any(source.path.as_path(), &source.text).1))
        .collect();
    let files =
        sources.iter().zip(&matched).map(|(source, matched)| Scanned { source, matched, hidden: &[] }).collect();
    let project = Project::new(pack, files, case.audience, &pack.variable);
    let judged = check::judge(&project);
    let logins = judged.findings.iter().filter(|finding| finding.rule.ends_with("/deprecated-api-key-auth"));
    let edits = logins.filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| fix.edits.clone());
    // What is around the logins is asked for below.
    let logs_in = |file: usize| matched[file].uses.iter().any(|found| found.carrier == Carrier::Code);
    let mut planned: Vec<Edit> = edits.filter(|edit| logs_in(edit.file)).collect();
    planned.sort_by(|a, b| (a.file, a.span, &a.text).cmp(&(b.file, b.span, &b.text)));
    planned.dedup();
    let keys = names(section, "keys", "INTERCOM_API_KEY");
    let ids = names(section, "ids", "INTERCOM_APP_ID");
    let found = moved(&project, &keys, &ids, project.variable, &planned);
    let mut results: BTreeMap<String, String> = sources
        .iter()
        .enumerate()
        .map(|(file, source)| {
            let mut edits: Vec<&Edit> = planned.iter().chain(&found.edits).filter(|edit| edit.file == file).collect();
            edits.sort_by_key(|edit| edit.span);
            (source.path.to_str_lossy().into_owned(), applied(&source.text, &edits))
        })
        .collect();
    results.insert("SETTINGS".to_owned(), described(&sources, &found));
    compare(case, &results, wrong);
    for source in &sources {
        read_again(source, &results[&*source.path.to_str_lossy()], wrong);
    }
}

fn applied(text: &[u8], edits: &[&Edit]) -> String {
    let mut text = text.to_vec();
    for pair in edits.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "edits overlap: {pair:?}");
    }
    for edit in edits.iter().rev() {
        text.splice(edit.span.start..edit.span.end, edit.text.bytes());
    }
    String::from_utf8(text).expect("cases are UTF-8")
}

fn described(sources: &[Source], found: &Moved) -> String {
    let mut out = String::new();
    for setting in &found.settings {
        let source = &sources[setting.file];
        let line = LineIndex::new(source).position(source, setting.span.start).line;
        let (path, title) = (source.path.to_str_lossy(), setting.holder.title());
        _ = writeln!(out, "{:?} {} in {title} {path}:{line}", setting.task, setting.name);
    }
    for (name, why) in &found.kept {
        _ = writeln!(out, "keep {name}: {why}");
    }
    out
}

fn compare(case: &mut case::Case, results: &BTreeMap<String, String>, wrong: &mut String) {
    let heading = case.heading.clone();
    for expected in &mut case.fixed {
        let actual = results.get(&expected.path).map(|text| text.replace("\r\n", "\n")).unwrap_or_default();
        if Planted::new(&expected.text).text != actual {
            if std::env::var_os("DEKEY_BLESS").is_some() {
                let planted = case.files.iter().map(|file| Planted::new(&file.text));
                expected.text = planted.fold(actual, |text, planted| planted.unplant(&text));
            } else {
                _ = writeln!(wrong, "{} is\n{actual}    in “{heading}”", expected.path);
            }
        }
    }
    for file in &case.files {
        let shown = case.fixed.iter().any(|fixed| fixed.path == file.path);
        let actual = results[&file.path].replace("\r\n", "\n");
        if !shown && actual != Planted::new(&file.text).text {
            _ = writeln!(wrong, "{} was to stay as it is, and became\n{actual}    in “{heading}”", file.path);
        }
    }
    let stated = case.fixed.iter().any(|fixed| fixed.path == "SETTINGS");
    if !stated && !results["SETTINGS"].is_empty() {
        _ = writeln!(wrong, "SETTINGS is\n{}    in “{heading}”", results["SETTINGS"]);
    }
}

/// A file is read after the edits with no less care than before.
fn read_again(source: &Source, after: &str, wrong: &mut String) {
    let notes = |text: &[u8]| {
        let layers = lang::lower_any(source.path.as_path(), text).1;
        layers.iter().map(|layer| layer.facts.notes.len()).sum::<usize>()
    };
    if notes(after.as_bytes()) > notes(&source.text) {
        _ = writeln!(wrong, "{} is no longer read:\n{after}", source.path.to_str_lossy());
    }
}
