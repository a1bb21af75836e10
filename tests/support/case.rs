//! Case files: Markdown in which each `##` heading starts a case of files and expected findings.
//!
//! Under the heading stands a sentence on the behaviour, then the files as fenced blocks. The info string of a fence is
//! a language and `path=…`; `utf-16` and `crlf` store the file so. A line of carets and a description is an expected
//! finding of the line above it, and no part of the file:
//!
//! ```text
//! client = Client.new(app_id: id, api_key: key)
//!          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ deprecated-api-key-auth error high access-token fix=safe <- .env:1
//! ```
//!
//! The rule's id, level, confidence, route, applicability of the fix, whether it is accepted (`suppressed`), and the lines
//! that explain it. A finding of several
//! lines is marked on its first. `FIXME noisy` before the id marks a finding that should not be there, `FIXME missing`
//! one that should. A fence with `fixed=path` holds the file after its fixes; with `FIXME` too, what it ought to be.
//! `<!-- FIXME law -->` marks a case that breaks a law of the harness.
//! `<!-- audience: public -->` or `own-data` declares the audience, `<!-- bump-sdk -->` lets fixes raise SDKs.

use dekey::finding::Route;

/// One case.
pub(crate) struct Case {
    pub(crate) heading: String,
    pub(crate) audience: Option<Route>,
    /// Whether fixes may raise SDKs.
    pub(crate) bump_sdk: bool,
    pub(crate) files: Vec<File>,
    pub(crate) fixed: Vec<Fixed>,
    /// Whether a law of the harness is known to be broken.
    pub(crate) lawless: bool,
}

/// A file of a case, templates and all, without its markers.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) marks: Vec<Mark>,
    pub(crate) utf16: bool,
    pub(crate) crlf: bool,
    /// The line of the case file before the first of this file.
    pub(crate) fence: usize,
    /// The line of the case file that each line of this file stands on, from 1.
    pub(crate) lines: Vec<usize>,
}

/// A file after its fixes.
pub(crate) struct Fixed {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) wrong: bool,
    pub(crate) fence: usize,
}

/// An expected or actual finding. Lines and columns count from 0.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) columns: (usize, usize),
    pub(crate) says: String,
    pub(crate) fixme: Option<Fixme>,
}

/// In which way the product is known to be wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fixme {
    Noisy,
    Missing,
}

/// Reads a case file.
pub(crate) fn parse(text: &str) -> Vec<Case> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut cases, mut at): (Vec<Case>, usize) = (Vec::new(), 0);
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        if let Some(heading) = line.strip_prefix("## ") {
            cases.push(Case {
                heading: heading.to_owned(),
                audience: None,
                bump_sdk: false,
                files: Vec::new(),
                fixed: Vec::new(),
                lawless: false,
            });
        }
        let Some(case) = cases.last_mut() else { continue };
        case.bump_sdk |= line == "<!-- bump-sdk -->";
        if let Some(audience) = line.strip_prefix("<!-- audience: ").and_then(|rest| rest.strip_suffix(" -->")) {
            case.audience = Some(if audience == "public" { Route::Oauth } else { Route::AccessToken });
        }
        case.lawless |= line == "<!-- FIXME law -->";
        let info = line.trim_start_matches('`');
        let ticks = &line[..line.len() - info.len()];
        if ticks.len() < 3 {
            continue;
        }
        let end = lines[at..].iter().position(|line| *line == ticks).map_or(lines.len(), |count| at + count);
        let words: Vec<&str> = info.split_whitespace().collect();
        let option = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
        if let Some(path) = option("fixed=") {
            let text = lines[at..end].iter().map(|line| format!("{line}\n")).collect();
            case.fixed.push(Fixed { path, text, wrong: words.contains(&"FIXME"), fence: at });
        } else {
            let path = option("path=").unwrap_or_else(|| default_path(words.first().copied().unwrap_or_default()));
            case.files.push(file(path, &words, &lines[at..end], at));
        }
        at = end + 1;
    }
    cases
}

fn default_path(language: &str) -> String {
    let name = match language {
        "ruby" => "case.rb",
        "javascript" => "case.js",
        "typescript" => "case.ts",
        "tsx" => "case.tsx",
        "python" => "case.py",
        "php" => "case.php",
        "go" => "case.go",
        "java" => "Case.java",
        "rust" => "case.rs",
        "shell" => "case.sh",
        "swift" => "case.swift",
        "objc" => "case.m",
        "dart" => "case.dart",
        "dotenv" => ".env",
        "yaml" => "case.yml",
        "json" => "case.json",
        "markdown" => "case.md",
        "text" => "case.txt",
        other => panic!("name the path of a fence of `{other}`"),
    };
    name.to_owned()
}

fn file(path: String, words: &[&str], lines: &[&str], fence: usize) -> File {
    let mut file = File {
        path,
        text: String::new(),
        marks: Vec::new(),
        utf16: words.contains(&"utf-16"),
        crlf: words.contains(&"crlf"),
        fence,
        lines: Vec::new(),
    };
    for (at, line) in lines.iter().enumerate() {
        match mark(line, file.lines.len()) {
            Some(mark) => file.marks.push(mark),
            None => {
                file.lines.push(fence + at + 1);
                file.text.push_str(line);
                file.text.push('\n');
            }
        }
    }
    file
}

/// The marker in a line of carets and words, for line `above` of a file.
fn mark(line: &str, above: usize) -> Option<Mark> {
    let (start, carets) = (line.chars().take_while(|c| matches!(c, ' ' | '\t')).count(), line.trim_start());
    let rest = carets.trim_start_matches('^');
    let length = carets.len() - rest.len();
    let says = rest.strip_prefix(' ')?;
    if length == 0 {
        return None;
    }
    let line = above.checked_sub(1).expect("a marker stands under the line it marks");
    let (fixme, says) = match (says.strip_prefix("FIXME noisy "), says.strip_prefix("FIXME missing ")) {
        (Some(says), _) => (Some(Fixme::Noisy), says),
        (_, Some(says)) => (Some(Fixme::Missing), says),
        _ => (None, says),
    };
    Some(Mark { line, columns: (start, start + length), says: says.trim_end().to_owned(), fixme })
}

impl Mark {
    /// The marker's line under `above`.
    fn show(&self, above: &str) -> String {
        let indent: String = above
            .chars()
            .chain(std::iter::repeat(' '))
            .take(self.columns.0)
            .map(|c| if c == '\t' { c } else { ' ' })
            .collect();
        let fixme = match self.fixme {
            Some(Fixme::Noisy) => "FIXME noisy ",
            Some(Fixme::Missing) => "FIXME missing ",
            None => "",
        };
        format!("{indent}{} {fixme}{}", "^".repeat(self.columns.1 - self.columns.0), self.says)
    }
}

/// The case file with the markers and fixed texts that its cases now have.
pub(crate) fn print(text: &str, cases: &[Case]) -> String {
    let mut lines: Vec<Option<String>> = text.lines().map(|line| Some(line.to_owned())).collect();
    for case in cases {
        for file in &case.files {
            let mut marks = file.marks.clone();
            marks.sort();
            let mut above: Option<String> = None;
            let mut at = file.fence;
            for (number, (line, text)) in file.lines.iter().zip(file.text.lines()).enumerate() {
                while at < line - 1 {
                    lines[at] = None;
                    at += 1;
                }
                at = *line;
                above = Some(text.to_owned());
                for mark in marks.iter().filter(|mark| mark.line == number) {
                    let shown = mark.show(text);
                    let slot = lines[line - 1].get_or_insert_default();
                    slot.push('\n');
                    slot.push_str(&shown);
                }
            }
            // Markers under the last line.
            while above.is_some()
                && lines.get(at).is_some_and(|line| line.as_deref().is_some_and(|line| mark(line, 1).is_some()))
            {
                lines[at] = None;
                at += 1;
            }
        }
        for fixed in &case.fixed {
            let mut at = fixed.fence;
            let opening = lines[fixed.fence - 1].as_deref().unwrap_or_default();
            let ticks = opening[..opening.len() - opening.trim_start_matches('`').len()].to_owned();
            while lines.get(at).is_some_and(|line| line.as_deref() != Some(&ticks)) {
                lines[at] = None;
                at += 1;
            }
            let slot = lines[fixed.fence - 1].get_or_insert_default();
            if !fixed.wrong {
                *slot = slot.replace(" FIXME", "");
            }
            fixed.text.lines().for_each(|line| {
                slot.push('\n');
                slot.push_str(line);
            });
        }
    }
    lines.into_iter().flatten().map(|line| line + "\n").collect()
}

/// What is wrong, printed as it is.
pub(crate) struct Wrong(pub(crate) String);

impl std::fmt::Debug for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}
