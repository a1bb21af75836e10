//! Laws of what the project is made of: no `unsafe` code, and a reason for every crate that it depends on.

use std::path::Path;

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// Dependencies without a reason: a comment beside them, or one above the lines among which they stand.
fn unreasoned(manifest: &str) -> Vec<&str> {
    let (mut among, mut reason, mut found) = (false, false, Vec::new());
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            among = line.trim_end_matches(']').ends_with("dependencies");
        }
        reason = line.starts_with('#') || reason && !line.is_empty() && !line.starts_with('[');
        // No name of a crate, no version and no feature has this sign.
        if among && !reason && line.contains('=') && !line.contains(" # ") {
            found.push(line);
        }
    }
    found
}

#[test]
fn every_dependency_has_a_reason() {
    assert_eq!(
        unreasoned("[dev-dependencies]\na = \"1\"\nb = \"2\" # why\n\n# Both.\nc = \"1\"\nd = \"1\"\n\ne = \"1\""),
        ["a = \"1\"", "e = \"1\""]
    );
    for manifest in ["Cargo.toml", "oracle/Cargo.toml", "fuzz/Cargo.toml"] {
        let text = read(manifest);
        assert!(text.contains("\n[dependencies]\n"), "{manifest} is read in another way");
        assert_eq!(unreasoned(&text), [""; 0], "{manifest}: say why beside it");
    }
}

#[test]
fn no_code_of_ours_is_unsafe() {
    let root: toml::Table = read("Cargo.toml").parse().expect("it is TOML");
    assert_eq!(root["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for member in root["workspace"]["members"].as_array().expect("a list") {
        let name = format!("{}/Cargo.toml", member.as_str().expect("a path"));
        let manifest: toml::Table = read(&name).parse().expect("it is TOML");
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{name}: tests and examples too");
    }
    // What is said in the source holds wherever it is built from, and for what has no lints of the workspace.
    for name in ["src/lib.rs", "src/main.rs", "fuzz/src/lib.rs"] {
        assert!(read(name).lines().any(|line| line == "#![forbid(unsafe_code)]"), "{name} lets unsafe code in");
    }
}
