//! What is large: files, lines, reports, directories.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;

use super::reach::{all_found, said};
use crate::plant::Planted;
use crate::report::Said;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::tree::case::Case;
use crate::{Row, Verdict, full};

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 12,
        title: "a file of 8 GB that stores almost nothing is examined, beyond 4 GB too",
        green: || sparse(&Subject::dekey()),
        red: || sparse(&Subject::hasty("")),
    },
    Row {
        number: 13,
        title: "a line of hundreds of megabytes is examined, and shown as a line of a terminal",
        green: || endless(&Subject::dekey()),
        red: || endless(&Subject::script("grep -rn dG9rO \"$1\"")),
    },
    Row {
        number: 14,
        title: "a report stays bounded however much there is to say, and says so",
        green: || flood(&Subject::dekey()),
        red: || flood(&Subject::script("head -c 5000000 /dev/zero | tr '\\0' x")),
    },
    Row {
        number: 15,
        title: "a directory of tens of thousands of files is examined completely",
        green: || wide(&Subject::dekey()),
        red: || wide(&Subject::hasty("BLOCK = 4")),
    },
];

fn token(number: u64) -> String {
    Planted::new(&format!("{{{{token:{number}}}}}")).text
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn sparse(subject: &Subject) -> Verdict {
    const GIB: u64 = 1 << 30;
    let tree = Tree::new();
    let file = File::create(tree.path("sparse.bin")).map_err(text)?;
    let places = [0, 3 * GIB + 1, 5 * GIB + 17, 8 * GIB - 60];
    for (number, at) in places.iter().enumerate() {
        file.write_all_at(token(number as u64).as_bytes(), *at).map_err(text)?;
    }
    File::create(tree.path("hole.rb")).and_then(|file| file.set_len(8 * GIB)).map_err(text)?;
    let ran = subject.check(&tree, &["--output-format", "json"]);
    let found: Vec<u64> = ran.told()?.within(b"sparse.bin").map(|found| found.byte).collect();
    if found != places {
        return Err(format!("tokens at {places:?} are found at {found:?}"));
    }
    ran.frugal(15, 256)
}

/// The longest line that a person is shown.
const COLUMNS: usize = 240;

fn endless(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    let million = if full() { 100 } else { 1 };
    let mut file = BufWriter::new(File::create(tree.path("bundle.min.js")).map_err(text)?);
    let filler = "var a=\"b\";x(y);".repeat(66_667);
    for number in 0..3 {
        for _ in 0..million {
            file.write_all(filler.as_bytes()).map_err(text)?;
        }
        write!(file, " t=\"{}\";", token(number)).map_err(text)?;
    }
    drop(file);
    let ran = subject.check(&tree, &["--output-format", "text"]);
    ran.ended()?;
    let shown = String::from_utf8_lossy(&ran.out);
    if let Some(long) = shown.lines().map(|line| line.chars().count()).find(|columns| *columns > COLUMNS) {
        return Err(format!("a line of {long} columns is shown"));
    }
    let wanted = format!("bundle.min.js:1:{}", filler.chars().count() * million + 5);
    if ran.code != Some(1) || !shown.contains(&wanted) {
        return Err(format!("exit code {:?}, and {wanted} is not told of: {}", ran.code, ran.complaint()));
    }
    ran.frugal(if cfg!(debug_assertions) { 60 } else { 3 }, 256)
}

fn flood(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    let line: Vec<String> = (0..200).map(|number| format!("\"{}\"", token(number))).collect();
    tree.write("line.js", format!("x = [{}];\n", line.join(", ")));
    let count = if full() { 30_000 } else { 1_500 };
    let lines: String = (1_000..1_000 + count).map(|number| format!("key: {}\n", token(number))).collect();
    tree.write("lines.txt", lines);
    let out = tempfile::tempdir().map_err(text)?;
    let (json, sarif) = (out.path().join("json"), out.path().join("sarif"));
    let ran = subject.check(
        &tree,
        &[
            "--output-format=text",
            &format!("--output-format=json={}", json.display()),
            &format!("--output-format=sarif={}", sarif.display()),
        ],
    );
    ran.ended()?;
    if ran.out.len() > 4 << 20 {
        return Err(format!("{} bytes of text", ran.out.len()));
    }
    let said = Said::of(&std::fs::read(json).map_err(text)?)?;
    let (first, rest) = (said.within(b"line.js").count(), said.within(b"lines.txt").count() as u64);
    if (first, rest) != (200, count) {
        return Err(format!("{first} of 200 and {rest} of {count} are found"));
    }
    let sarif: serde_json::Value = serde_json::from_slice(&std::fs::read(sarif).map_err(text)?).map_err(text)?;
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().map_or(0, Vec::len);
    let notices = run["invocations"][0]["toolExecutionNotifications"].to_string();
    let cut = results < 200 + usize::try_from(count).map_err(text)?;
    if results > 25_000 || cut && notices.len() < 10 {
        return Err(format!("{results} results, and of the others it says {notices}"));
    }
    ran.frugal(5, 512)
}

fn wide(subject: &Subject) -> Verdict {
    let (files, every) = if full() { (50_000, 1_000) } else { (2_500, 50) };
    let case = |number: usize| match number % every {
        0 => Case::find(format!("wide/f{number}.rb"), "# a\nkey = \"{{token}}\"\n"),
        _ => Case::nothing(format!("wide/f{number}.rb"), "puts 1\n"),
    };
    let cases: Vec<Case> = (0..files).map(case).collect();
    if full() {
        let tree = Tree::new();
        cases.iter().for_each(|case| case.build(&tree));
        let ran = subject.check(&tree, &["--output-format", "json"]);
        all_found(&ran.told()?, &cases)?;
        return ran.frugal(2, 256);
    }
    let said = said(subject, &cases)?;
    all_found(&said, &cases)?;
    match said.json["summary"]["files_examined"].as_u64() {
        Some(examined) if examined == files as u64 => Ok(()),
        other => Err(format!("{other:?} of {files} files are examined")),
    }
}
