//! Each kind of problem, with the place it is pointed out at: the text between `«` and `»` of the pack.

use super::*;
use crate::pack::{builtin, route};

const VENDOR: &str = r#"
[vendor]
id = "acme"
name = "Acme"
word = "acme"
variable = "ACME_TOKEN"
needles = [{ text = "acme" }]
"#;

const SDK: &str = r#"
[sdk]
id = "ruby"
title = "the acme gem"
languages = ["ruby"]
package = { ecosystem = "rubygems", name = "acme" }
"#;

/// The texts of all rules, which every pack needs.
fn rules() -> String {
    let rule = |id: &&str| {
        format!(
            "[[rule]]\nid = {id:?}\nlevel = \"error\"\nsummary = \"s\"\nmessage = \"m\"\nwhy = \"w\"\nstatement = \"s\"\n\
             help = \"https://example.com\"\nremedy = {{ any = \"r\" }}\n"
        )
    };
    super::super::compile::RULES.iter().map(rule).collect()
}

fn problems(file: &str) -> Vec<Problem> {
    let files =
        vec![("vendor.toml".to_owned(), format!("{VENDOR}{}", rules())), ("sdk.toml".to_owned(), file.to_owned())];
    check(files).err().map_or(Vec::new(), |error| error.problems)
}

/// The only problem of a file is at the marked text and says `says`.
fn check_problem(marked: &str, says: &str) {
    let start = marked.find('«').expect("the place is marked");
    let end = marked.find('»').expect("the place is marked") - '«'.len_utf8();
    let problems = problems(&marked.replace(['«', '»'], ""));
    let [problem] = problems.as_slice() else { panic!("one problem, not {problems:#?}") };
    assert_eq!((problem.file, problem.span), (1, Some(Span::new(start, end))), "{problem:?}");
    assert!(problem.message.contains(says), "{:?} does not say {says:?}", problem.message);
    assert!(!problem.hint.is_empty(), "{:?} has no way out", problem.message);
}

fn check_construct(rows: &str, says: &str) {
    check_problem(&format!("{SDK}[[construct]]\n{rows}"), says);
}

const SOUND: &str = r#"
id = "client"
kind = "key-auth"
code = 'Acme::Client.new(APP_ID, API_KEY)'
examples = ['Acme::Client.new(id, key)']
counter_examples = ['Acme::Client.new(token)', 'Acme::Client.new(token, nil)']
fix = [{ versions = ">=2.0.0", code = 'Acme::Client.new(TOKEN, nil)' }, { versions = "<2.0.0", manual = "raise it" }]
"#;

#[test]
fn builtin_packs_are_sound() {
    for files in builtin::files() {
        match check(files) {
            Ok(summary) => assert!(summary.constructs > 0 && summary.examples > summary.constructs),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn the_samples_of_rows_are_tried() {
    const EXPOSURE: &str = "[[name]]\nrole = \"token\"\nmatches = ['^acme_token$']\n[[exposure]]\nsays = \"{} is logged\"\n\
                            calls = ['^log$']\n";
    let sample = |kind: &str, code: &str| format!("{EXPOSURE}{kind} = [{{ file = 'a.js', code = «'{code}'» }}]\n");
    check_problem(&sample("examples", "log(other);"), "finds nothing in its example");
    check_problem(&sample("counter_examples", "log(acme_token);"), "finds something in this counter-example");
    let sound = sample("examples", "log(acme_token);").replace(['«', '»'], "");
    assert!(problems(&sound).is_empty());
    const EVIDENCE: &str = "[[evidence]]\nroute = \"oauth\"\nsays = \"{}\"\npaths = ['^public/']\n";
    let sample = |kind: &str, file: &str| format!("{EVIDENCE}{kind} = [{{ file = '{file}', code = «'acme'» }}]\n");
    check_problem(&sample("examples", "own/a.txt"), "finds nothing in its example");
    check_problem(&sample("counter_examples", "public/a.txt"), "finds something in this counter-example");
    const REQUEST: &str = "[[request]]\nasks_for = \"a key\"\ncalls = ['^label$']\ntexts = ['your acme key']\n";
    let sample = |kind: &str, code: &str| format!("{REQUEST}{kind} = [{{ file = 'a.js', code = «'{code}'» }}]\n");
    check_problem(&sample("examples", "label(\"acme\");"), "finds nothing in its example");
    check_problem(&sample("counter_examples", "label(\"your acme key\");"), "finds something in this counter-example");
}

#[test]
fn a_sound_file_has_no_problem() {
    assert!(problems(&format!("{SDK}[[construct]]{SOUND}")).is_empty());
}

#[test]
fn examples_have_to_match() {
    let row = SOUND.replace("'Acme::Client.new(id, key)'", "«'Other::Client.new(id, key)'»");
    check_construct(&row, "ruby/client does not match its example");
    // With an empty key it is the migrated form.
    let row = SOUND.replace("'Acme::Client.new(id, key)'", "«'Acme::Client.new(id, \"\")'»");
    check_construct(&row, "ruby/client does not match its example");
}

#[test]
fn an_example_of_another_construct_names_it() {
    let second = SOUND
        .replace("\"client\"", "\"second\"")
        .replace("examples = ['Acme::Client.new(id, key)']", "examples = [«'Acme::Client.new(a, b)'»]");
    check_construct(&format!("{SOUND}[[construct]]{second}"), "ruby/second does not match its example");
    let problems = problems(&format!("{SDK}[[construct]]{SOUND}[[construct]]{}", second.replace(['«', '»'], "")));
    assert!(problems[0].hint.contains("ruby/client matches it first"), "{problems:?}");
}

#[test]
fn counter_examples_must_not_match() {
    check_construct(
        &SOUND.replace("'Acme::Client.new(token)'", "«'Acme::Client.new(a, b)'»"),
        "ruby/client matches this counter-example",
    );
}

#[test]
fn code_has_to_be_whole() {
    let deep = format!("{}x{}", "(".repeat(100_000), ")".repeat(100_000));
    check_construct(&SOUND.replace("'Acme::Client.new(token)'", &format!("«'{deep}'»")), "cannot be read whole");
}

#[test]
fn a_replacement_needs_its_token() {
    let row = |code: &str| SOUND.replace("'Acme::Client.new(TOKEN, nil)'", code);
    check_construct(&row("«'Acme::Client.new(APP_ID)'»"), "no TOKEN");
    check_construct(&row("«'puts 1'»"), "no TOKEN");
}

#[test]
fn a_fix_is_code_or_steps() {
    let row = SOUND.replace("\"client\"", "«\"client\"»").replace(", manual = \"raise it\"", "");
    check_construct(&row, "either code or manual steps");
}

#[test]
fn no_version_has_two_fixes() {
    check_construct(&SOUND.replace("\"<2.0.0\"", "«\"<2.0.1\"»"), "same version");
    check_construct(&SOUND.replace("\"<2.0.0\"", "«\"<=2.0.0\"»"), "same version");
    check_construct(&SOUND.replace("\"<2.0.0\"", "«\"^1.2\"»"), "plain bounds");
    check_construct(&SOUND.replace("\"<2.0.0\"", "«\"one\"»"), "not a version range");
    let without =
        SOUND.replace("versions = \"<2.0.0\", manual = \"raise it\"", "code = «'Acme::Client.new(TOKEN, nil)'»");
    check_construct(&without, "same version");
}

#[test]
fn ids_are_words_with_dashes() {
    for id in ["Client", "a_b", "a--b", "-a", "a-", "1a", ""] {
        check_construct(&SOUND.replace("\"client\"", &format!("«{id:?}»")), "is not an id");
    }
}

#[test]
fn ids_are_unique() {
    let second = SOUND.replace("\"client\"", "«\"client\"»");
    check_construct(&format!("{SOUND}[[construct]]{second}"), "described twice");
}

#[test]
fn a_library_has_constructs() {
    check_problem(&SDK.replace("id = \"ruby\"", "id = «\"ruby\"»"), "describes no construct");
}

#[test]
fn a_login_needs_an_example_a_counter_example_and_a_fix() {
    let id = SOUND.replace("\"client\"", "«\"client\"»");
    let without = |key: &str| id.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>().join("\n");
    check_construct(&without("examples"), "has no example");
    check_construct(&without("counter_examples"), "has no counter-example");
    check_construct(&without("fix"), "has no fix");
}

#[test]
fn what_is_spared_has_a_reason() {
    let row = "id = «\"door\"»\nkind = \"exempt\"\ncode = 'Acme.door(APP_ID)'\nexamples = ['Acme.door(1)']\n";
    let problems = problems(&format!("{SDK}[[construct]]\n{}", row.replace(['«', '»'], "")));
    assert!(problems.iter().any(|problem| problem.message.contains("without a reason")), "{problems:?}");
    assert!(self::problems(&format!("{SDK}[[construct]]\n{}reason = \"r\"\n", row.replace(['«', '»'], ""))).is_empty());
}

#[test]
fn expressions_compile() {
    check_problem("[[placeholder]]\nmatches = [\"fine\", «\"(\"»]\nreason = \"r\"\n", "does not compile");
    check_problem("[[exempt]]\nid = \"door\"\nreason = \"r\"\nvalues = [«'[z-a]'»]\n", "does not compile");
    check_problem("[[credential]]\nid = \"odd\"\nrole = \"token\"\nshape = «'a)(b'»\n", "does not compile");
}

#[test]
fn unknown_keys_are_pointed_at() {
    check_problem("[[host]]\nname = \"a\"\nrole = \"api\"\n«port» = 1\n", "unknown field `port`");
}

#[test]
fn code_needs_a_slot_and_a_known_language() {
    check_construct(
        &SOUND.replace("code = 'Acme::Client.new(APP_ID, API_KEY)'", "code = «'Acme::Client.new(id, key)'»"),
        "no statement with APP_ID",
    );
    check_construct(&format!("{SOUND}languages = [«\"cobol\"»]\n"), "no language is called");
}

/// Every key that the format has stands in its section of the description, and no other.
#[test]
fn the_description_names_every_key() {
    fn keys<T: serde::de::DeserializeOwned>() -> Vec<String> {
        let error = toml::from_str::<T>("unknown-key = 1").err().expect("unknown keys are errors").message().to_owned();
        let (_, expected) = error.split_once("expected").expect("the error lists what it expected");
        let mut keys: Vec<String> = expected.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        keys.sort();
        keys
    }
    let described = include_str!("../../../rules/README.md");
    let tables = [
        ("`[vendor]`", keys::<schema::Vendor>()),
        ("`needles`", keys::<schema::Needle>()),
        ("`[[host]]`", keys::<schema::Host>()),
        ("`[[credential]]`", keys::<schema::Credential>()),
        ("`[[name]]`", keys::<schema::NameRow>()),
        ("`[[placeholder]]`", keys::<schema::Placeholder>()),
        ("`[sdk]`", keys::<schema::Sdk>()),
        ("`package`", keys::<schema::Package>()),
        ("`[[library]]`", keys::<schema::Library>()),
        ("`[[construct]]`", keys::<schema::Construct>()),
        ("`[[construct.fix]]`", keys::<schema::Fix>()),
        ("`[[exempt]]`", keys::<schema::Exempt>()),
        ("`examples`", keys::<schema::Sample>()),
        ("`[[identifier]]`", keys::<schema::Identifier>()),
        ("`[[evidence]]`", keys::<schema::Evidence>()),
        ("`[[request]]`", keys::<schema::Request>()),
        ("`[[parameter]]`", keys::<schema::Parameter>()),
        ("`[[exposure]]`", keys::<schema::Exposure>()),
        ("`[[rule]]`", keys::<schema::Rule>()),
        ("`[oauth]`", keys::<route::Oauth>()),
        ("`[[step]]`", keys::<route::StepRow>()),
        ("`[[connection]]`", keys::<route::ConnectionRow>()),
    ];
    for (title, keys) in &tables {
        let section = described.split("\n### ").find(|section| section.lines().next() == Some(title));
        let section = section.unwrap_or_else(|| panic!("rules/README.md has no section {title}"));
        let cells =
            section.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|line| line.split(" | ").next());
        let mut named: Vec<String> = cells
            .flat_map(|cell| cell.split(['`', ',', ' ']))
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        named.sort();
        assert_eq!(&named, keys, "the keys of {title} in rules/README.md");
    }
    assert_eq!(described.matches("\n### ").count(), tables.len(), "a section describes a table that does not exist");
}

#[test]
fn messages_stand_alone() {
    let whole = rules();
    let at = whole.find("\"hardcoded-api-key\"").expect("it is a rule");
    let broken = |from: &str, to: &str| {
        let (before, after) = whole.split_at(at);
        let files = vec![("vendor.toml".to_owned(), format!("{VENDOR}{before}{}", after.replacen(from, to, 1)))];
        check(files).err().map_or(Vec::new(), |error| error.problems)
    };
    for (from, to, says) in [
        ("\"m\"", "\"Message\"", "not a line by itself"),
        ("\"m\"", "\"message.\"", "not a line by itself"),
        ("{ any", "{ oauth", "no remedy for any route"),
    ] {
        let problems = broken(from, to);
        let [problem] = problems.as_slice() else { panic!("one problem, not {problems:#?}") };
        assert!(problem.message.contains(says), "{problem:?}");
        assert_eq!(problem.span.map(|span| span.start), Some(VENDOR.len() + at), "{problem:?}");
    }
}

#[test]
fn ways_out_are_checked() {
    const WAY: &str = r#"
[[connection]]
id = "gem"
title = "the gem"
languages = ["ruby"]
steps = ["add it"]
fence = "ruby"
before = 'a'
after = 'b'
"#;
    assert!(problems(WAY).is_empty(), "{:#?}", problems(WAY));
    let deep = format!("{}x{}", "(".repeat(100_000), ")".repeat(100_000));
    check_problem(&WAY.replace("after = 'b'", &format!("after = «'{deep}'»")), "cannot be read whole");
    check_problem(&WAY.replace("id = \"gem\"", "id = «\"Gem\"»"), "is not an id");
    check_problem(&WAY.replace("id = \"gem\"", "id = «\"gem\"»").replace("[\"add it\"]", "[]"), "says nothing to do");
    check_problem(&format!("{WAY}with = [«\"omniauth\"»]\n"), "not a package");
    check_problem("[[step]]\nid = «\"dance\"»\ntext = \"t\"\n", "no plan has the step");
    check_problem("[[step]]\nid = «\"create-token\"»\ntext = \"t\"\nhelp = \"example.com\"\n", "is no link");
}
