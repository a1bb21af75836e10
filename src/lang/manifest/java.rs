//! `pom.xml`, `build.gradle` and Gradle's catalogues of versions.
//!
//! The decision to know: a version that is a property is looked up in the same file; what a parent or another file says
//! of it is not.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::super::{Language, Layer, utf8};
use super::rows::{definitions, is_variable, resolved};
use super::tables::Tables;
use super::{Slice, dependency, layers, manifest};
use crate::facts::{Facts, Name};
use crate::span::Span;

/// Maven's manifest.
pub static MAVEN: Language = manifest("pom.xml", &["pom.xml"], maven);
/// Gradle's, in both of its languages.
pub static GRADLE: Language = manifest("build.gradle", &["*.gradle", "*.gradle.kts"], gradle);
/// Versions that the parts of a Gradle build share.
pub static CATALOGUE: Language = manifest("libs.versions.toml", &["*.versions.toml"], catalogue);

/// `<intercom.version>2.8.2</intercom.version>`
static PROPERTY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)<(?<key>[\w.-]+)>\s*(?<value>[^<>\s$]+)\s*</").ok());
/// `ext.name = '1.0'`, `val name = "1.0"`, `versions = [name: '1.0']`, `extra["name"] = "1.0"`
static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?-u)(?<key>\w+)(?:\s*:\s*String)?["']?\]?\s*[=:]\s*["'](?<value>\d[^"'\n$]*)["']"#).ok()
});

/// The facts with versions in place of the variables that the text defines.
fn with_variables(mut facts: Facts, pattern: Option<&Regex>, text: &[u8], start: usize, parts: bool) -> Facts {
    let is_open = |name: &Name| is_variable(&name.text);
    let any = facts.dependencies.iter().any(|dependency| dependency.requirement.as_ref().is_some_and(is_open));
    let Some(pattern) = pattern.filter(|_| any) else { return facts };
    let known = definitions(pattern, text, start);
    for dependency in &mut facts.dependencies {
        dependency.requirement =
            dependency.requirement.take().map(|name| if is_open(&name) { resolved(&known, name, parts) } else { name });
    }
    facts
}

fn catalogue(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut tables = Tables::new(&decoded, start);
    tables.catalogue();
    layers(CATALOGUE.name, tables.facts)
}

/// The `groupId`, `artifactId` and `version` of each `dependency` element.
fn maven(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let slice = Slice { text: &decoded, start };
    let mut facts = Facts::default();
    let (mut group, mut artifact, mut version) = (None, None, None);
    let (mut at, mut excluded) = (0, false);
    while let Some(open) = memchr::memchr(b'<', &decoded.as_bytes()[at..]).map(|len| at + len) {
        let rest = &decoded[open + 1..];
        if rest.starts_with("!--") {
            at = rest.find("-->").map_or(decoded.len(), |len| open + 1 + len + 3);
            continue;
        }
        let Some(close) = rest.find('>').map(|len| open + 1 + len) else { break };
        at = close + 1;
        let content = || {
            let end = memchr::memchr(b'<', &decoded.as_bytes()[at..]).map_or(decoded.len(), |len| at + len);
            let text = decoded[at..end].trim();
            let from = at + decoded[at..end].find(text).unwrap_or_default();
            Some(slice.name(from, from + text.len()))
        };
        match &decoded[open + 1..close] {
            "dependency" => (group, artifact, version) = (None, None, None),
            "exclusions" => excluded = true,
            "/exclusions" => excluded = false,
            "groupId" if !excluded => group = content(),
            "artifactId" if !excluded => artifact = content(),
            "version" if !excluded => version = content(),
            "/dependency" => {
                if let (Some(group), Some(artifact)) = (group.take(), artifact.take()) {
                    facts.dependencies.push(dependency("maven", joined(&group, &artifact), version.take(), false));
                }
            }
            _ => (),
        }
    }
    let facts = with_variables(facts, PROPERTY.as_ref(), decoded.as_bytes(), start, false);
    layers(MAVEN.name, facts)
}

/// `implementation 'group:artifact:1.0'`, `implementation(group: 'g', name: 'a', version: '1')`
fn gradle(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let slice = Slice { text: &decoded, start };
    let mut facts = Facts::default();
    let mut at = 0;
    for line in decoded.split_inclusive('\n') {
        // What stands before the first string, within the innermost block.
        let before = line.split(['"', '\'']).next().unwrap_or_default();
        let innermost = before.rsplit('{').next().unwrap_or_default().trim_start();
        let word =
            innermost.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        let adds = [
            "implementation",
            "api",
            "compile",
            "compileonly",
            "runtimeonly",
            "classpath",
            "kapt",
            "annotationprocessor",
        ];
        if adds.iter().any(|known| word.ends_with(known)) {
            let strings = quoted(line);
            let named = |key: &str| {
                strings.iter().find(|(from, _)| {
                    line[..from - 1]
                        .trim_end()
                        .strip_suffix([':', '='])
                        .is_some_and(|before| before.trim_end().ends_with(key))
                })
            };
            let name = |from: usize, to: usize| slice.name(at + from, at + to);
            if let (Some(&(g, h)), Some(&(a, b))) = (named("group"), named("name")) {
                let version = named("version").map(|&(from, to)| name(from, to));
                facts.dependencies.push(dependency("maven", joined(&name(g, h), &name(a, b)), version, false));
            } else if let Some(&(from, to)) = strings.first() {
                let parts: Vec<&str> = line[from..to].splitn(3, ':').collect();
                if let [group, artifact, rest @ ..] = parts.as_slice()
                    && !group.is_empty()
                    && !group.contains(char::is_whitespace)
                {
                    let end = from + group.len() + 1 + artifact.len();
                    let version = rest.first().map(|_| name((end + 1).min(to), to));
                    facts.dependencies.push(dependency("maven", name(from, end), version, false));
                }
            }
        }
        at += line.len();
    }
    let facts = with_variables(facts, VARIABLE.as_ref(), decoded.as_bytes(), start, true);
    layers(GRADLE.name, facts)
}

/// What stands in quotes on a line.
fn quoted(line: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memchr2(b'"', b'\'', &line.as_bytes()[at..]).map(|len| at + len) {
        let Some(len) = memchr::memchr(line.as_bytes()[open], &line.as_bytes()[open + 1..]) else { break };
        found.push((open + 1, open + 1 + len));
        at = open + len + 2;
    }
    found
}

fn joined(group: &Name, artifact: &Name) -> Name {
    Name { text: format!("{}:{}", group.text, artifact.text), span: artifact.span }
}
