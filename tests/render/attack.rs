//! A project made to act on whoever looks at what dekey says of it: what is right for one output alone. What holds for all
//! of them is in rows 19 to 22 of the bar.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use dekey::render::escape::is_hostile;

use crate::build_server::commands;
use crate::hostile::ATTACKS;
use crate::plant::{self, Planted};
use crate::run::{Ran, dekey, project};

/// Names of files. A slash cannot be in one.
const NAMES: &[&[u8]] = &[
    b"a\n::error::b.rb",
    b"\r::add-mask::c.rb",
    b"::set-env name=A::b.rb",
    b"##[add-mask]d.rb",
    b"##vso[task.setvariable variable=p]1.rb",
    b"##teamcity[x].rb",
    b"\x1b]0;title\x07\x1b[2J.rb",
    b"\xe2\x80\xae\xe2\x81\xa6e.rb",
    b"a|b\\|c`d`.rb",
    b"<script>alert(1)<.rb",
    b"]]>&amp;<!--.rb",
    b"caf\xe9.rb",
    b"%0A::error::f,g:h=i%.rb",
    b"--output-format.rb",
    b"\xef\xbf\xbe\xef\xbf\xbf.rb",
];

/// The project, and its secrets.
fn tree() -> (tempfile::TempDir, Vec<String>) {
    let mut files: Vec<(&Path, String)> = Vec::new();
    let mut secrets = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        let attack = ATTACKS[at % ATTACKS.len()];
        let planted = Planted::new(&format!(
            "# {attack}\n{attack}\nIntercom::Client.new(app_id: \"abcd1234\", api_key: \"{{{{key:{at}}}}}\") # {attack}\n\
             INTERCOM_TOKEN = '{{{{token:{at}}}}}' # {attack} <script>]]>|`\n"
        ));
        files.push((Path::new(OsStr::from_bytes(name)), planted.text));
        secrets.extend(planted.secrets);
    }
    (project(files.iter().map(|(path, text)| (*path, text.as_str()))), secrets)
}

/// What anybody may see: no secret, nothing that acts.
fn harmless(what: &str, ran: &Ran, secrets: &[String]) {
    for (stream, text) in [("standard output", &ran.out), ("standard error", &ran.err)] {
        let hostile: Vec<char> = text.replace("\r\n", "\n").chars().filter(|c| *c != '\n' && is_hostile(*c)).collect();
        assert!(hostile.is_empty(), "{what} prints {hostile:?} to {stream}");
        let shown = plant::shown(secrets, text);
        assert!(shown.is_none(), "{what} shows {shown:?} on {stream}");
    }
}

#[test]
fn annotations_are_as_many_as_findings_or_as_are_shown() {
    let (dir, secrets) = tree();
    let json = dekey(dir.path(), &["check", "--output-format", "json"], &[]);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let levels: BTreeMap<&str, u64> = ["error", "warning", "note"]
        .map(|level| (level, report["summary"]["findings"]["by_level"][level].as_u64().unwrap()))
        .into();
    assert!(levels["error"] >= 10 + 2 * NAMES.len() as u64 / 2, "the project has findings: {levels:?}");

    for rest in [&[][..], &["-v"], &["-q"], &["--statistics"], &["--show-suppressed", "--min-confidence", "low"]] {
        let args = [&["check", "--output-format", "github"], rest].concat();
        let ran = dekey(dir.path(), &args, &[("GITHUB_ACTIONS", "true")]);
        harmless(&format!("{args:?}"), &ran, &secrets);
        annotations(&commands(&ran.out), &levels, rest.len() > 1);
    }
}

/// The commands are annotations of ours: the known properties, as many as there are findings or as GitHub shows.
fn annotations(found: &[String], levels: &BTreeMap<&str, u64>, more: bool) {
    let mut counts = BTreeMap::new();
    for command in found {
        let (head, _) = command.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (name, properties) = head.split_once(' ').unwrap();
        *counts.entry(name).or_insert(0) += 1;
        let keys: Vec<&str> = properties.split(',').map(|pair| pair.split_once('=').unwrap().0).collect();
        let known: &[&[&str]] = &[
            &["title"],
            &["file", "line", "endLine", "title"],
            &["file", "line", "endLine", "col", "endColumn", "title"],
        ];
        assert!(known.contains(&keys.as_slice()), "{command}");
        assert!(properties.contains("title=dekey"), "{command}");
    }
    if more {
        // Findings of less confidence are shown, too.
        assert!(counts["error"] == 10 && counts.values().all(|n| *n <= 10), "{counts:?}");
        return;
    }
    let shown = |level: &str| levels[level].min(10);
    let closing = u64::from(levels.values().any(|n| *n > 10));
    assert_eq!(counts.get("error").copied().unwrap_or(0), shown("error"));
    assert_eq!(counts.get("warning").copied().unwrap_or(0), shown("warning"));
    assert_eq!(counts.get("notice").copied().unwrap_or(0), levels["note"].min(10 - closing) + closing);
}

#[test]
fn mistakes_in_files_of_the_tree_are_told_harmlessly() {
    for attack in ATTACKS {
        let (dir, secrets) = tree();
        for text in [format!("{attack} = 1\n"), format!("\"{attack}\" = 1\n"), format!("select = [\"{attack}\"]\n")] {
            std::fs::write(dir.path().join("dekey.toml"), text).unwrap();
            let ran = dekey(dir.path(), &["check"], &[]);
            assert_eq!(ran.code, 2, "{attack:?}");
            harmless(attack, &ran, &secrets);
            assert_eq!(commands(&ran.err), Vec::<String>::new(), "{attack:?}");
        }
    }
}

/// What GitHub makes of the page: text and code, one table of four columns, and no link but to help.
#[test]
fn names_are_no_markup_in_a_summary() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let (dir, _) = tree();
    let page = dekey(dir.path(), &["check", "--output-format", "markdown"], &[]).out;
    let (mut cells, mut rows, mut links) = (0, 0, Vec::new());
    for event in
        Parser::new_ext(&page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES)
    {
        match event {
            Event::Start(Tag::TableRow) => rows += 1,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.into_string()),
            Event::Start(Tag::Image { .. } | Tag::HtmlBlock | Tag::Emphasis | Tag::Strikethrough) => panic!("{page}"),
            Event::Html(text) | Event::InlineHtml(text) => panic!("{text} in {page}"),
            _ => {}
        }
    }
    assert!(rows >= NAMES.len(), "{rows}");
    assert_eq!(cells, 4 * (rows + 1));
    assert!(links.iter().all(|link| link.starts_with("https://") && link.contains("intercom.com")), "{links:?}");
    // A row is a line, and the bars that are not ours are escaped.
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(page.lines().filter(|line| line.starts_with("| ")).all(|line| bars(line) == 5), "{page}");
}
