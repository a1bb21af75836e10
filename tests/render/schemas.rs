//! The formats with a published shape, held to it: `tests/schemas/` says where each schema is from.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use dekey::finding::{Level, Report};
use dekey::render::{self, Brief, github, gitlab, gitlab_secrets, json, jsonl, junit, rdjson, sarif};
use quick_xml::events::Event;
use serde_json::Value;

use crate::{build_server, hostile, sample};

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
        let document = document(|out| sarif::report(&report, &sample::brief(), out));
        hold(&document, &whole, &name);
        hold(&document, &profile, &name);
    }
}

#[test]
fn rdjson_is_rdjson() {
    let schema = schema("rdjson.schema.json");
    for (name, report) in reports() {
        hold(&document(|out| rdjson::report(&report, &sample::brief(), out)), &schema, &name);
    }
}

/// Every format of JSON that names its places uniquely.
#[test]
fn gitlab_takes_both_reports() {
    let (quality, secrets) = (schema("gitlab-code-quality.schema.json"), schema("gitlab-secret-detection.schema.json"));
    for (name, report) in reports().chain([("a flood".to_owned(), flood())]) {
        let found = document(|out| gitlab::report(&report, &sample::brief(), out));
        hold(&found, &quality, &name);
        let prints: BTreeSet<&str> =
            found.as_array().unwrap().iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
        assert_eq!(prints.len(), render::open(&report).count(), "{name}");

        let found = document(|out| gitlab_secrets::report(&report, &sample::brief(), out));
        hold(&found, &secrets, &name);
        let found = found["vulnerabilities"].as_array().unwrap();
        let ids: BTreeSet<&str> = found.iter().filter_map(|entry| entry["id"].as_str()).collect();
        assert_eq!(ids.len(), found.len(), "{name}");
    }
}

#[test]
fn our_own_schemas_are_published_and_hold() {
    for (name, published) in [("report.schema.json", json::schema()), ("report-line.schema.json", jsonl::schema())] {
        let path = format!("{}/docs/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = format!("{:#}\n", published);
        if std::env::var_os("DEKEY_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap_or_default() == text, "{name} differs (`DEKEY_BLESS=1` accepts)");
    }
    let validator = |schema| jsonschema::validator_for(&schema).unwrap();
    let (whole, line) = (validator(json::schema()), validator(jsonl::schema()));
    for (name, report) in reports() {
        let found = document(|out| json::report(&report, &sample::brief(), out));
        hold(&found, &whole, &name);
        let mut out = Vec::new();
        jsonl::report(&report, &sample::brief(), &mut out).unwrap();
        let lines: Vec<Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.iter().for_each(|found| hold(found, &line, &name));
        // Both say the same, and the summary is last.
        let of = |kind: &str| {
            let some = lines.iter().filter(|line| line["type"] == kind).cloned();
            Value::from(some.map(untyped).collect::<Vec<_>>())
        };
        assert_eq!((of("finding"), of("skipped")), (found["findings"].clone(), found["skipped"].clone()), "{name}");
        let last = untyped(lines.last().unwrap().clone());
        assert!(found["summary"].as_object().unwrap().iter().all(|(key, value)| last[key] == *value), "{name}");
    }
    // A schema that takes everything holds nothing.
    let mut wrong = document(|out| json::report(&sample::report(), &sample::brief(), out));
    wrong["findings"][0]["start"]["line"] = Value::from(0);
    assert!(!whole.is_valid(&wrong));
    assert!(!line.is_valid(&serde_json::json!({ "type": "finding" })));
}

fn untyped(mut line: Value) -> Value {
    line.as_object_mut().unwrap().remove("type");
    line
}

/// `xmllint` is not on every machine; where it is, it has the last word.
#[test]
fn junit_is_what_readers_of_it_know() {
    let schema = format!("{}/tests/schemas/junit-10.xsd", env!("CARGO_MANIFEST_DIR"));
    for (name, report) in reports().chain([("accepted".to_owned(), sample::accepted())]) {
        let brief = Brief { accepted: true, ..sample::brief() };
        let mut out = Vec::new();
        junit::report(&report, &brief, &mut out).unwrap();
        let cases = cases(std::str::from_utf8(&out).unwrap());
        let names: BTreeSet<&(String, String)> = cases.iter().collect();
        assert_eq!(names.len(), cases.len(), "{name}: two tests of one name");
        assert!(!cases.is_empty(), "{name}");

        let mut xmllint = Command::new("xmllint");
        let Ok(mut child) =
            xmllint.args(["--noout", "--schema", &schema, "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()
        else {
            continue;
        };
        child.stdin.take().unwrap().write_all(&out).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{name}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}

/// Class and name of each test, as an XML parser reads them.
fn cases(text: &str) -> Vec<(String, String)> {
    let (mut reader, mut cases) = (quick_xml::Reader::from_str(text), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "testcase" => {
                let of = |name: &str| {
                    tag.try_get_attribute(name)
                        .unwrap()
                        .unwrap()
                        .normalized_value(quick_xml::XmlVersion::Explicit1_0)
                        .unwrap()
                        .into_owned()
                };
                cases.push((of("classname"), of("name")));
            }
            Event::Eof => return cases,
            _ => {}
        }
    }
}

#[test]
fn github_shows_ten_of_a_kind_and_is_told_of_the_rest() {
    let mut report = flood();
    for (at, finding) in report.findings.iter_mut().enumerate() {
        finding.level = [Level::Error, Level::Warning, Level::Note][at % 3];
    }
    report.findings.truncate(40);
    let mut out = anstream::StripStream::new(Vec::new());
    github::report(&report, &sample::brief(), &mut out).unwrap();
    let out = String::from_utf8(out.into_inner()).unwrap();
    let commands = build_server::commands(&out);
    let of = |name: &str| commands.iter().filter(|command| command.starts_with(&format!("::{name} "))).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (10, 10, 10));
    let last = out.lines().last().unwrap();
    assert_eq!(
        last,
        "::notice title=dekey::4 errors, 3 warnings, 4 notes more, which GitHub has no room for here: the log of this \
         step lists them"
    );
    assert_eq!(out.lines().count(), 30 + 11);
}

#[test]
fn sarif_tells_what_does_not_count_when_asked() {
    let brief = Brief { accepted: true, ..sample::brief() };
    let found = document(|out| sarif::report(&sample::accepted(), &brief, out));
    hold(&found, &schema("sarif-2.1.0.json"), "accepted");
    let results = found["runs"][0]["results"].as_array().unwrap();
    let state = |at: usize| (results[at]["suppressions"][0]["kind"].as_str(), results[at]["baselineState"].as_str());
    assert_eq!(state(0), (None, Some("new")));
    assert_eq!(state(1), (Some("inSource"), None));
    assert_eq!(state(2), (Some("external"), None));
    assert_eq!(state(3), (None, Some("unchanged")));
    assert_eq!(results[1]["suppressions"][0]["justification"], "the key of a server that is gone | <b>");
    let found = document(|out| sarif::report(&sample::accepted(), &sample::brief(), out));
    assert_eq!(found["runs"][0]["results"].as_array().unwrap().len(), 1);
}

#[test]
fn more_than_github_takes_is_cut_and_said() {
    let report = flood();
    let document = document(|out| sarif::report(&report, &sample::brief(), out));
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[24_999]["level"], "error");
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(said.starts_with("10 findings left out"), "{said}");
    let (kept, mut out) = (sample::report(), std::io::sink());
    assert_eq!(sarif::bounded(&kept, &sample::brief(), &mut out).unwrap(), None);
}

/// What is only half said by the schema: where columns end, that the digest is stable, that links lead somewhere.
#[test]
fn sarif_says_where_in_characters_and_links_what_is_related() {
    let document = document(|out| sarif::report(&sample::report(), &sample::brief(), out));
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
        let document = document(|out| sarif::report(&report, &sample::brief(), out));
        let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], uri);
        assert_eq!(place.get("uriBaseId").is_some(), base);
    }
}
