//! The checkers: what reads a language's files without running them.
//!
//! A checker that is a program gets the paths of all files, and prints one line for each, `ok` or `bad`, in their order.

use std::path::Path;
use std::process::{Command, Stdio};

/// What reads the files of a language.
pub(crate) struct Checker {
    pub(crate) language: &'static str,
    pub(crate) extensions: &'static [&'static str],
    how: How,
    /// What no checker of the language may accept.
    pub(crate) broken: &'static str,
}

enum How {
    /// A program with its arguments; the last is a file of `scripts/`.
    Program(&'static [&'static str]),
    /// A program that names the files it does not accept on standard error.
    Names(&'static [&'static str]),
    /// A parser of this process.
    Parser(fn(&[u8]) -> bool),
}

const fn checker(
    language: &'static str,
    extensions: &'static [&'static str],
    how: How,
    broken: &'static str,
) -> Checker {
    Checker { language, extensions, how, broken }
}

/// Perl is absent: `perl -c` runs a file's BEGIN blocks. TypeScript and JSX need a package to be read.
pub(crate) const CHECKERS: &[Checker] = &[
    checker("go", &["go"], How::Names(&["gofmt", "-e", "-l"]), "package main\nfunc main( {\n"),
    checker("java", &["java"], How::Program(&["java", "Check.java"]), "class A { void a( { } }\n"),
    checker(
        "javascript",
        &["js", "mjs", "cjs"],
        How::Program(&["node", "--no-warnings", "--experimental-vm-modules", "check.js"]),
        "const a = {b: ;\n",
    ),
    checker("json", &["json"], How::Parser(json), "{\"a\": 1,}\n"),
    checker("php", &["php"], How::Program(&["php", "check.php"]), "<?php\n$a = [1;\n"),
    checker("python", &["py"], How::Program(&["python3", "-W", "ignore", "check.py"]), "a = (1,\n"),
    checker("ruby", &["rb", "rake", "Gemfile"], How::Program(&["ruby", "check.rb"]), "a = (1,\n"),
    checker("rust", &["rs"], How::Parser(rust), "fn main( {}\n"),
    checker("shell", &["sh", "bash"], How::Program(&["bash", "check.sh"]), "a=\"1\n"),
    checker("toml", &["toml"], How::Parser(toml), "a = \n"),
    checker("xml", &["xml", "config", "csproj", "props", "plist"], How::Parser(xml), "<a></b>\n"),
    checker("yaml", &["yml", "yaml"], How::Parser(yaml), "a: [1\nb: 2\n"),
];

/// Which of the files, given by path and bytes, the language accepts. The error says what is missing here.
///
/// # Panics
///
/// When a checker that is there does not answer for each file.
pub(crate) fn accepted(checker: &Checker, files: &[(&str, &[u8])]) -> Result<Vec<bool>, String> {
    let (command, names) = match checker.how {
        How::Parser(parser) => return Ok(files.iter().map(|(_, bytes)| parser(bytes)).collect()),
        How::Program(command) => (command, false),
        How::Names(command) => (command, true),
    };
    // A Java without its compiler reads no sources.
    let needs: &[&str] = if command[0] == "java" { &["java", "javac"] } else { &command[..1] };
    if let Some(missing) = needs.iter().find(|name| Command::new(name).arg("--version").output().is_err()) {
        return Err(format!("`{missing}` is missing"));
    }
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut paths = Vec::new();
    for (number, (path, bytes)) in files.iter().enumerate() {
        let extension = Path::new(path).extension().map_or(checker.extensions[0].into(), |name| name.to_string_lossy());
        let path = folder.path().join(format!("{number:04}.{extension}"));
        std::fs::write(&path, bytes).expect("writable");
        paths.push(path);
    }
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/scripts");
    let mut program = Command::new(command[0]);
    for argument in &command[1..] {
        let script = scripts.join(argument);
        if script.exists() {
            program.arg(script)
        } else {
            program.arg(argument)
        };
    }
    let output = program.args(&paths).stdin(Stdio::null()).output().expect("it was there a moment ago");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if names {
        let named = |path: &std::path::PathBuf| err.contains(&*path.to_string_lossy());
        return Ok(paths.iter().map(|path| !named(path)).collect());
    }
    let accepted: Vec<bool> = out.lines().map(|line| line == "ok").collect();
    assert!(
        accepted.len() == files.len(),
        "`{}` answers for {} of {} files: {err}",
        command[0],
        accepted.len(),
        files.len()
    );
    Ok(accepted)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes).is_ok()
}

fn rust(bytes: &[u8]) -> bool {
    text(bytes).is_some_and(|text| syn::parse_file(text).is_ok())
}

fn toml(bytes: &[u8]) -> bool {
    text(bytes).is_some_and(|text| text.parse::<toml::Table>().is_ok())
}

fn xml(bytes: &[u8]) -> bool {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => (),
            Err(_) => return false,
        }
    }
}

fn yaml(bytes: &[u8]) -> bool {
    text(bytes).is_some_and(|text| granit_parser::Parser::new_from_str(text).all(|event| event.is_ok()))
}
