//! One target each: bytes in, a panic where a promise is broken.
//!
//! Owns what they share: a scan in memory. No target may depend on a clock, an order or what ran before it.

pub mod archive;
pub mod config;
pub mod decode;
pub mod directive;
pub mod document;
pub mod fix;
pub mod git;
pub mod ignore;
pub mod lower;
pub mod pack;
pub mod render;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Once};

use dekey::pack::Vendor;
use dekey::render::{Brief, Format};
use dekey::scan::{Input, Options, Scan};
use dekey::source::{Progress, Reason, RelPath, Source, Walk};

/// A target: it panics where a promise is broken.
pub type Run = fn(&[u8]);

/// Every target, by name.
pub static TARGETS: [(&str, Run); 11] = [
    ("archive", archive::run),
    ("config", config::run),
    ("decode", decode::run),
    ("directive", directive::run),
    ("document", document::run),
    ("fix", fix::run),
    ("git", git::run),
    ("ignore", ignore::run),
    ("lower", lower::run),
    ("pack", pack::run),
    ("render", render::run),
];

static VENDORS: LazyLock<Vec<Vendor>> = LazyLock::new(dekey::pack::builtin::vendors);

/// Ids that settings may name.
fn rules() -> Vec<&'static str> {
    VENDORS.iter().flat_map(Vendor::rules).map(|rule| rule.doc.id.as_str()).collect()
}

/// A name for each kind of file that is read in a way of its own.
static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut paths = Vec::new();
    for language in dekey::lang::LANGUAGES.iter().chain(dekey::lang::manifest::BESIDE) {
        let named = language.filenames.iter().map(|name| name.replace('*', "a"));
        paths.extend(named.chain(language.extensions.iter().map(|extension| format!("file.{extension}"))));
    }
    paths.sort();
    paths.dedup();
    paths
});

/// The first two bytes choose a file's name; the rest is what it holds.
fn file(bytes: &[u8]) -> Option<(RelPath, &[u8])> {
    let (choice, text) = bytes.split_first_chunk::<2>()?;
    let path = &PATHS[usize::from(u16::from_le_bytes(*choice)) % PATHS.len()];
    Some((RelPath::new(Path::new(path)), text))
}

/// The bytes that [`file`] takes for a file of this name, where there is one like it.
pub fn named(path: &str, text: &[u8]) -> Vec<u8> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit('.').next().unwrap_or_default();
    let like = |known: &String| *known == name || *known == path.to_ascii_lowercase();
    let extended = |known: &String| known.strip_prefix("file.") == Some(extension);
    let at = PATHS.iter().position(like).or_else(|| PATHS.iter().position(extended)).unwrap_or_default();
    [&u16::try_from(at).unwrap_or_default().to_le_bytes(), text].concat()
}

/// Scans files that are nowhere but in memory.
fn scanned<T>(files: Vec<Source>, then: impl FnOnce(&Scan<'_>) -> T) -> T {
    let walk = Walk { threads: 1, ..Walk::new(std::env::temp_dir(), Vec::new()) };
    let input = Input { files, ..Input::default() };
    let options = Options { input, bump_sdk: true, prefilter: false, ..Options::new(walk, &VENDORS) };
    let scan = Scan::new(&options, &Progress::default()).expect("there are threads");
    assert!(scan.report().skipped.iter().all(|entry| entry.reason != Reason::Failed), "dekey failed on a file");
    then(&scan)
}

/// Runs what guards itself against the panics of others: one of dekey's own counts all the same.
fn watched(run: impl FnOnce()) {
    static OURS: AtomicBool = AtomicBool::new(false);
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let file = panic.location().map(|place| place.file().replace('\\', "/")).unwrap_or_default();
            if file.starts_with("/rustc/") || file.contains("/registry/") {
                return;
            }
            if file.contains("src/source/") {
                OURS.store(true, Ordering::Relaxed);
            }
            before(panic);
        }));
    });
    run();
    assert!(!OURS.load(Ordering::Relaxed), "dekey's own code has panicked");
}

/// The report of one file in a format.
pub fn report(path: &str, text: &[u8], format: &str) -> Vec<u8> {
    let (format, brief) = (Format::named(format).expect("it is on the list"), Brief::default());
    scanned(vec![Source::from_bytes(path.into(), text.to_vec(), true)], |scan| {
        let mut out = Vec::new();
        format.write(&scan.report(), &brief, &mut out).expect("memory can be written to");
        out
    })
}
