//! The fix of an integration, and the files of it.

use std::path::Path;
use std::process::Command;

/// Fixes a project, and returns what dekey says of that, and what it finds from then on: nothing, or a line each.
pub(crate) fn fix(project: &Path, unsafe_fixes: bool) -> (String, String) {
    let mut arguments = vec!["--fix", "--allow-no-vcs"];
    arguments.extend(unsafe_fixes.then_some("--unsafe-fixes"));
    let (_, said) = check(project, &arguments);
    let (left, _) = check(project, &[]);
    (said, left)
}

/// Both outputs of `dekey check`, which is neither to refuse the work nor to leave anything out.
fn check(project: &Path, arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(["check", "--output-format", "concise"])
        .args(arguments)
        .current_dir(project)
        .output()
        .expect("the program was built for this test");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 1)), "dekey {arguments:?} ends with {}:\n{err}", output.status);
    (out, err)
}

/// Gives a variable its value in the `.env` file that fixes left an entry in, as a person does who has a token.
pub(crate) fn fill(project: &Path, variable: &str, value: &str) {
    let path = project.join(".env");
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    let entry = |line: &str| line.split_once('=').is_some_and(|(name, _)| name == variable);
    let filled =
        text.lines().map(|line| if entry(line) { format!("{variable}={value}\n") } else { format!("{line}\n") });
    std::fs::write(path, filled.collect::<String>()).expect("the copy is writable");
}

/// The files of a project, links left out: path and bytes.
pub(crate) fn files(project: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![project.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("it exists") {
            let entry = entry.expect("readable");
            let (path, kind) = (entry.path(), entry.file_type().expect("readable"));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(project).expect("below it").to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).expect("readable")));
            }
        }
    }
    found.sort();
    found
}
