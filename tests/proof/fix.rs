//! The fix of an integration.

use std::path::Path;

use dekey::finding::Applicability;
use dekey::source::{RelPath, Source};

use crate::scanned::{self, How};

/// Applies what dekey would, and returns what it says of the project before and after.
pub(crate) fn fix(project: &Path, unsafe_fixes: bool) -> (String, String) {
    let said = scanned::concise(&scanned::tree(project, How::new(None)));
    loop {
        let report = scanned::tree(project, How::new(None));
        let fix = report.findings.iter().filter_map(|finding| finding.fix.as_ref()).find(|fix| {
            let applies = match fix.applicability {
                Applicability::Safe => true,
                Applicability::Unsafe => unsafe_fixes,
                Applicability::Manual => false,
            };
            applies && !fix.edits.is_empty()
        });
        let Some(fix) = fix else { return (said, scanned::concise(&report)) };
        for edit in fix.edits.iter().rev() {
            let path = String::from_utf8_lossy(report.files[edit.file].path.as_bytes()).into_owned();
            let bytes = std::fs::read(project.join(&path)).expect("edits name scanned files");
            let mut source = Source::from_bytes(RelPath::new(Path::new(&path)), bytes, false);
            source.text.splice(edit.span.start..edit.span.end, edit.text.bytes());
            std::fs::write(project.join(&path), source.text).expect("the copy is writable");
        }
    }
}

/// Gives a variable its value in the `.env` file that fixes left an entry in, as a person does who has a token.
pub(crate) fn fill(project: &Path, variable: &str, value: &str) {
    let path = project.join(".env");
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    let entry = |line: &str| line.split_once('=').is_some_and(|(name, _)| name == variable);
    let filled =
        text.lines().map(|line| if entry(line) { format!("{variable}={value}\n") } else { format!("{line}\n") });
    std::fs::write(path, filled.collect::<String>()).expect("the copy is writable");
}

/// The files of a project, links left out: path and bytes.
pub(crate) fn files(project: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![project.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("it exists") {
            let entry = entry.expect("readable");
            let (path, kind) = (entry.path(), entry.file_type().expect("readable"));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(project).expect("below it").to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).expect("readable")));
            }
        }
    }
    found.sort();
    found
}
