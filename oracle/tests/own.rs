//! The oracle over this repository's own code in other languages: fixtures and the snippets of the lowering cases.

use std::path::{Path, PathBuf};

use dekey::lang;
use dekey_oracle::compare::{self, Disagreement};
use dekey_oracle::grammars;

/// Places where dekey differs and means to: what is compared, how the grammar's reading starts (or dekey's, where the
/// grammar has none), and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("call", "string(b)", "Go's conversion is the value it converts"),
    ("call", "func() {", "a Go closure called on the spot is its body"),
    ("call", "define(", "PHP's definition of a constant is an assignment"),
    ("call", "env!(", "Rust's macro is a read of the environment"),
    ("call", "option_env!(", "as above"),
    ("call", "lazy {", "Kotlin's delegate is the value its block gives"),
    ("call", "new Dictionary<", "C#'s dictionary is the map it makes"),
    ("call", "format!(", "Rust's macro is the text it makes"),
    ("call", "vec![", "Rust's macro is the list it makes"),
    ("call", "ConvertTo-SecureString", "PowerShell's command gives the text it wraps"),
    ("call", "$ ", "a prompt of a console is no command"),
    ("call", "list <<KEY", "an append that the grammar takes for a heredoc"),
    ("string", "<<KEY", "as above"),
    ("string", "<<~HERE", "as above: the grammar takes it for text of its heredoc"),
    ("comment", "__END__", "what follows a Ruby program's end is a comment, its mark included"),
    ("call", "req_auth_basic(id", "a piped call starts where R's piped value does"),
    ("call", "req_perform()", "as above"),
    ("call", "httr::GET(authenticate", "as above"),
    ("comment", "␤d", "as above, as the grammar has it"),
];

/// dekey and the grammars agree on every string, comment and call, or the difference is listed with its reason.
#[test]
fn own_code_is_read_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the oracle lies in the repository");
    let mut found = Vec::new();
    let mut compared = 0;
    for path in files(&root.join("tests/lowering")) {
        let text = std::fs::read_to_string(&path).expect("a case file is UTF-8");
        for (number, fence, snippet) in snippets(&text) {
            // Without its opening tag the grammar takes PHP for HTML.
            let bare = fence == "php" && !snippet.contains("<?");
            let snippet = if bare { format!("<?php {snippet}") } else { snippet };
            compared += usize::from(compare(&path, &fence, snippet.as_bytes(), number, &mut found));
        }
    }
    for path in files(&root.join("fixtures")) {
        let text = std::fs::read(&path).expect("a fixture is readable");
        let Some(language) = lang::of_file(&path, &text) else { continue };
        compared += usize::from(compare(&path, language.name, &text, 0, &mut found));
    }
    assert!(compared > 0, "nothing was compared");
    let unexplained: Vec<String> = found
        .iter()
        .filter(|found| {
            !ALLOWED.iter().any(|(what, start, _)| found.what == *what && reading(found).starts_with(start))
        })
        .map(|found| {
            format!("{} {}:{} dekey `{}` grammar `{}`", found.what, found.file, found.line, found.ours, found.theirs)
        })
        .collect();
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    for (what, start, why) in ALLOWED {
        let used = found.iter().any(|found| found.what == *what && reading(found).starts_with(start));
        assert!(used, "nothing differs any more at {what} `{start}` ({why})");
    }
}

fn reading(found: &Disagreement) -> &str {
    if found.theirs.is_empty() { &found.ours } else { &found.theirs }
}

/// Whether the text has a grammar and parses; its disagreements go to `found`, lines counted from the file's start.
fn compare(path: &Path, name: &str, text: &[u8], line: usize, found: &mut Vec<Disagreement>) -> bool {
    let Some(language) = lang::by_name(name) else { return false };
    let Some(grammar) = grammars::of(language.name) else { return false };
    let tally = compare::file(path, text, language, grammar);
    found.extend(tally.disagreements.into_iter().map(|found| Disagreement { line: found.line + line, ..found }));
    tally.files > 0
}

/// Fenced snippets that have a language, with the number of the fence's line.
fn snippets(text: &str) -> Vec<(usize, String, String)> {
    let mut snippets = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => snippets.extend(open.take()),
            (Some((_, _, body)), None) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, Some(fence)) => open = Some((number + 1, fence.trim().to_owned(), String::new())),
            (None, None) => (),
        }
    }
    snippets.retain(|(_, fence, _)| fence != "facts");
    snippets
}

/// Every file under `folder`, sorted; none when it does not exist.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
