//! Lowering cases: `tests/lowering/*.md`, pairs of a fenced snippet and a fenced `facts` block.

#[path = "support/outline.rs"]
mod outline;

use dekey::lang;
use dekey::span::Span;

/// Every snippet of every case file lowers to the facts beneath it. `DEKEY_BLESS=1` writes what it lowers to.
#[test]
fn snippets_lower_to_their_facts() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lowering");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("tests/lowering exists")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    let mut failures = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a case file is UTF-8");
        let (blessed, wrong) = rewrite(&text);
        if std::env::var_os("DEKEY_BLESS").is_some() {
            std::fs::write(&file, blessed).expect("writable");
        } else {
            failures.extend(wrong.into_iter().map(|wrong| format!("{}: {wrong}", file.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The case file with every `facts` block made anew, and a description of each block that changed.
fn rewrite(text: &str) -> (String, Vec<String>) {
    let (mut out, mut wrong) = (String::new(), Vec::new());
    let mut snippet: Option<(String, String)> = None;
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        out.push_str(line);
        let fence = line.trim_end().trim_start_matches('`');
        let marks = &line[..line.trim_end().len() - fence.len()];
        if marks.len() < 3 || fence.is_empty() {
            continue;
        }
        let mut body = String::new();
        let mut close = "";
        for line in lines.by_ref() {
            if line.trim_end() == marks {
                close = line;
                break;
            }
            body.push_str(line);
        }
        if fence == "facts" {
            let (language, source) = snippet.take().expect("a snippet stands above each facts block");
            let language = lang::by_name(&language).unwrap_or_else(|| panic!("no language {language}"));
            let actual = outline::outline(&lang::lower(language, source.as_bytes(), Span::new(0, source.len())));
            if actual != body {
                wrong.push(format!("{source}expected:\n{body}got:\n{actual}"));
            }
            body = actual;
        } else {
            snippet = Some((fence.to_owned(), body.clone()));
        }
        out.push_str(&body);
        out.push_str(close);
    }
    (out, wrong)
}
