//! What fuzzing begins with, made from the fixtures when it is asked for.
//!
//! Owns no text that could be made. Credentials are those of the cases: put together here, and valid in form only.

#[allow(dead_code, clippy::duplicate_mod, reason = "the cases' own tests use the rest")]
#[path = "../../tests/support/case.rs"]
mod case;
#[allow(dead_code, clippy::duplicate_mod, reason = "as above; and tests may have it already")]
#[path = "../../tests/support/plant.rs"]
mod plant;

use std::path::{Path, PathBuf};

use dekey::baseline::file;
use dekey::lang;
use dekey::pack::builtin;

use super::targets::{self, archive, git, lower};

/// The inputs to begin with; none for a target that is none.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "archive" => archive::seeds(&files()),
        "config" => config(),
        "decode" => decode(),
        "document" => documents(),
        "directive" | "fix" => files().into_iter().map(|(path, text)| targets::named(&path, text.as_bytes())).collect(),
        "git" => git::seeds(),
        "ignore" => {
            [&b"*.log\n/a\n!dir/\n"[..], b"**/sub/*\n\\#x\n[a-c]?\\ d\ndir/.hidden\n", b"\xef\xbb\xbf#a\n/*\n!/dir\n"]
                .map(<[u8]>::to_vec)
                .to_vec()
        }
        "lower" => files().iter().filter_map(|(path, text)| lowered(path, text)).collect(),
        "pack" => builtin::files().into_iter().flatten().map(|(_, text)| text.into_bytes()).collect(),
        "render" => render(),
        _ => Vec::new(),
    }
}

/// Every file of every case, as a scan sees it.
pub fn files() -> Vec<(String, String)> {
    let folder = root().join("fixtures/cases");
    let mut names: Vec<PathBuf> =
        folder.read_dir().expect("it is there").map(|entry| entry.expect("it can be read").path()).collect();
    names.sort();
    let texts = names.iter().map(|name| std::fs::read_to_string(name).expect("it is text"));
    let cases = texts.flat_map(|text| case::parse(&text));
    cases.flat_map(|case| case.files).map(|file| (file.path, plant::Planted::new(&file.text).text)).collect()
}

/// The project's directory, whichever crate this is in.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().find(|folder| folder.join("fixtures").is_dir()).expect("it is in the project")
}

fn lowered(path: &str, text: &str) -> Option<Vec<u8>> {
    let language = lang::of_file(Path::new(path), text.as_bytes())?;
    let at = lower::all().position(|known| std::ptr::eq(known, language))?;
    Some([&[u8::try_from(at).ok()?], text.as_bytes()].concat())
}

fn config() -> Vec<Vec<u8>> {
    let own = std::fs::read(root().join("dekey.toml")).expect("it is there");
    let all = "audience = \"public\"\nexclude = [\"a/**\"]\nignore = [\"intercom/hardcoded-api-key\"]\nselect = [\"intercom\"]\nfail-on = \"warning\"\nmin-confidence = \"low\"\nbaseline = \"b.toml\"\nextends = \"../base.toml\"\n[[overrides]]\npaths = [\"t/**\"]\n[levels]\n";
    let package =
        br#"{"name": "a", "dekey": {"audience": "own-data", "exclude": ["a"], "overrides": [{"paths": ["x"]}]}}"#;
    let pyproject = format!("[project]\nname = \"a\"\n[tool.dekey]\n{all}");
    let mut baseline = dekey::baseline::Baseline::new([7; 16]);
    let entry = |path: &str| file_entry(path);
    baseline = baseline.with(vec![entry("a.rb"), entry("b c/é.rb")]);
    let written = file::write(&baseline);
    let files: [(u8, &[u8]); 5] =
        [(0, &own), (0, all.as_bytes()), (1, pyproject.as_bytes()), (2, package), (3, written.as_bytes())];
    files.iter().map(|(kind, text)| [&[*kind], *text].concat()).collect()
}

fn file_entry(path: &str) -> dekey::baseline::Entry {
    let (rule, digest) = ("intercom/hardcoded-api-key".to_owned(), "0123456789abcdef0123".to_owned());
    dekey::baseline::Entry { path: path.to_owned(), rule, digest }
}

fn decode() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (at, (_, text)) in files().iter().enumerate().filter(|(_, (_, text))| text.len() < 4000) {
        let sizes = [at as u8, (at % 16) as u8, (at * 7) as u8, 0, (at * 3) as u8, (at % 4) as u8];
        seeds.extend([text.as_bytes(), &encoded(text, at)].map(|text| [&sizes, text].concat()));
    }
    seeds
}

/// A text with a byte-order mark, in one of the encodings that have one.
pub fn encoded(text: &str, which: usize) -> Vec<u8> {
    let text = format!("\u{feff}{text}");
    let wide = |bytes: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| bytes(c.into())).collect();
    match which % 5 {
        0 => text.into_bytes(),
        1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        2 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        3 => wide(u32::to_le_bytes),
        _ => wide(u32::to_be_bytes),
    }
}

fn documents() -> Vec<Vec<u8>> {
    let reports =
        |name| files().into_iter().step_by(9).map(move |(path, text)| targets::report(&path, text.as_bytes(), name));
    let json: Vec<Vec<u8>> = reports("json").collect();
    let pairs = json.chunks(2).map(|pair| pair.join(&0)).collect::<Vec<_>>();
    json.into_iter().chain(reports("jsonl")).chain(pairs).collect()
}

fn render() -> Vec<Vec<u8>> {
    let attacks = [
        "\u{1b}]0;t\u{7}\u{9b}2J",
        "a\r::error::b\n##[add-mask]x",
        "]]>&<x y='\"'>\u{202e}",
        "\u{feff}|`*_[a](b)\u{2028}",
    ];
    let all = files();
    let seeds = all.iter().step_by(5).enumerate().map(|(at, (path, text))| {
        let attack = attacks[at % attacks.len()];
        let choices = [at as u8; 8];
        [&choices, format!("{path}{attack}\0{attack} words\0{attack}\n{text}").as_bytes()].concat()
    });
    seeds.collect()
}
