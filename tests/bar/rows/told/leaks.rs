//! What is given away: secrets of the project in anything that dekey writes, and of this project in itself.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use dekey::render::FORMATS;
use regex::Regex;

use super::repository::Repository;
use super::{all_fail, each_fails, hold, planted};
use crate::plant::Planted;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::{Row, Verdict};

pub(super) const ROWS: &[Row] = &[
    Row {
        number: 22,
        title: "no secret, nor a piece of one in any form, is in anything that is written",
        green: || kept(&Subject::dekey(), &everything()),
        red: || {
            let runs = [vec!["check".to_owned()]];
            all_fail(
                |bad| kept(bad, &runs),
                &[
                    "\"$DEKEY\" \"$@\"; code=$?; cut -c 20-60 .env; exit $code",
                    "\"$DEKEY\" \"$@\"; code=$?; rev .env >&2; exit $code",
                    "\"$DEKEY\" \"$@\"; code=$?; base64 -w0 .env; exit $code",
                    "\"$DEKEY\" \"$@\"; code=$?; od -An -v -tx1 .env | tr -d ' \\n'; exit $code",
                    "\"$DEKEY\" \"$@\"; code=$?; od -An -v -tx1 .env | tr -d '\\n' | sed 's/ /%/g' >&2; exit $code",
                    "\"$DEKEY\" \"$@\"; code=$?; od -An -v -tx1 .env | tr -d '\\n' | sed 's/ /\\\\u00/g'; exit $code",
                    "\"$DEKEY\" \"$@\"; code=$?; cp .env written/copy; exit $code",
                ],
            )
        },
    },
    Row {
        number: 50,
        title: "this project, its fixtures and reports hold no credential that looks alive",
        green: || innocent(&Subject::dekey(), Path::new(env!("CARGO_MANIFEST_DIR")), 500),
        red: || {
            let text = planted("# {{token}}\n");
            let told = |text: &str| {
                let tree = Tree::new();
                tree.write("tests/golden/report.txt", text);
                innocent(&Subject::dekey(), tree.root(), 1)
            };
            each_fails([told(&text), told(&BASE64.encode(&text))])
        },
    },
];

/// Files with secrets in the shapes that people write them.
const FILES: &[(&str, &str)] = &[
    (".env", "INTERCOM_API_KEY={{key:2}}\nINTERCOM_ACCESS_TOKEN={{token:eu}}\nINTERCOM_CLIENT_SECRET={{uuid}}\n"),
    ("a.rb", "TOKEN = '{{token}}'\nc = Intercom::Client.new(app_id: 'abcd1234', api_key: '{{key}}') # {{token:4}}\n"),
    ("b.py", "x = '{{token64}}'  # {{token:2}}\ny = '{{token:bare:5}}' if z else '{{token:percent:6}}'\n"),
    (
        "run.sh",
        "curl -u 'abcd1234:{{key:3}}' https://api.intercom.io/users\ncurl -H 'Authorization: Basic {{basic}}' https://api.intercom.io/users\n",
    ),
    ("c.js", "const c = new Intercom.Client({ appId: 'abcd1234', appApiKey: '{{key:4}}' }); // \\u0061 {{token:7}}\n"),
    ("d.json", "{\"intercom\": {\"token\": \"{{token:8}}\", \"api_key\": \"{{key:5}}\"}, \"body\": \"{{body}}\"}\n"),
    ("e.md", "Our token is `{{token:9}}`.\n\n```sh\ncurl -u '{{token:10}}:' https://api.intercom.io/me\n```\n"),
    (
        "f.yml",
        "run: |\n  # dekey: ignore[hardcoded-access-token] {{token:11}}\n  curl -H 'Authorization: Bearer {{token:11}}' https://api.intercom.io\n",
    ),
    ("g.html", "<script>window.INTERCOM_TOKEN = \"{{token:12}}\"; console.log('{{token:12}}')</script>\n"),
    ("Gemfile.lock", "GEM\n  specs:\n    intercom (4.1.0)\n"),
];

/// Each way to have something written: to the streams, to files and to the cache, which are in `written`.
fn everything() -> Vec<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let mut runs = vec![
        words(&["baseline", "--baseline", "written/baseline.toml"]),
        words(&["plan", "-v"]),
        words(&["check", "--diff", "--unsafe-fixes", "--bump-sdk"]),
        words(&["check", "--staged", "-v"]),
        words(&["check", "--since", "main", "-v"]),
        words(&["check", "--statistics", "-v"]),
        words(&["check", "--history", "--cache-dir", "written/cache", "--output-format", "json=written/kept.json"]),
        words(&["check", "--config", "broken.toml"]),
        words(&["check", "--baseline", "broken.toml"]),
        words(&["report", "merge", "written/kept.json", "--output-format", "markdown"]),
        words(&["report", "html", "written/kept.json", "-o", "written/report.html"]),
    ];
    let mut all = words(&["check", "--history", "--no-cache", "-v", "--show-suppressed"]);
    for format in &FORMATS {
        let file = format!("{}=written/{}", format.name, format.name);
        all.extend(words(&["--output-format", &file]));
        runs.push(words(&["check", "-v", "--min-confidence", "low", "--output-format", format.name]));
    }
    runs.push(all);
    runs
}

fn kept(subject: &Subject, runs: &[Vec<String>]) -> Verdict {
    let repository = Repository::new();
    let mut secrets: Vec<String> = Vec::new();
    let mut write = |name: &str, text: &str| {
        let planted = Planted::new(text);
        repository.file(name, &planted.text);
        secrets.extend(planted.secrets);
    };
    write("gone.env", "INTERCOM_ACCESS_TOKEN={{token:20}}\n");
    repository.commit().remove("gone.env").commit().git(&["checkout", "-q", "-b", "change"]);
    FILES.iter().for_each(|(name, text)| write(name, text));
    write("broken.toml", "audience = \"{{token:21}}\"\n{{token:22}} = 1\nselect = [\"{{token:23}}\"]\n");
    repository.git(&["add", "a.rb", "b.py"]);
    std::fs::create_dir(repository.path.join("written")).expect("a directory");
    let pieces = Pieces::of(&secrets);
    for args in runs {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = subject.run(&repository.path, &args);
        ran.ended()?;
        for (stream, bytes) in [("standard output", &ran.out), ("standard error", &ran.err)] {
            let found = pieces.find(bytes);
            hold(found.is_none(), || format!("{args:?} shows {found:?} on {stream}"))?;
        }
    }
    let mut folders = vec![repository.path.join("written")];
    let mut written = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let found = pieces.find(&std::fs::read(&path).expect("a file"));
            hold(found.is_none(), || format!("{} holds {found:?}", path.display()))?;
            written += 1;
        }
    }
    hold(runs.len() == 1 || written >= FORMATS.len() + 3, || format!("only {written} files are written"))
}

/// Characters of a piece that gives a secret away.
const PIECE: usize = 12;

/// Every piece of every secret, in each form that a reader could undo, by how it begins.
struct Pieces(HashMap<[u8; PIECE], Vec<Vec<u8>>>);

impl Pieces {
    fn of(secrets: &[String]) -> Self {
        let mut pieces = Self(HashMap::new());
        for secret in secrets {
            // Of an id and a key only the key is secret, and it is on the list itself.
            let decoded = BASE64.decode(secret).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let decoded = decoded.filter(|text| text.starts_with("tok:"));
            for plain in [Some(secret.clone()), Some(secret.chars().rev().collect()), decoded].into_iter().flatten() {
                for piece in plain.as_bytes().windows(PIECE) {
                    let code = |each: &dyn Fn(&u8) -> String| piece.iter().map(each).collect::<String>();
                    pieces.add(piece);
                    for form in [
                        code(&|byte| format!("{byte:02x}")),
                        code(&|byte| format!("{byte:02X}")),
                        code(&|byte| format!("%{byte:02x}")),
                        code(&|byte| format!("%{byte:02X}")),
                        code(&|byte| format!("\\u{byte:04x}")),
                        code(&|byte| format!("&#{byte};")),
                        code(&|byte| format!("&#x{byte:x};")),
                    ] {
                        pieces.add(form.as_bytes());
                    }
                }
            }
            for before in ["", "x", "xx"] {
                // What depends on what stands before and after the secret is left out.
                let coded = BASE64.encode(format!("{before}{secret}"));
                let middle = coded.as_bytes().get(4..coded.len().saturating_sub(4)).unwrap_or_default();
                middle.windows(16).for_each(|piece| pieces.add(piece));
            }
        }
        pieces
    }

    fn add(&mut self, piece: &[u8]) {
        // A run of one character, such as the zeros of a commit that is none, gives nothing away.
        let says = piece.iter().any(|byte| *byte != piece[0]);
        let begin = piece.first_chunk::<PIECE>().filter(|_| says);
        begin.into_iter().for_each(|begin| self.0.entry(*begin).or_default().push(piece.to_vec()));
    }

    /// The first piece in a text.
    fn find(&self, text: &[u8]) -> Option<String> {
        let begins = |at: usize| Some((at, self.0.get(text[at..].first_chunk::<PIECE>()?)?));
        let whole = |(at, pieces): (usize, &Vec<Vec<u8>>)| {
            pieces
                .iter()
                .find(|piece| text[at..].starts_with(piece))
                .map(|piece| String::from_utf8_lossy(piece).into_owned())
        };
        (0..text.len()).filter_map(begins).find_map(whole)
    }
}

/// Nothing that dekey finds, and nothing that decodes to a token by itself or within something else.
fn innocent(subject: &Subject, project: &Path, examined: u64) -> Verdict {
    let ran = subject.run(project, &["check", "--no-baseline", "--output-format", "json"]);
    ran.ended()?;
    let report = ran.report()?;
    let files = report["summary"]["files_examined"].as_u64().unwrap_or_default();
    hold(files >= examined, || format!("{files} files are examined: {}", report["summary"]))?;
    let coded = Regex::new("[A-Za-z0-9+/_-]{40,}={0,2}").expect("it compiles");
    let mut folders = vec![project.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let (path, kind) = (entry.path(), entry.file_type().expect("a type"));
            let name = entry.file_name();
            if kind.is_dir() && !["target", "node_modules", ".git"].iter().any(|made| name == *made) {
                folders.push(path);
            } else if kind.is_file() {
                let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
                let alive = coded.find_iter(&text).find(|found| decodes(found.as_str(), 2));
                hold(alive.is_none(), || format!("{} holds a token", path.display()))?;
            }
        }
    }
    hold(ran.code == Some(0), || format!("{:?}: {}", ran.code, report["findings"]))
}

/// Whether it is a token in base64, once or more.
fn decodes(text: &str, times: usize) -> bool {
    let text = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    (0..4.min(text.len())).any(|start| {
        let text = &text[start..];
        let text = &text[..text.len() / 4 * 4];
        let decoded = BASE64.decode(text).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        decoded.is_some_and(|decoded| {
            decoded.contains("tok:") && decoded.matches('_').count() >= 4
                || times > 1
                    && decoded
                        .split(|c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c))
                        .any(|word| word.len() >= 40 && decodes(word, times - 1))
        })
    })
}
