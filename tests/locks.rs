//! Lock files too large to be read whole still tell the version of the package that matters.

#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "support/scanned.rs"]
mod scanned;

use scanned::How;

/// More than is read whole.
const LARGE: usize = 3 << 20;

/// Packages before and behind the one that matters.
fn large(head: &str, other: impl Fn(usize) -> String, entry: &str) -> Vec<u8> {
    let mut text = head.to_owned();
    let mut number = 0;
    for until in [LARGE / 2, LARGE] {
        while text.len() <= until {
            text.push_str(&other(number));
            number += 1;
        }
        if until < LARGE {
            text.push_str(entry);
        }
    }
    text.into_bytes()
}

#[test]
fn a_piece_of_a_large_lock_file_tells_the_version() {
    let npm = |name: &str, version: &str| {
        format!("    \"node_modules/{name}\": {{\n      \"version\": \"{version}\"\n    }},\n")
    };
    let v1 = |name: &str, version: &str| format!("    \"{name}\": {{\n      \"version\": \"{version}\"\n    }},\n");
    let yarn = |name: &str, version: &str| format!("{name}@^{version}:\n  version \"{version}\"\n  resolved \"x\"\n\n");
    let pnpm = |name: &str, version: &str| format!("  {name}@{version}:\n    resolution: {{integrity: x}}\n");
    let gem = |name: &str, version: &str| format!("    {name} ({version})\n      json (>= 1)\n");
    let composer = |name: &str, version: &str| {
        format!("        {{\n            \"name\": \"{name}\",\n            \"version\": \"{version}\"\n        }},\n")
    };
    let toml = |name: &str, version: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n");
    type Entry<'e> = &'e dyn Fn(&str, &str) -> String;
    type Manifest<'m> = (&'m str, &'m str, &'m str, &'m str);
    let node = ("package.json", r#"{"dependencies": {"intercom-client": "*"}}"#, "intercom-client", "2.3.0");
    let files: &[(Manifest<'_>, &str, &str, Entry<'_>)] = &[
        (node, "package-lock.json", "{\n  \"packages\": {\n", &npm),
        (node, "package-lock.json", "{\n  \"dependencies\": {\n", &v1),
        (node, "yarn.lock", "# yarn lockfile v1\n\n", &yarn),
        (node, "pnpm-lock.yaml", "packages:\n", &pnpm),
        (("Gemfile", "gem 'intercom'\n", "intercom", "3.2.1"), "Gemfile.lock", "GEM\n  specs:\n", &gem),
        (
            ("composer.json", r#"{"require": {"intercom/intercom-php": "*"}}"#, "intercom/intercom-php", "1.5.0"),
            "composer.lock",
            "{\n    \"packages\": [\n",
            &composer,
        ),
        (("requirements.in", "python-intercom\n", "python-intercom", "2.1.1"), "poetry.lock", "", &toml),
    ];
    for ((manifest, asks, name, version), lock, head, entry) in files {
        let lock_text = large(head, |number| entry(&format!("acme/p{number}"), "9.9.9"), &entry(name, version));
        assert!(lock_text.len() > LARGE);
        let tree = [((*manifest).to_owned(), asks.as_bytes().to_vec()), ((*lock).to_owned(), lock_text)];
        let report = scanned::files(&tree, How::new(None));
        let said: Vec<String> = report.findings.iter().map(|finding| finding.message.clone()).collect();
        assert_eq!(said, [format!("{name} {version} cannot take an access token")], "{lock}");
        assert_eq!(report.findings[0].related.len(), 1, "{lock}");
    }
}
