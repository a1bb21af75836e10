//! What a build server would execute: the two command parsers of the GitHub runner and the one of Azure's agent,
//! written from their rules.

/// The commands in a log, as written.
pub(crate) fn commands(log: &str) -> Vec<String> {
    log.split(['\n', '\r']).filter_map(|line| current(line).or_else(|| old(line)).or_else(|| azure(line))).collect()
}

/// `::name key=value,key=value::data`, at the start of a line after white space.
fn current(line: &str) -> Option<String> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || is_ignorable(c));
    let rest = line.strip_prefix("::")?;
    let (head, _) = rest.split_once("::")?;
    let name = head.split(' ').next()?;
    (!name.is_empty()).then(|| line.to_owned())
}

/// `##[name key=value;key=value]data`, anywhere in a line.
fn old(line: &str) -> Option<String> {
    bracketed(line, "##[")
}

/// `##vso[area.event key=value;]data`, anywhere in a line; `TeamCity`'s look alike.
fn azure(line: &str) -> Option<String> {
    bracketed(line, "##vso[").or_else(|| bracketed(line, "##teamcity["))
}

fn bracketed(line: &str, opener: &str) -> Option<String> {
    // The runner compares by culture, which ignores what has no width.
    let line: String = line.chars().filter(|c| !is_ignorable(*c)).collect();
    let rest = &line[line.to_lowercase().find(opener)? + opener.len()..];
    let (head, _) = rest.split_once(']')?;
    let name = head.split(' ').next()?;
    (!name.is_empty()).then(|| line.clone())
}

fn is_ignorable(c: char) -> bool {
    matches!(c, '\0' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[test]
fn the_model_finds_what_the_runner_does() {
    for (log, found) in [
        ("::error::x", 1),
        ("a\r  ::add-mask::x\n::group::y", 2),
        ("\u{3000}::error file=a,line=1::x", 1),
        ("a ::error::x", 0),
        ("::error x", 0),
        ("text ##[add-mask]x", 1),
        ("##[]x ##[open", 0),
        ("a ##vso[task.setvariable variable=p]1", 1),
    ] {
        assert_eq!(commands(log).len(), found, "{log:?}");
    }
}
