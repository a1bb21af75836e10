//! A fault of dekey's own in one file: what it costs is that file.
//!
//! The fault is a pack that lost its last construct after its index was made, so that whoever looks that one up
//! panics. It is planted from outside, and nothing in the product knows of it.

use dekey::finding::Report;
use dekey::pack::{Construct, Vendor, builtin};
use dekey::render::{Brief, Format};
use dekey::scan::{Input, Options, scan};
use dekey::source::{Progress, RelPath, Walk};

use super::{each_fails, hold};
use crate::tree::{LOGIN, Tree};
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[Row {
    number: 48,
    title: "a panic over one file of a thousand costs that file, and is said",
    green: || judged(&|options| scan(options, &Progress::default()).map_err(|error| error.to_string())),
    red: || {
        let silent = |options: &Options<'_>| {
            let exclude = |path: &RelPath| path.name() == FAULTY;
            let walk = options.walk.clone();
            let options = Options { walk, input: Input::default(), exclude: Some(&exclude), ..*options };
            scan(&options, &Progress::default()).map_err(|error| error.to_string())
        };
        // One ends at the first panic, the other leaves the file out without a word.
        each_fails([judged(&|_| Ok(Report::default())), judged(&silent)])
    },
}];

/// The file over which it panics.
const FAULTY: &str = "fault.go";
const CALL: &str =
    "package a\n\nimport \"gopkg.in/intercom/intercom-go.v2\"\n\nvar c = intercom.NewClient(\"abcd1234\", key)\n";

/// The packs, without the construct that [`CALL`] is, which their index still has.
fn faulty() -> Vec<Vendor> {
    let mut packs = builtin::packs().unwrap_or_else(|error| panic!("{error}"));
    let pack = &mut packs[0];
    let go = |construct: &Construct| construct.languages == ["go"] && construct.id.ends_with("new-client");
    let at = pack.constructs.iter().position(go).expect("the construct");
    let last = pack.constructs.len() - 1;
    pack.constructs.swap(at, last);
    // Whoever asks first has the index made.
    assert!(pack.constructs_named("go", "NewClient").count() > 0);
    pack.constructs.truncate(last);
    packs.into_iter().map(Vendor::from).collect()
}

fn judged(scan: &dyn Fn(&Options<'_>) -> Result<Report, String>) -> Verdict {
    let (tree, vendors) = (Tree::new(), faulty());
    for number in 0..999 {
        tree.write(&format!("d{}/f{number}.rb", number % 20), LOGIN);
    }
    tree.write(FAULTY, CALL);
    let options = Options::new(Walk::new(tree.root().to_owned(), vec![".".into()]), &vendors);
    let report = scan(&options)?;
    let open = report.findings.iter().filter(|finding| finding.rule.ends_with("deprecated-api-key-auth")).count();
    hold(open == 999, || format!("{open} of 999 are found"))?;
    let named: Vec<_> =
        report.skipped.iter().map(|entry| (entry.path.to_str_lossy(), entry.reason.incomplete())).collect();
    hold(named == [(FAULTY.into(), true)], || format!("of what was not examined is said {named:?}"))?;
    for format in ["text", "json", "sarif"] {
        let mut out = Vec::new();
        let format = Format::named(format).expect("a format");
        format.write(&report, &Brief::default(), &mut out).map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&out).into_owned();
        hold(said.contains(FAULTY), || format!("{} does not name it", format.name))?;
    }
    Ok(())
}
