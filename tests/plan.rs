//! `dekey plan`: the Markdown is what it looks like to a reader of Markdown, whatever the tree is called, and what the
//! pack advises is nothing that dekey would complain about.

#[expect(dead_code, reason = "`cases` uses the rest of these modules")]
#[path = "support/plant.rs"]
mod plant;
#[expect(dead_code, reason = "as above")]
#[path = "support/scanned.rs"]
mod scanned;

use std::path::Path;

use dekey::finding::{Report, Route};
use dekey::pack::Vendor;
use plant::Planted;
use pulldown_cmark::{Event, Options, Parser, Tag};
use scanned::How;

/// What a reader of Markdown sees.
#[derive(Debug, Default)]
struct Seen {
    open: usize,
    done: usize,
    headings: usize,
    links: Vec<String>,
    html: Vec<String>,
    /// All text, code included.
    text: String,
}

fn seen(markdown: &str) -> Seen {
    let mut seen = Seen::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TASKLISTS | Options::ENABLE_GFM | Options::ENABLE_TABLES) {
        match event {
            Event::TaskListMarker(true) => seen.done += 1,
            Event::TaskListMarker(false) => seen.open += 1,
            Event::Start(Tag::Heading { .. }) => seen.headings += 1,
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                seen.links.push(dest_url.into_string());
            }
            Event::Start(Tag::HtmlBlock | Tag::Table(_) | Tag::Emphasis | Tag::Strikethrough) => {
                seen.html.push(format!("{event:?}"));
            }
            Event::Html(text) | Event::InlineHtml(text) => seen.html.push(text.into_string()),
            Event::Text(text) | Event::Code(text) => seen.text.push_str(&text),
            _ => (),
        }
    }
    seen
}

/// Holds a plan against what it was made of.
fn check(report: &Report) -> (String, Seen) {
    let (plan, markdown) = (dekey::plan::plan(report), scanned::checklist(report));
    let seen = seen(&markdown);
    let stages: Vec<_> = plan.parts.iter().flat_map(|part| &part.stages).collect();
    let tasks = || stages.iter().flat_map(|stage| &stage.tasks);
    let done = tasks().filter(|task| task.done).count();
    assert_eq!((seen.done, seen.open), (done, tasks().count() - done), "{markdown}");
    assert_eq!(seen.headings, plan.parts.len() + stages.len(), "{markdown}");
    assert!(seen.html.is_empty(), "{:?}\n{markdown}", seen.html);
    let foreign: Vec<_> =
        seen.links.iter().filter(|link| !link.starts_with("https://developers.intercom.com/")).collect();
    assert!(foreign.is_empty(), "{foreign:?}\n{markdown}");
    (markdown, seen)
}

#[test]
fn every_project_has_a_plan_that_reads_as_markdown() {
    for entry in std::fs::read_dir("fixtures/repos").expect("it exists") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            for audience in [None, Some(Route::AccessToken), Some(Route::Oauth)] {
                check(&scanned::tree(&path, How::new(audience)));
            }
        }
    }
}

#[test]
fn hostile_names_are_text_and_secrets_are_not_shown() {
    const NAMES: &[&str] = &[
        "a`b``c.rb",
        "<img src=x onerror=alert(1)>.rb",
        "](https:evil.example)[x.rb",
        "@team #1 www.evil.example.rb",
        "- [x] done\n# heading\n.rb",
        "|a|b|.rb",
        "\u{202e}txt.rb",
        "*b* _i_ ~~s~~ &lt;b&gt;.rb",
        "<!-- .rb",
        "$(id).rb",
        "\u{1b}[31m.rb",
    ];
    let login = |n: usize| format!("TOKEN_{n} = \"{{{{token:{n}}}}}\"\nOTHER = \"{{{{token:1}}}}\"\n");
    let planted: Vec<Planted> = (0..NAMES.len()).map(|n| Planted::new(&login(n + 1))).collect();
    let mut files: Vec<(String, Vec<u8>)> = NAMES
        .iter()
        .zip(&planted)
        .map(|(name, planted)| ((*name).to_owned(), planted.text.clone().into_bytes()))
        .collect();
    let named = "requests.get('https://api.intercom.io/a', auth=(os.environ['A`B'], os.environ['<B>_KEY']))\n";
    files.push(("x.py".to_owned(), format!("import os, requests\n{named}").into_bytes()));
    let report = scanned::files(&files, How::new(None));
    let (markdown, seen) = check(&report);
    let secrets: Vec<String> = planted.iter().flat_map(|planted| planted.secrets.clone()).collect();
    assert_eq!(plant::shown(&secrets, &markdown), None, "{markdown}");
    assert!(!markdown.contains(['\u{1b}', '\u{202e}']), "{markdown}");
    // Each name is there as it is, but for what is escaped.
    for name in ["a`b``c.rb:1", "<img src=x onerror=alert(1)>.rb:1", "](https:evil.example)[x.rb:1", "<!-- .rb:1"] {
        assert!(seen.text.contains(name), "{name} in\n{markdown}");
    }
}

#[test]
fn tokens_are_told_apart_without_being_shown() {
    let files: Vec<(String, Vec<u8>)> = [("a.rb", "{{token}}"), ("b.rb", "{{token:2}}"), ("c.rb", "{{token}}")]
        .iter()
        .map(|(name, token)| ((*name).to_owned(), Planted::new(&format!("T = \"{token}\"\n")).text.into_bytes()))
        .collect();
    let report = scanned::files(&files, How::new(None));
    let leaks: Vec<(&str, usize)> =
        report.grounds[0].leaks.iter().map(|leak| (leak.id.as_str(), leak.places.len())).collect();
    let [(one, 2), (other, 1)] = leaks.as_slice() else { panic!("{leaks:?}") };
    assert!(one != other && one.len() == 8, "{leaks:?}");
    let (markdown, _) = check(&report);
    assert!(markdown.contains(&format!("the digest `{one}`, which stands in 2 places")), "{markdown}");
}

#[test]
fn what_is_done_is_ticked() {
    let login = "Intercom::Client.new(app_id: ENV['INTERCOM_APP_ID'], api_key: ENV['INTERCOM_API_KEY'])\n";
    let both = "INTERCOM_API_KEY=\nINTERCOM_ACCESS_TOKEN=\n";
    let files =
        |env: &str| vec![("a.rb".to_owned(), login.as_bytes().to_vec()), (".env".to_owned(), env.as_bytes().to_vec())];
    let done = |env: &str| check(&scanned::files(&files(env), How::new(None))).1.done;
    assert_eq!((done("INTERCOM_API_KEY=\n"), done(both)), (0, 1));
}

/// What a stack is told to write is nothing to complain about.
#[test]
fn sketches_are_clean() {
    for pack in scanned::VENDORS.iter().map(Vendor::pack) {
        for row in &pack.ways.connections {
            let extension = match row.fence.as_str() {
                "ruby" => "rb",
                "python" => "py",
                "elixir" => "ex",
                "csharp" => "cs",
                "rust" => "rs",
                other => other,
            };
            let path = format!("sketch.{extension}");
            assert!(dekey::lang::of_file(Path::new(&path), b"").is_some(), "{} is in no language", row.id);
            let report = scanned::files(&[(path, row.after.clone().into_bytes())], How::new(Some(Route::Oauth)));
            let found = scanned::concise(&report);
            assert!(found.is_empty(), "{}: {found}", row.id);
        }
    }
}

/// Every embedded pack says how each step is done, and has a way for every language of its logins.
#[test]
fn every_step_has_its_words() {
    for pack in scanned::VENDORS.iter().map(Vendor::pack) {
        for id in dekey::pack::route::STEPS {
            let step = pack.ways.steps.get(id).unwrap_or_else(|| panic!("{} does not say how to {id}", pack.id));
            assert!(step.help.starts_with("https://") && !step.text.ends_with('.'), "{id}");
        }
        assert!(pack.ways.oauth.is_some());
        assert!(
            pack.ways.connections.last().is_some_and(|row| row.languages.is_empty()),
            "there is a way for the rest"
        );
        let mut ids: Vec<&str> = pack.ways.connections.iter().map(|row| row.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), pack.ways.connections.len());
    }
}
