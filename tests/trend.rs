//! `dekey report trend`: what a series of reports tells, driven as a person would.

#[expect(dead_code, reason = "others use the rest")]
#[path = "support/repository.rs"]
mod repository;

use repository::Repository;

const LOGIN: &str = "require 'intercom'\nclient = Intercom::Client.new(app_id: 'abc', api_key: ENV['INTERCOM_KEY'])\n";

/// A repository that had so many logins on these days, with a report of each.
fn series(days: &[(&str, usize)]) -> Repository {
    let repository = Repository::new();
    repository.file(".gitignore", "*.json\n");
    std::fs::create_dir(repository.path.join("reports")).unwrap();
    for (at, (day, logins)) in days.iter().enumerate() {
        for number in 0..9 {
            repository.file(&format!("app{number}.rb"), if number < *logins { LOGIN } else { "puts 1\n" });
        }
        repository.git(&["add", "--all"]);
        repository.git_at(day, &["commit", "-qm", "x", "--allow-empty"]);
        let report = format!("reports/{at}.json");
        let run = repository.dekey(&["check", "--output-format", "json", "-o", &report]);
        assert!(run.code <= 1, "{}", run.error);
    }
    repository
}

#[test]
fn the_commits_tell_the_days_and_the_pace_the_end() {
    let repository = series(&[("2026-01-01", 8), ("2026-01-11", 6), ("2026-01-21", 4)]);
    let run = repository.dekey(&["report", "trend", "reports", "--svg", "burn-down.svg"]);
    assert_eq!(run.code, 0, "{}", run.error);
    let expected = "\
date             total  a
2026-01-01           8  8
2026-01-11           6  6
2026-01-21           4  4
since the start     -4 -4
since last time     -2 -2

a  intercom/deprecated-api-key-auth

Projected end: 2026-02-10, at the pace of the last 3 complete reports (8 on 2026-01-01 to 4 on 2026-01-21): 1.4 fewer \
                    a week.
";
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(plain(&run.out), plain(expected), "{}", run.out);
    let svg = std::fs::read_to_string(repository.path.join("burn-down.svg")).unwrap();
    let mut reader = quick_xml::Reader::from_str(&svg);
    while reader.read_event().unwrap_or_else(|error| panic!("{error}: {svg}")) != quick_xml::events::Event::Eof {}
    assert!(svg.contains("deprecated-api-key-auth") && svg.contains("2026-02-10"), "{svg}");

    let run = repository.dekey(&["report", "trend", "reports", "--output-format", "markdown"]);
    assert!(run.out.contains("| 2026-01-11 | 6 | 6 |  |"), "{}", run.out);
}

#[test]
fn what_does_not_fall_has_no_end() {
    let repository = series(&[("2026-01-01", 2), ("2026-01-11", 2), ("2026-01-21", 3)]);
    let run = repository.dekey(&["report", "trend", "reports"]);
    assert!(run.out.contains("No end in sight"), "{}", run.out);
    let run = repository.dekey(&["report", "trend", "reports/0.json", "reports/1.json"]);
    assert!(run.out.contains("No end is projected: it takes 3 complete reports"), "{}", run.out);
}

#[test]
fn a_day_is_what_was_said_before_what_was_examined() {
    let repository = series(&[("2026-01-01", 2)]);
    let run = repository.dekey(&["report", "trend", "2027-05-06=reports/0.json"]);
    assert!(run.out.contains("2027-05-06") && !run.out.contains("2026-01-01"), "{}", run.out);

    // Outside of a repository there is no commit, and the name has to say it.
    let folder = Repository::without_git();
    folder.file("app.rb", LOGIN);
    folder.dekey(&["check", "--output-format", "json", "-o", "of-2026-03-04.json"]);
    assert!(folder.dekey(&["report", "trend", "of-2026-03-04.json"]).out.contains("2026-03-04"));
    folder.dekey(&["check", "--output-format", "json", "-o", "some.json"]);
    let run = folder.dekey(&["report", "trend", "some.json"]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("some.json") && run.error.contains("2026-11-24=some.json"), "{}", run.error);
}

#[test]
fn of_two_reports_of_a_day_the_later_named_counts_and_it_is_said() {
    let repository = series(&[("2026-01-01", 2), ("2026-01-01", 5)]);
    let run = repository.dekey(&["report", "trend", "reports/1.json", "reports/0.json"]);
    assert!(run.out.contains("2026-01-01"), "{}", run.out);
    assert!(run.error.contains("reports/0.json counts, and reports/1.json is left out"), "{}", run.error);
    assert!(run.out.lines().any(|line| line.starts_with("2026-01-01") && line.contains('2')), "{}", run.out);
}

#[test]
fn parts_are_marked_and_projected_from_nothing() {
    let repository = series(&[("2026-01-01", 8), ("2026-01-11", 6), ("2026-01-21", 4)]);
    let path = repository.path.join("reports/1.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"complete\": true", "\"complete\": false")).unwrap();
    let run = repository.dekey(&["report", "trend", "reports"]);
    assert!(run.out.contains("incomplete") && run.out.contains("the last ones are 2"), "{}", run.out);
}
