//! The pages in headless Chromium.
//!
//! Owns how the browser and its driver are found. What is tried, and what has to come of it, is in `browse.mjs`, which is
//! handed a folder of pages; each of its tries is a line of its output.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use dekey::document::Document;
use dekey::render::escape::is_hostile;

use crate::page::page;
use crate::runtime::{self, Runtime};
use crate::sample;

/// Pages, by name.
fn pages() -> Vec<(&'static str, Document)> {
    let mut one = sample::document((0..9).map(sample::finding).collect());
    for finding in &mut one.findings {
        (finding.repository, finding.history) = (None, None);
    }
    vec![
        ("fleet", sample::fleet(400)),
        ("incomplete", sample::incomplete()),
        ("one", one),
        ("clean", sample::clean()),
        ("hostile", sample::hostile()),
        ("signs", signs()),
        ("large", sample::fleet(20_000)),
    ]
}

/// A document whose messages hold every character that may not be shown as itself.
fn signs() -> Document {
    let hostile: Vec<char> = ('\0'..=char::MAX).filter(|c| is_hostile(*c)).collect();
    let findings = hostile.chunks(200).enumerate().map(|(at, some)| {
        let mut finding = sample::finding(at * 8);
        (finding.repository, finding.history, finding.secret) = (None, None, None);
        finding.message = some.iter().collect();
        finding
    });
    sample::document(findings.collect())
}

/// The folder that the driver is installed in, and the browser; or why there is none.
fn ready(folder: &Path) -> Result<PathBuf, String> {
    let chromium = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| runtime::command(name));
    let chromium = chromium.ok_or("`chromium` is missing")?;
    if let Some(missing) = Runtime::Node.missing() {
        return Err(missing);
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html");
    for file in ["package.json", "package-lock.json", "browse.mjs"] {
        std::fs::copy(own.join(file), folder.join(file)).map_err(|error| error.to_string())?;
    }
    Runtime::Node.install(folder)?;
    Ok(chromium)
}

#[test]
fn pages_work_in_a_browser() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let chromium = match ready(folder.path()) {
        Ok(chromium) => chromium,
        Err(reason) => {
            assert!(!std::env::var("DEKEY_PROOF").is_ok_and(|value| value == "require"), "cannot be run: {reason}");
            _ = writeln!(std::io::stderr(), "SKIPPED pages in a browser: {reason}");
            return;
        }
    };
    for (name, document) in pages() {
        std::fs::write(folder.path().join(format!("{name}.html")), page(&document)).expect("writable");
        let json = serde_json::to_vec(&document).expect("it is JSON");
        std::fs::write(folder.path().join(format!("{name}.json")), json).expect("writable");
    }
    let output = Command::new("node")
        .arg("browse.mjs")
        .arg(chromium)
        .current_dir(folder.path())
        .output()
        .expect("node was there a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    _ = write!(std::io::stderr(), "{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // Where somebody wants to look at them.
    if let Some(kept) = std::env::var_os("DEKEY_PAGES") {
        let kept = PathBuf::from(kept);
        std::fs::create_dir_all(&kept).expect("writable");
        for entry in std::fs::read_dir(folder.path()).expect("readable") {
            let path = entry.expect("readable").path();
            if path.extension().is_some_and(|extension| ["html", "png", "pdf"].iter().any(|known| extension == *known))
            {
                std::fs::copy(&path, kept.join(path.file_name().expect("it has one"))).expect("writable");
            }
        }
    }
}
