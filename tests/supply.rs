//! Laws of what the project is made of: no `unsafe` code, and a reason for every crate that it depends on.
//!
//! Each law is a function from a text to what breaks it, and is tried on a text that does.

use std::path::Path;

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// Dependencies without a reason: a comment beside them, or one above the lines among which they stand.
fn unreasoned(manifest: &str) -> Vec<&str> {
    let (mut among, mut reason, mut found) = (false, false, Vec::new());
    for line in manifest.lines().map(str::trim) {
        // A table of its own, as `[dependencies.name]`, would be a dependency that this does not see.
        if line.starts_with('[') {
            let mut names = line.trim_matches(['[', ']']).rsplit('.');
            among = names.next().is_some_and(|name| name.ends_with("dependencies"));
            found.extend(names.any(|name| name.ends_with("dependencies")).then_some(line));
        }
        reason = line.starts_with('#') || reason && !line.is_empty() && !line.starts_with('[');
        // No name of a crate, no version and no feature has this sign.
        if among && !reason && line.contains('=') && !line.contains(" # ") {
            found.push(line);
        }
    }
    found
}

/// Whether the lints of a workspace forbid unsafe code.
fn forbids_for_all(manifest: &str) -> bool {
    let table: toml::Table = manifest.parse().expect("it is TOML");
    let level = || table.get("workspace")?.get("lints")?.get("rust")?.get("unsafe_code")?.as_str();
    level() == Some("forbid")
}

/// Whether a member takes the lints of the workspace.
fn inherits(manifest: &str) -> bool {
    let table: toml::Table = manifest.parse().expect("it is TOML");
    let taken = || table.get("lints")?.get("workspace")?.as_bool();
    taken() == Some(true)
}

/// Whether the source of a crate forbids unsafe code.
fn forbids(source: &str) -> bool {
    source.lines().any(|line| line == "#![forbid(unsafe_code)]")
}

const MANIFESTS: [&str; 3] = ["Cargo.toml", "oracle/Cargo.toml", "fuzz/Cargo.toml"];
/// What is said in the source holds wherever it is built from, and for what has no lints of the workspace.
const ROOTS: [&str; 3] = ["src/lib.rs", "src/main.rs", "fuzz/src/lib.rs"];

fn members() -> Vec<String> {
    let root: toml::Table = read("Cargo.toml").parse().expect("it is TOML");
    let members = root["workspace"]["members"].as_array().expect("a list");
    members.iter().map(|member| format!("{}/Cargo.toml", member.as_str().expect("a path"))).collect()
}

#[test]
fn every_dependency_has_a_reason() {
    for manifest in MANIFESTS {
        let text = read(manifest);
        assert!(text.contains("\n[dependencies]\n"), "{manifest} is read in another way");
        assert_eq!(unreasoned(&text), [""; 0], "{manifest}: say why beside it");
    }
}

#[test]
fn a_dependency_without_a_reason_is_seen() {
    assert_eq!(
        unreasoned("[dev-dependencies]\na = \"1\"\nb = \"2\" # why\n\n# Both.\nc = \"1\"\nd = \"1\"\n\ne = \"1\""),
        ["a = \"1\"", "e = \"1\""]
    );
    assert_eq!(unreasoned("[target.'cfg(unix)'.build-dependencies]\na = \"1\"\n"), ["a = \"1\""]);
    assert_eq!(unreasoned("[dependencies.a]\nversion = \"1\" # why\n"), ["[dependencies.a]"]);
    assert_eq!(unreasoned("[package]\nname = \"a\"\n[lints.rust]\nb = \"1\"\n"), [""; 0]);
    for manifest in MANIFESTS {
        let planted = read(manifest).replacen("\n[dependencies]\n", "\n[dependencies]\nplanted = \"1\"\n\n", 1);
        assert_eq!(unreasoned(&planted), ["planted = \"1\""], "{manifest}");
    }
}

#[test]
fn no_code_of_ours_is_unsafe() {
    assert!(forbids_for_all(&read("Cargo.toml")));
    for name in members() {
        assert!(inherits(&read(&name)), "{name}: tests and examples too");
    }
    for name in ROOTS {
        assert!(forbids(&read(name)), "{name} lets unsafe code in");
    }
}

#[test]
fn code_that_may_be_unsafe_is_seen() {
    let root = read("Cargo.toml");
    for level in ["allow", "warn", "deny"] {
        let weaker = root.replacen("unsafe_code = \"forbid\"", &format!("unsafe_code = \"{level}\""), 1);
        assert_ne!(weaker, root);
        assert!(!forbids_for_all(&weaker), "{level}");
    }
    assert!(!forbids_for_all("[workspace]\nmembers = []\n"));
    for name in members() {
        let manifest = read(&name);
        let planted = manifest.replacen("[lints]\nworkspace = true", "[lints]\nworkspace = false", 1);
        assert_ne!(planted, manifest, "{name}");
        assert!(!inherits(&planted), "{name}");
        assert!(!inherits(&manifest.replacen("[lints]\nworkspace = true", "", 1)), "{name}");
    }
    for name in ROOTS {
        let source = read(name);
        let planted = source.replace("#![forbid(unsafe_code)]", "#![deny(unsafe_code)]");
        assert!(planted != source && !forbids(&planted), "{name}");
        assert!(!forbids(&source.replace("#![forbid", "// #![forbid")), "{name}");
    }
}
