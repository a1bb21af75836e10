//! The formats with a published shape, held to it: `tests/schemas/` says where each schema is from.

use dekey::finding::{Level, Report};
use dekey::render::{rdjson, sarif};
use serde_json::Value;

use crate::{hostile, sample};

fn schema(name: &str) -> jsonschema::Validator {
    let path = format!("{}/tests/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn document(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> Value {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn hold(document: &Value, schema: &jsonschema::Validator, what: &str) {
    let wrong: Vec<String> =
        schema.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

/// As large as GitHub refuses it, the worst last.
fn flood() -> Report {
    let mut report = sample::report();
    let mut finding = report.findings[2].clone();
    finding.fix = None;
    finding.level = Level::Note;
    report.findings = vec![finding; 25_010];
    report.findings[25_009].level = Level::Error;
    report
}

fn reports() -> impl Iterator<Item = (String, Report)> {
    let hostile = hostile::ATTACKS.iter().map(|attack| (format!("{attack:?}"), hostile::report(attack)));
    let empty = ("nothing".to_owned(), Report::default());
    [("the sample".to_owned(), sample::report()), empty].into_iter().chain(hostile)
}

#[test]
fn sarif_is_sarif_and_what_github_asks_for() {
    let (whole, profile) = (schema("sarif-2.1.0.json"), schema("sarif-github-profile.schema.json"));
    for (name, report) in reports() {
        let document = document(|out| sarif::report(&report, out));
        hold(&document, &whole, &name);
        hold(&document, &profile, &name);
    }
}

#[test]
fn rdjson_is_rdjson() {
    let schema = schema("rdjson.schema.json");
    for (name, report) in reports() {
        hold(&document(|out| rdjson::report(&report, out)), &schema, &name);
    }
}

#[test]
fn more_than_github_takes_is_cut_and_said() {
    let report = flood();
    let document = document(|out| sarif::report(&report, out));
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[24_999]["level"], "error");
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(said.starts_with("10 findings left out"), "{said}");
    assert!(sarif::left_out(&sample::report()).is_none());
}

/// What is only half said by the schema: where columns end, that the digest is stable, that links lead somewhere.
#[test]
fn sarif_says_where_in_characters_and_links_what_is_related() {
    let document = document(|out| sarif::report(&sample::report(), out));
    let run = &document["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let first = &run["results"][0];
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startColumn"], 8);
    assert_eq!(place["region"]["snippet"]["text"], "Intercom::Client.new(app_id: \"abc\", api_key: KEY)");
    let message = first["message"]["text"].as_str().unwrap();
    for related in first["relatedLocations"].as_array().unwrap() {
        let link = format!("[{}]({})", related["message"]["text"].as_str().unwrap(), related["id"]);
        assert!(message.contains(&link), "{message}");
    }
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules[0]["properties"]["problem.severity"], "error");
    assert_eq!(rules[1]["properties"]["security-severity"], "5.0");
    // One that is accepted is no result, and nothing says it is suppressed.
    assert_eq!(run["results"].as_array().unwrap().len(), 4);
}

#[test]
fn a_path_is_a_uri_that_leads_back_to_its_bytes() {
    for (path, uri, base) in [
        ("a b/ü#?.rb", "a%20b/%C3%BC%23%3F.rb", true),
        ("c:d", "c%3Ad", true),
        ("../x", "../x", true),
        ("/srv/x y", "file:///srv/x%20y", false),
    ] {
        let mut report = sample::report();
        report.files[0] = sample::masked(path, b"text", &[]);
        let document = document(|out| sarif::report(&report, out));
        let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], uri);
        assert_eq!(place.get("uriBaseId").is_some(), base);
    }
}
