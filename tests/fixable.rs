//! How many of the built-in logins have a fix that can be applied, by trying each construct's own examples.
//!
//! A construct without one says why in [`WORDS_ONLY`]; the list holds nothing that has an edit.

#[path = "support/scanned.rs"]
#[expect(dead_code, reason = "shared with tests that need all of it")]
mod scanned;

use std::collections::{BTreeMap, BTreeSet};

use dekey::pack::builtin;
use dekey::pack::schema::{Kind, PackFile};
use scanned::How;

/// Constructs that only words can mend, each with the reason.
const WORDS_ONLY: &[(&str, &str)] = &[
    ("http-dart/basic-auth-client", PHONE),
    ("http-dart/credentials", PHONE),
    ("http-javascript/xhr-open", BROWSER),
    ("http-netrc/machine", "a file of logins reads no environment"),
    ("http-objc/credential", PHONE),
    ("http-objc/header", PHONE),
    ("http-objc/header-field", PHONE),
    ("http-objc/username-and-password", PHONE),
    ("http-objc/username-password", PHONE),
    (
        "http-powershell/ps-credential",
        "a credential keeps its password in another type, and the token would have to come without it",
    ),
    ("http-swift/afnetworking", PHONE),
    ("http-swift/authenticate", PHONE),
    ("http-swift/authenticate-user", PHONE),
    ("http-swift/authorization", PHONE),
    ("http-swift/authorization-header", PHONE),
    ("http-swift/credential", PHONE),
    ("http-swift/vapor", PHONE),
    ("http-swift/vapor-understood", PHONE),
    ("node-intercom-api/pair", GONE),
    ("php/basic-auth-client", RENAMED),
    ("php/basic-auth-factory", RENAMED),
    ("php/service-builder", RENAMED),
];

const PHONE: &str = "a phone runs files of this language, and hides no token";
const BROWSER: &str = "a browser runs it, and hides no token";
const GONE: &str = "the package is abandoned, and what sends its requests is not known to take an empty password";
const RENAMED: &str = "the client that takes a token has other names for every call";

/// A file name that says the language.
fn file_of(language: &str) -> String {
    let Some(known) = dekey::lang::by_name(language) else { return format!("example.{language}") };
    match (known.extensions.first(), known.filenames.first()) {
        (Some(extension), _) => format!("example.{extension}"),
        (None, Some(name)) => (*name).to_owned(),
        (None, None) => "example".to_owned(),
    }
}

/// Each login of the pack, with whether an example of it gets edits.
fn logins() -> BTreeMap<String, bool> {
    let mut logins = BTreeMap::new();
    for (_, text) in builtin::PACKS.iter().flat_map(|(_, files)| *files) {
        let file: PackFile = toml::from_str(text).expect("the built-in pack parses");
        let Some(sdk) = &file.sdk else { continue };
        for row in file.construct.iter().filter(|row| row.kind == Kind::KeyAuth) {
            let languages = if row.languages.is_empty() { &sdk.languages } else { &row.languages };
            let languages: Vec<&String> = languages.iter().map(|language| language.get_ref()).collect();
            let edited = row.examples.iter().any(|example| {
                languages.iter().any(|language| {
                    let files = [(file_of(language), example.get_ref().clone().into_bytes())];
                    let report = scanned::files(&files, How::new(None));
                    report
                        .findings
                        .iter()
                        .filter(|finding| finding.rule.ends_with("/deprecated-api-key-auth"))
                        .any(|finding| finding.fix.as_ref().is_some_and(|fix| !fix.edits.is_empty()))
                })
            });
            *logins.entry(format!("{}/{}", sdk.id.get_ref(), row.id.get_ref())).or_default() |= edited;
        }
    }
    logins
}

#[test]
fn nine_of_ten_logins_have_a_fix_to_apply() {
    let logins = logins();
    let words: BTreeSet<&str> = logins.iter().filter(|(_, edited)| !**edited).map(|(id, _)| id.as_str()).collect();
    let allowed: BTreeSet<&str> = WORDS_ONLY.iter().map(|(id, _)| *id).collect();
    let (all, edited) = (logins.len(), logins.len() - words.len());
    #[expect(clippy::print_stderr, reason = "a figure people ask for")]
    {
        eprintln!("{edited} of {all} logins have a fix to apply ({} %)", edited * 100 / all);
    }
    assert_eq!(words, allowed, "logins with words only, and the list of those that may be");
    assert!(edited * 10 >= all * 9, "{edited} of {all}");
}
