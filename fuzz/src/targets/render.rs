//! Every format of a report in which all that can come from a tree is hostile.

use dekey::facts::Note;
use dekey::finding::{Applicability, Confidence, Edit, Finding, Fix, Label, Level, Report, Route, State};
use dekey::fingerprint::Identity;
use dekey::redact::Masked;
use dekey::render::escape::is_hostile;
use dekey::render::{Brief, FORMATS};
use dekey::source::{Reason, RelPath, Skipped, Source};
use dekey::span::Span;

/// Eight bytes choose spans and flags; then a path, a text for people and a file, with NULs between.
pub fn run(bytes: &[u8]) {
    let Some((choices, rest)) = bytes.split_first_chunk::<8>() else { return };
    let parts: Vec<&[u8]> = rest.splitn(3, |byte| *byte == 0).collect();
    let [path, words, content] = parts[..] else { return };
    let report = report(choices, &String::from_utf8_lossy(path), &String::from_utf8_lossy(words), content);
    for (verbose, accepted) in [(true, true), (false, false)] {
        let brief = Brief { verbose, accepted, ..Brief::default() };
        for format in &FORMATS {
            let mut out = anstream::StripStream::new(Vec::new());
            format.write(&report, &brief, &mut out).expect("memory can be written to");
            check(format.name, &out.into_inner());
        }
    }
}

fn report(choices: &[u8; 8], path: &str, words: &str, content: &[u8]) -> Report {
    let file = |content: &[u8], secrets: &[Span]| {
        Masked::new(Source::from_bytes(RelPath::from(path), content.to_vec(), false), secrets)
    };
    let length = file(content, &[]).text().len();
    let span = |at: usize| {
        let (one, other) =
            (usize::from(choices[at]) * 7 % (length + 1), usize::from(choices[at + 1]) * 11 % (length + 1));
        Span::new(one.min(other), one.max(other))
    };
    let label = |span: Span| Label { file: 0, span, text: words.to_owned() };
    let edits = vec![Edit { file: 0, span: span(4), text: words.to_owned() }];
    let finding = Finding {
        rule: "vendor/rule".to_owned(),
        level: [Level::Note, Level::Warning, Level::Error][usize::from(choices[6]) % 3],
        confidence: Confidence::Low,
        primary: label(span(0)),
        related: vec![label(span(2)), label(span(0))],
        message: words.to_owned(),
        why: words.repeat(2),
        remedy: words.to_owned(),
        route: Some(Route::Oauth),
        evidence: vec![words.to_owned()],
        identity: Identity::default(),
        fingerprint: "00112233445566778899".to_owned(),
        secret: None,
        repository: None,
        history: None,
        state: if choices[6] < 128 { State::Open } else { State::Baselined },
        accepted: (choices[6] >= 128).then(|| words.to_owned()),
        fix: Some(Fix { title: words.to_owned(), applicability: Applicability::Unsafe, edits, group: None }),
    };
    let reason = Reason::ALL[usize::from(choices[7]) % Reason::ALL.len()];
    Report {
        files: vec![file(content, &[span(2)])],
        findings: vec![finding],
        skipped: vec![Skipped { path: RelPath::from(words), reason, detail: words.to_owned() }],
        notes: vec![(RelPath::from(path), Note::Malformed)],
        exempted: vec![(label(span(4)), words.to_owned())],
        ..Report::default()
    }
}

/// What a format wrote is what its readers take, and acts on nothing.
pub fn check(format: &str, out: &[u8]) {
    let text = str::from_utf8(out).unwrap_or_else(|error| panic!("{format}: {error}"));
    let hostile = text.replace("\r\n", "\n").chars().find(|c| *c != '\n' && is_hostile(*c));
    assert!(hostile.is_none(), "{format} prints {hostile:?}");
    let json = |text: &str| {
        drop(serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|error| panic!("{format}: {error}")))
    };
    match format {
        "json" | "sarif" | "gitlab" | "gitlab-secrets" | "rdjson" => json(text),
        "jsonl" => text.lines().for_each(json),
        "junit" => {
            let mut reader = quick_xml::Reader::from_str(text);
            reader.config_mut().check_end_names = true;
            while reader.read_event().unwrap_or_else(|error| panic!("{format}: {error}"))
                != quick_xml::events::Event::Eof
            {}
        }
        _ => (),
    }
}
