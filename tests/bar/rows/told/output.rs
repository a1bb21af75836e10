//! What is printed of a project made to act on whoever looks at it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use dekey::render::{FORMATS, Format};
use regex::Regex;
use serde_json::Value;

use super::build_server::commands;
use super::repository::Repository;
use super::{all_fail, hold, planted};
use crate::subject::{Ran, Subject, run};
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[
    Row {
        number: 19,
        title: "no name, line or commit puts a raw control, bidirectional or zero-width character into any format",
        green: || plain(&Subject::dekey(), &FORMATS),
        red: || {
            all_fail(
                |bad| plain(bad, &FORMATS[..1]),
                &["\"$DEKEY\" \"$@\"; code=$?; ls; exit $code", "grep -rn Intercom . ; exit 1"],
            )
        },
    },
    Row {
        number: 20,
        title: "build servers execute what dekey means them to, and nothing else, of any output",
        green: || obeyed(&Subject::dekey(), &FORMATS),
        red: || {
            all_fail(
                |bad| obeyed(bad, &FORMATS[..1]),
                &["\"$DEKEY\" \"$@\"; code=$?; ls >&2; exit $code", "grep -rh Intercom . ; exit 1"],
            )
        },
    },
    Row {
        number: 21,
        title: "pages have no element of the project's making, and XML and JSON give back what is in it",
        green: || whole(&Subject::dekey()),
        red: || {
            let unescaped = "\"$DEKEY\" \"$@\" | sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/\"/g'; exit 1";
            all_fail(whole, &[unescaped, "\"$DEKEY\" \"$@\" | sed 's/img/IMAGE/g'; exit 1"])
        },
    },
];

/// Names of files; a slash cannot be in one.
const NAMES: &[&[u8]] = &[
    b"a\n::error::forged.rb",
    b"\r::add-mask::forged.rb",
    b"::set-env name=A::forged.rb",
    b" \xe3\x80\x80\xc2\xa0::warning::forged.rb",
    b"##[add-mask]forged.rb",
    b"##[ERROR]forged.rb",
    b"##vso[task.setvariable variable=p]forged.rb",
    b"\x1b]0;title\x07\x1b[2J.rb",
    b"caf\xe9\x9b31m.rb",
    b"]]>&amp;<!--.rb",
    b"<img src=x onerror=alert(1)>.rb",
    b"\"onmouseover='alert(1)' x='.rb",
    b"javascript:alert(1).rb",
    b"=HYPERLINK(1),\"b\";c\td.rb",
];

/// What stands in lines of files, subjects and authors of commits, beside the logins.
const LINES: &[&str] = &[
    "::error file=a,line=1::forged",
    " \u{3000}\u{a0}\u{2003}::set-output name=a::forged",
    "\u{feff}\u{200b}::error::forged",
    "x ##[add-mask]forged",
    "x #\u{200b}#[add-mask]forged ##\u{2060}[error]forged",
    "x ##vso[task.setvariable variable=p]forged ##teamcity[forged]",
    "a\r::warning::forged",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]></failure><testcase/>&lt;b&gt; --> \" onload='alert(1)",
    "\u{1b}]8;;https://evil.example\u{7}\u{1b}[2J",
];

/// What has to be seen as an escape: controls (the tab is harmless), whatever Unicode calls bidirectional controls, and
/// what has no width or no look. Written from the Unicode tables, not from the product's.
fn acts(c: char) -> bool {
    let bidirectional =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ignorable = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    let separator = matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}');
    c != '\t' && (c.is_control() || bidirectional || ignorable || separator)
}

/// All of them but some of the last plane's thousands.
fn acting() -> impl Iterator<Item = char> {
    ('\u{1}'..='\u{e0080}').filter(|c| acts(*c))
}

/// A repository of hostile names, lines and commits, each file with a login: what is hostile in a name is in the name of
/// the folder of another file, too, where it is the name of a reference and of an author.
fn hostile() -> Repository {
    let repository = Repository::new();
    let write = |folder: &[u8], name: &[u8], line: &str| {
        let folder = repository.path.join(OsStr::from_bytes(folder));
        std::fs::create_dir_all(&folder).expect("a directory");
        let text = format!("{}# {line}\n{line}\n", login(line));
        std::fs::write(folder.join(OsStr::from_bytes(name)), text).expect("a file");
    };
    for (at, name) in NAMES.iter().enumerate() {
        write(b".", name, LINES[at % LINES.len()]);
    }
    for (at, line) in LINES.iter().enumerate() {
        write(line.replace('/', "|").as_bytes(), b"a.rb", LINES[(at + 1) % LINES.len()]);
    }
    // Each character that acts, in a name and in a line.
    let all: Vec<char> = acting().collect();
    for (at, some) in all.chunks(40).enumerate() {
        let some: String = some.iter().filter(|c| **c != '\n').collect();
        write(b"all", format!("{at}{some}.rb").as_bytes(), &some);
    }
    let subject = LINES.join("\n");
    repository.git(&["add", "-A"]);
    repository.git(&["-c", &format!("user.name=x{subject}"), "commit", "-qm", &subject]);
    // git refuses colons and brackets in the names of references, and nothing else that is used here.
    repository.git(&["tag", "v\u{202e}1\u{200b}\u{1f4a3}##vso"]);
    repository.git(&["checkout", "-q", "-b", "side\u{2066}\u{feff}\u{9b}31m\u{e0041}"]);
    repository.file("gone.rb", &login("gone")).commit();
    repository.git(&["rm", "-q", "gone.rb"]);
    repository.commit();
    repository.git(&["checkout", "-q", "main"]);
    write(b"staged", NAMES[0], LINES[0]);
    repository.git(&["add", "staged"]);
    repository
}

fn login(beside: &str) -> String {
    let beside = beside.replace(['\r', '\n'], " ");
    planted(&format!("Intercom::Client.new(app_id: \"abcd1234\", api_key: \"{{{{key}}}}\") # {beside} {{{{token}}}}\n"))
}

/// Everything that is printed of the hostile repository, and by what.
fn outputs(subject: &Subject, formats: &[Format]) -> Result<Vec<(String, Ran)>, String> {
    let repository = hostile();
    let mut runs: Vec<Vec<&str>> = vec![
        vec!["plan", "-v"],
        vec!["check", "--diff", "--unsafe-fixes", "--allow-dirty"],
        vec!["check", "--statistics"],
        vec!["check", "::error::absent", "##[add-mask]absent\n::error::x"],
        vec!["check", "--select", "x\n::error::x"],
        vec!["check", "--refs", "\n::error::x", "--history", "--no-cache"],
        vec!["check", "--since", "\n::error::x\u{202e}"],
        vec!["check", "--config", "\n::error::x.toml"],
        vec!["check", "--output-format", "\n::error::x"],
        vec!["check", "--output-format", "json=absent\n::error::x/\u{1b}[2J##[add-mask]"],
        vec!["check", "--output-file", "::error::x/y"],
        vec!["check", "--rules", "\n::error::x"],
        vec!["explain", "\u{1b}[2J\n::error::x"],
        vec!["explain", "##[add-mask]x\n::error::y"],
        vec!["\n::error::x\u{202e}"],
    ];
    for format in formats {
        runs.push(vec!["check", "--history", "--no-cache", "-v", "--output-format", format.name]);
        if crate::full() {
            for rest in [&[][..], &["-q"], &["--show-suppressed", "--min-confidence", "low"], &["--staged"]] {
                runs.push([&["check", "--output-format", format.name], rest].concat());
            }
        }
    }
    // The last, since nothing is left to say then.
    runs.push(vec!["check", "--fix", "--unsafe-fixes", "--allow-dirty"]);
    let mut all = Vec::new();
    for args in runs {
        let ran = run(subject.command().args(&args).current_dir(&repository.path).env("GITHUB_ACTIONS", "true"));
        ran.ended()?;
        all.push((format!("{args:?}"), ran));
    }
    Ok(all)
}

fn plain(subject: &Subject, formats: &[Format]) -> Verdict {
    for (what, ran) in outputs(subject, formats)? {
        for (stream, bytes) in [("standard output", &ran.out), ("standard error", &ran.err)] {
            let text = std::str::from_utf8(bytes).map_err(|error| format!("{what}: {stream} is no UTF-8: {error}"))?;
            let raw: BTreeSet<char> = text.replace("\r\n", "\n").chars().filter(|c| *c != '\n' && acts(*c)).collect();
            hold(raw.is_empty(), || format!("{what} prints {raw:?} raw to {stream}"))?;
        }
        hold(ran.out.len() + ran.err.len() > 20, || format!("{what} says nothing"))?;
    }
    Ok(())
}

fn obeyed(subject: &Subject, formats: &[Format]) -> Verdict {
    let command = Regex::new("^::(error|warning|notice) (file=[^,:]*,line=[0-9]+,endLine=[0-9]+,(col=[0-9]+,endColumn=[0-9]+,)?)?title=dekey[^,:]*::").expect("it compiles");
    for (what, ran) in outputs(subject, formats)? {
        let [out, err] = [&ran.out, &ran.err].map(|bytes| commands(&String::from_utf8_lossy(bytes)));
        hold(err.is_empty(), || format!("{what} gives commands on standard error: {err:?}"))?;
        let annotates = what.contains("\"github\"");
        let forged: Vec<_> = out.iter().filter(|found| !annotates || !command.is_match(found)).collect();
        hold(forged.is_empty(), || format!("{what} gives commands that nobody meant: {forged:?}"))?;
        hold(!annotates || out.len() > 2, || format!("{what} gives {} annotations", out.len()))?;
    }
    Ok(())
}

/// Pages and documents of the hostile project, and of it without what is hostile.
fn whole(subject: &Subject) -> Verdict {
    let (hostile, harmless) = (hostile(), Repository::new());
    for number in 0..30 {
        harmless.file(&format!("f{number}.rb"), &login("x"));
    }
    harmless.commit();
    let output = |repository: &Repository, format| {
        let ran = subject.run(&repository.path, &["check", "--output-format", format]);
        ran.ended()?;
        String::from_utf8(ran.out).map_err(|error| format!("{format}: {error}"))
    };
    let (page, known) = (output(&hostile, "html")?, output(&harmless, "html")?);
    let (mine, more) = (parts(&known), parts(&page));
    let more: Vec<_> = more.difference(&mine).collect();
    hold(more.is_empty(), || format!("the page has parts of the project's making: {more:?}"))?;
    let scripts = |page: &str| page.to_lowercase().matches("<script").count();
    hold(scripts(&page) == scripts(&known), || "the page has a script of the project's making".to_owned())?;
    hold(!page.to_lowercase().contains("=\"javascript:"), || "the page has a link that is a program".to_owned())?;

    let names: BTreeSet<Vec<u8>> = names(&hostile);
    let paths = exact(&output(&hostile, "json")?, &["path", "path_percent"])?;
    hold(paths == names, || format!("JSON does not give back {:?}", difference(&names, &paths)))?;
    let paths = exact(&output(&hostile, "sarif")?, &["uri"])?;
    let lost = difference(&names, &paths);
    hold(lost.is_empty(), || format!("SARIF does not give back {lost:?}"))?;
    elements(&output(&hostile, "junit")?)
}

/// The elements of a page, and the names of attributes that are programs.
fn parts(page: &str) -> BTreeSet<String> {
    let tag = Regex::new(r#"<([a-zA-Z!][^\s>/]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>"#).expect("it compiles");
    let program = Regex::new(r#"(?:^|["'\s/])(on[a-z]+)\s*="#).expect("it compiles");
    let quoted = Regex::new(r#""[^"]*"|'[^']*'"#).expect("it compiles");
    let tags = tag.captures_iter(page);
    let parts = tags.flat_map(|tag| {
        let quoted = quoted.replace_all(&tag[2], "\"\"").to_lowercase();
        let programs: Vec<String> = program.captures_iter(&quoted).map(|name| name[1].to_owned()).collect();
        std::iter::once(tag[1].to_lowercase()).chain(programs)
    });
    parts.collect()
}

/// The names of the files, from the root.
fn names(repository: &Repository) -> BTreeSet<Vec<u8>> {
    let (mut names, mut folders) = (BTreeSet::new(), vec![repository.path.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            match entry.is_dir() {
                true if entry.ends_with(".git") => (),
                true => folders.push(entry),
                false => {
                    let name = entry.strip_prefix(&repository.path).expect("below it").to_owned();
                    _ = names.insert(name.into_os_string().into_vec());
                }
            }
        }
    }
    names
}

/// The paths that a JSON document has under the last of these keys that an object has.
fn exact(document: &str, keys: &[&str]) -> Result<BTreeSet<Vec<u8>>, String> {
    let document: Value = serde_json::from_str(document).map_err(|error| error.to_string())?;
    let (mut paths, mut values) = (BTreeSet::new(), vec![&document]);
    while let Some(value) = values.pop() {
        match value {
            Value::Array(list) => values.extend(list),
            Value::Object(map) => {
                values.extend(map.values());
                let path = keys.iter().rev().find_map(|key| Some((*key, map.get(*key)?.as_str()?)));
                paths.extend(path.map(|(key, path)| if key == "path" { path.into() } else { unquoted(path) }));
            }
            _ => (),
        }
    }
    Ok(paths)
}

/// Bytes that are written with percent signs.
fn unquoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &after[2..]).0,
            None => (bytes.push(*first), rest = after).0,
        }
    }
    bytes
}

fn difference(all: &BTreeSet<Vec<u8>>, some: &BTreeSet<Vec<u8>>) -> Vec<String> {
    all.symmetric_difference(some).map(|path| path.escape_ascii().to_string()).collect()
}

/// Fails where the XML is none, or has other elements than those of a report.
fn elements(xml: &str) -> Verdict {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut hostile = 0;
    loop {
        match reader.read_event().map_err(|error| format!("JUnit is no XML: {error}"))? {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let known = [
                    "testsuites",
                    "testsuite",
                    "testcase",
                    "failure",
                    "properties",
                    "property",
                    "system-out",
                    "error",
                    "skipped",
                ];
                hold(known.contains(&name.as_str()), || {
                    format!("JUnit has an element of the project's making: {name}")
                })?;
                for attribute in tag.attributes() {
                    let attribute = attribute.map_err(|error| format!("JUnit is no XML: {error}"))?;
                    let value = attribute
                        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                        .map_err(|error| error.to_string())?;
                    hostile += usize::from(value.contains("<img src=x onerror=alert(1)>"));
                }
            }
            Event::Eof => break,
            _ => (),
        }
    }
    hold(hostile > 0, || "JUnit does not give back a name as it is".to_owned())
}
