//! Projects that fixes change: those of the cases, and the integrations of `fixtures/proof/`.

use std::collections::BTreeMap;
use std::path::Path;

use dekey::finding::Route;

use super::project::listed;
use crate::plant;

#[expect(dead_code, reason = "the cases' own harness uses the rest of this module")]
#[path = "../../support/case.rs"]
mod case;

/// A project by its name, with its files and what it is to be examined with.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) args: Vec<&'static str>,
}

/// Every `nth` project whose cases promise a fix, and as many of the integrations.
pub(crate) fn samples(nth: usize) -> Vec<Sample> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut samples: Vec<Sample> = cases(&fixtures).into_iter().step_by(nth).collect();
    samples.extend(integrations(&fixtures.join("proof")).into_iter().step_by(nth));
    samples
}

fn cases(fixtures: &Path) -> Vec<Sample> {
    let files = listed(&fixtures.join("cases"));
    let cases = files.iter().flat_map(|(name, bytes)| {
        let cases = case::parse(&String::from_utf8_lossy(bytes));
        cases.into_iter().map(move |case| (format!("{name}: {}", case.heading), case))
    });
    let promising = |case: &case::Case| {
        let mut marks = case.files.iter().flat_map(|file| &file.marks);
        !case.lawless && (!case.fixed.is_empty() || marks.any(|mark| mark.says.contains("fix=")))
    };
    let sample = |(name, case): (String, case::Case)| {
        let mut args = Vec::new();
        args.extend(case.bump_sdk.then_some("--bump-sdk"));
        args.extend(match case.audience {
            Some(Route::Oauth) => Some("--audience=public"),
            Some(_) => Some("--audience=own-data"),
            None => None,
        });
        let stored = |file: &case::File| {
            let text = plant::Planted::new(&file.text).text;
            let text = if file.crlf { text.replace('\n', "\r\n") } else { text };
            if !file.utf16 {
                return (file.path.clone(), text.into_bytes());
            }
            let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
            (file.path.clone(), units.flat_map(u16::to_le_bytes).collect())
        };
        Sample { name, files: case.files.iter().map(stored).collect(), args }
    };
    cases.filter(|(_, case)| promising(case)).map(sample).collect()
}

fn integrations(proof: &Path) -> Vec<Sample> {
    let mut samples: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for (path, bytes) in listed(proof) {
        let parts: Vec<&str> = path.splitn(3, '/').collect();
        let [language, name, path] = parts[..] else { continue };
        let text = plant::Planted::new(&String::from_utf8_lossy(&bytes)).text;
        samples.entry(format!("{language}/{name}")).or_default().insert(path.to_owned(), text.into_bytes());
    }
    samples.into_iter().map(|(name, files)| Sample { name, files, args: Vec::new() }).collect()
}
